// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function makeButton(parent, name, text, label = "") {
  const button = make("button", parent, name, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  return button;
}

// cnn/frontend/page_tools.ts
var SHEET = [718, 1047];
var LEAST = 0.45;
var SPARE = 0.99;
function onPaper(wide, tall) {
  const [short, long] = SHEET;
  const upright = Math.min(short / wide, SPARE * long / tall, 1);
  const lying = Math.min(long / wide, SPARE * short / tall, 1);
  if (Math.max(upright, lying) < LEAST) return { zoom: Math.min(short / wide, 1), landscape: false };
  return { zoom: Math.max(upright, lying), landscape: lying > upright };
}
var STYLE = "cnn-lab-print";
function printRules() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === "print").map((rule) => rule.cssText.replace("@media print", "@media all")).join("\n");
}
function prepare() {
  const page = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (!page) return;
  const { paddingLeft, paddingRight } = getComputedStyle(page);
  const shown = page.offsetWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  const wide = Math.max(shown, SHEET[0]);
  const style = document.getElementById(STYLE) ?? document.head.appendChild(document.createElement("style"));
  style.id = STYLE;
  const width = `width: ${wide}px !important; max-width: none !important;`;
  style.textContent = `${printRules()} [data-testid="stMainBlockContainer"] { ${width} }`;
  const { zoom, landscape } = onPaper(wide, page.offsetHeight);
  style.textContent = `
    @page { size: A4 ${landscape ? "landscape" : "portrait"}; margin: 10mm; }
    @media print { [data-testid="stMainBlockContainer"] { zoom: ${zoom} !important; ${width} } }`;
}
var page_tools_default = lasting(function pageTools({ parentElement }) {
  const place = find(parentElement, ".tools");
  const button = place.querySelector("button") ?? makeButton(place, "", "Print this page");
  button.onclick = () => print();
  addEventListener("beforeprint", prepare);
  return () => removeEventListener("beforeprint", prepare);
});
export {
  page_tools_default as default,
  onPaper
};
