// The result of the layer, and of those after it, for the chosen cell, with the arithmetic in words (as HTML).
import { escapeHtml } from "../shared/dom.ts";
import type { Cell } from "../shared/input.ts";
import { bracketed, fixed } from "../shared/numbers.ts";
import {
  cellwise,
  cellwiseText,
  convTotal,
  corner,
  inputAt,
  poolCell,
  poolTotal,
  valueAt,
  windowValues,
  winnerOf,
} from "./cell.ts";
import {
  arrayOf,
  isUnrolled,
  isWindow,
  type KernelData,
  type MapData,
  type PoolStep,
  sentAt,
  sourceName,
  takesSecond,
  type UnrolledData,
  type WindowData,
} from "./data.ts";
import { type Result, type State, type Step, shownPlace } from "./state.ts";

/** What a sum is asked for: a map's data, the cell, and which input channel is written out. */
export type Question = Pick<State, "row" | "column" | "chosen"> & { sums?: Float64Array | null };

export function work(data: MapData, question: Question): Result {
  const { row, column } = question;
  const sums = data.kind === "kernel" ? (question.sums ?? new Float64Array(data.channels)) : undefined;
  const steps: Step[] = [firstStep(data, question, sums)];
  data.stages.forEach((stage, i) => {
    const before = (steps[i] as Step).total;
    const at = { row, column };
    if (stage.kind === "window") {
      steps.push(poolStep(data, stage, i, at));
      return;
    }
    const second = takesSecond(stage) ? valueAt(arrayOf(data, `other${i}`), row, column) : 0;
    steps.push({ total: cellwise(stage, before, second), text: cellwiseText(stage, before, second), ...at });
  });
  return { steps, sums };
}

function firstStep(data: MapData, question: Question, sums: Float64Array | undefined): Step {
  const { row, column } = question;
  const at = { row, column };
  switch (data.kind) {
    case "kernel": {
      const all = sums as Float64Array;
      const total = convTotal(data, row, column, all);
      return { total, text: convText(data, all, question.chosen, total), ...at };
    }
    case "window":
      return { ...poolOfInput(data, at), ...at };
    case "pixel": {
      const pixel = inputAt(data, row, column, data.channel);
      return { total: pixel / data.half - 1, text: `${pixel} / ${data.half} − 1`, ...at };
    }
    case "copy":
    case "average":
      return { ...unrolledStep(data, at), ...at };
    case "elementwise": {
      const value = inputAt(data, row, column, 0);
      const second = takesSecond(data.first) ? valueAt(arrayOf(data, "other-1"), row, column) : 0;
      return { total: cellwise(data.first, value, second), text: cellwiseText(data.first, value, second), ...at };
    }
  }
}

function poolOfInput(data: WindowData, { row, column }: Cell): { total: number; text: string; values: number[] } {
  const map = { values: arrayOf(data, "input").values, shape: [data.height, data.width] };
  const values = windowValues(data, map, row, column);
  const mean = `(${values.map((value) => fixed(value)).join(" + ")}) / ${values.length}`;
  return {
    total: poolTotal(data.rule, values),
    text: data.rule === "max" ? "the largest of the window" : mean,
    values,
  };
}

/** Where the window lies on the input: its first row and column there, and its side. */
export function windowOn(data: MapData, { row, column }: Cell): { y: number; x: number; size: number } {
  if (isWindow(data)) {
    const [y, x] = corner(data, row, column);
    return { y, x, size: data.window };
  }
  if (!isUnrolled(data)) return { y: row, x: column, size: 1 };
  const { cell } = originOf(data, { row, column });
  return { y: Math.floor(cell / data.width), x: cell % data.width, size: 1 };
}

/** The map that a value of a flattened or averaged layer comes from, and its cell there, counted row by row. */
export function originOf(data: UnrolledData, { row, column }: Cell): { channel: number; cell: number } {
  const index = row * data.columns + column;
  if (data.kind === "average") return { channel: index, cell: 0 };
  return { channel: index % data.total, cell: Math.floor(index / data.total) };
}

function unrolledStep(data: UnrolledData, at: Cell): { total: number; text: string } {
  const { channel } = originOf(data, at);
  const place = data.sent.indexOf(channel);
  if (place < 0) {
    const total = valueAt(arrayOf(data, "output"), at.row, at.column);
    return { total, text: "its map was not sent: there are too many" };
  }
  if (data.kind === "copy") {
    const { y, x } = windowOn(data, at);
    return { total: inputAt(data, y, x, place), text: `map ${channel}, row ${y}, column ${x}, copied unchanged` };
  }
  const { values } = arrayOf(data, "input");
  let sum = 0;
  for (let i = place; i < values.length; i += data.channels) sum += values[i] as number;
  const count = data.height * data.width;
  return { total: sum / count, text: `the sum of map ${channel}, ${fixed(sum)}, / ${count} cells` };
}

function convText(data: KernelData, sums: Float64Array, chosen: number | null, total: number): string {
  const place = shownPlace({ data, chosen });
  const named = data.total <= 3 ? [...sums.keys()] : [place];
  const terms = named.map((i): [number, string] => [sums[i] as number, sourceName(data, sentAt(data, i))]);
  const bias = data.bias ?? 0;
  if (data.total > 3) terms.push([total - bias - (sums[place] as number), `the other ${data.total - 1}`]);
  if (data.bias !== null) terms.push([bias, "bias"]);
  return terms
    .map(([sum, name], i) => `${i ? bracketed(sum) : fixed(sum)} <small>${escapeHtml(name)}</small>`)
    .join(" + ");
}

function poolStep(data: MapData, stage: PoolStep, i: number, at: Cell): Step {
  const [rows, columns] = arrayOf(data, `stage${i}`).shape as [number, number];
  const cell = poolCell(stage, [rows, columns], at.row, at.column);
  if (!cell) return { total: Number.NaN, text: "no window contains this cell", row: -1, column: -1 };
  const source = arrayOf(data, i ? `stage${i - 1}` : "output");
  const values = windowValues(stage, source, cell.row, cell.column);
  const own = (at.row - cell.row * stage.stride) * stage.window + at.column - cell.column * stage.stride;
  const text = poolText(stage.rule, values, own, cell.count);
  return { total: poolTotal(stage.rule, values), text, values, own, row: cell.row, column: cell.column };
}

function poolText(kind: string, values: number[], own: number, count: number): string {
  const more = count > 1 ? `; ${count - 1} more ${count > 2 ? "windows contain" : "window contains"} it` : "";
  if (kind !== "max") return `one of ${values.length} values in the mean${more}`;
  const best = winnerOf(values);
  if (best < 0) return `all values in the window are equal${more}`;
  const verdict =
    values[own] === values[best] ? "is the largest in its window" : `is smaller than ${fixed(values[best] as number)}`;
  return `this cell <b>${verdict}</b>${more}`;
}
