// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
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
function child(parent, i) {
  const found = parent.children[i];
  if (!found) throw new Error(`no child ${i} here`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function keepChildren(parent, count, add) {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) add();
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/input.ts
var prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// cnn/frontend/shared/flight.ts
var MILLISECONDS = 650;
var MARGIN = 16;
var INTERRUPTS = ["wheel", "touchstart", "pointerdown", "keydown"];
var scroller = () => document.querySelector('[data-testid="stMain"]');
function distance(box, top, bottom) {
  const down = box.bottom - bottom;
  if (down > 0) return Math.min(down, box.top - top);
  return Math.min(0, box.top - top);
}
function bringIntoView(area, from = null, to = null, tall = 0) {
  const main = scroller();
  if (!main) return;
  const window2 = main.getBoundingClientRect();
  const { top, bottom } = area.getBoundingClientRect();
  const way = distance({ top, bottom: Math.max(bottom, top + tall) }, window2.top + MARGIN, window2.bottom - MARGIN);
  const start = main.scrollTop;
  if (prefersCalm()) {
    main.scrollTop = start + way;
    return;
  }
  const ghost = from && to ? copyOf(from) : null;
  const began = performance.now();
  const box = from?.getBoundingClientRect();
  let going = true;
  const stop = () => {
    going = false;
    ghost?.remove();
    for (const kind of INTERRUPTS) document.removeEventListener(kind, stop, true);
  };
  for (const kind of INTERRUPTS) document.addEventListener(kind, stop, { capture: true, passive: true });
  const frame = (now) => {
    if (!going) return;
    const share = clamp((now - began) / MILLISECONDS, 0, 1);
    const eased = share * share * (3 - 2 * share);
    main.scrollTop = start + way * eased;
    if (ghost && box && to) place(ghost, box, to.getBoundingClientRect(), eased, main.scrollTop - start);
    if (share < 1) requestAnimationFrame(frame);
    else stop();
  };
  requestAnimationFrame(frame);
}
function copyOf(from) {
  const ghost = document.createElement("canvas");
  ghost.className = "cnn-lab-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.style.cssText = `position: fixed; z-index: 999; pointer-events: none; image-rendering: pixelated;
    outline: 3px solid ${getComputedStyle(from).getPropertyValue("--st-primary-color") || "Highlight"};`;
  if (from instanceof HTMLCanvasElement && from.width && from.height) {
    [ghost.width, ghost.height] = [from.width, from.height];
    ghost.getContext("2d")?.drawImage(from, 0, 0);
  }
  document.body.append(ghost);
  return ghost;
}
function place(ghost, from, to, share, scrolled) {
  const mix = (one, other) => one + (other - one) * share;
  ghost.style.left = `${mix(from.left, to.left)}px`;
  ghost.style.top = `${mix(from.top - scrolled, to.top)}px`;
  ghost.style.width = `${mix(from.width, to.width)}px`;
  ghost.style.height = `${mix(from.height, to.height)}px`;
  ghost.style.opacity = String(share < 0.8 ? 1 : 5 * (1 - share));
}

// cnn/frontend/shared/live.ts
var LIVE_EVENT = "cnn-lab-live";

// cnn/frontend/live_run.ts
var PATIENCE = 3e3;
var ALOUD = 1e4;
var states = /* @__PURE__ */ new WeakMap();
var begun = /* @__PURE__ */ new Set();
var live_run_default = lasting(function liveRun({ data, parentElement, setTriggerValue }) {
  const place2 = find(parentElement, ".watch");
  const state = states.get(place2) ?? begin(place2, data);
  Object.assign(state, { data, asked: -PATIENCE, ask: (stamp) => setTriggerValue("changed", stamp) });
  show(state, data.facts);
  plan(state, data.facts.wait);
  if (data.facts.words && !begun.has(data.run)) bringIntoView(place2);
  begun.add(data.run);
  return () => {
    clearTimeout(state.timer);
    clearTimeout(state.next);
    document.removeEventListener("visibilitychange", state.back);
    states.delete(place2);
  };
});
function begin(place2, data) {
  const state = {
    place: place2,
    data,
    timer: 0,
    strange: 0,
    asked: -PATIENCE,
    said: "",
    spoken: Number.NEGATIVE_INFINITY,
    next: 0,
    ask: () => void 0,
    back: () => {
      if (!document.hidden) plan(state, 0);
    }
  };
  document.addEventListener("visibilitychange", state.back);
  states.set(place2, state);
  return state;
}
function plan(state, seconds) {
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => poll(state), 1e3 * seconds);
}
async function poll(state) {
  if (document.hidden) return;
  const { address } = state.data;
  let wait = PATIENCE / 1e3;
  try {
    const answer = await fetch(new URL(address, here()), { cache: "no-store" });
    if (state.data.address !== address || !states.has(state.place)) return;
    const facts = await readFacts(answer);
    state.strange = facts ? 0 : state.strange + 1;
    if (facts) wait = take(state, facts);
    else if (state.strange > 1) complain(state, answer);
  } catch {
  }
  plan(state, wait);
}
async function readFacts(answer) {
  try {
    const facts = await answer.json();
    return answer.ok && facts && (facts.gone || typeof facts.stamp === "string") ? facts : null;
  } catch {
    return null;
  }
}
function complain(state, answer) {
  const words = child(state.place, 0);
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "no type";
  write(
    words,
    `The answer to a request for the state of this run could not be read (${answer.status}, ${type}). The page is updated every three seconds instead. If this message stays, a proxy blocks live/: see docs/classroom.md.`
  );
  words.hidden = false;
  ask(state, "unreadable");
}
function here() {
  return location.origin + location.pathname.replace(/(?<=.)\/+$/, "");
}
function take(state, facts) {
  if (facts.gone) {
    ask(state, "gone");
    return PATIENCE / 1e3;
  }
  show(state, facts);
  if (facts.stamp === state.data.facts.stamp) {
    window.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: { run: state.data.run, facts, taken: false } }));
  } else ask(state, facts.stamp);
  return facts.wait;
}
function ask(state, stamp) {
  if (performance.now() - state.asked < PATIENCE) return;
  state.asked = performance.now();
  state.ask(stamp);
}
function speak(state, facts) {
  clearTimeout(state.next);
  if (facts.aloud === state.said) return;
  const wait = state.spoken + ALOUD - performance.now();
  const say = () => {
    Object.assign(state, { said: facts.aloud, spoken: performance.now() });
    write(find(state.place, ".aloud"), facts.aloud);
  };
  if (wait <= 0) say();
  else state.next = window.setTimeout(say, wait);
}
function show(state, facts) {
  speak(state, facts);
  const [words, bar, figures] = [0, 1, 2].map((i) => child(state.place, i));
  write(words, facts.words);
  words.hidden = !facts.words;
  bar.hidden = facts.share === null;
  const percent = Math.round(1e3 * (facts.share ?? 0)) / 10;
  setAttributes(bar, { "aria-valuenow": percent });
  child(bar, 0).style.width = `${percent}%`;
  keepChildren(figures, facts.figures.length, () => {
    const pair = make("div", figures);
    make("dt", pair);
    make("dd", pair);
  });
  facts.figures.forEach(([name, value], i) => {
    const pair = child(figures, i);
    write(child(pair, 0), name);
    write(child(pair, 1), value);
  });
}
export {
  live_run_default as default
};
