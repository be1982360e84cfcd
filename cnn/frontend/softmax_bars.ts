// @ts-nocheck
// Softmax written out: a row a class; the class under the hand or the focus has its fraction written above.
const make = (kind, text, parent, name) => {
  const element = document.createElement(kind);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  parent.append(element);
  return element;
};

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".softmax");
  const body = root.querySelector("tbody");
  while (body.rows.length < data.names.length) addRow(body);
  const scaled = Boolean(data.temperature);
  root.querySelector(".of").textContent = scaled ? "score / T" : "score";
  root.querySelector("thead .scaled").textContent = scaled ? `÷ ${data.temperature}` : "";
  for (const cell of root.querySelectorAll(".scaled")) cell.hidden = !scaled;
  root.querySelector(".total").textContent = data.total;
  root.querySelector(".whole").textContent = data.whole;
  data.names.forEach((name, i) => {
    const row = body.rows[i];
    row.dataset.place = i;
    row.classList.toggle("best", i === data.best);
    row.cells[0].textContent = name;
    const bar = row.querySelector(".signed i");
    const wide = 50 * Math.abs(data.bars[i]);
    bar.style.width = `${wide}%`;
    bar.style.left = data.bars[i] < 0 ? `${50 - wide}%` : "50%";
    bar.style.background = data.bars[i] < 0 ? data.colours.below : data.colours.above;
    row.querySelector(".score").textContent = data.scores[i];
    row.querySelector("td.scaled").textContent = data.exponents[i];
    row.querySelector("td.scaled").hidden = !scaled;
    row.querySelector(".power").textContent = data.powers[i];
    row.querySelector(".share").textContent = data.shares[i];
    row.querySelector(".share").title = data.exact[i];
    row.querySelector(".long i").style.width = `${100 * data.widths[i]}%`;
  });

  const choose = (place) => {
    root.dataset.place = place;
    for (const row of body.rows) row.classList.toggle("chosen", Number(row.dataset.place) === place);
    const box = root.querySelector(".fraction");
    box.replaceChildren();
    make("b", `p(${data.names[place]})`, box);
    fraction(box, data.exponents, place, true);
    fraction(box, data.powers, place, false);
    const end = make("span", undefined, box, "end");
    make("span", "=", end);
    const last = make("span", undefined, end, "over");
    make("span", data.powers[place], last);
    make("span", data.total, last);
    make("span", "=", end);
    make("b", data.shares[place], end, "result");
  };
  const term = (text, place, powered, parent, on) => {
    const item = make("span", powered ? "e" : text, parent, on ? "term on" : "term");
    if (powered) make("sup", text, item);
    item.dataset.place = place;
  };
  const fraction = (box, texts, place, powered) => {
    make("span", "=", box);
    const whole = make("span", undefined, box, "over");
    term(texts[place], place, powered, make("span", undefined, whole), true);
    const below = make("span", undefined, whole);
    texts.forEach((text, i) => {
      if (i) below.append(" + ");
      term(text, i, powered, below, i === place);
    });
  };
  const kept = Number(root.dataset.place ?? data.best);
  choose(kept < data.names.length ? kept : data.best);

  const chooseUnder = (event) => {
    const point = `${event.clientX} ${event.clientY}`; // a page that scrolls under a resting hand does not count
    if (event.type === "pointerover" && root.dataset.point === point) return;
    root.dataset.point = point;
    const found = event.target.closest("[data-place]");
    if (found && found !== root && Number(found.dataset.place) !== Number(root.dataset.place)) {
      choose(Number(found.dataset.place));
    }
  };
  root.onpointerover = root.onpointerdown = chooseUnder;
  for (const row of body.rows) row.onfocus = () => choose(Number(row.dataset.place));
  body.onkeydown = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    body.rows[Math.min(Math.max(Number(root.dataset.place) + step, 0), data.names.length - 1)].focus();
  };
}

function addRow(body) {
  const row = make("tr", undefined, body);
  row.tabIndex = 0;
  make("th", undefined, row).scope = "row";
  make("td", undefined, row, "score");
  make("i", undefined, make("td", undefined, row, "signed"));
  make("td", undefined, row, "scaled");
  make("td", undefined, row, "power");
  make("td", undefined, row, "share");
  make("i", undefined, make("td", undefined, row, "long"));
}
