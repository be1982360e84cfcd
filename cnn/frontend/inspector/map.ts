// @ts-nocheck
// The inspector, part 3: one map. Its input at the left, the sum in the middle, the map at the right;
// for a convolution, its cards below.

import { buildCards, showCards, watchCards } from "./channels.ts";

import { corner, escapeHtml, legendOf } from "./numbers.ts";
import { cellUnder, found, frame, padded, paintArray, paintInput, plate, sourceName } from "./plates.ts";
import { work } from "./steps.ts";
import { grid, showSteps, showTerms, showUnder, stepRows, termsHead, VERDICT } from "./sum.ts";

export const MAPS = {
  build(root, state) {
    const { look } = state;
    const size = padded(look);
    const title = look.picture || look.op === "pixel" ? "The picture" : inputTitle(look, state);
    root.querySelector(".board").innerHTML = `
      <div class="from">
        ${plate("input", "in", title, size.tall, size.wide, "The input")}
        ${look.arrays["other-1"] ? otherPlate(look) : ""}
        ${look.picture || look.op === "pixel" ? "" : legendOf(look.scales.input)}
      </div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell">
        ${termsHead(look)}${grid(look)}<div class="steps">${stepRows(look)}</div>
        ${VERDICT}
      </div>
      <div class="to">
        ${plate("output", "out", outputTitle(look), look.rows, look.columns, `The output of ${look.layer}`)}
        ${legendOf(look.scales.output)}
        <div class="after">${look.vector ? "" : look.stages.map(stagePlate).join("")}</div>
      </div>`;
    paintInput(root, look, shownPlace(state));
    paintArray(found(root, "output").querySelector("canvas"), look.arrays.output, look.scales.output);
    if (look.arrays["other-1"]) {
      paintArray(found(root, "other").querySelector("canvas"), look.arrays["other-1"], look.scales.input);
    }
    buildCards(root, state);
    state.parts = partsOf(root, look);
    state.result = state.traced = null;
    watchCards(root, state);
  },

  show(root, state) {
    const { look, row, column, parts } = state;
    const [y, x, size] = windowOn(look, row, column, state);
    const { top, left } = padded(look);
    const tall = look.op === "average" ? look.height : size;
    frame(parts.input, y + top, x + left, tall, look.op === "average" ? look.width : size);
    if (parts.other) frame(parts.other, row, column);
    frame(parts.output, row, column);
    const result = work(state);
    showTerms(state, result);
    showSteps(state, result);
    showCards(state, result);
    showUnder(state, y, x, result);
    state.result = result;
  },

  cells: ({ look }) => [look.rows, look.columns],

  // What lies under the pointer on the input: a cell of it, or of the zeros around
  point(event, element, state) {
    if (element?.dataset.name !== "input") return null;
    const [y, x] = cellUnder(event, element);
    const { top, left } = padded(state.look);
    return { y: y - top, x: x - left, place: placeShown(state) };
  },

  cellOf(event, element, { look }) {
    const [y, x] = cellUnder(event, element);
    const side = element.dataset.side;
    if (side === "out") return { row: y, column: x };
    if (side === "pool") return pooledFrom(look, Number(element.dataset.stage), y, x);
    if (look.op === "flatten" || look.op === "average") return null;
    const { top, left } = element.dataset.name === "input" ? padded(look) : { top: 0, left: 0 };
    if (look.op !== "conv" && look.op !== "pool") return { row: y, column: x };
    const middle = (look.window - 1) / 2;
    const zeros = look.zeros;
    return {
      row: Math.round((y - top + zeros[0] - middle) / look.stride),
      column: Math.round((x - left + zeros[1] - middle) / look.stride),
    };
  },
};

// A cell of the pooled map stands for the first cell of its window

function pooledFrom(look, place, row, column) {
  const { stride } = look.stages[place];
  return { row: row * stride, column: column * stride };
}

export const mapName = (look) => look.names[look.channel] ?? `map ${look.channel}`;
const outputTitle = (look) =>
  look.vector
    ? `All ${look.shape[0]} values of ${look.layer}`
    : `<em>${escapeHtml(mapName(look))}</em> of ${look.layer}`;

function inputTitle(look, state) {
  const from = look.sources[0];
  if (look.op === "conv") return `<em>${sourceName(look, look.sent[shownPlace(state)])}</em> of ${from}`;
  if (look.op === "flatten" || look.op === "average") return `<em data-traced></em> of ${from}`;
  return look.vector ? `All ${look.shape[0]} values of ${from}` : `<em>${escapeHtml(mapName(look))}</em> of ${from}`;
}

const otherPlate = (look) =>
  plate(
    "other",
    "in",
    `The same map of ${look.first.other}`,
    look.height,
    look.width,
    `The map of ${look.first.other}`,
  );

function stagePlate(stage, i) {
  const side = stage.op === "pool" ? "pool" : "out";
  return `<figure class="small"><figcaption><button type="button" class="link" data-go-layer="${stage.layer}"
      title="Open ${stage.layer}">${stage.layer}</button></figcaption>
    <div class="plate" data-name="stage${i}" data-side="${side}" data-stage="${i}"><canvas></canvas>
      <svg preserveAspectRatio="none" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg></div></figure>`;
}

function partsOf(root, look) {
  const shown = look.vector ? [] : look.stages;
  shown.forEach((_, i) => {
    const [tall, wide] = look.arrays[`stage${i}`].shape;
    const element = found(root, `stage${i}`);
    Object.assign(element.querySelector("canvas"), { width: wide, height: tall });
    element.style.aspectRatio = `${wide}/${tall}`;
    element.querySelector("svg").setAttribute("viewBox", `0 0 ${wide} ${tall}`);
    paintArray(element.querySelector("canvas"), look.arrays[`stage${i}`], look.stages[i].scale);
  });
  return {
    input: found(root, "input").querySelector("svg"),
    other: found(root, "other")?.querySelector("svg"),
    output: found(root, "output").querySelector("svg"),
    stages: shown.map((_, i) => found(root, `stage${i}`).querySelector("svg")),
    under: [...root.querySelectorAll("[data-under]")],
    traced: root.querySelector("[data-traced]"),
    head: root.querySelector(".terms"),
    cells: [...root.querySelectorAll(".grid-of-terms .cell")],
    steps: [...root.querySelectorAll(".step")].map((step) => ({
      text: step.querySelector(".text"),
      result: step.querySelector(".result"),
      keras: step.querySelector(".keras"),
      window: [...step.querySelectorAll(".pooled span")],
    })),
    cards: [...root.querySelectorAll(".card")].map((card) => ({
      card,
      place: Number(card.dataset.place),
      share: card.querySelector(".share b"),
      bar: card.querySelector(".share i"),
      in: card.querySelector(".in i"),
      out: card.querySelector(".out i"),
    })),
    deck: root.querySelector(".deck"),
    ...verdictOf(root),
  };
}

export function verdictOf(root) {
  const verdict = root.querySelector(".verdict");
  const [ours, link, others] = verdict.children;
  return { verdict, ours, link, others };
}

// The channel whose slice is written out: the one a person chose, else the one that gives most to the whole map

export const shownPlace = ({ look, chosen }) => {
  const place = look.sent.indexOf(chosen);
  return place >= 0 ? place : (look.order?.[0] ?? 0);
};

// Where the window lies on the input: its first row and column there, and its side

export function windowOn(look, row, column, state) {
  if (look.op === "conv" || look.op === "pool") return [...corner(look, row, column), look.window];
  if (look.op === "flatten" || look.op === "average") return tracedWindow(look, row, column, state);
  return [row, column, 1];
}

function placeShown(state) {
  const { look } = state;
  return look.op === "conv" ? shownPlace(state) : look.sent.length > 1 ? look.sent.indexOf(state.traced) : 0;
}

function tracedWindow(look, row, column, state) {
  const index = row * look.columns + column;
  const channel = look.op === "average" ? index : index % look.total;
  const cell = look.op === "average" ? 0 : Math.floor(index / look.total);
  const place = look.sent.indexOf(channel);
  if (state.traced !== channel) {
    state.traced = channel;
    if (place >= 0) paintInput(state.root, look, place);
    state.parts.traced.textContent = place >= 0 ? `map ${channel}` : `map ${channel} (not sent: too many)`;
  }
  return [Math.floor(cell / look.width), cell % look.width, 1];
}
