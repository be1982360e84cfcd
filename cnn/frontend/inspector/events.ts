// Pointer, touch and keys. Any input stops the window that moves by itself.
import { find, findAll } from "../shared/dom.ts";
import { ARROWS, type Cell, handle, isEnter, type Point } from "../shared/input.ts";
import { buildHead, say, show } from "./head.ts";
import { originOfTerm } from "./neuron.ts";
import { plateCell, plateOf } from "./plates.ts";
import { cellAt, lengthOf, limited, orderOf, type State, type Target } from "./state.ts";

const STEP_MILLISECONDS = 250;
const ANNOUNCE_MILLISECONDS = 400;
const STOPS = ["pointerdown", "keydown", "wheel"] as const;

export function listen(state: State): void {
  const { root } = state;
  for (const element of findAll(root, ".plate")) listenOn(state, element);
  for (const element of findAll(root, "[data-step]")) {
    const what = element.dataset.step as "layer" | "channel";
    if (element instanceof HTMLSelectElement) element.onchange = () => choose(state, what, element.value);
    else element.onclick = () => stepBy(state, what, Number(element.dataset.by));
  }
  for (const element of findAll(root, "[data-go-layer], [data-go-channel]")) {
    element.onclick = () => state.go(targetOf(state, element.dataset));
  }
  for (const element of findAll(root, "[data-channel]")) {
    const channel = Number(element.dataset.channel);
    element.onclick = () =>
      again(state, `who${state.data.sent.indexOf(channel)}`, rebuild, () => {
        state.chosen = channel;
      });
  }
  for (const element of findAll(root, ".ranked [data-index]")) {
    element.onpointerenter = element.onfocus = () => {
      const term = state.terms.find(({ index }) => index === Number(element.dataset.index));
      if (term && state.mosaic) go(state, state.mosaic.placeOf(term));
    };
  }
  press(state, "order", rebuild, () => {
    state.byNumber = !state.byNumber;
  });
  press(state, "all", rebuild, () => {
    state.all = !state.all;
  });
  press(state, "sort", buildHead, () => {
    state.byActivity = !state.byActivity;
  });
  find(root, ".play").onclick = () => {
    if (state.timer) stop(state);
    else start(state);
    show(state);
  };
}

const rebuild = (state: State): void => state.view.build(state);

function press(state: State, part: string, build: (state: State) => void, change: () => void): void {
  const button = state.root.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (button) button.onclick = () => again(state, part, build, change);
}

function again(state: State, part: string, build: (state: State) => void, change: () => void): void {
  change();
  build(state);
  listen(state);
  show(state);
  state.root.querySelector<HTMLElement>(`[data-part="${part}"]`)?.focus();
}

// A plate: hovering moves the cell, a click or tap pins it, a finger drags the frame.

function listenOn(state: State, element: HTMLElement): void {
  handle(element, {
    handle: () => element.querySelector(".frame"),
    press: () => stop(state),
    hover: (point) => hover(state, element, point),
    leave: () => {
      if (!state.pointed) return;
      state.pointed = null;
      show(state);
    },
    drag: (point) => drag(state, element, point),
    choose: (point) => pin(state, element, point),
  });
  element.onkeydown = (event) => key(state, event);
}

function hover(state: State, element: HTMLElement, point: Point): void {
  const walked = state.timer !== 0;
  stop(state);
  state.pointed = state.view.pointed?.(point, element, state) ?? null;
  if (state.pinned && !walked) {
    if (state.pointed) show(state);
    return;
  }
  const cell = cellOf(state, element, point);
  if (cell && (walked || state.pointed || cell.row !== state.row || cell.column !== state.column)) go(state, cell);
}

function cellOf(state: State, element: HTMLElement, point: Point): Cell | null {
  const cell = state.view.cellOf(point, element, state);
  return cell && limited(state, cell.row, cell.column);
}

function drag(state: State, element: HTMLElement, point: Point): void {
  const cell = cellOf(state, element, point);
  if (!cell || (cell.row === state.row && cell.column === state.column)) return;
  const { data } = state;
  state.pinned = !data.vector;
  go(state, cell);
  announce(state);
}

function pin(state: State, element: HTMLElement, point: Point): void {
  const cell = cellOf(state, element, point);
  if (!cell) return;
  const { data } = state;
  if (data.kind === "dense") {
    leave(state, element, plateCell(point, element));
    return;
  }
  if (data.vector) {
    state.go(valueTarget(state, cell));
    return;
  }
  state.pinned = !(state.pinned && cell.row === state.row && cell.column === state.column);
  go(state, cell);
  announce(state);
  say(state);
}

const valueTarget = ({ data }: State, { row, column }: Cell): Target => ({
  layer: data.layer,
  channel: Math.min(row * data.columns + column, lengthOf(data) - 1),
});

// From a neuron to the origin of the term under the pointer, or to another neuron

function leave(state: State, element: HTMLElement, cell: Cell): void {
  const { data } = state;
  if (data.kind !== "dense") return;
  if (element.dataset.side === "neurons") {
    const channel = cell.row * data.columns + cell.column;
    if (channel < lengthOf(data)) state.go({ layer: data.layer, channel });
    return;
  }
  const term = state.mosaic?.termAt(cell.row, cell.column);
  if (!term) return;
  const origin = originOfTerm(data, term);
  const target = { layer: data.source, channel: origin.channel };
  state.go(origin.cell ? { ...target, cell: origin.cell.join() } : target);
}

// Keys

function key(state: State, event: KeyboardEvent): void {
  const enter = isEnter(event);
  const step = ARROWS[event.key];
  if (!step && !enter && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(state);
  if (enter && state.data.kind === "dense") {
    leave(state, plateOf(state.root, "products"), state);
    return;
  }
  if (enter && state.data.vector) {
    state.go(valueTarget(state, state));
    return;
  }
  if (enter) state.pinned = !state.pinned;
  if (event.key === "Escape") state.pinned = false;
  const [down, right] = step ?? [0, 0];
  go(state, limited(state, state.row + down, state.column + right));
  announce(state);
  say(state);
}

export function go(state: State, { row, column }: Cell): void {
  Object.assign(state, { row, column });
  show(state);
}

/** Tell Python which cell is pinned, when it has been so for a moment. */
function announce(state: State): void {
  if (state.data.vector) return;
  const cell = state.pinned ? `${state.row},${state.column}` : "";
  clearTimeout(state.waiting);
  state.waiting = window.setTimeout(() => {
    if ((state.told ?? "") === cell) return;
    state.told = cell || null;
    document.dispatchEvent(new CustomEvent("cnn-lab-pin", { detail: { question: state.data.question, cell } }));
  }, ANNOUNCE_MILLISECONDS);
}

// Ways to other layers and maps

function targetOf(state: State, { goLayer, goChannel, goCell }: DOMStringMap): Target {
  const { data, row, column, pinned, result } = state;
  const target = { layer: goLayer ?? data.layer, channel: Number(goChannel ?? data.channel) };
  if (goCell) return { ...target, cell: goCell };
  const place = data.stages.findIndex(({ layer }) => layer === goLayer) + 1;
  const cell = place ? result?.steps[place] : { row, column };
  if (!pinned || data.vector || !cell || cell.row < 0) return target;
  return { ...target, cell: `${cell.row},${cell.column}` };
}

// To another layer: where it has as many maps, to the same one, and where they are as large, to the same cell

function layerTarget({ data, row, column, pinned }: State, name: string): Target {
  const shape = data.layers.find((layer) => layer.name === name)?.shape ?? [];
  if (shape.length !== data.shape.length || shape.at(-1) !== data.shape.at(-1)) return { layer: name };
  const target = { layer: name, channel: data.channel };
  return pinned && shape.join() === data.shape.join() ? { ...target, cell: `${row},${column}` } : target;
}

function stepBy(state: State, what: "layer" | "channel", by: number): void {
  const { data } = state;
  const turn = <T>(list: T[], value: T): T => list[(list.indexOf(value) + by + list.length) % list.length] as T;
  if (what === "layer") {
    choose(
      state,
      what,
      turn(
        data.layers.map(({ name }) => name),
        data.layer,
      ),
    );
  } else choose(state, what, String(turn(orderOf(state), data.channel)));
}

function choose(state: State, what: "layer" | "channel", value: string): void {
  state.go(what === "layer" ? layerTarget(state, value) : targetOf(state, { goChannel: value }));
}

// The window moves until there is any input.

function start(state: State): void {
  state.pinned = false;
  const button = find(state.root, ".play");
  const halt = (event: Event) => {
    const toggles = event.type === "pointerdown" || (event instanceof KeyboardEvent && isEnter(event));
    if (toggles && event.composedPath().includes(button)) return; // its click stops it
    stop(state);
    show(state);
  };
  state.halt = halt;
  for (const kind of STOPS) document.addEventListener(kind, halt, { passive: true });
  state.timer = window.setInterval(() => {
    if (!document.hidden) walk(state);
  }, STEP_MILLISECONDS);
}

export function stop(state: State): void {
  if (!state.timer) return;
  clearInterval(state.timer);
  state.timer = 0;
  const { halt } = state;
  if (halt) for (const kind of STOPS) document.removeEventListener(kind, halt);
}

function walk(state: State): void {
  const [rows, columns] = state.view.cells(state);
  const count = state.data.vector ? lengthOf(state.data) : rows * columns;
  go(state, cellAt((state.row * columns + state.column + 1) % count, columns));
}
