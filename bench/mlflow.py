"""The curves of a hundred runs: a click on Runs until they are drawn, against MLflow's comparison of the same ones.

MLflow is not among the requirements; `CNN_LAB_MLFLOW` names its command in an environment of its own:

    python3 -m venv /tmp/mlflow && /tmp/mlflow/bin/pip install mlflow
    CNN_LAB_MLFLOW=/tmp/mlflow/bin/mlflow python -m bench --only mlflow
"""

import json
import os
import random
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import AtLeast, Baseline, Figure, SkipError, alternate, figure, say, skipped
from bench.serving import browser, free_port, server, stop, wait_for
from cnn.network.presets import PRESETS
from cnn.runs.status import Status
from cnn.runs.store import RunStore, owner_hash

if TYPE_CHECKING:
    from playwright.sync_api import Page

VARIABLE = "CNN_LAB_MLFLOW"
RUNS, ROWS, SMOKE_RUNS, SMOKE_ROWS = 100, 200, 12, 10
OWNER = "bench" * 8
METRIC = "validation_accuracy"
CURVES = ("curves of 100 runs, 200 rows each, click to drawn", "views/s", AtLeast(10.0, "ratio"))
OPENED = ("the same, against the parallel coordinates of its Compare", "views/s", AtLeast(10.0, "ratio"))
PATIENCE = 240_000  # ms
# Logs the histories of the file that is named, with MLflow's own client; runs in its environment.
LOG = """
import json, sys
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("histories")
for number, history in enumerate(json.load(open(sys.argv[2]))):
    run = client.create_run(experiment, run_name=f"Run {number}").info.run_id
    metrics = [Metric("METRIC", value, 1000 * step, step) for step, value in enumerate(history)]
    client.log_batch(run, metrics=metrics, params=[Param("seed", str(number)), Param("learning_rate", "0.003")])
    client.set_terminated(run)
print(experiment)
""".replace("METRIC", METRIC)


def mlflow(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Draw the same histories in both, in turn, in one browser."""
    count, rows = (SMOKE_RUNS, SMOKE_ROWS) if smoke else (RUNS, ROWS)
    try:
        with server() as ours, browser() as chromium:
            histories = _histories(count, rows)
            _write(RunStore(ours.home / "runs"), histories)
            with _mlflow(histories) as (theirs, version):
                page = chromium.new_page(viewport={"width": 1440, "height": 1000})
                page.set_default_timeout(PATIENCE)
                page.context.add_cookies([{"name": "cnn_lab_owner", "value": OWNER, "url": ours.url}])
                opened: list[float] = []
                _ours(page, ours.url, count)  # both once before, so that the browser has their files
                _theirs(page, theirs, count)

                def their_curves() -> float:
                    compared, curves = _theirs(page, theirs, count)
                    opened.append(1 / compared)
                    return 1 / curves

                own, peers = alternate(rounds, lambda: 1 / _ours(page, ours.url, count), their_curves)
        note = (
            f"{1 / sorted(own)[len(own) // 2]:.2f} s; MLflow's metric page, from a click until all are drawn."
        )
        yield figure(*CURVES[:2], own, CURVES[2], baseline=Baseline(f"MLflow {version}", peers), note=note)
        note = "From a click on Compare until its first chart stands, which shows no history yet."
        yield figure(*OPENED[:2], own, OPENED[2], baseline=Baseline(f"MLflow {version}", opened), note=note)
    except SkipError as reason:
        yield skipped(*CURVES[:2], CURVES[2], reason=reason)


def _histories(count: int, rows: int) -> list[list[float]]:
    rng = random.Random(0)
    found = []
    for _ in range(count):
        best, noise = rng.uniform(0.6, 0.9), rng.uniform(0.0, 0.02)
        found.append([best - 0.5 / (1 + step / 9) + rng.gauss(0, noise) for step in range(rows)])
    return found


def _write(store: RunStore, histories: Sequence[Sequence[float]]) -> None:
    for number, history in enumerate(histories):
        setup = PRESETS["lecture"].setup
        setup = replace(setup, training=replace(setup.training, seed=number))
        folder = store.folder / f"peer-{number:04d}"
        run = store.create_in(folder, setup, "cifar10", owner_hash(OWNER), f"Run {number}")
        run.save_snapshot(1, 1.0, {})  # what has no state is not offered for comparison
        lines = [
            json.dumps({"kind": "epoch", "epoch": step, "step": step, "seconds": float(step), METRIC: value})
            for step, value in enumerate(history)
        ]
        (run.folder / "history.jsonl").write_text("\n".join(lines) + "\n")
        run.write_status(Status("finished", validation_accuracy=history[-1], seconds=9.0))


@contextmanager
def _mlflow(histories: Sequence[Sequence[float]]) -> Iterator[tuple[str, str]]:
    """Serve MLflow with the histories logged; yield the address of its table of runs, and its version."""
    command = os.environ.get(VARIABLE)
    if not command:
        raise SkipError(f"no MLflow; {VARIABLE} can name its command.")
    version = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        store = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [command, "server", *store, "--host", "127.0.0.1", "--port", str(port)],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            try:
                wait_for(lambda: _answers(f"{address}/health"), 180, "MLflow to listen", 0.5)
                file = Path(folder) / "histories.json"
                file.write_text(json.dumps(histories))
                say(f"  {len(histories)} histories are logged")
                python = str(Path(command).with_name("python"))
                logged = subprocess.run(
                    [python, "-c", LOG, address, str(file)], capture_output=True, text=True, check=True
                )
                yield f"{address}/#/experiments/{logged.stdout.split()[-1]}/runs", version
            finally:
                stop(process)


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _curves_are_drawn(page: "Page", count: int) -> None:
    page.locator(".js-plotly-plot .scatterlayer .trace").nth(count - 1).wait_for(state="attached")


def _ours(page: "Page", url: str, count: int) -> float:
    """Select all runs of the table; return the seconds from the click on their curves until they are drawn."""
    page.goto(f"{url}/runs?q=peer-")
    canvas = page.locator('[data-testid="stDataFrame"] canvas').first
    canvas.wait_for()
    _rest(page)
    box = canvas.bounding_box()
    if box is None:
        raise RuntimeError("The table of runs is not drawn.")
    page.mouse.click(box["x"] + 17, box["y"] + 18)  # the head's box
    link = page.get_by_role("link", name=re.compile(f"these {count}$"))
    link.wait_for()
    _rest(page)
    started = time.perf_counter()
    link.click()
    _curves_are_drawn(page, count)
    return time.perf_counter() - started


def _theirs(page: "Page", table: str, count: int) -> tuple[float, float]:
    """Return the seconds of a click on Compare until its plot, and of one on the metric until all curves."""
    page.goto("about:blank")
    page.goto(table)
    page.get_by_text(f"Run {count - 1}", exact=True).wait_for()
    page.locator(".ag-header input[type=checkbox]").first.click()
    button = page.get_by_role("button", name="Compare", exact=True)
    button.wait_for()
    _rest(page)
    started = time.perf_counter()
    button.click()
    page.locator(".js-plotly-plot").first.wait_for()
    compared = time.perf_counter() - started
    _rest(page)
    started = time.perf_counter()
    page.get_by_role("link", name=METRIC, exact=True).first.click()
    _curves_are_drawn(page, count)
    return compared, time.perf_counter() - started


def _rest(page: "Page") -> None:
    """Wait until what came before is done, so that it is not timed; MLflow's pages never stop asking."""
    page.wait_for_timeout(3000)
