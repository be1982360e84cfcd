"""The files of CIFAR-10's binary version, and the check that a folder really contains them.

Source: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

import numpy as np
import pooch

from cnn.core import settings
from cnn.data.classes import CLASSES

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
ARCHIVE_HASH = "md5:c32a1d4ab5d03f1284b67883e8d87530"
ARCHIVE_FOLDER = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"
META_FILE = "batches.meta.txt"
SOURCE_FILE = "SOURCE.txt"
PICTURES = 10_000  # per file
RECORD_BYTES = 1 + 3 * 32 * 32  # the label, then 1,024 red, 1,024 green and 1,024 blue, row by row
FILE_BYTES = PICTURES * RECORD_BYTES

# As published with the binary version; files from any other source are compared with these.
OFFICIAL_MD5 = {
    "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
    "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
    "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
    "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
    "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
    "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
}
VERIFIED = "CIFAR-10"
UNVERIFIED = "CIFAR-10, unverified copy (files put there by hand)"
_AGAIN = "Copy it there again, or remove the folder and download again."


@dataclass(frozen=True)
class DataStatus:
    """The result of `check`: `present` if CIFAR-10 is complete, otherwise `problem` says what is wrong.

    `folder` is where the files are, or should be.
    """

    present: bool
    problem: str
    folder: Path


def data_folder() -> Path:
    """Return the data folder: `CNN_LAB_DATA` if set, otherwise one in the user's cache."""
    return settings.data_folder() or Path(pooch.os_cache("cnn-lab"))


def batches_folder(folder: Path) -> Path:
    """Return the folder of the files: `cifar-10-batches-bin` in `folder`, or `folder` itself."""
    nested = folder / ARCHIVE_FOLDER
    direct = (folder / name for name in (*TRAIN_FILES, TEST_FILE))
    return folder if not nested.is_dir() and any(path.is_file() for path in direct) else nested


def by_hand(folder: Path | None = None) -> str:
    """Return the sentence that explains how to install the files without the app."""
    folder = folder or data_folder()
    return (
        f"By hand: download {URL}, unpack it, and put its folder {ARCHIVE_FOLDER} into {folder}, "
        "or let CNN_LAB_DATA name the folder that holds it."
    )


def check(folder: Path | None = None) -> DataStatus:
    """Check names, sizes, labels and class names of the files, and report the first problem.

    A file must have 30,730,000 bytes; the test file must contain 1,000 pictures of each class, the five
    training files together 5,000. The labels are read again only after a file has changed.
    """
    folder = folder or data_folder()
    batches = batches_folder(folder)
    try:
        problem = _missing(batches, folder) or _sizes(batches) or _labels(batches) or _class_names(batches)
    except OSError as error:
        problem = f"CIFAR-10 in {batches} cannot be read ({error.strerror}). Allow this user to read it."
    return DataStatus(not problem, problem, batches)


def source(batches: Path) -> str:
    """Return the name of this copy of CIFAR-10.

    It is "CIFAR-10" only for the published bytes, whatever their source; otherwise the first line of SOURCE.txt,
    at most 60 printable characters, or a note that the copy is unverified.
    """
    if is_official(batches):
        return VERIFIED
    try:
        with (batches / SOURCE_FILE).open(encoding="utf-8", errors="replace") as file:
            line = file.readline(1_000).strip()
    except OSError:
        return UNVERIFIED
    told = "".join(letter for letter in line if letter.isprintable())[:60].strip()
    return told if told and told != VERIFIED else UNVERIFIED


def checksums(batches: Path) -> list[str]:
    """Return the MD5s of the six files; they are read again only after they have changed.

    Raises:
        OSError: if one cannot be read.
    """
    return [_md5_now(batches / name) for name in OFFICIAL_MD5]


def is_official(batches: Path) -> bool:
    """Whether the six files have the published MD5s; they are read again only after they have changed."""
    try:
        return checksums(batches) == list(OFFICIAL_MD5.values())
    except OSError:
        return False


def _md5_now(path: Path) -> str:
    facts = path.stat()
    return _md5(path, facts.st_size, facts.st_mtime_ns, facts.st_ino)


@lru_cache(maxsize=64)
def _md5(path: Path, size: int, modified_ns: int, inode: int) -> str:
    """Return the MD5 of a file; the other arguments are only part of the cache key."""
    with path.open("rb") as file:
        return file_digest(file, "md5").hexdigest()


def _missing(batches: Path, folder: Path) -> str:
    missing = [name for name in (*TRAIN_FILES, TEST_FILE) if not (batches / name).is_file()]
    if len(missing) == len(TRAIN_FILES) + 1:
        return f"CIFAR-10 is not in {folder}: none of its six files is there. {by_hand(folder)}"
    if missing:
        return f"{', '.join(missing)} missing from {batches}: CIFAR-10 needs six files. {by_hand(folder)}"
    return ""


def _sizes(batches: Path) -> str:
    for name in (*TRAIN_FILES, TEST_FILE):
        size = (batches / name).stat().st_size
        if size != FILE_BYTES:
            fault = "short" if size < FILE_BYTES else "long"
            return (
                f"{name} in {batches} is too {fault}: it has {size:,} bytes, "
                f"{FILE_BYTES:,} are expected. {_AGAIN}"
            )
    return ""


def _labels(batches: Path) -> str:
    counts = {name: _label_counts(batches / name) for name in (*TRAIN_FILES, TEST_FILE)}
    for name, found in counts.items():
        if wrong := [label for label in range(len(CLASSES), 256) if found[label]]:
            return (
                f"{name} in {batches} is not a CIFAR-10 file: it has the label {wrong[0]}, "
                f"0 to {len(CLASSES) - 1} are expected. {_AGAIN}"
            )
    train = np.sum([counts[name] for name in TRAIN_FILES], axis=0)
    return _balance("The five training files", train, 5_000, batches) or _balance(
        TEST_FILE, np.array(counts[TEST_FILE]), 1_000, batches
    )


def _balance(what: str, counts: np.ndarray, expected: int, batches: Path) -> str:
    for label, name in enumerate(CLASSES):
        if counts[label] != expected:
            return (
                f"{what} in {batches} do not fit CIFAR-10: {counts[label]:,} pictures of the class {name}, "
                f"{expected:,} are expected. Copy the files there again, or remove them and download again."
            )
    return ""


def _class_names(batches: Path) -> str:
    meta = batches / META_FILE
    if not meta.is_file():
        return ""
    names = meta.read_bytes()[:1_000].decode("ascii", errors="replace").split()
    if names == list(CLASSES):
        return ""
    found, expected = " ".join(names)[:120], " ".join(CLASSES)
    return f"{META_FILE} in {batches} names {found!r}; {expected!r} is expected. {_AGAIN}"


def _label_counts(path: Path) -> tuple[int, ...]:
    facts = path.stat()
    return _count_labels(path, facts.st_size, facts.st_mtime_ns, facts.st_ino)


@lru_cache(maxsize=64)
def _count_labels(path: Path, size: int, modified_ns: int, inode: int) -> tuple[int, ...]:
    """Count each of the 256 values of the label bytes; the other arguments are only part of the cache key."""
    records = np.memmap(path, dtype=np.uint8, mode="r", shape=(PICTURES, RECORD_BYTES))
    return tuple(np.bincount(records[:, 0], minlength=256).tolist())
