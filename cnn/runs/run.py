"""A run, stored as a folder of files.

    RUN/run.json           id, owner, name, data set, set-up, time
    RUN/state.json         queued, running, paused, finished, stopped, failed or interrupted, and the results
    RUN/history.jsonl      one row per report: within epochs, after each epoch, and what was done to the run
    RUN/commands.jsonl     the commands to it
    RUN/origin.json        of an imported run: where its earlier training ended
    RUN/snapshots/         the weights before training and after epochs, about twenty of them
    RUN/checkpoint-*       the newest two: everything needed to continue exactly
    RUN/lock               locked by the process that trains it

The folder is complete: it can be read without the process that wrote it. `Run.history` and `Run.commands` are
the two files that grow; checkpoints are read and written by `cnn.runs.checkpoints`.
"""

import functools
import json
import shutil
import socket
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from cnn.core.errors import OverflowsError, RunError, SpecError
from cnn.core.numbers import to_json
from cnn.network.forward import Weights
from cnn.network.spec import Setup
from cnn.runs.checkpoints import Checkpoint, newest_checkpoint
from cnn.runs.commands import Commands
from cnn.runs.history import History
from cnn.runs.locks import locked
from cnn.runs.origin import Origin, read_origin
from cnn.runs.snapshots import (
    Snapshot,
    list_snapshots,
    read_weights,
    snapshot_path,
    to_thin,
    write_weights,
    write_whole,
)
from cnn.runs.status import Status, read_status, write_status

EVERYBODY = ""
MAX_NAME = 60
MOST_KEPT = 16_384  # runs in memory
DELETED = ".deleted-"


@dataclass(frozen=True)
class Run:
    """A run: its fixed data, and access to its files. `owner` is the hash of the owner's key, "" for everybody."""

    id: str
    owner: str
    name: str
    dataset: str
    setup: Setup
    created: float
    folder: Path

    @property
    def history(self) -> History:
        """The rows that the training has written."""
        return History(self.folder / "history.jsonl")

    @property
    def commands(self) -> Commands:
        """The commands to the run."""
        return Commands(self.folder)

    def origin(self) -> Origin | None:
        """Return where the earlier training of an imported run ended; None for any other run.

        Raises:
            RunError: if that file is damaged.
        """
        return read_origin(self.folder)

    def status(self) -> Status:
        """Return the present status; a damaged status file reads as interrupted."""
        return read_status(self.folder)

    def write_status(self, status: Status) -> None:
        """Replace the status on disk."""
        write_status(self.folder, status)

    def write_facts(self) -> None:
        """Replace run.json on disk.

        Raises:
            RunError: when they cannot be written.
        """
        facts = {"owner": self.owner, "name": self.name, "dataset": self.dataset, "created": self.created}
        content = to_json(facts | {"setup": self.setup.to_json()}, indent=1)
        write_whole(self.folder / "run.json", content.encode())

    # The weights it has saved

    def snapshots(self) -> list[Snapshot]:
        """Return the saved states of the weights, oldest first."""
        return list_snapshots(self.folder / "snapshots")

    def save_snapshot(self, step: int, epoch: float, weights: Weights) -> None:
        """Save the weights; if there are too many snapshots, remove some in between, but never the best one."""

        def best_step() -> int | None:
            rows = [row for row in self.history.rows() if row.get("validation_accuracy") is not None]
            best = max(rows, key=lambda row: row["validation_accuracy"], default=None)
            return best["step"] if best else None

        folder = self.folder / "snapshots"
        with suppress(
            OSError
        ):  # a copy of a queued run may lack the empty folder; other errors appear when writing
            folder.mkdir(exist_ok=True)
        write_weights(snapshot_path(folder, step, epoch), weights)
        for snapshot in to_thin(self.snapshots(), best_step):
            snapshot.path.unlink(missing_ok=True)

    def weights(self, snapshot: Snapshot | None = None) -> Weights:
        """Return the weights of a snapshot, by default of the newest that can be read.

        Raises:
            RunError: if there is none.
        """
        return read_weights(snapshot.path, self.setup.network) if snapshot else self.newest_weights()[0]

    def newest_weights(self) -> tuple[Weights, str]:
        """Return the newest weights that can be read, and the error of newer ones, "" if there is none.

        Raises:
            RunError: if there are none.
        """
        problem = ""
        for candidate in reversed(self.snapshots()):
            try:
                return read_weights(candidate.path, self.setup.network), problem
            except RunError as error:
                problem = problem or str(error)
        raise RunError(problem or self.nothing_saved())

    def nothing_saved(self) -> str:
        """Return in a sentence why there are no weights."""
        if not self.folder.is_dir():
            return "This run has been deleted; choose another network."
        return "This run has no snapshot yet; the first is saved when training begins."

    def checkpoint(self) -> tuple[Checkpoint | None, list[str]]:
        """Return the newest usable checkpoint, if any, and the errors of newer ones.

        A checkpoint is unusable if it cannot be read, or if the snapshot of the same step overflows.
        """

        def check(step: int) -> None:
            for snapshot in self.snapshots():
                if snapshot.step == step:
                    try:
                        self.weights(snapshot)
                    except OverflowsError:
                        raise
                    except RunError:  # a damaged snapshot says nothing about the checkpoint
                        continue

        return newest_checkpoint(self.folder, check)

    # Steering it: what needs the whole run

    def command(self, kind: str, value: float = 0.0) -> None:
        """Give a command; a run without a training process that is discarded is removed at once.

        A command given twice, or after the end, has no effect.

        Raises:
            RunError: for an unknown kind, a number that is not allowed, or a folder that cannot be written.
        """
        if self.commands.give(kind, value):
            self.remove()

    def extend(self, epochs: int = 0, seconds: float = 0.0, learning_rate: float | None = None) -> None:
        """Continue the run for longer, as `Commands.extend`.

        Raises:
            RunError: for numbers that are not allowed, and for a run that cannot continue.
        """
        origin = self.origin()
        if origin:  # until something was trained on its imported weights, it can begin with them again
            trained = any(snapshot.step > origin.step for snapshot in self.snapshots())
        else:
            trained = self.history.size() > 0
        if self.status().ended and trained and not self.checkpoint()[0]:
            raise RunError("This run has no checkpoint to continue from; start a new run of this network.")
        self.commands.extend(epochs, seconds, learning_rate)

    # Who trains it

    def trained_here(self, seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Keep other processes from training the run; yield False if one still does after `seconds`.

        Raises:
            RunError: if the folder was deleted or cannot be written.
        """
        return locked(self.folder / "lock", seconds)

    def is_trained(self) -> bool:
        """Whether a process trains the run; for one on another machine, whether the status says so."""
        status = self.status()
        if status.host not in ("", socket.gethostname()):
            return bool(status.process)
        try:
            with self.trained_here() as free:
                return not free
        except RunError:
            return False

    def remove(self) -> None:
        """Remove the folder with everything in it; the run disappears from every list at once."""
        hidden = self.folder.with_name(DELETED + self.folder.name)
        try:
            self.folder.rename(hidden)
        except FileNotFoundError:
            return
        except OSError as error:
            raise RunError(f"The run {self.id} cannot be removed: {error.strerror}.") from error
        shutil.rmtree(hidden, ignore_errors=True)


def read_run(folder: Path) -> Run:
    """Return the run in `folder`.

    Raises:
        RunError: if its run.json is missing or damaged.
    """
    path = folder / "run.json"
    try:
        return _read_run(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise RunError(f"The folder {folder.name} is not a run: run.json cannot be read.") from error


# A page goes through all runs in turn: one more than fit, and every one of them would be read again each time.
@functools.lru_cache(maxsize=MOST_KEPT)
def _read_run(path: Path, _modified: int) -> Run:
    try:
        facts = json.loads(path.read_bytes())
        setup = _one_of_equal(Setup.from_json(facts["setup"]))
        return Run(
            path.parent.name,
            str(facts["owner"]),
            str(facts["name"]),
            str(facts["dataset"]),
            setup,
            float(facts["created"]),
            path.parent,
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, SpecError) as error:
        raise RunError(f"The file run.json of the run {path.parent.name} is damaged ({error}).") from error


@functools.lru_cache(maxsize=1024)
def _one_of_equal(setup: Setup) -> Setup:
    """Return the first of all set-ups that equal this one: a set-up takes 5 kB, and many runs have the same."""
    return setup
