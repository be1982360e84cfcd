// @ts-nocheck
// The inspector, part 5: the sum written out. Nodes are made once; hovering changes only their texts and colours.
import { shownPlace } from "./map.ts";
import {
  bracketed,
  corner,
  escapeHtml,
  exact,
  inputAt,
  NEAR,
  near,
  tint,
  valueAt,
  winnerOf,
  written,
} from "./numbers.ts";
import { dot, frame, mark, sourceName } from "./plates.ts";

export const COMPUTING = "Keras’s value is being computed.";
const TOLERANCE = `✓ within ${NEAR} × max(1, |value|), because sums of float32 in another order differ in their last digits`;
export const VERDICT = '<p class="verdict" role="status">Our value <b></b><span></span><b></b></p>';

// The terms: value × weight of one input channel, or the values of a pooling window

export function termsHead(look) {
  return look.op === "conv" || look.op === "pool" ? '<div class="terms"><span class="name"></span> <b></b></div>' : "";
}

export function grid(look) {
  if (look.op !== "conv" && look.op !== "pool") return "";
  const product = look.op === "conv" ? "<span></span><span></span>" : "<span></span>";
  const cell = `<div class="cell">${product}</div>`;
  return `<div class="grid-of-terms n${look.window}" style="--n:${look.window}">${cell.repeat(look.window ** 2)}</div>`;
}

export function showTerms(state, result) {
  const { look, parts } = state;
  if (look.op === "conv") showProducts(state, result);
  if (look.op !== "pool") return;
  const { values } = result.steps[0];
  const best = look.kind === "max" ? winnerOf(values) : -1;
  parts.head.firstElementChild.textContent = best >= 0 ? "The window; its winner is outlined" : "The window";
  parts.cells.forEach((cell, k) => {
    cell.firstElementChild.textContent = written(values[k], 3);
    cell.title = exact(values[k]);
    cell.classList.toggle("best", k === best);
    tint(cell, values[k], look.scales.input);
  });
  const [y, x] = corner(look, state.row, state.column);
  mark(parts.input, best < 0 ? null : y + Math.floor(best / look.window), x + (best % look.window));
}

function showProducts(state, { sums }) {
  const { look, row, column, parts } = state;
  const place = shownPlace(state);
  const [top, left] = corner(look, row, column);
  const name = sourceName(look, look.sent[place]);
  parts.head.firstElementChild.innerHTML = `${dot(name)}${escapeHtml(name)} × its slice, cell by cell`;
  parts.head.lastElementChild.textContent = written(sums[place]);
  const few = look.window <= 3;
  parts.cells.forEach((cell, k) => {
    const [y, x] = [top + Math.floor(k / look.window), left + (k % look.window)];
    const value = inputAt(look, y, x, place);
    const weight = look.arrays.kernel.values[k * look.channels + place];
    cell.firstElementChild.textContent = few ? `${written(value, 2)} × ${bracketed(weight, 2)}` : written(value, 2);
    cell.lastElementChild.textContent = few ? written(value * weight, 3) : `×${written(weight, 2)}`;
    cell.title = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
    cell.classList.toggle("padding", y < 0 || x < 0 || y >= look.height || x >= look.width);
    tint(cell, value * weight, look.scales.product);
  });
}

// The steps: what this layer and those after it make of the cell

export function stepRows(look) {
  const own = { layer: look.layer, tag: look.tag };
  return [own, ...look.stages]
    .map((stage) => {
      const pooled =
        stage.op === "pool"
          ? `<div class="pooled" style="--n:${stage.window}">${"<span></span>".repeat(stage.window ** 2)}</div>`
          : "";
      return `<div class="step">${tagOf(look, stage)}
        <span class="text"></span>${pooled}<b class="result"></b><small class="keras"></small></div>`;
    })
    .join("");
}

function tagOf(look, { layer, tag }) {
  const style = `style="background:${look.tags[tag]}"`;
  if (layer === look.layer) return `<i class="tag" ${style}>${escapeHtml(layer)}</i>`;
  return `<button type="button" class="tag" ${style} data-go-layer="${layer}" data-part="tag-${layer}"
    title="Open ${layer}">${escapeHtml(layer)}</button>`;
}

export function showSteps(state, result) {
  const { look, parts, keras } = state;
  result.steps.forEach((step, i) => {
    const part = parts.steps[i];
    part.text.innerHTML = step.text;
    const known = !Number.isNaN(step.total);
    part.result.textContent = known ? written(step.total) : "–";
    part.result.title = known ? exact(step.total) : "";
    if (known) tint(part.result, step.total, i ? look.stages[i - 1].scale : look.scales.output);
    part.window.forEach((cell, k) => {
      cell.textContent = step.values ? written(step.values[k], 2) : "";
      cell.className = !step.values ? "" : k === step.own ? "own" : "";
      if (step.values) tint(cell, step.values[k], look.stages[i - 1].scale);
      else cell.style.background = "";
    });
    if (parts.stages[i - 1]) showStage(parts.stages[i - 1], step);
    const array = keras?.arrays?.[`keras${i}`];
    step.keras = array && known ? valueAt(array, step.row, step.column) : null;
    const said = step.keras !== null;
    part.keras.textContent = !said ? "" : near(step.total, step.keras) ? "Keras ✓" : "Keras ✗";
    part.keras.title = said ? `Keras’s value: ${exact(step.keras)}` : "";
  });
  showVerdict(state, result.steps[0]);
}

function showStage(svg, step) {
  svg.classList.toggle("nowhere", Number.isNaN(step.total));
  if (!Number.isNaN(step.total)) frame(svg, step.row, step.column);
}

function showVerdict({ parts, keras }, { total, keras: theirs }) {
  const { verdict, ours, link, others } = parts;
  const known = theirs !== null && theirs !== undefined;
  const same = known && near(total, theirs);
  verdict.dataset.ours = total;
  verdict.dataset.keras = known ? theirs : "";
  verdict.className = known ? `verdict ${same ? "same" : "other"}` : "verdict quiet";
  verdict.title = known ? `ours ${exact(total)}, Keras’s ${exact(theirs)}; ${TOLERANCE}` : "";
  ours.textContent = written(total);
  link.textContent = !known
    ? `. ${keras?.message ?? COMPUTING}`
    : same
      ? " = Keras’s value "
      : " ✗ they differ: Keras’s value is ";
  others.textContent = known ? `${written(theirs)}${same ? " ✓" : ""}` : "";
}

// What is under the cursor, in the caption of each plate; else where the window is

export function showUnder({ look, row, column, parts, pointed }, y, x, { steps }) {
  for (const element of parts.under) {
    const name = element.dataset.under;
    if (name === "input" && pointed) element.textContent = pointedText(look, pointed);
    else if (name === "input") element.textContent = windowText(look, y, x);
    else if (name === "output") element.textContent = `${placeText(look, row, column)}: ${written(steps[0].total)}`;
    else
      element.textContent = `${placeText(look, row, column)}: ${written(valueAt(look.arrays["other-1"], row, column))}`;
  }
}

export const nameOfPlace = (look, place) => look.names[place] ?? `value ${place}`;

const placeText = (look, row, column) =>
  look.vector ? nameOfPlace(look, row * look.columns + column) : `row ${row}, column ${column}`;

function windowText(look, y, x) {
  if (look.op === "average") return "all of it";
  if (look.op === "conv" || look.op === "pool") {
    const span = (from) => `${written(from, 0)} to ${written(from + look.window - 1, 0)}`;
    return look.window === 1 ? `row ${y}, column ${x}` : `rows ${span(y)}, columns ${span(x)}`;
  }
  if (look.op === "flatten") return `row ${y}, column ${x}`;
  const value = look.op === "pixel" ? inputAt(look, y, x, look.channel) : written(inputAt(look, y, x, 0));
  return `${placeText(look, y, x)}: ${value}`;
}

function pointedText(look, { y, x, place }) {
  const colours = look.picture || look.op === "pixel";
  const digits = look.op === "pixel" ? 0 : colours ? 2 : 4;
  const values = (colours ? [0, 1, 2] : [place]).map((channel) => written(inputAt(look, y, x, channel), digits));
  const outside = y < 0 || x < 0 || y >= look.height || x >= look.width;
  if (outside) return "padding: 0";
  return look.vector && look.op === "cell"
    ? `${placeText(look, y, x)}: ${values}`
    : `(${y}, ${x}): ${values.join(", ")}`;
}
