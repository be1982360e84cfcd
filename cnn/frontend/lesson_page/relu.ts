// What the lesson on ReLU computes, as cnn/lessons/relu.py does, and its plot, as cnn/figures/lesson_curves.py draws it.

import { escapeHtml } from "../shared/dom.ts";
import { FUNCTIONS } from "../shared/forward.ts";
import { minus } from "../shared/numbers.ts";

export interface Shades {
  ink: string;
  quiet: string;
  accent: string;
  positive: string;
  negative: string;
}

const LEAKY_SLOPE = 0.1;

function geluSlope(x: number): number {
  const root = Math.sqrt(2 / Math.PI);
  const wave = Math.tanh(root * (x + 0.044715 * x ** 3));
  return 0.5 * (1 + wave) + 0.5 * x * (1 - wave ** 2) * root * (1 + 3 * 0.044715 * x ** 2);
}

function sigmoidSlope(x: number): number {
  const share = 1 / (1 + Math.exp(-x));
  return share * (1 - share);
}

export const SLOPES: Record<string, (x: number) => number> = {
  relu: (x) => (x > 0 ? 1 : 0),
  leaky_relu: (x) => (x > 0 ? 1 : LEAKY_SLOPE),
  elu: (x) => (x > 0 ? 1 : Math.exp(Math.min(x, 0))),
  gelu: geluSlope,
  tanh: (x) => 1 - Math.tanh(x) ** 2,
  sigmoid: sigmoidSlope,
};

const functionOf = (key: string) => FUNCTIONS[key] as (x: number) => number;
const slopeOf = (key: string) => SLOPES[key] as (x: number) => number;

/** The largest slope of a function between -6 and 6. */
export function steepest(key: string): number {
  const slope = slopeOf(key);
  let most = -Infinity;
  for (let i = 0; i <= 1200; i++) most = Math.max(most, slope(-6 + i / 100));
  return most;
}

/** A row of numbers for each function: at -2, its slope there, the steepest, through so many layers, and on a map. */
export function compared(keys: readonly string[], values: Float32Array, layers: number): Record<string, number>[] {
  return keys.map((key) => {
    const [apply, slope] = [functionOf(key), slopeOf(key)];
    return {
      "f(−2)": apply(-2),
      "slope at −2": slope(-2),
      "steepest slope": steepest(key),
      [`through ${layers} layers`]: steepest(key) ** layers,
      "zeros in this map": values.reduce((count, value) => count + Number(apply(value) === 0), 0),
      "average slope in this map": values.reduce((sum, value) => sum + slope(value), 0) / values.length,
    };
  });
}

// The plot: pixel = start + step × number

const [WIDTH, LEFT, TOP] = [420, 34, 14];
const BELOW = 1.2;
const SLOPE_HEIGHT = 92;
const [SLOPE_LOW, SLOPE_HIGH] = [-0.2, 1.25];
const SAMPLES = 401;

export interface Axes {
  reach: number;
  x_start: number;
  x_step: number;
  y_start: number;
  y_step: number;
  slope_start: number;
  slope_step: number;
  height: number;
}

/** Axes from -reach to reach, one unit as long upwards as sideways, the slope below. */
export function axesOf(reach: number): Axes {
  const step = (WIDTH - LEFT - 10) / (2 * reach);
  const ground = TOP + reach * step;
  const top = ground + BELOW * step + 42;
  const slope = SLOPE_HEIGHT / (SLOPE_HIGH - SLOPE_LOW);
  return {
    reach,
    x_start: LEFT + reach * step,
    x_step: step,
    y_start: ground,
    y_step: -step,
    slope_start: top + SLOPE_HIGH * slope,
    slope_step: -slope,
    height: top + SLOPE_HEIGHT + 22,
  };
}

/** A function's curve with the values of a map as points on it, and its slope below, as SVG. */
export function plotOf(key: string, name: string, values: Float32Array, axes: Axes, shades: Shades): string {
  const [apply, slope] = [functionOf(key), slopeOf(key)];
  const { reach, x_start, x_step, y_start, y_step, slope_start, slope_step, height } = axes;
  const px = (x: number) => x_start + x_step * x;
  const at = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const xs = Array.from({ length: SAMPLES }, (_, i) => reach * ((2 * i) / (SAMPLES - 1) - 1));
  const line = (y: (x: number) => number, dashes: string) =>
    `<path d="M${xs.map((x) => at(px(x), y(x))).join("L")}" fill="none" stroke="${shades.ink}" stroke-width="2.2"${dashes}/>`;
  const dots = (below: boolean, colour: string) => {
    const path = [...values]
      .filter((x) => x < 0 === below)
      .map((x) => `M${at(px(x), y_start + y_step * apply(x))}h0`)
      .join("");
    return `<path d="${path}" stroke="${colour}" stroke-width="9" stroke-linecap="round" opacity=".38"/>`;
  };
  const text = (x: number, y: number, words: string, fill: string, anchor: string, size = 12) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${words}</text>`;
  const [left, right] = [px(-reach), px(reach)];
  const bottom = y_start - BELOW * y_step;
  const slopeTop = slope_start + SLOPE_HIGH * slope_step;
  const words = [
    text(left, y_start + reach * y_step + 8, "f(x)", shades.ink, "start", 14),
    text(left, slopeTop + 4, "slope f′(x)", shades.ink, "start", 14),
    text(right, y_start - 8, "x", shades.ink, "end", 14),
  ];
  for (let number = -Math.floor(reach); number <= Math.floor(reach); number++) {
    words.push(text(px(number), bottom + 14, minus(String(number)), shades.quiet, "middle"));
    if (number === 0 || number <= -BELOW) continue;
    words.push(text(x_start - 6, y_start + number * y_step + 4, minus(String(number)), shades.quiet, "end"));
  }
  for (const number of [0, 1]) {
    words.push(text(left - 6, slope_start + number * slope_step + 4, String(number), shades.quiet, "end"));
  }
  const grid = `stroke="${shades.quiet}" stroke-opacity=".55" fill="none"`;
  const frame =
    `<path d="M${at(left, y_start)}H${right}M${at(x_start, y_start + reach * y_step)}V${bottom}` +
    `M${at(left, slope_start)}H${right}M${at(x_start, slopeTop)}v${SLOPE_HEIGHT}" ${grid}/>` +
    `<path d="M${at(left, slope_start + slope_step)}H${right}" ${grid} stroke-dasharray="2 5"/>${words.join("")}`;
  const dot = 'class="dot" r="7" fill="none" stroke-width="3"';
  const here =
    `<g class="here" visibility="hidden"><path class="ray" stroke="${shades.quiet}" fill="none" stroke-dasharray="2 3"/>` +
    `<circle ${dot} data-of="y" stroke="${shades.accent}"/><circle ${dot} data-of="slope" stroke="${shades.accent}"/></g>`;
  const label = `The curve of ${name}, the map's values as points on it, and the slope of the curve below`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${height.toFixed(0)}">` +
    frame +
    dots(true, shades.negative) +
    dots(false, shades.positive) +
    line((x) => y_start + y_step * apply(x), "") +
    line((x) => slope_start + slope_step * slope(x), ' stroke-dasharray="6 4"') +
    `${here}</svg>`
  );
}

// Two convolutions in a row are one, unless something bends what is between them

export interface Kernel {
  values: Float32Array; // (size, size, channels, filters)
  bias: Float32Array; // (filters,)
  size: number;
}

/** A map (side, side, channels) after a convolution without padding: (side - size + 1, …, filters). */
export function slide(maps: Float32Array, channels: number, { values, bias, size }: Kernel): Float32Array {
  const side = Math.sqrt(maps.length / channels);
  const filters = bias.length;
  const count = side - size + 1;
  const out = new Float32Array(count * count * filters);
  const sums = new Float64Array(filters);
  for (let p = 0; p < count * count; p++) {
    sums.set(bias);
    for (let k = 0; k < size * size; k++) {
      const from = ((Math.floor(p / count) + Math.floor(k / size)) * side + (p % count) + (k % size)) * channels;
      for (let c = 0; c < channels; c++) {
        const value = maps[from + c] as number;
        const weight = (k * channels + c) * filters;
        for (let f = 0; f < filters; f++) sums[f] = (sums[f] as number) + value * (values[weight + f] as number);
      }
    }
    out.set(sums, p * filters);
  }
  return out;
}

/** The one convolution that equals two in a row. */
export function composed(first: Kernel, second: Kernel, channels: number): Kernel {
  const [middle, filters] = [first.bias.length, second.bias.length];
  const size = first.size + second.size - 1;
  const sums = new Float64Array(size * size * channels * filters);
  const bias = Float64Array.from(second.bias);
  for (let outer = 0; outer < second.size ** 2; outer++) {
    const [i, j] = [Math.floor(outer / second.size), outer % second.size];
    for (let m = 0; m < middle; m++) {
      for (let f = 0; f < filters; f++) {
        const weight = second.values[(outer * middle + m) * filters + f] as number;
        bias[f] = (bias[f] as number) + weight * (first.bias[m] as number);
        for (let inner = 0; inner < first.size ** 2; inner++) {
          const place = (i + Math.floor(inner / first.size)) * size + j + (inner % first.size);
          for (let c = 0; c < channels; c++) {
            const to = (place * channels + c) * filters + f;
            sums[to] = (sums[to] as number) + weight * (first.values[(inner * channels + c) * middle + m] as number);
          }
        }
      }
    }
  }
  return { values: Float32Array.from(sums), bias: Float32Array.from(bias), size };
}

/** One filter of the second convolution alone. */
export function only({ values, bias, size }: Kernel, filter: number): Kernel {
  const filters = bias.length;
  return { values: values.filter((_, i) => i % filters === filter), bias: bias.slice(filter, filter + 1), size };
}
