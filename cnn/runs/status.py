"""How a run stands: one small file, replaced as a whole."""

import json
import os
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cnn.core.numbers import to_json
from cnn.runs.snapshots import write_whole

STATES = ("queued", "running", "paused", "finished", "stopped", "failed", "interrupted")
ENDED = ("finished", "stopped", "failed", "interrupted")
FILE = "state.json"


@dataclass(frozen=True)
class Status:
    """How a run stands. Times are seconds since 1970; accuracies are shares from 0 to 1.

    `process` is 0 while nobody trains it: a paused run without a process is suspended. `taken` is how many
    commands the training process has taken, `resumed` how often the run went on by itself;
    `precision_reason` says why it trains in that precision, "" where that was not noted.
    """

    state: str = "queued"
    message: str = ""
    process: int = 0
    host: str = ""
    precision: str = ""
    precision_reason: str = ""
    source: str = ""
    epoch: float = 0.0
    step: int = 0
    seconds: float = 0.0
    images_per_second: float = 0.0
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    taken: int = 0
    resumed: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the run by itself."""
        return self.state in ENDED

    @property
    def suspended(self) -> bool:
        """Whether the run is paused and holds no worker."""
        return self.state == "paused" and not self.process


UNREADABLE = Status("interrupted", "The state of this run cannot be read.")


def read_status(folder: Path) -> Status:
    """Return how the run in `folder` stands; a file that is broken reads as interrupted, none as queued."""
    try:
        return Status(**json.loads((folder / FILE).read_bytes()))
    except FileNotFoundError:
        return Status()
    except (OSError, ValueError, TypeError):
        return UNREADABLE


def write_status(folder: Path, status: Status) -> None:
    """Replace how the run in `folder` stands.

    Raises:
        RunError: when it cannot be written.
    """
    write_whole(folder / FILE, to_json(asdict(status)).encode())


def this_process() -> dict[str, Any]:
    """Return the fields of `Status` that say who trains a run."""
    return {"process": os.getpid(), "host": socket.gethostname()}


def without_process(status: Status, **changes: Any) -> Status:
    """Return the state of a run that no process trains, changed."""
    return replace(status, process=0, host="", **changes)


def interrupted(status: Status) -> Status:
    """Return the state of a run whose process ended under it."""
    message = "Its worker ended before the run was done; the last snapshot is kept."
    return without_process(status, state="interrupted", message=message)


def taken_up_again(status: Status) -> Status:
    """Return the state of a run whose process ended under it, and that shall go on by itself."""
    return without_process(status, state="queued", resumed=status.resumed + 1)


def stopped_waiting(status: Status, taken: int) -> Status:
    """Return the state of a run that was stopped while no process trained it, `taken` commands ago.

    One that had finished, and waited to go on, has still finished.
    """
    message = "" if status.step else "It was stopped before it began."
    state = "stopped" if status.test_accuracy is None else "finished"
    return replace(status, state=state, message=message, taken=taken)


def queued_again(status: Status) -> Status:
    """Return the state of a run that had ended and shall go on."""
    return without_process(status, state="queued", message="", resumed=0)


def begun(status: Status) -> Status:
    """Return the state of a run that this process trains: what the test pictures said no longer holds."""
    return replace(status, state="running", message="", test_accuracy=None, test_loss=None, **this_process())
