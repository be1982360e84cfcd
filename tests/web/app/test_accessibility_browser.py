"""Every page without a serious or moderate finding of axe-core in both themes, and on paper; Home's columns lead on."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from support.axe import AXE, findings
from support.serving import ServedApp

PAGES = {
    "": "Home",
    "build": "Build",
    "train": "Train",
    "inside?network=lecture": "Inside",
    "inside?network=lecture&layer=scores": "Inside",
    "classify?from=Sample": "Classify",
    "evaluate": "Evaluate",
    "runs": "Runs",
    "compare": "Compare",
    "grid": "Grid",
    "take_home": "Take home",
    "worksheet?lesson=Softmax": "Worksheet",
    "room": "Class",
    "learn": "All lessons",
    "learn_conv": "Convolution",
    "learn_relu": "ReLU",
    "learn_pool": "Pooling",
    "learn_dense": "Fully connected",
    "learn_softmax": "Softmax",
    "learn_chain": "The whole chain",
}
SHEETS = {
    "worksheet?lesson=Softmax": 2,
    "learn_relu": 2,
    "train": 2,
}  # of paper; every other page prints to one
SETTLED = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const busy = document.querySelector('[data-testid="stStatusWidget"], [data-testid="stSkeleton"]');
  return main && !busy && main.innerText.length > 40;
}"""


def opened(page: Page, served_app: ServedApp, path: str) -> None:
    page.goto(f"{served_app.address}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    page.wait_for_function(SETTLED)


def sheets_of(page: Page, most: int) -> int:
    """Return how many sheets a page prints to, once what it replaces, which stays for a moment, has gone."""
    for _ in range(20):
        paper = page.pdf(prefer_css_page_size=True)
        if (count := len(re.findall(rb"/Type\s*/Page\b", paper))) <= most:
            break
        page.wait_for_timeout(250)
    return count


@pytest.mark.browser
@pytest.mark.skipif(
    not AXE.exists(), reason="skipped: axe-core is not there (make test installs it where npm is)"
)
@pytest.mark.parametrize(
    ("theme", "rules"),
    [("light", {}), ("dark", {"runOnly": ["color-contrast"]})],  # only colours depend on the theme
)
def test_no_page_has_a_finding_of_axe_or_takes_more_paper_than_it_should(
    theme: str, rules: dict[str, Any], new_page: Any, served_app: ServedApp
) -> None:
    page = new_page(viewport={"width": 1440, "height": 1000}, color_scheme=theme, reduced_motion="reduce")
    found, sheets = {}, {}
    for path, title in PAGES.items():
        opened(page, served_app, path)
        expect(page).to_have_title(f"{title} · CNN Lab")
        found[path] = findings(page, {"resultTypes": ["violations"]} | rules)
        if theme == "light":
            sheets[path] = sheets_of(page, SHEETS.get(path, 1))
    assert {path: count for path, count in sheets.items() if count > SHEETS.get(path, 1)} == {}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.browser
def test_a_column_on_home_opens_inside_at_its_layer_with_the_picture(
    new_page: Any, served_app: ServedApp
) -> None:
    page = new_page(viewport={"width": 1440, "height": 1000})
    opened(page, served_app, "")
    page.get_by_role("radio", name="ship").or_(page.get_by_role("button", name="ship")).first.click()
    expect(page.get_by_text("A picture of class ship")).to_be_visible()
    flow = page.locator(
        ".drawing"
    )  # it walks by itself until it is stopped; the pointer frames what a cell sees
    expect(flow).to_have_attribute("data-cell", re.compile("^pool2 0 "))
    page.get_by_role("button", name="Stop the motion").click()
    page.locator('[data-layer="relu1"] image:not(.copy)').hover(position={"x": 20, "y": 20})
    expect(flow).to_have_attribute("data-cell", re.compile("^relu1 "))
    expect(page.locator(".drawing .words")).to_contain_text("depends on 3×3 pixels")
    page.get_by_role("button", name=re.compile("^pool1")).click()
    expect(page).to_have_url(re.compile("inside.*layer=pool1"))
    expect(page.locator(".inspector")).to_have_attribute("data-layer", "pool1", timeout=60_000)
    expect(page.get_by_text("A picture of class ship")).to_be_visible()
    page.get_by_role("link", name="Classify").click()
    expect(page.get_by_text("A picture of class ship")).to_be_visible(timeout=60_000)


@pytest.mark.browser
def test_the_picture_goes_along_by_the_navigation_too(new_page: Any, served_app: ServedApp) -> None:
    page = new_page(viewport={"width": 1440, "height": 1000})
    opened(page, served_app, "")
    page.get_by_role("radio", name="frog").or_(page.get_by_role("button", name="frog")).first.click()
    expect(page.get_by_text("A picture of class frog")).to_be_visible()
    page.get_by_role("link", name="Inside", exact=True).click()
    expect(page.get_by_text("A picture of class frog")).to_be_visible(timeout=60_000)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "bar"),
    [
        ("", '.drawing [data-layer="softmax"] .bar'),
        ("classify?from=Sample&network=lecture", ".opinion .track i"),
    ],
)
def test_bars_stand_out_from_their_ground_where_the_system_forces_its_colours(
    path: str, bar: str, new_page: Any, served_app: ServedApp
) -> None:
    page = new_page(viewport={"width": 1440, "height": 1000}, forced_colors="active", reduced_motion="reduce")
    opened(page, served_app, path)
    expect(page.locator(bar)).to_have_count(10)
    boxes = [box for found in page.locator(bar).all() if (box := found.bounding_box())]
    box = max(boxes, key=lambda box: box["width"])
    picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
    x, y = int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2)
    on, above = picture.getpixel((x, y)), picture.getpixel((x, int(box["y"]) - 3))
    assert isinstance(on, int)
    assert isinstance(above, int)
    assert abs(on - above) > 60


def reach(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what is spoken as `name` has the focus, wherever it stands in a component."""
    focused = """() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return `${at?.getAttribute('aria-label') ?? ''} ${at?.innerText ?? at?.textContent ?? ''}`;
    }"""
    for _ in range(most):
        page.keyboard.press("Tab")
        text = page.evaluate(focused)
        if name in text and len(text) < 120:  # not a region that holds it among others
            return
    raise AssertionError(f"{most} times Tab did not reach {name!r}")


@pytest.mark.browser
def test_a_way_by_keyboard_alone(new_page: Any, served_app: ServedApp) -> None:
    page = new_page(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce")
    opened(page, served_app, "")
    expect(page.locator(".drawing")).to_have_attribute("data-cell", re.compile("."))
    reach(page, "pool1 16×16×12")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("inside.*layer=pool1"))
    expect(page.locator(".inspector")).to_have_attribute("data-layer", "pool1", timeout=60_000)

    opened(page, served_app, "build")
    reach(page, "Train this network")  # every control before it can be passed

    opened(page, served_app, "learn_softmax")
    menu = page.get_by_test_id("stTopNavSection").filter(has_text="Learn")
    expect(menu.get_by_text("Learn")).to_have_css("font-weight", "600")  # it says where this page is
    reach(page, "For teachers")
    page.keyboard.press("Enter")
    expect(
        page.get_by_test_id("stPopoverBody").get_by_role("link", name="Worksheet to print")
    ).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()

    opened(page, served_app, "worksheet")
    reach(page, "Large type for a projector")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Usual size of type")).to_be_visible()
