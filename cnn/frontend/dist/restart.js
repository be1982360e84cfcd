// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
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
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// cnn/frontend/restart.ts
var page = window;
var APP = '[data-testid="stApp"]';
var PARTS = ["stMainBlockContainer", "stHeader", "stSidebar", "stPopoverBody", "stDialog"];
var PRESSED = PARTS.map((id) => `[data-testid="${id}"]`).join();
var QUIET = 1e3;
var PATIENCE = 5e3;
var watched = null;
var shown = null;
function restart({ data, parentElement }) {
  const place = find(parentElement, ".restart");
  shown = place;
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
  let turned = false;
  let timer = 0;
  let locked = [];
  let notice = null;
  const lock = () => {
    locked = [...document.querySelectorAll(PRESSED)];
    for (const element of locked) element.setAttribute("inert", "");
    timer = window.setTimeout(() => {
      notice = say();
    }, QUIET);
  };
  const free = () => {
    away = false;
    if (turned) location.reload();
    clearTimeout(timer);
    notice?.remove();
    for (const element of locked) element.removeAttribute("inert");
  };
  const look = () => {
    const connected = state("connection") === "CONNECTED";
    if (!connected) {
      if (!away) lock();
      away = true;
      ran = false;
    } else if (away) {
      ran ||= state("script") !== "notRunning";
      if (ran && state("script") === "notRunning") free();
      else if (!ran) setTimeout(() => away && !ran && state("connection") === "CONNECTED" && free(), PATIENCE);
    }
  };
  new MutationObserver(look).observe(app, { attributes: true });
  addEventListener("popstate", () => {
    turned ||= away;
  });
}
function say() {
  const notice = make("p", document.body);
  notice.className = "cnn-lab-away";
  notice.setAttribute("role", "alert");
  const theme = shown ? getComputedStyle(shown) : null;
  const colour = (name) => theme?.getPropertyValue(`--st-${name}`) ?? "";
  notice.style.cssText = `
    position: fixed; inset: 4.25rem 0 auto; z-index: 1000000; width: fit-content; max-width: calc(100vw - 2rem);
    margin: 0 auto; padding: 0.6rem 1rem; box-sizing: border-box; border: 2px solid ${colour("primary-color")};
    border-radius: 6px; background: ${colour("background-color")}; color: ${colour("text-color")};
    font: 1rem/1.4 ${colour("font")}; box-shadow: 0 4px 16px #0004;`;
  notice.textContent = "The server does not answer. Until it is back, nothing on this page can be pressed; the page goes on by itself.";
  return notice;
}
export {
  restart as default
};
