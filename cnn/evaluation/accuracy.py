"""The accuracy of a network on a number of test pictures."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnn.data.classes import CLASSES
from cnn.data.subset import Pictures
from cnn.interpret.model_cache import Loaded, run_batches
from cnn.interpret.results import Accuracy, Mistakes

BATCH_SIZE = 100


def measure(
    loaded: Loaded,
    pictures: Pictures,
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
    report: Callable[[float], None] = lambda share: None,
) -> Accuracy:
    """Return how many pictures the network classifies correctly.

    Args:
        loaded: the network.
        pictures: the pictures, with their labels.
        change: is applied to each batch (n, 32, 32, 3), uint8, first.
        report: gets the share that is done.
    """
    right = np.zeros(len(pictures.labels), bool)
    changed = change(pictures.pixels)
    for part, probabilities in run_batches(loaded.model, changed, BATCH_SIZE):
        right[part] = np.argmax(probabilities, axis=1) == pictures.labels[part]
        report(part.stop / len(right))
    shares = tuple(float(right[pictures.labels == label].mean()) for label in range(len(CLASSES)))
    return Accuracy(int(right.sum()), len(right), shares, pictures.about)


def mistakes(
    loaded: Loaded, pictures: Pictures, report: Callable[[float], None] = lambda share: None
) -> Mistakes:
    """Return the misclassified pictures, most confident first."""
    found = []
    for part, probabilities in run_batches(loaded.model, pictures.pixels, BATCH_SIZE):
        found.append(np.asarray(probabilities))
        report(part.stop / len(pictures.labels))
    probabilities = np.concatenate(found)
    said, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(said != pictures.labels)
    order = wrong[np.argsort(-sure[wrong], kind="stable")]
    return Mistakes(pictures.numbers[order], said[order], sure[order], len(pictures.labels), pictures.about)
