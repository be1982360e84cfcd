"""Metrics and tests of predictions on labelled pictures, with NumPy and exact fractions only.

Nothing here runs a network: everything is computed from stored scores.
SciPy is not needed: the one quantile is in the standard library, and McNemar's test is a sum of binomial
coefficients, exact in whole numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from cnn.data.classes import CLASSES

CONFIDENCE = 0.95
BINS = 15
SHUFFLES = 10_000
EXACT_SHUFFLES = 20_000  # up to so many permutations, all of them are tried

Labels = NDArray[np.integer]
Probabilities = NDArray[np.floating]


def wilson(correct: int, total: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the confidence interval of the share `correct` / `total`, from 0 to 1 (Wilson 1927).

    Unlike p ± 1.96 standard errors it stays within 0…1, and it has a width even if all or none are correct.

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]

    Raises:
        ValueError: if `correct` is not between 0 and `total`, or `total` is 0.
    """
    if not 0 <= correct <= total or total < 1:
        raise ValueError(f"{correct} of {total} were given; give 0 to all of at least one.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = correct / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low = 0.0 if not correct else middle - reach  # exactly 0, without rounding errors
    high = 1.0 if correct == total else middle + reach
    return low, high


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p value of McNemar's test that two networks are equally good.

    Only pictures count on which they differ: if both were equally good, each of these would favour either network
    with probability ½ (McNemar 1947). For 1 against 5: at most 1 head in 6 tosses, (1 + 6) / 2⁶, times two.

    >>> mcnemar(1, 5)
    0.21875

    Args:
        only_first: pictures that only the first network gets right.
        only_second: pictures that only the second gets right.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError(f"{only_first} and {only_second} pictures were given; give counts from 0 up.")
    total, coefficient, ways = only_first + only_second, 1, 0
    for heads in range(min(only_first, only_second) + 1):
        ways += coefficient
        coefficient = coefficient * (total - heads) // (heads + 1)
    return min(1.0, float(ways * 2 / 2**total)) if total < 1000 else min(1.0, _ratio(2 * ways, total))


def _ratio(ways: int, power: int) -> float:
    """Return ways / 2**power for numbers too large for a float; 0 if the result is smaller than any float."""
    spare = ways.bit_length() - 64
    if spare <= 0:
        return math.ldexp(float(ways), -power)
    return math.ldexp(float(ways >> spare), spare - power)


def seeds_differ(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the p value of a permutation test on the means of two groups of runs.

    The runs of both groups are shuffled and divided again (Fisher 1935), in all ways if there are few, else in
    10,000 random ones. Three seeds against three can never give less than 0.1.

    >>> seeds_differ([0.50, 0.51, 0.52], [0.60, 0.61, 0.62])
    0.1

    Raises:
        ValueError: if one group is empty.
    """
    if not first or not second:
        raise ValueError("A set-up without a run cannot be compared; give at least one on each side.")
    values, count = np.array([*first, *second]), len(first)
    seen = abs(values[:count].mean() - values[count:].mean()) - 1e-12
    if math.comb(len(values), count) <= EXACT_SHUFFLES:
        from itertools import combinations

        chosen = np.array(list(combinations(range(len(values)), count)))
        sums = values[chosen].sum(axis=1)
    else:
        rng = np.random.default_rng(0)
        order = np.argsort(rng.random((SHUFFLES, len(values))), axis=1)[:, :count]
        sums = np.concatenate([values[order].sum(axis=1), [values[:count].sum()]])
    gaps = np.abs(sums / count - (values.sum() - sums) / (len(values) - count))
    return float((gaps >= seen).mean())


def confusion(labels: Labels, said: Labels) -> NDArray[np.int64]:
    """Return the confusion matrix, counts int64 (10, 10): true class by row, predicted class by column."""
    count = len(CLASSES)
    both = np.asarray(labels, np.int64) * count + np.asarray(said, np.int64)
    return np.bincount(both, minlength=count * count).reshape(count, count)


@dataclass(frozen=True)
class ClassFigures:
    """Precision, recall and F1 of one class, from 0 to 1; None where the denominator is 0.

    `pictures` is the number of pictures of the class, `named` how often the network predicted it.
    """

    name: str
    pictures: int
    named: int
    precision: float | None
    recall: float | None
    f1: float | None


def per_class(table: NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    """Return the metrics of each class from a confusion matrix (10, 10), true class by row."""
    found = []
    for place, name in enumerate(CLASSES):
        right, pictures, named = int(table[place, place]), int(table[place].sum()), int(table[:, place].sum())
        found.append(
            ClassFigures(
                name,
                pictures,
                named,
                right / named if named else None,
                right / pictures if pictures else None,
                2 * right / (pictures + named) if pictures + named else None,
            )
        )
    return tuple(found)


def top_k(scores: Probabilities, labels: Labels, k: int) -> int:
    """Return on how many pictures the true class is among the `k` most probable.

    Of equal scores the class with the smaller index comes first, as in `argmax`.

    >>> top_k(np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]), np.array([1, 2]), 2)
    1
    """
    own = scores[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(scores.shape[1]) < np.asarray(labels)[:, None]
    return int((((scores > own) | ((scores == own) & earlier)).sum(axis=1) < k).sum())


@dataclass(frozen=True, eq=False)
class Reliability:
    """Confidence and accuracy of a network in bins of equal width.

    `edges` (bins + 1,) from 0 to 1; `counts`, `confidence` and `accuracy` (bins,), the last two nan for an
    empty bin. `error` is the expected calibration error, from 0 to 1.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    error: float


def reliability(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> Reliability:
    """Return the bins of a reliability diagram and the expected calibration error (Naeini et al. 2015).

    A picture falls into a bin by the probability of its most probable class; bin i is i/bins ≤ p < (i+1)/bins,
    the last one also 1.
    """
    sure, right = probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == labels
    place = np.minimum((sure * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, sure, bins) / counts
        accuracy = np.bincount(place, right, bins) / counts
    full = counts > 0
    error = float((np.abs(accuracy - confidence)[full] * counts[full]).sum() / max(len(sure), 1))
    return Reliability(np.linspace(0, 1, bins + 1), counts, confidence, accuracy, error)


def flattery(networks: int, share: float, pictures: int) -> float:
    """Return an upper bound for the selection bias of the best of equally good networks; a share.

    It is the expected maximum of independent normal numbers times the standard error of an accuracy. Networks that
    make the same errors vary less, so this is an upper bound.

    >>> flattery(1, 0.6, 10_000), round(flattery(10, 0.6, 10_000), 4)
    (0.0, 0.0075)
    """
    if networks < 2:
        return 0.0
    normal, at = NormalDist(), np.linspace(-8, 8, 1601)
    below = np.array([normal.cdf(x) for x in at]) ** networks
    expected = float(np.trapezoid(at, below))
    return expected * math.sqrt(share * (1 - share) / pictures)


def holm(chances: Sequence[float]) -> list[float]:
    """Return p values corrected for multiple comparisons, in their order (Holm 1979).

    The smallest is multiplied by their number, the next by one less, and so on, and none may fall below the one
    before it. Without it, one or two of 28 pairs of equally good networks would seem different.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    corrected, highest = [1.0] * len(chances), 0.0
    for place, number in enumerate(order):
        highest = max(highest, min(1.0, chances[number] * (len(chances) - place)))
        corrected[number] = highest
    return corrected


def frontier(costs: Sequence[float], shares: Sequence[float]) -> list[int]:
    """Return the indices of the Pareto front: no other is as cheap and better, or as good and cheaper.

    >>> frontier([10, 20, 30, 15], [0.6, 0.7, 0.65, 0.6])
    [0, 1]
    """
    order = sorted(range(len(costs)), key=lambda place: (costs[place], -shares[place]))
    best, found = -1.0, []
    for place in order:
        if shares[place] > best:
            best = shares[place]
            found.append(place)
    return found
