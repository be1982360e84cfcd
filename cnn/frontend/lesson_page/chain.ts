// Forward and backward through a chain of convolutions (stride 1, padding same), ReLU, max pooling with stride = window,
// flatten and fully connected layers, in double precision, as cnn/lessons/chain.py does.
import { padBefore } from "../shared/forward.ts";

export interface Link {
  name: string;
  op: string;
  shape: number[];
  size?: number;
}

export type Arrays = Map<string, Float64Array>;

export interface TrainingStep {
  weight: number;
  gradient: number;
  checked: number; // by a finite difference
  newWeight: number;
  loss: number;
  lossOne: number;
  lossAll: number;
}

const STEP = 1e-6; // of the finite difference
const SCALE = Math.fround(1 / 127.5);

const get = (values: ArrayLike<number>, i: number): number => values[i] as number;
const part = (weights: Arrays, layer: Link, name: string) => weights.get(`${layer.name}/${name}`) as Float64Array;

/** Every layer's values for one picture, (32, 32, 3), 0 to 255. */
export function valuesOf(links: readonly Link[], weights: Arrays, pixels: ArrayLike<number>): Arrays {
  const found: Arrays = new Map();
  let x: Float64Array = new Float64Array();
  let shape: number[] = [];
  for (const link of links) {
    x = forward(link, weights, x, shape, pixels);
    shape = link.shape;
    found.set(link.name, x);
  }
  return found;
}

function forward(link: Link, weights: Arrays, x: Float64Array, shape: number[], pixels: ArrayLike<number>) {
  const out = new Float64Array(link.shape.reduce((product, side) => product * side, 1));
  switch (link.op) {
    case "input":
      return out.map((_, i) => Math.fround(Math.fround(get(pixels, i) * SCALE) - 1)); // in float32, as Python does
    case "conv":
      eachProduct(link, shape, (to, from, weight, filters) => {
        const value = get(x, from);
        const kernel = part(weights, link, "kernel");
        for (let f = 0; f < filters; f++) out[to + f] = get(out, to + f) + value * get(kernel, weight + f);
      });
      return addBias(out, part(weights, link, "bias"));
    case "function":
      return x.map((value) => Math.max(value, 0));
    case "max":
      eachWinner(link, x, shape, (to, from) => {
        out[to] = get(x, from);
      });
      return out;
    case "copy":
      return x;
    case "dense": {
      const kernel = part(weights, link, "kernel");
      for (let i = 0; i < kernel.length; i++) {
        const unit = i % out.length;
        out[unit] = get(out, unit) + get(x, Math.floor(i / out.length)) * get(kernel, i);
      }
      return addBias(out, part(weights, link, "bias"));
    }
    case "softmax": {
      const most = x.reduce((largest, score) => Math.max(largest, score), -Infinity);
      const powers = x.map((score) => Math.exp(score - most));
      const sum = powers.reduce((total, power) => total + power, 0);
      return powers.map((power) => power / sum);
    }
    default:
      throw new Error(`The lesson's network has a layer that it cannot compute: ${link.op}.`);
  }
}

function addBias(values: Float64Array, bias: Float64Array): Float64Array {
  return values.map((value, i) => value + get(bias, i % bias.length));
}

/** Call back for every product of a convolution: first output of the cell, input value, first weight, filters. */
function eachProduct(
  link: Link,
  [height, width, channels]: number[],
  use: (to: number, from: number, weight: number, filters: number) => void,
): void {
  const [rows, columns, filters] = link.shape as [number, number, number];
  const size = link.size as number;
  const before = padBefore(height as number, size, 1);
  for (let p = 0; p < rows * columns; p++) {
    for (let k = 0; k < size * size; k++) {
      const y = Math.floor(p / columns) + Math.floor(k / size) - before;
      const x = (p % columns) + (k % size) - before;
      if (y < 0 || x < 0 || y >= (height as number) || x >= (width as number)) continue;
      for (let c = 0; c < (channels as number); c++) {
        const from = (y * (width as number) + x) * (channels as number) + c;
        use(p * filters, from, (k * (channels as number) + c) * filters, filters);
      }
    }
  }
}

/** Call back for every window of a max pooling: its output, and the first of its largest values. */
function eachWinner(link: Link, x: Float64Array, shape: number[], use: (to: number, from: number) => void): void {
  const [rows, columns, channels] = link.shape as [number, number, number];
  const [width, size] = [shape[1] as number, link.size as number];
  for (let to = 0; to < rows * columns * channels; to++) {
    const p = Math.floor(to / channels);
    let best = -1;
    for (let k = 0; k < size * size; k++) {
      const row = Math.floor(p / columns) * size + Math.floor(k / size);
      const from = (row * width + (p % columns) * size + (k % size)) * channels + (to % channels);
      if (best < 0 || get(x, from) > get(x, best)) best = from;
    }
    use(to, best);
  }
}

/** The gradients of the loss: of every layer's output, and of every weight. */
export function gradientsOf(links: readonly Link[], weights: Arrays, values: Arrays, target: number): [Arrays, Arrays] {
  const byLayer: Arrays = new Map();
  const byWeight: Arrays = new Map();
  const shares = values.get("softmax") as Float64Array;
  let gradient: Float64Array = shares.map((share, i) => share - Number(i === target));
  for (let i = links.length - 2; i > 0; i--) {
    const [link, before] = [links[i] as Link, links[i - 1] as Link];
    const x = values.get(before.name) as Float64Array;
    byLayer.set(link.name, gradient);
    gradient = backward(link, weights, x, before.shape, gradient, byWeight);
  }
  return [byLayer, byWeight];
}

function backward(
  link: Link,
  weights: Arrays,
  x: Float64Array,
  shape: number[],
  gradient: Float64Array,
  byWeight: Arrays,
): Float64Array {
  const back = new Float64Array(x.length);
  if (link.op === "copy") return gradient;
  if (link.op === "function") return gradient.map((value, i) => (get(x, i) > 0 ? value : 0));
  if (link.op === "max") {
    eachWinner(link, x, shape, (to, from) => {
      back[from] = get(back, from) + get(gradient, to);
    });
    return back;
  }
  const kernel = part(weights, link, "kernel");
  const own = new Float64Array(kernel.length);
  const bias = new Float64Array(link.shape.at(-1) as number);
  gradient.forEach((value, i) => {
    bias[i % bias.length] = get(bias, i % bias.length) + value;
  });
  const use = (to: number, from: number, weight: number, filters: number) => {
    let sum = 0;
    for (let f = 0; f < filters; f++) {
      const error = get(gradient, to + f);
      sum += get(kernel, weight + f) * error;
      own[weight + f] = get(own, weight + f) + get(x, from) * error;
    }
    back[from] = get(back, from) + sum;
  };
  if (link.op === "conv") eachProduct(link, shape, use);
  else for (let i = 0; i < x.length; i++) use(0, i, i * bias.length, bias.length);
  byWeight.set(`${link.name}/kernel`, own).set(`${link.name}/bias`, bias);
  return back;
}

function lossOf(links: readonly Link[], weights: Arrays, pixels: ArrayLike<number>, target: number): number {
  const shares = valuesOf(links, weights, pixels).get("softmax") as Float64Array;
  return -Math.log(Math.max(get(shares, target), 1e-300));
}

/** One step of gradient descent on one picture: of the weight at a place of an array, and of all weights. */
export function trainingStep(
  links: readonly Link[],
  weights: Arrays,
  gradients: Arrays,
  pixels: ArrayLike<number>,
  target: number,
  name: string,
  place: number,
  rate: number,
): TrainingStep {
  const array = weights.get(name) as Float64Array;
  const [weight, gradient] = [get(array, place), get(gradients.get(name) as Float64Array, place)];
  const loss = (changed: Arrays) => lossOf(links, changed, pixels, target);
  const moved = (by: number) => {
    const changed = array.slice();
    changed[place] = weight + by;
    return new Map(weights).set(name, changed);
  };
  const all: Arrays = new Map();
  for (const [each, values] of weights) {
    const slope = gradients.get(each) as Float64Array;
    all.set(
      each,
      values.map((value, i) => value - rate * get(slope, i)),
    );
  }
  return {
    weight,
    gradient,
    checked: (loss(moved(STEP)) - loss(moved(-STEP))) / (2 * STEP),
    newWeight: weight - rate * gradient,
    loss: loss(weights),
    lossOne: loss(moved(-rate * gradient)),
    lossAll: loss(all),
  };
}

/** The place of the gradient that is farthest from zero. */
export function strongest(gradient: Float64Array): number {
  let best = 0;
  gradient.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(get(gradient, best))) best = i;
  });
  return best;
}
