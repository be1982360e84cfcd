// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}

// cnn/frontend/answers.ts
var timers = /* @__PURE__ */ new WeakMap();
var answers_default = lasting(function answers(mount) {
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
function row({ title, words, share }) {
  const element = make("div", null, "question");
  make("b", element, "title", title);
  make("i", make("div", element, "bar")).style.width = `${100 * share}%`;
  make("span", element, "words", words);
  return element;
}
export {
  answers_default as default
};
