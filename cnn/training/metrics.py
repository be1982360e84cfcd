"""How training goes, in numbers: the parts of a batch, and the speed."""

from collections.abc import Mapping

PARTS = 2  # of a batch, that go through a network at the same time on a CPU


class Clock:
    """How long a step takes. The first call also builds the graph, so it is not counted.

    `batch` is the mean number of pictures a step: the last batch of an epoch may be smaller than the others.
    """

    def __init__(self, batch: float) -> None:
        self.batch = batch
        self.calls = 0
        self.steps = 0
        self.pictures = 0
        self.seconds = 0.0
        self.step_seconds = 0.0

    def record(self, steps: int, pictures: int, seconds: float) -> None:
        """Take in how long a call of some steps with so many pictures took."""
        self.calls += 1
        if self.calls == 1:
            return
        self.steps += steps
        self.pictures += pictures
        self.seconds += seconds
        latest = seconds / pictures * self.batch
        self.step_seconds = latest if self.calls == 2 else 0.7 * self.step_seconds + 0.3 * latest

    def steps_in(self, seconds: float) -> int:
        """Return how many steps fit in `seconds`; one while that is not known."""
        if not self.calls or not self.step_seconds:
            return 1
        return max(1, round(seconds / self.step_seconds))

    def state(self) -> dict[str, float]:
        """Return what `restore` needs, as plain JSON."""
        names = ("steps", "pictures", "seconds", "step_seconds")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from a state; the first call is not counted this time either."""
        self.steps, self.seconds = int(state["steps"]), state["seconds"]
        self.pictures = int(state.get("pictures", self.steps * self.batch))  # not noted by version 0.1
        self.step_seconds = state["step_seconds"]

    @property
    def images_per_second(self) -> float:
        """Over the whole run, since the first call."""
        return self.pictures / self.seconds if self.seconds else 0.0
