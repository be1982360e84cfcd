// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start)));
  const raw = (name, ...dtypes) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob has no ${name}`);
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name} is ${entry.dtype}, not ${dtypes[0]}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer, entry.shape, entry.dtype];
  };
  const facts = header.__metadata__[key];
  if (facts === void 0) throw new Error(`the blob's metadata have no ${key}`);
  return {
    facts: JSON.parse(facts),
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape, dtype] = raw(name, "F32", "F16");
      return { values: dtype === "F32" ? new Float32Array(buffer) : fromHalves(new Uint16Array(buffer)), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    }
  };
}
function fromHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const sign = half & 32768 ? -1 : 1;
    const exponent = half >> 10 & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// cnn/frontend/shared/numbers.ts
var THRESHOLD = 1e-4;
var NEAR_TEXT = `${THRESHOLD} × max(1, |value|)`;

// cnn/frontend/inspector/data.ts
function readAnswer(bytes) {
  const blob = openBlob(bytes);
  return { ...blob.facts, arrays: Object.fromEntries(blob.names.map((name) => [name, blob.floats(name)])) };
}

// cnn/frontend/shared/dom.ts
function lasting(draw) {
  const ends = /* @__PURE__ */ new WeakMap();
  return (mount) => {
    const end2 = draw(mount);
    ends.set(mount.parentElement, end2);
    return () => {
      if (ends.get(mount.parentElement) === end2) end2();
    };
  };
}
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

// cnn/frontend/keras_values.ts
var ASK_MILLISECONDS = 500;
var waits = /* @__PURE__ */ new WeakMap();
var keras_values_default = lasting(function kerasValues({
  data,
  parentElement,
  setStateValue,
  setTriggerValue
}) {
  const answer = readAnswer(data);
  globalThis.cnnLabAnswer = answer;
  document.dispatchEvent(new CustomEvent("cnn-lab-answer", { detail: answer }));
  const place = find(parentElement, ".desk");
  end(waits.get(place));
  const pin = (event) => {
    const { question, cell } = event.detail;
    if (question === answer.question) setStateValue("pin", { cell, at: Date.now() });
  };
  const ask = () => {
    if (!document.hidden) setTriggerValue("again", Date.now());
  };
  document.addEventListener("cnn-lab-pin", pin);
  const wait = { timer: answer.again ? window.setInterval(ask, ASK_MILLISECONDS) : 0, pin };
  waits.set(place, wait);
  return () => end(wait);
});
function end(wait) {
  clearInterval(wait?.timer);
  if (wait) document.removeEventListener("cnn-lab-pin", wait.pin);
}
export {
  keras_values_default as default
};
