"""How long a run is expected to take, from the speeds of runs that were seen before."""

import functools
from typing import Any

from cnn.network.spec import NetworkSpec, Setup
from cnn.network.summary import total_multiply_adds, walk
from cnn.runs.remaining import Ahead
from cnn.runs.run import Run
from cnn.scheduler.fair_queue import UNKNOWN

MAX_KNOWN = 200


class Speeds:
    """Pictures a second by network. One that was never seen is judged by its multiply-adds.

    `overhead` is the seconds that the last run took beside its training steps: to build its network, say.
    """

    def __init__(self) -> None:
        self.overhead = 0.0
        self._known: dict[tuple[NetworkSpec, int], float] = {}

    def learn(self, setup: Setup, images_per_second: float) -> None:
        """Take in the measured speed of a run; one that is not above 0 is left out."""
        if images_per_second > 0:
            key = _key(setup)
            self._known.pop(key, None)
            self._known[key] = images_per_second
            if len(self._known) > MAX_KNOWN:
                del self._known[next(iter(self._known))]

    def seconds(self, setup: Setup, left: Ahead) -> float:
        """Return the seconds that what is left of a run will take, `UNKNOWN` if nothing like it was seen."""
        speed = self.images_per_second(setup)
        if left.epochs and not speed:
            return UNKNOWN
        epochs = left.epochs * setup.training.pictures / speed if left.epochs else 0.0
        return epochs + left.seconds + self.overhead

    def images_per_second(self, setup: Setup) -> float:
        """Return the expected speed of a set-up, 0 if unknown.

        The speed of another network is scaled by the multiply-adds of the two; the one taken is the nearest.
        """
        key = _key(setup)
        if key in self._known or not self._known:
            return self._known.get(key, 0.0)
        cost = _cost(setup.network)
        nearest = min(self._known, key=lambda known: abs(1 - _cost(known[0]) / cost))
        return self._known[nearest] * _cost(nearest[0]) / cost


def last_report(run: Run) -> dict[str, Any] | None:
    """Return the last row that says how fast a run is and how long it still takes, if there is one."""
    return next((row for row in reversed(run.history.rows()) if row.get("kind") == "progress"), None)


def _key(setup: Setup) -> tuple[NetworkSpec, int]:
    return setup.network, setup.training.batch_size


@functools.lru_cache(maxsize=1024)
def _cost(network: NetworkSpec) -> int:
    return max(1, total_multiply_adds(walk(network)))
