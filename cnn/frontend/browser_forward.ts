// Computes what a network makes of a picture that is clicked on, in the browser; the overview draws it at once. Python's
// answer comes later, with all that stands around it.
import { openBlob } from "./shared/blob.ts";
import { find, lasting, type Mount } from "./shared/dom.ts";
import { forward, type Step, usePlain, type Weights } from "./shared/forward.ts";
import { onPicture, tellComputed } from "./shared/pictures.ts";

interface Facts {
  network: string; // whose state it is, as the overview's stamp begins
  state: string; // changes with the weights
  steps: Step[]; // none for a network that is too large
}

interface State {
  facts: Facts;
  weights: Weights;
  stop: () => void;
}

const states = new WeakMap<HTMLElement, State>(); // by place

export default lasting(function browserForward({ data, parentElement }: Mount<Uint8Array>): () => void {
  const place = find(parentElement, ".forward");
  const blob = openBlob<Facts>(data);
  const known = states.get(place);
  if (known?.facts.state === blob.facts.state) return known.stop;
  known?.stop();
  const weights: Weights = new Map(blob.names.map((name) => [name, blob.floats(name).values]));
  const { network, steps } = blob.facts;
  usePlain(false); // with memory of its own for these weights
  const stop = onPicture((picture) => {
    if (steps.length) tellComputed({ network, picture, outputs: forward(steps, weights, picture.pixels) });
  });
  place.dataset.network = network;
  states.set(place, { facts: blob.facts, weights, stop });
  return stop;
});
