// Every step that the inspector writes out, for every layer, activation and cell, against NumPy; and each line of
// arithmetic, as it stands on the page, comes to the number beside it.
import { describe, expect, test } from "vitest";
import { cellwise, cellwiseText, channelMap, softmax, termsOf } from "../../cnn/frontend/inspector/cell.ts";
import { arrayOf, type CellStep, type Data, readData } from "../../cnn/frontend/inspector/data.ts";
import { mosaicOf, neuronSteps, originOfTerm } from "../../cnn/frontend/inspector/neuron.ts";
import type { Step } from "../../cnn/frontend/inspector/state.ts";
import { work } from "../../cnn/frontend/inspector/steps.ts";
import { addUp } from "../../cnn/frontend/shared/numbers.ts";
import { apart, blob, index } from "./python.ts";

const CLOSE = 2e-5; // float32 added in another order
const ROUNDED = 6e-4; // numbers on the page have four decimals

/** The value of a line of arithmetic as it is written for a reader; null where it is a sentence. */
function evaluated(html: string): number | null {
  const text = html
    .replace(/<small>.*?<\/small>/g, "")
    .replace(/<\/?b>/g, "")
    .replace(/ of [\w.]+$/, "")
    .replace(/, above 0: it stays$|, passed on: .*$/, "")
    .replace(/^the sum of map \d+, /, "")
    .replace(/ cells$/, "")
    .replace(/^.*Φ\(.*\) = /, "")
    .replace(/^[\d,]+ terms /, "")
    .replace(" + bias ", " + ")
    .replaceAll(", /", " /");
  if (text.startsWith("one of")) return null;
  if (!/^[-−\d.e^()×+/√ a-z,]+$/i.test(text) || /[a-z]{5}/i.test(text)) return null;
  const code = text
    .replaceAll("−", "-")
    .replaceAll("×", "*")
    .replaceAll("√", "Math.sqrt")
    .replace(/e\^(\(?-?[\d.]+\)?)/g, "Math.exp($1)")
    .replaceAll("max(", "Math.max(")
    .replaceAll("tanh(", "Math.tanh(");
  return Function(`return ${code}`)() as number;
}

const all = index.cells.map((cell) => ({ ...cell, data: readData(blob(cell.path)) }));

function expectSteps(data: Data, steps: Step[]): void {
  steps.forEach((step, i) => {
    if (Number.isNaN(step.total)) return;
    const array = arrayOf(data, i ? `stage${i - 1}` : "output");
    const expected = array.values[step.row * (array.shape[1] as number) + step.column] as number;
    expect(apart(step.total, expected), `${data.layer} step ${i} at ${step.row}, ${step.column}`).toBeLessThan(CLOSE);
  });
}

describe("maps", () => {
  const maps = all.filter(({ data }) => data.kind !== "dense" && data.kind !== "shares");

  test.each(maps)("$path: every cell and all that follows it", ({ data, expected }) => {
    if (data.kind === "dense" || data.kind === "shares") return;
    for (let row = 0; row < data.rows; row++) {
      for (let column = 0; column < data.columns; column++) {
        const at = row * data.columns + column;
        if (data.vector && at >= expected.length) continue;
        const { steps } = work(data, { row, column, chosen: null });
        expect(apart(steps[0]?.total ?? Number.NaN, expected[at] as number)).toBeLessThan(CLOSE);
        expectSteps(data, steps);
      }
    }
  });

  test.each(maps)("$path: what is written comes to what is said", ({ data }) => {
    if (data.kind === "dense" || data.kind === "shares") return;
    let evaluatedOnes = 0;
    for (let row = 0; row < data.rows; row += 3) {
      for (let column = 0; column < data.columns; column += 3) {
        const { steps } = work(data, { row, column, chosen: data.sent.at(-1) ?? null });
        for (const step of steps) {
          const value = Number.isNaN(step.total) ? null : evaluated(step.text);
          if (value === null) continue;
          evaluatedOnes++;
          const slack = ROUNDED * (1 + Math.abs(step.total)) * (step.text.includes("√") ? 40 : 5);
          expect(Math.abs(value - step.total), step.text).toBeLessThan(slack);
        }
      }
    }
    const written = !["copy", "window"].includes(data.kind);
    if (written) expect(evaluatedOnes).toBeGreaterThan(0);
  });

  test.each(maps.filter(({ data }) => data.kind === "kernel"))(
    "$path: intermediate maps add up",
    ({ data, expected }) => {
      if (data.kind !== "kernel") return;
      const parts = data.sent.map((_, place) => channelMap(data, place));
      const rest = arrayOf(data, "rest").values;
      expected.forEach((value, at) => {
        const total = addUp(parts.map((part) => part[at] as number)) + (rest[at] as number) + (data.bias ?? 0);
        expect(apart(total, value)).toBeLessThan(CLOSE);
      });
    },
  );

  test("a window that holds a cell is found, its own place in it too", () => {
    let gaps = 0;
    let windows = 0;
    for (const { data } of maps) {
      if (data.kind === "dense" || data.kind === "shares" || data.vector) continue;
      const place = data.stages.findIndex((stage) => stage.kind === "window");
      const stage = data.stages[place];
      if (stage?.kind !== "window") continue;
      for (let row = 0; row < data.rows; row++) {
        for (let column = 0; column < data.columns; column++) {
          const { steps } = work(data, { row, column, chosen: null });
          const [before, step] = [steps[place] as Step, steps[place + 1] as Step];
          if (Number.isNaN(step.total)) {
            gaps++;
            const inGap = row % stage.stride >= stage.window || column % stage.stride >= stage.window;
            const [rows, columns] = arrayOf(data, `stage${place}`).shape as [number, number];
            const reach = (count: number) => (count - 1) * stage.stride + stage.window;
            expect(inGap || row >= reach(rows) || column >= reach(columns)).toBe(true);
            continue;
          }
          windows++;
          expect(apart((step.values as number[])[step.own as number] as number, before.total)).toBeLessThan(CLOSE);
        }
      }
    }
    expect(gaps).toBeGreaterThan(10);
    expect(windows).toBeGreaterThan(1000);
  });
});

describe("neurons", () => {
  const neurons = all.filter(({ data }) => data.kind === "dense");

  test.each(neurons)("$path: terms, rest and bias are the score", ({ data, expected }) => {
    if (data.kind !== "dense") return;
    const terms = termsOf(arrayOf(data, "input").values, arrayOf(data, "weights").values);
    const total = data.rest + addUp(terms.map((term) => term.product));
    const steps = neuronSteps(data, total);
    expect(apart(steps[0]?.total ?? Number.NaN, expected[data.channel] as number)).toBeLessThan(CLOSE);
    expectSteps(data, steps);
    expect(evaluated(steps[0]?.text ?? "")).toBeCloseTo(steps[0]?.total ?? Number.NaN, 3);
    for (const [i, term] of terms.entries()) {
      if (i) expect(Math.abs(term.product)).toBeLessThanOrEqual(Math.abs((terms[i - 1] as typeof term).product));
    }
  });

  test.each(neurons)("$path: each term has its place in the mosaic and in its map", ({ data }) => {
    if (data.kind !== "dense") return;
    const values = arrayOf(data, "input").values;
    const terms = termsOf(values, arrayOf(data, "weights").values);
    const mosaic = mosaicOf(data, terms);
    for (const term of terms) {
      const { row, column } = mosaic.placeOf(term);
      expect(mosaic.termAt(row, column)).toBe(term);
      expect(mosaic.valueAt(row, column)).toBe(term.product);
      const { channel, cell } = originOfTerm(data, term);
      const [y, x] = cell ?? [0, 0];
      expect(term.index).toBe((y * data.width + x) * data.channels + data.sent.indexOf(channel));
    }
  });
});

test("softmax is NumPy's", () => {
  for (const { data, expected } of all.filter(({ data: one }) => one.kind === "shares")) {
    const shares = softmax(arrayOf(data, "input").values.subarray(0, 10));
    shares.forEach((share, i) => expect(share).toBeCloseTo(expected[i] as number, 6));
    expect(addUp(shares)).toBeCloseTo(1, 12);
  }
  expect(softmax([1000, 1000])).toEqual([0.5, 0.5]); // no overflow
});

test("every activation is written out in both halves", () => {
  const constants = {
    layer: "a",
    tag: "relu",
    kind: "elementwise" as const,
    operation: "function" as const,
    slope: 0.01,
    alpha: 1,
  };
  const names = new Set(
    all.flatMap(({ data }) =>
      data.stages.flatMap((stage) =>
        stage.kind === "elementwise" && stage.operation === "function" ? [stage.function] : [],
      ),
    ),
  );
  expect(names.size).toBeGreaterThanOrEqual(6);
  for (const name of names) {
    for (const x of [-2.25, -0.5, 0, 0.75, 3.125]) {
      const step: CellStep = { ...constants, function: name };
      const value = evaluated(cellwiseText(step, x, 0));
      expect(value, `${name}(${x}): ${cellwiseText(step, x, 0)}`).not.toBeNull();
      expect(Math.abs((value as number) - cellwise(step, x, 0)), name).toBeLessThan(5e-4);
    }
  }
  const elu: CellStep = { ...constants, function: "elu", alpha: 0.5 };
  expect(evaluated(cellwiseText(elu, -1, 0))).toBeCloseTo(0.5 * Math.expm1(-1), 4);
});
