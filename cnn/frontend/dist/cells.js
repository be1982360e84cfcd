// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);
var minus = (text) => text.replaceAll("-", "−");
var HUGE = 1e6;
var short = (number) => minus(number.toExponential(2).replace("e+", "e"));
function adaptive(number) {
  const size = Math.abs(number);
  if (size >= HUGE) return short(number);
  return number === 0 ? "0" : minus(number.toFixed(size >= 1 ? 2 : size >= 0.1 ? 3 : 4));
}

// cnn/frontend/shared/colours.ts
var STEPS = 511;
function rgb(text) {
  const channel = (from) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
function mix(one, other, share) {
  const channel = (i) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
function along(stops, share) {
  const at = clamp(share, 0, 1) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[below], stops[below + 1], at - below);
}
function shareOf(value, { low, high, stops }) {
  if (!(high > low)) return stops.length === 3 ? 0.5 : 0;
  return clamp((value - low) / (high - low), 0, 1);
}
function withTable(scale) {
  const stops = scale.stops.map(rgb);
  return { ...scale, table: Array.from({ length: STEPS }, (_, i) => along(stops, i / (STEPS - 1))) };
}
function colourOf(value, scale) {
  return scale.table[Math.round(shareOf(value, scale) * (STEPS - 1))];
}

// cnn/frontend/shared/canvas.ts
function paintCells(canvas, rows, columns, colourAt) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const colour = colourAt(row, column);
      if (!colour) continue;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
function paintValues(canvas, rows, columns, scale, valueAt) {
  paintCells(canvas, rows, columns, (row, column) => {
    const value = valueAt(row, column);
    return Number.isNaN(value) ? null : colourOf(value, scale);
  });
}

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function findAll(root, selector) {
  return [...root.querySelectorAll(selector)];
}
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

// cnn/frontend/shared/input.ts
var FINGER = 44;
function cellUnder(point, grid, rows, columns) {
  const box = grid.getBoundingClientRect();
  const at = (share, count) => clamp(Math.floor(share * count), 0, count - 1);
  return {
    row: at((point.clientY - box.top) / box.height, rows),
    column: at((point.clientX - box.left) / box.width, columns)
  };
}
var ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};
function handle(element, hands) {
  known.set(element, hands);
  if (element.dataset.hands) return;
  element.dataset.hands = "true";
  element.style.touchAction = "pan-x pan-y pinch-zoom";
  const now = () => known.get(element) ?? {};
  let dragged = null;
  element.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (event.touches.length === 1 && touch && now().drag && holds(now().handle?.() ?? null, touch)) {
        event.preventDefault();
      }
    },
    { passive: false }
  );
  element.addEventListener("pointerdown", (event) => {
    now().press?.(event);
    if (event.pointerType === "mouse" || !event.isPrimary || !holds(now().handle?.() ?? null, event)) return;
    if (!now().drag) return;
    dragged = event.pointerId;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") now().hover?.(event);
    else if (event.pointerId === dragged) now().drag?.(event);
  });
  const end = (event) => {
    if (event.pointerId === dragged) dragged = null;
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") now().leave?.();
  });
  element.addEventListener("click", (event) => now().choose?.(event));
}
var known = /* @__PURE__ */ new WeakMap();
function holds(element, { clientX, clientY }) {
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const across = Math.max(0, FINGER - box.width) / 2;
  const down = Math.max(0, FINGER - box.height) / 2;
  return clientX >= box.left - across && clientX <= box.right + across && clientY >= box.top - down && clientY <= box.bottom + down;
}

// cnn/frontend/cells.ts
function cells({ data, parentElement }) {
  const root = find(parentElement, ".cells");
  const rows = data.before.length / data.width;
  const scale = withTable(data.scale);
  const plot = find(root, ".plot");
  if (plot.dataset.shown !== data.plot) {
    plot.innerHTML = data.plot;
    plot.dataset.shown = data.plot;
  }
  const markAt = (row, column) => mark(root, data, clamp(row, 0, rows - 1) * data.width + clamp(column, 0, data.width - 1));
  findAll(root, ".grid").forEach((grid, i) => {
    const caption = data.captions[i] ?? "";
    const veiled = data.veiled && i === 1;
    grid.classList.toggle("veiled", veiled);
    grid.tabIndex = veiled ? -1 : 0;
    const values = i ? data.after : data.before;
    const valueAt = (row, column) => values[row * data.width + column] ?? Number.NaN;
    if (!veiled) paintValues(find(grid, "canvas"), rows, data.width, scale, valueAt);
    grid.setAttribute("role", "application");
    grid.setAttribute("aria-label", `${caption}. Arrow keys move from cell to cell.`);
    find(grid.parentElement, "figcaption").textContent = caption;
    const point = (at) => {
      const cell = cellUnder(at, grid, rows, data.width);
      markAt(cell.row, cell.column);
    };
    handle(grid, veiled ? {} : { handle: () => grid.querySelector("i"), hover: point, drag: point, choose: point });
    grid.onkeydown = (event) => {
      const step = ARROWS[event.key];
      if (!step || veiled) return;
      event.preventDefault();
      const place = Number(root.dataset.place);
      markAt(Math.floor(place / data.width) + step[0], place % data.width + step[1]);
    };
  });
  const nearest = (at) => {
    const svg = find(plot, "svg");
    const box = svg.getBoundingClientRect();
    const scale2 = svg.viewBox.baseVal.width / box.width;
    const x = ((at.clientX - box.left) * scale2 - data.axes.x_start) / data.axes.x_step;
    const apart = data.before.map((value) => Math.abs(value - x));
    mark(root, data, apart.indexOf(Math.min(...apart)));
  };
  handle(plot, { handle: () => plot.querySelector(".here"), hover: nearest, drag: nearest, choose: nearest });
  const kept = Number(root.dataset.place ?? Number.NaN);
  mark(root, data, kept < data.before.length ? kept : data.before.indexOf(Math.min(...data.before)));
}
function mark(root, data, place) {
  root.dataset.place = String(place);
  const rows = data.before.length / data.width;
  const row = Math.floor(place / data.width);
  const column = place % data.width;
  const at = (values) => values[place] ?? 0;
  const [x, y, slope] = [at(data.before), at(data.after), at(data.slope)];
  for (const box of findAll(root, ".grid i")) {
    box.style.left = `${100 * column / data.width}%`;
    box.style.top = `${100 * row / rows}%`;
    box.style.width = `${100 / data.width}%`;
    box.style.height = `${100 / rows}%`;
  }
  const { axes } = data;
  const across = axes.x_start + axes.x_step * x;
  const up = axes.y_start + axes.y_step * y;
  const steep = axes.slope_start + axes.slope_step * slope;
  const here = find(root, ".plot .here");
  setAttributes(here, { visibility: "visible" });
  setAttributes(find(here, '[data-of="y"]'), { cx: across, cy: up });
  setAttributes(find(here, '[data-of="slope"]'), { cx: across, cy: steep });
  setAttributes(find(here, ".ray"), { d: `M${across} ${axes.y_start}V${up}V${steep}` });
  find(root, ".says").textContent = `Row ${row}, column ${column}:  x = ${adaptive(x)}  →  ${data.name}(x) = ${adaptive(y)},  slope ${adaptive(slope)}`;
}
export {
  cells as default
};
