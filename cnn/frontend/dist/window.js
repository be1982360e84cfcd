// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start2 = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start2)));
  const raw = (name, ...dtypes) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob has no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start2 + from, start2 + to).buffer, entry.shape, entry.dtype];
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
var near = (ours, theirs) => Math.abs(ours - theirs) <= THRESHOLD * Math.max(1, Math.abs(theirs));
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);
function addUp(numbers) {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
var minus = (text) => text.replaceAll("-", "−");
var HUGE = 1e6;
var short = (number) => minus(number.toExponential(2).replace("e+", "e"));
function fixed(number, digits = 4) {
  if (Math.abs(number) >= HUGE) return short(number);
  return minus(Math.abs(number) < 0.5 * 10 ** -digits ? 0 .toFixed(digits) : number.toFixed(digits));
}
var exact = (number) => minus(String(Number(number.toPrecision(7))));

// cnn/frontend/shared/colours.ts
var DARK_INK = "#000000";
var LIGHT_INK = "#FFFFFF";
var BRIGHT = 0.179;
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
function luminance(colour2) {
  const linear = (c) => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(colour2[0]) + 0.7152 * linear(colour2[1]) + 0.0722 * linear(colour2[2]);
}
var inkOn = (ground2) => luminance(ground2) > BRIGHT ? DARK_INK : LIGHT_INK;
var css = (colour2) => `rgb(${colour2.join(",")})`;
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
      const colour2 = colourAt(row, column);
      if (!colour2) continue;
      image.data[at] = colour2[0];
      image.data[at + 1] = colour2[1];
      image.data[at + 2] = colour2[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
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
function escapeHtml(text) {
  return String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
function fill(element, html) {
  element.innerHTML = html;
  for (const styled of findAll(element, "[data-style]")) styled.style.cssText = styled.dataset.style ?? "";
}
function focusedIn(place) {
  const root = place.getRootNode();
  return root.activeElement instanceof HTMLElement ? root.activeElement : null;
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

// cnn/frontend/shared/input.ts
var LONG_PRESS = 500;
var STILL = 10;
var FINGER = 44;
var canHover = () => matchMedia("(hover: hover)").matches;
var prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
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
var SHEET = `
  position: fixed; z-index: 1000; max-width: min(20rem, 90vw); padding: 0.5rem 0.7rem; border-radius: 0.4rem;
  background: var(--st-text-color); color: var(--st-background-color); font: 0.9rem/1.35 var(--st-font);
  pointer-events: none; border: 1px solid CanvasText;`;
function showTitlesOnLongPress(root) {
  if (root.dataset.titles) return;
  root.dataset.titles = "true";
  let timer = 0;
  let start2 = null;
  let shown = null;
  const hide = () => {
    shown?.remove();
    shown = null;
  };
  const stop2 = () => clearTimeout(timer);
  root.addEventListener("pointerdown", (event) => {
    stop2();
    hide();
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    start2 = event;
    const titled = event.target.closest("[title], [data-tip]");
    const text = titled?.title || titled?.dataset.tip;
    if (!text) return;
    timer = window.setTimeout(() => {
      shown = tooltip(root, text, event);
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (start2 && Math.hypot(event.clientX - start2.clientX, event.clientY - start2.clientY) > STILL) stop2();
  });
  for (const kind of ["pointerup", "pointercancel"]) root.addEventListener(kind, stop2);
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

// cnn/frontend/window.ts
var STEP_MILLISECONDS = 250;
var FEW_CELLS = 400;
var states = /* @__PURE__ */ new WeakMap();
var window_default = lasting(function walkingWindow({ data, parentElement }) {
  const place = find(parentElement, ".walk");
  const map = data instanceof Uint8Array ? readMap(data) : data;
  const known2 = states.get(place);
  const middle = { row: Math.floor(map.rows / 2), column: Math.floor(map.columns / 2) };
  const state = known2 ?? { map, ...middle, pinned: false, timer: 0 };
  Object.assign(state, { map }, limited(map, state.row, state.column));
  if (!known2) {
    states.set(place, state);
    if (!prefersCalm()) start(place, state);
  }
  build(place, state);
  show(place, state, false);
  showTitlesOnLongPress(place);
  return () => stop(state);
});
function readMap(bytes) {
  const { facts, floats } = openBlob(bytes);
  const [input, kernel, outputs] = [floats("input"), floats("kernel"), floats("outputs")];
  const [height, width, channels] = input.shape;
  const [rows, columns, maps] = outputs.shape;
  const arrays = { input: input.values, kernel: kernel.values, outputs: outputs.values };
  return { ...facts, ...arrays, height, width, channels, rows, columns, maps };
}
var spanOf = (map) => (map.window - 1) * map.dilation + 1;
var isInside = (map, y, x) => y >= 0 && x >= 0 && y < map.height && x < map.width;
var inputAt = (map, y, x, channel) => isInside(map, y, x) ? map.input[(y * map.width + x) * map.channels + channel] : 0;
var outputAt = (map, row, column, which) => map.outputs[(row * map.columns + column) * map.maps + which];
function seenBy(map, row, column, channel) {
  const cells = [];
  for (let i = 0; i < map.window; i++) {
    for (let j = 0; j < map.window; j++) {
      const y = row * map.stride - map.before + i * map.dilation;
      const x = column * map.stride - map.before + j * map.dilation;
      const weight = map.kernel[(i * map.window + j) * map.channels + channel];
      cells.push({ y, x, value: inputAt(map, y, x, channel), weight, padding: !isInside(map, y, x) });
    }
  }
  return cells;
}
var dotProduct = (cells) => addUp(cells.map((cell) => cell.value * cell.weight));
function dotTotal(map, row, column) {
  const channels = Array.from({ length: map.channels }, (_, channel) => dotProduct(seenBy(map, row, column, channel)));
  return addUp(channels) + map.bias;
}
function poolValue(rule, cells) {
  const values = cells.map((cell) => cell.value);
  return rule === "max" ? Math.max(...values) : addUp(values) / values.length;
}
function winnerOf(cells) {
  const best = cells[largest(cells.map((cell) => cell.value))];
  return best && cells.some((cell) => cell.value < best.value) ? best : null;
}
var limited = (map, row, column) => ({
  row: clamp(row, 0, map.rows - 1),
  column: clamp(column, 0, map.columns - 1)
});
var colour = (value, scale) => along(scale.stops.map(rgb), shareOf(value, scale));
function ground(value, scale) {
  const paint = colour(value, scale);
  return `background:${css(paint)};color:${inkOn(paint)}`;
}
var padded = (map) => ({
  height: map.height + map.before + map.after,
  width: map.width + map.before + map.after
});
function build(place, state) {
  const { map } = state;
  const focused = focusedIn(place)?.dataset.part;
  const total = padded(map);
  const outputs = map.rules.map((_, which) => plate(`output${which}`, map.titles[which] ?? "", map.rows, map.columns));
  const scale = map.picture ? "" : legend(map.scales.input);
  fill(
    place,
    `
    <div class="bar">
      <button type="button" data-part="play"></button>
      <span class="hint"></span>
    </div>
    <div class="board ${map.maps > 1 ? "several" : ""}">
      <div class="from">${plate("input", map.input_title, total.height, total.width, sizeOf(map))}${scale}</div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell" tabindex="0" data-part="sum"></div>
      <div class="to"><div class="outs">${outputs.join("")}</div>${legend(map.scales.output)}</div>
    </div>
    <p class="words" aria-live="polite"></p>`
  );
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
function plate(name, title, rows, columns, size = `${rows}×${columns}`) {
  const grid = rows * columns <= FEW_CELLS ? gridLines(rows, columns) : "";
  return `
    <figure>
      <figcaption>${escapeHtml(title)} <small>${size}</small></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" tabindex="0" role="application"
        aria-label="${escapeHtml(title)}, ${rows} by ${columns}. Arrow keys move the window; Enter pins it."
        data-style="aspect-ratio:${columns}/${rows}">
        <canvas width="${columns}" height="${rows}" aria-hidden="true"></canvas>
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
  return `<div class="legend"><i data-style="background:${gradient(scale.stops)}"></i>
    <div><span>${fixed(scale.low, 2)}</span>${middle}<span>${fixed(scale.high, 2)}</span></div></div>`;
}
var plateOf = (place, name) => find(place, `[data-name="${name}"]`);
var canvasOf = (element) => find(element, "canvas");
function paintInput(place, map, total) {
  const element = plateOf(place, "input");
  const { before: b } = map;
  const at = (y, x, channel) => inputAt(map, y - b, x - b, channel);
  const level = (y, x, channel) => Math.round((at(y, x, channel) + 1) * 127.5);
  paintCells(
    canvasOf(element),
    total.height,
    total.width,
    (y, x) => map.picture ? [level(y, x, 0), level(y, x, 1), level(y, x, 2)] : colour(at(y, x, 0), map.scales.input)
  );
  if (!map.before && !map.after) return;
  const ring = `M0 0H${total.width}V${total.height}H0ZM${b} ${b}V${b + map.height}H${b + map.width}V${b}Z`;
  find(element, ".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}
function paintOutput(place, map, which) {
  const canvas = canvasOf(plateOf(place, `output${which}`));
  paintCells(canvas, map.rows, map.columns, (y, x) => colour(outputAt(map, y, x, which), map.scales.output));
}
var cellPath = (map, { y, x }) => `M${x + map.before} ${y + map.before}h1v1h-1z`;
function markWinners(place, map) {
  let path = "";
  for (let row = 0; row < map.rows; row++) {
    for (let column = 0; column < map.columns; column++) {
      const best = winnerOf(seenBy(map, row, column, 0));
      if (best) path += cellPath(map, best);
    }
  }
  find(plateOf(place, "input"), ".still").innerHTML += `<path class="winners" d="${path}"/>`;
}
function show(place, state, aloud = true) {
  const { map, row, column } = state;
  const span = spanOf(map);
  const cells = seenBy(map, row, column, 0);
  const taps = cells.map((cell) => cellPath(map, cell)).join("");
  find(plateOf(place, "input"), ".moving").innerHTML = `<path class="taps" d="${taps}"/>${frame(row * map.stride, column * map.stride, span)}${winnerMark(map, cells)}`;
  map.rules.forEach((_, which) => {
    find(plateOf(place, `output${which}`), ".moving").innerHTML = frame(row, column, 1);
  });
  fill(find(place, ".sum"), map.rules[0] === "dot" ? dotSum(state) : poolSum(state));
  find(place, ".hint").textContent = hint(state);
  const button = find(place, "button");
  button.textContent = state.timer ? "❚❚ Pause" : "▶ Play";
  button.setAttribute("aria-label", state.timer ? "Pause the window" : "Play: the window moves by itself");
  if (!state.timer && aloud) find(place, ".words").textContent = inWords(state);
  place.dataset.row = String(row);
  place.dataset.column = String(column);
}
function frame(row, column, side) {
  const at = `x="${column}" y="${row}" width="${side}" height="${side}"`;
  return `<rect class="halo" ${at}/><rect class="frame" ${at}/>`;
}
function winnerMark(map, cells) {
  const best = map.rules.includes("max") ? winnerOf(cells) : null;
  if (!best) return "";
  return `<rect class="winner" x="${best.x + map.before}" y="${best.y + map.before}" width="1" height="1"/>`;
}
function hint({ timer, pinned }) {
  if (timer)
    return byHand("Point at either side to move the window yourself.", "Tap either side to move the window yourself.");
  if (pinned) {
    return byHand("Pinned. Click the cell again or press Escape to unpin it.", "Drag the window, or tap another cell.");
  }
  return byHand(
    "Point at a cell on either side; click to pin it; arrow keys move it.",
    "Drag the window, or tap a cell."
  );
}
var nameOf = (map, channel) => map.channel_names[channel] ?? `map ${channel}`;
function dotSum({ map, row, column }) {
  const sums = [];
  const grids = Array.from({ length: map.channels }, (_, channel) => {
    const cells = seenBy(map, row, column, channel);
    const sum = dotProduct(cells);
    sums.push(sum);
    const name = escapeHtml(nameOf(map, channel));
    return `
      <div class="channel"><div class="name"><i class="dot ${name}"></i>
        ${name} <b>${fixed(sum, 3)}</b></div>
        <div class="cells ${map.window > 3 ? "wide" : ""}" data-style="--n:${map.window}">
          ${cells.map((cell) => product(cell, map)).join("")}</div>
      </div>`;
  });
  const total = dotTotal(map, row, column);
  const out = outputAt(map, row, column, 0);
  const parts = map.channels <= 3 ? sums.map((sum) => fixed(sum, 3)).join(" + ") : fixed(addUp(sums), 3);
  const verdict = near(total, out) ? `✓ row ${row}, column ${column} of the map` : "≠ the map";
  return `<div class="channels">${grids.join("")}</div>
    <div class="total" data-sum="${total}" data-output="${out}" title="${exact(total)}">
      <span>${negativesBracketed(`${parts} + ${fixed(map.bias, 3)}`)} <small>bias</small> =</span>
      <b data-style="${ground(out, map.scales.output)}">${fixed(total, 3)}</b>
      <small>${verdict}</small></div>`;
}
var negativesBracketed = (text) => text.replace(/\+ (−[\d.]+)/g, "+ ($1)");
function product({ value, weight, padding }, map) {
  const full = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
  const style = ground(value * weight, map.products);
  return `<div class="${padding ? "cell padding" : "cell"}" data-style="${style}" title="${full}">
    <span>${fixed(value, 2)}</span><span>×${fixed(weight, 2)}</span></div>`;
}
function poolSum({ map, row, column }) {
  const cells = seenBy(map, row, column, 0);
  const best = winnerOf(cells);
  const boxes = cells.map((cell) => {
    const name = cell === best ? "cell value best" : "cell value";
    const style = ground(cell.value, map.scales.input);
    return `<div class="${name}" data-style="${style}" title="${exact(cell.value)}">${fixed(cell.value, 2)}</div>`;
  });
  const lines = map.rules.map((rule, which) => {
    const out = outputAt(map, row, column, which);
    const value = poolValue(rule, cells);
    const mean = `(${cells.map((cell) => fixed(cell.value, 2)).join(" + ")}) / ${cells.length}`;
    return `<div class="total" data-sum="${value}" data-output="${out}" title="${exact(value)}">
      <span><b class="rule">${rule === "max" ? "Max" : "Average"}</b> ${rule === "max" ? "largest" : mean} =</span>
      <b data-style="${ground(out, map.scales.output)}">${fixed(out, 3)}</b>
      <small>${near(value, out) ? "✓" : "≠ the map"}</small></div>`;
  });
  const note = best ? "its largest value is outlined" : "all values are equal";
  return `<div class="channels"><div class="channel"><div class="name">The window: ${note}</div>
    <div class="cells" data-style="--n:${map.window}">${boxes.join("")}</div></div></div>${lines.join("")}`;
}
function inWords({ map, row, column }) {
  const at = `Row ${row}, column ${column}: `;
  if (map.rules[0] !== "dot") {
    const cells = seenBy(map, row, column, 0);
    const values = cells.map((cell) => fixed(cell.value, 2)).join(", ");
    const results = map.rules.map(
      (rule) => `${rule === "max" ? "maximum" : "average"} ${fixed(poolValue(rule, cells), 3)}`
    );
    return `${at}the window holds ${values}; ${results.join(", ")}.`;
  }
  const parts = Array.from(
    { length: map.channels },
    (_, channel) => `${nameOf(map, channel)} ${fixed(dotProduct(seenBy(map, row, column, channel)), 3)}`
  );
  return `${at}${parts.join(", ")}, bias ${fixed(map.bias, 3)}; sum ${fixed(outputAt(map, row, column, 0), 3)}.`;
}
function listen(place, state) {
  for (const element of findAll(place, ".plate")) {
    const moveTo = (point) => {
      const cell = windowUnder(point, element, state.map);
      const moved = cell.row !== state.row || cell.column !== state.column;
      if (moved) go(place, state, cell);
      return moved;
    };
    handle(element, {
      handle: () => element.querySelector(".frame"),
      hover: (point) => {
        const walked = state.timer !== 0;
        stop(state);
        if (walked) state.pinned = false;
        if (!state.pinned && !moveTo(point) && walked) show(place, state);
      },
      press: () => {
        if (!state.timer) return;
        stop(state);
        show(place, state);
      },
      drag: (point) => {
        state.pinned = true;
        moveTo(point);
      },
      choose: (point) => {
        const cell = windowUnder(point, element, state.map);
        state.pinned = !(state.pinned && cell.row === state.row && cell.column === state.column);
        go(place, state, cell);
      }
    });
    element.onkeydown = (event) => press(event, place, state);
  }
  find(place, "button").onclick = () => {
    if (state.timer) stop(state);
    else start(place, state);
    show(place, state);
  };
}
function windowUnder(point, element, map) {
  if (element.dataset.name !== "input") return cellUnder(point, element, map.rows, map.columns);
  const total = padded(map);
  const { row, column } = cellUnder(point, element, total.height, total.width);
  const middle = (spanOf(map) - 1) / 2;
  return limited(map, Math.round((row - middle) / map.stride), Math.round((column - middle) / map.stride));
}
function press(event, place, state) {
  const step = ARROWS[event.key];
  if (!step && !isEnter(event) && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(state);
  state.pinned = step ? true : isEnter(event) && !state.pinned;
  const [down, right] = step ?? [0, 0];
  go(place, state, limited(state.map, state.row + down, state.column + right));
}
function go(place, state, { row, column }) {
  Object.assign(state, { row, column });
  show(place, state);
}
function start(place, state) {
  state.pinned = false;
  state.timer = window.setInterval(() => {
    if (!document.hidden) walk(place, state);
  }, STEP_MILLISECONDS);
}
function stop(state) {
  clearInterval(state.timer);
  state.timer = 0;
}
function walk(place, state) {
  const { rows, columns } = state.map;
  const next = (state.row * columns + state.column + 1) % (rows * columns);
  go(place, state, { row: Math.floor(next / columns), column: next % columns });
}
export {
  window_default as default,
  dotProduct,
  dotTotal,
  poolValue,
  readMap,
  seenBy,
  winnerOf
};
