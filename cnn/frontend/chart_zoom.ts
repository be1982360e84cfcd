// Tells Python into what somebody zoomed or panned in the charts of the page: Streamlit mounts a chart anew when its
// figure changes, so the next figure has to hold the view.
import type { Mount } from "./shared/dom.ts";

const LOOK = 200; // milliseconds between two looks for charts that were mounted anew

interface Data {
  charts: string[]; // keys of Streamlit's elements
}

interface Drawn extends HTMLElement {
  layout: { xaxis: { range: number[] }; yaxis: { range: number[] } };
  on: (name: string, hear: (changes: Record<string, unknown>) => void) => void;
}

const heard = new WeakSet<Element>();

export default function chartZoom({ data, setTriggerValue }: Mount<Data>): () => void {
  const listen = () => {
    for (const key of data.charts) {
      const drawn = document.querySelector<Drawn>(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
      if (!drawn?.on || heard.has(drawn)) continue;
      heard.add(drawn);
      drawn.on("plotly_relayout", (changes) => {
        const names = Object.keys(changes);
        if (!names.some((name) => /^[xy]axis\.(range|autorange)/.test(name))) return;
        const whole = names.some((name) => name.endsWith("autorange"));
        const { xaxis, yaxis } = drawn.layout;
        setTriggerValue("view", [key, whole ? null : [...xaxis.range, ...yaxis.range]]);
      });
    }
  };
  listen();
  const timer = setInterval(listen, LOOK);
  return () => clearInterval(timer);
}
