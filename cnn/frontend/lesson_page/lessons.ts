// What the lessons on convolution and pooling compute, as cnn/lessons/conv.py and pool.py do.
import type { ScaleTable } from "../shared/colours.ts";
import type { WindowMap } from "../window.ts";

export interface Colours {
  sequential: string[];
  signed: string[];
}
export type Settings = Record<string, string>;
export interface Trained {
  kernel: Float32Array; // (3, 3, 3, filters)
  bias: Float32Array;
}
export interface Kernel {
  values: Float32Array; // (window, window, 3)
  window: number;
  bias: number;
}
type ScaleOf = (...parts: Float32Array[]) => ScaleTable;

export const SIDE = 32;
const WEIGHT_LIMIT = 100;
const CHANNELS = ["red", "green", "blue"];
const whole = (settings: Settings, key: string): number => Math.round(Number(settings[key]));

/** The kernel that is chosen, or the sentence on why it is none. */
export function kernelOf(settings: Settings, named: Record<string, number[][]>, trained: Trained): Kernel | string {
  if (settings.kernel === "Trained filter") {
    const filters = trained.bias.length;
    const filter = whole(settings, "filter");
    const values = Float32Array.from({ length: 27 }, (_, i) => trained.kernel[i * filters + filter] as number);
    return { values, window: 3, bias: trained.bias[filter] as number };
  }
  const rows = named[settings.kernel as string];
  const numbers = rows ? rows.flat() : (settings.weights ?? "").split(",").map((part) => Number(part.trim() || "x"));
  const window = Math.sqrt(numbers.length);
  if (![1, 3, 5].includes(window) || numbers.some((number) => !Number.isFinite(number))) {
    return "Give 1, 9 or 25 numbers, separated by commas: the weights of the kernel, row by row.";
  }
  const values = new Float32Array(3 * numbers.length);
  numbers.forEach((number, i) => {
    values.fill(Math.min(Math.max(number, -WEIGHT_LIMIT), WEIGHT_LIMIT) / 3, 3 * i, 3 * i + 3);
  });
  return { values, window, bias: rows ? 0 : Number(settings.bias) };
}

/** The zeros before and after a side. */
export function around(padding: string, side: number, span: number, stride: number): [number, number] {
  if (padding !== "same") return padding === "valid" ? [0, 0] : [Number(padding), Number(padding)];
  const zeros = Math.max((Math.ceil(side / stride) - 1) * stride + span - side, 0);
  return [zeros >> 1, zeros - (zeros >> 1)];
}

/** The middle of the picture with a kernel slid over it, or the sentence on why it does not fit. */
export function convolved(
  settings: Settings,
  kernel: Kernel | string,
  pixels: Uint8Array,
  scaleOf: ScaleOf,
): WindowMap | string {
  if (typeof kernel === "string") return kernel;
  const [side, stride, dilation] = ["side", "stride", "dilation"].map((key) => whole(settings, key)) as number[] as [
    number,
    number,
    number,
  ];
  const { window, values: weights, bias } = kernel;
  const span = (window - 1) * dilation + 1;
  const [before, after] = around(settings.padding as string, side, span, stride);
  const room = side + before + after - span;
  if (room < 0) {
    const gaps = dilation > 1 ? ` (${window} cells, ${dilation} apart)` : "";
    return (
      `Impossible: the window spans ${span} cells${gaps}, but the input with its padding has only ` +
      `${side + before + after}. Use a larger input, more padding, or less dilation.`
    );
  }
  const count = Math.floor(room / stride) + 1;
  const from = (SIDE - side) >> 1;
  const input = new Float32Array(side * side * 3);
  for (let i = 0; i < input.length; i++) {
    const [place, c] = [Math.floor(i / 3), i % 3];
    const at = (from + Math.floor(place / side)) * SIDE + from + (place % side);
    input[i] = (pixels[at * 3 + c] as number) / 127.5 - 1;
  }
  const outputs = new Float32Array(count * count);
  for (let p = 0; p < outputs.length; p++) {
    let sum = bias;
    for (let k = 0; k < window * window; k++) {
      const y = Math.floor(p / count) * stride - before + Math.floor(k / window) * dilation;
      const x = (p % count) * stride - before + (k % window) * dilation;
      if (y < 0 || x < 0 || y >= side || x >= side) continue;
      for (let c = 0; c < 3; c++) sum += (input[(y * side + x) * 3 + c] as number) * (weights[3 * k + c] as number);
    }
    outputs[p] = sum;
  }
  const reach = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const product = reach(input) * reach(weights) || 1;
  return {
    window,
    stride,
    dilation,
    before,
    after,
    bias,
    rules: ["dot"],
    titles: ["One map"],
    input_title: "The picture",
    picture: true,
    winners: false,
    channel_names: CHANNELS,
    scales: { input: scaleOf(input), output: scaleOf(outputs) },
    products: scaleOf(Float32Array.of(-product, product)),
    input,
    kernel: weights,
    outputs,
    height: side,
    width: side,
    channels: 3,
    rows: count,
    columns: count,
    maps: 1,
  };
}

/** One map of the trained network's first layer after ReLU, pooled by maximum and by average. */
export function pooled(settings: Settings, trained: Trained, pixels: Uint8Array, scaleOf: ScaleOf): WindowMap {
  const [map, window, shift] = ["map", "window", "shift"].map((key) => whole(settings, key)) as [
    number,
    number,
    number,
  ];
  const stride = settings.pool_stride === "= window" ? window : whole(settings, "pool_stride");
  const filters = trained.bias.length;
  const input = new Float32Array(SIDE * SIDE);
  for (let p = 0; p < input.length; p++) {
    let sum = trained.bias[map] as number;
    for (let k = 0; k < 27; k++) {
      const y = Math.floor(p / SIDE) + Math.floor(k / 9) - 1;
      const x = (p % SIDE) + (Math.floor(k / 3) % 3) - 1;
      if (y < 0 || x < 0 || y >= SIDE || x >= SIDE) continue;
      const pixel = pixels[(y * SIDE + Math.max(x - shift, 0)) * 3 + (k % 3)] as number; // the left edge fills the gap
      sum += (pixel / 127.5 - 1) * (trained.kernel[k * filters + map] as number);
    }
    input[p] = Math.max(sum, 0);
  }
  const count = Math.floor((SIDE - window) / stride) + 1;
  const outputs = new Float32Array(count * count * 2);
  for (let p = 0; p < count * count; p++) {
    let [most, sum] = [-Infinity, 0];
    for (let k = 0; k < window * window; k++) {
      const y = Math.floor(p / count) * stride + Math.floor(k / window);
      const value = input[y * SIDE + (p % count) * stride + (k % window)] as number;
      most = Math.max(most, value);
      sum += value;
    }
    outputs[2 * p] = most;
    outputs[2 * p + 1] = sum / (window * window);
  }
  const scale = scaleOf(input);
  return {
    window,
    stride,
    dilation: 1,
    before: 0,
    after: 0,
    bias: 0,
    rules: ["max", "mean"],
    titles: ["Max pooling", "Average pooling"],
    input_title: `Map ${map} after ReLU${shift ? `, picture shifted by ${shift}` : ""}`,
    picture: false,
    winners: settings.winners === "on",
    channel_names: [],
    scales: { input: scale, output: scaleOf(outputs) },
    products: scale,
    input,
    kernel: new Float32Array(window * window),
    outputs,
    height: SIDE,
    width: SIDE,
    channels: 1,
    rows: count,
    columns: count,
    maps: 2,
  };
}
