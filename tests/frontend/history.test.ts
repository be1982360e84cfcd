// The browser's history: a turn to another page is one entry, in whichever order Streamlit writes it.
import { expect, test } from "vitest";
import { oneEntryATurn } from "../../cnn/frontend/shared/history.ts";

const ACT = null; // the visitor presses something

/** The entries of a window after addresses were pushed one after another. */
function entriesAfter(...steps: (string | null)[]): string[] {
  const entries = ["/inside?network=mine"];
  const listeners: (() => void)[] = [];
  const view = {
    history: {
      pushState: (_state: unknown, _unused: string, url: string) => entries.push(url),
      replaceState: (_state: unknown, _unused: string, url: string) => entries.splice(-1, 1, url),
    },
    get location() {
      return new URL(entries.at(-1) as string, "http://lab");
    },
    addEventListener: (_name: string, listener: () => void) => listeners.push(listener),
  };
  for (const _page of ["first", "second"]) oneEntryATurn(view as unknown as Window); // every page asks for it
  for (const step of steps) {
    if (step === ACT) for (const listener of listeners) listener();
    else view.history.pushState({}, "", step);
  }
  return entries;
}

test("a page and the address that it writes are one entry, in either order", () => {
  const turned = ["/inside?network=mine", "/classify?network=best"];
  expect(entriesAfter(ACT, "/classify", "/classify?network=best")).toEqual(turned);
  expect(entriesAfter(ACT, "/inside?network=best", "/classify?network=best")).toEqual(turned);
  expect(entriesAfter(ACT, "/classify", "/classify?network=old", "/classify?network=best")).toEqual(turned);
});

test("what the visitor does on a page is an entry of its own, also where two answers come late", () => {
  const [one, two] = ["/inside?network=mine&layer=conv1", "/inside?network=mine&layer=conv2"];
  expect(entriesAfter(ACT, one, ACT, two)).toHaveLength(3);
  expect(entriesAfter(ACT, ACT, one, two)).toHaveLength(3);
  expect(entriesAfter(ACT, "/classify", ACT, "/classify?from=Sample")).toHaveLength(3);
});

test("a page that keeps the address of the one before is an entry of its own", () => {
  expect(entriesAfter(ACT, "/take_home?network=mine")).toHaveLength(2);
  expect(entriesAfter(ACT, "/inside?network=best", ACT, "/classify?network=best")).toHaveLength(3);
});
