// A map before and after a function, and the curve between them: one cell is marked in all three.
import { paintValues } from "./shared/canvas.ts";
import { type Scale, withTable } from "./shared/colours.ts";
import { find, findAll, type Mount, setAttributes } from "./shared/dom.ts";
import { ARROWS, cellUnder, handle, type Point } from "./shared/input.ts";
import { adaptive, clamp } from "./shared/numbers.ts";

export interface Cells {
  before: number[];
  after: number[];
  slope: number[];
  width: number;
  name: string;
  scale: Scale; // of both maps
  veiled: boolean; // the map after is held back
  captions: string[];
  plot: string; // SVG
  axes: Record<"x_start" | "x_step" | "y_start" | "y_step" | "slope_start" | "slope_step", number>;
}

export default function cells({ data, parentElement }: Mount<Cells>): void {
  const root = find(parentElement, ".cells");
  const rows = data.before.length / data.width;
  const scale = withTable(data.scale);
  const plot = find(root, ".plot");
  if (plot.dataset.shown !== data.plot) {
    plot.innerHTML = data.plot;
    plot.dataset.shown = data.plot;
  }
  const markAt = (row: number, column: number) =>
    mark(root, data, clamp(row, 0, rows - 1) * data.width + clamp(column, 0, data.width - 1));

  findAll(root, ".grid").forEach((grid, i) => {
    const caption = data.captions[i] ?? "";
    const veiled = data.veiled && i === 1;
    grid.classList.toggle("veiled", veiled);
    grid.tabIndex = veiled ? -1 : 0;
    const values = i ? data.after : data.before;
    const valueAt = (row: number, column: number) => values[row * data.width + column] ?? Number.NaN;
    if (!veiled) paintValues(find<HTMLCanvasElement>(grid, "canvas"), rows, data.width, scale, valueAt);
    grid.setAttribute("role", "application");
    grid.setAttribute("aria-label", `${caption}. Arrow keys move from cell to cell.`);
    find(grid.parentElement as HTMLElement, "figcaption").textContent = caption;
    const point = (at: Point) => {
      const cell = cellUnder(at, grid, rows, data.width);
      markAt(cell.row, cell.column);
    };
    handle(grid, veiled ? {} : { handle: () => grid.querySelector("i"), hover: point, drag: point, choose: point });
    grid.onkeydown = (event) => {
      const step = ARROWS[event.key];
      if (!step || veiled) return;
      event.preventDefault();
      const place = Number(root.dataset.place);
      markAt(Math.floor(place / data.width) + step[0], (place % data.width) + step[1]);
    };
  });
  const nearest = (at: Point) => {
    const svg = find<SVGSVGElement>(plot, "svg");
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = ((at.clientX - box.left) * scale - data.axes.x_start) / data.axes.x_step;
    const apart = data.before.map((value) => Math.abs(value - x));
    mark(root, data, apart.indexOf(Math.min(...apart)));
  };
  handle(plot, { handle: () => plot.querySelector(".here"), hover: nearest, drag: nearest, choose: nearest });

  const kept = Number(root.dataset.place ?? Number.NaN);
  mark(root, data, kept < data.before.length ? kept : data.before.indexOf(Math.min(...data.before)));
}

function mark(root: HTMLElement, data: Cells, place: number): void {
  root.dataset.place = String(place);
  const rows = data.before.length / data.width;
  const row = Math.floor(place / data.width);
  const column = place % data.width;
  const at = (values: number[]) => values[place] ?? 0;
  const [x, y, slope] = [at(data.before), at(data.after), at(data.slope)];
  for (const box of findAll(root, ".grid i")) {
    box.style.left = `${(100 * column) / data.width}%`;
    box.style.top = `${(100 * row) / rows}%`;
    box.style.width = `${100 / data.width}%`;
    box.style.height = `${100 / rows}%`;
  }
  const { axes } = data;
  const across = axes.x_start + axes.x_step * x;
  const up = axes.y_start + axes.y_step * y;
  const steep = axes.slope_start + axes.slope_step * slope;
  const here = find<SVGElement>(root, ".plot .here");
  setAttributes(here, { visibility: "visible" });
  setAttributes(find(here, '[data-of="y"]'), { cx: across, cy: up });
  setAttributes(find(here, '[data-of="slope"]'), { cx: across, cy: steep });
  setAttributes(find(here, ".ray"), { d: `M${across} ${axes.y_start}V${up}V${steep}` });
  find(root, ".says").textContent =
    `Row ${row}, column ${column}:  x = ${adaptive(x)}  →  ${data.name}(x) = ${adaptive(y)},  slope ${adaptive(slope)}`;
}
