"""The remaining training of a run, from its set-up, its extensions, and its unacknowledged commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnn.runs.commands import REOPEN, since_reopened
from cnn.runs.run import Run
from cnn.runs.status import Status

RESUMED = "resumed"
GIVEN_MORE = "It was given more."  # the reason in the row of an ended run that was extended


def planned_epochs(run: Run, rows: Sequence[dict[str, Any]]) -> float | None:
    """Return the epoch at which a run is to end, None if its length is a time.

    Args:
        run: the run.
        rows: its history, which contains its extensions.
    """
    if run.setup.training.epochs is None:
        return None
    end, reopened = float(run.setup.training.epochs), False
    for row in rows:
        if row["kind"] == "extended":
            end = (min(end, row["epoch"]) if reopened else end) + row["epochs"]
        reopened = _reopened(row, reopened)
    return end


@dataclass(frozen=True)
class Ahead:
    """The remaining training of a run: epochs of unknown duration, and seconds."""

    epochs: float = 0.0
    seconds: float = 0.0


def ahead(run: Run, status: Status) -> Ahead:
    """Return the remaining training of a run: by its last report, and by extensions after it."""
    training, rows = run.setup.training, run.history.rows()
    last = next((i for i in reversed(range(len(rows))) if rows[i].get("kind") == "progress"), None)
    if last is None:
        epochs, seconds = float(training.epochs or 0), training.seconds or 0.0
    else:
        epochs, seconds = 0.0, rows[last]["seconds_left"]
    reopened = False
    for row in rows[0 if last is None else last + 1 :]:
        if row.get("kind") == "extended":
            epochs, seconds = (0.0, 0.0) if reopened else (epochs, seconds)
            epochs, seconds = epochs + row["epochs"], seconds + row["seconds"]
        reopened = _reopened(row, reopened)
    asked = run.commands.read(status.acknowledged)
    if any(command.kind == REOPEN and command.value for command in asked):
        epochs, seconds = 0.0, 0.0
    for command in since_reopened(asked):
        epochs += command.value if command.kind == "extend_epochs" else 0
        seconds += command.value if command.kind == "extend_seconds" else 0
    return Ahead(epochs, max(seconds, 0.0))


def _reopened(row: dict[str, Any], before: bool) -> bool:
    """Return whether the next extension counts from the present epoch; a new learning rate does not change that."""
    if row.get("kind") == "rate":
        return before
    return row.get("kind") == RESUMED and row["reason"] == GIVEN_MORE
