// Colours: the scales that Python sends (ends and stops), applied to values.
import { clamp } from "./numbers.ts";

export type Rgb = readonly [number, number, number];

/** A scale as Python sends it: three stops where it is signed (below, zero, above), else two or more. */
export interface Scale {
  low: number;
  high: number;
  stops: string[];
}

/** A scale whose colours are worked out: a table from its low end to its high one. */
export interface ScaleTable extends Scale {
  table: Rgb[];
}

const STEPS = 511; // odd, so that the middle step of a signed scale is exactly zero
const DARK_INK = "#000000"; // black and white: together at least 4.58 to 1 on any ground
const LIGHT_INK = "#FFFFFF";
const BRIGHT = 0.179; // the luminance above which dark ink has the higher contrast

/** #RRGGBB as three numbers. */
export function rgb(text: string): Rgb {
  const channel = (from: number) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** Mix two colours: all of the first at 0, all of the second at 1. */
export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** The colour at a share (0 to 1) of the way along some stops. */
export function along(stops: readonly Rgb[], share: number): Rgb {
  const at = clamp(share, 0, 1) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[below] as Rgb, stops[below + 1] as Rgb, at - below);
}

/** Where a value lies on a scale, from 0 to 1; a scale without extent has its zero. */
export function shareOf(value: number, { low, high, stops }: Scale): number {
  if (!(high > low)) return stops.length === 3 ? 0.5 : 0;
  return clamp((value - low) / (high - low), 0, 1);
}

export function withTable(scale: Scale): ScaleTable {
  const stops = scale.stops.map(rgb);
  return { ...scale, table: Array.from({ length: STEPS }, (_, i) => along(stops, i / (STEPS - 1))) };
}

export function colourOf(value: number, scale: ScaleTable): Rgb {
  return scale.table[Math.round(shareOf(value, scale) * (STEPS - 1))] as Rgb;
}

/** Relative luminance of WCAG 2, from 0 to 1. */
export function luminance(colour: Rgb): number {
  const linear = (c: number) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/** Black or white, whichever is more readable on a background. */
export const inkOn = (ground: Rgb): string => (luminance(ground) > BRIGHT ? DARK_INK : LIGHT_INK);

export const css = (colour: Rgb): string => `rgb(${colour.join(",")})`;

/** Set an element's background colour, and the text colour that is readable on it. */
export function paintGround(element: HTMLElement, colour: Rgb): void {
  element.style.background = css(colour);
  element.style.color = inkOn(colour);
}

export const tint = (element: HTMLElement, value: number, scale: ScaleTable): void =>
  paintGround(element, colourOf(value, scale));

export const gradient = (stops: readonly string[]): string => `linear-gradient(90deg,${stops.join(",")})`;
