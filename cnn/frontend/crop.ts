// @ts-nocheck
// A photo and the square that the network gets: drag it, pull its corner, or use the keys and the slider.
// Data: one safetensors blob (see crop.py). Back to Python goes where the square is, a few times a second.
import { openBlob } from "./shared/blob.ts";

const EVERY = 70; // milliseconds between two moves that are sent while dragging
const states = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const place = parentElement.querySelector(".crop");
  const state = states.get(place) ?? begin(place);
  const { facts, array } = openBlob(data);
  state.send = () => setStateValue("moved", [facts.key, ...state.crop, facts.placed]);
  if (state.facts?.key !== facts.key) showPicture(place, array("preview").values, facts);
  if (state.facts?.key !== facts.key || state.facts.placed !== facts.placed) state.crop = [...facts.crop];
  state.facts = facts;
  draw(place, state);
}

function begin(place) {
  const state = { crop: [0, 0, 1], grip: null, sent: 0, timer: 0 };
  states.set(place, state);
  place.innerHTML = `
    <div class="plate" tabindex="0" role="application">
      <img alt="" draggable="false">
      <div class="square"><i class="corner" title="Pull to change the size"></i></div>
    </div>
    <label class="size"><span>Size</span><input type="range" aria-label="Size of the square"></label>`;
  listen(place, state);
  return state;
}

function showPicture(place, bytes, facts) {
  const image = place.querySelector("img");
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  const plate = place.querySelector(".plate");
  plate.style.aspectRatio = `${facts.width} / ${facts.height}`;
  plate.style.width = `min(100%, ${(26 * facts.width) / facts.height}rem)`;
  plate.setAttribute(
    "aria-label",
    `${facts.label}. The square is what the network gets: drag it, or arrow keys to move, plus and minus for the size.`,
  );
}

const within = (value, low, high) => Math.min(Math.max(Math.round(value), low), high);
const most = (facts) => Math.min(facts.width, facts.height);

function put(place, state, left, top, side) {
  const { facts } = state;
  const size = within(side, facts.least, most(facts));
  const next = [within(left, 0, facts.width - size), within(top, 0, facts.height - size), size];
  if (next.every((value, i) => value === state.crop[i])) return;
  state.crop = next;
  draw(place, state);
  const wait = state.sent + EVERY - performance.now();
  clearTimeout(state.timer);
  if (wait <= 0) send(state);
  else state.timer = setTimeout(() => send(state), wait);
}

function send(state) {
  state.sent = performance.now();
  state.send();
}

function draw(place, { facts, crop: [left, top, side] }) {
  const square = place.querySelector(".square");
  square.style.left = `${(100 * left) / facts.width}%`;
  square.style.top = `${(100 * top) / facts.height}%`;
  square.style.width = `${(100 * side) / facts.width}%`;
  const range = place.querySelector("input");
  range.min = facts.least;
  range.max = most(facts);
  range.value = side;
  range.disabled = facts.least === most(facts);
  place.dataset.crop = [left, top, side].join(" ");
}

function listen(place, state) {
  const plate = place.querySelector(".plate");
  const at = (event) => {
    const box = plate.getBoundingClientRect();
    const scale = state.facts.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  plate.onpointerdown = (event) => {
    if (event.button) return;
    plate.setPointerCapture(event.pointerId);
    const [x, y] = at(event);
    let [left, top, side] = state.crop;
    const corner = event.target.classList.contains("corner");
    if (!corner && (x < left || y < top || x > left + side || y > top + side)) {
      put(place, state, x - side / 2, y - side / 2, side); // outside: the square jumps there
      [left, top, side] = state.crop;
    }
    state.grip = { corner, x, y, left, top, side };
  };
  plate.onpointermove = (event) => {
    const grip = state.grip;
    if (!grip) return;
    const [x, y] = at(event);
    if (!grip.corner) return put(place, state, grip.left + x - grip.x, grip.top + y - grip.y, grip.side);
    const room = Math.min(state.facts.width - grip.left, state.facts.height - grip.top);
    const pulled = grip.side + (x - grip.x + y - grip.y) / 2;
    put(place, state, grip.left, grip.top, Math.min(pulled, room));
  };
  plate.onpointerup = plate.onpointercancel = () => (state.grip = null);
  plate.onkeydown = (event) => press(event, place, state);
  place.querySelector("input").oninput = (event) => resize(place, state, Number(event.target.value));
}

// Around the middle
function resize(place, state, side) {
  const [left, top, before] = state.crop;
  put(place, state, left + (before - side) / 2, top + (before - side) / 2, side);
}

const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function press(event, place, state) {
  if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own
  const [left, top, side] = state.crop;
  const step = Math.max(1, Math.round(state.facts.width / 40));
  const more = { "+": 1, "=": 1, "-": -1 }[event.key];
  const [right, down] = KEYS[event.key] ?? [0, 0];
  if (!more && !right && !down) return;
  event.preventDefault();
  if (more) resize(place, state, side + more * step * 2);
  else put(place, state, left + right * step, top + down * step, side);
}
