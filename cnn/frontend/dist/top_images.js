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
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

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
  let shown2 = null;
  const hide = () => {
    shown2?.remove();
    shown2 = null;
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
      shown2 = tooltip(root, text, event);
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) stop();
  });
  for (const kind of ["pointerup", "pointercancel"]) root.addEventListener(kind, stop);
  root.addEventListener("contextmenu", (event) => {
    if (shown2) event.preventDefault();
  });
  root.addEventListener(
    "click",
    (event) => {
      if (!shown2 || event.pointerType === "mouse") return;
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

// cnn/frontend/top_images.ts
var SIDE = 32;
var PART_HEIGHT = 5.5;
var shown = /* @__PURE__ */ new WeakMap();
function topImages({ data, parentElement, setTriggerValue }) {
  const list = find(parentElement, ".nine");
  list.onclick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("picture", Number(link.dataset.place));
  };
  const before = shown.get(list);
  if (before?.length === data.length && before.every((byte, i) => byte === data[i])) return;
  shown.set(list, data.slice());
  draw(list, data);
  showTitlesOnLongPress(list);
}
function draw(list, data) {
  const { facts, bytes } = openBlob(data);
  const pixels = bytes("pictures").values;
  list.replaceChildren();
  facts.winners.forEach((winner, place) => {
    const picture = pixels.subarray(place * SIDE * SIDE * 3, (place + 1) * SIDE * SIDE * 3);
    const link = make("a", make("li", list));
    link.href = winner.link;
    link.title = "Open this picture";
    link.dataset.place = String(place);
    const whole = make("div", link, "whole");
    const canvas = make("canvas", whole);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture ${place + 1}: ${winner.title}, ${winner.value} at ${winner.cell}`);
    paintPicture(canvas, picture, SIDE, SIDE);
    outline(make("i", whole), winner.field);
    cut(make("canvas", make("div", link, "part")), picture, winner.field);
    make("b", link, "", winner.value);
    make("span", link, "", winner.title);
    make("span", link, "", winner.cell);
  });
}
function outline(box, [top, left, bottom, right]) {
  const percent = (cells) => `${100 * cells / SIDE}%`;
  Object.assign(box.style, { top: percent(top), left: percent(left) });
  Object.assign(box.style, { height: percent(bottom - top), width: percent(right - left) });
}
function cut(canvas, picture, [top, left, bottom, right]) {
  const [height, width] = [bottom - top, right - left];
  const part = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * SIDE + left);
    part.set(picture.subarray(from, from + 3 * width), 3 * row * width);
  }
  paintPicture(canvas, part, height, width);
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `min(100%, ${PART_HEIGHT * width / height}rem)`;
  canvas.setAttribute("aria-hidden", "true");
}
export {
  topImages as default
};
