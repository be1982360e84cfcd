// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function lasting(draw2) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw2(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label2 = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label2) {
    button.title = label2;
    button.setAttribute("aria-label", label2);
  }
  return button;
}
function makeSvg(kind, parent, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  setAttributes(element, attributes);
  parent.append(element);
  return element;
}
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/input.ts
var STILL = 10;
var prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
var isEnter = (event) => event.key === "Enter" || event.key === " ";

// cnn/frontend/time_machine.ts
var MILLISECONDS = 650;
var WIDE = 400;
var TALL = 46;
var FEW = 60;
var states = /* @__PURE__ */ new WeakMap();
var time_machine_default = lasting(function timeMachine({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".time");
  const state = states.get(place) ?? begin(place, data);
  state.facts = data;
  state.send = (value) => setTriggerValue("step", value);
  state.at = Math.max(
    data.stops.findIndex((stop) => stop.step === data.shown),
    0
  );
  state.waiting = false;
  draw(state);
  if (state.playing) arrange(state);
  return () => {
    pause(state);
    states.delete(place);
  };
});
function begin(place, facts) {
  const top = make("div", place, "line");
  const state = {
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
    send: () => void 0
  };
  const { slider } = state;
  state.words.setAttribute("aria-live", "polite");
  state.note.setAttribute("role", "status");
  setAttributes(slider, { role: "slider", tabindex: 0, "aria-label": "Saved state of the network" });
  state.button.onclick = () => toggle(state);
  state.newest.onclick = () => state.send("newest");
  slider.onkeydown = (event) => press(event, state);
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
    drag(event, state);
    settle(state);
  };
  slider.onpointerup = () => settle(state);
  states.set(place, state);
  return state;
}
function draw(state) {
  const { slider, facts } = state;
  const { stops, end, note, live, newest } = facts;
  const best = Math.max(...stops.map((stop) => stop.accuracy ?? 0));
  const ceiling = Math.max(0.5, Math.ceil(best * 4) / 4);
  const x = (stop) => (end ? stop.epoch / end : 0) * WIDE;
  const y = (stop) => TALL * (1 - (stop.accuracy ?? 0) / ceiling);
  state.x = stops.map((stop) => x(stop) / WIDE);
  slider.replaceChildren();
  const plot = makeSvg("svg", slider, {
    viewBox: `0 0 ${WIDE} ${TALL}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true"
  });
  makeSvg("path", plot, { class: "floor", d: `M0 ${TALL}H${WIDE}` });
  const measured = stops.filter((stop) => stop.accuracy !== null);
  makeSvg("path", plot, {
    class: "curve",
    d: measured.map((stop, i) => `${i ? "L" : "M"}${x(stop)} ${y(stop)}`).join("")
  });
  if (stops.length <= FEW) for (const stop of stops) spot(slider, "stop", x(stop) / WIDE, y(stop) / TALL);
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
    "aria-valuetext": now?.words ?? ""
  });
  state.place.dataset.step = String(facts.shown);
  label(state);
}
function spot(slider, name, across, down) {
  const mark = make("i", slider, name);
  mark.style.left = `${100 * across}%`;
  mark.style.top = `${100 * down}%`;
}
function label({ button, playing, facts }) {
  button.textContent = playing ? "❚❚ Pause" : prefersCalm() ? "Next epoch" : "▶ Play";
  button.setAttribute("aria-label", playing ? "Pause" : prefersCalm() ? "Next epoch" : "Play: pass through the epochs");
  button.disabled = facts.stops.length < 2;
}
function ask(state, at) {
  if (!state.facts.stops[at] || at === state.at) return;
  state.at = at;
  draw(state);
  if (state.waiting) state.later = true;
  else send(state);
}
function send(state) {
  const stop = state.facts.stops[state.at];
  if (!stop) return;
  state.waiting = true;
  state.later = false;
  state.send(stop.step);
}
function settle(state) {
  if (state.later) send(state);
}
function drag(event, state) {
  const box = state.slider.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  const far = state.x.map((x) => Math.abs(x - share));
  ask(state, far.indexOf(Math.min(...far)));
}
function press(event, state) {
  const last = state.facts.stops.length - 1;
  const to = {
    ArrowLeft: state.at - 1,
    ArrowDown: state.at - 1,
    ArrowRight: state.at + 1,
    ArrowUp: state.at + 1,
    PageDown: state.at - 5,
    PageUp: state.at + 5,
    Home: 0,
    End: last
  }[event.key];
  if (to === void 0) return;
  event.preventDefault();
  ask(state, clamp(to, 0, last));
  settle(state);
}
var INPUTS = ["pointerdown", "keydown", "wheel"];
function toggle(state) {
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
  const stop = (event) => {
    const presses = event.type === "pointerdown" || event instanceof KeyboardEvent && isEnter(event);
    if (!(presses && event.composedPath().includes(state.button))) pause(state);
  };
  state.stop = stop;
  for (const name of INPUTS) addEventListener(name, stop, { capture: true, passive: true });
  ask(state, next);
  label(state);
}
function arrange(state) {
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => {
    const next = state.at + 1;
    if (document.hidden || next >= state.facts.stops.length) pause(state);
    else ask(state, next);
  }, MILLISECONDS);
}
function pause(state) {
  clearTimeout(state.timer);
  const { stop } = state;
  if (stop) for (const name of INPUTS) removeEventListener(name, stop, { capture: true });
  state.playing = false;
  state.stop = null;
  label(state);
}
export {
  time_machine_default as default
};
