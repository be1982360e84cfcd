"""Near duplicates: test pictures of CIFAR-10 that are almost the same as a training picture.

CIFAR-10 was collected from the web, where copies of a picture differ: cropped a little differently, mirrored,
in other colours (Barz and Denzler 2020, "Do we train on test data?", found them by eye). Here they are found
by a rule that anybody can run again, `find`; its result for the official files is in
`cifar10_duplicates.json`. The list is valid only for these files, so their MD5 is compared.

The rule: of every test picture, as it is and mirrored, the ten training pictures with the most similar colours
(correlation of 16×16 pixels) are candidates. A candidate's fine structure (grey, minus the mean of the 5×5
pixels around) is compared with that of the test picture, shifted by up to three pixels each way; the highest
correlation is the similarity. From `THRESHOLD` on, the two count as duplicates.
"""

import functools
import json
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.layout import RECORD_BYTES, TRAIN_FILES, batches_folder, data_folder
from cnn.evaluation.evaluations import Evaluation

FILE = Path(__file__).with_name("cifar10_duplicates.json")
PER_FILE = 10_000
CANDIDATES = 10
REACH = 3
BLUR = 2
CHUNK = 500
THRESHOLD = 0.7


@dataclass(frozen=True, eq=False)
class Duplicates:
    """`test` and `train` (pairs,), int64, are indices into the test file and into the five training files, one after
    another; `likeness` (pairs,) is the similarity, from the threshold to 1, `mirrored` (pairs,) bool. Most similar
    first.
    """

    test: NDArray[np.int64]
    train: NDArray[np.int64]
    likeness: NDArray[np.float64]
    mirrored: NDArray[np.bool_]


def of_test(shown: Evaluation) -> Duplicates | None:
    """Return the duplicates of the test pictures of an evaluation.

    None if there is no list for the files that are here now, or the evaluation was made of fewer pictures.
    """
    if shown.dataset != "cifar10" or shown.part != "test":
        return None
    found = known(batches_folder(data_folder()))
    return None if found is None or found.test.max(initial=-1) >= shown.total else found


def known(batches: Path) -> Duplicates | None:
    """Return the list for the files in a folder; None if they are not the official ones."""
    stamps = []
    for name in sorted(_listed()["files"]):
        try:
            facts = (batches / name).stat()
        except OSError:
            return None
        stamps.append((name, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return _listed_pairs() if _official(batches, tuple(stamps)) else None


@functools.cache
def _listed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_bytes())
    return found


@functools.cache
def _listed_pairs() -> Duplicates:
    rows: list[list[float]] = _listed()["pairs"]
    test, train, likeness, mirrored = (np.array(column) for column in zip(*rows, strict=True))
    return Duplicates(test.astype(np.int64), train.astype(np.int64), likeness, mirrored.astype(bool))


@functools.lru_cache(maxsize=4)
def _official(batches: Path, stamps: tuple[tuple[str, int, int, int], ...]) -> bool:
    """Whether the files have the MD5 of the list; `stamps` changes with the files and is only a key of the cache."""
    expected: dict[str, str] = _listed()["files"]
    return all(md5(batches / name) == expected[name] for name, *_ in stamps)


def md5(path: Path) -> str:
    """Return the MD5 of a file, which identifies the official files of CIFAR-10."""
    with path.open("rb") as file:
        return file_digest(file, "md5").hexdigest()


def training_pictures(
    batches: Path, numbers: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return pictures (n, 32, 32, 3) and labels (n,) of the training files, by their index from 0 to 49,999."""
    shape = (PER_FILE, RECORD_BYTES)
    files = [np.memmap(batches / name, dtype=np.uint8, mode="r", shape=shape) for name in TRAIN_FILES]
    records = np.stack([files[number // PER_FILE][number % PER_FILE] for number in numbers.tolist()])
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), records[:, 0].astype(np.int64)


def find(
    test: NDArray[np.uint8], train: NDArray[np.uint8], threshold: float = THRESHOLD
) -> list[tuple[int, int, float, bool]]:
    """Return test picture, training picture, similarity and whether it is mirrored, of all pairs, most similar first.

    One pair per test picture: the most similar. About three minutes on two cores for all of CIFAR-10.

    Args:
        test: (n, 32, 32, 3), uint8.
        train: (m, 32, 32, 3), uint8.
        threshold: the least similarity.
    """
    colours, structure = _colours(train), _structure(train)
    count = min(CANDIDATES, len(train))
    best: dict[int, tuple[float, int, bool]] = {}
    for mirrored in (False, True):
        asked = test[:, :, ::-1] if mirrored else test
        for start in range(0, len(asked), CHUNK):
            part = asked[start : start + CHUNK]
            likes = _colours(part) @ colours.T
            near = np.argpartition(-likes, count - 1, axis=1)[:, :count]
            found = _laid_over(np.repeat(_structure(part), count, 0), structure[near.ravel()])
            found = found.reshape(len(part), count)
            for row, column in enumerate(found.argmax(axis=1)):
                likeness, number = float(found[row, column]), start + row
                if likeness >= threshold and likeness > best.get(number, (0.0,))[0]:
                    best[number] = (likeness, int(near[row, column]), mirrored)
    pairs = [(number, other, likeness, flag) for number, (likeness, other, flag) in best.items()]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0]))


def _unit(rows: NDArray[np.float32], least: float) -> NDArray[np.float32]:
    """Return rows (n, numbers) with mean 0 and length 1; constant rows stay shorter."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), least)
    return unit


def _colours(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures at half the size as rows of unit length."""
    halves = pictures.reshape(len(pictures), 16, 2, 16, 2, 3).mean(axis=(2, 4), dtype=np.float32)
    return _unit(halves.reshape(len(pictures), -1), 1e-6)


def _structure(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return grey pictures minus the mean of the 5×5 pixels around each, (n, 32, 32)."""
    grey = pictures.mean(axis=3, dtype=np.float32)
    side = 2 * BLUR + 1
    sums = np.pad(grey, ((0, 0), (BLUR, BLUR), (BLUR, BLUR)), mode="edge").astype(np.float64)
    sums = np.pad(sums.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    boxes = sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]
    fine: NDArray[np.float32] = (grey - boxes / side**2).astype(np.float32)
    return fine


def _laid_over(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the highest correlation of the middle of `first` with `second` (n, 32, 32) over 49 shifts."""
    size = first.shape[1] - 2 * REACH
    middle = _unit(first[:, REACH:-REACH, REACH:-REACH].reshape(len(first), -1), 1e-3)
    best = np.full(len(first), -1, np.float32)
    for down in range(2 * REACH + 1):
        for right in range(2 * REACH + 1):
            moved = second[:, down : down + size, right : right + size].reshape(len(second), -1)
            best = np.maximum(best, (middle * _unit(moved, 1e-3)).sum(axis=1))
    return best
