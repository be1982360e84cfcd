"""Reads CIFAR-10 in the formats of other programs, each into the records of its binary version.

Records are uint8 (pictures, 3073): the label, then the red, the green and the blue plane.
"""

import io
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cnn.core.errors import DataError
from cnn.data.array_record import records as array_records
from cnn.data.array_record import varint
from cnn.data.batch_pickle import MAX_BYTES as MAX_BATCH_BYTES
from cnn.data.batch_pickle import read_batch
from cnn.data.classes import CLASSES
from cnn.data.layout import FILE_BYTES, RECORD_BYTES, TEST_FILE, TRAIN_FILES

if TYPE_CHECKING:
    import pyarrow

PYTHON_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
# As the official page, torchvision, and Keras's versions call them.
ARCHIVES = (
    "cifar-10-binary.tar.gz",
    "cifar-10-python.tar.gz",
    "cifar-10-batches-py.tar.gz",
    "cifar-10-batches-py-target_archive",
)
SPLITS = ("train", "test")
MAX_PICTURES = {"train": 50_000, "test": 10_000}
# Programs that shrink PNGs store grey pictures as grey and few colours as a palette; others add opacity.
PNG_MODES = ("RGB", "RGBA", "L", "LA", "P", "1")
MAX_PNG_BYTES = 8_000  # 32×32 RGB has 3,072 uncompressed, plus headers
MAX_TABLE_BYTES = 400_000_000  # a Parquet or TFRecord file of all pictures has about 120 MB
FOLDERS, LEVELS = 500, 4  # limits of the search

KNOWN = (
    "Known are the binary and the python version of CIFAR-10, as archives or unpacked (Keras and torchvision keep the "
    "latter), TFDS, Hugging Face's parquet and Arrow files, and PNGs in folders train/CLASS and test/CLASS."
)

Records = NDArray[np.uint8]


@dataclass(frozen=True)
class Container:
    """A copy of CIFAR-10: its format, its path, and the function that reads training and test records."""

    title: str
    path: Path
    read: Callable[[Path], tuple[Records, Records]]


def find(path: Path) -> Container:
    """Return the container at `path`, or the first one in the folders below it; an archive only if nothing is unpacked.

    Raises:
        DataError: if there is none; it names the known formats.
    """
    if not path.exists():
        raise DataError(f"There is no folder or file {path}. Give the path of a copy of CIFAR-10.")
    if path.is_file():
        return Container("an archive", path, _read_archive)
    for folder in _folders(path):
        names = _names(folder)
        for title, fits, read in FORMS:
            if fits(folder, names):
                return Container(title, folder, read)
    for folder in _folders(path):
        for name in ARCHIVES:
            if (folder / name).is_file():
                return Container("an archive", folder / name, _read_archive)
    raise DataError(f"There is no CIFAR-10 in {path}. {KNOWN}")


def _folders(path: Path) -> Iterator[Path]:
    """Yield a folder and its subfolders, breadth first, no symbolic links, at most `FOLDERS`."""
    level = [path]
    left = FOLDERS
    for _ in range(LEVELS):
        below: list[Path] = []
        for folder in level[:left]:
            yield folder
            left -= 1
            try:
                below += sorted(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink())[:FOLDERS]
            except OSError:
                continue
        level = below


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except OSError:
        return frozenset()


def _bytes(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise DataError(f"{path} has {size:,} bytes, more than the {most:,} of any file of CIFAR-10.")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


# The two official versions, unpacked or not


def _read_binary(folder: Path) -> tuple[Records, Records]:
    return _joined(lambda name: _binary_records(_bytes(folder / name, FILE_BYTES), name), binary=True)


def _read_python(folder: Path) -> tuple[Records, Records]:
    return _joined(lambda name: _python_records(_bytes(folder / name, MAX_BATCH_BYTES), name), binary=False)


def _joined(records: Callable[[str], Records], binary: bool) -> tuple[Records, Records]:
    *train, test = (*TRAIN_FILES, TEST_FILE) if binary else PYTHON_FILES
    return np.concatenate([records(name) for name in train]), records(test)


def _binary_records(content: bytes, name: str) -> Records:
    if len(content) != FILE_BYTES:
        raise DataError(f"{name} has {len(content):,} bytes; a file of CIFAR-10 has {FILE_BYTES:,}.")
    return np.frombuffer(content, np.uint8).reshape(-1, RECORD_BYTES)


def _python_records(content: bytes, name: str) -> Records:
    planes, labels = read_batch(content, name)
    return np.hstack([labels[:, None], planes])


def _read_archive(path: Path) -> tuple[Records, Records]:
    """Return the records of the archive of either version; a member's name is never used as a path."""
    binary, python = {*TRAIN_FILES, TEST_FILE}, set(PYTHON_FILES)
    found: dict[str, Records] = {}
    try:
        with tarfile.open(path, "r:*") as members:
            for count, member in enumerate(members):
                name = member.name.rpartition("/")[2]
                if count > FOLDERS or name in found:
                    raise DataError(f"{path} holds more than CIFAR-10's archives do; it was not imported.")
                if not member.isreg() or name not in binary | python:
                    continue
                if member.size > MAX_BATCH_BYTES:
                    raise DataError(
                        f"{name} in {path} is larger than any file of CIFAR-10; it was not imported."
                    )
                file = members.extractfile(member)
                assert file is not None  # a regular file always has content
                content = file.read(MAX_BATCH_BYTES)
                found[name] = (_binary_records if name in binary else _python_records)(content, name)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        told = str(error).partition("\n")[0].rstrip(":")  # the rest lists every kind of compression
        raise DataError(
            f"{path} is not an archive that can be read ({told}). Unpack a ZIP and give its folder; of tables, too, "
            f"give the folder. {KNOWN}"
        ) from error
    for names in (binary, python):
        if names <= set(found):
            return _joined(found.__getitem__, binary=names is binary)
    raise DataError(
        f"{path} is not an archive of CIFAR-10's binary or python version: neither's six files are in it."
    )


# Folders of PNGs, TFDS, Parquet: pictures one by one


def _collected(pictures: Iterator[tuple[int, bytes]], split: str) -> Records:
    """Return the records of labelled PNGs, at most as many as CIFAR-10 has."""
    rows: list[Records] = []
    for label, content in pictures:
        if len(rows) == MAX_PICTURES[split]:
            raise DataError(f"There are more than the {MAX_PICTURES[split]:,} {split} pictures of CIFAR-10.")
        if not 0 <= label < len(CLASSES):
            raise DataError(f"A {split} picture has the label {label}; CIFAR-10 has 0 to {len(CLASSES) - 1}.")
        planes = _png(content).transpose(2, 0, 1).reshape(-1)
        rows.append(np.concatenate([np.array([label], np.uint8), planes]))
    return np.stack(rows) if rows else np.zeros((0, RECORD_BYTES), np.uint8)


def _png(content: bytes) -> NDArray[np.uint8]:
    """Decode a PNG of 32×32 RGB; its size is checked before its pixels are read."""
    if len(content) > MAX_PNG_BYTES:
        raise DataError(f"A picture has {len(content):,} bytes; one of CIFAR-10 as PNG has at most 3,200.")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.size != (32, 32) or image.mode not in PNG_MODES:
                raise DataError(f"A picture is {image.mode} {image.size[0]}×{image.size[1]}, not RGB 32×32.")
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError("A picture is not a PNG that can be read.") from error


def _read_folders(folder: Path) -> tuple[Records, Records]:
    train, test = (_collected(_pngs(folder, split), split) for split in SPLITS)
    if not len(train) or not len(test):
        raise DataError(
            f"In {folder}, train/CLASS or test/CLASS has no PNG files. Pictures of another format are not read."
        )
    return train, test


def _pngs(folder: Path, split: str) -> Iterator[tuple[int, bytes]]:
    for label, name in enumerate(CLASSES):
        for path in sorted((folder / split / name).glob("*.png")):
            yield label, _bytes(path, MAX_PNG_BYTES)


def _read_parquet(folder: Path) -> tuple[Records, Records]:
    return _tables(folder, "{split}*.parquet")


def _read_converted(folder: Path) -> tuple[Records, Records]:
    return _tables(folder, "{split}/*.parquet")


def _read_saved(folder: Path) -> tuple[Records, Records]:
    return _tables(folder, "{split}/data-*.arrow")


def _read_arrow(folder: Path) -> tuple[Records, Records]:
    return _tables(folder, "cifar10-{split}*.arrow")


def _tables(folder: Path, pattern: str) -> tuple[Records, Records]:
    train, test = (
        _collected(_rows(sorted(folder.glob(pattern.format(split=split)))), split) for split in SPLITS
    )
    return train, test


def _rows(paths: Sequence[Path]) -> Iterator[tuple[int, bytes]]:
    """Yield (label, PNG) of tables of Hugging Face."""
    import pyarrow

    for path in paths:
        try:
            if path.stat().st_size > MAX_TABLE_BYTES:
                raise DataError(f"{path} is larger than CIFAR-10 as a table; it was not imported.")
            for batch in _batches(path):
                names = batch.schema.names
                image = "img" if "img" in names else "image"
                for row in batch.select([image, "label"]).to_pylist():
                    if (content := row[image]["bytes"]) is None:
                        raise DataError(
                            f"{path} has only the paths of its pictures, as to_parquet writes it of a folder of "
                            "pictures. Give that folder, or what save_to_disk writes."
                        )
                    yield int(row["label"]), bytes(content)
        except (pyarrow.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
            raise DataError(
                f"{path} does not have the columns img and label of CIFAR-10 as Hugging Face keeps it."
            ) from error


def _batches(path: Path) -> "Iterator[pyarrow.RecordBatch]":
    """Yield the rows of a parquet file or an Arrow stream, at most 1,000 at once."""
    import pyarrow
    import pyarrow.parquet

    if path.suffix == ".parquet":
        with pyarrow.parquet.ParquetFile(path) as table:
            yield from table.iter_batches(1_000)
    else:
        with pyarrow.memory_map(str(path)) as file, pyarrow.ipc.open_stream(file) as stream:
            for batch in stream:
                yield from (batch.slice(start, 1_000) for start in range(0, batch.num_rows, 1_000))


def _read_tfds(folder: Path) -> tuple[Records, Records]:
    return _of_tfds(folder, "tfrecord", _tfrecords)


def _read_array_records(folder: Path) -> tuple[Records, Records]:
    return _of_tfds(folder, "array_record", array_records)


def _of_tfds(folder: Path, ending: str, read: Callable[[bytes], Iterator[bytes]]) -> tuple[Records, Records]:
    train, test = (
        _collected(_examples(sorted(folder.glob(f"cifar10-{split}.{ending}*")), split, read), split)
        for split in SPLITS
    )
    return train, test


def _examples(
    paths: Sequence[Path], split: str, read: Callable[[bytes], Iterator[bytes]]
) -> Iterator[tuple[int, bytes]]:
    """Yield the pictures of TFDS in the order of their ids, train_00000 and so on, which is the official order."""
    found: list[tuple[bytes, int, bytes]] = []
    for path in paths:
        content = _bytes(path, MAX_TABLE_BYTES)
        try:
            for message in read(content):
                features = _features(message)
                label = varint(features["label"], 0)[0]
                found.append((features.get("id", b""), label, features["image"]))
                if len(found) > MAX_PICTURES[split]:
                    raise DataError(f"{path} holds more pictures than CIFAR-10.")
        except (struct.error, KeyError, IndexError, ValueError, OSError) as error:
            raise DataError(f"{path} is not a file of TFDS's cifar10.") from error
    for _, label, image in sorted(found, key=lambda row: row[0]):
        yield label, image


def _tfrecords(content: bytes) -> Iterator[bytes]:
    """Yield the messages of a TFRecord file: length, checksum, message, checksum."""
    place = 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        if length > len(content) - place:
            raise ValueError("cut")
        yield content[place + 12 : place + 12 + length]
        place += 16 + length


def _features(example: bytes) -> dict[str, bytes]:
    """Return the single values of a `tf.train.Example`: bytes unchanged, integers as varint."""
    found: dict[str, bytes] = {}
    for _, features in _fields(example):
        for _, entry in _fields(features):
            parts = dict(_fields(entry))  # 1: name, 2: feature
            for _, values in _fields(parts[2]):  # a list of bytes or of integers
                found[parts[1].decode()] = dict(_fields(values))[1]
    return found


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, content) of the fields of a protocol buffer; an integer is yielded as its varint bytes."""
    place = 0
    while place < len(message):
        key, place = varint(message, place)
        if key & 7 == 0:
            start = place
            _, place = varint(message, place)
            yield key >> 3, message[start:place]
        elif key & 7 == 2:
            length, place = varint(message, place)
            if length > len(message) - place:
                raise ValueError("cut")
            yield key >> 3, message[place : place + length]
            place += length
        else:
            raise ValueError("another kind of field")


def _has(*wanted: str) -> Callable[[Path, frozenset[str]], bool]:
    return lambda folder, names: set(wanted) <= names


def _starts(*wanted: str) -> Callable[[Path, frozenset[str]], bool]:
    return lambda folder, names: all(any(name.startswith(start) for name in names) for start in wanted)


def _has_tables(pattern: str) -> Callable[[Path, frozenset[str]], bool]:
    return lambda folder, names: all(any(folder.glob(pattern.format(split=split))) for split in SPLITS)


def _has_classes(folder: Path, names: frozenset[str]) -> bool:
    return set(SPLITS) <= names and all((folder / split / CLASSES[0]).is_dir() for split in SPLITS)


FORMS: Sequence[
    tuple[str, Callable[[Path, frozenset[str]], bool], Callable[[Path], tuple[Records, Records]]]
] = (
    ("the binary version", _has(*TRAIN_FILES, TEST_FILE), _read_binary),
    ("the python version, as Keras and torchvision keep it", _has(*PYTHON_FILES), _read_python),
    ("TFDS", _starts("cifar10-train.tfrecord", "cifar10-test.tfrecord"), _read_tfds),
    (
        "TFDS's ArrayRecord files",
        _starts("cifar10-train.array_record", "cifar10-test.array_record"),
        _read_array_records,
    ),
    ("Hugging Face's parquet files", _has_tables("{split}*.parquet"), _read_parquet),
    (
        "Hugging Face's parquet files, converted by it",
        _has_tables("{split}/*.parquet"),
        _read_converted,
    ),
    ("Hugging Face's cache of Arrow files", _has_tables("cifar10-{split}*.arrow"), _read_arrow),
    ("what Hugging Face's save_to_disk wrote", _has_tables("{split}/data-*.arrow"), _read_saved),
    ("PNGs in folders", _has_classes, _read_folders),
)
