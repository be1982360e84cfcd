"""Opens every page in WebKitGTK and says which fail: the smoke test of Safari's engine, outside the test suite.

It needs Debian's webkit2gtk-driver and xvfb: `make webkit`. Known difference: a real picture that is pasted from the
clipboard arrives empty in WebKitGTK; the page then says to choose the file.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.serving import Server, free_port, server, wait_for

BROWSERS = (
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkitgtk-6.0/MiniBrowser",
)
# Every page, and what must be in it once it has been drawn.
PAGES = {
    "": ".drawing .words",
    "build": ".drawing svg",
    "train": "h1",
    "inside?network=lecture": ".overview .verdict b",
    "classify?from=Sample&network=lecture": ".opinion .says b",
    "take_home": "h1",
    "room": "h1",
    "evaluate": "h1",
    "runs": "h1",
    "compare": "h1",
    "grid": "h1",
    "learn": "h1",
    "learn_conv": ".walk canvas",
    "learn_relu": ".cells canvas, .cells img",
    "learn_pool": ".walk canvas",
    "learn_dense": ".unroll canvas",
    "learn_softmax": ".softmax tbody tr",
    "learn_chain": ".drawing svg",
    "worksheet?lesson=ReLU": ".sheet .answers",
}
FIND = """
const all = (root, selector) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? all(e.shadowRoot, selector) : [])),
];
const alerts = [...document.querySelectorAll('[data-testid="stException"]')].map((e) => e.textContent);
return { found: all(document, arguments[0]).filter((e) => e.isConnected).length, alerts };
"""
CLICK = FIND.replace("return {", "all(document, arguments[0])[0].click(); return {")
SECONDS = 60.0


class WebKit:
    """A session of WebKitWebDriver, by the WebDriver protocol (W3C)."""

    def __init__(self, port: int, binary: str) -> None:
        self.base = f"http://127.0.0.1:{port}"
        options = {"binary": binary, "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        made = self._send("POST", "/session", wanted)
        self.path = f"/session/{made['sessionId']}"
        self.version = str(made["capabilities"]["browserVersion"])

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.loads(answer.read())["value"]

    def goto(self, url: str) -> None:
        """Open an address."""
        self._send("POST", f"{self.path}/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self._send("POST", f"{self.path}/execute/sync", {"script": script, "args": list(arguments)})

    def end(self) -> None:
        """Close the browser."""
        self._send("DELETE", self.path)


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Run WebKitGTK in a display of its own, or end with a sentence where it is not here."""
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    binary = next((path for path in BROWSERS if Path(path).is_file()), None)
    if not (driver and display and binary):
        sys.exit("WebKitGTK is not here: install webkit2gtk-driver and xvfb.")
    port, number = free_port(), f":{90 + os.getpid() % 900}"
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"DISPLAY": number, "HOME": home, "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        environment |= {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"} if os.geteuid() == 0 else {}
        screen = subprocess.Popen(
            [display, number, "-screen", "0", "1440x1000x24"], stderr=subprocess.DEVNULL
        )
        control = subprocess.Popen([driver, f"--port={port}"], env=environment, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: _listens(port), 20, "WebKitWebDriver to listen")
            session = WebKit(port, binary)
            yield session
            session.end()
        finally:
            for process in (control, screen):
                process.terminate()
                process.wait(10)


def _listens(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=2):
            return True
    except OSError:
        return False


def look(session: WebKit, running: Server, path: str, selector: str) -> str:
    """Open a page and return what is wrong with it, "" where nothing is."""
    session.goto(f"{running.url}/{path}")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        seen = session.run(FIND, selector)
        if seen["alerts"]:
            return str(seen["alerts"][0])[:200]
        if seen["found"]:
            return ""
        time.sleep(0.2)
    return f"no {selector} after {SECONDS:.0f} s"


def main() -> int:
    """Look at every page, and open a map of Inside; return how many pages fail."""
    problems = 0
    with server() as running, webkit() as session:
        print(f"WebKitGTK {session.version}")
        for path, selector in PAGES.items():
            problem = look(session, running, path, selector)
            problems += bool(problem)
            print(f"{'FAILED' if problem else 'ok':<7}/{path}  {problem}".rstrip(), flush=True)
        look(session, running, "inside?network=lecture", ".overview .verdict b")
        session.run(CLICK, '.overview [data-layer="conv2"][data-channel="5"]')
        chosen = '.inspector[data-layer="conv2"][data-channel="5"]'
        wait_for(lambda: bool(session.run(FIND, chosen)["found"]), SECONDS, "a map to open in Inside")
        print("ok     a map opens in Inside")
    return problems


if __name__ == "__main__":
    sys.exit(main())
