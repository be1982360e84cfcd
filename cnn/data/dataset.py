"""A data set in memory, its validation split, and subsets of it."""

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from cnn.core.errors import DataError
from cnn.data.classes import CLASSES

PICTURE_SHAPE = (32, 32, 3)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures and labels for training, validation and the final test.

    Images are uint8 in 0..255, shaped (pictures, 32, 32, 3): row, column, then red, green, blue.
    Labels are int64 in 0..9, shaped (pictures,), and index `CLASSES`.
    `source` says where the pictures came from, and is shown beside every number measured on them.
    Raises DataError if images and labels do not fit together.
    """

    name: str
    source: str
    train_images: np.ndarray
    train_labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        """Check the shapes and types of every part."""
        for part in ("train", "validation", "test"):
            _check_part(part, getattr(self, f"{part}_images"), getattr(self, f"{part}_labels"))

    def take(self, pictures: int, seed: int = 0) -> "Dataset":
        """Return the same data set with a random subset of `pictures` training pictures.

        The subset is as balanced over the classes as their sizes allow, and depends only on `seed`; validation
        and test do not change. If there are fewer pictures, it has all of them. With the same seed, a subset that
        is balanced exactly is contained in every larger one. Raises DataError if `pictures` is below 1.
        """
        if pictures < 1:
            raise DataError(f"A training set of {pictures:,} pictures was asked for; take 1 or more.")
        if pictures >= len(self.train_labels):
            return self
        order = np.random.default_rng(seed).permutation(len(self.train_labels))
        chosen = _balanced(order, self.train_labels, pictures)
        return replace(self, train_images=self.train_images[chosen], train_labels=self.train_labels[chosen])


def split_validation(
    images: np.ndarray, labels: np.ndarray, validation: int = 5_000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split a training set into (train images, train labels, validation images, validation labels).

    The split depends only on the pictures and `seed`: pictures are ranked within their class by a hash of
    their pixels, and the first ones of each class become validation pictures. So it is the same in every run,
    whatever the run's own seed and the order of pictures in the files.
    `images` is uint8 (pictures, 32, 32, 3), `labels` int (pictures,); both keep their order.
    Raises DataError if `validation` leaves one of the two parts empty.

    50,000 pictures of CIFAR-10 and validation=5,000 give 4,500 and 500 pictures of each class.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[validation_places(picture_hashes(images, seed), labels, validation)] = True
    return images[~chosen], labels[~chosen], images[chosen], labels[chosen]


def validation_places(hashes: np.ndarray, labels: np.ndarray, validation: int = 5_000) -> np.ndarray:
    """Return the indices of the validation pictures of `split_validation`, int64, ascending.

    `hashes` come from `picture_hashes`, which can be computed one file at a time.
    Raises DataError if `validation` leaves one of the two parts empty.
    """
    if not 0 < validation < len(labels):
        raise DataError(
            f"{validation:,} validation pictures were asked for; allowed are 1 to {len(labels) - 1:,}."
        )
    return _balanced(np.argsort(hashes, kind="stable"), labels, validation)


def _check_part(part: str, images: np.ndarray, labels: np.ndarray) -> None:
    if images.dtype != np.uint8 or images.shape[1:] != PICTURE_SHAPE:
        raise DataError(
            f"The {part} images are {images.dtype} {images.shape}; uint8 (pictures, 32, 32, 3) is expected."
        )
    if labels.shape != images.shape[:1]:
        raise DataError(
            f"The {part} labels are shaped {labels.shape} for {len(images):,} images; one each is expected."
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(CLASSES):
        raise DataError(
            f"The {part} labels run from {labels.min()} to {labels.max()}; "
            f"allowed are 0 to {len(CLASSES) - 1}."
        )


def picture_hashes(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return a keyed hash of the pixels of each picture, uint64 (pictures,)."""
    key = str(seed).encode()
    pixels = np.ascontiguousarray(images).reshape(len(images), -1)
    hashes = [int.from_bytes(blake2b(picture.data, digest_size=8, key=key).digest()) for picture in pixels]
    return np.array(hashes, dtype=np.uint64)


def _balanced(order: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return `count` indices, ascending: the first ones of each class in `order`, as balanced as possible."""
    by_class = [order[labels[order] == label] for label in np.unique(labels)]
    quotas = _quotas([len(members) for members in by_class], count)
    return np.sort(np.concatenate([members[:n] for members, n in zip(by_class, quotas, strict=True)]))


def _quotas(available: list[int], count: int) -> list[int]:
    """Distribute `count` over the classes, at most what each has: ([5, 1, 5], 8) gives [3, 1, 4]."""
    quotas = [0] * len(available)
    smallest_first = sorted(range(len(available)), key=available.__getitem__)
    for done, i in enumerate(smallest_first):
        quotas[i] = min(available[i], count // (len(available) - done))
        count -= quotas[i]
    return quotas
