// @ts-nocheck
// The inspector, part 1: the blob, the arithmetic of one cell, colours and texts. Nothing here touches the page.

export const NEAR = 1e-4;

// A blob: 8 bytes of header length, a JSON header with our facts in its metadata, float32 arrays

export function readBlob(bytes, key) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const arrays = {};
  for (const [name, { shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = data_offsets;
    const values = new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer);
    arrays[name] = { values, shape };
  }
  return { ...JSON.parse(header.__metadata__[key]), arrays };
}

export function readLook(bytes) {
  const look = readBlob(bytes, "look");
  const [height, width, channels] = look.arrays.input.shape;
  const [rows, columns] = look.arrays.output.shape;
  for (const scale of Object.values(look.scales)) prepare(scale);
  for (const stage of look.stages) prepare(stage.scale);
  const sent = look.sent ?? [0];
  return Object.assign(look, { height, width, channels, rows, columns, sent });
}

export const valueAt = ({ values, shape }, row, column) => values[row * shape[1] + column];

// One cell. `sums` is what each input channel gives, `total` the layer's value, worked out here from its terms.

export const corner = (look, row, column) => [row * look.stride - look.zeros[0], column * look.stride - look.zeros[1]];

export function inputAt(look, y, x, place) {
  const inside = y >= 0 && x >= 0 && y < look.height && x < look.width;
  return inside ? look.arrays.input.values[(y * look.width + x) * look.channels + place] : 0;
}

function convSums(look, row, column, sums) {
  const { window: size, height, width, channels } = look;
  const input = look.arrays.input.values;
  const kernel = look.arrays.kernel.values;
  const [top, left] = corner(look, row, column);
  sums.fill(0);
  for (let i = 0; i < size; i++) {
    const y = top + i;
    if (y < 0 || y >= height) continue;
    for (let j = 0; j < size; j++) {
      const x = left + j;
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels;
      const at = (i * size + j) * channels;
      for (let place = 0; place < channels; place++) sums[place] += input[from + place] * kernel[at + place];
    }
  }
  return sums;
}

export const addUp = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

export function convTotal(look, row, column, sums) {
  return addUp(convSums(look, row, column, sums)) + valueAt(look.arrays.rest, row, column) + look.bias;
}

export function windowValues({ window: size, stride }, map, row, column) {
  return Array.from({ length: size * size }, (_, k) =>
    valueAt(map, row * stride + Math.floor(k / size), column * stride + (k % size)),
  );
}

export const poolTotal = (kind, values) => (kind === "max" ? Math.max(...values) : addUp(values) / values.length);

export function winnerOf(values) {
  const best = values.reduce((found, value, place) => (value > values[found] ? place : found), 0);
  return values.some((value) => value < values[best]) ? best : -1; // all equal: nobody wins
}

// The first pooled cell whose window takes (row, column) in, and how many do; none between windows or at the edge

export function poolCell({ window: size, stride }, [rows, columns], row, column) {
  const first = (place) => Math.max(Math.ceil((place - size + 1) / stride), 0);
  const last = (place, count) => Math.min(Math.floor(place / stride), count - 1);
  const [top, left] = [first(row), first(column)];
  const down = last(row, rows) - top + 1;
  const across = last(column, columns) - left + 1;
  return down > 0 && across > 0 ? { row: top, column: left, count: down * across } : null;
}

const ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x, { slope }) => (x > 0 ? x : slope * x),
  elu: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  tanh: (x) => Math.tanh(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

export function cellwise(stage, x, added) {
  switch (stage.op) {
    case "norm":
      return ((x - stage.moving_mean) / Math.sqrt(stage.moving_variance + stage.epsilon)) * stage.gamma + stage.beta;
    case "relu":
      return ACTIVATIONS[stage.function](x, stage);
    case "add":
      return x + added;
  }
  return x; // dropout does nothing once training is over
}

export function cellwiseText(stage, x, added) {
  const [value, wrapped] = [written(x), bracketed(x)];
  switch (stage.op) {
    case "norm":
      return (
        `(${value} − ${bracketed(stage.moving_mean)}) / √(${written(stage.moving_variance)} + ${stage.epsilon})` +
        ` × ${bracketed(stage.gamma)} + ${bracketed(stage.beta)}`
      );
    case "add":
      return `${value} + ${bracketed(added)} of ${stage.other}`;
    case "drop":
      return `${value}, passed on: dropout is for training only`;
  }
  switch (stage.function) {
    case "relu":
      return `max(0, ${value})`;
    case "leaky_relu":
      return x > 0 ? `${value}, above 0: it stays` : `${stage.slope} × ${wrapped}`;
    case "elu":
      return x > 0
        ? `${value}, above 0: it stays`
        : stage.alpha === 1
          ? `e^${wrapped} − 1`
          : `${stage.alpha} × (e^${wrapped} − 1)`;
    case "gelu":
      return `${value} × Φ(${value}) = ${value} × ${written(x === 0 ? 0.5 : cellwise(stage, x) / x)}`;
    case "sigmoid":
      return `1 / (1 + e^${bracketed(-x)})`;
  }
  return `tanh(${value})`;
}

// Texts: four decimals where numbers are compared, two in a grid; all of it under the cursor

export const written = (number, digits = 4) => {
  const text = Math.abs(number) < 0.5 * 10 ** -digits ? (0).toFixed(digits) : number.toFixed(digits);
  return text.replace("-", "−");
};
export const bracketed = (number, digits = 4) => {
  const text = written(number, digits);
  return text.startsWith("−") ? `(${text})` : text;
};
export const exact = (number) => String(Number(number.toPrecision(7))).replace("-", "−");
export const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
export const near = (ours, theirs) => Math.abs(ours - theirs) <= NEAR * Math.max(1, Math.abs(theirs));

// Colours: each scale as a table of 511 steps, its middle one exactly zero where it is signed

const STEPS = 511;
const rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));

function luminance(colour) {
  const linear = colour.map((c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

export function prepare(scale) {
  const stops = scale.stops.map(rgb);
  scale.table = Array.from({ length: STEPS }, (_, k) => {
    const at = (k / (STEPS - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(at), stops.length - 2);
    return stops[below].map((low, i) => Math.round(low + (stops[below + 1][i] - low) * (at - below)));
  });
  scale.grounds = scale.table.map((colour) => `rgb(${colour})`);
  scale.inks = scale.table.map((colour) => (luminance(colour) > 0.18 ? "#1D1B18" : "#FFFFFF"));
  return scale;
}

export function stepOf(value, { low, high, stops }) {
  if (!(high > low)) return stops.length === 3 ? (STEPS - 1) / 2 : 0;
  return Math.round(Math.min(Math.max((value - low) / (high - low), 0), 1) * (STEPS - 1));
}

export function tint(element, value, scale) {
  const step = stepOf(value, scale);
  element.style.background = scale.grounds[step];
  element.style.color = scale.inks[step];
}

export function legendOf(scale, about = "") {
  const middle = scale.stops.length === 3 ? "<span>0</span>" : "";
  const [low, high] = [written(scale.low, 2), written(scale.high, 2)];
  return `<div class="legend"><i style="background:linear-gradient(90deg,${scale.stops.join(",")})"></i>
    <div><span>${low}</span>${middle}<span>${high}</span></div>${about && `<p>${about}</p>`}</div>`;
}
