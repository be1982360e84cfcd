"""Calibration of a network's confidence: temperature, expected calibration error, energy.

The softmax of a trained network is usually overconfident or, after label smoothing, underconfident. Dividing all
scores by one number, the temperature, keeps the order of the classes and makes the probabilities agree with the
accuracy (Guo et al. 2017, "On calibration of modern neural networks").
"""

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.metrics import reliability
from cnn.network.ops import Array, softmax

LOWEST, HIGHEST = 0.1, 10.0  # range of the search for a temperature
ROUNDS = 40


def with_temperature(scores: Array, temperature: float) -> Array:
    """Return the probabilities of scores (..., 10) divided by `temperature`, same shape."""
    return softmax(scores / np.float32(temperature))


def fit_temperature(scores: Array, labels: NDArray[np.int64]) -> float:
    """Return the temperature that maximises the likelihood of the labels, from 0.1 to 10.

    The mean negative logarithm of the true class's probability has one minimum over the temperature; golden
    section search finds it.

    Args:
        scores: (pictures, 10), float32, of pictures that were not used for training.
        labels: (pictures,), their classes.
    """
    shrink = (5**0.5 - 1) / 2
    low, high = np.log(LOWEST), np.log(HIGHEST)
    for _ in range(ROUNDS):
        left, right = high - shrink * (high - low), low + shrink * (high - low)
        if _surprise(scores, labels, np.exp(left)) < _surprise(scores, labels, np.exp(right)):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def calibration_error(probabilities: Array, labels: NDArray[np.int64]) -> float:
    """Return the expected calibration error, from 0 to 1: how far confidence and accuracy differ.

    Pictures are put into 15 bins by the probability of their most probable class; the differences of the bins
    are averaged, weighted by the number of pictures in each (Naeini et al. 2015).

    >>> sure = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    >>> calibration_error(sure, np.array([0, 0, 0, 1]))
    0.25

    Args:
        probabilities: (pictures, classes).
        labels: (pictures,).
    """
    return reliability(probabilities, labels).error


def energy(scores: Array) -> Array:
    """Return log(Σ exp(score)) of scores (..., 10): low if the picture shows no class (Liu et al. 2020).

    >>> round(float(energy(np.zeros(10))), 4)
    2.3026
    """
    largest = scores.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(scores - largest).sum(axis=-1)) + largest[..., 0])


def _surprise(scores: Array, labels: NDArray[np.int64], temperature: float) -> float:
    divided = scores / temperature
    return float((energy(divided) - divided[np.arange(len(labels)), labels]).mean())
