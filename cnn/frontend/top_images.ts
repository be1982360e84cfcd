// @ts-nocheck
// The pictures that excite a channel most; the winning cell's receptive field is outlined, and cut out below.
// Data: one safetensors blob (see nine.py). A click tells Python which picture; the link leads there by itself too.
import { make, openBlob, paintPicture } from "./shared/blob.ts";

const SIDE = 32;
const PART_HEIGHT = 5.5; // rem, as in the style sheet

const shown = new WeakMap(); // by place, what is drawn: the same again must not take a click or the focus away

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".nine");
  list.onclick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("picture", Number(link.dataset.place));
  };
  if (same(shown.get(list), data)) return;
  shown.set(list, data.slice());
  draw(list, data);
}

const same = (one, other) => one?.length === other.length && one.every((byte, i) => byte === other[i]);

function draw(list, data) {
  const { facts, array } = openBlob(data);
  const pixels = array("pictures").values;
  list.replaceChildren();
  facts.winners.forEach((winner, place) => {
    const picture = pixels.subarray(place * SIDE * SIDE * 3, (place + 1) * SIDE * SIDE * 3);
    const link = make("a", make("li", list));
    Object.assign(link, { href: winner.link, title: "Open this picture" });
    link.dataset.place = place;
    const whole = make("div", link, "whole");
    const canvas = make("canvas", whole);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture ${place + 1}: ${winner.title}, ${winner.value} at ${winner.cell}`);
    paintPicture(canvas, picture, SIDE, SIDE);
    outline(make("i", whole), winner.field);
    cut(make("canvas", make("div", link, "part")), picture, winner.field);
    make("b", link, "", winner.value);
    make("span", link, "", winner.title);
    make("span", link, "", winner.cell);
  });
}

function outline(box, [top, left, bottom, right]) {
  const percent = (cells) => `${(100 * cells) / SIDE}%`;
  Object.assign(box.style, { top: percent(top), left: percent(left) });
  Object.assign(box.style, { height: percent(bottom - top), width: percent(right - left) });
}

// What the winning cell looks at, as large as its place allows

function cut(canvas, picture, [top, left, bottom, right]) {
  const [height, width] = [bottom - top, right - left];
  const part = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * SIDE + left);
    part.set(picture.subarray(from, from + 3 * width), 3 * row * width);
  }
  paintPicture(canvas, part, height, width);
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `min(100%, ${(PART_HEIGHT * width) / height}rem)`;
  canvas.setAttribute("aria-hidden", "true");
}
