// The lines between the columns of the overview, in one SVG behind them. Quiet ones join what is shown; bright
// ones join the map under the pointer with what it reads.
import { makeSvg, zoomOf } from "../shared/dom.ts";
import { type Anchor, type Column, columnOf, partOf, type State } from "./state.ts";

// Where the maps of every column are, by layer name: its sides, and the middle height of each thing in it
function anchorsOf(state: State): Record<string, Anchor> {
  const origin = state.columns.getBoundingClientRect();
  const zoom = zoomOf(state.columns); // the lines are drawn in the pixels of the page before large type enlarges it
  const found: Record<string, Anchor> = {};
  for (const column of state.facts.columns) {
    const { body, items } = partOf(state, column.name);
    const shown = items.filter((item) => !item.hidden);
    const boxes = (shown.length ? shown.map((item) => item.spot ?? item) : [body]).map((one) =>
      one.getBoundingClientRect(),
    );
    found[column.name] = {
      left: (Math.min(...boxes.map((box) => box.left)) - origin.left) / zoom,
      right: (Math.max(...boxes.map((box) => box.right)) - origin.left) / zoom,
      top: (Math.min(...boxes.map((box) => box.top)) - origin.top) / zoom,
      bottom: (Math.max(...boxes.map((box) => box.bottom)) - origin.top) / zoom,
      heights: boxes.map((box) => (box.top + box.height / 2 - origin.top) / zoom),
    };
  }
  return found;
}

const anchorOf = (state: State, name: string): Anchor => state.anchors[name] as Anchor;
const height = (anchor: Anchor, place: number): number => anchor.heights[place] as number;

function curve(x0: number, y0: number, x1: number, y1: number): string {
  const bend = Math.max(18, (x1 - x0) * 0.45);
  const [a, b, c, d, e, f] = [x0, y0, x0 + bend, x1 - bend, y1, x1].map((number) => number.toFixed(1));
  return `M${a} ${b}C${c} ${b} ${d} ${e} ${f} ${e}`;
}

// A link from a layer further back goes below the maps, not through them
function around(from: Anchor, to: Anchor, y0: number, y1: number, floor: number): string {
  const [x0, x1] = [from.right + 2, to.left - 2];
  return (
    `M${x0} ${y0}C${x0 + 40} ${y0} ${x0 + 6} ${floor} ${x0 + 50} ${floor}` +
    `H${x1 - 50}C${x1 - 6} ${floor} ${x1 - 40} ${y1} ${x1} ${y1}`
  );
}

export function drawLinks(state: State): void {
  const { facts, columns } = state;
  state.links?.remove();
  state.anchors = anchorsOf(state);
  state.floor = Math.max(...Object.values(state.anchors).map((anchor) => anchor.bottom)) + 9;
  const size = { width: columns.scrollWidth, height: columns.scrollHeight };
  const links = makeSvg("svg", columns, { class: "links", "aria-hidden": "true", ...size });
  state.links = links;
  facts.columns.forEach((column, i) => {
    for (const input of column.inputs) quiet(state, links, column, input, facts.columns[i - 1]?.name === input);
  });
  state.bright = makeSvg("g", links);
}

function quiet(state: State, links: SVGSVGElement, column: Column, input: string, next: boolean): void {
  if (column.kind === "shares") return; // its rows stand beside the scores
  const [from, to] = [anchorOf(state, input), anchorOf(state, column.name)];
  if (!next) {
    makeSvg("path", links, { class: "far", d: around(from, to, from.bottom - 6, to.bottom - 6, state.floor) });
  } else if (column.kind === "maps") {
    const pairs = pairsOf(column, columnOf(state, input));
    const d = pairs.map(([a, b]) => curve(from.right + 2, height(from, a), to.left - 2, height(to, b))).join("");
    makeSvg("path", links, { class: column.all ? "many" : "one", d });
  } else {
    band(links, from, to);
  }
}

// [place in the column before, place in this one] of all shown maps that are joined
function pairsOf(column: Column, before: Column): [number, number][] {
  if (before.kind !== "maps") return column.channels.map((_, b): [number, number] => [0, b]); // one strip of values
  if (column.all) {
    return before.channels.flatMap((_, a) => column.channels.map((_, b): [number, number] => [a, b]));
  }
  return column.channels.flatMap((channel, b): [number, number][] => {
    const a = before.channels.indexOf(channel);
    return a < 0 ? [] : [[a, b]];
  });
}

function band(parent: SVGElement, from: Anchor, to: Anchor): void {
  const [x0, x1, middle] = [from.right + 3, to.left - 3, (from.right + to.left) / 2];
  const d =
    `M${x0} ${from.top}C${middle} ${from.top} ${middle} ${to.top} ${x1} ${to.top}` +
    `V${to.bottom}C${middle} ${to.bottom} ${middle} ${from.bottom} ${x0} ${from.bottom}Z`;
  makeSvg("path", parent, { class: "band", d });
}

/** Light what the thing at `place` of a column reads. */
export function light(state: State, name: string, place: number): void {
  const { facts, bright } = state;
  if (!bright) return;
  const column = columnOf(state, name);
  const to = anchorOf(state, name);
  const y1 = height(to, Math.min(place, to.heights.length - 1));
  for (const input of column.inputs) {
    const index = facts.columns.findIndex((other) => other.name === input);
    const before = facts.columns[index] as Column;
    const next = facts.columns[index + 1] === column;
    const from = anchorOf(state, input);
    for (const [a, weight] of readsOf(state, column, before, place)) {
      const y0 = height(from, a);
      const d = next ? curve(from.right + 2, y0, to.left - 2, y1) : around(from, to, y0, y1, state.floor);
      makeSvg("path", bright, { class: "bright", d, "stroke-opacity": 0.25 + 0.75 * weight });
    }
  }
}

// [place in the column before, how strongly from 0 to 1]
function readsOf(state: State, column: Column, before: Column, place: number): [number, number][] {
  if (column.kind !== "maps") {
    const joined = before.kind === "maps" && column.kind === "values";
    return joined ? before.channels.map((_, a): [number, number] => [a, 0.2]) : [];
  }
  if (!column.all)
    return pairsOf(column, before).flatMap(([a, b]): [number, number][] => (b === place ? [[a, 1]] : []));
  const strength = state.blob.bytes(`${column.name}/strength`).values;
  const wide = before.channels.length;
  return before.channels.map((_, a): [number, number] => [a, (strength[place * wide + a] as number) / 255]);
}
