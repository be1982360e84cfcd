// The head: which layer and which map, one step either way; the most and the least active; the walk. And in words
// what a hand can do here, and which cell is chosen.
import { escapeHtml, find } from "../shared/dom.ts";
import { byHand } from "../shared/input.ts";
import { fixed } from "../shared/numbers.ts";
import { type Data, nameOfPlace } from "./data.ts";
import { channelsOf, orderOf, type State, type Step } from "./state.ts";

const ENDS_NAMED = 6;

export function buildHead(state: State): void {
  const { root, data } = state;
  const channels = channelsOf(data);
  const layers = data.layers.map(({ name }) => option(name, name, name === data.layer));
  const places = orderOf(state).map((i) => option(i, data.names[i] ?? `${kindOf(data)} ${i}`, i === data.channel));
  const sortable = data.activity.sizes && channels > 1 && data.kind !== "pixel";
  const sort = `<button type="button" class="quiet-button" data-part="sort"
    aria-pressed="${state.byActivity}">By activity</button>`;
  find(root, ".head").innerHTML = `
    ${stepper("layer", "Layer", layers, `style="--tag:${data.tags[data.tag]}"`)}
    ${channels > 1 && data.kind !== "shares" ? stepper("channel", kindOf(data), places) : ""}
    ${sortable ? sort : ""}
    <button type="button" class="play" data-part="play"></button><span class="hint"></span>`;
  find(root, ".about").innerHTML = `${escapeHtml(data.about)} ${activityText(data)}`;
  find(root, ".play").hidden = data.kind === "dense" || data.kind === "shares";
}

const kindOf = (data: Data): string => (data.kind === "dense" ? "neuron" : data.vector ? "value" : "map");

const option = (value: string | number, text: string, chosen: boolean): string =>
  `<option value="${escapeHtml(value)}" ${chosen ? "selected" : ""}>${escapeHtml(text)}</option>`;

const stepper = (name: string, title: string, options: string[], style = ""): string => `
  <span class="stepper" ${style}><button type="button" data-part="${name}-back" data-step="${name}" data-by="-1"
      aria-label="Previous ${title.toLowerCase()}">‹</button>
    <select data-part="${name}" data-step="${name}" aria-label="${title}">${options.join("")}</select>
    <button type="button" data-part="${name}-on" data-step="${name}" data-by="1"
      aria-label="Next ${title.toLowerCase()}">›</button></span>`;

function activityText(data: Data): string {
  const { layer, sizes } = data.activity;
  if (!sizes || sizes.length < 2 || data.kind === "pixel") return "";
  const size = (i: number) => sizes[i] as number;
  const link = (i: number) =>
    `<button type="button" class="link" data-go-channel="${i}" data-part="way${i}">${escapeHtml(data.names[i] ?? `map ${i}`)}</button>`;
  const rank = [...sizes.keys()].filter((i) => size(i) > 0).sort((one, other) => size(other) - size(one));
  const dead = [...sizes.keys()].filter((i) => size(i) === 0);
  const where = layer === data.layer || !layer ? "" : ` after ${escapeHtml(layer)}`;
  const self = size(data.channel) === 0 ? `<strong>This map is zero everywhere${where} on this picture.</strong> ` : "";
  const [first, last] = [rank[0], rank.at(-1)];
  const ends =
    first !== undefined && last !== undefined && first !== last
      ? `Most active${where}: ${link(first)}, least: ${link(last)}.`
      : "";
  const more = dead.length > ENDS_NAMED ? ` and ${dead.length - ENDS_NAMED} more` : "";
  const silent = dead.length ? ` Zero everywhere: ${dead.slice(0, ENDS_NAMED).map(link).join(", ")}${more}.` : "";
  return `${self}${ends}${silent}`;
}

export function show(state: State): void {
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

function hint({ data, timer, pinned }: State): string {
  if (data.kind === "shares") return `${byHand("Point at", "Tap")} a class below: its score and its fraction light up.`;
  if (data.kind === "dense") {
    return byHand(
      "Point at a term; click it to go to where it comes from.",
      "Tap a term to go to where it comes from.",
    );
  }
  if (timer) return "Any touch or key stops it.";
  if (pinned) {
    const release = byHand("Escape or a click on it lets go.", "Drag the window to move it; tap it to let go.");
    return `Pinned, and in the page’s address. ${release}`;
  }
  if (data.vector) return byHand("Hover; click for that value’s own sum.", "Tap a value for its own sum.");
  return byHand(
    "Hover either side; click or Enter pins; arrows move.",
    "Tap a cell to pin it; drag the window to move it.",
  );
}

/** Say the chosen cell aloud, to who cannot see it move. */
export function say(state: State): void {
  const { data, result, row, column } = state;
  if (!result || data.kind === "dense") return;
  const [first, ...others] = result.steps as [Step, ...Step[]];
  const after = others.map((step, i) => `${data.stages[i]?.layer} ${fixed(step.total)}`);
  const at = data.vector ? nameOfPlace(data, row * data.columns + column) : `Row ${row}, column ${column}`;
  find(state.root, ".words").textContent = `${at}: ${[fixed(first.total), ...after].join(", then ")}.`;
}
