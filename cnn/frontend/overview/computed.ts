// The overview of another picture, from values that were computed in the browser; as cnn/web/inspect/overview_columns.py
// makes it.
import type { OpenBlob, Tensor } from "../shared/blob.ts";
import type { Maps } from "../shared/forward.ts";
import type { Computed } from "../shared/pictures.ts";
import { type Column, type Facts, ownScale } from "./state.ts";

/**
 * Return what is to be drawn, or null where only Python can say it: of another network, where the picture decides which
 * maps stand in a column, or where a value is no number.
 */
export function computed(sent: OpenBlob<Facts>, { network, picture, outputs }: Computed): OpenBlob<Facts> | null {
  const { facts } = sent;
  if (facts.byActivity || !facts.stamp.startsWith(`${network}/`)) return null;
  if (!facts.columns.every(({ name }) => outputs.get(name)?.values.every(Number.isFinite))) return null;
  const floats = new Map<string, Tensor>();
  const bytes = new Map<string, Tensor<Uint8Array>>([["picture", { values: picture.pixels, shape: [32, 32, 3] }]]);
  const columns = facts.columns.map((column): Column => {
    const maps = outputs.get(column.name) as Maps;
    if (column.kind === "maps") {
      const shown = quantised(maps, column.channels);
      bytes.set(`${column.name}/maps`, shown.maps);
      floats.set(`${column.name}/facts`, shown.facts);
    } else floats.set(`${column.name}/values`, { values: maps.values.slice(0, column.shown), shape: [column.shown] });
    return { ...column, ...scaleOf(maps.values), dead: column.kind === "maps" ? dead(maps) : column.dead };
  });
  return {
    facts: { ...facts, columns, truth: picture.truth, stamp: `${network}/${picture.digest}` },
    names: sent.names,
    floats: (name) => floats.get(name) ?? sent.floats(name),
    bytes: (name) => bytes.get(name) ?? sent.bytes(name),
  };
}

function scaleOf(values: Float32Array): { low: number; high: number; signed: boolean } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return ownScale(low, high);
}

/** Some maps as bytes between their own ends, and (lowest, mean, highest) of each. */
function quantised({ values, shape }: Maps, channels: readonly number[]): { maps: Tensor<Uint8Array>; facts: Tensor } {
  const [rows, columns, count] = shape as [number, number, number];
  const size = rows * columns;
  const bytes = new Uint8Array(channels.length * size);
  const facts = new Float32Array(3 * channels.length);
  channels.forEach((channel, place) => {
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (let i = channel; i < values.length; i += count) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value;
    }
    const share = high > low ? 255 / (high - low) : 0;
    for (let i = 0; i < size; i++) {
      bytes[place * size + i] = Math.round(((values[i * count + channel] as number) - low) * share);
    }
    facts.set([low, sum / size, high], 3 * place);
  });
  return {
    maps: { values: bytes, shape: [channels.length, rows, columns] },
    facts: { values: facts, shape: [channels.length, 3] },
  };
}

/** How many maps are zero everywhere. */
function dead({ values, shape }: Maps): number {
  const alive = new Uint8Array(shape[2] as number);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) alive[i % alive.length] = 1;
  return alive.length - alive.reduce((sum, one) => sum + one, 0);
}
