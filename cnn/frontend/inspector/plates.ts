// @ts-nocheck
import { escapeHtml, inputAt, stepOf } from "./numbers.ts";

const COLOUR_NAMES = ["red", "green", "blue"];

// A plate shows `tall` × `wide` cells; `side` says whether they are cells of the input or of the output.

export function plate(name, side, title, tall, wide, label) {
  const lines = tall * wide <= 400 ? gridLines(tall, wide) : "";
  return `
    <figure class="map ${tall * 4 < wide ? "flat" : ""}">
      <figcaption><span>${title}</span> <b class="under" data-under="${name}"></b></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" data-side="${side}" tabindex="0" role="application"
        aria-label="${escapeHtml(label)}, ${tall} by ${wide}. Arrow keys move the cell; Enter pins it."
        style="aspect-ratio:${wide}/${tall}">
        <canvas width="${wide}" height="${tall}"></canvas>
        <svg viewBox="0 0 ${wide} ${tall}" preserveAspectRatio="none" aria-hidden="true">
          ${lines}<g class="still"></g>
          <path class="taps"/><rect class="halo"/><rect class="frame"/><rect class="winner"/>
        </svg>
      </div>
    </figure>`;
}

function gridLines(tall, wide) {
  const down = Array.from({ length: wide - 1 }, (_, i) => `M${i + 1} 0V${tall}`);
  const across = Array.from({ length: tall - 1 }, (_, i) => `M0 ${i + 1}H${wide}`);
  return `<path class="grid" d="${[...down, ...across].join("")}"/>`;
}

export const found = (root, name) => root.querySelector(`[data-name="${name}"]`);

// Painting: `valueOf(row, column)` is a number, or nan for a cell that is not there

export function paint(canvas, tall, wide, scale, valueOf) {
  paintColours(canvas, tall, wide, (row, column) => {
    const value = valueOf(row, column);
    return Number.isNaN(value) ? null : scale.table[stepOf(value, scale)];
  });
}

function paintColours(canvas, tall, wide, colourOf) {
  const context = canvas.getContext("2d");
  if (!context) return; // no canvas here: the numbers and the table say it all
  const image = context.createImageData(wide, tall);
  for (let row = 0, at = 0; row < tall; row++) {
    for (let column = 0; column < wide; column++, at += 4) {
      const colour = colourOf(row, column);
      if (!colour) continue;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

export const paintArray = (canvas, { values, shape }, scale) =>
  paint(canvas, shape[0], shape[1], scale, (row, column) => values[row * shape[1] + column]);

// The input with the zeros around it; a hatched ring marks them

export function padded(look) {
  if (look.op !== "conv") return { tall: look.height, wide: look.width, top: 0, left: 0 };
  const [top, left] = look.zeros;
  const reach = (count) => (count - 1) * look.stride + look.window;
  return {
    tall: Math.max(reach(look.rows), look.height + top),
    wide: Math.max(reach(look.columns), look.width + left),
    top,
    left,
  };
}

function markPadding(svg, look, { tall, wide, top, left }) {
  if (tall === look.height && wide === look.width) return;
  const ring = `M0 0H${wide}V${tall}H0Z M${left} ${top}v${look.height}h${look.width}v${-look.height}Z`;
  svg.querySelector(".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}

export function paintInput(root, look, place) {
  const element = found(root, "input");
  const { tall, wide, top, left } = padded(look);
  const canvas = element.querySelector("canvas");
  if (look.picture || look.op === "pixel") {
    const half = look.op === "pixel" ? (value) => value : (value) => Math.round((value + 1) * 127.5);
    paintColours(canvas, tall, wide, (row, column) =>
      [0, 1, 2].map((colour) => half(inputAt(look, row - top, column - left, colour))),
    );
  } else {
    paint(canvas, tall, wide, look.scales.input, (row, column) => inputAt(look, row - top, column - left, place));
  }
  markPadding(element.querySelector("svg"), look, { tall, wide, top, left });
}

// Moving parts: attributes of nodes that are already there

export function frame(svg, row, column, tall = 1, wide = tall) {
  for (const kind of [".halo", ".frame"]) {
    const rect = svg.querySelector(kind);
    rect.setAttribute("x", column);
    rect.setAttribute("y", row);
    rect.setAttribute("width", wide);
    rect.setAttribute("height", tall);
  }
}

export function mark(svg, row, column) {
  const rect = svg.querySelector(".winner");
  rect.setAttribute("x", column ?? 0);
  rect.setAttribute("y", row ?? 0);
  rect.setAttribute("width", row === null ? 0 : 1);
  rect.setAttribute("height", row === null ? 0 : 1);
}

// What the pointer is over, as a row and column of the plate, kept inside it

export function cellUnder(event, element) {
  const box = element.getBoundingClientRect();
  const { width: wide, height: tall } = element.querySelector("canvas");
  const limit = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
  return [limit((event.clientY - box.top) / box.height, tall), limit((event.clientX - box.left) / box.width, wide)];
}

export const sourceName = (look, number) => look.source_names?.[number] ?? `map ${number}`;

export const dot = (name) => (COLOUR_NAMES.includes(name) ? `<i class="dot ${name}"></i>` : "");
