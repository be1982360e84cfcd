// A lesson in one HTML file: its controls as the teacher set them, and the app's own component, fed in the browser.
import { listenToPictures, SIDE } from "../living_page/pictures.ts";
import { openBlob } from "../shared/blob.ts";
import { paintPicture } from "../shared/canvas.ts";
import { find, findAll, make, makeButton, write } from "../shared/dom.ts";
import { minus } from "../shared/numbers.ts";
import { type Chain, drawChain } from "./chain_view.ts";
import { ask, rightly } from "./checks.ts";
import type { Control, Facts, Page } from "./page.ts";
import { drawDense, drawRelu, drawSoftmax, drawWindow } from "./stages.ts";

const packed = (find(document, "#network").textContent as string).trim();
const blob = openBlob<Facts>(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
const { facts } = blob;
const dark = matchMedia("(prefers-color-scheme: dark)");
const pictured = facts.lesson !== "softmax";
const shown: { outputs: Float32Array; chain: Chain | null } = { outputs: new Float32Array(), chain: null };
let end: (() => void) | undefined;

const page: Page = {
  facts,
  blob,
  settings: { ...facts.values },
  place: find(document, "#lesson"),
  pixels: new Uint8Array(SIDE * SIDE * 3),
  name: "",
  colours: facts.colours.light,
  answered: new Set(),
  weights: new Map(
    blob.names.filter((name) => !name.startsWith("sample/")).map((name) => [name, blob.floats(name).values]),
  ),
  set(key, value) {
    page.settings[key] = value;
    showValue(key);
    draw();
  },
};

function draw(): void {
  page.colours = dark.matches ? facts.colours.dark : facts.colours.light;
  for (const { key, when } of facts.controls) {
    const row = rowOf(key);
    if (row && when) row.hidden = page.settings[when[0]] !== when[1];
  }
  if (pictured) {
    paintPicture(find(document, "#picture canvas"), page.pixels, SIDE, SIDE);
    write(find(document, "#shown"), page.name);
  }
  end?.();
  end = undefined;
  let problem = "";
  if (facts.lesson === "softmax") drawSoftmax(page);
  else if (facts.lesson === "relu") shown.outputs = drawRelu(page);
  else if (facts.lesson === "chain") shown.chain = drawChain(page);
  else {
    const found = facts.lesson === "dense" ? drawDense(page) : drawWindow(page);
    problem = typeof found === "string" ? found : "";
    if (typeof found === "string") shown.outputs = new Float32Array();
    else {
      shown.outputs = found.outputs;
      end = found.end;
    }
  }
  write(find(document, "#problem"), problem);
}

// Controls

const rowOf = (key: string) => document.querySelector<HTMLElement>(`[data-control="${key}"]`);

function addControl({ key, label, options, range }: Control): void {
  if (facts.hide.includes(key)) return;
  const row = make("label", find(document, "#controls"), "control");
  row.dataset.control = key;
  make("span", row, "", label);
  if (options) {
    const select = make("select", row);
    for (const option of options) make("option", select, "", option).value = option;
    select.onchange = () => page.set(key, select.value);
  } else {
    const input = make("input", row);
    make("output", row).hidden = !range;
    input.type = range ? "range" : "text";
    if (range) [input.min, input.max, input.step] = range.map(String) as [string, string, string];
    input.oninput = () => page.set(key, input.value);
  }
  for (const field of findAll<HTMLInputElement>(row, "input, select")) field.disabled = facts.lock.includes(key);
  showValue(key);
}

function showValue(key: string): void {
  const row = rowOf(key);
  if (!row) return;
  const value = page.settings[key] as string;
  const field = find<HTMLInputElement>(row, "input, select");
  if (field.value !== value) field.value = value;
  const output = row.querySelector("output");
  if (output) write(output, minus(value));
}

// Pictures

function show(pixels: Uint8Array, name: string): void {
  Object.assign(page, { pixels, name });
  draw();
}

function showSample(i: number): void {
  const { label, answer } = facts.samples[i] as Facts["samples"][number];
  if ("answer" in page.settings && !facts.lock.includes("answer") && !facts.hide.includes("answer")) {
    page.settings.answer = answer;
    showValue("answer");
  }
  show(blob.bytes(`sample/${i}`).values, label);
}

function addSamples(): void {
  if (facts.lock.includes("picture") || facts.hide.includes("picture")) {
    for (const place of findAll(document, "#samples, .bring, .bring + .quiet")) place.hidden = true;
    return;
  }
  listenToPictures(show);
  const samples = find(document, "#samples");
  facts.samples.forEach(({ label }, i) => {
    const button = makeButton(samples, "sample", "", label);
    const canvas = make("canvas", button);
    canvas.setAttribute("aria-hidden", "true");
    paintPicture(canvas, blob.bytes(`sample/${i}`).values, SIDE, SIDE);
    button.addEventListener("click", () => showSample(i));
  });
}

// The checks are about what the page was made with, and one press sets that again

function again(): void {
  Object.assign(page.settings, facts.values);
  for (const { key } of facts.controls) showValue(key);
  if (pictured) show(blob.bytes("sample/0").values, facts.samples[0]?.label ?? "");
  else draw();
}

for (const control of facts.controls) addControl(control);
if (pictured) {
  addSamples();
  Object.assign(page, { pixels: blob.bytes("sample/0").values, name: facts.samples[0]?.label ?? "" });
}
const checks = find(document, "#checks");
page.answered = ask(checks, facts.checks, () => {
  write(find(document, "#done"), `${rightly(checks)} of ${facts.checks.length} answered rightly.`);
  draw();
});
find(document, "#again").addEventListener("click", again);
dark.addEventListener("change", draw);
draw();

// For its tests: what is shown, and a picture by its pixels.
Object.assign(globalThis, {
  lesson: { show, checks: facts.checks, outputs: () => [...shown.outputs], step: () => shown.chain?.step },
});
