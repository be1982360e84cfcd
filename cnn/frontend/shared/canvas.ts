// Pixels on a canvas: one per cell, enlarged by the page without smoothing.
import { colourOf, type Rgb, type ScaleTable } from "./colours.ts";

/** Paint `rows` × `columns` cells; a cell without a colour stays empty. */
export function paintCells(
  canvas: HTMLCanvasElement,
  rows: number,
  columns: number,
  colourAt: (row: number, column: number) => Rgb | null,
): void {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return; // no canvas here: the numbers and the table say it all
  const image = context.createImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const colour = colourAt(row, column);
      if (!colour) continue;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Paint numbers; NaN is a cell that is not there. */
export function paintValues(
  canvas: HTMLCanvasElement,
  rows: number,
  columns: number,
  scale: ScaleTable,
  valueAt: (row: number, column: number) => number,
): void {
  paintCells(canvas, rows, columns, (row, column) => {
    const value = valueAt(row, column);
    return Number.isNaN(value) ? null : colourOf(value, scale);
  });
}

/** Paint a picture (height, width, 3), its colours from 0 to 255. */
export function paintPicture(
  canvas: HTMLCanvasElement,
  pixels: ArrayLike<number>,
  rows: number,
  columns: number,
): void {
  paintCells(canvas, rows, columns, (row, column) => pixelAt(pixels, row * columns + column));
}

export function pixelAt(pixels: ArrayLike<number>, place: number): Rgb {
  return [pixels[3 * place] as number, pixels[3 * place + 1] as number, pixels[3 * place + 2] as number];
}
