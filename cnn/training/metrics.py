"""How training goes, in numbers: the parts of a batch, and the speed."""

from collections.abc import Mapping

PARTS = 2  # parts of a batch that are computed in parallel on a CPU


class Clock:
    """Measures how long a step takes. The first call also builds the graph, so it is not counted.

    `batch` is the mean number of pictures per step: the last batch of an epoch may be smaller. `seconds` counts on
    from those `elsewhere`, of the training before an import, which say nothing about the speed here.
    """

    def __init__(self, batch: float) -> None:
        self.batch = batch
        self.calls = 0
        self.steps = 0
        self.pictures = 0
        self.seconds = 0.0
        self.elsewhere = 0.0
        self.step_seconds = 0.0

    def begin_at(self, seconds: float) -> None:
        """Count on from the seconds of a training elsewhere."""
        self.seconds = self.elsewhere = seconds

    def record(self, steps: int, pictures: int, seconds: float) -> None:
        """Add a call: how many steps and pictures it processed, in how many seconds."""
        self.calls += 1
        if self.calls == 1:
            return
        self.steps += steps
        self.pictures += pictures
        self.seconds += seconds
        latest = seconds / pictures * self.batch
        self.step_seconds = latest if self.calls == 2 else 0.7 * self.step_seconds + 0.3 * latest

    def steps_in(self, seconds: float) -> int:
        """Return how many steps fit into `seconds`; 1 as long as nothing was measured."""
        if not self.calls or not self.step_seconds:
            return 1
        return max(1, round(seconds / self.step_seconds))

    def state(self) -> dict[str, float]:
        """Return the state for `restore`, JSON-serialisable."""
        names = ("steps", "pictures", "seconds", "elsewhere", "step_seconds")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: Mapping[str, float]) -> None:
        """Continue from a state; the first call after it builds the graph again and is not counted."""
        self.steps, self.seconds = int(state["steps"]), state["seconds"]
        self.elsewhere = state.get("elsewhere", 0.0)
        self.pictures = int(state.get("pictures", self.steps * self.batch))  # absent in version 0.1
        self.step_seconds = state["step_seconds"]

    @property
    def images_per_second(self) -> float:
        """Return the mean training speed of the run so far, the first call left out."""
        here = self.seconds - self.elsewhere
        return self.pictures / here if here else 0.0
