"""Every metric against scikit-learn and statsmodels, and against values worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.data import CLASSES
from cnn.evaluation import metrics
from cnn.evaluation.calibration import with_temperature

Drawn = tuple[np.ndarray, np.ndarray]


def drawn(seed: int, count: int = 3000) -> Drawn:
    """Scores (pictures, 10) and labels that agree with them more often than not; one class is never named."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count)
    scores = rng.normal(0, 1, (count, 10)).astype(np.float32)
    scores[np.arange(count), labels] += 1.2
    scores[:, 6] -= 20
    return scores, labels


@pytest.fixture(params=[0, 1])
def predictions(request: pytest.FixtureRequest) -> Drawn:
    return drawn(request.param)


# The interval of an accuracy


def test_wilson_by_hand() -> None:
    # Wilson 1927 at z = 1.959964: centre (0.9 + z²/20) / (1 + z²/10), half width z √(p q/10 + z²/400) / (1 + z²/10).
    low, high = metrics.wilson(9, 10)
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert metrics.wilson(0, 10)[0] == 0.0
    assert metrics.wilson(10, 10)[1] == 1.0
    with pytest.raises(ValueError, match="11 of 10 were given"):
        metrics.wilson(11, 10)
    with pytest.raises(ValueError, match="at least one"):
        metrics.wilson(0, 0)


@given(st.integers(1, 20_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_is_statsmodels(counts: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(*counts, alpha=0.05, method="wilson")
    assert metrics.wilson(*counts) == pytest.approx(expected, abs=1e-9)


# Is a difference real?


def test_mcnemar_by_hand() -> None:
    assert metrics.mcnemar(0, 0) == 1.0  # nothing to tell them apart by
    assert metrics.mcnemar(7, 7) == 1.0
    assert metrics.mcnemar(0, 5) == 2 / 2**5
    assert metrics.mcnemar(2, 8) == 2 * (1 + 10 + 45) / 2**10
    with pytest.raises(ValueError, match="counts from 0 up"):
        metrics.mcnemar(-1, 3)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_statsmodels(first: int, second: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    expected = mcnemar([[5, first], [second, 5]], exact=True).pvalue
    assert metrics.mcnemar(first, second) == pytest.approx(expected, rel=1e-6, abs=1e-200)


def test_seeds_by_hand_and_against_scipy() -> None:
    from scipy.stats import permutation_test

    # Of the 20 ways to deal out six runs, only the one seen and its mirror image are so far apart.
    assert metrics.seeds_differ([0.6, 0.61, 0.62], [0.5, 0.51, 0.52]) == 2 / 20
    assert metrics.seeds_differ([0.5], [0.9]) == 1.0
    first, second = [0.61, 0.63, 0.60, 0.66], [0.58, 0.62, 0.57, 0.59, 0.60]
    expected = permutation_test(
        (first, second), lambda a, b: abs(np.mean(a) - np.mean(b)), alternative="greater", n_resamples=np.inf
    ).pvalue
    assert metrics.seeds_differ(first, second) == pytest.approx(expected)
    with pytest.raises(ValueError, match="without a run"):
        metrics.seeds_differ([], [0.5])


def test_many_seeds_are_dealt_out_at_random() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.60, 0.01, 20).tolist(), rng.normal(0.63, 0.01, 20).tolist()
    assert metrics.seeds_differ(first, second) < 0.001
    assert metrics.seeds_differ(first, first) == 1.0


# What was taken for what


def test_confusion_and_figures_are_those_of_scikit_learn(predictions: Drawn) -> None:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    scores, labels = predictions
    said = scores.argmax(axis=1)
    table = metrics.confusion(labels, said)
    np.testing.assert_array_equal(table, confusion_matrix(labels, said, labels=range(10)))
    expected = precision_recall_fscore_support(labels, said, labels=range(10), zero_division=np.nan)
    found = metrics.per_class(table)
    for place, name in enumerate(("precision", "recall", "f1")):
        values = [getattr(one, name) for one in found]
        values = [np.nan if value is None else value for value in values]
        if name == "f1":  # scikit-learn calls F1 of a class that is never named 0, as we do
            assert values[6] == 0.0
        np.testing.assert_allclose(values, expected[place], atol=1e-12, err_msg=name)
    assert [one.pictures for one in found] == expected[3].tolist()
    assert [one.name for one in found] == list(CLASSES)


def test_a_class_that_is_never_named_has_no_precision() -> None:
    table = metrics.confusion(np.array([0, 0, 6]), np.array([0, 0, 0]))
    found = metrics.per_class(table)
    assert found[6].precision is None
    assert found[6].recall == 0.0
    assert found[1].recall is None
    assert found[1].f1 is None
    assert found[0].precision == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [1, 2, 3, 10])
def test_top_k_is_that_of_scikit_learn(predictions: Drawn, k: int) -> None:
    from sklearn.metrics import top_k_accuracy_score

    scores, labels = predictions
    expected = (
        len(labels)
        if k == 10
        else top_k_accuracy_score(labels, scores, k=k, normalize=False, labels=range(10))
    )
    assert metrics.top_k(scores, labels, k) == expected


# Confidence


def test_reliability_by_hand() -> None:
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.55, 0.45], [1.0, 0.0]])
    found = metrics.reliability(probabilities, np.array([0, 1, 1, 0]), bins=10)
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 3]
    assert found.accuracy[9] == pytest.approx(2 / 3)
    assert found.confidence[9] == pytest.approx(2.9 / 3)
    # The bin of 0.55 is wrong: gap 0.55, weight 1/4; the last one has a gap of 0.3, weight 3/4.
    assert found.error == pytest.approx(0.55 / 4 + 0.3 * 3 / 4)


def test_bins_are_those_of_scikit_learn(predictions: Drawn) -> None:
    from sklearn.calibration import calibration_curve

    scores, labels = predictions
    probabilities = with_temperature(scores, 0.7)
    found = metrics.reliability(probabilities, labels)
    right = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, probabilities.max(axis=1), n_bins=metrics.BINS)
    full = found.counts > 0
    np.testing.assert_allclose(found.accuracy[full], accuracy, rtol=1e-9)
    np.testing.assert_allclose(found.confidence[full], confidence, rtol=1e-6)
    assert found.counts.sum() == len(labels)


# The cost of looking


def test_flattery_is_what_drawing_the_best_shows() -> None:
    rng = np.random.default_rng(0)
    best = rng.binomial(10_000, 0.64, (20_000, 8)).max(axis=1).mean() / 10_000
    assert metrics.flattery(8, 0.64, 10_000) == pytest.approx(best - 0.64, abs=0.0002)
    assert metrics.flattery(1, 0.64, 10_000) == 0.0
