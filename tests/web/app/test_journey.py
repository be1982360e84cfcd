"""The whole way in Chromium: build, train on real pictures, look inside, classify an upload."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from odd_pictures import quadrants, saved
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect
from serving import Lab, opened_browser

from cnn.data import CLASSES
from cnn.network.presets import PRESETS

PAGES = {"home": "", "build": "build", "train": "train", "inside": "inside", "classify": "classify"}
PATIENCE = 30_000  # ms, for what the page does by itself; an action of its own has Playwright's limit


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        expect.set_options(timeout=PATIENCE)
        yield browser


class Visitor:
    """A page, and what went wrong on it."""

    def __init__(self, browser: Browser, lab: Lab, **options: object) -> None:
        self.context = browser.new_context(**options)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.home = lab.address
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._read)
        self.page.on("request", self._look)

    def _read(self, message: ConsoleMessage) -> None:
        # Streamlit looks for its server below the path of a page first, and finds it at the root.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.problems.append(f"{message.text} {message.location['url']}")

    def _look(self, request: Request) -> None:
        """Hold the page to its own server: nobody else hears of a visitor, and it works without a network."""
        if not request.url.startswith((self.home, "blob:", "data:")):
            self.problems.append(f"asked elsewhere: {request.url}")
        if request.resource_type == "image" and "/media/" in request.url:
            self.problems.append(f"a picture that the next run of the script may take away: {request.url}")

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{self.home}/{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run: a title is there and nothing is running."""
        expect(self.page.locator("h1")).to_have_count(1)
        expect(self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_have_count(
            1
        )

    def go(self, title: str) -> None:
        """Follow a link of the navigation."""
        self.page.get_by_test_id("stTopNavLinkContainer").get_by_text(title, exact=True).click()
        self.page.wait_for_url(re.compile(f"/{PAGES[title.lower()]}($|[?])"))
        self.settle()


@pytest.fixture
def visitor(browser: Browser, lab: Lab) -> Iterator[Visitor]:
    visitor = Visitor(browser, lab, viewport={"width": 1440, "height": 1000})
    yield visitor
    visitor.context.close()


def number(page: Page, label: str, value: int, place: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(place)
    field.fill(str(value))
    field.press("Enter")


def option(page: Page, label: str) -> Locator:
    """Return one of the choices that stand side by side."""
    return page.get_by_test_id("stButtonGroup").get_by_text(label, exact=True)


def bars(page: Page) -> list[str]:
    """Return the names of the bars of the first network, from top to bottom."""
    rows = page.locator(".opinion").first.locator("li")
    expect(rows).to_have_count(len(CLASSES))
    return [row.get_attribute("data-class") or "" for row in rows.all()]


@pytest.mark.browser
def test_build_train_look_inside_and_classify(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open()

    # Home: a drawing with ten bars, and one thing to press
    flow = page.locator(".drawing svg")
    expect(flow).to_be_visible()
    for name in CLASSES:
        expect(flow.get_by_text(name, exact=True)).to_be_visible()
    page.get_by_role("button", name="Build and train your own").click()
    page.wait_for_url(re.compile("/build"))
    visitor.settle()

    # Build: the lecture network; a change moves drawing, table, and address
    expect(option(page, "Lecture")).to_have_count(1)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("18,322")
    drawing, address = page.locator(".drawing svg"), page.url
    expect(drawing.get_by_text("32×32×12")).not_to_have_count(0)
    number(page, "Filters", 8)
    expect(drawing.get_by_text("32×32×8")).not_to_have_count(0)
    expect(drawing.get_by_text("32×32×12")).to_have_count(0)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("17,346")
    page.wait_for_url(lambda url: url != address)
    assert "setup=" in page.url

    # Train: two epochs
    visitor.go("Train")
    number(page, "Epochs", 2)
    page.get_by_text("More settings").click()
    number(page, "Training pictures", 20_000)  # some seconds, so that the reload is in the middle
    page.get_by_role("button", name="Train", exact=True).click()
    points = page.get_by_test_id("stPlotlyChart").first.locator(".scatterlayer path.js-line")
    expect(points.first).to_be_visible(timeout=60_000)
    page.reload()  # the run goes on without the page
    visitor.settle()
    heading = page.get_by_role("heading", name=re.compile("(running|finished)"))
    expect(heading).to_have_count(1)
    expect(page.get_by_role("heading", name=re.compile("finished"))).to_be_visible(timeout=90_000)
    test_accuracy = page.locator(".watch .figures div").filter(has_text="Test accuracy").locator("dd")
    expect(test_accuracy).to_have_text(re.compile(r"^\d+\.\d %$"))
    expect(points.first).to_be_visible()

    # Inside: a click on a map opens it, and so does Enter
    page.get_by_role("link", name="Look inside it").click()
    page.wait_for_url(re.compile("/inside"))
    visitor.settle()
    columns = page.locator(".overview section")
    expect(columns.filter(has_text="16×16×8")).to_have_count(1)
    page.locator('.overview [data-layer="pool1"][data-channel="5"]').click()
    page.wait_for_url(re.compile("layer=pool1&.*channel=5"))
    page.locator('.overview [data-layer="conv2"][data-channel="3"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("layer=conv2&.*channel=3"))

    # Classify: a good picture, then a broken one
    good, broken = tmp_path / "four.png", tmp_path / "cut.png"
    good.write_bytes(saved(quadrants(), "PNG"))
    broken.write_bytes(good.read_bytes()[:90])
    visitor.go("Classify")
    option(page, "Upload").click()
    chooser = page.locator('input[type="file"]')
    chooser.set_input_files(good)
    assert bars(page) == list(CLASSES)
    expect(page.get_by_text("64×48 PNG")).to_be_visible()
    chooser.set_input_files(broken)
    alert = page.get_by_test_id("stAlert").filter(has_text="cut short or damaged")
    expect(alert).to_have_count(1)
    assert len(bars(page)) == 10  # of the picture that is still there
    chooser.set_input_files(good)
    expect(alert).to_have_count(0)
    expect(page.locator(".shelf .tile")).to_have_count(2)

    assert not visitor.problems


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_small_window(browser: Browser, lab: Lab, scheme: str) -> None:
    visitor = Visitor(browser, lab, viewport={"width": 820, "height": 1100}, color_scheme=scheme)
    try:
        for title, path in PAGES.items():
            page = visitor.open(path)
            page.locator("h1").wait_for()
            wide = page.evaluate(WIDE)
            assert wide == [], f"{title}, {scheme}"
            ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
            assert ground == {"light": "rgb(252, 251, 248)", "dark": "rgb(18, 20, 23)"}[scheme]
        assert not visitor.problems
    finally:
        visitor.context.close()


# The figures that end in "…" because they are wider than their place.
CUT = """
() => [...document.querySelectorAll('[data-testid="stMetricValue"], [data-testid="stMetricValue"] *')]
    .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth)
    .map((part) => part.textContent)
"""


@pytest.mark.browser
def test_figures_of_a_large_network_are_whole_in_a_small_window(browser: Browser, lab: Lab) -> None:
    visitor = Visitor(browser, lab, viewport={"width": 820, "height": 1100})
    try:
        page = visitor.open(f"build?setup={PRESETS['airbench'].setup.to_link()}")
        expect(page.get_by_test_id("stMetricValue").first).to_have_text("1,976,258")
        assert page.evaluate(CUT) == []
    finally:
        visitor.context.close()


# What makes the page itself scroll sideways: the page, or the scrolling part of it that Streamlit has.
WIDE = """
() => [document.scrollingElement, ...document.querySelectorAll('.stMain, .stApp')]
    .filter((part) => part.scrollWidth > part.clientWidth + 1 || part.scrollWidth > innerWidth)
    .map((part) => `${part.className || part.tagName}: ${part.scrollWidth} in ${part.clientWidth}`)
"""
