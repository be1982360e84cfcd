// The inspector: one map with its input and its kernel, and the sum behind each of its cells. Hovering is handled
// here; only a pin, or a step to another layer or map, is sent to Python. Keras's values come from the component
// keras_values.ts.
import { find, focusedIn, lasting, type Mount } from "../shared/dom.ts";
import { bringIntoView, CHOSEN, type Choice } from "../shared/flight.ts";
import { showTitlesOnLongPress } from "../shared/input.ts";
import { type Data, type KerasAnswer, readData } from "./data.ts";
import { listen, stop } from "./events.ts";
import { buildHead, show } from "./head.ts";
import { MAP_VIEW } from "./map.ts";
import { NEURON_VIEW, SOFTMAX_VIEW } from "./neuron.ts";
import { cellAt, freshState, limited, type State, strongest, type View } from "./state.ts";

const states = new WeakMap<HTMLElement, State>(); // by place, so that new data keep the cell, the pin and the focus

declare global {
  var cnnLabAnswer: KerasAnswer | undefined; // the last one, for an inspector that is made after it came
  var cnnLabInspected: boolean | undefined; // whether the inspector is in sight, so that somebody may look at its values
}

export default lasting(function inspector({
  data: sent,
  parentElement,
  setTriggerValue,
}: Mount<Uint8Array | Data>): () => void {
  const root = find(parentElement, ".inspector");
  const state = take(root, sent instanceof Uint8Array ? readData(sent) : sent);
  state.go = (target) => setTriggerValue("go", target);
  root.style.setProperty("--above", state.data.above);
  root.style.setProperty("--below", state.data.below);
  const focused = focusedIn(root)?.dataset.part;
  buildHead(state);
  state.view.build(state);
  listen(state);
  showTitlesOnLongPress(root);
  settle(state);
  hear(state, globalThis.cnnLabAnswer, false);
  show(state);
  if (focused) root.querySelector<HTMLElement>(`[data-part="${focused}"]`)?.focus();
  if (state.answer) document.removeEventListener("cnn-lab-answer", state.answer);
  const answer = (event: Event) => hear(state, (event as CustomEvent<KerasAnswer>).detail, true);
  state.answer = answer;
  document.addEventListener("cnn-lab-answer", answer);
  document.removeEventListener(CHOSEN, state.opened);
  state.opened = (event: Event) => {
    event.preventDefault();
    awaited = (event as CustomEvent<Choice>).detail;
    openAwaited(state);
  };
  document.addEventListener(CHOSEN, state.opened);
  openAwaited(state);
  watchSight(state);
  if (globalThis.cnnLabOpens === state.data.layer) {
    globalThis.cnnLabOpens = undefined;
    requestAnimationFrame(() => bringIntoView(find(root, ".board"))); // once the page has taken its room
  }
  return () => {
    document.removeEventListener(CHOSEN, state.opened);
    stop(state);
    state.watcher?.disconnect();
    state.sight?.disconnect();
    see(state, false);
    document.removeEventListener("cnn-lab-answer", answer);
  };
});

// Keras is asked for values that somebody can see

let inSight: HTMLElement | null = null; // another inspector may have come before this one ends

function watchSight(state: State): void {
  if (state.sight) return;
  state.sight = new IntersectionObserver((changes) => see(state, changes.at(-1)?.isIntersecting ?? false));
  state.sight.observe(find(state.root, ".board"));
}

function see({ root }: State, visible: boolean): void {
  if (visible) inSight = root;
  else if (inSight === root) inSight = null;
  globalThis.cnnLabInspected = inSight !== null;
  if (visible) document.dispatchEvent(new CustomEvent("cnn-lab-inspected"));
}

let awaited: Choice | null = null; // a map that was chosen in the overview and has not come yet

// Come into view with it as soon as it is here
function openAwaited(state: State): void {
  const { data, root } = state;
  if (awaited?.layer !== data.layer || awaited.channel !== data.channel) return;
  const { from } = awaited;
  awaited = null;
  const plate = root.querySelector('[data-name="output"]');
  bringIntoView(find(root, ".board"), from, plate);
}

function viewOf(data: Data): View {
  if (data.kind === "dense") return NEURON_VIEW;
  return data.kind === "shares" ? SOFTMAX_VIEW : MAP_VIEW;
}

function take(root: HTMLElement, data: Data): State {
  const before = states.get(root);
  const state = before ?? freshState(root, data, viewOf(data));
  states.set(root, state);
  const same = before?.data.layer === data.layer;
  if (!same || before.data.channel !== data.channel) Object.assign(state, { chosen: null, all: state.all && same });
  if (state.keras?.question !== data.question) state.keras = null;
  return Object.assign(state, { data, view: viewOf(data), sums: null, kept: same });
}

// The first cell: that of the address, the previous one, or the one of the map that is farthest from zero

function settle(state: State): void {
  const { data } = state;
  if (data.kind === "dense" || data.kind === "shares") return;
  const asked = data.cell && !data.vector ? data.cell.join() : null;
  if (data.vector) Object.assign(state, cellAt(data.channel, data.columns));
  else if (asked !== state.told) {
    state.told = asked;
    state.pinned = asked !== null;
    if (data.cell) [state.row, state.column] = data.cell;
  }
  if (!data.vector && !state.pinned && !state.kept) Object.assign(state, strongest(data));
  Object.assign(state, limited(state, state.row, state.column));
}

// The message of keras_values.ts: Keras's values, or why there are none yet; or a cell that was typed in the table

function hear(state: State, answer: KerasAnswer | undefined, redraw: boolean): void {
  if (!answer || answer.question !== state.data.question) return;
  state.keras = answer;
  if (redraw && answer.cell && answer.cell.join() !== state.told && !state.data.vector) {
    state.told = answer.cell.join();
    state.pinned = true;
    stop(state);
    Object.assign(state, limited(state, ...answer.cell));
  }
  if (redraw) show(state);
}
