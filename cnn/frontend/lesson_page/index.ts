// A lesson in one HTML file: its controls as the teacher set them, and the app's own component, fed in the browser.
import { scaleOf } from "../living_page/inspected.ts";
import { listenToPictures, SIDE } from "../living_page/pictures.ts";
import { softmaxSteps } from "../living_page/softmax_steps.ts";
import { openBlob } from "../shared/blob.ts";
import { paintPicture } from "../shared/canvas.ts";
import { find, findAll, type Mount, make, makeButton, write } from "../shared/dom.ts";
import { minus } from "../shared/numbers.ts";
import softmaxBars from "../softmax_bars.ts";
import walkingWindow from "../window.ts";
import { type Colours, convolved, kernelOf, pooled, type Settings } from "./lessons.ts";

interface Control {
  key: string;
  label: string;
  options?: string[]; // of a choice
  range?: [number, number, number]; // low, high, step
  when?: [string, string]; // shown only while another control has this value
}

interface Facts {
  lesson: "conv" | "pool" | "softmax";
  controls: Control[];
  values: Record<string, string>;
  lock: string[];
  hide: string[];
  kernels: Record<string, number[][]>;
  classes: string[];
  samples: { label: string }[];
  colours: { light: Colours; dark: Colours };
}

const packed = (find(document, "#network").textContent as string).trim();
const blob = openBlob<Facts>(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
const { facts } = blob;
const dark = matchMedia("(prefers-color-scheme: dark)");
const settings: Settings = { ...facts.values };
const state = { pixels: new Uint8Array(SIDE * SIDE * 3), name: "" };
let close: (() => void) | undefined;
let outputs: Float32Array = new Float32Array();

function draw(): void {
  const place = find(document, "#lesson");
  const colours = dark.matches ? facts.colours.dark : facts.colours.light;
  for (const { key, when } of facts.controls) {
    const row = document.querySelector<HTMLElement>(`[data-control="${key}"]`);
    if (row && when) row.hidden = settings[when[0]] !== when[1];
  }
  close?.();
  close = undefined;
  if (facts.lesson === "softmax") {
    const scores = Float32Array.from(facts.classes, (name) => Number(settings[`score_${name}`]) + Number(settings.add));
    const signed = { above: colours.signed[2] as string, below: colours.signed[0] as string };
    const data = softmaxSteps(scores, facts.classes, signed, Number(settings.temperature));
    softmaxBars({ parentElement: place, data } as unknown as Mount<typeof data>);
    return;
  }
  paintPicture(find(document, "#picture canvas"), state.pixels, SIDE, SIDE);
  write(find(document, "#shown"), state.name);
  const trained = { kernel: blob.floats("conv1/kernel").values, bias: blob.floats("conv1/bias").values };
  const scale = (...parts: Float32Array[]) => scaleOf({ colours }, ...parts);
  const found =
    facts.lesson === "conv"
      ? convolved(settings, kernelOf(settings, facts.kernels, trained), state.pixels, scale)
      : pooled(settings, trained, state.pixels, scale);
  const problem = typeof found === "string" ? found : "";
  write(find(document, "#problem"), problem);
  find(place, ".walk").hidden = problem !== "";
  outputs = typeof found === "string" ? new Float32Array() : found.outputs;
  if (typeof found !== "string") {
    close = walkingWindow({ parentElement: place, data: found } as unknown as Mount<typeof found>);
  }
}

function addControl({ key, label, options, range }: Control): void {
  if (facts.hide.includes(key)) return;
  const row = make("label", find(document, "#controls"), "control");
  row.dataset.control = key;
  make("span", row, "", label);
  if (options) {
    const select = make("select", row);
    for (const option of options) make("option", select, "", option).value = option;
    select.value = settings[key] as string;
    select.onchange = () => set(key, select.value);
  } else {
    const input = make("input", row);
    const shown = make("output", row, "", minus(settings[key] as string));
    input.type = range ? "range" : "text";
    if (range) [input.min, input.max, input.step] = range.map(String) as [string, string, string];
    input.value = settings[key] as string;
    input.oninput = () => {
      if (range) write(shown, minus(input.value));
      set(key, input.value);
    };
    shown.hidden = !range;
  }
  for (const field of findAll<HTMLInputElement>(row, "input, select")) field.disabled = facts.lock.includes(key);
}

function set(key: string, value: string): void {
  settings[key] = value;
  draw();
}

function show(pixels: Uint8Array, name: string): void {
  Object.assign(state, { pixels, name });
  draw();
}

for (const control of facts.controls) addControl(control);
if (facts.lesson !== "softmax") {
  const samples = find(document, "#samples");
  facts.samples.forEach(({ label }, i) => {
    const { values } = blob.bytes(`sample/${i}`);
    const button = makeButton(samples, "sample", "", label);
    const canvas = make("canvas", button);
    canvas.setAttribute("aria-hidden", "true");
    paintPicture(canvas, values, SIDE, SIDE);
    button.addEventListener("click", () => show(values as Uint8Array, label));
  });
  listenToPictures(show);
  Object.assign(state, { pixels: blob.bytes("sample/0").values, name: facts.samples[0]?.label ?? "" });
}
dark.addEventListener("change", draw);
draw();

// For its tests: the maps that are shown, and a picture by its pixels.
Object.assign(globalThis, { lesson: { show, outputs: () => [...outputs] } });
