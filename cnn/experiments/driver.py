"""Advances experiments: creates the next runs, halves, and stores the results.

It has no state of its own: each poll reads the files and does the next step, so it continues after any crash.
Only one process may poll at a time: the one whose engine holds the lock of the runs folder.
"""

import logging
import math
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from cnn.core.errors import CnnLabError
from cnn.experiments.experiment import (
    ENDED,
    NOT_BEGUN,
    Experiment,
    ExperimentStore,
    Halving,
    Result,
    result_of,
)
from cnn.experiments.grid import Grid, Trial
from cnn.network.spec import value_text
from cnn.runs.commands import SUSPEND
from cnn.runs.store import Run, RunStore
from cnn.scheduler.engine import Engine

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
AHEAD = 1  # runs that wait in addition to those in training, so that a free worker finds one at once


class Driver:
    """Advances all experiments of a folder every second while the engine is ready."""

    def __init__(self, experiments: ExperimentStore, store: RunStore, engine: Engine) -> None:
        self.experiments, self.store, self.engine = experiments, store, engine
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start polling in a thread; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="experiments", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop polling; the experiments continue at the next start."""
        self._closing.set()
        if self._thread:
            self._thread.join(5.0)

    def _run(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            status = self.engine.status()
            if status.state != "ready":
                continue
            look_at_all(self.experiments, self.store, max(1, status.workers), self.engine.submit)


def look_at_all(
    experiments: ExperimentStore, store: RunStore, workers: int, submit: Callable[[Run], None]
) -> None:
    """Advance every experiment that is not over; of each owner's, only the oldest creates new runs."""
    busy: set[str] = set()
    for experiment in reversed(experiments.all()):
        try:
            if experiment.is_over():
                continue
            first = experiment.asked == "run" and experiment.owner not in busy
            busy |= {experiment.owner} if first else set()
            look(experiment, store, workers, submit, makes_runs=first)
        except CnnLabError as error:
            logger.warning("experiment %s waits: %s", experiment.id, error)
        except Exception:
            logger.exception("experiment %s could not be advanced", experiment.id)


def look(
    experiment: Experiment,
    store: RunStore,
    workers: int,
    submit: Callable[[Run], None],
    makes_runs: bool = True,
) -> None:
    """Do the next steps of an experiment.

    Args:
        experiment: one that is not over.
        store: the store of its runs.
        workers: the number of runs that train at a time.
        submit: puts a new run into the queue.
        makes_runs: whether new runs may be created now.

    Raises:
        CnnLabError: if a run cannot be created or steered.
    """
    kept = experiment.kept_results
    runs = {t.number: experiment.run(t, store) for t in experiment.grid.trials if t.number not in kept}
    now = dict(kept)
    for trial in experiment.grid.trials:
        if trial.number in kept:
            continue
        run = runs[trial.number]
        now[trial.number] = result_of(trial, run.status()) if run else NOT_BEGUN
    dropped = {cell for halving in experiment.halvings for cell in halving.dropped}
    asked = experiment.asked
    if asked == "stop":
        for run in filter(None, runs.values()):
            _stop(run)
    elif experiment.grid.halving:
        _halve(experiment, now, runs, dropped)
    if asked == "run" and makes_runs:
        _make_next(experiment, store, now, dropped, workers, submit)
    _keep_ended(experiment, kept, now, runs, dropped, stopped=asked == "stop")


def _make_next(
    experiment: Experiment,
    store: RunStore,
    now: dict[int, Result],
    dropped: set[int],
    workers: int,
    submit: Callable[[Run], None],
) -> None:
    """Create only as many runs as keep the workers busy, because others use the queue, too."""
    busy = sum(result.state in ("queued", "running") for result in now.values())
    for trial in experiment.grid.trials:
        if busy >= workers + AHEAD:
            return
        if now[trial.number].state != NOT_BEGUN.state or trial.cell in dropped:
            continue
        folder = store.folder / experiment.run_id(trial)
        if folder.is_dir() and not (folder / "run.json").is_file():  # the server died while creating it
            shutil.rmtree(folder, ignore_errors=True)
        run = store.create_in(
            folder, trial.setup, experiment.grid.dataset, experiment.owner, name_of(experiment.grid, trial)
        )
        submit(run)
        now[trial.number] = result_of(trial, run.status())
        busy += 1


def name_of(grid: Grid, trial: Trial) -> str:
    """Return what the run of a trial is called: "filters 12, depth 2, seed 1"."""
    parts = [
        f"{name.replace('_', ' ')} {value_text(value)}"
        for (name, _), value in zip(grid.axes, trial.values, strict=True)
    ]
    return ", ".join([*parts, f"seed {trial.setup.training.seed}"])


# Successive halving


def rungs(grid: Grid) -> tuple[float, ...]:
    """Return the shares of the budget at which the worse half of the cells is stopped (Jamieson and Talwalkar 2016).

    These are a quarter and a half, or only a half if there are few cells or epochs.
    """
    if not grid.halving or len(grid.cells) < 2:
        return ()
    return (0.25, 0.5) if len(grid.cells) >= 4 and (grid.epochs or 4) >= 4 else (0.5,)


def _halve(
    experiment: Experiment, now: dict[int, Result], runs: dict[int, Run | None], dropped: set[int]
) -> None:
    """Let runs wait at the next rung until all have reached it, then stop the worse half and continue the others.

    Cells are ranked by the mean of their seeds' last validation accuracies.
    """
    shares = rungs(experiment.grid)
    done = len(experiment.halvings)
    alive = [trial for trial in experiment.grid.trials if trial.cell not in dropped]
    target = shares[done] if done < len(shares) else 2.0  # beyond the end: no more waiting
    if done < len(shares) and all(_is_there(now[trial.number], target) for trial in alive):
        worse = worse_half(experiment.grid, now, dropped)
        experiment.add_halving(Halving(target, tuple(worse)))
        dropped.update(worse)
        target = shares[done + 1] if done + 1 < len(shares) else 2.0
    for trial in experiment.grid.trials:
        run = runs.get(trial.number)
        if run is None:
            continue
        result, status = now[trial.number], run.status()
        if trial.cell in dropped:
            _stop(run)
        elif status.ended or (status.process and run.commands.count() > status.acknowledged):
            continue  # it has not acknowledged its last command
        elif result.state == "running" and result.share >= target:
            run.command("pause")
            run.command(SUSPEND)  # at once: its worker is needed by runs that have not reached the rung
        elif result.state == "paused" and result.share < target and experiment.asked == "run":
            run.command("resume")


def _stop(run: Run) -> None:
    """Request a stop, once."""
    if not run.status().ended and not run.commands.stop_requested():
        run.command("stop")


def _is_there(result: Result, target: float) -> bool:
    return result.state in ENDED or (result.state == "paused" and result.share >= target)


def worse_half(grid: Grid, now: dict[int, Result], dropped: set[int]) -> list[int]:
    """Return the cells, of those left, that are worse on average: half of them, rounded down."""
    means: dict[int, float] = {}
    for trial in grid.trials:
        if trial.cell not in dropped:
            means.setdefault(trial.cell, 0.0)
            means[trial.cell] += (now[trial.number].validation or 0.0) / grid.seeds
    order = sorted(means, key=lambda cell: (-means[cell], cell))
    return sorted(order[math.ceil(len(order) / 2) :])


# Results of the runs


def _keep_ended(
    experiment: Experiment,
    kept: dict[int, Result],
    now: dict[int, Result],
    runs: dict[int, Run | None],
    dropped: set[int],
    stopped: bool,
) -> None:
    """Store the results of ended runs, so that the runs may be deleted; runs that will never begin count as stopped."""
    found = dict(kept)
    for trial in experiment.grid.trials:
        number, run = trial.number, runs.get(trial.number)
        if number in kept:
            continue
        result = result_of(trial, run.status()) if run else now[number]
        never = result.state == NOT_BEGUN.state and (stopped or trial.cell in dropped)
        if result.state in ENDED or never:
            found[number] = Result("stopped") if never else result
    if len(found) != len(kept):
        experiment.keep_results(found)


def steer(experiment: Experiment, store: RunStore, what: str) -> None:
    """Pause, resume ("run") or stop an experiment with all its runs.

    Raises:
        RunError: if it was stopped already, or cannot be written.
    """
    experiment.ask(what)
    kept = experiment.kept_results
    for trial in experiment.grid.trials:
        run = experiment.run(trial, store) if trial.number not in kept else None
        if run is None or run.status().ended:
            continue
        state = run.status().state
        if what == "stop":
            run.command("stop")
        elif what == "pause" and state in ("queued", "running"):
            run.command("pause")
        elif what == "run" and (state == "paused" or run.commands.count() > run.status().acknowledged):
            run.command("resume")


def experiments_folder(runs: Path) -> Path:
    """Return the folder of the experiments, next to the runs folder."""
    return runs.parent / "experiments"
