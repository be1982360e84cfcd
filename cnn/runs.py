"""The run store: a run is a folder of facts.

    RUN/run.json           id, owner, name, data set, set-up, time: written once, never changed
    RUN/state.json         queued, running, finished, stopped, failed or interrupted, and the results
    RUN/history.jsonl      one row a report: within epochs, and after each epoch
    RUN/snapshots/         the weights before training and after every epoch
    RUN/stop               present once a stop has been asked for

Whoever holds the folder can read it all: no process that wrote it is needed.
"""

import functools
import hashlib
import json
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from cnn.errors import RunError, SpecError
from cnn.forward import Weights
from cnn.snapshots import Snapshot, list_snapshots, read_weights, snapshot_path, write_weights, write_whole
from cnn.spec import Setup

RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
EVERYBODY = ""
STATES = ("queued", "running", "finished", "stopped", "failed", "interrupted")
ENDED = ("finished", "stopped", "failed", "interrupted")
MAX_NAME = 60


@dataclass(frozen=True)
class Status:
    """How a run stands. Times are seconds since 1970; accuracies are shares from 0 to 1."""

    state: str = "queued"
    message: str = ""
    process: int = 0
    host: str = ""
    precision: str = ""
    source: str = ""
    epoch: float = 0.0
    step: int = 0
    seconds: float = 0.0
    images_per_second: float = 0.0
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self.state in ENDED


@dataclass(frozen=True)
class Run:
    """What is fixed about a run. `owner` is the hash of the owner's key; "" means everybody may look."""

    id: str
    owner: str
    name: str
    dataset: str
    setup: Setup
    created: float
    folder: Path

    def status(self) -> Status:
        """Return how the run stands now; a state file that is absent or broken reads as interrupted."""
        try:
            return Status(**json.loads((self.folder / "state.json").read_bytes()))
        except FileNotFoundError:
            return Status()
        except (OSError, ValueError, TypeError):
            return Status("interrupted", "The state of this run cannot be read.")

    def write_status(self, status: Status) -> None:
        """Replace the state on disk."""
        write_whole(self.folder / "state.json", json.dumps(asdict(status)).encode())

    def append_history(self, row: dict[str, Any]) -> None:
        """Add one row to the history.

        Raises:
            RunError: when it cannot be written.
        """
        try:
            with (self.folder / "history.jsonl").open("ab+") as file:
                if file.tell() and not _ends_line(file):  # a row was cut off when its process died
                    file.write(b"\n")
                file.write(json.dumps(row).encode() + b"\n")
        except OSError as error:
            raise RunError(f"The history cannot be written: {error.strerror}.") from error

    def history(self) -> list[dict[str, Any]]:
        """Return the rows written so far; a row that is being written is left out."""
        try:
            lines = (self.folder / "history.jsonl").read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        return [row for line in lines if (row := _row(line))]

    def history_size(self) -> int:
        """Return the bytes of the history, to see cheaply whether there is something new."""
        try:
            return (self.folder / "history.jsonl").stat().st_size
        except FileNotFoundError:
            return 0

    def snapshots(self) -> list[Snapshot]:
        """Return the saved states of the weights, oldest first."""
        return list_snapshots(self.folder / "snapshots")

    def save_snapshot(self, step: int, epoch: float, weights: Weights) -> None:
        """Save the weights."""
        write_weights(snapshot_path(self.folder / "snapshots", step, epoch), weights)

    def weights(self, snapshot: Snapshot | None = None) -> Weights:
        """Return the weights of a snapshot, by default of the newest that can be read.

        Raises:
            RunError: if there is none.
        """
        if snapshot:
            return read_weights(snapshot.path, self.setup.network)
        problem = RunError("This run has no snapshot yet; the first is saved when training begins.")
        for candidate in reversed(self.snapshots()):
            try:
                return read_weights(candidate.path, self.setup.network)
            except RunError as error:
                problem = error
        raise problem

    def stop_requested(self) -> bool:
        """Whether a stop has been asked for."""
        return (self.folder / "stop").exists()

    def request_stop(self) -> None:
        """Ask for a stop; asking twice, or after the end, does no harm."""
        (self.folder / "stop").touch()


def owner_hash(key: str) -> str:
    """Return what a run stores of its owner's secret key: enough to recognise it, not to pose as it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32] if key else EVERYBODY


class RunStore:
    """The runs in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, setup: Setup, dataset: str, owner: str = EVERYBODY, name: str = "") -> Run:
        """Make the folder of a new run in the state queued.

        Args:
            setup: network and training.
            dataset: "cifar10" or "sketch10".
            owner: `owner_hash` of the owner's key.
            name: shown to people; at most 60 characters are kept.

        Raises:
            RunError: when the folder cannot be written.
        """
        run_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        return self.create_in(self.folder / run_id, setup, dataset, owner, name)

    @staticmethod
    def create_in(folder: Path, setup: Setup, dataset: str, owner: str = EVERYBODY, name: str = "") -> Run:
        """Make a new run in exactly this folder, which must be absent or empty.

        Raises:
            RunError: when the folder is in use or cannot be written.
        """
        run = Run(folder.name, owner, name.strip()[:MAX_NAME], dataset, setup, time.time(), folder)
        facts = {"owner": owner, "name": run.name, "dataset": dataset, "created": run.created}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise RunError(f"The folder {folder.name} is not empty; name another one.")
            (folder / "snapshots").mkdir()
        except OSError as error:
            raise RunError(f"The folder {folder.name} cannot be made: {error.strerror}.") from error
        run.write_status(Status())
        write_whole(folder / "run.json", json.dumps(facts | {"setup": setup.to_json()}, indent=1).encode())
        return run

    def get(self, run_id: str) -> Run:
        """Return a run by its id, which may come from a browser.

        Raises:
            RunError: if there is no such run, or its facts cannot be read.
        """
        folder = self.folder / run_id
        if not RUN_ID.match(run_id) or not (folder / "run.json").is_file():
            raise RunError("There is no such run here; choose one from the list.")
        return read_run(folder)

    def runs(self, owner: str | None = None) -> list[Run]:
        """Return the runs of `owner` and those of everybody, newest first; None means all runs."""
        found = [run for run in self._all() if owner is None or run.owner in (owner, EVERYBODY)]
        return sorted(found, key=lambda run: run.created, reverse=True)

    def _all(self) -> Iterator[Run]:
        if not self.folder.is_dir():
            return
        for folder in self.folder.iterdir():
            if RUN_ID.match(folder.name):
                try:
                    yield read_run(folder)
                except RunError:
                    continue

    def request_stop(self, run_id: str, owner: str) -> None:
        """Ask for a stop on behalf of `owner`.

        Raises:
            RunError: if there is no such run or it belongs to somebody else.
        """
        self.own(run_id, owner).request_stop()

    def own(self, run_id: str, owner: str) -> Run:
        """Return a run that `owner` may change.

        Raises:
            RunError: if there is no such run or it belongs to somebody else.
        """
        run = self.get(run_id)
        if not owner or not secrets.compare_digest(run.owner.encode(), owner.encode()):
            raise RunError("This run belongs to somebody else; only its owner can change it.")
        return run

    def mark_interrupted(self) -> list[Run]:
        """Mark the runs whose process is gone, and return those that still wait in the queue."""
        waiting = []
        for run in self.runs():
            status = run.status()
            if status.state == "queued":
                waiting.append(run)
            elif status.state == "running" and not _is_alive(status):
                run.write_status(interrupted(status))
        return sorted(waiting, key=lambda run: run.created)


def interrupted(status: Status, server_stopped: bool = False) -> Status:
    """Return the state of a run whose process ended under it."""
    reason = "The server was stopped" if server_stopped else "Its worker ended"
    message = f"{reason} before the run was done; the last snapshot is kept."
    return replace(status, state="interrupted", message=message)


def read_run(folder: Path) -> Run:
    """Return the run in `folder`.

    Raises:
        RunError: when its facts are absent or broken.
    """
    path = folder / "run.json"
    try:
        return _read_run(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise RunError(f"The folder {folder.name} is not a run: run.json cannot be read.") from error


@functools.lru_cache(maxsize=4096)
def _read_run(path: Path, _modified: int) -> Run:
    try:
        facts = json.loads(path.read_bytes())
        setup = Setup.from_json(facts["setup"])
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
        raise RunError(f"The facts of the run {path.parent.name} are broken ({error}).") from error


def this_process() -> dict[str, Any]:
    """Return the fields of `Status` that say who trains a run."""
    return {"process": os.getpid(), "host": socket.gethostname()}


def _is_alive(status: Status) -> bool:
    """Whether the process that trained the run may still run; one on another machine may."""
    if status.host != socket.gethostname():
        return True
    try:
        os.kill(status.process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError, TypeError):
        return False
    return status.process > 0


def _ends_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
