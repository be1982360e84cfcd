// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/time_machine.ts
var MILLISECONDS = 650;
var WIDE = 400;
var TALL = 46;
var states = /* @__PURE__ */ new WeakMap();
function time_machine_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".time");
  const state = states.get(place) ?? begin(place);
  Object.assign(state, { facts: data, send: (value) => setTriggerValue("step", value) });
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
}
var calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
function element(kind, parent, attributes = {}, text) {
  const ours = kind === "svg" || parent.namespaceURI.endsWith("svg");
  const found = ours ? document.createElementNS("http://www.w3.org/2000/svg", kind) : document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  if (text !== void 0) found.textContent = text;
  parent.append(found);
  return found;
}
function begin(place) {
  const state = { place, playing: false, timer: null };
  const top = element("div", place, { class: "line" });
  state.button = element("button", top, { type: "button", class: "play" });
  state.words = element("p", top, { class: "words", "aria-live": "polite" });
  state.newest = element("button", top, { type: "button", class: "newest" }, "Newest");
  state.slider = element("div", place, {
    class: "slider",
    role: "slider",
    tabindex: 0,
    "aria-label": "Saved state of the network"
  });
  state.note = element("p", place, { class: "note", role: "status" });
  state.button.onclick = () => toggle(state);
  state.newest.onclick = () => state.send("newest");
  state.slider.onkeydown = (event) => press(event, state);
  state.slider.onpointerdown = (event) => {
    state.slider.setPointerCapture(event.pointerId);
    drag(event, state);
  };
  state.slider.onpointermove = (event) => event.buttons && drag(event, state);
  state.slider.onpointerup = () => settle(state);
  states.set(place, state);
  return state;
}
function draw(state) {
  const { stops, end, note, live, newest } = state.facts;
  const best = Math.max(...stops.map((stop) => stop.accuracy ?? 0));
  const ceiling = Math.max(0.5, Math.ceil(best * 4) / 4);
  const x = (stop) => (end ? stop.epoch / end : 0) * WIDE;
  const y = (stop) => TALL * (1 - (stop.accuracy ?? 0) / ceiling);
  state.x = stops.map((stop) => x(stop) / WIDE);
  state.slider.replaceChildren();
  const plot = element("svg", state.slider, {
    viewBox: `0 0 ${WIDE} ${TALL}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true"
  });
  element("path", plot, { class: "floor", d: `M0 ${TALL}H${WIDE}` });
  const measured = stops.filter((stop) => stop.accuracy !== null);
  const line = measured.map((stop, i) => `${i ? "L" : "M"}${x(stop)} ${y(stop)}`).join("");
  element("path", plot, { class: "curve", d: line });
  if (stops.length <= 60) {
    for (const stop of stops) spot(state, "stop", x(stop) / WIDE, y(stop) / TALL);
  }
  const now = stops[state.at];
  if (now) spot(state, "handle", x(now) / WIDE, y(now) / TALL);
  element("span", state.slider, { class: "top" }, `${100 * ceiling} %`);
  state.words.textContent = now?.words ?? "";
  state.note.textContent = note;
  state.newest.hidden = newest && !live;
  state.newest.setAttribute("aria-pressed", String(newest));
  state.newest.textContent = live ? "Newest, as it trains" : "Newest";
  const { slider } = state;
  slider.setAttribute("aria-valuemin", 0);
  slider.setAttribute("aria-valuemax", Math.max(stops.length - 1, 0));
  slider.setAttribute("aria-valuenow", state.at);
  slider.setAttribute("aria-valuetext", now?.words ?? "");
  state.place.dataset.step = state.facts.shown;
  label(state);
}
function spot(state, name, across, down) {
  const mark = element("i", state.slider, { class: name });
  mark.style.left = `${100 * across}%`;
  mark.style.top = `${100 * down}%`;
}
function label(state) {
  const text = state.playing ? "❚❚ Pause" : calm() ? "Next epoch" : "▶ Play";
  state.button.textContent = text;
  state.button.setAttribute("aria-label", state.playing ? "Pause" : calm() ? "Next epoch" : "Pass through the epochs");
  state.button.disabled = state.facts.stops.length < 2;
}
function ask(state, at) {
  const stop = state.facts.stops[at];
  if (!stop || at === state.at) return;
  state.at = at;
  draw(state);
  if (state.waiting) {
    state.later = true;
    return;
  }
  send(state);
}
function send(state) {
  state.waiting = true;
  state.later = false;
  const step = state.facts.stops[state.at].step;
  state.send(step);
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
  ask(state, Math.min(Math.max(to, 0), last));
  settle(state);
}
var INPUTS = ["pointerdown", "keydown", "wheel"];
function toggle(state) {
  if (state.playing) return pause(state);
  const last = state.facts.stops.length - 1;
  const next = state.at >= last ? 0 : state.at + 1;
  if (calm()) {
    ask(state, next);
    return settle(state);
  }
  state.playing = true;
  state.stop = (event) => {
    const presses = event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    if (!(presses && event.composedPath().includes(state.button))) pause(state);
  };
  for (const name of INPUTS) addEventListener(name, state.stop, { capture: true, passive: true });
  ask(state, next);
  label(state);
}
function arrange(state) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => {
    const next = state.at + 1;
    if (document.hidden || next >= state.facts.stops.length) return pause(state);
    ask(state, next);
  }, MILLISECONDS);
}
function pause(state) {
  clearTimeout(state.timer);
  for (const name of INPUTS) if (state.stop) removeEventListener(name, state.stop, { capture: true });
  state.playing = false;
  state.stop = null;
  label(state);
}
export {
  time_machine_default as default
};
