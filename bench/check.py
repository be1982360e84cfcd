"""`python -m bench --check`: what has moved since the figures that were published for this kind of processor.

`published.json` holds one list of figures a processor, written by `--publish`. A figure with a baseline is compared
by its ratio, which a slow hour changes little; others by their value, with more room.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report
from bench.measure import Figure, SkipError

FILE = Path(__file__).with_name("published.json")
PARTS = ("lecture", "vgg6", "forward", "inside", "lessons", "tables", "web")  # ten minutes in three rounds
ROUNDS = 3
RATIO_ROOM = 0.15
VALUE_ROOM = 0.5
HEADINGS = ("figure", "published", "now", "change", "")


@dataclass(frozen=True)
class Change:
    """A figure then and now, by `what` ("ratio" or its unit), and what that means: "", "better", "worse" or "moved"."""

    name: str
    what: str
    before: float
    now: float
    verdict: str

    @property
    def share(self) -> float:
        """By how much it has changed, as a share of what it was."""
        return self.now / self.before - 1


def changes(published: Iterable[Figure], measured: Iterable[Figure]) -> list[Change]:
    """Return a change for each figure that both have, in the order of `measured`."""
    known = {figure.name: figure for figure in published}
    pairs = [(known[figure.name], figure) for figure in measured if figure.name in known]
    return [
        _change(before, now)
        for before, now in pairs
        if before.value and now.value and before.unit == now.unit
    ]


def _change(before: Figure, now: Figure) -> Change:
    assert before.value
    assert now.value
    if before.ratio and now.ratio:
        return Change(
            now.name, "ratio", before.ratio, now.ratio, _verdict(before, now.ratio / before.ratio, RATIO_ROOM)
        )
    return Change(
        now.name, now.unit, before.value, now.value, _verdict(before, now.value / before.value, VALUE_ROOM)
    )


def _verdict(figure: Figure, factor: float, room: float) -> str:
    """A change by `factor` counts where it exceeds 1 + `room`, up or down; the target says which way is better."""
    if 1 / (1 + room) <= factor <= 1 + room:
        return ""
    if not figure.target:
        return "moved"
    more_is_better = figure.target.startswith(">=")
    return "better" if (factor > 1) == more_is_better else "worse"


def table(found: Sequence[Change]) -> str:
    """Return the changes as aligned text, and below how many moved."""
    rows = [HEADINGS, *map(_cells, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(text.rjust(width) if column in (1, 2, 3) else text.ljust(width)
                  for column, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]  # fmt: skip
    moved = [change for change in found if change.verdict]
    worse = sum(change.verdict == "worse" for change in moved)
    lines += ["", f"{len(found)} figures compared: {len(moved)} moved, {worse} of them for the worse."]
    return "\n".join(lines)


def _cells(change: Change) -> tuple[str, ...]:
    unit = " ×" if change.what == "ratio" else f" {change.what}".rstrip()
    numbers = (f"{report.number(value)}{unit}" for value in (change.before, change.now))
    return (change.name, *numbers, f"{100 * change.share:+.0f} %", change.verdict)


def read(processor: str) -> list[Figure]:
    """Return what was published for a processor.

    Raises:
        SkipError: if nothing was.
    """
    known = _read_all()
    if processor not in known:
        raise SkipError(
            f"Nothing was published for {processor} yet, but for {', '.join(known) or 'no processor at all'}; "
            "python -m bench --publish measures and publishes it."
        )
    return [Figure(**facts) for facts in known[processor]["figures"]]


def publish(processor: str, figures: Iterable[Figure]) -> None:
    """Replace what is published for a processor."""
    measured = [json.loads(report.to_json(figure)) for figure in figures]
    known = _read_all() | {processor: {"machine": report.machine(), "figures": measured}}
    FILE.write_text(json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def _read_all() -> dict[str, dict[str, Any]]:
    try:
        found: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
