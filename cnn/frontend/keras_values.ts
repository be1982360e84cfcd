// @ts-nocheck
// Stands unseen beside the inspector: brings Keras's values to it as they come, asks again until they are there, and
// tells Python which cell was pinned, so that the inspector's own data are not sent anew for that.
import { readBlob } from "./inspector/numbers.ts";

const ASK_MILLISECONDS = 500;
const waits = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const answer = readBlob(data, "answer");
  globalThis.cnnLabAnswer = answer;
  document.dispatchEvent(new CustomEvent("cnn-lab-answer", { detail: answer }));
  const place = parentElement.querySelector(".desk");
  const wait = waits.get(place) ?? {};
  waits.set(place, wait);
  clearInterval(wait.timer);
  document.removeEventListener("cnn-lab-pin", wait.pin);
  wait.pin = ({ detail }) => {
    // A state, not a trigger: one trigger on the heels of another may be lost. The time makes each pin a new one.
    if (detail.question === answer.question) setStateValue("pin", { cell: detail.cell, at: Date.now() });
  };
  document.addEventListener("cnn-lab-pin", wait.pin);
  const ask = () => document.hidden || setTriggerValue("again", Date.now());
  if (answer.again) wait.timer = setInterval(ask, ASK_MILLISECONDS); // this runs again only when the answer changes
  return () => {
    clearInterval(wait.timer);
    document.removeEventListener("cnn-lab-pin", wait.pin);
  };
}
