// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/cells.ts
var text = (value) => {
  const size = Math.abs(value);
  const digits = size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
  return (value === 0 ? "0" : value.toFixed(digits)).replace("-", "−");
};
function cells_default({ data, parentElement }) {
  const root = parentElement.querySelector(".cells");
  const grids = [...root.querySelectorAll(".grid")];
  const plot = root.querySelector(".plot");
  const rows = data.before.length / data.width;
  grids.forEach((grid, i) => {
    const image = grid.querySelector("img");
    const veiled = !data.images[i];
    grid.classList.toggle("veiled", veiled);
    grid.tabIndex = veiled ? -1 : 0;
    if (!veiled && image.src !== data.images[i]) image.src = data.images[i];
    image.alt = data.captions[i];
    grid.setAttribute("aria-label", `${data.captions[i]}. Arrow keys move from cell to cell.`);
    grid.parentElement.querySelector("figcaption").textContent = data.captions[i];
  });
  if (plot.dataset.shown !== data.plot) {
    plot.innerHTML = data.plot;
    plot.dataset.shown = data.plot;
  }
  const lowest = () => data.before.indexOf(Math.min(...data.before));
  const mark = (place) => {
    root.dataset.place = place;
    const row = Math.floor(place / data.width);
    const column = place % data.width;
    const [x, y, slope] = [data.before[place], data.after[place], data.slope[place]];
    for (const box of root.querySelectorAll(".grid i")) {
      box.style.left = `${100 * column / data.width}%`;
      box.style.top = `${100 * row / rows}%`;
      box.style.width = `${100 / data.width}%`;
      box.style.height = `${100 / rows}%`;
    }
    const axes = data.axes;
    const across = axes.x_start + axes.x_step * x;
    const up = axes.y_start + axes.y_step * y;
    const steep = axes.slope_start + axes.slope_step * slope;
    const here = plot.querySelector(".here");
    here.setAttribute("visibility", "visible");
    here.querySelector('[data-of="y"]').setAttribute("cx", across);
    here.querySelector('[data-of="y"]').setAttribute("cy", up);
    here.querySelector('[data-of="slope"]').setAttribute("cx", across);
    here.querySelector('[data-of="slope"]').setAttribute("cy", steep);
    here.querySelector(".ray").setAttribute("d", `M${across} ${axes.y_start}V${up}V${steep}`);
    root.querySelector(".says").textContent = `Row ${row}, column ${column}:  x = ${text(x)}  →  ${data.name}(x) = ${text(y)},  slope ${text(slope)}`;
  };
  const kept = Number(root.dataset.place);
  mark(root.dataset.place !== void 0 && kept < data.before.length ? kept : lowest());
  const cellUnder = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    const column = inside((event.clientX - box.left) / box.width, data.width);
    const row = inside((event.clientY - box.top) / box.height, rows);
    mark(row * data.width + column);
  };
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  for (const grid of grids) {
    const veiled = grid.classList.contains("veiled");
    grid.onpointermove = grid.onpointerdown = veiled ? null : cellUnder;
    grid.onkeydown = (event) => {
      const step = steps[event.key];
      if (!step || veiled) return;
      event.preventDefault();
      const place = Number(root.dataset.place);
      const row = Math.min(Math.max(Math.floor(place / data.width) + step[0], 0), rows - 1);
      const column = Math.min(Math.max(place % data.width + step[1], 0), data.width - 1);
      mark(row * data.width + column);
    };
  }
  plot.onpointermove = plot.onpointerdown = (event) => {
    const svg = plot.querySelector("svg");
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = ((event.clientX - box.left) * scale - data.axes.x_start) / data.axes.x_step;
    let best = 0;
    data.before.forEach((value, place) => {
      if (Math.abs(value - x) < Math.abs(data.before[best] - x)) best = place;
    });
    mark(best);
  };
}
export {
  cells_default as default
};
