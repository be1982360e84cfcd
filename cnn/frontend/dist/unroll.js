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
var significant = (number) => number === 0 ? "0" : minus(String(Number(number.toPrecision(3))));
var grouped = (number) => number.toLocaleString("en");

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
function shareOf(value, { low, high, stops }) {
  if (!(high > low)) return stops.length === 3 ? 0.5 : 0;
  return clamp((value - low) / (high - low), 0, 1);
}
var css = (colour) => `rgb(${colour.join(",")})`;

// cnn/frontend/shared/dom.ts
function lasting(draw2) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw2(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function findAll(root, selector) {
  return [...root.querySelectorAll(selector)];
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

// cnn/frontend/shared/input.ts
var FINGER = 44;
var isEnter = (event) => event.key === "Enter" || event.key === " ";
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

// cnn/frontend/unroll.ts
var ACROSS = 6;
var GAP = 8;
var LABEL = 15;
var FINGER2 = 24;
var states = /* @__PURE__ */ new WeakMap();
var unroll_default = lasting(function unroll({
  data,
  parentElement,
  setTriggerValue
}) {
  const place = find(parentElement, ".unroll");
  const state = states.get(place) ?? build(place);
  const { facts, values, weights } = data instanceof Uint8Array ? read(data) : data;
  const moved = state.facts?.index !== facts.index;
  const [height, width, channels] = facts.shape;
  Object.assign(state, { facts, height, width, channels, values, weights });
  if (moved || state.at >= values.length) state.at = facts.index;
  state.choose = () => setTriggerValue("index", state.at);
  lay(state);
  state.sizes?.disconnect();
  const sizes = new ResizeObserver(() => lay(state));
  state.sizes = sizes;
  sizes.observe(place);
  return () => sizes.disconnect();
});
function read(data) {
  const { facts, floats } = openBlob(data);
  return { facts, values: floats("values").values, weights: floats("weights").values };
}
function build(place) {
  place.innerHTML = '<div class="stage"><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure><svg aria-hidden="true"><path fill="none" stroke-width="2"/></svg></div><div class="said" role="status" aria-live="polite"></div>';
  const [maps, vector] = findAll(place, "canvas");
  const none = new Float32Array();
  const state = {
    place,
    facts: null,
    maps,
    vector,
    values: none,
    weights: none,
    height: 0,
    width: 0,
    channels: 0,
    at: 0,
    cell: 0,
    step: 0,
    line: 0,
    sizes: null,
    choose: () => void 0
  };
  listen(
    state,
    maps,
    (x, y) => inMaps(state, x, y),
    (key) => mapKeys(state, state.at, key),
    () => mapSpot(state, state.at)
  );
  listen(
    state,
    vector,
    (x, y) => inVector(state, x, y),
    (key) => vectorKeys(state, key),
    () => vectorSpot(state, state.at)
  );
  states.set(place, state);
  return state;
}
function listen(state, canvas, indexAt, next, spot) {
  const point = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    const zoom = zoomOf(canvas);
    go(state, indexAt((clientX - box.left) / zoom, (clientY - box.top) / zoom));
  };
  const handleBox = { getBoundingClientRect: () => boxAround(canvas, spot()) };
  handle(canvas, {
    handle: () => handleBox,
    hover: point,
    drag: point,
    choose: (at) => {
      point(at);
      state.choose();
    }
  });
  canvas.onkeydown = (event) => {
    if (isEnter(event)) state.choose();
    const index = isEnter(event) ? state.at : next(event.key);
    if (index === null) return;
    event.preventDefault();
    go(state, index);
  };
}
function boxAround(canvas, [x, y]) {
  const box = canvas.getBoundingClientRect();
  const zoom = zoomOf(canvas);
  return new DOMRect(box.left + zoom * x - FINGER2 / 2, box.top + zoom * y - FINGER2 / 2, FINGER2, FINGER2);
}
var indexOf = (grid, row, column, channel) => (row * grid.width + column) * grid.channels + channel;
function placeOf(grid, index) {
  const spot = Math.floor(index / grid.channels);
  return [Math.floor(spot / grid.width), spot % grid.width, index % grid.channels];
}
function go(state, index) {
  if (index === null || index < 0 || index >= state.values.length || index === state.at) return;
  state.at = index;
  draw(state);
}
function mapKeys(grid, at, key) {
  const { width, height, channels } = grid;
  let [row, column, channel] = placeOf(grid, at);
  if (key === "ArrowRight") column += 1;
  else if (key === "ArrowLeft") column -= 1;
  else if (key === "ArrowDown") row += 1;
  else if (key === "ArrowUp") row -= 1;
  else if (key === "PageDown") channel += 1;
  else if (key === "PageUp") channel -= 1;
  else return null;
  if (column >= width) [column, channel] = [0, channel + 1];
  if (column < 0) [column, channel] = [width - 1, channel - 1];
  if (row >= height) [row, channel] = [0, channel + ACROSS];
  if (row < 0) [row, channel] = [height - 1, channel - ACROSS];
  return channel < 0 || channel >= channels ? at : indexOf(grid, row, column, channel);
}
function vectorKeys(state, key) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: state.channels, ArrowUp: -state.channels }[key];
  if (key === "Home") return 0;
  if (key === "End") return state.values.length - 1;
  return by ? state.at + by : null;
}
function inMaps(state, x, y) {
  const { cell, width, height, channels } = state;
  const [wide, tall] = [width * cell + GAP, height * cell + GAP + LABEL];
  const [across, down] = [Math.floor(x / wide), Math.floor(y / tall)];
  const [column, row] = [Math.floor((x - across * wide) / cell), Math.floor((y - down * tall) / cell)];
  const channel = down * ACROSS + across;
  const outside = column >= width || row >= height || across >= ACROSS || channel >= channels || x < 0 || y < 0;
  return outside ? null : indexOf(state, row, column, channel);
}
function inVector(state, x, y) {
  const [channel, line] = [Math.floor(x / state.step), Math.floor(y / state.line)];
  if (channel < 0 || channel >= state.channels || line < 0) return null;
  return line * state.channels + channel;
}
var corner = ({ width, height, cell }, channel) => [
  channel % ACROSS * (width * cell + GAP),
  Math.floor(channel / ACROSS) * (height * cell + GAP + LABEL)
];
function mapSpot(state, index) {
  const [row, column, channel] = placeOf(state, index);
  const [x, y] = corner(state, channel);
  return [x + (column + 0.5) * state.cell, y + (row + 0.5) * state.cell];
}
var vectorSpot = (state, index) => [
  (index % state.channels + 0.5) * state.step,
  (Math.floor(index / state.channels) + 0.5) * state.line
];
function lay(state) {
  const { width, height, channels, values } = state;
  const room = Math.min(state.place.clientWidth || 700, 1160);
  const across = Math.min(ACROSS, channels);
  const down = Math.ceil(channels / across);
  state.cell = clamp(Math.floor((room - 40 - across * GAP) / (across * width + channels * 1.4)), 5, 13);
  state.step = Math.max(6, Math.floor(state.cell * 1.4));
  const lines = values.length / channels;
  const tall = down * (height * state.cell + GAP + LABEL) - GAP;
  state.line = Math.max(3, Math.floor(tall / lines));
  size(state.maps, across * (width * state.cell + GAP) - GAP, tall);
  size(state.vector, channels * state.step, lines * state.line);
  draw(state);
}
function size(canvas, wide, tall) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(wide * ratio);
  canvas.height = Math.round(tall * ratio);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${tall}px`;
  canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
}
function draw(state) {
  const { facts, values, weights, width, height, channels, cell, step, line } = state;
  const maps = state.maps.getContext("2d");
  const vector = state.vector.getContext("2d");
  if (!facts || !maps || !vector) return;
  const stops = facts.stops.map(rgb);
  const paint = (value) => css(along(stops, facts.high > facts.low ? shareOf(value, facts) : 0));
  const [row, column, channel] = placeOf(state, state.at);
  maps.clearRect(0, 0, state.maps.width, state.maps.height);
  vector.clearRect(0, 0, state.vector.width, state.vector.height);
  maps.font = "11px sans-serif";
  maps.textBaseline = "top";
  for (let index = 0; index < values.length; index += 1) {
    const [r, col, c] = placeOf(state, index);
    const [x2, y2] = corner(state, c);
    const value = values[index];
    const colour = paint(facts.products ? value * weights[index] : value);
    maps.fillStyle = vector.fillStyle = colour;
    maps.fillRect(x2 + col * cell, y2 + r * cell, cell, cell);
    vector.fillRect(c * step, Math.floor(index / channels) * line, step, line);
  }
  for (let c = 0; c < channels; c += 1) {
    const [x2, y2] = corner(state, c);
    const own = c === channel;
    frame(maps, x2, y2, width * cell, height * cell, own ? facts.accent : facts.quiet, own ? 2 : 0.5);
    frame(maps, x2 + column * cell, y2 + row * cell, cell, cell, facts.ink, own ? 0 : 1);
    maps.fillStyle = own ? facts.accent : facts.quiet;
    maps.fillText(own ? `map ${c}` : String(c), x2, y2 + height * cell + 3);
  }
  frame(vector, 0, 0, channels * step, values.length / channels * line, facts.quiet, 0.5);
  const spot = Math.floor(state.at / channels);
  frame(vector, 0, spot * line, channels * step, line, facts.ink, 1);
  const [x, y] = corner(state, channel);
  mark(maps, x + column * cell, y + row * cell, cell, cell, facts);
  mark(vector, channel * step, spot * line, step, line, facts);
  const under = y + height * cell + LABEL + GAP / 2;
  join(state, facts, x + (column + 0.5) * cell, y + (row + 1) * cell + 3, under, channel * step, (spot + 0.5) * line);
  say(state, facts, row, column, channel);
}
function frame(on, x, y, wide, tall, colour, thick) {
  if (!thick) return;
  on.strokeStyle = colour;
  on.lineWidth = thick;
  on.strokeRect(x + 0.5, y + 0.5, wide - 1, tall - 1);
}
function mark(on, x, y, wide, tall, facts) {
  frame(on, x - 2, y - 2, wide + 4, tall + 4, facts.ground, 4);
  frame(on, x - 2, y - 2, wide + 4, tall + 4, facts.accent, 2.5);
}
function join(state, facts, x1, y1, under, x2, y2) {
  const area = find(state.place, ".stage");
  const [stage, zoom] = [area.getBoundingClientRect(), zoomOf(area)];
  const [a, b] = [state.maps, state.vector].map((canvas) => {
    const { left, right, top } = canvas.getBoundingClientRect();
    const origin = stage.left - zoom * area.scrollLeft;
    return { left: (left - origin) / zoom, right: (right - origin) / zoom, top: (top - stage.top) / zoom };
  });
  const [x, y, way] = [a.left + x1, a.top + y1, a.top + under];
  const [toX, toY, edge] = [b.left + x2 - 2, b.top + y2, b.left - 10];
  const bend = Math.max(edge - 24, a.right + 4);
  const link = find(state.place, "svg path");
  link.setAttribute("d", `M${x},${y}V${way}H${bend}L${edge},${toY}H${toX}`);
  link.setAttribute("stroke", facts.accent);
}
function say(state, facts, row, column, channel) {
  const { place, values, weights, width, height, channels, at } = state;
  const [left, right] = findAll(place, "figcaption");
  left.textContent = `${channels} maps of ${height}×${width}`;
  right.textContent = `The vector: ${grouped(values.length)} values, ${channels} per line`;
  state.maps.setAttribute(
    "aria-label",
    "The maps. Arrow keys move, Page up and down change the map, Enter selects the cell."
  );
  state.vector.setAttribute("aria-label", "The vector. Arrow keys move, Enter selects the cell.");
  const [value, weight] = [values[at] ?? 0, weights[at] ?? 0];
  const part = (name, number) => `<i class="${name}">${number}</i>`;
  find(place, ".said").innerHTML = `<div><span>Position</span><b>row ${part("row", row)}, column ${part("column", column)}, map ${part("channel", channel)}</b></div><div><span>(row × ${width} + column) × ${channels} + map = index</span><b class="formula">(${part("row", row)} × ${width} + ${part("column", column)}) × ${channels} + ${part("channel", channel)} = ${grouped(at)}</b></div><div><span>value × weight for ${facts.name}</span><b class="product">${significant(value)} × ${significant(weight)} = ${significant(value * weight)}</b></div>`;
}
export {
  unroll_default as default,
  indexOf,
  mapKeys,
  placeOf
};
