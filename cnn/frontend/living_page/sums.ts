// The arithmetic of one cell, written out with the values that its layer reads.
import { fixed } from "../shared/numbers.ts";
import { type Maps, padBefore, type Step, type Weights } from "./forward.ts";

export interface Term {
  place: string;
  value: number;
  weight: number;
}

export interface Written {
  text: string;
  terms: Term[]; // largest product first
  window: { row: number; column: number; size: number } | null; // in the layer that is read
}

const PLAIN: Record<string, string> = {
  relu: "max(0, x)",
  leaky_relu: "x, or 0.1 x below zero",
  elu: "x, or eˣ − 1 below zero",
  gelu: "x × Φ(x), the standard normal distribution function",
  tanh: "tanh x",
  sigmoid: "1 / (1 + e⁻ˣ)",
};

/** Write one value out: cell (row, column) of map `channel`, or value `channel` of a vector. */
export function writeOut(
  step: Step,
  weights: Weights,
  inputs: readonly Maps[],
  out: Maps,
  channel: number,
  row: number,
  column: number,
): Written {
  const array = (part: string) => weights.get(`${step.name}/${part}`) as Float32Array;
  const [, columns, channels] =
    out.shape.length === 3 ? (out.shape as [number, number, number]) : [1, 1, out.shape[0] as number];
  const at = (row * columns + column) * channels + channel;
  const value = out.values[at] as number;
  const x = inputs[0];
  const plain = (text: string): Written => ({ text, terms: [], window: null });
  if (!x) return plain(`pixel / 127.5 − 1 = ${fixed(value)}`);
  const size = step.size ?? 0;
  const corner = (side: number, place: number) =>
    place * (step.stride ?? 1) - (step.same ? padBefore(x.shape[side] as number, size, step.stride as number) : 0);
  if (step.op === "conv" || step.op === "depthwise") {
    const [height, width, depth] = x.shape as [number, number, number];
    const window = { row: corner(0, row), column: corner(1, column), size };
    const read = step.op === "conv" ? Array.from({ length: depth }, (_, c) => c) : [channel];
    const kernel = array("kernel");
    const terms: Term[] = [];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const y = window.row + i;
        const z = window.column + j;
        if (y < 0 || y >= height || z < 0 || z >= width) continue; // the padding's zeros add nothing
        for (const c of read) {
          const weight =
            kernel[step.op === "conv" ? ((i * size + j) * depth + c) * channels + channel : (i * size + j) * depth + c];
          terms.push({
            place: `map ${c}, row ${y}, column ${z}`,
            value: x.values[(y * width + z) * depth + c] as number,
            weight: weight as number,
          });
        }
      }
    }
    const bias = step.op === "conv" ? (array("bias")[channel] as number) : 0;
    return summed(terms, bias, step.op === "conv", window);
  }
  if (step.op === "dense") {
    const units = out.values.length;
    const kernel = array("kernel");
    const terms = Array.from(x.values, (one, i) => ({
      place: `value ${i}`,
      value: one,
      weight: kernel[i * units + channel] as number,
    }));
    return summed(terms, array("bias")[channel] as number, true, null);
  }
  if (step.op === "max" || step.op === "average") {
    const window = { row: corner(0, row), column: corner(1, column), size };
    const [, width, depth] = x.shape as [number, number, number];
    const cells = [];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        cells.push(fixed(x.values[((window.row + i) * width + window.column + j) * depth + channel] as number));
      }
    }
    const word = step.op === "max" ? "largest" : "mean";
    return { text: `${word} of ${cells.join(", ")} = ${fixed(value)}`, terms: [], window };
  }
  const read = x.values[at] as number;
  if (step.op === "function") {
    const name = PLAIN[step.function as string];
    return plain(`${name} with x = ${fixed(read)} gives ${fixed(value)}`);
  }
  if (step.op === "add") return plain(`${fixed(read)} + ${fixed(inputs[1]?.values[at] as number)} = ${fixed(value)}`);
  if (step.op === "gate")
    return plain(`${fixed(read)} × ${fixed(inputs[1]?.values[channel] as number)} = ${fixed(value)}`);
  if (step.op === "norm" || step.op === "group_norm") {
    const gamma = fixed(array("gamma")[channel] as number);
    const beta = fixed(array("beta")[channel] as number);
    const whose =
      step.op === "norm" ? "its moving mean) / its moving deviation" : "its group's mean) / its group's deviation";
    return plain(`(${fixed(read)} − ${whose} × ${gamma} + ${beta} = ${fixed(value)}`);
  }
  if (step.op === "softmax") {
    const most = Math.max(...x.values);
    const sum = x.values.reduce((total, score) => total + Math.exp(score - most), 0);
    const power = Math.exp((x.values[channel] as number) - most);
    return plain(
      `e^(${fixed(x.values[channel] as number)} − ${fixed(most)}) / sum = ${fixed(power)} / ${fixed(sum)} = ${fixed(value)}`,
    );
  }
  if (step.op === "global_average") return plain(`mean of all cells of map ${channel} = ${fixed(value)}`);
  return plain(`the value as it was: ${fixed(value)}`);
}

function summed(terms: Term[], bias: number, hasBias: boolean, window: Written["window"]): Written {
  const sum = terms.reduce((total, term) => total + term.value * term.weight, 0);
  const bracketed = bias < 0 ? `(${fixed(bias)})` : fixed(bias);
  const products = `${terms.length} products ${fixed(sum)}`;
  const text = hasBias ? `${products} + bias ${bracketed} = ${fixed(sum + bias)}` : `${products} = ${fixed(sum)}`;
  terms.sort((one, other) => Math.abs(other.value * other.weight) - Math.abs(one.value * one.weight));
  return { text, terms, window };
}
