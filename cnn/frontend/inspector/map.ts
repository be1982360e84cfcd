// One map: its input at the left, the sum in the middle, the map at the right; for a convolution, its cards below.
import { escapeHtml, fill, find, setAttributes } from "../shared/dom.ts";
import { buildCards, showCards, watchCards } from "./channels.ts";
import {
  arrayOf,
  isUnrolled,
  isWindow,
  type MapData,
  mapName,
  type Stage,
  sentAt,
  sourceName,
  takesSecond,
} from "./data.ts";
import {
  canvasOf,
  frame,
  legendOf,
  padded,
  paintArray,
  paintInput,
  plate,
  plateCell,
  plateOf,
  showsPicture,
  svgOf,
} from "./plates.ts";
import { lengthOf, type State, shownPlace, type View } from "./state.ts";
import { originOf, windowOn, work } from "./steps.ts";
import { showSteps, showTerms, showUnder, stepRows, termGrid, termsHead, VERDICT } from "./sum.ts";

const dataOf = (state: State): MapData => state.data as MapData; // this view shows no others

export const MAP_VIEW: View = {
  build(state) {
    const { root } = state;
    const data = dataOf(state);
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
      </div>`,
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
    const data = dataOf(state);
    if (isUnrolled(data)) trace(state);
    const { y, x, size } = windowOn(data, { row, column });
    const { top, left } = padded(data);
    const [tall, wide] = data.kind === "average" ? [data.height, data.width] : [size, size];
    frame(svgOf(plateOf(root, "input")), y + top, x + left, tall, wide);
    const other = root.querySelector<HTMLElement>('[data-name="other"]');
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
    const data = dataOf(state);
    const cell = plateCell(point, element);
    const side = element.dataset.side;
    if (side === "out") return cell;
    if (side === "pool") {
      // A cell of the pooled map stands for the first cell of its window.
      const stage = data.stages[Number(element.dataset.stage)];
      return stage?.kind === "window" ? { row: cell.row * stage.stride, column: cell.column * stage.stride } : null;
    }
    if (isUnrolled(data)) return null;
    if (!isWindow(data)) return cell;
    const { top, left } = element.dataset.name === "input" ? padded(data) : { top: 0, left: 0 };
    const middle = (data.window - 1) / 2;
    return {
      row: Math.round((cell.row - top + data.zeros[0] - middle) / data.stride),
      column: Math.round((cell.column - left + data.zeros[1] - middle) / data.stride),
    };
  },
};

const outputTitle = (data: MapData): string =>
  data.vector
    ? `All ${lengthOf(data)} values of ${data.layer}`
    : `<em>${escapeHtml(mapName(data))}</em> of ${data.layer}`;

function inputTitle(data: MapData, state: State): string {
  const from = data.sources[0];
  if (data.kind === "kernel") return `<em>${sourceName(data, sentAt(data, shownPlace(state)))}</em> of ${from}`;
  if (isUnrolled(data)) return `<em data-traced></em> of ${from}`;
  return data.vector ? `All ${lengthOf(data)} values of ${from}` : `<em>${escapeHtml(mapName(data))}</em> of ${from}`;
}

function otherPlate(data: MapData): string {
  if (data.kind !== "elementwise" || !takesSecond(data.first)) return "";
  const { second } = data.first;
  return plate("other", "in", escapeHtml(second), data.height, data.width, second);
}

function stagePlate(stage: Stage, i: number): string {
  const side = stage.kind === "window" ? "pool" : "out";
  return `<figure class="small"><figcaption><button type="button" class="link" data-go-layer="${stage.layer}"
      title="Open ${stage.layer}">${stage.layer}</button></figcaption>
    <div class="plate" data-name="stage${i}" data-side="${side}" data-stage="${i}"><canvas aria-hidden="true"></canvas>
      <svg preserveAspectRatio="none" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg></div></figure>`;
}

function paintStage(root: HTMLElement, data: MapData, stage: Stage, i: number): void {
  const array = arrayOf(data, `stage${i}`);
  const [tall, wide] = array.shape as [number, number];
  const element = plateOf(root, `stage${i}`);
  element.style.aspectRatio = `${wide}/${tall}`;
  setAttributes(svgOf(element), { viewBox: `0 0 ${wide} ${tall}` });
  paintArray(canvasOf(element), array, stage.scale);
}

function placeShown(state: State): number {
  const { data } = state;
  if (data.kind === "kernel") return shownPlace(state);
  return data.sent.length > 1 && state.traced !== null ? data.sent.indexOf(state.traced) : 0;
}

// The map that a flattened or averaged value comes from is painted when the cell moves on to another.

function trace(state: State): void {
  const data = dataOf(state);
  if (!isUnrolled(data)) return;
  const { channel } = originOf(data, state);
  if (state.traced === channel) return;
  state.traced = channel;
  const place = data.sent.indexOf(channel);
  if (place >= 0) paintInput(state.root, data, place);
  find(state.root, "[data-traced]").textContent = place >= 0 ? `map ${channel}` : `map ${channel} (too many to show)`;
}
