// @ts-nocheck
// The lines between the columns of the overview, in one SVG behind them. Quiet ones join what is shown; bright
// ones join the map under the hand with what it reads.
const SVG = "http://www.w3.org/2000/svg";

function svg(kind, parent, attributes) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

// Where the maps of every column are, by layer name: its sides, and the middle height of each thing in it
function anchors(state) {
  const origin = state.columns.getBoundingClientRect();
  const found = {};
  for (const column of state.facts.columns) {
    const { body, items } = state.parts[column.name];
    const shown = items.filter((item) => !item.hidden);
    const boxes = (shown.length ? shown : [body]).map((item) => (item.spot ?? item).getBoundingClientRect());
    found[column.name] = {
      left: Math.min(...boxes.map((box) => box.left)) - origin.left,
      right: Math.max(...boxes.map((box) => box.right)) - origin.left,
      top: Math.min(...boxes.map((box) => box.top)) - origin.top,
      bottom: Math.max(...boxes.map((box) => box.bottom)) - origin.top,
      heights: boxes.map((box) => box.top + box.height / 2 - origin.top),
    };
  }
  return found;
}

const curve = (x0, y0, x1, y1) => {
  const bend = Math.max(18, (x1 - x0) * 0.45);
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}C${(x0 + bend).toFixed(1)} ${y0.toFixed(1)} ${(x1 - bend).toFixed(1)} ${y1.toFixed(1)} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
};

// A link from a layer further back goes below the maps, not through them
function around(from, to, y0, y1, floor) {
  const [x0, x1] = [from.right + 2, to.left - 2];
  return `M${x0} ${y0}C${x0 + 40} ${y0} ${x0 + 6} ${floor} ${x0 + 50} ${floor}H${x1 - 50}C${x1 - 6} ${floor} ${x1 - 40} ${y1} ${x1} ${y1}`;
}

export function drawLinks(state) {
  const { facts, columns } = state;
  state.links?.remove();
  state.anchors = anchors(state);
  state.floor = Math.max(...Object.values(state.anchors).map((anchor) => anchor.bottom)) + 9;
  const size = { width: columns.scrollWidth, height: columns.scrollHeight };
  state.links = svg("svg", columns, { class: "links", "aria-hidden": "true", ...size });
  facts.columns.forEach((column, i) => {
    for (const input of column.inputs) quiet(state, column, input, facts.columns[i - 1]?.name === input);
  });
  state.bright = svg("g", state.links, {});
}

function quiet(state, column, input, next) {
  const [from, to] = [state.anchors[input], state.anchors[column.name]];
  const before = state.facts.columns.find((other) => other.name === input);
  if (column.kind === "softmax") return; // its rows stand beside the scores
  if (!next) {
    const path = around(from, to, from.bottom - 6, to.bottom - 6, state.floor);
    svg("path", state.links, { class: "far", d: path });
  } else if (column.kind === "maps") {
    const pairs = pairsOf(column, before);
    const d = pairs.map(([a, b]) => curve(from.right + 2, from.heights[a], to.left - 2, to.heights[b])).join("");
    svg("path", state.links, { class: column.all ? "many" : "one", d });
  } else {
    band(state.links, from, to);
  }
}

// [place in the column before, place in this one] of all shown maps that are joined
function pairsOf(column, before) {
  if (column.all) return before.channels.flatMap((_, a) => column.channels.map((_, b) => [a, b]));
  return column.channels.flatMap((channel, b) => {
    const a = before.channels.indexOf(channel);
    return a < 0 ? [] : [[a, b]];
  });
}

function band(parent, from, to) {
  const [x0, x1, middle] = [from.right + 3, to.left - 3, (from.right + to.left) / 2];
  const d = `M${x0} ${from.top}C${middle} ${from.top} ${middle} ${to.top} ${x1} ${to.top}V${to.bottom}C${middle} ${to.bottom} ${middle} ${from.bottom} ${x0} ${from.bottom}Z`;
  svg("path", parent, { class: "band", d });
}

// Light what the thing at `place` of a column reads
export function light(state, name, place) {
  const column = state.facts.columns.find((other) => other.name === name);
  const to = state.anchors[name];
  const y1 = to.heights[Math.min(place, to.heights.length - 1)];
  for (const input of column.inputs) {
    const index = state.facts.columns.findIndex((other) => other.name === input);
    const before = state.facts.columns[index];
    const next = state.facts.columns[index + 1] === column;
    for (const [a, weight] of readsOf(state, column, before, place)) {
      const y0 = state.anchors[input].heights[a];
      const from = state.anchors[input];
      const d = next ? curve(from.right + 2, y0, to.left - 2, y1) : around(from, to, y0, y1, state.floor);
      svg("path", state.bright, { class: "bright", d, "stroke-opacity": 0.25 + 0.75 * weight });
    }
  }
}

// [place in the column before, how strongly from 0 to 1]
function readsOf(state, column, before, place) {
  if (column.kind !== "maps") {
    return before.kind === "maps" && column.kind === "values" ? before.channels.map((_, a) => [a, 0.2]) : [];
  }
  if (!column.all) return pairsOf(column, before).flatMap(([a, b]) => (b === place ? [[a, 1]] : []));
  const strength = state.arrays(`${column.name}/strength`).values;
  const wide = before.channels.length;
  return before.channels.map((_, a) => [a, strength[place * wide + a] / 255]);
}
