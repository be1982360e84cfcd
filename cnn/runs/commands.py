"""Commands to a run: one file that whoever steers appends to, and the training process reads.

Every row has `ROW_BYTES` bytes, so that the size of the file says how many commands there are, and looking
for new ones costs one `stat`. A row whose writing was cut off does not count; the next one takes its place.
"""

import fcntl
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.validation import Number, Whole, allowed_values
from cnn.network.spec import TrainSpec

ROW_BYTES = 96
REOPEN = "reopen"
PARK = "park"
# What people may ask for, and what the number of a command may be where it has one.
STEERING: dict[str, Whole | Number | None] = {
    "pause": None,
    "resume": None,
    "step": None,
    "epoch": None,
    "stop": None,
    "discard": None,
    "rate": allowed_values(TrainSpec, "learning_rate"),
    "extend_epochs": allowed_values(TrainSpec, "epochs"),
    "extend_seconds": allowed_values(TrainSpec, "seconds"),
}
# The engine parks a run that is paused. `reopen` makes void what was asked before a run ended; with the
# number 1 it also leaves out what was still planned.
KINDS = (*STEERING, PARK, REOPEN)
ENDING = ("stop", "discard")


@dataclass(frozen=True)
class Command:
    """What was asked for, its number (0 where it has none), and when, in seconds since 1970."""

    kind: str
    value: float = 0.0
    at: float = 0.0


NOTHING = Command("")


def check(kind: str, value: float) -> None:
    """Look whether there is such a command, and whether its number is allowed.

    Raises:
        RunError: if not, saying what is.
    """
    if kind not in KINDS:
        raise RunError(f"There is no command {str(kind)[:40]!r}; there are {', '.join(STEERING)}.")
    allowed = STEERING.get(kind)
    whole = isinstance(allowed, Whole) and isinstance(value, float) and value.is_integer()
    if allowed and not allowed.accepts(int(value) if whole else value):
        raise RunError(f"{kind}: {str(value)[:40]} is not allowed; give {allowed}.")


class CommandLog:
    """The commands of one run, in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def count(self) -> int:
        """Return how many commands there are."""
        try:
            return self.path.stat().st_size // ROW_BYTES
        except OSError:
            return 0

    def read(self, first: int = 0) -> list[Command]:
        """Return the commands from number `first` on; a row that cannot be read is `NOTHING`."""
        try:
            with self.path.open("rb") as file:
                file.seek(first * ROW_BYTES)
                content = file.read()
        except OSError:
            return []
        ends = range(ROW_BYTES, len(content) + 1, ROW_BYTES)
        return [_command(content[end - ROW_BYTES : end]) for end in ends]

    @contextmanager
    def held(self) -> Iterator[Callable[[str, float], None]]:
        """Keep others from appending, and yield a function that appends: `append(kind, value)`.

        Whoever decides by how a run stands, or writes that it ended, does so in here.

        Raises:
            RunError: when the file cannot be written.
        """
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _refused(error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield partial(_append, file)
        finally:
            os.close(file)


def since_reopened(commands: Sequence[Command]) -> list[Command]:
    """Return the commands that are not void: those after the run was reopened last."""
    reopened = max((i for i, command in enumerate(commands) if command.kind == REOPEN), default=-1)
    return list(commands[reopened + 1 :])


def _append(file: int, kind: str, value: float) -> None:
    row = {"kind": kind, "value": value, "at": round(time.time(), 3)}
    whole = os.fstat(file).st_size // ROW_BYTES * ROW_BYTES
    try:
        written = os.pwrite(file, json.dumps(row).encode().ljust(ROW_BYTES - 1) + b"\n", whole)
        os.fsync(file)
    except OSError as error:
        raise _refused(error) from error
    if written < ROW_BYTES:
        raise RunError("The command cannot be written: the disk is full.")


def _refused(error: OSError) -> RunError:
    return RunError(f"The command cannot be written: {error.strerror}.")


def _command(row: bytes) -> Command:
    try:
        facts = json.loads(row)
        command = Command(str(facts["kind"]), float(facts["value"]), float(facts["at"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return NOTHING
    return command if math.isfinite(command.value) else NOTHING
