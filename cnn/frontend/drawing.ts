// Shows an SVG of cnn.figures.drawing; a layer in it can be chosen by mouse, touch or keyboard.
import { find, type Mount } from "./shared/dom.ts";
import { isEnter } from "./shared/input.ts";

export default function drawing({ data, parentElement, setTriggerValue }: Mount<string>): void {
  const place = find(parentElement, ".drawing");
  if (place.dataset.shown !== data) {
    const [left, focused] = [place.scrollLeft, focusedLayer(place)];
    place.innerHTML = data;
    place.dataset.shown = data;
    place.scrollLeft = left;
    if (focused)
      place.querySelector<SVGElement>(`[data-layer="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const chosen = place.querySelector(".chosen");
    if (chosen) bringIntoSight(place, chosen);
  }
  const choose = (event: Event) => {
    const layer = (event.target as Element).closest<SVGElement>("[data-layer]");
    if (layer) setTriggerValue("layer", layer.dataset.layer);
  };
  place.onclick = choose;
  place.onkeydown = (event) => {
    if (!isEnter(event)) return;
    event.preventDefault();
    choose(event);
  };
}

// A new drawing replaces the one in which somebody goes from layer to layer by keyboard: the focus stays on the layer.
function focusedLayer(place: HTMLElement): string | undefined {
  const focused = (place.getRootNode() as Document | ShadowRoot).activeElement;
  return focused && place.contains(focused) ? focused.closest<SVGElement>("[data-layer]")?.dataset.layer : undefined;
}

// Where the drawing is wider than the page, it scrolls to the chosen layer.
function bringIntoSight(place: HTMLElement, chosen: Element): void {
  const [outer, inner] = [place.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) place.scrollLeft += inner.right - outer.right + 8;
  if (inner.left < outer.left) place.scrollLeft -= outer.left - inner.left + 8;
}
