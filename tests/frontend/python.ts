// What Python wrote: payloads as the pages get them, and the values that NumPy says (see write_fixtures.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scale } from "../../cnn/frontend/shared/colours.ts";

const folder = process.env.CNN_LAB_FIXTURES ?? "";

export const blob = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, path)));

export interface Index {
  cells: { path: string; layer: string; expected: number[] }[];
  windows: { path: string; expected: number[] }[];
  overlays: { path: string; nearest: number[]; smooth: number[] }[];
  shares: { share: number; text: string }[];
  overviews: { before: string; after: string; network: string }[];
  colours: { scale: Scale; values: number[]; colours: [number, number, number][] }[];
}

export const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf-8")) as Index;

/** How far two numbers are apart, relative to the larger of 1 and the expected size. */
export const apart = (ours: number, theirs: number): number => Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
