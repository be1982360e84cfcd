// @ts-nocheck
// Hears from the watch how a run stands, and asks for its fragment anew when that shows something older.
const PATIENCE = 3000; // milliseconds until it is asked for again
const pulses = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".pulse");
  const state = pulses.get(place) ?? begin(place);
  Object.assign(state, { data, drawn: performance.now(), asked: -PATIENCE, ask: () => setTriggerValue("again", true) });
  return () => {
    window.removeEventListener("cnn-lab-live", state.hear);
    pulses.delete(place);
  };
}

function begin(place) {
  const state = {};
  state.hear = ({ detail }) => hear(state, detail);
  window.addEventListener("cnn-lab-live", state.hear);
  pulses.set(place, state);
  return state;
}

const older = (shown, facts) => Object.entries(shown).some(([name, value]) => facts[name] !== value);

function hear(state, message) {
  const { run, atOnce, inTime, every } = state.data;
  const now = performance.now();
  if (message.run !== run || message.taken || now - state.asked < PATIENCE) return;
  if (older(atOnce, message.facts) || (now - state.drawn >= 1000 * every && older(inTime, message.facts))) {
    message.taken = true;
    state.asked = now;
    state.ask();
  }
}
