// @ts-nocheck
// The inspector, part 6: a card for every input channel: the channel, its slice of the kernel, what the two make.
import { mapName, shownPlace } from "./map.ts";
import { addUp, corner, escapeHtml, exact, inputAt, legendOf, prepare, tint, valueAt, written } from "./numbers.ts";
import { dot, paint, paintArray, sourceName } from "./plates.ts";

const SHOWN_CARDS = 12;

export function buildCards(root, state) {
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

export function card(look, place) {
  const name = sourceName(look, look.sent[place]);
  return `<div class="card" data-place="${place}">
    <button type="button" class="who" data-channel="${look.sent[place]}" data-part="who${place}">${dot(name)}${escapeHtml(name)}</button>
    ${thumb("channel", "in", look.height, look.width, look.window)}<span>×</span>
    <div class="slice n${look.window}" style="--n:${look.window}">${"<span></span>".repeat(look.window ** 2)}</div><span>=</span>
    ${thumb("made", "out", look.rows, look.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;
}

const restCard = (look, rest) => `<div class="card rest" data-place="-1"><span class="who">the other ${rest}</span>
  <span class="gap">their sum, own scale</span>${thumb("made", "out", look.rows, look.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;

const thumb = (name, side, tall, wide, span = 1) =>
  `<div class="plate thumb ${side}" data-name="${name}" data-side="${side}" style="aspect-ratio:${wide}/${tall}">
    <canvas width="${wide}" height="${tall}"></canvas><i style="width:${(100 * span) / wide}%;height:${(100 * span) / tall}%"></i></div>`;

function paintCard(element, look, places) {
  const place = Number(element.dataset.place);
  const made = place < 0 ? restMap(look, places) : channelMap(look, place);
  const reach = made.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = place < 0 ? prepare({ low: -reach, high: reach, stops: look.scales.share.stops }) : look.scales.share;
  paintArray(
    element.querySelector('[data-name="made"] canvas'),
    { values: made, shape: [look.rows, look.columns] },
    scale,
  );
  if (place < 0) return;
  paint(element.querySelector("canvas"), look.height, look.width, look.scales.input, (row, column) =>
    inputAt(look, row, column, place),
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
    const value = inputAt(look, top + Math.floor(k / size), left + (k % size), place);
    sum += value * look.arrays.kernel.values[k * channels + place];
  }
  return sum;
}

function restMap(look, places) {
  const made = Float32Array.from(look.arrays.rest.values);
  const shown = new Set(places);
  look.sent.forEach((_, place) => {
    if (!shown.has(place)) channelMap(look, place).forEach((value, at) => (made[at] += value));
  });
  return made;
}

export function showCards(state, { sums }) {
  const { look, row, column, parts } = state;
  if (!sums || !parts.deck) return;
  const [top, left] = corner(look, row, column);
  const window = `translate(${(100 * left) / look.window}%, ${(100 * top) / look.window}%)`;
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

// Cards that are scrolled out of sight are left alone until they are seen

export function watchCards(root, state) {
  state.watcher?.disconnect();
  const deck = root.querySelector(".deck");
  if (!deck || state.parts.cards.length <= 2 * SHOWN_CARDS) return;
  state.watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) target.toggleAttribute("data-unseen", !isIntersecting);
      if (state.result) showCards(state, state.result);
    },
    { root: deck },
  );
  for (const { card } of state.parts.cards) state.watcher.observe(card);
}
