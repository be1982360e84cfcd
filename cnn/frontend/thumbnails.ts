// @ts-nocheck
// A row of small pictures to choose from. A choice is outlined at once; Python takes it from there.
import { make, openBlob, paintPicture } from "./shared/blob.ts";

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".shelf");
  const { facts, array } = openBlob(data);
  const { values, shape } = array("pictures");
  const size = shape[1] * shape[2] * 3;
  let tiles = place.querySelector(".tiles");
  if (!tiles) {
    tiles = make("div", place, "tiles");
    tiles.setAttribute("aria-label", "Pictures");
  }
  tiles.setAttribute("role", facts.choosable ? "radiogroup" : "list");
  while (tiles.children.length > facts.tags.length) tiles.lastChild.remove();
  while (tiles.children.length < facts.tags.length) addItem(tiles);
  const choose = (i) => {
    mark(tiles, i);
    setTriggerValue("chosen", i);
  };
  facts.tags.forEach((tag, i) => {
    const [tile, cross] = tiles.children[i].children;
    const [canvas, title, line] = tile.children;
    paintPicture(canvas, values.subarray(i * size, (i + 1) * size), shape[1], shape[2]);
    title.textContent = tag.title;
    line.textContent = tag.line;
    line.hidden = !tag.line;
    tile.setAttribute("aria-label", tag.words || `${tag.title} ${tag.line}`);
    tile.title = tag.words || tag.title;
    tile.onclick = () => choose(i);
    tile.disabled = !facts.choosable;
    tile.setAttribute("role", facts.choosable ? "radio" : "listitem");
    cross.hidden = !facts.removable;
    cross.setAttribute("aria-label", `Remove ${tag.title}`);
    cross.onclick = () => setTriggerValue("removed", i);
  });
  mark(tiles, facts.chosen);
  tiles.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...tiles.querySelectorAll(".tile")];
    const last = Math.max(
      all.findIndex((tile) => tile.getAttribute("aria-checked") === "true"),
      0,
    );
    const next = (last + step + all.length) % all.length;
    choose(next);
    all[next].focus();
  };
}

function addItem(tiles) {
  const item = make("div", tiles, "item");
  const tile = make("button", item, "tile");
  tile.type = "button";
  make("canvas", tile).setAttribute("aria-hidden", "true");
  make("span", tile);
  make("span", tile, "line");
  make("button", item, "cross", "×").type = "button";
}

function mark(tiles, chosen) {
  [...tiles.querySelectorAll(".tile")].forEach((tile, i) => {
    tile.setAttribute("aria-checked", String(i === chosen));
    tile.tabIndex = i === (chosen ?? 0) ? 0 : -1;
  });
}
