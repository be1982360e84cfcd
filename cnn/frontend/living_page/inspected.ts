// What the inspector shows of one map, value or class, gathered in the page; in the app, Python sends it
// (cnn/web/inspect/inspector_data.py).
import { channelMap } from "../inspector/cell.ts";
import {
  type CellStep,
  type Data,
  type KernelData,
  type Operation,
  type PoolStep,
  type Stage,
  type Window,
  withShapes,
} from "../inspector/data.ts";
import type { Tensor } from "../shared/blob.ts";
import { type ScaleTable, withTable } from "../shared/colours.ts";
import type { Maps, Step, Weights } from "../shared/forward.ts";

/** A layer as the page knows it: what it computes, and how its values are explained. */
export interface Layer extends Step {
  tag: string;
  phrase: string;
  about: string;
  kind: Data["kind"];
  after: string[]; // the layers that take a cell of it on by itself
  judged?: string; // the activation that says how active its maps are
  zeros?: [number, number];
  operations?: Record<string, Operation>; // by the layer that the value comes from
  origin?: { layer: string; shape: number[]; noun: string; placed: boolean };
}

export interface Network {
  layers: readonly Layer[];
  classes: string[];
  tags: Record<string, string>;
  colours: { sequential: string[]; signed: string[] };
  outputs: ReadonlyMap<string, Maps>;
  weights: Weights;
}

const STRIP = 32;
const HALF = 127.5;
const COLOURS = ["red", "green", "blue"];

/** The numbers behind channel `channel` of a layer. */
export function inspected(network: Network, name: string, channel: number): Data {
  const layer = layerOf(network, name);
  const values = outputOf(network, name);
  const { facts, arrays } = partsOf(network, layer, channel);
  const came = [name, ...layer.after];
  const stages = layer.after.map((after, i): Stage => {
    const next = layerOf(network, after);
    const output = outputOf(network, after);
    arrays[`stage${i}`] = plateOf(output, channel);
    const stage = stageOf(network, next, came[i] as string, channel);
    if (stage.second) arrays[`other${i}`] = stage.second;
    return { ...stage.facts, scale: scaleOf(network, output.values) };
  });
  arrays.output = plateOf(values, channel);
  const above = network.colours.signed[2] as string;
  const below = network.colours.signed[0] as string;
  const common = {
    kind: layer.kind,
    layer: name,
    tag: layer.tag,
    about: `${layer.phrase}: ${layer.about}`,
    shape: values.shape,
    channel,
    vector: values.shape.length === 1,
    sources: layer.inputs,
    layers: network.layers.map((one) => ({ name: one.name, shape: one.shape })),
    names: namesOf(network, name),
    activity: activityOf(network, layer),
    tags: network.tags,
    above,
    below,
    stages,
    question: "",
    cell: null,
    alone: true,
  };
  const scales = { ...facts.scales, output: scaleOf(network, values.values) };
  return withShapes({ ...common, ...facts, scales } as unknown as Data, arrays);
}

type Parts = {
  facts: Record<string, unknown> & { scales: Record<string, ScaleTable> };
  arrays: Record<string, Tensor>;
};

function partsOf(network: Network, layer: Layer, channel: number): Parts {
  const read = layer.inputs.map((name) => outputOf(network, name));
  const first = read[0] ?? outputOf(network, layer.name);
  switch (layer.kind) {
    case "pixel": {
      const pixels = first.values.map((value) => Math.round((value + 1) * HALF));
      return { facts: { half: HALF, scales: {} }, arrays: { input: { values: pixels, shape: first.shape } } };
    }
    case "kernel":
      return kernelOf(network, layer, first, channel);
    case "window":
      return {
        facts: { ...windowOf(layer), scales: { input: scaleOf(network, first.values) } },
        arrays: { input: lifted(mapOf(first, channel)) },
      };
    case "elementwise": {
      const stage = stageOf(network, layer, layer.inputs[0] as string, channel);
      const scale = scaleOf(network, ...read.map((maps) => maps.values));
      const arrays: Record<string, Tensor> = { input: lifted(plateOf(first, channel)) };
      if (stage.second) arrays["other-1"] = stage.second;
      return { facts: { first: stage.facts, scales: { input: scale } }, arrays };
    }
    case "copy":
    case "average": {
      const total = first.shape[2] as number;
      const facts = { sent: upTo(total), total, scales: { input: scaleOf(network, first.values) } };
      return { facts, arrays: { input: first } };
    }
    case "dense":
      return denseOf(network, layer, first, channel);
    case "shares":
      return { facts: { scales: {} }, arrays: { input: lifted(strip(first.values)) } };
  }
}

function kernelOf(network: Network, layer: Layer, maps: Maps, channel: number): Parts {
  const kernel = network.weights.get(`${layer.name}/kernel`) as Float32Array;
  const bias = network.weights.get(`${layer.name}/bias`)?.[channel] ?? null;
  const [height, width, depth] = maps.shape as [number, number, number];
  const size = layer.size as number;
  const deep = layer.op === "conv"; // else it reads the map of its own number alone
  const filters = deep ? (layer.shape[2] as number) : depth;
  const sent = deep ? upTo(depth) : [channel];
  const slice = new Float32Array(size * size * sent.length);
  for (let i = 0; i < slice.length; i++) {
    const place = Math.floor(i / sent.length);
    slice[i] = kernel[deep ? i * filters + channel : place * depth + channel] as number;
  }
  const [rows, columns] = layer.shape as [number, number];
  const input = deep ? maps : lifted(mapOf(maps, channel));
  const rest = { values: new Float32Array(rows * columns), shape: [rows, columns] };
  const arrays = { input, kernel: { values: slice, shape: [size, size, sent.length] }, rest };
  const window = windowOf(layer);
  const shape = { ...window, height, width, channels: sent.length, rows, columns };
  const shares = sent.map((_, place) => channelMap({ ...shape, arrays } as unknown as KernelData, place));
  const strengths = shares.map((share) => share.reduce((sum, value) => sum + Math.abs(value), 0));
  const facts = {
    ...window,
    bias,
    picture: layer.inputs[0] === "input" && sent.length === COLOURS.length,
    source_names: namesOf(network, layer.inputs[0] as string),
    sent,
    total: sent.length,
    order: upTo(sent.length).sort((one, other) => (strengths[other] as number) - (strengths[one] as number)),
    scales: {
      input: scaleOf(network, maps.values),
      kernel: signed(network, reachOf(kernel)),
      share: signed(network, Math.max(...shares.map(reachOf))),
      product: signed(network, reachOf(input.values) * reachOf(slice)),
    },
  };
  return { facts, arrays };
}

function denseOf(network: Network, layer: Layer, vector: Maps, unit: number): Parts {
  const origin = layer.origin as NonNullable<Layer["origin"]>;
  const kernel = network.weights.get(`${layer.name}/kernel`) as Float32Array;
  const units = layer.shape[0] as number;
  const weights = vector.values.map((_, i) => kernel[i * units + unit] as number);
  const products = vector.values.map((value, i) => value * (weights[i] as number));
  const { shape } = origin;
  const facts = {
    bias: network.weights.get(`${layer.name}/bias`)?.[unit],
    placed: origin.placed,
    maps: outputOf(network, origin.layer).shape.length === 3,
    noun: origin.noun,
    source: origin.layer,
    values_shape: shape,
    sent: upTo(shape[2] as number),
    rest: 0,
    scales: { product: signed(network, reachOf(products)), input: scaleOf(network, vector.values) },
  };
  return { facts, arrays: { input: { values: vector.values, shape }, weights: { values: weights, shape } } };
}

/** What a layer does with the cell that comes from the layer `came`, and the map that it takes with it. */
function stageOf(
  network: Network,
  layer: Layer,
  came: string,
  channel: number,
): { facts: CellStep | PoolStep; second?: Tensor } {
  const told = { layer: layer.name, tag: layer.tag };
  if (layer.kind === "window") return { facts: { ...told, kind: "window", ...windowOf(layer) } };
  const operation = layer.operations?.[came] ?? normalising(network, layer, channel);
  const facts: CellStep = { ...told, kind: "elementwise", ...operation };
  const other = layer.inputs.find((name) => name !== came);
  if (!other) return { facts };
  const second = outputOf(network, other);
  if (second.shape.length === layer.shape.length) return { facts, second: plateOf(second, channel) };
  const [rows, columns] = layer.shape as [number, number];
  const factor = second.values[channel] as number; // one number for a whole map
  return { facts, second: { values: new Float32Array(rows * columns).fill(factor), shape: [rows, columns] } };
}

function normalising(network: Network, layer: Layer, channel: number): Operation {
  const part = (name: string) => network.weights.get(`${layer.name}/${name}`)?.[channel] as number;
  const known = { gamma: part("gamma"), beta: part("beta"), epsilon: layer.epsilon as number };
  if (layer.op === "norm") {
    const [mean, variance] = [part("moving_mean"), part("moving_variance")];
    return { operation: "normalise", ...known, mean, variance, whose: "" };
  }
  const { values } = outputOf(network, layer.inputs[0] as string);
  const channels = layer.shape.at(-1) as number;
  const size = channels / (layer.groups as number);
  const first = Math.floor(channel / size) * size;
  const group = values.filter((_, i) => i % channels >= first && i % channels < first + size);
  const mean = group.reduce((sum, value) => sum + value, 0) / group.length;
  const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / group.length;
  const maps = size === 1 ? `map ${first}` : `maps ${first} to ${first + size - 1}`;
  return { operation: "normalise", ...known, mean, variance, whose: `mean and variance of ${maps} on this picture` };
}

function activityOf(network: Network, layer: Layer): Data["activity"] {
  const judged = layer.judged ?? layer.name;
  const { values, shape } = outputOf(network, judged);
  if (shape.length === 1) return {};
  const channels = shape[2] as number;
  const sizes: number[] = new Array(channels).fill(0);
  values.forEach((value, i) => {
    sizes[i % channels] = (sizes[i % channels] as number) + Math.abs(value);
  });
  return { layer: judged, sizes: sizes.map((sum) => (sum * channels) / values.length) };
}

const layerOf = ({ layers }: Network, name: string): Layer => layers.find((layer) => layer.name === name) as Layer;
const outputOf = ({ outputs }: Network, name: string): Maps => outputs.get(name) as Maps;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function namesOf({ classes }: Network, name: string): string[] {
  if (name === "scores" || name === "softmax") return classes;
  return name === "input" ? COLOURS : [];
}

const windowOf = (layer: Layer): Window => ({
  window: layer.size as number,
  stride: layer.stride as number,
  zeros: layer.zeros as [number, number],
  rule: layer.op === "max" || layer.op === "average" ? layer.op : "dot",
});

/** One map of a layer, or all values of a vector in lines. */
const plateOf = (maps: Maps, channel: number): Tensor =>
  maps.shape.length === 1 ? strip(maps.values) : mapOf(maps, channel);

function mapOf({ values, shape }: Maps, channel: number): Tensor {
  const [rows, columns, channels] = shape as [number, number, number];
  const map = new Float32Array(rows * columns);
  for (let i = 0; i < map.length; i++) map[i] = values[i * channels + channel] as number;
  return { values: map, shape: [rows, columns] };
}

/** A vector in lines of up to 32 cells; what is missing in the last is NaN. */
export function strip(values: Float32Array): Tensor {
  const width = Math.min(STRIP, values.length);
  const lines = Math.ceil(values.length / width);
  const cells = new Float32Array(lines * width).fill(Number.NaN);
  cells.set(values);
  return { values: cells, shape: [lines, width] };
}

const lifted = ({ values, shape }: Tensor): Tensor => ({ values, shape: [...shape, 1] });

const reachOf = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const signed = ({ colours }: Network, reach: number): ScaleTable =>
  withTable({ low: -(reach || 1), high: reach || 1, stops: colours.signed });

/** The scale of some numbers: signed where any is below zero, else from zero up. */
export function scaleOf({ colours }: Pick<Network, "colours">, ...parts: Float32Array[]): ScaleTable {
  let [low, high] = [0, 0];
  for (const values of parts) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low >= 0) return withTable({ low: 0, high, stops: colours.sequential });
  const reach = Math.max(-low, high);
  return withTable({ low: -reach, high: reach, stops: colours.signed });
}
