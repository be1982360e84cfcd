// A card for every input channel of a convolution: the channel, its slice of the kernel, and their product.
import { paintValues } from "../shared/canvas.ts";
import { tint, withTable } from "../shared/colours.ts";
import { child, escapeHtml, fill, find, findAll } from "../shared/dom.ts";
import { addUp, exact, fixed } from "../shared/numbers.ts";
import { channelMap, corner, inputAt, valueAt } from "./cell.ts";
import { arrayOf, type Data, type KernelData, mapName, sentAt, sourceName } from "./data.ts";
import { canvasOf, dot, legendOf, paintArray } from "./plates.ts";
import { type Result, type State, shownPlace } from "./state.ts";

const SHOWN = 12;

export function buildCards(state: State, data: Data): void {
  const { root } = state;
  const area = find(root, ".cards");
  area.hidden = data.kind !== "kernel";
  if (data.kind !== "kernel") {
    area.innerHTML = "";
    return;
  }
  const many = data.sent.length > SHOWN;
  const order = state.byNumber ? data.sent.map((_, place) => place) : data.order;
  const places = state.all || !many ? order : order.slice(0, SHOWN);
  const rest = data.total - places.length;
  const quiet = (part: string, text: string) =>
    `<button type="button" class="quiet-button" data-part="${part}">${text}</button>`;
  fill(
    area,
    `
    <div class="cards-head"><span><b>One intermediate map per input channel:</b> each channel under its own slice of the
      kernel. ${allOf(data)} ${escapeHtml(mapName(data))}.${leftOut(data)}</span>
      <span class="buttons">
        ${data.total > 1 ? quiet("order", state.byNumber ? "Sorted by number" : "Sorted by contribution") : ""}
        ${many ? quiet("all", state.all ? `Largest ${SHOWN} only` : `All ${data.sent.length}`) : ""}
      </span></div>
    <div class="deck">${places.map((place) => card(data, place)).join("")}${rest ? restCard(data, rest) : ""}</div>
    <div class="legends">${legendOf(data.scales.kernel, "weights")}${legendOf(data.scales.share, "intermediate maps")}</div>`,
  );
  for (const element of findAll(area, ".card")) paintCard(element, data, places);
}

function allOf({ total, bias }: KernelData): string {
  const withBias = bias === null ? "" : ` with the bias ${fixed(bias)}`;
  return total > 1 ? `Added up${withBias}, they give` : `Added up${withBias}, it gives`;
}

function leftOut(data: KernelData): string {
  const missing = data.total - data.sent.length;
  return missing ? ` The ${missing} smallest contributions are shown only as a sum.` : "";
}

function card(data: KernelData, place: number): string {
  const number = sentAt(data, place);
  const name = sourceName(data, number);
  const slice = "<span></span>".repeat(data.window ** 2);
  return `<div class="card" data-place="${place}">
    <button type="button" class="who" data-channel="${number}" data-part="who${place}">${dot(name)}${escapeHtml(name)}</button>
    ${thumb("channel", "in", data.height, data.width, data.window)}<span>×</span>
    <div class="slice n${data.window}" data-style="--n:${data.window}">${slice}</div><span>=</span>
    ${thumb("made", "out", data.rows, data.columns)}<span class="share"><b></b><s><i></i></s></span></div>`;
}

const restCard = (data: KernelData, rest: number): string =>
  `<div class="card rest" data-place="-1"><span class="who">the other ${rest}</span>
  <span class="gap">their sum, with its own scale</span>${thumb("made", "out", data.rows, data.columns)}
  <span class="share"><b></b><s><i></i></s></span></div>`;

const thumb = (name: string, side: string, tall: number, wide: number, span = 1): string =>
  `<div class="plate thumb ${side}" data-name="${name}" data-side="${side}" data-style="aspect-ratio:${wide}/${tall}">
    <canvas width="${wide}" height="${tall}" aria-hidden="true"></canvas>
    <i data-style="width:${(100 * span) / wide}%;height:${(100 * span) / tall}%"></i></div>`;

function paintCard(element: HTMLElement, data: KernelData, places: number[]): void {
  const place = Number(element.dataset.place);
  const made = place < 0 ? restMap(data, places) : channelMap(data, place);
  const reach = made.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const share = data.scales.share;
  const scale = place < 0 ? withTable({ low: -reach, high: reach, stops: share.stops }) : share;
  paintArray(find(element, '[data-name="made"] canvas'), { values: made, shape: [data.rows, data.columns] }, scale);
  if (place < 0) return;
  paintValues(canvasOf(element), data.height, data.width, data.scales.input, (row, column) =>
    inputAt(data, row, column, place),
  );
  findAll(element, ".slice span").forEach((cell, k) => {
    const weight = arrayOf(data, "kernel").values[k * data.channels + place] as number;
    cell.textContent = data.window <= 3 ? fixed(weight, 2) : "";
    cell.title = exact(weight);
    tint(cell, weight, data.scales.kernel);
  });
}

/** What the channels that have no card of their own make together. */
function restMap(data: KernelData, places: number[]): Float32Array {
  const made = Float32Array.from(arrayOf(data, "rest").values);
  const shown = new Set(places);
  data.sent.forEach((_, place) => {
    if (shown.has(place)) return;
    channelMap(data, place).forEach((value, at) => {
      made[at] = (made[at] as number) + value;
    });
  });
  return made;
}

export function showCards(state: State, { sums }: Result): void {
  const { root, data, row, column } = state;
  if (data.kind !== "kernel" || !sums) return;
  const cards = findAll(root, ".card");
  const [top, left] = corner(data, row, column);
  const window = `translate(${(100 * left) / data.window}%, ${(100 * top) / data.window}%)`;
  const cell = `translate(${100 * column}%, ${100 * row}%)`;
  let most = 0;
  for (const sum of sums) most = Math.max(most, Math.abs(sum));
  let rest = addUp(sums) + valueAt(arrayOf(data, "rest"), row, column);
  for (const element of cards) {
    const place = Number(element.dataset.place);
    if (place >= 0) rest -= sums[place] as number;
  }
  const reach = Math.max(most, Math.abs(rest)) || 1;
  const chosen = shownPlace(state);
  for (const element of cards) {
    if (element.hasAttribute("data-unseen")) continue;
    const place = Number(element.dataset.place);
    const sum = place < 0 ? rest : (sums[place] as number);
    const share = find(element, ".share");
    const number = child<HTMLElement>(share, 0);
    number.textContent = fixed(sum, 3);
    number.title = exact(sum);
    const bar = find(share, "i");
    bar.style.transform = `scaleX(${sum / reach})`;
    bar.className = sum < 0 ? "below" : "above";
    find(element, ".out i").style.transform = cell;
    if (place >= 0) find(element, ".in i").style.transform = window;
    element.classList.toggle("most", place >= 0 && Math.abs(sum) === most && most > 0);
    element.classList.toggle("chosen", place === chosen);
  }
}

/** Leave cards that are scrolled out of sight alone until they are seen. */
export function watchCards(state: State): void {
  state.watcher?.disconnect();
  const deck = state.root.querySelector(".deck");
  if (!deck || deck.children.length <= 2 * SHOWN) return;
  state.watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) target.toggleAttribute("data-unseen", !isIntersecting);
      if (state.result) showCards(state, state.result);
    },
    { root: deck },
  );
  for (const element of deck.children) state.watcher.observe(element);
}
