// The saved states of a run: a curve of accuracy that is a slider, and a button that passes through the epochs.
import { find, lasting, type Mount, make, makeButton, makeSvg, setAttributes } from "./shared/dom.ts";
import { isEnter, prefersCalm, STILL } from "./shared/input.ts";
import { clamp } from "./shared/numbers.ts";

const MILLISECONDS = 650; // at least so long on every state
const WIDE = 400;
const TALL = 46;
const FEW = 60; // stops that are still drawn one by one

interface Stop {
  step: number;
  epoch: number;
  accuracy: number | null;
  words: string;
}

interface Facts {
  stops: Stop[];
  shown: number; // the step that is shown
  end: number; // the last epoch of the axis
  note: string;
  live: boolean;
  newest: boolean;
}

interface State {
  place: HTMLElement;
  button: HTMLButtonElement;
  words: HTMLElement;
  newest: HTMLButtonElement;
  slider: HTMLElement;
  note: HTMLElement;
  facts: Facts;
  at: number;
  x: number[]; // of the stops, 0 to 1
  waiting: boolean; // for Python's answer
  later: boolean; // something is to be asked after it
  playing: boolean;
  timer: number;
  stop: ((event: Event) => void) | null;
  send: (value: number | "newest") => void;
}

const states = new WeakMap<HTMLElement, State>();

export default lasting(function timeMachine({ data, parentElement, setTriggerValue }: Mount<Facts>): () => void {
  const place = find(parentElement, ".time");
  const state = states.get(place) ?? begin(place, data);
  state.facts = data;
  state.send = (value) => setTriggerValue("step", value);
  state.at = Math.max(
    data.stops.findIndex((stop) => stop.step === data.shown),
    0,
  );
  state.waiting = false;
  draw(state);
  if (state.playing) arrange(state);
  return () => {
    pause(state);
    states.delete(place);
  };
});

function begin(place: HTMLElement, facts: Facts): State {
  const top = make("div", place, "line");
  const state: State = {
    place,
    button: makeButton(top, "play", ""),
    words: make("p", top, "words"),
    newest: makeButton(top, "newest", "Newest"),
    slider: make("div", place, "slider"),
    note: make("p", place, "note"),
    facts,
    at: 0,
    x: [],
    waiting: false,
    later: false,
    playing: false,
    timer: 0,
    stop: null,
    send: () => undefined,
  };
  const { slider } = state;
  state.words.setAttribute("aria-live", "polite");
  state.note.setAttribute("role", "status");
  setAttributes(slider, { role: "slider", tabindex: 0, "aria-label": "Saved state of the network" });
  state.button.onclick = () => toggle(state);
  state.newest.onclick = () => state.send("newest");
  slider.onkeydown = (event) => press(event, state);
  // A drag along the curve is the slider's; up and down a swipe scrolls the page.
  slider.style.touchAction = "pan-y pinch-zoom";
  let start = { x: 0, y: 0 };
  slider.onpointerdown = (event) => {
    slider.setPointerCapture(event.pointerId);
    start = { x: event.clientX, y: event.clientY };
    if (event.pointerType === "mouse") drag(event, state);
  };
  slider.onpointermove = (event) => {
    const [across, down] = [Math.abs(event.clientX - start.x), Math.abs(event.clientY - start.y)];
    if (event.buttons && (event.pointerType === "mouse" || across > Math.max(down, STILL))) drag(event, state);
  };
  slider.onclick = (event) => {
    drag(event, state); // a tap
    settle(state);
  };
  slider.onpointerup = () => settle(state);
  states.set(place, state);
  return state;
}

// The curve

function draw(state: State): void {
  const { slider, facts } = state;
  const { stops, end, note, live, newest } = facts;
  const best = Math.max(...stops.map((stop) => stop.accuracy ?? 0));
  const ceiling = Math.max(0.5, Math.ceil(best * 4) / 4);
  const x = (stop: Stop) => (end ? stop.epoch / end : 0) * WIDE;
  const y = (stop: Stop) => TALL * (1 - (stop.accuracy ?? 0) / ceiling);
  state.x = stops.map((stop) => x(stop) / WIDE);
  slider.replaceChildren();
  const plot = makeSvg("svg", slider, {
    viewBox: `0 0 ${WIDE} ${TALL}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  makeSvg("path", plot, { class: "floor", d: `M0 ${TALL}H${WIDE}` });
  const measured = stops.filter((stop) => stop.accuracy !== null);
  makeSvg("path", plot, {
    class: "curve",
    d: measured.map((stop, i) => `${i ? "L" : "M"}${x(stop)} ${y(stop)}`).join(""),
  });
  for (const stop of stops.length <= FEW ? stops : []) {
    const name = stop.accuracy === null ? "stop unmeasured" : "stop"; // it stands on the floor to be chosen
    spot(slider, name, x(stop) / WIDE, y(stop) / TALL);
  }
  const now = stops[state.at];
  if (now) spot(slider, "handle", x(now) / WIDE, y(now) / TALL);
  make("span", slider, "top", `${100 * ceiling} %`);
  state.words.textContent = now?.words ?? "";
  state.note.textContent = note;
  state.newest.hidden = newest && !live;
  state.newest.setAttribute("aria-pressed", String(newest));
  state.newest.textContent = live ? "Newest, live" : "Newest";
  setAttributes(slider, {
    "aria-valuemin": 0,
    "aria-valuemax": Math.max(stops.length - 1, 0),
    "aria-valuenow": state.at,
    "aria-valuetext": now?.words ?? "",
  });
  state.place.dataset.step = String(facts.shown);
  label(state);
}

function spot(slider: HTMLElement, name: string, across: number, down: number): void {
  const mark = make("i", slider, name);
  mark.style.left = `${100 * across}%`;
  mark.style.top = `${100 * down}%`;
}

function label({ button, playing, facts }: State): void {
  button.textContent = playing ? "❚❚ Pause" : prefersCalm() ? "Next epoch" : "▶ Play";
  button.setAttribute("aria-label", playing ? "Pause" : prefersCalm() ? "Next epoch" : "Play: pass through the epochs");
  button.disabled = facts.stops.length < 2;
}

// A stop is shown at once; Python answers with its maps. One question is asked at a time.

function ask(state: State, at: number): void {
  if (!state.facts.stops[at] || at === state.at) return;
  state.at = at;
  draw(state);
  if (state.waiting) state.later = true;
  else send(state);
}

function send(state: State): void {
  const stop = state.facts.stops[state.at];
  if (!stop) return;
  state.waiting = true;
  state.later = false;
  state.send(stop.step);
}

function settle(state: State): void {
  if (state.later) send(state);
}

function drag(event: { clientX: number }, state: State): void {
  const box = state.slider.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  const far = state.x.map((x) => Math.abs(x - share));
  ask(state, far.indexOf(Math.min(...far)));
}

function press(event: KeyboardEvent, state: State): void {
  const last = state.facts.stops.length - 1;
  const to = {
    ArrowLeft: state.at - 1,
    ArrowDown: state.at - 1,
    ArrowRight: state.at + 1,
    ArrowUp: state.at + 1,
    PageDown: state.at - 5,
    PageUp: state.at + 5,
    Home: 0,
    End: last,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  ask(state, clamp(to, 0, last));
  settle(state);
}

// Play: the next state no sooner than the last one is shown; any key or touch stops it

const INPUTS = ["pointerdown", "keydown", "wheel"];

function toggle(state: State): void {
  if (state.playing) {
    pause(state);
    return;
  }
  const last = state.facts.stops.length - 1;
  const next = state.at >= last ? 0 : state.at + 1;
  if (prefersCalm()) {
    ask(state, next);
    settle(state);
    return;
  }
  state.playing = true;
  const stop = (event: Event) => {
    const presses = event.type === "pointerdown" || (event instanceof KeyboardEvent && isEnter(event));
    if (!(presses && event.composedPath().includes(state.button))) pause(state); // the button itself pauses
  };
  state.stop = stop;
  for (const name of INPUTS) addEventListener(name, stop, { capture: true, passive: true });
  ask(state, next);
  label(state);
}

function arrange(state: State): void {
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => {
    const next = state.at + 1;
    if (document.hidden || next >= state.facts.stops.length) pause(state);
    else ask(state, next);
  }, MILLISECONDS);
}

function pause(state: State): void {
  clearTimeout(state.timer);
  const { stop } = state;
  if (stop) for (const name of INPUTS) removeEventListener(name, stop, { capture: true });
  state.playing = false;
  state.stop = null;
  label(state);
}
