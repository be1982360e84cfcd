// Prints what a page shows on one sheet of A4, upright or lying, whichever leaves it larger. What would become too small
// to read is printed at the width of a sheet, on several.
import { find, type Mount, makeButton } from "./shared/dom.ts";

const SHEET = [718, 1047] as const; // CSS pixels of A4 within margins of 10 mm
const LEAST = 0.5; // smaller than that, text has less than 6 points

/** How to put `wide` × `tall` pixels on a sheet. */
export function onPaper(wide: number, tall: number): { zoom: number; landscape: boolean } {
  const [short, long] = SHEET;
  const upright = Math.min(short / wide, long / tall, 1);
  const lying = Math.min(long / wide, short / tall, 1);
  if (Math.max(upright, lying) < LEAST) return { zoom: Math.min(short / wide, 1), landscape: false };
  return { zoom: Math.max(upright, lying), landscape: lying > upright };
}

const STYLE = "cnn-lab-print";

function prepare(): void {
  const page = document.querySelector<HTMLElement>('[data-testid="stMainBlockContainer"]');
  if (!page) return;
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(page); // none of it on paper
  const wide = page.offsetWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  const tall = page.offsetHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
  const { zoom, landscape } = onPaper(wide, tall);
  const style = document.getElementById(STYLE) ?? document.head.appendChild(document.createElement("style"));
  style.id = STYLE;
  style.textContent = `
    @page { size: A4 ${landscape ? "landscape" : "portrait"}; margin: 10mm; }
    @media print {
      [data-testid="stMainBlockContainer"] { zoom: ${zoom}; width: ${wide}px !important; max-width: none !important; }
    }`;
}

export default function pageTools({ parentElement }: Mount<null>): () => void {
  const place = find(parentElement, ".tools");
  const button = place.querySelector("button") ?? makeButton(place, "", "Print this page");
  button.onclick = () => print();
  addEventListener("beforeprint", prepare);
  return () => removeEventListener("beforeprint", prepare);
}
