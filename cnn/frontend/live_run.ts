// @ts-nocheck
// Looks at how a run stands, writes what moves into the page, and asks for the page anew when more has changed.
const PATIENCE = 3000; // milliseconds until what was asked for, or a look that failed, is tried again
const watches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
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
  state.timer = setTimeout(() => look(state), 1000 * seconds);
}

async function look(state) {
  if (document.hidden) return; // coming back looks again
  const { address } = state.data;
  let wait = PATIENCE / 1000;
  try {
    const answer = await fetch(new URL(address, document.baseURI), { cache: "no-store" });
    if (state.data.address !== address || !watches.has(state.place)) return; // another run is shown meanwhile
    if (answer.ok) wait = take(state, await answer.json());
  } catch {
    // The server is out of reach: Streamlit says so.
  }
  plan(state, wait);
}

function take(state, facts) {
  if (facts.gone) {
    ask(state, "gone");
    return PATIENCE / 1000;
  }
  show(state, facts);
  if (facts.stamp === state.data.facts.stamp) tell(state, facts);
  else ask(state, facts.stamp);
  return facts.wait;
}

// Streamlit draws one fragment at a time: the first that takes a message draws itself, others take the next one.
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
  const percent = Math.round(1000 * (facts.share ?? 0)) / 10;
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
