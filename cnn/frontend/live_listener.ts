// Gets the facts of a run from live_run.ts, and has its fragment run again when that shows older ones.
import { find, lasting, type Mount } from "./shared/dom.ts";
import { LIVE_EVENT, type LiveMessage } from "./shared/live.ts";

const PATIENCE = 3000; // milliseconds until it is asked for again

interface Data {
  run: string;
  atOnce: Record<string, unknown>; // facts as shown, of which any change matters at once
  inTime: Record<string, unknown>; // those of which a change matters every so many seconds
  every: number;
}

interface State {
  data: Data;
  drawn: number;
  asked: number;
  ask: () => void;
  hear: (event: Event) => void;
}

const states = new WeakMap<HTMLElement, State>();

export default lasting(function liveListener({ data, parentElement, setTriggerValue }: Mount<Data>): () => void {
  const place = find(parentElement, ".pulse");
  const fresh = { data, drawn: performance.now(), asked: -PATIENCE, ask: () => setTriggerValue("again", true) };
  const state = states.get(place) ?? begin(place, fresh);
  Object.assign(state, fresh);
  return () => {
    window.removeEventListener(LIVE_EVENT, state.hear);
    states.delete(place);
  };
});

function begin(place: HTMLElement, fresh: Omit<State, "hear">): State {
  const state: State = { ...fresh, hear: (event) => hear(state, (event as CustomEvent<LiveMessage>).detail) };
  window.addEventListener(LIVE_EVENT, state.hear);
  states.set(place, state);
  return state;
}

const isOlder = (shown: Record<string, unknown>, facts: Record<string, unknown>): boolean =>
  Object.entries(shown).some(([name, value]) => facts[name] !== value);

function hear(state: State, message: LiveMessage): void {
  const { run, atOnce, inTime, every } = state.data;
  const now = performance.now();
  if (message.run !== run || message.taken || now - state.asked < PATIENCE) return;
  if (isOlder(atOnce, message.facts) || (now - state.drawn >= 1000 * every && isOlder(inTime, message.facts))) {
    message.taken = true;
    state.asked = now;
    state.ask();
  }
}
