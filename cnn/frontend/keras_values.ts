// Hidden, beside the inspector: delivers Keras's values to it, asks for them where the inspector is in sight until they are
// there, and tells Python which cell was pinned, so that the inspector's own data are not sent again for that.
import { readAnswer } from "./inspector/data.ts";
import { find, lasting, type Mount } from "./shared/dom.ts";

const ASK_MILLISECONDS = 500;

interface Wait {
  timers: number[];
  pin: (event: Event) => void;
  ask: () => void;
}
const waits = new WeakMap<HTMLElement, Wait>();
let asked = ""; // the question that was asked last

export default lasting(function kerasValues({
  data,
  parentElement,
  setStateValue,
  setTriggerValue,
}: Mount<Uint8Array>) {
  const answer = readAnswer(data);
  globalThis.cnnLabAnswer = answer;
  document.dispatchEvent(new CustomEvent("cnn-lab-answer", { detail: answer }));
  const place = find(parentElement, ".desk");
  end(waits.get(place));
  const pin = (event: Event) => {
    const { question, cell } = (event as CustomEvent<{ question: string; cell: string }>).detail;
    // A state, not a trigger: one trigger on the heels of another may be lost. The time makes each pin a new one.
    if (question === answer.question) setStateValue("pin", { cell, at: Date.now() });
  };
  const ask = () => {
    if (document.hidden || !globalThis.cnnLabInspected) return;
    asked = answer.question;
    setTriggerValue("again", Date.now());
  };
  document.addEventListener("cnn-lab-pin", pin);
  // This runs again only when the answer changes.
  const wait: Wait = { timers: [], pin, ask };
  waits.set(place, wait);
  if (answer.again) {
    wait.timers.push(window.setInterval(ask, ASK_MILLISECONDS));
    if (answer.question !== asked) wait.timers.push(window.setTimeout(ask));
    document.addEventListener("cnn-lab-inspected", ask);
  }
  return () => end(wait);
});

function end(wait: Wait | undefined): void {
  if (!wait) return;
  wait.timers.map(clearTimeout);
  document.removeEventListener("cnn-lab-pin", wait.pin);
  document.removeEventListener("cnn-lab-inspected", wait.ask);
}
