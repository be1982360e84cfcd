// Made by npm run build from the TypeScript in cnn/frontend; do not edit.

// cnn/frontend/inspector/numbers.ts
function readBlob(bytes, key) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const arrays = {};
  for (const [name, { shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = data_offsets;
    const values = new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer);
    arrays[name] = { values, shape };
  }
  return { ...JSON.parse(header.__metadata__[key]), arrays };
}

// cnn/frontend/keras_values.ts
var ASK_MILLISECONDS = 500;
var waits = /* @__PURE__ */ new WeakMap();
function keras_values_default({ data, parentElement, setStateValue, setTriggerValue }) {
  const answer = readBlob(data, "answer");
  globalThis.cnnLabAnswer = answer;
  document.dispatchEvent(new CustomEvent("cnn-lab-answer", { detail: answer }));
  const place = parentElement.querySelector(".desk");
  const wait = waits.get(place) ?? {};
  waits.set(place, wait);
  clearInterval(wait.timer);
  document.removeEventListener("cnn-lab-pin", wait.pin);
  wait.pin = ({ detail }) => {
    if (detail.question === answer.question) setStateValue("pin", { cell: detail.cell, at: Date.now() });
  };
  document.addEventListener("cnn-lab-pin", wait.pin);
  const ask = () => document.hidden || setTriggerValue("again", Date.now());
  if (answer.again) wait.timer = setInterval(ask, ASK_MILLISECONDS);
  return () => {
    clearInterval(wait.timer);
    document.removeEventListener("cnn-lab-pin", wait.pin);
  };
}
export {
  keras_values_default as default
};
