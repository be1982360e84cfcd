// A layer's maps before and after, one tile per filter; each tile is a button that silences its filter.
// Only the number of the filter is sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintCells } from "./shared/canvas.ts";
import { along, type Rgb, rgb } from "./shared/colours.ts";
import { child, find, keepChildren, type Mount, make, makeButton } from "./shared/dom.ts";
import { byHand, showTitlesOnLongPress } from "./shared/input.ts";

interface Facts {
  stops: string[];
  first: number; // number of the first filter
  silent: boolean[];
  means: [before: number[], after: number[]]; // mean absolute values
}

export default function tiles({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".tiles");
  const blob = openBlob<Facts>(data);
  const { facts } = blob;
  const sides = { before: blob.bytes("before"), after: blob.bytes("after") };
  const [, height, width] = sides.before.shape as [number, number, number];
  const stops = facts.stops.map(rgb);
  const colours = Array.from({ length: 256 }, (_, share) => along(stops, share / 255));
  keepChildren(place, facts.silent.length, () => addTile(place));
  facts.silent.forEach((silent, i) => {
    const tile = child<HTMLElement>(place, i);
    describe(tile, facts, i, silent);
    for (const name of ["before", "after"] as const) {
      const from = i * height * width;
      const values = sides[name].values.subarray(from, from + height * width);
      paintCells(find<HTMLCanvasElement>(tile, `.${name}`), height, width, (row, column) => {
        return colours[values[row * width + column] as number] as Rgb;
      });
    }
    mark(tile, silent);
  });
  place.onclick = (event) => {
    const tile = (event.target as Element).closest<HTMLElement>(".tile");
    if (!tile) return;
    mark(tile, tile.getAttribute("aria-pressed") !== "true"); // at once; the maps follow from Python
    setTriggerValue("filter", Number(tile.dataset.filter));
  };
  showTitlesOnLongPress(place);
}

function addTile(place: HTMLElement): void {
  const tile = makeButton(place, "tile", "");
  const maps = make("span", tile, "maps");
  for (const name of ["before", "after"]) make("canvas", maps, name).setAttribute("aria-hidden", "true");
  make("span", tile, "name");
  make("span", tile, "means");
}

function describe(tile: HTMLElement, { first, means }: Facts, i: number, silent: boolean): void {
  const number = first + i;
  const [before, after] = means.map((sizes) => meanSize(sizes[i] ?? 0)) as [string, string];
  const seen = before === after ? before : `${before} → ${after}`;
  tile.dataset.filter = String(number);
  find(tile, ".name").textContent = String(number);
  find(tile, ".means").textContent = seen;
  const click = byHand("Click", "Tap");
  tile.title = `Filter ${number}: mean absolute value ${before} before, ${after} now. ${click} to switch it ${silent ? "on" : "off"}.`;
  tile.setAttribute("aria-label", `${number} ${seen}: filter, mean absolute value before and now`);
}

function mark(tile: HTMLElement, silent: boolean): void {
  tile.setAttribute("aria-pressed", String(silent));
  tile.classList.toggle("silent", silent);
}

/** The mean absolute value of a map in few characters. */
export const meanSize = (number: number): string =>
  number === 0 ? "0" : number < 0.005 ? "<0.01" : number < 100 ? number.toFixed(2) : number.toFixed(0);
