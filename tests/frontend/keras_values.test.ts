// When Keras is asked for its values: where the inspector is in sight, at once for a new question, then every half second
// until they have come.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import kerasValues from "../../cnn/frontend/keras_values.ts";

let place: HTMLElement;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  place = document.createElement("div");
  place.innerHTML = '<div class="desk"></div>';
  document.body.append(place);
  globalThis.cnnLabInspected = false;
});

afterEach(() => {
  place.remove();
  vi.advanceTimersByTime(2000);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** The blob that Python sends while Keras has not answered a question, or when it has. */
function answer(question: string, again: boolean): Uint8Array {
  const facts = JSON.stringify({ question, cell: null, message: "", again });
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { facts } }));
  const blob = new Uint8Array(8 + header.length);
  new DataView(blob.buffer).setBigUint64(0, BigInt(header.length), true);
  blob.set(header, 8);
  return blob;
}

function draw(question: string, again = true): () => void {
  return kerasValues({
    name: "",
    key: "",
    data: answer(question, again),
    parentElement: place,
    setStateValue: () => undefined,
    setTriggerValue: (name) => asked.push(`${name} ${question}`),
  }) as () => void;
}

function comeIntoSight(): void {
  globalThis.cnnLabInspected = true;
  document.dispatchEvent(new CustomEvent("cnn-lab-inspected"));
}

test("values out of sight are not asked for, and those that come into sight are at once", () => {
  const end = draw("cat/conv1/0");
  vi.advanceTimersByTime(5000);
  expect(asked).toEqual([]);
  comeIntoSight();
  expect(asked).toEqual(["again cat/conv1/0"]);
  globalThis.cnnLabInspected = false;
  vi.advanceTimersByTime(5000);
  expect(asked).toHaveLength(1);
  end();
});

test("a new question in sight is asked at once, and again every half second until it is answered", () => {
  globalThis.cnnLabInspected = true;
  draw("dog/conv1/0");
  vi.advanceTimersByTime(1);
  expect(asked).toEqual(["again dog/conv1/0"]);
  draw("dog/conv1/0"); // Python says that it is being computed
  vi.advanceTimersByTime(499);
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(asked).toHaveLength(2);
  const end = draw("dog/conv1/0", false);
  vi.advanceTimersByTime(5000);
  comeIntoSight();
  expect(asked).toHaveLength(2);
  end();
});
