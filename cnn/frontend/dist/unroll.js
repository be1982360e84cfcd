// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/unroll.ts
var ACROSS = 6;
var GAP = 8;
var LABEL = 15;
function unroll_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".unroll");
  const state = place.state ??= build(place);
  const fresh = read(data);
  const moved = !state.about || state.about.index !== fresh.about.index;
  Object.assign(state, fresh);
  if (moved || state.at >= fresh.values.length) state.at = fresh.about.index;
  state.choose = () => setTriggerValue("index", state.at);
  lay(state);
  state.sizes?.disconnect();
  state.sizes = new ResizeObserver(() => lay(state));
  state.sizes.observe(place);
  return () => state.sizes.disconnect();
}
function read(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, 8 + length)));
  const array = (name) => {
    const [from, to] = header[name].data_offsets;
    return new Float32Array(data.slice(8 + length + from, 8 + length + to).buffer);
  };
  const about = JSON.parse(header.__metadata__.about);
  const values = array("values");
  const weights = array("weights");
  const [height, width, channels] = about.shape;
  return { about, values, weights, height, width, channels };
}
function build(place) {
  place.innerHTML = '<div class="stage"><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure><figure><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure><svg aria-hidden="true"><path fill="none" stroke-width="2"/></svg></div><div class="said" role="status" aria-live="polite"></div>';
  const [maps, vector] = place.querySelectorAll("canvas");
  const [left, right] = place.querySelectorAll("figcaption");
  const state = { place, maps, vector, left, right, at: 0 };
  state.stage = place.querySelector(".stage");
  state.link = place.querySelector("svg path");
  state.said = place.querySelector(".said");
  for (const [canvas, find, keys] of [
    [maps, inMaps, mapKeys],
    [vector, inVector, vectorKeys]
  ]) {
    canvas.onpointermove = (event) => go(state, find(state, event.offsetX, event.offsetY));
    canvas.onclick = (event) => {
      go(state, find(state, event.offsetX, event.offsetY));
      state.choose();
    };
    canvas.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") state.choose();
      const next = event.key === "Enter" || event.key === " " ? state.at : keys(state, event.key);
      if (next === null) return;
      event.preventDefault();
      go(state, next);
    };
  }
  return state;
}
var indexOf = (state, row, column, channel) => (row * state.width + column) * state.channels + channel;
function placeOf(state, index) {
  const spot = Math.floor(index / state.channels);
  return [Math.floor(spot / state.width), spot % state.width, index % state.channels];
}
function go(state, index) {
  if (index === null || index < 0 || index >= state.values.length || index === state.at) return;
  state.at = index;
  draw(state);
}
function mapKeys(state, key) {
  const { width, height, channels } = state;
  let [row, column, channel] = placeOf(state, state.at);
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
  return channel < 0 || channel >= channels ? state.at : indexOf(state, row, column, channel);
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
function lay(state) {
  const { width, height, channels, values } = state;
  const room = Math.min(state.place.clientWidth || 700, 1160);
  const across = Math.min(ACROSS, channels);
  const down = Math.ceil(channels / across);
  state.cell = Math.max(5, Math.min(13, Math.floor((room - 40 - across * GAP) / (across * width + channels * 1.4))));
  state.step = Math.max(6, Math.floor(state.cell * 1.4));
  const lines = values.length / channels;
  state.tall = down * (height * state.cell + GAP + LABEL) - GAP;
  state.line = Math.max(3, Math.floor(state.tall / lines));
  size(state.maps, across * (width * state.cell + GAP) - GAP, state.tall);
  size(state.vector, channels * state.step, lines * state.line);
  draw(state);
}
function size(canvas, wide, tall) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(wide * ratio);
  canvas.height = Math.round(tall * ratio);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${tall}px`;
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
}
function painter(about) {
  const stops = about.stops.map((stop) => [1, 3, 5].map((i) => parseInt(stop.slice(i, i + 2), 16)));
  return (value) => {
    const reach = about.high - about.low;
    const share = reach > 0 ? Math.min(Math.max((value - about.low) / reach, 0), 1) : 0;
    const spot = share * (stops.length - 1);
    const below = Math.min(Math.floor(spot), stops.length - 2);
    const mix = stops[below].map((c, i) => Math.round(c + (stops[below + 1][i] - c) * (spot - below)));
    return `rgb(${mix.join(",")})`;
  };
}
function draw(state) {
  const { about, values, weights, width, height, channels, cell, step, line } = state;
  const paint = painter(about);
  const [row, column, channel] = placeOf(state, state.at);
  const maps = state.maps.getContext("2d");
  const vector = state.vector.getContext("2d");
  maps.clearRect(0, 0, 9999, 9999);
  vector.clearRect(0, 0, 9999, 9999);
  maps.font = "11px sans-serif";
  maps.textBaseline = "top";
  const corner = (c) => [c % ACROSS * (width * cell + GAP), Math.floor(c / ACROSS) * (height * cell + GAP + LABEL)];
  for (let index = 0; index < values.length; index += 1) {
    const [r, col, c] = placeOf(state, index);
    const [x2, y2] = corner(c);
    const colour = paint(about.products ? values[index] * weights[index] : values[index]);
    maps.fillStyle = vector.fillStyle = colour;
    maps.fillRect(x2 + col * cell, y2 + r * cell, cell, cell);
    vector.fillRect(c * step, Math.floor(index / channels) * line, step, line);
  }
  for (let c = 0; c < channels; c += 1) {
    const [x2, y2] = corner(c);
    frame(maps, x2, y2, width * cell, height * cell, c === channel ? about.accent : about.quiet, c === channel ? 2 : 0.5);
    frame(maps, x2 + column * cell, y2 + row * cell, cell, cell, about.ink, c === channel ? 0 : 1);
    maps.fillStyle = c === channel ? about.accent : about.quiet;
    maps.fillText(c === channel ? `map ${c}` : c, x2, y2 + height * cell + 3);
  }
  frame(vector, 0, 0, channels * step, values.length / channels * line, about.quiet, 0.5);
  const spot = Math.floor(state.at / channels);
  frame(vector, 0, spot * line, channels * step, line, about.ink, 1);
  const [x, y] = corner(channel);
  mark(maps, x + column * cell, y + row * cell, cell, cell, about);
  mark(vector, channel * step, spot * line, step, line, about);
  const under = y + height * cell + LABEL + GAP / 2;
  join(state, x + (column + 0.5) * cell, y + (row + 1) * cell + 3, under, channel * step, (spot + 0.5) * line);
  say(state, row, column, channel);
}
function frame(canvas, x, y, wide, tall, colour, thick) {
  if (!thick) return;
  canvas.strokeStyle = colour;
  canvas.lineWidth = thick;
  canvas.strokeRect(x + 0.5, y + 0.5, wide - 1, tall - 1);
}
function mark(canvas, x, y, wide, tall, about) {
  frame(canvas, x - 2, y - 2, wide + 4, tall + 4, about.ground, 4);
  frame(canvas, x - 2, y - 2, wide + 4, tall + 4, about.accent, 2.5);
}
function join(state, x1, y1, under, x2, y2) {
  const stage = state.stage.getBoundingClientRect();
  const [a, b] = [state.maps.getBoundingClientRect(), state.vector.getBoundingClientRect()];
  const [x, y, way] = [a.left - stage.left + x1, a.top - stage.top + y1, a.top - stage.top + under];
  const [toX, toY] = [b.left - stage.left + x2 - 2, b.top - stage.top + y2];
  const edge = b.left - stage.left - 10;
  const bend = Math.max(edge - 24, a.right - stage.left + 4);
  state.link.setAttribute("d", `M${x},${y}V${way}H${bend}L${edge},${toY}H${toX}`);
  state.link.setAttribute("stroke", state.about.accent);
}
var short = (value) => Number(value.toPrecision(3)).toString().replace("-", "−");
function say(state, row, column, channel) {
  const { about, values, weights, width, height, channels, at } = state;
  state.left.textContent = `${channels} maps of ${height}×${width}`;
  state.right.textContent = `The vector: ${values.length.toLocaleString("en")} values, ${channels} in a line`;
  state.maps.setAttribute(
    "aria-label",
    "The maps. Arrow keys move, Page up and down change the map, Enter keeps the cell."
  );
  state.vector.setAttribute("aria-label", "The vector. Arrow keys move, Enter keeps the cell.");
  const product = values[at] * weights[at];
  const part = (name, value) => `<i class="${name}">${value}</i>`;
  state.said.innerHTML = `<div><span>Where it is</span><b>row ${part("row", row)}, column ${part("column", column)}, map ${part("channel", channel)}</b></div><div><span>(row × ${width} + column) × ${channels} + map = index</span><b class="formula">(${part("row", row)} × ${width} + ${part("column", column)}) × ${channels} + ${part("channel", channel)} = ${at.toLocaleString("en")}</b></div><div><span>value × weight towards ${about.name}</span><b class="product">${short(values[at])} × ${short(weights[at])} = ${short(product)}</b></div>`;
}
export {
  unroll_default as default
};
