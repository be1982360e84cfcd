// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
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
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}

// cnn/frontend/shared/edges.ts
var STEP = 0.6;
function markEdges(marked, frame, box, earlier, later) {
  const look = () => {
    const room = box.scrollWidth - box.clientWidth;
    marked.classList.toggle("before", box.scrollLeft > 4);
    marked.classList.toggle("after", box.scrollLeft < room - 4);
  };
  for (const [name, text, label, way] of [
    ["scroll back", "‹", earlier, -STEP],
    ["scroll on", "›", later, STEP]
  ]) {
    const button = makeButton(frame, name, text, label);
    button.tabIndex = -1;
    button.onclick = () => box.scrollBy({ left: way * box.clientWidth });
  }
  box.addEventListener("scroll", look);
  new ResizeObserver(look).observe(box);
  return look;
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;

// cnn/frontend/shared/input.ts
var isEnter = (event) => event.key === "Enter" || event.key === " ";

// cnn/frontend/drawing.ts
function drawing({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".drawing");
  const stage = place.querySelector(".stage") ?? begin(place);
  if (place.dataset.shown !== data) {
    const [left, focused] = [stage.scrollLeft, focusedLayer(place)];
    stage.innerHTML = data;
    place.dataset.shown = data;
    stage.scrollLeft = left;
    if (focused)
      stage.querySelector(`[data-layer="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const chosen = stage.querySelector(".chosen");
    if (chosen) bringIntoSight(stage, chosen);
    looks.get(place)?.();
  }
  const choose = (event) => {
    const layer = event.target.closest("[data-layer]");
    if (layer) setTriggerValue("layer", layer.dataset.layer);
  };
  place.onclick = choose;
  place.onkeydown = (event) => {
    if (!isEnter(event)) return;
    event.preventDefault();
    choose(event);
  };
}
var looks = /* @__PURE__ */ new WeakMap();
function begin(place) {
  const frame = make("div", place, "edges");
  const stage = make("div", frame, "stage");
  looks.set(place, markEdges(place, frame, stage, "Back to the left", "On to the right"));
  return stage;
}
function focusedLayer(place) {
  const focused = place.getRootNode().activeElement;
  return focused && place.contains(focused) ? focused.closest("[data-layer]")?.dataset.layer : void 0;
}
function bringIntoSight(stage, chosen) {
  const [outer, inner] = [stage.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) stage.scrollLeft += inner.right - outer.right + 8;
  if (inner.left < outer.left) stage.scrollLeft -= outer.left - inner.left + 8;
}
export {
  drawing as default
};
