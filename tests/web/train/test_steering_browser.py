"""Steering in Chromium: pause, one batch, a new learning rate, resume, reload, stop, continue."""

import re

import pytest
from playwright.sync_api import Page, expect

from cnn.runs.store import Run, RunStore
from support.serving import ServedApp, eventually
from support.visitor import PATIENCE, Visitor, number

BINARY = 2  # opcode of a frame that carries what Streamlit draws
START = 300_000  # ms, for a worker that may still load TensorFlow


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def stands(page: Page, state: str, patience: int = PATIENCE) -> None:
    """Wait until the heading says how the run stands."""
    expect(page.get_by_role("heading", name=re.compile(f": {state}$"))).to_be_visible(timeout=patience)


def taken(page: Page, what: str) -> None:
    """Wait until the page says that something has been taken."""
    expect(page.get_by_text(re.compile(f"{re.escape(what)}: done"))).to_be_visible(timeout=PATIENCE)


def own_run(served_app: ServedApp) -> Run:
    """Return the newest run of the store: the one just started."""
    return RunStore(served_app.home / "runs").runs()[0]


BETWEEN = """(element, other) => {
  const [one, two] = [element, other].map((box) => box.getBoundingClientRect());
  return [one.x - two.x, one.y - two.y];
}"""


def within_page(page: Page) -> list[float]:
    """Return where *Stop* stands beside the heading of the page, at one moment: the page may be scrolling."""
    stop = page.get_by_role("button", name="Stop", exact=True)
    found: list[float] = stop.evaluate(BETWEEN, page.locator("h1").element_handle())
    return found


@pytest.mark.browser
@pytest.mark.workers
def test_a_run_is_steered_reloaded_and_continued(visitor: Visitor, served_app: ServedApp) -> None:
    page = visitor.open("train")
    number(page, "Epochs", 100)
    page.get_by_text("More settings").click()
    number(page, "Training pictures", 5_000)
    press(page, "Train")
    stands(page, "running", START)
    expect(page.locator(".watch")).to_be_in_viewport()  # also from the foot of a long form
    curve = page.get_by_test_id("stPlotlyChart").first.locator(".scatterlayer path.js-line").first
    expect(curve).to_be_visible(timeout=START)
    run = own_run(served_app)
    place = within_page(page)

    # Pause: the state is on the page, nothing goes on, and the buttons stay where they were
    press(page, "Pause")
    stands(page, "paused")
    taken(page, "Pause")
    step = run.status().step
    assert run.status().state == "paused"
    assert within_page(page) == place
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_disabled()

    # The page looks on by itself, and draws nothing while nothing has changed
    looks, frames = [], []
    visitor.page.on("response", lambda response: looks.append(response) if "/live/" in response.url else None)
    devtools = visitor.context.new_cdp_session(page)
    devtools.on("Network.webSocketFrameReceived", lambda frame: frames.append(frame))
    devtools.send("Network.enable")
    page.wait_for_timeout(3_500)
    assert len(looks) >= 3
    if not page.get_by_text("CIFAR-10 is not installed yet").count():  # that notice looks by itself
        assert not [frame for frame in frames if frame["response"]["opcode"] == BINARY]
    devtools.detach()

    # One batch is one batch
    page.get_by_text("More ways to steer").click()
    press(page, "One batch")
    taken(page, "One batch")
    eventually("it is paused after one batch", lambda: run.status().step == step + 1)
    stands(page, "paused")

    # A new learning rate is marked in the chart
    rate = page.get_by_test_id("stForm").get_by_label("New learning rate", exact=True)
    rate.fill("0.0005")
    press(page, "Set")
    taken(page, "New learning rate 0.0005")
    mark = page.get_by_test_id("stPlotlyChart").first.get_by_text("rate 0.0005")
    expect(mark).to_be_visible()

    # A reload shows the same
    page.reload()
    visitor.settle()
    stands(page, "paused")
    expect(mark).to_be_visible()
    page.get_by_text("More ways to steer").click()
    expect(rate).to_have_value("0.000500")
    assert run.status().step == step + 1

    # Resume, and one epoch to its end
    press(page, "Resume")
    stands(page, "running")
    taken(page, "Resume")
    eventually("it goes on", lambda: run.history.rows()[-1].get("step", 0) > step + 1)
    press(page, "One epoch")
    stands(page, "paused")
    eventually("it is paused at the end of an epoch", lambda: run.status().epoch % 1 == 0)

    # Stop keeps it; it goes on from there for one more epoch
    press(page, "Stop")
    stands(page, "stopped")
    reached = run.status().epoch
    press(page, "Continue")
    page.get_by_label("More epochs", exact=True).fill("1")
    press(page, "Continue it")
    stands(page, "finished", START)
    assert run.status().epoch == reached + 1
    steps = [row["step"] for row in run.history.rows() if row["kind"] == "progress"]
    assert steps == sorted(set(steps))

    # Another browser sees none of it
    other = Visitor(visitor.context.browser, served_app)  # type: ignore[arg-type]
    try:
        shown = other.open("train")
        expect(shown.get_by_role("heading", name="What to train")).to_be_visible()
        expect(shown.get_by_role("heading", name=re.compile(": finished$"))).to_have_count(0)
        expect(shown.get_by_role("button", name="Continue", exact=True)).to_have_count(0)
    finally:
        other.context.close()

    # Delete asks first
    press(page, "Delete")
    press(page, "Delete it")
    expect(page.get_by_role("heading", name=re.compile(": finished$"))).to_have_count(0)
    eventually("it is gone", lambda: not run.folder.exists())
    assert not visitor.problems
