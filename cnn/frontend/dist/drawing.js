// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;

// cnn/frontend/shared/input.ts
var isEnter = (event) => event.key === "Enter" || event.key === " ";

// cnn/frontend/drawing.ts
function drawing({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".drawing");
  if (place.dataset.shown !== data) {
    const [left, focused] = [place.scrollLeft, focusedLayer(place)];
    place.innerHTML = data;
    place.dataset.shown = data;
    place.scrollLeft = left;
    if (focused)
      place.querySelector(`[data-layer="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const chosen = place.querySelector(".chosen");
    if (chosen) bringIntoSight(place, chosen);
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
function focusedLayer(place) {
  const focused = place.getRootNode().activeElement;
  return focused && place.contains(focused) ? focused.closest("[data-layer]")?.dataset.layer : void 0;
}
function bringIntoSight(place, chosen) {
  const [outer, inner] = [place.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) place.scrollLeft += inner.right - outer.right + 8;
  if (inner.left < outer.left) place.scrollLeft -= outer.left - inner.left + 8;
}
export {
  drawing as default
};
