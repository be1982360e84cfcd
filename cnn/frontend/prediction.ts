// @ts-nocheck
// The 32×32 pixels a network gets, large, and ten bars for each of one or two networks.
// Data: one safetensors blob (see verdict.py). Nothing goes back: pointing at a pixel is answered here.
import { make, openBlob, paintPicture } from "./shared/blob.ts";

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".verdict");
  const { facts, array } = openBlob(data);
  const { values, shape } = array("pixels");
  if (!place.firstChild) build(place);
  const canvas = place.querySelector("canvas");
  paintPicture(canvas, values, shape[0], shape[1]);
  canvas.setAttribute("aria-label", `The ${shape[0]}×${shape[1]} pixels that the network gets`);
  const words = place.querySelector(".words");
  const rest = () => (words.textContent = facts.caption);
  canvas.onpointermove = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (size, point, from, count) =>
      Math.min(Math.max(Math.floor(((point - from) / size) * count), 0), count - 1);
    const row = at(box.height, event.clientY, box.top, shape[0]);
    const column = at(box.width, event.clientX, box.left, shape[1]);
    const colours = [...values.subarray(3 * (row * shape[1] + column), 3 * (row * shape[1] + column) + 3)];
    const scaled = colours.map((value) => (value / facts.half - 1).toFixed(2).replace("-", "−"));
    words.textContent = `Row ${row}, column ${column}: red, green, blue ${colours.join(", ")} → ${scaled.join(", ")}`;
  };
  canvas.onpointerleave = rest;
  rest();
  showOpinions(place.querySelector(".opinions"), facts);
  place.dataset.stamp = facts.stamp;
}

function build(place) {
  const seen = make("figure", place, "seen");
  make("canvas", seen).setAttribute("role", "img");
  make("figcaption", seen, "words");
  make("div", place, "opinions");
}

function showOpinions(place, facts) {
  while (place.children.length > facts.opinions.length) place.lastChild.remove();
  while (place.children.length < facts.opinions.length) buildOpinion(place);
  facts.opinions.forEach((opinion, i) => {
    const box = place.children[i];
    box.querySelector(".name").textContent = opinion.name;
    box.querySelector(".note").textContent = opinion.note;
    box.classList.toggle("signed", facts.scores);
    opinion.rows.forEach((row, j) => showRow(box.querySelectorAll("li")[j], row, facts));
  });
}

function buildOpinion(place) {
  const box = make("section", place, "opinion");
  make("h4", box, "name");
  const list = make("ol", box);
  for (let i = 0; i < 10; i++) {
    const row = make("li", list);
    make("span", row, "class");
    make("i", make("span", row, "track"));
    make("span", row, "value");
  }
  make("p", box, "note");
}

function showRow(element, row, facts) {
  const [name, track, value] = element.children;
  name.textContent = row.true ? `${row.name} ✓` : row.name;
  name.title = row.true ? "The true class" : "";
  value.textContent = row.text;
  value.title = row.exact;
  element.classList.toggle("best", row.best);
  element.dataset.class = row.name;
  const bar = track.firstChild;
  const wide = Math.abs(row.share) * (facts.scores ? 50 : 100);
  bar.style.width = `${wide}%`;
  bar.style.left = facts.scores ? `${row.share < 0 ? 50 - wide : 50}%` : "0";
  bar.style.background = facts.scores ? facts.colours[row.share < 0 ? "below" : "above"] : "";
}
