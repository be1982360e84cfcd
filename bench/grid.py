"""A grid of sixteen runs: on four workers against one, and on the embedded worker against the runs one by one.

Four workers need four cores. Where there are fewer, what is measured is what the grid adds: the workers do no
arithmetic but wait in each step as long as a step of `lecture` takes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.engines import warm_engine
from bench.measure import AtLeast, Baseline, Figure, alternate, figure
from bench.report import data_source
from bench.serving import WARM_SECONDS, wait_for
from bench.training import dataset_name
from cnn.experiments.driver import Driver, experiments_folder
from cnn.experiments.experiment import ExperimentStore
from cnn.experiments.grid import Grid
from cnn.network.presets import PRESETS
from cnn.runs.commands import Steering
from cnn.runs.run import Run, read_run
from cnn.scheduler.cluster import Work
from cnn.scheduler.engine import Engine

OWNER = "be" * 16
RUNS, EPOCHS, SMOKE_RUNS = 16, 2, 4
# A step of `lecture`: 128 of 45,000 pictures at 11,000 a second, one of the two cores of docs/performance.md each.
STEP_SECONDS, STEPS = 128 / 11_000, 2 * 45_000 // 128
REPORT_STEPS = 20
NAME = "grid of 16 lecture runs, 2 epochs each"


def _grid(runs: int, pictures: int | None = None) -> Grid:
    base = PRESETS["lecture"].setup
    if pictures is not None:
        base = replace(base, training=replace(base.training, pictures=pictures))
    rates = (0.001, 0.002, 0.003, 0.004)  # settings that change nothing in what a step costs
    axes = {"learning_rate": list(rates[: 2 if runs < RUNS else 4])}
    spec = {
        "base": base.to_json(),
        "axes": axes,
        "seeds": runs // len(axes["learning_rate"]),
        "epochs": EPOCHS,
    }
    return Grid.from_json({**spec, "dataset": dataset_name()})


# Simulated steps


def train(folder: str, topic: str) -> str:
    """Go through the steps of a run without computing anything, as a worker does that trains."""
    from distributed import get_worker

    run = read_run(Path(folder))
    with run.trained_here(3.0) as here:
        if not here or not (status := run.commands.begin()):
            return "left"
        steering, acknowledged = Steering(), 0
        while status.step < STEPS and not steering.ending:
            if new := run.commands.read(acknowledged):
                steering.take(new)
                acknowledged += len(new)
            steps = min(REPORT_STEPS, STEPS - status.step)
            time.sleep(steps * STEP_SECONDS)
            step = status.step + steps
            status = replace(
                status, step=step, acknowledged=acknowledged, epoch=EPOCHS * step / STEPS, state="running"
            )
            run.history.append({"kind": "progress", "step": step, "epoch": status.epoch, "seconds_left": 1.0})
            run.write_status(status)
            get_worker().log_event(topic, {"run": run.id})
        status = replace(status, state="finished", validation_accuracy=0.6)
        run.commands.conclude(status, status.acknowledged)
    return status.state


def warm(_: int) -> None:
    """Load nothing: simulated steps need no TensorFlow."""


SIMULATED = Work(train, warm, warm)


def grid(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Carry the runs of a grid on, with one worker and with four."""
    count = SMOKE_RUNS if smoke else RUNS
    with warm_engine(1, SIMULATED) as one, warm_engine(4, SIMULATED) as four:
        ours, theirs = alternate(
            rounds, lambda: count / _as_grid(four, _grid(count)), lambda: count / _as_grid(one, _grid(count))
        )
    note = (
        f"Simulated steps of {1000 * STEP_SECONDS:.1f} ms, {STEPS} a run; from its start until all is kept."
    )
    baseline = Baseline("1 worker", theirs)
    yield figure(f"{NAME}, 4 workers", "runs/s", ours, AtLeast(3.5, "ratio"), baseline=baseline, note=note)


# Real steps


def embedded(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train the runs of a grid, and the same ones without it."""
    spec = _grid(SMOKE_RUNS, 500) if smoke else _grid(RUNS)
    with warm_engine(1) as engine:
        _in_turn(engine, _grid(SMOKE_RUNS, 500))  # the data set is loaded now
        ours, theirs = alternate(
            rounds, lambda: spec.count / _as_grid(engine, spec), lambda: spec.count / _in_turn(engine, spec)
        )
    note = f"The embedded worker; against it the same runs, all in its queue at once; {data_source()}."
    baseline = Baseline("one by one", theirs)
    yield figure(f"{NAME}, embedded", "runs/s", ours, AtLeast(0.95, "ratio"), baseline=baseline, note=note)


def _as_grid(engine: Engine, spec: Grid) -> float:
    """Return the seconds until a grid is over."""
    experiments = ExperimentStore(experiments_folder(engine.store.folder))
    carry = Driver(experiments, engine.store, engine)
    started = time.perf_counter()
    experiment = experiments.create(spec, OWNER)
    carry.start()
    try:
        wait_for(experiment.is_over, WARM_SECONDS * spec.count, "the grid to end", 0.2)
    finally:
        carry.close()
    _check(experiment.results(engine.store), spec.count)
    return time.perf_counter() - started


def _in_turn(engine: Engine, spec: Grid) -> float:
    """Return the seconds until the same runs have ended, submitted at once and trained one after another."""
    started = time.perf_counter()
    runs: list[Run] = []
    for trial in spec.trials:
        folder = engine.store.folder / f"turn-{time.monotonic_ns()}-{trial.number:03d}"
        runs.append(engine.store.create_in(folder, trial.setup, spec.dataset, OWNER, "in turn"))
    for run in runs:
        engine.submit(run)
    wait_for(
        lambda: all(run.status().ended for run in runs), WARM_SECONDS * len(runs), "the runs to end", 0.2
    )
    seconds = time.perf_counter() - started
    _check([run.status() for run in runs], len(runs))
    return seconds


def _check(results: Sequence[object], count: int) -> None:
    states = [getattr(one, "state", "") for one in results]
    if states != ["finished"] * count:
        raise RuntimeError(f"The runs are not what was asked for: {states}")
