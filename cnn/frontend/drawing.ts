// Shows an SVG of cnn.figures.drawing; a layer in it can be chosen by mouse, touch or keyboard.
import { find, type Mount, make } from "./shared/dom.ts";
import { markEdges } from "./shared/edges.ts";
import { isEnter } from "./shared/input.ts";

export default function drawing({ data, parentElement, setTriggerValue }: Mount<{ svg: string }>): void {
  const place = find(parentElement, ".drawing");
  const stage = place.querySelector<HTMLElement>(".stage") ?? begin(place);
  if (place.dataset.shown !== data.svg) {
    const [left, focused] = [stage.scrollLeft, focusedLayer(place)];
    stage.innerHTML = data.svg;
    place.dataset.shown = data.svg;
    stage.scrollLeft = left;
    if (focused)
      stage.querySelector<SVGElement>(`[data-layer="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const chosen = stage.querySelector(".chosen");
    if (chosen) bringIntoSight(stage, chosen);
    looks.get(place)?.();
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

const looks = new WeakMap<HTMLElement, () => void>();

function begin(place: HTMLElement): HTMLElement {
  const frame = make("div", place, "edges");
  const stage = make("div", frame, "stage");
  looks.set(place, markEdges(place, frame, stage, "Back to the left", "On to the right"));
  return stage;
}

// A new drawing replaces the one in which somebody goes from layer to layer by keyboard: the focus stays on the layer.
function focusedLayer(place: HTMLElement): string | undefined {
  const focused = (place.getRootNode() as Document | ShadowRoot).activeElement;
  return focused && place.contains(focused) ? focused.closest<SVGElement>("[data-layer]")?.dataset.layer : undefined;
}

// Where the drawing is wider than the page, it scrolls to the chosen layer.
function bringIntoSight(stage: HTMLElement, chosen: Element): void {
  const [outer, inner] = [stage.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) stage.scrollLeft += inner.right - outer.right + 8;
  if (inner.left < outer.left) stage.scrollLeft -= outer.left - inner.left + 8;
}
