// The arithmetic of one cell, worked out from its terms. Nothing here touches the page.
import type { Tensor } from "../shared/blob.ts";
import { escapeHtml } from "../shared/dom.ts";
import { addUp, bracketed, fixed, largest } from "../shared/numbers.ts";
import { arrayOf, type Data, type KernelData, type Operation, type PoolStep, type Window } from "./data.ts";

export const valueAt = ({ values, shape }: Tensor, row: number, column: number): number =>
  values[row * (shape[1] as number) + column] as number;

/** The first row and column of the input under the window of an output cell; negative in the padding. */
export const corner = (window: Window, row: number, column: number): [number, number] => [
  row * window.stride - window.zeros[0],
  column * window.stride - window.zeros[1],
];

/** One value of the input, channel number `place` of those that were sent; 0 in the padding. */
export function inputAt(data: Data, y: number, x: number, place: number): number {
  const inside = y >= 0 && x >= 0 && y < data.height && x < data.width;
  return inside ? (arrayOf(data, "input").values[(y * data.width + x) * data.channels + place] as number) : 0;
}

/** The contribution of every input channel to an output cell: its values times its slice of the kernel, added up. */
export function convSums(data: KernelData, row: number, column: number, sums: Float64Array): Float64Array {
  const { window: size, height, width, channels } = data;
  const input = arrayOf(data, "input").values;
  const kernel = arrayOf(data, "kernel").values;
  const [top, left] = corner(data, row, column);
  sums.fill(0);
  for (let i = 0; i < size; i++) {
    const y = top + i;
    if (y < 0 || y >= height) continue;
    for (let j = 0; j < size; j++) {
      const x = left + j;
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels;
      const at = (i * size + j) * channels;
      for (let c = 0; c < channels; c++) {
        sums[c] = (sums[c] as number) + (input[from + c] as number) * (kernel[at + c] as number);
      }
    }
  }
  return sums;
}

/** The output cell of a convolution: all channels, those that were sent only as their sum, and the bias. */
export function convTotal(data: KernelData, row: number, column: number, sums: Float64Array): number {
  return addUp(convSums(data, row, column, sums)) + valueAt(arrayOf(data, "rest"), row, column) + (data.bias ?? 0);
}

/** One channel's intermediate map: that channel alone under its slice of the kernel. */
export function channelMap(data: KernelData, place: number): Float32Array {
  const map = new Float32Array(data.rows * data.columns);
  for (let row = 0, at = 0; row < data.rows; row++) {
    for (let column = 0; column < data.columns; column++, at++) map[at] = channelSum(data, row, column, place);
  }
  return map;
}

function channelSum(data: KernelData, row: number, column: number, place: number): number {
  const [top, left] = corner(data, row, column);
  const { window: size, channels } = data;
  const kernel = arrayOf(data, "kernel").values;
  let sum = 0;
  for (let k = 0; k < size * size; k++) {
    const value = inputAt(data, top + Math.floor(k / size), left + (k % size), place);
    sum += value * (kernel[k * channels + place] as number);
  }
  return sum;
}

/** The values of a map under the window of an output cell, row by row. */
export function windowValues(window: Window, map: Tensor, row: number, column: number): number[] {
  const { window: size, stride } = window;
  return Array.from({ length: size * size }, (_, k) =>
    valueAt(map, row * stride + Math.floor(k / size), column * stride + (k % size)),
  );
}

export const poolTotal = (kind: string, values: readonly number[]): number =>
  kind === "max" ? Math.max(...values) : addUp(values) / values.length;

/** The index of the largest value; −1 where all are equal. */
export function winnerOf(values: readonly number[]): number {
  const best = largest(values);
  return values.some((value) => value < (values[best] as number)) ? best : -1;
}

/** The first pooled cell whose window contains (row, column), and how many do; none between windows or at the edge. */
export function poolCell(
  { window: size, stride }: Window,
  [rows, columns]: readonly [number, number],
  row: number,
  column: number,
): { row: number; column: number; count: number } | null {
  const first = (place: number) => Math.max(Math.ceil((place - size + 1) / stride), 0);
  const last = (place: number, count: number) => Math.min(Math.floor(place / stride), count - 1);
  const [top, left] = [first(row), first(column)];
  const down = last(row, rows) - top + 1;
  const across = last(column, columns) - left + 1;
  return down > 0 && across > 0 ? { row: top, column: left, count: down * across } : null;
}

type Activation = (x: number, constants: { slope: number; alpha: number }) => number;
const ACTIVATIONS: Record<string, Activation> = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x, { slope }) => (x > 0 ? x : slope * x),
  elu: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  tanh: (x) => Math.tanh(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** The result for one value x; `second` is the other value where the operation takes two. */
export function cellwise(step: Operation, x: number, second: number): number {
  switch (step.operation) {
    case "normalise":
      return ((x - step.mean) / Math.sqrt(step.variance + step.epsilon)) * step.gamma + step.beta;
    case "function": {
      const activation = ACTIVATIONS[step.function];
      if (!activation) throw new Error(`no activation ${step.function} here`);
      return activation(x, step);
    }
    case "plus":
      return x + second;
    case "times":
      return x * second;
    case "pass":
      return x;
  }
}

/** The same, written out. */
export function cellwiseText(step: Operation, x: number, second: number): string {
  const [value, wrapped] = [fixed(x), bracketed(x)];
  switch (step.operation) {
    case "normalise": {
      const whose = step.whose && ` <small>${escapeHtml(step.whose)}</small>`;
      return (
        `(${value} − ${bracketed(step.mean)}) / √(${fixed(step.variance)} + ${step.epsilon})` +
        ` × ${bracketed(step.gamma)} + ${bracketed(step.beta)}${whose}`
      );
    }
    case "plus":
      return `${value} + ${bracketed(second)} of ${step.source}`;
    case "times":
      return `${value} × ${bracketed(second)} of ${step.source}`;
    case "pass":
      return `${value}, passed on: ${escapeHtml(step.reason)}`;
  }
  switch (step.function) {
    case "relu":
      return `max(0, ${value})`;
    case "leaky_relu":
      return x > 0 ? `${value}, above 0: it stays` : `${step.slope} × ${wrapped}`;
    case "elu": {
      if (x > 0) return `${value}, above 0: it stays`;
      return step.alpha === 1 ? `e^${wrapped} − 1` : `${step.alpha} × (e^${wrapped} − 1)`;
    }
    case "gelu":
      return `${value} × Φ(${value}) = ${value} × ${fixed(x === 0 ? 0.5 : cellwise(step, x, 0) / x)}`;
    case "sigmoid":
      return `1 / (1 + e^${bracketed(-x)})`;
  }
  return `${step.function}(${value})`;
}

/** The softmax of some scores. */
export function softmax(scores: ArrayLike<number>): number[] {
  const most = scores[largest(scores)] as number;
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const total = addUp(powers);
  return powers.map((power) => power / total);
}

/** A neuron's terms, value × weight, the farthest from zero first. */
export interface Term {
  index: number;
  value: number;
  weight: number;
  product: number;
}

export function termsOf(values: Float32Array, weights: Float32Array): Term[] {
  const terms = Array.from(values, (value, index) => {
    const weight = weights[index] as number;
    return { index, value, weight, product: value * weight };
  });
  return terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
}

export type { PoolStep };
