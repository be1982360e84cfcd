// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// cnn/frontend/shared/colours.ts
var DARK_INK = "#000000";
var LIGHT_INK = "#FFFFFF";
var BRIGHT = 0.179;
function rgb(text) {
  const channel = (from) => Number.parseInt(text.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
function mix(one, other, share) {
  const channel = (i) => Math.round(one[i] + (other[i] - one[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
function luminance(colour) {
  const linear = (c) => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}
var inkOn = (ground) => luminance(ground) > BRIGHT ? DARK_INK : LIGHT_INK;
var css = (colour) => `rgb(${colour.join(",")})`;
function paintGround(element, colour) {
  element.style.background = css(colour);
  element.style.color = inkOn(colour);
}

// cnn/frontend/shared/dom.ts
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
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

// cnn/frontend/kernel_editor.ts
function kernelEditor({ data, parentElement, setTriggerValue }) {
  const place = find(parentElement, ".kernel");
  const size = data.values.length;
  place.setAttribute("aria-label", data.label);
  if (place.children.length !== size * size) build(place, size);
  const values = data.values.map((row) => [...row]);
  [...place.children].forEach((element, i) => {
    const field = element;
    const [row, column] = [Math.floor(i / size), i % size];
    const line = values[row];
    const redraw = () => show(field, data, data.before[row]?.[column] ?? 0, line[column] ?? 0);
    redraw();
    field.onchange = () => {
      const number = Number(field.value);
      if (field.value.trim() !== "" && Number.isFinite(number)) {
        line[column] = clamp(number, -data.most, data.most);
        setTriggerValue("kernel", values);
      }
      redraw();
    };
  });
}
function build(place, size) {
  place.replaceChildren();
  place.style.setProperty("--n", String(size));
  for (let i = 0; i < size * size; i++) {
    const field = make("input", place);
    Object.assign(field, { type: "number", step: "0.05", inputMode: "decimal" });
    setAttributes(field, { "aria-label": `row ${Math.floor(i / size)}, column ${i % size}` });
  }
}
function show(field, data, before, value) {
  const [below, ground, above] = data.colours.map(rgb);
  const share = data.reach > 0 ? Math.min(Math.abs(value) / data.reach, 1) : 0;
  paintGround(field, mix(ground, value < 0 ? below : above, share));
  const text = String(Number(value.toPrecision(3)));
  if (field.value !== text) field.value = text;
  field.title = `${value}, trained: ${before}`;
  field.classList.toggle("changed", value !== before);
}
export {
  kernelEditor as default
};
