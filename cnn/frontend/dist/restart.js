// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// cnn/frontend/restart.ts
var page = window;
var APP = '[data-testid="stApp"]';
var CONTENT = '[data-testid="stMainBlockContainer"]';
var PATIENCE = 5e3;
var watched = null;
function restart({ data, parentElement }) {
  const place = find(parentElement, ".restart");
  const last = page.cnnLabKept?.[data.what];
  const gone = Boolean(last?.count) && last?.server !== data.server && !data.count;
  if (gone) write(place, data.words);
  else if (data.count || !data.what) write(place, "");
  const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
  const element = host.closest('[data-testid="stElementContainer"]');
  if (element) element.style.display = place.textContent ? "" : "none";
  page.cnnLabKept = { ...page.cnnLabKept, [data.what]: { server: data.server, count: data.count } };
  const app = document.querySelector(APP);
  if (app && app !== watched) watch(app);
}
function watch(app) {
  watched = app;
  const state = (name) => app.getAttribute(`data-test-${name}-state`);
  let away = false;
  let ran = false;
  const lock = (on) => document.querySelector(CONTENT)?.toggleAttribute("inert", on);
  const free = () => {
    away = false;
    lock(false);
  };
  const look = () => {
    const connected = state("connection") === "CONNECTED";
    if (!connected) {
      if (!away) lock(true);
      away = true;
      ran = false;
    } else if (away) {
      ran ||= state("script") !== "notRunning";
      if (ran && state("script") === "notRunning") free();
      else if (!ran) setTimeout(() => away && !ran && state("connection") === "CONNECTED" && free(), PATIENCE);
    }
  };
  new MutationObserver(look).observe(app, { attributes: true });
}
export {
  restart as default
};
