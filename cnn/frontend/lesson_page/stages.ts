// What each lesson shows, drawn by the app's own components from what is set.
import cells, { type Cells } from "../cells.ts";
import { softmaxSteps } from "../living_page/softmax_steps.ts";
import { paintValues } from "../shared/canvas.ts";
import { css, rgb } from "../shared/colours.ts";
import { find, type Mount, make, write } from "../shared/dom.ts";
import { FUNCTIONS, forward } from "../shared/forward.ts";
import { fixed, grouped, largest, minus, percent, significant, written } from "../shared/numbers.ts";
import softmaxBars from "../softmax_bars.ts";
import unroll, { type Unrolled } from "../unroll.ts";
import walkingWindow from "../window.ts";
import { convolved, kernelOf, pooled, SIDE, type Trained } from "./lessons.ts";
import { channelOf, type Page, scaled, whole } from "./page.ts";
import { axesOf, compared, composed, type Kernel, only, plotOf, SLOPES, slide } from "./relu.ts";

const HIGHEST = "highest score";
const TERMS = 5;
const MOST_SHIFT = 4; // pixels

const array = (page: Page, name: string): Float32Array => page.weights.get(name) as Float32Array;
const mount = <Data>(page: Page, data: Data): Mount<Data> =>
  ({ parentElement: page.place, data, setTriggerValue: () => undefined }) as unknown as Mount<Data>;

/** Draw a convolution or a pooling; returns the outputs and what ends it, or the sentence on why there are none. */
export function drawWindow(page: Page): { outputs: Float32Array; end: () => void } | string {
  const trained: Trained = { kernel: array(page, "conv1/kernel"), bias: array(page, "conv1/bias") };
  const scale = (...parts: Float32Array[]) => scaled(page, ...parts);
  const found =
    page.facts.lesson === "conv"
      ? convolved(page.settings, kernelOf(page.settings, page.facts.kernels, trained), page.pixels, scale)
      : pooled(page.settings, trained, page.pixels, scale);
  find(page.place, ".walk").hidden = typeof found === "string";
  find(page.place, ".size").hidden = typeof found === "string";
  if (typeof found === "string") return found;
  const { height, before, after, window, dilation, stride, rows } = found;
  const span = (window - 1) * dilation + 1;
  write(
    find(page.place, ".size"),
    `How large is the map? (${height} + ${before} + ${after} − ${span}) / ${stride}, rounded down, + 1 = ${rows}: ` +
      "(input + zeros before + zeros after − span of the window) divided by the stride, rounded down, plus 1.",
  );
  if (page.facts.lesson === "conv") writeCost(page);
  else drawShifts(page, trained);
  return { outputs: found.outputs, end: walkingWindow(mount(page, found)) };
}

function writeCost(page: Page): void {
  const filters = whole(page, "filters");
  const cells = SIDE * SIDE;
  const [parameters, adds, dense] = [28 * filters, 27 * cells * filters, 3 * cells * cells * filters];
  write(
    find(page.place, ".cost"),
    `${filters} filters of 3×3 on a picture of 32×32×3: 3×3×3×${filters} + ${filters} = ${grouped(parameters)} parameters, ` +
      `${grouped(adds)} multiply-adds. A dense layer with as many outputs connects each of 3,072 inputs to each output: ` +
      `${grouped(dense)} multiply-adds, ${Math.round(dense / adds)} times as many.`,
  );
}

/** How much the map and its two poolings change when the picture is shifted, relative to their own values. */
function drawShifts(page: Page, trained: Trained): void {
  const section = find(page.place, ".shifts");
  section.hidden = !page.answered.has("shift");
  const table = find<HTMLTableElement>(section, "table");
  table.replaceChildren();
  tableRow(table, ["Shift", "no pooling", "max pooling", "average pooling"], "th");
  const parts = (shift: number): Float32Array[] => {
    const moved = { ...page.settings, shift: String(shift) };
    const { input, outputs } = pooled(moved, trained, page.pixels, (...values) => scaled(page, ...values));
    return [input, channelOf(outputs, 2, 0), channelOf(outputs, 2, 1)];
  };
  const before = parts(0);
  for (let shift = 0; shift <= MOST_SHIFT; shift++) {
    const after = parts(shift);
    const changes = before.map((values, kind) => {
      const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
      const apart = values.reduce((sum, value, i) => sum + Math.abs((after[kind]?.[i] as number) - value), 0);
      return percent(size ? apart / size : 0);
    });
    tableRow(table, [`${shift} px`, ...changes]);
  }
}

export function drawSoftmax(page: Page): void {
  const { classes } = page.facts;
  const plain = Float32Array.from(classes, (name) => Number(page.settings[`score_${name}`]));
  const scores = plain.map((score) => score + whole(page, "add"));
  const signed = { above: page.colours.positive, below: page.colours.negative };
  softmaxBars(mount(page, softmaxSteps(scores, classes, signed, Number(page.settings.temperature))));
  const truth = classes.indexOf(page.settings.truth as string);
  const most = plain[largest(plain)] as number;
  const powers = [...plain].map((score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  const share = (powers[truth] as number) / sum;
  const loss = Math.log(sum) + most - (plain[truth] as number);
  write(
    find(page.place, ".loss"),
    `The true class is ${classes[truth]}. Loss: −ln(${written(share)}) = ${written(loss)}. Its slope along the score of ` +
      `${classes[truth]}: ${written(share)} − 1 = ${written(share - 1)}. (Temperature 1, as in training.)`,
  );
  drawOverflow(page, plain, most);
}

/** The formula as it stands in 32 bits, and with the largest score subtracted first. */
function drawOverflow(page: Page, plain: Float32Array, most: number): void {
  const wanted = Number(page.settings.largest);
  const high = plain.map((score) => Math.fround(Math.fround(score - most) + wanted));
  const powers = high.map((score) => Math.fround(Math.exp(score)));
  const sum = powers.reduce((total, power) => Math.fround(total + power), 0);
  const safe = high.map((score) => Math.exp(score - wanted));
  const whole = safe.reduce((total, power) => total + power, 0);
  const table = find<HTMLTableElement>(page.place, ".overflow table");
  const told = (value: number) => (Number.isFinite(value) ? written(value) : Number.isNaN(value) ? "nan" : "inf");
  table.replaceChildren();
  const heads = ["e to the score, 32 bits", "÷ sum", "score − largest", "e to that", "÷ its sum"];
  tableRow(table, ["class", "score", ...heads], "th");
  page.facts.classes.forEach((name, i) => {
    const [score, power, small] = [high[i], powers[i], safe[i]] as [number, number, number];
    const numbers = [score, power, power / sum, score - wanted, small, small / whole];
    tableRow(table, [name, ...numbers.map(told)]);
  });
  write(
    find(page.place, ".overflow .said"),
    Number.isFinite(sum)
      ? `The sum, ${written(sum)}, still fits, and both ways agree. Raise the scores further.`
      : `Overflow: the sum is inf, and inf / inf is nan, not a number. With the largest score subtracted first, the same ` +
          "scores give the probabilities on the right.",
  );
}

export function drawRelu(page: Page): Float32Array {
  const { facts, settings, weights, pixels } = page;
  const step = facts.steps.find(({ name }) => name === "conv1") as Page["facts"]["steps"][number];
  const maps = forward(facts.steps.slice(0, facts.steps.indexOf(step) + 1), weights, pixels).get("conv1");
  const values = (maps as { values: Float32Array }).values;
  const number = whole(page, "map");
  const title = settings.function as string;
  const key = facts.functions[title] as string;
  const before = channelOf(values, step.shape[2] as number, number);
  const after = before.map(FUNCTIONS[key] as (x: number) => number);
  const slope = before.map(SLOPES[key] as (x: number) => number);
  const axes = axesOf(Math.max(3, Math.ceil(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0))));
  const veiled = !page.answered.has("zeros");
  const data: Cells = {
    before: [...before],
    after: [...after],
    slope: [...slope],
    width: step.shape[1] as number,
    name: title,
    scale: scaled(page, before, after),
    veiled,
    captions: [`Map ${number} before`, `Map ${number} after ${title}`],
    plot: plotOf(key, title, before, axes, page.colours),
    axes: { ...axes },
  };
  cells(mount(page, data));
  const zeros = after.reduce((count, value) => count + Number(value === 0), 0);
  const told = `${grouped(zeros)} of ${grouped(after.length)} cells are now 0.`;
  write(find(page.place, ".zeros"), veiled ? "Each dot is one cell of the map." : told);
  drawFunctions(page, before);
  drawTwoAsOne(page);
  return after;
}

function drawFunctions({ facts, place, settings, answered }: Page, before: Float32Array): void {
  const section = find(place, ".functions");
  section.hidden = !answered.has("slopes");
  const table = find<HTMLTableElement>(section, "table");
  table.replaceChildren();
  const titles = Object.keys(facts.functions);
  const rows = compared(Object.values(facts.functions), before, Math.round(Number(settings.layers)));
  tableRow(table, ["", ...Object.keys(rows[0] ?? {})], "th");
  rows.forEach((row, i) => {
    tableRow(table, [titles[i] as string, ...Object.values(row).map(written)]);
  });
}

/** The two convolutions of the network in a row, the one that equals them, and the two with ReLU between them. */
function drawTwoAsOne(page: Page): void {
  const section = find(page.place, ".as-one");
  section.hidden = !page.answered.has("chain");
  if (section.hidden) return;
  const [first, second] = ["conv1", "conv2"].map((name) => {
    const bias = array(page, `${name}/bias`);
    const size = page.facts.steps.find((step) => step.name === name)?.size as number;
    return { values: array(page, `${name}/kernel`), bias, size };
  }) as [Kernel, Kernel];
  const last = only(second, whole(page, "filter"));
  const input = Float32Array.from(page.pixels, (value) => value / 127.5 - 1);
  const middle = slide(input, 3, first);
  const channels = first.bias.length;
  const two = slide(middle, channels, last);
  const bent = slide(
    middle.map((value) => Math.max(value, 0)),
    channels,
    last,
  );
  const one = slide(input, 3, composed(first, last, 3));
  const scale = scaled(page, two, one, bent);
  const side = Math.sqrt(two.length);
  const reach = first.size + second.size - 1;
  const shown: [string, Float32Array][] = [
    [`Two layers of ${first.size}×${first.size}`, two],
    [`= one layer of ${reach}×${reach}`, one],
    ["≠ two layers, ReLU between", bent],
  ];
  const row = find(section, ".three");
  row.replaceChildren();
  for (const [title, values] of shown) {
    const figure = make("figure", row);
    const canvas = make("canvas", figure);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title);
    paintValues(canvas, side, side, scale, (y, x) => values[y * side + x] as number);
    make("figcaption", figure, "", title);
  }
  const apart = (values: Float32Array) =>
    values.reduce((most, value, i) => Math.max(most, Math.abs(value - (one[i] as number))), 0);
  write(
    find(section, ".apart"),
    `Largest difference between two layers and one: ${written(apart(two))}, from rounding. With ReLU between: ` +
      `${written(apart(bent))}. ReLU makes depth useful.`,
  );
}

export function drawDense(page: Page): { outputs: Float32Array; end: () => void } {
  const { facts, weights, settings, colours } = page;
  const found = forward(facts.steps, weights, page.pixels);
  const dense = facts.steps.find(({ name }) => name === "scores") as Page["facts"]["steps"][number];
  const shape = dense.origin?.shape as [number, number, number];
  const { values } = found.get(dense.inputs[0] as string) as { values: Float32Array };
  const { values: scores } = found.get("scores") as { values: Float32Array };
  const wanted = settings.class as string;
  const unit = wanted === HIGHEST ? largest(scores) : facts.classes.indexOf(wanted);
  const name = facts.classes[unit] as string;
  const own = channelOf(array(page, "scores/kernel"), scores.length, unit);
  const products = settings.products === "on";
  const index = Math.min(whole(page, "index"), values.length - 1);
  const { low, high, stops } = scaled(page, products ? values.map((value, i) => value * (own[i] as number)) : values);
  const data: Unrolled = {
    facts: {
      ...{ shape, name, index, products, low, high, stops },
      ...{ ink: colours.ink, quiet: colours.quiet, accent: colours.accent, ground: colours.ground },
    },
    values,
    weights: own,
  };
  const end = unroll({
    ...mount(page, data),
    setTriggerValue: (_: string, at: number) => page.set("index", String(at)),
  } as unknown as Mount<typeof data>);
  const verdict = `The network's score of ${name}: ${fixed(scores[unit] as number)}.`;
  write(find(page.place, ".score"), verdict);
  drawTerms(page, values, own, shape, unit, name);
  return { outputs: scores, end };
}

/** The strongest terms of a score for and against a class, the rest, and their sum. */
function drawTerms(
  page: Page,
  values: Float32Array,
  weights: Float32Array,
  [, width, channels]: [number, number, number],
  unit: number,
  name: string,
): void {
  const section = find(page.place, ".terms");
  section.hidden = !page.answered.has("push");
  const products = [...values].map((value, i) => value * (weights[i] as number));
  const order = products.map((_, i) => i).sort((a, b) => (products[b] as number) - (products[a] as number));
  const named = [
    ...order.slice(0, TERMS).filter((i) => (products[i] as number) > 0),
    ...order.slice(-TERMS).filter((i) => (products[i] as number) < 0),
  ];
  const bias = (page.weights.get("scores/bias") as Float32Array)[unit] as number;
  const all = products.reduce((sum, product) => sum + product, 0);
  const rest = all - named.reduce((sum, i) => sum + (products[i] as number), 0);
  const rows: [string, string, number][] = named.map((i) => {
    const spot = Math.floor(i / channels);
    const place = `map ${i % channels}, row ${Math.floor(spot / width)}, column ${spot % width}`;
    return [place, `${significant(values[i] as number)} × ${significant(weights[i] as number)}`, products[i] as number];
  });
  rows.push([`${grouped(values.length - named.length)} other values`, "", rest], ["bias", "", bias]);
  rows.push([`score of ${name}`, "sum of all above", all + bias]);
  const table = find<HTMLTableElement>(section, "table");
  table.replaceChildren();
  tableRow(table, ["Part", "How", "Adds"], "th");
  for (const [place, how, adds] of rows) {
    const row = tableRow(table, [place, how, minus((adds < 0 ? "" : "+") + adds.toFixed(3))]);
    (row.lastElementChild as HTMLElement).style.color = css(
      rgb(adds < 0 ? page.colours.negative : page.colours.positive),
    );
  }
}

export function tableRow(
  table: HTMLTableElement,
  texts: readonly string[],
  kind: "th" | "td" = "td",
): HTMLTableRowElement {
  const row = make("tr", table);
  texts.forEach((text, i) => {
    const cell = make(i && kind === "td" ? "td" : "th", row, "", text);
    cell.setAttribute("scope", kind === "th" ? "col" : "row");
    if (i && kind === "td") cell.removeAttribute("scope");
  });
  return row;
}
