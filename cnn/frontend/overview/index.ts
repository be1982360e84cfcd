// A network as columns of small maps, from the picture to the ten classes. Pointing is handled here; choosing,
// paging and sorting are sent to Python.
import { type OpenBlob, openBlob } from "../shared/blob.ts";
import { paintPicture } from "../shared/canvas.ts";
import { gradient } from "../shared/colours.ts";
import { child, find, focusedIn, lasting, type Mount, make, makeButton } from "../shared/dom.ts";
import { markEdges } from "../shared/edges.ts";
import { bringIntoView, tellChosen } from "../shared/flight.ts";
import { ARROWS, cellUnder, type Point, showTitlesOnLongPress } from "../shared/input.ts";
import { clamp, compact, exact, grouped, largest, percent } from "../shared/numbers.ts";
import { type Computed, onComputed } from "../shared/pictures.ts";
import { computed } from "./computed.ts";
import { drawLinks, light } from "./links.ts";
import {
  type Column,
  columnOf,
  type Facts,
  type Item,
  type Kind,
  lastColumn,
  ownScale,
  type Place,
  painter,
  paintPixels,
  partOf,
  type State,
  stripOf,
  tableOf,
} from "./state.ts";

const PATIENCE = 3000; // milliseconds
const PANEL_SHOWN = 480; // pixels of a panel that come into view when a map is chosen for it

const states = new WeakMap<HTMLElement, State>(); // by place, so that new data keep scroll, focus and the choice of scale

export default lasting(function overview({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): () => void {
  const place = find(parentElement, ".overview");
  const blob = openBlob<Facts>(data);
  const state = states.get(place) ?? begin(place, blob);
  state.ask = (value) => setTriggerValue("asked", value);
  state.sent = blob;
  const { stamp } = blob.facts;
  const older = state.awaited && stamp !== state.awaited && networkOf(stamp) === networkOf(state.awaited);
  if (!older) draw(state, blob);
  return () => {
    clearTimeout(state.patience);
    state.observer?.disconnect();
    state.stop();
    states.delete(place);
  };
});

const networkOf = (stamp: string): string => stamp.slice(0, stamp.lastIndexOf("/"));

// Draw a picture that was clicked on before Python knows of it
function anticipate(state: State, values: Computed): void {
  const blob = computed(state.sent, values);
  if (!blob) return;
  blob.facts.chosen = state.chosen; // it may be newer than what Python has sent
  draw(state, blob);
  state.awaited = blob.facts.stamp;
  state.patience = window.setTimeout(() => draw(state, state.sent), PATIENCE);
}

function draw(state: State, blob: OpenBlob<Facts>): void {
  const { place } = state;
  const { facts } = blob;
  clearTimeout(state.patience);
  state.awaited = "";
  Object.assign(state, { blob, facts, chosen: facts.chosen });
  const form = JSON.stringify([facts.rows, facts.columns.map((column) => [column.name, column.kind, column.maps])]);
  const anew = state.form !== form;
  if (anew) build(state);
  state.form = form;
  fill(state);
  linksWhereNew(state);
  point(state, state.pointed);
  if (anew) bringIntoSight(state, state.chosen[0]);
  markEnds(state);
  place.dataset.stamp = facts.stamp;
  place.dataset.painted = String(performance.now());
}

// The lines stay as they are as long as the same channels stand in the same places
function linksWhereNew(state: State): void {
  const { facts, columns } = state;
  const shown = facts.columns.map((column) => [column.name, column.channels]);
  const form = JSON.stringify([columns.offsetWidth, columns.offsetHeight, shown]);
  if (state.linked === form && state.links) return;
  state.linked = form;
  state.lit = null;
  drawLinks(state);
}

function begin(place: HTMLElement, blob: OpenBlob<Facts>): State {
  const bar = make("div", place, "bar");
  const verdict = make("p", bar, "verdict");
  const scaleSwitch = makeButton(bar, "toggle", "Own scale for each map");
  const orderSwitch = makeButton(bar, "toggle", "Most active first");
  const frame = make("div", place, "edges");
  const box = make("div", frame, "box");
  const columns = make("div", box, "columns");
  columns.setAttribute("role", "group");
  columns.setAttribute("aria-label", "The network, layer by layer. Arrow keys move, Enter opens.");
  const state: State = {
    place,
    box,
    columns,
    verdict,
    words: make("p", place, "words"),
    scaleSwitch,
    orderSwitch,
    observer: null,
    sent: blob,
    blob,
    facts: blob.facts,
    own: false,
    parts: {},
    chosen: blob.facts.chosen,
    pointed: null,
    form: "",
    linked: "",
    lit: null,
    links: null,
    bright: null,
    anchors: {},
    floor: 0,
    tables: [new Uint32Array(), new Uint32Array()],
    ask: () => undefined,
    awaited: "",
    patience: 0,
    stop: onComputed((values) => anticipate(state, values)),
    edges: () => undefined,
  };
  scaleSwitch.onclick = () => {
    state.own = !state.own;
    fill(state);
  };
  orderSwitch.onclick = () => state.ask({ byActivity: !state.facts.byActivity });
  state.edges = markEdges(place, frame, box, "Earlier layers", "Later layers");
  columns.onkeydown = (event) => press(event, state);
  columns.onpointerleave = (event) => {
    if (event.pointerType === "mouse") point(state, null);
  };
  state.observer = new ResizeObserver(() => {
    if (!Object.keys(state.parts).length) return;
    linksWhereNew(state);
    point(state, state.pointed);
    markEnds(state);
  });
  state.observer.observe(box);
  showTitlesOnLongPress(place);
  states.set(place, state);
  return state;
}

// The button that leads on stands beside the last column, which stays in sight
function markEnds({ place, parts, facts, edges }: State): void {
  const last = parts[facts.columns.at(-1)?.name ?? ""];
  place.style.setProperty("--last", `${last?.section.offsetWidth ?? 0}px`);
  edges();
}

// What changes only with another network

function build(state: State): void {
  state.columns.replaceChildren();
  state.links = null;
  state.parts = {};
  state.columns.style.setProperty("--rows", String(state.facts.rows));
  for (const column of state.facts.columns) {
    const section = make("section", state.columns, `column ${column.kind}`);
    const head = makeButton(section, "head", "");
    make("b", head, "", column.name);
    make("span", head, "tag", column.tag).style.background = column.colour;
    make("small", head, "", column.shape);
    head.tabIndex = -1;
    head.dataset.tip = aboutColumn(column);
    head.onclick = () => choose(state, column.name, 0);
    head.onpointerenter = head.onfocus = () => tell(state, aboutColumn(column));
    const body = make("div", section, "body");
    const items = itemsOf(state, column, body);
    state.parts[column.name] = { section, head, body, items, foot: make("div", section, "foot") };
  }
}

function itemsOf(state: State, column: Column, body: HTMLElement): Item[] {
  if (!column.inputs.length) make("canvas", make("div", body, "picture")).setAttribute("aria-hidden", "true");
  const count = { maps: column.maps, values: 1, scores: 10, shares: 10 }[column.kind];
  return Array.from({ length: count }, (_, i) => {
    const item: Item = makeButton(body, `item ${column.kind}`, "");
    item.tabIndex = -1;
    item.dataset.layer = column.name;
    item.dataset.place = String(i);
    item.onpointermove = (event) => {
      if (event.pointerType === "mouse") point(state, { name: column.name, place: i, at: under(item, column, event) });
    };
    item.onfocus = () => point(state, { name: column.name, place: i, at: item.at ?? 0 });
    item.onclick = (event) => {
      if (event.detail) item.at = under(item, column, event);
      choose(state, column.name, column.kind === "values" ? (item.at ?? 0) : i);
    };
    if (column.kind === "maps" || column.kind === "values") {
      make("i", item);
      item.spot = make("canvas", item);
      item.spot.setAttribute("aria-hidden", "true");
    } else {
      make("i", item, "name", column.kind === "shares" ? state.facts.classes[i] : "");
      make("s", make("span", item, "track"));
      make("b", item);
    }
    return item;
  });
}

// Which value of a strip lies under the pointer
function under(item: Item, column: Column, event: Point): number {
  if (column.kind !== "values" || !item.spot) return 0;
  const { wide, tall } = stripOf(column.shown);
  const cell = cellUnder(event, item.spot, tall, wide);
  return Math.min(cell.row * wide + cell.column, column.shown - 1);
}

// What changes with the data

const FILL: Record<Kind, (state: State, column: Column) => void> = {
  maps: fillMaps,
  values: fillStrip,
  scores: fillScores,
  shares: fillShares,
};

function fill(state: State): void {
  const { facts } = state;
  state.lit = null;
  state.tables = [tableOf(facts.positive), tableOf(facts.signed)];
  for (const column of facts.columns) {
    FILL[column.kind](state, column);
    fillFoot(state, column);
  }
  const { values, shape } = state.blob.bytes("picture");
  paintPicture(find(state.columns, ".picture canvas"), values, shape[0] as number, shape[1] as number);
  state.scaleSwitch.setAttribute("aria-pressed", String(state.own));
  state.orderSwitch.setAttribute("aria-pressed", String(facts.byActivity));
  showVerdict(state);
  outline(state);
}

const valuesOf = (state: State, column: Column): Float32Array => state.blob.floats(`${column.name}/values`).values;

function describe(item: Item, text: string): void {
  item.told = text;
  item.dataset.tip = text;
  item.setAttribute("aria-label", text);
}

function fillMaps(state: State, column: Column): void {
  const { values, shape } = state.blob.bytes(`${column.name}/maps`);
  const [, tall, wide] = shape as [number, number, number];
  const numbers = state.blob.floats(`${column.name}/facts`).values;
  const size = tall * wide;
  partOf(state, column.name).items.forEach((item, i) => {
    item.hidden = i >= column.channels.length;
    if (item.hidden || !item.spot) return;
    const [low, mean, high] = numbers.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const paint = painter(state, state.own ? ownScale(low, high) : column);
    const colours = Uint32Array.from({ length: 256 }, (_, share) => paint(low + (share / 255) * (high - low)));
    const bytes = values.subarray(i * size, (i + 1) * size);
    paintPixels(item.spot, wide, tall, size, (at) => colours[bytes[at] as number] as number);
    const label = column.labels[i] ?? "";
    child(item, 0).textContent = label;
    item.dataset.channel = String(column.channels[i]);
    item.dataset.mean = String(mean);
    const dead = low === 0 && high === 0;
    item.classList.toggle("dead", dead);
    const range = dead ? "all zero" : `lowest ${compact(low)}, mean ${compact(mean)}, highest ${compact(high)}`;
    describe(item, `${column.name}, map ${label}: ${range}`);
  });
}

function fillStrip(state: State, column: Column): void {
  const [item] = partOf(state, column.name).items as [Item];
  const values = valuesOf(state, column);
  const { wide, tall } = stripOf(values.length);
  const paint = painter(state, column);
  if (item.spot) {
    item.spot.style.width = `${Math.max(14, 3 * wide)}px`;
    paintPixels(item.spot, wide, tall, values.length, (i) => paint(values[i] as number));
  }
  const [low, high] = [compact(column.low), compact(column.high)];
  item.setAttribute("aria-label", `${column.name}, ${grouped(column.total)} values from ${low} to ${high}`);
}

function fillScores(state: State, column: Column): void {
  const values = valuesOf(state, column);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  partOf(state, column.name).items.forEach((item, i) => {
    const value = values[i] as number;
    const wide = (50 * Math.abs(value)) / reach;
    const colour = state.facts.signed[value < 0 ? 0 : 2];
    find(item, "s").style.cssText = `width:${wide}%;left:${value < 0 ? 50 - wide : 50}%;background:${colour}`;
    find(item, "b").textContent = compact(value);
    describe(item, `${compact(value)}, score of ${state.facts.classes[i]}: ${exact(value)}`);
  });
}

function fillShares(state: State, column: Column): void {
  const values = valuesOf(state, column);
  const best = largest(values);
  const { classes, truth } = state.facts;
  partOf(state, column.name).items.forEach((item, i) => {
    const share = values[i] as number;
    find(item, "s").style.width = `${100 * share}%`;
    find(item, "b").textContent = percent(share);
    item.dataset.value = String(share);
    item.classList.toggle("best", i === best);
    item.classList.toggle("truth", i === truth);
    const own = i === truth ? "; the true class" : "";
    item.told = item.dataset.tip = `Probability of ${classes[i]}: ${exact(100 * share)} %${own}`;
  });
}

function fillFoot(state: State, column: Column): void {
  const { foot } = partOf(state, column.name);
  const { low, high, dead, page, signed, channels } = column;
  const { byActivity, positive } = state.facts;
  const form = JSON.stringify([low, high, dead, page, signed, channels, state.own, byActivity, positive]);
  if (foot.form === form) return;
  foot.form = form;
  const focused = focusedIn(foot);
  const held = focused && foot.contains(focused) ? focused.className : null;
  foot.replaceChildren();
  if (column.kind === "scores" || column.kind === "shares") return;
  make("div", foot, "scale").style.background = gradient(signed ? state.facts.signed : positive);
  const ends = make("div", foot, "ends");
  const own = state.own && column.kind === "maps";
  make("span", ends, "", own ? "low" : compact(low));
  if (signed) make("span", ends, "", "0");
  make("span", ends, "", own ? "high" : compact(high));
  if (dead) make("div", foot, "note", `${dead} all zero`);
  if (column.kind === "values" && column.shown < column.total) {
    make("div", foot, "note", `the first ${grouped(column.shown)} of ${grouped(column.total)}`);
  }
  if (column.pages > 1 && column.root) pager(state, column, foot, held);
}

function pager(state: State, column: Column, foot: HTMLElement, held: string | null): void {
  const bar = make("div", foot, "pager");
  const turn = (name: string, sign: string, label: string, page: number) => {
    const button = makeButton(bar, name, sign, `${label} maps of ${column.name}`);
    button.disabled = page < 0 || page >= column.pages;
    button.onclick = () => state.ask({ layer: column.name, page });
    if (held === name) button.focus();
  };
  turn("back", "‹", "Earlier", column.page - 1);
  const first = column.page * state.facts.rows;
  const range = `${first}–${first + column.channels.length - 1} of ${column.total}`;
  make("span", bar, "", state.facts.byActivity ? `${column.page + 1} of ${column.pages}` : range);
  turn("on", "›", "More", column.page + 1);
}

function showVerdict(state: State): void {
  const { classes, truth } = state.facts;
  const values = valuesOf(state, lastColumn(state));
  const best = largest(values);
  state.verdict.replaceChildren("The network says ");
  make("b", state.verdict, "", `${classes[best]}, ${percent(values[best] as number)}`);
  if (truth === null) state.verdict.append(".");
  else state.verdict.append(best === truth ? ": right." : `: wrong, the class is ${classes[truth]}.`);
}

// Pointer and keys

function choose(state: State, name: string, place: number): void {
  const column = columnOf(state, name);
  const channel = column.kind === "maps" ? (column.channels[place] ?? 0) : place;
  state.chosen = [name, channel];
  outline(state);
  state.ask({ layer: name, channel });
  // What stands below opens it: the inspector by itself, any other panel as it is.
  const item = partOf(state, name).items[column.kind === "values" ? 0 : place];
  const panel = document.querySelector(".st-key-panel");
  if (item && !tellChosen({ layer: name, channel, from: item.spot ?? item }) && panel) {
    bringIntoView(panel, null, null, PANEL_SHOWN);
  }
}

function outline(state: State): void {
  const [layer, channel] = state.chosen;
  for (const column of state.facts.columns) {
    const { head, items } = partOf(state, column.name);
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

function chosenPlace(state: State): Place | null {
  const [name, channel] = state.chosen;
  const column = columnOf(state, name);
  if (column.kind === "values") return { name, place: 0, at: Math.min(channel, column.shown - 1) };
  const place = column.kind === "maps" ? column.channels.indexOf(channel) : channel;
  return place < 0 ? null : { name, place, at: 0 };
}

// Show what is pointed at, or else what is chosen: its links, and its numbers in words
function point(state: State, pointed: Place | null): void {
  state.pointed = pointed;
  const seen = pointed && state.parts[pointed.name] ? pointed : chosenPlace(state);
  const lit = JSON.stringify([seen?.name, seen?.place, Boolean(pointed)]);
  if (state.lit !== lit && state.bright) {
    state.bright.replaceChildren();
    state.bright.setAttribute("class", pointed ? "pointed" : "");
    if (seen) light(state, seen.name, seen.place);
  }
  state.lit = lit;
  if (!seen) {
    tell(state, "");
    return;
  }
  const column = columnOf(state, seen.name);
  if (column.kind === "values") {
    tell(state, `${seen.name}, value ${seen.at}: ${exact(valuesOf(state, column)[seen.at] ?? 0)}`);
  } else tell(state, partOf(state, seen.name).items[seen.place]?.told ?? "");
}

const aboutColumn = (column: Column): string => `${column.name}, ${column.shape}: ${column.about}`;

function tell(state: State, text: string): void {
  state.words.textContent = text;
}

function press(event: KeyboardEvent, state: State): void {
  const item = (event.target as Element).closest<Item>(".item");
  const move = ARROWS[event.key];
  if (!item || !move) return;
  event.preventDefault();
  const [down, right] = move;
  const index = state.facts.columns.findIndex((column) => column.name === item.dataset.layer) + right;
  const column = state.facts.columns[index];
  if (!column) return;
  if (column.kind === "values" && down) {
    item.at = clamp((item.at ?? 0) + down, 0, column.shown - 1);
    point(state, { name: column.name, place: 0, at: item.at });
    return;
  }
  const items = partOf(state, column.name).items.filter((other) => !other.hidden);
  items[clamp(Number(item.dataset.place) + down, 0, items.length - 1)]?.focus({ preventScroll: true });
  bringIntoSight(state, column.name);
}

// The column that is looked at comes into sight beside the classes, which stay
function bringIntoSight(state: State, name: string): void {
  const { section } = partOf(state, name);
  const last = partOf(state, lastColumn(state).name).section.offsetWidth;
  const [left, right] = [section.offsetLeft - 20, section.offsetLeft + section.offsetWidth + 20];
  if (left < state.box.scrollLeft) state.box.scrollLeft = left;
  else if (right > state.box.scrollLeft + state.box.clientWidth - last) {
    state.box.scrollLeft = right - state.box.clientWidth + last;
  }
}
