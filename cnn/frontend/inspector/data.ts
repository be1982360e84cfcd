// What Python sends about one map, neuron or class (see cnn/web/inspect/inspector_data.py), with its types.
import { openBlob, type Tensor } from "../shared/blob.ts";
import { type Scale, type ScaleTable, withTable } from "../shared/colours.ts";

export interface Window {
  window: number;
  stride: number;
  zeros: [number, number];
  rule: string; // "dot" with a kernel, "max" or "average"
}

/** An operation on one value; `source` is the layer of a second value. */
export type Operation =
  | {
      operation: "normalise";
      gamma: number;
      beta: number;
      mean: number;
      variance: number;
      epsilon: number;
      whose: string; // what mean and variance were computed over, where it needs saying
    }
  | { operation: "function"; function: string; slope: number; alpha: number }
  | { operation: "plus" | "times"; source: string; second: string } // `second` is the title of its plate
  | { operation: "pass"; reason: string };
export type CellStep = { layer: string; tag: string; kind: "elementwise" } & Operation;
export type PoolStep = { layer: string; tag: string; kind: "window" } & Window;

/** A layer after this one that the cell goes on to. */
export type Stage = (CellStep | PoolStep) & { scale: ScaleTable };

interface Common {
  layer: string;
  tag: string;
  about: string;
  shape: number[];
  channel: number;
  vector: boolean;
  sources: string[];
  layers: { name: string; shape: number[] }[];
  names: string[];
  activity: { layer?: string; sizes?: number[] };
  tags: Record<string, string>;
  above: string;
  below: string;
  stages: Stage[];
  question: string;
  cell: [number, number] | null;
  alone?: boolean; // no server: nothing to compare with, and no address for a pin
  arrays: Record<string, Tensor>;
  height: number;
  width: number;
  channels: number;
  rows: number;
  columns: number;
  sent: number[];
}

type Scales<Names extends string> = { scales: Record<Names | "output", ScaleTable> };

export type KernelData = Common &
  Window &
  Scales<"input" | "kernel" | "share" | "product"> & {
    kind: "kernel";
    bias: number | null;
    picture: boolean;
    source_names: string[];
    total: number;
    order: number[];
  };
export type WindowData = Common & Window & Scales<"input"> & { kind: "window" };
export type CellData = Common & Scales<"input"> & { kind: "elementwise"; first: CellStep };
export type UnrolledData = Common & Scales<"input"> & { kind: "copy" | "average"; total: number };
export type PixelData = Common & Scales<never> & { kind: "pixel"; half: number };
export type DenseData = Common &
  Scales<"input" | "product"> & {
    kind: "dense";
    bias: number;
    noun: string; // what one of the values is called
    placed: boolean; // whether each has a cell of its own in the maps of `source`
    maps: boolean;
    source: string;
    values_shape: [number, number, number];
    rest: number;
  };
export type SharesData = Common & Scales<never> & { kind: "shares" };

/** One map with what it was made from. */
export type MapData = KernelData | WindowData | CellData | UnrolledData | PixelData;
export type Data = MapData | DenseData | SharesData;

/** Keras's values for the same question, or why there are none yet. */
export interface KerasAnswer {
  question: string;
  message?: string;
  cell?: [number, number] | null;
  again?: boolean; // whether to ask for them again, or for the first time
  arrays: Record<string, Tensor>;
}

export function readData(bytes: Uint8Array): Data {
  const blob = openBlob<Data>(bytes);
  return withShapes(blob.facts, Object.fromEntries(blob.names.map((name) => [name, blob.floats(name)])));
}

/** Facts with their arrays, which hold at least `input` and `output`; scales with their colours. */
export function withShapes(facts: Data, arrays: Record<string, Tensor>): Data {
  const shapeOf = (name: string) => (arrays[name] as Tensor).shape;
  const [height, width, channels] = shapeOf("input") as [number, number, number];
  const [rows, columns] = shapeOf("output") as [number, number];
  const scales = Object.fromEntries(
    Object.entries(facts.scales).map(([name, scale]) => [name, withTable(scale as Scale)]),
  );
  const stages = facts.stages.map((stage) => ({ ...stage, scale: withTable(stage.scale) }));
  const sent = facts.sent ?? [0];
  return { ...facts, scales, stages, arrays, height, width, channels, rows, columns, sent } as Data;
}

export function readAnswer(bytes: Uint8Array): KerasAnswer {
  const blob = openBlob<Omit<KerasAnswer, "arrays">>(bytes);
  return { ...blob.facts, arrays: Object.fromEntries(blob.names.map((name) => [name, blob.floats(name)])) };
}

export function arrayOf(data: Common, name: string): Tensor {
  const array = data.arrays[name];
  if (!array) throw new Error(`the inspector was sent no ${name}`);
  return array;
}

export const isWindow = (data: Data): data is KernelData | WindowData =>
  data.kind === "kernel" || data.kind === "window";
export const isUnrolled = (data: Data): data is UnrolledData => data.kind === "copy" || data.kind === "average";

export const mapName = (data: Data): string => data.names[data.channel] ?? `map ${data.channel}`;
export const nameOfPlace = (data: Data, place: number): string => data.names[place] ?? `value ${place}`;

/** Whether an operation takes a second value. */
export const takesSecond = (step: CellStep): step is CellStep & { source: string; second: string } =>
  step.operation === "plus" || step.operation === "times";

/** The name of an input channel. */
export const sourceName = (data: Data, number: number): string =>
  (data.kind === "kernel" ? data.source_names[number] : undefined) ?? `map ${number}`;

/** The input channel's number at a place among those that were sent. */
export const sentAt = (data: Data, place: number): number => data.sent[place] ?? place;
