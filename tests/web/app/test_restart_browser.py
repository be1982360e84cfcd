"""A server that is killed and started again, as a page that was open all the while sees it."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.odd_pictures import quadrants, saved
from support.serving import served
from support.visitor import Visitor

NOTE_SCRIPT = """() => new MutationObserver(() => {
  window.scriptRan ||= Boolean(document.querySelector('[data-test-script-state="running"]'));
}).observe(document.body, { attributes: true, subtree: true, attributeFilter: ["data-test-script-state"] })"""


@pytest.mark.browser
def test_the_first_press_after_a_restart_counts(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "home") as before:
        visitor = Visitor(browser, before)
        page = visitor.open("build")
        rows = page.get_by_label("Neurons")
        dense = rows.count()
        os.killpg(before.process.pid, signal.SIGKILL)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "PINGING_SERVER")
        page.evaluate(NOTE_SCRIPT)
    with served(tmp_path / "home", before.port):
        page.wait_for_function("window.scriptRan")  # by itself: connected is not yet drawn anew
        visitor.settle()
        page.get_by_role("button", name="Add a dense layer").click()
        expect(rows).to_have_count(dense + 1)
    visitor.context.close()


@pytest.mark.browser
def test_pictures_that_are_gone_are_said_to_be_gone(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "home") as before:
        visitor = Visitor(browser, before)
        page = visitor.open("classify?from=Upload")
        photo = tmp_path / "photo.png"
        photo.write_bytes(saved(quadrants(), "PNG"))
        page.locator('input[type="file"]').set_input_files(photo)
        expect(page.get_by_text("64×48 PNG")).to_be_visible()
        os.killpg(before.process.pid, signal.SIGKILL)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "PINGING_SERVER")
    with served(tmp_path / "home", before.port):
        expect(page.get_by_text("your pictures are gone")).to_be_visible()
        expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)
        expect(page.get_by_text("64×48 PNG")).to_have_count(0)
    visitor.context.close()
