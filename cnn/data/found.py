"""Finds, identifies and imports a copy of CIFAR-10 that another program has stored on this machine."""

import os
import tempfile
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path

import numpy as np

from cnn.core.errors import DataError
from cnn.data.archive import put_in_place
from cnn.data.classes import CLASSES
from cnn.data.containers import Records, find
from cnn.data.layout import (
    ARCHIVE_FOLDER,
    META_FILE,
    OFFICIAL_MD5,
    PICTURES,
    SOURCE_FILE,
    TEST_FILE,
    TRAIN_FILES,
    UNVERIFIED,
    VERIFIED,
    check,
    data_folder,
    source,
)

# SHA-256 of the sorted MD5s of all records of the verified files, training and test: any order gives the same.
ANY_ORDER = (
    "e4c747cf033586a5687068aceb377210e72bd35f4f78420223b6d5d4d40d0cbd",
    "e4771144d5234c9f244d47030672aac9c9cb720b56031cc63971a7f71ecacbe2",
)
# Mean red, green and blue of the upper half of each class's pictures, then of the lower half, of the verified files.
# JPEG moves them by less than 0.5, exchanged rows and columns by 24, test pictures drawn anew from all 60,000 by 3.5.
MEAN_COLOURS = {
    "training": (
        (140.92, 153.04, 164.87, 127.16, 132.73, 135.47),
        (129.70, 127.93, 126.53, 110.60, 103.88, 101.55),
        (125.94, 127.94, 111.64, 123.57, 122.72, 104.62),
        (124.18, 114.45, 103.90, 128.52, 118.33, 108.03),
        (115.69, 115.91, 96.91, 124.82, 121.35, 95.98),
        (123.48, 114.90, 102.73, 131.48, 122.07, 109.71),
        (118.92, 111.64, 87.28, 120.81, 111.94, 88.78),
        (126.92, 122.89, 113.40, 129.08, 121.85, 99.22),
        (140.75, 153.07, 163.84, 109.27, 114.88, 119.05),
        (144.48, 145.29, 146.30, 109.84, 102.24, 97.52),
    ),
    "test": (
        (142.47, 155.33, 168.14, 129.77, 136.38, 140.92),
        (130.25, 128.44, 127.14, 109.78, 103.40, 101.57),
        (125.89, 128.92, 112.49, 123.98, 123.51, 105.91),
        (123.45, 114.23, 103.97, 128.18, 117.95, 108.20),
        (114.72, 114.59, 94.75, 122.44, 119.68, 94.27),
        (126.51, 117.95, 105.39, 133.26, 124.06, 111.43),
        (120.38, 113.04, 87.69, 121.83, 112.51, 88.78),
        (128.94, 125.29, 117.22, 128.66, 121.27, 99.79),
        (141.99, 153.35, 163.81, 110.26, 114.22, 118.13),
        (145.53, 146.09, 147.69, 112.20, 103.94, 99.83),
    ),
}
COLOUR_TOLERANCE = 1.0
EACH = (5_000, 1_000)  # pictures per class, training and test
SHUFFLED = "CIFAR-10, its pictures in another order"
CHANGED = "CIFAR-10, pixels changed (a JPEG copy, say)"


@dataclass(frozen=True)
class TakenOver:
    """An import: the format of the copy, its path, and which data set it is."""

    title: str
    path: Path
    source: str


def identify(train: Records, test: Records) -> str:
    """Return what some records are: CIFAR-10, verified, in another order, or with changed pixels.

    Raises:
        DataError: for any other data set; it names the difference.
    """
    for split, records, each in (("training", train, EACH[0]), ("test", test, EACH[1])):
        counts = np.bincount(records[:, 0], minlength=len(CLASSES))
        if len(counts) > len(CLASSES) or (counts != each).any():
            raise DataError(
                f"This is not CIFAR-10: {len(records):,} {split} pictures, of which "
                f"{counts.min():,} to {counts.max():,} a class, where CIFAR-10 has {each:,} each. Nothing was imported."
            )
    files = [*np.split(train, len(TRAIN_FILES)), test]
    sums = [md5(part.tobytes()).hexdigest() for part in files]
    if sums == [OFFICIAL_MD5[name] for name in (*TRAIN_FILES, TEST_FILE)]:
        return VERIFIED
    if (_any_order(train), _any_order(test)) == ANY_ORDER:
        return SHUFFLED
    for split, records in (("training", train), ("test", test)):
        if _has_colours(records, split):
            continue
        if _has_colours(_transposed(records), split):
            raise DataError(
                "This is CIFAR-10 with the rows and columns of its pictures exchanged, as MATLAB's reshape does. "
                "Exchange them again. Nothing was imported."
            )
        raise DataError(
            f"This is not CIFAR-10: as many pictures and classes, but other {split} pictures. Nothing was imported."
        )
    return CHANGED


def _has_colours(records: Records, split: str) -> bool:
    """Whether both halves of each class's pictures have nearly the mean colours of CIFAR-10's."""
    halves = records[:, 1:].reshape(len(records), 3, 2, -1).mean(axis=3)
    means = [halves[records[:, 0] == label].mean(axis=0).T.ravel() for label in range(len(CLASSES))]
    return bool(np.abs(np.array(means) - MEAN_COLOURS[split]).max() < COLOUR_TOLERANCE)


def _transposed(records: Records) -> Records:
    planes = records[:, 1:].reshape(-1, 3, 32, 32).swapaxes(2, 3)
    return np.hstack([records[:, :1], planes.reshape(len(records), -1)])


def named(batches: Path) -> str:
    """Return which data set the six files in a folder are; a copy that was put there by hand is identified.

    Takes about a second for such a copy.

    Raises:
        DataError: if they cannot be read.
    """
    told = source(batches)
    if told != UNVERIFIED:
        return told
    try:
        return f"{identify(*find(batches).read(batches))}, put there by hand"
    except DataError:
        return "not CIFAR-10: as many pictures and classes, but other pictures"


def _any_order(records: Records) -> str:
    return sha256(b"".join(sorted(md5(record).digest() for record in records))).hexdigest()


def take_over(path: Path, folder: Path | None = None) -> TakenOver:
    """Find CIFAR-10 at `path`, identify it, and write it to `folder` as its binary version.

    Existing files in `folder` are replaced only by a complete, identified set.

    Raises:
        DataError: if there is none, it is another data set, or it cannot be written.
    """
    folder = folder or data_folder()
    container = find(path.expanduser())
    train, test = container.read(container.path)
    is_called = identify(train, test)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".found-", dir=folder) as scratch:
            staged = Path(scratch, ARCHIVE_FOLDER)
            staged.mkdir()
            for number, name in enumerate(TRAIN_FILES):
                train[number * PICTURES : (number + 1) * PICTURES].tofile(staged / name)
            test.tofile(staged / TEST_FILE)
            (staged / META_FILE).write_text("\n".join(CLASSES) + "\n")
            if is_called != VERIFIED:
                (staged / SOURCE_FILE).write_text(is_called + "\n")
            put_in_place(staged, folder / ARCHIVE_FOLDER, aside=Path(scratch, "replaced"))
    except OSError as error:
        raise DataError(
            f"CIFAR-10 cannot be stored in {folder} ({error.strerror or error}). Make room there (190 MB) and "
            "allow writing, or let CNN_LAB_DATA name another folder."
        ) from error
    if problem := check(folder).problem:  # files that lay there before, beside the new ones
        raise DataError(problem)
    return TakenOver(container.title, container.path, is_called)


def usual_places() -> tuple[Path, ...]:
    """Return the default data folders, or archives in them, of Keras, TFDS, torchvision's examples and Hugging Face."""
    home = Path.home()
    keras = Path(os.environ.get("KERAS_HOME") or home / ".keras")
    tfds = Path(os.environ.get("TFDS_DATA_DIR") or home / "tensorflow_datasets")
    hugging = Path(os.environ.get("HF_HOME") or home / ".cache" / "huggingface")
    return (
        keras / "datasets" / "cifar-10-batches-py-target",
        keras / "datasets" / "cifar-10-batches-py",
        keras / "datasets" / "cifar-10-batches-py.tar.gz",
        tfds / "cifar10",
        hugging / "hub" / "datasets--cifar10",
        hugging / "hub" / "datasets--uoft-cs--cifar10",
        hugging / "datasets" / "cifar10",
        hugging / "datasets" / "uoft-cs___cifar10",
        home / "data" / "cifar-10-batches-py",
        home / "data" / "cifar-10-python.tar.gz",
    )


def on_this_machine() -> Path | None:
    """Return the first of the usual places that contains CIFAR-10 in a known format, or None."""
    for place in usual_places():
        if place.exists():
            try:
                return find(place).path
            except DataError:
                continue
    return None
