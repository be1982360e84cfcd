"""A server that is killed and started again, as a page that was open all the while sees it."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.odd_pictures import quadrants, saved
from support.serving import served
from support.visitor import Visitor


@pytest.mark.browser
def test_the_first_press_after_a_restart_counts(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "home") as before:
        visitor = Visitor(browser, before)
        page = visitor.open("build")
        rows = page.get_by_label("Neurons")
        dense = rows.count()
        other = Visitor(browser, before)
        other.open("learn")
        other.go("Home")
        os.killpg(before.process.pid, signal.SIGKILL)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "PINGING_SERVER")
        away = page.get_by_role("alert").filter(has_text="The server does not answer.")
        expect(away).to_be_visible()
        expect(page.get_by_test_id("stHeader")).to_have_attribute(
            "inert", ""
        )  # Streamlit would drop the press
        expect(other.page.get_by_test_id("stHeader")).to_have_attribute("inert", "")
        other.page.evaluate("history.back()")
    with served(tmp_path / "home", before.port):
        page.get_by_role("button", name="Add a dense layer").click()
        expect(rows).to_have_count(dense + 1)
        expect(away).to_have_count(0)
        page.get_by_role("link", name="Train", exact=True).click()
        page.wait_for_url("**/train*")
        expect(other.page.get_by_role("heading", name="Learn by doing")).to_be_visible()
    visitor.context.close()
    other.context.close()


@pytest.mark.browser
def test_what_is_gone_is_said_to_be_gone(browser: Browser, tmp_path: Path) -> None:
    """Pictures that were brought, and changes to a network, on two pages that are open all the while."""
    with served(tmp_path / "home") as before:
        other = Visitor(browser, before)
        broken = other.open("inside?network=lecture&panel=break")
        broken.get_by_role("button", name="Cover the middle").click()
        expect(broken.get_by_text("16×16 pixels covered").first).to_be_visible()
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
        expect(broken.get_by_text("so your changes to this network are gone")).to_be_visible()
        expect(broken.get_by_text("16×16 pixels covered")).to_have_count(0)
        broken.get_by_role("button", name="Cover the middle").click()
        expect(broken.get_by_text("16×16 pixels covered").first).to_be_visible()
        expect(broken.get_by_text("so your changes to this network are gone")).to_be_hidden()
    visitor.context.close()
    other.context.close()
