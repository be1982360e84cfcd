"""Some of a data set's pictures, as many of each class."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import DataError
from cnn.data.classes import CLASSES

NAMES = {"cifar10": "CIFAR-10", "sketch10": "sketch10 (drawn by code)"}


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures in the order of their numbers in the data set.

    `pixels`: uint8 (pictures, 32, 32, 3); `labels`: int64 (pictures,), of `CLASSES`; `numbers`: int64
    (pictures,), their places among the test pictures, or the training pictures; `about` says which they are.
    """

    dataset: str
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    numbers: NDArray[np.int64]
    about: str


@functools.lru_cache(maxsize=4)
def of_each_class(dataset: str, count: int) -> Pictures:
    """Return the first test pictures of each class, `count` in all, read once and kept.

    Raises:
        DataError: where the data set is not there, or `count` is no multiple of ten that it can give.
    """
    labels = data.test_labels(dataset)
    each, rest = divmod(count, len(CLASSES))
    most = int(np.bincount(labels, minlength=len(CLASSES)).min())
    if rest or not 1 <= each <= most:
        allowed = f"a multiple of {len(CLASSES)} up to {most * len(CLASSES):,}"
        raise DataError(f"{count:,} test pictures of {dataset} were asked for; allowed is {allowed}.")
    by_class = [np.flatnonzero(labels == label)[:each] for label in range(len(CLASSES))]
    numbers = np.sort(np.concatenate(by_class))
    about = f"the first {each:,} test pictures of each class of {NAMES[dataset]}, {count:,} in all"
    return Pictures(dataset, data.test_pictures(dataset, numbers), labels[numbers], numbers, about)


@functools.lru_cache(maxsize=1)
def of_training(dataset: str, count: int) -> Pictures:
    """Return `count` training pictures, as many of each class, read once and kept.

    Raises:
        DataError: where the data set is not there, or `count` is below 1.
    """
    found = data.load(dataset).take(count)
    labels = found.train_labels
    about = f"{len(labels):,} training pictures of {NAMES[dataset]}"
    return Pictures(dataset, found.train_images, labels, np.arange(len(labels)), about)
