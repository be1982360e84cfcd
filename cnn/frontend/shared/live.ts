// The facts of a watched run within the page: live_run.ts polls the server, live_listener.ts listens.

/** What the server's live address answers (see cnn/web/train). */
export interface LiveFacts extends Record<string, unknown> {
  words: string;
  share: number | null; // of the run that is done, 0 to 1
  figures: [name: string, value: string][];
  aloud: string; // the state in a sentence, for a screen reader
  wait: number; // seconds until it is worth asking again
  stamp: string;
  gone?: boolean;
}

/** Streamlit runs one fragment at a time: the first that takes a message runs again, others take the next one. */
export interface LiveMessage {
  run: string;
  facts: LiveFacts;
  taken: boolean;
}

export const LIVE_EVENT = "cnn-lab-live";
