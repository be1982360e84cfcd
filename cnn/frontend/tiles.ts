// @ts-nocheck
// A layer's maps before and after, a tile a filter; each tile is a button that makes its filter silent.
// Data: one safetensors blob (see tiles.py). Back to Python goes only the number of the filter.
import { openBlob } from "./shared/blob.ts";

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".tiles");
  const tiles = read(data);
  const colours = table(tiles.stops);
  while (place.children.length > tiles.silent.length) place.lastChild.remove();
  while (place.children.length < tiles.silent.length) place.append(makeTile());
  tiles.silent.forEach((silent, i) => fill(place.children[i], tiles, i, silent, colours));
  place.onclick = (event) => {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    mark(tile, tile.getAttribute("aria-pressed") !== "true"); // at once; the maps follow from Python
    setTriggerValue("filter", Number(tile.dataset.filter));
  };
}

function read(bytes) {
  const { facts, array } = openBlob(bytes);
  const [before, after] = [array("before"), array("after")];
  const [, height, width] = before.shape;
  return { ...facts, before: before.values, after: after.values, height, width };
}

// 256 colours between the stops, as bytes

function table(stops) {
  const colours = stops.map((text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16)));
  return Array.from({ length: 256 }, (_, share) => {
    const at = (share / 255) * (stops.length - 1);
    const below = Math.min(Math.floor(at), stops.length - 2);
    return colours[below].map((low, i) => Math.round(low + (colours[below + 1][i] - low) * (at - below)));
  });
}

function makeTile() {
  const tile = document.createElement("button");
  tile.type = "button";
  tile.className = "tile";
  tile.innerHTML = `<span class="maps"><canvas class="before"></canvas><canvas class="after"></canvas></span>
    <span class="name"></span><span class="means"></span>`;
  return tile;
}

function fill(tile, tiles, i, silent, colours) {
  const number = tiles.first + i;
  const [before, after] = tiles.means.map((means) => short(means[i]));
  tile.dataset.filter = number;
  tile.querySelector(".name").textContent = `${number}`;
  tile.querySelector(".means").textContent = before === after ? before : `${before} → ${after}`;
  tile.title = `Filter ${number}: mean size ${before} before, ${after} now. Click to ${silent ? "wake it" : "make it silent"}.`;
  tile.setAttribute("aria-label", `Filter ${number}, mean size ${before} before, ${after} now`);
  for (const name of ["before", "after"]) paint(tile.querySelector(`.${name}`), tiles[name], tiles, i, colours);
  mark(tile, silent);
}

function mark(tile, silent) {
  tile.setAttribute("aria-pressed", String(silent));
  tile.classList.toggle("silent", silent);
}

const short = (number) =>
  number === 0 ? "0" : number < 0.005 ? "<0.01" : number < 100 ? number.toFixed(2) : number.toFixed(0);

function paint(canvas, values, { height, width }, which, colours) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const start = which * height * width;
  for (let i = 0; i < height * width; i++) {
    const [red, green, blue] = colours[values[start + i]];
    image.data.set([red, green, blue, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
