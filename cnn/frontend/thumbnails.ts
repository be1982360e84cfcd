// A row of small pictures to choose from, or only to see. A choice is outlined at once and sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintPicture } from "./shared/canvas.ts";
import { child, find, findAll, keepChildren, type Mount, make, makeButton } from "./shared/dom.ts";
import { showTitlesOnLongPress } from "./shared/input.ts";
import { addTile, markTile, stepOf } from "./shared/tiles.ts";

interface Facts {
  tags: { title: string; line: string; words?: string }[];
  chosen: number | null;
  choosable: boolean;
  removable: boolean;
}

export default function thumbnails({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".shelf");
  const { facts, bytes } = openBlob<Facts>(data);
  const { values, shape } = bytes("pictures");
  const [, height, width] = shape as [number, number, number];
  const size = height * width * 3;
  const tiles = place.querySelector<HTMLElement>(".tiles") ?? make("div", place, "tiles");
  tiles.setAttribute("role", facts.choosable ? "radiogroup" : "list");
  tiles.setAttribute("aria-label", "Pictures");
  keepChildren(tiles, facts.tags.length, () => addItem(tiles));
  const all = findAll<HTMLButtonElement>(tiles, ".tile");
  const choose = (i: number) => {
    markTile(all, i);
    setTriggerValue("chosen", i);
  };
  facts.tags.forEach((tag, i) => {
    const tile = all[i] as HTMLButtonElement;
    const cross = child<HTMLButtonElement>(tiles.children[i] as Element, 1);
    paintPicture(child(tile, 0), values.subarray(i * size, (i + 1) * size), height, width);
    child(tile, 1).textContent = tag.title;
    const line = child<HTMLElement>(tile, 2);
    line.textContent = tag.line;
    line.hidden = !tag.line;
    // What is read aloud begins with what is seen.
    const seen = [tag.title, tag.line].filter(Boolean).join(" ");
    tile.setAttribute("aria-label", tag.words && tag.words !== seen ? `${seen}: ${tag.words}` : seen);
    tile.title = tag.words || tag.title;
    tile.onclick = () => choose(i);
    tile.disabled = !facts.choosable;
    tile.setAttribute("role", facts.choosable ? "radio" : "listitem");
    cross.hidden = !facts.removable;
    cross.setAttribute("aria-label", `Remove ${tag.title}`);
    cross.onclick = () => setTriggerValue("removed", i);
  });
  markTile(all, facts.chosen);
  tiles.onkeydown = (event) => {
    const step = stepOf(event);
    if (!step) return;
    event.preventDefault();
    const last = Math.max(facts.chosen ?? 0, 0);
    const marked = all.findIndex((tile) => tile.getAttribute("aria-checked") === "true");
    const next = ((marked < 0 ? last : marked) + step + all.length) % all.length;
    choose(next);
    all[next]?.focus();
  };
  showTitlesOnLongPress(place);
}

function addItem(tiles: HTMLElement): void {
  const item = make("div", tiles, "item");
  make("span", addTile(item), "line");
  makeButton(item, "cross", "×");
}
