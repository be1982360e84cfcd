// Numbers as text, and small arithmetic that several components share.

const THRESHOLD = 1e-4; // relative; sums of float32 added in another order differ in their last digits

/** Whether two values of the same sum agree: |ours − theirs| ≤ 1e-4 × max(1, |theirs|). */
export const near = (ours: number, theirs: number): boolean =>
  Math.abs(ours - theirs) <= THRESHOLD * Math.max(1, Math.abs(theirs));

export const NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export function addUp(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

/** The place of the largest value: the first one where several are equal. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The typographic minus. */
export const minus = (text: string): string => text.replaceAll("-", "−");

const HUGE = 1e6; // from which on all digits would take too much room

/** A huge number so that it fits: −5.65e26. */
const short = (number: number): string => minus(number.toExponential(2).replace("e+", "e"));

/** A fixed number of decimals; what rounds to zero has no sign, and what is huge is written short. */
export function fixed(number: number, digits = 4): string {
  if (Math.abs(number) >= HUGE) return short(number);
  return minus(Math.abs(number) < 0.5 * 10 ** -digits ? (0).toFixed(digits) : number.toFixed(digits));
}

/** The same, in brackets where it is negative: for a factor or a summand. */
export function bracketed(number: number, digits = 4): string {
  const text = fixed(number, digits);
  return text.startsWith("−") ? `(${text})` : text;
}

/** A share in per cent, as cnn/core/shares.py writes it: what is neither none nor all is never 0 or 100 %. */
export function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  if (share > 0 && text === "0.0") return "< 0.1 %";
  return share < 1 && text === "100.0" ? "> 99.9 %" : `${text} %`;
}

/** All digits that a float32 holds. */
export const exact = (number: number): string => minus(String(Number(number.toPrecision(7))));

/** Three significant digits, trailing zeros dropped. */
export const significant = (number: number): string =>
  number === 0 ? "0" : minus(String(Number(number.toPrecision(3))));

/** Few characters, of one width where sizes are alike: 1.23, 12.3, 123, 1.2e−5, 1.8e7. */
export function compact(number: number): string {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return minus(number.toExponential(1).replace("e+", "e"));
  return minus(number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2));
}

/** More decimals the smaller a number is: 2 from 1 up, 3 from 0.1, else 4. */
export function adaptive(number: number): string {
  const size = Math.abs(number);
  if (size >= HUGE) return short(number);
  return number === 0 ? "0" : minus(number.toFixed(size >= 1 ? 2 : size >= 0.1 ? 3 : 4));
}

/** Thousands separated. */
export const grouped = (number: number): string => number.toLocaleString("en");

/** Three significant digits as one writes them, as cnn/core/numbers.py does: 0.832, 12,346, 1.20·10⁻⁷. */
export function written(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return minus(String(value));
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent > -4 && exponent < 5) {
    const digits = Math.max(0, 2 - exponent);
    return minus(value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  const [factor, power] = value.toExponential(2).split("e") as [string, string];
  const raised = String(Number(power)).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? "⁻");
  return minus(`${factor}·10${raised}`);
}
