// @ts-nocheck
import { verdictOf } from "./map.ts";
import { addUp, bracketed, cellwise, cellwiseText, escapeHtml, exact, legendOf, near, written } from "./numbers.ts";
import { cellUnder, found, frame, paint, paintArray, plate } from "./plates.ts";
import { COMPUTING, showSteps, stepRows, VERDICT } from "./sum.ts";

const LARGEST = 10;
const FEW_NEURONS = 16;

export const NEURON = {
  build(root, state) {
    const { look } = state;
    look.terms = termsOf(look);
    look.mosaic = mosaicOf(look);
    const { tall, wide } = look.mosaic;
    const what = look.maps
      ? `${look.values_shape[2]} maps of ${look.source}`
      : `${look.values_shape[2]} values of ${look.source}`;
    root.querySelector(".cards").hidden = true;
    root.querySelector(".board").innerHTML = `
      <div class="from">${plate("products", "in", `Value × weight, the ${what}`, tall, wide, "Contributions")}
        ${legendOf(look.scales.product)}<p class="pointed"></p></div>
      <div class="sum" role="group" aria-label="The sum behind the neuron">
        <div class="terms"><span class="name">The ${Math.min(LARGEST, look.terms.length)} largest of ${count(look)} terms</span></div>
        <div class="ranked">${look.terms
          .slice(0, LARGEST)
          .map((term, i) => ranked(look, term, i))
          .join("")}
          ${restRow(look)}${plainRow("bias", look.bias)}</div>
        <div class="steps">${stepRows(look)}</div>${VERDICT}</div>
      <div class="to">${neurons(look)}</div>`;
    paint(found(root, "products").querySelector("canvas"), tall, wide, look.scales.product, look.mosaic.valueAt);
    found(root, "products").querySelector(".still").innerHTML = `<path class="between" d="${look.mosaic.between}"/>`;
    if (look.shape[0] > FEW_NEURONS) {
      paintArray(found(root, "output").querySelector("canvas"), look.arrays.output, look.scales.output);
      const at = [Math.floor(look.channel / look.columns), look.channel % look.columns];
      frame(found(root, "output").querySelector("svg"), ...at);
    }
    state.parts = {
      products: found(root, "products").querySelector("svg"),
      pointed: root.querySelector(".pointed"),
      steps: [...root.querySelectorAll(".step")].map((step) => ({
        text: step.querySelector(".text"),
        result: step.querySelector(".result"),
        keras: step.querySelector(".keras"),
        window: [],
      })),
      stages: [],
      ...verdictOf(root),
    };
    const first = look.mosaic.placeOf(look.terms[0]);
    [state.row, state.column] = first;
  },

  show(root, state) {
    const { look, parts, row, column } = state;
    const term = look.mosaic.termAt(row, column);
    frame(parts.products, row, column);
    parts.pointed.textContent = term
      ? `${placeName(look, term)}: ${written(term.value)} × ${bracketed(term.weight)} = ${written(term.product)}`
      : "";
    root.querySelectorAll(".ranked [data-index]").forEach((element) => {
      element.classList.toggle("chosen", Number(element.dataset.index) === term?.index);
    });
    const total = look.total + look.bias;
    const steps = [{ total, text: `${count(look)} terms ${written(look.total)} + bias ${bracketed(look.bias)}` }];
    look.stages.forEach((stage, i) => {
      const before = steps[i].total;
      steps.push({ total: cellwise(stage, before, 0), text: cellwiseText(stage, before, 0) });
    });
    const at = { row: Math.floor(look.channel / look.columns), column: look.channel % look.columns };
    state.result = { steps: steps.map((step) => ({ ...step, ...at })) };
    showSteps(state, state.result);
  },

  cells: ({ look }) => [look.mosaic.tall, look.mosaic.wide],

  cellOf(event, element) {
    const [row, column] = cellUnder(event, element);
    return { row, column };
  },
};

export const count = (look) => look.values_shape.reduce((product, size) => product * size, 1).toLocaleString("en");

// Every term that was sent, the farthest from zero first

function termsOf(look) {
  const { values } = look.arrays.input;
  const weights = look.arrays.weights.values;
  const terms = Array.from(values, (value, index) => ({
    index,
    value,
    weight: weights[index],
    product: value * weights[index],
  }));
  look.total = look.rest + addUp(terms.map((term) => term.product));
  return terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
}

// Where a term comes from: flatten goes row by row, channels last

export function originOf(look, { index }) {
  const place = Math.floor(index / look.channels);
  const channel = look.sent[index % look.channels];
  const cell = look.values_shape[0] * look.values_shape[1] > 1 || (look.maps && !look.averaged);
  return { channel, cell: cell ? [Math.floor(place / look.width), place % look.width] : null };
}

function placeName(look, term) {
  const { channel, cell } = originOf(look, term);
  if (cell) return `map ${channel}, row ${cell[0]}, column ${cell[1]}`;
  return look.averaged ? `mean of map ${channel}` : `neuron ${channel}`;
}

function ranked(look, term, i) {
  const { channel, cell } = originOf(look, term);
  const share = Math.abs(term.product / (look.terms[0].product || 1));
  const place = placeName(look, term);
  return `<button type="button" class="row" data-index="${term.index}" data-part="term${i}" data-go-layer="${look.source}"
      data-go-channel="${channel}" ${cell ? `data-go-cell="${cell}"` : ""} title="Open ${place} of ${look.source}">
    <span>${place}</span><span class="text">${written(term.value, 3)} × ${bracketed(term.weight, 3)}</span>
    <b title="${exact(term.product)}">${written(term.product, 3)}</b>${bar(term.product, share)}</button>`;
}

export const bar = (value, share) =>
  `<s><i class="${value < 0 ? "below" : "above"}" style="width:${50 * share}%;left:${value < 0 ? 50 - 50 * share : 50}%"></i></s>`;

function restRow(look) {
  const named = look.terms.slice(0, LARGEST);
  const others = look.values_shape.reduce((product, size) => product * size, 1) - named.length;
  if (!others) return "";
  const rest = look.total - addUp(named.map((term) => term.product));
  return plainRow(`the other ${others.toLocaleString("en")} together`, rest);
}

const plainRow = (name, value) =>
  `<div class="row plain"><span>${name}</span><span></span><b title="${exact(value)}">${written(value, 3)}</b><s></s></div>`;

// All neurons of the layer: bars where there are few, else a strip

function neurons(look) {
  const values = [...look.arrays.output.values].slice(0, look.shape[0]);
  if (look.shape[0] > FEW_NEURONS) {
    return `${plate("output", "neurons", `All ${look.shape[0]} neurons`, look.rows, look.columns, "All neurons")}
      ${legendOf(look.scales.output)}`;
  }
  const reach = Math.max(...values.map(Math.abs)) || 1;
  const rows = values.map(
    (value, i) => `<button type="button" class="row ${i === look.channel ? "chosen" : ""}" data-go-layer="${look.layer}"
      data-go-channel="${i}" data-part="neuron${i}"><span>${escapeHtml(look.names[i] ?? `neuron ${i}`)}</span>
      <b title="${exact(value)}">${written(value, 3)}</b>${bar(value, Math.abs(value) / reach)}</button>`,
  );
  return `<figure><figcaption><span>All ${values.length} ${look.layer === "scores" ? "scores" : "neurons"}</span></figcaption>
    <div class="ranked three">${rows.join("")}</div></figure>`;
}

// The maps of contributions side by side, one cell apart; single values in lines of 32

function mosaicOf(look) {
  const { height, width, channels } = look;
  const gap = height * width > 1 ? 1 : 0;
  const across = gap ? Math.max(Math.ceil(Math.sqrt(channels)), 1) : Math.min(32, channels);
  const down = Math.ceil(channels / across);
  const [high, wide] = [height + gap, width + gap];
  const products = look.arrays.input.values.map((value, i) => value * look.arrays.weights.values[i]);
  const indexAt = (row, column) => {
    const [y, x] = [row % high, column % wide];
    const channel = Math.floor(row / high) * across + Math.floor(column / wide);
    return y < height && x < width && channel < channels ? (y * width + x) * channels + channel : -1;
  };
  const lines = gap ? [across - 1, down - 1] : [0, 0];
  const [upright, level] = lines.map((number) => Array.from({ length: number }, (_, i) => i + 1));
  const between =
    upright.map((i) => `M${i * wide - 0.5} 0V${down * high}`).join("") +
    level.map((i) => `M0 ${i * high - 0.5}H${across * wide}`).join("");
  const byIndex = new Map(look.terms.map((term) => [term.index, term]));
  return {
    between,
    tall: down * high - gap,
    wide: across * wide - gap,
    valueAt: (row, column) => products[indexAt(row, column)] ?? NaN,
    termAt: (row, column) => byIndex.get(indexAt(row, column)),
    placeOf({ index }) {
      const [place, channel] = [Math.floor(index / channels), index % channels];
      const top = Math.floor(channel / across) * high + Math.floor(place / width);
      return [top, (channel % across) * wide + (place % width)];
    },
  };
}

// Softmax: the rows below this component write it out; here only whether Keras agrees

export const SHARES = {
  build(root, state) {
    root.querySelector(".cards").hidden = true;
    root.querySelector(".board").innerHTML = '<p class="verdict quiet" role="status"></p>';
    state.parts = { verdict: root.querySelector(".verdict") };
  },

  show(root, { look, keras, parts }) {
    const element = parts.verdict;
    const theirs = keras?.arrays?.keras0?.values;
    if (!theirs) {
      element.textContent = keras?.message ?? COMPUTING;
      return;
    }
    const scores = look.arrays.input.values;
    const most = Math.max(...scores);
    const powers = Array.from(scores, (score) => Math.exp(score - most));
    const shares = powers.map((power) => power / addUp(powers));
    const apart = Math.max(...shares.map((share, i) => Math.abs(share - theirs[i])));
    const same = shares.every((share, i) => near(share, theirs[i]));
    element.className = same ? "verdict same" : "verdict other";
    element.dataset.apart = apart;
    element.innerHTML = same
      ? `All ten of ours = Keras’s ✓ <small>at most ${apart.toExponential(1).replace("-", "−")} apart</small>`
      : `✗ Keras’s values are others: up to ${written(apart)} apart`;
  },

  cells: () => [1, 1],
  cellOf: () => null,
};
