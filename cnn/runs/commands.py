"""Commands to a run, on their way from the button to the training.

A page, the command line or the scheduler steers a run by appending a row to a file in its folder,
`commands.jsonl` (`Commands.give`). Commands that need no training process take effect at once: a stop, or
putting a suspended run back into the queue. All others are left to the process that trains the run: it checks
the size of the file between two calls, reads new rows and folds them into a `Steering`, which says whether
to train, how far, and whether to end. A command given twice, from two tabs, or after the end has no effect.

Code that decides by the status of a run, or writes that it begins or ends, holds the lock of its commands. So no
stop can be lost between the last poll of a training and the status that it ends with.

Every row has `ROW_BYTES` bytes, so the size of the file gives the number of commands, and polling
costs one `stat`. An incomplete row does not count; the next one overwrites it.

>>> steering = Steering()
>>> [command.kind for command in steering.take([Command("pause"), Command("rate", 0.01), Command("step")])]
['rate']
>>> steering.paused, steering.steps_allowed
(False, 1)
>>> steering.stepped(1)
>>> steering.paused
True
"""

import fcntl
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.validation import Number, Whole, allowed_values
from cnn.network.spec import TrainSpec
from cnn.runs.status import (
    Status,
    begun,
    queued_again,
    read_status,
    stopped_waiting,
    without_process,
    write_status,
)

ROW_BYTES = 96
REOPEN = "reopen"
SUSPEND = "park"  # its word on the disk, in command files and checkpoints, since the first release
# The commands, and the allowed range of their number, if they have one.
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
# The scheduler suspends a paused run to free its worker. `reopen` cancels the commands given before
# a run ended; with the number 1 it also cancels the rest of the plan.
KINDS = (*STEERING, SUSPEND, REOPEN)
ENDING = ("stop", "discard")
GOING_ON = ("resume", "step", "epoch")
LONGER = ("extend_epochs", "extend_seconds")
SETTINGS = ("rate", *LONGER, REOPEN)
MANY = 2**31


@dataclass(frozen=True)
class Command:
    """A command, its number (0 if it has none), and its time in seconds since 1970."""

    kind: str
    value: float = 0.0
    at: float = 0.0


NOTHING = Command("")


def check(kind: str, value: float) -> None:
    """Check that a command exists, and that its number is allowed.

    Raises:
        RunError: if not; it says what is allowed.
    """
    if kind not in KINDS:
        raise RunError(f"There is no command {str(kind)[:40]!r}; there are {', '.join(STEERING)}.")
    allowed = STEERING.get(kind)
    whole = isinstance(allowed, Whole) and isinstance(value, float) and value.is_integer()
    if allowed and not allowed.accepts(int(value) if whole else value):
        raise RunError(f"{kind}: {str(value)[:40]} is not allowed; give {allowed}.")


# Giving commands


class Commands:
    """The commands of the run in one folder, and their immediate effects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "commands.jsonl"

    def count(self) -> int:
        """Return the number of commands, from the size of the file."""
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
        """Hold the lock, and yield a function that appends a command: `append(kind, value)`.

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

    def give(self, kind: str, value: float = 0.0) -> bool:
        """Give a command, and return whether the caller must remove the folder now.

        If no process trains the run, some commands take effect at once: stopping it, removing it, or
        putting a suspended run back into the queue. After the end, nothing happens.

        Raises:
            RunError: for an unknown kind, a number that is not allowed, or a folder that cannot be written.
        """
        check(kind, value)
        with self.held() as append:
            status = read_status(self.folder)
            if status.ended:
                return False
            append(kind, value)
            if status.process:
                return False
            if kind == "stop":
                write_status(self.folder, stopped_waiting(status, self.count()))
            elif status.suspended and kind in GOING_ON:
                write_status(self.folder, replace(status, state="queued"))
            return kind == "discard"

    def extend(self, epochs: int = 0, seconds: float = 0.0, learning_rate: float | None = None) -> None:
        """Continue the run for longer: a run in training gets more, a run that has ended is queued again.

        A run that was stopped or failed continues from its present state; with neither epochs nor
        seconds, to its original end.

        Args:
            epochs: additional epochs, 0 for none.
            seconds: additional seconds of training steps, 0 for none.
            learning_rate: a new learning rate; None keeps the present one.

        Raises:
            RunError: for numbers that are not allowed, and for a finished run without epochs or seconds.
        """
        asked = {"rate": learning_rate, "extend_epochs": epochs or None, "extend_seconds": seconds or None}
        rows = {kind: value for kind, value in asked.items() if value is not None}
        for kind, value in rows.items():
            check(kind, value)
        longer = bool(epochs or seconds)
        with self.held() as append:
            status = read_status(self.folder)
            if status.state == "finished" and not longer:
                raise RunError(
                    "This run has reached its end; give the number of epochs or seconds to continue."
                )
            if status.ended:
                append(REOPEN, float(longer))
            for kind, value in rows.items():
                append(kind, value)
            if status.ended:
                write_status(self.folder, queued_again(status))

    def stop_requested(self) -> bool:
        """Whether a stop was requested since the run was last reopened."""
        return bool(self.count()) and _asks(self.read(), ENDING)

    def unanswered(self, acknowledged: int) -> set[str]:
        """Return the kinds of the commands after the first `acknowledged` and after the last reopening."""
        return {command.kind for command in since_reopened(self.read(acknowledged))} - {REOPEN}

    # The process that trains the run

    def begin(self) -> Status | None:
        """Write that this process trains the run and return its status; None if the run has ended."""
        with self.held():
            status = read_status(self.folder)
            if status.ended:
                return None
            status = begun(status)
            write_status(self.folder, status)
            return status

    def conclude(self, status: Status, acknowledged: int) -> tuple[Status, bool]:
        """Write the status at the end of a training; return it, and whether training must continue at once.

        It must if the run was extended, or resumed while it was being suspended, after the last poll.

        Args:
            status: the status at the end of the training.
            acknowledged: the number of commands that the training has acknowledged.
        """
        with self.held():
            unseen = self.read(acknowledged)
            again = (status.state == "finished" and _asks(unseen, LONGER)) or (
                status.state == "paused" and _asks(unseen, (*GOING_ON, *ENDING))
            )
            left = without_process(status, state="queued" if again else status.state)
            write_status(self.folder, left)
            return left, again


def since_reopened(commands: Sequence[Command]) -> list[Command]:
    """Return the commands that are still valid: those after the last reopening."""
    reopened = max((i for i, command in enumerate(commands) if command.kind == REOPEN), default=-1)
    return list(commands[reopened + 1 :])


# Following commands


@dataclass
class Steering:
    """The present effect of all commands: train or not, how far, and whether to end.

    `mode` is run, paused, step (`batches` more, then be paused) or epoch (to the end of this one, then be
    paused); `ending` is "", stop, discard or `SUSPEND`.
    """

    mode: str = "run"
    batches: int = 0
    ending: str = ""

    @property
    def paused(self) -> bool:
        """Whether training is paused."""
        return self.mode == "paused"

    @property
    def steps_allowed(self) -> int:
        """The number of optimiser steps that may be done before the next poll."""
        return self.batches if self.mode == "step" else MANY

    def take(self, commands: Iterable[Command]) -> list[Command]:
        """Follow commands in their order, and return those that change the training itself."""
        settings: list[Command] = []
        for command in commands:
            kind = command.kind
            if kind == REOPEN:  # commands given before the run ended are cancelled
                settings = []
                self.mode, self.batches, self.ending = "run", 0, ""
            if kind in SETTINGS:
                settings.append(command)
            elif kind in ENDING:
                self.ending = kind
            elif kind == SUSPEND:
                self.ending = self.ending or (SUSPEND if self.paused else "")
            elif kind == "pause":
                self.mode, self.batches = "paused", 0
            elif kind in GOING_ON:
                self.batches = self.batches + 1 if kind == "step" else 0
                self.mode = "run" if kind == "resume" else kind
                self.back_on_worker()
        return settings

    def back_on_worker(self) -> None:
        """Note that the run is no longer suspended: a worker has it, or will get it."""
        if self.ending == SUSPEND:
            self.ending = ""

    def stepped(self, steps: int) -> None:
        """Note that optimiser steps were done."""
        if self.mode == "step":
            self.batches -= steps
            if self.batches <= 0:
                self.mode, self.batches = "paused", 0

    def epoch_ended(self) -> None:
        """Note that an epoch is over."""
        if self.mode == "epoch":
            self.mode = "paused"


def _asks(commands: Sequence[Command], kinds: Sequence[str]) -> bool:
    return any(command.kind in kinds for command in since_reopened(commands))


# The file


def _append(file: int, kind: str, value: float) -> None:
    row = {"kind": kind, "value": value, "at": round(time.time(), 3)}
    whole = os.fstat(file).st_size // ROW_BYTES * ROW_BYTES
    try:
        written = os.pwrite(file, to_json(row).encode().ljust(ROW_BYTES - 1) + b"\n", whole)
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
