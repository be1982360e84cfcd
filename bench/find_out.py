"""Find out: evaluation of all test pictures against `model.predict`, and tables and comparisons of many runs."""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.measure import AtLeast, Baseline, Below, Figure, SkipError, alternate, figure, say, skipped
from bench.serving import browser, server
from cnn.network.presets import PRESETS
from cnn.runs.status import Status
from cnn.runs.store import Run, RunStore, owner_hash

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVALUATE = ("evaluation of vgg6 on 10,000 pictures", "s", Below(10.0))
SPEED = ("evaluation of vgg6", "images/s", AtLeast(1.5, "ratio"))
TABLE = ("table of 1,000 runs, Python", "ms", Below(100.0))
CLICK = ("table of 1,000 runs, click to drawn", "ms", Below(300.0))
COMPARE = ("comparison of 8 runs of 10,000 rows, Python", "ms", Below(500.0))
PICTURES, RUNS, COMPARED, ROWS = 10_000, 1000, 8, 10_000
BATCHES = (32, 64, 128, 256, 512)
OWNER = "bench" * 8


def evaluate(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Evaluate vgg6 on as many pictures as the test set has, and let `predict` do the same, best batch size."""
    from cnn.core.scaling import to_input
    from cnn.evaluation.evaluate import scores_of
    from cnn.training.runtime import prepare_tensorflow

    prepare_tensorflow(parts=1)  # as the query worker is
    from cnn.training.keras_model import build_network, get_weights

    network = PRESETS["vgg6"].setup.network
    count = 500 if smoke else PICTURES
    pixels = np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    model = build_network(network)
    weights, scaled = get_weights(model), to_input(pixels)

    def predict(batch: int) -> float:
        started = time.perf_counter()
        model.predict(scaled, batch_size=batch, verbose=0)
        return time.perf_counter() - started

    def ours() -> float:
        started = time.perf_counter()
        scores_of(network, weights, pixels)
        return time.perf_counter() - started

    times = {batch: min(predict(batch), predict(batch)) for batch in BATCHES}
    best = min(times, key=times.__getitem__)
    say(f"  predict is fastest with batches of {best}")
    own, theirs = alternate(rounds, ours, lambda: predict(best))
    note = "Building the network is part of it; predict has its network, and its pixels scaled, already."
    yield figure(*EVALUATE[:2], own, EVALUATE[2], note=note)
    speeds = Baseline(f"model.predict, batch {best}", [count / seconds for seconds in theirs])
    yield figure(*SPEED[:2], [count / seconds for seconds in own], SPEED[2], baseline=speeds)


def tables(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Fill a store with 1,000 runs; time the rows, the page in a browser, and a comparison of long histories."""
    count, rows = (20, 100) if smoke else (RUNS, ROWS)
    try:
        with server() as served:
            say(f"  {count} runs are written")
            runs = write_runs(RunStore(served.home / "runs"), count)
            for run in runs[: COMPARED * rounds]:
                _write_history(run, rows)
            yield from _python(rounds, served.home, runs)
            with browser() as chromium:
                yield _drawn(rounds, chromium, served.url)
    except SkipError as reason:
        yield skipped(*CLICK[:2], CLICK[2], reason=reason)


def write_runs(store: RunStore, count: int, rows: int = 0) -> list[Run]:
    """Write runs of different networks, each with a history of so many rows; runs that are there are kept.

    Without rows, `count` is how many there are in the end; with rows, it is how many are added.
    """
    rng, found = random.Random(0), []
    names = list(PRESETS)
    first = sum(1 for _ in store.folder.glob("bench-*")) if store.folder.exists() else 0
    for number in range(first, first + count if rows else count):
        setup = PRESETS[names[number % len(names)]].setup
        setup = replace(setup, training=replace(setup.training, seed=number))
        folder = store.folder / f"bench-{number:04d}"
        run = RunStore.create_in(folder, setup, "cifar10", owner_hash(OWNER), f"Run {number}")
        accuracy = rng.uniform(0.4, 0.9)
        run.write_status(
            Status(
                "finished", validation_accuracy=accuracy, test_accuracy=accuracy, seconds=rng.uniform(5, 99)
            )
        )
        if rows:
            _write_history(run, rows)
        found.append(run)
    return found


def _write_history(run: Run, rows: int) -> None:
    text = "".join(
        f'{{"kind": "progress", "step": {i}, "epoch": {i / 100}, "loss": {2 / (1 + i / 999)}, '
        f'"accuracy": 0.5, "learning_rate": 0.003, "images_per_second": 5000.0, "seconds": {i / 10}, '
        f'"seconds_left": 1.0}}\n'
        for i in range(rows)
    )
    (run.folder / "history.jsonl").write_text(text)


def _python(rounds: int, home: Path, runs: list[Run]) -> Iterator[Figure]:
    """Time what Python does for the table and for the comparison, outside a browser."""
    from cnn.figures.colours import LIGHT
    from cnn.figures.overlay import overlaid, points
    from cnn.web.runs import table

    store = RunStore(home / "runs")

    def rows() -> float:
        started = time.perf_counter()
        for run in store.runs(owner_hash(OWNER)):
            table.current_row(run)
        return 1000 * (time.perf_counter() - started)

    first = rows()
    values = [rows() for _ in range(rounds)]
    yield figure(
        *TABLE[:2], values, TABLE[2], note=f"The first time, when all files are read: {first:,.0f} ms."
    )

    def compare(first: int) -> float:
        started = time.perf_counter()
        chosen = runs[first : first + COMPARED]
        lines = [(run.name, *points(run.history.rows(), "epoch", "loss", 0.0)) for run in chosen]
        overlaid(lines, "epoch", "loss", LIGHT).to_json()
        return 1000 * (time.perf_counter() - started)

    yield figure(
        *COMPARE[:2],
        [compare(COMPARED * i) for i in range(rounds)],
        COMPARE[2],
        note="Eight others each time.",
    )


def _drawn(rounds: int, chromium: "Browser", url: str) -> Figure:
    """Time from a click on Runs in the navigation until the table is drawn, by the browser's clock."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    context.add_cookies([{"name": "cnn_lab_owner", "value": OWNER, "url": url}])
    page = context.new_page()
    values = []
    for number in range(rounds + 1):
        page.goto(f"{url}/compare")
        page.get_by_role("heading", name="Compare").wait_for()
        page.wait_for_timeout(1500)
        page.get_by_text("Find out").first.click()
        link = page.get_by_text("Runs", exact=True).last
        link.wait_for()
        started = time.perf_counter()
        link.click()
        page.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
        if number:  # the first one reads all files
            values.append(1000 * (time.perf_counter() - started))
    context.close()
    return figure(
        *CLICK[:2], values, CLICK[2], note=f"{statistics.median(values):,.0f} ms, a page from another."
    )
