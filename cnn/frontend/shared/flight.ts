// What was chosen in one component and opens in another comes into view with one motion: the page scrolls as far as it
// must, and a copy of what was chosen travels to where it is shown. Where the system asks for less motion, the page is
// simply there.
import { prefersCalm } from "./input.ts";
import { clamp } from "./numbers.ts";

const MILLISECONDS = 650;
const MARGIN = 16; // pixels left between what is shown and the edge of the window
const INTERRUPTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** A map that was chosen: what shows it says `preventDefault` and lets it travel when it has it. */
export interface Choice {
  layer: string;
  channel: number;
  from: HTMLElement;
}

declare global {
  var cnnLabOpens: string | undefined; // a layer that was chosen on another page, which opens at it
}

export const CHOSEN = "cnn-lab-chosen";

/** Tell the page what was chosen; false where nothing on it shows that. */
export const tellChosen = (choice: Choice): boolean =>
  !document.dispatchEvent(new CustomEvent(CHOSEN, { detail: choice, cancelable: true }));

const scroller = (): HTMLElement | null => document.querySelector('[data-testid="stMain"]');

/** How far to scroll so that `box` stands between `top` and `bottom`; its upper edge counts where it is taller. */
export function distance(box: { top: number; bottom: number }, top: number, bottom: number): number {
  const down = box.bottom - bottom;
  if (down > 0) return Math.min(down, box.top - top);
  return Math.min(0, box.top - top);
}

/** Bring `area`, at least `tall` pixels from its top, into view, a copy of `from` travelling to `to`, which lies in it. */
export function bringIntoView(
  area: Element,
  from: HTMLElement | null = null,
  to: Element | null = null,
  tall = 0,
): void {
  const main = scroller();
  if (!main) return;
  const window = main.getBoundingClientRect();
  const { top, bottom } = area.getBoundingClientRect();
  const way = distance({ top, bottom: Math.max(bottom, top + tall) }, window.top + MARGIN, window.bottom - MARGIN);
  const start = main.scrollTop;
  if (prefersCalm()) {
    main.scrollTop = start + way;
    return;
  }
  const ghost = from && to ? copyOf(from) : null;
  const began = performance.now();
  const box = from?.getBoundingClientRect();
  let going = true;
  const stop = () => {
    going = false;
    ghost?.remove();
    for (const kind of INTERRUPTS) document.removeEventListener(kind, stop, true);
  };
  for (const kind of INTERRUPTS) document.addEventListener(kind, stop, { capture: true, passive: true });
  const frame = (now: number) => {
    if (!going) return;
    const share = clamp((now - began) / MILLISECONDS, 0, 1);
    const eased = share * share * (3 - 2 * share);
    main.scrollTop = start + way * eased;
    if (ghost && box && to) place(ghost, box, to.getBoundingClientRect(), eased, main.scrollTop - start);
    if (share < 1) requestAnimationFrame(frame);
    else stop();
  };
  requestAnimationFrame(frame);
}

function copyOf(from: HTMLElement): HTMLCanvasElement {
  const ghost = document.createElement("canvas");
  ghost.className = "cnn-lab-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.style.cssText = `position: fixed; z-index: 999; pointer-events: none; image-rendering: pixelated;
    outline: 3px solid ${getComputedStyle(from).getPropertyValue("--st-primary-color") || "Highlight"};`;
  if (from instanceof HTMLCanvasElement && from.width && from.height) {
    [ghost.width, ghost.height] = [from.width, from.height];
    ghost.getContext("2d")?.drawImage(from, 0, 0);
  }
  document.body.append(ghost);
  return ghost;
}

// The start moves with the page that scrolls, the end is where it stands by now.
function place(ghost: HTMLElement, from: DOMRect, to: DOMRect, share: number, scrolled: number): void {
  const mix = (one: number, other: number) => one + (other - one) * share;
  ghost.style.left = `${mix(from.left, to.left)}px`;
  ghost.style.top = `${mix(from.top - scrolled, to.top)}px`;
  ghost.style.width = `${mix(from.width, to.width)}px`;
  ghost.style.height = `${mix(from.height, to.height)}px`;
  ghost.style.opacity = String(share < 0.8 ? 1 : 5 * (1 - share));
}
