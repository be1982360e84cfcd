// The forward pass in the browser, on typed arrays: one picture, every layer's values. Maps lie row by row, channels
// last, as in Python. Sums are kept in double precision; what is stored is float32.

export interface Maps {
  values: Float32Array;
  shape: number[]; // [height, width, channels] or [values]
}

/** One layer as the page's facts have it: what is done, of which layers, with which arrays. */
export interface Step {
  name: string;
  op: string;
  inputs: string[];
  shape: number[];
  stride?: number;
  same?: boolean;
  size?: number;
  groups?: number;
  epsilon?: number;
  function?: string;
}

export type Weights = ReadonlyMap<string, Float32Array>;

const LEAKY_SLOPE = 0.1;
const GELU_SCALE = Math.sqrt(2 / Math.PI);

export const FUNCTIONS: Record<string, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x) => (x > 0 ? x : LEAKY_SLOPE * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(GELU_SCALE * (x + 0.044715 * x * x * x))),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** Zeros before a side so that ceil(size / stride) windows fit; an odd one comes after, as in TensorFlow. */
export const padBefore = (size: number, window: number, stride: number): number =>
  Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0) >> 1;

/** Every layer's values for one picture, (32, 32, 3), 0 to 255. */
export function forward(steps: readonly Step[], weights: Weights, pixels: ArrayLike<number>): Map<string, Maps> {
  const found = new Map<string, Maps>();
  for (const step of steps) {
    const inputs = step.inputs.map((name) => found.get(name) as Maps);
    found.set(step.name, inputs.length ? run(step, weights, inputs) : scaled(step, pixels));
  }
  return found;
}

function scaled(step: Step, pixels: ArrayLike<number>): Maps {
  return { values: Float32Array.from(pixels, (pixel) => pixel / 127.5 - 1), shape: step.shape };
}

function run(step: Step, weights: Weights, inputs: Maps[]): Maps {
  const x = inputs[0] as Maps;
  const array = (part: string) => weights.get(`${step.name}/${part}`) as Float32Array;
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
      const apply = FUNCTIONS[step.function as string] as (value: number) => number;
      for (let i = 0; i < out.length; i++) out[i] = apply(x.values[i] as number);
      return maps;
    }
    case "add":
    case "gate": {
      const y = (inputs[1] as Maps).values;
      for (let i = 0; i < out.length; i++) {
        const other = y[i % y.length] as number;
        out[i] = step.op === "add" ? (x.values[i] as number) + other : (x.values[i] as number) * other;
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
        sums[i % channels] = (sums[i % channels] as number) + (x.values[i] as number);
      for (let c = 0; c < channels; c++) out[c] = (sums[c] as number) / cells;
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
    default: // dropout does nothing any more, flatten changes the shape only
      return { values: x.values, shape: step.shape };
  }
}

// A convolution is a product of two matrices: a row of values a place, a row of weights a filter.

const turned = new WeakMap<Float32Array, Float32Array>();

/** The kernel (size, size, channels, filters) with one row a filter, made once. */
function rowsOf(kernel: Float32Array, filters: number): Float32Array {
  let rows = turned.get(kernel);
  if (!rows) {
    const length = kernel.length / filters;
    rows = new Float32Array(kernel.length);
    for (let i = 0; i < length; i++) {
      for (let f = 0; f < filters; f++) rows[f * length + i] = kernel[i * filters + f] as number;
    }
    turned.set(kernel, rows);
  }
  return rows;
}

function convolve(step: Step, x: Maps, kernel: Float32Array, bias: Float32Array, out: Float32Array): void {
  const [height, width, channels] = x.shape as [number, number, number];
  const [rows, columns, filters] = step.shape as [number, number, number];
  const size = step.size as number;
  const stride = step.stride as number;
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
        const first = column * stride - left; // x of the window's first column
        const from = Math.max(0, -first);
        const to = Math.min(size, width - first);
        if (to <= from) continue;
        const start = (y * width + first + from) * channels;
        patches.set(
          x.values.subarray(start, start + (to - from) * channels),
          column * length + (i * size + from) * channels,
        );
      }
    }
    multiply(patches, columns, wide, filters, length, bias, out, row * columns * filters);
  }
}

/**
 * Write patches × weights + bias; four filters and two places at a time, so that numbers are read less often, and all
 * places for these four filters before the next ones, so that their weights stay near the processor.
 */
function multiply(
  patches: Float32Array,
  places: number,
  weights: Float32Array,
  filters: number,
  length: number,
  bias: Float32Array,
  out: Float32Array,
  start: number,
): void {
  const by4 = filters - (filters % 4);
  for (let f = 0; f < by4; f += 4) {
    const w0 = f * length;
    const w1 = w0 + length;
    const w2 = w1 + length;
    const w3 = w2 + length;
    for (let p = 0; p < places; p += 2) {
      const a = p * length;
      const b = p + 1 < places ? a + length : a; // an odd last one is computed twice
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
        const u = patches[a + i] as number;
        const v = patches[b + i] as number;
        const k0 = weights[w0 + i] as number;
        const k1 = weights[w1 + i] as number;
        const k2 = weights[w2 + i] as number;
        const k3 = weights[w3 + i] as number;
        a0 += u * k0;
        a1 += u * k1;
        a2 += u * k2;
        a3 += u * k3;
        b0 += v * k0;
        b1 += v * k1;
        b2 += v * k2;
        b3 += v * k3;
      }
      out[outA + f] = a0 + (bias[f] as number);
      out[outA + f + 1] = a1 + (bias[f + 1] as number);
      out[outA + f + 2] = a2 + (bias[f + 2] as number);
      out[outA + f + 3] = a3 + (bias[f + 3] as number);
      out[outB + f] = b0 + (bias[f] as number);
      out[outB + f + 1] = b1 + (bias[f + 1] as number);
      out[outB + f + 2] = b2 + (bias[f + 2] as number);
      out[outB + f + 3] = b3 + (bias[f + 3] as number);
    }
  }
  for (let f = by4; f < filters; f++) {
    for (let p = 0; p < places; p++) {
      let sum = bias[f] as number;
      for (let i = 0; i < length; i++) sum += (patches[p * length + i] as number) * (weights[f * length + i] as number);
      out[start + p * filters + f] = sum;
    }
  }
}

function depthwise(step: Step, x: Maps, kernel: Float32Array, out: Float32Array): void {
  const [height, width, channels] = x.shape as [number, number, number];
  const [rows, columns] = step.shape as [number, number];
  const size = step.size as number;
  const stride = step.stride as number;
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
            sums[c] = (sums[c] as number) + (x.values[at + c] as number) * (kernel[k + c] as number);
          }
        }
      }
      out.set(sums, (row * columns + column) * channels);
    }
  }
}

function normalise(
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  step: Step,
  out: Float32Array,
): void {
  const channels = gamma.length;
  const scales = Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + (step.epsilon as number)));
  for (let i = 0; i < out.length; i++) {
    const c = i % channels;
    out[i] = ((x[i] as number) - (mean[c] as number)) * (scales[c] as number) + (beta[c] as number);
  }
}

function normaliseGroups(x: Maps, gamma: Float32Array, beta: Float32Array, step: Step, out: Float32Array): void {
  const channels = gamma.length;
  const groups = step.groups as number;
  const each = channels / groups;
  const count = x.values.length / groups;
  const means = new Float64Array(groups);
  const variances = new Float64Array(groups);
  const group = (i: number) => Math.floor((i % channels) / each);
  x.values.forEach((value, i) => {
    means[group(i)] = (means[group(i)] as number) + value / count;
  });
  x.values.forEach((value, i) => {
    variances[group(i)] = (variances[group(i)] as number) + (value - (means[group(i)] as number)) ** 2 / count;
  });
  x.values.forEach((value, i) => {
    const apart = value - (means[group(i)] as number);
    const normal = apart / Math.sqrt((variances[group(i)] as number) + (step.epsilon as number));
    out[i] = normal * (gamma[i % channels] as number) + (beta[i % channels] as number);
  });
}

function pool(step: Step, x: Maps, out: Float32Array): void {
  const [, width, channels] = x.shape as [number, number, number];
  const [rows, columns] = step.shape as [number, number];
  const size = step.size as number;
  const stride = step.stride as number;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < channels; c++) {
        let found = step.op === "max" ? -Infinity : 0;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const value = x.values[((row * stride + i) * width + column * stride + j) * channels + c] as number;
            if (step.op === "max") found = Math.max(found, value);
            else found += value / (size * size);
          }
        }
        out[(row * columns + column) * channels + c] = found;
      }
    }
  }
}

function dense(x: Float32Array, kernel: Float32Array, bias: Float32Array, out: Float32Array): void {
  const sums = Float64Array.from(bias);
  const units = bias.length;
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    if (value === 0) continue;
    for (let u = 0; u < units; u++) sums[u] = (sums[u] as number) + value * (kernel[i * units + u] as number);
  }
  out.set(sums);
}
