// @ts-nocheck
// A network as columns of small maps, from the picture to the ten classes. Data: one safetensors blob (see
// columns.py). Pointing is answered here; choosing, paging and sorting ask Python.

import { make, openBlob, paintPicture } from "../shared/blob.ts";
import { drawLinks, light } from "./links.ts";

const states = new WeakMap(); // by place, so that new data keep scroll, focus and the choice of scale

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".overview");
  const state = states.get(place) ?? begin(place);
  const { facts, array } = openBlob(data);
  Object.assign(state, { facts, arrays: array, ask: (value) => setTriggerValue("asked", value) });
  state.chosen = facts.chosen;
  const form = JSON.stringify([facts.rows, facts.columns.map((column) => [column.name, column.kind, column.maps])]);
  const anew = state.form !== form;
  if (anew) build(state);
  state.form = form;
  fill(state);
  linksWhereNew(state);
  point(state, state.pointed);
  if (anew) intoSight(state);
  place.dataset.stamp = facts.stamp;
  place.dataset.painted = performance.now();
  return () => {
    state.observer.disconnect();
    states.delete(place);
  };
}

// The lines stay as they are as long as the same channels stand in the same places
function linksWhereNew(state) {
  const { facts, columns } = state;
  const places = [
    columns.offsetWidth,
    columns.offsetHeight,
    facts.columns.map((column) => [column.name, column.channels]),
  ];
  const form = JSON.stringify(places);
  if (state.linked === form && state.links) return;
  state.linked = form;
  state.lit = null;
  drawLinks(state);
}

function begin(place) {
  const state = { place, own: false, parts: {}, pointed: null };
  const bar = make("div", place, "bar");
  state.verdict = make("p", bar, "verdict");
  state.scaleSwitch = toggle(bar, "Each map its own scale", () => {
    state.own = !state.own;
    fill(state);
  });
  state.orderSwitch = toggle(bar, "Most active first", () => state.ask({ byActivity: !state.facts.byActivity }));
  const box = make("div", place, "box");
  state.box = box;
  state.columns = make("div", box, "columns");
  state.columns.setAttribute("role", "group");
  state.columns.setAttribute("aria-label", "The network, layer by layer. Arrow keys move, Enter opens.");
  state.words = make("p", place, "words");
  state.columns.onkeydown = (event) => press(event, state);
  state.columns.onpointerleave = () => point(state, null);
  state.observer = new ResizeObserver(() => {
    if (!state.facts) return;
    linksWhereNew(state);
    point(state, state.pointed);
  });
  state.observer.observe(box);
  states.set(place, state);
  return state;
}

function toggle(parent, text, act) {
  const button = make("button", parent, "toggle", text);
  button.type = "button";
  button.onclick = act;
  return button;
}

// What changes only with another network

function build(state) {
  state.columns.replaceChildren();
  state.links = null;
  state.parts = {};
  state.columns.style.setProperty("--rows", state.facts.rows);
  for (const column of state.facts.columns) {
    const section = make("section", state.columns, `column ${column.kind}`);
    const head = make("button", section, "head");
    head.type = "button";
    make("b", head, "", column.name);
    make("span", head, "tag", column.tag).style.background = column.colour;
    make("small", head, "", column.shape);
    head.tabIndex = -1;
    head.onclick = () => choose(state, column.name, 0);
    head.onpointerenter = head.onfocus = () => tell(state, aboutColumn(column));
    const body = make("div", section, "body");
    const items = itemsOf(state, column, body);
    state.parts[column.name] = { section, head, body, items, foot: make("div", section, "foot") };
  }
}

function itemsOf(state, column, body) {
  if (!column.inputs.length) make("canvas", make("div", body, "picture"), "");
  const count = { maps: column.maps, values: 1, scores: 10, softmax: 10 }[column.kind];
  return Array.from({ length: count }, (_, i) => {
    const item = make("button", body, `item ${column.kind}`);
    item.type = "button";
    item.tabIndex = -1;
    item.dataset.layer = column.name;
    item.dataset.place = i;
    const sees = (event) => point(state, { name: column.name, place: i, at: under(item, column, event) });
    item.onpointermove = sees;
    item.onfocus = () => point(state, { name: column.name, place: i, at: item.at ?? 0 });
    item.onclick = (event) => {
      if (event.detail) item.at = under(item, column, event);
      choose(state, column.name, column.kind === "values" ? (item.at ?? 0) : i);
    };
    if (column.kind === "maps" || column.kind === "values") {
      make("i", item);
      item.spot = make("canvas", item);
    } else {
      make("i", item, "name", column.kind === "softmax" ? state.facts.classes[i] : "");
      make("s", make("span", item, "track"));
      make("b", item);
    }
    return item;
  });
}

// Which value of a strip lies under the hand
function under(item, column, event) {
  if (column.kind !== "values") return 0;
  const box = item.spot.getBoundingClientRect();
  const { wide, tall } = stripOf(column.shown);
  const x = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * wide), 0), wide - 1);
  const y = Math.min(Math.max(Math.floor(((event.clientY - box.top) / box.height) * tall), 0), tall - 1);
  return Math.min(y * wide + x, column.shown - 1);
}

function stripOf(count) {
  const wide = Math.ceil(count / 128);
  return { wide, tall: Math.ceil(count / wide) };
}

// What changes with the data

function fill(state) {
  const { facts } = state;
  state.lit = null;
  state.tables = [tableOf(facts.positive), tableOf(facts.signed)];
  for (const column of facts.columns) {
    ({ maps: fillMaps, values: fillStrip, scores: fillScores, softmax: fillSoftmax })[column.kind](state, column);
    fillFoot(state, column);
  }
  const picture = state.columns.querySelector(".picture canvas");
  const { values, shape } = state.arrays("picture");
  paintPicture(picture, values, shape[0], shape[1]);
  state.scaleSwitch.setAttribute("aria-pressed", state.own);
  state.orderSwitch.setAttribute("aria-pressed", facts.byActivity);
  verdict(state);
  outline(state);
}

function fillMaps(state, column) {
  const { values, shape } = state.arrays(`${column.name}/maps`);
  const numbers = state.arrays(`${column.name}/facts`).values;
  const size = shape[1] * shape[2];
  const { items } = state.parts[column.name];
  items.forEach((item, i) => {
    item.hidden = i >= column.channels.length;
    if (item.hidden) return;
    const [low, mean, high] = numbers.subarray(3 * i, 3 * i + 3);
    const scale = state.own ? scaleOf(low, high) : column;
    paintMap(item.spot, values.subarray(i * size, (i + 1) * size), shape, low, high, painter(state, scale));
    item.firstChild.textContent = column.labels[i];
    item.dataset.channel = column.channels[i];
    item.dataset.mean = mean;
    item.classList.toggle("dead", low === 0 && high === 0);
    const range =
      low === 0 && high === 0 ? "all zero" : `lowest ${short(low)}, mean ${short(mean)}, highest ${short(high)}`;
    item.told = `${column.name}, map ${column.labels[i]}: ${range}`;
    item.setAttribute("aria-label", item.told);
  });
}

function fillStrip(state, column) {
  const [item] = state.parts[column.name].items;
  const { values } = state.arrays(`${column.name}/values`);
  const { wide, tall } = stripOf(values.length);
  const paint = painter(state, column);
  item.spot.style.width = `${Math.max(14, 3 * wide)}px`;
  paintPixels(item.spot, wide, tall, (i) => paint(values[i]), values.length);
  item.setAttribute(
    "aria-label",
    `${column.name}, ${column.total} values from ${short(column.low)} to ${short(column.high)}`,
  );
}

function fillScores(state, column) {
  const { values } = state.arrays(`${column.name}/values`);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  state.parts[column.name].items.forEach((item, i) => {
    const bar = item.querySelector("s");
    const wide = (50 * Math.abs(values[i])) / reach;
    bar.style.cssText = `width:${wide}%;left:${values[i] < 0 ? 50 - wide : 50}%;background:${state.facts.signed[values[i] < 0 ? 0 : 2]}`;
    item.lastChild.textContent = short(values[i]);
    item.told = `Score of ${state.facts.classes[i]}: ${exact(values[i])}`;
    item.setAttribute("aria-label", item.told);
  });
}

function fillSoftmax(state, column) {
  const { values } = state.arrays(`${column.name}/values`);
  const best = values.indexOf(Math.max(...values));
  state.parts[column.name].items.forEach((item, i) => {
    item.querySelector("s").style.width = `${100 * values[i]}%`;
    item.lastChild.textContent = percent(values[i]);
    item.dataset.value = values[i];
    item.classList.toggle("best", i === best);
    item.classList.toggle("truth", i === state.facts.truth);
    const truth = i === state.facts.truth ? "; the picture's own class" : "";
    item.told = `Probability of ${state.facts.classes[i]}: ${exact(100 * values[i])} %${truth}`;
    item.setAttribute("aria-label", item.told);
  });
}

function fillFoot(state, column) {
  const { foot } = state.parts[column.name];
  const { low, high, dead, page, signed, channels } = column;
  const form = JSON.stringify([
    low,
    high,
    dead,
    page,
    signed,
    channels,
    state.own,
    state.facts.byActivity,
    state.facts.positive,
  ]);
  if (foot.form === form) return;
  foot.form = form;
  const focused = foot.getRootNode().activeElement;
  const held = foot.contains(focused) && focused.className;
  foot.replaceChildren();
  if (column.kind === "scores" || column.kind === "softmax") return;
  const bar = make("div", foot, "scale");
  bar.style.background = `linear-gradient(90deg, ${stopsOf(state, column)})`;
  const ends = make("div", foot, "ends");
  const own = state.own && column.kind === "maps";
  make("span", ends, "", own ? "low" : short(column.low));
  if (column.signed) make("span", ends, "", "0");
  make("span", ends, "", own ? "high" : short(column.high));
  if (column.dead) make("div", foot, "note", `${column.dead} all zero`);
  if (column.kind === "values" && column.shown < column.total) {
    make("div", foot, "note", `the first ${column.shown.toLocaleString("en")} of ${column.total.toLocaleString("en")}`);
  }
  if (column.pages > 1 && column.root) pager(state, column, foot, held);
}

function pager(state, column, foot, held) {
  const bar = make("div", foot, "pager");
  const turn = (name, sign, label, page) => {
    const button = make("button", bar, name, sign);
    button.type = "button";
    button.setAttribute("aria-label", `${label} maps of ${column.name}`);
    button.disabled = page < 0 || page >= column.pages;
    button.onclick = () => state.ask({ layer: column.name, page });
    if (held === name) button.focus();
  };
  turn("back", "‹", "Earlier", column.page - 1);
  const first = column.page * state.facts.rows;
  const range = `${first}–${first + column.channels.length - 1}`;
  make(
    "span",
    bar,
    "",
    state.facts.byActivity ? `${column.page + 1} of ${column.pages}` : `${range} of ${column.total}`,
  );
  turn("on", "›", "More", column.page + 1);
}

function verdict(state) {
  const { classes, truth, columns } = state.facts;
  const { values } = state.arrays(`${columns.at(-1).name}/values`);
  const best = values.indexOf(Math.max(...values));
  state.verdict.replaceChildren("The network says ");
  make("b", state.verdict, "", `${classes[best]}, ${percent(values[best])}`);
  if (truth === null) return state.verdict.append(".");
  state.verdict.append(best === truth ? ": right." : `: wrong, it is a ${classes[truth]}.`);
}

// Colours and numbers

const scaleOf = (low, high) => {
  const reach = Math.max(-low, high);
  return low < 0 ? { low: -reach, high: reach, signed: true } : { low: 0, high, signed: false };
};

const stopsOf = (state, scale) => (scale.signed ? state.facts.signed : state.facts.positive);
const rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));

// Colours come from two tables, one for a scale with a sign and one without; a pixel is one 32-bit number.
const FINE = 1024;

function tableOf(stops) {
  const ends = stops.map(rgb);
  return Uint32Array.from({ length: FINE }, (_, i) => {
    const at = (i / (FINE - 1)) * (ends.length - 1);
    const below = Math.min(Math.floor(at), ends.length - 2);
    const [r, g, b] = [0, 1, 2].map((c) =>
      Math.round(ends[below][c] + (ends[below + 1][c] - ends[below][c]) * (at - below)),
    );
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

function painter(state, scale) {
  const table = state.tables[Number(scale.signed)];
  const reach = scale.high - scale.low;
  const nothing = scale.signed ? (FINE - 1) / 2 : 0;
  return (value) => {
    const share = reach > 0 ? ((value - scale.low) / reach) * (FINE - 1) : nothing;
    return table[Math.round(Math.min(Math.max(share, 0), FINE - 1))];
  };
}

function paintPixels(canvas, width, height, pixelAt, count) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) pixels[i] = pixelAt(i);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function paintMap(canvas, bytes, [, height, width], low, high, paint) {
  const table = Uint32Array.from({ length: 256 }, (_, i) => paint(low + (i / 255) * (high - low)));
  paintPixels(canvas, width, height, (i) => table[bytes[i]], bytes.length);
}

const exact = (number) => String(Number(number.toPrecision(7))).replace("-", "−");
const short = (number) => {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return number.toExponential(1).replaceAll("-", "−");
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace("-", "−");
};
const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

// Hands

function choose(state, name, place) {
  const column = state.facts.columns.find((other) => other.name === name);
  const channel = column.kind === "maps" ? column.channels[place] : place;
  state.chosen = [name, channel];
  outline(state);
  state.ask({ layer: name, channel });
}

function outline(state) {
  const [layer, channel] = state.chosen;
  for (const column of state.facts.columns) {
    const { head, items } = state.parts[column.name];
    head.classList.toggle("on", column.name === layer);
    items.forEach((item, i) => {
      const number = column.kind === "maps" ? column.channels[i] : column.kind === "values" ? channel : i;
      const on = column.name === layer && number === channel && !item.hidden;
      item.classList.toggle("on", on);
      if (on) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }
  const all = Object.values(state.parts).flatMap((part) => part.items);
  const reached = all.find((item) => item.classList.contains("on")) ?? all[0];
  for (const item of all) item.tabIndex = item === reached ? 0 : -1;
}

function chosenPlace(state) {
  const [name, channel] = state.chosen;
  const column = state.facts.columns.find((other) => other.name === name);
  if (column.kind === "values") return { name, place: 0, at: Math.min(channel, column.shown - 1) };
  const place = column.kind === "maps" ? column.channels.indexOf(channel) : channel;
  return place < 0 ? null : { name, place, at: 0 };
}

// Show what is pointed at, or else what is chosen: its links, and its numbers in words
function point(state, pointed) {
  state.pointed = pointed;
  const seen = pointed && state.parts[pointed.name] ? pointed : chosenPlace(state);
  const lit = JSON.stringify([seen?.name, seen?.place, Boolean(pointed)]);
  if (state.lit !== lit) {
    state.bright.replaceChildren();
    state.bright.setAttribute("class", pointed ? "pointed" : "");
    if (seen) light(state, seen.name, seen.place);
  }
  state.lit = lit;
  if (!seen) return tell(state, "");
  const column = state.facts.columns.find((other) => other.name === seen.name);
  const item = state.parts[seen.name].items[seen.place];
  const value = column.kind === "values" && state.arrays(`${seen.name}/values`).values[seen.at];
  tell(state, column.kind === "values" ? `${seen.name}, value ${seen.at}: ${exact(value)}` : item.told);
}

const aboutColumn = (column) => `${column.name}, ${column.shape}: ${column.about}`;

function tell(state, text) {
  state.words.textContent = text;
}

function press(event, state) {
  const item = event.target.closest(".item");
  const move = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!item || !move) return;
  event.preventDefault();
  const names = state.facts.columns.map((column) => column.name);
  const index = names.indexOf(item.dataset.layer) + move[0];
  const column = state.facts.columns[index];
  if (!column) return;
  if (column.kind === "values" && move[1]) {
    item.at = Math.min(Math.max((item.at ?? 0) + move[1], 0), column.shown - 1);
    return item.onfocus();
  }
  const items = state.parts[column.name].items.filter((other) => !other.hidden);
  const place = Math.min(Math.max(Number(item.dataset.place) + move[1], 0), items.length - 1);
  items[place].focus({ preventScroll: true });
  intoSight(state, column.name);
}

// The column that is looked at comes into sight beside the classes, which stay
function intoSight(state, name = state.chosen[0]) {
  const { section } = state.parts[name];
  const last = state.parts[state.facts.columns.at(-1).name].section.offsetWidth;
  const [left, right] = [section.offsetLeft - 20, section.offsetLeft + section.offsetWidth + 20];
  if (left < state.box.scrollLeft) state.box.scrollLeft = left;
  else if (right > state.box.scrollLeft + state.box.clientWidth - last) {
    state.box.scrollLeft = right - state.box.clientWidth + last;
  }
}
