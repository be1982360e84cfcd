// Progress bars of unanswered questions; while they are shown, a timer has Python ask again.
import { find, lasting, type Mount, make } from "./shared/dom.ts";

interface Question {
  title: string;
  words: string;
  share: number;
}

const timers = new WeakMap<HTMLElement, number>();

export default lasting(function answers(mount: Mount<{ rows: Question[]; every: number }>): () => void {
  const { data, parentElement, setTriggerValue } = mount;
  const place = find(parentElement, ".answers");
  place.replaceChildren(...data.rows.map(row));
  clearInterval(timers.get(place));
  const ask = () => {
    if (!document.hidden) setTriggerValue("tick", Date.now());
  };
  timers.set(place, window.setInterval(ask, data.every));
  return () => clearInterval(timers.get(place));
});

function row({ title, words, share }: Question): HTMLElement {
  const element = make("div", null, "question");
  make("b", element, "title", title);
  make("i", make("div", element, "bar")).style.width = `${100 * share}%`;
  make("span", element, "words", words);
  return element;
}
