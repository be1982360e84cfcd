"""Take the README's screenshots: serves the app, trains a run on the drawn pictures, and looks at every page.

    make screenshots

The drawn pictures (sketch10) are used on purpose: no picture of CIFAR-10 goes into the repository.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = PROJECT / "docs" / "images"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def serve(home: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the app on a free port, without CIFAR-10, and return the process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"CNN_LAB_HOME": home, "CNN_LAB_DATA": home, "CNN_LAB_OFFLINE": "1"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return process, address
        except OSError:
            time.sleep(0.2)
    process.terminate()
    raise SystemExit("The server did not start.")


def open_page(browser: Browser, scheme: str) -> Page:
    """Return a page 1440 pixels wide, in light or dark."""
    return browser.new_context(viewport={"width": 1440, "height": 1000}, color_scheme=scheme).new_page()  # type: ignore[arg-type]


def shoot(page: Page, name: str) -> None:
    """Wait until the page is still, and save it."""
    page.wait_for_selector("h1")
    page.wait_for_timeout(2000)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(name)


def journey(page: Page, address: str, suffix: str) -> None:
    """Build, train, and look at every page."""
    page.goto(address)
    page.locator('.drawing[data-cell^="pool2"]').wait_for()  # the wave has arrived; now the bars grow
    shoot(page, f"home{suffix}")
    page.goto(f"{address}/learn_conv")
    shoot(page, f"learn{suffix}")
    page.goto(f"{address}/build")
    shoot(page, f"build{suffix}")
    page.get_by_role("button", name="Train this network").click()
    page.get_by_role("heading", name=re.compile(": finished$")).wait_for(timeout=180_000)
    shoot(page, f"train{suffix}")
    page.get_by_role("button", name="Look inside it").click()
    look_inside(page, address, suffix)
    page.get_by_role("link", name="Classify", exact=True).click()
    shoot(page, f"classify{suffix}")


def find_out(page: Page, address: str) -> None:
    """Train a grid to its sentence, compare a cell's seeds and the next cell, and evaluate one of its runs."""
    usual = page.viewport_size
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.goto(f"{address}/grid")
    page.get_by_role("button", name="Train 18 runs").click()
    page.get_by_text("What was found.", exact=True).wait_for(timeout=900_000)  # the empty page says it, too
    cell = page.get_by_label("depth 2, filters 24")
    cell.click()
    page.get_by_role("link", name="Compare its seeds").wait_for()
    shoot(page, "grid")
    page.get_by_role("link", name="Compare its seeds").click()
    page.wait_for_url("**runs=*")
    first, second = page.url.partition("runs=")[2].partition("&")[0].replace("%2C", ",").split(",")[:2]
    page.goto(f"{address}/evaluate?network={first}")
    page.get_by_role("button", name="Evaluate on the test pictures").click()
    page.get_by_text("Top-2 accuracy").wait_for(timeout=180_000)
    shoot(page, "evaluate")
    page.goto(f"{address}/compare?runs={first},{second}&view=Is it real?")
    page.get_by_role("button", name=re.compile("^Evaluate . on the validation")).click()
    page.get_by_text("exact test").wait_for(timeout=180_000)
    shoot(page, "compare")
    page.goto(f"{address}/take_home?network={first}")
    shoot(page, "take-home")
    if usual:
        page.set_viewport_size(usual)


def class_room(browser: Browser, page: Page, address: str) -> None:
    """Open a room, let two students join it with a run of their own, and look at the board."""
    page.goto(f"{address}/room")
    page.get_by_role("textbox", name="Title of the room").fill("Class 9b")
    page.get_by_role("button", name="Open a room").click()
    page.get_by_role("img", name="QR code to join the room").wait_for()
    code = re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", page.inner_text("body"))[0].replace("-", "")
    for name in ("Ada", "Ben"):
        student = open_page(browser, "light")
        student.goto(f"{address}/build")
        student.get_by_role("button", name="Train this network").click()
        student.get_by_role("heading", name=re.compile(": finished$")).wait_for(timeout=180_000)
        student.goto(f"{address}/room?code={code}")
        student.get_by_role("textbox", name="Your name in this room").fill(name)
        student.get_by_role("button", name="Join", exact=True).click()
        student.get_by_text(re.compile("on test pictures of")).first.click()
        page.get_by_role("row", name=re.compile(name)).wait_for(timeout=30_000)
        student.context.close()
    shoot(page, "class")


def look_inside(page: Page, address: str, suffix: str) -> None:
    """Look at one cell of the network that the page shows, ask why, and break it."""
    page.wait_for_url("**network=*")
    network = page.url.partition("network=")[2].partition("&")[0]
    usual = page.viewport_size
    page.set_viewport_size({"width": 1440, "height": 1560})
    page.goto(f"{address}/inside?network={network}&layer=conv2&channel=4&cell=8,8")
    page.get_by_text("Keras", exact=False).get_by_text("✓").first.wait_for(timeout=90_000)
    shoot(page, f"inside{suffix}")
    page.goto(f"{address}/inside?network={network}&layer=conv2&panel=why")
    page.get_by_text("Why this class?").first.wait_for()
    page.wait_for_timeout(6000)
    shoot(page, f"inside-why{suffix}")
    page.goto(f"{address}/inside?network={network}&panel=break")
    page.get_by_role("button", name="Silence the most active filter").click()
    page.get_by_role("button", name="Turn it upside down").click()
    shoot(page, f"inside-break{suffix}")
    if usual:
        page.set_viewport_size(usual)


def main() -> None:
    """Serve, shoot in light and dark, stop."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = next((name for name in CHROMIUM if Path(name).exists()), None)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        process, address = serve(home)
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            for scheme, suffix in (("light", ""), ("dark", "-dark")):
                page = open_page(browser, scheme)
                journey(page, address, suffix)
                if not suffix:  # the README shows these in light only
                    find_out(page, address)
                    class_room(browser, page, address)
            browser.close()
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
