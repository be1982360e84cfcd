// A matrix of numbers as coloured cells; a click or the arrow keys choose one, which is sent to Python.

import { showTitlesOnLongPress } from "./shared/input.ts";

type Place = [number, number];
type Cell = { text: string; ground: string; ink: string; title: string };
type Matrix = { corner: string; rows: string[]; columns: string[]; cells: Cell[][]; chosen: Place | null };

const drawn = new WeakMap<Element, string>(); // what is drawn: the same again must not take the focus away

interface Mounted {
  data: Matrix;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: "cell", place: Place) => void;
}

export default function ({ data, parentElement, setTriggerValue }: Mounted) {
  const table = parentElement.querySelector<HTMLTableElement>(".matrix table");
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
    const steps: Record<string, Place> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const [step, cell] = [steps[event.key], buttonOf(event)];
    if (!step || !cell || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [row, column] = placeOf(cell);
    const next = table.querySelector<HTMLButtonElement>(`button[data-place="${row + step[0]},${column + step[1]}"]`);
    if (!next) return;
    for (const button of table.querySelectorAll("button")) button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}

const buttonOf = (event: Event) => (event.target as Element).closest("button");

const placeOf = (button: HTMLButtonElement) => (button.dataset.place ?? "").split(",").map(Number) as Place;

function draw(table: HTMLTableElement, { corner, rows, columns, cells }: Matrix) {
  table.replaceChildren();
  const letters = Math.max(...cells.flat().map((cell) => cell.text.length));
  table.style.minWidth = `${4.6 + Math.max(1.7, 0.44 * letters) * columns.length}rem`; // below that, the matrix scrolls
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

function heading(scope: string, text: string) {
  const cell = document.createElement("th");
  cell.scope = scope;
  const words = document.createElement("span");
  words.textContent = text;
  cell.title = text;
  cell.append(words);
  return cell;
}

function mark(table: HTMLTableElement, chosen: Place | null) {
  const name = chosen ? chosen.join() : "";
  const buttons = [...table.querySelectorAll("button")];
  for (const button of buttons) {
    const is = button.dataset.place === name;
    button.setAttribute("aria-pressed", String(is));
    button.tabIndex = is ? 0 : -1;
  }
  if (!name && buttons[0]) buttons[0].tabIndex = 0;
}
