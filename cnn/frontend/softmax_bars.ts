// Softmax written out, one row per class; above, the fraction of the class under the pointer or with the focus.
import { find, findAll, keepChildren, type Mount, make } from "./shared/dom.ts";
import { showTitlesOnLongPress } from "./shared/input.ts";
import { clamp } from "./shared/numbers.ts";

export interface SoftmaxData {
  names: string[];
  scores: string[];
  exponents: string[];
  powers: string[];
  total: string;
  shares: string[];
  exact: string[];
  whole: string;
  bars: number[]; // scores, the largest of which has size 1
  widths: number[]; // probabilities
  temperature: string; // "" for 1
  best: number;
  colours: { above: string; below: string };
}

export default function softmaxBars({ data, parentElement }: Mount<SoftmaxData>): void {
  const root = find(parentElement, ".softmax");
  const body = find<HTMLTableSectionElement>(root, "tbody");
  keepChildren(body, data.names.length, () => addRow(body));
  const rows = [...body.rows];
  fill(root, rows, data);
  const chosen = Number(root.dataset.place ?? data.best);
  choose(root, rows, data, chosen < data.names.length ? chosen : data.best);

  const chooseUnder = (event: MouseEvent) => {
    const element = (event.target as Element).closest<HTMLElement>("[data-place]");
    const place = Number(element?.dataset.place);
    if (element && element !== root && place !== Number(root.dataset.place)) choose(root, rows, data, place);
  };
  root.onpointerover = (event) => {
    const point = `${event.clientX} ${event.clientY}`; // a page that scrolls under a resting mouse does not count
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

function addRow(body: HTMLElement): void {
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

function fill(root: HTMLElement, rows: HTMLTableRowElement[], data: SoftmaxData): void {
  const scaled = data.temperature !== "";
  find(root, ".of").textContent = scaled ? "score / T" : "score";
  find(root, "thead .scaled").textContent = scaled ? `÷ ${data.temperature}` : "";
  for (const cell of findAll(root, ".scaled")) cell.hidden = !scaled;
  find(root, ".total").textContent = data.total;
  find(root, ".whole").textContent = data.whole;
  rows.forEach((row, i) => {
    const text = (selector: string, value: string | undefined) => {
      find(row, selector).textContent = value ?? "";
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

function choose(root: HTMLElement, rows: HTMLTableRowElement[], data: SoftmaxData, place: number): void {
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

function addFraction(box: HTMLElement, texts: string[], place: number, powered: boolean): void {
  make("span", box, "", "=");
  const whole = make("span", box, "over");
  addTerm(make("span", whole), texts[place], place, powered, true);
  const below = make("span", whole);
  texts.forEach((text, i) => {
    if (i) below.append(" + ");
    addTerm(below, text, i, powered, i === place);
  });
}

function addTerm(parent: HTMLElement, text: string | undefined, place: number, powered: boolean, on: boolean): void {
  const item = make("span", parent, on ? "term on" : "term", powered ? "e" : text);
  if (powered) make("sup", item, "", text);
  item.dataset.place = String(place);
}
