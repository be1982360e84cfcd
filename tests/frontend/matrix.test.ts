// The matrix of numbers: what it draws, which cell a click or a key chooses, and that drawing the same again keeps the focus.

import { beforeEach, expect, test, vi } from "vitest";
import show from "../../cnn/frontend/matrix.ts";

type Place = [number, number];

const names = ["cat", "dog", "frog"];
const cells = names.map((row, i) =>
  names.map((column, j) => ({
    text: String(10 * i + j),
    ground: `rgb(${i},${j},0)`,
    ink: "#1D1B18",
    title: `${10 * i + j} pictures of class ${row} named ${column}`,
  })),
);
const data = { corner: "is ↓ said →", rows: names, columns: names, cells, chosen: [1, 2] as Place | null };

let parent: HTMLElement;
let chosen: Place[];

const draw = (changes: Partial<typeof data> = {}) =>
  show({
    data: { ...data, ...changes },
    parentElement: parent,
    setTriggerValue: (_, place) => void chosen.push(place),
  });
const buttons = () => [...parent.querySelectorAll("button")];
const at = (row: number, column: number) => buttons()[3 * row + column] as HTMLButtonElement;
const pressed = () => buttons().flatMap((button, i) => (button.getAttribute("aria-pressed") === "true" ? [i] : []));
const press = (key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  (document.activeElement as Element).dispatchEvent(event);
  return event.defaultPrevented;
};

beforeEach(() => {
  document.body.innerHTML = '<div class="matrix"><table></table></div>';
  parent = document.body;
  chosen = [];
  draw();
});

test("every cell says its number, its colours and at length what it is", () => {
  expect(buttons().map((button) => button.textContent)).toEqual(["0", "1", "2", "10", "11", "12", "20", "21", "22"]);
  expect(at(2, 1).getAttribute("aria-label")).toBe("21 pictures of class frog named dog");
  expect(at(2, 1).style.background).toMatch(/^rgb\(2, ?1, ?0\)$/);
  const heads = [...parent.querySelectorAll("th")].map((head) => [head.scope, head.textContent]);
  expect(heads.slice(0, 4)).toEqual([["col", "is ↓ said →"], ...names.map((name) => ["col", name])]);
  expect(heads.slice(4)).toEqual(names.map((name) => ["row", name]));
});

test("the chosen cell alone is pressed and can be reached by Tab", () => {
  expect(pressed()).toEqual([5]);
  expect(buttons().map((button) => button.tabIndex)).toEqual([-1, -1, -1, -1, -1, 0, -1, -1, -1]);
  draw({ chosen: null });
  expect(pressed()).toEqual([]);
  expect(at(0, 0).tabIndex).toBe(0); // or else no key would lead into the matrix
});

test("a click chooses row and column, beside the cells it chooses nothing", () => {
  at(0, 2).click();
  expect(chosen).toEqual([[0, 2]]);
  expect(pressed()).toEqual([2]);
  (parent.querySelector("th") as HTMLElement).click();
  expect(chosen).toHaveLength(1);
});

test("arrow keys go from cell to cell, stop at the edge, and choose nothing by themselves", () => {
  at(1, 2).focus();
  expect(press("ArrowLeft")).toBe(true);
  expect(document.activeElement).toBe(at(1, 1));
  press("ArrowUp");
  press("ArrowUp");
  expect(document.activeElement).toBe(at(0, 1));
  press("ArrowDown");
  press("ArrowRight");
  press("ArrowRight");
  expect(document.activeElement).toBe(at(1, 2));
  expect(buttons().filter((button) => button.tabIndex === 0)).toEqual([at(1, 2)]);
  expect(press("ArrowLeft", { ctrlKey: true })).toBe(false); // the browser's own
  expect(press("a")).toBe(false);
  expect(chosen).toEqual([]);
});

test("the same drawn again keeps the cells and the focus; other numbers are drawn anew", () => {
  const cell = at(1, 1);
  cell.focus();
  draw({ chosen: [1, 1] });
  expect(at(1, 1)).toBe(cell);
  expect(document.activeElement).toBe(cell);
  expect(pressed()).toEqual([4]);
  const other = structuredClone(cells);
  (other[1]?.[1] as { text: string }).text = "99";
  draw({ cells: other });
  expect(at(1, 1)).not.toBe(cell);
  expect(at(1, 1).textContent).toBe("99");
  expect(buttons()).toHaveLength(9);
});

test("what a cell says is text, never markup", () => {
  const other = structuredClone(cells);
  Object.assign(other[0]?.[0] as object, { text: "<img src=x>", title: '"><b>' });
  draw({ cells: other, rows: ["<i>row</i>", "b", "c"] });
  expect(parent.querySelector("img, b, i")).toBeNull();
  expect(at(0, 0).title).toBe('"><b>');
});

test("without its table there is nothing to draw", () => {
  document.body.innerHTML = "";
  const call = vi.fn();
  show({ data, parentElement: document.body, setTriggerValue: call });
  expect(call).not.toHaveBeenCalled();
});
