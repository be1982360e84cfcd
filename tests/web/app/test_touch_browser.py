"""Touch, by real touch events in Chromium: a swipe scrolls, a drag that begins on the cell or window moves it, a tap
chooses, and a long press shows what a tooltip shows."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from cnn.core.errors import DataError
from cnn.evaluation import evaluations, pretrained
from cnn.evaluation.evaluations import Evaluation
from support.odd_pictures import quadrants, saved
from support.serving import ServedApp, eventually

TABLET = {"width": 820, "height": 1100}
SCROLLED = "() => document.querySelector('[data-testid=\"stMain\"]').scrollTop"
Point = tuple[float, float]


class Finger:
    """One finger on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: Point, by: Point, steps: int = 12) -> None:
        """Put the finger down, move it and lift it."""
        self._send("touchStart", start)
        for step in range(1, steps + 1):
            self._send("touchMove", (start[0] + by[0] * step / steps, start[1] + by[1] * step / steps))
            self.page.wait_for_timeout(16)  # a frame, as a real finger has
        self._send("touchEnd")

    def tap(self, point: Point) -> None:
        self._send("touchStart", point)
        self._send("touchEnd")

    def press(self, point: Point) -> None:
        """Press for as long as it takes until a tooltip is shown."""
        self._send("touchStart", point)
        expect(self.page.get_by_role("tooltip")).to_be_visible()
        self._send("touchEnd")


@pytest.fixture
def page(browser: Browser, served_app: ServedApp) -> Iterator[Page]:
    """Yield a page on a tablet that has no mouse; at its end no script may have failed."""
    context = browser.new_context(viewport=TABLET, has_touch=True, is_mobile=True, reduced_motion="reduce")
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems


@dataclass(frozen=True)
class Plate:
    """A component's element that is pointed at; where it stands in the page; what says which cell is chosen."""

    path: str
    area: str
    handle: str  # what a finger takes hold of, "" where the middle of the area is it
    state: Callable[[Page], str]

    def __str__(self) -> str:
        return self.path.split("?")[0]


def data(selector: str, *names: str) -> Callable[[Page], str]:
    def read(page: Page) -> str:
        return " ".join(page.locator(selector).first.get_attribute(f"data-{name}") or "" for name in names)

    return read


PLATES = [
    Plate("learn_conv", '.walk [data-name="input"]', ".frame", data(".walk", "row", "column")),
    Plate("learn_pool", '.walk [data-name="output0"]', ".frame", data(".walk", "row", "column")),
    Plate("learn_relu", ".cells .grid", "i", data(".cells", "place")),
    Plate(
        "inside?network=lecture",
        '.inspector [data-name="output"]',
        ".frame",
        data(".inspector", "row", "column"),
    ),
    Plate(
        "inside?network=lecture",
        '.inspector [data-name="input"]',
        ".frame",
        data(".inspector", "row", "column"),
    ),
]


def opened(page: Page, served_app: ServedApp, path: str, area: str) -> Locator:
    page.goto(f"{served_app.address}/{path}")
    found = page.locator(area).first
    expect(found).to_be_visible(timeout=60_000)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_have_count(1)
    found.evaluate("element => element.scrollIntoView({block: 'center'})")
    come_to_rest(page)
    return found


def come_to_rest(page: Page) -> None:
    """Wait until the page has not scrolled for ten frames: during a fling, a tap would only stop it."""
    page.evaluate(
        f"""() => new Promise(rested => {{
          let [at, frames] = [-1, 0];
          const look = () => {{
            const now = ({SCROLLED})();
            frames = now === at ? frames + 1 : 0;
            at = now;
            if (frames < 10) requestAnimationFrame(look); else rested(at);
          }};
          look();
        }})"""
    )


def box_of(found: Locator) -> tuple[float, float, float, float]:
    box = found.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


def middle(found: Locator) -> Point:
    x, y, width, height = box_of(found)
    return x + width / 2, y + height / 2


def far_corner(area: Locator, handle: Locator) -> Point:
    """Return a place of the area that is as far from the handle as a corner is."""
    x, y, width, height = box_of(area)
    across, down = middle(handle)
    return (
        x + width * (0.12 if across > x + width / 2 else 0.88),
        y + height * (0.12 if down > y + height / 2 else 0.88),
    )


@pytest.mark.browser
@pytest.mark.parametrize("plate", PLATES, ids=str)
def test_a_plate_follows_the_rule(plate: Plate, page: Page, served_app: ServedApp) -> None:
    area = opened(page, served_app, plate.path, plate.area)
    handle, finger = area.locator(plate.handle).first, Finger(page)

    before, scrolled = plate.state(page), page.evaluate(SCROLLED)
    finger.drag(far_corner(area, handle), (0, -220))
    page.wait_for_function(f"before => ({SCROLLED})() > before + 60", arg=scrolled)
    assert plate.state(page) == before, "a swipe scrolls and changes nothing"

    area.evaluate("element => element.scrollIntoView({block: 'center'})")
    come_to_rest(page)
    scrolled = page.evaluate(SCROLLED)
    start, target = middle(handle), far_corner(area, handle)
    finger.drag(start, (0.6 * (target[0] - start[0]), 0.6 * (target[1] - start[1])))
    eventually("a drag that begins on the frame moves it", lambda: plate.state(page) != before)
    come_to_rest(page)
    assert abs(page.evaluate(SCROLLED) - scrolled) < 3, "and scrolls nothing"

    dragged = plate.state(page)
    finger.tap(far_corner(area, handle))
    eventually("a tap chooses", lambda: plate.state(page) != dragged)


@pytest.mark.browser
def test_the_unrolled_vector_follows_the_rule(page: Page, served_app: ServedApp) -> None:
    area = opened(page, served_app, "learn_dense", ".unroll canvas")
    said, finger = page.locator(".unroll .formula"), Finger(page)
    first, (_, _, width, height) = said.text_content() or "", box_of(area)
    area.tap(position={"x": 0.06 * width, "y": 0.06 * height})
    expect(said).not_to_have_text(first)
    before, scrolled = said.text_content() or "", page.evaluate(SCROLLED)
    x, y, width, height = box_of(area)
    finger.drag((x + 0.7 * width, y + 0.8 * height), (0, -200))
    page.wait_for_function(f"before => ({SCROLLED})() > before + 60", arg=scrolled)
    assert said.text_content() == before
    area.evaluate("element => element.scrollIntoView({block: 'center'})")
    come_to_rest(page)
    x, y, width, height = box_of(area)
    scrolled = page.evaluate(SCROLLED)
    finger.drag((x + 0.06 * width, y + 0.06 * height), (0.2 * width, 0.1 * height))
    expect(said).not_to_have_text(before)
    come_to_rest(page)
    assert abs(page.evaluate(SCROLLED) - scrolled) < 3


@pytest.mark.browser
def test_a_long_press_shows_what_a_tooltip_shows(page: Page, served_app: ServedApp) -> None:
    cell = opened(page, served_app, "learn_conv", ".walk .sum .cell")
    title, finger = cell.get_attribute("title"), Finger(page)
    finger.press(middle(cell))
    tip = page.get_by_role("tooltip")
    expect(tip).to_have_text(title or "")
    x, y, width, height = box_of(tip)
    assert x >= 0
    assert x + width <= TABLET["width"]
    assert y >= 0
    assert y + height <= TABLET["height"]
    finger.tap(middle(cell))
    expect(tip).to_have_count(0)


@pytest.mark.browser
def test_the_overview_scrolls_sideways_opens_by_a_tap_and_tells_by_a_long_press(
    page: Page, served_app: ServedApp
) -> None:
    box = opened(page, served_app, "inside?network=lecture&layer=conv1", ".overview .box")
    finger = Finger(page)
    expect(page.locator(".overview")).to_have_class(
        re.compile(r"\bafter\b")
    )  # the columns go on to the right
    x, y, width, height = box_of(box)
    finger.drag((x + 0.55 * width, y + 0.5 * height), (-250, 0))
    expect(page.locator(".overview")).to_have_class(re.compile(r"\bbefore\b"))
    item = page.locator('.overview [data-layer="pool1"][data-place="3"]')
    told = item.get_attribute("aria-label")
    finger.press(middle(item))
    expect(page.get_by_role("tooltip")).to_have_text(told or "")
    assert "layer=pool1" not in page.url, "a long press chooses nothing"
    finger.tap(middle(item))
    page.wait_for_url("**layer=pool1**")


@pytest.mark.browser
def test_hints_name_what_this_device_can_do(page: Page, served_app: ServedApp) -> None:
    for path, area in [("learn_conv", ".walk .hint"), ("inside?network=lecture", ".inspector .hint")]:
        hint = opened(page, served_app, path, area).text_content() or ""
        assert "ap" in hint, hint
        assert "over" not in hint.lower(), hint
        assert "arrow" not in hint.lower(), hint


@dataclass(frozen=True)
class Tapped:
    """A component that is tapped: where it stands, where to tap in it, and what says what is chosen."""

    path: str
    area: str
    state: str
    at: Point = (0.2, 0.3)

    def __str__(self) -> str:
        return self.area.split()[0].strip(".")


TAPPED = [
    Tapped("learn_softmax", ".softmax tbody", ".softmax [data-place].chosen th", (0.2, 0.75)),
    Tapped("inside?network=lecture", ".time .slider", ".time .words", (0.3, 0.5)),
    Tapped("inside?network=lecture&panel=why", ".overlay .plate", ".overlay .says"),
    Tapped("inside?network=lecture&panel=break", ".patch .plate", ".patch .words"),
]


@pytest.mark.browser
@pytest.mark.parametrize("part", TAPPED, ids=str)
def test_a_swipe_scrolls_past_it_and_a_tap_chooses(part: Tapped, page: Page, served_app: ServedApp) -> None:
    area = opened(page, served_app, part.path, part.area)
    said, finger = page.locator(part.state).first, Finger(page)
    before, scrolled = said.text_content() or "", page.evaluate(SCROLLED)
    finger.drag(middle(area), (0, -220))
    page.wait_for_function(f"before => ({SCROLLED})() > before + 60", arg=scrolled)
    expect(said).to_have_text(before)
    area.evaluate("element => element.scrollIntoView({block: 'center'})")
    expect(area).to_be_in_viewport()
    come_to_rest(page)
    x, y, width, height = box_of(area)
    finger.tap((x + part.at[0] * width, y + part.at[1] * height))
    expect(said).not_to_have_text(before)


@pytest.fixture
def evaluated(served_app: ServedApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep an evaluation in which ten cats are taken for dogs; the tests that follow find none of it."""
    monkeypatch.setenv("CNN_LAB_HOME", str(served_app.home))
    before = set(served_app.home.rglob("*.safetensors"))
    run = next(run for run in pretrained.shipped() if run.id == "lecture")
    labels = np.arange(500) % 10
    scores = np.eye(10, dtype=np.float32)[np.where(np.arange(500) < 100, 5, labels)]
    for dataset in ("sketch10", "cifar10"):
        for part in ("validation", "test"):
            found = Evaluation(dataset, part, "written by this test", scores, labels)
            with suppress(DataError):  # CIFAR-10 is not here, and the page shows the other
                evaluations.write_evaluation(run, evaluations.newest_snapshot(run), found)
    yield
    for written in set(served_app.home.rglob("*.safetensors")) - before:
        written.unlink()


@pytest.mark.browser
def test_a_matrix_scrolls_tells_by_a_long_press_and_opens_by_a_tap(
    page: Page, served_app: ServedApp, evaluated: None
) -> None:
    ten = '.matrix button[aria-label^="10 pictures of class cat"]'
    cell = opened(page, served_app, "evaluate?network=lecture", ten)
    told, finger, scrolled = cell.get_attribute("aria-label"), Finger(page), page.evaluate(SCROLLED)
    finger.drag(middle(cell), (0, 60))
    page.wait_for_function(f"before => ({SCROLLED})() < before", arg=scrolled)
    expect(cell).to_have_attribute("aria-pressed", "false")
    come_to_rest(page)
    finger.press(middle(cell))
    expect(page.get_by_role("tooltip")).to_have_text(told or "")
    expect(cell).to_have_attribute("aria-pressed", "false")
    finger.tap(middle(cell))
    expect(page.get_by_role("tooltip")).to_have_count(0)
    finger.tap(middle(cell))
    expect(cell).to_have_attribute("aria-pressed", "true")


@pytest.mark.browser
def test_the_square_on_a_photo_is_dragged_by_a_finger(page: Page, served_app: ServedApp) -> None:
    page.goto(f"{served_app.address}/classify?from=Upload&network=lecture")
    wide = {"name": "wide.png", "mimeType": "image/png", "buffer": saved(quadrants(300, 100), "PNG")}
    page.locator('input[type="file"]').set_input_files(wide)  # type: ignore[arg-type]
    crop, plate = page.locator(".crop"), page.locator(".crop .plate")
    expect(crop).to_have_attribute("data-crop", "100 0 100", timeout=60_000)
    plate.evaluate("element => element.scrollIntoView({block: 'center'})")
    come_to_rest(page)
    scrolled, (_, _, width, _) = page.evaluate(SCROLLED), box_of(plate)
    Finger(page).drag(middle(page.locator(".crop .square")), (0.2 * width, 0))
    expect(crop).to_have_attribute("data-crop", re.compile(r"^1[4-9]\d 0 100$"))
    assert abs(page.evaluate(SCROLLED) - scrolled) < 3
