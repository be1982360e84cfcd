// What the overview shows, as Python sends it (see cnn/web/inspect/overview_columns.py), and its parts on the page.
import type { OpenBlob } from "../shared/blob.ts";
import { along, type Rgb, rgb } from "../shared/colours.ts";

export type Kind = "maps" | "values" | "scores" | "shares";

export interface Column {
  name: string;
  kind: Kind;
  tag: string;
  colour: string;
  shape: string;
  about: string;
  inputs: string[];
  all: boolean; // every map reads every map before it
  maps: number; // places for maps
  channels: number[]; // the maps that stand there
  labels: string[];
  low: number;
  high: number;
  signed: boolean;
  dead: number;
  page: number;
  pages: number;
  root: boolean;
  shown: number; // of a vector
  total: number;
}

export interface Facts {
  rows: number;
  columns: Column[];
  chosen: [layer: string, channel: number];
  classes: string[];
  truth: number | null;
  byActivity: boolean;
  positive: string[];
  signed: string[];
  stamp: string;
}

export interface Item extends HTMLButtonElement {
  spot?: HTMLCanvasElement; // of a map or a vector
  at?: number; // the value of a vector that was pointed at last
  told?: string; // its numbers in words
}

export interface Part {
  section: HTMLElement;
  head: HTMLButtonElement;
  body: HTMLElement;
  items: Item[];
  foot: HTMLElement & { form?: string };
}

export interface Place {
  name: string;
  place: number;
  at: number;
}

export interface Anchor {
  left: number;
  right: number;
  top: number;
  bottom: number;
  heights: number[];
}

export interface State {
  place: HTMLElement;
  box: HTMLElement;
  columns: HTMLElement;
  verdict: HTMLElement;
  words: HTMLElement;
  scaleSwitch: HTMLButtonElement;
  orderSwitch: HTMLButtonElement;
  observer: ResizeObserver | null;
  sent: OpenBlob<Facts>; // by Python
  blob: OpenBlob<Facts>; // that is drawn
  facts: Facts;
  own: boolean; // each map has its own scale
  parts: Record<string, Part>;
  chosen: [layer: string, channel: number];
  pointed: Place | null;
  form: string; // what the columns were built for
  linked: string; // what the lines were drawn for
  lit: string | null; // what is lit
  links: SVGSVGElement | null;
  bright: SVGGElement | null;
  anchors: Record<string, Anchor>;
  floor: number; // below all maps
  tables: [positive: Uint32Array, signed: Uint32Array];
  ask: (value: Record<string, unknown>) => void;
  awaited: string; // the stamp of what the browser drew by itself, until Python has drawn it, too
  patience: number; // timer: what Python says of another picture meanwhile is older, and waits
  stop: () => void;
  edges: () => void; // looks anew whether the columns go on beyond the edges
}

export const partOf = (state: State, name: string): Part => state.parts[name] as Part;

export const columnOf = ({ facts }: State, name: string): Column =>
  facts.columns.find((column) => column.name === name) as Column;

export const lastColumn = ({ facts }: State): Column => facts.columns[facts.columns.length - 1] as Column;

/** A vector stands in lines of up to 128 values. */
export function stripOf(count: number): { wide: number; tall: number } {
  const wide = Math.ceil(count / 128);
  return { wide, tall: Math.ceil(count / wide) };
}

// Colours come from two tables, one for a scale with a sign and one without; a pixel is one 32-bit number.

const FINE = 1024;

export function tableOf(stops: string[]): Uint32Array {
  const ends = stops.map(rgb);
  const pixel = ([r, g, b]: Rgb) => (255 << 24) | (b << 16) | (g << 8) | r;
  return Uint32Array.from({ length: FINE }, (_, i) => pixel(along(ends, i / (FINE - 1))));
}

export interface Ends {
  low: number;
  high: number;
  signed: boolean;
}

/** The scale of one map by itself. */
export function ownScale(low: number, high: number): Ends {
  const reach = Math.max(-low, high);
  return low < 0 ? { low: -reach, high: reach, signed: true } : { low: 0, high, signed: false };
}

/** A function from a value to its pixel. */
export function painter({ tables }: Pick<State, "tables">, scale: Ends): (value: number) => number {
  const table = tables[scale.signed ? 1 : 0];
  const reach = scale.high - scale.low;
  const nothing = scale.signed ? (FINE - 1) / 2 : 0;
  return (value) => {
    const share = reach > 0 ? ((value - scale.low) / reach) * (FINE - 1) : nothing;
    return table[Math.round(Math.min(Math.max(share, 0), FINE - 1))] as number;
  };
}

export function paintPixels(
  canvas: HTMLCanvasElement,
  wide: number,
  tall: number,
  count: number,
  pixelAt: (i: number) => number,
): void {
  const image = new ImageData(wide, tall);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) pixels[i] = pixelAt(i);
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== tall) canvas.height = tall;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
