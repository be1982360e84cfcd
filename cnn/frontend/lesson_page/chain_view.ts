// The lesson on the whole chain: every layer forward and backward, and one training step by hand.
import { paintCells } from "../shared/canvas.ts";
import { colourOf, type ScaleTable } from "../shared/colours.ts";
import { find, findAll, make, makeButton, write } from "../shared/dom.ts";
import { grouped, minus } from "../shared/numbers.ts";
import { type Arrays, gradientsOf, strongest, type TrainingStep, trainingStep, valuesOf } from "./chain.ts";
import { type Page, scaled, whole } from "./page.ts";

const BACK = "Backward: gradients";
const AXES = [
  ["row", "column", "input_map", "filter"],
  ["value", "class"],
];
const FEW = 6; // maps of a layer in the strip
const LINE = 64; // cells of a vector side by side

export interface Chain {
  values: Arrays;
  gradients: Arrays;
  step: TrainingStep;
}

export function drawChain(page: Page): Chain {
  const { facts, settings, place, pixels } = page;
  const weights: Arrays = new Map([...page.weights].map(([name, array]) => [name, Float64Array.from(array)]));
  const target = facts.classes.indexOf(settings.answer as string);
  const values = valuesOf(facts.steps, weights, pixels);
  const [byLayer, gradients] = gradientsOf(facts.steps, weights, values, target);
  const back = settings.way === BACK;
  drawLayers(page, (name) => (back ? (byLayer.get(name) ?? values.get(name)) : values.get(name)) as Float64Array);
  const chosen = facts.steps.find(({ name }) => name === settings.step) as Page["facts"]["steps"][number];
  const shapes = [...facts.steps.filter(({ name }) => chosen.inputs.includes(name)), chosen]
    .map(({ shape }) => shape.map(grouped).join("×"))
    .join(" → ");
  const about = back ? (facts.backward[chosen.tag] as string) : chosen.about;
  write(find(place, ".told"), `${chosen.phrase} (${shapes}). ${about}`);
  write(
    find(place, ".meaning"),
    back
      ? "Orange: a larger value increases the loss. Blue: it decreases the loss. Each layer has its own scale."
      : "Orange is above zero, blue below zero. Each layer has its own scale.",
  );

  const layer = settings.weight as string;
  const name = `${layer}/kernel`;
  const step = trainingStep(
    facts.steps,
    weights,
    gradients,
    pixels,
    target,
    name,
    placeOf(page, layer),
    Number(settings.rate),
  );
  find<HTMLButtonElement>(place, ".strongest").onclick = () => choose(page, layer, gradients.get(name) as Float64Array);
  drawStep(page, step, (values.get("softmax") as Float64Array)[target] as number, weights);
  for (const figure of findAll(place, ".runs")) {
    figure.hidden = figure.dataset.validation !== String(page.answered.has("generalises"));
  }
  return { values, gradients, step };
}

/** The sides of a kernel (rows, columns, input maps, filters) or (values, classes), with the keys of their controls. */
function sidesOf({ facts }: Page, layer: string): { key: string; count: number }[] {
  const at = facts.steps.findIndex(({ name }) => name === layer);
  const [link, before] = [facts.steps[at], facts.steps[at - 1]];
  const last = link?.shape.at(-1) as number;
  const depth = before?.shape.at(-1) as number;
  const counts = link?.op === "conv" ? [link.size as number, link.size as number, depth, last] : [depth, last];
  const axes = AXES[link?.op === "conv" ? 0 : 1] as string[];
  return counts.map((count, i) => ({ key: `${layer}_${axes[i]}`, count }));
}

function placeOf(page: Page, layer: string): number {
  return sidesOf(page, layer).reduce(
    (place, { key, count }) => place * count + Math.min(whole(page, key), count - 1),
    0,
  );
}

function choose(page: Page, layer: string, gradient: Float64Array): void {
  let place = strongest(gradient);
  for (const { key, count } of sidesOf(page, layer).reverse()) {
    if (!page.facts.lock.includes(key) && !page.facts.hide.includes(key)) page.set(key, String(place % count));
    place = Math.floor(place / count);
  }
}

function drawLayers(page: Page, shown: (name: string) => Float64Array): void {
  const strip = find(page.place, ".layers");
  for (const { name, shape, tag } of page.facts.steps) {
    let button = strip.querySelector<HTMLButtonElement>(`[data-layer="${name}"]`);
    if (!button) {
      button = makeButton(strip, "link", "");
      button.dataset.layer = name;
      make("span", button, `tag ${tag}`, name);
      make("canvas", button).setAttribute("aria-hidden", "true");
      button.onclick = () => page.set("step", name);
      button.disabled = page.facts.lock.includes("step") || page.facts.hide.includes("step");
    }
    button.setAttribute("aria-pressed", String(name === page.settings.step));
    const values = Float32Array.from(shown(name));
    paintSheet(find(button, "canvas"), values, shape, scaled(page, values), FEW, 2);
    if (name !== page.settings.step) continue;
    const sheet = find<HTMLCanvasElement>(page.place, ".sheet");
    const scale = scaled(page, values);
    paintSheet(sheet, values, shape, scale, shape.length > 1 ? (shape[2] as number) : 1, 6);
    sheet.setAttribute(
      "aria-label",
      `All of ${name}: from ${scale.low.toPrecision(3)} to ${scale.high.toPrecision(3)}`,
    );
    write(find(page.place, ".ends"), `${minus(scale.low.toPrecision(3))} to ${scale.high.toPrecision(3)}`);
  }
}

/** Paint the first maps of a layer side by side, with a cell between them, or a vector in lines. */
function paintSheet(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  shape: number[],
  scale: ScaleTable,
  most: number,
  across: number,
): void {
  if (shape.length === 1) {
    const columns = Math.min(values.length, LINE);
    paintCells(canvas, Math.ceil(values.length / columns), columns, (row, column) => {
      const value = values[row * columns + column];
      return value === undefined ? null : colourOf(value, scale);
    });
    return;
  }
  const [rows, columns, channels] = shape as [number, number, number];
  const count = Math.min(most, channels);
  const wide = Math.min(across, count);
  const [pitch, down] = [columns + 1, Math.ceil(count / wide)];
  paintCells(canvas, down * (rows + 1) - 1, wide * pitch - 1, (y, x) => {
    const channel = Math.floor(y / (rows + 1)) * wide + Math.floor(x / pitch);
    const [row, column] = [y % (rows + 1), x % pitch];
    if (row >= rows || column >= columns || channel >= count) return null;
    return colourOf(values[(row * columns + column) * channels + channel] as number, scale);
  });
}

function drawStep(page: Page, step: TrainingStep, share: number, weights: Arrays): void {
  const { place, settings, answered } = page;
  const six = (value: number) => minus(value.toFixed(6));
  const known = answered.has("sign");
  const rate = minus(String(Number(settings.rate)));
  const texts: Record<string, string> = {
    loss: step.loss.toFixed(5),
    "loss-how": `−ln p(${settings.answer}) = −ln ${share.toFixed(5)}`,
    gradient: six(step.gradient),
    "gradient-how": `Checked by a finite difference: ${six(step.checked)}, ${Math.abs(step.gradient - step.checked).toExponential(0)} away`,
    new: known ? six(step.newWeight) : "?",
    "new-how": known
      ? `${six(step.weight)} − ${rate} × ${six(step.gradient)}`
      : "weight − learning rate × gradient; answer the first question below",
    one: known ? `With this one new weight the loss goes ${step.loss.toFixed(5)} → ${step.lossOne.toFixed(5)}.` : "",
  };
  const count = grouped([...weights.values()].reduce((sum, { length }) => sum + length, 0));
  texts.all =
    known && answered.has("all")
      ? `All ${count} weights: ${step.loss.toFixed(5)} → ${step.lossAll.toFixed(5)}. That fits one picture; training does ` +
        "it thousands of times, each time for a whole batch."
      : "";
  for (const [name, text] of Object.entries(texts)) write(find(place, `[data-number="${name}"]`), text);
}
