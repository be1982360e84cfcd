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
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

// cnn/frontend/shared/input.ts
var FINGER = 44;
var canHover = () => matchMedia("(hover: hover)").matches;
var byHand = (mouse, touch) => canHover() ? mouse : touch;
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
var isEnter = (event) => event.key === "Enter" || event.key === " ";
function holds(element, { clientX, clientY }) {
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const across = Math.max(0, FINGER - box.width) / 2;
  const down = Math.max(0, FINGER - box.height) / 2;
  return clientX >= box.left - across && clientX <= box.right + across && clientY >= box.top - down && clientY <= box.bottom + down;
}

// cnn/frontend/patch.ts
var SIDE = 32;
var SQUARE = 8;
var states = /* @__PURE__ */ new WeakMap();
function patch({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".patch");
  const state = states.get(place) ?? begin(place);
  state.send = (cover2) => setTriggerValue("cover", cover2);
  const { facts, bytes } = openBlob(data);
  paintPicture(find(place, "canvas"), bytes("pixels").values, SIDE, SIDE);
  const how = byHand("Drag to cover a part; or arrow keys and Enter, plus and minus for the size.", HOW_TOUCH);
  find(place, ".plate").setAttribute("aria-label", `${facts.label}. ${how}`);
}
var HOW_TOUCH = "Tap to place the square, drag it, and tap it again to cover what is under it.";
function begin(place) {
  const box = { top: 12, left: 12, height: SQUARE, width: SQUARE };
  const state = { place, start: null, finger: null, box, laid: false, send: () => void 0 };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <canvas width="${SIDE}" height="${SIDE}" aria-hidden="true"></canvas>
      <svg viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg>
    </div>
    <p class="words" aria-live="polite"></p>`;
  listen(state);
  draw(place, null);
  return state;
}
function draw(place, box) {
  for (const rect of findAll(place, "rect")) {
    rect.style.display = box ? "" : "none";
    if (box) setAttributes(rect, { x: box.left, y: box.top, width: box.width, height: box.height });
  }
  find(place, ".words").textContent = box ? `${box.height}×${box.width}, from row ${box.top}, column ${box.left}` : byHand("Drag over the picture to cover a part.", HOW_TOUCH);
}
function between(a, b) {
  const [top, left] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { top, left, height: Math.abs(a.row - b.row) + 1, width: Math.abs(a.column - b.column) + 1 };
}
function around({ row, column }, size = SQUARE) {
  const from = (at) => clamp(at - Math.floor(size / 2), 0, SIDE - size);
  return { top: from(row), left: from(column), height: size, width: size };
}
function listen(state) {
  const { place } = state;
  const plate = find(place, ".plate");
  const square = () => state.laid ? find(place, ".frame") : null;
  const cell = (event) => cellUnder(event, plate, SIDE, SIDE);
  plate.style.touchAction = "pan-x pan-y pinch-zoom";
  plate.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (touch && event.touches.length === 1 && holds(square(), touch)) event.preventDefault();
    },
    { passive: false }
  );
  let moved = false;
  plate.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return;
    if (event.pointerType === "mouse") {
      plate.setPointerCapture(event.pointerId);
      state.start = cell(event);
      draw(place, between(state.start, state.start));
    } else if (holds(square(), event)) {
      plate.setPointerCapture(event.pointerId);
      state.finger = event.pointerId;
      moved = false;
    }
  };
  plate.onpointermove = (event) => {
    if (state.start) draw(place, between(state.start, cell(event)));
    if (event.pointerId !== state.finger) return;
    const box = around(cell(event), state.box.height);
    if (box.top === state.box.top && box.left === state.box.left) return;
    moved = true;
    state.box = box;
    draw(place, box);
  };
  plate.onpointerup = (event) => {
    if (state.start) {
      const box = between(state.start, cell(event));
      cover(state, box.height * box.width === 1 ? around(state.start) : box);
    } else if (event.pointerId === state.finger) {
      state.finger = null;
      if (!moved) cover(state, { ...state.box });
    }
  };
  plate.onclick = (event) => {
    if (event.pointerType !== "touch" && event.pointerType !== "pen") return;
    state.laid = true;
    state.box = around(cell(event), state.box.height);
    draw(place, state.box);
  };
  plate.onpointercancel = () => drop(state);
  plate.onfocus = () => {
    if (plate.matches(":focus-visible")) draw(place, state.box);
  };
  plate.onblur = () => drop(state);
  plate.onkeydown = (event) => press(event, state);
}
function drop(state) {
  Object.assign(state, { start: null, finger: null, laid: false });
  draw(state.place, null);
}
function cover(state, box) {
  drop(state);
  const context = find(state.place, "canvas").getContext("2d");
  if (context) {
    context.fillStyle = "rgb(128,128,128)";
    context.fillRect(box.left, box.top, box.width, box.height);
  }
  state.send(box);
}
function press(event, state) {
  const more = { "+": 1, "=": 1, "-": -1 }[event.key] ?? 0;
  const arrow = ARROWS[event.key];
  if (event.key === "Escape") {
    drop(state);
    return;
  }
  if (!arrow && !more && !isEnter(event)) return;
  event.preventDefault();
  if (isEnter(event)) {
    cover(state, { ...state.box });
    return;
  }
  const size = clamp(state.box.height + more, 1, SIDE);
  const [down, right] = arrow ?? [0, 0];
  const [top, left] = [state.box.top + down, state.box.left + right].map((at) => clamp(at, 0, SIDE - size));
  state.box = { top, left, height: size, width: size };
  draw(state.place, state.box);
}
export {
  patch as default
};
