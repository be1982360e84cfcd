"""An experiment as a folder of files. The ids of its runs follow from its own id, so no list of them is stored.

    HOME/experiments/ID/experiment.json   owner, time, the grid
    HOME/experiments/ID/asked.json        run, pause or stop: what its owner wants
    HOME/experiments/ID/results.json      the results of the runs that have ended; the runs may then be deleted
    HOME/experiments/ID/halvings.json     which cells were stopped early, and where

After a crash of server, worker or scheduler, these files and the runs say how to continue.
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError, RunError
from cnn.core.numbers import to_json
from cnn.experiments.grid import Grid, Trial
from cnn.runs.snapshots import write_whole
from cnn.runs.status import Status
from cnn.runs.store import Run, RunStore

ID = re.compile(r"grid-[a-z0-9-]{4,40}\Z")
ASKED = ("run", "pause", "stop")
MOST_OF_ONE = 20  # experiments of one owner that may be unfinished


@dataclass(frozen=True)
class Result:
    """The state or result of one run. `share` is the share of its budget that it has used, from 0 to 1."""

    state: str
    validation: float | None = None
    test: float | None = None
    seconds: float = 0.0
    share: float = 0.0
    images_per_second: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether it was trained to the end of its budget."""
        return self.state == "finished"


@dataclass(frozen=True)
class Halving:
    """One halving: the share of the budget at which it happened, and the cells that it stopped."""

    share: float
    dropped: tuple[int, ...]


NOT_BEGUN = Result("waiting")
ENDED = ("finished", "stopped", "failed", "interrupted", "gone")


@dataclass(frozen=True)
class Experiment:
    """An experiment: its fixed data, and access to its files."""

    id: str
    owner: str
    created: float
    grid: Grid
    folder: Path

    def run_id(self, trial: Trial) -> str:
        """Return the id of the run of a trial."""
        return f"{self.id}-{trial.number:03d}"

    def run(self, trial: Trial, store: RunStore) -> Run | None:
        """Return the run of a trial, None if it has not been created or was deleted."""
        try:
            return store.get(self.run_id(trial))
        except RunError:
            return None

    @property
    def asked(self) -> str:
        """What its owner wants: run, pause or stop."""
        found = _read(self.folder / "asked.json").get("asked")
        return found if found in ASKED else "run"

    def ask(self, what: str) -> None:
        """Store what its owner wants; a stop is final.

        Raises:
            RunError: for an unknown request, after a stop, or if it cannot be written.
        """
        if what not in ASKED:
            raise RunError(
                f"{str(what)[:20]!r} is not a command for an experiment; give one of {', '.join(ASKED)}."
            )
        if self.asked == "stop" and what != "stop":
            raise RunError("This experiment was stopped; start a new one.")
        self._write("asked.json", {"asked": what})

    @property
    def kept_results(self) -> dict[int, Result]:
        """The stored results of ended runs, by the number of the trial."""
        found = _read(self.folder / "results.json")
        try:
            return {int(number): Result(**facts) for number, facts in found.items()}
        except (ValueError, TypeError):
            return {}

    def keep_results(self, results: Mapping[int, Result]) -> None:
        """Replace the stored results of ended runs.

        Raises:
            RunError: if it cannot be written.
        """
        self._write("results.json", {str(number): asdict(result) for number, result in results.items()})

    @property
    def halvings(self) -> list[Halving]:
        """The halvings so far."""
        rows = _read(self.folder / "halvings.json").get("halvings", [])
        return [Halving(float(row["share"]), tuple(row["dropped"])) for row in rows]

    def add_halving(self, halving: Halving) -> None:
        """Store a halving; it is final as soon as this is written.

        Raises:
            RunError: if it cannot be written.
        """
        self._write("halvings.json", {"halvings": [asdict(one) for one in (*self.halvings, halving)]})

    def results(self, store: RunStore) -> list[Result]:
        """Return the state or result of every trial, in order."""
        kept, found = self.kept_results, []
        for trial in self.grid.trials:
            if trial.number in kept:
                found.append(kept[trial.number])
                continue
            run = self.run(trial, store)
            found.append(result_of(trial, run.status()) if run else NOT_BEGUN)
        return found

    def is_over(self) -> bool:
        """Whether the results of all trials are stored, so that nothing is left to do."""
        return len(self.kept_results) == self.grid.count

    def _write(self, name: str, facts: Mapping[str, Any]) -> None:
        write_whole(self.folder / name, to_json(facts).encode())


def result_of(trial: Trial, status: Status) -> Result:
    """Return the result of a trial from the status of its run."""
    training = trial.setup.training
    share = status.epoch / training.epochs if training.epochs else status.seconds / (training.seconds or 1.0)
    return Result(
        status.state,
        status.validation_accuracy,
        status.test_accuracy,
        status.seconds,
        min(share, 1.0) if status.state != "finished" else 1.0,
        status.images_per_second,
    )


class ExperimentStore:
    """The experiments in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, grid: Grid, owner: str) -> Experiment:
        """Create a new experiment; the driver starts it at once.

        Raises:
            CnnLabError: if a run would not fit into memory, or there are too many unfinished experiments.
        """
        grid.check_memory()
        open_ones = sum(not one.is_over() for one in self.of(owner))
        if open_ones >= MOST_OF_ONE:
            raise RunError(
                f"{open_ones} of your experiments are unfinished; stop or finish one of them first."
            )
        made = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        folder = self.folder / f"grid-{made}-{secrets.token_hex(4)}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise RunError(f"The experiment cannot be created: {error.strerror}.") from error
        facts = {"owner": owner, "created": time.time(), "grid": grid.to_json()}
        write_whole(folder / "experiment.json", to_json(facts).encode())
        return self._read(folder)

    def of(self, owner: str) -> list[Experiment]:
        """Return the experiments of an owner, newest first."""
        return [one for one in self.all() if owner and one.owner == owner]

    def own(self, experiment_id: str, owner: str) -> Experiment:
        """Return an experiment that `owner` may change; its id may come from a browser.

        Raises:
            RunError: if there is none, or it belongs to somebody else.
        """
        if ID.match(experiment_id):
            for one in self.of(owner):
                if one.id == experiment_id:
                    return one
        raise RunError("You have no such experiment here; choose one from the list.")

    def all(self) -> list[Experiment]:
        """Return all experiments that can be read, newest first."""
        return sorted(self._all(), key=lambda one: one.created, reverse=True)

    def _all(self) -> Iterator[Experiment]:
        if not self.folder.is_dir():
            return
        for folder in self.folder.iterdir():
            if ID.match(folder.name):
                try:
                    yield self._read(folder)
                except CnnLabError:
                    continue

    def _read(self, folder: Path) -> Experiment:
        facts = _read(folder / "experiment.json")
        try:
            grid = Grid.from_json(facts["grid"])
            return Experiment(folder.name, str(facts["owner"]), float(facts["created"]), grid, folder)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"The files of the experiment {folder.name} are damaged ({error}).") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
