// The living page: a network in one HTML file that loads nothing from anywhere.

import type { Data } from "../inspector/data.ts";
import inspector from "../inspector/index.ts";
import type { Target } from "../inspector/state.ts";
import { openBlob } from "../shared/blob.ts";
import { paintPicture, paintValues } from "../shared/canvas.ts";
import type { ScaleTable } from "../shared/colours.ts";
import { find, findAll, type Mount, make, makeButton, write } from "../shared/dom.ts";
import { forward, type Maps, UnknownLayer, usePlain, type Weights } from "../shared/forward.ts";
import { clamp, largest, minus, percent } from "../shared/numbers.ts";
import softmaxBars from "../softmax_bars.ts";
import { inspected, type Layer, type Network, scaleOf } from "./inspected.ts";
import { listenToPictures, SIDE } from "./pictures.ts";
import { softmaxSteps } from "./softmax_steps.ts";

interface Colours {
  sequential: string[];
  signed: string[];
}
interface Facts {
  title: string;
  classes: string[];
  steps: Layer[];
  snapshots: { label: string }[];
  samples: { label: string }[];
  tags: Record<string, string>;
  colours: { light: Colours; dark: Colours };
}

const MOST_MAPS = 128; // of a layer, drawn at first

const packed = (find(document, "#network").textContent as string).trim();
const blob = openBlob<Facts>(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
const { facts } = blob;
const dark = matchMedia("(prefers-color-scheme: dark)");

const known = new Map<number, Weights>();
function weightsOf(snapshot: number): Weights {
  let found = known.get(snapshot);
  if (!found) {
    const start = `${snapshot}:`;
    found = new Map(
      blob.names
        .filter((name) => name.startsWith(start))
        .map((name) => [name.slice(start.length), blob.floats(name).values]),
    );
    known.set(snapshot, found);
  }
  return found;
}

const state = {
  pixels: blob.bytes("sample/0").values as Uint8Array,
  name: facts.samples[0]?.label ?? "",
  snapshot: facts.snapshots.length - 1,
  layer: facts.steps.find((step) => step.op === "conv")?.name ?? "input",
  channel: 0,
  cell: null as [number, number] | null,
};
let outputs: Map<string, Maps> = new Map();

const stepOf = (name: string) => facts.steps.find((step) => step.name === name) as Facts["steps"][number];
const outputOf = (name: string) => outputs.get(name) as Maps;
const threeOf = (maps: Maps): [number, number, number] =>
  maps.shape.length === 3 ? (maps.shape as [number, number, number]) : [1, 1, maps.shape[0] as number];

const coloursNow = (): Colours => (dark.matches ? facts.colours.dark : facts.colours.light);
const scaleNow = (values: Float32Array): ScaleTable => scaleOf({ colours: coloursNow() }, values);

function paintMap(canvas: HTMLCanvasElement, maps: Maps, channel: number, scale: ScaleTable): void {
  const [rows, columns, channels] = threeOf(maps);
  paintValues(
    canvas,
    rows,
    columns,
    scale,
    (row, column) => maps.values[(row * columns + column) * channels + channel] as number,
  );
}

// The whole network

function layerSection(step: Facts["steps"][number]): void {
  const section = make("section", find(document, "#layers"), "layer");
  section.dataset.layer = step.name;
  const heading = make("h3", section);
  make("span", heading, `tag ${step.tag}`, step.name);
  make("span", heading, "phrase", `${step.phrase} · ${step.shape.join("×")}`);
  make("div", section, "maps");
  make("p", section, "scale");
}

function drawLayer(step: Facts["steps"][number]): void {
  const place = find(document, `[data-layer="${step.name}"] .maps`);
  const maps = outputOf(step.name);
  const scale = scaleNow(maps.values);
  const [, , channels] = threeOf(maps);
  const vector = maps.shape.length === 1;
  const shown = vector ? 1 : Math.min(channels, MOST_MAPS);
  while (place.children.length < shown) {
    const channel = place.children.length;
    const button = makeButton(
      place,
      "tile",
      "",
      vector ? `${step.name}, ${channels} values` : `${step.name}, map ${channel}`,
    );
    make("canvas", button).setAttribute("aria-hidden", "true");
    button.setAttribute("aria-pressed", "false");
    button.dataset.layer = step.name;
    if (!vector) button.dataset.channel = String(channel);
    button.addEventListener("click", () => choose(step.name, channel));
  }
  for (let channel = 0; channel < shown; channel++) {
    const button = place.children[channel] as HTMLElement;
    const canvas = find<HTMLCanvasElement>(button, "canvas");
    if (vector) {
      const columns = Math.min(channels, 64);
      paintValues(
        canvas,
        Math.ceil(channels / columns),
        columns,
        scale,
        (row, column) => maps.values[row * columns + column] ?? Number.NaN,
      );
      button.classList.add("vector");
    } else paintMap(canvas, maps, channel, scale);
  }
  const more = channels > shown && !vector ? ` First ${shown} of ${channels} maps.` : "";
  write(
    find(document, `[data-layer="${step.name}"] .scale`),
    `${minus(scale.low.toPrecision(3))} to ${scale.high.toPrecision(3)}.${more}`,
  );
}

function markChosen(): void {
  for (const button of findAll(document, ".tile")) {
    const { layer, channel } = button.dataset;
    const chosen = layer === state.layer && (channel === undefined || Number(channel) === state.channel);
    button.setAttribute("aria-pressed", String(chosen));
  }
}

function drawBars(): void {
  const place = find(document, "#bars");
  const shares = outputOf("softmax").values;
  const best = largest(shares);
  facts.classes.forEach((name, i) => {
    let row = place.children[i] as HTMLElement | undefined;
    if (!row) {
      row = make("div", place, "bar");
      make("span", row, "class", name);
      make("progress", row).max = 1;
      make("span", row, "share");
    }
    const share = shares[i] as number;
    find<HTMLProgressElement>(row, "progress").value = share;
    find(row, "progress").setAttribute("aria-label", name);
    write(find(row, ".share"), percent(share));
    row.classList.toggle("best", i === best);
  });
  write(find(document, "#verdict"), `${facts.classes[best]}, ${percent(shares[best] as number)}: ${state.name}`);
}

// One map with the sum behind each of its cells: the app's own inspector

function drawInspector(): void {
  const place = find(document, "#inspector");
  const { layer, channel, cell } = state;
  const data = { ...inspected(network(), layer, channel), cell };
  const setTriggerValue = (_: string, target: Target) => goTo(target);
  const mount = { parentElement: place, data, setTriggerValue } as unknown as Mount<Data>;
  closeInspector?.();
  closeInspector = inspector(mount);
  const shares = data.kind === "shares";
  find(place, ".softmax").hidden = !shares;
  if (!shares) return;
  const scores = outputOf(stepOf(layer).inputs[0] as string).values;
  const steps = softmaxSteps(scores, facts.classes, { above: data.above, below: data.below });
  softmaxBars({ parentElement: place, data: steps } as unknown as Mount<typeof steps>);
}

let closeInspector: (() => void) | undefined;

const network = (): Network => ({
  layers: facts.steps,
  classes: facts.classes,
  tags: facts.tags,
  colours: coloursNow(),
  outputs,
  weights: weightsOf(state.snapshot),
});

function goTo({ layer, channel = 0, cell }: Target): void {
  state.layer = layer;
  state.channel = clamp(channel, 0, (stepOf(layer).shape.at(-1) as number) - 1);
  state.cell = cell ? (cell.split(",").map(Number) as [number, number]) : null;
  markChosen();
  drawInspector();
}

function choose(layer: string, channel: number): void {
  goTo({ layer, channel });
  find(document, "#inspector").scrollIntoView({ block: "nearest" });
}

function compute(): void {
  outputs = forward(facts.steps, weightsOf(state.snapshot), state.pixels);
}

function draw(): void {
  paintPicture(find<HTMLCanvasElement>(document, "#picture canvas"), state.pixels, SIDE, SIDE);
  for (const step of facts.steps) drawLayer(step);
  markChosen();
  drawBars();
  drawInspector();
}

function show(pixels: Uint8Array, name: string): void {
  state.pixels = pixels;
  state.name = name;
  compute();
  draw();
}

function begin(): void {
  const samples = find(document, "#samples");
  facts.samples.forEach(({ label }, i) => {
    const button = makeButton(samples, "sample", "", label);
    const canvas = make("canvas", button);
    canvas.setAttribute("aria-hidden", "true");
    const { values } = blob.bytes(`sample/${i}`);
    paintPicture(canvas, values, SIDE, SIDE);
    button.addEventListener("click", () => show(values as Uint8Array, label));
  });
  listenToPictures(show);
  const epochs = find<HTMLInputElement>(document, "#epochs");
  epochs.max = String(facts.snapshots.length - 1);
  epochs.value = epochs.max;
  find(document, "#time").hidden = facts.snapshots.length < 2;
  const turn = () => {
    state.snapshot = Number(epochs.value);
    write(find(document, "#epoch"), facts.snapshots[state.snapshot]?.label ?? "");
    epochs.setAttribute("aria-valuetext", find(document, "#epoch").textContent ?? "");
    compute();
    draw();
  };
  epochs.addEventListener("input", turn);
  for (const step of facts.steps) layerSection(step);
  dark.addEventListener("change", draw);
  turn();
}

try {
  begin();
} catch (error) {
  if (!(error instanceof UnknownLayer)) throw error;
  write(find(document, "#problem"), error.message);
}

// For teachers who look behind the page, and for its tests: every layer's values now, the time a pass takes, and the
// same without WebAssembly.
Object.assign(globalThis, {
  living: {
    show,
    open: goTo,
    values: (name: string) => [...outputOf(name).values],
    plain(wanted: boolean): boolean {
      const fast = usePlain(wanted);
      compute();
      return fast;
    },
    /** Of one pass, of so many in a row, because a browser's clock is coarse. */
    milliseconds(passes: number): number {
      const started = performance.now();
      for (let i = 0; i < passes; i++) compute();
      return (performance.now() - started) / passes;
    },
  },
});
