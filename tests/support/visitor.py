"""Somebody who uses the app in Chromium."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from support.serving import ServedApp

PAGES = {"home": "", "build": "build", "train": "train", "inside": "inside", "classify": "classify"}
NewPage = Callable[..., Page]  # what the fixture `new_page` returns
PATIENCE = 30_000  # ms, for what the page does by itself; an action of its own has Playwright's limit


class Visitor:
    """A page, and what went wrong on it."""

    def __init__(self, browser: Browser, served_app: ServedApp, **options: object) -> None:
        self.context = browser.new_context(**options)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.home = served_app.address
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


def number(page: Page, label: str, value: int, place: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(place)
    field.fill(str(value))
    field.press("Enter")
