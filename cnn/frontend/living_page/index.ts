// The living page: a network in one HTML file that loads nothing from anywhere.
import { openBlob } from "../shared/blob.ts";
import { paintPicture, paintValues } from "../shared/canvas.ts";
import { type ScaleTable, withTable } from "../shared/colours.ts";
import { find, make, makeButton, write } from "../shared/dom.ts";
import { clamp, fixed, largest, minus, percent } from "../shared/numbers.ts";
import { forward, type Maps, type Step, usePlain, type Weights } from "./forward.ts";
import { writeOut } from "./sums.ts";

interface Colours {
  sequential: string[];
  signed: string[];
}
interface Facts {
  title: string;
  classes: string[];
  steps: (Step & { tag: string; title: string; phrase: string; about: string })[];
  snapshots: { label: string }[];
  samples: { label: string }[];
  colours: { light: Colours; dark: Colours };
}

const SIDE = 32;
const LARGEST_TERMS = 8;
const MOST_MAPS = 128; // of a layer, drawn at first
const KERNELS = 32; // input maps whose kernels are drawn

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
  row: 0,
  column: 0,
};
let outputs: Map<string, Maps> = new Map();

const stepOf = (name: string) => facts.steps.find((step) => step.name === name) as Facts["steps"][number];
const outputOf = (name: string) => outputs.get(name) as Maps;
const threeOf = (maps: Maps): [number, number, number] =>
  maps.shape.length === 3 ? (maps.shape as [number, number, number]) : [1, 1, maps.shape[0] as number];

function scaleOf(values: Float32Array): ScaleTable {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const colours = dark.matches ? facts.colours.dark : facts.colours.light;
  if (low < 0) {
    const reach = Math.max(-low, high);
    return withTable({ low: -reach, high: reach, stops: colours.signed });
  }
  return withTable({ low: 0, high, stops: colours.sequential });
}

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
  const scale = scaleOf(maps.values);
  const [, , channels] = threeOf(maps);
  const vector = maps.shape.length === 1;
  const shown = vector ? 1 : Math.min(channels, MOST_MAPS);
  while (place.children.length < shown) {
    const channel = place.children.length;
    const button = makeButton(
      place,
      "map",
      "",
      vector ? `${step.name}, ${channels} values` : `${step.name}, map ${channel}`,
    );
    make("canvas", button).setAttribute("aria-hidden", "true");
    button.addEventListener("click", () => choose(step.name, channel));
  }
  for (let channel = 0; channel < shown; channel++) {
    const button = place.children[channel] as HTMLElement;
    const canvas = find<HTMLCanvasElement>(button, "canvas");
    button.setAttribute("aria-pressed", String(step.name === state.layer && (vector || channel === state.channel)));
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

// One map, one cell

function drawInspector(): void {
  const step = stepOf(state.layer);
  const maps = outputOf(step.name);
  const [rows, columns, channels] = threeOf(maps);
  state.channel = clamp(state.channel, 0, channels - 1);
  state.row = clamp(state.row, 0, rows - 1);
  state.column = clamp(state.column, 0, columns - 1);
  write(find(document, "#inspected"), `${step.name}, ${maps.shape.length === 3 ? "map" : "value"} ${state.channel}`);
  write(find(document, "#about"), step.about);
  const canvas = find<HTMLCanvasElement>(document, "#map canvas");
  const input = step.inputs[0] ? outputOf(step.inputs[0]) : null;
  if (maps.shape.length === 3) paintMap(canvas, maps, state.channel, scaleOf(maps.values));
  else {
    const wide = Math.min(channels, 64);
    const scale = scaleOf(maps.values);
    paintValues(
      canvas,
      Math.ceil(channels / wide),
      wide,
      scale,
      (row, column) => maps.values[row * wide + column] ?? Number.NaN,
    );
  }
  const inputs = step.inputs.map(outputOf);
  const sum = writeOut(step, weightsOf(state.snapshot), inputs, maps, state.channel, state.row, state.column);
  const value = maps.values[(state.row * columns + state.column) * channels + state.channel] as number;
  const where = maps.shape.length === 3 ? `Row ${state.row}, column ${state.column}: ` : "";
  write(find(document, "#cell"), `${where}${fixed(value)}`);
  write(find(document, "#sum"), sum.text);
  const body = find(document, "#terms tbody");
  body.replaceChildren();
  for (const term of sum.terms.slice(0, LARGEST_TERMS)) {
    const row = make("tr", body);
    for (const text of [term.place, fixed(term.value), fixed(term.weight), fixed(term.value * term.weight)])
      make("td", row, "", text);
  }
  find(document, "#terms").hidden = sum.terms.length === 0;
  drawWindow(sum.window, input, step);
  drawKernels(step, input);
}

function drawWindow(
  window: { row: number; column: number; size: number } | null,
  input: Maps | null,
  step: Step,
): void {
  const figure = find(document, "#read");
  figure.hidden = !window || !input;
  if (!window || !input) return;
  const channel = step.op === "conv" ? 0 : state.channel;
  write(
    find(figure, "figcaption"),
    `input: ${step.inputs[0]}, map ${channel}${step.op === "conv" ? " and all others" : ""}; the window is outlined`,
  );
  const canvas = find<HTMLCanvasElement>(figure, "canvas");
  paintMap(canvas, input, channel, scaleOf(input.values));
  const [rows, columns] = threeOf(input);
  const mark = find(figure, "i"); // clipped where the window lies in the padding
  const [top, left] = [Math.max(0, window.row), Math.max(0, window.column)];
  const share = (cells: number, of: number) => `${(100 * cells) / of}%`;
  mark.style.top = share(top, rows);
  mark.style.left = share(left, columns);
  mark.style.height = share(Math.min(rows, window.row + window.size) - top, rows);
  mark.style.width = share(Math.min(columns, window.column + window.size) - left, columns);
}

function drawKernels(step: Step, input: Maps | null): void {
  const place = find(document, "#kernels");
  place.replaceChildren();
  const kernel = weightsOf(state.snapshot).get(`${step.name}/kernel`);
  find(document, "#filters").hidden = !kernel || !input || step.op === "dense";
  if (!kernel || !input || step.op === "dense") return;
  const size = step.size as number;
  const depth = (input.shape as number[])[2] as number;
  const filters = step.op === "conv" ? (step.shape[2] as number) : 1;
  const channels = step.op === "conv" ? Array.from({ length: Math.min(depth, KERNELS) }, (_, c) => c) : [state.channel];
  const weight = (i: number, j: number, c: number) =>
    kernel[((i * size + j) * depth + c) * filters + (step.op === "conv" ? state.channel : 0)] as number;
  const scale = scaleOf(
    Float32Array.from(
      channels.flatMap((c) => Array.from({ length: size * size }, (_, i) => weight(Math.floor(i / size), i % size, c))),
    ),
  );
  for (const c of channels) {
    const figure = make("figure", place);
    const canvas = make("canvas", figure);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `weights over map ${c}`);
    paintValues(canvas, size, size, scale, (row, column) => weight(row, column, c));
    make("figcaption", figure, "", String(c));
  }
}

function choose(layer: string, channel: number): void {
  state.layer = layer;
  state.channel = channel;
  const [rows, columns] = threeOf(outputOf(layer));
  state.row = rows >> 1;
  state.column = columns >> 1;
  draw();
  find(document, "#inspector").scrollIntoView({ block: "nearest", behavior: "auto" });
}

function chooseCell(row: number, column: number): void {
  const maps = outputOf(state.layer);
  if (maps.shape.length === 3) {
    state.row = row;
    state.column = column;
  } else state.channel = row * Math.min(maps.shape[0] as number, 64) + column;
  drawInspector();
}

function compute(): void {
  outputs = forward(facts.steps, weightsOf(state.snapshot), state.pixels);
}

function draw(): void {
  paintPicture(find<HTMLCanvasElement>(document, "#picture canvas"), state.pixels, SIDE, SIDE);
  for (const step of facts.steps) drawLayer(step);
  drawBars();
  drawInspector();
}

function show(pixels: Uint8Array, name: string): void {
  state.pixels = pixels;
  state.name = name;
  compute();
  draw();
}

// Pictures: samples, and photos that never leave the page

/** The square in the middle, made smaller by halves first, so that every pixel of the photo counts. */
function shrink(source: CanvasImageSource, width: number, height: number): Uint8Array {
  const side = Math.min(width, height);
  let canvas = document.createElement("canvas");
  let now = Math.max(SIDE, Math.min(side, 1024));
  const square = (size: number, from: CanvasImageSource, x: number, y: number, cut: number) => {
    const next = document.createElement("canvas");
    next.width = next.height = size;
    const context = next.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    context.fillStyle = "#FFFFFF"; // what is transparent lies on white
    context.fillRect(0, 0, size, size);
    context.imageSmoothingQuality = "high";
    context.drawImage(from, x, y, cut, cut, 0, 0, size, size);
    return next;
  };
  canvas = square(now, source, (width - side) / 2, (height - side) / 2, side);
  while (now > SIDE) {
    const next = Math.max(SIDE, now >> 1);
    canvas = square(next, canvas, 0, 0, now);
    now = next;
  }
  const data = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, SIDE, SIDE).data;
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] as number);
}

async function showFile(file: Blob | null | undefined, name: string): Promise<void> {
  if (!file) return;
  try {
    const image = await createImageBitmap(file);
    show(shrink(image, image.width, image.height), name);
    image.close();
    write(find(document, "#problem"), "");
  } catch {
    write(find(document, "#problem"), "This browser cannot read this file as a picture. Use a JPEG, PNG or WebP.");
  }
}

async function useCamera(): Promise<void> {
  const video = find<HTMLVideoElement>(document, "#camera video");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    find(document, "#camera").hidden = false;
    await video.play();
    find(document, "#shoot").onclick = () => {
      show(shrink(video, video.videoWidth, video.videoHeight), "your photo");
      for (const track of stream.getTracks()) track.stop();
      find(document, "#camera").hidden = true;
    };
  } catch {
    write(
      find(document, "#problem"),
      "There is no camera, or the browser does not allow it on a page opened from a file. Choose a photo instead.",
    );
  }
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
  const file = find<HTMLInputElement>(document, "#file");
  file.addEventListener("change", () => showFile(file.files?.[0], "your photo"));
  find(document, "#use-camera").addEventListener("click", useCamera);
  document.addEventListener("paste", (event) => showFile([...(event.clipboardData?.files ?? [])][0], "your picture"));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    showFile([...(event.dataTransfer?.files ?? [])][0], "your picture");
  });
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
  const map = find<HTMLCanvasElement>(document, "#map canvas");
  map.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") cellAt(event);
  });
  map.addEventListener("pointerdown", cellAt);
  map.addEventListener("keydown", (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const vector = outputOf(state.layer).shape.length === 1;
    if (vector) {
      state.channel += (by[0] as number) * 64 + (by[1] as number);
      drawInspector();
    } else chooseCell(state.row + (by[0] as number), state.column + (by[1] as number));
  });
  function cellAt(event: PointerEvent): void {
    const box = map.getBoundingClientRect();
    const row = clamp(Math.floor(((event.clientY - box.top) / box.height) * map.height), 0, map.height - 1);
    chooseCell(row, clamp(Math.floor(((event.clientX - box.left) / box.width) * map.width), 0, map.width - 1));
  }
  dark.addEventListener("change", draw);
  turn();
}

begin();

// For teachers who look behind the page, and for its tests: every layer's values now, the time a pass takes, and the
// same without WebAssembly.
Object.assign(globalThis, {
  living: {
    show,
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
