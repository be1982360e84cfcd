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
  const facts = header.__metadata__[key];
  if (facts === void 0) throw new Error(`the blob's metadata have no ${key}`);
  return {
    facts: JSON.parse(facts),
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

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

// cnn/frontend/shared/convolution.wat
var convolution_default = __toBinary("AGFzbQEAAAABIANgDX9/f39/f39/f39/f38AYAJ/fwF/YAV/f39/fwF/AwQDAAECBQMBAAEHFQIGbWVtb3J5AgAIY29udm9sdmUAAArbBAOxBAMIfwt7BX8DQEEAISADQCAgISEgACAhIAUgCSAKEAIhDSADICEgDGxqIREgIEEBaiAEEAEhISAAICEgBSAJIAoQAiEOIAMgISAMbGohEiAgQQJqIAQQASEhIAAgISAFIAkgChACIQ8gAyAhIAxsaiETICBBA2ogBBABISEgACAhIAUgCSAKEAIhECADICEgDGxqIRQgAv0ABAAhFSAC/QAEECEZIBUhFiAVIRcgFSEYIBkhGiAZIRsgGSEcIAEhJCAHISIDQCAIISMDQCAk/QAEACEeICT9AAQQIR8gJEEgaiEkIA39CQIAIR0gDUEEaiENIBUgHSAe/eYB/eQBIRUgGSAdIB/95gH95AEhGSAO/QkCACEdIA5BBGohDiAWIB0gHv3mAf3kASEWIBogHSAf/eYB/eQBIRogD/0JAgAhHSAPQQRqIQ8gFyAdIB795gH95AEhFyAbIB0gH/3mAf3kASEbIBD9CQIAIR0gEEEEaiEQIBggHSAe/eYB/eQBIRggHCAdIB/95gH95AEhHCAjQQFrISMgIw0ACyANIAtqIQ0gDiALaiEOIA8gC2ohDyAQIAtqIRAgIkEBayEiICINAAsgESAV/QsEACARIBn9CwQQIBIgFv0LBAAgEiAa/QsEECATIBf9CwQAIBMgG/0LBBAgFCAY/QsEACAUIBz9CwQQICBBBGohICAgIARJDQALICQhASACQSBqIQIgA0EgaiEDIAZBAWshBiAGDQALCw8AIAAgAUEBayAAIAFJGwsWACAAIAEgAm4gA2wgASACcCAEbGpqCw==");

// cnn/frontend/shared/convolution.wat?fused
var convolution_default2 = __toBinary("AGFzbQEAAAABIANgDX9/f39/f39/f39/f38AYAJ/fwF/YAV/f39/fwF/AwQDAAECBQMBAAEHFQIGbWVtb3J5AgAIY29udm9sdmUAAArDBAOZBAMIfwt7BX8DQEEAISADQCAgISEgACAhIAUgCSAKEAIhDSADICEgDGxqIREgIEEBaiAEEAEhISAAICEgBSAJIAoQAiEOIAMgISAMbGohEiAgQQJqIAQQASEhIAAgISAFIAkgChACIQ8gAyAhIAxsaiETICBBA2ogBBABISEgACAhIAUgCSAKEAIhECADICEgDGxqIRQgAv0ABAAhFSAC/QAEECEZIBUhFiAVIRcgFSEYIBkhGiAZIRsgGSEcIAEhJCAHISIDQCAIISMDQCAk/QAEACEeICT9AAQQIR8gJEEgaiEkIA39CQIAIR0gDUEEaiENIB0gHiAV/YUCIRUgHSAfIBn9hQIhGSAO/QkCACEdIA5BBGohDiAdIB4gFv2FAiEWIB0gHyAa/YUCIRogD/0JAgAhHSAPQQRqIQ8gHSAeIBf9hQIhFyAdIB8gG/2FAiEbIBD9CQIAIR0gEEEEaiEQIB0gHiAY/YUCIRggHSAfIBz9hQIhHCAjQQFrISMgIw0ACyANIAtqIQ0gDiALaiEOIA8gC2ohDyAQIAtqIRAgIkEBayEiICINAAsgESAV/QsEACARIBn9CwQQIBIgFv0LBAAgEiAa/QsEECATIBf9CwQAIBMgG/0LBBAgFCAY/QsEACAUIBz9CwQQICBBBGohICAgIARJDQALICQhASACQSBqIQIgA0EgaiEDIAZBAWshBiAGDQALCw8AIAAgAUEBayAAIAFJGwsWACAAIAEgAm4gA2wgASACcCAEbGpqCw==");

// cnn/frontend/shared/convolution.ts
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
    const known = places2.get(kernel);
    if (known !== void 0) return known;
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

// cnn/frontend/shared/forward.ts
var UnknownLayer = class extends Error {
  constructor(name, operation) {
    super(
      `The layer ${name} cannot be computed here: “${operation}” is no operation that this page knows. Make the page again with the present version of CNN Lab.`
    );
  }
};
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
      if (!apply) throw new UnknownLayer(step.name, String(step.function));
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
    case "copy":
      return { values: x.values, shape: step.shape };
    default:
      throw new UnknownLayer(step.name, step.op);
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

// cnn/frontend/shared/pictures.ts
function channel(name) {
  return [
    (detail) => document.dispatchEvent(new CustomEvent(name, { detail })),
    (hear) => {
      const listener = (event) => hear(event.detail);
      document.addEventListener(name, listener);
      return () => document.removeEventListener(name, listener);
    }
  ];
}
var [tellPicture, onPicture] = channel("cnn-lab-picture");
var [tellComputed, onComputed] = channel("cnn-lab-computed");

// cnn/frontend/browser_forward.ts
var states = /* @__PURE__ */ new WeakMap();
var browser_forward_default = lasting(function browserForward({ data, parentElement }) {
  const place = find(parentElement, ".forward");
  const blob = openBlob(data);
  const known = states.get(place);
  if (known?.facts.state === blob.facts.state) return known.stop;
  known?.stop();
  const weights = new Map(blob.names.map((name) => [name, blob.floats(name).values]));
  const { network, steps } = blob.facts;
  usePlain(false);
  const stop = onPicture((picture) => {
    if (steps.length) tellComputed({ network, picture, outputs: forward(steps, weights, picture.pixels) });
  });
  place.dataset.network = network;
  states.set(place, { facts: blob.facts, weights, stop });
  return stop;
});
export {
  browser_forward_default as default
};
