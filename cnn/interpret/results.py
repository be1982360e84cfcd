"""The results of queries: plain arrays and numbers, shared by the pages and the query worker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Accuracy:
    """The number of `total` pictures classified correctly, and the accuracy (0 to 1) of each class.

    `pictures` says which pictures they were.
    """

    correct: int
    total: int
    per_class: tuple[float, ...]
    pictures: str

    @property
    def share(self) -> float:
        """The accuracy, from 0 to 1."""
        return self.correct / self.total


@dataclass(frozen=True, eq=False)
class GradCam:
    """Grad-CAM: `sums` (rows, columns), float32, is the weighted sum of the maps before max(0, ·).

    `weights` (channels,) is the mean gradient of the class's score over each map.
    """

    sums: NDArray[np.float32]
    weights: NDArray[np.float32]

    @property
    def cells(self) -> NDArray[np.float32]:
        """The evidence for the class: the sum where it is positive, else zero."""
        return np.maximum(self.sums, 0)


@dataclass(frozen=True, eq=False)
class Occlusion:
    """Occlusion: a class's `probability` for the whole picture, and with each cell `covered`.

    `covered` is float32 (rows, columns); a cell is `stride` × `stride` pixels of the picture, and the grey
    square of `side` × `side` pixels is centred on it.
    """

    probability: float
    covered: NDArray[np.float32]
    side: int
    stride: int

    @property
    def drops(self) -> NDArray[np.float32]:
        """The decrease of the probability for each cell; negative where it rises."""
        return self.probability - self.covered


@dataclass(frozen=True, eq=False)
class Winners:
    """The pictures with the highest activations of each channel of a layer, the highest first.

    `numbers`: int64 (channels, pictures), indices of test pictures; `values`: float32, the channel's largest
    value on each; `rows` and `columns`: int64, the cell of that value; all of one shape. `lowest`: float32
    (channels,), the smallest of all pictures' largest values; `active`: int64 (channels,), the number of
    pictures with a value above zero. `pictures` says which pictures were searched, `total` how many.
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
    """A picture made by gradient ascent, and intermediate pictures.

    `frames`: uint8 (frames, 32, 32, 3), `steps` the step of each; `values`: float32 (steps + 1,), the
    objective before the first step and after each. `highest`: the channel's largest value, after its
    activation, on the last picture. `climbed` is the layer whose value was maximised. `stuck`: whether the
    gradient was zero at every step.
    """

    frames: NDArray[np.uint8]
    steps: tuple[int, ...]
    values: NDArray[np.float32]
    highest: float
    climbed: str
    stuck: bool


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest training pictures in a network's feature space, the nearest first.

    `pixels`: uint8 (n, 32, 32, 3); `labels`: int64 (n,); `alike`: float32 (n,), the cosine similarity of their
    features and the picture's, at most 1. `pictures` says which pictures were searched.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    alike: NDArray[np.float32]
    pictures: str


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Misclassified test pictures, the most confident first.

    `numbers`: int64 (n,), indices of test pictures; `said`: int64 (n,), the predicted class; `sure`: float32
    (n,), its probability. `total` is the number of pictures evaluated, `pictures` says which.
    """

    numbers: NDArray[np.int64]
    said: NDArray[np.int64]
    sure: NDArray[np.float32]
    total: int
    pictures: str
