// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function findAll(root, selector) {
  return [...root.querySelectorAll(selector)];
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function keepChildren(parent, count, add) {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) add();
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/input.ts
var LONG_PRESS = 500;
var STILL = 10;
var SHEET = `
  position: fixed; z-index: 1000; max-width: min(20rem, 90vw); padding: 0.5rem 0.7rem; border-radius: 0.4rem;
  background: var(--st-text-color); color: var(--st-background-color); font: 0.9rem/1.35 var(--st-font);
  pointer-events: none; border: 1px solid CanvasText;`;
function showTitlesOnLongPress(root) {
  if (root.dataset.titles) return;
  root.dataset.titles = "true";
  let timer = 0;
  let start = null;
  let shown = null;
  const hide = () => {
    shown?.remove();
    shown = null;
  };
  const stop = () => clearTimeout(timer);
  root.addEventListener("pointerdown", (event) => {
    stop();
    hide();
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    start = event;
    const titled = event.target.closest("[title], [data-tip]");
    const text = titled?.title || titled?.dataset.tip;
    if (!text) return;
    timer = window.setTimeout(() => {
      shown = tooltip(root, text, event);
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) stop();
  });
  for (const kind of ["pointerup", "pointercancel"]) root.addEventListener(kind, stop);
  root.addEventListener("contextmenu", (event) => {
    if (shown) event.preventDefault();
  });
  root.addEventListener(
    "click",
    (event) => {
      if (!shown || event.pointerType === "mouse") return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true }
  );
}
function tooltip(root, text, { clientX, clientY }) {
  const box = document.createElement("div");
  box.setAttribute("role", "tooltip");
  box.className = "long-press";
  box.style.cssText = SHEET;
  box.textContent = text;
  root.append(box);
  const { width, height } = box.getBoundingClientRect();
  const zoom = zoomOf(box);
  box.style.left = `${clamp(clientX - width / 2, 8, Math.max(innerWidth - width - 8, 8)) / zoom}px`;
  const above = clientY - height - 28;
  box.style.top = `${(above > 8 ? above : clientY + 28) / zoom}px`;
  return box;
}

// cnn/frontend/softmax_bars.ts
function softmaxBars({ data, parentElement }) {
  const root = find(parentElement, ".softmax");
  const body = find(root, "tbody");
  keepChildren(body, data.names.length, () => addRow(body));
  const rows = [...body.rows];
  fill(root, rows, data);
  const chosen = Number(root.dataset.place ?? data.best);
  choose(root, rows, data, chosen < data.names.length ? chosen : data.best);
  const chooseUnder = (event) => {
    const element = event.target.closest("[data-place]");
    const place = Number(element?.dataset.place);
    if (element && element !== root && place !== Number(root.dataset.place)) choose(root, rows, data, place);
  };
  root.onpointerover = (event) => {
    const point = `${event.clientX} ${event.clientY}`;
    if (event.pointerType !== "mouse" || root.dataset.point === point) return;
    root.dataset.point = point;
    chooseUnder(event);
  };
  root.onclick = chooseUnder;
  showTitlesOnLongPress(root);
  rows.forEach((row, i) => {
    row.onfocus = () => choose(root, rows, data, i);
  });
  body.onkeydown = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    rows[clamp(Number(root.dataset.place) + step, 0, rows.length - 1)]?.focus();
  };
}
function addRow(body) {
  const row = make("tr", body);
  row.tabIndex = 0;
  make("th", row).scope = "row";
  make("td", row, "score");
  make("i", make("td", row, "signed"));
  make("td", row, "scaled");
  make("td", row, "power");
  make("td", row, "share");
  make("i", make("td", row, "long"));
}
function fill(root, rows, data) {
  const scaled = data.temperature !== "";
  find(root, ".of").textContent = scaled ? "score / T" : "score";
  find(root, "thead .scaled").textContent = scaled ? `÷ ${data.temperature}` : "";
  for (const cell of findAll(root, ".scaled")) cell.hidden = !scaled;
  find(root, ".total").textContent = data.total;
  find(root, ".whole").textContent = data.whole;
  rows.forEach((row, i) => {
    const text = (selector, value2) => {
      find(row, selector).textContent = value2 ?? "";
    };
    row.dataset.place = String(i);
    row.classList.toggle("best", i === data.best);
    text("th", data.names[i]);
    text(".score", data.scores[i]);
    text(".scaled", data.exponents[i]);
    text(".power", data.powers[i]);
    text(".share", data.shares[i]);
    find(row, ".share").title = data.exact[i] ?? "";
    const value = data.bars[i] ?? 0;
    const wide = 50 * Math.abs(value);
    const bar = find(row, ".signed i");
    bar.style.width = `${wide}%`;
    bar.style.left = value < 0 ? `${50 - wide}%` : "50%";
    bar.style.background = value < 0 ? data.colours.below : data.colours.above;
    find(row, ".long i").style.width = `${100 * (data.widths[i] ?? 0)}%`;
  });
}
function choose(root, rows, data, place) {
  root.dataset.place = String(place);
  rows.forEach((row, i) => row.classList.toggle("chosen", i === place));
  const box = find(root, ".fraction");
  box.replaceChildren();
  make("b", box, "", `p(${data.names[place]})`);
  addFraction(box, data.exponents, place, true);
  addFraction(box, data.powers, place, false);
  const end = make("span", box, "end");
  make("span", end, "", "=");
  const last = make("span", end, "over");
  make("span", last, "", data.powers[place]);
  make("span", last, "", data.total);
  make("span", end, "", "=");
  make("b", end, "result", data.shares[place]);
}
function addFraction(box, texts, place, powered) {
  make("span", box, "", "=");
  const whole = make("span", box, "over");
  addTerm(make("span", whole), texts[place], place, powered, true);
  const below = make("span", whole);
  texts.forEach((text, i) => {
    if (i) below.append(" + ");
    addTerm(below, text, i, powered, i === place);
  });
}
function addTerm(parent, text, place, powered, on) {
  const item = make("span", parent, on ? "term on" : "term", powered ? "e" : text);
  if (powered) make("sup", item, "", text);
  item.dataset.place = String(place);
}
export {
  softmaxBars as default
};
