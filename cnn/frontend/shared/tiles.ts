// Small pictures to choose one from: a group of radio buttons, of which one is in the tab order.
import { make, makeButton } from "./dom.ts";
import { withModifier } from "./input.ts";

/** Add a tile: a canvas and a line of text. */
export function addTile(parent: HTMLElement): HTMLButtonElement {
  const tile = makeButton(parent, "tile", "");
  tile.setAttribute("role", "radio");
  make("canvas", tile).setAttribute("aria-hidden", "true");
  make("span", tile);
  return tile;
}

export function markTile(tiles: HTMLElement[], chosen: number | null): void {
  tiles.forEach((tile, i) => {
    tile.setAttribute("aria-checked", String(i === chosen));
    tile.tabIndex = i === (chosen ?? 0) ? 0 : -1;
  });
}

/** One tile on or back by the arrow keys; 0 for another key. */
export function stepOf(event: KeyboardEvent): number {
  if (withModifier(event)) return 0; // the browser's own
  return { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key] ?? 0;
}
