// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start)));
  const raw = (name, ...dtypes) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob holds no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer, entry.shape, entry.dtype];
  };
  const facts2 = header.__metadata__[key];
  if (facts2 === void 0) throw new Error(`the blob's metadata hold no ${key}`);
  return {
    facts: JSON.parse(facts2),
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape, dtype] = raw(name, "F32", "F16");
      return { values: dtype === "F32" ? new Float32Array(buffer) : fromHalves(new Uint16Array(buffer)), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    }
  };
}
function fromHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const sign = half & 32768 ? -1 : 1;
    const exponent = half >> 10 & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);
function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
var minus = (text) => text.replaceAll("-", "−");
var HUGE = 1e6;
var short = (number) => minus(number.toExponential(2).replace("e+", "e"));
function fixed(number, digits = 4) {
  if (Math.abs(number) >= HUGE) return short(number);
  return minus(Math.abs(number) < 0.5 * 10 ** -digits ? 0 .toFixed(digits) : number.toFixed(digits));
}
function percent(share) {
  const text = (100 * share).toFixed(1);
  if (share > 0 && text === "0.0") return "< 0.1 %";
  return share < 1 && text === "100.0" ? "> 99.9 %" : `${text} %`;
}

// cnn/frontend/shared/colours.ts
var STEPS = 511;
function rgb(text) {
  const channel = (from) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
function mix(one, other, share) {
  const channel = (i) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
function along(stops, share) {
  const at = clamp(share, 0, 1) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[below], stops[below + 1], at - below);
}
function shareOf(value, { low, high, stops }) {
  if (!(high > low)) return stops.length === 3 ? 0.5 : 0;
  return clamp((value - low) / (high - low), 0, 1);
}
function withTable(scale) {
  const stops = scale.stops.map(rgb);
  return { ...scale, table: Array.from({ length: STEPS }, (_, i) => along(stops, i / (STEPS - 1))) };
}
function colourOf(value, scale) {
  return scale.table[Math.round(shareOf(value, scale) * (STEPS - 1))];
}

// cnn/frontend/shared/canvas.ts
function paintCells(canvas, rows, columns, colourAt) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const colour = colourAt(row, column);
      if (!colour) continue;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
function paintValues(canvas, rows, columns, scale, valueAt) {
  paintCells(canvas, rows, columns, (row, column) => {
    const value = valueAt(row, column);
    return Number.isNaN(value) ? null : colourOf(value, scale);
  });
}
function paintPicture(canvas, pixels, rows, columns) {
  paintCells(canvas, rows, columns, (row, column) => pixelAt(pixels, row * columns + column));
}
function pixelAt(pixels, place) {
  return [pixels[3 * place], pixels[3 * place + 1], pixels[3 * place + 2]];
}

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// cnn/frontend/living_page/forward.ts
var LEAKY_SLOPE = 0.1;
var GELU_SCALE = Math.sqrt(2 / Math.PI);
var FUNCTIONS = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x) => x > 0 ? x : LEAKY_SLOPE * x,
  elu: (x) => x > 0 ? x : Math.expm1(x),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(GELU_SCALE * (x + 0.044715 * x * x * x))),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x))
};
var padBefore = (size, window, stride) => Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0) >> 1;
function forward(steps, weights, pixels) {
  const found = /* @__PURE__ */ new Map();
  for (const step of steps) {
    const inputs = step.inputs.map((name) => found.get(name));
    found.set(step.name, inputs.length ? run(step, weights, inputs) : scaled(step, pixels));
  }
  return found;
}
function scaled(step, pixels) {
  return { values: Float32Array.from(pixels, (pixel) => pixel / 127.5 - 1), shape: step.shape };
}
function run(step, weights, inputs) {
  const x = inputs[0];
  const array = (part) => weights.get(`${step.name}/${part}`);
  const out = new Float32Array(step.shape.reduce((product, side) => product * side, 1));
  const maps = { values: out, shape: step.shape };
  switch (step.op) {
    case "conv":
      convolve(step, x, array("kernel"), array("bias"), out);
      return maps;
    case "depthwise":
      depthwise(step, x, array("kernel"), out);
      return maps;
    case "norm":
      normalise(x.values, array("gamma"), array("beta"), array("moving_mean"), array("moving_variance"), step, out);
      return maps;
    case "group_norm":
      normaliseGroups(x, array("gamma"), array("beta"), step, out);
      return maps;
    case "function": {
      const apply = FUNCTIONS[step.function];
      for (let i = 0; i < out.length; i++) out[i] = apply(x.values[i]);
      return maps;
    }
    case "add":
    case "gate": {
      const y = inputs[1].values;
      for (let i = 0; i < out.length; i++) {
        const other = y[i % y.length];
        out[i] = step.op === "add" ? x.values[i] + other : x.values[i] * other;
      }
      return maps;
    }
    case "max":
    case "average":
      pool(step, x, out);
      return maps;
    case "global_average": {
      const channels = out.length;
      const cells = x.values.length / channels;
      const sums = new Float64Array(channels);
      for (let i = 0; i < x.values.length; i++)
        sums[i % channels] = sums[i % channels] + x.values[i];
      for (let c = 0; c < channels; c++) out[c] = sums[c] / cells;
      return maps;
    }
    case "dense":
      dense(x.values, array("kernel"), array("bias"), out);
      return maps;
    case "softmax": {
      const most = x.values.reduce((a, b) => Math.max(a, b), -Infinity);
      const powers = Array.from(x.values, (score) => Math.exp(score - most));
      const sum = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, i) => {
        out[i] = power / sum;
      });
      return maps;
    }
    default:
      return { values: x.values, shape: step.shape };
  }
}
var turned = /* @__PURE__ */ new WeakMap();
function rowsOf(kernel, filters) {
  let rows = turned.get(kernel);
  if (!rows) {
    const length = kernel.length / filters;
    rows = new Float32Array(kernel.length);
    for (let i = 0; i < length; i++) {
      for (let f = 0; f < filters; f++) rows[f * length + i] = kernel[i * filters + f];
    }
    turned.set(kernel, rows);
  }
  return rows;
}
function convolve(step, x, kernel, bias, out) {
  const [height, width, channels] = x.shape;
  const [rows, columns, filters] = step.shape;
  const size = step.size;
  const stride = step.stride;
  const top = step.same ? padBefore(height, size, stride) : 0;
  const left = step.same ? padBefore(width, size, stride) : 0;
  const length = size * size * channels;
  const wide = rowsOf(kernel, filters);
  const patches = new Float32Array(columns * length);
  for (let row = 0; row < rows; row++) {
    patches.fill(0);
    for (let column = 0; column < columns; column++) {
      for (let i = 0; i < size; i++) {
        const y = row * stride + i - top;
        if (y < 0 || y >= height) continue;
        const first = column * stride - left;
        const from = Math.max(0, -first);
        const to = Math.min(size, width - first);
        if (to <= from) continue;
        const start = (y * width + first + from) * channels;
        patches.set(
          x.values.subarray(start, start + (to - from) * channels),
          column * length + (i * size + from) * channels
        );
      }
    }
    multiply(patches, columns, wide, filters, length, bias, out, row * columns * filters);
  }
}
function multiply(patches, places, weights, filters, length, bias, out, start) {
  const by4 = filters - filters % 4;
  for (let f = 0; f < by4; f += 4) {
    const w0 = f * length;
    const w1 = w0 + length;
    const w2 = w1 + length;
    const w3 = w2 + length;
    for (let p = 0; p < places; p += 2) {
      const a = p * length;
      const b = p + 1 < places ? a + length : a;
      const outA = start + p * filters;
      const outB = p + 1 < places ? outA + filters : outA;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let i = 0; i < length; i++) {
        const u = patches[a + i];
        const v = patches[b + i];
        const k0 = weights[w0 + i];
        const k1 = weights[w1 + i];
        const k2 = weights[w2 + i];
        const k3 = weights[w3 + i];
        a0 += u * k0;
        a1 += u * k1;
        a2 += u * k2;
        a3 += u * k3;
        b0 += v * k0;
        b1 += v * k1;
        b2 += v * k2;
        b3 += v * k3;
      }
      out[outA + f] = a0 + bias[f];
      out[outA + f + 1] = a1 + bias[f + 1];
      out[outA + f + 2] = a2 + bias[f + 2];
      out[outA + f + 3] = a3 + bias[f + 3];
      out[outB + f] = b0 + bias[f];
      out[outB + f + 1] = b1 + bias[f + 1];
      out[outB + f + 2] = b2 + bias[f + 2];
      out[outB + f + 3] = b3 + bias[f + 3];
    }
  }
  for (let f = by4; f < filters; f++) {
    for (let p = 0; p < places; p++) {
      let sum = bias[f];
      for (let i = 0; i < length; i++) sum += patches[p * length + i] * weights[f * length + i];
      out[start + p * filters + f] = sum;
    }
  }
}
function depthwise(step, x, kernel, out) {
  const [height, width, channels] = x.shape;
  const [rows, columns] = step.shape;
  const size = step.size;
  const stride = step.stride;
  const top = step.same ? padBefore(height, size, stride) : 0;
  const left = step.same ? padBefore(width, size, stride) : 0;
  const sums = new Float64Array(channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.fill(0);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const y = row * stride + i - top;
          const z = column * stride + j - left;
          if (y < 0 || y >= height || z < 0 || z >= width) continue;
          const at = (y * width + z) * channels;
          const k = (i * size + j) * channels;
          for (let c = 0; c < channels; c++) {
            sums[c] = sums[c] + x.values[at + c] * kernel[k + c];
          }
        }
      }
      out.set(sums, (row * columns + column) * channels);
    }
  }
}
function normalise(x, gamma, beta, mean, variance, step, out) {
  const channels = gamma.length;
  const scales = Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + step.epsilon));
  for (let i = 0; i < out.length; i++) {
    const c = i % channels;
    out[i] = (x[i] - mean[c]) * scales[c] + beta[c];
  }
}
function normaliseGroups(x, gamma, beta, step, out) {
  const channels = gamma.length;
  const groups = step.groups;
  const each = channels / groups;
  const count = x.values.length / groups;
  const means = new Float64Array(groups);
  const variances = new Float64Array(groups);
  const group = (i) => Math.floor(i % channels / each);
  x.values.forEach((value, i) => {
    means[group(i)] = means[group(i)] + value / count;
  });
  x.values.forEach((value, i) => {
    variances[group(i)] = variances[group(i)] + (value - means[group(i)]) ** 2 / count;
  });
  x.values.forEach((value, i) => {
    const apart = value - means[group(i)];
    const normal = apart / Math.sqrt(variances[group(i)] + step.epsilon);
    out[i] = normal * gamma[i % channels] + beta[i % channels];
  });
}
function pool(step, x, out) {
  const [, width, channels] = x.shape;
  const [rows, columns] = step.shape;
  const size = step.size;
  const stride = step.stride;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < channels; c++) {
        let found = step.op === "max" ? -Infinity : 0;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const value = x.values[((row * stride + i) * width + column * stride + j) * channels + c];
            if (step.op === "max") found = Math.max(found, value);
            else found += value / (size * size);
          }
        }
        out[(row * columns + column) * channels + c] = found;
      }
    }
  }
}
function dense(x, kernel, bias, out) {
  const sums = Float64Array.from(bias);
  const units = bias.length;
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    for (let u = 0; u < units; u++) sums[u] = sums[u] + value * kernel[i * units + u];
  }
  out.set(sums);
}

// cnn/frontend/living_page/sums.ts
var PLAIN = {
  relu: "max(0, x)",
  leaky_relu: "x, or 0.1 x below zero",
  elu: "x, or eˣ − 1 below zero",
  gelu: "x times the normal distribution function of x",
  tanh: "tanh x",
  sigmoid: "1 / (1 + e⁻ˣ)"
};
function writeOut(step, weights, inputs, out, channel, row, column) {
  const array = (part) => weights.get(`${step.name}/${part}`);
  const [, columns, channels] = out.shape.length === 3 ? out.shape : [1, 1, out.shape[0]];
  const at = (row * columns + column) * channels + channel;
  const value = out.values[at];
  const x = inputs[0];
  const plain = (text) => ({ text, terms: [], window: null });
  if (!x) return plain(`pixel / 127.5 − 1 = ${fixed(value)}`);
  const size = step.size ?? 0;
  const corner = (side, place) => place * (step.stride ?? 1) - (step.same ? padBefore(x.shape[side], size, step.stride) : 0);
  if (step.op === "conv" || step.op === "depthwise") {
    const [height, width, depth] = x.shape;
    const window = { row: corner(0, row), column: corner(1, column), size };
    const read2 = step.op === "conv" ? Array.from({ length: depth }, (_, c) => c) : [channel];
    const kernel = array("kernel");
    const terms = [];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const y = window.row + i;
        const z = window.column + j;
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (const c of read2) {
          const weight = kernel[step.op === "conv" ? ((i * size + j) * depth + c) * channels + channel : (i * size + j) * depth + c];
          terms.push({
            place: `map ${c}, row ${y}, column ${z}`,
            value: x.values[(y * width + z) * depth + c],
            weight
          });
        }
      }
    }
    const bias = step.op === "conv" ? array("bias")[channel] : 0;
    return summed(terms, bias, step.op === "conv", window);
  }
  if (step.op === "dense") {
    const units = out.values.length;
    const kernel = array("kernel");
    const terms = Array.from(x.values, (one, i) => ({
      place: `value ${i}`,
      value: one,
      weight: kernel[i * units + channel]
    }));
    return summed(terms, array("bias")[channel], true, null);
  }
  if (step.op === "max" || step.op === "average") {
    const window = { row: corner(0, row), column: corner(1, column), size };
    const [, width, depth] = x.shape;
    const cells = [];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        cells.push(fixed(x.values[((window.row + i) * width + window.column + j) * depth + channel]));
      }
    }
    const word = step.op === "max" ? "largest" : "mean";
    return { text: `${word} of ${cells.join(", ")} = ${fixed(value)}`, terms: [], window };
  }
  const read = x.values[at];
  if (step.op === "function") {
    const name = PLAIN[step.function];
    return plain(`${name} with x = ${fixed(read)} gives ${fixed(value)}`);
  }
  if (step.op === "add") return plain(`${fixed(read)} + ${fixed(inputs[1]?.values[at])} = ${fixed(value)}`);
  if (step.op === "gate")
    return plain(`${fixed(read)} × ${fixed(inputs[1]?.values[channel])} = ${fixed(value)}`);
  if (step.op === "norm" || step.op === "group_norm") {
    const gamma = fixed(array("gamma")[channel]);
    const beta = fixed(array("beta")[channel]);
    const whose = step.op === "norm" ? "its running mean, over its running deviation" : "its group's mean, over its deviation";
    return plain(`${fixed(read)} less ${whose}, × ${gamma} + ${beta} = ${fixed(value)}`);
  }
  if (step.op === "softmax") {
    const most = Math.max(...x.values);
    const sum = x.values.reduce((total, score) => total + Math.exp(score - most), 0);
    const power = Math.exp(x.values[channel] - most);
    return plain(
      `e^(${fixed(x.values[channel])} − ${fixed(most)}) / sum = ${fixed(power)} / ${fixed(sum)} = ${fixed(value)}`
    );
  }
  if (step.op === "global_average") return plain(`mean of all cells of map ${channel} = ${fixed(value)}`);
  return plain(`the value as it was: ${fixed(value)}`);
}
function summed(terms, bias, hasBias, window) {
  const sum = terms.reduce((total, term) => total + term.value * term.weight, 0);
  const bracketed = bias < 0 ? `(${fixed(bias)})` : fixed(bias);
  const products = `${terms.length} products ${fixed(sum)}`;
  const text = hasBias ? `${products} + bias ${bracketed} = ${fixed(sum + bias)}` : `${products} = ${fixed(sum)}`;
  terms.sort((one, other) => Math.abs(other.value * other.weight) - Math.abs(one.value * one.weight));
  return { text, terms, window };
}

// cnn/frontend/living_page/index.ts
var SIDE = 32;
var LARGEST_TERMS = 8;
var MOST_MAPS = 128;
var KERNELS = 32;
var packed = find(document, "#network").textContent.trim();
var blob = openBlob(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
var { facts } = blob;
var dark = matchMedia("(prefers-color-scheme: dark)");
var known = /* @__PURE__ */ new Map();
function weightsOf(snapshot) {
  let found = known.get(snapshot);
  if (!found) {
    const start = `${snapshot}:`;
    found = new Map(
      blob.names.filter((name) => name.startsWith(start)).map((name) => [name.slice(start.length), blob.floats(name).values])
    );
    known.set(snapshot, found);
  }
  return found;
}
var state = {
  pixels: blob.bytes("sample/0").values,
  name: facts.samples[0]?.label ?? "",
  snapshot: facts.snapshots.length - 1,
  layer: facts.steps.find((step) => step.op === "conv")?.name ?? "input",
  channel: 0,
  row: 0,
  column: 0
};
var outputs = /* @__PURE__ */ new Map();
var stepOf = (name) => facts.steps.find((step) => step.name === name);
var outputOf = (name) => outputs.get(name);
var threeOf = (maps) => maps.shape.length === 3 ? maps.shape : [1, 1, maps.shape[0]];
function scaleOf(values) {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const colours = dark.matches ? facts.colours.dark : facts.colours.light;
  if (low < 0) {
    const reach = Math.max(-low, high);
    return withTable({ low: -reach, high: reach, stops: colours.signed });
  }
  return withTable({ low: 0, high, stops: colours.sequential });
}
function paintMap(canvas, maps, channel, scale) {
  const [rows, columns, channels] = threeOf(maps);
  paintValues(
    canvas,
    rows,
    columns,
    scale,
    (row, column) => maps.values[(row * columns + column) * channels + channel]
  );
}
function layerSection(step) {
  const section = make("section", find(document, "#layers"), "layer");
  section.dataset.layer = step.name;
  const heading = make("h3", section);
  make("span", heading, `tag ${step.tag}`, step.name);
  make("span", heading, "phrase", `${step.phrase} · ${step.shape.join("×")}`);
  make("div", section, "maps");
  make("p", section, "scale");
}
function drawLayer(step) {
  const place = find(document, `[data-layer="${step.name}"] .maps`);
  const maps = outputOf(step.name);
  const scale = scaleOf(maps.values);
  const [, , channels] = threeOf(maps);
  const vector = maps.shape.length === 1;
  const shown = vector ? 1 : Math.min(channels, MOST_MAPS);
  while (place.children.length < shown) {
    const channel = place.children.length;
    const button = makeButton(
      place,
      "map",
      "",
      vector ? `${step.name}, ${channels} values` : `${step.name}, map ${channel}`
    );
    make("canvas", button).setAttribute("aria-hidden", "true");
    button.addEventListener("click", () => choose(step.name, channel));
  }
  for (let channel = 0; channel < shown; channel++) {
    const button = place.children[channel];
    const canvas = find(button, "canvas");
    button.setAttribute("aria-pressed", String(step.name === state.layer && (vector || channel === state.channel)));
    if (vector) {
      const columns = Math.min(channels, 64);
      paintValues(
        canvas,
        Math.ceil(channels / columns),
        columns,
        scale,
        (row, column) => maps.values[row * columns + column] ?? Number.NaN
      );
      button.classList.add("vector");
    } else paintMap(canvas, maps, channel, scale);
  }
  const more = channels > shown && !vector ? ` First ${shown} of ${channels} maps.` : "";
  write(
    find(document, `[data-layer="${step.name}"] .scale`),
    `${minus(scale.low.toPrecision(3))} to ${scale.high.toPrecision(3)}.${more}`
  );
}
function drawBars() {
  const place = find(document, "#bars");
  const shares = outputOf("softmax").values;
  const best = largest(shares);
  facts.classes.forEach((name, i) => {
    let row = place.children[i];
    if (!row) {
      row = make("div", place, "bar");
      make("span", row, "class", name);
      make("progress", row).max = 1;
      make("span", row, "share");
    }
    const share = shares[i];
    find(row, "progress").value = share;
    find(row, "progress").setAttribute("aria-label", name);
    write(find(row, ".share"), percent(share));
    row.classList.toggle("best", i === best);
  });
  write(find(document, "#verdict"), `${facts.classes[best]}, ${percent(shares[best])}: ${state.name}`);
}
function drawInspector() {
  const step = stepOf(state.layer);
  const maps = outputOf(step.name);
  const [rows, columns, channels] = threeOf(maps);
  state.channel = clamp(state.channel, 0, channels - 1);
  state.row = clamp(state.row, 0, rows - 1);
  state.column = clamp(state.column, 0, columns - 1);
  write(find(document, "#inspected"), `${step.name}, ${maps.shape.length === 3 ? "map" : "value"} ${state.channel}`);
  write(find(document, "#about"), step.about);
  const canvas = find(document, "#map canvas");
  const input = step.inputs[0] ? outputOf(step.inputs[0]) : null;
  if (maps.shape.length === 3) paintMap(canvas, maps, state.channel, scaleOf(maps.values));
  else {
    const wide = Math.min(channels, 64);
    const scale = scaleOf(maps.values);
    paintValues(
      canvas,
      Math.ceil(channels / wide),
      wide,
      scale,
      (row, column) => maps.values[row * wide + column] ?? Number.NaN
    );
  }
  const inputs = step.inputs.map(outputOf);
  const sum = writeOut(step, weightsOf(state.snapshot), inputs, maps, state.channel, state.row, state.column);
  const value = maps.values[(state.row * columns + state.column) * channels + state.channel];
  const where = maps.shape.length === 3 ? `Row ${state.row}, column ${state.column}: ` : "";
  write(find(document, "#cell"), `${where}${fixed(value)}`);
  write(find(document, "#sum"), sum.text);
  const body = find(document, "#terms tbody");
  body.replaceChildren();
  for (const term of sum.terms.slice(0, LARGEST_TERMS)) {
    const row = make("tr", body);
    for (const text of [term.place, fixed(term.value), fixed(term.weight), fixed(term.value * term.weight)])
      make("td", row, "", text);
  }
  find(document, "#terms").hidden = sum.terms.length === 0;
  drawWindow(sum.window, input, step);
  drawKernels(step, input);
}
function drawWindow(window, input, step) {
  const figure = find(document, "#read");
  figure.hidden = !window || !input;
  if (!window || !input) return;
  const channel = step.op === "conv" ? 0 : state.channel;
  write(
    find(figure, "figcaption"),
    `read from ${step.inputs[0]}, map ${channel}${step.op === "conv" ? " and all others" : ""}: the window is marked`
  );
  const canvas = find(figure, "canvas");
  paintMap(canvas, input, channel, scaleOf(input.values));
  const [rows, columns] = threeOf(input);
  const mark = find(figure, "i");
  const [top, left] = [Math.max(0, window.row), Math.max(0, window.column)];
  const share = (cells, of) => `${100 * cells / of}%`;
  mark.style.top = share(top, rows);
  mark.style.left = share(left, columns);
  mark.style.height = share(Math.min(rows, window.row + window.size) - top, rows);
  mark.style.width = share(Math.min(columns, window.column + window.size) - left, columns);
}
function drawKernels(step, input) {
  const place = find(document, "#kernels");
  place.replaceChildren();
  const kernel = weightsOf(state.snapshot).get(`${step.name}/kernel`);
  find(document, "#filters").hidden = !kernel || !input || step.op === "dense";
  if (!kernel || !input || step.op === "dense") return;
  const size = step.size;
  const depth = input.shape[2];
  const filters = step.op === "conv" ? step.shape[2] : 1;
  const channels = step.op === "conv" ? Array.from({ length: Math.min(depth, KERNELS) }, (_, c) => c) : [state.channel];
  const weight = (i, j, c) => kernel[((i * size + j) * depth + c) * filters + (step.op === "conv" ? state.channel : 0)];
  const scale = scaleOf(
    Float32Array.from(
      channels.flatMap((c) => Array.from({ length: size * size }, (_, i) => weight(Math.floor(i / size), i % size, c)))
    )
  );
  for (const c of channels) {
    const figure = make("figure", place);
    const canvas = make("canvas", figure);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `weights over map ${c}`);
    paintValues(canvas, size, size, scale, (row, column) => weight(row, column, c));
    make("figcaption", figure, "", String(c));
  }
}
function choose(layer, channel) {
  state.layer = layer;
  state.channel = channel;
  const [rows, columns] = threeOf(outputOf(layer));
  state.row = rows >> 1;
  state.column = columns >> 1;
  draw();
  find(document, "#inspector").scrollIntoView({ block: "nearest", behavior: "auto" });
}
function chooseCell(row, column) {
  const maps = outputOf(state.layer);
  if (maps.shape.length === 3) {
    state.row = row;
    state.column = column;
  } else state.channel = row * Math.min(maps.shape[0], 64) + column;
  drawInspector();
}
function compute() {
  outputs = forward(facts.steps, weightsOf(state.snapshot), state.pixels);
}
function draw() {
  paintPicture(find(document, "#picture canvas"), state.pixels, SIDE, SIDE);
  for (const step of facts.steps) drawLayer(step);
  drawBars();
  drawInspector();
}
function show(pixels, name) {
  state.pixels = pixels;
  state.name = name;
  compute();
  draw();
}
function shrink(source, width, height) {
  const side = Math.min(width, height);
  let canvas = document.createElement("canvas");
  let now = Math.max(SIDE, Math.min(side, 1024));
  const square = (size, from, x, y, cut) => {
    const next = document.createElement("canvas");
    next.width = next.height = size;
    const context = next.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#FFFFFF";
    context.fillRect(0, 0, size, size);
    context.imageSmoothingQuality = "high";
    context.drawImage(from, x, y, cut, cut, 0, 0, size, size);
    return next;
  };
  canvas = square(now, source, (width - side) / 2, (height - side) / 2, side);
  while (now > SIDE) {
    const next = Math.max(SIDE, now >> 1);
    canvas = square(next, canvas, 0, 0, now);
    now = next;
  }
  const data = canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE).data;
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + i % 3]);
}
async function showFile(file, name) {
  if (!file) return;
  try {
    const image = await createImageBitmap(file);
    show(shrink(image, image.width, image.height), name);
    image.close();
    write(find(document, "#problem"), "");
  } catch {
    write(
      find(document, "#problem"),
      "This file is not a picture that this browser can read; take a JPEG, PNG or WebP."
    );
  }
}
async function useCamera() {
  const video = find(document, "#camera video");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    find(document, "#camera").hidden = false;
    await video.play();
    find(document, "#shoot").onclick = () => {
      show(shrink(video, video.videoWidth, video.videoHeight), "your photo");
      for (const track of stream.getTracks()) track.stop();
      find(document, "#camera").hidden = true;
    };
  } catch {
    write(
      find(document, "#problem"),
      "No camera, or the browser does not lend it to a page opened from a file; choose a photo instead."
    );
  }
}
function begin() {
  const samples = find(document, "#samples");
  facts.samples.forEach(({ label }, i) => {
    const button = makeButton(samples, "sample", "", label);
    const canvas = make("canvas", button);
    canvas.setAttribute("aria-hidden", "true");
    const { values } = blob.bytes(`sample/${i}`);
    paintPicture(canvas, values, SIDE, SIDE);
    button.addEventListener("click", () => show(values, label));
  });
  const file = find(document, "#file");
  file.addEventListener("change", () => showFile(file.files?.[0], "your photo"));
  find(document, "#use-camera").addEventListener("click", useCamera);
  document.addEventListener("paste", (event) => showFile([...event.clipboardData?.files ?? []][0], "your picture"));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    showFile([...event.dataTransfer?.files ?? []][0], "your picture");
  });
  const epochs = find(document, "#epochs");
  epochs.max = String(facts.snapshots.length - 1);
  epochs.value = epochs.max;
  find(document, "#time").hidden = facts.snapshots.length < 2;
  const turn = () => {
    state.snapshot = Number(epochs.value);
    write(find(document, "#epoch"), facts.snapshots[state.snapshot]?.label ?? "");
    epochs.setAttribute("aria-valuetext", find(document, "#epoch").textContent ?? "");
    compute();
    draw();
  };
  epochs.addEventListener("input", turn);
  for (const step of facts.steps) layerSection(step);
  const map = find(document, "#map canvas");
  map.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") cellAt(event);
  });
  map.addEventListener("pointerdown", cellAt);
  map.addEventListener("keydown", (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const vector = outputOf(state.layer).shape.length === 1;
    if (vector) {
      state.channel += by[0] * 64 + by[1];
      drawInspector();
    } else chooseCell(state.row + by[0], state.column + by[1]);
  });
  function cellAt(event) {
    const box = map.getBoundingClientRect();
    const row = clamp(Math.floor((event.clientY - box.top) / box.height * map.height), 0, map.height - 1);
    chooseCell(row, clamp(Math.floor((event.clientX - box.left) / box.width * map.width), 0, map.width - 1));
  }
  dark.addEventListener("change", draw);
  turn();
}
begin();
Object.assign(globalThis, {
  living: {
    show,
    values: (name) => [...outputOf(name).values],
    sum: () => find(document, "#sum").textContent,
    milliseconds(rounds) {
      const times = Array.from({ length: rounds }, () => {
        const started = performance.now();
        compute();
        return performance.now() - started;
      });
      return times.sort((a, b) => a - b)[rounds >> 1];
    }
  }
});
