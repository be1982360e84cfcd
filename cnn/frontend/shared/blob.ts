// @ts-nocheck
// Shared by components: one safetensors blob (8 bytes of header length, a JSON header, the arrays), and colours.
const KINDS = { U8: Uint8Array, F32: Float32Array, I32: Int32Array };

export function openBlob(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const array = (name) => {
    const [from, to] = header[name].data_offsets;
    const values = new KINDS[header[name].dtype](bytes.slice(8 + length + from, 8 + length + to).buffer);
    return { values, shape: header[name].shape };
  };
  return { facts: JSON.parse(header.__metadata__.facts), array };
}

export function make(kind, parent, name = "", text = undefined) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

// A picture (height, width, 3) on a canvas of its own size
export function paintPicture(canvas, pixels, height, width) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
