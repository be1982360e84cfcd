// Notices that the server was restarted. Until the page has been drawn anew nothing on it can be pressed, because the
// new server knows none of its buttons; and what only the old server had is said to be gone.
import { find, type Mount, write } from "./shared/dom.ts";

interface Data {
  server: string; // names the process that serves
  what: string; // names what is kept there, "" for nothing
  count: number; // how much of it there is
  words: string; // what to say when it is gone
}

// What Python said last, for as long as the page is open
const page = window as Window & { cnnLabKept?: Record<string, { server: string; count: number }> };

const APP = '[data-testid="stApp"]';
const CONTENT = '[data-testid="stMainBlockContainer"]';
const PATIENCE = 5000; // milliseconds after which a page that was not drawn anew may be used all the same

let watched: Element | null = null;

export default function restart({ data, parentElement }: Mount<Data>): void {
  const place = find(parentElement, ".restart");
  const last = page.cnnLabKept?.[data.what];
  const gone = Boolean(last?.count) && last?.server !== data.server && !data.count;
  if (gone) write(place, data.words);
  else if (data.count || !data.what) write(place, "");
  const host = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
  const element = host.closest<HTMLElement>('[data-testid="stElementContainer"]');
  if (element) element.style.display = place.textContent ? "" : "none"; // no gap where nothing is said
  page.cnnLabKept = { ...page.cnnLabKept, [data.what]: { server: data.server, count: data.count } };
  const app = document.querySelector(APP);
  if (app && app !== watched) watch(app);
}

function watch(app: Element): void {
  watched = app;
  const state = (name: string) => app.getAttribute(`data-test-${name}-state`);
  let away = false; // since the connection was lost, until the page was drawn anew
  let ran = false;
  const lock = (on: boolean) => document.querySelector(CONTENT)?.toggleAttribute("inert", on);
  const free = () => {
    away = false;
    lock(false);
  };
  const look = () => {
    const connected = state("connection") === "CONNECTED";
    if (!connected) {
      if (!away) lock(true);
      away = true;
      ran = false;
    } else if (away) {
      ran ||= state("script") !== "notRunning";
      if (ran && state("script") === "notRunning") free();
      else if (!ran) setTimeout(() => away && !ran && state("connection") === "CONNECTED" && free(), PATIENCE);
    }
  };
  new MutationObserver(look).observe(app, { attributes: true });
}
