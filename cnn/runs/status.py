"""The status of a run: one small file, replaced as a whole."""

import json
import math
import os
import socket
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from cnn.core.numbers import to_json
from cnn.runs.snapshots import write_whole

STATES = ("queued", "running", "paused", "finished", "stopped", "failed", "interrupted")
ENDED = ("finished", "stopped", "failed", "interrupted")
FILE = "state.json"
FORMER_NAMES = {"taken": "acknowledged"}  # of fields, in the files of version 1.0 and older


@dataclass(frozen=True)
class Status:
    """The status of a run. Times are seconds since 1970; accuracies are shares from 0 to 1.

    `process` is 0 while no process trains it: a paused run without a process is suspended. `acknowledged` is the
    number of commands that the training process has carried out, `resumed` how often the run was resumed
    automatically; `precision_reason` says why it trains in that precision, "" if that was not recorded.
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
    acknowledged: int = 0
    resumed: int = 0

    @property
    def ended(self) -> bool:
        """Whether the run has ended; it can only continue on request."""
        return self.state in ENDED

    @property
    def suspended(self) -> bool:
        """Whether the run is paused and occupies no worker."""
        return self.state == "paused" and not self.process


FIELDS = [(field.name, field.default) for field in fields(Status)]
UNREADABLE = Status("interrupted", "The state of this run cannot be read.")


def read_status(folder: Path) -> Status:
    """Return the status of the run in `folder`; a damaged file reads as interrupted, a missing one as queued."""
    try:
        facts = json.loads((folder / FILE).read_bytes())
        status = Status(**{FORMER_NAMES.get(name, name): value for name, value in facts.items()})
    except FileNotFoundError:
        return Status()
    except (OSError, ValueError, TypeError, AttributeError):
        return UNREADABLE
    known = status.state in STATES and all(
        _has_its_kind(default, getattr(status, name)) for name, default in FIELDS
    )
    return status if known else UNREADABLE


def _has_its_kind(default: object, value: object) -> bool:
    """Whether a field with this default may have that value: text, a finite number, or None if None is the default."""
    if default is None and value is None:
        return True
    if isinstance(default, str):
        return isinstance(value, str)
    numbers = int if isinstance(default, int) else int | float
    return isinstance(value, numbers) and not isinstance(value, bool) and math.isfinite(value)


def write_status(folder: Path, status: Status) -> None:
    """Replace the status of the run in `folder`.

    Raises:
        RunError: when it cannot be written.
    """
    write_whole(folder / FILE, to_json(asdict(status)).encode())


def this_process() -> dict[str, Any]:
    """Return the fields of `Status` that identify this process."""
    return {"process": os.getpid(), "host": socket.gethostname()}


def without_process(status: Status, **changes: Any) -> Status:
    """Return the status with `changes`, and without a training process."""
    return replace(status, process=0, host="", **changes)


def interrupted(status: Status) -> Status:
    """Return the status of a run whose training process ended unexpectedly."""
    message = "Its worker ended before the run was finished; the last snapshot is kept."
    return without_process(status, state="interrupted", message=message)


def taken_up_again(status: Status) -> Status:
    """Return the status of such a run that will be resumed automatically."""
    return without_process(status, state="queued", resumed=status.resumed + 1)


def stopped_waiting(status: Status, acknowledged: int) -> Status:
    """Return the status of a run that was stopped while no process trained it, after `acknowledged` commands.

    A finished run that waited to continue is still finished.
    """
    message = "" if status.step else "It was stopped before it began."
    state = "stopped" if status.test_accuracy is None else "finished"
    return replace(status, state=state, message=message, acknowledged=acknowledged)


def queued_again(status: Status) -> Status:
    """Return the status of an ended run that will continue."""
    return without_process(status, state="queued", message="", resumed=0)


def begun(status: Status) -> Status:
    """Return the status of a run that this process trains; the test result is removed, as it no longer holds."""
    return replace(status, state="running", message="", test_accuracy=None, test_loss=None, **this_process())
