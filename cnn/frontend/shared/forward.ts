// The forward pass in the browser, on typed arrays: one picture, every layer's values. Maps lie row by row, channels
// last, as in Python, in float32.
import { type Convolve, fastConvolve, plainConvolve } from "./convolution.ts";

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

/** A layer that this code cannot compute: what it does not know is never passed on unchanged. */
export class UnknownLayer extends Error {
  constructor(name: string, operation: string) {
    super(
      `The layer ${name} cannot be computed here: “${operation}” is no operation that this page knows. ` +
        "Make the page again with the present version of CNN Lab.",
    );
  }
}

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

/** The sides of what a window slides over and of what it gives, and the zeros above and left of the first. */
export function slidingOf(step: Step, x: Maps) {
  const [height, width, channels] = x.shape as [number, number, number];
  const [rows, columns, filters] = step.shape as [number, number, number];
  const size = step.size as number;
  const stride = step.stride as number;
  const top = step.same ? padBefore(height, size, stride) : 0;
  const left = step.same ? padBefore(width, size, stride) : 0;
  return { height, width, channels, rows, columns, filters, size, stride, top, left };
}

let convolve: Convolve | undefined;

/** Use plain loops for convolutions, or WebAssembly again; returns whether WebAssembly is used. */
export function usePlain(plain: boolean): boolean {
  convolve = (plain ? null : fastConvolve()) ?? plainConvolve;
  return convolve !== plainConvolve;
}

const places = new WeakMap<Step, Float32Array>(); // getting memory anew takes as long as the arithmetic

/** Every layer's values for one picture, (32, 32, 3), 0 to 255; the next pass writes over them. */
export function forward(steps: readonly Step[], weights: Weights, pixels: ArrayLike<number>): Map<string, Maps> {
  if (!convolve) usePlain(false);
  const found = new Map<string, Maps>();
  for (const step of steps) {
    const inputs = step.inputs.map((name) => found.get(name) as Maps);
    found.set(step.name, inputs.length ? run(step, weights, inputs) : scaled(step, pixels));
  }
  return found;
}

function scaled(step: Step, pixels: ArrayLike<number>): Maps {
  const values = placeOf(step);
  for (let i = 0; i < values.length; i++) values[i] = (pixels[i] as number) / 127.5 - 1;
  return { values, shape: step.shape };
}

function placeOf(step: Step): Float32Array {
  let found = places.get(step);
  if (!found) {
    found = new Float32Array(step.shape.reduce((product, side) => product * side, 1));
    places.set(step, found);
  }
  return found;
}

function run(step: Step, weights: Weights, inputs: Maps[]): Maps {
  const x = inputs[0] as Maps;
  const array = (part: string) => weights.get(`${step.name}/${part}`) as Float32Array;
  const out = placeOf(step);
  const maps = { values: out, shape: step.shape };
  switch (step.op) {
    case "conv":
      (convolve as Convolve)(step, x, array("kernel"), array("bias"), out);
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
      const apply = FUNCTIONS[step.function as string];
      if (!apply) throw new UnknownLayer(step.name, String(step.function));
      if (step.function !== "relu") for (let i = 0; i < out.length; i++) out[i] = apply(x.values[i] as number);
      else for (let i = 0; i < out.length; i++) out[i] = Math.max(x.values[i] as number, 0); // many times as fast
      return maps;
    }
    case "add": {
      const y = (inputs[1] as Maps).values;
      for (let i = 0; i < out.length; i++) out[i] = (x.values[i] as number) + (y[i] as number);
      return maps;
    }
    case "gate": {
      const y = (inputs[1] as Maps).values;
      for (let i = 0; i < out.length; i++) out[i] = (x.values[i] as number) * (y[i % y.length] as number);
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
        for (let c = 0; c < channels; c++) sums[c] = (sums[c] as number) + (x.values[i + c] as number);
      }
      for (let c = 0; c < channels; c++) out[c] = (sums[c] as number) / cells;
      return maps;
    }
    case "dense": // a convolution whose window is the whole input
      (convolve as Convolve)(
        { ...step, size: 1, stride: 1, shape: [1, 1, out.length] },
        { values: x.values, shape: [1, 1, x.values.length] },
        array("kernel"),
        array("bias"),
        out,
      );
      return maps;
    case "softmax": {
      let most = -Infinity;
      for (const score of x.values) most = Math.max(most, score);
      let sum = 0;
      for (const score of x.values) sum += Math.exp(score - most);
      for (let i = 0; i < out.length; i++) out[i] = Math.exp((x.values[i] as number) - most) / sum;
      return maps;
    }
    case "copy": // dropout does nothing any more, flatten changes the shape only
      return { values: x.values, shape: step.shape };
    default:
      throw new UnknownLayer(step.name, step.op);
  }
}

function depthwise(step: Step, x: Maps, kernel: Float32Array, out: Float32Array): void {
  const { height, width, channels, rows, columns, size, stride, top, left } = slidingOf(step, x);
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
  const scales = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + (step.epsilon as number)));
  for (let i = 0; i < out.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      out[i + c] = ((x[i + c] as number) - (mean[c] as number)) * (scales[c] as number) + (beta[c] as number);
    }
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
              const value = x.values[at + c] as number;
              if (value > (out[to + c] as number)) out[to + c] = value;
            }
          } else {
            for (let c = 0; c < channels; c++) {
              out[to + c] = (out[to + c] as number) + (x.values[at + c] as number) / (size * size);
            }
          }
        }
      }
    }
  }
}
