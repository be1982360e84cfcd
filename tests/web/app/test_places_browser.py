"""The app where others serve it: below a path, behind proxies, by https, in a frame."""

import dataclasses
import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from support.colour_pictures import scene
from support.odd_pictures import saved
from support.proxies import certificate, proxied
from support.serving import ServedApp, launched, served
from support.visitor import Visitor, number

PREFIX = "/courses/lab"


def trains(visitor: Visitor) -> None:
    """Train for a moment, and hold that the page follows by itself."""
    page = visitor.open("train")
    number(page, "Epochs", 1)
    page.get_by_text("More settings").click()
    number(page, "Training pictures", 1_000)
    visitor.settle()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("finished"))).to_be_visible(timeout=120_000)
    accuracy = page.locator(".watch .figures div").filter(has_text="Test accuracy").locator("dd")
    expect(accuracy).to_have_text(re.compile(r"^\d+\.\d %$"))


def takes_a_picture(visitor: Visitor, folder: Path) -> None:
    photo = folder / "photo"  # no ending at all
    photo.write_bytes(saved(scene(), "PNG"))
    page = visitor.open("classify?from=Upload")
    page.locator('input[type="file"]').set_input_files(photo)
    expect(page.get_by_text("64×64 PNG")).to_be_visible()


@pytest.mark.browser
def test_below_a_path(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "home", folder="/lab") as app:
        visitor = Visitor(browser, app)
        answers: list[str] = []
        visitor.page.on(
            "response",
            lambda got: answers.append(got.headers.get("content-type", "")) if "/live/" in got.url else None,
        )
        trains(visitor)
        takes_a_picture(visitor, tmp_path)
        assert answers
        assert set(answers) == {"application/json"}
        (key,) = [cookie for cookie in visitor.context.cookies() if cookie["name"] == "cnn_lab_owner"]
        assert key["path"] == "/lab"
        assert not visitor.problems
        visitor.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("kept", [False, True])
def test_behind_a_proxy_by_https(kept: bool, browser: Browser, tmp_path: Path) -> None:
    """The proxy takes the prefix away, or keeps it, and the app knows of it."""
    files = certificate(tmp_path)
    with (
        served(tmp_path / "home", folder=PREFIX if kept else "") as app,
        proxied(app.port, "" if kept else PREFIX, files) as port,
    ):
        outside = dataclasses.replace(app, port=port, scheme="https", folder=PREFIX)
        visitor = Visitor(browser, outside, ignore_https_errors=True)
        trains(visitor)
        takes_a_picture(visitor, tmp_path)
        (key,) = [cookie for cookie in visitor.context.cookies() if cookie["name"] == "cnn_lab_owner"]
        assert (key["secure"], key["httpOnly"], key["sameSite"]) == (True, True, "Lax")
        visitor.context.close()


@pytest.mark.browser
def test_an_answer_that_is_none_is_said_and_the_page_goes_on(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "home") as app, proxied(app.port, refused="/live/") as port:
        visitor = Visitor(browser, dataclasses.replace(app, port=port))
        page = visitor.open("train")
        number(page, "Epochs", 3)
        page.get_by_text("More settings").click()
        number(page, "Training pictures", 20_000)
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_text("could not be read (200, text/html)")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("heading", name=re.compile("finished"))).to_be_visible(timeout=120_000)
        visitor.context.close()


@pytest.mark.browser
def test_https_of_its_own_offers_the_camera(browser: Browser, tmp_path: Path) -> None:
    files = certificate(tmp_path)
    with served(tmp_path / "home", files=files) as app:
        visitor = Visitor(browser, app, ignore_https_errors=True)
        page = visitor.open("classify?from=Camera")
        assert page.evaluate("isSecureContext")
        expect(page.get_by_test_id("stCameraInput")).to_be_visible()
        visitor.context.close()


@pytest.mark.browser
def test_without_https_the_page_says_why_there_is_no_camera(
    playwright: Playwright, served_app: ServedApp
) -> None:
    there = f"lab.test:{served_app.port}"
    with launched(playwright, "--host-resolver-rules=MAP lab.test 127.0.0.1") as browser:
        page = browser.new_page()
        page.goto(f"http://{there}/classify?from=Camera")
        expect(page.get_by_text("A browser allows the camera only on pages served by https")).to_be_visible()
        assert not page.evaluate("isSecureContext")
        expect(page.get_by_test_id("stCameraInput")).to_have_count(0)


@pytest.fixture
def course(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the origin of a course page and the folder of its files."""
    folder = tmp_path / "course"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}", folder
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.mark.browser
@pytest.mark.parametrize("named", [True, False])
def test_in_a_frame_of_who_is_named(
    named: bool, browser: Browser, tmp_path: Path, course: tuple[str, Path]
) -> None:
    origin, folder = course
    files = certificate(tmp_path)
    with served(tmp_path / "home", files=files, CNN_LAB_FRAME=origin if named else "") as app:
        (folder / "course.html").write_text(
            f'<iframe src="{app.address}/classify?from=Upload" width=1200 height=900></iframe>'
        )
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"{origin}/course.html")
        frame = page.frame_locator("iframe")
        if named:
            photo = tmp_path / "photo.jfif"
            photo.write_bytes(saved(scene(), "JPEG"))
            frame.locator('input[type="file"]').set_input_files(photo)
            expect(frame.get_by_text("64×64 JPEG")).to_be_visible()
            cookies = {cookie["name"]: cookie for cookie in context.cookies()}
            assert {"cnn_lab_owner", "_streamlit_xsrf"} <= cookies.keys()
            assert all(cookie["sameSite"] == "None" and cookie["secure"] for cookie in cookies.values())
        else:
            page.wait_for_function("window.frames.length === 1")
            assert page.frames[1].url.startswith("chrome-error:")
            expect(frame.get_by_test_id("stApp")).to_have_count(0)
        context.close()
