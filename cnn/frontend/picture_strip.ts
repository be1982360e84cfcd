// @ts-nocheck
// The pictures to choose from. A choice is outlined at once; Python puts it into the address.
import { make, openBlob, paintPicture } from "./shared/blob.ts";

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".strip");
  const { facts, array } = openBlob(data);
  const { values, shape } = array("pictures");
  if (!place.firstChild) build(place);
  const tiles = place.querySelector(".tiles");
  while (tiles.children.length > facts.names.length) tiles.lastChild.remove();
  while (tiles.children.length < facts.names.length) addTile(tiles);
  const size = shape[1] * shape[2] * 3;
  facts.names.forEach((name, i) => {
    const [canvas, label] = tiles.children[i].children;
    paintPicture(canvas, values.subarray(i * size, (i + 1) * size), shape[1], shape[2]);
    label.textContent = name;
    tiles.children[i].setAttribute("aria-label", i < 10 ? `Picture of class ${name}` : "Your own picture");
  });
  mark(tiles, facts.chosen);
  place.querySelector(".number").textContent = `${facts.number + 1} of ${facts.count}`;
  place.dataset.number = facts.number + 1;

  const last = () => Number(tiles.querySelector('[aria-checked="true"]')?.dataset.place ?? 0);
  const choose = (tile, number = facts.number) => {
    mark(tiles, tile);
    setTriggerValue("chosen", [tile, number]);
  };
  const turn = (number) => choose(Math.min(last(), 9), (number + facts.count) % facts.count);
  place.querySelector(".before").onclick = () => turn(facts.number - 1);
  place.querySelector(".after").onclick = () => turn(facts.number + 1);
  place.querySelector(".random").onclick = () => turn(Math.floor(Math.random() * facts.count));
  place.querySelector(".bring").onclick = () => setTriggerValue("chosen", "bring");
  [...tiles.children].forEach((tile, i) => {
    tile.dataset.place = i;
    tile.onclick = () => choose(i);
  });
  tiles.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose((last() + step + facts.names.length) % facts.names.length);
    tiles.querySelector('[aria-checked="true"]').focus();
  };
}

function build(place) {
  const tiles = make("div", place, "tiles");
  tiles.setAttribute("role", "radiogroup");
  tiles.setAttribute("aria-label", "Picture");
  const bar = make("div", place, "turn");
  button(bar, "before", "‹", "The pictures before these");
  make("span", bar, "number");
  button(bar, "after", "›", "The next pictures");
  button(bar, "random", "Random", "Random pictures");
  button(bar, "bring", "Your own…", "Bring your own picture");
}

function button(parent, name, text, label) {
  const element = make("button", parent, name, text);
  element.type = "button";
  element.title = label;
  element.setAttribute("aria-label", label);
}

function addTile(tiles) {
  const tile = make("button", tiles, "tile");
  tile.type = "button";
  tile.setAttribute("role", "radio");
  make("canvas", tile).setAttribute("aria-hidden", "true");
  make("span", tile);
}

function mark(tiles, chosen) {
  [...tiles.children].forEach((tile, i) => {
    tile.setAttribute("aria-checked", String(i === chosen));
    tile.tabIndex = i === chosen ? 0 : -1;
  });
}
