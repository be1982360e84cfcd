// The sum written out. Nodes are made once; hovering changes only their texts and colours.
import { tint } from "../shared/colours.ts";
import { child, escapeHtml, find, findAll } from "../shared/dom.ts";
import { bracketed, exact, fixed, NEAR_TEXT, near } from "../shared/numbers.ts";
import { corner, inputAt, valueAt, winnerOf } from "./cell.ts";
import {
  arrayOf,
  type Data,
  isWindow,
  type KernelData,
  type MapData,
  nameOfPlace,
  type Stage,
  sentAt,
  sourceName,
  type WindowData,
} from "./data.ts";
import { dot, frame, markWinner, plateOf, showsPicture, svgOf } from "./plates.ts";
import { type Pointed, type Result, type State, type Step, shownPlace } from "./state.ts";

export const COMPUTING = "Keras’s value is being computed.";
const TOLERANCE = `✓ within ${NEAR_TEXT}, because sums of float32 in another order differ in their last digits`;
export const VERDICT = '<p class="verdict" role="status">Our value <b></b><span></span><b></b></p>';

// The terms: value × weight of one input channel, or the values of a pooling window

export const termsHead = (data: Data): string =>
  isWindow(data) ? '<div class="terms"><span class="name"></span> <b></b></div>' : "";

export function termGrid(data: Data): string {
  if (!isWindow(data)) return "";
  const product = data.kind === "kernel" ? "<span></span><span></span>" : "<span></span>";
  const cell = `<div class="cell">${product}</div>`;
  return `<div class="grid-of-terms n${data.window}" data-style="--n:${data.window}">${cell.repeat(data.window ** 2)}</div>`;
}

export function showTerms(state: State, data: MapData, result: Result): void {
  if (data.kind === "kernel") showProducts(state, data, result);
  if (data.kind === "window") showWindow(state, data, (result.steps[0] as Step).values ?? []);
}

function showWindow({ root, row, column }: State, data: WindowData, values: number[]): void {
  const best = data.rule === "max" ? winnerOf(values) : -1;
  child(find(root, ".terms"), 0).textContent = best >= 0 ? "The window; its largest value is outlined" : "The window";
  findAll(root, ".grid-of-terms .cell").forEach((cell, k) => {
    const value = values[k] as number;
    child(cell, 0).textContent = fixed(value, 3);
    cell.title = exact(value);
    cell.classList.toggle("best", k === best);
    tint(cell, value, data.scales.input);
  });
  const [y, x] = corner(data, row, column);
  const winner = { row: y + Math.floor(best / data.window), column: x + (best % data.window) };
  markWinner(svgOf(plateOf(root, "input")), best < 0 ? null : winner);
}

function showProducts(state: State, data: KernelData, { sums }: Result): void {
  const { root, row, column } = state;
  const place = shownPlace(state);
  const [top, left] = corner(data, row, column);
  const name = sourceName(data, sentAt(data, place));
  const head = find(root, ".terms");
  child(head, 0).innerHTML = `${dot(name)}${escapeHtml(name)} × kernel slice, element by element`;
  child(head, 1).textContent = fixed(sums?.[place] ?? 0);
  const few = data.window <= 3;
  findAll(root, ".grid-of-terms .cell").forEach((cell, k) => {
    const [y, x] = [top + Math.floor(k / data.window), left + (k % data.window)];
    const value = inputAt(data, y, x, place);
    const weight = arrayOf(data, "kernel").values[k * data.channels + place] as number;
    child(cell, 0).textContent = few ? `${fixed(value, 2)} × ${bracketed(weight, 2)}` : fixed(value, 2);
    child(cell, 1).textContent = few ? fixed(value * weight, 3) : `×${fixed(weight, 2)}`;
    cell.title = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
    cell.classList.toggle("padding", y < 0 || x < 0 || y >= data.height || x >= data.width);
    tint(cell, value * weight, data.scales.product);
  });
}

// The steps: the result of this layer and of those after it

export function stepRows(data: Data): string {
  const rows: ({ layer: string; tag: string } | Stage)[] = [{ layer: data.layer, tag: data.tag }, ...data.stages];
  return rows
    .map((stage) => {
      const window = "kind" in stage && stage.kind === "window" ? stage.window : 0;
      const cells = "<span></span>".repeat(window ** 2);
      const pooled = window ? `<div class="pooled" data-style="--n:${window}">${cells}</div>` : "";
      return `<div class="step">${tagOf(data, stage.layer, stage.tag)}
        <span class="text"></span>${pooled}<b class="result"></b><small class="keras"></small></div>`;
    })
    .join("");
}

function tagOf(data: Data, layer: string, tag: string): string {
  const style = `data-style="background:${data.tags[tag]}"`;
  if (layer === data.layer) return `<i class="tag" ${style}>${escapeHtml(layer)}</i>`;
  return `<button type="button" class="tag" ${style} data-go-layer="${layer}" data-part="tag-${layer}"
    title="Open ${layer}">${escapeHtml(layer)}</button>`;
}

export function showSteps(state: State, result: Result): void {
  const { root, data, keras } = state;
  const rows = findAll(root, ".step");
  const scales = [data.scales.output, ...data.stages.map((stage) => stage.scale)];
  result.steps.forEach((step, i) => {
    const row = rows[i] as HTMLElement;
    const scale = scales[i] as (typeof scales)[number];
    find(row, ".text").innerHTML = step.text;
    const known = !Number.isNaN(step.total);
    const shown = find(row, ".result");
    shown.textContent = known ? fixed(step.total) : "–";
    shown.title = known ? exact(step.total) : "";
    if (known) tint(shown, step.total, scale);
    findAll(row, ".pooled span").forEach((cell, k) => {
      const value = step.values?.[k];
      cell.textContent = value === undefined ? "" : fixed(value, 2);
      cell.className = value !== undefined && k === step.own ? "own" : "";
      if (value !== undefined) tint(cell, value, scale);
      else cell.style.background = "";
    });
    const stage = i ? root.querySelector<HTMLElement>(`[data-name="stage${i - 1}"]`) : null;
    if (stage) showStage(svgOf(stage), step);
    const array = keras?.arrays[`keras${i}`];
    step.keras = array && known ? valueAt(array, step.row, step.column) : null;
    const theirs = step.keras;
    const compared = find(row, ".keras");
    compared.textContent = theirs === null ? "" : near(step.total, theirs) ? "Keras ✓" : "Keras ✗";
    compared.title = theirs === null ? "" : `Keras’s value: ${exact(theirs)}`;
  });
  showVerdict(state, result.steps[0] as Step);
}

function showStage(svg: SVGSVGElement, step: Step): void {
  svg.classList.toggle("nowhere", Number.isNaN(step.total));
  if (!Number.isNaN(step.total)) frame(svg, step.row, step.column);
}

function showVerdict({ root, data, keras }: State, { total, keras: theirs }: Step): void {
  const verdict = find(root, ".verdict");
  verdict.hidden = data.alone === true;
  const [ours, link, others] = [child(verdict, 0), child(verdict, 1), child(verdict, 2)];
  const known = theirs !== null && theirs !== undefined;
  const same = known && near(total, theirs);
  verdict.dataset.ours = String(total);
  verdict.dataset.keras = known ? String(theirs) : "";
  verdict.className = known ? `verdict ${same ? "same" : "other"}` : "verdict quiet";
  verdict.title = known ? `ours ${exact(total)}, Keras’s ${exact(theirs)}; ${TOLERANCE}` : "";
  ours.textContent = fixed(total);
  const reason = `. ${keras?.message ?? COMPUTING}`;
  link.textContent = !known ? reason : same ? " = Keras’s value " : " ✗ they differ: Keras’s value is ";
  others.textContent = known ? `${fixed(theirs)}${same ? " ✓" : ""}` : "";
}

// What is under the cursor, in the caption of each plate; else where the window is

export function showUnder(state: State, data: MapData, y: number, x: number, { steps }: Result): void {
  const { root, row, column, pointed } = state;
  for (const element of findAll(root, "[data-under]")) {
    const name = element.dataset.under;
    const at = placeText(data, row, column);
    if (name === "input" && pointed) element.textContent = pointedText(data, pointed);
    else if (name === "input") element.textContent = windowText(data, y, x);
    else if (name === "output") element.textContent = `${at}: ${fixed((steps[0] as Step).total)}`;
    else element.textContent = `${at}: ${fixed(valueAt(arrayOf(data, "other-1"), row, column))}`;
  }
}

const placeText = (data: Data, row: number, column: number): string =>
  data.vector ? nameOfPlace(data, row * data.columns + column) : `row ${row}, column ${column}`;

function windowText(data: MapData, y: number, x: number): string {
  if (data.kind === "average") return "all of it";
  if (isWindow(data)) {
    const span = (from: number) => `${fixed(from, 0)} to ${fixed(from + data.window - 1, 0)}`;
    return data.window === 1 ? `row ${y}, column ${x}` : `rows ${span(y)}, columns ${span(x)}`;
  }
  if (data.kind === "copy") return `row ${y}, column ${x}`;
  const value = data.kind === "pixel" ? inputAt(data, y, x, data.channel) : fixed(inputAt(data, y, x, 0));
  return `${placeText(data, y, x)}: ${value}`;
}

function pointedText(data: MapData, { y, x, place }: Pointed): string {
  if (y < 0 || x < 0 || y >= data.height || x >= data.width) return "padding: 0";
  const colours = showsPicture(data);
  const digits = data.kind === "pixel" ? 0 : colours ? 2 : 4;
  const values = (colours ? [0, 1, 2] : [place]).map((channel) => fixed(inputAt(data, y, x, channel), digits));
  const at = data.vector && data.kind === "elementwise" ? placeText(data, y, x) : `(${y}, ${x})`;
  return `${at}: ${values.join(", ")}`;
}
