// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/window.ts
var STEP_MILLISECONDS = 250;
var NEAR = 1e-4;
var states = /* @__PURE__ */ new WeakMap();
function window_default({ data, parentElement }) {
  const place = parentElement.querySelector(".walk");
  const state = states.get(place) ?? begin(place);
  state.map = read(data);
  const { rows, columns } = state.map;
  state.row = Math.min(state.row ?? Math.floor(rows / 2), rows - 1);
  state.column = Math.min(state.column ?? Math.floor(columns / 2), columns - 1);
  build(place, state);
  show(place, state, false);
  return () => stop(place, state);
}
function begin(place) {
  const state = { pinned: false, timer: null };
  states.set(place, state);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) start(place, state);
  return state;
}
function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const array = (name) => {
    const [from, to] = header[name].data_offsets;
    return new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer);
  };
  const facts = JSON.parse(header.__metadata__.walk);
  const [height, width, channels] = header.input.shape;
  const [rows, columns, maps] = header.outputs.shape;
  const arrays = { input: array("input"), outputs: array("outputs"), kernel: array("kernel") };
  return { ...facts, ...arrays, height, width, channels, rows, columns, maps };
}
var spanOf = (map) => (map.window - 1) * map.dilation + 1;
var inside = (map, y, x) => y >= 0 && x >= 0 && y < map.height && x < map.width;
var inputAt = (map, y, x, channel) => inside(map, y, x) ? map.input[(y * map.width + x) * map.channels + channel] : 0;
var outputAt = (map, row, column, which) => map.outputs[(row * map.columns + column) * map.maps + which];
function seen(map, row, column, channel) {
  const cells = [];
  for (let i = 0; i < map.window; i++) {
    for (let j = 0; j < map.window; j++) {
      const y = row * map.stride - map.before + i * map.dilation;
      const x = column * map.stride - map.before + j * map.dilation;
      const weight = map.kernel[(i * map.window + j) * map.channels + channel];
      cells.push({ y, x, value: inputAt(map, y, x, channel), weight, padding: !inside(map, y, x) });
    }
  }
  return cells;
}
var add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
function winnerOf(cells) {
  const best = cells.reduce((found, cell, place) => cell.value > cells[found].value ? place : found, 0);
  return cells.some((cell) => cell.value < cells[best].value) ? best : -1;
}
var rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
function colour(value, scale) {
  const stops = scale.stops.map(rgb);
  const reach = scale.high - scale.low;
  const share = reach > 0 ? Math.min(Math.max((value - scale.low) / reach, 0), 1) : stops.length === 3 ? 0.5 : 0;
  const at = share * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return stops[below].map((low, i) => Math.round(low + (stops[below + 1][i] - low) * (at - below)));
}
var luminance = ([r, g, b]) => {
  const linear = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
var painted = (values) => `background:rgb(${values});color:${luminance(values) > 0.18 ? "#1D1B18" : "#FFFFFF"}`;
var short = (number, digits = 2) => {
  const text = Math.abs(number) < 0.5 * 10 ** -digits ? 0 .toFixed(digits) : number.toFixed(digits);
  return text.replace("-", "−");
};
var exact = (number) => String(Number(number.toPrecision(7))).replace("-", "−");
function build(place, state) {
  const map = state.map;
  const focused = place.getRootNode().activeElement?.dataset?.part;
  const total = { height: map.height + map.before + map.after, width: map.width + map.before + map.after };
  const outputs = map.rules.map((_, which) => side(`output${which}`, map.titles[which], map.rows, map.columns));
  const scale = map.picture ? "" : legend(map.scales.input);
  place.innerHTML = `
    <div class="bar">
      <button type="button" data-part="play"></button>
      <span class="hint"></span>
    </div>
    <div class="board ${map.maps > 1 ? "several" : ""}">
      <div class="from">${side("input", map.input_title, total.height, total.width, sizeOf(map))}${scale}</div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell" tabindex="0" data-part="sum"></div>
      <div class="to"><div class="outs">${outputs.join("")}</div>${legend(map.scales.output)}</div>
    </div>
    <p class="words" aria-live="polite"></p>`;
  paintInput(place, map, total);
  map.rules.forEach((_, which) => paintOutput(place, map, which));
  if (map.winners) markWinners(place, map);
  listen(place, state);
  if (focused) place.querySelector(`[data-part="${focused}"]`)?.focus();
}
function sizeOf(map) {
  const zeros = map.before === map.after ? `${map.before}` : `${map.before} and ${map.after}`;
  return `${map.height}×${map.width}${map.before || map.after ? ` + padding ${zeros}` : ""}`;
}
function side(name, title, rows, columns, size = `${rows}×${columns}`) {
  const grid = rows * columns <= 400 ? gridLines(rows, columns) : "";
  return `
    <figure>
      <figcaption>${escapeHtml(title)} <small>${size}</small></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" tabindex="0" role="application"
        aria-label="${escapeHtml(title)}, ${rows} by ${columns}. Arrow keys move the window; Enter pins it."
        style="aspect-ratio:${columns}/${rows}">
        <canvas width="${columns}" height="${rows}"></canvas>
        <svg viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">
          ${grid}<g class="still"></g><g class="moving"></g>
        </svg>
      </div>
    </figure>`;
}
function gridLines(rows, columns) {
  const down = Array.from({ length: columns - 1 }, (_, i) => `M${i + 1} 0V${rows}`);
  const across = Array.from({ length: rows - 1 }, (_, i) => `M0 ${i + 1}H${columns}`);
  return `<path class="grid" d="${[...down, ...across].join("")}"/>`;
}
function legend(scale) {
  const middle = scale.low < 0 ? "<span>0</span>" : "";
  return `<div class="legend"><i style="background:linear-gradient(90deg,${scale.stops.join(",")})"></i>
    <div><span>${short(scale.low)}</span>${middle}<span>${short(scale.high)}</span></div></div>`;
}
var escapeHtml = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
function paint(canvas, rows, columns, colourAt) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) image.data.set([...colourAt(y, x), 255], 4 * (y * columns + x));
  }
  context.putImageData(image, 0, 0);
}
function paintInput(place, map, total) {
  const plate = place.querySelector('[data-name="input"]');
  const at = (y, x, channel) => inputAt(map, y - map.before, x - map.before, channel);
  const pixel = (y, x) => [0, 1, 2].map((channel) => Math.round((at(y, x, channel) + 1) * 127.5));
  const cell = (y, x) => colour(at(y, x, 0), map.scales.input);
  paint(plate.querySelector("canvas"), total.height, total.width, map.picture ? pixel : cell);
  if (!map.before && !map.after) return;
  const { before: b } = map;
  const ring = `M0 0H${total.width}V${total.height}H0ZM${b} ${b}V${b + map.height}H${b + map.width}V${b}Z`;
  plate.querySelector(".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}
function paintOutput(place, map, which) {
  const canvas = place.querySelector(`[data-name="output${which}"] canvas`);
  paint(canvas, map.rows, map.columns, (y, x) => colour(outputAt(map, y, x, which), map.scales.output));
}
function markWinners(place, map) {
  let path = "";
  for (let row = 0; row < map.rows; row++) {
    for (let column = 0; column < map.columns; column++) {
      const cells = seen(map, row, column, 0);
      const best = cells[winnerOf(cells)];
      if (best) path += `M${best.x + map.before} ${best.y + map.before}h1v1h-1z`;
    }
  }
  place.querySelector('[data-name="input"] .still').innerHTML += `<path class="winners" d="${path}"/>`;
}
function show(place, state, aloud = true) {
  const { map, row, column } = state;
  const top = row * map.stride;
  const left = column * map.stride;
  const span = spanOf(map);
  const taps = seen(map, row, column, 0).map(({ y, x }) => `M${x + map.before} ${y + map.before}h1v1h-1z`).join("");
  const frame = `x="${left}" y="${top}" width="${span}" height="${span}"`;
  place.querySelector('[data-name="input"] .moving').innerHTML = `<path class="taps" d="${taps}"/>${outline(frame)}${winnerMark(state)}`;
  map.rules.forEach((_, which) => {
    place.querySelector(`[data-name="output${which}"] .moving`).innerHTML = outline(
      `x="${column}" y="${row}" width="1" height="1"`
    );
  });
  place.querySelector(".sum").innerHTML = map.rules[0] === "dot" ? dotSum(state) : poolSum(state);
  place.querySelector(".hint").textContent = hint(state);
  const button = place.querySelector("button");
  button.textContent = state.timer ? "❚❚ Pause" : "▶ Play";
  button.setAttribute("aria-label", state.timer ? "Pause the window" : "Let the window walk");
  if (!state.timer && aloud) place.querySelector(".words").textContent = inWords(state);
  place.dataset.row = row;
  place.dataset.column = column;
}
var outline = (frame) => `<rect class="halo" ${frame}/><rect class="frame" ${frame}/>`;
function winnerMark({ map, row, column }) {
  if (!map.rules.includes("max")) return "";
  const cells = seen(map, row, column, 0);
  const best = cells[winnerOf(cells)];
  return best ? `<rect class="winner" x="${best.x + map.before}" y="${best.y + map.before}" width="1" height="1"/>` : "";
}
function hint(state) {
  if (state.timer) return "Move over either side to take the window yourself.";
  if (state.pinned) return "Pinned here. Click the cell again, or press Escape, to let go.";
  return "Hover either side; click to pin; arrow keys move it.";
}
var nameOf = (map, channel) => map.channel_names[channel] ?? `map ${channel}`;
function dotSum({ map, row, column }) {
  const sums = [];
  const grids = [];
  for (let channel = 0; channel < map.channels; channel++) {
    const cells = seen(map, row, column, channel);
    sums.push(add(cells.map((cell) => cell.value * cell.weight)));
    grids.push(`
      <div class="channel"><div class="name"><i class="dot ${escapeHtml(nameOf(map, channel))}"></i>
        ${escapeHtml(nameOf(map, channel))} <b>${short(sums[channel], 3)}</b></div>
        <div class="cells ${map.window > 3 ? "wide" : ""}" style="--n:${map.window}">${cells.map((cell) => product(cell, map)).join("")}</div>
      </div>`);
  }
  const total = add(sums) + map.bias;
  const out = outputAt(map, row, column, 0);
  const parts = map.channels <= 3 ? sums.map((sum) => short(sum, 3)).join(" + ") : `${short(add(sums), 3)}`;
  const agrees = Math.abs(total - out) <= NEAR * Math.max(1, Math.abs(out));
  return `<div class="channels">${grids.join("")}</div>
    <div class="total" data-sum="${total}" data-output="${out}" title="${exact(total)}">
      <span>${bracketed(parts)} + ${bracketed(short(map.bias, 3))} <small>bias</small> =</span>
      <b style="${painted(colour(out, map.scales.output))}">${short(total, 3)}</b>
      <small>${agrees ? `✓ row ${row}, column ${column} of the map` : "≠ the map"}</small></div>`;
}
var bracketed = (text) => text.replace(/\+ (−[\d.]+)/g, "+ ($1)");
function product({ value, weight, padding }, map) {
  const style = painted(colour(value * weight, map.products));
  const full = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
  return `<div class="${padding ? "cell padding" : "cell"}" style="${style}" title="${full}">
    <span>${short(value)}</span><span>×${short(weight)}</span></div>`;
}
function poolSum({ map, row, column }) {
  const cells = seen(map, row, column, 0);
  const best = winnerOf(cells);
  const boxes = cells.map((cell, place) => {
    const style = painted(colour(cell.value, map.scales.input));
    const name = place === best ? "cell value best" : "cell value";
    return `<div class="${name}" style="${style}" title="${exact(cell.value)}">${short(cell.value)}</div>`;
  });
  const lines = map.rules.map((rule, which) => {
    const out = outputAt(map, row, column, which);
    const value = poolValue(rule, cells);
    const agrees = Math.abs(value - out) <= NEAR * Math.max(1, Math.abs(out)) ? "✓" : "≠ the map";
    const text = rule === "max" ? "largest" : `(${cells.map((cell) => short(cell.value)).join(" + ")}) / ${cells.length}`;
    return `<div class="total" data-sum="${value}" data-output="${out}" title="${exact(value)}">
      <span><b class="rule">${rule === "max" ? "Max" : "Average"}</b> ${text} =</span>
      <b style="${painted(colour(out, map.scales.output))}">${short(out, 3)}</b><small>${agrees}</small></div>`;
  });
  const note = best < 0 ? "all equal: no winner" : "the winner is outlined";
  return `<div class="channels"><div class="channel"><div class="name">The window: ${note}</div>
    <div class="cells" style="--n:${map.window}">${boxes.join("")}</div></div></div>${lines.join("")}`;
}
function poolValue(rule, cells) {
  const values = cells.map((cell) => cell.value);
  return rule === "max" ? Math.max(...values) : add(values) / values.length;
}
function inWords({ map, row, column }) {
  const at = `Row ${row}, column ${column}: `;
  if (map.rules[0] !== "dot") {
    const cells = seen(map, row, column, 0);
    const values = cells.map((cell) => short(cell.value)).join(", ");
    const results = map.rules.map(
      (rule) => `${rule === "max" ? "maximum" : "average"} ${short(poolValue(rule, cells), 3)}`
    );
    return `${at}the window holds ${values}; ${results.join(", ")}.`;
  }
  const parts = Array.from({ length: map.channels }, (_, channel) => {
    const cells = seen(map, row, column, channel);
    return `${nameOf(map, channel)} ${short(add(cells.map((cell) => cell.value * cell.weight)), 3)}`;
  });
  return `${at}${parts.join(", ")}, bias ${short(map.bias, 3)}; together ${short(outputAt(map, row, column, 0), 3)}.`;
}
function listen(place, state) {
  place.querySelectorAll(".plate").forEach((plate) => {
    plate.onpointermove = (event) => {
      const walked = state.timer;
      stop(place, state);
      const cell = cellUnder(event, plate, state.map);
      const moved = cell.row !== state.row || cell.column !== state.column;
      if (walked || moved && !state.pinned) go(place, state, cell);
    };
    plate.onpointerdown = (event) => {
      stop(place, state);
      const cell = cellUnder(event, plate, state.map);
      const same = state.pinned && cell.row === state.row && cell.column === state.column;
      state.pinned = !same;
      go(place, state, cell);
    };
    plate.onkeydown = (event) => press(event, place, state);
  });
  place.querySelector("button").onclick = () => {
    if (state.timer) stop(place, state);
    else start(place, state);
    show(place, state);
  };
}
function cellUnder(event, plate, map) {
  const box = plate.getBoundingClientRect();
  const input = plate.dataset.name === "input";
  const [tall, wide] = input ? [map.height + map.before + map.after, map.width + map.before + map.after] : [map.rows, map.columns];
  const y = Math.floor((event.clientY - box.top) / box.height * tall);
  const x = Math.floor((event.clientX - box.left) / box.width * wide);
  if (!input) return limited(map, y, x);
  const middle = (spanOf(map) - 1) / 2;
  return limited(map, Math.round((y - middle) / map.stride), Math.round((x - middle) / map.stride));
}
var limited = (map, row, column) => ({
  row: Math.min(Math.max(row, 0), map.rows - 1),
  column: Math.min(Math.max(column, 0), map.columns - 1)
});
var KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function press(event, place, state) {
  const enter = event.key === "Enter" || event.key === " ";
  if (!(event.key in KEYS) && !enter && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(place, state);
  if (event.key in KEYS) state.pinned = true;
  else state.pinned = enter && !state.pinned;
  const [down, right] = KEYS[event.key] ?? [0, 0];
  go(place, state, limited(state.map, state.row + down, state.column + right));
}
function go(place, state, { row, column }) {
  Object.assign(state, { row, column });
  show(place, state);
}
function start(place, state) {
  state.pinned = false;
  state.timer = setInterval(() => {
    if (!document.hidden && state.map) walk(place, state);
  }, STEP_MILLISECONDS);
}
function stop(place, state) {
  clearInterval(state.timer);
  state.timer = null;
}
function walk(place, state) {
  const { rows, columns } = state.map;
  const next = (state.row * columns + state.column + 1) % (rows * columns);
  go(place, state, { row: Math.floor(next / columns), column: next % columns });
}
export {
  window_default as default
};
