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

// cnn/frontend/shared/colours.ts
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

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
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
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}
function keepChildren(parent, count, add) {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) add();
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

// cnn/frontend/shared/input.ts
var LONG_PRESS = 500;
var STILL = 10;
var canHover = () => matchMedia("(hover: hover)").matches;
var byHand = (mouse, touch) => canHover() ? mouse : touch;
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

// cnn/frontend/tiles.ts
function tiles({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".tiles");
  const blob = openBlob(data);
  const { facts } = blob;
  const sides = { before: blob.bytes("before"), after: blob.bytes("after") };
  const [, height, width] = sides.before.shape;
  const stops = facts.stops.map(rgb);
  const colours = Array.from({ length: 256 }, (_, share) => along(stops, share / 255));
  keepChildren(place, facts.silent.length, () => addTile(place));
  facts.silent.forEach((silent, i) => {
    const tile = child(place, i);
    describe(tile, facts, i, silent);
    for (const name of ["before", "after"]) {
      const from = i * height * width;
      const values = sides[name].values.subarray(from, from + height * width);
      paintCells(find(tile, `.${name}`), height, width, (row, column) => {
        return colours[values[row * width + column]];
      });
    }
    mark(tile, silent);
  });
  place.onclick = (event) => {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    mark(tile, tile.getAttribute("aria-pressed") !== "true");
    setTriggerValue("filter", Number(tile.dataset.filter));
  };
  showTitlesOnLongPress(place);
}
function addTile(place) {
  const tile = makeButton(place, "tile", "");
  const maps = make("span", tile, "maps");
  for (const name of ["before", "after"]) make("canvas", maps, name).setAttribute("aria-hidden", "true");
  make("span", tile, "name");
  make("span", tile, "means");
}
function describe(tile, { first, means }, i, silent) {
  const number = first + i;
  const [before, after] = means.map((sizes) => meanSize(sizes[i] ?? 0));
  const seen = before === after ? before : `${before} → ${after}`;
  tile.dataset.filter = String(number);
  find(tile, ".name").textContent = String(number);
  find(tile, ".means").textContent = seen;
  const click = byHand("Click", "Tap");
  tile.title = `Filter ${number}: mean absolute value ${before} before, ${after} now. ${click} to switch it ${silent ? "on" : "off"}.`;
  tile.setAttribute("aria-label", `${number} ${seen}: filter, mean absolute value before and now`);
}
function mark(tile, silent) {
  tile.setAttribute("aria-pressed", String(silent));
  tile.classList.toggle("silent", silent);
}
var meanSize = (number) => number === 0 ? "0" : number < 5e-3 ? "<0.01" : number < 100 ? number.toFixed(2) : number.toFixed(0);
export {
  tiles as default,
  meanSize
};
