// The 32×32 pixels a network gets, large, and ten bars for each of one or two networks. Nothing is sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintPicture, pixelAt } from "./shared/canvas.ts";
import { child, find, findAll, keepChildren, type Mount, make } from "./shared/dom.ts";
import { cellUnder, handle, showTitlesOnLongPress } from "./shared/input.ts";
import { fixed } from "./shared/numbers.ts";

const CLASSES = 10;

interface Row {
  name: string;
  true: boolean;
  best: boolean;
  text: string;
  exact: string;
  share: number; // of the bar's room; with scores it has a sign
}

interface Facts {
  caption: string;
  half: number; // pixel / half − 1 is what the network gets
  scores: boolean;
  colours: { above: string; below: string };
  opinions: { name: string; says: [verdict: string, more: string]; none: boolean; note: string; rows: Row[] }[];
  stamp: string;
}

export default function prediction({ data, parentElement }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".verdict");
  const { facts, bytes } = openBlob<Facts>(data);
  const { values, shape } = bytes("pixels");
  const [height, width] = shape as [number, number, number];
  if (!place.firstChild) build(place);
  const canvas = find<HTMLCanvasElement>(place, "canvas");
  paintPicture(canvas, values, height, width);
  canvas.setAttribute("aria-label", `The ${height}×${width} pixels that the network gets`);
  const words = find(place, ".words");
  const rest = () => {
    words.textContent = facts.caption;
  };
  const point = (at: { clientX: number; clientY: number }) => {
    const { row, column } = cellUnder(at, canvas, height, width);
    const colours = pixelAt(values, row * width + column);
    const scaled = colours.map((value) => fixed(value / facts.half - 1, 2));
    words.textContent = `Row ${row}, column ${column}: red, green, blue ${colours.join(", ")} → ${scaled.join(", ")}`;
  };
  handle(canvas, { hover: point, leave: rest, choose: point });
  rest();
  showOpinions(find(place, ".opinions"), facts);
  showTitlesOnLongPress(place);
  place.dataset.stamp = facts.stamp;
}

function build(place: HTMLElement): void {
  const seen = make("figure", place, "seen");
  make("canvas", seen).setAttribute("role", "img");
  make("figcaption", seen, "words");
  make("div", place, "opinions");
}

function showOpinions(place: HTMLElement, facts: Facts): void {
  keepChildren(place, facts.opinions.length, () => buildOpinion(place));
  facts.opinions.forEach((opinion, i) => {
    const box = child(place, i);
    find(box, ".name").textContent = opinion.name;
    find(box, ".says b").textContent = opinion.says[0];
    find(box, ".says span").textContent = opinion.says[1];
    find(box, ".note").textContent = opinion.note;
    box.classList.toggle("none", opinion.none);
    box.classList.toggle("signed", facts.scores);
    const items = findAll(box, "li");
    opinion.rows.forEach((row, j) => showRow(items[j] as HTMLElement, row, facts, opinion.none));
  });
}

function buildOpinion(place: HTMLElement): void {
  const box = make("section", place, "opinion");
  make("h2", box, "name");
  const says = make("p", box, "says");
  make("b", says);
  says.append(" ");
  make("span", says);
  const list = make("ol", box);
  for (let i = 0; i < CLASSES; i++) {
    const row = make("li", list);
    make("span", row, "class");
    make("i", make("span", row, "track"));
    make("span", row, "value");
  }
  make("p", box, "note");
}

function showRow(element: HTMLElement, row: Row, facts: Facts, none: boolean): void {
  const name = find(element, ".class");
  name.textContent = row.true ? `${row.name} ✓` : row.name;
  name.title = row.true ? "The true class" : "";
  const value = find(element, ".value");
  value.textContent = row.text;
  value.title = row.exact;
  element.classList.toggle("best", row.best);
  element.dataset.class = row.name;
  const bar = find(element, ".track i");
  const wide = Math.abs(row.share) * (facts.scores ? 50 : 100);
  bar.style.width = `${wide}%`;
  bar.style.left = facts.scores ? `${row.share < 0 ? 50 - wide : 50}%` : "0";
  bar.style.background = facts.scores && !none ? facts.colours[row.share < 0 ? "below" : "above"] : "";
}
