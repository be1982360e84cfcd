// Maps on the left, the vector they are unrolled to on the right; pointing at a cell of one marks the other.
// A line of the vector has as many cells as there are maps, so that one line is one position of all maps.
import { openBlob } from "./shared/blob.ts";
import { along, css, rgb, type Scale, shareOf } from "./shared/colours.ts";
import { find, findAll, lasting, type Mount, zoomOf } from "./shared/dom.ts";
import { handle, isEnter, type Point } from "./shared/input.ts";
import { clamp, grouped, significant } from "./shared/numbers.ts";

const ACROSS = 6;
const GAP = 8;
const LABEL = 15;
const FINGER = 24; // pixels around the marked cell that a finger may take it by

interface Facts extends Scale {
  shape: [number, number, number];
  index: number;
  name: string; // of the class whose weights these are
  products: boolean; // colours show value × weight
  accent: string;
  quiet: string;
  ink: string;
  ground: string;
}

export interface Grid {
  height: number;
  width: number;
  channels: number;
}

/** What the component is given where it is fed in the browser. */
export interface Unrolled {
  facts: Facts;
  values: Float32Array;
  weights: Float32Array;
}

interface State extends Grid {
  place: HTMLElement;
  facts: Facts | null;
  maps: HTMLCanvasElement;
  vector: HTMLCanvasElement;
  values: Float32Array;
  weights: Float32Array;
  at: number;
  cell: number; // pixels of a cell of a map
  step: number; // pixels of a cell of the vector, across
  line: number; // and down
  sizes: ResizeObserver | null;
  choose: () => void;
}

const states = new WeakMap<HTMLElement, State>();

export default lasting(function unroll({
  data,
  parentElement,
  setTriggerValue,
}: Mount<Uint8Array | Unrolled>): () => void {
  const place = find(parentElement, ".unroll");
  const state = states.get(place) ?? build(place);
  const { facts, values, weights } = data instanceof Uint8Array ? read(data) : data;
  const moved = state.facts?.index !== facts.index;
  const [height, width, channels] = facts.shape;
  Object.assign(state, { facts, height, width, channels, values, weights });
  if (moved || state.at >= values.length) state.at = facts.index;
  state.choose = () => setTriggerValue("index", state.at);
  lay(state);
  state.sizes?.disconnect();
  const sizes = new ResizeObserver(() => lay(state));
  state.sizes = sizes;
  sizes.observe(place);
  return () => sizes.disconnect();
});

function read(data: Uint8Array): Unrolled {
  const { facts, floats } = openBlob<Facts>(data);
  return { facts, values: floats("values").values, weights: floats("weights").values };
}

function build(place: HTMLElement): State {
  place.innerHTML =
    '<div class="stage"><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas>' +
    '</figure><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure>' +
    '<svg aria-hidden="true"><path fill="none" stroke-width="2"/></svg></div>' +
    '<div class="said" role="status" aria-live="polite"></div>';
  const [maps, vector] = findAll<HTMLCanvasElement>(place, "canvas") as [HTMLCanvasElement, HTMLCanvasElement];
  const none = new Float32Array();
  const state: State = {
    place,
    facts: null,
    maps,
    vector,
    values: none,
    weights: none,
    height: 0,
    width: 0,
    channels: 0,
    at: 0,
    cell: 0,
    step: 0,
    line: 0,
    sizes: null,
    choose: () => undefined,
  };
  listen(
    state,
    maps,
    (x, y) => inMaps(state, x, y),
    (key) => mapKeys(state, state.at, key),
    () => mapSpot(state, state.at),
  );
  listen(
    state,
    vector,
    (x, y) => inVector(state, x, y),
    (key) => vectorKeys(state, key),
    () => vectorSpot(state, state.at),
  );
  states.set(place, state);
  return state;
}

type Spot = readonly [x: number, y: number]; // in pixels of the canvas

function listen(
  state: State,
  canvas: HTMLCanvasElement,
  indexAt: (x: number, y: number) => number | null,
  next: (key: string) => number | null,
  spot: () => Spot,
): void {
  const point = ({ clientX, clientY }: Point) => {
    const box = canvas.getBoundingClientRect();
    const zoom = zoomOf(canvas);
    go(state, indexAt((clientX - box.left) / zoom, (clientY - box.top) / zoom));
  };
  // The marked cell has no element of its own on a canvas: what a finger takes is a box around it.
  const handleBox = { getBoundingClientRect: () => boxAround(canvas, spot()) } as Element;
  handle(canvas, {
    handle: () => handleBox,
    hover: point,
    drag: point,
    choose: (at) => {
      point(at);
      state.choose();
    },
  });
  canvas.onkeydown = (event) => {
    if (isEnter(event)) state.choose();
    const index = isEnter(event) ? state.at : next(event.key);
    if (index === null) return;
    event.preventDefault();
    go(state, index);
  };
}

function boxAround(canvas: HTMLCanvasElement, [x, y]: Spot): DOMRect {
  const box = canvas.getBoundingClientRect();
  const zoom = zoomOf(canvas);
  return new DOMRect(box.left + zoom * x - FINGER / 2, box.top + zoom * y - FINGER / 2, FINGER, FINGER);
}

// Index = (row × width + column) × channels + channel

export const indexOf = (grid: Grid, row: number, column: number, channel: number): number =>
  (row * grid.width + column) * grid.channels + channel;

export function placeOf(grid: Grid, index: number): [row: number, column: number, channel: number] {
  const spot = Math.floor(index / grid.channels);
  return [Math.floor(spot / grid.width), spot % grid.width, index % grid.channels];
}

function go(state: State, index: number | null): void {
  if (index === null || index < 0 || index >= state.values.length || index === state.at) return;
  state.at = index;
  draw(state);
}

/** Where an arrow key leads from a cell: within a map and on into the map beside it. */
export function mapKeys(grid: Grid, at: number, key: string): number | null {
  const { width, height, channels } = grid;
  let [row, column, channel] = placeOf(grid, at);
  if (key === "ArrowRight") column += 1;
  else if (key === "ArrowLeft") column -= 1;
  else if (key === "ArrowDown") row += 1;
  else if (key === "ArrowUp") row -= 1;
  else if (key === "PageDown") channel += 1;
  else if (key === "PageUp") channel -= 1;
  else return null;
  if (column >= width) [column, channel] = [0, channel + 1];
  if (column < 0) [column, channel] = [width - 1, channel - 1];
  if (row >= height) [row, channel] = [0, channel + ACROSS];
  if (row < 0) [row, channel] = [height - 1, channel - ACROSS];
  return channel < 0 || channel >= channels ? at : indexOf(grid, row, column, channel);
}

function vectorKeys(state: State, key: string): number | null {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: state.channels, ArrowUp: -state.channels }[key];
  if (key === "Home") return 0;
  if (key === "End") return state.values.length - 1;
  return by ? state.at + by : null;
}

function inMaps(state: State, x: number, y: number): number | null {
  const { cell, width, height, channels } = state;
  const [wide, tall] = [width * cell + GAP, height * cell + GAP + LABEL];
  const [across, down] = [Math.floor(x / wide), Math.floor(y / tall)];
  const [column, row] = [Math.floor((x - across * wide) / cell), Math.floor((y - down * tall) / cell)];
  const channel = down * ACROSS + across;
  const outside = column >= width || row >= height || across >= ACROSS || channel >= channels || x < 0 || y < 0;
  return outside ? null : indexOf(state, row, column, channel);
}

function inVector(state: State, x: number, y: number): number | null {
  const [channel, line] = [Math.floor(x / state.step), Math.floor(y / state.line)];
  if (channel < 0 || channel >= state.channels || line < 0) return null;
  return line * state.channels + channel;
}

const corner = ({ width, height, cell }: State, channel: number): Spot => [
  (channel % ACROSS) * (width * cell + GAP),
  Math.floor(channel / ACROSS) * (height * cell + GAP + LABEL),
];

function mapSpot(state: State, index: number): Spot {
  const [row, column, channel] = placeOf(state, index);
  const [x, y] = corner(state, channel);
  return [x + (column + 0.5) * state.cell, y + (row + 0.5) * state.cell];
}

const vectorSpot = (state: State, index: number): Spot => [
  ((index % state.channels) + 0.5) * state.step,
  (Math.floor(index / state.channels) + 0.5) * state.line,
];

// Sizes follow the room there is: cells of whole pixels, both sides of one height.
function lay(state: State): void {
  const { width, height, channels, values } = state;
  const room = Math.min(state.place.clientWidth || 700, 1160);
  const across = Math.min(ACROSS, channels);
  const down = Math.ceil(channels / across);
  state.cell = clamp(Math.floor((room - 40 - across * GAP) / (across * width + channels * 1.4)), 5, 13);
  state.step = Math.max(6, Math.floor(state.cell * 1.4));
  const lines = values.length / channels;
  const tall = down * (height * state.cell + GAP + LABEL) - GAP;
  state.line = Math.max(3, Math.floor(tall / lines));
  size(state.maps, across * (width * state.cell + GAP) - GAP, tall);
  size(state.vector, channels * state.step, lines * state.line);
  draw(state);
}

function size(canvas: HTMLCanvasElement, wide: number, tall: number): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(wide * ratio);
  canvas.height = Math.round(tall * ratio);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${tall}px`;
  canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function draw(state: State): void {
  const { facts, values, weights, width, height, channels, cell, step, line } = state;
  const maps = state.maps.getContext("2d");
  const vector = state.vector.getContext("2d");
  if (!facts || !maps || !vector) return;
  const stops = facts.stops.map(rgb);
  const paint = (value: number) => css(along(stops, facts.high > facts.low ? shareOf(value, facts) : 0));
  const [row, column, channel] = placeOf(state, state.at);
  maps.clearRect(0, 0, state.maps.width, state.maps.height);
  vector.clearRect(0, 0, state.vector.width, state.vector.height);
  maps.font = "11px sans-serif";
  maps.textBaseline = "top";
  for (let index = 0; index < values.length; index += 1) {
    const [r, col, c] = placeOf(state, index);
    const [x, y] = corner(state, c);
    const value = values[index] as number;
    const colour = paint(facts.products ? value * (weights[index] as number) : value);
    maps.fillStyle = vector.fillStyle = colour;
    maps.fillRect(x + col * cell, y + r * cell, cell, cell);
    vector.fillRect(c * step, Math.floor(index / channels) * line, step, line);
  }
  for (let c = 0; c < channels; c += 1) {
    const [x, y] = corner(state, c);
    const own = c === channel;
    frame(maps, x, y, width * cell, height * cell, own ? facts.accent : facts.quiet, own ? 2 : 0.5);
    frame(maps, x + column * cell, y + row * cell, cell, cell, facts.ink, own ? 0 : 1);
    maps.fillStyle = own ? facts.accent : facts.quiet;
    maps.fillText(own ? `map ${c}` : String(c), x, y + height * cell + 3);
  }
  frame(vector, 0, 0, channels * step, (values.length / channels) * line, facts.quiet, 0.5);
  const spot = Math.floor(state.at / channels);
  frame(vector, 0, spot * line, channels * step, line, facts.ink, 1);
  const [x, y] = corner(state, channel);
  mark(maps, x + column * cell, y + row * cell, cell, cell, facts);
  mark(vector, channel * step, spot * line, step, line, facts);
  const under = y + height * cell + LABEL + GAP / 2;
  join(state, facts, x + (column + 0.5) * cell, y + (row + 1) * cell + 3, under, channel * step, (spot + 0.5) * line);
  say(state, facts, row, column, channel);
}

type Context = CanvasRenderingContext2D;

function frame(on: Context, x: number, y: number, wide: number, tall: number, colour: string, thick: number): void {
  if (!thick) return;
  on.strokeStyle = colour;
  on.lineWidth = thick;
  on.strokeRect(x + 0.5, y + 0.5, wide - 1, tall - 1);
}

function mark(on: Context, x: number, y: number, wide: number, tall: number, facts: Facts): void {
  frame(on, x - 2, y - 2, wide + 4, tall + 4, facts.ground, 4);
  frame(on, x - 2, y - 2, wide + 4, tall + 4, facts.accent, 2.5);
}

type Side = Record<"left" | "right" | "top", number>;

// The line runs below the maps' numbers, so that it crosses no other map.
function join(state: State, facts: Facts, x1: number, y1: number, under: number, x2: number, y2: number): void {
  const area = find(state.place, ".stage");
  const [stage, zoom] = [area.getBoundingClientRect(), zoomOf(area)];
  const [a, b] = [state.maps, state.vector].map((canvas) => {
    const { left, right, top } = canvas.getBoundingClientRect();
    const origin = stage.left - zoom * area.scrollLeft; // the line scrolls with the maps
    return { left: (left - origin) / zoom, right: (right - origin) / zoom, top: (top - stage.top) / zoom };
  }) as [Side, Side];
  const [x, y, way] = [a.left + x1, a.top + y1, a.top + under];
  const [toX, toY, edge] = [b.left + x2 - 2, b.top + y2, b.left - 10];
  const bend = Math.max(edge - 24, a.right + 4);
  const link = find(state.place, "svg path");
  link.setAttribute("d", `M${x},${y}V${way}H${bend}L${edge},${toY}H${toX}`);
  link.setAttribute("stroke", facts.accent);
}

function say(state: State, facts: Facts, row: number, column: number, channel: number): void {
  const { place, values, weights, width, height, channels, at } = state;
  const [left, right] = findAll(place, "figcaption") as [HTMLElement, HTMLElement];
  left.textContent = `${channels} maps of ${height}×${width}`;
  right.textContent = `The vector: ${grouped(values.length)} values, ${channels} per line`;
  state.maps.setAttribute(
    "aria-label",
    "The maps. Arrow keys move, Page up and down change the map, Enter selects the cell.",
  );
  state.vector.setAttribute("aria-label", "The vector. Arrow keys move, Enter selects the cell.");
  const [value, weight] = [values[at] ?? 0, weights[at] ?? 0];
  const part = (name: string, number: number) => `<i class="${name}">${number}</i>`;
  find(place, ".said").innerHTML =
    `<div><span>Position</span><b>row ${part("row", row)}, column ${part("column", column)}, ` +
    `map ${part("channel", channel)}</b></div>` +
    `<div><span>(row × ${width} + column) × ${channels} + map = index</span><b class="formula">` +
    `(${part("row", row)} × ${width} + ${part("column", column)}) × ${channels} + ${part("channel", channel)} ` +
    `= ${grouped(at)}</b></div>` +
    `<div><span>value × weight for ${facts.name}</span><b class="product">` +
    `${significant(value)} × ${significant(weight)} = ${significant(value * weight)}</b></div>`;
}
