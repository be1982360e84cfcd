"""What the tests of training share: pictures of one colour, tiny networks, and what was reported."""

from typing import Any

import numpy as np

from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from cnn.runs.commands import Command

COLOURS = np.array(
    [
        (230, 30, 30), (30, 230, 30), (30, 30, 230), (230, 230, 30), (230, 30, 230),
        (30, 230, 230), (20, 20, 20), (235, 235, 235), (130, 130, 130), (240, 140, 20),
    ]
)  # fmt: skip
TINY = NetworkSpec((Block((Convolution(4, 3, 2),)),), head="global_average")
NOISY = NetworkSpec(  # everything that draws numbers or keeps averages
    (Block((Convolution(4, 3, 2), Convolution(4)), batch_norm=True, dropout=0.3, residual=True),),
    head="global_average",
    dense=(Dense(8, dropout=0.5),),
)


def coloured(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of one colour each, with noise; the colour is the class."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    noise = draw.integers(-20, 21, (count, 32, 32, 3))
    return (COLOURS[labels][:, None, None] + noise).clip(0, 255).astype(np.uint8), labels


def setup(network: NetworkSpec = TINY, **training: Any) -> Setup:
    options = {"epochs": 1, "batch_size": 100, "pictures": 500, "schedule": "constant", "learning_rate": 0.01}
    return Setup(network, TrainSpec(**(options | training)))


def names(reports: list[Any]) -> list[str]:
    return [type(report).__name__ for report in reports]


def epoch_ends(reports: list[Any]) -> list[Any]:
    return [report for report in reports if type(report).__name__ == "EpochEnd"]


def same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    assert first.keys() == second.keys()
    return all(np.array_equal(array, second[name]) for name, array in first.items())


def progress_of(reports: list[Any]) -> list[Any]:
    return [report for report in reports if type(report).__name__ == "Progress"]


def ask(*kinds: str | tuple[str, float]) -> list[Command]:
    """Return commands by their kinds, or kinds and numbers."""
    return [Command(kind) if isinstance(kind, str) else Command(*kind) for kind in kinds]
