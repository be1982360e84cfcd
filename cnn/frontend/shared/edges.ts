// Where a box goes on beyond its left or right edge, a shade and a button say so; the button scrolls there.
import { makeButton } from "./dom.ts";

const STEP = 0.6; // of what is in sight

/**
 * Mark `marked` with the classes "before" and "after" while `box`, which scrolls sideways in `frame`, goes on there.
 *
 * Returns what to call when the size of the content has changed; scrolling and the size of the box are seen to here.
 */
export function markEdges(
  marked: HTMLElement,
  frame: HTMLElement,
  box: HTMLElement,
  earlier: string,
  later: string,
): () => void {
  const look = () => {
    const room = box.scrollWidth - box.clientWidth;
    marked.classList.toggle("before", box.scrollLeft > 4);
    marked.classList.toggle("after", box.scrollLeft < room - 4);
  };
  for (const [name, text, label, way] of [
    ["scroll back", "‹", earlier, -STEP],
    ["scroll on", "›", later, STEP],
  ] as const) {
    const button = makeButton(frame, name, text, label);
    button.tabIndex = -1; // the keyboard scrolls to what has the focus
    button.onclick = () => box.scrollBy({ left: way * box.clientWidth });
  }
  box.addEventListener("scroll", look);
  new ResizeObserver(look).observe(box);
  return look;
}
