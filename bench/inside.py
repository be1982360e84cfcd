"""Look inside in a browser: another picture, the sum under the hand, what an overview weighs, the winners."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from bench.measure import Below, Figure, SkipError, Target, figure, percentile_95, say, skipped
from bench.serving import Server, browser, environment, server
from bench.training import dataset_name
from bench.web import IDLE, TIMEOUT, WINDOW
from cnn.core.settings import PROJECT
from cnn.network.summary import walk
from cnn.runs.store import Run, read_run

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Line = tuple[str, str, Target]

LAYERS = {"lecture": "conv2", "vgg6": "conv3_2"}  # the convolution whose sums have most terms
PICTURE: dict[str, Line] = {
    "lecture": ("inside: lecture on another picture", "ms", Below(100.0)),
    "vgg6": ("inside: vgg6 on another picture", "ms", Below(160.0)),
}
HOVER: dict[str, Line] = {
    name: (f"inside: hovering over {name} {layer}, 95th percentile", "ms", Below(16.0))
    for name, layer in LAYERS.items()
}
PAYLOAD: Line = ("inside: vgg6's overview", "kB", Below(500.0))
WINNERS: Line = ("inside: winners of vgg6 conv3_2", "s", Below(5.0))

TRAINED_PICTURES = 2000
SEARCHED = 2000
TILES = range(1, 10)  # the first is shown already
MOVES = 128
PAUSE = 500  # milliseconds

# From the click until a frame shows the overview of another picture, by the browser's clock.
CLICK = """(overview, tile) => new Promise((resolve) => {
  setTimeout(() => resolve(null), 20000);
  const started = performance.now();
  const observer = new MutationObserver(() => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
  });
  observer.observe(overview, { attributeFilter: ["data-stamp"] });
  tile.click();
})"""

# Move over the cells of the output map, a prime number of cells apart; time each handler with its layout.
HOVER_ALL = """(inspector, moves) => {
  const plate = inspector.querySelector('.plate[data-name="output"]');
  const { width: columns, height: rows } = plate.querySelector("canvas");
  return Array.from({ length: moves }, (_, move) => {
    const cell = ((move + 1) * 37) % (rows * columns);
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const box = plate.querySelector("canvas").getBoundingClientRect();
    const clientX = box.left + ((column + 0.5) * box.width) / columns;
    const clientY = box.top + ((row + 0.5) * box.height) / rows;
    const event = new PointerEvent("pointermove", { clientX, clientY, bubbles: true, pointerType: "mouse" });
    const started = performance.now();
    plate.dispatchEvent(event);
    inspector.getBoundingClientRect();
    const milliseconds = performance.now() - started;
    const shown = [inspector.dataset.row, inspector.dataset.column].map(Number);
    if (shown[0] !== row || shown[1] !== column) throw Error(`(${row}, ${column}) shows (${shown})`);
    return milliseconds;
  });
}"""


@dataclass
class _Found:
    """What the rounds gave in milliseconds, for one network."""

    pictures: list[float] = field(default_factory=list)
    hovers: list[float] = field(default_factory=list)


def inside(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train vgg6 for a moment, look into it and into the shipped lecture, and ask for winners."""
    rounds = 1 if smoke else rounds
    with server() as running:
        run = _trained(running.home, 500 if smoke else TRAINED_PICTURES)
        yield from _in_browser(running, {"lecture": "lecture", "vgg6": run.id}, rounds, smoke)
        yield _payload(run)
        yield _winners(run, rounds, 100 if smoke else SEARCHED)


def _trained(home: Path, pictures: int) -> Run:
    """Train vgg6 for one epoch on the command line, into the home of the server."""
    command = [sys.executable, "-m", "cnn", "train", "--json", "--preset", "vgg6", "--epochs", "1"]
    command += ["--pictures", str(pictures), "--dataset", dataset_name()]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(home), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"python -m cnn train failed: {done.stderr[-2000:]}")
    return read_run(Path(json.loads(done.stdout.splitlines()[-1])["run"]))


def _in_browser(running: Server, networks: dict[str, str], rounds: int, smoke: bool) -> Iterator[Figure]:
    found = {name: _Found() for name in networks}
    try:
        with browser() as chromium:
            running.wait_until_quiet()
            page = chromium.new_context(viewport=WINDOW).new_page()  # type: ignore[arg-type]
            page.set_default_timeout(TIMEOUT)
            for name, network in networks.items():
                _another_picture(page, _open(page, running, network, LAYERS[name], 1), 1)  # not counted
            for number in range(1, rounds + 1):
                for name, network in networks.items():
                    _round(page, running, (name, network), number, found[name], 2 if smoke else len(TILES))
    except SkipError as reason:
        lines = (line for name in networks for line in (PICTURE[name], HOVER[name]))
        yield from (skipped(*line, reason=reason) for line in lines)
        return
    for name, of_network in found.items():
        yield _figure_of_pictures(PICTURE[name], of_network.pictures, rounds)
        yield _figure_of_hovers(HOVER[name], of_network.hovers, rounds)


def _round(
    page: "Page", running: Server, network: tuple[str, str], number: int, found: _Found, tiles: int
) -> None:
    name, address = network
    overview = _open(page, running, address, LAYERS[name], number + 1)
    clicks = [_another_picture(page, overview, tile) for tile in TILES[:tiles]]
    clicks.append(_another_picture(page, overview, None))
    page.wait_for_timeout(PAUSE)
    hovers = page.locator(".inspector").evaluate(HOVER_ALL, MOVES)
    found.pictures += clicks
    found.hovers += hovers
    say(
        f"  round {number}, {name}: pictures {min(clicks):.0f} to {max(clicks):.0f} ms, "
        f"hovering {min(hovers):.1f} to {max(hovers):.1f} ms"
    )


def _open(page: "Page", running: Server, network: str, layer: str, number: int) -> "Locator":
    """Open a network on the first class's picture of a number, and return its overview once it stands."""
    page.goto(f"{running.url}/inside?network={network}&layer={layer}&class=airplane&number={number}")
    overview = page.locator(".overview[data-stamp]")
    overview.wait_for()
    page.locator(".inspector[data-layer]").wait_for()
    return overview


def _another_picture(page: "Page", overview: "Locator", tile: int | None) -> float:
    """Click on a tile, or for the next number on ›; return the milliseconds until the overview is drawn."""
    page.wait_for_timeout(PAUSE)
    page.locator(IDLE).wait_for()
    button = page.locator(".strip .after") if tile is None else page.locator(".strip .tile").nth(tile)
    milliseconds: float | None = overview.evaluate(CLICK, button.element_handle())
    if milliseconds is None:
        raise RuntimeError("A click on a picture did not change the overview.")
    return milliseconds


def _figure_of_pictures(line: Line, values: Sequence[float], rounds: int) -> Figure:
    note = f"{len(values)} clicks on pictures not seen before, until a frame shows their overview; panel open"
    return figure(line[0], line[1], values, line[2], note=note, rounds=rounds)


def _figure_of_hovers(line: Line, values: Sequence[float], rounds: int) -> Figure:
    note = f"{len(values)} moves to other cells: the handler and the layout it asks for, in the browser"
    return figure(line[0], line[1], values, line[2], note=note, statistic=percentile_95, rounds=rounds)


def _payload(run: Run) -> Figure:
    """Return the size of what the browser gets for the overview of a network on a picture."""
    from cnn import data
    from cnn.figures.colours import LIGHT
    from cnn.network.forward import forward
    from cnn.web.app.view import View
    from cnn.web.app.widgets import Sample
    from cnn.web.inspect.overview_columns import Arrangement, pack

    sample = Sample(data.test_pictures(dataset_name(), [0])[0], None, "")
    snapshot = run.snapshots()[-1]
    weights, table = run.weights(snapshot), walk(run.setup.network)
    outputs = forward(run.setup.network, weights, sample.pixels)
    view = View(run, snapshot, weights, table, sample, outputs, LAYERS["vgg6"], 0, None)
    size = len(pack(view, Arrangement(), LIGHT)) / 1000
    return figure(PAYLOAD[0], PAYLOAD[1], [size], PAYLOAD[2], note="before the web socket's compression")


def _winners(run: Run, rounds: int, pictures: int) -> Figure:
    """Time the question in this process; one that is not timed imports TensorFlow before."""
    fixed = (str(run.folder), str(run.snapshots()[-1].path), LAYERS["vgg6"], dataset_name())
    _ask_winners(fixed, 10)
    seconds = [_ask_winners(fixed, pictures) for _ in range(rounds)]
    note = f"{pictures:,} test pictures, all maps of the layer; the network is built, the server rests"
    return figure(WINNERS[0], WINNERS[1], seconds, WINNERS[2], note=note)


def _ask_winners(fixed: tuple[str, str, str, str], pictures: int) -> float:
    """Return the seconds that one search takes."""
    from cnn.worker import queries

    started = perf_counter()
    queries.winners(lambda share: None, *fixed, pictures)
    seconds = perf_counter() - started
    say(f"  winners among {pictures:,} pictures: {seconds:.2f} s")
    return seconds
