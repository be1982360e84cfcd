// Reports to Python the range to which somebody zoomed or panned a chart: Streamlit mounts a chart again when its
// figure changes, so the next figure has to contain the range. A drag that such a redraw cuts off is brought to its end
// here, or a chart that is redrawn twice a second could hardly be zoomed into.

import { lasting, type Mount, make } from "./shared/dom.ts";
import { box, type Point, type View, zoomedView } from "./shared/drag_zoom.ts";

const LOOK = 200; // milliseconds between two searches for charts that were mounted again

interface Data {
  charts: string[]; // keys of Streamlit's elements
}

interface Drawn extends HTMLElement {
  layout: { xaxis: { range: number[] }; yaxis: { range: number[] } };
  on: (name: string, hear: (changes: Record<string, unknown>) => void) => void;
}

const heard = new WeakSet<Element>();
const endings = new WeakMap<object, () => void>(); // by place: Streamlit ends only the last of many calls

export default lasting(function chartZoom({ data, parentElement, setTriggerValue }: Mount<Data>): () => void {
  endings.get(parentElement)?.();
  const chartOf = (key: string) => document.querySelector<Drawn>(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
  const listen = () => {
    for (const key of data.charts) {
      const drawn = chartOf(key);
      if (!drawn?.on || heard.has(drawn)) continue;
      heard.add(drawn);
      drawn.on("plotly_relayout", (changes) => {
        const names = Object.keys(changes);
        if (!names.some((name) => /^[xy]axis\.(range|autorange)/.test(name))) return;
        const whole = names.some((name) => name.endsWith("autorange"));
        setTriggerValue("view", [key, whole ? null : viewOf(drawn)]);
      });
    }
  };
  const ending = new AbortController();
  document.addEventListener(
    "pointerdown",
    (event) => {
      const area = event.target;
      if (event.button !== 0 || !(area instanceof Element) || !area.matches(".nsewdrag")) return;
      const drawn = area.closest<Drawn>(".js-plotly-plot");
      const key = data.charts.find((name) => drawn && chartOf(name) === drawn);
      if (drawn && key)
        follow(drawn, area.getBoundingClientRect(), event, (view) => setTriggerValue("view", [key, view]));
    },
    { capture: true, signal: ending.signal },
  );
  listen();
  const timer = setInterval(listen, LOOK);
  const end = () => {
    clearInterval(timer);
    ending.abort();
  };
  endings.set(parentElement, end);
  return end;
});

function viewOf({ layout: { xaxis, yaxis } }: Drawn): View {
  return [...xaxis.range, ...yaxis.range] as View;
}

/** Follow a drag to its end; where its chart has gone meanwhile, draw the box and tell the view it asks for. */
function follow(drawn: Drawn, area: DOMRect, start: Point, tell: (view: View) => void): void {
  const view = viewOf(drawn); // Plotly's own box does not change the ranges until the end
  const from = { clientX: start.clientX, clientY: start.clientY };
  const over = new AbortController();
  let frame: HTMLElement | undefined;
  const options = { capture: true, signal: over.signal };
  const finish = () => {
    over.abort();
    frame?.remove();
  };
  document.addEventListener(
    "pointermove",
    (event) => {
      if (drawn.isConnected) return;
      frame ??= make("i", document.body);
      const { left, top, width, height } = box(from, event, area);
      frame.style.cssText = `position:fixed;left:${left}px;top:${top}px;width:${width}px;height:${height}px;
        border:1px solid currentColor;background:color-mix(in srgb, currentColor 12%, transparent);
        pointer-events:none;z-index:1000`;
    },
    options,
  );
  document.addEventListener("pointercancel", finish, options);
  document.addEventListener(
    "pointerup",
    (event) => {
      finish();
      const asked = drawn.isConnected ? null : zoomedView(view, box(from, event, area), area);
      if (asked) tell(asked);
    },
    options,
  );
}
