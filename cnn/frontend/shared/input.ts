// Pointer, touch and keyboard, in one way for all components. By mouse, hovering moves and a click chooses. By touch,
// a swipe scrolls the page, a drag that begins on the handle (the cell or window) moves it, a tap chooses, and a long
// press shows what a tooltip shows.
import { zoomOf } from "./dom.ts";
import { clamp } from "./numbers.ts";

const LONG_PRESS = 500; // milliseconds
export const STILL = 10; // pixels a finger may move and still be pressing, not swiping
const FINGER = 44; // pixels: what a finger can aim at

export const canHover = (): boolean => matchMedia("(hover: hover)").matches;
export const prefersCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The words for the hand that this device has. */
export const byHand = (mouse: string, touch: string): string => (canHover() ? mouse : touch);

export interface Point {
  clientX: number;
  clientY: number;
}

export interface Cell {
  row: number;
  column: number;
}

/** The cell of a grid of `rows` × `columns` under a point, kept inside it. */
export function cellUnder(point: Point, grid: Element, rows: number, columns: number): Cell {
  const box = grid.getBoundingClientRect();
  const at = (share: number, count: number) => clamp(Math.floor(share * count), 0, count - 1);
  return {
    row: at((point.clientY - box.top) / box.height, rows),
    column: at((point.clientX - box.left) / box.width, columns),
  };
}

/** Row and column steps of the arrow keys. */
export const ARROWS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export const isEnter = (event: KeyboardEvent): boolean => event.key === "Enter" || event.key === " ";
export const withModifier = (event: KeyboardEvent | MouseEvent): boolean =>
  event.ctrlKey || event.metaKey || event.altKey;

export interface Hands {
  /** The element that moves with the chosen cell (a frame, a window), if there is one now. */
  handle?: () => Element | null;
  /** A mouse passes over. */
  hover?: (point: Point) => void;
  /** The mouse has gone. */
  leave?: () => void;
  /** The handle is dragged, by finger; by mouse too where `mouseDrags`. */
  drag?: (point: Point) => void;
  /** Any press begins, before it is known what becomes of it. */
  press?: (point: Point) => void;
  /** A click, or a tap. */
  choose?: (point: Point) => void;
}

/** Give an element its hands; a second call for the same element replaces the first. */
export function handle(element: HTMLElement, hands: Hands): void {
  known.set(element, hands);
  if (element.dataset.hands) return;
  element.dataset.hands = "true";
  element.style.touchAction = "pan-x pan-y pinch-zoom";
  const now = () => known.get(element) ?? {};
  let dragged: number | null = null;

  // Whether a touch scrolls is settled when it begins: on the handle it does not.
  element.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (event.touches.length === 1 && touch && now().drag && holds(now().handle?.() ?? null, touch)) {
        event.preventDefault();
      }
    },
    { passive: false },
  );
  element.addEventListener("pointerdown", (event) => {
    now().press?.(event);
    if (event.pointerType === "mouse" || !event.isPrimary || !holds(now().handle?.() ?? null, event)) return;
    if (!now().drag) return;
    dragged = event.pointerId;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") now().hover?.(event);
    else if (event.pointerId === dragged) now().drag?.(event);
  });
  const end = (event: PointerEvent) => {
    if (event.pointerId === dragged) dragged = null;
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") now().leave?.();
  });
  element.addEventListener("click", (event) => now().choose?.(event));
}

const known = new WeakMap<HTMLElement, Hands>();

/** Whether a point lies on an element, taken at least as large as a finger. */
export function holds(element: Element | null, { clientX, clientY }: Point): boolean {
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const across = Math.max(0, FINGER - box.width) / 2;
  const down = Math.max(0, FINGER - box.height) / 2;
  return (
    clientX >= box.left - across &&
    clientX <= box.right + across &&
    clientY >= box.top - down &&
    clientY <= box.bottom + down
  );
}

const SHEET = `
  position: fixed; z-index: 1000; max-width: min(20rem, 90vw); padding: 0.5rem 0.7rem; border-radius: 0.4rem;
  background: var(--st-text-color); color: var(--st-background-color); font: 0.9rem/1.35 var(--st-font);
  pointer-events: none; border: 1px solid CanvasText;`;

/** Let a long press on anything in `root` that has a title (or data-tip) show it, as hovering does; the next touch takes it away. */
export function showTitlesOnLongPress(root: HTMLElement): void {
  if (root.dataset.titles) return;
  root.dataset.titles = "true";
  let timer = 0;
  let start: Point | null = null;
  let shown: HTMLElement | null = null;
  const hide = () => {
    shown?.remove();
    shown = null;
  };
  const stop = () => clearTimeout(timer);
  root.addEventListener("pointerdown", (event) => {
    stop();
    hide();
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    start = event;
    const titled = (event.target as Element).closest<HTMLElement>("[title], [data-tip]");
    const text = titled?.title || titled?.dataset.tip;
    if (!text) return;
    timer = window.setTimeout(() => {
      shown = tooltip(root, text, event);
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) stop();
  });
  for (const kind of ["pointerup", "pointercancel"]) root.addEventListener(kind, stop);
  root.addEventListener("contextmenu", (event) => {
    if (shown) event.preventDefault(); // a long press opens a menu on some devices
  });
  // A press that showed a tooltip chooses nothing.
  root.addEventListener(
    "click",
    (event) => {
      if (!shown || (event as PointerEvent).pointerType === "mouse") return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}

function tooltip(root: HTMLElement, text: string, { clientX, clientY }: Point): HTMLElement {
  const box = document.createElement("div");
  box.setAttribute("role", "tooltip");
  box.className = "long-press";
  box.style.cssText = SHEET;
  box.textContent = text;
  root.append(box);
  const { width, height } = box.getBoundingClientRect();
  const zoom = zoomOf(box);
  box.style.left = `${clamp(clientX - width / 2, 8, Math.max(innerWidth - width - 8, 8)) / zoom}px`;
  const above = clientY - height - 28; // above the finger
  box.style.top = `${(above > 8 ? above : clientY + 28) / zoom}px`;
  return box;
}
