"""A room with three browsers: a teacher projects the code, two students join, share, and look at each other's."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from cnn.network.forward import weight_shapes
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.snapshots import snapshot_path, write_weights
from cnn.runs.status import Status, write_status
from cnn.runs.store import RunStore, owner_hash
from cnn.web.app.session import COOKIE
from support.serving import ServedApp

pytestmark = pytest.mark.browser
PATIENCE = 60_000
SETUP = Setup(NetworkSpec(blocks=(Block((Convolution(4),)),)), TrainSpec(epochs=1, pictures=500))


def opened(browser: Browser, served_app: ServedApp, address: str = "/room") -> Page:
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(served_app.address + address)
    return page


def joined(browser: Browser, served_app: ServedApp, code: str, name: str) -> Page:
    page = opened(browser, served_app, f"/room?code={code.replace('-', '')}")
    page.get_by_role("textbox", name="Your name in this room").fill(name)
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("heading", name="Share your runs").wait_for()
    return page


def trained_by(page: Page, served_app: ServedApp, name: str, accuracy: float) -> str:
    """Put a run of this browser's visitor on the disk, as after a training; return its id."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    run = RunStore(served_app.home / "runs").create(SETUP, "sketch10", owner_hash(key), name)
    rng = np.random.default_rng(0)
    weights = {
        n: rng.normal(0, 0.1, shape).astype(np.float32) for n, shape in weight_shapes(SETUP.network).items()
    }
    write_weights(snapshot_path(run.folder / "snapshots", 3, 1.0), weights)
    write_status(run.folder, Status("finished", epoch=1.0, seconds=8.0, validation_accuracy=accuracy))
    return run.id


def test_a_class_of_three_browsers(served_app: ServedApp, browser: Browser) -> None:
    teacher = opened(browser, served_app)
    teacher.get_by_role("textbox", name="Title of the room").fill("Class 9b")
    teacher.get_by_role("button", name="Open a room").click()
    teacher.get_by_role("img", name="QR code to join the room").wait_for()
    code = re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", teacher.inner_text("body"))[0]

    ada, ben = joined(browser, served_app, code, "Ada"), joined(browser, served_app, code, "Ben")
    expect(teacher.get_by_text("2 students in the room")).to_be_visible(timeout=PATIENCE)  # without a press
    run_id = trained_by(ada, served_app, "edges", 0.5)
    ada.reload()
    ada.get_by_text(re.compile("^edges, ")).click()

    for page in (teacher, ben):  # it is on everybody's board by itself
        row = page.get_by_role("row", name=re.compile("Ada.*edges"))
        expect(row).to_contain_text("50.0 %", timeout=PATIENCE)
    with ben.context.expect_page() as opening:
        ben.get_by_role("link", name="Inside: network of Ada").click()
    inside = opening.value
    inside.set_default_timeout(PATIENCE)
    assert f"network={run_id}" in inside.url
    expect(inside.get_by_role("combobox", name=re.compile("Network"))).to_have_value(
        re.compile("^Ada: edges"), timeout=PATIENCE
    )

    ada.get_by_text(re.compile("^edges, ")).click()  # taken back
    expect(ben.get_by_role("row", name=re.compile("Ada.*edges"))).to_have_count(0, timeout=PATIENCE)

    teacher.get_by_role("tab", name="Students").click()
    teacher.get_by_role("button", name="Remove").first.click()
    expect(ada.get_by_text("You are not in this room")).to_be_visible(timeout=PATIENCE)

    teacher.get_by_role("tab", name="Task and rules").click()
    teacher.get_by_text("Close the room", exact=True).click()
    for page in (teacher, ben):  # new rules are on everybody's page by themselves
        expect(page.get_by_text("This room is closed")).to_be_visible(timeout=PATIENCE)

    teacher.get_by_text("Close the room", exact=True).click()  # opened again
    expect(ben.get_by_text("This room is closed")).to_be_hidden(timeout=PATIENCE)
