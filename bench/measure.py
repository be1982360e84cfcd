"""Rounds, medians, ratios and targets: what a figure is, without saying how it is measured.

>>> ours, theirs = alternate(3, lambda: 2.0, lambda: 1.0)
>>> made = figure("speed", "images/s", ours, AtLeast(1.5, "ratio"), baseline=Baseline("theirs", theirs))
>>> made.value, made.ratio, made.target, made.met
(2.0, 2.0, '>= 1.5 × baseline', True)
"""

import math
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Statistic = Callable[[Sequence[float]], float]


class SkipError(Exception):
    """A figure cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Target:
    """A limit that the value of a figure, or its ratio to the baseline, should keep to."""

    limit: float
    of: Literal["value", "ratio"] = "value"
    sign: str = ""

    def met(self, value: float, ratio: float | None) -> bool:
        """Whether the figure keeps to the limit; a ratio without a baseline does not."""
        number = value if self.of == "value" else ratio
        return number is not None and self._holds(number)

    def _holds(self, number: float) -> bool:
        raise NotImplementedError

    def text(self, unit: str) -> str:
        """Return the limit as people read it: "< 2 ms", ">= 1.5 × baseline"."""
        return f"{self.sign} {self.limit:g} {'× baseline' if self.of == 'ratio' else unit}".rstrip()


@dataclass(frozen=True)
class AtLeast(Target):
    """The number should be `limit` or more."""

    sign: str = field(default=">=", init=False)

    def _holds(self, number: float) -> bool:
        return number >= self.limit


@dataclass(frozen=True)
class Below(Target):
    """The number should be less than `limit`."""

    sign: str = field(default="<", init=False)

    def _holds(self, number: float) -> bool:
        return number < self.limit


@dataclass(frozen=True)
class Baseline:
    """What a figure is compared with: its name, and one value a round in the unit of the figure."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Figure:
    """One line of the result. `ratio` is value / baseline_value; `met` is None where there is no answer.

    `minimum` and `maximum` are over all `rounds`, of our side. A figure that was skipped has no value, and
    its note says why.
    """

    name: str
    unit: str
    value: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    rounds: int = 0
    baseline: str | None = None
    baseline_value: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""


def figure(
    name: str,
    unit: str,
    values: Sequence[float],
    *targets: Target,
    baseline: Baseline | None = None,
    note: str = "",
    statistic: Statistic = statistics.median,
    rounds: int | None = None,
) -> Figure:
    """Return the figure of one value a round; `statistic` is the median unless the name says otherwise.

    `rounds` is given where there are several values a round.
    """
    value = statistic(values)
    baseline_value = statistic(baseline.values) if baseline else None
    ratio = value / baseline_value if baseline_value else None
    return Figure(
        name,
        unit,
        value,
        min(values),
        max(values),
        len(values) if rounds is None else rounds,
        baseline.name if baseline else None,
        baseline_value,
        ratio,
        _text(targets, unit),
        all(target.met(value, ratio) for target in targets) if targets else None,
        note,
    )


def skipped(name: str, unit: str, *targets: Target, reason: object) -> Figure:
    """Return the figure that was not measured, with the reason."""
    return Figure(name, unit, target=_text(targets, unit), note=f"skipped: {reason}")


def _text(targets: Sequence[Target], unit: str) -> str:
    return " and ".join(target.text(unit) for target in targets)


def alternate(
    rounds: int, ours: Callable[[], float], baseline: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Measure baseline, ours, baseline, ours, …, so that a slow moment of the machine meets both.

    Returns:
        our values and those of the baseline, one a round each.
    """
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(1, rounds + 1):
        found[1].append(baseline())
        found[0].append(ours())
        say(f"  round {number} of {rounds}: baseline {found[1][-1]:,.4g}, ours {found[0][-1]:,.4g}")
    return found


def percentile_95(values: Sequence[float]) -> float:
    """Return the smallest value that at least 95 % of the values do not exceed (nearest rank).

    >>> percentile_95(range(1, 101))
    95
    """
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def say(text: str) -> None:
    """Tell people how far it is, on standard error."""
    print(text, file=sys.stderr, flush=True)
