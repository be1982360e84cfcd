"""The board of a room: its shared runs in order, checked against the task, and its export for the teacher."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnn.core.errors import RunError
from cnn.network.summary import total_multiply_adds, total_parameters, walk
from cnn.rooms.room import Room
from cnn.runs.store import RunStore

CHANCE = 0.1  # of ten classes with as many pictures each
FORMULA = ("=", "+", "-", "@", "\t")  # a spreadsheet takes text that begins so for a formula
ORDERS = {
    "accuracy": "Accuracy",
    "per_parameter": "Accuracy per parameter",
    "per_second": "Accuracy per second",
}


@dataclass(frozen=True)
class Entry:
    """One shared run.

    Accuracies are shares from 0 to 1, on validation pictures while it trains and on test pictures once it
    has ended; None before there is one. `problem` says why it is out of competition, "" if it is not.
    """

    run_id: str
    member_id: str
    name: str
    run_name: str
    state: str
    validation_accuracy: float | None
    test_accuracy: float | None
    parameters: int
    multiply_adds: int
    seconds: float
    epoch: float
    problem: str

    @property
    def per_parameter(self) -> float | None:
        """Points of validation accuracy above chance for every 1,000 parameters."""
        return self._above_chance(self.parameters / 1000)

    @property
    def per_second(self) -> float | None:
        """Points of validation accuracy above chance for every second of training."""
        return self._above_chance(self.seconds)

    def _above_chance(self, by: float) -> float | None:
        if self.validation_accuracy is None or by <= 0:
            return None
        return 100 * (self.validation_accuracy - CHANCE) / by


def entries(room: Room, runs: RunStore, order: str = "accuracy") -> list[Entry]:
    """Return the entries of a room, the best first; those out of competition come last.

    A deleted run is left out. The order is by validation accuracy, so that nobody chooses
    by the test pictures.

    Args:
        room: the room.
        runs: the store of the runs.
        order: one of `ORDERS`.
    """
    found = []
    for share in room.shares:
        member = room.member(share.member)
        try:
            run = runs.get(share.run_id)
        except RunError:
            continue
        if member is None:
            continue
        status, table = run.status(), walk(run.setup.network)
        found.append(
            Entry(
                run.id,
                member.id,
                room.shown_name(member),
                run.name or run.id,
                status.state,
                status.validation_accuracy,
                status.test_accuracy,
                total_parameters(table),
                total_multiply_adds(table),
                status.seconds,
                status.epoch,
                room.rules.broken_by(run.setup, status.seconds),
            )
        )

    def place(entry: Entry) -> tuple[bool, float]:
        value = entry.validation_accuracy if order == "accuracy" else getattr(entry, order)
        return bool(entry.problem), -(value if value is not None else -1e9)

    return sorted(found, key=place)


COLUMNS = (
    "place",
    "name",
    "run",
    "state",
    "validation accuracy",
    "test accuracy",
    "parameters",
    "multiply-adds",
    "training seconds",
    "epochs",
    "points per 1,000 parameters",
    "points per second",
    "out of competition",
)


def rows(found: Sequence[Entry]) -> list[list[str]]:
    """Return the board as text, one row per entry, in the order of `COLUMNS`."""
    return [
        [
            "" if entry.problem else str(place),
            entry.name,
            entry.run_name,
            entry.state,
            _number(entry.validation_accuracy, ".4f"),
            _number(entry.test_accuracy, ".4f"),
            str(entry.parameters),
            str(entry.multiply_adds),
            f"{entry.seconds:.1f}",
            f"{entry.epoch:.2f}",
            _number(entry.per_parameter, ".3f"),
            _number(entry.per_second, ".3f"),
            entry.problem,
        ]
        for place, entry in enumerate(found, start=1)
    ]


def as_csv(found: Sequence[Entry]) -> str:
    """Return the board as comma-separated values; what a spreadsheet would take for a formula is marked as text."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows(found):
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return file.getvalue()


def as_page(room: Room, found: Sequence[Entry], when: str) -> str:
    """Return the board as one HTML page that prints well and loads nothing; every name is escaped.

    Args:
        room: the room.
        found: its entries, in order.
        when: the day and time, as text.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td><bdi>{escape(cell)}</bdi></td>" for cell in row) + "</tr>"
        for row in rows(found)
    )
    limits = [
        f"at most {room.rules.most_parameters:,} parameters" if room.rules.most_parameters else "",
        f"at most {room.rules.most_seconds:g} seconds of training" if room.rules.most_seconds else "",
    ]
    task = f"<p>{escape(room.rules.task)}</p>" if room.rules.task else ""
    limit = ", ".join(text for text in limits if text)
    members = sum(not m.removed for m in room.members)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(room.title)}</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #1c1b19; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th, td {{ border-bottom: 1px solid #bbb; padding: .3rem .5rem; text-align: start; vertical-align: top; }}
@page {{ size: landscape; margin: 12mm; }}
</style></head><body>
<h1>{escape(room.title)}</h1>{task}
<p>{escape(limit[:1].upper() + limit[1:] + ". " if limit else "")}{members} students, {len(found)} shared runs.
{escape(when)}. Ranked by accuracy on validation pictures.</p>
<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
</body></html>
"""


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
