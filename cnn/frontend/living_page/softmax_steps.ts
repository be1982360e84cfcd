// What the component that writes softmax out shows of ten scores; in the app, Python sends it (cnn/web/app/softmax_bars.py).
import { addUp, exact, largest, written } from "../shared/numbers.ts";
import type { SoftmaxData } from "../softmax_bars.ts";

export function softmaxSteps(
  scores: Float32Array,
  names: string[],
  colours: SoftmaxData["colours"],
  temperature = 1,
): SoftmaxData {
  const all = [...scores];
  const powers = all.map((score) => Math.exp(score / temperature));
  const total = addUp(powers);
  const most = Math.max(...all);
  const safe = all.map((score) => Math.exp((score - most) / temperature)); // powers may be too large for a number
  const sum = addUp(safe);
  const shares = safe.map((power) => power / sum);
  const reach = Math.max(...all.map(Math.abs)) || 1;
  return {
    names,
    scores: all.map(written),
    exponents: all.map((score) => written(score / temperature)),
    powers: powers.map(written),
    total: written(total),
    shares: shares.map(written),
    exact: shares.map(exact),
    whole: written(addUp(shares)),
    bars: all.map((score) => score / reach),
    widths: shares,
    temperature: temperature === 1 ? "" : String(Number(temperature.toPrecision(6))),
    best: largest(shares),
    colours,
  };
}
