// @ts-nocheck
// Shows an SVG made by cnn.figures.drawing; a layer in it can be chosen by mouse, touch or keyboard.
export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".drawing");
  if (place.dataset.shown !== data) {
    const left = place.scrollLeft;
    place.innerHTML = data;
    place.dataset.shown = data;
    place.scrollLeft = left;
    show(place, place.querySelector(".chosen"));
  }
  const choose = (event) => {
    const layer = event.target.closest("[data-layer]");
    if (layer) setTriggerValue("layer", layer.dataset.layer);
  };
  place.onclick = choose;
  place.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(event);
  };
}

// Where the drawing is wider than the page, the chosen layer comes into sight.
function show(place, chosen) {
  if (!chosen) return;
  const [outer, inner] = [place.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) place.scrollLeft += inner.right - outer.right + 8;
  if (inner.left < outer.left) place.scrollLeft -= outer.left - inner.left + 8;
}
