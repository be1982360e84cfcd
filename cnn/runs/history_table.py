"""The history of a run as a table (CSV), written for people and read back when a network is imported.

A table from outside is not trusted: its columns and the values of each are a closed list, and every number is
finite and within bounds.
"""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.network.spec import CLASS_COUNT
from cnn.runs.remaining import GIVEN_MORE, RESUMED

FIRST = ("kind", "step", "epoch", "seconds")
MAX_BYTES = 20_000_000
MAX_ROWS = 100_000  # seven hours of training with four reports a second
MAX_STEP = 50_000_000
MAX_EPOCH = 5_000
EPOCH_STEP = 0.001  # the epoch of a saved state has three decimals
ELSEWHERE = "It was resumed where it was trained."
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII)
LAYER = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)

# What each kind of row must have, and what it may have.
KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "progress": (
        ("seconds", "images_per_second", "seconds_left"),
        ("pictures", "loss", "accuracy", "learning_rate"),
    ),
    "epoch": (
        (),
        (
            *("seconds", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy"),
            *("classes", "answers", "dead"),
        ),
    ),
    "rate": (("learning_rate",), ()),
    "extended": (("epochs", "seconds"), ()),
    RESUMED: (("reason",), ()),
}


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV, one per report; missing values are left empty, lists and mappings are JSON."""
    rows = list(rows)
    names = sorted({name for row in rows for name in row} - set(FIRST))
    text = io.StringIO()
    table = csv.DictWriter(text, [*FIRST, *names], restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(
        {name: to_json(value) if isinstance(value, list | dict) else value for name, value in row.items()}
        for row in rows
    )
    return text.getvalue()


def from_csv(content: bytes, step: int, epoch: float) -> list[dict[str, Any]]:
    """Return the rows of a table that `to_csv`, or an earlier version, wrote.

    Args:
        content: the table, UTF-8.
        step: of the saved state that the history leads to; a later row is refused.
        epoch: of that state.

    Raises:
        RunError: for anything else, with a sentence that names the row.
    """
    if len(content) > MAX_BYTES:
        raise RunError(f"The history is larger than {MAX_BYTES // 10**6} MB, more than any training writes.")
    if content.count(b"\n") > MAX_ROWS + 1:
        raise RunError(f"The history has more than {MAX_ROWS:,} rows, more than any training writes.")
    try:
        table = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        names = next(table, [])
        unknown = [name for name in names if name not in READERS]
        if unknown or len(set(names)) != len(names) or not {"kind", "step", "epoch"} <= set(names):
            shown = f"has the column {unknown[0][:20]!r}" if unknown else "lacks kind, step or epoch"
            raise RunError(f"The history {shown}; export the network again.")
        rows: list[dict[str, Any]] = []
        for number, cells in enumerate(table, 1):
            if len(cells) != len(names):
                raise RunError(
                    f"Row {number:,} of the history has {len(cells)} cells instead of {len(names)}."
                )
            rows.append(_row(dict(zip(names, cells, strict=True)), number))
            if rows[-1]["step"] > step or rows[-1]["epoch"] > epoch + EPOCH_STEP:
                raise RunError(
                    f"Row {number:,} of the history is later than the saved weights, step {step:,}."
                )
        return rows
    except (UnicodeDecodeError, csv.Error) as error:
        raise RunError("The history is not a table (CSV) of this lab; export the network again.") from error


def _row(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    kind = cells["kind"]
    if kind not in KINDS:
        raise RunError(f"Row {number:,} of the history is {kind[:20]!r}; there are {', '.join(KINDS)}.")
    needed, allowed = KINDS[kind]
    needed = ("kind", "step", "epoch", *needed)
    row: dict[str, Any] = {}
    for name, text in cells.items():
        if not text and name not in needed:
            continue
        value = READERS[name](text) if name in (*needed, *allowed) else None
        if value is None:
            raise RunError(f"Row {number:,} of the history has {text[:20]!r} under {name}, which cannot be.")
        row[name] = value
    if missing := [name for name in needed if name not in row]:
        raise RunError(f"Row {number:,} of the history, {kind}, has no {missing[0]}.")
    if ("validation_loss" in row) != ("validation_accuracy" in row):
        raise RunError(f"Row {number:,} of the history has only one of validation loss and accuracy.")
    return row


def _number(high: float = 1e30) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        value = float(text) if len(text) <= 40 and NUMBER.fullmatch(text) else math.inf
        return value if 0 <= value <= high else None

    return read


def _whole(high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return int(text) if len(text) <= 12 and re.fullmatch("[0-9]+", text) and int(text) <= high else None

    return read


def _answers(text: str) -> list[int] | None:
    found = _json(text)
    if not isinstance(found, list) or len(found) not in (0, CLASS_COUNT):
        return None
    return found if all(type(count) is int and 0 <= count <= MAX_STEP for count in found) else None


def _dead(text: str) -> dict[str, float] | None:
    found = _json(text.replace("'", '"'))  # earlier versions wrote Python's quotes
    if not isinstance(found, dict) or not all(LAYER.fullmatch(name) for name in found):
        return None
    shares = all(type(share) in (int, float) and 0 <= share <= 1 for share in found.values())
    return found if shares else None


def _json(text: str) -> object:
    try:
        return json.loads(text) if len(text) <= 20_000 else None
    except (ValueError, RecursionError):
        return None


_share, _positive = _number(1.0), _number()
READERS: Mapping[str, Callable[[str], Any]] = {
    "kind": lambda text: text,
    "step": _whole(MAX_STEP),
    "epoch": _number(MAX_EPOCH),
    "seconds": _number(1e9),
    "pictures": _whole(MAX_STEP),
    "loss": _positive,
    "accuracy": _share,
    "learning_rate": _positive,
    "images_per_second": _positive,
    "seconds_left": _number(1e9),
    "training_loss": _positive,
    "training_accuracy": _share,
    "validation_loss": _positive,
    "validation_accuracy": _share,
    "classes": _whole(CLASS_COUNT),
    "answers": _answers,
    "dead": _dead,
    "epochs": _whole(MAX_EPOCH),
    "reason": lambda text: text if text == GIVEN_MORE else ELSEWHERE,  # no text from outside on a page
}
