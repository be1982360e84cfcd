// A window slides over an input; its output cell, and the sum behind that cell, follow it. Nothing is sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintCells } from "./shared/canvas.ts";
import { along, css, gradient, inkOn, type Rgb, rgb, type Scale, shareOf } from "./shared/colours.ts";
import { escapeHtml, fill, find, findAll, focusedIn, lasting, type Mount } from "./shared/dom.ts";
import {
  ARROWS,
  byHand,
  type Cell,
  cellUnder,
  handle,
  isEnter,
  type Point,
  prefersCalm,
  showTitlesOnLongPress,
} from "./shared/input.ts";
import { addUp, clamp, exact, fixed, largest, near } from "./shared/numbers.ts";

const STEP_MILLISECONDS = 250;
const FEW_CELLS = 400; // up to which a grid is drawn

interface Facts {
  window: number;
  stride: number;
  dilation: number;
  before: number; // rows and columns of zeros above and left
  after: number; // below and right
  bias: number;
  rules: string[]; // "dot", "max" or "mean": one an output
  titles: string[];
  input_title: string;
  picture: boolean;
  winners: boolean;
  channel_names: string[];
  scales: { input: Scale; output: Scale };
  products: Scale;
}

export interface WindowMap extends Facts {
  input: Float32Array; // (height, width, channels)
  kernel: Float32Array; // (window, window, channels)
  outputs: Float32Array; // (rows, columns, maps)
  height: number;
  width: number;
  channels: number;
  rows: number;
  columns: number;
  maps: number;
}

interface State extends Cell {
  map: WindowMap;
  pinned: boolean;
  timer: number;
}

const states = new WeakMap<HTMLElement, State>(); // by place, so that new data keep the cell, the pin and the walk

export default lasting(function walkingWindow({ data, parentElement }: Mount<Uint8Array | WindowMap>): () => void {
  const place = find(parentElement, ".walk");
  const map = data instanceof Uint8Array ? readMap(data) : data;
  const known = states.get(place);
  const middle = { row: Math.floor(map.rows / 2), column: Math.floor(map.columns / 2) };
  const state = known ?? { map, ...middle, pinned: false, timer: 0 };
  Object.assign(state, { map }, limited(map, state.row, state.column));
  if (!known) {
    states.set(place, state);
    if (!prefersCalm()) start(place, state);
  }
  build(place, state);
  show(place, state, false);
  showTitlesOnLongPress(place);
  return () => stop(state);
});

export function readMap(bytes: Uint8Array): WindowMap {
  const { facts, floats } = openBlob<Facts>(bytes);
  const [input, kernel, outputs] = [floats("input"), floats("kernel"), floats("outputs")];
  const [height, width, channels] = input.shape as [number, number, number];
  const [rows, columns, maps] = outputs.shape as [number, number, number];
  const arrays = { input: input.values, kernel: kernel.values, outputs: outputs.values };
  return { ...facts, ...arrays, height, width, channels, rows, columns, maps };
}

// Arithmetic

const spanOf = (map: WindowMap): number => (map.window - 1) * map.dilation + 1;

const isInside = (map: WindowMap, y: number, x: number): boolean => y >= 0 && x >= 0 && y < map.height && x < map.width;

const inputAt = (map: WindowMap, y: number, x: number, channel: number): number =>
  isInside(map, y, x) ? (map.input[(y * map.width + x) * map.channels + channel] as number) : 0;

const outputAt = (map: WindowMap, row: number, column: number, which: number): number =>
  map.outputs[(row * map.columns + column) * map.maps + which] as number;

export interface Seen {
  y: number;
  x: number;
  value: number;
  weight: number;
  padding: boolean;
}

/** Every cell of the window over output cell (row, column): where it is and what it holds. */
export function seenBy(map: WindowMap, row: number, column: number, channel: number): Seen[] {
  const cells: Seen[] = [];
  for (let i = 0; i < map.window; i++) {
    for (let j = 0; j < map.window; j++) {
      const y = row * map.stride - map.before + i * map.dilation;
      const x = column * map.stride - map.before + j * map.dilation;
      const weight = map.kernel[(i * map.window + j) * map.channels + channel] as number;
      cells.push({ y, x, value: inputAt(map, y, x, channel), weight, padding: !isInside(map, y, x) });
    }
  }
  return cells;
}

export const dotProduct = (cells: Seen[]): number => addUp(cells.map((cell) => cell.value * cell.weight));

/** The sum over all channels and the bias. */
export function dotTotal(map: WindowMap, row: number, column: number): number {
  const channels = Array.from({ length: map.channels }, (_, channel) => dotProduct(seenBy(map, row, column, channel)));
  return addUp(channels) + map.bias;
}

export function poolValue(rule: string, cells: Seen[]): number {
  const values = cells.map((cell) => cell.value);
  return rule === "max" ? Math.max(...values) : addUp(values) / values.length;
}

/** The cell with the largest value; none where all are equal. */
export function winnerOf(cells: Seen[]): Seen | null {
  const best = cells[largest(cells.map((cell) => cell.value))];
  return best && cells.some((cell) => cell.value < best.value) ? best : null;
}

const limited = (map: WindowMap, row: number, column: number): Cell => ({
  row: clamp(row, 0, map.rows - 1),
  column: clamp(column, 0, map.columns - 1),
});

// Colours

const colour = (value: number, scale: Scale): Rgb => along(scale.stops.map(rgb), shareOf(value, scale));

function ground(value: number, scale: Scale): string {
  const paint = colour(value, scale);
  return `background:${css(paint)};color:${inkOn(paint)}`;
}

// The parts that change only with the data

const padded = (map: WindowMap): { height: number; width: number } => ({
  height: map.height + map.before + map.after,
  width: map.width + map.before + map.after,
});

function build(place: HTMLElement, state: State): void {
  const { map } = state;
  const focused = focusedIn(place)?.dataset.part;
  const total = padded(map);
  const outputs = map.rules.map((_, which) => plate(`output${which}`, map.titles[which] ?? "", map.rows, map.columns));
  const scale = map.picture ? "" : legend(map.scales.input);
  fill(
    place,
    `
    <div class="bar">
      <button type="button" data-part="play"></button>
      <span class="hint"></span>
    </div>
    <div class="board ${map.maps > 1 ? "several" : ""}">
      <div class="from">${plate("input", map.input_title, total.height, total.width, sizeOf(map))}${scale}</div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell" tabindex="0" data-part="sum"></div>
      <div class="to"><div class="outs">${outputs.join("")}</div>${legend(map.scales.output)}</div>
    </div>
    <p class="words" aria-live="polite"></p>`,
  );
  paintInput(place, map, total);
  map.rules.forEach((_, which) => paintOutput(place, map, which));
  if (map.winners) markWinners(place, map);
  listen(place, state);
  if (focused) place.querySelector<HTMLElement>(`[data-part="${focused}"]`)?.focus();
}

function sizeOf(map: WindowMap): string {
  const zeros = map.before === map.after ? `${map.before}` : `${map.before} and ${map.after}`;
  return `${map.height}×${map.width}${map.before || map.after ? ` + padding ${zeros}` : ""}`;
}

function plate(name: string, title: string, rows: number, columns: number, size = `${rows}×${columns}`): string {
  const grid = rows * columns <= FEW_CELLS ? gridLines(rows, columns) : "";
  return `
    <figure>
      <figcaption>${escapeHtml(title)} <small>${size}</small></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" tabindex="0" role="application"
        aria-label="${escapeHtml(title)}, ${rows} by ${columns}. Arrow keys move the window; Enter pins it."
        data-style="aspect-ratio:${columns}/${rows}">
        <canvas width="${columns}" height="${rows}" aria-hidden="true"></canvas>
        <svg viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">
          ${grid}<g class="still"></g><g class="moving"></g>
        </svg>
      </div>
    </figure>`;
}

function gridLines(rows: number, columns: number): string {
  const down = Array.from({ length: columns - 1 }, (_, i) => `M${i + 1} 0V${rows}`);
  const across = Array.from({ length: rows - 1 }, (_, i) => `M0 ${i + 1}H${columns}`);
  return `<path class="grid" d="${[...down, ...across].join("")}"/>`;
}

function legend(scale: Scale): string {
  const middle = scale.low < 0 ? "<span>0</span>" : "";
  return `<div class="legend"><i data-style="background:${gradient(scale.stops)}"></i>
    <div><span>${fixed(scale.low, 2)}</span>${middle}<span>${fixed(scale.high, 2)}</span></div></div>`;
}

const plateOf = (place: HTMLElement, name: string): HTMLElement => find(place, `[data-name="${name}"]`);
const canvasOf = (element: HTMLElement): HTMLCanvasElement => find(element, "canvas");

function paintInput(place: HTMLElement, map: WindowMap, total: { height: number; width: number }): void {
  const element = plateOf(place, "input");
  const { before: b } = map;
  const at = (y: number, x: number, channel: number) => inputAt(map, y - b, x - b, channel);
  const level = (y: number, x: number, channel: number) => Math.round((at(y, x, channel) + 1) * 127.5);
  paintCells(canvasOf(element), total.height, total.width, (y, x) =>
    map.picture ? [level(y, x, 0), level(y, x, 1), level(y, x, 2)] : colour(at(y, x, 0), map.scales.input),
  );
  if (!map.before && !map.after) return;
  const ring = `M0 0H${total.width}V${total.height}H0ZM${b} ${b}V${b + map.height}H${b + map.width}V${b}Z`;
  find(element, ".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}

function paintOutput(place: HTMLElement, map: WindowMap, which: number): void {
  const canvas = canvasOf(plateOf(place, `output${which}`));
  paintCells(canvas, map.rows, map.columns, (y, x) => colour(outputAt(map, y, x, which), map.scales.output));
}

const cellPath = (map: WindowMap, { y, x }: Seen): string => `M${x + map.before} ${y + map.before}h1v1h-1z`;

function markWinners(place: HTMLElement, map: WindowMap): void {
  let path = "";
  for (let row = 0; row < map.rows; row++) {
    for (let column = 0; column < map.columns; column++) {
      const best = winnerOf(seenBy(map, row, column, 0));
      if (best) path += cellPath(map, best);
    }
  }
  find(plateOf(place, "input"), ".still").innerHTML += `<path class="winners" d="${path}"/>`;
}

// What follows the window

function show(place: HTMLElement, state: State, aloud = true): void {
  const { map, row, column } = state;
  const span = spanOf(map);
  const cells = seenBy(map, row, column, 0);
  const taps = cells.map((cell) => cellPath(map, cell)).join("");
  find(plateOf(place, "input"), ".moving").innerHTML =
    `<path class="taps" d="${taps}"/>${frame(row * map.stride, column * map.stride, span)}${winnerMark(map, cells)}`;
  map.rules.forEach((_, which) => {
    find(plateOf(place, `output${which}`), ".moving").innerHTML = frame(row, column, 1);
  });
  fill(find(place, ".sum"), map.rules[0] === "dot" ? dotSum(state) : poolSum(state));
  find(place, ".hint").textContent = hint(state);
  const button = find(place, "button");
  button.textContent = state.timer ? "❚❚ Pause" : "▶ Play";
  button.setAttribute("aria-label", state.timer ? "Pause the window" : "Play: the window moves by itself");
  if (!state.timer && aloud) find(place, ".words").textContent = inWords(state);
  place.dataset.row = String(row);
  place.dataset.column = String(column);
}

function frame(row: number, column: number, side: number): string {
  const at = `x="${column}" y="${row}" width="${side}" height="${side}"`;
  return `<rect class="halo" ${at}/><rect class="frame" ${at}/>`;
}

function winnerMark(map: WindowMap, cells: Seen[]): string {
  const best = map.rules.includes("max") ? winnerOf(cells) : null;
  if (!best) return "";
  return `<rect class="winner" x="${best.x + map.before}" y="${best.y + map.before}" width="1" height="1"/>`;
}

function hint({ timer, pinned }: State): string {
  if (timer)
    return byHand("Point at either side to move the window yourself.", "Tap either side to move the window yourself.");
  if (pinned) {
    return byHand("Pinned. Click the cell again or press Escape to unpin it.", "Drag the window, or tap another cell.");
  }
  return byHand(
    "Point at a cell on either side; click to pin it; arrow keys move it.",
    "Drag the window, or tap a cell.",
  );
}

const nameOf = (map: WindowMap, channel: number): string => map.channel_names[channel] ?? `map ${channel}`;

// The dot product: a grid of value × weight for every channel, their sums, the bias, the cell

function dotSum({ map, row, column }: State): string {
  const sums: number[] = [];
  const grids = Array.from({ length: map.channels }, (_, channel) => {
    const cells = seenBy(map, row, column, channel);
    const sum = dotProduct(cells);
    sums.push(sum);
    const name = escapeHtml(nameOf(map, channel));
    return `
      <div class="channel"><div class="name"><i class="dot ${name}"></i>
        ${name} <b>${fixed(sum, 3)}</b></div>
        <div class="cells ${map.window > 3 ? "wide" : ""}" data-style="--n:${map.window}">
          ${cells.map((cell) => product(cell, map)).join("")}</div>
      </div>`;
  });
  const total = dotTotal(map, row, column);
  const out = outputAt(map, row, column, 0);
  const parts = map.channels <= 3 ? sums.map((sum) => fixed(sum, 3)).join(" + ") : fixed(addUp(sums), 3);
  const verdict = near(total, out) ? `✓ row ${row}, column ${column} of the map` : "≠ the map";
  return `<div class="channels">${grids.join("")}</div>
    <div class="total" data-sum="${total}" data-output="${out}" title="${exact(total)}">
      <span>${negativesBracketed(`${parts} + ${fixed(map.bias, 3)}`)} <small>bias</small> =</span>
      <b data-style="${ground(out, map.scales.output)}">${fixed(total, 3)}</b>
      <small>${verdict}</small></div>`;
}

const negativesBracketed = (text: string): string => text.replace(/\+ (−[\d.]+)/g, "+ ($1)");

function product({ value, weight, padding }: Seen, map: WindowMap): string {
  const full = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
  const style = ground(value * weight, map.products);
  return `<div class="${padding ? "cell padding" : "cell"}" data-style="${style}" title="${full}">
    <span>${fixed(value, 2)}</span><span>×${fixed(weight, 2)}</span></div>`;
}

// Pooling: the window's values once, the winner outlined, the mean written out

function poolSum({ map, row, column }: State): string {
  const cells = seenBy(map, row, column, 0);
  const best = winnerOf(cells);
  const boxes = cells.map((cell) => {
    const name = cell === best ? "cell value best" : "cell value";
    const style = ground(cell.value, map.scales.input);
    return `<div class="${name}" data-style="${style}" title="${exact(cell.value)}">${fixed(cell.value, 2)}</div>`;
  });
  const lines = map.rules.map((rule, which) => {
    const out = outputAt(map, row, column, which);
    const value = poolValue(rule, cells);
    const mean = `(${cells.map((cell) => fixed(cell.value, 2)).join(" + ")}) / ${cells.length}`;
    return `<div class="total" data-sum="${value}" data-output="${out}" title="${exact(value)}">
      <span><b class="rule">${rule === "max" ? "Max" : "Average"}</b> ${rule === "max" ? "largest" : mean} =</span>
      <b data-style="${ground(out, map.scales.output)}">${fixed(out, 3)}</b>
      <small>${near(value, out) ? "✓" : "≠ the map"}</small></div>`;
  });
  const note = best ? "its largest value is outlined" : "all values are equal";
  return `<div class="channels"><div class="channel"><div class="name">The window: ${note}</div>
    <div class="cells" data-style="--n:${map.window}">${boxes.join("")}</div></div></div>${lines.join("")}`;
}

function inWords({ map, row, column }: State): string {
  const at = `Row ${row}, column ${column}: `;
  if (map.rules[0] !== "dot") {
    const cells = seenBy(map, row, column, 0);
    const values = cells.map((cell) => fixed(cell.value, 2)).join(", ");
    const results = map.rules.map(
      (rule) => `${rule === "max" ? "maximum" : "average"} ${fixed(poolValue(rule, cells), 3)}`,
    );
    return `${at}the window holds ${values}; ${results.join(", ")}.`;
  }
  const parts = Array.from(
    { length: map.channels },
    (_, channel) => `${nameOf(map, channel)} ${fixed(dotProduct(seenBy(map, row, column, channel)), 3)}`,
  );
  return `${at}${parts.join(", ")}, bias ${fixed(map.bias, 3)}; sum ${fixed(outputAt(map, row, column, 0), 3)}.`;
}

// Pointer, touch and keys

function listen(place: HTMLElement, state: State): void {
  for (const element of findAll(place, ".plate")) {
    const moveTo = (point: Point) => {
      const cell = windowUnder(point, element, state.map);
      const moved = cell.row !== state.row || cell.column !== state.column;
      if (moved) go(place, state, cell);
      return moved;
    };
    handle(element, {
      handle: () => element.querySelector(".frame"),
      hover: (point) => {
        const walked = state.timer !== 0;
        stop(state);
        if (walked) state.pinned = false;
        if (!state.pinned && !moveTo(point) && walked) show(place, state);
      },
      press: () => {
        if (!state.timer) return;
        stop(state);
        show(place, state);
      },
      drag: (point) => {
        state.pinned = true;
        moveTo(point);
      },
      choose: (point) => {
        const cell = windowUnder(point, element, state.map);
        state.pinned = !(state.pinned && cell.row === state.row && cell.column === state.column);
        go(place, state, cell);
      },
    });
    element.onkeydown = (event) => press(event, place, state);
  }
  find(place, "button").onclick = () => {
    if (state.timer) stop(state);
    else start(place, state);
    show(place, state);
  };
}

/** The output cell whose window's middle is nearest to a point of the input, or the cell under it on an output. */
function windowUnder(point: Point, element: HTMLElement, map: WindowMap): Cell {
  if (element.dataset.name !== "input") return cellUnder(point, element, map.rows, map.columns);
  const total = padded(map);
  const { row, column } = cellUnder(point, element, total.height, total.width);
  const middle = (spanOf(map) - 1) / 2;
  return limited(map, Math.round((row - middle) / map.stride), Math.round((column - middle) / map.stride));
}

function press(event: KeyboardEvent, place: HTMLElement, state: State): void {
  const step = ARROWS[event.key];
  if (!step && !isEnter(event) && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(state);
  state.pinned = step ? true : isEnter(event) && !state.pinned;
  const [down, right] = step ?? [0, 0];
  go(place, state, limited(state.map, state.row + down, state.column + right));
}

function go(place: HTMLElement, state: State, { row, column }: Cell): void {
  Object.assign(state, { row, column });
  show(place, state);
}

function start(place: HTMLElement, state: State): void {
  state.pinned = false;
  state.timer = window.setInterval(() => {
    if (!document.hidden) walk(place, state);
  }, STEP_MILLISECONDS);
}

function stop(state: State): void {
  clearInterval(state.timer);
  state.timer = 0;
}

function walk(place: HTMLElement, state: State): void {
  const { rows, columns } = state.map;
  const next = (state.row * columns + state.column + 1) % (rows * columns);
  go(place, state, { row: Math.floor(next / columns), column: next % columns });
}
