"""The data sets by name: CIFAR-10, and sketch10, a substitute drawn by code if CIFAR-10 is missing."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, ModuleType

import numpy as np

from cnn.core.errors import DataError
from cnn.data import cifar10, mapped
from cnn.data.classes import CLASSES
from cnn.data.dataset import Dataset
from cnn.data.synthetic import disk_cache, sketch10

__all__ = [
    "CLASSES",
    "DATASETS",
    "NAMES",
    "Dataset",
    "load",
    "test_labels",
    "test_picture",
    "test_pictures",
    "validation_labels",
    "validation_pictures",
]

DATASETS: Mapping[str, ModuleType] = MappingProxyType({"cifar10": cifar10, "sketch10": sketch10})
NAMES = tuple(DATASETS)
_LOADERS: Mapping[str, Callable[[], Dataset]] = MappingProxyType(
    {"cifar10": mapped.load, "sketch10": disk_cache.load}
)


def load(name: str) -> Dataset:
    """Load a data set; raises DataError for an unknown name, or missing or invalid files."""
    _dataset(name)
    return _LOADERS[name]()


def test_labels(name: str) -> np.ndarray:
    """Return the labels of the test pictures, int64 (pictures,), without loading the pictures."""
    labels: np.ndarray = _dataset(name).test_labels()
    return labels


def test_picture(name: str, index: int) -> tuple[np.ndarray, int]:
    """Return one test picture, uint8 (32, 32, 3), and its label; raises DataError if there is no such picture."""
    found: tuple[np.ndarray, int] = _dataset(name).test_picture(index)
    return found


def test_pictures(name: str, indices: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the test pictures `indices`, uint8 (pictures, 32, 32, 3); raises DataError for an invalid index."""
    pictures: np.ndarray = _dataset(name).test_pictures(indices)
    return pictures


def validation_labels(name: str) -> np.ndarray:
    """Return the labels of the validation pictures, int64 (pictures,); raises DataError for an invalid file."""
    labels: np.ndarray = _dataset(name).validation_labels()
    return labels


def validation_pictures(name: str, indices: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the validation pictures `indices`, uint8 (pictures, 32, 32, 3); raises DataError for an invalid index."""
    pictures: np.ndarray = _dataset(name).validation_pictures(indices)
    return pictures


def _dataset(name: str) -> ModuleType:
    if name not in DATASETS:
        raise DataError(f"There is no data set {name!r}: allowed are {' and '.join(NAMES)}.")
    return DATASETS[name]
