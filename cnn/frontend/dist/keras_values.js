// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/shared/blob.ts
function openBlob(data, key = "facts") {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(data.subarray(8, start)));
  const raw = (name, dtype) => {
    const entry = header[name];
    if (!entry) throw new Error(`the blob holds no ${name}`);
    if (entry.dtype !== dtype) throw new Error(`${name} is ${entry.dtype}, not ${dtype}`);
    const [from, to] = entry.data_offsets;
    return [data.slice(start + from, start + to).buffer, entry.shape];
  };
  const facts = header.__metadata__[key];
  if (facts === void 0) throw new Error(`the blob's metadata hold no ${key}`);
  return {
    facts: JSON.parse(facts),
    names: Object.keys(header).filter((name) => name !== "__metadata__"),
    floats(name) {
      const [buffer, shape] = raw(name, "F32");
      return { values: new Float32Array(buffer), shape };
    },
    bytes(name) {
      const [buffer, shape] = raw(name, "U8");
      return { values: new Uint8Array(buffer), shape };
    }
  };
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
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} in this component`);
  return found;
}

// cnn/frontend/keras_values.ts
var ASK_MILLISECONDS = 500;
var waits = /* @__PURE__ */ new WeakMap();
function kerasValues({ data, parentElement, setStateValue, setTriggerValue }) {
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
}
function end(wait) {
  clearInterval(wait?.timer);
  if (wait) document.removeEventListener("cnn-lab-pin", wait.pin);
}
export {
  kerasValues as default
};
