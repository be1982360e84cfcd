// @ts-nocheck
// The inspector, the last part: the head, and what goes to Python. Hovering stays here; only a pin or a way to
// another layer or map is told. Keras's values come from the component beside it (inspector_desk.js).

import { listen, stop } from "./events.ts";
import { MAPS } from "./map.ts";
import { NEURON, SHARES } from "./neuron.ts";
import { escapeHtml, readLook, written } from "./numbers.ts";
import { nameOfPlace } from "./sum.ts";

const ANNOUNCE_MILLISECONDS = 400;
const states = new WeakMap(); // by place, so that new data keep the cell, the pin and the focus

export default function ({ data, parentElement, setTriggerValue }) {
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
  document.addEventListener("cnn-lab-answer", (state.answer = answer));
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

// The cell at first: the one of the address, the one it was at, or the strongest of the map

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
    (found, value, at, all) => (Math.abs(value) > Math.abs(all[found]) ? at : found),
    0,
  );
  return placeAt(best, columns);
}

export function limited(state, row, column) {
  const [rows, columns] = state.view.cells(state);
  const limit = (place, count) => Math.min(Math.max(place || 0, 0), count - 1);
  const cell = { row: limit(row, rows), column: limit(column, columns) };
  return wholeStrip(state.look)
    ? cell
    : placeAt(Math.min(cell.row * columns + cell.column, state.look.shape[0] - 1), columns);
}

export const placeAt = (index, columns) => ({ row: Math.floor(index / columns), column: index % columns });

// Whether there are no gaps at the end: a vector is shown in lines, and its last may not be full

const wholeStrip = ({ vector, op }) => !vector || op === "dense" || op === "softmax";

// What the component beside this one says: Keras's values, or why there are none yet; a cell typed in below

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

export function announce(state) {
  if (state.look.vector) return;
  const cell = state.pinned ? `${state.row},${state.column}` : "";
  clearTimeout(state.waiting);
  state.waiting = setTimeout(() => {
    if ((state.told ?? "") === cell) return;
    state.told = cell || null;
    document.dispatchEvent(new CustomEvent("cnn-lab-pin", { detail: { question: state.look.question, cell } }));
  }, ANNOUNCE_MILLISECONDS);
}

// The head: which layer and which map, one step either way; the most and least active; play

export function buildHead(root, state) {
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

const kindOf = (look) => (look.op === "dense" ? "neuron" : look.vector ? "value" : "map");

const option = (value, text, chosen) =>
  `<option value="${escapeHtml(value)}" ${chosen ? "selected" : ""}>${escapeHtml(text)}</option>`;

const stepper = (name, title, options, style = "") => `
  <span class="stepper" ${style}><button type="button" data-part="${name}-back" data-step="${name}" data-by="-1"
      aria-label="The ${title.toLowerCase()} before">‹</button>
    <select data-part="${name}" data-step="${name}" aria-label="${title}">${options.join("")}</select>
    <button type="button" data-part="${name}-on" data-step="${name}" data-by="1" aria-label="The next ${title.toLowerCase()}">›</button></span>`;

export function orderOf({ look, byActivity }) {
  const places = Array.from({ length: look.shape[look.shape.length - 1] }, (_, i) => i);
  const { sizes } = look.activity;
  return byActivity && sizes ? places.sort((one, other) => sizes[other] - sizes[one]) : places;
}

function activityText({ activity: { layer, sizes }, channel, names, layer: own, op }) {
  if (!sizes || sizes.length < 2 || op === "pixel") return "";
  const way = (i) =>
    `<button type="button" class="link" data-go-channel="${i}" data-part="way${i}">${escapeHtml(names[i] ?? `map ${i}`)}</button>`;
  const alive = sizes.map((_, i) => i).filter((i) => sizes[i] > 0);
  const dead = sizes.map((_, i) => i).filter((i) => sizes[i] === 0);
  const rank = alive.sort((one, other) => sizes[other] - sizes[one]);
  const where = layer === own ? "" : ` after ${escapeHtml(layer)}`;
  const self = sizes[channel] === 0 ? `<strong>This map is zero everywhere${where} on this picture.</strong> ` : "";
  const ends = rank.length > 1 ? `Most active${where}: ${way(rank[0])}, least: ${way(rank[rank.length - 1])}.` : "";
  const silent = dead.length
    ? ` Zero everywhere: ${dead.slice(0, 6).map(way).join(", ")}${dead.length > 6 ? ` and ${dead.length - 6} more` : ""}.`
    : "";
  return `${self}${ends}${silent}`;
}

// Showing the chosen cell

export function show(root, state) {
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
  return state.look.vector
    ? "Hover; click for that value’s own sum."
    : "Hover either side; click or Enter pins; arrows move.";
}

export function say(root, state) {
  const { steps } = state.result ?? {};
  if (!steps || state.look.op === "dense") return;
  const after = steps.slice(1).map((step, i) => `${state.look.stages[i].layer} ${written(step.total)}`);
  const at = state.look.vector
    ? nameOfPlace(state.look, state.row * state.look.columns + state.column)
    : `Row ${state.row}, column ${state.column}`;
  root.querySelector(".words").textContent = `${at}: ${[written(steps[0].total), ...after].join(", then ")}.`;
}
