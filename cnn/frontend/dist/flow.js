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
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label2 = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label2) {
    button.title = label2;
    button.setAttribute("aria-label", label2);
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

// cnn/frontend/shared/edges.ts
var STEP = 0.6;
function markEdges(marked, frame, box, earlier, later) {
  const look = () => {
    const room = box.scrollWidth - box.clientWidth;
    marked.classList.toggle("before", box.scrollLeft > 4);
    marked.classList.toggle("after", box.scrollLeft < room - 4);
  };
  for (const [name, text, label2, way] of [
    ["scroll back", "‹", earlier, -STEP],
    ["scroll on", "›", later, STEP]
  ]) {
    const button = makeButton(frame, name, text, label2);
    button.tabIndex = -1;
    button.onclick = () => box.scrollBy({ left: way * box.clientWidth });
  }
  box.addEventListener("scroll", look);
  new ResizeObserver(look).observe(box);
  return look;
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/input.ts
var canHover = () => matchMedia("(hover: hover)").matches;
var prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
var byHand = (mouse, touch) => canHover() ? mouse : touch;
var isEnter = (event) => event.key === "Enter" || event.key === " ";

// cnn/frontend/flow.ts
var WAVE = 190;
var WALK = 420;
function fieldsOf(columns, at, map, row, column) {
  const fields = [{ map, top: row, left: column, bottom: row + 1, right: column + 1 }];
  for (let i = at; i > 0; i--) {
    const { size, stride, before, mixes } = columns[i];
    const own = fields[0];
    const source = columns[i - 1];
    const low = (cell) => Math.max(0, cell * stride - before);
    const high = (cell, side) => Math.min(side, (cell - 1) * stride - before + size);
    fields.unshift({
      map: mixes ? null : own.map,
      top: low(own.top),
      left: low(own.left),
      bottom: high(own.bottom, source.rows),
      right: high(own.right, source.columns)
    });
  }
  return fields;
}
var states = /* @__PURE__ */ new WeakMap();
var flow_default = lasting(function flow({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".drawing");
  if (place.dataset.shown !== data) show(place, data);
  const choose = (event) => {
    const layer = event.target.closest("[data-layer]");
    if (!layer) return;
    globalThis.cnnLabOpens = layer.dataset.layer;
    setTriggerValue("layer", layer.dataset.layer);
  };
  find(place, ".stage").onclick = choose;
  find(place, ".stage").onkeydown = (event) => {
    if (!isEnter(event)) return;
    event.preventDefault();
    choose(event);
  };
  return () => clearTimeout(states.get(place)?.timer);
});
function show(place, data) {
  const before = states.get(place);
  clearTimeout(before?.timer);
  const playing = before?.playing ?? !prefersCalm();
  const left = place.querySelector(".stage")?.scrollLeft ?? 0;
  place.replaceChildren();
  place.dataset.shown = data;
  const frame = make("div", place, "edges");
  const stage = make("div", frame, "stage");
  stage.innerHTML = data;
  stage.scrollLeft = left;
  markEdges(place, frame, stage, "Back to the left", "On to the right")();
  const bar = make("div", place, "bar");
  const button = makeButton(bar, "play", "");
  const svg = find(stage, "svg");
  const groups = findAll(svg, "[data-grid]");
  const layer = makeSvg("g", svg, { class: "seen", "aria-hidden": "true" });
  const state = {
    place,
    svg,
    groups,
    images: groups.map((group) => find(group, "image")),
    columns: groups.map(readColumn),
    frames: ["halo", "frame"].map((name) => makeSvg("path", layer, { class: name })),
    words: make("p", bar, "words"),
    button,
    playing,
    held: false,
    at: 0,
    timer: 0
  };
  states.set(place, state);
  button.onclick = () => {
    state.playing = !state.playing;
    label(state);
    clearTimeout(state.timer);
    if (state.playing) start(state);
  };
  svg.onpointermove = (event) => {
    if (event.pointerType === "mouse") point(state, event);
  };
  svg.onpointerleave = () => {
    state.held = false;
  };
  groups.forEach((group, i) => {
    group.onfocus = () => mark(state, i, 0, middle(state, i));
  });
  label(state);
  if (playing) start(state);
  else mark(state, groups.length - 1, 0, middle(state, groups.length - 1));
}
function readColumn(group) {
  const numbers = (group.dataset.grid ?? "").split(" ").map(Number);
  const [rows, columns, across, count, tile, pitch, wide] = numbers;
  const [size, stride, before] = (group.dataset.window ?? "1 1 0").split(" ").map(Number);
  const { layer, mixes } = group.dataset;
  return {
    name: layer ?? "",
    rows,
    columns,
    across,
    count,
    tile,
    pitch,
    wide,
    mixes: Boolean(mixes),
    size,
    stride,
    before
  };
}
function label({ button, playing }) {
  button.textContent = playing ? "❚❚ Stop" : "▶ Play";
  button.setAttribute("aria-label", playing ? "Stop the motion" : "Play: the picture flows through the network");
}
function start(state) {
  const { groups, images, svg } = state;
  images.forEach((image, i) => {
    if (!i) return;
    image.animate([{ opacity: 0 }, { opacity: 0, offset: 0.3 }, { opacity: 1 }], {
      duration: 2 * WAVE,
      delay: (i - 1) * WAVE,
      fill: "backwards"
    });
    const source = images[i - 1];
    const copy = source.cloneNode();
    copy.setAttribute("class", "copy");
    groups[i - 1].append(copy);
    const [from, to] = [boxIn(svg, source), boxIn(svg, image)];
    const travel = copy.animate(
      [
        { transform: "none", opacity: 0.9 },
        {
          transform: `translate(${to.x - from.x}px, ${to.y - from.y}px) scale(${to.width / from.width}, ${to.height / from.height})`,
          opacity: 0
        }
      ],
      { duration: 2 * WAVE, delay: (i - 1) * WAVE, easing: "ease-in-out", fill: "backwards" }
    );
    travel.onfinish = travel.oncancel = () => copy.remove();
  });
  const end = images.length * WAVE;
  for (const bar of findAll(svg, ".bar")) {
    bar.animate([{ transform: "scaleX(0)" }, { transform: "none" }], {
      duration: 2 * WAVE,
      delay: end,
      easing: "ease-out",
      fill: "backwards"
    });
  }
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => walk(state), end);
}
function boxIn(svg, image) {
  const { x, y, width, height } = image.getBBox();
  const group = image.closest("g[transform]");
  const matrix = group && svg.contains(group) ? group.transform.baseVal.consolidate()?.matrix : null;
  return { x: x + (matrix?.e ?? 0), y: y + (matrix?.f ?? 0), width, height };
}
function walk(state) {
  if (!state.place.isConnected || !state.playing) return;
  const last = state.columns.length - 1;
  const { rows, columns, count } = state.columns[last];
  if (!state.held && !document.hidden) {
    const cell = state.at % (rows * columns);
    const map = Math.floor(state.at / (rows * columns)) % count;
    mark(state, last, map, { row: Math.floor(cell / columns), column: cell % columns });
    state.at += 3;
  }
  state.timer = window.setTimeout(() => walk(state), WALK);
}
function point(state, event) {
  const group = event.target.closest("[data-grid]");
  const at = group ? state.groups.indexOf(group) : -1;
  const image = state.images[at];
  const column = state.columns[at];
  if (!image || !column) return;
  const box = image.getBoundingClientRect();
  const unit = box.width / column.wide;
  const [x, y] = [(event.clientX - box.left) / unit, (event.clientY - box.top) / unit];
  const [across, down] = [Math.floor(x / column.pitch), Math.floor(y / column.pitch)];
  const map = down * column.across + across;
  if (x < 0 || y < 0 || across >= column.across || map >= column.count) return;
  const within = (offset, cells) => clamp(Math.floor(offset / column.tile * cells), 0, cells - 1);
  state.held = true;
  mark(state, at, map, {
    row: within(y - down * column.pitch, column.rows),
    column: within(x - across * column.pitch, column.columns)
  });
}
var middle = ({ columns }, at) => {
  const { rows, columns: across } = columns[at];
  return { row: Math.floor(rows / 2), column: Math.floor(across / 2) };
};
function mark(state, at, map, { row, column }) {
  const fields = fieldsOf(state.columns, at, map, row, column);
  const path = fields.map((field, i) => outline(state, i, field)).join("");
  for (const frame of state.frames) frame.setAttribute("d", path);
  const seen = fields[0];
  const { name } = state.columns[at];
  const size = `${seen.bottom - seen.top}×${seen.right - seen.left} pixels`;
  const hint = byHand("Point at any map to see more.", "");
  state.words.textContent = at ? `This cell of ${name}, map ${map}, depends on ${size} of the picture. ${hint}` : `The picture: row ${row}, column ${column}.`;
  state.place.dataset.cell = `${name} ${map} ${row} ${column}`;
}
function outline({ svg, images, columns }, i, field) {
  const { tile, pitch, wide, across, count, rows, columns: cells } = columns[i];
  const box = boxIn(svg, images[i]);
  const unit = box.width / wide;
  const maps = field.map === null ? Array.from({ length: count }, (_, map) => map) : [field.map];
  return maps.filter((map) => map < count).map((map) => {
    const x = box.x + unit * (map % across * pitch + tile * field.left / cells);
    const y = box.y + unit * (Math.floor(map / across) * pitch + tile * field.top / rows);
    const width = unit * tile * (field.right - field.left) / cells;
    const height = unit * tile * (field.bottom - field.top) / rows;
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }).join("");
}
export {
  flow_default as default,
  fieldsOf
};
