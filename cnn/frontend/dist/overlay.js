// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
var KINDS = { U8: Uint8Array, F32: Float32Array, I32: Int32Array };
function openBlob(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const array = (name) => {
    const [from, to] = header[name].data_offsets;
    const values = new KINDS[header[name].dtype](bytes.slice(8 + length + from, 8 + length + to).buffer);
    return { values, shape: header[name].shape };
  };
  return { facts: JSON.parse(header.__metadata__.facts), array };
}
function make(kind, parent, name = "", text2 = void 0) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text2 !== void 0) element.textContent = text2;
  parent?.append(element);
  return element;
}

// cnn/frontend/overlay.ts
var SIDE = 32;
var FACTOR = 10;
var START_STRENGTH = 75;
var FADE = 0.45;
var states = /* @__PURE__ */ new WeakMap();
var STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
function overlay_default({ data, parentElement }) {
  const place = parentElement.querySelector(".overlay");
  const state = states.get(place) ?? { strength: START_STRENGTH / 100, smooth: false, pixel: null };
  states.set(place, state);
  Object.assign(state, read(data));
  if (place.querySelectorAll("figure").length !== state.maps.length + 1) build(place, state);
  show(place, state);
}
function read(bytes) {
  const { facts, array } = openBlob(bytes);
  facts.maps.forEach((map, i) => {
    if (!map.there) return;
    const { values, shape } = array(`map${i}`);
    [map.rows, map.columns, map.values] = [...shape, values];
  });
  return { ...facts, picture: array("picture").values };
}
function build(place, state) {
  place.replaceChildren();
  controls(place, state);
  const figures = make("div", place, "figures");
  for (let i = -1; i < state.maps.length; i++) figure(figures, place, state, i);
}
function controls(place, state) {
  const bar = make("div", place, "controls");
  const strength = input("range", (event) => {
    state.strength = event.target.value / 100;
    show(place, state);
  });
  strength.value = 100 * state.strength;
  const smooth = input("checkbox", (event) => {
    state.smooth = event.target.checked;
    show(place, state);
  });
  smooth.checked = state.smooth;
  make("label", bar, "", "Strength of the colours").append(strength);
  make("label", bar, "", "Smooth between cells").append(smooth);
}
function input(type, act) {
  const control = document.createElement("input");
  control.type = type;
  control.oninput = act;
  return control;
}
function figure(figures, place, state, number) {
  const element = make("figure", figures);
  make("figcaption", element);
  const plate = make("div", element, "plate");
  const canvas = make("canvas", plate);
  canvas.width = canvas.height = SIDE * FACTOR;
  make("i", plate);
  make("div", plate, "empty");
  if (number >= 0) make("div", element, "scale");
  if (number >= 0) make("div", element, "numbers");
  make("div", element, "says");
  make("p", element, "note");
  plate.tabIndex = 0;
  plate.setAttribute("role", "img");
  plate.onpointermove = plate.onpointerdown = (event) => {
    const box = plate.getBoundingClientRect();
    state.pixel = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map(
      (share) => Math.min(Math.max(Math.floor(share * SIDE), 0), SIDE - 1)
    );
    mark(place, state);
  };
  plate.onpointerleave = () => {
    state.pixel = null;
    mark(place, state);
  };
  plate.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const from = state.pixel ?? [SIDE / 2, SIDE / 2];
    state.pixel = from.map((at, axis) => Math.min(Math.max(at + step[axis], 0), SIDE - 1));
    mark(place, state);
  };
}
function show(place, state) {
  place.querySelectorAll("figure").forEach((element, i) => {
    const map = state.maps[i - 1];
    const ready = map?.values && !map.empty;
    element.querySelector("figcaption").textContent = map ? map.title : "The picture";
    element.querySelector(".empty").textContent = map ? map.empty : "";
    element.querySelector(".note").textContent = map ? map.note : "";
    element.querySelector(".plate").setAttribute("aria-label", described(map, ready));
    paint(element.querySelector("canvas"), state, ready ? map : null);
    if (map) legend(element, state, map, ready);
  });
  mark(place, state);
}
function described(map, ready) {
  if (!map) return "The picture. Arrow keys move from pixel to pixel.";
  if (!ready) return `${map.title}: ${map.empty || "not there yet"}`;
  const most = map.values.indexOf(Math.max(...map.values));
  const [row, column] = [Math.floor(most / map.columns), most % map.columns];
  return `${map.title}, ${map.unit}. The largest value, ${text(map.high)}, is in row ${row}, column ${column} of ${map.rows} by ${map.columns} cells. Arrow keys move from pixel to pixel.`;
}
function paint(canvas, state, map) {
  const size = SIDE * FACTOR;
  const image = new ImageData(size, size);
  const reach = map ? Math.max(Math.abs(map.low), Math.abs(map.high)) || 1 : 1;
  const [above, below, ground] = [state.above, state.below, state.ground].map(rgb);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = 3 * (Math.floor(y / FACTOR) * SIDE + Math.floor(x / FACTOR));
      const value = map ? valueAt(map, (y + 0.5) / FACTOR, (x + 0.5) / FACTOR, state.smooth) ?? 0 : 0;
      const colour = value < 0 ? below : above;
      const share = state.strength * Math.abs(value) / reach;
      const grey = 0.3 * state.picture[from] + 0.59 * state.picture[from + 1] + 0.11 * state.picture[from + 2];
      for (let c = 0; c < 3; c++) {
        const own = state.picture[from + c];
        const quiet = grey + (ground[c] - grey) * FADE;
        const base = map ? own + (quiet - own) * state.strength : own;
        image.data[4 * (y * size + x) + c] = base + (colour[c] - base) * share;
      }
      image.data[4 * (y * size + x) + 3] = 255;
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
function valueAt(map, y, x, smooth) {
  const [row, column] = [(y - map.start) / map.step, (x - map.start) / map.step];
  if (row < 0 || column < 0 || row >= map.rows || column >= map.columns) return null;
  if (!smooth) return map.values[Math.floor(row) * map.columns + Math.floor(column)];
  const [top, down] = between(row - 0.5, map.rows);
  const [left, right] = between(column - 0.5, map.columns);
  const line = (r) => map.values[r * map.columns + left[0]] * left[1] + map.values[r * map.columns + right[0]] * right[1];
  return line(top[0]) * top[1] + line(down[0]) * down[1];
}
function between(at, count) {
  const first = Math.floor(at);
  const within = (cell) => Math.min(Math.max(cell, 0), count - 1);
  return [
    [within(first), 1 - (at - first)],
    [within(first + 1), at - first]
  ];
}
function legend(element, state, map, ready) {
  const scale = element.querySelector(".scale");
  const numbers = element.querySelector(".numbers");
  scale.style.visibility = ready ? "visible" : "hidden";
  numbers.replaceChildren();
  if (!ready) return;
  const stops = map.low < 0 ? [state.below, "transparent", state.above] : ["transparent", state.above];
  scale.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  const ends = map.low < 0 ? [text(map.low), "0", text(map.high)] : ["0", text(map.high)];
  for (const end of ends) make("span", numbers, "", end);
}
function mark(place, state) {
  place.querySelectorAll("figure").forEach((element, i) => {
    const map = state.maps[i - 1];
    const box = element.querySelector("i");
    box.hidden = !state.pixel;
    if (state.pixel) {
      box.style.top = `${100 * state.pixel[0] / SIDE}%`;
      box.style.left = `${100 * state.pixel[1] / SIDE}%`;
      box.style.width = box.style.height = `${100 / SIDE}%`;
    }
    element.querySelector(".says").textContent = words(state, map);
  });
}
function words(state, map) {
  const ready = map?.values && !map.empty;
  if (!state.pixel) return ready ? map.unit : "";
  const [y, x] = state.pixel;
  if (!map) return `row ${y}, column ${x}: ${[0, 1, 2].map((c) => state.picture[3 * (y * SIDE + x) + c]).join(", ")}`;
  if (!ready) return "";
  const value = valueAt(map, y + 0.5, x + 0.5, false);
  return value === null ? "beside the map's cells" : text(value);
}
var text = (value) => value === 0 ? "0" : Number(value.toPrecision(3)).toString().replace("-", "−");
var rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
export {
  overlay_default as default
};
