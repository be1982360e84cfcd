// A photo and the square that the network gets: drag it, pull its corner, or use the keys and the slider.
// The position of the square is sent to Python a few times per second.
import { openBlob } from "./shared/blob.ts";
import { find, type Mount } from "./shared/dom.ts";
import { ARROWS, byHand, holds, withModifier } from "./shared/input.ts";
import { clamp } from "./shared/numbers.ts";

const EVERY = 70; // milliseconds between two moves that are sent while dragging

interface Facts {
  key: string;
  crop: [number, number, number];
  placed: number;
  label: string;
  width: number;
  height: number;
  least: number;
}

interface Grip {
  corner: boolean;
  x: number;
  y: number;
  left: number;
  top: number;
  side: number;
}

interface State {
  place: HTMLElement;
  facts: Facts | null;
  crop: [number, number, number]; // left, top, side in pixels of the photo
  grip: Grip | null;
  sent: number; // when, in milliseconds
  timer: number;
  send: () => void;
}

const states = new WeakMap<HTMLElement, State>();

export default function crop({ data, parentElement, setStateValue }: Mount<Uint8Array>): void {
  const place = find(parentElement, ".crop");
  const state = states.get(place) ?? begin(place);
  const blob = openBlob<Facts>(data);
  const { facts } = blob;
  state.send = () => setStateValue("moved", [facts.key, ...state.crop, facts.placed]);
  const another = state.facts?.key !== facts.key;
  if (another) showPhoto(place, blob.bytes("preview").values, facts);
  if (another || state.facts?.placed !== facts.placed) state.crop = [...facts.crop];
  state.facts = facts;
  draw(state, facts);
}

function begin(place: HTMLElement): State {
  const state: State = { place, facts: null, crop: [0, 0, 1], grip: null, sent: 0, timer: 0, send: () => undefined };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <img alt="" draggable="false">
      <div class="square"><i class="corner"></i></div>
    </div>
    <label class="size"><span>Size</span><input type="range" aria-label="Size of the square"></label>`;
  listen(state);
  return state;
}

function showPhoto(place: HTMLElement, bytes: Uint8Array, facts: Facts): void {
  const image = find<HTMLImageElement>(place, "img");
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/jpeg" }));
  const plate = find(place, ".plate");
  plate.style.aspectRatio = `${facts.width} / ${facts.height}`;
  plate.style.width = `min(100%, ${(26 * facts.width) / facts.height}rem)`;
  const keys = byHand("drag it, or arrow keys to move, plus and minus for the size", "drag it, or pull its corner");
  plate.setAttribute("aria-label", `${facts.label}. The square is what the network gets: ${keys}.`);
}

const largestSide = (facts: Facts): number => Math.min(facts.width, facts.height);

function put(state: State, left: number, top: number, side: number): void {
  const { facts } = state;
  if (!facts) return;
  const within = (value: number, low: number, high: number) => clamp(Math.round(value), low, high);
  const size = within(side, facts.least, largestSide(facts));
  const next: State["crop"] = [within(left, 0, facts.width - size), within(top, 0, facts.height - size), size];
  if (next.every((value, i) => value === state.crop[i])) return;
  state.crop = next;
  draw(state, facts);
  const wait = state.sent + EVERY - performance.now();
  clearTimeout(state.timer);
  if (wait <= 0) send(state);
  else state.timer = window.setTimeout(() => send(state), wait);
}

function send(state: State): void {
  state.sent = performance.now();
  state.send();
}

function draw({ place, crop: [left, top, side] }: State, facts: Facts): void {
  const square = find(place, ".square");
  square.style.left = `${(100 * left) / facts.width}%`;
  square.style.top = `${(100 * top) / facts.height}%`;
  square.style.width = `${(100 * side) / facts.width}%`;
  const range = find<HTMLInputElement>(place, "input");
  range.min = String(facts.least);
  range.max = String(largestSide(facts));
  range.value = String(side);
  range.disabled = facts.least === largestSide(facts);
  place.dataset.crop = [left, top, side].join(" ");
}

function listen(state: State): void {
  const { place } = state;
  const plate = find(place, ".plate");
  const square = find(place, ".square");
  const corner = find(place, ".corner");
  const at = (event: PointerEvent): [number, number] => {
    const box = plate.getBoundingClientRect();
    const scale = (state.facts?.width ?? 0) / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  // By touch, only a drag that begins on the square moves it; beside it, a swipe scrolls and a tap takes it there.
  plate.style.touchAction = "pan-x pan-y pinch-zoom";
  plate.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (touch && event.touches.length === 1 && (holds(square, touch) || holds(corner, touch))) event.preventDefault();
    },
    { passive: false },
  );
  plate.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return;
    const mouse = event.pointerType === "mouse";
    const onCorner = mouse ? event.target === corner : holds(corner, event);
    if (!mouse && !onCorner && !holds(square, event)) return;
    plate.setPointerCapture(event.pointerId);
    if (mouse && !onCorner) jump(state, at(event));
    const [left, top, side] = state.crop;
    const [x, y] = at(event);
    state.grip = { corner: onCorner, x, y, left, top, side };
  };
  plate.onclick = (event) => jump(state, at(event as PointerEvent));
  plate.onpointermove = (event) => {
    const { grip, facts } = state;
    if (!grip || !facts) return;
    const [x, y] = at(event);
    if (!grip.corner) {
      put(state, grip.left + x - grip.x, grip.top + y - grip.y, grip.side);
      return;
    }
    const room = Math.min(facts.width - grip.left, facts.height - grip.top);
    const pulled = grip.side + (x - grip.x + y - grip.y) / 2;
    put(state, grip.left, grip.top, Math.min(pulled, room));
  };
  plate.onpointerup = plate.onpointercancel = () => {
    state.grip = null;
  };
  plate.onkeydown = (event) => press(event, state);
  const range = find<HTMLInputElement>(place, "input");
  range.oninput = () => resize(state, Number(range.value));
}

// A press outside moves the square there.
function jump(state: State, [x, y]: [number, number]): void {
  const [left, top, side] = state.crop;
  if (x < left || y < top || x > left + side || y > top + side) put(state, x - side / 2, y - side / 2, side);
}

// Around the middle
function resize(state: State, side: number): void {
  const [left, top, before] = state.crop;
  put(state, left + (before - side) / 2, top + (before - side) / 2, side);
}

function press(event: KeyboardEvent, state: State): void {
  if (withModifier(event)) return; // the browser's own
  const [left, top, side] = state.crop;
  const step = Math.max(1, Math.round((state.facts?.width ?? 0) / 40));
  const more = { "+": 1, "=": 1, "-": -1 }[event.key];
  const arrow = ARROWS[event.key];
  if (!more && !arrow) return;
  event.preventDefault();
  if (more) resize(state, side + more * step * 2);
  else if (arrow) put(state, left + arrow[1] * step, top + arrow[0] * step, side);
}
