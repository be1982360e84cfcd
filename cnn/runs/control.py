"""Steering a run: what follows at once from a command, and what is left to the process that trains it.

Whoever decides by how a run stands, or writes that it begins or ends, holds the lock of its commands. So a
stop cannot fall between the last look of a training and the state it ends with.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cnn.core.errors import RunError
from cnn.runs.commands import ENDING, REOPEN, Command, CommandLog, check, since_reopened
from cnn.runs.status import (
    Status,
    begun,
    queued_again,
    read_status,
    stopped_waiting,
    without_process,
    write_status,
)

GOING_ON = ("resume", "step", "epoch")
LONGER = ("extend_epochs", "extend_seconds")


class Control:
    """The commands of the run in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = CommandLog(folder / "commands.jsonl")

    def command(self, kind: str, value: float = 0.0) -> bool:
        """Ask for something, and return whether the folder shall be removed now.

        Where no process trains the run, what can be done without one is done at once: a stop, removing it, or
        putting a parked run that shall go on back into the queue. After the end nothing is done.

        Raises:
            RunError: for an unknown kind, a number that is not allowed, or a folder that cannot be written.
        """
        check(kind, value)
        with self.log.held() as append:
            status = read_status(self.folder)
            if status.ended:
                return False
            append(kind, value)
            if not status.process:
                self._answer(kind, status)
            return kind == "discard" and not status.process

    def _answer(self, kind: str, status: Status) -> None:
        if kind == "stop":
            write_status(self.folder, stopped_waiting(status, self.log.count()))
        elif status.parked and kind in GOING_ON:
            write_status(self.folder, replace(status, state="queued"))

    def extend(self, epochs: int = 0, seconds: float = 0.0, learning_rate: float | None = None) -> None:
        """Let the run go on for longer: one that is trained gets more, one that has ended is queued again.

        A run that was stopped or broke off goes on for so much from where it is; with neither epochs nor
        seconds, to the end it was meant to have.

        Args:
            epochs: how many more, 0 for none.
            seconds: how many more seconds of training steps, 0 for none.
            learning_rate: instead of the one it has.

        Raises:
            RunError: for numbers that are not allowed, and a finished run that is given nothing.
        """
        asked = {"rate": learning_rate, "extend_epochs": epochs or None, "extend_seconds": seconds or None}
        rows = {kind: value for kind, value in asked.items() if value is not None}
        for kind, value in rows.items():
            check(kind, value)
        longer = bool(epochs or seconds)
        with self.log.held() as append:
            status = read_status(self.folder)
            if status.state == "finished" and not longer:
                raise RunError("This run has reached its end; say how many epochs or seconds it shall go on.")
            if status.ended:
                append(REOPEN, float(longer))
            for kind, value in rows.items():
                append(kind, value)
            if status.ended:
                write_status(self.folder, queued_again(status))

    def stop_requested(self) -> bool:
        """Whether a stop has been asked for, since the run was reopened last."""
        return bool(self.log.count()) and _asks(self.log.read(), ENDING)

    def begin(self) -> Status | None:
        """Say that this process trains the run; None where it has ended meanwhile."""
        with self.log.held():
            status = read_status(self.folder)
            if status.ended:
                return None
            write_status(self.folder, begun(status))
            return begun(status)

    def conclude(self, status: Status, taken: int) -> tuple[Status, bool]:
        """Write how a training left the run; return that, and whether it must be taken up again at once.

        That is so where it was given more, or a parked run was told to go on, after the training looked last.

        Args:
            status: how it was left.
            taken: how many commands the training has taken.
        """
        with self.log.held():
            unseen = self.log.read(taken)
            again = (status.state == "finished" and _asks(unseen, LONGER)) or (
                status.state == "paused" and _asks(unseen, (*GOING_ON, *ENDING))
            )
            left = without_process(status, state="queued" if again else status.state)
            write_status(self.folder, left)
            return left, again


def _asks(commands: Sequence[Command], kinds: Sequence[str]) -> bool:
    return any(command.kind in kinds for command in since_reopened(commands))
