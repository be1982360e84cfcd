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
function percent(share) {
  const text = (100 * share).toFixed(1);
  if (share > 0 && text === "0.0") return "< 0.1 %";
  return share < 1 && text === "100.0" ? "> 99.9 %" : `${text} %`;
}
var exact = (number) => minus(String(Number(number.toPrecision(7))));
function compact(number) {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return minus(number.toExponential(1));
  return minus(number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2));
}
var grouped = (number) => number.toLocaleString("en");

// cnn/frontend/shared/colours.ts
function rgb(text) {
  const channel2 = (from) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel2(1), channel2(3), channel2(5)];
}
function mix(one, other, share) {
  const channel2 = (i) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel2(0), channel2(1), channel2(2)];
}
function along(stops, share) {
  const at = clamp(share, 0, 1) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[below], stops[below + 1], at - below);
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
function paintPicture(canvas, pixels, rows, columns) {
  paintCells(canvas, rows, columns, (row, column) => pixelAt(pixels, row * columns + column));
}
function pixelAt(pixels, place2) {
  return [pixels[3 * place2], pixels[3 * place2 + 1], pixels[3 * place2 + 2]];
}

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
function child(parent, i) {
  const found = parent.children[i];
  if (!found) throw new Error(`no child ${i} here`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}
function makeSvg(kind, parent, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  setAttributes(element, attributes);
  parent.append(element);
  return element;
}
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
function focusedIn(place2) {
  const root = place2.getRootNode();
  return root.activeElement instanceof HTMLElement ? root.activeElement : null;
}
var zoomOf = (element) => element.getBoundingClientRect().width / element.offsetWidth || 1;

// cnn/frontend/shared/edges.ts
var STEP = 0.6;
function markEdges(marked, frame, box, earlier, later) {
  const look = () => {
    const room = box.scrollWidth - box.clientWidth;
    marked.classList.toggle("before", box.scrollLeft > 4);
    marked.classList.toggle("after", box.scrollLeft < room - 4);
  };
  for (const [name, text, label, way] of [
    ["scroll back", "‹", earlier, -STEP],
    ["scroll on", "›", later, STEP]
  ]) {
    const button = makeButton(frame, name, text, label);
    button.tabIndex = -1;
    button.onclick = () => box.scrollBy({ left: way * box.clientWidth });
  }
  box.addEventListener("scroll", look);
  new ResizeObserver(look).observe(box);
  return look;
}

// cnn/frontend/shared/input.ts
var LONG_PRESS = 500;
var STILL = 10;
var prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
function cellUnder(point2, grid, rows, columns) {
  const box = grid.getBoundingClientRect();
  const at = (share, count) => clamp(Math.floor(share * count), 0, count - 1);
  return {
    row: at((point2.clientY - box.top) / box.height, rows),
    column: at((point2.clientX - box.left) / box.width, columns)
  };
}
var ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};
var SHEET = `
  position: fixed; z-index: 1000; max-width: min(20rem, 90vw); padding: 0.5rem 0.7rem; border-radius: 0.4rem;
  background: var(--st-text-color); color: var(--st-background-color); font: 0.9rem/1.35 var(--st-font);
  pointer-events: none; border: 1px solid CanvasText;`;
function showTitlesOnLongPress(root) {
  if (root.dataset.titles) return;
  root.dataset.titles = "true";
  let timer = 0;
  let start = null;
  let shown = null;
  const hide = () => {
    shown?.remove();
    shown = null;
  };
  const stop = () => clearTimeout(timer);
  root.addEventListener("pointerdown", (event) => {
    stop();
    hide();
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    start = event;
    const titled = event.target.closest("[title], [data-tip]");
    const text = titled?.title || titled?.dataset.tip;
    if (!text) return;
    timer = window.setTimeout(() => {
      shown = tooltip(root, text, event);
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) stop();
  });
  for (const kind of ["pointerup", "pointercancel"]) root.addEventListener(kind, stop);
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
  const { width, height: height2 } = box.getBoundingClientRect();
  const zoom = zoomOf(box);
  box.style.left = `${clamp(clientX - width / 2, 8, Math.max(innerWidth - width - 8, 8)) / zoom}px`;
  const above = clientY - height2 - 28;
  box.style.top = `${(above > 8 ? above : clientY + 28) / zoom}px`;
  return box;
}

// cnn/frontend/shared/flight.ts
var MILLISECONDS = 650;
var MARGIN = 16;
var INTERRUPTS = ["wheel", "touchstart", "pointerdown", "keydown"];
var CHOSEN = "cnn-lab-chosen";
var tellChosen = (choice) => !document.dispatchEvent(new CustomEvent(CHOSEN, { detail: choice, cancelable: true }));
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
  const start = main.scrollTop;
  if (prefersCalm()) {
    main.scrollTop = start + way;
    return;
  }
  const ghost = from && to ? copyOf(from) : null;
  const began = performance.now();
  const box = from?.getBoundingClientRect();
  let going = true;
  const stop = () => {
    going = false;
    ghost?.remove();
    for (const kind of INTERRUPTS) document.removeEventListener(kind, stop, true);
  };
  for (const kind of INTERRUPTS) document.addEventListener(kind, stop, { capture: true, passive: true });
  const frame = (now) => {
    if (!going) return;
    const share = clamp((now - began) / MILLISECONDS, 0, 1);
    const eased = share * share * (3 - 2 * share);
    main.scrollTop = start + way * eased;
    if (ghost && box && to) place(ghost, box, to.getBoundingClientRect(), eased, main.scrollTop - start);
    if (share < 1) requestAnimationFrame(frame);
    else stop();
  };
  requestAnimationFrame(frame);
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

// cnn/frontend/shared/pictures.ts
function channel(name) {
  return [
    (detail) => document.dispatchEvent(new CustomEvent(name, { detail })),
    (hear) => {
      const listener = (event) => hear(event.detail);
      document.addEventListener(name, listener);
      return () => document.removeEventListener(name, listener);
    }
  ];
}
var [tellPicture, onPicture] = channel("cnn-lab-picture");
var [tellComputed, onComputed] = channel("cnn-lab-computed");

// cnn/frontend/overview/state.ts
var partOf = (state, name) => state.parts[name];
var columnOf = ({ facts }, name) => facts.columns.find((column) => column.name === name);
var lastColumn = ({ facts }) => facts.columns[facts.columns.length - 1];
function stripOf(count) {
  const wide = Math.ceil(count / 128);
  return { wide, tall: Math.ceil(count / wide) };
}
var FINE = 1024;
function tableOf(stops) {
  const ends = stops.map(rgb);
  const pixel = ([r, g, b]) => 255 << 24 | b << 16 | g << 8 | r;
  return Uint32Array.from({ length: FINE }, (_, i) => pixel(along(ends, i / (FINE - 1))));
}
function ownScale(low, high) {
  const reach = Math.max(-low, high);
  return low < 0 ? { low: -reach, high: reach, signed: true } : { low: 0, high, signed: false };
}
function painter({ tables }, scale) {
  const table = tables[scale.signed ? 1 : 0];
  const reach = scale.high - scale.low;
  const nothing = scale.signed ? (FINE - 1) / 2 : 0;
  return (value) => {
    const share = reach > 0 ? (value - scale.low) / reach * (FINE - 1) : nothing;
    return table[Math.round(Math.min(Math.max(share, 0), FINE - 1))];
  };
}
function paintPixels(canvas, wide, tall, count, pixelAt2) {
  const image = new ImageData(wide, tall);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) pixels[i] = pixelAt2(i);
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== tall) canvas.height = tall;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

// cnn/frontend/overview/computed.ts
function computed(sent, { network, picture, outputs }) {
  const { facts } = sent;
  if (facts.byActivity || !facts.stamp.startsWith(`${network}/`)) return null;
  if (!facts.columns.every(({ name }) => outputs.get(name)?.values.every(Number.isFinite))) return null;
  const floats = /* @__PURE__ */ new Map();
  const bytes = /* @__PURE__ */ new Map([["picture", { values: picture.pixels, shape: [32, 32, 3] }]]);
  const columns = facts.columns.map((column) => {
    const maps = outputs.get(column.name);
    if (column.kind === "maps") {
      const shown = quantised(maps, column.channels);
      bytes.set(`${column.name}/maps`, shown.maps);
      floats.set(`${column.name}/facts`, shown.facts);
    } else floats.set(`${column.name}/values`, { values: maps.values.slice(0, column.shown), shape: [column.shown] });
    return { ...column, ...scaleOf(maps.values), dead: column.kind === "maps" ? dead(maps) : column.dead };
  });
  return {
    facts: { ...facts, columns, truth: picture.truth, stamp: `${network}/${picture.digest}` },
    names: sent.names,
    floats: (name) => floats.get(name) ?? sent.floats(name),
    bytes: (name) => bytes.get(name) ?? sent.bytes(name)
  };
}
function scaleOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return ownScale(low, high);
}
function quantised({ values, shape }, channels) {
  const [rows, columns, count] = shape;
  const size = rows * columns;
  const bytes = new Uint8Array(channels.length * size);
  const facts = new Float32Array(3 * channels.length);
  channels.forEach((channel2, place2) => {
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (let i = channel2; i < values.length; i += count) {
      const value = values[i];
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value;
    }
    const share = high > low ? 255 / (high - low) : 0;
    for (let i = 0; i < size; i++) {
      bytes[place2 * size + i] = Math.round((values[i * count + channel2] - low) * share);
    }
    facts.set([low, sum / size, high], 3 * place2);
  });
  return {
    maps: { values: bytes, shape: [channels.length, rows, columns] },
    facts: { values: facts, shape: [channels.length, 3] }
  };
}
function dead({ values, shape }) {
  const alive = new Uint8Array(shape[2]);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) alive[i % alive.length] = 1;
  return alive.length - alive.reduce((sum, one) => sum + one, 0);
}

// cnn/frontend/overview/links.ts
function anchorsOf(state) {
  const origin = state.columns.getBoundingClientRect();
  const zoom = zoomOf(state.columns);
  const found = {};
  for (const column of state.facts.columns) {
    const { body, items } = partOf(state, column.name);
    const shown = items.filter((item) => !item.hidden);
    const boxes = (shown.length ? shown.map((item) => item.spot ?? item) : [body]).map(
      (one) => one.getBoundingClientRect()
    );
    found[column.name] = {
      left: (Math.min(...boxes.map((box) => box.left)) - origin.left) / zoom,
      right: (Math.max(...boxes.map((box) => box.right)) - origin.left) / zoom,
      top: (Math.min(...boxes.map((box) => box.top)) - origin.top) / zoom,
      bottom: (Math.max(...boxes.map((box) => box.bottom)) - origin.top) / zoom,
      heights: boxes.map((box) => (box.top + box.height / 2 - origin.top) / zoom)
    };
  }
  return found;
}
var anchorOf = (state, name) => state.anchors[name];
var height = (anchor, place2) => anchor.heights[place2];
function curve(x0, y0, x1, y1) {
  const bend = Math.max(18, (x1 - x0) * 0.45);
  const [a, b, c, d, e, f] = [x0, y0, x0 + bend, x1 - bend, y1, x1].map((number) => number.toFixed(1));
  return `M${a} ${b}C${c} ${b} ${d} ${e} ${f} ${e}`;
}
function around(from, to, y0, y1, floor) {
  const [x0, x1] = [from.right + 2, to.left - 2];
  return `M${x0} ${y0}C${x0 + 40} ${y0} ${x0 + 6} ${floor} ${x0 + 50} ${floor}H${x1 - 50}C${x1 - 6} ${floor} ${x1 - 40} ${y1} ${x1} ${y1}`;
}
function drawLinks(state) {
  const { facts, columns } = state;
  state.links?.remove();
  state.anchors = anchorsOf(state);
  state.floor = Math.max(...Object.values(state.anchors).map((anchor) => anchor.bottom)) + 9;
  const size = { width: columns.scrollWidth, height: columns.scrollHeight };
  const links = makeSvg("svg", columns, { class: "links", "aria-hidden": "true", ...size });
  state.links = links;
  facts.columns.forEach((column, i) => {
    for (const input of column.inputs) quiet(state, links, column, input, facts.columns[i - 1]?.name === input);
  });
  state.bright = makeSvg("g", links);
}
function quiet(state, links, column, input, next) {
  if (column.kind === "shares") return;
  const [from, to] = [anchorOf(state, input), anchorOf(state, column.name)];
  if (!next) {
    makeSvg("path", links, { class: "far", d: around(from, to, from.bottom - 6, to.bottom - 6, state.floor) });
  } else if (column.kind === "maps") {
    const pairs = pairsOf(column, columnOf(state, input));
    const d = pairs.map(([a, b]) => curve(from.right + 2, height(from, a), to.left - 2, height(to, b))).join("");
    makeSvg("path", links, { class: column.all ? "many" : "one", d });
  } else {
    band(links, from, to);
  }
}
function pairsOf(column, before) {
  if (before.kind !== "maps") return column.channels.map((_, b) => [0, b]);
  if (column.all) {
    return before.channels.flatMap((_, a) => column.channels.map((_2, b) => [a, b]));
  }
  return column.channels.flatMap((channel2, b) => {
    const a = before.channels.indexOf(channel2);
    return a < 0 ? [] : [[a, b]];
  });
}
function band(parent, from, to) {
  const [x0, x1, middle] = [from.right + 3, to.left - 3, (from.right + to.left) / 2];
  const d = `M${x0} ${from.top}C${middle} ${from.top} ${middle} ${to.top} ${x1} ${to.top}V${to.bottom}C${middle} ${to.bottom} ${middle} ${from.bottom} ${x0} ${from.bottom}Z`;
  makeSvg("path", parent, { class: "band", d });
}
function light(state, name, place2) {
  const { facts, bright } = state;
  if (!bright) return;
  const column = columnOf(state, name);
  const to = anchorOf(state, name);
  const y1 = height(to, Math.min(place2, to.heights.length - 1));
  for (const input of column.inputs) {
    const index = facts.columns.findIndex((other) => other.name === input);
    const before = facts.columns[index];
    const next = facts.columns[index + 1] === column;
    const from = anchorOf(state, input);
    for (const [a, weight] of readsOf(state, column, before, place2)) {
      const y0 = height(from, a);
      const d = next ? curve(from.right + 2, y0, to.left - 2, y1) : around(from, to, y0, y1, state.floor);
      makeSvg("path", bright, { class: "bright", d, "stroke-opacity": 0.25 + 0.75 * weight });
    }
  }
}
function readsOf(state, column, before, place2) {
  if (column.kind !== "maps") {
    const joined = before.kind === "maps" && column.kind === "values";
    return joined ? before.channels.map((_, a) => [a, 0.2]) : [];
  }
  if (!column.all)
    return pairsOf(column, before).flatMap(([a, b]) => b === place2 ? [[a, 1]] : []);
  const strength = state.blob.bytes(`${column.name}/strength`).values;
  const wide = before.channels.length;
  return before.channels.map((_, a) => [a, strength[place2 * wide + a] / 255]);
}

// cnn/frontend/overview/index.ts
var PATIENCE = 3e3;
var PANEL_SHOWN = 480;
var states = /* @__PURE__ */ new WeakMap();
var overview_default = lasting(function overview({ data, parentElement, setTriggerValue }) {
  const place2 = find(parentElement, ".overview");
  const blob = openBlob(data);
  const state = states.get(place2) ?? begin(place2, blob);
  state.ask = (value) => setTriggerValue("asked", value);
  state.sent = blob;
  const { stamp } = blob.facts;
  const older = state.awaited && stamp !== state.awaited && networkOf(stamp) === networkOf(state.awaited);
  if (!older) draw(state, blob);
  return () => {
    clearTimeout(state.patience);
    state.observer?.disconnect();
    state.stop();
    states.delete(place2);
  };
});
var networkOf = (stamp) => stamp.slice(0, stamp.lastIndexOf("/"));
function anticipate(state, values) {
  const blob = computed(state.sent, values);
  if (!blob) return;
  blob.facts.chosen = state.chosen;
  draw(state, blob);
  state.awaited = blob.facts.stamp;
  state.patience = window.setTimeout(() => draw(state, state.sent), PATIENCE);
}
function draw(state, blob) {
  const { place: place2 } = state;
  const { facts } = blob;
  clearTimeout(state.patience);
  state.awaited = "";
  Object.assign(state, { blob, facts, chosen: facts.chosen });
  const form = JSON.stringify([facts.rows, facts.columns.map((column) => [column.name, column.kind, column.maps])]);
  const anew = state.form !== form;
  if (anew) build(state);
  state.form = form;
  fill(state);
  linksWhereNew(state);
  point(state, state.pointed);
  if (anew) bringIntoSight(state, state.chosen[0]);
  markEnds(state);
  place2.dataset.stamp = facts.stamp;
  place2.dataset.painted = String(performance.now());
}
function linksWhereNew(state) {
  const { facts, columns } = state;
  const shown = facts.columns.map((column) => [column.name, column.channels]);
  const form = JSON.stringify([columns.offsetWidth, columns.offsetHeight, shown]);
  if (state.linked === form && state.links) return;
  state.linked = form;
  state.lit = null;
  drawLinks(state);
}
function begin(place2, blob) {
  const bar = make("div", place2, "bar");
  const verdict = make("p", bar, "verdict");
  const scaleSwitch = makeButton(bar, "toggle", "Own scale for each map");
  const orderSwitch = makeButton(bar, "toggle", "Most active first");
  const frame = make("div", place2, "edges");
  const box = make("div", frame, "box");
  const columns = make("div", box, "columns");
  columns.setAttribute("role", "group");
  columns.setAttribute("aria-label", "The network, layer by layer. Arrow keys move, Enter opens.");
  const state = {
    place: place2,
    box,
    columns,
    verdict,
    words: make("p", place2, "words"),
    scaleSwitch,
    orderSwitch,
    observer: null,
    sent: blob,
    blob,
    facts: blob.facts,
    own: false,
    parts: {},
    chosen: blob.facts.chosen,
    pointed: null,
    form: "",
    linked: "",
    lit: null,
    links: null,
    bright: null,
    anchors: {},
    floor: 0,
    tables: [new Uint32Array(), new Uint32Array()],
    ask: () => void 0,
    awaited: "",
    patience: 0,
    stop: onComputed((values) => anticipate(state, values)),
    edges: () => void 0
  };
  scaleSwitch.onclick = () => {
    state.own = !state.own;
    fill(state);
  };
  orderSwitch.onclick = () => state.ask({ byActivity: !state.facts.byActivity });
  state.edges = markEdges(place2, frame, box, "Earlier layers", "Later layers");
  columns.onkeydown = (event) => press(event, state);
  columns.onpointerleave = (event) => {
    if (event.pointerType === "mouse") point(state, null);
  };
  state.observer = new ResizeObserver(() => {
    if (!Object.keys(state.parts).length) return;
    linksWhereNew(state);
    point(state, state.pointed);
    markEnds(state);
  });
  state.observer.observe(box);
  showTitlesOnLongPress(place2);
  states.set(place2, state);
  return state;
}
function markEnds({ place: place2, parts, facts, edges }) {
  const last = parts[facts.columns.at(-1)?.name ?? ""];
  place2.style.setProperty("--last", `${last?.section.offsetWidth ?? 0}px`);
  edges();
}
function build(state) {
  state.columns.replaceChildren();
  state.links = null;
  state.parts = {};
  state.columns.style.setProperty("--rows", String(state.facts.rows));
  for (const column of state.facts.columns) {
    const section = make("section", state.columns, `column ${column.kind}`);
    const head = makeButton(section, "head", "");
    make("b", head, "", column.name);
    make("span", head, "tag", column.tag).style.background = column.colour;
    make("small", head, "", column.shape);
    head.tabIndex = -1;
    head.dataset.tip = aboutColumn(column);
    head.onclick = () => choose(state, column.name, 0);
    head.onpointerenter = head.onfocus = () => tell(state, aboutColumn(column));
    const body = make("div", section, "body");
    const items = itemsOf(state, column, body);
    state.parts[column.name] = { section, head, body, items, foot: make("div", section, "foot") };
  }
}
function itemsOf(state, column, body) {
  if (!column.inputs.length) make("canvas", make("div", body, "picture")).setAttribute("aria-hidden", "true");
  const count = { maps: column.maps, values: 1, scores: 10, shares: 10 }[column.kind];
  return Array.from({ length: count }, (_, i) => {
    const item = makeButton(body, `item ${column.kind}`, "");
    item.tabIndex = -1;
    item.dataset.layer = column.name;
    item.dataset.place = String(i);
    item.onpointermove = (event) => {
      if (event.pointerType === "mouse") point(state, { name: column.name, place: i, at: under(item, column, event) });
    };
    item.onfocus = () => point(state, { name: column.name, place: i, at: item.at ?? 0 });
    item.onclick = (event) => {
      if (event.detail) item.at = under(item, column, event);
      choose(state, column.name, column.kind === "values" ? item.at ?? 0 : i);
    };
    if (column.kind === "maps" || column.kind === "values") {
      make("i", item);
      item.spot = make("canvas", item);
      item.spot.setAttribute("aria-hidden", "true");
    } else {
      make("i", item, "name", column.kind === "shares" ? state.facts.classes[i] : "");
      make("s", make("span", item, "track"));
      make("b", item);
    }
    return item;
  });
}
function under(item, column, event) {
  if (column.kind !== "values" || !item.spot) return 0;
  const { wide, tall } = stripOf(column.shown);
  const cell = cellUnder(event, item.spot, tall, wide);
  return Math.min(cell.row * wide + cell.column, column.shown - 1);
}
var FILL = {
  maps: fillMaps,
  values: fillStrip,
  scores: fillScores,
  shares: fillShares
};
function fill(state) {
  const { facts } = state;
  state.lit = null;
  state.tables = [tableOf(facts.positive), tableOf(facts.signed)];
  for (const column of facts.columns) {
    FILL[column.kind](state, column);
    fillFoot(state, column);
  }
  const { values, shape } = state.blob.bytes("picture");
  paintPicture(find(state.columns, ".picture canvas"), values, shape[0], shape[1]);
  state.scaleSwitch.setAttribute("aria-pressed", String(state.own));
  state.orderSwitch.setAttribute("aria-pressed", String(facts.byActivity));
  showVerdict(state);
  outline(state);
}
var valuesOf = (state, column) => state.blob.floats(`${column.name}/values`).values;
function describe(item, text) {
  item.told = text;
  item.dataset.tip = text;
  item.setAttribute("aria-label", text);
}
function fillMaps(state, column) {
  const { values, shape } = state.blob.bytes(`${column.name}/maps`);
  const [, tall, wide] = shape;
  const numbers = state.blob.floats(`${column.name}/facts`).values;
  const size = tall * wide;
  partOf(state, column.name).items.forEach((item, i) => {
    item.hidden = i >= column.channels.length;
    if (item.hidden || !item.spot) return;
    const [low, mean, high] = numbers.subarray(3 * i, 3 * i + 3);
    const paint = painter(state, state.own ? ownScale(low, high) : column);
    const colours = Uint32Array.from({ length: 256 }, (_, share) => paint(low + share / 255 * (high - low)));
    const bytes = values.subarray(i * size, (i + 1) * size);
    paintPixels(item.spot, wide, tall, size, (at) => colours[bytes[at]]);
    const label = column.labels[i] ?? "";
    child(item, 0).textContent = label;
    item.dataset.channel = String(column.channels[i]);
    item.dataset.mean = String(mean);
    const dead2 = low === 0 && high === 0;
    item.classList.toggle("dead", dead2);
    const range = dead2 ? "all zero" : `lowest ${compact(low)}, mean ${compact(mean)}, highest ${compact(high)}`;
    describe(item, `${column.name}, map ${label}: ${range}`);
  });
}
function fillStrip(state, column) {
  const [item] = partOf(state, column.name).items;
  const values = valuesOf(state, column);
  const { wide, tall } = stripOf(values.length);
  const paint = painter(state, column);
  if (item.spot) {
    item.spot.style.width = `${Math.max(14, 3 * wide)}px`;
    paintPixels(item.spot, wide, tall, values.length, (i) => paint(values[i]));
  }
  const [low, high] = [compact(column.low), compact(column.high)];
  item.setAttribute("aria-label", `${column.name}, ${grouped(column.total)} values from ${low} to ${high}`);
}
function fillScores(state, column) {
  const values = valuesOf(state, column);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  partOf(state, column.name).items.forEach((item, i) => {
    const value = values[i];
    const wide = 50 * Math.abs(value) / reach;
    const colour = state.facts.signed[value < 0 ? 0 : 2];
    find(item, "s").style.cssText = `width:${wide}%;left:${value < 0 ? 50 - wide : 50}%;background:${colour}`;
    find(item, "b").textContent = compact(value);
    describe(item, `${compact(value)}, score of ${state.facts.classes[i]}: ${exact(value)}`);
  });
}
function fillShares(state, column) {
  const values = valuesOf(state, column);
  const best = largest(values);
  const { classes, truth } = state.facts;
  partOf(state, column.name).items.forEach((item, i) => {
    const share = values[i];
    find(item, "s").style.width = `${100 * share}%`;
    find(item, "b").textContent = percent(share);
    item.dataset.value = String(share);
    item.classList.toggle("best", i === best);
    item.classList.toggle("truth", i === truth);
    const own = i === truth ? "; the true class" : "";
    item.told = item.dataset.tip = `Probability of ${classes[i]}: ${exact(100 * share)} %${own}`;
  });
}
function fillFoot(state, column) {
  const { foot } = partOf(state, column.name);
  const { low, high, dead: dead2, page, signed, channels } = column;
  const { byActivity, positive } = state.facts;
  const form = JSON.stringify([low, high, dead2, page, signed, channels, state.own, byActivity, positive]);
  if (foot.form === form) return;
  foot.form = form;
  const focused = focusedIn(foot);
  const held = focused && foot.contains(focused) ? focused.className : null;
  foot.replaceChildren();
  if (column.kind === "scores" || column.kind === "shares") return;
  make("div", foot, "scale").style.background = gradient(signed ? state.facts.signed : positive);
  const ends = make("div", foot, "ends");
  const own = state.own && column.kind === "maps";
  make("span", ends, "", own ? "low" : compact(low));
  if (signed) make("span", ends, "", "0");
  make("span", ends, "", own ? "high" : compact(high));
  if (dead2) make("div", foot, "note", `${dead2} all zero`);
  if (column.kind === "values" && column.shown < column.total) {
    make("div", foot, "note", `the first ${grouped(column.shown)} of ${grouped(column.total)}`);
  }
  if (column.pages > 1 && column.root) pager(state, column, foot, held);
}
function pager(state, column, foot, held) {
  const bar = make("div", foot, "pager");
  const turn = (name, sign, label, page) => {
    const button = makeButton(bar, name, sign, `${label} maps of ${column.name}`);
    button.disabled = page < 0 || page >= column.pages;
    button.onclick = () => state.ask({ layer: column.name, page });
    if (held === name) button.focus();
  };
  turn("back", "‹", "Earlier", column.page - 1);
  const first = column.page * state.facts.rows;
  const range = `${first}–${first + column.channels.length - 1} of ${column.total}`;
  make("span", bar, "", state.facts.byActivity ? `${column.page + 1} of ${column.pages}` : range);
  turn("on", "›", "More", column.page + 1);
}
function showVerdict(state) {
  const { classes, truth } = state.facts;
  const values = valuesOf(state, lastColumn(state));
  const best = largest(values);
  state.verdict.replaceChildren("The network says ");
  make("b", state.verdict, "", `${classes[best]}, ${percent(values[best])}`);
  if (truth === null) state.verdict.append(".");
  else state.verdict.append(best === truth ? ": right." : `: wrong, it is a ${classes[truth]}.`);
}
function choose(state, name, place2) {
  const column = columnOf(state, name);
  const channel2 = column.kind === "maps" ? column.channels[place2] ?? 0 : place2;
  state.chosen = [name, channel2];
  outline(state);
  state.ask({ layer: name, channel: channel2 });
  const item = partOf(state, name).items[column.kind === "values" ? 0 : place2];
  const panel = document.querySelector(".st-key-panel");
  if (item && !tellChosen({ layer: name, channel: channel2, from: item.spot ?? item }) && panel) {
    bringIntoView(panel, null, null, PANEL_SHOWN);
  }
}
function outline(state) {
  const [layer, channel2] = state.chosen;
  for (const column of state.facts.columns) {
    const { head, items } = partOf(state, column.name);
    head.classList.toggle("on", column.name === layer);
    items.forEach((item, i) => {
      const number = column.kind === "maps" ? column.channels[i] : column.kind === "values" ? channel2 : i;
      const on = column.name === layer && number === channel2 && !item.hidden;
      item.classList.toggle("on", on);
      if (on) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }
  const all = Object.values(state.parts).flatMap((part) => part.items);
  const reached = all.find((item) => item.classList.contains("on")) ?? all[0];
  for (const item of all) item.tabIndex = item === reached ? 0 : -1;
}
function chosenPlace(state) {
  const [name, channel2] = state.chosen;
  const column = columnOf(state, name);
  if (column.kind === "values") return { name, place: 0, at: Math.min(channel2, column.shown - 1) };
  const place2 = column.kind === "maps" ? column.channels.indexOf(channel2) : channel2;
  return place2 < 0 ? null : { name, place: place2, at: 0 };
}
function point(state, pointed) {
  state.pointed = pointed;
  const seen = pointed && state.parts[pointed.name] ? pointed : chosenPlace(state);
  const lit = JSON.stringify([seen?.name, seen?.place, Boolean(pointed)]);
  if (state.lit !== lit && state.bright) {
    state.bright.replaceChildren();
    state.bright.setAttribute("class", pointed ? "pointed" : "");
    if (seen) light(state, seen.name, seen.place);
  }
  state.lit = lit;
  if (!seen) {
    tell(state, "");
    return;
  }
  const column = columnOf(state, seen.name);
  if (column.kind === "values") {
    tell(state, `${seen.name}, value ${seen.at}: ${exact(valuesOf(state, column)[seen.at] ?? 0)}`);
  } else tell(state, partOf(state, seen.name).items[seen.place]?.told ?? "");
}
var aboutColumn = (column) => `${column.name}, ${column.shape}: ${column.about}`;
function tell(state, text) {
  state.words.textContent = text;
}
function press(event, state) {
  const item = event.target.closest(".item");
  const move = ARROWS[event.key];
  if (!item || !move) return;
  event.preventDefault();
  const [down, right] = move;
  const index = state.facts.columns.findIndex((column2) => column2.name === item.dataset.layer) + right;
  const column = state.facts.columns[index];
  if (!column) return;
  if (column.kind === "values" && down) {
    item.at = clamp((item.at ?? 0) + down, 0, column.shown - 1);
    point(state, { name: column.name, place: 0, at: item.at });
    return;
  }
  const items = partOf(state, column.name).items.filter((other) => !other.hidden);
  items[clamp(Number(item.dataset.place) + down, 0, items.length - 1)]?.focus({ preventScroll: true });
  bringIntoSight(state, column.name);
}
function bringIntoSight(state, name) {
  const { section } = partOf(state, name);
  const last = partOf(state, lastColumn(state).name).section.offsetWidth;
  const [left, right] = [section.offsetLeft - 20, section.offsetLeft + section.offsetWidth + 20];
  if (left < state.box.scrollLeft) state.box.scrollLeft = left;
  else if (right > state.box.scrollLeft + state.box.clientWidth - last) {
    state.box.scrollLeft = right - state.box.clientWidth + last;
  }
}
export {
  overview_default as default
};
