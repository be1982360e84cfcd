// Prints what a page shows on one sheet of A4, upright or lying, whichever leaves it larger. What would become too small
// to read is printed at the width of a sheet, on several. It is on every page, and keeps the browser's history in order.
import { find, lasting, type Mount, makeButton } from "./shared/dom.ts";
import { oneEntryATurn } from "./shared/history.ts";

const SHEET = [718, 1047] as const; // CSS pixels of A4 within margins of 10 mm
const LEAST = 0.45; // smaller than that, text has less than 5.4 points
const SPARE = 0.99; // enlarged text is not broken into lines at exactly the same places

/** How to put `wide` × `tall` pixels on a sheet. */
export function onPaper(wide: number, tall: number): { zoom: number; landscape: boolean } {
  const [short, long] = SHEET;
  const upright = Math.min(short / wide, (SPARE * long) / tall, 1);
  const lying = Math.min(long / wide, (SPARE * short) / tall, 1);
  if (Math.max(upright, lying) < LEAST) return { zoom: Math.min(short / wide, 1), landscape: false };
  return { zoom: Math.max(upright, lying), landscape: lying > upright };
}

const STYLE = "cnn-lab-print";

// What paper hides takes no room: the page is measured under the rules that hold there.
function printRules(): string {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules
    .filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === "print")
    .map((rule) => (rule as CSSMediaRule).cssText.replace("@media print", "@media all"))
    .join("\n");
}

function prepare(): void {
  const page = document.querySelector<HTMLElement>('[data-testid="stMainBlockContainer"]');
  if (!page) return;
  const { paddingLeft, paddingRight } = getComputedStyle(page); // none of it on paper
  const shown = page.offsetWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  const wide = Math.max(shown, SHEET[0]); // from a phone, too, a sheet is filled
  const style = document.getElementById(STYLE) ?? document.head.appendChild(document.createElement("style"));
  style.id = STYLE;
  const width = `width: ${wide}px !important; max-width: none !important;`;
  style.textContent = `${printRules()} [data-testid="stMainBlockContainer"] { ${width} }`;
  const { zoom, landscape } = onPaper(wide, page.offsetHeight);
  style.textContent = `
    @page { size: A4 ${landscape ? "landscape" : "portrait"}; margin: 10mm; }
    @media print { [data-testid="stMainBlockContainer"] { zoom: ${zoom} !important; ${width} } }`;
}

export default lasting(function pageTools({ parentElement }: Mount<null>): () => void {
  oneEntryATurn(window);
  const place = find(parentElement, ".tools");
  const button = place.querySelector("button") ?? makeButton(place, "", "Print this page");
  button.onclick = () => print();
  addEventListener("beforeprint", prepare);
  return () => removeEventListener("beforeprint", prepare);
});
