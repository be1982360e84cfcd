// Home's network, alive: a picture flows through it from column to column, then a cell of the last maps walks, and with
// it what it depends on in every column before it, back to the picture. The pointer takes the walk over. A press stops
// it, and where the system asks for less motion it does not begin by itself.
import { find, findAll, lasting, type Mount, make, makeButton, makeSvg } from "./shared/dom.ts";
import { markEdges } from "./shared/edges.ts";
import { byHand, isEnter, prefersCalm } from "./shared/input.ts";
import { clamp } from "./shared/numbers.ts";

const WAVE = 190; // milliseconds from column to column
const WALK = 420; // milliseconds a cell

/** One shown layer as cnn/figures/drawing.py writes it: its maps, and how its windows lie on the column before. */
export interface Column {
  name: string;
  rows: number;
  columns: number;
  across: number; // maps side by side
  count: number; // maps that are shown
  tile: number; // pixels of the sheet that a map is wide
  pitch: number; // from map to map
  wide: number; // of the sheet
  mixes: boolean; // each of its maps reads all maps before it
  size: number;
  stride: number;
  before: number; // zeros
}

/** Cells from `top` up to but without `bottom`, and as many across; `map` is null for all maps. */
export interface Field {
  map: number | null;
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** What one cell depends on in each column up to its own, which comes last. */
export function fieldsOf(columns: Column[], at: number, map: number, row: number, column: number): Field[] {
  const fields: Field[] = [{ map, top: row, left: column, bottom: row + 1, right: column + 1 }];
  for (let i = at; i > 0; i--) {
    const { size, stride, before, mixes } = columns[i] as Column;
    const own = fields[0] as Field;
    const source = columns[i - 1] as Column;
    const low = (cell: number) => Math.max(0, cell * stride - before);
    const high = (cell: number, side: number) => Math.min(side, (cell - 1) * stride - before + size);
    fields.unshift({
      map: mixes ? null : own.map,
      top: low(own.top),
      left: low(own.left),
      bottom: high(own.bottom, source.rows),
      right: high(own.right, source.columns),
    });
  }
  return fields;
}

interface State {
  place: HTMLElement;
  svg: SVGSVGElement;
  groups: SVGGElement[];
  images: SVGImageElement[];
  columns: Column[];
  frames: SVGPathElement[];
  words: HTMLElement;
  button: HTMLButtonElement;
  playing: boolean;
  held: boolean; // the pointer is on it
  at: number; // cell that walks
  timer: number;
}

const states = new WeakMap<HTMLElement, State>();

export default lasting(function flow({ data, parentElement, setTriggerValue }: Mount<{ svg: string }>): () => void {
  const place = find(parentElement, ".drawing");
  if (place.dataset.shown !== data.svg) show(place, data.svg);
  const choose = (event: Event) => {
    const layer = (event.target as Element).closest<SVGElement>("[data-layer]");
    if (!layer) return;
    globalThis.cnnLabOpens = layer.dataset.layer;
    setTriggerValue("layer", layer.dataset.layer);
  };
  find(place, ".stage").onclick = choose;
  find(place, ".stage").onkeydown = (event) => {
    if (!isEnter(event)) return;
    event.preventDefault();
    choose(event);
  };
  return () => clearTimeout(states.get(place)?.timer);
});

function show(place: HTMLElement, drawn: string): void {
  const before = states.get(place);
  clearTimeout(before?.timer);
  const playing = before?.playing ?? !prefersCalm();
  const left = place.querySelector(".stage")?.scrollLeft ?? 0;
  place.replaceChildren();
  place.dataset.shown = drawn;
  const frame = make("div", place, "edges");
  const stage = make("div", frame, "stage");
  stage.innerHTML = drawn;
  stage.scrollLeft = left;
  markEdges(place, frame, stage, "Back to the left", "On to the right")();
  const bar = make("div", place, "bar");
  const button = makeButton(bar, "play", "");
  const svg = find<SVGSVGElement>(stage, "svg");
  const groups = findAll<SVGGElement>(svg, "[data-grid]");
  const layer = makeSvg("g", svg, { class: "seen", "aria-hidden": "true" });
  const state: State = {
    place,
    svg,
    groups,
    images: groups.map((group) => find<SVGImageElement>(group, "image")),
    columns: groups.map(readColumn),
    frames: ["halo", "frame"].map((name) => makeSvg("path", layer, { class: name })),
    words: make("p", bar, "words"),
    button,
    playing,
    held: false,
    at: 0,
    timer: 0,
  };
  states.set(place, state);
  button.onclick = () => {
    state.playing = !state.playing;
    label(state);
    clearTimeout(state.timer);
    if (state.playing) start(state);
  };
  svg.onpointermove = (event) => {
    if (event.pointerType === "mouse") point(state, event);
  };
  svg.onpointerleave = () => {
    state.held = false;
  };
  groups.forEach((group, i) => {
    group.onfocus = () => mark(state, i, 0, middle(state, i));
  });
  label(state);
  if (playing) start(state);
  else mark(state, groups.length - 1, 0, middle(state, groups.length - 1));
}

function readColumn(group: SVGGElement): Column {
  const numbers = (group.dataset.grid ?? "").split(" ").map(Number);
  const [rows, columns, across, count, tile, pitch, wide] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [size, stride, before] = (group.dataset.window ?? "1 1 0").split(" ").map(Number) as [number, number, number];
  const { layer, mixes } = group.dataset;
  return {
    name: layer ?? "",
    rows,
    columns,
    across,
    count,
    tile,
    pitch,
    wide,
    mixes: Boolean(mixes),
    size,
    stride,
    before,
  };
}

function label({ button, playing }: State): void {
  button.textContent = playing ? "❚❚ Stop" : "▶ Play";
  button.setAttribute("aria-label", playing ? "Stop the motion" : "Play: the picture flows through the network");
}

// The wave: each column comes out of the one before it, the bars grow at its end

function start(state: State): void {
  const { groups, images, svg } = state;
  images.forEach((image, i) => {
    if (!i) return;
    image.animate([{ opacity: 0 }, { opacity: 0, offset: 0.3 }, { opacity: 1 }], {
      duration: 2 * WAVE,
      delay: (i - 1) * WAVE,
      fill: "backwards",
    });
    const source = images[i - 1] as SVGImageElement;
    const copy = source.cloneNode() as SVGImageElement;
    copy.setAttribute("class", "copy");
    (groups[i - 1] as SVGGElement).append(copy);
    const [from, to] = [boxIn(svg, source), boxIn(svg, image)];
    const travel = copy.animate(
      [
        { transform: "none", opacity: 0.9 },
        {
          transform: `translate(${to.x - from.x}px, ${to.y - from.y}px) scale(${to.width / from.width}, ${to.height / from.height})`,
          opacity: 0,
        },
      ],
      { duration: 2 * WAVE, delay: (i - 1) * WAVE, easing: "ease-in-out", fill: "backwards" },
    );
    travel.onfinish = travel.oncancel = () => copy.remove();
  });
  const end = images.length * WAVE;
  for (const bar of findAll<SVGRectElement>(svg, ".bar")) {
    bar.animate([{ transform: "scaleX(0)" }, { transform: "none" }], {
      duration: 2 * WAVE,
      delay: end,
      easing: "ease-out",
      fill: "backwards",
    });
  }
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => walk(state), end);
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

// A picture's box in the units of the drawing: it lies in a group that is only moved
function boxIn(svg: SVGSVGElement, image: SVGImageElement): Box {
  const { x, y, width, height } = image.getBBox();
  const group = image.closest<SVGGElement>("g[transform]");
  const matrix = group && svg.contains(group) ? group.transform.baseVal.consolidate()?.matrix : null;
  return { x: x + (matrix?.e ?? 0), y: y + (matrix?.f ?? 0), width, height };
}

function walk(state: State): void {
  if (!state.place.isConnected || !state.playing) return;
  const last = state.columns.length - 1;
  const { rows, columns, count } = state.columns[last] as Column;
  if (!state.held && !document.hidden) {
    const cell = state.at % (rows * columns);
    const map = Math.floor(state.at / (rows * columns)) % count;
    mark(state, last, map, { row: Math.floor(cell / columns), column: cell % columns });
    state.at += 3; // three on, so that a minute passes over the whole map
  }
  state.timer = window.setTimeout(() => walk(state), WALK);
}

// Pointing

function point(state: State, event: PointerEvent): void {
  const group = (event.target as Element).closest<SVGGElement>("[data-grid]");
  const at = group ? state.groups.indexOf(group) : -1;
  const image = state.images[at];
  const column = state.columns[at];
  if (!image || !column) return;
  const box = image.getBoundingClientRect();
  const unit = box.width / column.wide;
  const [x, y] = [(event.clientX - box.left) / unit, (event.clientY - box.top) / unit];
  const [across, down] = [Math.floor(x / column.pitch), Math.floor(y / column.pitch)];
  const map = down * column.across + across;
  if (x < 0 || y < 0 || across >= column.across || map >= column.count) return;
  const within = (offset: number, cells: number) => clamp(Math.floor((offset / column.tile) * cells), 0, cells - 1);
  state.held = true;
  mark(state, at, map, {
    row: within(y - down * column.pitch, column.rows),
    column: within(x - across * column.pitch, column.columns),
  });
}

const middle = ({ columns }: State, at: number) => {
  const { rows, columns: across } = columns[at] as Column;
  return { row: Math.floor(rows / 2), column: Math.floor(across / 2) };
};

function mark(state: State, at: number, map: number, { row, column }: { row: number; column: number }): void {
  const fields = fieldsOf(state.columns, at, map, row, column);
  const path = fields.map((field, i) => outline(state, i, field)).join("");
  for (const frame of state.frames) frame.setAttribute("d", path);
  const seen = fields[0] as Field;
  const { name } = state.columns[at] as Column;
  const size = `${seen.bottom - seen.top}×${seen.right - seen.left} pixels`;
  const hint = byHand("Point at any map to see more.", "");
  state.words.textContent = at
    ? `This cell of ${name}, map ${map}, depends on ${size} of the picture. ${hint}`
    : `The picture: row ${row}, column ${column}.`;
  state.place.dataset.cell = `${name} ${map} ${row} ${column}`;
}

function outline({ svg, images, columns }: State, i: number, field: Field): string {
  const { tile, pitch, wide, across, count, rows, columns: cells } = columns[i] as Column;
  const box = boxIn(svg, images[i] as SVGImageElement);
  const unit = box.width / wide;
  const maps = field.map === null ? Array.from({ length: count }, (_, map) => map) : [field.map];
  return maps
    .filter((map) => map < count)
    .map((map) => {
      const x = box.x + unit * ((map % across) * pitch + (tile * field.left) / cells);
      const y = box.y + unit * (Math.floor(map / across) * pitch + (tile * field.top) / rows);
      const width = (unit * tile * (field.right - field.left)) / cells;
      const height = (unit * tile * (field.bottom - field.top)) / rows;
      return `M${x} ${y}h${width}v${height}h${-width}z`;
    })
    .join("");
}
