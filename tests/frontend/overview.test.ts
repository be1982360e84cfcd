// What the browser makes of a picture that was clicked on is what Python sends for it afterwards.
import { describe, expect, test } from "vitest";
import { computed } from "../../cnn/frontend/overview/computed.ts";
import type { Facts } from "../../cnn/frontend/overview/state.ts";
import { openBlob } from "../../cnn/frontend/shared/blob.ts";
import { forward, type Step } from "../../cnn/frontend/shared/forward.ts";
import { apart, blob, index } from "./python.ts";

const CLOSE = 1e-4;
const overview = (path: string) => openBlob<Facts>(blob(path));

function opened({ before, after, network }: (typeof index.overviews)[number]) {
  const made = openBlob<{ network: string; steps: Step[] }>(blob(network));
  const weights = new Map(made.names.map((name) => [name, made.floats(name).values]));
  const wanted = overview(after);
  const stamp = wanted.facts.stamp;
  const picture = {
    pixels: wanted.bytes("picture").values,
    digest: stamp.slice(stamp.lastIndexOf("/") + 1),
    truth: wanted.facts.truth,
  };
  const outputs = forward(made.facts.steps, weights, picture.pixels);
  return { sent: overview(before), wanted, values: { network: made.facts.network, picture, outputs } };
}

describe.each(index.overviews.map((one) => [one.before, one] as const))("%s", (_, one) => {
  const { sent, wanted, values } = opened(one);
  const found = computed(sent, values);

  test("the facts are Python's", () => {
    if (!found) throw new Error("nothing was computed");
    const { columns, ...rest } = found.facts;
    const { columns: theirs, ...others } = wanted.facts;
    expect(rest).toEqual(others);
    columns.forEach(({ low, high, ...column }, i) => {
      const { low: wantedLow, high: wantedHigh, ...told } = theirs[i] as (typeof columns)[number];
      expect(column).toEqual(told);
      expect(apart(low, wantedLow)).toBeLessThan(CLOSE);
      expect(apart(high, wantedHigh)).toBeLessThan(CLOSE);
    });
  });

  test("the maps and values are Python's", () => {
    for (const name of wanted.names) {
      const array = (from: typeof wanted) =>
        name.endsWith("/maps") || name.endsWith("/strength") || name === "picture"
          ? from.bytes(name)
          : from.floats(name);
      const [ours, theirs] = [array(found as typeof wanted), array(wanted)];
      expect(ours.shape).toEqual(theirs.shape);
      const limit = name.endsWith("/maps") ? 1 : CLOSE; // a byte on the edge may fall to either side
      ours.values.forEach((value, i) => {
        if (Math.abs(value - (theirs.values[i] as number)) > limit * Math.max(1, Math.abs(theirs.values[i] as number)))
          throw new Error(`${name}, ${i}: ${value}, not ${theirs.values[i]}`);
      });
    }
  });
});

describe("nothing is drawn that only Python can say", () => {
  const first = index.overviews[0] as (typeof index.overviews)[number];

  test("of another network", () => {
    const { sent, values } = opened(first);
    expect(computed(sent, { ...values, network: "run/70" })).toBeNull();
  });

  test("where the picture decides which maps stand in a column", () => {
    const { sent, values } = opened(first);
    sent.facts.byActivity = true;
    expect(computed(sent, values)).toBeNull();
  });

  test("where a value is no number", () => {
    const { sent, values } = opened(first);
    (values.outputs.get("scores") as { values: Float32Array }).values[3] = Number.NaN;
    expect(computed(sent, values)).toBeNull();
  });
});

test.each([
  ["warp", undefined],
  ["function", "mish"],
])("a layer that is not known (%s %s) is refused by name, not passed on unchanged", (op, name) => {
  const steps: Step[] = [
    { name: "input", op: "input", inputs: [], shape: [2] },
    { name: "late", op, inputs: ["input"], shape: [2], ...(name ? { function: name } : {}) },
  ];
  expect(() => forward(steps, new Map(), [0, 255])).toThrow(`The layer late cannot be computed here: “${name ?? op}”`);
});
