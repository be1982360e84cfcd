"""CIFAR-10 decoded and split, in one file that is mapped into memory instead of read.

Decoding and splitting take a second of every process that trains, and 185 MB of its own memory. What they give is the
same each time, so it is kept beside the data: the pixels of the training, validation and test pictures, then all
labels, one byte each. The pages of a mapped file are shared by all processes and read when they are used. Pixels begin
at multiples of 64 bytes, so that TensorFlow can use them where they are.
"""

import contextlib
import logging
import mmap
import shutil
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cnn.core.errors import DataError
from cnn.data import cifar10
from cnn.data.dataset import PICTURE_SHAPE, Dataset
from cnn.data.layout import checksums, data_folder, source

logger = logging.getLogger(__name__)

PARTS = {"train": 45_000, "validation": 5_000, "test": 10_000}
PICTURE_BYTES = 32 * 32 * 3
FILE_BYTES = sum(PARTS.values()) * (PICTURE_BYTES + 1)
FREE_BYTES = 4 * FILE_BYTES  # a disk that is nearly full is left alone
VERSION = "1"  # of this file's layout and of the split


def load() -> Dataset:
    """Return what `cifar10.load()` gives, its pictures mapped; where the file cannot be written, in memory.

    The arrays can be written to, which changes nothing on the disk.

    Raises:
        DataError: if the files of CIFAR-10 are missing or invalid.
    """
    folder = data_folder()
    status = cifar10.check(folder)
    if status.problem:
        raise DataError(status.problem)
    key = blake2b(":".join([VERSION, *checksums(status.folder)]).encode(), digest_size=8).hexdigest()
    file, name = folder / f"cifar10-{key}.pixels", source(status.folder)
    with contextlib.suppress(OSError, ValueError, DataError):
        return _mapped(file, name)
    decoded = cifar10.load(folder)
    if _keep(file, decoded):
        with contextlib.suppress(OSError, ValueError, DataError):
            return _mapped(file, name)
    return decoded


def _mapped(file: Path, name: str) -> Dataset:
    """Return the data set in a file.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it has another size.
        DataError: if it holds no such labels.
    """
    with file.open("rb") as opened:
        memory = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
    if len(memory) != FILE_BYTES:
        raise ValueError(f"{file} has {len(memory)} bytes")
    if hasattr(memory, "madvise"):
        memory.madvise(mmap.MADV_WILLNEED)
    content = np.frombuffer(memory, np.uint8)
    pixels = content[: -sum(PARTS.values())].reshape(-1, *PICTURE_SHAPE)
    labels = content[-sum(PARTS.values()) :].astype(np.int64)
    ends = np.cumsum([0, *PARTS.values()]).tolist()
    train, validation, test = (slice(*pair) for pair in pairwise(ends))
    return Dataset(
        "cifar10",
        name,
        pixels[train],
        labels[train],
        pixels[validation],
        labels[validation],
        pixels[test],
        labels[test],
    )


def _keep(file: Path, data: Dataset) -> bool:
    """Write the file whole or not at all, in place of those of other copies; return whether it is there."""
    try:
        if shutil.disk_usage(file.parent).free < FREE_BYTES:
            logger.info("CIFAR-10 is not kept decoded: too little space in %s", file.parent)
            return False
        with TemporaryDirectory(dir=file.parent) as folder:
            part = Path(folder) / file.name
            with part.open("wb") as opened:
                for name in PARTS:
                    np.ascontiguousarray(getattr(data, f"{name}_images")).tofile(opened)
                for name in PARTS:
                    getattr(data, f"{name}_labels").astype(np.uint8).tofile(opened)
            part.replace(file)
        for other in file.parent.glob("cifar10-*.pixels"):
            if other != file:
                other.unlink()
    except OSError as error:
        logger.info("CIFAR-10 is not kept decoded in %s (%s)", file.parent, error.strerror)
        return file.is_file()
    return True
