"""CIFAR-10 in its official binary version.

Source: Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

# ruff: noqa: PT028 – test_… means the test set here, not a test

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from cnn.core.errors import DataError
from cnn.data.archive import download
from cnn.data.dataset import PICTURE_SHAPE, Dataset, picture_hashes, split_validation, validation_places
from cnn.data.layout import (
    FILE_BYTES,
    PICTURES,
    RECORD_BYTES,
    TEST_FILE,
    TRAIN_FILES,
    DataStatus,
    batches_folder,
    by_hand,
    check,
    data_folder,
    source,
)

__all__ = [
    "DataStatus",
    "by_hand",
    "check",
    "data_folder",
    "decode",
    "download",
    "load",
    "test_labels",
    "test_picture",
    "test_pictures",
    "validation_labels",
    "validation_pictures",
]


def decode(records: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Convert records to images, uint8 (pictures, 32, 32, 3), and labels, int64 (pictures,).

    `records` is uint8 (pictures, 3073): the label, then the red, the green and the blue plane.
    """
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].astype(np.int64)


def load(folder: Path | None = None) -> Dataset:
    """Load 45,000 training, 5,000 validation and 10,000 test pictures (about 185 MB).

    Raises DataError with the sentence of `check` if the files are missing or invalid.
    """
    status = check(folder)
    if status.problem:
        raise DataError(status.problem)
    train_images, train_labels = _read_train(status.folder)
    test_images, test_labels = decode(_records(status.folder / TEST_FILE))
    return Dataset(
        "cifar10",
        source(status.folder),
        *split_validation(train_images, train_labels),
        test_images,
        test_labels,
    )


def test_labels(folder: Path | None = None) -> np.ndarray:
    """Return the labels of the 10,000 test pictures, int64 (10000,), without loading the pictures.

    Raises DataError if the test file is missing or has the wrong size.
    """
    return _test_records(folder)[:, 0].astype(np.int64)


def test_picture(index: int, folder: Path | None = None) -> tuple[np.ndarray, int]:
    """Return test picture `index` (0 to 9,999), uint8 (32, 32, 3), and its label.

    Raises DataError if there is no such picture, or no test file.
    """
    images, labels = decode(_chosen([index], folder))
    return images[0], int(labels[0])


def test_pictures(indices: Sequence[int] | np.ndarray, folder: Path | None = None) -> np.ndarray:
    """Return the test pictures `indices` (each 0 to 9,999), uint8 (pictures, 32, 32, 3).

    Only these are read from the disk. Raises DataError if there is no such picture, or no test file.
    """
    return decode(_chosen(indices, folder))[0]


def validation_labels(folder: Path | None = None) -> np.ndarray:
    """Return the labels of the 5,000 validation pictures, int64 (5000,), in the order of `load()`.

    Raises DataError if a file is missing or invalid.
    """
    return _validation(folder)[1]


def validation_pictures(indices: Sequence[int] | np.ndarray, folder: Path | None = None) -> np.ndarray:
    """Return validation pictures, uint8 (pictures, 32, 32, 3), by their indices in `load().validation_images`.

    The split is computed once, one file at a time. Raises DataError if there is no such picture, or a file is
    invalid.
    """
    batches, places = batches_folder(folder or data_folder()), _validation(folder)[0]
    chosen = np.asarray(indices, dtype=np.int64)
    if wrong := [int(index) for index in chosen if not 0 <= index < len(places)]:
        raise DataError(f"There is no validation picture {wrong[0]:,}: allowed are 0 to {len(places) - 1:,}.")
    shape = (PICTURES, RECORD_BYTES)
    files = [np.memmap(batches / name, np.uint8, "r", shape=shape) for name in TRAIN_FILES]
    records = [files[place // PICTURES][place % PICTURES] for place in places[chosen].tolist()]
    return decode(np.array(records, np.uint8).reshape(-1, RECORD_BYTES))[0]


def _validation(folder: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices in the training files and the labels of the validation pictures; DataError as above."""
    status = check(folder)
    if status.problem:
        raise DataError(status.problem)
    stamps = tuple((status.folder / name).stat().st_mtime_ns for name in TRAIN_FILES)
    return _validation_places(status.folder, stamps)


@lru_cache(maxsize=2)
def _validation_places(batches: Path, _modified: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    hashes, found = [], []
    for name in TRAIN_FILES:
        images, own = decode(_records(batches / name))
        hashes.append(picture_hashes(images))
        found.append(own)
    labels = np.concatenate(found)
    places = validation_places(np.concatenate(hashes), labels)
    return places, labels[places]


def _read_train(batches: Path) -> tuple[np.ndarray, np.ndarray]:
    images = np.empty((len(TRAIN_FILES) * PICTURES, *PICTURE_SHAPE), dtype=np.uint8)
    labels = np.empty(len(images), dtype=np.int64)
    for number, name in enumerate(TRAIN_FILES):
        part = slice(number * PICTURES, (number + 1) * PICTURES)
        images[part], labels[part] = decode(_records(batches / name))
    return images, labels


def _records(path: Path) -> np.ndarray:
    return np.fromfile(path, dtype=np.uint8).reshape(PICTURES, RECORD_BYTES)


def _test_records(folder: Path | None) -> np.memmap:
    path = batches_folder(folder or data_folder()) / TEST_FILE
    if not path.is_file() or path.stat().st_size != FILE_BYTES:
        raise DataError(check(folder).problem)
    return np.memmap(path, dtype=np.uint8, mode="r", shape=(PICTURES, RECORD_BYTES))


def _chosen(indices: Sequence[int] | np.ndarray, folder: Path | None) -> np.ndarray:
    chosen = np.asarray(indices, dtype=np.int64)
    if wrong := [int(index) for index in chosen if not 0 <= index < PICTURES]:
        raise DataError(f"There is no test picture {wrong[0]:,}: allowed are 0 to {PICTURES - 1:,}.")
    return np.asarray(_test_records(folder)[chosen])
