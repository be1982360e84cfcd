// @ts-nocheck
// One kernel's numbers as fields; each is painted in the colour of its number, and sent when it is left.
export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".kernel");
  const size = data.values.length;
  place.setAttribute("aria-label", data.label);
  if (place.children.length !== size * size) build(place, size);
  const values = data.values.map((row) => [...row]); // the numbers not typed anew keep all their digits
  [...place.children].forEach((field, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    show(field, data, row, column, values[row][column]);
    field.onchange = () => {
      const number = Number(field.value);
      if (field.value.trim() === "" || !Number.isFinite(number))
        return show(field, data, row, column, values[row][column]);
      values[row][column] = Math.min(Math.max(number, -data.most), data.most);
      show(field, data, row, column, values[row][column]);
      setTriggerValue("kernel", values);
    };
  });
}

function build(place, size) {
  place.replaceChildren();
  place.style.setProperty("--n", size);
  for (let i = 0; i < size * size; i++) {
    const field = document.createElement("input");
    Object.assign(field, { type: "number", step: "0.05", inputMode: "decimal" });
    field.setAttribute("aria-label", `row ${Math.floor(i / size)}, column ${i % size}`);
    place.append(field);
  }
}

const rgb = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));

function show(field, data, row, column, value) {
  const [below, ground, above] = data.colours.map(rgb);
  const share = data.reach > 0 ? Math.min(Math.abs(value) / data.reach, 1) : 0;
  const paint = ground.map((low, i) => Math.round(low + ((value < 0 ? below : above)[i] - low) * share));
  const [red, green, blue] = paint.map((c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const text = String(Number(value.toPrecision(3)));
  if (field.value !== text) field.value = text;
  field.style.background = `rgb(${paint})`;
  field.style.color = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#1D1B18" : "#FFFFFF";
  field.title = `${value}, trained: ${data.before[row][column]}`;
  field.classList.toggle("changed", value !== data.before[row][column]);
}
