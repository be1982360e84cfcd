// The images that excite a channel most; the receptive field of the largest cell is outlined, and cut out below.
// A click sends the image's index to Python; without it, the link leads to the same page.
import { openBlob } from "./shared/blob.ts";
import { paintPicture } from "./shared/canvas.ts";
import { find, type Mount, make } from "./shared/dom.ts";
import { showTitlesOnLongPress } from "./shared/input.ts";

const SIDE = 32;
const PART_HEIGHT = 5.5; // rem, as in the style sheet

type Field = [top: number, left: number, bottom: number, right: number];

interface Winner {
  title: string;
  value: string;
  cell: string;
  link: string;
  field: Field;
}

const shown = new WeakMap<HTMLElement, Uint8Array>(); // what is drawn: the same again must not take a click or the focus

export default function topImages({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): void {
  const list = find(parentElement, ".nine");
  list.onclick = (event) => {
    const link = (event.target as Element).closest<HTMLElement>("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("picture", Number(link.dataset.place));
  };
  const before = shown.get(list);
  if (before?.length === data.length && before.every((byte, i) => byte === data[i])) return;
  shown.set(list, data.slice());
  draw(list, data);
  showTitlesOnLongPress(list);
}

function draw(list: HTMLElement, data: Uint8Array): void {
  const { facts, bytes } = openBlob<{ winners: Winner[] }>(data);
  const pixels = bytes("pictures").values;
  list.replaceChildren();
  facts.winners.forEach((winner, place) => {
    const picture = pixels.subarray(place * SIDE * SIDE * 3, (place + 1) * SIDE * SIDE * 3);
    const link = make("a", make("li", list));
    link.href = winner.link;
    link.title = "Open this picture";
    link.dataset.place = String(place);
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

function outline(box: HTMLElement, [top, left, bottom, right]: Field): void {
  const percent = (cells: number) => `${(100 * cells) / SIDE}%`;
  Object.assign(box.style, { top: percent(top), left: percent(left) });
  Object.assign(box.style, { height: percent(bottom - top), width: percent(right - left) });
}

// What the winning cell sees, as large as its place allows

function cut(canvas: HTMLCanvasElement, picture: Uint8Array, [top, left, bottom, right]: Field): void {
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
