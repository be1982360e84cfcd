// Hidden, beside the inspector: delivers Keras's values to it, asks again until they are there, and tells Python which
// cell was pinned, so that the inspector's own data are not sent again for that.
import { readAnswer } from "./inspector/data.ts";
import { find, lasting, type Mount } from "./shared/dom.ts";

const ASK_MILLISECONDS = 500;

interface Wait {
  timer: number;
  pin: (event: Event) => void;
}
const waits = new WeakMap<HTMLElement, Wait>();

export default lasting(function kerasValues({
  data,
  parentElement,
  setStateValue,
  setTriggerValue,
}: Mount<Uint8Array>) {
  const answer = readAnswer(data);
  globalThis.cnnLabAnswer = answer;
  document.dispatchEvent(new CustomEvent("cnn-lab-answer", { detail: answer }));
  const place = find(parentElement, ".desk");
  end(waits.get(place));
  const pin = (event: Event) => {
    const { question, cell } = (event as CustomEvent<{ question: string; cell: string }>).detail;
    // A state, not a trigger: one trigger on the heels of another may be lost. The time makes each pin a new one.
    if (question === answer.question) setStateValue("pin", { cell, at: Date.now() });
  };
  const ask = () => {
    if (!document.hidden) setTriggerValue("again", Date.now());
  };
  document.addEventListener("cnn-lab-pin", pin);
  // This runs again only when the answer changes.
  const wait = { timer: answer.again ? window.setInterval(ask, ASK_MILLISECONDS) : 0, pin };
  waits.set(place, wait);
  return () => end(wait);
});

function end(wait: Wait | undefined): void {
  clearInterval(wait?.timer);
  if (wait) document.removeEventListener("cnn-lab-pin", wait.pin);
}
