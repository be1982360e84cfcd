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
function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
var minus = (text) => text.replaceAll("-", "−");
var significant = (number) => number === 0 ? "0" : minus(String(Number(number.toPrecision(3))));

// cnn/frontend/shared/colours.ts
function rgb(text) {
  const channel = (from) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
function mix(one, other, share) {
  const channel = (i) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
var gradient = (stops) => `linear-gradient(90deg,${stops.join(",")})`;

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
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
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
  const now2 = () => known.get(element) ?? {};
  let dragged = null;
  element.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (event.touches.length === 1 && touch && now2().drag && holds(now2().handle?.() ?? null, touch)) {
        event.preventDefault();
      }
    },
    { passive: false }
  );
  element.addEventListener("pointerdown", (event) => {
    now2().press?.(event);
    if (event.pointerType === "mouse" || !event.isPrimary || !holds(now2().handle?.() ?? null, event)) return;
    if (!now2().drag) return;
    dragged = event.pointerId;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") now2().hover?.(event);
    else if (event.pointerId === dragged) now2().drag?.(event);
  });
  const end = (event) => {
    if (event.pointerId === dragged) dragged = null;
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") now2().leave?.();
  });
  element.addEventListener("click", (event) => now2().choose?.(event));
}
var known = /* @__PURE__ */ new WeakMap();
function holds(element, { clientX, clientY }) {
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const across = Math.max(0, FINGER - box.width) / 2;
  const down = Math.max(0, FINGER - box.height) / 2;
  return clientX >= box.left - across && clientX <= box.right + across && clientY >= box.top - down && clientY <= box.bottom + down;
}

// cnn/frontend/overlay.ts
var SIDE = 32;
var FACTOR = 10;
var START_STRENGTH = 75;
var FADE = 0.45;
var states = /* @__PURE__ */ new WeakMap();
function overlay({ data, parentElement }) {
  const place = find(parentElement, ".overlay");
  const before = states.get(place) ?? { strength: START_STRENGTH / 100, smooth: false, pixel: null };
  const state = { ...before, ...read(data) };
  states.set(place, state);
  if (place.querySelectorAll("figure").length !== state.maps.length + 1) build(place, state);
  show(place, state);
}
function read(bytes) {
  const blob = openBlob(bytes);
  const maps = blob.facts.maps.map((map, i) => {
    if (!map.there) return { ...map, rows: 0, columns: 0, values: null };
    const { values, shape } = blob.floats(`map${i}`);
    return { ...map, rows: shape[0] ?? 0, columns: shape[1] ?? 0, values };
  });
  return { facts: blob.facts, maps, picture: blob.bytes("picture").values };
}
var now = (place) => states.get(place);
function build(place, state) {
  place.replaceChildren();
  controls(place, state);
  const figures = make("div", place, "figures");
  for (let i = -1; i < state.maps.length; i++) figure(figures, place, i);
}
function controls(place, state) {
  const bar = make("div", place, "controls");
  const input = (label, type, act) => {
    const control = make("input", make("label", bar, "", label));
    control.type = type;
    control.oninput = () => {
      act(control);
      show(place, now(place));
    };
    return control;
  };
  const strength = input("Colour strength", "range", (control) => {
    now(place).strength = Number(control.value) / 100;
  });
  strength.value = String(100 * state.strength);
  const smooth = input("Smooth between cells", "checkbox", (control) => {
    now(place).smooth = control.checked;
  });
  smooth.checked = state.smooth;
}
function figure(figures, place, number) {
  const element = make("figure", figures);
  make("figcaption", element);
  const plate = make("div", element, "plate");
  const canvas = make("canvas", plate);
  canvas.width = canvas.height = SIDE * FACTOR;
  canvas.setAttribute("aria-hidden", "true");
  make("i", plate);
  make("div", plate, "empty");
  if (number >= 0) make("div", element, "scale");
  if (number >= 0) make("div", element, "numbers");
  make("div", element, "says");
  make("p", element, "note");
  plate.tabIndex = 0;
  plate.setAttribute("role", "application");
  const point = (pixel) => {
    now(place).pixel = pixel;
    mark(place, now(place));
  };
  const at = (event) => point(cellUnder(event, plate, SIDE, SIDE));
  const box = () => now(place).pixel ? plate.querySelector("i") : null;
  handle(plate, { handle: box, hover: at, leave: () => point(null), drag: at, choose: at });
  plate.onkeydown = (event) => {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const from = now(place).pixel ?? { row: SIDE / 2, column: SIDE / 2 };
    point({ row: clamp(from.row + step[0], 0, SIDE - 1), column: clamp(from.column + step[1], 0, SIDE - 1) });
  };
}
var isReady = (map) => Boolean(map?.values && !map.empty);
function show(place, state) {
  findAll(place, "figure").forEach((element, i) => {
    const map = state.maps[i - 1];
    find(element, "figcaption").textContent = map ? map.title : "The picture";
    find(element, ".empty").textContent = map ? map.empty : "";
    find(element, ".note").textContent = map ? map.note : "";
    find(element, ".plate").setAttribute("aria-label", described(map));
    paint(find(element, "canvas"), state, isReady(map) ? map : null);
    if (map) legend(element, state, map);
  });
  mark(place, state);
}
function described(map) {
  if (!map) return "The picture. Arrow keys move from pixel to pixel.";
  if (!isReady(map)) return `${map.title}: ${map.empty || "not there yet"}`;
  const most = largest(map.values);
  const [row, column] = [Math.floor(most / map.columns), most % map.columns];
  return `${map.title}, ${map.unit}. The largest value, ${significant(map.high)}, is in row ${row}, column ${column} of ${map.rows} by ${map.columns} cells. Arrow keys move from pixel to pixel.`;
}
function paint(canvas, state, map) {
  const { facts, strength, smooth, picture } = state;
  const reach = map ? Math.max(Math.abs(map.low), Math.abs(map.high)) || 1 : 1;
  const [above, below, ground] = [rgb(facts.above), rgb(facts.below), rgb(facts.ground)];
  const base = Array.from({ length: SIDE * SIDE }, (_, place) => {
    const own = pixelAt(picture, place);
    const level = 0.3 * own[0] + 0.59 * own[1] + 0.11 * own[2];
    return map ? mix(own, mix([level, level, level], ground, FADE), strength) : own;
  });
  paintCells(canvas, SIDE * FACTOR, SIDE * FACTOR, (y, x) => {
    const under = base[Math.floor(y / FACTOR) * SIDE + Math.floor(x / FACTOR)];
    const value = map && mapValue(map, (y + 0.5) / FACTOR, (x + 0.5) / FACTOR, smooth);
    return value ? mix(under, value < 0 ? below : above, strength * Math.abs(value) / reach) : under;
  });
}
function mapValue(map, y, x, smooth) {
  const { values } = map;
  const [row, column] = [(y - map.start) / map.step, (x - map.start) / map.step];
  if (!values || row < 0 || column < 0 || row >= map.rows || column >= map.columns) return null;
  const at = (r, c) => values[r * map.columns + c];
  if (!smooth) return at(Math.floor(row), Math.floor(column));
  const down = neighbours(row - 0.5, map.rows);
  const across = neighbours(column - 0.5, map.columns);
  let sum = 0;
  for (const [r, tall] of down) for (const [c, wide] of across) sum += tall * wide * at(r, c);
  return sum;
}
function neighbours(at, count) {
  const first = Math.floor(at);
  const within = (cell) => clamp(cell, 0, count - 1);
  return [
    [within(first), 1 - (at - first)],
    [within(first + 1), at - first]
  ];
}
function legend(element, { facts }, map) {
  const scale = find(element, ".scale");
  const numbers = find(element, ".numbers");
  scale.style.visibility = isReady(map) ? "visible" : "hidden";
  numbers.replaceChildren();
  if (!isReady(map)) return;
  const signed = map.low < 0;
  scale.style.background = gradient(signed ? [facts.below, "transparent", facts.above] : ["transparent", facts.above]);
  const ends = signed ? [significant(map.low), "0", significant(map.high)] : ["0", significant(map.high)];
  for (const end of ends) make("span", numbers, "", end);
}
function mark(place, state) {
  const { pixel } = state;
  findAll(place, "figure").forEach((element, i) => {
    const box = find(element, "i");
    box.hidden = !pixel;
    if (pixel) {
      box.style.top = `${100 * pixel.row / SIDE}%`;
      box.style.left = `${100 * pixel.column / SIDE}%`;
      box.style.width = box.style.height = `${100 / SIDE}%`;
    }
    find(element, ".says").textContent = wordsFor(state, state.maps[i - 1]);
  });
}
function wordsFor({ pixel, picture }, map) {
  if (!pixel) return isReady(map) ? map.unit : "";
  const { row, column } = pixel;
  if (!map) return `row ${row}, column ${column}: ${pixelAt(picture, row * SIDE + column).join(", ")}`;
  if (!isReady(map)) return "";
  const value = mapValue(map, row + 0.5, column + 0.5, false);
  return value === null ? "outside the map" : significant(value);
}
export {
  overlay as default,
  mapValue
};
