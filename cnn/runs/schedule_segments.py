"""The length of a run, and its position on the learning rate schedule.

A run has one part; each extension adds another part, over which the schedule starts again:
a warm restart (Loshchilov, Hutter 2016, "SGDR").

>>> plan = Plan(Segment(epochs=2), steps_an_epoch=10)
>>> plan.shares(np.array([0, 5, 10]), np.zeros(3)).tolist()
[0.0, 0.25, 0.5]
>>> plan.add(Segment(epochs=1))
>>> plan.advance(step=20, seconds=4.0)
>>> plan.shares(np.array([20, 25]), np.zeros(2)).tolist()
[0.0, 0.5]
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Segment:
    """A stretch of training, `epochs` or `seconds` long, and the step and second of training it begins at."""

    epochs: int | None = None
    seconds: float | None = None
    first_step: int = 0
    first_second: float = 0.0


class Plan:
    """The present part, and those that follow."""

    def __init__(self, part: Segment, steps_an_epoch: int) -> None:
        self.part = part
        self.later: list[Segment] = []
        self.steps_an_epoch = steps_an_epoch

    def add(self, part: Segment) -> None:
        """Add a part at the end."""
        self.later.append(part)

    def cut(self) -> None:
        """Drop the rest: the part that is added next begins at once."""
        self.part, self.later = replace(self.part, epochs=0, seconds=None), []

    def advance(self, step: int, seconds: float) -> None:
        """Begin the next part if the present one is done."""
        while self.later and self._is_done(step, seconds):
            self.part = replace(self.later.pop(0), first_step=step, first_second=seconds)

    def ended(self, step: int, seconds: float) -> bool:
        """Whether all parts are done."""
        return not self.later and self._is_done(step, seconds)

    def _is_done(self, step: int, seconds: float) -> bool:
        return self.steps_left(step) <= 0 if self.part.seconds is None else self.budget(seconds) <= 0

    def steps_left(self, step: int) -> int:
        """Return the steps until this part is done; a huge number for a part that is measured in seconds."""
        if self.part.epochs is None:
            return 2**31
        return self.part.first_step + self.part.epochs * self.steps_an_epoch - step

    def budget(self, seconds: float) -> float:
        """Return the seconds until this part is done; infinite for a part that is measured in epochs."""
        if self.part.seconds is None:
            return np.inf
        return self.part.first_second + self.part.seconds - seconds

    def shares(self, steps: NDArray[Any], seconds: NDArray[Any]) -> NDArray[np.float64]:
        """Return the share of this part that is done (0 to 1) at these steps and seconds of training."""
        if self.part.seconds is not None:
            shares = (seconds - self.part.first_second) / self.part.seconds
        else:
            assert self.part.epochs is not None
            shares = (steps - self.part.first_step) / max(self.part.epochs * self.steps_an_epoch, 1)
        return np.clip(shares, 0.0, 1.0)

    def seconds_left(self, step: int, seconds: float, step_seconds: float) -> float:
        """Return the seconds of training until all parts are done, when a step takes `step_seconds`."""
        here = self.steps_left(step) * step_seconds if self.part.seconds is None else self.budget(seconds)
        epochs = sum(part.epochs or 0 for part in self.later)
        return (
            max(here, 0.0)
            + epochs * self.steps_an_epoch * step_seconds
            + sum(part.seconds or 0.0 for part in self.later)
        )

    def state(self) -> dict[str, Any]:
        """Return everything that `restored` needs, as plain JSON."""
        return {"part": asdict(self.part), "later": [asdict(part) for part in self.later]}

    @classmethod
    def restored(cls, state: Mapping[str, Any], steps_an_epoch: int) -> Self:
        """Return the plan whose `state` this is."""
        plan = cls(Segment(**state["part"]), steps_an_epoch)
        plan.later = [Segment(**part) for part in state["later"]]
        return plan
