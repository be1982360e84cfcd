"""How training goes, in numbers: the parts of a batch, the smoothed loss and accuracy, the speed."""

from collections.abc import Mapping

SMOOTHING_STEPS = 50
PARTS = 2  # of a batch, that go through a network at the same time on a CPU


class Smooth:
    """An exponential moving average of loss and accuracy, started without bias."""

    def __init__(self) -> None:
        self.loss = self.accuracy = self._weight = 0.0

    def add(self, loss: float, accuracy: float, steps: int) -> None:
        """Take in the means over some steps."""
        keep = (1 - 1 / SMOOTHING_STEPS) ** steps
        self._weight = keep * self._weight + (1 - keep)
        share = (1 - keep) / self._weight
        self.loss += share * (loss - self.loss)
        self.accuracy += share * (accuracy - self.accuracy)

    def state(self) -> dict[str, float]:
        """Return what `restore` needs, as plain JSON."""
        return {"loss": self.loss, "accuracy": self.accuracy, "weight": self._weight}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from a state."""
        self.loss, self.accuracy, self._weight = state["loss"], state["accuracy"], state["weight"]


class Clock:
    """How long a step takes. The first call also builds the graph, so it is not counted."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.calls = 0
        self.steps = 0
        self.seconds = 0.0
        self.step_seconds = 0.0

    def record(self, steps: int, seconds: float) -> None:
        """Take in how long a call of some steps took."""
        self.calls += 1
        if self.calls == 1:
            return
        self.steps += steps
        self.seconds += seconds
        latest = seconds / steps
        self.step_seconds = latest if self.calls == 2 else 0.7 * self.step_seconds + 0.3 * latest

    def steps_in(self, seconds: float) -> int:
        """Return how many steps fit in `seconds`; one while that is not known."""
        if not self.calls or not self.step_seconds:
            return 1
        return max(1, round(seconds / self.step_seconds))

    def state(self) -> dict[str, float]:
        """Return what `restore` needs, as plain JSON."""
        return {"steps": self.steps, "seconds": self.seconds, "step_seconds": self.step_seconds}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from a state; the first call is not counted this time either."""
        self.steps, self.seconds = int(state["steps"]), state["seconds"]
        self.step_seconds = state["step_seconds"]

    @property
    def images_per_second(self) -> float:
        """Over the whole run, since the first call."""
        return self.steps * self.batch_size / self.seconds if self.seconds else 0.0
