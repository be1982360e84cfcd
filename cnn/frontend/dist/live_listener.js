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

// cnn/frontend/shared/live.ts
var LIVE_EVENT = "cnn-lab-live";

// cnn/frontend/live_listener.ts
var PATIENCE = 3e3;
var states = /* @__PURE__ */ new WeakMap();
var live_listener_default = lasting(function liveListener({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".pulse");
  const fresh = { data, drawn: performance.now(), asked: -PATIENCE, ask: () => setTriggerValue("again", true) };
  const state = states.get(place) ?? begin(place, fresh);
  Object.assign(state, fresh);
  return () => {
    window.removeEventListener(LIVE_EVENT, state.hear);
    states.delete(place);
  };
});
function begin(place, fresh) {
  const state = { ...fresh, hear: (event) => hear(state, event.detail) };
  window.addEventListener(LIVE_EVENT, state.hear);
  states.set(place, state);
  return state;
}
var isOlder = (shown, facts) => Object.entries(shown).some(([name, value]) => facts[name] !== value);
function hear(state, message) {
  const { run, atOnce, inTime, every } = state.data;
  const now = performance.now();
  if (message.run !== run || message.taken || now - state.asked < PATIENCE) return;
  if (isOlder(atOnce, message.facts) || now - state.drawn >= 1e3 * every && isOlder(inTime, message.facts)) {
    message.taken = true;
    state.asked = now;
    state.ask();
  }
}
export {
  live_listener_default as default
};
