// Polls the facts of a run, writes them into the page, and has the page run again when something else has changed.
// A screen reader hears the state when it changes, and the progress at most once in ten seconds.
import { child, find, keepChildren, lasting, type Mount, make, setAttributes, write } from "./shared/dom.ts";
import { bringIntoView } from "./shared/flight.ts";
import { LIVE_EVENT, type LiveFacts } from "./shared/live.ts";

const PATIENCE = 3000; // milliseconds until what was asked for, or an answer that failed to come, is tried again
const ALOUD = 10_000; // milliseconds between two sentences for a screen reader

interface Data {
  run: string;
  address: string;
  facts: LiveFacts;
}

interface State {
  place: HTMLElement;
  data: Data;
  timer: number;
  strange: number; // how many answers in a row said nothing of the run
  asked: number; // when the page was asked for anew, in milliseconds
  said: string; // the last sentence read aloud
  spoken: number; // and when
  next: number; // timer of the next one
  ask: (stamp: string) => void;
  back: () => void;
}

const states = new WeakMap<HTMLElement, State>();
const begun = new Set<string>(); // runs that were brought into view

export default lasting(function liveRun({ data, parentElement, setTriggerValue }: Mount<Data>): () => void {
  const place = find(parentElement, ".watch");
  const state = states.get(place) ?? begin(place, data);
  Object.assign(state, { data, asked: -PATIENCE, ask: (stamp: string) => setTriggerValue("changed", stamp) });
  show(state, data.facts);
  plan(state, data.facts.wait);
  // Where the columns of the page are stacked, a run that was just started is far below the button.
  if (data.facts.words && !begun.has(data.run)) bringIntoView(place);
  begun.add(data.run);
  return () => {
    clearTimeout(state.timer);
    clearTimeout(state.next);
    document.removeEventListener("visibilitychange", state.back);
    states.delete(place);
  };
});

function begin(place: HTMLElement, data: Data): State {
  const state: State = {
    place,
    data,
    timer: 0,
    strange: 0,
    asked: -PATIENCE,
    said: "",
    spoken: Number.NEGATIVE_INFINITY,
    next: 0,
    ask: () => undefined,
    back: () => {
      if (!document.hidden) plan(state, 0);
    },
  };
  document.addEventListener("visibilitychange", state.back);
  states.set(place, state);
  return state;
}

function plan(state: State, seconds: number): void {
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => poll(state), 1000 * seconds);
}

async function poll(state: State): Promise<void> {
  if (document.hidden) return; // coming back polls again
  const { address } = state.data;
  let wait = PATIENCE / 1000;
  try {
    const answer = await fetch(new URL(address, here()), { cache: "no-store" });
    if (state.data.address !== address || !states.has(state.place)) return; // another run is shown meanwhile
    const facts = await readFacts(answer);
    state.strange = facts ? 0 : state.strange + 1;
    if (facts) wait = take(state, facts);
    else if (state.strange > 1) complain(state, answer);
  } catch {
    // The server is out of reach: Streamlit says so.
  }
  plan(state, wait);
}

// What an answer says of the run; null where it is none: a proxy's page, or a server that was started again.
async function readFacts(answer: Response): Promise<LiveFacts | null> {
  try {
    const facts = (await answer.json()) as LiveFacts;
    return answer.ok && facts && (facts.gone || typeof facts.stamp === "string") ? facts : null;
  } catch {
    return null;
  }
}

// The page goes on: Python draws it anew every few seconds instead.
function complain(state: State, answer: Response): void {
  const words = child<HTMLElement>(state.place, 0);
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "no type";
  write(
    words,
    `The answer to a request for the state of this run could not be read (${answer.status}, ${type}). The page is ` +
      "updated every three seconds instead. If this message stays, a proxy blocks live/: see docs/classroom.md.",
  );
  words.hidden = false;
  ask(state, "unreadable");
}

// Where this page is, without its query and without a slash at its end, which would make it a folder.
function here(): string {
  return location.origin + location.pathname.replace(/(?<=.)\/+$/, "");
}

function take(state: State, facts: LiveFacts): number {
  if (facts.gone) {
    ask(state, "gone");
    return PATIENCE / 1000;
  }
  show(state, facts);
  if (facts.stamp === state.data.facts.stamp) {
    window.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: { run: state.data.run, facts, taken: false } }));
  } else ask(state, facts.stamp);
  return facts.wait;
}

function ask(state: State, stamp: string): void {
  if (performance.now() - state.asked < PATIENCE) return;
  state.asked = performance.now();
  state.ask(stamp);
}

// The newest sentence, as soon as the one before is ten seconds old
function speak(state: State, facts: LiveFacts): void {
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

function show(state: State, facts: LiveFacts): void {
  speak(state, facts);
  const [words, bar, figures] = [0, 1, 2].map((i) => child<HTMLElement>(state.place, i)) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ];
  write(words, facts.words);
  words.hidden = !facts.words;
  bar.hidden = facts.share === null;
  const percent = Math.round(1000 * (facts.share ?? 0)) / 10;
  setAttributes(bar, { "aria-valuenow": percent });
  child<HTMLElement>(bar, 0).style.width = `${percent}%`;
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
