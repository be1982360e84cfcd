"""The order of the queue, round-robin over owners, and the waiting times. Nothing here starts a run.

The next run belongs to the owner with the fewest runs in training; among those, to the one who was served
longest ago; of that owner's runs it is the oldest, but resumed ones come first.

>>> queue = [Waiting("a1", "ada", 1.0), Waiting("a2", "ada", 2.0), Waiting("b1", "ben", 3.0)]
>>> list(places(queue, training=[], free=1))
['a1', 'b1', 'a2']
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNKNOWN = math.inf


@dataclass(frozen=True)
class Waiting:
    """A run in the queue. `seconds` is its expected duration, `UNKNOWN` if there is no estimate.

    `since` orders the runs of one owner; a run with `front` comes before that owner's others.
    """

    id: str
    owner: str
    since: float
    front: bool = False
    seconds: float = UNKNOWN


@dataclass(frozen=True)
class Training:
    """A run on a worker, and the `seconds` until it is expected to end."""

    owner: str
    seconds: float = UNKNOWN


@dataclass(frozen=True)
class Place:
    """A position in the queue: the number of runs `before` it, and the `seconds` until it begins, None if unknown.

    If no worker is free, one of the runs before it is in training.
    """

    before: int
    seconds: float | None


class Lines:
    """One queue per owner, and when each owner was served last: `served` counts up from 0."""

    def __init__(self, waiting: Iterable[Waiting], served: Mapping[str, int] | None = None) -> None:
        self.served = dict(served or {})
        self._turn = max(self.served.values(), default=-1) + 1
        self._lines: dict[str, list[Waiting]] = {}
        for run in sorted(waiting, key=lambda run: (not run.front, run.since, run.id), reverse=True):
            self._lines.setdefault(run.owner, []).append(run)
        # Two hundred owners are asked about many times a second, so the longest unserved one is found without a
        # look at all the others.
        self._order = [self._rank(owner) for owner in self._lines]
        heapq.heapify(self._order)

    def next(self, training: Mapping[str, int]) -> Waiting | None:
        """Remove and return the next run, given how many runs of each owner are in training."""
        if not self._order:
            return None
        passed = []  # owners with runs in training, of whom there are few
        while self._order:
            rank = heapq.heappop(self._order)
            passed.append((training.get(rank[-1], 0), rank))
            if not passed[-1][0]:
                break
        chosen = min(passed)
        for other in passed:
            if other != chosen:
                heapq.heappush(self._order, other[1])
        owner = chosen[1][-1]
        self.served[owner], self._turn = self._turn, self._turn + 1
        run = self._lines[owner].pop()
        if self._lines[owner]:
            heapq.heappush(self._order, self._rank(owner))
        return run

    def _rank(self, owner: str) -> tuple[int, float, str]:
        return self.served.get(owner, -1), self._lines[owner][-1].since, owner


def places(
    waiting: Iterable[Waiting],
    training: Iterable[Training],
    free: int,
    served: Mapping[str, int] | None = None,
) -> dict[str, Place]:
    """Return the position of every waiting run by its id, in the order in which they will begin.

    It simulates the queue: whenever a worker is free, the next run occupies it for its expected duration.

    Args:
        waiting: the queue, in any order.
        training: the runs on workers.
        free: the number of free workers.
        served: when each owner was served last, as counted by `Lines`.
    """
    lines, clock = Lines(waiting, served), 0.0
    busy = [(run.seconds, number, run.owner) for number, run in enumerate(training)]
    heapq.heapify(busy)
    ahead = int(free <= 0 and bool(busy))
    owners = Counter(owner for _, _, owner in busy)
    numbers = len(busy)
    found: dict[str, Place] = {}
    while True:
        if free > 0:
            free -= 1
        elif busy:
            clock, _, owner = heapq.heappop(busy)
            owners[owner] -= 1
        else:
            clock = UNKNOWN
        run = lines.next(owners)
        if run is None:
            return found
        found[run.id] = Place(ahead + len(found), None if math.isinf(clock) else clock)
        owners[run.owner] += 1
        heapq.heappush(busy, (clock + run.seconds, numbers + len(found), run.owner))
