// The state of the inspector between two sets of data: the chosen cell, the pin, what is unfolded.
import type { Tensor } from "../shared/blob.ts";
import type { Cell, Point } from "../shared/input.ts";
import { clamp, largest } from "../shared/numbers.ts";
import type { Term } from "./cell.ts";
import { arrayOf, type Data, type KerasAnswer } from "./data.ts";

/** One line of the sum: the layer's own, or what a layer after it makes of the cell. */
export interface Step extends Cell {
  total: number; // NaN where the cell goes nowhere
  text: string; // HTML
  values?: number[]; // of a pooling window
  own?: number; // the cell's place in that window
  keras?: number | null;
}

export interface Result {
  steps: Step[];
  sums?: Float64Array | undefined; // of a convolution: what each channel gives
}

/** A cell of the input, or of the padding around it, under the pointer. */
export interface Pointed {
  y: number;
  x: number;
  place: number;
}

/** Where to go in Python's terms: to a layer, one of its maps, a cell of that. */
export interface Target {
  layer: string;
  channel?: number;
  cell?: string;
}

export interface View {
  build(state: State): void;
  show(state: State): void;
  /** How many rows and columns the pointer and the arrow keys move over. */
  cells(state: State): [number, number];
  cellOf(point: Point, plate: HTMLElement, state: State): Cell | null;
  pointed?(point: Point, plate: HTMLElement, state: State): Pointed | null;
}

/** The contributions to a neuron as maps side by side. */
export interface Mosaic {
  tall: number;
  wide: number;
  between: string; // the path of the lines between the maps
  valueAt(row: number, column: number): number;
  termAt(row: number, column: number): Term | undefined;
  placeOf(term: Term): Cell;
}

export interface State {
  readonly root: HTMLElement;
  data: Data;
  view: View;
  row: number;
  column: number;
  pinned: boolean;
  timer: number; // of the window that moves by itself; 0 where it is still
  halt: ((event: Event) => void) | null;
  waiting: number; // timer until a pin is sent
  told: string | null; // the pinned cell as Python knows it
  keras: KerasAnswer | null;
  sums: Float64Array | null;
  chosen: number | null; // the input channel whose terms are written out
  all: boolean; // all input channels, not only the first twelve
  byNumber: boolean; // these sorted by number
  byActivity: boolean; // the maps of the head sorted by activity
  kept: boolean; // the same layer as before: the cell stays
  traced: number | null; // the map that a flattened value comes from
  pointed: Pointed | null;
  terms: Term[];
  total: number; // of all terms of a neuron
  mosaic: Mosaic | null;
  result: Result | null;
  watcher: IntersectionObserver | null;
  sight: IntersectionObserver | null; // of the inspector itself
  answer: ((event: Event) => void) | null;
  opened: (event: Event) => void; // hears of a map that was chosen in the overview
  go(target: Target): void;
}

export function freshState(root: HTMLElement, data: Data, view: View): State {
  return {
    root,
    data,
    view,
    row: 0,
    column: 0,
    pinned: false,
    timer: 0,
    halt: null,
    waiting: 0,
    told: null,
    keras: null,
    sums: null,
    chosen: null,
    all: false,
    byNumber: false,
    byActivity: false,
    kept: false,
    traced: null,
    pointed: null,
    terms: [],
    total: 0,
    mosaic: null,
    result: null,
    watcher: null,
    sight: null,
    answer: null,
    opened: () => undefined,
    go: () => undefined,
  };
}

export const cellAt = (index: number, columns: number): Cell => ({
  row: Math.floor(index / columns),
  column: index % columns,
});

/** The cell farthest from zero. */
export function strongest(data: Data): Cell {
  const output: Tensor = arrayOf(data, "output");
  return cellAt(largest(output.values.map(Math.abs)), data.columns);
}

/** A cell kept inside what is shown: a vector stands in lines, and its last may not be full. */
export function limited(state: State, row: number, column: number): Cell {
  const { data } = state;
  const [rows, columns] = state.view.cells(state);
  const cell = { row: clamp(row || 0, 0, rows - 1), column: clamp(column || 0, 0, columns - 1) };
  if (!data.vector || data.kind === "dense" || data.kind === "shares") return cell;
  return cellAt(Math.min(cell.row * columns + cell.column, lengthOf(data) - 1), columns);
}

export const lengthOf = (data: Data): number => data.shape[0] as number;
export const channelsOf = (data: Data): number => data.shape[data.shape.length - 1] as number;

/** The channels in the order of the head: by number, or the most active first. */
export function orderOf({ data, byActivity }: State): number[] {
  const places = Array.from({ length: channelsOf(data) }, (_, i) => i);
  const { sizes } = data.activity;
  return byActivity && sizes ? places.sort((one, other) => (sizes[other] ?? 0) - (sizes[one] ?? 0)) : places;
}

/** The channel whose slice is written out: the one a person chose, else the one that gives most to the whole map. */
export function shownPlace({ data, chosen }: Pick<State, "data" | "chosen">): number {
  const place = chosen === null ? -1 : data.sent.indexOf(chosen);
  if (place >= 0) return place;
  return data.kind === "kernel" ? (data.order[0] ?? 0) : 0;
}
