"""The computations of the lesson on softmax: its steps, temperature, overflow, the loss and its gradient."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.network import ops

Array = ops.Array
Exact = NDArray[np.float64]
FIRST_SCORES = (0.0, -1.0, 1.0, 3.0, 0.5, 2.0, 0.0, 1.5, -2.0, -1.0)  # that the lesson begins with


@dataclass(frozen=True)
class SoftmaxSteps:
    """The steps from scores (classes,) to probabilities; powers and total in double precision, as on paper."""

    scores: Array
    temperature: float
    powers: Exact
    total: float
    probabilities: Array


def steps(scores: Array, temperature: float = 1.0) -> SoftmaxSteps:
    """Return score → exp(score / temperature) → sum → probability.

    >>> found = steps(np.log([1.0, 2.0, 5.0]))
    >>> found.powers.round(6).tolist(), round(found.total, 6)
    ([1.0, 2.0, 5.0], 8.0)
    >>> found.probabilities.round(6).tolist()
    [0.125, 0.25, 0.625]
    """
    with np.errstate(over="ignore"):
        powers = np.exp(scores.astype(np.float64) / temperature)
        total = float(powers.sum())
    return SoftmaxSteps(scores, temperature, powers, total, with_temperature(scores, temperature))


def with_temperature(scores: Array, temperature: float) -> Array:
    """Return softmax(scores / temperature).

    >>> with_temperature(np.array([0.0, 2.0]), 1e6).round(3).tolist()
    [0.5, 0.5]
    """
    return ops.softmax(scores / scores.dtype.type(temperature))


def change_by_adding(scores: Array, number: float, temperature: float = 1.0) -> float:
    """Return the largest change of a probability when `number` is added to every score.

    >>> change_by_adding(np.array([1.0, 2.0, 4.0]), 8.0)
    0.0
    """
    before, after = with_temperature(scores, temperature), with_temperature(scores + number, temperature)
    return float(np.abs(after - before).max())


def raised(scores: Array, largest: float) -> Array:
    """Return the scores, as float32, with a number added to all so that the largest is `largest`.

    >>> raised(np.array([1.0, 3.0]), 100).tolist()
    [98.0, 100.0]
    """
    return (scores.astype(np.float32) - np.float32(scores.max())) + np.float32(largest)


def naive(scores: Array) -> tuple[Array, Array]:
    """Return exp(score) and exp(score) / sum in float32, straight from the formula: a large score overflows.

    >>> powers, shares = naive(np.array([99.0, 100.0]))
    >>> powers.tolist(), shares.tolist()
    ([inf, inf], [nan, nan])
    """
    with np.errstate(all="ignore"):
        powers = np.exp(scores.astype(np.float32))
        return powers, powers / powers.sum()


def cross_entropy(scores: Array, true_class: int) -> float:
    """Return -ln(probability of the true class) as ln(sum of exp) - score, which is finite where that is 0.

    >>> round(cross_entropy(np.log([1.0, 2.0, 5.0]), 0), 4)  # -ln(1/8)
    2.0794
    """
    exact = scores.astype(np.float64) - float(scores.max())
    return float(np.log(np.exp(exact).sum()) - exact[true_class])


def gradient(scores: Array, true_class: int) -> Array:
    """Return the slope of the cross-entropy for each score: p - y, with y 1 at the true class, else 0.

    >>> gradient(np.log([1.0, 2.0, 5.0]), 0).round(6).tolist()
    [-0.875, 0.25, 0.625]
    """
    slopes = ops.softmax(scores)
    slopes[true_class] -= 1
    return slopes


def direction(change: float, least: float = 1e-5) -> int:
    """Return 0 where a number grows, 1 where it stays (within `least`), 2 where it shrinks.

    >>> direction(0.3), direction(1e-8), direction(-0.3)
    (0, 1, 2)
    """
    return 1 if abs(change) < least else 0 if change > 0 else 2


def pushed_up(slopes: Array, true_class: int) -> int:
    """Return which scores a step against the gradient raises: 0 the true class's, 1 others, 2 all, 3 none.

    >>> pushed_up(np.array([0.2, -0.9, 0.7]), 1), pushed_up(np.zeros(3), 1)
    (0, 3)
    """
    up = slopes < 0
    others = int(up.sum()) - int(up[true_class])
    return (2 if others else 0) if up[true_class] else (1 if others else 3)
