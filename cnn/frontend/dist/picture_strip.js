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
var withModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;
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

// cnn/frontend/shared/pictures.ts
function channel(name) {
  return [
    (detail) => document.dispatchEvent(new CustomEvent(name, { detail })),
    (hear) => {
      const listener = (event) => hear(event.detail);
      document.addEventListener(name, listener);
      return () => document.removeEventListener(name, listener);
    }
  ];
}
var [tellPicture, onPicture] = channel("cnn-lab-picture");
var [tellComputed, onComputed] = channel("cnn-lab-computed");

// cnn/frontend/shared/tiles.ts
function addTile(parent) {
  const tile = makeButton(parent, "tile", "");
  tile.setAttribute("role", "radio");
  make("canvas", tile).setAttribute("aria-hidden", "true");
  make("span", tile);
  return tile;
}
function markTile(tiles, chosen) {
  tiles.forEach((tile, i) => {
    tile.setAttribute("aria-checked", String(i === chosen));
    tile.tabIndex = i === (chosen ?? 0) ? 0 : -1;
  });
}
function stepOf(event) {
  if (withModifier(event)) return 0;
  return { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key] ?? 0;
}

// cnn/frontend/picture_strip.ts
var CLASSES = 10;
function pictureStrip({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".strip");
  const { facts, bytes } = openBlob(data);
  const { values, shape } = bytes("pictures");
  const [, height, width] = shape;
  if (!place.firstChild) build(place);
  const tiles = find(place, ".tiles");
  keepChildren(tiles, facts.names.length, () => addTile(tiles));
  const size = height * width * 3;
  const all = findAll(tiles, ".tile");
  const last = () => Number(tiles.querySelector('[aria-checked="true"]')?.dataset.place ?? 0);
  const choose = (tile, number = facts.number) => {
    markTile(all, tile);
    if (number === facts.number) {
      const pixels = values.slice(tile * size, (tile + 1) * size);
      tellPicture({ pixels, digest: facts.digests[tile] ?? "", truth: tile < CLASSES ? tile : null });
    }
    setTriggerValue("chosen", [tile, number]);
  };
  all.forEach((tile, i) => {
    const name = facts.names[i] ?? "";
    paintPicture(child(tile, 0), values.subarray(i * size, (i + 1) * size), height, width);
    child(tile, 1).textContent = name;
    tile.setAttribute("aria-label", i < CLASSES ? `${name}, a picture of this class` : `${name}, your own picture`);
    tile.dataset.place = String(i);
    tile.onclick = () => choose(i);
  });
  markTile(all, facts.chosen);
  find(place, ".number").textContent = `${facts.number + 1} of ${facts.count}`;
  place.dataset.number = String(facts.number + 1);
  const turn = (number) => choose(Math.min(last(), CLASSES - 1), (number + facts.count) % facts.count);
  find(place, ".before").onclick = () => turn(facts.number - 1);
  find(place, ".after").onclick = () => turn(facts.number + 1);
  find(place, ".random").onclick = () => turn(Math.floor(Math.random() * facts.count));
  find(place, ".bring").onclick = () => setTriggerValue("chosen", "bring");
  tiles.onkeydown = (event) => {
    const step = stepOf(event);
    if (!step) return;
    event.preventDefault();
    const next = (last() + step + all.length) % all.length;
    choose(next);
    all[next]?.focus();
  };
  showTitlesOnLongPress(place);
}
function build(place) {
  const tiles = make("div", place, "tiles");
  tiles.setAttribute("role", "radiogroup");
  tiles.setAttribute("aria-label", "Picture");
  const bar = make("div", place, "turn");
  makeButton(bar, "before", "‹", "Previous pictures");
  make("span", bar, "number");
  makeButton(bar, "after", "›", "Next pictures");
  makeButton(bar, "random", "Random", "Random pictures");
  makeButton(bar, "bring", "Your own…").title = "Use your own picture";
}
export {
  pictureStrip as default
};
