// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/inspector/numbers.ts
var NEAR = 1e-4;
function readBlob(bytes, key2) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const arrays = {};
  for (const [name, { shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = data_offsets;
    const values = new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer);
    arrays[name] = { values, shape };
  }
  return { ...JSON.parse(header.__metadata__[key2]), arrays };
}
function readLook(bytes) {
  const look = readBlob(bytes, "look");
  const [height, width, channels] = look.arrays.input.shape;
  const [rows, columns] = look.arrays.output.shape;
  for (const scale of Object.values(look.scales)) prepare(scale);
  for (const stage of look.stages) prepare(stage.scale);
  const sent = look.sent ?? [0];
  return Object.assign(look, { height, width, channels, rows, columns, sent });
}
var valueAt = ({ values, shape }, row, column) => values[row * shape[1] + column];
var corner = (look, row, column) => [row * look.stride - look.zeros[0], column * look.stride - look.zeros[1]];
function inputAt(look, y, x, place) {
  const inside = y >= 0 && x >= 0 && y < look.height && x < look.width;
  return inside ? look.arrays.input.values[(y * look.width + x) * look.channels + place] : 0;
}
function convSums(look, row, column, sums) {
  const { window: size, height, width, channels } = look;
  const input = look.arrays.input.values;
  const kernel = look.arrays.kernel.values;
  const [top, left] = corner(look, row, column);
  sums.fill(0);
  for (let i = 0; i < size; i++) {
    const y = top + i;
    if (y < 0 || y >= height) continue;
    for (let j = 0; j < size; j++) {
      const x = left + j;
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels;
      const at = (i * size + j) * channels;
      for (let place = 0; place < channels; place++) sums[place] += input[from + place] * kernel[at + place];
    }
  }
  return sums;
}
var addUp = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
function convTotal(look, row, column, sums) {
  return addUp(convSums(look, row, column, sums)) + valueAt(look.arrays.rest, row, column) + look.bias;
}
function windowValues({ window: size, stride }, map, row, column) {
  return Array.from(
    { length: size * size },
    (_, k) => valueAt(map, row * stride + Math.floor(k / size), column * stride + k % size)
  );
}
var poolTotal = (kind, values) => kind === "max" ? Math.max(...values) : addUp(values) / values.length;
function winnerOf(values) {
  const best = values.reduce((found2, value, place) => value > values[found2] ? place : found2, 0);
  return values.some((value) => value < values[best]) ? best : -1;
}
function poolCell({ window: size, stride }, [rows, columns], row, column) {
  const first = (place) => Math.max(Math.ceil((place - size + 1) / stride), 0);
  const last = (place, count2) => Math.min(Math.floor(place / stride), count2 - 1);
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
function cellwise(stage, x, added) {
  switch (stage.op) {
    case "norm":
      return (x - stage.moving_mean) / Math.sqrt(stage.moving_variance + stage.epsilon) * stage.gamma + stage.beta;
    case "relu":
      return ACTIVATIONS[stage.function](x, stage);
    case "add":
      return x + added;
  }
  return x;
}
function cellwiseText(stage, x, added) {
  const [value, wrapped] = [written(x), bracketed(x)];
  switch (stage.op) {
    case "norm":
      return `(${value} − ${bracketed(stage.moving_mean)}) / √(${written(stage.moving_variance)} + ${stage.epsilon}) × ${bracketed(stage.gamma)} + ${bracketed(stage.beta)}`;
    case "add":
      return `${value} + ${bracketed(added)} of ${stage.other}`;
    case "drop":
      return `${value}, passed on: dropout is for training only`;
  }
  switch (stage.function) {
    case "relu":
      return `max(0, ${value})`;
    case "leaky_relu":
      return x > 0 ? `${value}, above 0: it stays` : `${stage.slope} × ${wrapped}`;
    case "elu":
      return x > 0 ? `${value}, above 0: it stays` : stage.alpha === 1 ? `e^${wrapped} − 1` : `${stage.alpha} × (e^${wrapped} − 1)`;
    case "gelu":
      return `${value} × Φ(${value}) = ${value} × ${written(x === 0 ? 0.5 : cellwise(stage, x) / x)}`;
    case "sigmoid":
      return `1 / (1 + e^${bracketed(-x)})`;
  }
  return `tanh(${value})`;
}
var written = (number, digits = 4) => {
  const text = Math.abs(number) < 0.5 * 10 ** -digits ? 0 .toFixed(digits) : number.toFixed(digits);
  return text.replace("-", "−");
};
var bracketed = (number, digits = 4) => {
  const text = written(number, digits);
  return text.startsWith("−") ? `(${text})` : text;
};
var exact = (number) => String(Number(number.toPrecision(7))).replace("-", "−");
var escapeHtml = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
var near = (ours, theirs) => Math.abs(ours - theirs) <= NEAR * Math.max(1, Math.abs(theirs));
var STEPS = 511;
var rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
function luminance(colour) {
  const linear = colour.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}
function prepare(scale) {
  const stops = scale.stops.map(rgb);
  scale.table = Array.from({ length: STEPS }, (_, k) => {
    const at = k / (STEPS - 1) * (stops.length - 1);
    const below = Math.min(Math.floor(at), stops.length - 2);
    return stops[below].map((low, i) => Math.round(low + (stops[below + 1][i] - low) * (at - below)));
  });
  scale.grounds = scale.table.map((colour) => `rgb(${colour})`);
  scale.inks = scale.table.map((colour) => luminance(colour) > 0.18 ? "#1D1B18" : "#FFFFFF");
  return scale;
}
function stepOf(value, { low, high, stops }) {
  if (!(high > low)) return stops.length === 3 ? (STEPS - 1) / 2 : 0;
  return Math.round(Math.min(Math.max((value - low) / (high - low), 0), 1) * (STEPS - 1));
}
function tint(element, value, scale) {
  const step = stepOf(value, scale);
  element.style.background = scale.grounds[step];
  element.style.color = scale.inks[step];
}
function legendOf(scale, about = "") {
  const middle = scale.stops.length === 3 ? "<span>0</span>" : "";
  const [low, high] = [written(scale.low, 2), written(scale.high, 2)];
  return `<div class="legend"><i style="background:linear-gradient(90deg,${scale.stops.join(",")})"></i>
    <div><span>${low}</span>${middle}<span>${high}</span></div>${about && `<p>${about}</p>`}</div>`;
}

// cnn/frontend/inspector/plates.ts
var COLOUR_NAMES = ["red", "green", "blue"];
function plate(name, side, title, tall, wide, label) {
  const lines = tall * wide <= 400 ? gridLines(tall, wide) : "";
  return `
    <figure class="map ${tall * 4 < wide ? "flat" : ""}">
      <figcaption><span>${title}</span> <b class="under" data-under="${name}"></b></figcaption>
      <div class="plate" data-part="${name}" data-name="${name}" data-side="${side}" tabindex="0" role="application"
        aria-label="${escapeHtml(label)}, ${tall} by ${wide}. Arrow keys move the cell; Enter pins it."
        style="aspect-ratio:${wide}/${tall}">
        <canvas width="${wide}" height="${tall}"></canvas>
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
var found = (root, name) => root.querySelector(`[data-name="${name}"]`);
function paint(canvas, tall, wide, scale, valueOf) {
  paintColours(canvas, tall, wide, (row, column) => {
    const value = valueOf(row, column);
    return Number.isNaN(value) ? null : scale.table[stepOf(value, scale)];
  });
}
function paintColours(canvas, tall, wide, colourOf) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(wide, tall);
  for (let row = 0, at = 0; row < tall; row++) {
    for (let column = 0; column < wide; column++, at += 4) {
      const colour = colourOf(row, column);
      if (!colour) continue;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
var paintArray = (canvas, { values, shape }, scale) => paint(canvas, shape[0], shape[1], scale, (row, column) => values[row * shape[1] + column]);
function padded(look) {
  if (look.op !== "conv") return { tall: look.height, wide: look.width, top: 0, left: 0 };
  const [top, left] = look.zeros;
  const reach = (count2) => (count2 - 1) * look.stride + look.window;
  return {
    tall: Math.max(reach(look.rows), look.height + top),
    wide: Math.max(reach(look.columns), look.width + left),
    top,
    left
  };
}
function markPadding(svg, look, { tall, wide, top, left }) {
  if (tall === look.height && wide === look.width) return;
  const ring = `M0 0H${wide}V${tall}H0Z M${left} ${top}v${look.height}h${look.width}v${-look.height}Z`;
  svg.querySelector(".still").innerHTML = `
    <defs><pattern id="hatch" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="0.16" height="0.5"/></pattern></defs>
    <path class="zone" d="${ring}" fill-rule="evenodd"/><path d="${ring}" fill="url(#hatch)" fill-rule="evenodd"/>`;
}
function paintInput(root, look, place) {
  const element = found(root, "input");
  const { tall, wide, top, left } = padded(look);
  const canvas = element.querySelector("canvas");
  if (look.picture || look.op === "pixel") {
    const half = look.op === "pixel" ? (value) => value : (value) => Math.round((value + 1) * 127.5);
    paintColours(
      canvas,
      tall,
      wide,
      (row, column) => [0, 1, 2].map((colour) => half(inputAt(look, row - top, column - left, colour)))
    );
  } else {
    paint(canvas, tall, wide, look.scales.input, (row, column) => inputAt(look, row - top, column - left, place));
  }
  markPadding(element.querySelector("svg"), look, { tall, wide, top, left });
}
function frame(svg, row, column, tall = 1, wide = tall) {
  for (const kind of [".halo", ".frame"]) {
    const rect = svg.querySelector(kind);
    rect.setAttribute("x", column);
    rect.setAttribute("y", row);
    rect.setAttribute("width", wide);
    rect.setAttribute("height", tall);
  }
}
function mark(svg, row, column) {
  const rect = svg.querySelector(".winner");
  rect.setAttribute("x", column ?? 0);
  rect.setAttribute("y", row ?? 0);
  rect.setAttribute("width", row === null ? 0 : 1);
  rect.setAttribute("height", row === null ? 0 : 1);
}
function cellUnder(event, element) {
  const box = element.getBoundingClientRect();
  const { width: wide, height: tall } = element.querySelector("canvas");
  const limit = (share, count2) => Math.min(Math.max(Math.floor(share * count2), 0), count2 - 1);
  return [limit((event.clientY - box.top) / box.height, tall), limit((event.clientX - box.left) / box.width, wide)];
}
var sourceName = (look, number) => look.source_names?.[number] ?? `map ${number}`;
var dot = (name) => COLOUR_NAMES.includes(name) ? `<i class="dot ${name}"></i>` : "";

// cnn/frontend/inspector/channels.ts
var SHOWN_CARDS = 12;
function buildCards(root, state) {
  const { look } = state;
  const area = root.querySelector(".cards");
  area.hidden = look.op !== "conv";
  if (look.op !== "conv") {
    area.innerHTML = "";
    return;
  }
  const many = look.sent.length > SHOWN_CARDS;
  const order = state.byNumber ? look.sent.map((_, place) => place) : look.order;
  const places = state.all || !many ? order : order.slice(0, SHOWN_CARDS);
  const rest = look.total - places.length;
  area.innerHTML = `
    <div class="cards-head"><span><b>One intermediate map an input channel:</b> each channel under its own slice of the
      kernel. All of them and the bias ${written(look.bias)} make ${escapeHtml(mapName(look))}.${leftOut(look)}</span>
      <span class="buttons">
        ${look.total > 1 ? `<button type="button" class="quiet-button" data-part="order">${state.byNumber ? "Sorted by number" : "Sorted by share"}</button>` : ""}
        ${many ? `<button type="button" class="quiet-button" data-part="all">${state.all ? `The ${SHOWN_CARDS} that give most` : `All ${look.sent.length}`}</button>` : ""}
      </span></div>
    <div class="deck">${places.map((place) => card(look, place)).join("")}${rest ? restCard(look, rest) : ""}</div>
    <div class="legends">${legendOf(look.scales.kernel, "weights")}${legendOf(look.scales.share, "intermediate maps")}</div>`;
  area.querySelectorAll(".card").forEach((element) => paintCard(element, look, places));
}
function leftOut(look) {
  const missing = look.total - look.sent.length;
  return missing ? ` The ${missing} that give least to it are sent only as their sum.` : "";
}
function card(look, place) {
  const name = sourceName(look, look.sent[place]);
  return `<div class="card" data-place="${place}">
    <button type="button" class="who" data-channel="${look.sent[place]}" data-part="who${place}">${dot(name)}${escapeHtml(name)}</button>
    ${thumb("channel", "in", look.height, look.width, look.window)}<span>×</span>
    <div class="slice n${look.window}" style="--n:${look.window}">${"<span></span>".repeat(look.window ** 2)}</div><span>=</span>
    ${thumb("made", "out", look.rows, look.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;
}
var restCard = (look, rest) => `<div class="card rest" data-place="-1"><span class="who">the other ${rest}</span>
  <span class="gap">their sum, own scale</span>${thumb("made", "out", look.rows, look.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;
var thumb = (name, side, tall, wide, span = 1) => `<div class="plate thumb ${side}" data-name="${name}" data-side="${side}" style="aspect-ratio:${wide}/${tall}">
    <canvas width="${wide}" height="${tall}"></canvas><i style="width:${100 * span / wide}%;height:${100 * span / tall}%"></i></div>`;
function paintCard(element, look, places) {
  const place = Number(element.dataset.place);
  const made = place < 0 ? restMap(look, places) : channelMap(look, place);
  const reach = made.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = place < 0 ? prepare({ low: -reach, high: reach, stops: look.scales.share.stops }) : look.scales.share;
  paintArray(
    element.querySelector('[data-name="made"] canvas'),
    { values: made, shape: [look.rows, look.columns] },
    scale
  );
  if (place < 0) return;
  paint(
    element.querySelector("canvas"),
    look.height,
    look.width,
    look.scales.input,
    (row, column) => inputAt(look, row, column, place)
  );
  element.querySelectorAll(".slice span").forEach((cell, k) => {
    const weight = look.arrays.kernel.values[k * look.channels + place];
    cell.textContent = look.window <= 3 ? written(weight, 2) : "";
    cell.title = exact(weight);
    tint(cell, weight, look.scales.kernel);
  });
}
function channelMap(look, place) {
  const made = new Float32Array(look.rows * look.columns);
  for (let row = 0, at = 0; row < look.rows; row++) {
    for (let column = 0; column < look.columns; column++, at++) made[at] = channelSum(look, row, column, place);
  }
  return made;
}
function channelSum(look, row, column, place) {
  const [top, left] = corner(look, row, column);
  const { window: size, channels } = look;
  let sum = 0;
  for (let k = 0; k < size * size; k++) {
    const value = inputAt(look, top + Math.floor(k / size), left + k % size, place);
    sum += value * look.arrays.kernel.values[k * channels + place];
  }
  return sum;
}
function restMap(look, places) {
  const made = Float32Array.from(look.arrays.rest.values);
  const shown = new Set(places);
  look.sent.forEach((_, place) => {
    if (!shown.has(place)) channelMap(look, place).forEach((value, at) => made[at] += value);
  });
  return made;
}
function showCards(state, { sums }) {
  const { look, row, column, parts } = state;
  if (!sums || !parts.deck) return;
  const [top, left] = corner(look, row, column);
  const window = `translate(${100 * left / look.window}%, ${100 * top / look.window}%)`;
  const cell = `translate(${100 * column}%, ${100 * row}%)`;
  let most = 0;
  for (const sum of sums) most = Math.max(most, Math.abs(sum));
  let rest = addUp(sums) + valueAt(look.arrays.rest, row, column);
  for (const { place } of parts.cards) if (place >= 0) rest -= sums[place];
  const reach = Math.max(most, Math.abs(rest)) || 1;
  const chosen = shownPlace(state);
  for (const part of parts.cards) {
    if (part.card.hasAttribute("data-unseen")) continue;
    const sum = part.place < 0 ? rest : sums[part.place];
    part.share.textContent = written(sum, 3);
    part.share.title = exact(sum);
    part.bar.style.transform = `scaleX(${sum / reach})`;
    part.bar.className = sum < 0 ? "below" : "above";
    part.out.style.transform = cell;
    if (part.in) part.in.style.transform = window;
    part.card.classList.toggle("most", part.place >= 0 && Math.abs(sum) === most && most > 0);
    part.card.classList.toggle("chosen", part.place === chosen);
  }
}
function watchCards(root, state) {
  state.watcher?.disconnect();
  const deck = root.querySelector(".deck");
  if (!deck || state.parts.cards.length <= 2 * SHOWN_CARDS) return;
  state.watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) target.toggleAttribute("data-unseen", !isIntersecting);
      if (state.result) showCards(state, state.result);
    },
    { root: deck }
  );
  for (const { card: card2 } of state.parts.cards) state.watcher.observe(card2);
}

// cnn/frontend/inspector/steps.ts
function work(state) {
  const { look, row, column } = state;
  const first = firstStep(state);
  const steps = [first];
  look.stages.forEach((stage, i) => {
    const [before, at] = [steps[i].total, { row, column }];
    if (stage.op === "pool") steps.push(poolStep(look, stage, i, at));
    else {
      const added = stage.op === "add" ? valueAt(look.arrays[`other${i}`], row, column) : 0;
      steps.push({ total: cellwise(stage, before, added), text: cellwiseText(stage, before, added), ...at });
    }
  });
  return { steps, sums: first.sums };
}
function firstStep(state) {
  const { look, row, column } = state;
  const at = { row, column };
  const value = look.op === "conv" || look.op === "pool" ? 0 : inputAt(look, row, column, 0);
  switch (look.op) {
    case "conv": {
      state.sums ??= new Float64Array(look.channels);
      const total = convTotal(look, row, column, state.sums);
      return { total, sums: state.sums, text: convText(state, total), ...at };
    }
    case "pool": {
      const values = windowValues(
        look,
        { values: look.arrays.input.values, shape: [look.height, look.width] },
        row,
        column
      );
      const rule = look.kind === "max" ? "the largest of the window" : `(${values.map((v) => written(v)).join(" + ")}) / ${values.length}`;
      return { total: poolTotal(look.kind, values), values, text: rule, ...at };
    }
    case "pixel": {
      const pixel = inputAt(look, row, column, look.channel);
      return { total: pixel / look.half - 1, text: `${pixel} / ${look.half} − 1`, ...at };
    }
    case "flatten":
    case "average":
      return tracedStep(state, at);
  }
  const added = look.first.op === "add" ? valueAt(look.arrays["other-1"], row, column) : 0;
  return { total: cellwise(look.first, value, added), text: cellwiseText(look.first, value, added), ...at };
}
function tracedStep({ look, row, column, traced }, at) {
  const place = look.sent.indexOf(traced);
  const [y, x] = windowOn(look, row, column, { traced });
  if (place < 0)
    return { total: valueAt(look.arrays.output, row, column), text: "its map was not sent: there are too many", ...at };
  if (look.op === "flatten") {
    return { total: inputAt(look, y, x, place), text: `map ${traced}, row ${y}, column ${x}, taken as it is`, ...at };
  }
  const { values } = look.arrays.input;
  let sum = 0;
  for (let i = place; i < values.length; i += look.channels) sum += values[i];
  const count2 = look.height * look.width;
  return { total: sum / count2, text: `the sum of map ${traced}, ${written(sum)}, / ${count2} cells`, ...at };
}
function convText({ look, sums, chosen }, total) {
  const place = shownPlace({ look, chosen });
  const named = look.total <= 3 ? [...sums.keys()] : [place];
  const terms = named.map((i) => [sums[i], sourceName(look, look.sent[i])]);
  if (look.total > 3) terms.push([total - look.bias - sums[place], `the other ${look.total - 1}`]);
  terms.push([look.bias, "bias"]);
  return terms.map(([sum, name], i) => `${i ? bracketed(sum) : written(sum)} <small>${escapeHtml(name)}</small>`).join(" + ");
}
function poolStep(look, stage, i, at) {
  const [rows, columns] = look.arrays[`stage${i}`].shape;
  const cell = poolCell(stage, [rows, columns], at.row, at.column);
  if (!cell) return { total: NaN, text: "no window takes this cell in", row: -1, column: -1 };
  const source = i ? look.arrays[`stage${i - 1}`] : look.arrays.output;
  const values = windowValues(stage, source, cell.row, cell.column);
  const own = (at.row - cell.row * stage.stride) * stage.window + at.column - cell.column * stage.stride;
  return { total: poolTotal(stage.kind, values), text: poolText(stage, values, own, cell), values, own, ...cell };
}
function poolText({ kind }, values, own, { count: count2 }) {
  const more = count2 > 1 ? `; ${count2 - 1} more ${count2 > 2 ? "windows take" : "window takes"} it in` : "";
  if (kind !== "max") return `one of ${values.length} in the mean${more}`;
  const best = winnerOf(values);
  if (best < 0) return `all in the window are equal${more}`;
  const verdict = values[own] === values[best] ? "wins its window" : `loses to ${written(values[best])}`;
  return `this cell <b>${verdict}</b>${more}`;
}

// cnn/frontend/inspector/sum.ts
var COMPUTING = "Keras’s value is being computed.";
var TOLERANCE = `✓ within ${NEAR} × max(1, |value|), because sums of float32 in another order differ in their last digits`;
var VERDICT = '<p class="verdict" role="status">Our value <b></b><span></span><b></b></p>';
function termsHead(look) {
  return look.op === "conv" || look.op === "pool" ? '<div class="terms"><span class="name"></span> <b></b></div>' : "";
}
function grid(look) {
  if (look.op !== "conv" && look.op !== "pool") return "";
  const product = look.op === "conv" ? "<span></span><span></span>" : "<span></span>";
  const cell = `<div class="cell">${product}</div>`;
  return `<div class="grid-of-terms n${look.window}" style="--n:${look.window}">${cell.repeat(look.window ** 2)}</div>`;
}
function showTerms(state, result) {
  const { look, parts } = state;
  if (look.op === "conv") showProducts(state, result);
  if (look.op !== "pool") return;
  const { values } = result.steps[0];
  const best = look.kind === "max" ? winnerOf(values) : -1;
  parts.head.firstElementChild.textContent = best >= 0 ? "The window; its winner is outlined" : "The window";
  parts.cells.forEach((cell, k) => {
    cell.firstElementChild.textContent = written(values[k], 3);
    cell.title = exact(values[k]);
    cell.classList.toggle("best", k === best);
    tint(cell, values[k], look.scales.input);
  });
  const [y, x] = corner(look, state.row, state.column);
  mark(parts.input, best < 0 ? null : y + Math.floor(best / look.window), x + best % look.window);
}
function showProducts(state, { sums }) {
  const { look, row, column, parts } = state;
  const place = shownPlace(state);
  const [top, left] = corner(look, row, column);
  const name = sourceName(look, look.sent[place]);
  parts.head.firstElementChild.innerHTML = `${dot(name)}${escapeHtml(name)} × its slice, cell by cell`;
  parts.head.lastElementChild.textContent = written(sums[place]);
  const few = look.window <= 3;
  parts.cells.forEach((cell, k) => {
    const [y, x] = [top + Math.floor(k / look.window), left + k % look.window];
    const value = inputAt(look, y, x, place);
    const weight = look.arrays.kernel.values[k * look.channels + place];
    cell.firstElementChild.textContent = few ? `${written(value, 2)} × ${bracketed(weight, 2)}` : written(value, 2);
    cell.lastElementChild.textContent = few ? written(value * weight, 3) : `×${written(weight, 2)}`;
    cell.title = `${exact(value)} × ${exact(weight)} = ${exact(value * weight)}`;
    cell.classList.toggle("padding", y < 0 || x < 0 || y >= look.height || x >= look.width);
    tint(cell, value * weight, look.scales.product);
  });
}
function stepRows(look) {
  const own = { layer: look.layer, tag: look.tag };
  return [own, ...look.stages].map((stage) => {
    const pooled = stage.op === "pool" ? `<div class="pooled" style="--n:${stage.window}">${"<span></span>".repeat(stage.window ** 2)}</div>` : "";
    return `<div class="step">${tagOf(look, stage)}
        <span class="text"></span>${pooled}<b class="result"></b><small class="keras"></small></div>`;
  }).join("");
}
function tagOf(look, { layer, tag }) {
  const style = `style="background:${look.tags[tag]}"`;
  if (layer === look.layer) return `<i class="tag" ${style}>${escapeHtml(layer)}</i>`;
  return `<button type="button" class="tag" ${style} data-go-layer="${layer}" data-part="tag-${layer}"
    title="Open ${layer}">${escapeHtml(layer)}</button>`;
}
function showSteps(state, result) {
  const { look, parts, keras } = state;
  result.steps.forEach((step, i) => {
    const part = parts.steps[i];
    part.text.innerHTML = step.text;
    const known = !Number.isNaN(step.total);
    part.result.textContent = known ? written(step.total) : "–";
    part.result.title = known ? exact(step.total) : "";
    if (known) tint(part.result, step.total, i ? look.stages[i - 1].scale : look.scales.output);
    part.window.forEach((cell, k) => {
      cell.textContent = step.values ? written(step.values[k], 2) : "";
      cell.className = !step.values ? "" : k === step.own ? "own" : "";
      if (step.values) tint(cell, step.values[k], look.stages[i - 1].scale);
      else cell.style.background = "";
    });
    if (parts.stages[i - 1]) showStage(parts.stages[i - 1], step);
    const array = keras?.arrays?.[`keras${i}`];
    step.keras = array && known ? valueAt(array, step.row, step.column) : null;
    const said = step.keras !== null;
    part.keras.textContent = !said ? "" : near(step.total, step.keras) ? "Keras ✓" : "Keras ✗";
    part.keras.title = said ? `Keras’s value: ${exact(step.keras)}` : "";
  });
  showVerdict(state, result.steps[0]);
}
function showStage(svg, step) {
  svg.classList.toggle("nowhere", Number.isNaN(step.total));
  if (!Number.isNaN(step.total)) frame(svg, step.row, step.column);
}
function showVerdict({ parts, keras }, { total, keras: theirs }) {
  const { verdict, ours, link, others } = parts;
  const known = theirs !== null && theirs !== void 0;
  const same = known && near(total, theirs);
  verdict.dataset.ours = total;
  verdict.dataset.keras = known ? theirs : "";
  verdict.className = known ? `verdict ${same ? "same" : "other"}` : "verdict quiet";
  verdict.title = known ? `ours ${exact(total)}, Keras’s ${exact(theirs)}; ${TOLERANCE}` : "";
  ours.textContent = written(total);
  link.textContent = !known ? `. ${keras?.message ?? COMPUTING}` : same ? " = Keras’s value " : " ✗ they differ: Keras’s value is ";
  others.textContent = known ? `${written(theirs)}${same ? " ✓" : ""}` : "";
}
function showUnder({ look, row, column, parts, pointed }, y, x, { steps }) {
  for (const element of parts.under) {
    const name = element.dataset.under;
    if (name === "input" && pointed) element.textContent = pointedText(look, pointed);
    else if (name === "input") element.textContent = windowText(look, y, x);
    else if (name === "output") element.textContent = `${placeText(look, row, column)}: ${written(steps[0].total)}`;
    else
      element.textContent = `${placeText(look, row, column)}: ${written(valueAt(look.arrays["other-1"], row, column))}`;
  }
}
var nameOfPlace = (look, place) => look.names[place] ?? `value ${place}`;
var placeText = (look, row, column) => look.vector ? nameOfPlace(look, row * look.columns + column) : `row ${row}, column ${column}`;
function windowText(look, y, x) {
  if (look.op === "average") return "all of it";
  if (look.op === "conv" || look.op === "pool") {
    const span = (from) => `${written(from, 0)} to ${written(from + look.window - 1, 0)}`;
    return look.window === 1 ? `row ${y}, column ${x}` : `rows ${span(y)}, columns ${span(x)}`;
  }
  if (look.op === "flatten") return `row ${y}, column ${x}`;
  const value = look.op === "pixel" ? inputAt(look, y, x, look.channel) : written(inputAt(look, y, x, 0));
  return `${placeText(look, y, x)}: ${value}`;
}
function pointedText(look, { y, x, place }) {
  const colours = look.picture || look.op === "pixel";
  const digits = look.op === "pixel" ? 0 : colours ? 2 : 4;
  const values = (colours ? [0, 1, 2] : [place]).map((channel) => written(inputAt(look, y, x, channel), digits));
  const outside = y < 0 || x < 0 || y >= look.height || x >= look.width;
  if (outside) return "padding: 0";
  return look.vector && look.op === "cell" ? `${placeText(look, y, x)}: ${values}` : `(${y}, ${x}): ${values.join(", ")}`;
}

// cnn/frontend/inspector/map.ts
var MAPS = {
  build(root, state) {
    const { look } = state;
    const size = padded(look);
    const title = look.picture || look.op === "pixel" ? "The picture" : inputTitle(look, state);
    root.querySelector(".board").innerHTML = `
      <div class="from">
        ${plate("input", "in", title, size.tall, size.wide, "The input")}
        ${look.arrays["other-1"] ? otherPlate(look) : ""}
        ${look.picture || look.op === "pixel" ? "" : legendOf(look.scales.input)}
      </div>
      <div class="sum" role="group" aria-label="The sum behind the chosen cell">
        ${termsHead(look)}${grid(look)}<div class="steps">${stepRows(look)}</div>
        ${VERDICT}
      </div>
      <div class="to">
        ${plate("output", "out", outputTitle(look), look.rows, look.columns, `The output of ${look.layer}`)}
        ${legendOf(look.scales.output)}
        <div class="after">${look.vector ? "" : look.stages.map(stagePlate).join("")}</div>
      </div>`;
    paintInput(root, look, shownPlace(state));
    paintArray(found(root, "output").querySelector("canvas"), look.arrays.output, look.scales.output);
    if (look.arrays["other-1"]) {
      paintArray(found(root, "other").querySelector("canvas"), look.arrays["other-1"], look.scales.input);
    }
    buildCards(root, state);
    state.parts = partsOf(root, look);
    state.result = state.traced = null;
    watchCards(root, state);
  },
  show(root, state) {
    const { look, row, column, parts } = state;
    const [y, x, size] = windowOn(look, row, column, state);
    const { top, left } = padded(look);
    const tall = look.op === "average" ? look.height : size;
    frame(parts.input, y + top, x + left, tall, look.op === "average" ? look.width : size);
    if (parts.other) frame(parts.other, row, column);
    frame(parts.output, row, column);
    const result = work(state);
    showTerms(state, result);
    showSteps(state, result);
    showCards(state, result);
    showUnder(state, y, x, result);
    state.result = result;
  },
  cells: ({ look }) => [look.rows, look.columns],
  // What lies under the pointer on the input: a cell of it, or of the zeros around
  point(event, element, state) {
    if (element?.dataset.name !== "input") return null;
    const [y, x] = cellUnder(event, element);
    const { top, left } = padded(state.look);
    return { y: y - top, x: x - left, place: placeShown(state) };
  },
  cellOf(event, element, { look }) {
    const [y, x] = cellUnder(event, element);
    const side = element.dataset.side;
    if (side === "out") return { row: y, column: x };
    if (side === "pool") return pooledFrom(look, Number(element.dataset.stage), y, x);
    if (look.op === "flatten" || look.op === "average") return null;
    const { top, left } = element.dataset.name === "input" ? padded(look) : { top: 0, left: 0 };
    if (look.op !== "conv" && look.op !== "pool") return { row: y, column: x };
    const middle = (look.window - 1) / 2;
    const zeros = look.zeros;
    return {
      row: Math.round((y - top + zeros[0] - middle) / look.stride),
      column: Math.round((x - left + zeros[1] - middle) / look.stride)
    };
  }
};
function pooledFrom(look, place, row, column) {
  const { stride } = look.stages[place];
  return { row: row * stride, column: column * stride };
}
var mapName = (look) => look.names[look.channel] ?? `map ${look.channel}`;
var outputTitle = (look) => look.vector ? `All ${look.shape[0]} values of ${look.layer}` : `<em>${escapeHtml(mapName(look))}</em> of ${look.layer}`;
function inputTitle(look, state) {
  const from = look.sources[0];
  if (look.op === "conv") return `<em>${sourceName(look, look.sent[shownPlace(state)])}</em> of ${from}`;
  if (look.op === "flatten" || look.op === "average") return `<em data-traced></em> of ${from}`;
  return look.vector ? `All ${look.shape[0]} values of ${from}` : `<em>${escapeHtml(mapName(look))}</em> of ${from}`;
}
var otherPlate = (look) => plate(
  "other",
  "in",
  `The same map of ${look.first.other}`,
  look.height,
  look.width,
  `The map of ${look.first.other}`
);
function stagePlate(stage, i) {
  const side = stage.op === "pool" ? "pool" : "out";
  return `<figure class="small"><figcaption><button type="button" class="link" data-go-layer="${stage.layer}"
      title="Open ${stage.layer}">${stage.layer}</button></figcaption>
    <div class="plate" data-name="stage${i}" data-side="${side}" data-stage="${i}"><canvas></canvas>
      <svg preserveAspectRatio="none" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg></div></figure>`;
}
function partsOf(root, look) {
  const shown = look.vector ? [] : look.stages;
  shown.forEach((_, i) => {
    const [tall, wide] = look.arrays[`stage${i}`].shape;
    const element = found(root, `stage${i}`);
    Object.assign(element.querySelector("canvas"), { width: wide, height: tall });
    element.style.aspectRatio = `${wide}/${tall}`;
    element.querySelector("svg").setAttribute("viewBox", `0 0 ${wide} ${tall}`);
    paintArray(element.querySelector("canvas"), look.arrays[`stage${i}`], look.stages[i].scale);
  });
  return {
    input: found(root, "input").querySelector("svg"),
    other: found(root, "other")?.querySelector("svg"),
    output: found(root, "output").querySelector("svg"),
    stages: shown.map((_, i) => found(root, `stage${i}`).querySelector("svg")),
    under: [...root.querySelectorAll("[data-under]")],
    traced: root.querySelector("[data-traced]"),
    head: root.querySelector(".terms"),
    cells: [...root.querySelectorAll(".grid-of-terms .cell")],
    steps: [...root.querySelectorAll(".step")].map((step) => ({
      text: step.querySelector(".text"),
      result: step.querySelector(".result"),
      keras: step.querySelector(".keras"),
      window: [...step.querySelectorAll(".pooled span")]
    })),
    cards: [...root.querySelectorAll(".card")].map((card2) => ({
      card: card2,
      place: Number(card2.dataset.place),
      share: card2.querySelector(".share b"),
      bar: card2.querySelector(".share i"),
      in: card2.querySelector(".in i"),
      out: card2.querySelector(".out i")
    })),
    deck: root.querySelector(".deck"),
    ...verdictOf(root)
  };
}
function verdictOf(root) {
  const verdict = root.querySelector(".verdict");
  const [ours, link, others] = verdict.children;
  return { verdict, ours, link, others };
}
var shownPlace = ({ look, chosen }) => {
  const place = look.sent.indexOf(chosen);
  return place >= 0 ? place : look.order?.[0] ?? 0;
};
function windowOn(look, row, column, state) {
  if (look.op === "conv" || look.op === "pool") return [...corner(look, row, column), look.window];
  if (look.op === "flatten" || look.op === "average") return tracedWindow(look, row, column, state);
  return [row, column, 1];
}
function placeShown(state) {
  const { look } = state;
  return look.op === "conv" ? shownPlace(state) : look.sent.length > 1 ? look.sent.indexOf(state.traced) : 0;
}
function tracedWindow(look, row, column, state) {
  const index = row * look.columns + column;
  const channel = look.op === "average" ? index : index % look.total;
  const cell = look.op === "average" ? 0 : Math.floor(index / look.total);
  const place = look.sent.indexOf(channel);
  if (state.traced !== channel) {
    state.traced = channel;
    if (place >= 0) paintInput(state.root, look, place);
    state.parts.traced.textContent = place >= 0 ? `map ${channel}` : `map ${channel} (not sent: too many)`;
  }
  return [Math.floor(cell / look.width), cell % look.width, 1];
}

// cnn/frontend/inspector/neuron.ts
var LARGEST = 10;
var FEW_NEURONS = 16;
var NEURON = {
  build(root, state) {
    const { look } = state;
    look.terms = termsOf(look);
    look.mosaic = mosaicOf(look);
    const { tall, wide } = look.mosaic;
    const what = look.maps ? `${look.values_shape[2]} maps of ${look.source}` : `${look.values_shape[2]} values of ${look.source}`;
    root.querySelector(".cards").hidden = true;
    root.querySelector(".board").innerHTML = `
      <div class="from">${plate("products", "in", `Value × weight, the ${what}`, tall, wide, "Contributions")}
        ${legendOf(look.scales.product)}<p class="pointed"></p></div>
      <div class="sum" role="group" aria-label="The sum behind the neuron">
        <div class="terms"><span class="name">The ${Math.min(LARGEST, look.terms.length)} largest of ${count(look)} terms</span></div>
        <div class="ranked">${look.terms.slice(0, LARGEST).map((term, i) => ranked(look, term, i)).join("")}
          ${restRow(look)}${plainRow("bias", look.bias)}</div>
        <div class="steps">${stepRows(look)}</div>${VERDICT}</div>
      <div class="to">${neurons(look)}</div>`;
    paint(found(root, "products").querySelector("canvas"), tall, wide, look.scales.product, look.mosaic.valueAt);
    found(root, "products").querySelector(".still").innerHTML = `<path class="between" d="${look.mosaic.between}"/>`;
    if (look.shape[0] > FEW_NEURONS) {
      paintArray(found(root, "output").querySelector("canvas"), look.arrays.output, look.scales.output);
      const at = [Math.floor(look.channel / look.columns), look.channel % look.columns];
      frame(found(root, "output").querySelector("svg"), ...at);
    }
    state.parts = {
      products: found(root, "products").querySelector("svg"),
      pointed: root.querySelector(".pointed"),
      steps: [...root.querySelectorAll(".step")].map((step) => ({
        text: step.querySelector(".text"),
        result: step.querySelector(".result"),
        keras: step.querySelector(".keras"),
        window: []
      })),
      stages: [],
      ...verdictOf(root)
    };
    const first = look.mosaic.placeOf(look.terms[0]);
    [state.row, state.column] = first;
  },
  show(root, state) {
    const { look, parts, row, column } = state;
    const term = look.mosaic.termAt(row, column);
    frame(parts.products, row, column);
    parts.pointed.textContent = term ? `${placeName(look, term)}: ${written(term.value)} × ${bracketed(term.weight)} = ${written(term.product)}` : "";
    root.querySelectorAll(".ranked [data-index]").forEach((element) => {
      element.classList.toggle("chosen", Number(element.dataset.index) === term?.index);
    });
    const total = look.total + look.bias;
    const steps = [{ total, text: `${count(look)} terms ${written(look.total)} + bias ${bracketed(look.bias)}` }];
    look.stages.forEach((stage, i) => {
      const before = steps[i].total;
      steps.push({ total: cellwise(stage, before, 0), text: cellwiseText(stage, before, 0) });
    });
    const at = { row: Math.floor(look.channel / look.columns), column: look.channel % look.columns };
    state.result = { steps: steps.map((step) => ({ ...step, ...at })) };
    showSteps(state, state.result);
  },
  cells: ({ look }) => [look.mosaic.tall, look.mosaic.wide],
  cellOf(event, element) {
    const [row, column] = cellUnder(event, element);
    return { row, column };
  }
};
var count = (look) => look.values_shape.reduce((product, size) => product * size, 1).toLocaleString("en");
function termsOf(look) {
  const { values } = look.arrays.input;
  const weights = look.arrays.weights.values;
  const terms = Array.from(values, (value, index) => ({
    index,
    value,
    weight: weights[index],
    product: value * weights[index]
  }));
  look.total = look.rest + addUp(terms.map((term) => term.product));
  return terms.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
}
function originOf(look, { index }) {
  const place = Math.floor(index / look.channels);
  const channel = look.sent[index % look.channels];
  const cell = look.values_shape[0] * look.values_shape[1] > 1 || look.maps && !look.averaged;
  return { channel, cell: cell ? [Math.floor(place / look.width), place % look.width] : null };
}
function placeName(look, term) {
  const { channel, cell } = originOf(look, term);
  if (cell) return `map ${channel}, row ${cell[0]}, column ${cell[1]}`;
  return look.averaged ? `mean of map ${channel}` : `neuron ${channel}`;
}
function ranked(look, term, i) {
  const { channel, cell } = originOf(look, term);
  const share = Math.abs(term.product / (look.terms[0].product || 1));
  const place = placeName(look, term);
  return `<button type="button" class="row" data-index="${term.index}" data-part="term${i}" data-go-layer="${look.source}"
      data-go-channel="${channel}" ${cell ? `data-go-cell="${cell}"` : ""} title="Open ${place} of ${look.source}">
    <span>${place}</span><span class="text">${written(term.value, 3)} × ${bracketed(term.weight, 3)}</span>
    <b title="${exact(term.product)}">${written(term.product, 3)}</b>${bar(term.product, share)}</button>`;
}
var bar = (value, share) => `<s><i class="${value < 0 ? "below" : "above"}" style="width:${50 * share}%;left:${value < 0 ? 50 - 50 * share : 50}%"></i></s>`;
function restRow(look) {
  const named = look.terms.slice(0, LARGEST);
  const others = look.values_shape.reduce((product, size) => product * size, 1) - named.length;
  if (!others) return "";
  const rest = look.total - addUp(named.map((term) => term.product));
  return plainRow(`the other ${others.toLocaleString("en")} together`, rest);
}
var plainRow = (name, value) => `<div class="row plain"><span>${name}</span><span></span><b title="${exact(value)}">${written(value, 3)}</b><s></s></div>`;
function neurons(look) {
  const values = [...look.arrays.output.values].slice(0, look.shape[0]);
  if (look.shape[0] > FEW_NEURONS) {
    return `${plate("output", "neurons", `All ${look.shape[0]} neurons`, look.rows, look.columns, "All neurons")}
      ${legendOf(look.scales.output)}`;
  }
  const reach = Math.max(...values.map(Math.abs)) || 1;
  const rows = values.map(
    (value, i) => `<button type="button" class="row ${i === look.channel ? "chosen" : ""}" data-go-layer="${look.layer}"
      data-go-channel="${i}" data-part="neuron${i}"><span>${escapeHtml(look.names[i] ?? `neuron ${i}`)}</span>
      <b title="${exact(value)}">${written(value, 3)}</b>${bar(value, Math.abs(value) / reach)}</button>`
  );
  return `<figure><figcaption><span>All ${values.length} ${look.layer === "scores" ? "scores" : "neurons"}</span></figcaption>
    <div class="ranked three">${rows.join("")}</div></figure>`;
}
function mosaicOf(look) {
  const { height, width, channels } = look;
  const gap = height * width > 1 ? 1 : 0;
  const across = gap ? Math.max(Math.ceil(Math.sqrt(channels)), 1) : Math.min(32, channels);
  const down = Math.ceil(channels / across);
  const [high, wide] = [height + gap, width + gap];
  const products = look.arrays.input.values.map((value, i) => value * look.arrays.weights.values[i]);
  const indexAt = (row, column) => {
    const [y, x] = [row % high, column % wide];
    const channel = Math.floor(row / high) * across + Math.floor(column / wide);
    return y < height && x < width && channel < channels ? (y * width + x) * channels + channel : -1;
  };
  const lines = gap ? [across - 1, down - 1] : [0, 0];
  const [upright, level] = lines.map((number) => Array.from({ length: number }, (_, i) => i + 1));
  const between = upright.map((i) => `M${i * wide - 0.5} 0V${down * high}`).join("") + level.map((i) => `M0 ${i * high - 0.5}H${across * wide}`).join("");
  const byIndex = new Map(look.terms.map((term) => [term.index, term]));
  return {
    between,
    tall: down * high - gap,
    wide: across * wide - gap,
    valueAt: (row, column) => products[indexAt(row, column)] ?? NaN,
    termAt: (row, column) => byIndex.get(indexAt(row, column)),
    placeOf({ index }) {
      const [place, channel] = [Math.floor(index / channels), index % channels];
      const top = Math.floor(channel / across) * high + Math.floor(place / width);
      return [top, channel % across * wide + place % width];
    }
  };
}
var SHARES = {
  build(root, state) {
    root.querySelector(".cards").hidden = true;
    root.querySelector(".board").innerHTML = '<p class="verdict quiet" role="status"></p>';
    state.parts = { verdict: root.querySelector(".verdict") };
  },
  show(root, { look, keras, parts }) {
    const element = parts.verdict;
    const theirs = keras?.arrays?.keras0?.values;
    if (!theirs) {
      element.textContent = keras?.message ?? COMPUTING;
      return;
    }
    const scores = look.arrays.input.values;
    const most = Math.max(...scores);
    const powers = Array.from(scores, (score) => Math.exp(score - most));
    const shares = powers.map((power) => power / addUp(powers));
    const apart = Math.max(...shares.map((share, i) => Math.abs(share - theirs[i])));
    const same = shares.every((share, i) => near(share, theirs[i]));
    element.className = same ? "verdict same" : "verdict other";
    element.dataset.apart = apart;
    element.innerHTML = same ? `All ten of ours = Keras’s ✓ <small>at most ${apart.toExponential(1).replace("-", "−")} apart</small>` : `✗ Keras’s values are others: up to ${written(apart)} apart`;
  },
  cells: () => [1, 1],
  cellOf: () => null
};

// cnn/frontend/inspector/events.ts
var STEP_MILLISECONDS = 250;
function listen(root, state) {
  root.querySelectorAll(".plate").forEach((element) => {
    element.onpointermove = (event) => hover(event, root, state, element);
    element.onpointerleave = () => away(root, state);
    element.onpointerdown = (event) => press(event, root, state, element);
    element.onclick = (event) => pin(event, root, state, element);
    element.onkeydown = (event) => key(event, root, state);
  });
  root.querySelectorAll("[data-step]").forEach((element) => {
    if (element.tagName === "SELECT") element.onchange = () => choose(state, element.dataset.step, element.value);
    else element.onclick = () => stepBy(state, element.dataset.step, Number(element.dataset.by));
  });
  root.querySelectorAll("[data-go-layer], [data-go-channel]").forEach((element) => {
    element.onclick = () => state.go(wayOf(state, element.dataset));
  });
  root.querySelectorAll("[data-channel]").forEach((element) => {
    element.onclick = () => chooseChannel(root, state, Number(element.dataset.channel));
  });
  root.querySelectorAll(".ranked [data-index]").forEach((element) => {
    element.onpointerenter = element.onfocus = () => {
      const term = state.look.terms.find(({ index }) => index === Number(element.dataset.index));
      const [row, column] = state.look.mosaic.placeOf(term);
      go(root, state, { row, column });
    };
  });
  flip(root, state, "order", "byNumber");
  flip(root, state, "all", "all");
  const sort = root.querySelector('[data-part="sort"]');
  if (sort) sort.onclick = () => again(root, state, () => state.byActivity = !state.byActivity, "sort", buildHead);
  root.querySelector(".play").onclick = () => {
    if (state.timer) stop(root, state);
    else start(root, state);
    show(root, state);
  };
}
function flip(root, state, part, name) {
  const button = root.querySelector(`[data-part="${part}"]`);
  if (button) button.onclick = () => again(root, state, () => state[name] = !state[name], part, rebuild);
}
function again(root, state, change, part, build) {
  change();
  build(root, state);
  listen(root, state);
  show(root, state);
  root.querySelector(`[data-part="${part}"]`)?.focus();
}
var rebuild = (root, state) => state.view.build(root, state);
function chooseChannel(root, state, channel) {
  again(root, state, () => state.chosen = channel, `who${state.look.sent.indexOf(channel)}`, rebuild);
}
function wayOf({ look, row, column, pinned, result }, { goLayer, goChannel, goCell }) {
  const way = { layer: goLayer ?? look.layer, channel: Number(goChannel ?? look.channel) };
  const place = look.stages.findIndex(({ layer }) => layer === goLayer) + 1;
  const step = place ? result?.steps[place] : { row, column };
  if (goCell) way.cell = goCell;
  else if (pinned && !look.vector && step.row >= 0) way.cell = `${step.row},${step.column}`;
  return way;
}
function wayTo(state, name) {
  const { look, row, column, pinned } = state;
  const { shape } = look.layers.find((layer) => layer.name === name);
  const way = { layer: name };
  if (shape.length !== look.shape.length || shape[shape.length - 1] !== look.shape[shape.length - 1]) return way;
  way.channel = look.channel;
  if (pinned && shape.join() === look.shape.join()) way.cell = `${row},${column}`;
  return way;
}
function stepBy(state, what, by) {
  const { look } = state;
  const turn = (list, value) => list[(list.indexOf(value) + by + list.length) % list.length];
  if (what === "layer")
    choose(
      state,
      what,
      turn(
        look.layers.map(({ name }) => name),
        look.layer
      )
    );
  else choose(state, what, turn(orderOf(state), look.channel));
}
function choose(state, what, value) {
  state.go(what === "layer" ? wayTo(state, value) : wayOf(state, { goChannel: value }));
}
function hover(event, root, state, element) {
  const walked = state.timer;
  stop(root, state);
  const dragged = event.pointerType === "touch";
  state.pointed = state.view.point?.(event, element, state);
  if (state.pinned && !walked && !dragged) return void (state.pointed && show(root, state));
  const cell = state.view.cellOf(event, element, state);
  if (!cell) return;
  const { row, column } = limited(state, cell.row, cell.column);
  if (walked || state.pointed || row !== state.row || column !== state.column) go(root, state, { row, column });
}
function away(root, state) {
  if (!state.pointed) return;
  state.pointed = null;
  show(root, state);
}
function press(event, root, state, element) {
  stop(root, state);
  if (event.pointerType === "touch") {
    state.pinned = false;
    hover(event, root, state, element);
  }
}
function pin(event, root, state, element) {
  const cell = state.view.cellOf(event, element, state);
  if (!cell) return;
  const { look } = state;
  const { row, column } = limited(state, cell.row, cell.column);
  if (look.op === "dense") return leave(state, element, cellUnder(event, element));
  if (look.vector)
    return state.go({ layer: look.layer, channel: Math.min(row * look.columns + column, look.shape[0] - 1) });
  state.pinned = !(state.pinned && row === state.row && column === state.column);
  go(root, state, { row, column });
  announce(state);
  say(root, state);
}
function leave({ look, go: tell }, element, [row, column]) {
  if (element.dataset.side === "neurons") {
    const channel2 = row * look.columns + column;
    if (channel2 < look.shape[0]) tell({ layer: look.layer, channel: channel2 });
    return;
  }
  const term = look.mosaic.termAt(row, column);
  if (!term) return;
  const { channel, cell } = originOf(look, term);
  tell({ layer: look.source, channel, ...cell && { cell: cell.join() } });
}
var KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function key(event, root, state) {
  const enter = event.key === "Enter" || event.key === " ";
  if (!(event.key in KEYS) && !enter && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  stop(root, state);
  const [down, right] = KEYS[event.key] ?? [0, 0];
  if (enter && state.look.vector) return act(state);
  if (enter) state.pinned = !state.pinned;
  if (event.key === "Escape") state.pinned = false;
  go(root, state, limited(state, state.row + down, state.column + right));
  announce(state);
  say(root, state);
}
function act(state) {
  const { look, row, column } = state;
  if (look.op === "dense") leave(state, found(state.root, "products"), [row, column]);
  else state.go({ layer: look.layer, channel: Math.min(row * look.columns + column, look.shape[0] - 1) });
}
function go(root, state, cell) {
  Object.assign(state, cell);
  show(root, state);
}
function start(root, state) {
  state.pinned = false;
  const button = root.querySelector(".play");
  state.halt = (event) => {
    const toggles = event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    if (toggles && event.composedPath().includes(button)) return;
    stop(root, state);
    show(root, state);
  };
  for (const kind of ["pointerdown", "keydown", "wheel"])
    document.addEventListener(kind, state.halt, { passive: true });
  state.timer = setInterval(() => {
    if (!document.hidden) walk(root, state);
  }, STEP_MILLISECONDS);
}
function stop(root, state) {
  if (!state.timer) return;
  clearInterval(state.timer);
  state.timer = null;
  for (const kind of ["pointerdown", "keydown", "wheel"]) document.removeEventListener(kind, state.halt);
}
function walk(root, state) {
  const [rows, columns] = state.view.cells(state);
  const count2 = state.look.vector ? state.look.shape[0] : rows * columns;
  go(root, state, placeAt((state.row * columns + state.column + 1) % count2, columns));
}

// cnn/frontend/inspector/index.ts
var ANNOUNCE_MILLISECONDS = 400;
var states = /* @__PURE__ */ new WeakMap();
function inspector_default({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".inspector");
  const state = states.get(root) ?? { root, pinned: false, timer: null, told: null };
  states.set(root, state);
  take(state, readLook(data));
  state.go = (way) => setTriggerValue("go", way);
  root.style.setProperty("--above", state.look.above);
  root.style.setProperty("--below", state.look.below);
  const focused = root.getRootNode().activeElement?.dataset?.part;
  buildHead(root, state);
  state.view.build(root, state);
  listen(root, state);
  settle(state);
  hear(state, globalThis.cnnLabAnswer);
  show(root, state);
  if (focused) root.querySelector(`[data-part="${focused}"]`)?.focus();
  const answer = (event) => hear(state, event.detail, true);
  document.removeEventListener("cnn-lab-answer", state.answer);
  document.addEventListener("cnn-lab-answer", state.answer = answer);
  return () => {
    stop(root, state);
    state.watcher?.disconnect();
    document.removeEventListener("cnn-lab-answer", state.answer);
  };
}
function take(state, look) {
  const same = state.look?.layer === look.layer;
  if (!same || state.look.channel !== look.channel) {
    Object.assign(state, { chosen: null, all: state.all && same });
  }
  if (state.keras?.question !== look.question) state.keras = null;
  state.sums = null;
  state.look = look;
  state.view = { dense: NEURON, softmax: SHARES }[look.op] ?? MAPS;
  state.kept = same;
}
function settle(state) {
  const { look } = state;
  const asked = look.cell && !look.vector ? look.cell.join() : null;
  if (look.op === "dense" || look.op === "softmax") return;
  if (look.vector) [state.row, state.column] = [Math.floor(look.channel / look.columns), look.channel % look.columns];
  else if (asked !== state.told) {
    state.told = asked;
    state.pinned = Boolean(asked);
    if (asked) [state.row, state.column] = look.cell;
  }
  if (!look.vector && !state.pinned && !state.kept) Object.assign(state, strongest(look));
  Object.assign(state, limited(state, state.row, state.column));
}
function strongest({ arrays: { output }, columns }) {
  const best = output.values.reduce(
    (found2, value, at, all) => Math.abs(value) > Math.abs(all[found2]) ? at : found2,
    0
  );
  return placeAt(best, columns);
}
function limited(state, row, column) {
  const [rows, columns] = state.view.cells(state);
  const limit = (place, count2) => Math.min(Math.max(place || 0, 0), count2 - 1);
  const cell = { row: limit(row, rows), column: limit(column, columns) };
  return wholeStrip(state.look) ? cell : placeAt(Math.min(cell.row * columns + cell.column, state.look.shape[0] - 1), columns);
}
var placeAt = (index, columns) => ({ row: Math.floor(index / columns), column: index % columns });
var wholeStrip = ({ vector, op }) => !vector || op === "dense" || op === "softmax";
function hear(state, answer, redraw = false) {
  if (!answer || answer.question !== state.look.question) return;
  state.keras = answer;
  if (redraw && answer.cell && answer.cell.join() !== state.told && !state.look.vector) {
    state.told = answer.cell.join();
    state.pinned = true;
    stop(state.root, state);
    Object.assign(state, limited(state, ...answer.cell));
  }
  if (redraw) show(state.root, state);
}
function announce(state) {
  if (state.look.vector) return;
  const cell = state.pinned ? `${state.row},${state.column}` : "";
  clearTimeout(state.waiting);
  state.waiting = setTimeout(() => {
    if ((state.told ?? "") === cell) return;
    state.told = cell || null;
    document.dispatchEvent(new CustomEvent("cnn-lab-pin", { detail: { question: state.look.question, cell } }));
  }, ANNOUNCE_MILLISECONDS);
}
function buildHead(root, state) {
  const { look } = state;
  const channels = look.shape[look.shape.length - 1];
  const layers = look.layers.map(({ name }) => option(name, name, name === look.layer));
  const places = orderOf(state).map((i) => option(i, look.names[i] ?? `${kindOf(look)} ${i}`, i === look.channel));
  root.querySelector(".head").innerHTML = `
    ${stepper("layer", "Layer", layers, `style="--tag:${look.tags[look.tag]}"`)}
    ${channels > 1 && look.op !== "softmax" ? stepper("channel", kindOf(look), places) : ""}
    ${look.activity.sizes && channels > 1 && look.op !== "pixel" ? `<button type="button" class="quiet-button" data-part="sort" aria-pressed="${Boolean(state.byActivity)}">By activity</button>` : ""}
    <button type="button" class="play" data-part="play"></button><span class="hint"></span>`;
  root.querySelector(".about").innerHTML = `${escapeHtml(look.about)} ${activityText(look)}`;
  root.querySelector(".play").hidden = look.op === "dense" || look.op === "softmax";
}
var kindOf = (look) => look.op === "dense" ? "neuron" : look.vector ? "value" : "map";
var option = (value, text, chosen) => `<option value="${escapeHtml(value)}" ${chosen ? "selected" : ""}>${escapeHtml(text)}</option>`;
var stepper = (name, title, options, style = "") => `
  <span class="stepper" ${style}><button type="button" data-part="${name}-back" data-step="${name}" data-by="-1"
      aria-label="The ${title.toLowerCase()} before">‹</button>
    <select data-part="${name}" data-step="${name}" aria-label="${title}">${options.join("")}</select>
    <button type="button" data-part="${name}-on" data-step="${name}" data-by="1" aria-label="The next ${title.toLowerCase()}">›</button></span>`;
function orderOf({ look, byActivity }) {
  const places = Array.from({ length: look.shape[look.shape.length - 1] }, (_, i) => i);
  const { sizes } = look.activity;
  return byActivity && sizes ? places.sort((one, other) => sizes[other] - sizes[one]) : places;
}
function activityText({ activity: { layer, sizes }, channel, names, layer: own, op }) {
  if (!sizes || sizes.length < 2 || op === "pixel") return "";
  const way = (i) => `<button type="button" class="link" data-go-channel="${i}" data-part="way${i}">${escapeHtml(names[i] ?? `map ${i}`)}</button>`;
  const alive = sizes.map((_, i) => i).filter((i) => sizes[i] > 0);
  const dead = sizes.map((_, i) => i).filter((i) => sizes[i] === 0);
  const rank = alive.sort((one, other) => sizes[other] - sizes[one]);
  const where = layer === own ? "" : ` after ${escapeHtml(layer)}`;
  const self = sizes[channel] === 0 ? `<strong>This map is zero everywhere${where} on this picture.</strong> ` : "";
  const ends = rank.length > 1 ? `Most active${where}: ${way(rank[0])}, least: ${way(rank[rank.length - 1])}.` : "";
  const silent = dead.length ? ` Zero everywhere: ${dead.slice(0, 6).map(way).join(", ")}${dead.length > 6 ? ` and ${dead.length - 6} more` : ""}.` : "";
  return `${self}${ends}${silent}`;
}
function show(root, state) {
  state.view.show(root, state);
  const button = root.querySelector(".play");
  button.textContent = state.timer ? "❚❚ Stop" : "▶ Play";
  button.setAttribute("aria-label", state.timer ? "Stop the window" : "Let the window walk");
  root.querySelector(".hint").textContent = hint(state);
  root.classList.toggle("pinned", state.pinned);
  root.dataset.row = state.row;
  root.dataset.column = state.column;
  root.dataset.layer = state.look.layer;
  root.dataset.channel = state.look.channel;
}
function hint(state) {
  if (state.look.op === "softmax") return "Point at a class below: its score and its fraction light up.";
  if (state.look.op === "dense") return "Point at a term; click it to go to where it comes from.";
  if (state.timer) return "Any touch or key stops it.";
  if (state.pinned) return "Pinned, and in the page’s address. Escape lets go.";
  return state.look.vector ? "Hover; click for that value’s own sum." : "Hover either side; click or Enter pins; arrows move.";
}
function say(root, state) {
  const { steps } = state.result ?? {};
  if (!steps || state.look.op === "dense") return;
  const after = steps.slice(1).map((step, i) => `${state.look.stages[i].layer} ${written(step.total)}`);
  const at = state.look.vector ? nameOfPlace(state.look, state.row * state.look.columns + state.column) : `Row ${state.row}, column ${state.column}`;
  root.querySelector(".words").textContent = `${at}: ${[written(steps[0].total), ...after].join(", then ")}.`;
}
export {
  announce,
  buildHead,
  inspector_default as default,
  limited,
  orderOf,
  placeAt,
  say,
  show
};
