"""Inside, in Chromium: pictures, states and maps are chosen; numbers and colours are those of Python."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnn.data import CLASSES
from cnn.data import test_labels as labels_of
from cnn.data import test_pictures as pictures_of
from cnn.evaluation import pretrained
from cnn.figures.colours import LIGHT, colour, scale_of
from cnn.network.forward import forward
from cnn.runs.store import Run, RunStore, Status, read_run
from support.serving import ServedApp, eventually

LECTURE = next(run for run in pretrained.shipped() if run.id == "lecture")
STEPS = [snapshot.step for snapshot in LECTURE.snapshots()]
EPOCHS = [snapshot.epoch for snapshot in LECTURE.snapshots()]


@pytest.fixture
def page(browser: Browser, served_app: ServedApp, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield Inside on the shipped network; at its end no script may have failed."""
    motion = getattr(request, "param", "no-preference")
    context = browser.new_context(viewport={"width": 1440, "height": 1100}, reduced_motion=motion)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{served_app.address}/inside?network=lecture")
    expect(page.locator(".overview .verdict")).to_contain_text("says", timeout=60_000)
    expect(page.locator(".time .handle")).to_have_count(1)
    yield page
    context.close()
    assert not problems


def map_of(page: Page, layer: str, channel: int) -> Locator:
    return page.locator(f'.overview [data-layer="{layer}"][data-channel="{channel}"]')


def asked(page: Page, **wanted: str) -> None:
    """Wait until the address says this."""

    def says(url: str) -> bool:
        query = parse_qs(urlsplit(url).query)
        return all(query.get(name) == [value] for name, value in wanted.items())

    page.wait_for_url(says)


def outputs(page: Page, true_class: str, number: int, run: Run = LECTURE, place: int = -1) -> dict:
    """Return what Python makes of the picture that the page shows."""
    name = "cifar10" if "CIFAR-10 test picture" in page.content() else "sketch10"
    index = np.flatnonzero(labels_of(name) == CLASSES.index(true_class))[number]
    pixels = pictures_of(name, [int(index)])[0]
    return forward(run.setup.network, run.weights(run.snapshots()[place]), pixels)


COUNT_COPIES = """() => {
  window.copies = 0;
  new MutationObserver((records) => {
    for (const record of records)
      for (const node of record.addedNodes) if (node.className === 'cnn-lab-ghost') window.copies++;
  }).observe(document.body, { childList: true });
}"""
CLICK_AND_READ = "(place, tile) => { tile.click(); return place.querySelector('.verdict').textContent; }"
PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


def same_as(page: Page, layer: str, channel: int, values: np.ndarray) -> None:
    """Compare the pixels of a map on the page with the colours of its values."""
    one, scale = values[:, :, channel], scale_of(values)
    painted = map_of(page, layer, channel).locator("canvas").evaluate(PIXELS)
    found = np.array(painted).reshape(*one.shape, 4)[..., :3]
    assert np.abs(found - colour(one, scale, LIGHT)).max() <= 4


@pytest.mark.browser
def test_pictures_and_maps_are_chosen_and_what_is_shown_is_what_python_has(page: Page) -> None:
    values = outputs(page, "horse", 0)
    same_as(page, "conv1", 5, values["conv1"])
    same_as(page, "pool2", 3, values["pool2"])

    expect(page.locator(f'.forward[data-network="lecture/{STEPS[-1]}"]')).to_be_attached()
    at_once = page.locator(".overview").evaluate(
        CLICK_AND_READ, page.locator(".tile").nth(8).element_handle()
    )
    assert "ship" in at_once  # another class, before the server can have answered
    same_as(page, "conv1", 5, outputs(page, "ship", 0)["conv1"])
    asked(page, **{"class": "ship", "number": "1"})
    expect(page.locator('.tile[aria-checked="true"]')).to_contain_text("ship")
    values = outputs(page, "ship", 0)
    share = values["softmax"][8]
    bar = page.locator('.overview [data-layer="softmax"][data-place="8"]')
    expect(bar).to_have_attribute("data-value", re.compile(f"^{share:.5f}"[:7]))
    same_as(page, "relu2", 1, values["relu2"])
    page.get_by_role("button", name="Next pictures").click()
    asked(page, **{"class": "ship", "number": "2"})
    expect(page.locator(".strip")).to_have_attribute("data-number", "2")

    conv = map_of(page, "conv1", 4)  # pointing at a map, and choosing it
    conv.hover()
    values = outputs(page, "ship", 1)["conv1"][:, :, 4]
    expect(page.locator(".overview .words")).to_contain_text(f"highest {values.max():.2f}")
    expect(page.locator(".overview path.bright")).to_have_count(3)
    page.locator(".overview .box").evaluate("box => { box.marked = true; }")
    page.evaluate(COUNT_COPIES)
    conv.click()
    asked(page, layer="conv1", channel="4")
    page.wait_for_function("() => window.copies === 1")  # that travels to the inspector
    expect(page.locator(".inspector .board")).to_be_in_viewport(ratio=0.95)
    expect(page.locator(".cnn-lab-ghost")).to_have_count(0)
    expect(conv).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="More maps of conv2").click()  # the other half of 24
    expect(map_of(page, "pool2", 23)).to_be_visible()
    expect(map_of(page, "pool2", 3)).to_have_count(0)
    page.get_by_role("button", name="Most active first").click()
    expect(page.get_by_role("button", name="Most active first")).to_have_attribute("aria-pressed", "true")
    assert page.locator(".overview .box").evaluate("box => box.marked")  # it was changed in place


QUICKLY = "(first, second) => { first.click(); setTimeout(() => second.click(), 30); }"


@pytest.mark.browser
def test_two_clicks_on_the_heels_of_each_other_both_count(page: Page) -> None:
    map_of(page, "conv2", 3).evaluate(QUICKLY, page.locator(".tile").nth(8).element_handle())
    asked(page, layer="conv2", channel="3", **{"class": "ship"})
    same_as(page, "pool2", 3, outputs(page, "ship", 0)["pool2"])
    page.go_back()
    asked(page, layer="conv2", channel="3")
    expect(page.locator('.tile[aria-checked="true"]')).to_contain_text("horse")


# How far, in pixels of the screen, the lines from conv1 to relu1 begin and end from the maps that they join.
ASTRAY = """overview => {
  const lines = overview.querySelector('.links path.one').getBoundingClientRect();
  const maps = (layer) => [...overview.querySelectorAll(`[data-layer="${layer}"] canvas`)]
    .map((canvas) => canvas.getBoundingClientRect());
  const [from, to] = [maps('conv1'), maps('relu1')];
  const middle = (box) => (box.top + box.bottom) / 2;
  return Math.max(...[lines.left - from[0].right, lines.right - to[0].left, lines.top - middle(from[0]),
    lines.bottom - middle(from.at(-1))].map(Math.abs));
}"""


@pytest.mark.browser
def test_the_overview_by_keyboard_and_the_panels(page: Page) -> None:
    map_of(page, "conv1", 0).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(map_of(page, "relu1", 2)).to_be_focused()
    expect(page.locator(".overview .words")).to_contain_text("relu1, map 2")
    page.keyboard.press("Enter")
    asked(page, layer="relu1", channel="2")
    expect(map_of(page, "relu1", 2)).to_be_focused()  # new data leave the focus alone
    assert page.locator('.overview .item[tabindex="0"]').count() == 1
    page.get_by_text("Why this class?", exact=True).click()
    asked(page, panel="why", layer="relu1", channel="2")
    expect(page.get_by_text("Why this class?", exact=True)).to_be_visible()

    overview = page.locator(".overview")
    width = overview.evaluate("element => element.querySelector('canvas').getBoundingClientRect().width")
    assert overview.evaluate(ASTRAY) < 6
    page.get_by_role("button", name="Large type for a projector").click()
    expect(page.get_by_role("button", name="Usual size of type")).to_be_visible()
    eventually(
        "the lines lie right in large type",
        lambda: (
            overview.evaluate("element => element.querySelector('canvas').getBoundingClientRect().width")
            > 1.2 * width
            and overview.evaluate(ASTRAY) < 6
        ),
    )


@pytest.mark.browser
def test_the_time_machine_by_keyboard_by_hand_and_playing(page: Page) -> None:
    slider, overview = (
        page.get_by_role("slider", name="Saved state of the network"),
        page.locator(".overview"),
    )
    expect(slider).to_have_attribute("aria-valuenow", str(len(STEPS) - 1))
    slider.focus()
    page.keyboard.press("Home")
    asked(page, epoch="0")
    expect(slider).to_have_attribute("aria-valuetext", "Before training: random weights")
    expect(overview).to_have_attribute("data-stamp", re.compile("lecture/0/"))
    same_as(page, "conv2", 2, outputs(page, "horse", 0, place=0)["conv2"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    asked(page, epoch=str(STEPS[2]))
    after = f"After epoch {EPOCHS[2]:g} of {EPOCHS[-1]:g}"
    expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^{after} · .* %"))
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] / 2, "y": 20})  # once it stands still
    middle = min(range(len(STEPS)), key=lambda place: abs(STEPS[place] - STEPS[-1] / 2))
    asked(page, epoch=str(STEPS[middle]))

    page.get_by_role("button", name="Play: pass through the epochs").click()
    expect(overview).to_have_attribute(
        "data-stamp", re.compile(f"lecture/({'|'.join(map(str, STEPS[middle + 1 : middle + 4]))})/")
    )
    page.keyboard.press("Shift")  # any key stops it
    expect(page.get_by_role("button", name="Play: pass through the epochs")).to_be_visible()
    slider.focus()
    page.keyboard.press("End")
    asked(page, epoch=str(STEPS[-1]))


@pytest.mark.browser
@pytest.mark.parametrize("page", ["reduce"], indirect=True)
def test_without_motion_play_is_one_step_and_a_map_opens_at_once(page: Page) -> None:
    page.get_by_role("button", name="Next epoch").click()  # from the last to the first
    asked(page, epoch="0")
    expect(page.locator(".time")).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="Next epoch").click()
    asked(page, epoch=str(STEPS[1]))
    page.evaluate(COUNT_COPIES)
    map_of(page, "conv1", 4).click()
    expect(page.locator(".inspector .board")).to_be_in_viewport(ratio=0.95)
    assert page.evaluate("window.copies") == 0


@pytest.mark.browser
def test_a_picture_is_chosen_on_the_way_from_classify(browser: Browser, served_app: ServedApp) -> None:
    """Both pages have the picture in the address: there as widgets, here by hand."""
    page = browser.new_context(viewport={"width": 1440, "height": 1100}).new_page()
    page.goto(f"{served_app.address}/classify?network=lecture&sample_class=frog&sample_number=3")
    page.get_by_role("link", name="See its maps for this picture").click(timeout=60_000)
    expect(page.locator('.tile[aria-checked="true"]')).to_contain_text("frog", timeout=30_000)
    page.locator(".tile").nth(0).click()
    asked(page, **{"class": "airplane", "number": "3"})
    expect(page.locator(".overview .item.truth")).to_contain_text("airplane")
    page.context.close()


@pytest.mark.browser
def test_a_new_state_of_a_run_that_trains_appears_by_itself(
    browser: Browser, served_app: ServedApp, tmp_path: Path
) -> None:
    made = RunStore(tmp_path).create(LECTURE.setup, "sketch10", name="<b>live</b>")
    made.write_status(Status("running", process=1, host="another machine"))
    run = read_run(
        made.folder.rename(served_app.home / "runs" / made.id)
    )  # the engine never sees it in the queue
    with run.trained_here():  # so that the engine leaves it alone
        states = LECTURE.snapshots()
        for state in states[:2]:
            run.save_snapshot(state.step, state.epoch, LECTURE.weights(state))
        page = browser.new_context(viewport={"width": 1440, "height": 1100}).new_page()
        page.goto(f"{served_app.address}/inside?network={run.id}")
        overview, slider = (
            page.locator(".overview"),
            page.get_by_role("slider", name="Saved state of the network"),
        )
        expect(overview).to_have_attribute("data-stamp", re.compile(f"/{STEPS[1]}/"), timeout=60_000)
        run.save_snapshot(states[2].step, states[2].epoch, LECTURE.weights(states[2]))
        expect(overview).to_have_attribute("data-stamp", re.compile(f"/{STEPS[2]}/"), timeout=30_000)
        slider.focus()
        page.keyboard.press("ArrowLeft")
        asked(page, epoch=str(STEPS[1]))
        run.save_snapshot(states[3].step, states[3].epoch, LECTURE.weights(states[3]))
        expect(slider).to_have_attribute("aria-valuemax", "3", timeout=30_000)
        expect(overview).to_have_attribute(
            "data-stamp", re.compile(f"/{STEPS[1]}/")
        )  # it stays where the visitor went
        page.get_by_role("button", name="Newest, live").click()
        expect(overview).to_have_attribute("data-stamp", re.compile(f"/{STEPS[3]}/"), timeout=30_000)
        run.write_status(Status("stopped"))
        page.context.close()
