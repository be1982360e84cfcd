// Convolutions in the browser: by WebAssembly's SIMD where the browser has it, else by plain loops.
import bytes from "./convolution.wat";
import fusedBytes from "./convolution.wat?fused";
import { type Maps, type Step, slidingOf } from "./forward.ts";

/** Write the maps of a convolution into `out`. */
export type Convolve = (step: Step, x: Maps, kernel: Float32Array, bias: Float32Array, out: Float32Array) => void;

interface Exports {
  memory: WebAssembly.Memory;
  convolve(...numbers: number[]): void;
}

const LANES = 8; // filters that are added up at once
const PAGE = 65_536;

function instance(code: Uint8Array<ArrayBuffer>): Exports | null {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(code)).exports as unknown as Exports;
  } catch {
    return null; // no WebAssembly, or not these of its operations, or the browser's rules forbid it
  }
}

/** The fast way, or null where there is no WebAssembly with SIMD. */
export function fastConvolve(): Convolve | null {
  const found = instance(fusedBytes) ?? instance(bytes);
  return found && convolveWith(found);
}

function convolveWith(exports: Exports): Convolve {
  let floats = new Float32Array(exports.memory.buffer);
  let used = 0; // numbers that weights take; the maps of the layer that is computed lie behind them
  const places = new WeakMap<Float32Array, number>();

  function reserve(numbers: number): void {
    const missing = Math.ceil((numbers * 4 - floats.byteLength) / PAGE);
    if (missing <= 0) return;
    exports.memory.grow(missing);
    floats = new Float32Array(exports.memory.buffer);
  }

  /** Where a layer's weights and biases lie in blocks of eight filters; put there once. */
  function placeOf(kernel: Float32Array, bias: Float32Array): number {
    const known = places.get(kernel);
    if (known !== undefined) return known;
    const filters = bias.length;
    const length = kernel.length / filters;
    const wide = Math.ceil(filters / LANES) * LANES;
    const place = used;
    used += (length + 1) * wide;
    reserve(used);
    floats.fill(0, place, used);
    for (let i = 0; i < length; i++) {
      for (let f = 0; f < filters; f++) {
        const block = f - (f % LANES);
        floats[place + block * length + i * LANES + (f % LANES)] = kernel[i * filters + f] as number;
      }
    }
    floats.set(bias, place + length * wide);
    places.set(kernel, place);
    return place;
  }

  return (step, x, kernel, bias, out) => {
    const { height, width, channels, rows, columns, filters, size, stride, top, left } = slidingOf(step, x);
    const high = Math.max((rows - 1) * stride + size, top + height);
    const wide = Math.max((columns - 1) * stride + size, left + width);
    const row = wide * channels;
    const blocks = Math.ceil(filters / LANES);
    const weights = placeOf(kernel, bias);
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
      4 * blocks * LANES,
    );
    if (filters === blocks * LANES) out.set(floats.subarray(output, output + out.length));
    else {
      const skipped = blocks * LANES - filters;
      for (let i = 0, from = output; i < out.length; from += skipped) {
        for (let f = 0; f < filters; f++) out[i++] = floats[from++] as number;
      }
    }
  };
}

export const plainConvolve: Convolve = (step, x, kernel, bias, out) => {
  const { height, width, channels, rows, columns, filters, size, stride, top, left } = slidingOf(step, x);
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
            const value = x.values[(y * width + z) * channels + c] as number;
            const from = ((i * size + j) * channels + c) * filters;
            for (let f = 0; f < filters; f++) sums[f] = (sums[f] as number) + value * (kernel[from + f] as number);
          }
        }
      }
      out.set(sums, (row * columns + column) * filters);
    }
  }
};
