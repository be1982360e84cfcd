// Plates: a canvas with a frame that moves over it, and what lies on them.

import type { Tensor } from "../shared/blob.ts";
import { paintCells, paintValues } from "../shared/canvas.ts";
import { gradient, type ScaleTable } from "../shared/colours.ts";
import { escapeHtml, find, setAttributes } from "../shared/dom.ts";
import { type Cell, cellUnder, type Point } from "../shared/input.ts";
import { fixed } from "../shared/numbers.ts";
import { inputAt } from "./cell.ts";
import type { Data, MapData } from "./data.ts";

/** The HTML of a plate of `tall` × `wide` cells; `side` says whether they are cells of the input or of the output. */
export function plate(name: string, side: string, title: string, tall: number, wide: number, label: string): string {
  const lines = tall * wide <= 400 ? gridLines(tall, wide) : "";
  return `
    <figure class="map ${tall * 4 < wide ? "flat" : ""}">
      <figcaption><span>${title}</span> <b class="under" data-under="${name}"></b></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" data-side="${side}" tabindex="0" role="application"
        aria-label="${escapeHtml(label)}, ${tall} by ${wide}. Arrow keys move the cell; Enter pins it."
        data-style="aspect-ratio:${wide}/${tall}">
        <canvas width="${wide}" height="${tall}" aria-hidden="true"></canvas>
        <svg viewBox="0 0 ${wide} ${tall}" preserveAspectRatio="none" aria-hidden="true">
          ${lines}<g class="still"></g>
          <path class="taps"/><rect class="halo"/><rect class="frame"/><rect class="winner"/>
        </svg>
      </div>
    </figure>`;
}

function gridLines(tall: number, wide: number): string {
  const down = Array.from({ length: wide - 1 }, (_, i) => `M${i + 1} 0V${tall}`);
  const across = Array.from({ length: tall - 1 }, (_, i) => `M0 ${i + 1}H${wide}`);
  return `<path class="grid" d="${[...down, ...across].join("")}"/>`;
}

export const plateOf = (root: HTMLElement, name: string): HTMLElement => find(root, `[data-name="${name}"]`);
export const canvasOf = (element: Element): HTMLCanvasElement => find(element, "canvas");
export const svgOf = (element: Element): SVGSVGElement => find(element, "svg");

export const paintArray = (canvas: HTMLCanvasElement, { values, shape }: Tensor, scale: ScaleTable): void => {
  const [rows, columns] = shape as [number, number];
  paintValues(canvas, rows, columns, scale, (row, column) => values[row * columns + column] as number);
};

export interface Padded {
  tall: number;
  wide: number;
  top: number;
  left: number;
}

/** The size of the input with the zeros around it. */
export function padded(data: Data): Padded {
  if (data.kind !== "kernel") return { tall: data.height, wide: data.width, top: 0, left: 0 };
  const [top, left] = data.zeros;
  const reach = (count: number) => (count - 1) * data.stride + data.window;
  return {
    tall: Math.max(reach(data.rows), data.height + top),
    wide: Math.max(reach(data.columns), data.width + left),
    top,
    left,
  };
}

// A hatched ring marks the zeros.

function markPadding(svg: SVGSVGElement, data: Data, { tall, wide, top, left }: Padded): void {
  if (tall === data.height && wide === data.width) return;
  const ring = `M0 0H${wide}V${tall}H0Z M${left} ${top}v${data.height}h${data.width}v${-data.height}Z`;
  find<SVGGElement>(svg, ".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}

/** Whether the input is the picture itself, shown in its colours. */
export const showsPicture = (data: Data): boolean => data.kind === "pixel" || (data.kind === "kernel" && data.picture);

export function paintInput(root: HTMLElement, data: MapData, place: number): void {
  const element = plateOf(root, "input");
  const size = padded(data);
  const { tall, wide, top, left } = size;
  if (showsPicture(data)) {
    const level = (value: number) => (data.kind === "pixel" ? value : Math.round((value + 1) * 127.5));
    paintCells(canvasOf(element), tall, wide, (row, column) => {
      const colour = (c: number) => level(inputAt(data, row - top, column - left, c));
      return [colour(0), colour(1), colour(2)];
    });
  } else if (data.kind !== "pixel") {
    const at = (row: number, column: number) => inputAt(data, row - top, column - left, place);
    paintValues(canvasOf(element), tall, wide, data.scales.input, at);
  }
  markPadding(svgOf(element), data, size);
}

// Moving parts: attributes of nodes that are already there

export function frame(svg: SVGSVGElement, row: number, column: number, tall = 1, wide = tall): void {
  for (const kind of [".halo", ".frame"]) {
    setAttributes(find(svg, kind), { x: column, y: row, width: wide, height: tall });
  }
}

export function markWinner(svg: SVGSVGElement, cell: Cell | null): void {
  const size = cell ? 1 : 0;
  setAttributes(find(svg, ".winner"), { x: cell?.column ?? 0, y: cell?.row ?? 0, width: size, height: size });
}

/** What the pointer is over, as a row and column of the plate, kept inside it. */
export function plateCell(point: Point, element: HTMLElement): Cell {
  const { width, height } = canvasOf(element);
  return cellUnder(point, element, height, width);
}

export const dot = (name: string): string =>
  ["red", "green", "blue"].includes(name) ? `<i class="dot ${name}"></i>` : "";

/** The HTML of a scale: its colours and its ends. */
export function legendOf(scale: ScaleTable, about = ""): string {
  const middle = scale.stops.length === 3 ? "<span>0</span>" : "";
  const [low, high] = [fixed(scale.low, 2), fixed(scale.high, 2)];
  return `<div class="legend"><i data-style="background:${gradient(scale.stops)}"></i>
    <div><span>${low}</span>${middle}<span>${high}</span></div>${about && `<p>${about}</p>`}</div>`;
}
