"""The expected duration of a run, from the speeds of earlier runs."""

import functools
from typing import Any

from cnn.core.errors import RunError
from cnn.network.spec import NetworkSpec, Setup
from cnn.network.summary import total_multiply_adds, walk
from cnn.runs.remaining import Ahead
from cnn.runs.run import Run
from cnn.scheduler.fair_queue import UNKNOWN

MAX_KNOWN = 200


class Speeds:
    """Images per second by network; the speed of a new network is estimated from its multiply-adds.

    `overhead` is the time in seconds that the last run took besides its training steps, such as building its network.
    """

    def __init__(self) -> None:
        self.overhead = 0.0
        self._known: dict[tuple[NetworkSpec, int], float] = {}

    def learn(self, setup: Setup, images_per_second: float) -> None:
        """Record the measured speed of a run; speeds of 0 or less are ignored."""
        if images_per_second > 0:
            key = _key(setup)
            self._known.pop(key, None)
            self._known[key] = images_per_second
            if len(self._known) > MAX_KNOWN:
                del self._known[next(iter(self._known))]

    def seconds(self, setup: Setup, left: Ahead) -> float:
        """Return the remaining seconds of a run, `UNKNOWN` if there is no speed to estimate them from."""
        speed = self.images_per_second(setup)
        if left.epochs and not speed:
            return UNKNOWN
        epochs = left.epochs * setup.training.pictures / speed if left.epochs else 0.0
        return epochs + left.seconds + self.overhead

    def images_per_second(self, setup: Setup) -> float:
        """Return the expected speed of a set-up, 0 if unknown.

        It may be that of the most similar network, scaled by the multiply-adds of the two.
        """
        key = _key(setup)
        if key in self._known or not self._known:
            return self._known.get(key, 0.0)
        cost = _cost(setup.network)
        nearest = min(self._known, key=lambda known: abs(1 - _cost(known[0]) / cost))
        return self._known[nearest] * _cost(nearest[0]) / cost


def last_report(run: Run) -> dict[str, Any] | None:
    """Return the last row of the history with the speed and the remaining time of a run, if there is one.

    Imported rows are left out: their speed is that of another machine, or whatever somebody wrote there.
    """
    try:
        origin = run.origin()
    except RunError:  # which rows are imported is not known
        return None
    rows = run.history.rows()[origin.rows if origin else 0 :]
    return next((row for row in reversed(rows) if row.get("kind") == "progress"), None)


def _key(setup: Setup) -> tuple[NetworkSpec, int]:
    return setup.network, setup.training.batch_size


@functools.lru_cache(maxsize=1024)
def _cost(network: NetworkSpec) -> int:
    return max(1, total_multiply_adds(walk(network)))
