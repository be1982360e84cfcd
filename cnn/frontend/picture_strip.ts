// The pictures to choose from. A choice is outlined at once; Python puts it into the address.
import { openBlob } from "./shared/blob.ts";
import { paintPicture } from "./shared/canvas.ts";
import { child, find, findAll, keepChildren, type Mount, make, makeButton } from "./shared/dom.ts";
import { showTitlesOnLongPress } from "./shared/input.ts";
import { tellPicture } from "./shared/pictures.ts";
import { addTile, markTile, stepOf } from "./shared/tiles.ts";

const CLASSES = 10; // then come the visitor's own pictures

interface Facts {
  names: string[];
  chosen: number;
  number: number; // which set of ten
  count: number;
  digests: string[]; // a name for each picture
}

export default function pictureStrip({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".strip");
  const { facts, bytes } = openBlob<Facts>(data);
  const { values, shape } = bytes("pictures");
  const [, height, width] = shape as [number, number, number];
  if (!place.firstChild) build(place);
  const tiles = find(place, ".tiles");
  keepChildren(tiles, facts.names.length, () => addTile(tiles));
  const size = height * width * 3;
  const all = findAll(tiles, ".tile");

  const last = () => Number(tiles.querySelector<HTMLElement>('[aria-checked="true"]')?.dataset.place ?? 0);
  const choose = (tile: number, number = facts.number) => {
    markTile(all, tile);
    if (number === facts.number) {
      const pixels = values.slice(tile * size, (tile + 1) * size);
      tellPicture({ pixels, digest: facts.digests[tile] ?? "", truth: tile < CLASSES ? tile : null });
    }
    setTriggerValue("chosen", [tile, number]);
  };
  all.forEach((tile, i) => {
    const name = facts.names[i] ?? "";
    paintPicture(child(tile, 0), values.subarray(i * size, (i + 1) * size), height, width);
    child(tile, 1).textContent = name;
    tile.setAttribute("aria-label", i < CLASSES ? `${name}, a picture of this class` : `${name}, your own picture`);
    tile.dataset.place = String(i);
    tile.onclick = () => choose(i);
  });
  markTile(all, facts.chosen);
  find(place, ".number").textContent = `${facts.number + 1} of ${facts.count}`;
  place.dataset.number = String(facts.number + 1);

  const turn = (number: number) => choose(Math.min(last(), CLASSES - 1), (number + facts.count) % facts.count);
  find(place, ".before").onclick = () => turn(facts.number - 1);
  find(place, ".after").onclick = () => turn(facts.number + 1);
  find(place, ".random").onclick = () => turn(Math.floor(Math.random() * facts.count));
  find(place, ".bring").onclick = () => setTriggerValue("chosen", "bring");
  tiles.onkeydown = (event) => {
    const step = stepOf(event);
    if (!step) return;
    event.preventDefault();
    const next = (last() + step + all.length) % all.length;
    choose(next);
    all[next]?.focus();
  };
  showTitlesOnLongPress(place);
}

function build(place: HTMLElement): void {
  const tiles = make("div", place, "tiles");
  tiles.setAttribute("role", "radiogroup");
  tiles.setAttribute("aria-label", "Picture");
  const bar = make("div", place, "turn");
  makeButton(bar, "before", "‹", "Previous pictures");
  make("span", bar, "number");
  makeButton(bar, "after", "›", "Next pictures");
  makeButton(bar, "random", "Random", "Random pictures");
  makeButton(bar, "bring", "Your own…").title = "Use your own picture";
}
