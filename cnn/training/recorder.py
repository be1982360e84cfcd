"""Writes the reports of training into the run's folder, and rolls the folder back to the latest checkpoint.

The order of the writes makes a crash harmless. At the end of an epoch: snapshot, checkpoint, row of the
history, state. A checkpoint contains the length of the history and the next row; rolling back truncates the
history to that length and appends that row, so that none is lost and none is duplicated.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from cnn.core.errors import RunError
from cnn.runs.checkpoints import Checkpoint, drop_after, drop_older, write_checkpoint
from cnn.runs.commands import REOPEN, SUSPEND, Command
from cnn.runs.origin import Origin
from cnn.runs.remaining import GIVEN_MORE, RESUMED
from cnn.runs.run import Run
from cnn.runs.snapshots import sweep_parts
from cnn.runs.status import Status
from cnn.training.events import (
    EpochEnd,
    Extended,
    Finished,
    NewRate,
    Paused,
    Progress,
    Report,
    Resumed,
    Saved,
    Suspended,
)

logger = logging.getLogger(__name__)


class Recorder:
    """Records what one process does to a run.

    `status` is the run's status, `acknowledged` the number of its commands that were executed, `discarded`
    whether the run is to be removed.
    """

    def __init__(self, run: Run, status: Status) -> None:
        self.run = run
        self.status = status
        self.acknowledged = 0
        self.discarded = False

    def change(self, **changes: Any) -> None:
        """Change fields of the status and write it."""
        self.status = replace(self.status, **changes)
        self.run.write_status(self.status)

    def commands(self) -> Sequence[Command]:
        """Return the new commands, and record them as acknowledged."""
        if self.run.commands.count() <= self.acknowledged:
            return ()
        new = self.run.commands.read(self.acknowledged)
        self.acknowledged += len(new)
        if self.acknowledged > self.status.acknowledged:
            self.change(acknowledged=self.acknowledged)
        return new

    def record(self, report: Report) -> None:
        """Write a report to the run's folder.

        Raises:
            RunError: when the disk is full or the folder is gone.
        """
        match report:
            case Progress():
                self.run.history.append(_rounded("progress", report))
            case EpochEnd():
                self._epoch(report)
            case NewRate():
                self.run.history.append(_rounded("rate", report))
            case Extended():
                self.run.history.append(_rounded("extended", report))
            case Paused():
                self._save(report)
                self.change(state="paused", **_place(report))
            case Resumed():
                self.change(state="running")
            case Suspended():
                self._save(report, ending=SUSPEND)
                self.status = replace(self.status, state="paused", **_place(report))
            case Finished():
                self._finish(report)

    def _epoch(self, report: EpochEnd) -> None:
        row = epoch_row(report)
        self._save(report, row=row)
        self.run.history.append(row)
        self.change(validation_accuracy=report.validation_accuracy, **_place(report))

    def _finish(self, report: Finished) -> None:
        self.status = replace(
            self.status,
            state="stopped" if report.stopped else "finished",
            images_per_second=report.images_per_second,
            test_loss=report.test_loss,
            test_accuracy=report.test_accuracy,
            **_place(report),
        )
        self.discarded = report.ending == "discard"
        if not self.discarded:
            self._save(report, ending=report.ending)

    def _save(self, report: Saved, **record: Any) -> None:
        """Save a snapshot if the weights are new, then the checkpoint with the length of the history."""
        newest = self.run.snapshots()[-1:]
        if not newest or newest[0].step < report.step:
            self.run.save_snapshot(report.step, report.epoch, report.weights)
        record |= {"acknowledged": self.acknowledged, "history": self.run.history.sync()}
        write_checkpoint(self.run.folder, replace(report.checkpoint, record=record))

    def fail(self, message: str) -> None:
        """Record that training failed, and why."""
        self.status = replace(self.status, state="failed", message=message)

    def conclude(self) -> bool:
        """Write the final state, and return whether the run should be resumed at once.

        A discarded run is removed. If the disk is full, the older checkpoint is deleted to make room.
        """
        try:
            if self.discarded:
                self.run.remove()
                return False
            try:
                return self._conclude()
            except RunError:
                drop_older(self.run.folder)
                return self._conclude()
        except RunError:
            logger.exception("the last state of run %s could not be written", self.run.id)
            return False

    def _conclude(self) -> bool:
        self.status, again = self.run.commands.conclude(self.status, self.acknowledged)
        return again

    # Rolling back

    def go_back(self) -> Checkpoint | None:
        """Roll the folder back to the newest readable checkpoint, and return that checkpoint.

        If there is none, return None; the run starts again, an imported one where its imported history ends. The
        status says what is wrong with newer checkpoints.

        Raises:
            RunError: if the folder cannot be written.
        """
        checkpoint, problems = self.run.checkpoint()
        origin = self.run.origin()
        back = checkpoint or origin
        begun = self.run.history.size() > 0
        record = checkpoint.record if checkpoint else {}
        self.acknowledged = record.get(
            "acknowledged", record.get("taken", 0)
        )  # "taken" in checkpoints of 1.0
        gone = self.run.history.cut(record.get("history", origin.history if origin else 0))
        kept = [record.get("row"), *(row for row in gone if row.get("kind") == RESUMED)]
        if begun and record.get("ending") != SUSPEND:
            kept.append(self._resumed_row(back, problems))
        for row in kept:
            if row:
                self.run.history.append(row)
        self._drop_later(back.step if back else -1)
        if not begun:
            return checkpoint
        self.change(
            message=_damaged(back, problems) if problems else "",
            step=back.step if back else 0,
            epoch=back.epoch if back else 0.0,
            # The accuracy that an imported history gives was not measured here.
            validation_accuracy=self._last_accuracy() if checkpoint else None,
        )
        return checkpoint

    def _last_accuracy(self) -> float | None:
        ends = [row for row in self.run.history.rows() if row.get("kind") == "epoch"]
        return ends[-1].get("validation_accuracy") if ends else None

    def _resumed_row(self, back: Checkpoint | Origin | None, problems: list[str]) -> dict[str, Any]:
        by_hand = any(command.kind == REOPEN for command in self.run.commands.read(self.acknowledged))
        reason = _damaged(back, problems) if problems else ""
        reason = reason or (GIVEN_MORE if by_hand else "Its process had ended.")
        step, epoch = (back.step, round(back.epoch, 6)) if back else (0, 0.0)
        return {"kind": RESUMED, "step": step, "epoch": epoch, "reason": reason}

    def _drop_later(self, step: int) -> None:
        sweep_parts(self.run.folder)
        drop_after(self.run.folder, step)
        for snapshot in self.run.snapshots():
            if snapshot.step > step:
                snapshot.path.unlink(missing_ok=True)


def epoch_row(report: EpochEnd) -> dict[str, Any]:
    """Return the history row with the measurements after an epoch."""
    return {
        "kind": "epoch",
        "epoch": report.epoch,
        "step": report.step,
        "seconds": round(report.seconds, 3),
        "training_loss": report.training_loss,
        "training_accuracy": report.training_accuracy,
        "validation_loss": report.validation_loss,
        "validation_accuracy": report.validation_accuracy,
        "classes": report.classes,
        "answers": list(report.answers),
        "dead": report.dead,
    }


def _place(report: Saved) -> dict[str, Any]:
    return {"epoch": report.epoch, "step": report.step, "seconds": report.seconds}


def _rounded(kind: str, report: Progress | NewRate | Extended) -> dict[str, Any]:
    return {"kind": kind, **{name: round(value, 6) for name, value in asdict(report).items()}}


def _damaged(back: Checkpoint | Origin | None, problems: list[str]) -> str:
    to = f"it resumed from epoch {back.epoch:g}" if back else "it started again from the beginning"
    return f"{'; '.join(problems)}; {to}."
