// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
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

// cnn/frontend/matrix.ts
var drawn = /* @__PURE__ */ new WeakMap();
function matrix_default({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector(".matrix table");
  if (!table) return;
  const text = JSON.stringify({ ...data, chosen: null });
  if (drawn.get(table) !== text) {
    drawn.set(table, text);
    draw(table, data);
  }
  mark(table, data.chosen);
  showTitlesOnLongPress(table);
  table.onclick = (event) => {
    const cell = buttonOf(event);
    if (!cell) return;
    mark(table, placeOf(cell));
    setTriggerValue("cell", placeOf(cell));
  };
  table.onkeydown = (event) => {
    const steps = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0]
    };
    const [step, cell] = [steps[event.key], buttonOf(event)];
    if (!step || !cell || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [row, column] = placeOf(cell);
    const next = table.querySelector(`button[data-place="${row + step[0]},${column + step[1]}"]`);
    if (!next) return;
    for (const button of table.querySelectorAll("button")) button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}
var buttonOf = (event) => event.target.closest("button");
var placeOf = (button) => (button.dataset.place ?? "").split(",").map(Number);
function draw(table, { corner, rows, columns, cells }) {
  table.replaceChildren();
  const letters = Math.max(...cells.flat().map((cell) => cell.text.length));
  table.style.minWidth = `${4.6 + Math.max(1.7, 0.44 * letters) * columns.length}rem`;
  table.classList.toggle("many", columns.length > 6);
  const head = table.createTHead().insertRow();
  head.append(heading("col", corner));
  for (const name of columns) head.append(heading("col", name));
  const body = table.createTBody();
  cells.forEach((line, row) => {
    const place = body.insertRow();
    place.append(heading("row", rows[row] ?? ""));
    line.forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.place = `${row},${column}`;
      button.textContent = cell.text;
      button.title = cell.title;
      button.setAttribute("aria-label", cell.title);
      Object.assign(button.style, { background: cell.ground, color: cell.ink });
      place.insertCell().append(button);
    });
  });
}
function heading(scope, text) {
  const cell = document.createElement("th");
  cell.scope = scope;
  const words = document.createElement("span");
  words.textContent = text;
  cell.title = text;
  cell.append(words);
  return cell;
}
function mark(table, chosen) {
  const name = chosen ? chosen.join() : "";
  const buttons = [...table.querySelectorAll("button")];
  for (const button of buttons) {
    const is = button.dataset.place === name;
    button.setAttribute("aria-pressed", String(is));
    button.tabIndex = is ? 0 : -1;
  }
  if (!name && buttons[0]) buttons[0].tabIndex = 0;
}
export {
  matrix_default as default
};
