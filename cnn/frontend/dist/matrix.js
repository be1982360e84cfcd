// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

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
  table.style.minWidth = `${7 + 2.7 * columns.length}rem`;
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
