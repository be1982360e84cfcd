"""A first-time visitor's first minute: clicks and seconds from opening Home to what they came for."""

import io
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from PIL import Image

from bench.measure import Below, Figure, SkipError, Target, figure, say, skipped
from bench.serving import browser, server
from bench.web import TIMEOUT, WINDOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Line = tuple[str, str, Target]

# What each took before; a click is what a visitor presses or chooses.
PHOTO: Line = ("first minute: own photo classified", "s", Below(2.7))
NETWORK: Line = ("first minute: own network trained", "s", Below(30.8))
CELL: Line = ("first minute: the sum of one cell", "s", Below(3.8))
LESSON: Line = ("first minute: one lesson done", "s", Below(5.4))
IN_VIEW = """() => {
  const find = (root) => root.querySelector?.(".inspector .board .cell, .inspector .board td")
    ?? [...(root.querySelectorAll?.("*") ?? [])].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  const cell = find(document);
  if (!cell) return false;
  const box = cell.getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
}"""


def first_minute(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Do each of the four as somebody who knows where to press, in a new browser's window each time."""
    journeys: list[tuple[Line, Callable[[Page], int]]] = [
        (PHOTO, _photo),
        (CELL, _cell),
        (LESSON, _lesson),
        *([] if smoke else [(NETWORK, _network)]),
    ]
    try:
        with browser() as chromium, server() as running:
            running.wait_until_quiet()
            for line, journey in journeys:
                count = 1 if smoke else 2 if journey is _network else rounds
                done = [_timed(chromium, running.url, journey) for _ in range(count)]
                clicks = {clicks for clicks, _ in done}
                note = (
                    f"{' or '.join(map(str, sorted(clicks)))} clicks, from opening Home, page load included"
                )
                say(f"  {line[0]}: {note}")
                yield figure(*line[:2], [seconds for _, seconds in done], line[2], note=note, rounds=count)
    except SkipError as reason:
        yield from (skipped(*line, reason=reason) for line, _ in journeys)


def _timed(chromium: "Browser", url: str, journey: "Callable[[Page], int]") -> tuple[int, float]:
    context = chromium.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(2 * TIMEOUT)
        started = perf_counter()
        page.goto(url)
        return journey(page), perf_counter() - started
    finally:
        context.close()


def _photo(page: "Page") -> int:
    image = io.BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(image, "JPEG")
    page.get_by_role("link", name="Classify your own picture").click()
    file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": image.getvalue()}
    page.locator('input[type="file"]').set_input_files(file)  # type: ignore[arg-type]
    page.locator(".opinion .says b").filter(has_text="e").wait_for()
    return 2


def _network(page: "Page") -> int:
    page.get_by_role("button", name="Build and train your own").click()
    page.get_by_role("button", name="Train this network").click()
    page.get_by_role("button", name="Look inside it").wait_for()
    return 2


def _cell(page: "Page") -> int:
    page.locator('.drawing [data-layer="conv1"] text').first.click()
    page.locator(".inspector .board .frame").first.wait_for()
    page.wait_for_function(IN_VIEW)
    return 1


def _lesson(page: "Page") -> int:
    page.get_by_role("button", name="Learn").click()
    page.get_by_role("menuitem", name="Softmax").click()
    page.get_by_role("heading", name="How do scores become").wait_for()
    clicks = 2
    while page.get_by_text("Lesson done").count() == 0:
        done = page.get_by_text("Right.").count()
        open_ = page.locator('[data-testid="stRadio"]').nth(done)
        for option in open_.locator("label").filter(has=page.locator("input")).all():
            option.click()
            page.get_by_text("Right.").or_(page.get_by_text("Not quite.")).nth(done).wait_for()
            if page.get_by_text("Right.").count() > done:
                break
        clicks += 1
    return clicks
