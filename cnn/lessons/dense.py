"""The lesson on the fully connected layer: the index of a cell in the vector, and the terms of a score.

Maps are unrolled as by `cnn.network.ops.flatten`: row by row, the channels of one position side by side.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.network.spec import NetworkSpec
from cnn.network.summary import LayerShape, walk

Shape = tuple[int, int, int]


def index_of(row: int, column: int, channel: int, shape: Shape) -> int:
    """Return the index of a cell of maps (height, width, channels) in the unrolled vector.

    >>> index_of(3, 5, 7, (8, 8, 24))
    703
    """
    _, width, channels = shape
    return (row * width + column) * channels + channel


def place_of(index: int, shape: Shape) -> tuple[int, int, int]:
    """Return the row, column and channel that an index of the unrolled vector comes from.

    >>> place_of(703, (8, 8, 24))
    (3, 5, 7)
    """
    place, channel = divmod(index, shape[2])
    return (*divmod(place, shape[1]), channel)


def index_formula(index: int, shape: Shape) -> str:
    """Return the formula of an index with its numbers.

    >>> index_formula(703, (8, 8, 24))
    '(3 × 8 + 5) × 24 + 7 = 703'
    """
    row, column, channel = place_of(index, shape)
    return f"({row} × {shape[1]} + {column}) × {shape[2]} + {channel} = {index:,}"


@dataclass(frozen=True)
class Contribution:
    """One term of a score: its index, its row, column and channel, and value × weight = product."""

    index: int
    place: tuple[int, int, int]
    value: float
    weight: float
    product: float


@dataclass(frozen=True)
class ScoreSum:
    """A score and its terms: the largest positive and negative ones, the sum of the others, the bias, the total."""

    favour: tuple[Contribution, ...]
    against: tuple[Contribution, ...]
    others: int
    rest: float
    bias: float
    score: float


def score_sum(
    maps: NDArray[Any], kernel: NDArray[Any], bias: NDArray[Any], unit: int, count: int = 5
) -> ScoreSum:
    """Return the score of one class with its terms.

    Args:
        maps: (height, width, channels), what is unrolled.
        kernel: (height × width × channels, classes).
        bias: (classes,).
        unit: the class.
        count: how many positive and how many negative terms to list, at most.

    >>> maps = np.array([[[1.0, 2.0, 3.0]]])
    >>> parts = score_sum(maps, np.array([[2.0], [-1.0], [1.0]]), np.array([0.5]), 0, count=1)
    >>> parts.favour[0].product, parts.against[0].product, parts.rest, parts.bias, parts.score
    (3.0, -2.0, 2.0, 0.5, 3.5)
    """
    values, weights = maps.reshape(-1).astype(float), kernel[:, unit].astype(float)
    products = values * weights
    order = np.argsort(-products, kind="stable")
    favour = [i for i in order[:count] if products[i] > 0]
    against = [i for i in order[::-1][:count] if products[i] < 0]
    named, total = favour + against, float(products.sum())

    def part(i: int) -> Contribution:
        place = place_of(int(i), (maps.shape[0], maps.shape[1], maps.shape[2]))
        return Contribution(int(i), place, float(values[i]), float(weights[i]), float(products[i]))

    return ScoreSum(
        tuple(part(i) for i in favour),
        tuple(part(i) for i in against),
        len(values) - len(named),
        total - float(products[named].sum()),
        float(bias[unit]),
        total + float(bias[unit]),
    )


def push_of_largest(maps: NDArray[Any], kernel: NDArray[Any], unit: int) -> tuple[Contribution, int]:
    """Return the term of the largest value, and its effect: 0 raises the score most, 1 raises it, 2 does not.

    >>> maps = np.array([[[1.0, 2.0, 3.0]]])
    >>> [push_of_largest(maps, np.array([[5.0], [0.0], [w]]), 0)[1] for w in (2.0, 1.0, -1.0)]
    [0, 1, 2]
    """
    values, weights = maps.reshape(-1), kernel[:, unit]
    products, largest = values * weights, int(values.argmax())
    place = place_of(largest, (maps.shape[0], maps.shape[1], maps.shape[2]))
    product = float(products[largest])
    part = Contribution(largest, place, float(values[largest]), float(weights[largest]), product)
    return part, 2 if product <= 0 else int(product < products.max())


def scores_row(network: NetworkSpec, head: str) -> LayerShape:
    """Return the row of the layer that computes the scores if the head of `network` were `head`.

    >>> from cnn.network.presets import PRESETS
    >>> network = PRESETS["lecture"].setup.network
    >>> scores_row(network, "flatten").formula, scores_row(network, "global_average").formula
    ('1,536×10 + 10 = 15,370', '24×10 + 10 = 250')
    """
    return next(row for row in walk(replace(network, head=head)) if row.layer.name == "scores")
