// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start)));
  const raw = (name, ...dtypes) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob has no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer, entry.shape, entry.dtype];
  };
  const facts = header.__metadata__[key];
  if (facts === void 0) throw new Error(`the blob's metadata have no ${key}`);
  return {
    facts: JSON.parse(facts),
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape, dtype] = raw(name, "F32", "F16");
      return { values: dtype === "F32" ? new Float32Array(buffer) : fromHalves(new Uint16Array(buffer)), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    }
  };
}
function fromHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const sign = half & 32768 ? -1 : 1;
    const exponent = half >> 10 & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);
var minus = (text) => text.replaceAll("-", "−");
var HUGE = 1e6;
var short = (number) => minus(number.toExponential(2).replace("e+", "e"));
function fixed(number, digits = 4) {
  if (Math.abs(number) >= HUGE) return short(number);
  return minus(Math.abs(number) < 0.5 * 10 ** -digits ? 0 .toFixed(digits) : number.toFixed(digits));
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
function paintPicture(canvas, pixels, rows, columns) {
  paintCells(canvas, rows, columns, (row, column) => pixelAt(pixels, row * columns + column));
}
function pixelAt(pixels, place) {
  return [pixels[3 * place], pixels[3 * place + 1], pixels[3 * place + 2]];
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
function child(parent, i) {
  const found = parent.children[i];
  if (!found) throw new Error(`no child ${i} here`);
  return found;
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

// cnn/frontend/shared/input.ts
var LONG_PRESS = 500;
var STILL = 10;
var FINGER = 44;
function cellUnder(point, grid, rows, columns) {
  const box = grid.getBoundingClientRect();
  const at = (share, count) => clamp(Math.floor(share * count), 0, count - 1);
  return {
    row: at((point.clientY - box.top) / box.height, rows),
    column: at((point.clientX - box.left) / box.width, columns)
  };
}
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

// cnn/frontend/prediction.ts
var CLASSES = 10;
function prediction({ data, parentElement }) {
  const place = find(parentElement, ".verdict");
  const { facts, bytes } = openBlob(data);
  const { values, shape } = bytes("pixels");
  const [height, width] = shape;
  if (!place.firstChild) build(place);
  const canvas = find(place, "canvas");
  paintPicture(canvas, values, height, width);
  canvas.setAttribute("aria-label", `The ${height}×${width} pixels that the network gets`);
  const words = find(place, ".words");
  const rest = () => {
    words.textContent = facts.caption;
  };
  const point = (at) => {
    const { row, column } = cellUnder(at, canvas, height, width);
    const colours = pixelAt(values, row * width + column);
    const scaled = colours.map((value) => fixed(value / facts.half - 1, 2));
    words.textContent = `Row ${row}, column ${column}: red, green, blue ${colours.join(", ")} → ${scaled.join(", ")}`;
  };
  handle(canvas, { hover: point, leave: rest, choose: point });
  rest();
  showOpinions(find(place, ".opinions"), facts);
  showTitlesOnLongPress(place);
  place.dataset.stamp = facts.stamp;
}
function build(place) {
  const seen = make("figure", place, "seen");
  make("canvas", seen).setAttribute("role", "img");
  make("figcaption", seen, "words");
  make("div", place, "opinions");
}
function showOpinions(place, facts) {
  keepChildren(place, facts.opinions.length, () => buildOpinion(place));
  facts.opinions.forEach((opinion, i) => {
    const box = child(place, i);
    find(box, ".name").textContent = opinion.name;
    find(box, ".says b").textContent = opinion.says[0];
    find(box, ".says span").textContent = opinion.says[1];
    find(box, ".note").textContent = opinion.note;
    box.classList.toggle("none", opinion.none);
    box.classList.toggle("signed", facts.scores);
    const items = findAll(box, "li");
    opinion.rows.forEach((row, j) => showRow(items[j], row, facts, opinion.none));
  });
}
function buildOpinion(place) {
  const box = make("section", place, "opinion");
  make("h2", box, "name");
  const says = make("p", box, "says");
  make("b", says);
  says.append(" ");
  make("span", says);
  const list = make("ol", box);
  for (let i = 0; i < CLASSES; i++) {
    const row = make("li", list);
    make("span", row, "class");
    make("i", make("span", row, "track"));
    make("span", row, "value");
  }
  make("p", box, "note");
}
function showRow(element, row, facts, none) {
  const name = find(element, ".class");
  name.textContent = row.true ? `${row.name} ✓` : row.name;
  name.title = row.true ? "The true class" : "";
  const value = find(element, ".value");
  value.textContent = row.text;
  value.title = row.exact;
  element.classList.toggle("best", row.best);
  element.dataset.class = row.name;
  const bar = find(element, ".track i");
  const wide = Math.abs(row.share) * (facts.scores ? 50 : 100);
  bar.style.width = `${wide}%`;
  bar.style.left = facts.scores ? `${row.share < 0 ? 50 - wide : 50}%` : "0";
  bar.style.background = facts.scores && !none ? facts.colours[row.share < 0 ? "below" : "above"] : "";
}
export {
  prediction as default
};
