// What components of a page tell each other of a picture that is clicked on, before Python knows of it.
import type { Maps } from "./forward.ts";

export interface ChosenPicture {
  pixels: Uint8Array; // (32, 32, 3)
  digest: string; // the end of the overview's stamp
  truth: number | null; // null for the visitor's own
}

export interface Computed {
  network: string;
  picture: ChosenPicture;
  outputs: ReadonlyMap<string, Maps>; // by layer; the next picture writes over them
}

function channel<T>(name: string): [tell: (detail: T) => void, listen: (hear: (detail: T) => void) => () => void] {
  return [
    (detail) => document.dispatchEvent(new CustomEvent(name, { detail })),
    (hear) => {
      const listener = (event: Event) => hear((event as CustomEvent<T>).detail);
      document.addEventListener(name, listener);
      return () => document.removeEventListener(name, listener);
    },
  ];
}

export const [tellPicture, onPicture] = channel<ChosenPicture>("cnn-lab-picture");
export const [tellComputed, onComputed] = channel<Computed>("cnn-lab-computed");
