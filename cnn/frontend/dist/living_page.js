// Made by npm run build from the TypeScript in cnn/frontend; do not edit.
var __toBinary = Uint8Array.fromBase64 || /* @__PURE__ */ (() => {
  var table = new Uint8Array(128);
  for (var i = 0; i < 64; i++) table[i < 26 ? i + 65 : i < 52 ? i + 71 : i < 62 ? i - 4 : i * 4 - 205] = i;
  return (base64) => {
    var n = base64.length, bytes = new Uint8Array((n - (base64[n - 1] == "=") - (base64[n - 2] == "=")) * 3 / 4 | 0);
    for (var i2 = 0, j = 0; i2 < n; ) {
      var c0 = table[base64.charCodeAt(i2++)], c1 = table[base64.charCodeAt(i2++)];
      var c2 = table[base64.charCodeAt(i2++)], c3 = table[base64.charCodeAt(i2++)];
      bytes[j++] = c0 << 2 | c1 >> 4;
      bytes[j++] = c1 << 4 | c2 >> 2;
      bytes[j++] = c2 << 6 | c3;
    }
    return bytes;
  };
})();

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start)));
  const raw = (name, ...dtypes) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob has no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer, entry.shape, entry.dtype];
  };
  const facts2 = header.__metadata__[key];
  if (facts2 === void 0) throw new Error(`the blob's metadata have no ${key}`);
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

// cnn/frontend/living_page/convolution.wat
var convolution_default = __toBinary("AGFzbQEAAAABIANgDX9/f39/f39/f39/f38AYAJ/fwF/YAV/f39/fwF/AwQDAAECBQMBAAEHFQIGbWVtb3J5AgAIY29udm9sdmUAAArbBAOxBAMIfwt7BX8DQEEAISADQCAgISEgACAhIAUgCSAKEAIhDSADICEgDGxqIREgIEEBaiAEEAEhISAAICEgBSAJIAoQAiEOIAMgISAMbGohEiAgQQJqIAQQASEhIAAgISAFIAkgChACIQ8gAyAhIAxsaiETICBBA2ogBBABISEgACAhIAUgCSAKEAIhECADICEgDGxqIRQgAv0ABAAhFSAC/QAEECEZIBUhFiAVIRcgFSEYIBkhGiAZIRsgGSEcIAEhJCAHISIDQCAIISMDQCAk/QAEACEeICT9AAQQIR8gJEEgaiEkIA39CQIAIR0gDUEEaiENIBUgHSAe/eYB/eQBIRUgGSAdIB/95gH95AEhGSAO/QkCACEdIA5BBGohDiAWIB0gHv3mAf3kASEWIBogHSAf/eYB/eQBIRogD/0JAgAhHSAPQQRqIQ8gFyAdIB795gH95AEhFyAbIB0gH/3mAf3kASEbIBD9CQIAIR0gEEEEaiEQIBggHSAe/eYB/eQBIRggHCAdIB/95gH95AEhHCAjQQFrISMgIw0ACyANIAtqIQ0gDiALaiEOIA8gC2ohDyAQIAtqIRAgIkEBayEiICINAAsgESAV/QsEACARIBn9CwQQIBIgFv0LBAAgEiAa/QsEECATIBf9CwQAIBMgG/0LBBAgFCAY/QsEACAUIBz9CwQQICBBBGohICAgIARJDQALICQhASACQSBqIQIgA0EgaiEDIAZBAWshBiAGDQALCw8AIAAgAUEBayAAIAFJGwsWACAAIAEgAm4gA2wgASACcCAEbGpqCw==");

// cnn/frontend/living_page/convolution.wat?fused
var convolution_default2 = __toBinary("AGFzbQEAAAABIANgDX9/f39/f39/f39/f38AYAJ/fwF/YAV/f39/fwF/AwQDAAECBQMBAAEHFQIGbWVtb3J5AgAIY29udm9sdmUAAArDBAOZBAMIfwt7BX8DQEEAISADQCAgISEgACAhIAUgCSAKEAIhDSADICEgDGxqIREgIEEBaiAEEAEhISAAICEgBSAJIAoQAiEOIAMgISAMbGohEiAgQQJqIAQQASEhIAAgISAFIAkgChACIQ8gAyAhIAxsaiETICBBA2ogBBABISEgACAhIAUgCSAKEAIhECADICEgDGxqIRQgAv0ABAAhFSAC/QAEECEZIBUhFiAVIRcgFSEYIBkhGiAZIRsgGSEcIAEhJCAHISIDQCAIISMDQCAk/QAEACEeICT9AAQQIR8gJEEgaiEkIA39CQIAIR0gDUEEaiENIB0gHiAV/YUCIRUgHSAfIBn9hQIhGSAO/QkCACEdIA5BBGohDiAdIB4gFv2FAiEWIB0gHyAa/YUCIRogD/0JAgAhHSAPQQRqIQ8gHSAeIBf9hQIhFyAdIB8gG/2FAiEbIBD9CQIAIR0gEEEEaiEQIB0gHiAY/YUCIRggHSAfIBz9hQIhHCAjQQFrISMgIw0ACyANIAtqIQ0gDiALaiEOIA8gC2ohDyAQIAtqIRAgIkEBayEiICINAAsgESAV/QsEACARIBn9CwQQIBIgFv0LBAAgEiAa/QsEECATIBf9CwQAIBMgG/0LBBAgFCAY/QsEACAUIBz9CwQQICBBBGohICAgIARJDQALICQhASACQSBqIQIgA0EgaiEDIAZBAWshBiAGDQALCw8AIAAgAUEBayAAIAFJGwsWACAAIAEgAm4gA2wgASACcCAEbGpqCw==");

// cnn/frontend/living_page/convolution.ts
var LANES = 8;
var PAGE = 65536;
function instance(code) {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
  } catch {
    return null;
  }
}
function fastConvolve() {
  const found = instance(convolution_default2) ?? instance(convolution_default);
  return found && convolveWith(found);
}
function convolveWith(exports) {
  let floats = new Float32Array(exports.memory.buffer);
  let used = 0;
  const places2 = /* @__PURE__ */ new WeakMap();
  function reserve(numbers) {
    const missing = Math.ceil((numbers * 4 - floats.byteLength) / PAGE);
    if (missing <= 0) return;
    exports.memory.grow(missing);
    floats = new Float32Array(exports.memory.buffer);
  }
  function placeOf2(kernel, bias) {
    const known2 = places2.get(kernel);
    if (known2 !== void 0) return known2;
    const filters = bias.length;
    const length = kernel.length / filters;
    const wide = Math.ceil(filters / LANES) * LANES;
    const place = used;
    used += (length + 1) * wide;
    reserve(used);
    floats.fill(0, place, used);
    for (let i = 0; i < length; i++) {
      for (let f = 0; f < filters; f++) {
        const block = f - f % LANES;
        floats[place + block * length + i * LANES + f % LANES] = kernel[i * filters + f];
      }
    }
    floats.set(bias, place + length * wide);
    places2.set(kernel, place);
    return place;
  }
  return (step, x, kernel, bias, out) => {
    const [height, width, channels] = x.shape;
    const [rows, columns, filters] = step.shape;
    const size = step.size;
    const stride = step.stride;
    const top = step.same ? padBefore(height, size, stride) : 0;
    const left = step.same ? padBefore(width, size, stride) : 0;
    const high = Math.max((rows - 1) * stride + size, top + height);
    const wide = Math.max((columns - 1) * stride + size, left + width);
    const row = wide * channels;
    const blocks = Math.ceil(filters / LANES);
    const weights = placeOf2(kernel, bias);
    const input = used;
    const output = input + high * row;
    reserve(output + rows * columns * blocks * LANES);
    floats.fill(0, input, output);
    for (let y = 0; y < height; y++) {
      const from = y * width * channels;
      floats.set(x.values.subarray(from, from + width * channels), input + (y + top) * row + left * channels);
    }
    exports.convolve(
      4 * input,
      4 * weights,
      4 * (weights + size * size * channels * blocks * LANES),
      4 * output,
      rows * columns,
      columns,
      blocks,
      size,
      size * channels,
      4 * stride * row,
      4 * stride * channels,
      4 * (row - size * channels),
      4 * blocks * LANES
    );
    if (filters === blocks * LANES) out.set(floats.subarray(output, output + out.length));
    else {
      const skipped = blocks * LANES - filters;
      for (let i = 0, from = output; i < out.length; from += skipped) {
        for (let f = 0; f < filters; f++) out[i++] = floats[from++];
      }
    }
  };
}
var plainConvolve = (step, x, kernel, bias, out) => {
  const [height, width, channels] = x.shape;
  const [rows, columns, filters] = step.shape;
  const size = step.size;
  const stride = step.stride;
  const top = step.same ? padBefore(height, size, stride) : 0;
  const left = step.same ? padBefore(width, size, stride) : 0;
  const sums = new Float64Array(filters);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.set(bias);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const y = row * stride + i - top;
          const z = column * stride + j - left;
          if (y < 0 || y >= height || z < 0 || z >= width) continue;
          for (let c = 0; c < channels; c++) {
            const value = x.values[(y * width + z) * channels + c];
            const from = ((i * size + j) * channels + c) * filters;
            for (let f = 0; f < filters; f++) sums[f] = sums[f] + value * kernel[from + f];
          }
        }
      }
      out.set(sums, (row * columns + column) * filters);
    }
  }
};

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
var convolve;
function usePlain(plain) {
  convolve = (plain ? null : fastConvolve()) ?? plainConvolve;
  return convolve !== plainConvolve;
}
var places = /* @__PURE__ */ new WeakMap();
function forward(steps, weights, pixels) {
  if (!convolve) usePlain(false);
  const found = /* @__PURE__ */ new Map();
  for (const step of steps) {
    const inputs = step.inputs.map((name) => found.get(name));
    found.set(step.name, inputs.length ? run(step, weights, inputs) : scaled(step, pixels));
  }
  return found;
}
function scaled(step, pixels) {
  const values = placeOf(step);
  for (let i = 0; i < values.length; i++) values[i] = pixels[i] / 127.5 - 1;
  return { values, shape: step.shape };
}
function placeOf(step) {
  let found = places.get(step);
  if (!found) {
    found = new Float32Array(step.shape.reduce((product, side) => product * side, 1));
    places.set(step, found);
  }
  return found;
}
function run(step, weights, inputs) {
  const x = inputs[0];
  const array = (part) => weights.get(`${step.name}/${part}`);
  const out = placeOf(step);
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
      if (step.function !== "relu") for (let i = 0; i < out.length; i++) out[i] = apply(x.values[i]);
      else for (let i = 0; i < out.length; i++) out[i] = Math.max(x.values[i], 0);
      return maps;
    }
    case "add": {
      const y = inputs[1].values;
      for (let i = 0; i < out.length; i++) out[i] = x.values[i] + y[i];
      return maps;
    }
    case "gate": {
      const y = inputs[1].values;
      for (let i = 0; i < out.length; i++) out[i] = x.values[i] * y[i % y.length];
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
      for (let i = 0; i < x.values.length; i += channels) {
        for (let c = 0; c < channels; c++) sums[c] = sums[c] + x.values[i + c];
      }
      for (let c = 0; c < channels; c++) out[c] = sums[c] / cells;
      return maps;
    }
    case "dense":
      convolve(
        { ...step, size: 1, stride: 1, shape: [1, 1, out.length] },
        { values: x.values, shape: [1, 1, x.values.length] },
        array("kernel"),
        array("bias"),
        out
      );
      return maps;
    case "softmax": {
      let most = -Infinity;
      for (const score of x.values) most = Math.max(most, score);
      let sum = 0;
      for (const score of x.values) sum += Math.exp(score - most);
      for (let i = 0; i < out.length; i++) out[i] = Math.exp(x.values[i] - most) / sum;
      return maps;
    }
    default:
      return { values: x.values, shape: step.shape };
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
  const scales = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + step.epsilon));
  for (let i = 0; i < out.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      out[i + c] = (x[i + c] - mean[c]) * scales[c] + beta[c];
    }
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
  const most = step.op === "max";
  out.fill(most ? -Infinity : 0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const to = (row * columns + column) * channels;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const at = ((row * stride + i) * width + column * stride + j) * channels;
          if (most) {
            for (let c = 0; c < channels; c++) {
              const value = x.values[at + c];
              if (value > out[to + c]) out[to + c] = value;
            }
          } else {
            for (let c = 0; c < channels; c++) {
              out[to + c] = out[to + c] + x.values[at + c] / (size * size);
            }
          }
        }
      }
    }
  }
}

// cnn/frontend/living_page/sums.ts
var PLAIN = {
  relu: "max(0, x)",
  leaky_relu: "x, or 0.1 x below zero",
  elu: "x, or eˣ − 1 below zero",
  gelu: "x × Φ(x), the standard normal distribution function",
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
    const whose = step.op === "norm" ? "its moving mean) / its moving deviation" : "its group's mean) / its group's deviation";
    return plain(`(${fixed(read)} − ${whose} × ${gamma} + ${beta} = ${fixed(value)}`);
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
    `input: ${step.inputs[0]}, map ${channel}${step.op === "conv" ? " and all others" : ""}; the window is outlined`
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
    write(find(document, "#problem"), "This browser cannot read this file as a picture. Use a JPEG, PNG or WebP.");
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
      "There is no camera, or the browser does not allow it on a page opened from a file. Choose a photo instead."
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
    plain(wanted) {
      const fast = usePlain(wanted);
      compute();
      return fast;
    },
    /** Of one pass, of so many in a row, because a browser's clock is coarse. */
    milliseconds(passes) {
      const started = performance.now();
      for (let i = 0; i < passes; i++) compute();
      return (performance.now() - started) / passes;
    }
  }
});
