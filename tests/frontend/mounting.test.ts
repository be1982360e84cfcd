// What Streamlit does to a component: it calls it for all new data, and ends a call that newer data have overtaken only
// after the newer call may have drawn.
import { afterEach, expect, test, vi } from "vitest";
import chartZoom from "../../cnn/frontend/chart_zoom.ts";
import timeMachine from "../../cnn/frontend/time_machine.ts";

afterEach(() => vi.useRealTimers());

function mount<Data>(place: HTMLElement, data: Data) {
  const nothing = () => undefined;
  return {
    name: "",
    key: "",
    data,
    parentElement: place,
    setStateValue: nothing,
    setTriggerValue: nothing,
  };
}

const saved = [1, 2, 3].map((epoch) => ({ step: 100 * epoch, epoch, accuracy: 0.2 * epoch, words: `after ${epoch}` }));
const facts = (shown: number) => ({ stops: saved, shown, asked: null, end: 3, note: "", live: false, newest: false });

test("a call that was overtaken takes nothing from the newer one", () => {
  const place = document.createElement("div");
  place.innerHTML = '<div class="time"></div>';
  const overtaken = timeMachine(mount(place, facts(100)));
  const last = timeMachine(mount(place, facts(200)));
  overtaken();
  timeMachine(mount(place, facts(300)));
  const sliders = place.querySelectorAll('[role="slider"]');
  expect([...sliders].map((slider) => slider.getAttribute("aria-valuetext"))).toEqual(["after 3"]);
  last();
  timeMachine(mount(place, facts(100)));
  expect(place.querySelectorAll('[role="slider"]')).toHaveLength(1);
});

test("a state whose accuracy is not known is marked otherwise than one at 0 %", () => {
  const place = document.createElement("div");
  place.innerHTML = '<div class="time"></div>';
  const first = { step: 0, epoch: 0, words: "before training" };
  timeMachine(mount(place, { ...facts(100), stops: [{ ...first, accuracy: null }, ...saved] }));
  expect(place.querySelectorAll(".stop")).toHaveLength(4);
  expect(place.querySelectorAll(".unmeasured")).toHaveLength(1);
  timeMachine(mount(place, { ...facts(100), stops: [{ ...first, accuracy: 0 }, ...saved] }));
  expect(place.querySelectorAll(".unmeasured")).toHaveLength(0);
});

test("a chart that is drawn a hundred times is listened to once, and not at all when it has gone", () => {
  vi.useFakeTimers();
  const place = document.createElement("div");
  const ends = Array.from({ length: 100 }, () => chartZoom(mount(place, { charts: ["loss"] })));
  expect(vi.getTimerCount()).toBe(1);
  ends.at(-1)?.();
  expect(vi.getTimerCount()).toBe(0);
});

/** An empty place of a component on the page. */
function placeOnThePage() {
  vi.useFakeTimers();
  const place = document.createElement("div");
  place.innerHTML = '<div class="time"></div>';
  document.body.append(place);
  return place;
}

test("a call that is ended before the newer one draws leaves it one slider", () => {
  const place = placeOnThePage();
  const end = timeMachine(mount(place, facts(100)));
  end();
  vi.advanceTimersByTime(5000); // however late the newer one is
  const last = timeMachine(mount(place, facts(200)));
  expect(place.querySelectorAll('[role="slider"]')).toHaveLength(1);
  place.remove();
  last();
});

test("what has left the page ends, at once or soon after it was asked to", () => {
  const gone = placeOnThePage();
  const end = chartZoom(mount(gone, { charts: ["loss"] }));
  expect(vi.getTimerCount()).toBe(1);
  gone.remove();
  end();
  expect(vi.getTimerCount()).toBe(0);
  const going = placeOnThePage();
  chartZoom(mount(going, { charts: ["loss"] }))();
  vi.advanceTimersByTime(3000);
  expect(vi.getTimerCount()).toBeGreaterThan(0); // it is still there, so it may be drawn again
  going.remove();
  vi.advanceTimersByTime(1000);
  expect(vi.getTimerCount()).toBe(0);
});
