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
function make(kind, parent, name = "", text = void 0) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
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

// cnn/frontend/overview/links.ts
var SVG = "http://www.w3.org/2000/svg";
function svg(kind, parent, attributes) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}
function anchors(state) {
  const origin = state.columns.getBoundingClientRect();
  const found = {};
  for (const column of state.facts.columns) {
    const { body, items } = state.parts[column.name];
    const shown = items.filter((item) => !item.hidden);
    const boxes = (shown.length ? shown : [body]).map((item) => (item.spot ?? item).getBoundingClientRect());
    found[column.name] = {
      left: Math.min(...boxes.map((box) => box.left)) - origin.left,
      right: Math.max(...boxes.map((box) => box.right)) - origin.left,
      top: Math.min(...boxes.map((box) => box.top)) - origin.top,
      bottom: Math.max(...boxes.map((box) => box.bottom)) - origin.top,
      heights: boxes.map((box) => box.top + box.height / 2 - origin.top)
    };
  }
  return found;
}
var curve = (x0, y0, x1, y1) => {
  const bend = Math.max(18, (x1 - x0) * 0.45);
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}C${(x0 + bend).toFixed(1)} ${y0.toFixed(1)} ${(x1 - bend).toFixed(1)} ${y1.toFixed(1)} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
};
function around(from, to, y0, y1, floor) {
  const [x0, x1] = [from.right + 2, to.left - 2];
  return `M${x0} ${y0}C${x0 + 40} ${y0} ${x0 + 6} ${floor} ${x0 + 50} ${floor}H${x1 - 50}C${x1 - 6} ${floor} ${x1 - 40} ${y1} ${x1} ${y1}`;
}
function drawLinks(state) {
  const { facts, columns } = state;
  state.links?.remove();
  state.anchors = anchors(state);
  state.floor = Math.max(...Object.values(state.anchors).map((anchor) => anchor.bottom)) + 9;
  const size = { width: columns.scrollWidth, height: columns.scrollHeight };
  state.links = svg("svg", columns, { class: "links", "aria-hidden": "true", ...size });
  facts.columns.forEach((column, i) => {
    for (const input of column.inputs) quiet(state, column, input, facts.columns[i - 1]?.name === input);
  });
  state.bright = svg("g", state.links, {});
}
function quiet(state, column, input, next) {
  const [from, to] = [state.anchors[input], state.anchors[column.name]];
  const before = state.facts.columns.find((other) => other.name === input);
  if (column.kind === "softmax") return;
  if (!next) {
    const path = around(from, to, from.bottom - 6, to.bottom - 6, state.floor);
    svg("path", state.links, { class: "far", d: path });
  } else if (column.kind === "maps") {
    const pairs = pairsOf(column, before);
    const d = pairs.map(([a, b]) => curve(from.right + 2, from.heights[a], to.left - 2, to.heights[b])).join("");
    svg("path", state.links, { class: column.all ? "many" : "one", d });
  } else {
    band(state.links, from, to);
  }
}
function pairsOf(column, before) {
  if (column.all) return before.channels.flatMap((_, a) => column.channels.map((_2, b) => [a, b]));
  return column.channels.flatMap((channel, b) => {
    const a = before.channels.indexOf(channel);
    return a < 0 ? [] : [[a, b]];
  });
}
function band(parent, from, to) {
  const [x0, x1, middle] = [from.right + 3, to.left - 3, (from.right + to.left) / 2];
  const d = `M${x0} ${from.top}C${middle} ${from.top} ${middle} ${to.top} ${x1} ${to.top}V${to.bottom}C${middle} ${to.bottom} ${middle} ${from.bottom} ${x0} ${from.bottom}Z`;
  svg("path", parent, { class: "band", d });
}
function light(state, name, place) {
  const column = state.facts.columns.find((other) => other.name === name);
  const to = state.anchors[name];
  const y1 = to.heights[Math.min(place, to.heights.length - 1)];
  for (const input of column.inputs) {
    const index = state.facts.columns.findIndex((other) => other.name === input);
    const before = state.facts.columns[index];
    const next = state.facts.columns[index + 1] === column;
    for (const [a, weight] of readsOf(state, column, before, place)) {
      const y0 = state.anchors[input].heights[a];
      const from = state.anchors[input];
      const d = next ? curve(from.right + 2, y0, to.left - 2, y1) : around(from, to, y0, y1, state.floor);
      svg("path", state.bright, { class: "bright", d, "stroke-opacity": 0.25 + 0.75 * weight });
    }
  }
}
function readsOf(state, column, before, place) {
  if (column.kind !== "maps") {
    return before.kind === "maps" && column.kind === "values" ? before.channels.map((_, a) => [a, 0.2]) : [];
  }
  if (!column.all) return pairsOf(column, before).flatMap(([a, b]) => b === place ? [[a, 1]] : []);
  const strength = state.arrays(`${column.name}/strength`).values;
  const wide = before.channels.length;
  return before.channels.map((_, a) => [a, strength[place * wide + a] / 255]);
}

// cnn/frontend/overview/index.ts
var states = /* @__PURE__ */ new WeakMap();
function overview_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".overview");
  const state = states.get(place) ?? begin(place);
  const { facts, array } = openBlob(data);
  Object.assign(state, { facts, arrays: array, ask: (value) => setTriggerValue("asked", value) });
  state.chosen = facts.chosen;
  const form = JSON.stringify([facts.rows, facts.columns.map((column) => [column.name, column.kind, column.maps])]);
  const anew = state.form !== form;
  if (anew) build(state);
  state.form = form;
  fill(state);
  linksWhereNew(state);
  point(state, state.pointed);
  if (anew) intoSight(state);
  place.dataset.stamp = facts.stamp;
  place.dataset.painted = performance.now();
  return () => {
    state.observer.disconnect();
    states.delete(place);
  };
}
function linksWhereNew(state) {
  const { facts, columns } = state;
  const places = [
    columns.offsetWidth,
    columns.offsetHeight,
    facts.columns.map((column) => [column.name, column.channels])
  ];
  const form = JSON.stringify(places);
  if (state.linked === form && state.links) return;
  state.linked = form;
  state.lit = null;
  drawLinks(state);
}
function begin(place) {
  const state = { place, own: false, parts: {}, pointed: null };
  const bar = make("div", place, "bar");
  state.verdict = make("p", bar, "verdict");
  state.scaleSwitch = toggle(bar, "Each map its own scale", () => {
    state.own = !state.own;
    fill(state);
  });
  state.orderSwitch = toggle(bar, "Most active first", () => state.ask({ byActivity: !state.facts.byActivity }));
  const box = make("div", place, "box");
  state.box = box;
  state.columns = make("div", box, "columns");
  state.columns.setAttribute("role", "group");
  state.columns.setAttribute("aria-label", "The network, layer by layer. Arrow keys move, Enter opens.");
  state.words = make("p", place, "words");
  state.columns.onkeydown = (event) => press(event, state);
  state.columns.onpointerleave = () => point(state, null);
  state.observer = new ResizeObserver(() => {
    if (!state.facts) return;
    linksWhereNew(state);
    point(state, state.pointed);
  });
  state.observer.observe(box);
  states.set(place, state);
  return state;
}
function toggle(parent, text, act) {
  const button = make("button", parent, "toggle", text);
  button.type = "button";
  button.onclick = act;
  return button;
}
function build(state) {
  state.columns.replaceChildren();
  state.links = null;
  state.parts = {};
  state.columns.style.setProperty("--rows", state.facts.rows);
  for (const column of state.facts.columns) {
    const section = make("section", state.columns, `column ${column.kind}`);
    const head = make("button", section, "head");
    head.type = "button";
    make("b", head, "", column.name);
    make("span", head, "tag", column.tag).style.background = column.colour;
    make("small", head, "", column.shape);
    head.tabIndex = -1;
    head.onclick = () => choose(state, column.name, 0);
    head.onpointerenter = head.onfocus = () => tell(state, aboutColumn(column));
    const body = make("div", section, "body");
    const items = itemsOf(state, column, body);
    state.parts[column.name] = { section, head, body, items, foot: make("div", section, "foot") };
  }
}
function itemsOf(state, column, body) {
  if (!column.inputs.length) make("canvas", make("div", body, "picture"), "");
  const count = { maps: column.maps, values: 1, scores: 10, softmax: 10 }[column.kind];
  return Array.from({ length: count }, (_, i) => {
    const item = make("button", body, `item ${column.kind}`);
    item.type = "button";
    item.tabIndex = -1;
    item.dataset.layer = column.name;
    item.dataset.place = i;
    const sees = (event) => point(state, { name: column.name, place: i, at: under(item, column, event) });
    item.onpointermove = sees;
    item.onfocus = () => point(state, { name: column.name, place: i, at: item.at ?? 0 });
    item.onclick = (event) => {
      if (event.detail) item.at = under(item, column, event);
      choose(state, column.name, column.kind === "values" ? item.at ?? 0 : i);
    };
    if (column.kind === "maps" || column.kind === "values") {
      make("i", item);
      item.spot = make("canvas", item);
    } else {
      make("i", item, "name", column.kind === "softmax" ? state.facts.classes[i] : "");
      make("s", make("span", item, "track"));
      make("b", item);
    }
    return item;
  });
}
function under(item, column, event) {
  if (column.kind !== "values") return 0;
  const box = item.spot.getBoundingClientRect();
  const { wide, tall } = stripOf(column.shown);
  const x = Math.min(Math.max(Math.floor((event.clientX - box.left) / box.width * wide), 0), wide - 1);
  const y = Math.min(Math.max(Math.floor((event.clientY - box.top) / box.height * tall), 0), tall - 1);
  return Math.min(y * wide + x, column.shown - 1);
}
function stripOf(count) {
  const wide = Math.ceil(count / 128);
  return { wide, tall: Math.ceil(count / wide) };
}
function fill(state) {
  const { facts } = state;
  state.lit = null;
  state.tables = [tableOf(facts.positive), tableOf(facts.signed)];
  for (const column of facts.columns) {
    ({ maps: fillMaps, values: fillStrip, scores: fillScores, softmax: fillSoftmax })[column.kind](state, column);
    fillFoot(state, column);
  }
  const picture = state.columns.querySelector(".picture canvas");
  const { values, shape } = state.arrays("picture");
  paintPicture(picture, values, shape[0], shape[1]);
  state.scaleSwitch.setAttribute("aria-pressed", state.own);
  state.orderSwitch.setAttribute("aria-pressed", facts.byActivity);
  verdict(state);
  outline(state);
}
function fillMaps(state, column) {
  const { values, shape } = state.arrays(`${column.name}/maps`);
  const numbers = state.arrays(`${column.name}/facts`).values;
  const size = shape[1] * shape[2];
  const { items } = state.parts[column.name];
  items.forEach((item, i) => {
    item.hidden = i >= column.channels.length;
    if (item.hidden) return;
    const [low, mean, high] = numbers.subarray(3 * i, 3 * i + 3);
    const scale = state.own ? scaleOf(low, high) : column;
    paintMap(item.spot, values.subarray(i * size, (i + 1) * size), shape, low, high, painter(state, scale));
    item.firstChild.textContent = column.labels[i];
    item.dataset.channel = column.channels[i];
    item.dataset.mean = mean;
    item.classList.toggle("dead", low === 0 && high === 0);
    const range = low === 0 && high === 0 ? "all zero" : `lowest ${short(low)}, mean ${short(mean)}, highest ${short(high)}`;
    item.told = `${column.name}, map ${column.labels[i]}: ${range}`;
    item.setAttribute("aria-label", item.told);
  });
}
function fillStrip(state, column) {
  const [item] = state.parts[column.name].items;
  const { values } = state.arrays(`${column.name}/values`);
  const { wide, tall } = stripOf(values.length);
  const paint = painter(state, column);
  item.spot.style.width = `${Math.max(14, 3 * wide)}px`;
  paintPixels(item.spot, wide, tall, (i) => paint(values[i]), values.length);
  item.setAttribute(
    "aria-label",
    `${column.name}, ${column.total} values from ${short(column.low)} to ${short(column.high)}`
  );
}
function fillScores(state, column) {
  const { values } = state.arrays(`${column.name}/values`);
  const reach = Math.max(...values.map(Math.abs)) || 1;
  state.parts[column.name].items.forEach((item, i) => {
    const bar = item.querySelector("s");
    const wide = 50 * Math.abs(values[i]) / reach;
    bar.style.cssText = `width:${wide}%;left:${values[i] < 0 ? 50 - wide : 50}%;background:${state.facts.signed[values[i] < 0 ? 0 : 2]}`;
    item.lastChild.textContent = short(values[i]);
    item.told = `Score of ${state.facts.classes[i]}: ${exact(values[i])}`;
    item.setAttribute("aria-label", item.told);
  });
}
function fillSoftmax(state, column) {
  const { values } = state.arrays(`${column.name}/values`);
  const best = values.indexOf(Math.max(...values));
  state.parts[column.name].items.forEach((item, i) => {
    item.querySelector("s").style.width = `${100 * values[i]}%`;
    item.lastChild.textContent = percent(values[i]);
    item.dataset.value = values[i];
    item.classList.toggle("best", i === best);
    item.classList.toggle("truth", i === state.facts.truth);
    const truth = i === state.facts.truth ? "; the picture's own class" : "";
    item.told = `Probability of ${state.facts.classes[i]}: ${exact(100 * values[i])} %${truth}`;
    item.setAttribute("aria-label", item.told);
  });
}
function fillFoot(state, column) {
  const { foot } = state.parts[column.name];
  const { low, high, dead, page, signed, channels } = column;
  const form = JSON.stringify([
    low,
    high,
    dead,
    page,
    signed,
    channels,
    state.own,
    state.facts.byActivity,
    state.facts.positive
  ]);
  if (foot.form === form) return;
  foot.form = form;
  const focused = foot.getRootNode().activeElement;
  const held = foot.contains(focused) && focused.className;
  foot.replaceChildren();
  if (column.kind === "scores" || column.kind === "softmax") return;
  const bar = make("div", foot, "scale");
  bar.style.background = `linear-gradient(90deg, ${stopsOf(state, column)})`;
  const ends = make("div", foot, "ends");
  const own = state.own && column.kind === "maps";
  make("span", ends, "", own ? "low" : short(column.low));
  if (column.signed) make("span", ends, "", "0");
  make("span", ends, "", own ? "high" : short(column.high));
  if (column.dead) make("div", foot, "note", `${column.dead} all zero`);
  if (column.kind === "values" && column.shown < column.total) {
    make("div", foot, "note", `the first ${column.shown.toLocaleString("en")} of ${column.total.toLocaleString("en")}`);
  }
  if (column.pages > 1 && column.root) pager(state, column, foot, held);
}
function pager(state, column, foot, held) {
  const bar = make("div", foot, "pager");
  const turn = (name, sign, label, page) => {
    const button = make("button", bar, name, sign);
    button.type = "button";
    button.setAttribute("aria-label", `${label} maps of ${column.name}`);
    button.disabled = page < 0 || page >= column.pages;
    button.onclick = () => state.ask({ layer: column.name, page });
    if (held === name) button.focus();
  };
  turn("back", "‹", "Earlier", column.page - 1);
  const first = column.page * state.facts.rows;
  const range = `${first}–${first + column.channels.length - 1}`;
  make(
    "span",
    bar,
    "",
    state.facts.byActivity ? `${column.page + 1} of ${column.pages}` : `${range} of ${column.total}`
  );
  turn("on", "›", "More", column.page + 1);
}
function verdict(state) {
  const { classes, truth, columns } = state.facts;
  const { values } = state.arrays(`${columns.at(-1).name}/values`);
  const best = values.indexOf(Math.max(...values));
  state.verdict.replaceChildren("The network says ");
  make("b", state.verdict, "", `${classes[best]}, ${percent(values[best])}`);
  if (truth === null) return state.verdict.append(".");
  state.verdict.append(best === truth ? ": right." : `: wrong, it is a ${classes[truth]}.`);
}
var scaleOf = (low, high) => {
  const reach = Math.max(-low, high);
  return low < 0 ? { low: -reach, high: reach, signed: true } : { low: 0, high, signed: false };
};
var stopsOf = (state, scale) => scale.signed ? state.facts.signed : state.facts.positive;
var rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
var FINE = 1024;
function tableOf(stops) {
  const ends = stops.map(rgb);
  return Uint32Array.from({ length: FINE }, (_, i) => {
    const at = i / (FINE - 1) * (ends.length - 1);
    const below = Math.min(Math.floor(at), ends.length - 2);
    const [r, g, b] = [0, 1, 2].map(
      (c) => Math.round(ends[below][c] + (ends[below + 1][c] - ends[below][c]) * (at - below))
    );
    return 255 << 24 | b << 16 | g << 8 | r;
  });
}
function painter(state, scale) {
  const table = state.tables[Number(scale.signed)];
  const reach = scale.high - scale.low;
  const nothing = scale.signed ? (FINE - 1) / 2 : 0;
  return (value) => {
    const share = reach > 0 ? (value - scale.low) / reach * (FINE - 1) : nothing;
    return table[Math.round(Math.min(Math.max(share, 0), FINE - 1))];
  };
}
function paintPixels(canvas, width, height, pixelAt, count) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) pixels[i] = pixelAt(i);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(image, 0, 0);
}
function paintMap(canvas, bytes, [, height, width], low, high, paint) {
  const table = Uint32Array.from({ length: 256 }, (_, i) => paint(low + i / 255 * (high - low)));
  paintPixels(canvas, width, height, (i) => table[bytes[i]], bytes.length);
}
var exact = (number) => String(Number(number.toPrecision(7))).replace("-", "−");
var short = (number) => {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return number.toExponential(1).replaceAll("-", "−");
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace("-", "−");
};
var percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
function choose(state, name, place) {
  const column = state.facts.columns.find((other) => other.name === name);
  const channel = column.kind === "maps" ? column.channels[place] : place;
  state.chosen = [name, channel];
  outline(state);
  state.ask({ layer: name, channel });
}
function outline(state) {
  const [layer, channel] = state.chosen;
  for (const column of state.facts.columns) {
    const { head, items } = state.parts[column.name];
    head.classList.toggle("on", column.name === layer);
    items.forEach((item, i) => {
      const number = column.kind === "maps" ? column.channels[i] : column.kind === "values" ? channel : i;
      const on = column.name === layer && number === channel && !item.hidden;
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
  const [name, channel] = state.chosen;
  const column = state.facts.columns.find((other) => other.name === name);
  if (column.kind === "values") return { name, place: 0, at: Math.min(channel, column.shown - 1) };
  const place = column.kind === "maps" ? column.channels.indexOf(channel) : channel;
  return place < 0 ? null : { name, place, at: 0 };
}
function point(state, pointed) {
  state.pointed = pointed;
  const seen = pointed && state.parts[pointed.name] ? pointed : chosenPlace(state);
  const lit = JSON.stringify([seen?.name, seen?.place, Boolean(pointed)]);
  if (state.lit !== lit) {
    state.bright.replaceChildren();
    state.bright.setAttribute("class", pointed ? "pointed" : "");
    if (seen) light(state, seen.name, seen.place);
  }
  state.lit = lit;
  if (!seen) return tell(state, "");
  const column = state.facts.columns.find((other) => other.name === seen.name);
  const item = state.parts[seen.name].items[seen.place];
  const value = column.kind === "values" && state.arrays(`${seen.name}/values`).values[seen.at];
  tell(state, column.kind === "values" ? `${seen.name}, value ${seen.at}: ${exact(value)}` : item.told);
}
var aboutColumn = (column) => `${column.name}, ${column.shape}: ${column.about}`;
function tell(state, text) {
  state.words.textContent = text;
}
function press(event, state) {
  const item = event.target.closest(".item");
  const move = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!item || !move) return;
  event.preventDefault();
  const names = state.facts.columns.map((column2) => column2.name);
  const index = names.indexOf(item.dataset.layer) + move[0];
  const column = state.facts.columns[index];
  if (!column) return;
  if (column.kind === "values" && move[1]) {
    item.at = Math.min(Math.max((item.at ?? 0) + move[1], 0), column.shown - 1);
    return item.onfocus();
  }
  const items = state.parts[column.name].items.filter((other) => !other.hidden);
  const place = Math.min(Math.max(Number(item.dataset.place) + move[1], 0), items.length - 1);
  items[place].focus({ preventScroll: true });
  intoSight(state, column.name);
}
function intoSight(state, name = state.chosen[0]) {
  const { section } = state.parts[name];
  const last = state.parts[state.facts.columns.at(-1).name].section.offsetWidth;
  const [left, right] = [section.offsetLeft - 20, section.offsetLeft + section.offsetWidth + 20];
  if (left < state.box.scrollLeft) state.box.scrollLeft = left;
  else if (right > state.box.scrollLeft + state.box.clientWidth - last) {
    state.box.scrollLeft = right - state.box.clientWidth + last;
  }
}
export {
  overview_default as default
};
