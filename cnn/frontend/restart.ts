// Notices that the server is away, says so, and locks the page: Streamlit drops what is pressed meanwhile, navigation
// included. A server that was restarted knows no button of the page, so the lock holds until the page was drawn anew;
// and what only the old server had is said to be gone.
import { find, type Mount, make, write } from "./shared/dom.ts";

interface Data {
  server: string; // names the process that serves
  what: string; // names what is kept there, "" for nothing
  count: number; // how much of it there is
  words: string; // what to say when it is gone
}

// What Python said last, for as long as the page is open
const page = window as Window & { cnnLabKept?: Record<string, { server: string; count: number }> };

const APP = '[data-testid="stApp"]';
// What sends something to the server when it is pressed: the page, the navigation bar, what either has opened above itself
const PARTS = ["stMainBlockContainer", "stHeader", "stSidebar", "stPopoverBody", "stDialog"];
const PRESSED = PARTS.map((id) => `[data-testid="${id}"]`).join();
const QUIET = 1000; // milliseconds for which a lost connection is not worth a word
const PATIENCE = 5000; // milliseconds after which a page that was not drawn anew may be used all the same

let watched: Element | null = null;
let shown: Element | null = null; // one of these components that is on the page now

export default function restart({ data, parentElement }: Mount<Data>): void {
  const place = find(parentElement, ".restart");
  shown = place;
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
  let turned = false; // to another page by the browser's own buttons, of which Streamlit does not hear meanwhile
  let timer = 0;
  let locked: Element[] = [];
  let notice: HTMLElement | null = null;
  const lock = () => {
    locked = [...document.querySelectorAll(PRESSED)];
    for (const element of locked) element.setAttribute("inert", "");
    timer = window.setTimeout(() => {
      notice = say();
    }, QUIET);
  };
  const free = () => {
    away = false;
    if (turned) location.reload();
    clearTimeout(timer);
    notice?.remove();
    for (const element of locked) element.removeAttribute("inert");
  };
  const look = () => {
    const connected = state("connection") === "CONNECTED";
    if (!connected) {
      if (!away) lock();
      away = true;
      ran = false;
    } else if (away) {
      ran ||= state("script") !== "notRunning";
      if (ran && state("script") === "notRunning") free();
      else if (!ran) setTimeout(() => away && !ran && state("connection") === "CONNECTED" && free(), PATIENCE);
    }
  };
  new MutationObserver(look).observe(app, { attributes: true });
  addEventListener("popstate", () => {
    turned ||= away;
  });
}

// Outside of what is locked: a screen reader does not read what is inert.
function say(): HTMLElement {
  const notice = make("p", document.body);
  notice.className = "cnn-lab-away";
  notice.setAttribute("role", "alert");
  const theme = shown ? getComputedStyle(shown) : null;
  const colour = (name: string) => theme?.getPropertyValue(`--st-${name}`) ?? "";
  notice.style.cssText = `
    position: fixed; inset: 4.25rem 0 auto; z-index: 1000000; width: fit-content; max-width: calc(100vw - 2rem);
    margin: 0 auto; padding: 0.6rem 1rem; box-sizing: border-box; border: 2px solid ${colour("primary-color")};
    border-radius: 6px; background: ${colour("background-color")}; color: ${colour("text-color")};
    font: 1rem/1.4 ${colour("font")}; box-shadow: 0 4px 16px #0004;`;
  notice.textContent =
    "The server does not answer. Until it is back, nothing on this page can be pressed; the page goes on by itself.";
  return notice;
}
