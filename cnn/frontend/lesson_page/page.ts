// What the parts of a lesson's page share: what it was made with, and what is set and shown now.
import type { Layer } from "../living_page/inspected.ts";
import { scaleOf } from "../living_page/inspected.ts";
import type { OpenBlob } from "../shared/blob.ts";
import type { ScaleTable } from "../shared/colours.ts";
import type { Check } from "./checks.ts";
import type { Settings } from "./lessons.ts";
import type { Shades } from "./relu.ts";

export interface Control {
  key: string;
  label: string;
  options?: string[]; // of a choice
  range?: [number, number, number]; // low, high, step
  when?: [string, string]; // shown only while another control has this value
}

export interface Colours extends Shades {
  ground: string;
  sequential: string[];
  signed: string[];
}

export interface Facts {
  lesson: "conv" | "relu" | "pool" | "dense" | "softmax" | "chain";
  controls: Control[];
  values: Record<string, string>;
  lock: string[];
  hide: string[];
  kernels: Record<string, number[][]>;
  functions: Record<string, string>; // title → key
  classes: string[];
  samples: { label: string; answer: string }[];
  colours: { light: Colours; dark: Colours };
  checks: Check[];
  steps: Layer[]; // the shipped network, layer by layer
  backward: Record<string, string>; // by tag, what backpropagation does there
}

export interface Page {
  facts: Facts;
  blob: OpenBlob<Facts>;
  settings: Settings;
  place: HTMLElement;
  pixels: Uint8Array;
  name: string; // of the picture
  colours: Colours;
  answered: ReadonlySet<string>; // keys of checks
  weights: Map<string, Float32Array>;
  set(key: string, value: string): void;
}

export const whole = ({ settings }: Page, key: string): number => Math.round(Number(settings[key]));

export const scaled = ({ colours }: Page, ...parts: Float32Array[]): ScaleTable => scaleOf({ colours }, ...parts);

/** One map of a layer's values (…, channels). */
export const channelOf = (values: Float32Array, channels: number, channel: number): Float32Array =>
  values.filter((_, i) => i % channels === channel);
