"""The web process: from its start to Home, its memory, and how long a change of page takes."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from bench.measure import Below, Figure, SkipError, figure, percentile_95, say, skipped
from bench.serving import Server, browser, server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

HOME = ("web: start of the server to Home", "s", Below(4.0))
MEMORY = ("web: memory after every page", "MB", Below(300.0))
CHANGE = ("web: change of page, 95th percentile", "s", Below(0.5))
FIRST = ("web: first visit of a page, the slowest", "s")

DRAWING = ".drawing svg"
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LINK = '[data-testid="stTopNavLink"]'
WINDOW = {"width": 1400, "height": 900}
TIMEOUT = 60_000  # milliseconds
LAPS = 3

# From the click until a frame shows another heading and the script rests; real clicks, the browser's clock.
ARM = """(idle) => {
  const heading = () => document.querySelector("h1")?.innerText ?? "";
  const before = heading();
  window.benchChange = new Promise((resolve) => {
    addEventListener("click", () => {
      const started = performance.now();
      const look = () => {
        const there = heading() && heading() !== before && document.querySelector(idle);
        if (there) resolve((performance.now() - started) / 1000);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { once: true, capture: true });
  });
}"""


@dataclass
class _Found:
    """What the rounds gave, in seconds and MB; the changes after the first lap also by page."""

    home: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    changes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first: list[float] = field(default_factory=list)


def web(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Restart the server for each round, open Home, and click through all pages."""
    found = _Found()
    try:
        with browser() as chromium:
            for number in range(1, rounds + 1):
                _round(chromium, found, 1 if smoke else LAPS)
                say(
                    f"  round {number} of {rounds}: Home {found.home[-1]:.2f} s, "
                    f"{found.memory[-1]:.0f} MB, slowest first visit {found.first[-1]:.2f} s"
                )
    except SkipError as reason:
        yield from (skipped(*line, reason=reason) for line in (HOME, MEMORY, CHANGE))
        return
    yield figure(*HOME[:2], found.home, HOME[2], note="the browser was running; the workers load TensorFlow")
    yield figure(*MEMORY[:2], found.memory, MEMORY[2], note="the web process alone, without its workers")
    changes = [seconds for of_page in found.changes.values() for seconds in of_page]
    note = f"{len(changes)} clicks, until the new heading stands and the script rests; medians: "
    note += ", ".join(f"{page} {statistics.median(of_page):.2f}" for page, of_page in found.changes.items())
    yield figure(*CHANGE[:2], changes, CHANGE[2], note=note, statistic=percentile_95, rounds=rounds)
    yield figure(*FIRST, found.first, note="the first lap after a start of the server, not counted above")


def _round(chromium: "Browser", found: _Found, laps: int) -> None:
    context = chromium.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        with server() as running:
            found.home.append(_open_home(page, running))
            running.wait_until_quiet()
            found.first.append(max(seconds for _, seconds in _lap(page)))
            for _ in range(laps):
                for name, seconds in _lap(page):
                    found.changes[name].append(seconds)
            found.memory.append(running.megabytes())
    finally:
        context.close()


def _open_home(page: "Page", running: Server) -> float:
    """Return the seconds from the start of the server until Home shows its drawing."""
    page.goto(running.url, wait_until="commit")
    page.locator(DRAWING).first.wait_for(state="visible")
    seconds = perf_counter() - running.started
    say(f"  the server listened after {running.listening - running.started:.2f} s")
    page.locator(IDLE).wait_for()
    return seconds


def _lap(page: "Page") -> list[tuple[str, float]]:
    """Click through the top navigation, from Home to the last page and back; return names and seconds."""
    links = page.locator(LINK)
    count = links.count()
    if count < 2:
        raise RuntimeError(f"The top navigation has {count} links; the pages cannot be visited.")
    return [change_page(page, links.nth(place)) for place in (*range(1, count), 0)]


def change_page(page: "Page", link: "Locator") -> tuple[str, float]:
    """Click a link to another page; return its text, and the seconds until that page stands and rests."""
    name = link.inner_text().splitlines()[-1]
    page.evaluate(ARM, IDLE)
    link.click()
    return name, page.evaluate("window.benchChange")
