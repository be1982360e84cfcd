"""Training inside the app: how soon it begins, and what the page that shows it costs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines import largest_worker, memory_of_workers
from bench.measure import AtLeast, Baseline, Below, Figure, SkipError, alternate, figure, say, skipped
from bench.report import data_source
from bench.serving import Server, browser, environment, server, wait_for
from bench.training import dataset_name
from cnn.core.settings import PROJECT
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import Run, RunStore
from cnn.scheduler.engine import Engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST = ("app: Train to the first report", "s", Below(2.0))
IDLE = ("app: memory of an idle worker", "MB", Below(550.0))
WORKER = ("app: lecture in a worker", "images/s", AtLeast(0.97, "ratio"))
SPEED = ("app: lecture with its page open", "images/s", AtLeast(0.95, "ratio"))
WARM_SECONDS = 180.0
TRAIN_SECONDS = 20.0
PAGE_SECONDS = 60.0  # as long as people watch a run; the page is drawn three times at its start
CHART = ".js-plotly-plot"


def app(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Measure the start of a run, then its speed while Chromium shows its charts."""
    reports, megabytes, together = _first_reports(rounds)
    yield figure(*FIRST[:2], reports, FIRST[2], note="workers warm; through Engine.submit")
    yield figure(
        *IDLE[:2], [megabytes], IDLE[2], note="warm, before its first run; TensorFlow's libraries included"
    )
    note = "and the process that workers are forked from; what they share is counted once"
    yield figure("app: memory of a worker's processes", "MB", [together], note=note)
    yield _worker_speed(rounds, 5.0 if smoke else TRAIN_SECONDS)
    try:
        yield _speed(rounds, 5.0 if smoke else PAGE_SECONDS)
    except SkipError as reason:
        yield skipped(*SPEED, reason=reason)


def _first_reports(rounds: int) -> tuple[list[float], float, float]:
    """Return the seconds from `submit` to the first row that tells of training, and the MB of an idle worker.

    The last are the MB of all processes that it needs.
    """
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home, _warm_engine(Path(home)) as engine:
        megabytes, together = largest_worker(), memory_of_workers()
        _first_report(engine)  # the data set, where it is not CIFAR-10, is loaded now
        return [_first_report(engine) for _ in range(rounds)], megabytes, together


@contextmanager
def _warm_engine(home: Path) -> Iterator[Engine]:
    engine = Engine(RunStore(home / "runs"))
    engine.start()
    try:
        wait_for(lambda: engine.status().state in ("ready", "failed"), WARM_SECONDS, "the workers to be warm")
        if engine.status().state == "failed":
            raise RuntimeError(f"The engine failed: {engine.status().message}")
        yield engine
    finally:
        engine.close()


def _first_report(engine: Engine) -> float:
    started = time.perf_counter()
    run = engine.store.create(PRESETS["lecture"].setup, dataset_name())
    engine.submit(run)
    wait_for(lambda: _has_progress(run), WARM_SECONDS, "the first report", 0.005)
    seconds = time.perf_counter() - started
    run.command("stop")
    engine.wake()
    wait_for(lambda: run.status().ended, WARM_SECONDS, "the run to stop")
    time.sleep(1.0)  # the engine sees that its worker is free
    say(f"  first report after {seconds:.3f} s")
    return seconds


def _has_progress(run: Run) -> bool:
    if run.status().state == "failed":
        raise RuntimeError(f"The run failed: {run.status().message}")
    return any(row["kind"] == "progress" for row in run.history.rows())


def _worker_speed(rounds: int, seconds: float) -> Figure:
    """Alternate between a run on the command line and one in a worker, with no browser on this machine."""
    precision = _run_command(None)["precision"]
    setup = _for_seconds(PRESETS["lecture"].setup, seconds, precision)
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home, _warm_engine(Path(home)) as engine:
        _run_in_worker(engine, setup)
        ours, theirs = alternate(
            rounds,
            lambda: _run_in_worker(engine, setup),
            lambda: float(_run_command(setup)["images_per_second"]),
        )
    note = f"{data_source()}, {precision}, {seconds:g} s of training a run; no browser on this machine"
    return figure(*WORKER[:2], ours, WORKER[2], baseline=Baseline("python -m cnn train", theirs), note=note)


def _run_in_worker(engine: Engine, setup: Setup) -> float:
    run = engine.store.create(setup, dataset_name())
    engine.submit(run)
    wait_for(lambda: run.status().ended, WARM_SECONDS, "the run to end")
    time.sleep(1.0)  # the engine sees that its worker is free
    return run.status().images_per_second


def _speed(rounds: int, seconds: float) -> Figure:
    """Alternate between a run on the command line and one in the app with its page open."""
    with browser() as chromium:
        precision = _run_command(None)["precision"]  # chosen while nothing else runs
        setup = _for_seconds(PRESETS["lecture"].setup, seconds, precision)
        ours, theirs = _both_speeds(chromium, setup, rounds)
    note = f"{data_source()}, {precision}, {seconds:g} s of training a run"
    baseline = Baseline("python -m cnn train", theirs)
    return figure(*SPEED[:2], ours, SPEED[2], baseline=baseline, note=note)


def _both_speeds(chromium: "Browser", setup: Setup, rounds: int) -> tuple[list[float], list[float]]:
    with server() as running:
        page = chromium.new_page()
        _run_in_app(page, running, setup)  # the worker is warm after this
        return alternate(
            rounds,
            lambda: _run_in_app(page, running, setup),
            lambda: float(_run_command(setup)["images_per_second"]),
        )


def _for_seconds(setup: Setup, seconds: float, precision: str) -> Setup:
    """Return the set-up that trains so long, in one precision: chosen anew, it could differ by side."""
    training = replace(setup.training, epochs=None, seconds=seconds, precision=precision)
    return replace(setup, training=training)


def _run_command(setup: Setup | None) -> dict[str, Any]:
    """Train on the command line and return its last line; without a set-up, `lecture` for a moment."""
    command = [sys.executable, "-m", "cnn", "train", "--json", "--dataset", dataset_name()]
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home:
        if setup is None:
            command += ["--preset", "lecture", "--seconds", "5"]
        else:
            path = Path(home, "setup.json")
            path.write_text(setup.to_text())
            command += ["--spec", str(path)]
        done = subprocess.run(
            command, cwd=PROJECT, env=environment(Path(home)), capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"python -m cnn train failed: {done.stderr[-2000:]}")
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


def _run_in_app(page: "Page", running: Server, setup: Setup) -> float:
    """Train in the app while the page shows it, and return the images per second of the whole run."""
    store = RunStore(running.home / "runs")
    before = {run.id for run in store.runs()}
    page.goto(f"{running.url}/train?setup={setup.to_link()}")
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(CHART).first.wait_for(state="visible", timeout=60_000)
    wait_for(lambda: len(store.runs()) > len(before), 60.0, "the run to be made")
    run = next(run for run in store.runs() if run.id not in before)
    wait_for(lambda: _pump(page, run), WARM_SECONDS + 10 * (setup.training.seconds or 0), "the run to end")
    page.goto("about:blank")
    status = run.status()
    if status.state != "finished" or run.setup != setup:
        raise RuntimeError(f"The run in the app is not what was asked for: {status.state} {status.message}")
    return status.images_per_second


def _pump(page: "Page", run: Run) -> bool:
    """Let the browser's events through for a moment, and tell whether the run has ended."""
    page.wait_for_timeout(200)
    return run.status().ended
