"""The whole way in Chromium: build, train on real pictures, look inside, classify an upload."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnn.data import CLASSES
from cnn.network.presets import PRESETS
from support.odd_pictures import quadrants, saved
from support.serving import ServedApp
from support.visitor import PAGES, Visitor, number


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
    expect(page.get_by_role("heading", name=re.compile(": running"))).to_be_visible(timeout=90_000)
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
    accuracy = page.get_by_test_id("stPlotlyChart").filter(has_text="Accuracy").first
    expect(accuracy.get_by_text("100 %", exact=True)).to_be_visible()  # as the text writes it

    # Inside: a click on a map opens it, and so does Enter
    page.get_by_role("button", name="Look inside it").click()
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
def test_nothing_is_wider_than_a_small_window(browser: Browser, served_app: ServedApp, scheme: str) -> None:
    visitor = Visitor(browser, served_app, viewport={"width": 820, "height": 1100}, color_scheme=scheme)
    try:
        for title, path in PAGES.items():
            page = visitor.open(path)
            page.locator("h1").wait_for()
            wide = page.evaluate(WIDE)
            assert wide == [], f"{title}, {scheme}"
            ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
            assert ground == {"light": "rgb(252, 251, 248)", "dark": "rgb(18, 20, 23)"}[scheme]
        if scheme == "light":  # a phone; these hold what is widest
            page.set_viewport_size({"width": 390, "height": 844})
            for path, widest in [
                ("learn_dense", ".unroll canvas"),
                ("", ".drawing.after .scroll.on"),  # the bars are beyond the edge, and the drawing says so
                ("inside?network=lecture&panel=break", "tr[data-class]"),
            ]:
                page = visitor.open(path)
                expect(page.locator(widest).first).to_be_visible()
                assert page.evaluate(WIDE) == [], path
        assert not visitor.problems
    finally:
        visitor.context.close()


# Keeps each address that the icon of the window has had.
ICONS = """
window.icons = [];
new MutationObserver((changes) => {
  for (const { target, oldValue } of changes)
    if (target.matches('link[rel~="icon"]')) window.icons.push(oldValue ?? "", target.href);
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["href"], attributeOldValue: true });
"""


@pytest.mark.browser
def test_the_icon_of_a_page_never_comes_from_elsewhere(visitor: Visitor) -> None:
    visitor.page.add_init_script(ICONS)
    page = visitor.open("inside")
    expect(page).to_have_title("Inside · CNN Lab")
    icons = [urljoin(page.url, icon) for icon in page.evaluate("window.icons") if icon]
    assert icons[-1].endswith(".png")
    assert [icon for icon in icons if not icon.startswith(visitor.home)] == []


# The figures that end in "…" because they are wider than their place.
CUT = """
() => [...document.querySelectorAll('[data-testid="stMetricValue"], [data-testid="stMetricValue"] *')]
    .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth)
    .map((part) => part.textContent)
"""


@pytest.mark.browser
def test_figures_of_a_large_network_are_whole_in_a_small_window(
    browser: Browser, served_app: ServedApp
) -> None:
    visitor = Visitor(browser, served_app, viewport={"width": 820, "height": 1100})
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
