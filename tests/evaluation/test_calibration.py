"""Temperature, calibration error and energy, against values worked by hand and against searching by force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.evaluation.calibration import (
    calibration_error,
    energy,
    fit_temperature,
    with_temperature,
)


def drawn(temperature: float, seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels drawn with the probabilities of softmax(scores / temperature)."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 3, (count, 10)).astype(np.float32)
    shares = with_temperature(scores, temperature).astype(np.float64)
    return scores, (shares.cumsum(axis=1) < rng.random((count, 1)) * shares.sum(axis=1, keepdims=True)).sum(
        axis=1
    )


@settings(max_examples=15, deadline=None)
@given(st.floats(0.5, 4.0), st.integers(0, 100))
def test_the_temperature_that_made_the_labels_is_found(temperature: float, seed: int) -> None:
    assert fit_temperature(*drawn(temperature, seed)) == pytest.approx(temperature, rel=0.12)


def test_no_other_temperature_makes_the_labels_likelier() -> None:
    scores, labels = drawn(2.0, 1)

    def surprise(temperature: float) -> float:
        shares = with_temperature(scores, temperature)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(shares, 1e-12)).mean())

    found = fit_temperature(scores, labels)
    assert surprise(found) <= min(surprise(float(t)) for t in np.geomspace(0.1, 10, 200)) + 1e-6


def test_temperature_keeps_the_order_and_one_changes_nothing() -> None:
    scores = np.array([[1.0, 3.0, 2.0] + [0.0] * 7], np.float32)
    for temperature in (0.2, 1.0, 7.0):
        assert with_temperature(scores, temperature).argsort().tolist() == scores.argsort().tolist()
    shares = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(with_temperature(scores, 1.0), shares, rtol=1e-6)


def test_calibration_error_by_hand() -> None:
    half = np.array([[0.7, 0.3]] * 10)
    assert calibration_error(half, np.array([0] * 7 + [1] * 3)) == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(half, np.array([1] * 10)) == pytest.approx(0.7)
    two = np.array([[1.0, 0.0]] * 2 + [[0.4, 0.6]] * 2)  # gaps of 0.5 and 0.4, each of half the pictures
    assert calibration_error(two, np.array([0, 1, 1, 1])) == pytest.approx(0.45)


def test_calibration_helps_where_scores_are_too_large() -> None:
    scores, labels = drawn(3.0, 5)
    found = fit_temperature(scores, labels)
    assert calibration_error(with_temperature(scores, found), labels) < 0.03
    assert calibration_error(with_temperature(scores, 1.0), labels) > 0.1


def test_energy_is_the_logarithm_of_the_sum_and_does_not_overflow() -> None:
    scores = np.array([[0.0] * 10, [1000.0] + [0.0] * 9], np.float32)
    np.testing.assert_allclose(energy(scores), [np.log(10), 1000.0], rtol=1e-6)
