// @ts-nocheck
// The inspector, part 8: hands. Whatever is touched, the window that walks by itself stops.
import { announce, buildHead, limited, orderOf, placeAt, say, show } from "./index.ts";
import { originOf } from "./neuron.ts";
import { cellUnder, found } from "./plates.ts";

const STEP_MILLISECONDS = 250;

export function listen(root, state) {
  root.querySelectorAll(".plate").forEach((element) => {
    element.onpointermove = (event) => hover(event, root, state, element);
    element.onpointerleave = () => away(root, state);
    element.onpointerdown = (event) => press(event, root, state, element);
    element.onclick = (event) => pin(event, root, state, element);
    element.onkeydown = (event) => key(event, root, state);
  });
  root.querySelectorAll("[data-step]").forEach((element) => {
    if (element.tagName === "SELECT") element.onchange = () => choose(state, element.dataset.step, element.value);
    else element.onclick = () => stepBy(state, element.dataset.step, Number(element.dataset.by));
  });
  root.querySelectorAll("[data-go-layer], [data-go-channel]").forEach((element) => {
    element.onclick = () => state.go(wayOf(state, element.dataset));
  });
  root.querySelectorAll("[data-channel]").forEach((element) => {
    element.onclick = () => chooseChannel(root, state, Number(element.dataset.channel));
  });
  root.querySelectorAll(".ranked [data-index]").forEach((element) => {
    element.onpointerenter = element.onfocus = () => {
      const term = state.look.terms.find(({ index }) => index === Number(element.dataset.index));
      const [row, column] = state.look.mosaic.placeOf(term);
      go(root, state, { row, column });
    };
  });
  flip(root, state, "order", "byNumber");
  flip(root, state, "all", "all");
  const sort = root.querySelector('[data-part="sort"]');
  if (sort) sort.onclick = () => again(root, state, () => (state.byActivity = !state.byActivity), "sort", buildHead);
  root.querySelector(".play").onclick = () => {
    if (state.timer) stop(root, state);
    else start(root, state);
    show(root, state);
  };
}

function flip(root, state, part, name) {
  const button = root.querySelector(`[data-part="${part}"]`);
  if (button) button.onclick = () => again(root, state, () => (state[name] = !state[name]), part, rebuild);
}

function again(root, state, change, part, build) {
  change();
  build(root, state);
  listen(root, state);
  show(root, state);
  root.querySelector(`[data-part="${part}"]`)?.focus();
}

const rebuild = (root, state) => state.view.build(root, state);

function chooseChannel(root, state, channel) {
  again(root, state, () => (state.chosen = channel), `who${state.look.sent.indexOf(channel)}`, rebuild);
}

function wayOf({ look, row, column, pinned, result }, { goLayer, goChannel, goCell }) {
  const way = { layer: goLayer ?? look.layer, channel: Number(goChannel ?? look.channel) };
  const place = look.stages.findIndex(({ layer }) => layer === goLayer) + 1;
  const step = place ? result?.steps[place] : { row, column };
  if (goCell) way.cell = goCell;
  else if (pinned && !look.vector && step.row >= 0) way.cell = `${step.row},${step.column}`;
  return way;
}

// To another layer: where it has as many maps, to the same one, and where they are as large, to the same cell

function wayTo(state, name) {
  const { look, row, column, pinned } = state;
  const { shape } = look.layers.find((layer) => layer.name === name);
  const way = { layer: name };
  if (shape.length !== look.shape.length || shape[shape.length - 1] !== look.shape[shape.length - 1]) return way;
  way.channel = look.channel;
  if (pinned && shape.join() === look.shape.join()) way.cell = `${row},${column}`;
  return way;
}

function stepBy(state, what, by) {
  const { look } = state;
  const turn = (list, value) => list[(list.indexOf(value) + by + list.length) % list.length];
  if (what === "layer")
    choose(
      state,
      what,
      turn(
        look.layers.map(({ name }) => name),
        look.layer,
      ),
    );
  else choose(state, what, turn(orderOf(state), look.channel));
}

function choose(state, what, value) {
  state.go(what === "layer" ? wayTo(state, value) : wayOf(state, { goChannel: value }));
}

function hover(event, root, state, element) {
  const walked = state.timer;
  stop(root, state);
  const dragged = event.pointerType === "touch";
  state.pointed = state.view.point?.(event, element, state);
  if (state.pinned && !walked && !dragged) return void (state.pointed && show(root, state));
  const cell = state.view.cellOf(event, element, state);
  if (!cell) return;
  const { row, column } = limited(state, cell.row, cell.column);
  if (walked || state.pointed || row !== state.row || column !== state.column) go(root, state, { row, column });
}

function away(root, state) {
  if (!state.pointed) return;
  state.pointed = null;
  show(root, state);
}

function press(event, root, state, element) {
  stop(root, state);
  if (event.pointerType === "touch") {
    state.pinned = false;
    hover(event, root, state, element);
  }
}

function pin(event, root, state, element) {
  const cell = state.view.cellOf(event, element, state);
  if (!cell) return;
  const { look } = state;
  const { row, column } = limited(state, cell.row, cell.column);
  if (look.op === "dense") return leave(state, element, cellUnder(event, element));
  if (look.vector)
    return state.go({ layer: look.layer, channel: Math.min(row * look.columns + column, look.shape[0] - 1) });
  state.pinned = !(state.pinned && row === state.row && column === state.column);
  go(root, state, { row, column });
  announce(state);
  say(root, state);
}

// From a neuron to where the term under the pointer comes from, or to another neuron

function leave({ look, go: tell }, element, [row, column]) {
  if (element.dataset.side === "neurons") {
    const channel = row * look.columns + column;
    if (channel < look.shape[0]) tell({ layer: look.layer, channel });
    return;
  }
  const term = look.mosaic.termAt(row, column);
  if (!term) return;
  const { channel, cell } = originOf(look, term);
  tell({ layer: look.source, channel, ...(cell && { cell: cell.join() }) });
}

const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function key(event, root, state) {
  const enter = event.key === "Enter" || event.key === " ";
  if (!(event.key in KEYS) && !enter && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(root, state);
  const [down, right] = KEYS[event.key] ?? [0, 0];
  if (enter && state.look.vector) return act(state);
  if (enter) state.pinned = !state.pinned;
  if (event.key === "Escape") state.pinned = false;
  go(root, state, limited(state, state.row + down, state.column + right));
  announce(state);
  say(root, state);
}

function act(state) {
  const { look, row, column } = state;
  if (look.op === "dense") leave(state, found(state.root, "products"), [row, column]);
  else state.go({ layer: look.layer, channel: Math.min(row * look.columns + column, look.shape[0] - 1) });
}

export function go(root, state, cell) {
  Object.assign(state, cell);
  show(root, state);
}

// The window walks until anything is touched

function start(root, state) {
  state.pinned = false;
  const button = root.querySelector(".play");
  state.halt = (event) => {
    const toggles = event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    if (toggles && event.composedPath().includes(button)) return; // its click stops it
    stop(root, state);
    show(root, state);
  };
  for (const kind of ["pointerdown", "keydown", "wheel"])
    document.addEventListener(kind, state.halt, { passive: true });
  state.timer = setInterval(() => {
    if (!document.hidden) walk(root, state);
  }, STEP_MILLISECONDS);
}

export function stop(root, state) {
  if (!state.timer) return;
  clearInterval(state.timer);
  state.timer = null;
  for (const kind of ["pointerdown", "keydown", "wheel"]) document.removeEventListener(kind, state.halt);
}

function walk(root, state) {
  const [rows, columns] = state.view.cells(state);
  const count = state.look.vector ? state.look.shape[0] : rows * columns;
  go(root, state, placeAt((state.row * columns + state.column + 1) % count, columns));
}
