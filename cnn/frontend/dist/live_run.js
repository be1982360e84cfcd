// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/live_run.ts
var PATIENCE = 3e3;
var watches = /* @__PURE__ */ new WeakMap();
function live_run_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".watch");
  const state = watches.get(place) ?? begin(place);
  Object.assign(state, { data, asked: -PATIENCE, ask: (stamp) => setTriggerValue("changed", stamp) });
  show(state, data.facts);
  plan(state, data.facts.wait);
  return () => {
    clearTimeout(state.timer);
    document.removeEventListener("visibilitychange", state.back);
    watches.delete(place);
  };
}
function begin(place) {
  const [words, bar, figures] = place.children;
  const state = { place, words, bar, figures, timer: null };
  state.back = () => document.hidden || plan(state, 0);
  document.addEventListener("visibilitychange", state.back);
  watches.set(place, state);
  return state;
}
function plan(state, seconds) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => look(state), 1e3 * seconds);
}
async function look(state) {
  if (document.hidden) return;
  const { address } = state.data;
  let wait = PATIENCE / 1e3;
  try {
    const answer = await fetch(new URL(address, document.baseURI), { cache: "no-store" });
    if (state.data.address !== address || !watches.has(state.place)) return;
    if (answer.ok) wait = take(state, await answer.json());
  } catch {
  }
  plan(state, wait);
}
function take(state, facts) {
  if (facts.gone) {
    ask(state, "gone");
    return PATIENCE / 1e3;
  }
  show(state, facts);
  if (facts.stamp === state.data.facts.stamp) tell(state, facts);
  else ask(state, facts.stamp);
  return facts.wait;
}
function tell(state, facts) {
  window.dispatchEvent(new CustomEvent("cnn-lab-live", { detail: { run: state.data.run, facts, taken: false } }));
}
function ask(state, stamp) {
  if (performance.now() - state.asked < PATIENCE) return;
  state.asked = performance.now();
  state.ask(stamp);
}
function show({ words, bar, figures }, facts) {
  write(words, facts.words);
  words.hidden = !facts.words;
  bar.hidden = facts.share === null;
  const percent = Math.round(1e3 * (facts.share ?? 0)) / 10;
  bar.setAttribute("aria-valuenow", percent);
  bar.firstElementChild.style.width = `${percent}%`;
  while (figures.children.length < facts.figures.length) {
    figures.append(document.createElement("div"));
    figures.lastChild.append(document.createElement("dt"), document.createElement("dd"));
  }
  facts.figures.forEach(([name, value], i) => {
    write(figures.children[i].firstChild, name);
    write(figures.children[i].lastChild, value);
  });
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
export {
  live_run_default as default
};
