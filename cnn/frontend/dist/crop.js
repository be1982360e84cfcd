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

// cnn/frontend/shared/dom.ts
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/input.ts
var FINGER = 44;
var canHover = () => matchMedia("(hover: hover)").matches;
var byHand = (mouse, touch) => canHover() ? mouse : touch;
var ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};
var withModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;
function holds(element, { clientX, clientY }) {
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const across = Math.max(0, FINGER - box.width) / 2;
  const down = Math.max(0, FINGER - box.height) / 2;
  return clientX >= box.left - across && clientX <= box.right + across && clientY >= box.top - down && clientY <= box.bottom + down;
}

// cnn/frontend/crop.ts
var EVERY = 70;
var states = /* @__PURE__ */ new WeakMap();
function crop({ data, parentElement, setStateValue }) {
  const place = find(parentElement, ".crop");
  const state = states.get(place) ?? begin(place);
  const blob = openBlob(data);
  const { facts } = blob;
  state.send = () => setStateValue("moved", [facts.key, ...state.crop, facts.placed]);
  const another = state.facts?.key !== facts.key;
  if (another) showPhoto(place, blob.bytes("preview").values, facts);
  if (another || state.facts?.placed !== facts.placed) state.crop = [...facts.crop];
  state.facts = facts;
  draw(state, facts);
}
function begin(place) {
  const state = { place, facts: null, crop: [0, 0, 1], grip: null, sent: 0, timer: 0, send: () => void 0 };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <img alt="" draggable="false">
      <div class="square"><i class="corner"></i></div>
    </div>
    <label class="size"><span>Size</span><input type="range" aria-label="Size of the square"></label>`;
  listen(state);
  return state;
}
function showPhoto(place, bytes, facts) {
  const image = find(place, "img");
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  const plate = find(place, ".plate");
  plate.style.aspectRatio = `${facts.width} / ${facts.height}`;
  plate.style.width = `min(100%, ${26 * facts.width / facts.height}rem)`;
  const keys = byHand("drag it, or arrow keys to move, plus and minus for the size", "drag it, or pull its corner");
  plate.setAttribute("aria-label", `${facts.label}. The square is what the network gets: ${keys}.`);
}
var largestSide = (facts) => Math.min(facts.width, facts.height);
function put(state, left, top, side) {
  const { facts } = state;
  if (!facts) return;
  const within = (value, low, high) => clamp(Math.round(value), low, high);
  const size = within(side, facts.least, largestSide(facts));
  const next = [within(left, 0, facts.width - size), within(top, 0, facts.height - size), size];
  if (next.every((value, i) => value === state.crop[i])) return;
  state.crop = next;
  draw(state, facts);
  const wait = state.sent + EVERY - performance.now();
  clearTimeout(state.timer);
  if (wait <= 0) send(state);
  else state.timer = window.setTimeout(() => send(state), wait);
}
function send(state) {
  state.sent = performance.now();
  state.send();
}
function draw({ place, crop: [left, top, side] }, facts) {
  const square = find(place, ".square");
  square.style.left = `${100 * left / facts.width}%`;
  square.style.top = `${100 * top / facts.height}%`;
  square.style.width = `${100 * side / facts.width}%`;
  const range = find(place, "input");
  range.min = String(facts.least);
  range.max = String(largestSide(facts));
  range.value = String(side);
  range.disabled = facts.least === largestSide(facts);
  place.dataset.crop = [left, top, side].join(" ");
}
function listen(state) {
  const { place } = state;
  const plate = find(place, ".plate");
  const square = find(place, ".square");
  const corner = find(place, ".corner");
  const at = (event) => {
    const box = plate.getBoundingClientRect();
    const scale = (state.facts?.width ?? 0) / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  plate.style.touchAction = "pan-x pan-y pinch-zoom";
  plate.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (touch && event.touches.length === 1 && (holds(square, touch) || holds(corner, touch))) event.preventDefault();
    },
    { passive: false }
  );
  plate.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return;
    const mouse = event.pointerType === "mouse";
    const onCorner = mouse ? event.target === corner : holds(corner, event);
    if (!mouse && !onCorner && !holds(square, event)) return;
    plate.setPointerCapture(event.pointerId);
    if (mouse && !onCorner) jump(state, at(event));
    const [left, top, side] = state.crop;
    const [x, y] = at(event);
    state.grip = { corner: onCorner, x, y, left, top, side };
  };
  plate.onclick = (event) => jump(state, at(event));
  plate.onpointermove = (event) => {
    const { grip, facts } = state;
    if (!grip || !facts) return;
    const [x, y] = at(event);
    if (!grip.corner) {
      put(state, grip.left + x - grip.x, grip.top + y - grip.y, grip.side);
      return;
    }
    const room = Math.min(facts.width - grip.left, facts.height - grip.top);
    const pulled = grip.side + (x - grip.x + y - grip.y) / 2;
    put(state, grip.left, grip.top, Math.min(pulled, room));
  };
  plate.onpointerup = plate.onpointercancel = () => {
    state.grip = null;
  };
  plate.onkeydown = (event) => press(event, state);
  const range = find(place, "input");
  range.oninput = () => resize(state, Number(range.value));
}
function jump(state, [x, y]) {
  const [left, top, side] = state.crop;
  if (x < left || y < top || x > left + side || y > top + side) put(state, x - side / 2, y - side / 2, side);
}
function resize(state, side) {
  const [left, top, before] = state.crop;
  put(state, left + (before - side) / 2, top + (before - side) / 2, side);
}
function press(event, state) {
  if (withModifier(event)) return;
  const [left, top, side] = state.crop;
  const step = Math.max(1, Math.round((state.facts?.width ?? 0) / 40));
  const more = { "+": 1, "=": 1, "-": -1 }[event.key];
  const arrow = ARROWS[event.key];
  if (!more && !arrow) return;
  event.preventDefault();
  if (more) resize(state, side + more * step * 2);
  else if (arrow) put(state, left + arrow[1] * step, top + arrow[0] * step, side);
}
export {
  crop as default
};
