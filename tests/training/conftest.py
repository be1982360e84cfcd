from collections.abc import Callable
from types import ModuleType

import pytest

from cnn.data.dataset import Dataset
from support.tiny_trainings import coloured


@pytest.fixture(scope="session")
def data() -> Dataset:
    return Dataset("colours", "made by the test", *coloured(500, 1), *coloured(60, 2), *coloured(70, 3))


@pytest.fixture
def ticking(training: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that gives training a clock on which every call takes so many seconds."""

    def use(seconds: float) -> None:
        now = iter(range(1_000_000))
        monkeypatch.setattr(training, "perf_counter", lambda: next(now) * seconds)

    return use
