"""The lessons in a browser: how long one takes to open, and to answer a control."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.measure import Below, Figure, SkipError, figure, percentile_95, say, skipped
from bench.serving import Server, browser, server
from bench.web import IDLE, TIMEOUT, WINDOW, change_page

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OPEN = ("lessons: opening one, 95th percentile", "s", Below(0.5))
CONTROL = ("lessons: answering a control, 95th percentile", "s", Below(0.15))
CHOICES = '[data-testid="stButtonGroup"] [role="radio"][aria-checked="false"]:not([disabled])'
LINKS = '[data-testid="stMain"] [data-testid="stPageLink-NavLink"]'
CLICKS = 6

# Tells when a script has ended: a message of two bytes. That it runs is to be seen in the page only for as long as the
# browser gets to draw in between, which it does not where all messages of a short run arrive at once.
HEAR_THE_END = """(() => {
  const Usual = window.WebSocket;
  window.WebSocket = class extends Usual {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if ((data.size ?? data.byteLength) === 2) window.scriptEnded?.();
      });
    }
  };
})();"""

# From the click until the script has ended and the browser, having drawn, is at rest, by the browser's clock.
ARM_CONTROL = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  window.benchControl = new Promise((resolve) => {
    setTimeout(() => resolve(null), 3000);
    addEventListener("click", () => {
      const started = performance.now();
      const look = () => requestAnimationFrame(() => setTimeout(() => {
        if (app.dataset.testScriptState !== "notRunning") look();
        else resolve((performance.now() - started) / 1000);
      }));
      window.scriptEnded = () => { window.scriptEnded = undefined; look(); };
    }, { once: true, capture: true });
  });
}"""


def lessons(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Open every lesson from the list, and choose pictures or settings in it."""
    opened: list[float] = []
    answered: list[float] = []
    try:
        with browser() as chromium, server() as running:
            running.wait_until_quiet()
            page = chromium.new_context(viewport=WINDOW).new_page()  # type: ignore[arg-type]
            page.add_init_script(HEAR_THE_END)
            page.set_default_timeout(TIMEOUT)
            _round(page, running, 1)  # the first visits after a start are not counted
            for number in range(1, (1 if smoke else rounds) + 1):
                times = _round(page, running, 1 if smoke else CLICKS)
                opened += times[0]
                answered += times[1]
                say(f"  round {number} of {rounds}: slowest {max(times[0]):.2f} s, {max(times[1]):.3f} s")
    except SkipError as reason:
        yield from (skipped(*line, reason=reason) for line in (OPEN, CONTROL))
        return
    note = f"{len(opened)} clicks in the list of lessons, until the heading stands and the script rests"
    yield figure(*OPEN[:2], opened, OPEN[2], note=note, statistic=percentile_95, rounds=rounds)
    note = f"{len(answered)} clicks on a choice, until the script has ended and the browser has drawn"
    yield figure(*CONTROL[:2], answered, CONTROL[2], note=note, statistic=percentile_95, rounds=rounds)


def _round(page: "Page", running: Server, clicks: int) -> tuple[list[float], list[float]]:
    opened: list[float] = []
    answered: list[float] = []
    for place in range(_list_of_lessons(page, running).count()):
        _, seconds = change_page(page, _list_of_lessons(page, running).nth(place))
        opened.append(seconds)
        page.locator(CHOICES).first.wait_for()
        answered.extend(_choose(page, page.locator(CHOICES), number) for number in range(clicks))
    return opened, answered


def _list_of_lessons(page: "Page", running: Server) -> "Locator":
    """Go to the list of lessons and return the links to them."""
    page.goto(f"{running.url}/learn")
    links = page.locator(LINKS)
    links.first.wait_for()
    page.locator(IDLE).wait_for()
    return links


def _choose(page: "Page", choices: "Locator", number: int) -> float:
    """Click on a choice that is not chosen now, and return the seconds until it is answered."""
    page.wait_for_timeout(300)
    page.locator(IDLE).wait_for()
    page.evaluate(ARM_CONTROL)
    choices.nth(number % choices.count()).click()
    seconds: float | None = page.evaluate("window.benchControl")
    if seconds is None:
        raise RuntimeError("A choice in a lesson was not answered.")
    return seconds
