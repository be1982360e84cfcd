"""One visitor's way through the pages in Firefox: what is pressed answers there as in Chromium."""

from pathlib import Path
from typing import Any

import pytest

from support import firefox
from support.app_pages import TINY
from support.serving import ServedApp, eventually

# Components stand in shadow roots; a selector of the page does not reach into them.
DEEP = """
const all = (root, selector) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? all(e.shadowRoot, selector) : [])),
];
const found = all(document, arguments[0]);
"""


class Visit:
    """A visitor in Firefox, on the served app."""

    def __init__(self, session: firefox.Firefox, address: str) -> None:
        self.session, self.address = session, address

    def go(self, path: str) -> None:
        self.session.goto(f"{self.address}/{path}")

    def script(self, script: str, *arguments: Any) -> Any:
        return self.session.run(DEEP + script, *arguments)

    def sees(self, selector: str, text: str = "", seconds: float = 60.0) -> None:
        """Wait until an element is there, one of them with `text`."""
        look = "return found.some((e) => e.textContent.includes(arguments[1]));"
        eventually(f"{selector} with {text!r}", lambda: self.script(look, selector, text), seconds)

    def click(self, selector: str, text: str = "") -> None:
        self.sees(selector, text)
        press = """
        const hit = found.find((e) => e.textContent.includes(arguments[1]));
        const options = { bubbles: true, composed: true, cancelable: true, detail: 1 };
        hit.dispatchEvent(new MouseEvent("click", options));"""
        self.script(press, selector, text)

    def url_says(self, text: str) -> None:
        eventually(f"the address says {text}", lambda: text in self.session.run("return location.href"))


@pytest.mark.browser
def test_home_inside_classify_a_lesson_a_training_and_a_worksheet(
    tmp_path: Path, served_app: ServedApp
) -> None:
    if firefox.firefox() is None:
        pytest.skip("skipped: no Firefox here (firefox-esr or firefox on the PATH)")
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox.running(profile) as session:
        visit = Visit(session, served_app.address)

        visit.go("")
        visit.sees(".drawing .words", "depends on")  # the network is alive
        visit.click('[data-layer="pool1"]')
        visit.url_says("layer=pool1")
        visit.sees(".overview .verdict", "says")

        visit.click('.overview [data-layer="conv2"][data-channel="5"]')
        visit.url_says("channel=5")
        visit.sees('.inspector[data-layer="conv2"][data-channel="5"] .about')
        inside = """
        const box = found[0].getBoundingClientRect();
        return box.top >= 0 && box.top < innerHeight;"""
        eventually("the inspector is in view", lambda: visit.script(inside, ".inspector .board"))

        visit.go("classify?from=Sample&network=lecture")
        visit.sees(".opinion .says", "%")
        assert visit.script("return found.length", ".opinion li") == 10

        visit.go("learn_softmax")
        visit.sees(".softmax tbody tr", "e")
        visit.sees("h1", "Softmax")

        visit.go(f"train?setup={TINY.to_link()}")
        visit.click(".stButton button", "Train")
        visit.sees(
            "h2", ": finished", seconds=180
        )  # the first run of this server waits until its workers are warm
        visit.sees(".watch .figures dd", " %")
        visit.click(".stButton button", "Look inside it")
        visit.url_says("/inside?network=")
        visit.sees(".overview section", "32×32×4")

        visit.go("worksheet?lesson=Pooling")
        visit.sees(".sheet .answers", "Solutions: Pooling, set 1")
