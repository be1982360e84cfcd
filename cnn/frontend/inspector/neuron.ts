// One neuron: maps of value × weight; its largest terms, each with its origin; the rest, the bias and the layers
// after it. For softmax: only whether Keras agrees.
import { paintValues } from "../shared/canvas.ts";
import { escapeHtml, fill, find, findAll } from "../shared/dom.ts";
import { addUp, bracketed, exact, fixed, grouped, minus, near } from "../shared/numbers.ts";
import { cellwise, cellwiseText, softmax, type Term, termsOf } from "./cell.ts";
import { arrayOf, type DenseData } from "./data.ts";
import { canvasOf, frame, legendOf, paintArray, plate, plateCell, plateOf, svgOf } from "./plates.ts";
import { cellAt, lengthOf, type Mosaic, type State, type Step, type View } from "./state.ts";
import { COMPUTING, showSteps, stepRows, VERDICT } from "./sum.ts";

const LARGEST = 10;
const FEW_NEURONS = 16;
const LINE = 32; // values in a line where they are no maps

const dataOf = (state: State): DenseData => state.data as DenseData; // this view shows no others

export const NEURON_VIEW: View = {
  build(state) {
    const { root } = state;
    const data = dataOf(state);
    state.terms = termsOf(arrayOf(data, "input").values, arrayOf(data, "weights").values);
    state.total = data.rest + addUp(state.terms.map((term) => term.product));
    const mosaic = mosaicOf(data, state.terms);
    state.mosaic = mosaic;
    const { tall, wide } = mosaic;
    const what = `${data.values_shape[2]} ${data.maps ? "maps" : "values"} of ${data.source}`;
    const named = state.terms.slice(0, LARGEST);
    find(root, ".cards").hidden = true;
    fill(
      find(root, ".board"),
      `
      <div class="from">${plate("products", "in", `Value × weight, the ${what}`, tall, wide, "Contributions")}
        ${legendOf(data.scales.product)}<p class="pointed"></p></div>
      <div class="sum" role="group" aria-label="The sum behind the neuron">
        <div class="terms"><span class="name">The ${named.length} largest of ${grouped(termCount(data))} terms</span></div>
        <div class="ranked">${named.map((term, i) => ranked(data, term, i, named)).join("")}
          ${restRow(state, data)}${plainRow("bias", data.bias)}</div>
        <div class="steps">${stepRows(data)}</div>${VERDICT}</div>
      <div class="to">${neurons(data)}</div>`,
    );
    const products = plateOf(root, "products");
    paintValues(canvasOf(products), tall, wide, data.scales.product, mosaic.valueAt);
    find<SVGGElement>(products, ".still").innerHTML = `<path class="between" d="${mosaic.between}"/>`;
    if (lengthOf(data) > FEW_NEURONS) {
      const output = plateOf(root, "output");
      paintArray(canvasOf(output), arrayOf(data, "output"), data.scales.output);
      const at = cellAt(data.channel, data.columns);
      frame(svgOf(output), at.row, at.column);
    }
    if (named[0]) Object.assign(state, mosaic.placeOf(named[0]));
  },

  show(state) {
    const { root, row, column } = state;
    const data = dataOf(state);
    const term = state.mosaic?.termAt(row, column);
    frame(svgOf(plateOf(root, "products")), row, column);
    find(root, ".pointed").textContent = term
      ? `${placeName(data, term)}: ${fixed(term.value)} × ${bracketed(term.weight)} = ${fixed(term.product)}`
      : "";
    for (const element of findAll(root, ".ranked [data-index]")) {
      element.classList.toggle("chosen", Number(element.dataset.index) === term?.index);
    }
    state.result = { steps: neuronSteps(data, state.total) };
    showSteps(state, state.result);
  },

  cells: ({ mosaic }) => [mosaic?.tall ?? 1, mosaic?.wide ?? 1],
  cellOf: (point, element) => plateCell(point, element),
};

/** The neuron's score from the sum of its terms, and what the layers after it make of it. */
export function neuronSteps(data: DenseData, total: number): Step[] {
  const at = cellAt(data.channel, data.columns);
  const text = `${grouped(termCount(data))} terms ${fixed(total)} + bias ${bracketed(data.bias)}`;
  const steps: Step[] = [{ total: total + data.bias, text, ...at }];
  data.stages.forEach((stage, i) => {
    if (stage.kind === "window") throw new Error("nothing is pooled after a neuron");
    const before = (steps[i] as Step).total;
    steps.push({ total: cellwise(stage, before, 0), text: cellwiseText(stage, before, 0), ...at });
  });
  return steps;
}

const termCount = (data: DenseData): number => data.values_shape.reduce((product, size) => product * size, 1);

/** Where a term comes from: flatten goes row by row, channels last. */
export function originOfTerm(data: DenseData, { index }: Term): { channel: number; cell: [number, number] | null } {
  const place = Math.floor(index / data.channels);
  const channel = data.sent[index % data.channels] as number;
  const [tall, wide] = data.values_shape;
  const hasCell = tall * wide > 1 || data.placed;
  return { channel, cell: hasCell ? [Math.floor(place / data.width), place % data.width] : null };
}

function placeName(data: DenseData, term: Term): string {
  const { channel, cell } = originOfTerm(data, term);
  if (cell) return `map ${channel}, row ${cell[0]}, column ${cell[1]}`;
  return `${data.noun} ${channel}`;
}

function ranked(data: DenseData, term: Term, i: number, named: Term[]): string {
  const { channel, cell } = originOfTerm(data, term);
  const share = Math.abs(term.product / (named[0]?.product || 1));
  const place = placeName(data, term);
  return `<button type="button" class="row" data-index="${term.index}" data-part="term${i}" data-go-layer="${data.source}"
      data-go-channel="${channel}" ${cell ? `data-go-cell="${cell}"` : ""} title="Open ${place} of ${data.source}">
    <span>${place}</span><span class="text">${fixed(term.value, 3)} × ${bracketed(term.weight, 3)}</span>
    <b title="${exact(term.product)}">${fixed(term.product, 3)}</b>${bar(term.product, share)}</button>`;
}

const bar = (value: number, share: number): string =>
  `<s><i class="${value < 0 ? "below" : "above"}" data-style="width:${50 * share}%;left:${value < 0 ? 50 - 50 * share : 50}%"></i></s>`;

function restRow({ terms, total }: State, data: DenseData): string {
  const named = terms.slice(0, LARGEST);
  const others = termCount(data) - named.length;
  if (!others) return "";
  return plainRow(`the other ${grouped(others)} together`, total - addUp(named.map((term) => term.product)));
}

const plainRow = (name: string, value: number): string =>
  `<div class="row plain"><span>${name}</span><span></span><b title="${exact(value)}">${fixed(value, 3)}</b><s></s></div>`;

// All neurons of the layer: bars where there are few, else a strip

function neurons(data: DenseData): string {
  const count = lengthOf(data);
  if (count > FEW_NEURONS) {
    return `${plate("output", "neurons", `All ${count} neurons`, data.rows, data.columns, "All neurons")}
      ${legendOf(data.scales.output)}`;
  }
  const values = [...arrayOf(data, "output").values].slice(0, count);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  const rows = values.map(
    (value, i) => `<button type="button" class="row ${i === data.channel ? "chosen" : ""}" data-go-layer="${data.layer}"
      data-go-channel="${i}" data-part="neuron${i}"><span>${escapeHtml(data.names[i] ?? `neuron ${i}`)}</span>
      <b title="${exact(value)}">${fixed(value, 3)}</b>${bar(value, Math.abs(value) / reach)}</button>`,
  );
  return `<figure><figcaption><span>All ${count} ${data.layer === "scores" ? "scores" : "neurons"}</span></figcaption>
    <div class="ranked three">${rows.join("")}</div></figure>`;
}

/** The maps of contributions side by side, one cell apart; single values in lines of 32. */
export function mosaicOf(data: DenseData, terms: Term[]): Mosaic {
  const { height, width, channels } = data;
  const gap = height * width > 1 ? 1 : 0;
  const across = gap ? Math.max(Math.ceil(Math.sqrt(channels)), 1) : Math.min(LINE, channels);
  const down = Math.ceil(channels / across);
  const [high, wide] = [height + gap, width + gap];
  const indexAt = (row: number, column: number) => {
    const [y, x] = [row % high, column % wide];
    const channel = Math.floor(row / high) * across + Math.floor(column / wide);
    return y < height && x < width && channel < channels ? (y * width + x) * channels + channel : -1;
  };
  const numbers = (count: number) => Array.from({ length: gap * (count - 1) }, (_, i) => i + 1);
  const upright = numbers(across).map((i) => `M${i * wide - 0.5} 0V${down * high}`);
  const level = numbers(down).map((i) => `M0 ${i * high - 0.5}H${across * wide}`);
  const byIndex = new Map(terms.map((term) => [term.index, term]));
  return {
    between: [...upright, ...level].join(""),
    tall: down * high - gap,
    wide: across * wide - gap,
    valueAt: (row, column) => byIndex.get(indexAt(row, column))?.product ?? Number.NaN,
    termAt: (row, column) => byIndex.get(indexAt(row, column)),
    placeOf({ index }) {
      const [place, channel] = [Math.floor(index / channels), index % channels];
      const row = Math.floor(channel / across) * high + Math.floor(place / width);
      return { row, column: (channel % across) * wide + (place % width) };
    },
  };
}

// Softmax: the rows below this component write it out.

export const SOFTMAX_VIEW: View = {
  build({ root }) {
    find(root, ".cards").hidden = true;
    find(root, ".board").innerHTML = '<p class="verdict quiet" role="status"></p>';
  },

  show({ root, data, keras }) {
    const element = find(root, ".verdict");
    element.hidden = data.alone === true;
    const theirs = keras?.arrays.keras0?.values;
    if (!theirs) {
      element.textContent = keras?.message ?? COMPUTING;
      return;
    }
    const scores = arrayOf(data, "input").values.subarray(0, lengthOf(data));
    const shares = softmax(scores);
    const apart = Math.max(...shares.map((share, i) => Math.abs(share - (theirs[i] as number))));
    const same = shares.every((share, i) => near(share, theirs[i] as number));
    element.className = same ? "verdict same" : "verdict other";
    element.dataset.apart = String(apart);
    element.innerHTML = same
      ? `All ten of our values = Keras’s ✓ <small>at most ${minus(apart.toExponential(1))} apart</small>`
      : `✗ Keras’s values differ by up to ${fixed(apart)}`;
  },

  cells: () => [1, 1],
  cellOf: () => null,
};
