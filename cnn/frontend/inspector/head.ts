// The head: layer and map with steps to the next ones, the most and least active maps, and Play; a hint on what can
// be done; and the chosen cell in words.
import { escapeHtml, fill, find } from "../shared/dom.ts";
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
  fill(
    find(root, ".head"),
    `
    ${stepper("layer", "Layer", layers, `data-style="--tag:${data.tags[data.tag]}"`)}
    ${channels > 1 && data.kind !== "shares" ? stepper("channel", kindOf(data), places) : ""}
    ${sortable ? sort : ""}
    <button type="button" class="play" data-part="play"></button><span class="hint"></span>`,
  );
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
  const self =
    size(data.channel) === 0 ? `<strong>This map is zero everywhere${where} for this picture.</strong> ` : "";
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
  if (data.kind === "shares" && data.alone) return "";
  if (data.kind === "shares") return `${byHand("Point at", "Tap")} a class below: its score and its fraction light up.`;
  if (data.kind === "dense") {
    return byHand("Point at a term; click it to open its origin.", "Tap a term to open its origin.");
  }
  if (timer) return "Any key or touch stops it.";
  if (pinned) {
    const release = byHand(
      "Click it again or press Escape to unpin it.",
      "Drag the window to move it; tap it to unpin it.",
    );
    return `Pinned${data.alone ? "" : "; it is in the page’s address"}. ${release}`;
  }
  if (data.vector) return byHand("Point at a value; click it to see its sum.", "Tap a value to see its sum.");
  return byHand(
    "Point at a cell on either side; click or press Enter to pin it; arrow keys move.",
    "Tap a cell to pin it; drag the window to move it.",
  );
}

/** Announce the chosen cell to a screen reader. */
export function say(state: State): void {
  const { data, result, row, column } = state;
  if (!result || data.kind === "dense") return;
  const [first, ...others] = result.steps as [Step, ...Step[]];
  const after = others.map((step, i) => `${data.stages[i]?.layer} ${fixed(step.total)}`);
  const at = data.vector ? nameOfPlace(data, row * data.columns + column) : `Row ${row}, column ${column}`;
  find(state.root, ".words").textContent = `${at}: ${[fixed(first.total), ...after].join(", then ")}.`;
}
