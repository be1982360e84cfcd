// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

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
function child(parent, i) {
  const found = parent.children[i];
  if (!found) throw new Error(`no child ${i} here`);
  return found;
}
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
function escapeHtml(text) {
  return String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
function fill(element, html) {
  element.innerHTML = html;
  for (const styled of findAll(element, "[data-style]")) styled.style.cssText = styled.dataset.style ?? "";
}
function focusedIn(place2) {
  const root = place2.getRootNode();
  return root.activeElement instanceof HTMLElement ? root.activeElement : null;
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

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
function bracketed(number, digits = 4) {
  const text = fixed(number, digits);
  return text.startsWith("−") ? `(${text})` : text;
}
var exact = (number) => minus(String(Number(number.toPrecision(7))));
var grouped = (number) => number.toLocaleString("en");

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

// cnn/frontend/shared/flight.ts
var MILLISECONDS = 650;
var MARGIN = 16;
var INTERRUPTS = ["wheel", "touchstart", "pointerdown", "keydown"];
var CHOSEN = "cnn-lab-chosen";
var scroller = () => document.querySelector('[data-testid="stMain"]');
function distance(box, top, bottom) {
  const down = box.bottom - bottom;
  if (down > 0) return Math.min(down, box.top - top);
  return Math.min(0, box.top - top);
}
function bringIntoView(area, from = null, to = null, tall = 0) {
  const main = scroller();
  if (!main) return;
  const window2 = main.getBoundingClientRect();
  const { top, bottom } = area.getBoundingClientRect();
  const way = distance({ top, bottom: Math.max(bottom, top + tall) }, window2.top + MARGIN, window2.bottom - MARGIN);
  const start2 = main.scrollTop;
  if (prefersCalm()) {
    main.scrollTop = start2 + way;
    return;
  }
  const ghost = from && to ? copyOf(from) : null;
  const began = performance.now();
  const box = from?.getBoundingClientRect();
  let going = true;
  const stop2 = () => {
    going = false;
    ghost?.remove();
    for (const kind of INTERRUPTS) document.removeEventListener(kind, stop2, true);
  };
  for (const kind of INTERRUPTS) document.addEventListener(kind, stop2, { capture: true, passive: true });
  const frame2 = (now) => {
    if (!going) return;
    const share = clamp((now - began) / MILLISECONDS, 0, 1);
    const eased = share * share * (3 - 2 * share);
    main.scrollTop = start2 + way * eased;
    if (ghost && box && to) place(ghost, box, to.getBoundingClientRect(), eased, main.scrollTop - start2);
    if (share < 1) requestAnimationFrame(frame2);
    else stop2();
  };
  requestAnimationFrame(frame2);
}
function copyOf(from) {
  const ghost = document.createElement("canvas");
  ghost.className = "cnn-lab-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.style.cssText = `position: fixed; z-index: 999; pointer-events: none; image-rendering: pixelated;
    outline: 3px solid ${getComputedStyle(from).getPropertyValue("--st-primary-color") || "Highlight"};`;
  if (from instanceof HTMLCanvasElement && from.width && from.height) {
    [ghost.width, ghost.height] = [from.width, from.height];
    ghost.getContext("2d")?.drawImage(from, 0, 0);
  }
  document.body.append(ghost);
  return ghost;
}
function place(ghost, from, to, share, scrolled) {
  const mix2 = (one, other) => one + (other - one) * share;
  ghost.style.left = `${mix2(from.left, to.left)}px`;
  ghost.style.top = `${mix2(from.top - scrolled, to.top)}px`;
  ghost.style.width = `${mix2(from.width, to.width)}px`;
  ghost.style.height = `${mix2(from.height, to.height)}px`;
  ghost.style.opacity = String(share < 0.8 ? 1 : 5 * (1 - share));
}

// cnn/frontend/shared/blob.ts
function openBlob(data, key2 = "facts") {
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
  const facts = header.__metadata__[key2];
  if (facts === void 0) throw new Error(`the blob's metadata have no ${key2}`);
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

// cnn/frontend/shared/colours.ts
var STEPS = 511;
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
function withTable(scale) {
  const stops = scale.stops.map(rgb);
  return { ...scale, table: Array.from({ length: STEPS }, (_, i) => along(stops, i / (STEPS - 1))) };
}
function colourOf(value, scale) {
  return scale.table[Math.round(shareOf(value, scale) * (STEPS - 1))];
}
function luminance(colour) {
  const linear = (c) => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}
var inkOn = (ground) => luminance(ground) > BRIGHT ? DARK_INK : LIGHT_INK;
var css = (colour) => `rgb(${colour.join(",")})`;
function paintGround(element, colour) {
  element.style.background = css(colour);
  element.style.color = inkOn(colour);
}
var tint = (element, value, scale) => paintGround(element, colourOf(value, scale));
var gradient = (stops) => `linear-gradient(90deg,${stops.join(",")})`;

// cnn/frontend/inspector/data.ts
function readData(bytes) {
  const blob = openBlob(bytes);
  return withShapes(blob.facts, Object.fromEntries(blob.names.map((name) => [name, blob.floats(name)])));
}
function withShapes(facts, arrays) {
  const shapeOf = (name) => arrays[name].shape;
  const [height, width, channels] = shapeOf("input");
  const [rows, columns] = shapeOf("output");
  const scales = Object.fromEntries(
    Object.entries(facts.scales).map(([name, scale]) => [name, withTable(scale)])
  );
  const stages = facts.stages.map((stage) => ({ ...stage, scale: withTable(stage.scale) }));
  const sent = facts.sent ?? [0];
  return { ...facts, scales, stages, arrays, height, width, channels, rows, columns, sent };
}
function arrayOf(data, name) {
  const array = data.arrays[name];
  if (!array) throw new Error(`the inspector was sent no ${name}`);
  return array;
}
var isWindow = (data) => data.kind === "kernel" || data.kind === "window";
var isUnrolled = (data) => data.kind === "copy" || data.kind === "average";
var mapName = (data) => data.names[data.channel] ?? `map ${data.channel}`;
var nameOfPlace = (data, place2) => data.names[place2] ?? `value ${place2}`;
var takesSecond = (step) => step.operation === "plus" || step.operation === "times";
var sourceName = (data, number) => (data.kind === "kernel" ? data.source_names[number] : void 0) ?? `map ${number}`;
var sentAt = (data, place2) => data.sent[place2] ?? place2;

// cnn/frontend/inspector/state.ts
function freshState(root, data, view) {
  return {
    root,
    data,
    view,
    row: 0,
    column: 0,
    pinned: false,
    timer: 0,
    halt: null,
    waiting: 0,
    told: null,
    keras: null,
    sums: null,
    chosen: null,
    all: false,
    byNumber: false,
    byActivity: false,
    kept: false,
    traced: null,
    pointed: null,
    terms: [],
    total: 0,
    mosaic: null,
    result: null,
    watcher: null,
    answer: null,
    opened: () => void 0,
    go: () => void 0
  };
}
var cellAt = (index, columns) => ({
  row: Math.floor(index / columns),
  column: index % columns
});
function strongest(data) {
  const output = arrayOf(data, "output");
  return cellAt(largest(output.values.map(Math.abs)), data.columns);
}
function limited(state, row, column) {
  const { data } = state;
  const [rows, columns] = state.view.cells(state);
  const cell = { row: clamp(row || 0, 0, rows - 1), column: clamp(column || 0, 0, columns - 1) };
  if (!data.vector || data.kind === "dense" || data.kind === "shares") return cell;
  return cellAt(Math.min(cell.row * columns + cell.column, lengthOf(data) - 1), columns);
}
var lengthOf = (data) => data.shape[0];
var channelsOf = (data) => data.shape[data.shape.length - 1];
function orderOf({ data, byActivity }) {
  const places = Array.from({ length: channelsOf(data) }, (_, i) => i);
  const { sizes } = data.activity;
  return byActivity && sizes ? places.sort((one, other) => (sizes[other] ?? 0) - (sizes[one] ?? 0)) : places;
}
function shownPlace({ data, chosen }) {
  const place2 = chosen === null ? -1 : data.sent.indexOf(chosen);
  if (place2 >= 0) return place2;
  return data.kind === "kernel" ? data.order[0] ?? 0 : 0;
}

// cnn/frontend/inspector/head.ts
var ENDS_NAMED = 6;
function buildHead(state) {
  const { root, data } = state;
  const channels = channelsOf(data);
  const layers = data.layers.map(({ name }) => option(name, name, name === data.layer));
  const places = orderOf(state).map((i) => option(i, data.names[i] ?? `${kindOf(data)} ${i}`, i === data.channel));
  const sortable = data.activity.sizes && channels > 1 && data.kind !== "pixel";
  const sort = `<button type="button" class="quiet-button" data-part="sort"
    aria-pressed="${state.byActivity}">By activity</button>`;
  fill(
    find(root, ".head"),
    `
    ${stepper("layer", "Layer", layers, `data-style="--tag:${data.tags[data.tag]}"`)}
    ${channels > 1 && data.kind !== "shares" ? stepper("channel", kindOf(data), places) : ""}
    ${sortable ? sort : ""}
    <button type="button" class="play" data-part="play"></button><span class="hint"></span>`
  );
  find(root, ".about").innerHTML = `${escapeHtml(data.about)} ${activityText(data)}`;
  find(root, ".play").hidden = data.kind === "dense" || data.kind === "shares";
}
var kindOf = (data) => data.kind === "dense" ? "neuron" : data.vector ? "value" : "map";
var option = (value, text, chosen) => `<option value="${escapeHtml(value)}" ${chosen ? "selected" : ""}>${escapeHtml(text)}</option>`;
var stepper = (name, title, options, style = "") => `
  <span class="stepper" ${style}><button type="button" data-part="${name}-back" data-step="${name}" data-by="-1"
      aria-label="Previous ${title.toLowerCase()}">‹</button>
    <select data-part="${name}" data-step="${name}" aria-label="${title}">${options.join("")}</select>
    <button type="button" data-part="${name}-on" data-step="${name}" data-by="1"
      aria-label="Next ${title.toLowerCase()}">›</button></span>`;
function activityText(data) {
  const { layer, sizes } = data.activity;
  if (!sizes || sizes.length < 2 || data.kind === "pixel") return "";
  const size = (i) => sizes[i];
  const link = (i) => `<button type="button" class="link" data-go-channel="${i}" data-part="way${i}">${escapeHtml(data.names[i] ?? `map ${i}`)}</button>`;
  const rank = [...sizes.keys()].filter((i) => size(i) > 0).sort((one, other) => size(other) - size(one));
  const dead = [...sizes.keys()].filter((i) => size(i) === 0);
  const where = layer === data.layer || !layer ? "" : ` after ${escapeHtml(layer)}`;
  const self = size(data.channel) === 0 ? `<strong>This map is zero everywhere${where} for this picture.</strong> ` : "";
  const [first, last] = [rank[0], rank.at(-1)];
  const ends = first !== void 0 && last !== void 0 && first !== last ? `Most active${where}: ${link(first)}, least: ${link(last)}.` : "";
  const more = dead.length > ENDS_NAMED ? ` and ${dead.length - ENDS_NAMED} more` : "";
  const silent = dead.length ? ` Zero everywhere: ${dead.slice(0, ENDS_NAMED).map(link).join(", ")}${more}.` : "";
  return `${self}${ends}${silent}`;
}
function show(state) {
  const { root } = state;
  state.view.show(state);
  const button = find(root, ".play");
  button.textContent = state.timer ? "❚❚ Stop" : "▶ Play";
  button.setAttribute("aria-label", state.timer ? "Stop the window" : "Play: the window moves by itself");
  find(root, ".hint").textContent = hint(state);
  root.classList.toggle("pinned", state.pinned);
  root.dataset.row = String(state.row);
  root.dataset.column = String(state.column);
  root.dataset.layer = state.data.layer;
  root.dataset.channel = String(state.data.channel);
}
function hint({ data, timer, pinned }) {
  if (data.kind === "shares" && data.alone) return "";
  if (data.kind === "shares") return `${byHand("Point at", "Tap")} a class below: its score and its fraction light up.`;
  if (data.kind === "dense") {
    return byHand("Point at a term; click it to open its origin.", "Tap a term to open its origin.");
  }
  if (timer) return "Any key or touch stops it.";
  if (pinned) {
    const release = byHand(
      "Click it again or press Escape to unpin it.",
      "Drag the window to move it; tap it to unpin it."
    );
    return `Pinned${data.alone ? "" : "; it is in the page’s address"}. ${release}`;
  }
  if (data.vector) return byHand("Point at a value; click it to see its sum.", "Tap a value to see its sum.");
  return byHand(
    "Point at a cell on either side; click or press Enter to pin it; arrow keys move.",
    "Tap a cell to pin it; drag the window to move it."
  );
}
function say(state) {
  const { data, result, row, column } = state;
  if (!result || data.kind === "dense") return;
  const [first, ...others] = result.steps;
  const after = others.map((step, i) => `${data.stages[i]?.layer} ${fixed(step.total)}`);
  const at = data.vector ? nameOfPlace(data, row * data.columns + column) : `Row ${row}, column ${column}`;
  find(state.root, ".words").textContent = `${at}: ${[fixed(first.total), ...after].join(", then ")}.`;
}

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
function paintValues(canvas, rows, columns, scale, valueAt2) {
  paintCells(canvas, rows, columns, (row, column) => {
    const value = valueAt2(row, column);
    return Number.isNaN(value) ? null : colourOf(value, scale);
  });
}

// cnn/frontend/inspector/cell.ts
var valueAt = ({ values, shape }, row, column) => values[row * shape[1] + column];
var corner = (window2, row, column) => [
  row * window2.stride - window2.zeros[0],
  column * window2.stride - window2.zeros[1]
];
function inputAt(data, y, x, place2) {
  const inside = y >= 0 && x >= 0 && y < data.height && x < data.width;
  return inside ? arrayOf(data, "input").values[(y * data.width + x) * data.channels + place2] : 0;
}
function convSums(data, row, column, sums) {
  const { window: size, height, width, channels } = data;
  const input = arrayOf(data, "input").values;
  const kernel = arrayOf(data, "kernel").values;
  const [top, left] = corner(data, row, column);
  sums.fill(0);
  for (let i = 0; i < size; i++) {
    const y = top + i;
    if (y < 0 || y >= height) continue;
    for (let j = 0; j < size; j++) {
      const x = left + j;
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels;
      const at = (i * size + j) * channels;
      for (let c = 0; c < channels; c++) {
        sums[c] = sums[c] + input[from + c] * kernel[at + c];
      }
    }
  }
  return sums;
}
function convTotal(data, row, column, sums) {
  return addUp(convSums(data, row, column, sums)) + valueAt(arrayOf(data, "rest"), row, column) + (data.bias ?? 0);
}
function channelMap(data, place2) {
  const map = new Float32Array(data.rows * data.columns);
  for (let row = 0, at = 0; row < data.rows; row++) {
    for (let column = 0; column < data.columns; column++, at++) map[at] = channelSum(data, row, column, place2);
  }
  return map;
}
function channelSum(data, row, column, place2) {
  const [top, left] = corner(data, row, column);
  const { window: size, channels } = data;
  const kernel = arrayOf(data, "kernel").values;
  let sum = 0;
  for (let k = 0; k < size * size; k++) {
    const value = inputAt(data, top + Math.floor(k / size), left + k % size, place2);
    sum += value * kernel[k * channels + place2];
  }
  return sum;
}
function windowValues(window2, map, row, column) {
  const { window: size, stride } = window2;
  return Array.from(
    { length: size * size },
    (_, k) => valueAt(map, row * stride + Math.floor(k / size), column * stride + k % size)
  );
}
var poolTotal = (kind, values) => kind === "max" ? Math.max(...values) : addUp(values) / values.length;
function winnerOf(values) {
  const best = largest(values);
  return values.some((value) => value < values[best]) ? best : -1;
}
function poolCell({ window: size, stride }, [rows, columns], row, column) {
  const first = (place2) => Math.max(Math.ceil((place2 - size + 1) / stride), 0);
  const last = (place2, count) => Math.min(Math.floor(place2 / stride), count - 1);
  const [top, left] = [first(row), first(column)];
  const down = last(row, rows) - top + 1;
  const across = last(column, columns) - left + 1;
  return down > 0 && across > 0 ? { row: top, column: left, count: down * across } : null;
}
var ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x, { slope }) => x > 0 ? x : slope * x,
  elu: (x, { alpha }) => x > 0 ? x : alpha * Math.expm1(x),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  tanh: (x) => Math.tanh(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x))
};
function cellwise(step, x, second) {
  switch (step.operation) {
    case "normalise":
      return (x - step.mean) / Math.sqrt(step.variance + step.epsilon) * step.gamma + step.beta;
    case "function": {
      const activation = ACTIVATIONS[step.function];
      if (!activation) throw new Error(`no activation ${step.function} here`);
      return activation(x, step);
    }
    case "plus":
      return x + second;
    case "times":
      return x * second;
    case "pass":
      return x;
  }
}
function cellwiseText(step, x, second) {
  const [value, wrapped] = [fixed(x), bracketed(x)];
  switch (step.operation) {
    case "normalise": {
      const whose = step.whose && ` <small>${escapeHtml(step.whose)}</small>`;
      return `(${value} − ${bracketed(step.mean)}) / √(${fixed(step.variance)} + ${step.epsilon}) × ${bracketed(step.gamma)} + ${bracketed(step.beta)}${whose}`;
    }
    case "plus":
      return `${value} + ${bracketed(second)} of ${step.source}`;
    case "times":
      return `${value} × ${bracketed(second)} of ${step.source}`;
    case "pass":
      return `${value}, passed on: ${escapeHtml(step.reason)}`;
  }
  switch (step.function) {
    case "relu":
      return `max(0, ${value})`;
    case "leaky_relu":
      return x > 0 ? `${value}, above 0: it stays` : `${step.slope} × ${wrapped}`;
    case "elu": {
      if (x > 0) return `${value}, above 0: it stays`;
      return step.alpha === 1 ? `e^${wrapped} − 1` : `${step.alpha} × (e^${wrapped} − 1)`;
    }
    case "gelu":
      return `${value} × Φ(${value}) = ${value} × ${fixed(x === 0 ? 0.5 : cellwise(step, x, 0) / x)}`;
    case "sigmoid":
      return `1 / (1 + e^${bracketed(-x)})`;
  }
  return `${step.function}(${value})`;
}
function softmax(scores) {
  const most = scores[largest(scores)];
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const total = addUp(powers);
  return powers.map((power) => power / total);
}
function termsOf(values, weights) {
  const terms = Array.from(values, (value, index) => {
    const weight = weights[index];
    return { index, value, weight, product: value * weight };
  });
  return terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
}

// cnn/frontend/inspector/plates.ts
function plate(name, side, title, tall, wide, label) {
  const lines = tall * wide <= 400 ? gridLines(tall, wide) : "";
  return `
    <figure class="map ${tall * 4 < wide ? "flat" : ""}">
      <figcaption><span>${title}</span> <b class="under" data-under="${name}"></b></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" data-side="${side}" tabindex="0" role="application"
        aria-label="${escapeHtml(label)}, ${tall} by ${wide}. Arrow keys move the cell; Enter pins it."
        data-style="aspect-ratio:${wide}/${tall}">
        <canvas width="${wide}" height="${tall}" aria-hidden="true"></canvas>
        <svg viewBox="0 0 ${wide} ${tall}" preserveAspectRatio="none" aria-hidden="true">
          ${lines}<g class="still"></g>
          <path class="taps"/><rect class="halo"/><rect class="frame"/><rect class="winner"/>
        </svg>
      </div>
    </figure>`;
}
function gridLines(tall, wide) {
  const down = Array.from({ length: wide - 1 }, (_, i) => `M${i + 1} 0V${tall}`);
  const across = Array.from({ length: tall - 1 }, (_, i) => `M0 ${i + 1}H${wide}`);
  return `<path class="grid" d="${[...down, ...across].join("")}"/>`;
}
var plateOf = (root, name) => find(root, `[data-name="${name}"]`);
var canvasOf = (element) => find(element, "canvas");
var svgOf = (element) => find(element, "svg");
var paintArray = (canvas, { values, shape }, scale) => {
  const [rows, columns] = shape;
  paintValues(canvas, rows, columns, scale, (row, column) => values[row * columns + column]);
};
function padded(data) {
  if (data.kind !== "kernel") return { tall: data.height, wide: data.width, top: 0, left: 0 };
  const [top, left] = data.zeros;
  const reach = (count) => (count - 1) * data.stride + data.window;
  return {
    tall: Math.max(reach(data.rows), data.height + top),
    wide: Math.max(reach(data.columns), data.width + left),
    top,
    left
  };
}
function markPadding(svg, data, { tall, wide, top, left }) {
  if (tall === data.height && wide === data.width) return;
  const ring = `M0 0H${wide}V${tall}H0Z M${left} ${top}v${data.height}h${data.width}v${-data.height}Z`;
  find(svg, ".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}
var showsPicture = (data) => data.kind === "pixel" || data.kind === "kernel" && data.picture;
function paintInput(root, data, place2) {
  const element = plateOf(root, "input");
  const size = padded(data);
  const { tall, wide, top, left } = size;
  if (showsPicture(data)) {
    const level = (value) => data.kind === "pixel" ? value : Math.round((value + 1) * 127.5);
    paintCells(canvasOf(element), tall, wide, (row, column) => {
      const colour = (c) => level(inputAt(data, row - top, column - left, c));
      return [colour(0), colour(1), colour(2)];
    });
  } else if (data.kind !== "pixel") {
    const at = (row, column) => inputAt(data, row - top, column - left, place2);
    paintValues(canvasOf(element), tall, wide, data.scales.input, at);
  }
  markPadding(svgOf(element), data, size);
}
function frame(svg, row, column, tall = 1, wide = tall) {
  for (const kind of [".halo", ".frame"]) {
    setAttributes(find(svg, kind), { x: column, y: row, width: wide, height: tall });
  }
}
function markWinner(svg, cell) {
  const size = cell ? 1 : 0;
  setAttributes(find(svg, ".winner"), { x: cell?.column ?? 0, y: cell?.row ?? 0, width: size, height: size });
}
function plateCell(point, element) {
  const { width, height } = canvasOf(element);
  return cellUnder(point, element, height, width);
}
var dot = (name) => ["red", "green", "blue"].includes(name) ? `<i class="dot ${name}"></i>` : "";
function legendOf(scale, about = "") {
  const middle = scale.stops.length === 3 ? "<span>0</span>" : "";
  const [low, high] = [fixed(scale.low, 2), fixed(scale.high, 2)];
  return `<div class="legend"><i data-style="background:${gradient(scale.stops)}"></i>
    <div><span>${low}</span>${middle}<span>${high}</span></div>${about && `<p>${about}</p>`}</div>`;
}

// cnn/frontend/inspector/sum.ts
var COMPUTING = "Keras’s value is being computed.";
var TOLERANCE = `✓ within ${NEAR_TEXT}, because sums of float32 in another order differ in their last digits`;
var VERDICT = '<p class="verdict" role="status">Our value <b></b><span></span><b></b></p>';
var termsHead = (data) => isWindow(data) ? '<div class="terms"><span class="name"></span> <b></b></div>' : "";
function termGrid(data) {
  if (!isWindow(data)) return "";
  const product = data.kind === "kernel" ? "<span></span><span></span>" : "<span></span>";
  const cell = `<div class="cell">${product}</div>`;
  return `<div class="grid-of-terms n${data.window}" data-style="--n:${data.window}">${cell.repeat(data.window ** 2)}</div>`;
}
function showTerms(state, data, result) {
  if (data.kind === "kernel") showProducts(state, data, result);
  if (data.kind === "window") showWindow(state, data, result.steps[0].values ?? []);
}
function showWindow({ root, row, column }, data, values) {
  const best = data.rule === "max" ? winnerOf(values) : -1;
  child(find(root, ".terms"), 0).textContent = best >= 0 ? "The window; its largest value is outlined" : "The window";
  findAll(root, ".grid-of-terms .cell").forEach((cell, k) => {
    const value = values[k];
    child(cell, 0).textContent = fixed(value, 3);
    cell.title = exact(value);
    cell.classList.toggle("best", k === best);
    tint(cell, value, data.scales.input);
  });
  const [y, x] = corner(data, row, column);
  const winner = { row: y + Math.floor(best / data.window), column: x + best % data.window };
  markWinner(svgOf(plateOf(root, "input")), best < 0 ? null : winner);
}
function showProducts(state, data, { sums }) {
  const { root, row, column } = state;
  const place2 = shownPlace(state);
  const [top, left] = corner(data, row, column);
  const name = sourceName(data, sentAt(data, place2));
  const head = find(root, ".terms");
  child(head, 0).innerHTML = `${dot(name)}${escapeHtml(name)} × kernel slice, element by element`;
  child(head, 1).textContent = fixed(sums?.[place2] ?? 0);
  const few = data.window <= 3;
  findAll(root, ".grid-of-terms .cell").forEach((cell, k) => {
    const [y, x] = [top + Math.floor(k / data.window), left + k % data.window];
    const value = inputAt(data, y, x, place2);
    const weight = arrayOf(data, "kernel").values[k * data.channels + place2];
    child(cell, 0).textContent = few ? `${fixed(value, 2)} × ${bracketed(weight, 2)}` : fixed(value, 2);
    child(cell, 1).textContent = few ? fixed(value * weight, 3) : `×${fixed(weight, 2)}`;
    cell.title = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
    cell.classList.toggle("padding", y < 0 || x < 0 || y >= data.height || x >= data.width);
    tint(cell, value * weight, data.scales.product);
  });
}
function stepRows(data) {
  const rows = [{ layer: data.layer, tag: data.tag }, ...data.stages];
  return rows.map((stage) => {
    const window2 = "kind" in stage && stage.kind === "window" ? stage.window : 0;
    const cells = "<span></span>".repeat(window2 ** 2);
    const pooled = window2 ? `<div class="pooled" data-style="--n:${window2}">${cells}</div>` : "";
    return `<div class="step">${tagOf(data, stage.layer, stage.tag)}
        <span class="text"></span>${pooled}<b class="result"></b><small class="keras"></small></div>`;
  }).join("");
}
function tagOf(data, layer, tag) {
  const style = `data-style="background:${data.tags[tag]}"`;
  if (layer === data.layer) return `<i class="tag" ${style}>${escapeHtml(layer)}</i>`;
  return `<button type="button" class="tag" ${style} data-go-layer="${layer}" data-part="tag-${layer}"
    title="Open ${layer}">${escapeHtml(layer)}</button>`;
}
function showSteps(state, result) {
  const { root, data, keras } = state;
  const rows = findAll(root, ".step");
  const scales = [data.scales.output, ...data.stages.map((stage) => stage.scale)];
  result.steps.forEach((step, i) => {
    const row = rows[i];
    const scale = scales[i];
    find(row, ".text").innerHTML = step.text;
    const known2 = !Number.isNaN(step.total);
    const shown = find(row, ".result");
    shown.textContent = known2 ? fixed(step.total) : "–";
    shown.title = known2 ? exact(step.total) : "";
    if (known2) tint(shown, step.total, scale);
    findAll(row, ".pooled span").forEach((cell, k) => {
      const value = step.values?.[k];
      cell.textContent = value === void 0 ? "" : fixed(value, 2);
      cell.className = value !== void 0 && k === step.own ? "own" : "";
      if (value !== void 0) tint(cell, value, scale);
      else cell.style.background = "";
    });
    const stage = i ? root.querySelector(`[data-name="stage${i - 1}"]`) : null;
    if (stage) showStage(svgOf(stage), step);
    const array = keras?.arrays[`keras${i}`];
    step.keras = array && known2 ? valueAt(array, step.row, step.column) : null;
    const theirs = step.keras;
    const compared = find(row, ".keras");
    compared.textContent = theirs === null ? "" : near(step.total, theirs) ? "Keras ✓" : "Keras ✗";
    compared.title = theirs === null ? "" : `Keras’s value: ${exact(theirs)}`;
  });
  showVerdict(state, result.steps[0]);
}
function showStage(svg, step) {
  svg.classList.toggle("nowhere", Number.isNaN(step.total));
  if (!Number.isNaN(step.total)) frame(svg, step.row, step.column);
}
function showVerdict({ root, data, keras }, { total, keras: theirs }) {
  const verdict = find(root, ".verdict");
  verdict.hidden = data.alone === true;
  const [ours, link, others] = [child(verdict, 0), child(verdict, 1), child(verdict, 2)];
  const known2 = theirs !== null && theirs !== void 0;
  const same = known2 && near(total, theirs);
  verdict.dataset.ours = String(total);
  verdict.dataset.keras = known2 ? String(theirs) : "";
  verdict.className = known2 ? `verdict ${same ? "same" : "other"}` : "verdict quiet";
  verdict.title = known2 ? `ours ${exact(total)}, Keras’s ${exact(theirs)}; ${TOLERANCE}` : "";
  ours.textContent = fixed(total);
  const reason = `. ${keras?.message ?? COMPUTING}`;
  link.textContent = !known2 ? reason : same ? " = Keras’s value " : " ✗ they differ: Keras’s value is ";
  others.textContent = known2 ? `${fixed(theirs)}${same ? " ✓" : ""}` : "";
}
function showUnder(state, data, y, x, { steps }) {
  const { root, row, column, pointed } = state;
  for (const element of findAll(root, "[data-under]")) {
    const name = element.dataset.under;
    const at = placeText(data, row, column);
    if (name === "input" && pointed) element.textContent = pointedText(data, pointed);
    else if (name === "input") element.textContent = windowText(data, y, x);
    else if (name === "output") element.textContent = `${at}: ${fixed(steps[0].total)}`;
    else element.textContent = `${at}: ${fixed(valueAt(arrayOf(data, "other-1"), row, column))}`;
  }
}
var placeText = (data, row, column) => data.vector ? nameOfPlace(data, row * data.columns + column) : `row ${row}, column ${column}`;
function windowText(data, y, x) {
  if (data.kind === "average") return "all of it";
  if (isWindow(data)) {
    const span = (from) => `${fixed(from, 0)} to ${fixed(from + data.window - 1, 0)}`;
    return data.window === 1 ? `row ${y}, column ${x}` : `rows ${span(y)}, columns ${span(x)}`;
  }
  if (data.kind === "copy") return `row ${y}, column ${x}`;
  const value = data.kind === "pixel" ? inputAt(data, y, x, data.channel) : fixed(inputAt(data, y, x, 0));
  return `${placeText(data, y, x)}: ${value}`;
}
function pointedText(data, { y, x, place: place2 }) {
  if (y < 0 || x < 0 || y >= data.height || x >= data.width) return "padding: 0";
  const colours = showsPicture(data);
  const digits = data.kind === "pixel" ? 0 : colours ? 2 : 4;
  const values = (colours ? [0, 1, 2] : [place2]).map((channel) => fixed(inputAt(data, y, x, channel), digits));
  const at = data.vector && data.kind === "elementwise" ? placeText(data, y, x) : `(${y}, ${x})`;
  return `${at}: ${values.join(", ")}`;
}

// cnn/frontend/inspector/neuron.ts
var LARGEST = 10;
var FEW_NEURONS = 16;
var LINE = 32;
var dataOf = (state) => state.data;
var NEURON_VIEW = {
  build(state) {
    const { root } = state;
    const data = dataOf(state);
    state.terms = termsOf(arrayOf(data, "input").values, arrayOf(data, "weights").values);
    state.total = data.rest + addUp(state.terms.map((term) => term.product));
    const mosaic = mosaicOf(data, state.terms);
    state.mosaic = mosaic;
    const { tall, wide } = mosaic;
    const what = `${data.values_shape[2]} ${data.maps ? "maps" : "values"} of ${data.source}`;
    const named = state.terms.slice(0, LARGEST);
    find(root, ".cards").hidden = true;
    fill(
      find(root, ".board"),
      `
      <div class="from">${plate("products", "in", `Value × weight, the ${what}`, tall, wide, "Contributions")}
        ${legendOf(data.scales.product)}<p class="pointed"></p></div>
      <div class="sum" role="group" aria-label="The sum behind the neuron">
        <div class="terms"><span class="name">The ${named.length} largest of ${grouped(termCount(data))} terms</span></div>
        <div class="ranked">${named.map((term, i) => ranked(data, term, i, named)).join("")}
          ${restRow(state, data)}${plainRow("bias", data.bias)}</div>
        <div class="steps">${stepRows(data)}</div>${VERDICT}</div>
      <div class="to">${neurons(data)}</div>`
    );
    const products = plateOf(root, "products");
    paintValues(canvasOf(products), tall, wide, data.scales.product, mosaic.valueAt);
    find(products, ".still").innerHTML = `<path class="between" d="${mosaic.between}"/>`;
    if (lengthOf(data) > FEW_NEURONS) {
      const output = plateOf(root, "output");
      paintArray(canvasOf(output), arrayOf(data, "output"), data.scales.output);
      const at = cellAt(data.channel, data.columns);
      frame(svgOf(output), at.row, at.column);
    }
    if (named[0]) Object.assign(state, mosaic.placeOf(named[0]));
  },
  show(state) {
    const { root, row, column } = state;
    const data = dataOf(state);
    const term = state.mosaic?.termAt(row, column);
    frame(svgOf(plateOf(root, "products")), row, column);
    find(root, ".pointed").textContent = term ? `${placeName(data, term)}: ${fixed(term.value)} × ${bracketed(term.weight)} = ${fixed(term.product)}` : "";
    for (const element of findAll(root, ".ranked [data-index]")) {
      element.classList.toggle("chosen", Number(element.dataset.index) === term?.index);
    }
    state.result = { steps: neuronSteps(data, state.total) };
    showSteps(state, state.result);
  },
  cells: ({ mosaic }) => [mosaic?.tall ?? 1, mosaic?.wide ?? 1],
  cellOf: (point, element) => plateCell(point, element)
};
function neuronSteps(data, total) {
  const at = cellAt(data.channel, data.columns);
  const text = `${grouped(termCount(data))} terms ${fixed(total)} + bias ${bracketed(data.bias)}`;
  const steps = [{ total: total + data.bias, text, ...at }];
  data.stages.forEach((stage, i) => {
    if (stage.kind === "window") throw new Error("nothing is pooled after a neuron");
    const before = steps[i].total;
    steps.push({ total: cellwise(stage, before, 0), text: cellwiseText(stage, before, 0), ...at });
  });
  return steps;
}
var termCount = (data) => data.values_shape.reduce((product, size) => product * size, 1);
function originOfTerm(data, { index }) {
  const place2 = Math.floor(index / data.channels);
  const channel = data.sent[index % data.channels];
  const [tall, wide] = data.values_shape;
  const hasCell = tall * wide > 1 || data.placed;
  return { channel, cell: hasCell ? [Math.floor(place2 / data.width), place2 % data.width] : null };
}
function placeName(data, term) {
  const { channel, cell } = originOfTerm(data, term);
  if (cell) return `map ${channel}, row ${cell[0]}, column ${cell[1]}`;
  return `${data.noun} ${channel}`;
}
function ranked(data, term, i, named) {
  const { channel, cell } = originOfTerm(data, term);
  const share = Math.abs(term.product / (named[0]?.product || 1));
  const place2 = placeName(data, term);
  return `<button type="button" class="row" data-index="${term.index}" data-part="term${i}" data-go-layer="${data.source}"
      data-go-channel="${channel}" ${cell ? `data-go-cell="${cell}"` : ""} title="Open ${place2} of ${data.source}">
    <span>${place2}</span><span class="text">${fixed(term.value, 3)} × ${bracketed(term.weight, 3)}</span>
    <b title="${exact(term.product)}">${fixed(term.product, 3)}</b>${bar(term.product, share)}</button>`;
}
var bar = (value, share) => `<s><i class="${value < 0 ? "below" : "above"}" data-style="width:${50 * share}%;left:${value < 0 ? 50 - 50 * share : 50}%"></i></s>`;
function restRow({ terms, total }, data) {
  const named = terms.slice(0, LARGEST);
  const others = termCount(data) - named.length;
  if (!others) return "";
  return plainRow(`the other ${grouped(others)} together`, total - addUp(named.map((term) => term.product)));
}
var plainRow = (name, value) => `<div class="row plain"><span>${name}</span><span></span><b title="${exact(value)}">${fixed(value, 3)}</b><s></s></div>`;
function neurons(data) {
  const count = lengthOf(data);
  if (count > FEW_NEURONS) {
    return `${plate("output", "neurons", `All ${count} neurons`, data.rows, data.columns, "All neurons")}
      ${legendOf(data.scales.output)}`;
  }
  const values = [...arrayOf(data, "output").values].slice(0, count);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  const rows = values.map(
    (value, i) => `<button type="button" class="row ${i === data.channel ? "chosen" : ""}" data-go-layer="${data.layer}"
      data-go-channel="${i}" data-part="neuron${i}"><span>${escapeHtml(data.names[i] ?? `neuron ${i}`)}</span>
      <b title="${exact(value)}">${fixed(value, 3)}</b>${bar(value, Math.abs(value) / reach)}</button>`
  );
  return `<figure><figcaption><span>All ${count} ${data.layer === "scores" ? "scores" : "neurons"}</span></figcaption>
    <div class="ranked three">${rows.join("")}</div></figure>`;
}
function mosaicOf(data, terms) {
  const { height, width, channels } = data;
  const gap = height * width > 1 ? 1 : 0;
  const across = gap ? Math.max(Math.ceil(Math.sqrt(channels)), 1) : Math.min(LINE, channels);
  const down = Math.ceil(channels / across);
  const [high, wide] = [height + gap, width + gap];
  const indexAt = (row, column) => {
    const [y, x] = [row % high, column % wide];
    const channel = Math.floor(row / high) * across + Math.floor(column / wide);
    return y < height && x < width && channel < channels ? (y * width + x) * channels + channel : -1;
  };
  const numbers = (count) => Array.from({ length: gap * (count - 1) }, (_, i) => i + 1);
  const upright = numbers(across).map((i) => `M${i * wide - 0.5} 0V${down * high}`);
  const level = numbers(down).map((i) => `M0 ${i * high - 0.5}H${across * wide}`);
  const byIndex = new Map(terms.map((term) => [term.index, term]));
  return {
    between: [...upright, ...level].join(""),
    tall: down * high - gap,
    wide: across * wide - gap,
    valueAt: (row, column) => byIndex.get(indexAt(row, column))?.product ?? Number.NaN,
    termAt: (row, column) => byIndex.get(indexAt(row, column)),
    placeOf({ index }) {
      const [place2, channel] = [Math.floor(index / channels), index % channels];
      const row = Math.floor(channel / across) * high + Math.floor(place2 / width);
      return { row, column: channel % across * wide + place2 % width };
    }
  };
}
var SOFTMAX_VIEW = {
  build({ root }) {
    find(root, ".cards").hidden = true;
    find(root, ".board").innerHTML = '<p class="verdict quiet" role="status"></p>';
  },
  show({ root, data, keras }) {
    const element = find(root, ".verdict");
    element.hidden = data.alone === true;
    const theirs = keras?.arrays.keras0?.values;
    if (!theirs) {
      element.textContent = keras?.message ?? COMPUTING;
      return;
    }
    const scores = arrayOf(data, "input").values.subarray(0, lengthOf(data));
    const shares = softmax(scores);
    const apart = Math.max(...shares.map((share, i) => Math.abs(share - theirs[i])));
    const same = shares.every((share, i) => near(share, theirs[i]));
    element.className = same ? "verdict same" : "verdict other";
    element.dataset.apart = String(apart);
    element.innerHTML = same ? `All ten of our values = Keras’s ✓ <small>at most ${minus(apart.toExponential(1))} apart</small>` : `✗ Keras’s values differ by up to ${fixed(apart)}`;
  },
  cells: () => [1, 1],
  cellOf: () => null
};

// cnn/frontend/inspector/events.ts
var STEP_MILLISECONDS = 250;
var ANNOUNCE_MILLISECONDS = 400;
var STOPS = ["pointerdown", "keydown", "wheel"];
function listen(state) {
  const { root } = state;
  for (const element of findAll(root, ".plate")) listenOn(state, element);
  for (const element of findAll(root, "[data-step]")) {
    const what = element.dataset.step;
    if (element instanceof HTMLSelectElement) element.onchange = () => choose(state, what, element.value);
    else element.onclick = () => stepBy(state, what, Number(element.dataset.by));
  }
  for (const element of findAll(root, "[data-go-layer], [data-go-channel]")) {
    element.onclick = () => state.go(targetOf(state, element.dataset));
  }
  for (const element of findAll(root, "[data-channel]")) {
    const channel = Number(element.dataset.channel);
    element.onclick = () => again(state, `who${state.data.sent.indexOf(channel)}`, rebuild, () => {
      state.chosen = channel;
    });
  }
  for (const element of findAll(root, ".ranked [data-index]")) {
    element.onpointerenter = element.onfocus = () => {
      const term = state.terms.find(({ index }) => index === Number(element.dataset.index));
      if (term && state.mosaic) go(state, state.mosaic.placeOf(term));
    };
  }
  press(state, "order", rebuild, () => {
    state.byNumber = !state.byNumber;
  });
  press(state, "all", rebuild, () => {
    state.all = !state.all;
  });
  press(state, "sort", buildHead, () => {
    state.byActivity = !state.byActivity;
  });
  find(root, ".play").onclick = () => {
    if (state.timer) stop(state);
    else start(state);
    show(state);
  };
}
var rebuild = (state) => state.view.build(state);
function press(state, part, build, change) {
  const button = state.root.querySelector(`[data-part="${part}"]`);
  if (button) button.onclick = () => again(state, part, build, change);
}
function again(state, part, build, change) {
  change();
  build(state);
  listen(state);
  show(state);
  state.root.querySelector(`[data-part="${part}"]`)?.focus();
}
function listenOn(state, element) {
  handle(element, {
    handle: () => element.querySelector(".frame"),
    press: () => stop(state),
    hover: (point) => hover(state, element, point),
    leave: () => {
      if (!state.pointed) return;
      state.pointed = null;
      show(state);
    },
    drag: (point) => drag(state, element, point),
    choose: (point) => pin(state, element, point)
  });
  element.onkeydown = (event) => key(state, event);
}
function hover(state, element, point) {
  const walked = state.timer !== 0;
  stop(state);
  state.pointed = state.view.pointed?.(point, element, state) ?? null;
  if (state.pinned && !walked) {
    if (state.pointed) show(state);
    return;
  }
  const cell = cellOf(state, element, point);
  if (cell && (walked || state.pointed || cell.row !== state.row || cell.column !== state.column)) go(state, cell);
}
function cellOf(state, element, point) {
  const cell = state.view.cellOf(point, element, state);
  return cell && limited(state, cell.row, cell.column);
}
function drag(state, element, point) {
  const cell = cellOf(state, element, point);
  if (!cell || cell.row === state.row && cell.column === state.column) return;
  const { data } = state;
  state.pinned = !data.vector;
  go(state, cell);
  announce(state);
}
function pin(state, element, point) {
  const cell = cellOf(state, element, point);
  if (!cell) return;
  const { data } = state;
  if (data.kind === "dense") {
    leave(state, element, plateCell(point, element));
    return;
  }
  if (data.vector) {
    state.go(valueTarget(state, cell));
    return;
  }
  state.pinned = !(state.pinned && cell.row === state.row && cell.column === state.column);
  go(state, cell);
  announce(state);
  say(state);
}
var valueTarget = ({ data }, { row, column }) => ({
  layer: data.layer,
  channel: Math.min(row * data.columns + column, lengthOf(data) - 1)
});
function leave(state, element, cell) {
  const { data } = state;
  if (data.kind !== "dense") return;
  if (element.dataset.side === "neurons") {
    const channel = cell.row * data.columns + cell.column;
    if (channel < lengthOf(data)) state.go({ layer: data.layer, channel });
    return;
  }
  const term = state.mosaic?.termAt(cell.row, cell.column);
  if (!term) return;
  const origin = originOfTerm(data, term);
  const target = { layer: data.source, channel: origin.channel };
  state.go(origin.cell ? { ...target, cell: origin.cell.join() } : target);
}
function key(state, event) {
  const enter = isEnter(event);
  const step = ARROWS[event.key];
  if (!step && !enter && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(state);
  if (enter && state.data.kind === "dense") {
    leave(state, plateOf(state.root, "products"), state);
    return;
  }
  if (enter && state.data.vector) {
    state.go(valueTarget(state, state));
    return;
  }
  if (enter) state.pinned = !state.pinned;
  if (event.key === "Escape") state.pinned = false;
  const [down, right] = step ?? [0, 0];
  go(state, limited(state, state.row + down, state.column + right));
  announce(state);
  say(state);
}
function go(state, { row, column }) {
  Object.assign(state, { row, column });
  show(state);
}
function announce(state) {
  if (state.data.vector) return;
  const cell = state.pinned ? `${state.row},${state.column}` : "";
  clearTimeout(state.waiting);
  state.waiting = window.setTimeout(() => {
    if ((state.told ?? "") === cell) return;
    state.told = cell || null;
    document.dispatchEvent(new CustomEvent("cnn-lab-pin", { detail: { question: state.data.question, cell } }));
  }, ANNOUNCE_MILLISECONDS);
}
function targetOf(state, { goLayer, goChannel, goCell }) {
  const { data, row, column, pinned, result } = state;
  const target = { layer: goLayer ?? data.layer, channel: Number(goChannel ?? data.channel) };
  if (goCell) return { ...target, cell: goCell };
  const place2 = data.stages.findIndex(({ layer }) => layer === goLayer) + 1;
  const cell = place2 ? result?.steps[place2] : { row, column };
  if (!pinned || data.vector || !cell || cell.row < 0) return target;
  return { ...target, cell: `${cell.row},${cell.column}` };
}
function layerTarget({ data, row, column, pinned }, name) {
  const shape = data.layers.find((layer) => layer.name === name)?.shape ?? [];
  if (shape.length !== data.shape.length || shape.at(-1) !== data.shape.at(-1)) return { layer: name };
  const target = { layer: name, channel: data.channel };
  return pinned && shape.join() === data.shape.join() ? { ...target, cell: `${row},${column}` } : target;
}
function stepBy(state, what, by) {
  const { data } = state;
  const turn = (list, value) => list[(list.indexOf(value) + by + list.length) % list.length];
  if (what === "layer") {
    choose(
      state,
      what,
      turn(
        data.layers.map(({ name }) => name),
        data.layer
      )
    );
  } else choose(state, what, String(turn(orderOf(state), data.channel)));
}
function choose(state, what, value) {
  state.go(what === "layer" ? layerTarget(state, value) : targetOf(state, { goChannel: value }));
}
function start(state) {
  state.pinned = false;
  const button = find(state.root, ".play");
  const halt = (event) => {
    const toggles = event.type === "pointerdown" || event instanceof KeyboardEvent && isEnter(event);
    if (toggles && event.composedPath().includes(button)) return;
    stop(state);
    show(state);
  };
  state.halt = halt;
  for (const kind of STOPS) document.addEventListener(kind, halt, { passive: true });
  state.timer = window.setInterval(() => {
    if (!document.hidden) walk(state);
  }, STEP_MILLISECONDS);
}
function stop(state) {
  if (!state.timer) return;
  clearInterval(state.timer);
  state.timer = 0;
  const { halt } = state;
  if (halt) for (const kind of STOPS) document.removeEventListener(kind, halt);
}
function walk(state) {
  const [rows, columns] = state.view.cells(state);
  const count = state.data.vector ? lengthOf(state.data) : rows * columns;
  go(state, cellAt((state.row * columns + state.column + 1) % count, columns));
}

// cnn/frontend/inspector/channels.ts
var SHOWN = 12;
function buildCards(state, data) {
  const { root } = state;
  const area = find(root, ".cards");
  area.hidden = data.kind !== "kernel";
  if (data.kind !== "kernel") {
    area.innerHTML = "";
    return;
  }
  const many = data.sent.length > SHOWN;
  const order = state.byNumber ? data.sent.map((_, place2) => place2) : data.order;
  const places = state.all || !many ? order : order.slice(0, SHOWN);
  const rest = data.total - places.length;
  const quiet = (part, text) => `<button type="button" class="quiet-button" data-part="${part}">${text}</button>`;
  fill(
    area,
    `
    <div class="cards-head"><span><b>One intermediate map per input channel:</b> each channel under its own slice of the
      kernel. ${allOf(data)} ${escapeHtml(mapName(data))}.${leftOut(data)}</span>
      <span class="buttons">
        ${data.total > 1 ? quiet("order", state.byNumber ? "Sorted by number" : "Sorted by contribution") : ""}
        ${many ? quiet("all", state.all ? `Largest ${SHOWN} only` : `All ${data.sent.length}`) : ""}
      </span></div>
    <div class="deck">${places.map((place2) => card(data, place2)).join("")}${rest ? restCard(data, rest) : ""}</div>
    <div class="legends">${legendOf(data.scales.kernel, "weights")}${legendOf(data.scales.share, "intermediate maps")}</div>`
  );
  for (const element of findAll(area, ".card")) paintCard(element, data, places);
}
function allOf({ total, bias }) {
  const withBias = bias === null ? "" : ` with the bias ${fixed(bias)}`;
  return total > 1 ? `Added up${withBias}, they give` : `Added up${withBias}, it gives`;
}
function leftOut(data) {
  const missing = data.total - data.sent.length;
  return missing ? ` The ${missing} smallest contributions are shown only as a sum.` : "";
}
function card(data, place2) {
  const number = sentAt(data, place2);
  const name = sourceName(data, number);
  const slice = "<span></span>".repeat(data.window ** 2);
  return `<div class="card" data-place="${place2}">
    <button type="button" class="who" data-channel="${number}" data-part="who${place2}">${dot(name)}${escapeHtml(name)}</button>
    ${thumb("channel", "in", data.height, data.width, data.window)}<span>×</span>
    <div class="slice n${data.window}" data-style="--n:${data.window}">${slice}</div><span>=</span>
    ${thumb("made", "out", data.rows, data.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;
}
var restCard = (data, rest) => `<div class="card rest" data-place="-1"><span class="who">the other ${rest}</span>
  <span class="gap">their sum, with its own scale</span>${thumb("made", "out", data.rows, data.columns)}
  <span class="share"><b></b><s><i></i></s></span></div>`;
var thumb = (name, side, tall, wide, span = 1) => `<div class="plate thumb ${side}" data-name="${name}" data-side="${side}" data-style="aspect-ratio:${wide}/${tall}">
    <canvas width="${wide}" height="${tall}" aria-hidden="true"></canvas>
    <i data-style="width:${100 * span / wide}%;height:${100 * span / tall}%"></i></div>`;
function paintCard(element, data, places) {
  const place2 = Number(element.dataset.place);
  const made = place2 < 0 ? restMap(data, places) : channelMap(data, place2);
  const reach = made.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const share = data.scales.share;
  const scale = place2 < 0 ? withTable({ low: -reach, high: reach, stops: share.stops }) : share;
  paintArray(find(element, '[data-name="made"] canvas'), { values: made, shape: [data.rows, data.columns] }, scale);
  if (place2 < 0) return;
  paintValues(
    canvasOf(element),
    data.height,
    data.width,
    data.scales.input,
    (row, column) => inputAt(data, row, column, place2)
  );
  findAll(element, ".slice span").forEach((cell, k) => {
    const weight = arrayOf(data, "kernel").values[k * data.channels + place2];
    cell.textContent = data.window <= 3 ? fixed(weight, 2) : "";
    cell.title = exact(weight);
    tint(cell, weight, data.scales.kernel);
  });
}
function restMap(data, places) {
  const made = Float32Array.from(arrayOf(data, "rest").values);
  const shown = new Set(places);
  data.sent.forEach((_, place2) => {
    if (shown.has(place2)) return;
    channelMap(data, place2).forEach((value, at) => {
      made[at] = made[at] + value;
    });
  });
  return made;
}
function showCards(state, { sums }) {
  const { root, data, row, column } = state;
  if (data.kind !== "kernel" || !sums) return;
  const cards = findAll(root, ".card");
  const [top, left] = corner(data, row, column);
  const window2 = `translate(${100 * left / data.window}%, ${100 * top / data.window}%)`;
  const cell = `translate(${100 * column}%, ${100 * row}%)`;
  let most = 0;
  for (const sum of sums) most = Math.max(most, Math.abs(sum));
  let rest = addUp(sums) + valueAt(arrayOf(data, "rest"), row, column);
  for (const element of cards) {
    const place2 = Number(element.dataset.place);
    if (place2 >= 0) rest -= sums[place2];
  }
  const reach = Math.max(most, Math.abs(rest)) || 1;
  const chosen = shownPlace(state);
  for (const element of cards) {
    if (element.hasAttribute("data-unseen")) continue;
    const place2 = Number(element.dataset.place);
    const sum = place2 < 0 ? rest : sums[place2];
    const share = find(element, ".share");
    const number = child(share, 0);
    number.textContent = fixed(sum, 3);
    number.title = exact(sum);
    const bar2 = find(share, "i");
    bar2.style.transform = `scaleX(${sum / reach})`;
    bar2.className = sum < 0 ? "below" : "above";
    find(element, ".out i").style.transform = cell;
    if (place2 >= 0) find(element, ".in i").style.transform = window2;
    element.classList.toggle("most", place2 >= 0 && Math.abs(sum) === most && most > 0);
    element.classList.toggle("chosen", place2 === chosen);
  }
}
function watchCards(state) {
  state.watcher?.disconnect();
  const deck = state.root.querySelector(".deck");
  if (!deck || deck.children.length <= 2 * SHOWN) return;
  state.watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) target.toggleAttribute("data-unseen", !isIntersecting);
      if (state.result) showCards(state, state.result);
    },
    { root: deck }
  );
  for (const element of deck.children) state.watcher.observe(element);
}

// cnn/frontend/inspector/steps.ts
function work(data, question) {
  const { row, column } = question;
  const sums = data.kind === "kernel" ? question.sums ?? new Float64Array(data.channels) : void 0;
  const steps = [firstStep(data, question, sums)];
  data.stages.forEach((stage, i) => {
    const before = steps[i].total;
    const at = { row, column };
    if (stage.kind === "window") {
      steps.push(poolStep(data, stage, i, at));
      return;
    }
    const second = takesSecond(stage) ? valueAt(arrayOf(data, `other${i}`), row, column) : 0;
    steps.push({ total: cellwise(stage, before, second), text: cellwiseText(stage, before, second), ...at });
  });
  return { steps, sums };
}
function firstStep(data, question, sums) {
  const { row, column } = question;
  const at = { row, column };
  switch (data.kind) {
    case "kernel": {
      const all = sums;
      const total = convTotal(data, row, column, all);
      return { total, text: convText(data, all, question.chosen, total), ...at };
    }
    case "window":
      return { ...poolOfInput(data, at), ...at };
    case "pixel": {
      const pixel = inputAt(data, row, column, data.channel);
      return { total: pixel / data.half - 1, text: `${pixel} / ${data.half} − 1`, ...at };
    }
    case "copy":
    case "average":
      return { ...unrolledStep(data, at), ...at };
    case "elementwise": {
      const value = inputAt(data, row, column, 0);
      const second = takesSecond(data.first) ? valueAt(arrayOf(data, "other-1"), row, column) : 0;
      return { total: cellwise(data.first, value, second), text: cellwiseText(data.first, value, second), ...at };
    }
  }
}
function poolOfInput(data, { row, column }) {
  const map = { values: arrayOf(data, "input").values, shape: [data.height, data.width] };
  const values = windowValues(data, map, row, column);
  const mean = `(${values.map((value) => fixed(value)).join(" + ")}) / ${values.length}`;
  return {
    total: poolTotal(data.rule, values),
    text: data.rule === "max" ? "the largest of the window" : mean,
    values
  };
}
function windowOn(data, { row, column }) {
  if (isWindow(data)) {
    const [y, x] = corner(data, row, column);
    return { y, x, size: data.window };
  }
  if (!isUnrolled(data)) return { y: row, x: column, size: 1 };
  const { cell } = originOf(data, { row, column });
  return { y: Math.floor(cell / data.width), x: cell % data.width, size: 1 };
}
function originOf(data, { row, column }) {
  const index = row * data.columns + column;
  if (data.kind === "average") return { channel: index, cell: 0 };
  return { channel: index % data.total, cell: Math.floor(index / data.total) };
}
function unrolledStep(data, at) {
  const { channel } = originOf(data, at);
  const place2 = data.sent.indexOf(channel);
  if (place2 < 0) {
    const total = valueAt(arrayOf(data, "output"), at.row, at.column);
    return { total, text: "its map was not sent: there are too many" };
  }
  if (data.kind === "copy") {
    const { y, x } = windowOn(data, at);
    return { total: inputAt(data, y, x, place2), text: `map ${channel}, row ${y}, column ${x}, copied unchanged` };
  }
  const { values } = arrayOf(data, "input");
  let sum = 0;
  for (let i = place2; i < values.length; i += data.channels) sum += values[i];
  const count = data.height * data.width;
  return { total: sum / count, text: `the sum of map ${channel}, ${fixed(sum)}, / ${count} cells` };
}
function convText(data, sums, chosen, total) {
  const place2 = shownPlace({ data, chosen });
  const named = data.total <= 3 ? [...sums.keys()] : [place2];
  const terms = named.map((i) => [sums[i], sourceName(data, sentAt(data, i))]);
  const bias = data.bias ?? 0;
  if (data.total > 3) terms.push([total - bias - sums[place2], `the other ${data.total - 1}`]);
  if (data.bias !== null) terms.push([bias, "bias"]);
  return terms.map(([sum, name], i) => `${i ? bracketed(sum) : fixed(sum)} <small>${escapeHtml(name)}</small>`).join(" + ");
}
function poolStep(data, stage, i, at) {
  const [rows, columns] = arrayOf(data, `stage${i}`).shape;
  const cell = poolCell(stage, [rows, columns], at.row, at.column);
  if (!cell) return { total: Number.NaN, text: "no window contains this cell", row: -1, column: -1 };
  const source = arrayOf(data, i ? `stage${i - 1}` : "output");
  const values = windowValues(stage, source, cell.row, cell.column);
  const own = (at.row - cell.row * stage.stride) * stage.window + at.column - cell.column * stage.stride;
  const text = poolText(stage.rule, values, own, cell.count);
  return { total: poolTotal(stage.rule, values), text, values, own, row: cell.row, column: cell.column };
}
function poolText(kind, values, own, count) {
  const more = count > 1 ? `; ${count - 1} more ${count > 2 ? "windows contain" : "window contains"} it` : "";
  if (kind !== "max") return `one of ${values.length} values in the mean${more}`;
  const best = winnerOf(values);
  if (best < 0) return `all values in the window are equal${more}`;
  const verdict = values[own] === values[best] ? "is the largest in its window" : `is smaller than ${fixed(values[best])}`;
  return `this cell <b>${verdict}</b>${more}`;
}

// cnn/frontend/inspector/map.ts
var dataOf2 = (state) => state.data;
var MAP_VIEW = {
  build(state) {
    const { root } = state;
    const data = dataOf2(state);
    const size = padded(data);
    const title = showsPicture(data) ? "The picture" : inputTitle(data, state);
    const legend = data.kind === "pixel" || showsPicture(data) ? "" : legendOf(data.scales.input);
    fill(
      find(root, ".board"),
      `
      <div class="from">
        ${plate("input", "in", title, size.tall, size.wide, "The input")}
        ${otherPlate(data)}${legend}
      </div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell">
        ${termsHead(data)}${termGrid(data)}<div class="steps">${stepRows(data)}</div>
        ${VERDICT}
      </div>
      <div class="to">
        ${plate("output", "out", outputTitle(data), data.rows, data.columns, `The output of ${data.layer}`)}
        ${legendOf(data.scales.output)}
        <div class="after">${data.vector ? "" : data.stages.map(stagePlate).join("")}</div>
      </div>`
    );
    paintInput(root, data, shownPlace(state));
    paintArray(canvasOf(plateOf(root, "output")), arrayOf(data, "output"), data.scales.output);
    if (data.kind === "elementwise" && takesSecond(data.first)) {
      paintArray(canvasOf(plateOf(root, "other")), arrayOf(data, "other-1"), data.scales.input);
    }
    if (!data.vector) data.stages.forEach((stage, i) => paintStage(root, data, stage, i));
    buildCards(state, data);
    state.result = state.traced = null;
    watchCards(state);
  },
  show(state) {
    const { root, row, column } = state;
    const data = dataOf2(state);
    if (isUnrolled(data)) trace(state);
    const { y, x, size } = windowOn(data, { row, column });
    const { top, left } = padded(data);
    const [tall, wide] = data.kind === "average" ? [data.height, data.width] : [size, size];
    frame(svgOf(plateOf(root, "input")), y + top, x + left, tall, wide);
    const other = root.querySelector('[data-name="other"]');
    if (other) frame(svgOf(other), row, column);
    frame(svgOf(plateOf(root, "output")), row, column);
    if (data.kind === "kernel") state.sums ??= new Float64Array(data.channels);
    const result = work(data, state);
    showTerms(state, data, result);
    showSteps(state, result);
    showCards(state, result);
    showUnder(state, data, y, x, result);
    state.result = result;
  },
  cells: ({ data }) => [data.rows, data.columns],
  // What lies under the pointer on the input: a cell of it, or of the zeros around
  pointed(point, element, state) {
    if (element.dataset.name !== "input") return null;
    const { row, column } = plateCell(point, element);
    const { top, left } = padded(state.data);
    return { y: row - top, x: column - left, place: placeShown(state) };
  },
  cellOf(point, element, state) {
    const data = dataOf2(state);
    const cell = plateCell(point, element);
    const side = element.dataset.side;
    if (side === "out") return cell;
    if (side === "pool") {
      const stage = data.stages[Number(element.dataset.stage)];
      return stage?.kind === "window" ? { row: cell.row * stage.stride, column: cell.column * stage.stride } : null;
    }
    if (isUnrolled(data)) return null;
    if (!isWindow(data)) return cell;
    const { top, left } = element.dataset.name === "input" ? padded(data) : { top: 0, left: 0 };
    const middle = (data.window - 1) / 2;
    return {
      row: Math.round((cell.row - top + data.zeros[0] - middle) / data.stride),
      column: Math.round((cell.column - left + data.zeros[1] - middle) / data.stride)
    };
  }
};
var outputTitle = (data) => data.vector ? `All ${lengthOf(data)} values of ${data.layer}` : `<em>${escapeHtml(mapName(data))}</em> of ${data.layer}`;
function inputTitle(data, state) {
  const from = data.sources[0];
  if (data.kind === "kernel") return `<em>${sourceName(data, sentAt(data, shownPlace(state)))}</em> of ${from}`;
  if (isUnrolled(data)) return `<em data-traced></em> of ${from}`;
  return data.vector ? `All ${lengthOf(data)} values of ${from}` : `<em>${escapeHtml(mapName(data))}</em> of ${from}`;
}
function otherPlate(data) {
  if (data.kind !== "elementwise" || !takesSecond(data.first)) return "";
  const { second } = data.first;
  return plate("other", "in", escapeHtml(second), data.height, data.width, second);
}
function stagePlate(stage, i) {
  const side = stage.kind === "window" ? "pool" : "out";
  return `<figure class="small"><figcaption><button type="button" class="link" data-go-layer="${stage.layer}"
      title="Open ${stage.layer}">${stage.layer}</button></figcaption>
    <div class="plate" data-name="stage${i}" data-side="${side}" data-stage="${i}"><canvas aria-hidden="true"></canvas>
      <svg preserveAspectRatio="none" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg></div></figure>`;
}
function paintStage(root, data, stage, i) {
  const array = arrayOf(data, `stage${i}`);
  const [tall, wide] = array.shape;
  const element = plateOf(root, `stage${i}`);
  element.style.aspectRatio = `${wide}/${tall}`;
  setAttributes(svgOf(element), { viewBox: `0 0 ${wide} ${tall}` });
  paintArray(canvasOf(element), array, stage.scale);
}
function placeShown(state) {
  const { data } = state;
  if (data.kind === "kernel") return shownPlace(state);
  return data.sent.length > 1 && state.traced !== null ? data.sent.indexOf(state.traced) : 0;
}
function trace(state) {
  const data = dataOf2(state);
  if (!isUnrolled(data)) return;
  const { channel } = originOf(data, state);
  if (state.traced === channel) return;
  state.traced = channel;
  const place2 = data.sent.indexOf(channel);
  if (place2 >= 0) paintInput(state.root, data, place2);
  find(state.root, "[data-traced]").textContent = place2 >= 0 ? `map ${channel}` : `map ${channel} (too many to show)`;
}

// cnn/frontend/inspector/index.ts
var states = /* @__PURE__ */ new WeakMap();
var inspector_default = lasting(function inspector({
  data: sent,
  parentElement,
  setTriggerValue
}) {
  const root = find(parentElement, ".inspector");
  const state = take(root, sent instanceof Uint8Array ? readData(sent) : sent);
  state.go = (target) => setTriggerValue("go", target);
  root.style.setProperty("--above", state.data.above);
  root.style.setProperty("--below", state.data.below);
  const focused = focusedIn(root)?.dataset.part;
  buildHead(state);
  state.view.build(state);
  listen(state);
  showTitlesOnLongPress(root);
  settle(state);
  hear(state, globalThis.cnnLabAnswer, false);
  show(state);
  if (focused) root.querySelector(`[data-part="${focused}"]`)?.focus();
  if (state.answer) document.removeEventListener("cnn-lab-answer", state.answer);
  const answer = (event) => hear(state, event.detail, true);
  state.answer = answer;
  document.addEventListener("cnn-lab-answer", answer);
  document.removeEventListener(CHOSEN, state.opened);
  state.opened = (event) => {
    event.preventDefault();
    awaited = event.detail;
    openAwaited(state);
  };
  document.addEventListener(CHOSEN, state.opened);
  openAwaited(state);
  if (globalThis.cnnLabOpens === state.data.layer) {
    globalThis.cnnLabOpens = void 0;
    requestAnimationFrame(() => bringIntoView(find(root, ".board")));
  }
  return () => {
    document.removeEventListener(CHOSEN, state.opened);
    stop(state);
    state.watcher?.disconnect();
    document.removeEventListener("cnn-lab-answer", answer);
  };
});
var awaited = null;
function openAwaited(state) {
  const { data, root } = state;
  if (awaited?.layer !== data.layer || awaited.channel !== data.channel) return;
  const { from } = awaited;
  awaited = null;
  const plate2 = root.querySelector('[data-name="output"]');
  bringIntoView(find(root, ".board"), from, plate2);
}
function viewOf(data) {
  if (data.kind === "dense") return NEURON_VIEW;
  return data.kind === "shares" ? SOFTMAX_VIEW : MAP_VIEW;
}
function take(root, data) {
  const before = states.get(root);
  const state = before ?? freshState(root, data, viewOf(data));
  states.set(root, state);
  const same = before?.data.layer === data.layer;
  if (!same || before.data.channel !== data.channel) Object.assign(state, { chosen: null, all: state.all && same });
  if (state.keras?.question !== data.question) state.keras = null;
  return Object.assign(state, { data, view: viewOf(data), sums: null, kept: same });
}
function settle(state) {
  const { data } = state;
  if (data.kind === "dense" || data.kind === "shares") return;
  const asked = data.cell && !data.vector ? data.cell.join() : null;
  if (data.vector) Object.assign(state, cellAt(data.channel, data.columns));
  else if (asked !== state.told) {
    state.told = asked;
    state.pinned = asked !== null;
    if (data.cell) [state.row, state.column] = data.cell;
  }
  if (!data.vector && !state.pinned && !state.kept) Object.assign(state, strongest(data));
  Object.assign(state, limited(state, state.row, state.column));
}
function hear(state, answer, redraw) {
  if (!answer || answer.question !== state.data.question) return;
  state.keras = answer;
  if (redraw && answer.cell && answer.cell.join() !== state.told && !state.data.vector) {
    state.told = answer.cell.join();
    state.pinned = true;
    stop(state);
    Object.assign(state, limited(state, ...answer.cell));
  }
  if (redraw) show(state);
}
export {
  inspector_default as default
};
