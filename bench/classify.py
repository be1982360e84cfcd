"""Classify in a browser: a photo uploaded, its square moved; and how soon Home has classified a sample."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from bench.measure import Below, Figure, SkipError, figure, say, skipped
from bench.serving import Server, browser, server
from bench.web import DRAWING, IDLE, TIMEOUT, WINDOW
from cnn.evaluation import pretrained

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

UPLOAD = ("classify: upload of a 4 MB photo to its bars", "s", Below(1.0))
MOVE = ("classify: moving the square to new bars", "ms", Below(150.0))
HOME = ("classify: Home's first paint to its sample classified", "s", Below(1.0))

PHOTO = (4000, 3000)  # pixels
BYTES = 4_000_000
MOVES = 12
PAUSE = 300  # milliseconds

# From the choice of a file until a frame shows the bars, by the browser's clock.
SHOWN = """
  const shown = (selector) =>
    [...document.querySelectorAll("*")].some((element) => element.shadowRoot?.querySelector(selector));"""
ARM_UPLOAD = f"""() => {{{SHOWN}
  window.benchUpload = new Promise((resolve) => {{
    document.addEventListener("change", () => {{
      const started = performance.now();
      const look = () => {{
        const there = shown(".verdict li");
        if (there) setTimeout(() => resolve((performance.now() - started) / 1000));
        else requestAnimationFrame(look);
      }};
      look();
    }}, {{ once: true, capture: true }});
  }});
}}"""

# From a key that moves the square until a frame shows the bars of other pixels.
PRESS = """(plate, [verdict, key]) => new Promise((resolve) => {
  setTimeout(() => resolve(null), 10000);
  const started = performance.now();
  const observer = new MutationObserver(() => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
  });
  observer.observe(verdict, { attributeFilter: ["data-stamp"] });
  plate.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
})"""

# When the page was painted first, and when the sample's drawing was there, by the browser's clock.
WATCH_HOME = f"""() => {{{SHOWN}
  const look = () => {{
    const there = shown(".drawing svg");
    if (there) window.benchDrawn = performance.now();
    else requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}}"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def classify(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Upload a photo, move its square, and open Home, each on a server whose workers have loaded."""
    rounds, moves = (1, 2) if smoke else (rounds, MOVES)
    uploads: list[float] = []
    moved: list[float] = []
    homes: list[float] = []
    network = pretrained.BEST
    try:
        with browser() as chromium, server() as running:
            running.wait_until_quiet()
            photo = _photo()
            _upload(chromium, running, photo, network, 1)  # not counted: the decoder starts
            for number in range(1, rounds + 1):
                seconds, steps = _upload(chromium, running, photo, network, moves)
                uploads.append(seconds)
                moved += steps
                homes.append(_home(chromium, running))
                say(
                    f"  round {number}: upload {seconds:.2f} s, moves {min(steps):.0f} to {max(steps):.0f} "
                    f"ms, Home {homes[-1]:.2f} s"
                )
    except SkipError as reason:
        yield from (skipped(*line, reason=reason) for line in (UPLOAD, MOVE, HOME))
        return
    note = f"{len(photo):,} bytes, {PHOTO[0]}×{PHOTO[1]} JPEG, network {network}, from the choice of the file"
    yield figure(*UPLOAD[:2], uploads, UPLOAD[2], note=note)
    note = f"{len(moved)} moves by key, until a frame shows the new bars; network {network}"
    yield figure(*MOVE[:2], moved, MOVE[2], note=note, rounds=rounds)
    yield figure(*HOME[:2], homes, HOME[2], note="the classification needs no worker")


def _photo() -> bytes:
    """Return a JPEG of about 4 MB: a soft landscape with the noise of a camera."""
    width, height = PHOTO
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 16, 3), np.uint8)
    soft = np.asarray(Image.fromarray(coarse).resize(PHOTO, Image.Resampling.BICUBIC), np.int16)
    noise = rng.integers(-12, 13, (height, width, 1))
    noisy = Image.fromarray((soft + noise).clip(0, 255).astype(np.uint8))
    for quality in range(95, 30, -3):
        file = io.BytesIO()
        noisy.save(file, "JPEG", quality=quality)
        if file.tell() <= BYTES:
            break
    return file.getvalue()


def _upload(
    chromium: "Browser", running: Server, photo: bytes, network: str, moves: int
) -> tuple[float, list[float]]:
    """Upload the photo in a new session; return the seconds to its bars, and the milliseconds of moves."""
    page = _page(chromium)
    try:
        page.goto(f"{running.url}/classify?network={network}&from=Upload")
        chooser = page.locator('input[type="file"]')
        chooser.wait_for(state="attached")
        page.locator(IDLE).wait_for()
        page.wait_for_timeout(PAUSE)
        page.evaluate(ARM_UPLOAD)
        chooser.set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
        seconds: float = page.evaluate("window.benchUpload")
        return seconds, [_move(page, "ArrowLeft" if i % 2 else "ArrowRight") for i in range(moves)]
    finally:
        page.context.close()


def _move(page: "Page", key: str) -> float:
    page.wait_for_timeout(PAUSE)
    page.locator(IDLE).wait_for()
    verdict = page.locator(".verdict").element_handle()
    milliseconds: float | None = page.locator(".crop .plate").evaluate(PRESS, [verdict, key])
    if milliseconds is None:
        raise RuntimeError("A move of the square did not change the bars.")
    return milliseconds


def _home(chromium: "Browser", running: Server) -> float:
    page = _page(chromium)
    try:
        page.add_init_script(f"({WATCH_HOME})()")
        page.goto(running.url)
        page.locator(DRAWING).first.wait_for(state="visible")
        page.wait_for_function("window.benchDrawn")
        drawn: float = page.evaluate("window.benchDrawn")
        painted: float = page.evaluate(PAINTED)
        return max(drawn - painted, 0.0) / 1000
    finally:
        page.context.close()


def _page(chromium: "Browser") -> "Page":
    page = chromium.new_context(viewport=WINDOW).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(TIMEOUT)
    return page
