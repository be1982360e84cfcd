// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end = draw(mount);
    ends.set(mount.parentElement, end);
    return () => {
      if (ends.get(mount.parentElement) === end) end();
    };
  };
}
function make(kind, parent, name = "", text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}

// cnn/frontend/shared/drag_zoom.ts
var LEAST = 8;
var FLAT = 20;
function box(from, to, area) {
  const inside = (value, start, length) => Math.min(Math.max(value, start), start + length);
  const x = [from.clientX, inside(to.clientX, area.left, area.width)];
  const y = [from.clientY, inside(to.clientY, area.top, area.height)];
  return { left: Math.min(...x), top: Math.min(...y), width: Math.abs(x[1] - x[0]), height: Math.abs(y[1] - y[0]) };
}
function zoomedView(view, drawn, area) {
  const { width, height } = drawn;
  const flat = height < Math.min(Math.max(width * 0.6, LEAST), FLAT);
  const narrow = !flat && width < Math.min(height * 0.6, FLAT);
  if (flat && width < LEAST) return null;
  const [x0, x1, y0, y1] = view;
  const atX = (pixels) => x0 + (x1 - x0) * (pixels - area.left) / area.width;
  const atY = (pixels) => y1 - (y1 - y0) * (pixels - area.top) / area.height;
  return [
    ...narrow ? [x0, x1] : [atX(drawn.left), atX(drawn.left + width)],
    ...flat ? [y0, y1] : [atY(drawn.top + height), atY(drawn.top)]
  ];
}

// cnn/frontend/chart_zoom.ts
var LOOK = 200;
var heard = /* @__PURE__ */ new WeakSet();
var endings = /* @__PURE__ */ new WeakMap();
var chart_zoom_default = lasting(function chartZoom({ data, parentElement, setTriggerValue }) {
  endings.get(parentElement)?.();
  const chartOf = (key) => document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
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
      const drawn = area.closest(".js-plotly-plot");
      const key = data.charts.find((name) => drawn && chartOf(name) === drawn);
      if (drawn && key)
        follow(drawn, area.getBoundingClientRect(), event, (view) => setTriggerValue("view", [key, view]));
    },
    { capture: true, signal: ending.signal }
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
function viewOf({ layout: { xaxis, yaxis } }) {
  return [...xaxis.range, ...yaxis.range];
}
function follow(drawn, area, start, tell) {
  const view = viewOf(drawn);
  const from = { clientX: start.clientX, clientY: start.clientY };
  const over = new AbortController();
  let frame;
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
    options
  );
  document.addEventListener("pointercancel", finish, options);
  document.addEventListener(
    "pointerup",
    (event) => {
      finish();
      const asked = drawn.isConnected ? null : zoomedView(view, box(from, event, area), area);
      if (asked) tell(asked);
    },
    options
  );
}
export {
  chart_zoom_default as default
};
