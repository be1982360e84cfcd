// A picture on which a rectangle is drawn by dragging; a click, or Enter, covers a small square there. By touch, a tap
// puts the square down, a drag that begins on it moves it, and a second tap on it covers what lies under it.
// Only the position of the patch is sent to Python.
import { openBlob } from "./shared/blob.ts";
import { paintPicture } from "./shared/canvas.ts";
import { find, findAll, type Mount, setAttributes } from "./shared/dom.ts";
import { ARROWS, byHand, type Cell, cellUnder, holds, isEnter } from "./shared/input.ts";
import { clamp } from "./shared/numbers.ts";

const SIDE = 32;
const SQUARE = 8; // what a click or Enter covers

interface Box {
  top: number;
  left: number;
  height: number;
  width: number;
}

interface State {
  place: HTMLElement;
  start: Cell | null; // of a rectangle that is being drawn
  finger: number | null; // the pointer that moves the square
  box: Box; // of the keyboard, and of the finger
  laid: boolean; // a finger has put the square down
  send: (cover: Box) => void;
}

const states = new WeakMap<HTMLElement, State>();

export default function patch({ data, parentElement, setTriggerValue }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".patch");
  const state = states.get(place) ?? begin(place);
  state.send = (cover) => setTriggerValue("cover", cover);
  const { facts, bytes } = openBlob<{ label: string }>(data);
  paintPicture(find<HTMLCanvasElement>(place, "canvas"), bytes("pixels").values, SIDE, SIDE);
  const how = byHand("Drag to cover a part; or arrow keys and Enter, plus and minus for the size.", HOW_TOUCH);
  find(place, ".plate").setAttribute("aria-label", `${facts.label}. ${how}`);
}

const HOW_TOUCH = "Tap to place the square, drag it, and tap it again to cover what is under it.";

function begin(place: HTMLElement): State {
  const box = { top: 12, left: 12, height: SQUARE, width: SQUARE };
  const state: State = { place, start: null, finger: null, box, laid: false, send: () => undefined };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <canvas width="${SIDE}" height="${SIDE}" aria-hidden="true"></canvas>
      <svg viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true"><rect class="halo"/><rect class="frame"/></svg>
    </div>
    <p class="words" aria-live="polite"></p>`;
  listen(state);
  draw(place, null);
  return state;
}

function draw(place: HTMLElement, box: Box | null): void {
  for (const rect of findAll<SVGRectElement>(place, "rect")) {
    rect.style.display = box ? "" : "none";
    if (box) setAttributes(rect, { x: box.left, y: box.top, width: box.width, height: box.height });
  }
  find(place, ".words").textContent = box
    ? `${box.height}×${box.width}, from row ${box.top}, column ${box.left}`
    : byHand("Drag over the picture to cover a part.", HOW_TOUCH);
}

function between(a: Cell, b: Cell): Box {
  const [top, left] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { top, left, height: Math.abs(a.row - b.row) + 1, width: Math.abs(a.column - b.column) + 1 };
}

/** The square around a cell, inside the picture. */
function around({ row, column }: Cell, size = SQUARE): Box {
  const from = (at: number) => clamp(at - Math.floor(size / 2), 0, SIDE - size);
  return { top: from(row), left: from(column), height: size, width: size };
}

function listen(state: State): void {
  const { place } = state;
  const plate = find(place, ".plate");
  const square = () => (state.laid ? find(place, ".frame") : null);
  const cell = (event: PointerEvent | MouseEvent) => cellUnder(event, plate, SIDE, SIDE);
  plate.style.touchAction = "pan-x pan-y pinch-zoom";
  plate.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (touch && event.touches.length === 1 && holds(square(), touch)) event.preventDefault();
    },
    { passive: false },
  );
  let moved = false;
  plate.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return;
    if (event.pointerType === "mouse") {
      plate.setPointerCapture(event.pointerId);
      state.start = cell(event);
      draw(place, between(state.start, state.start));
    } else if (holds(square(), event)) {
      plate.setPointerCapture(event.pointerId);
      state.finger = event.pointerId;
      moved = false;
    }
  };
  plate.onpointermove = (event) => {
    if (state.start) draw(place, between(state.start, cell(event)));
    if (event.pointerId !== state.finger) return;
    const box = around(cell(event), state.box.height);
    if (box.top === state.box.top && box.left === state.box.left) return;
    moved = true;
    state.box = box;
    draw(place, box);
  };
  plate.onpointerup = (event) => {
    if (state.start) {
      const box = between(state.start, cell(event));
      cover(state, box.height * box.width === 1 ? around(state.start) : box);
    } else if (event.pointerId === state.finger) {
      state.finger = null;
      if (!moved) cover(state, { ...state.box });
    }
  };
  plate.onclick = (event) => {
    if ((event as PointerEvent).pointerType !== "touch" && (event as PointerEvent).pointerType !== "pen") return;
    state.laid = true;
    state.box = around(cell(event), state.box.height);
    draw(place, state.box);
  };
  plate.onpointercancel = () => drop(state);
  plate.onfocus = () => {
    if (plate.matches(":focus-visible")) draw(place, state.box);
  };
  plate.onblur = () => drop(state);
  plate.onkeydown = (event) => press(event, state);
}

function drop(state: State): void {
  Object.assign(state, { start: null, finger: null, laid: false });
  draw(state.place, null);
}

function cover(state: State, box: Box): void {
  drop(state);
  const context = find<HTMLCanvasElement>(state.place, "canvas").getContext("2d");
  if (context) {
    context.fillStyle = "rgb(128,128,128)"; // at once; the true fill follows from Python
    context.fillRect(box.left, box.top, box.width, box.height);
  }
  state.send(box);
}

function press(event: KeyboardEvent, state: State): void {
  const more = { "+": 1, "=": 1, "-": -1 }[event.key] ?? 0;
  const arrow = ARROWS[event.key];
  if (event.key === "Escape") {
    drop(state);
    return;
  }
  if (!arrow && !more && !isEnter(event)) return;
  event.preventDefault();
  if (isEnter(event)) {
    cover(state, { ...state.box });
    return;
  }
  const size = clamp(state.box.height + more, 1, SIDE);
  const [down, right] = arrow ?? [0, 0];
  const [top, left] = [state.box.top + down, state.box.left + right].map((at) => clamp(at, 0, SIDE - size));
  state.box = { top: top as number, left: left as number, height: size, width: size };
  draw(state.place, state.box);
}
