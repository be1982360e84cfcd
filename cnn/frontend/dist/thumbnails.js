// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
var KINDS = { U8: Uint8Array, F32: Float32Array, I32: Int32Array };
function openBlob(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const array = (name) => {
    const [from, to] = header[name].data_offsets;
    const values = new KINDS[header[name].dtype](bytes.slice(8 + length + from, 8 + length + to).buffer);
    return { values, shape: header[name].shape };
  };
  return { facts: JSON.parse(header.__metadata__.facts), array };
}
function make(kind, parent, name = "", text = void 0) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== void 0) element.textContent = text;
  parent?.append(element);
  return element;
}
function paintPicture(canvas, pixels, height, width) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// cnn/frontend/thumbnails.ts
function thumbnails_default({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".shelf");
  const { facts, array } = openBlob(data);
  const { values, shape } = array("pictures");
  const size = shape[1] * shape[2] * 3;
  let tiles = place.querySelector(".tiles");
  if (!tiles) {
    tiles = make("div", place, "tiles");
    tiles.setAttribute("aria-label", "Pictures");
  }
  tiles.setAttribute("role", facts.choosable ? "radiogroup" : "list");
  while (tiles.children.length > facts.tags.length) tiles.lastChild.remove();
  while (tiles.children.length < facts.tags.length) addItem(tiles);
  const choose = (i) => {
    mark(tiles, i);
    setTriggerValue("chosen", i);
  };
  facts.tags.forEach((tag, i) => {
    const [tile, cross] = tiles.children[i].children;
    const [canvas, title, line] = tile.children;
    paintPicture(canvas, values.subarray(i * size, (i + 1) * size), shape[1], shape[2]);
    title.textContent = tag.title;
    line.textContent = tag.line;
    line.hidden = !tag.line;
    tile.setAttribute("aria-label", tag.words || `${tag.title} ${tag.line}`);
    tile.title = tag.words || tag.title;
    tile.onclick = () => choose(i);
    tile.disabled = !facts.choosable;
    tile.setAttribute("role", facts.choosable ? "radio" : "listitem");
    cross.hidden = !facts.removable;
    cross.setAttribute("aria-label", `Remove ${tag.title}`);
    cross.onclick = () => setTriggerValue("removed", i);
  });
  mark(tiles, facts.chosen);
  tiles.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...tiles.querySelectorAll(".tile")];
    const last = Math.max(
      all.findIndex((tile) => tile.getAttribute("aria-checked") === "true"),
      0
    );
    const next = (last + step + all.length) % all.length;
    choose(next);
    all[next].focus();
  };
}
function addItem(tiles) {
  const item = make("div", tiles, "item");
  const tile = make("button", item, "tile");
  tile.type = "button";
  make("canvas", tile).setAttribute("aria-hidden", "true");
  make("span", tile);
  make("span", tile, "line");
  make("button", item, "cross", "×").type = "button";
}
function mark(tiles, chosen) {
  [...tiles.querySelectorAll(".tile")].forEach((tile, i) => {
    tile.setAttribute("aria-checked", String(i === chosen));
    tile.tabIndex = i === (chosen ?? 0) ? 0 : -1;
  });
}
export {
  thumbnails_default as default
};
