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
function paintPicture(canvas, pixels, height, width) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// cnn/frontend/patch.ts
var SIDE = 32;
var SQUARE = 8;
var states = /* @__PURE__ */ new WeakMap();
function patch_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".patch");
  const state = states.get(place) ?? begin(place);
  state.send = (cover) => setTriggerValue("cover", cover);
  const { facts, array } = openBlob(data);
  paintPicture(place.querySelector("canvas"), array("pixels").values, SIDE, SIDE);
  place.querySelector(".plate").setAttribute(
    "aria-label",
    `${facts.label}. Drag to cover a part; or arrow keys and Enter, plus and minus for the size.`
  );
}
function begin(place) {
  const state = { start: null, box: { top: 12, left: 12, height: SQUARE, width: SQUARE } };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <canvas width="${SIDE}" height="${SIDE}"></canvas>
      <svg viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg>
    </div>
    <p class="words" aria-live="polite"></p>`;
  listen(place.querySelector(".plate"), place, state);
  draw(place, null);
  return state;
}
function draw(place, box) {
  place.querySelectorAll("rect").forEach((rect) => {
    rect.style.display = box ? "" : "none";
    if (box)
      for (const [name, value] of [
        ["x", box.left],
        ["y", box.top],
        ["width", box.width],
        ["height", box.height]
      ])
        rect.setAttribute(name, value);
  });
  place.querySelector(".words").textContent = box ? `${box.height}×${box.width}, from row ${box.top}, column ${box.left}` : "Drag over it to cover a part.";
}
var within = (value, low, high) => Math.min(Math.max(value, low), high);
function cellUnder(event, plate) {
  const box = plate.getBoundingClientRect();
  const at = (from, size, point) => within(Math.floor((point - from) / size * SIDE), 0, SIDE - 1);
  return { row: at(box.top, box.height, event.clientY), column: at(box.left, box.width, event.clientX) };
}
function between(a, b) {
  const [top, left] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { top, left, height: Math.abs(a.row - b.row) + 1, width: Math.abs(a.column - b.column) + 1 };
}
var around = ({ row, column }) => ({
  top: within(row - SQUARE / 2, 0, SIDE - SQUARE),
  left: within(column - SQUARE / 2, 0, SIDE - SQUARE),
  height: SQUARE,
  width: SQUARE
});
function listen(plate, place, state) {
  plate.onpointerdown = (event) => {
    if (event.button) return;
    plate.setPointerCapture(event.pointerId);
    state.start = cellUnder(event, plate);
    draw(place, between(state.start, state.start));
  };
  plate.onpointermove = (event) => {
    if (state.start) draw(place, between(state.start, cellUnder(event, plate)));
  };
  plate.onpointerup = (event) => {
    if (!state.start) return;
    const box = between(state.start, cellUnder(event, plate));
    lay(plate, place, state, box.height * box.width === 1 ? around(state.start) : box);
  };
  plate.onpointercancel = () => drop(place, state);
  plate.onfocus = () => plate.matches(":focus-visible") && draw(place, state.box);
  plate.onblur = () => drop(place, state);
  plate.onkeydown = (event) => press(event, plate, place, state);
}
function drop(place, state) {
  state.start = null;
  draw(place, null);
}
function lay(plate, place, state, box) {
  drop(place, state);
  const context = plate.querySelector("canvas").getContext("2d");
  context.fillStyle = "rgb(128,128,128)";
  context.fillRect(box.left, box.top, box.width, box.height);
  state.send(box);
}
var KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function press(event, plate, place, state) {
  const more = { "+": 1, "=": 1, "-": -1 }[event.key];
  const enter = event.key === "Enter" || event.key === " ";
  if (event.key === "Escape") return drop(place, state);
  if (!(event.key in KEYS) && !more && !enter) return;
  event.preventDefault();
  if (enter) return lay(plate, place, state, { ...state.box });
  const size = within(state.box.height + (more ?? 0), 1, SIDE);
  const [down, right] = KEYS[event.key] ?? [0, 0];
  state.box = {
    top: within(state.box.top + down, 0, SIDE - size),
    left: within(state.box.left + right, 0, SIDE - size),
    height: size,
    width: size
  };
  draw(place, state.box);
}
export {
  patch_default as default
};
