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

// cnn/frontend/top_images.ts
var SIDE = 32;
var PART_HEIGHT = 5.5;
var shown = /* @__PURE__ */ new WeakMap();
function top_images_default({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".nine");
  list.onclick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("picture", Number(link.dataset.place));
  };
  if (same(shown.get(list), data)) return;
  shown.set(list, data.slice());
  draw(list, data);
}
var same = (one, other) => one?.length === other.length && one.every((byte, i) => byte === other[i]);
function draw(list, data) {
  const { facts, array } = openBlob(data);
  const pixels = array("pictures").values;
  list.replaceChildren();
  facts.winners.forEach((winner, place) => {
    const picture = pixels.subarray(place * SIDE * SIDE * 3, (place + 1) * SIDE * SIDE * 3);
    const link = make("a", make("li", list));
    Object.assign(link, { href: winner.link, title: "Open this picture" });
    link.dataset.place = place;
    const whole = make("div", link, "whole");
    const canvas = make("canvas", whole);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture ${place + 1}: ${winner.title}, ${winner.value} at ${winner.cell}`);
    paintPicture(canvas, picture, SIDE, SIDE);
    outline(make("i", whole), winner.field);
    cut(make("canvas", make("div", link, "part")), picture, winner.field);
    make("b", link, "", winner.value);
    make("span", link, "", winner.title);
    make("span", link, "", winner.cell);
  });
}
function outline(box, [top, left, bottom, right]) {
  const percent = (cells) => `${100 * cells / SIDE}%`;
  Object.assign(box.style, { top: percent(top), left: percent(left) });
  Object.assign(box.style, { height: percent(bottom - top), width: percent(right - left) });
}
function cut(canvas, picture, [top, left, bottom, right]) {
  const [height, width] = [bottom - top, right - left];
  const part = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * SIDE + left);
    part.set(picture.subarray(from, from + 3 * width), 3 * row * width);
  }
  paintPicture(canvas, part, height, width);
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `min(100%, ${PART_HEIGHT * width / height}rem)`;
  canvas.setAttribute("aria-hidden", "true");
}
export {
  top_images_default as default
};
