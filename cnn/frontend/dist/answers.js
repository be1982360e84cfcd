// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/answers.ts
var timers = /* @__PURE__ */ new WeakMap();
function answers_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".answers");
  place.replaceChildren(...data.rows.map(question));
  clearInterval(timers.get(place));
  const look = () => document.hidden || setTriggerValue("tick", Date.now());
  timers.set(place, setInterval(look, data.every));
  return () => clearInterval(timers.get(place));
}
function question({ title, words, share }) {
  const row = make("div", "question");
  const bar = make("div", "bar");
  const done = make("i", "");
  done.style.width = `${100 * share}%`;
  bar.append(done);
  row.append(make("b", "title", title), bar, make("span", "words", words));
  return row;
}
function make(kind, name, text = "") {
  const element = document.createElement(kind);
  element.className = name;
  element.textContent = text;
  return element;
}
export {
  answers_default as default
};
