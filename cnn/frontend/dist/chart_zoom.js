// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/chart_zoom.ts
var LOOK = 200;
var heard = /* @__PURE__ */ new WeakSet();
function chartZoom({ data, setTriggerValue }) {
  const listen = () => {
    for (const key of data.charts) {
      const drawn = document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
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
export {
  chartZoom as default
};
