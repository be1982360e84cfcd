"""What the query worker answers: plain arrays and numbers, known to the pages and to the worker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Accuracy:
    """How many of `total` pictures a network got right, and the share (0 to 1) of each class.

    `pictures` says which they were.
    """

    correct: int
    total: int
    per_class: tuple[float, ...]
    pictures: str

    @property
    def share(self) -> float:
        """The share of right answers, from 0 to 1."""
        return self.correct / self.total


@dataclass(frozen=True, eq=False)
class GradCam:
    """Grad-CAM: `sums` (rows, columns), float32, is the weighted sum of the maps before max(0, ·).

    `weights` (channels,) has the mean gradient of the class's score over each map.
    """

    sums: NDArray[np.float32]
    weights: NDArray[np.float32]

    @property
    def cells(self) -> NDArray[np.float32]:
        """What speaks for the class: the sum where it is above zero, else zero."""
        return np.maximum(self.sums, 0)


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What covering does to a class: its `probability` uncovered, and the one left with each cell covered.

    `covered` is float32 (rows, columns); a cell stands for `stride` × `stride` pixels of the picture, and the
    grey square of `side` × `side` pixels lies with its middle on it.
    """

    probability: float
    covered: NDArray[np.float32]
    side: int
    stride: int

    @property
    def drops(self) -> NDArray[np.float32]:
        """How far the probability falls; below zero where it rises."""
        return self.probability - self.covered


@dataclass(frozen=True, eq=False)
class Winners:
    """The pictures that excite each channel of a layer most, the strongest first.

    `numbers`: int64 (channels, places), among the data set's test pictures; `values`: float32, the largest
    value of the channel on it; `rows` and `columns`: int64, where in the map it is; all of one shape.
    `lowest`: float32 (channels,), the least of the pictures' largest values; `active`: int64 (channels,), how
    many pictures reach above zero. `pictures` says which were looked at, `total` how many.
    """

    numbers: NDArray[np.int64]
    values: NDArray[np.float32]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    lowest: NDArray[np.float32]
    active: NDArray[np.int64]
    dataset: str
    pictures: str
    total: int


@dataclass(frozen=True, eq=False)
class Climb:
    """A picture made by gradient ascent, and the way there.

    `frames`: uint8 (frames, 32, 32, 3), `steps` the step of each; `values`: float32 (steps + 1,), what was
    climbed, before the first step and after each. `highest`: the largest value of the channel itself, after
    its activation, in the last picture. `climbed` is the layer whose value was climbed. `stuck` says that no
    gradient came back from it at all.
    """

    frames: NDArray[np.uint8]
    steps: tuple[int, ...]
    values: NDArray[np.float32]
    highest: float
    climbed: str
    stuck: bool


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Training pictures that a network finds most like a picture, the most alike first.

    `pixels`: uint8 (places, 32, 32, 3); `labels`: int64 (places,); `alike`: float32 (places,), the cosine of
    the angle between their features and the picture's, at most 1. `pictures` says which were looked at.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    alike: NDArray[np.float32]
    pictures: str


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Test pictures that a network gets wrong, those it is surest of first.

    `numbers`: int64 (pictures,), among the data set's test pictures; `said`: int64 (pictures,), the class it
    names; `sure`: float32 (pictures,), the probability that it gives it. `total` were looked at, `pictures`
    says which.
    """

    numbers: NDArray[np.int64]
    said: NDArray[np.int64]
    sure: NDArray[np.float32]
    total: int
    pictures: str
