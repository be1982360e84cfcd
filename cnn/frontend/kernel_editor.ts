// The numbers of one kernel as fields; each has the colour of its number, and is sent when the field is left.
import { mix, paintGround, rgb } from "./shared/colours.ts";
import { find, type Mount, make, setAttributes } from "./shared/dom.ts";
import { clamp } from "./shared/numbers.ts";

interface Data {
  values: number[][];
  before: number[][]; // as trained
  label: string;
  reach: number; // the size that has the full colour
  most: number; // the largest size that is allowed
  colours: [string, string, string]; // below, zero, above
}

export default function kernelEditor({ data, parentElement, setTriggerValue }: Mount<Data>): void {
  const place = find(parentElement, ".kernel");
  const size = data.values.length;
  place.setAttribute("aria-label", data.label);
  if (place.children.length !== size * size) build(place, size);
  const values = data.values.map((row) => [...row]); // the numbers not typed anew keep all their digits
  [...place.children].forEach((element, i) => {
    const field = element as HTMLInputElement;
    const [row, column] = [Math.floor(i / size), i % size];
    const line = values[row] as number[];
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

function build(place: HTMLElement, size: number): void {
  place.replaceChildren();
  place.style.setProperty("--n", String(size));
  for (let i = 0; i < size * size; i++) {
    const field = make("input", place);
    Object.assign(field, { type: "number", step: "0.05", inputMode: "decimal" });
    setAttributes(field, { "aria-label": `row ${Math.floor(i / size)}, column ${i % size}` });
  }
}

function show(field: HTMLInputElement, data: Data, before: number, value: number): void {
  const [below, ground, above] = data.colours.map(rgb) as [
    ReturnType<typeof rgb>,
    ReturnType<typeof rgb>,
    ReturnType<typeof rgb>,
  ];
  const share = data.reach > 0 ? Math.min(Math.abs(value) / data.reach, 1) : 0;
  paintGround(field, mix(ground, value < 0 ? below : above, share));
  const text = String(Number(value.toPrecision(3)));
  if (field.value !== text) field.value = text;
  field.title = `${value}, trained: ${before}`;
  field.classList.toggle("changed", value !== before);
}
