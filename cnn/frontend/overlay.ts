// Maps over a picture, blended here; the same position is marked in all of them. Nothing is sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintCells, pixelAt } from "./shared/canvas.ts";
import { gradient, mix, type Rgb, rgb } from "./shared/colours.ts";
import { find, findAll, type Mount, make } from "./shared/dom.ts";
import { ARROWS, type Cell, cellUnder, handle } from "./shared/input.ts";
import { clamp, largest, significant } from "./shared/numbers.ts";

const SIDE = 32;
const FACTOR = 10; // pixels of the canvas per pixel of the picture
const START_STRENGTH = 75;
const FADE = 0.45; // how far the grey picture goes towards the page's ground at full strength

/** A map as Python describes it: cells of `step` pixels, the first of which begins at `start`. */
interface MapFacts {
  there: boolean;
  title: string;
  unit: string;
  note: string;
  empty: string; // why there is none
  low: number;
  high: number;
  start: number;
  step: number;
}

export interface CellMap extends MapFacts {
  rows: number;
  columns: number;
  values: Float32Array | null;
}

interface Facts {
  maps: MapFacts[];
  above: string;
  below: string;
  ground: string;
}

interface State {
  strength: number;
  smooth: boolean;
  pixel: Cell | null;
  facts: Facts;
  maps: CellMap[];
  picture: Uint8Array;
}

const states = new WeakMap<HTMLElement, State>(); // by place, so that new data keep strength, smoothing and the pixel

export default function overlay({ data, parentElement }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".overlay");
  const before = states.get(place) ?? { strength: START_STRENGTH / 100, smooth: false, pixel: null };
  const state = { ...before, ...read(data) };
  states.set(place, state);
  if (place.querySelectorAll("figure").length !== state.maps.length + 1) build(place, state);
  show(place, state);
}

function read(bytes: Uint8Array): Pick<State, "facts" | "maps" | "picture"> {
  const blob = openBlob<Facts>(bytes);
  const maps = blob.facts.maps.map((map, i): CellMap => {
    if (!map.there) return { ...map, rows: 0, columns: 0, values: null };
    const { values, shape } = blob.floats(`map${i}`);
    return { ...map, rows: shape[0] ?? 0, columns: shape[1] ?? 0, values };
  });
  return { facts: blob.facts, maps, picture: blob.bytes("picture").values };
}

const now = (place: HTMLElement): State => states.get(place) as State;

// What stands on the page

function build(place: HTMLElement, state: State): void {
  place.replaceChildren();
  controls(place, state);
  const figures = make("div", place, "figures");
  for (let i = -1; i < state.maps.length; i++) figure(figures, place, i);
}

function controls(place: HTMLElement, state: State): void {
  const bar = make("div", place, "controls");
  const input = (label: string, type: string, act: (control: HTMLInputElement) => void) => {
    const control = make("input", make("label", bar, "", label));
    control.type = type;
    control.oninput = () => {
      act(control);
      show(place, now(place));
    };
    return control;
  };
  const strength = input("Colour strength", "range", (control) => {
    now(place).strength = Number(control.value) / 100;
  });
  strength.value = String(100 * state.strength);
  const smooth = input("Smooth between cells", "checkbox", (control) => {
    now(place).smooth = control.checked;
  });
  smooth.checked = state.smooth;
}

function figure(figures: HTMLElement, place: HTMLElement, number: number): void {
  const element = make("figure", figures);
  make("figcaption", element);
  const plate = make("div", element, "plate");
  const canvas = make("canvas", plate);
  canvas.width = canvas.height = SIDE * FACTOR;
  canvas.setAttribute("aria-hidden", "true");
  make("i", plate);
  make("div", plate, "empty");
  if (number >= 0) make("div", element, "scale");
  if (number >= 0) make("div", element, "numbers");
  make("div", element, "says");
  make("p", element, "note");
  plate.tabIndex = 0;
  plate.setAttribute("role", "application");
  const point = (pixel: Cell | null) => {
    now(place).pixel = pixel;
    mark(place, now(place));
  };
  const at = (event: { clientX: number; clientY: number }) => point(cellUnder(event, plate, SIDE, SIDE));
  const box = () => (now(place).pixel ? plate.querySelector("i") : null);
  handle(plate, { handle: box, hover: at, leave: () => point(null), drag: at, choose: at });
  plate.onkeydown = (event) => {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const from = now(place).pixel ?? { row: SIDE / 2, column: SIDE / 2 };
    point({ row: clamp(from.row + step[0], 0, SIDE - 1), column: clamp(from.column + step[1], 0, SIDE - 1) });
  };
}

// Drawing

const isReady = (map: CellMap | undefined): map is CellMap & { values: Float32Array } =>
  Boolean(map?.values && !map.empty);

function show(place: HTMLElement, state: State): void {
  findAll(place, "figure").forEach((element, i) => {
    const map = state.maps[i - 1];
    find(element, "figcaption").textContent = map ? map.title : "The picture";
    find(element, ".empty").textContent = map ? map.empty : "";
    find(element, ".note").textContent = map ? map.note : "";
    find(element, ".plate").setAttribute("aria-label", described(map));
    paint(find<HTMLCanvasElement>(element, "canvas"), state, isReady(map) ? map : null);
    if (map) legend(element, state, map);
  });
  mark(place, state);
}

function described(map: CellMap | undefined): string {
  if (!map) return "The picture. Arrow keys move from pixel to pixel.";
  if (!isReady(map)) return `${map.title}: ${map.empty || "not there yet"}`;
  const most = largest(map.values);
  const [row, column] = [Math.floor(most / map.columns), most % map.columns];
  return (
    `${map.title}, ${map.unit}. The largest value, ${significant(map.high)}, is in row ${row}, column ${column} ` +
    `of ${map.rows} by ${map.columns} cells. Arrow keys move from pixel to pixel.`
  );
}

function paint(canvas: HTMLCanvasElement, state: State, map: CellMap | null): void {
  const { facts, strength, smooth, picture } = state;
  const reach = map ? Math.max(Math.abs(map.low), Math.abs(map.high)) || 1 : 1;
  const [above, below, ground] = [rgb(facts.above), rgb(facts.below), rgb(facts.ground)];
  const base = Array.from({ length: SIDE * SIDE }, (_, place) => {
    const own = pixelAt(picture, place);
    const level = 0.3 * own[0] + 0.59 * own[1] + 0.11 * own[2];
    return map ? mix(own, mix([level, level, level], ground, FADE), strength) : own;
  });
  paintCells(canvas, SIDE * FACTOR, SIDE * FACTOR, (y, x) => {
    const under = base[Math.floor(y / FACTOR) * SIDE + Math.floor(x / FACTOR)] as Rgb;
    const value = map && mapValue(map, (y + 0.5) / FACTOR, (x + 0.5) / FACTOR, smooth);
    return value ? mix(under, value < 0 ? below : above, (strength * Math.abs(value)) / reach) : under;
  });
}

/** The value of a map at a place of the picture, in pixels; null outside its cells. Smooth: between four cells. */
export function mapValue(map: CellMap, y: number, x: number, smooth: boolean): number | null {
  const { values } = map;
  const [row, column] = [(y - map.start) / map.step, (x - map.start) / map.step];
  if (!values || row < 0 || column < 0 || row >= map.rows || column >= map.columns) return null;
  const at = (r: number, c: number) => values[r * map.columns + c] as number;
  if (!smooth) return at(Math.floor(row), Math.floor(column));
  const down = neighbours(row - 0.5, map.rows);
  const across = neighbours(column - 0.5, map.columns);
  let sum = 0;
  for (const [r, tall] of down) for (const [c, wide] of across) sum += tall * wide * at(r, c);
  return sum;
}

// The two cells around a place along one side, with their weights; at the edge both are the outermost cell.

function neighbours(at: number, count: number): [cell: number, weight: number][] {
  const first = Math.floor(at);
  const within = (cell: number) => clamp(cell, 0, count - 1);
  return [
    [within(first), 1 - (at - first)],
    [within(first + 1), at - first],
  ];
}

function legend(element: HTMLElement, { facts }: State, map: CellMap): void {
  const scale = find(element, ".scale");
  const numbers = find(element, ".numbers");
  scale.style.visibility = isReady(map) ? "visible" : "hidden";
  numbers.replaceChildren();
  if (!isReady(map)) return;
  const signed = map.low < 0;
  scale.style.background = gradient(signed ? [facts.below, "transparent", facts.above] : ["transparent", facts.above]);
  const ends = signed ? [significant(map.low), "0", significant(map.high)] : ["0", significant(map.high)];
  for (const end of ends) make("span", numbers, "", end);
}

function mark(place: HTMLElement, state: State): void {
  const { pixel } = state;
  findAll(place, "figure").forEach((element, i) => {
    const box = find(element, "i");
    box.hidden = !pixel;
    if (pixel) {
      box.style.top = `${(100 * pixel.row) / SIDE}%`;
      box.style.left = `${(100 * pixel.column) / SIDE}%`;
      box.style.width = box.style.height = `${100 / SIDE}%`;
    }
    find(element, ".says").textContent = wordsFor(state, state.maps[i - 1]);
  });
}

function wordsFor({ pixel, picture }: State, map: CellMap | undefined): string {
  if (!pixel) return isReady(map) ? map.unit : "";
  const { row, column } = pixel;
  if (!map) return `row ${row}, column ${column}: ${pixelAt(picture, row * SIDE + column).join(", ")}`;
  if (!isReady(map)) return "";
  const value = mapValue(map, row + 0.5, column + 0.5, false);
  return value === null ? "outside the map" : significant(value);
}
