// Streamlit 1.67 puts the turn to another page into the browser's history twice: the new page, and the address that it
// writes into its own, in either order. In one of them the first of the two is the page that was left, with the address
// of the new one: who went back saw another network there than before. Here both are one entry.

type Made = "" | "page" | "address"; // what has made the entry that is shown, since the visitor last did something

/** Keep one entry for each turn to a page, in a window that does not do so yet. */
export function oneEntryATurn(view: Window & { cnnLabTurns?: boolean }): void {
  if (view.cnnLabTurns) return;
  view.cnnLabTurns = true;
  const { history } = view;
  const push = history.pushState.bind(history);
  let made: Made = "";
  const done = () => {
    made = "";
  };
  for (const act of ["click", "keydown", "popstate"]) view.addEventListener(act, done, true);
  history.pushState = (state, unused, url) => {
    const { pathname, search, href } = view.location;
    const next = new URL(String(url ?? ""), href);
    const turns = next.pathname !== pathname;
    const belongs = made === "page" ? !turns : made === "address" && turns && next.search === search;
    if (belongs) history.replaceState(state, unused, url);
    else push(state, unused, url);
    if (turns || made !== "page") made = turns ? "page" : "address";
  };
}
