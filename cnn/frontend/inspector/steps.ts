// @ts-nocheck
// The inspector, part 4: what the layer, and those after it, make of the chosen cell, with the arithmetic in words.

import { shownPlace, windowOn } from "./map.ts";
import {
  bracketed,
  cellwise,
  cellwiseText,
  convTotal,
  escapeHtml,
  inputAt,
  poolCell,
  poolTotal,
  valueAt,
  windowValues,
  winnerOf,
  written,
} from "./numbers.ts";
import { sourceName } from "./plates.ts";

export function work(state) {
  const { look, row, column } = state;
  const first = firstStep(state);
  const steps = [first];
  look.stages.forEach((stage, i) => {
    const [before, at] = [steps[i].total, { row, column }];
    if (stage.op === "pool") steps.push(poolStep(look, stage, i, at));
    else {
      const added = stage.op === "add" ? valueAt(look.arrays[`other${i}`], row, column) : 0;
      steps.push({ total: cellwise(stage, before, added), text: cellwiseText(stage, before, added), ...at });
    }
  });
  return { steps, sums: first.sums };
}

function firstStep(state) {
  const { look, row, column } = state;
  const at = { row, column };
  const value = look.op === "conv" || look.op === "pool" ? 0 : inputAt(look, row, column, 0);
  switch (look.op) {
    case "conv": {
      state.sums ??= new Float64Array(look.channels);
      const total = convTotal(look, row, column, state.sums);
      return { total, sums: state.sums, text: convText(state, total), ...at };
    }
    case "pool": {
      const values = windowValues(
        look,
        { values: look.arrays.input.values, shape: [look.height, look.width] },
        row,
        column,
      );
      const rule =
        look.kind === "max"
          ? "the largest of the window"
          : `(${values.map((v) => written(v)).join(" + ")}) / ${values.length}`;
      return { total: poolTotal(look.kind, values), values, text: rule, ...at };
    }
    case "pixel": {
      const pixel = inputAt(look, row, column, look.channel);
      return { total: pixel / look.half - 1, text: `${pixel} / ${look.half} − 1`, ...at };
    }
    case "flatten":
    case "average":
      return tracedStep(state, at);
  }
  const added = look.first.op === "add" ? valueAt(look.arrays["other-1"], row, column) : 0;
  return { total: cellwise(look.first, value, added), text: cellwiseText(look.first, value, added), ...at };
}

function tracedStep({ look, row, column, traced }, at) {
  const place = look.sent.indexOf(traced);
  const [y, x] = windowOn(look, row, column, { traced });
  if (place < 0)
    return { total: valueAt(look.arrays.output, row, column), text: "its map was not sent: there are too many", ...at };
  if (look.op === "flatten") {
    return { total: inputAt(look, y, x, place), text: `map ${traced}, row ${y}, column ${x}, taken as it is`, ...at };
  }
  const { values } = look.arrays.input;
  let sum = 0;
  for (let i = place; i < values.length; i += look.channels) sum += values[i];
  const count = look.height * look.width;
  return { total: sum / count, text: `the sum of map ${traced}, ${written(sum)}, / ${count} cells`, ...at };
}

function convText({ look, sums, chosen }, total) {
  const place = shownPlace({ look, chosen });
  const named = look.total <= 3 ? [...sums.keys()] : [place];
  const terms = named.map((i) => [sums[i], sourceName(look, look.sent[i])]);
  if (look.total > 3) terms.push([total - look.bias - sums[place], `the other ${look.total - 1}`]);
  terms.push([look.bias, "bias"]);
  return terms
    .map(([sum, name], i) => `${i ? bracketed(sum) : written(sum)} <small>${escapeHtml(name)}</small>`)
    .join(" + ");
}

function poolStep(look, stage, i, at) {
  const [rows, columns] = look.arrays[`stage${i}`].shape;
  const cell = poolCell(stage, [rows, columns], at.row, at.column);
  if (!cell) return { total: NaN, text: "no window takes this cell in", row: -1, column: -1 };
  const source = i ? look.arrays[`stage${i - 1}`] : look.arrays.output;
  const values = windowValues(stage, source, cell.row, cell.column);
  const own = (at.row - cell.row * stage.stride) * stage.window + at.column - cell.column * stage.stride;
  return { total: poolTotal(stage.kind, values), text: poolText(stage, values, own, cell), values, own, ...cell };
}

function poolText({ kind }, values, own, { count }) {
  const more = count > 1 ? `; ${count - 1} more ${count > 2 ? "windows take" : "window takes"} it in` : "";
  if (kind !== "max") return `one of ${values.length} in the mean${more}`;
  const best = winnerOf(values);
  if (best < 0) return `all in the window are equal${more}`;
  const verdict = values[own] === values[best] ? "wins its window" : `loses to ${written(values[best])}`;
  return `this cell <b>${verdict}</b>${more}`;
}
