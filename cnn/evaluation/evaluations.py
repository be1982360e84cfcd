"""An evaluation: the scores of a network for all validation or all test pictures, stored with its snapshot.

Only scores are stored: accuracy, confusion, calibration, the pictures of a cell
and the comparison with another network are computed from them in milliseconds, so they cannot disagree.

    RUN/evaluations/KEY-DATASET-PART.safetensors      scores float32 (pictures, 10), labels uint8 (pictures,)
    HOME/evaluations/NAME/…                           the same for a pretrained network
"""

import contextlib
import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from cnn import data
from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.settings import home_folder, models_folder
from cnn.core.tensors import save
from cnn.data import layout
from cnn.evaluation.calibration import fit_temperature, with_temperature
from cnn.evaluation.metrics import confusion, wilson
from cnn.runs.run import Run
from cnn.runs.snapshots import Snapshot, write_whole

PARTS = ("validation", "test")
KEPT_FILES = 40  # per run: two parts of twenty snapshots
SAMPLED = 64  # test pictures that are compared to distinguish copies of a data set, such as one through JPEG


@dataclass(frozen=True, eq=False)
class Evaluation:
    """`scores` are float32 (pictures, 10), before softmax, `labels` int64 (pictures,), both in the order of
    the data set. `part` is "validation" or "test", `source` says which copy of the data set it was.
    """

    dataset: str
    part: str
    source: str
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]

    @functools.cached_property
    def said(self) -> NDArray[np.int64]:
        """The predicted classes, int64 (pictures,)."""
        return np.asarray(self.scores.argmax(axis=1))

    @functools.cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """The softmax of the scores, float32 (pictures, 10)."""
        return with_temperature(self.scores, 1.0)

    @property
    def correct(self) -> int:
        """The number of pictures that were classified correctly."""
        return int((self.said == self.labels).sum())

    @property
    def total(self) -> int:
        """The number of pictures."""
        return len(self.labels)

    @property
    def accuracy(self) -> float:
        """The share that was classified correctly, from 0 to 1."""
        return self.correct / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy (Wilson)."""
        return wilson(self.correct, self.total)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 10), true class by row."""
        return confusion(self.labels, self.said)

    @functools.cached_property
    def temperature(self) -> float:
        """The temperature fitted to these pictures; to be used on other pictures."""
        return fit_temperature(self.scores, self.labels)

    def same_pictures(self, other: "Evaluation") -> bool:
        """Whether both have the same pictures in the same order.

        The copy of the data set is part of the file names, so evaluations of another copy are never read. The
        text of `source` may change for the same copy, for example when a folder is verified.
        """
        mine, theirs = (self.dataset, self.part), (other.dataset, other.part)
        return mine == theirs and np.array_equal(self.labels, other.labels)


def newest_snapshot(run: Run) -> Snapshot:
    """Return the newest saved state of a run.

    Raises:
        RunError: if nothing has been saved yet.
    """
    snapshots = run.snapshots()
    if not snapshots:
        raise RunError(
            f"{run.name or run.id} has no saved weights yet; the first are saved as soon as its training begins."
        )
    return snapshots[-1]


def read_evaluation(run: Run, snapshot: Snapshot, dataset: str, part: str) -> Evaluation | None:
    """Return the stored evaluation, None if there is none or it cannot be read.

    Raises:
        DataError: if the data set is missing.
        RunError: if the snapshot is missing.
    """
    path = _path(run, snapshot, dataset, part)
    try:
        stamp = path.stat()
        return _read(path, dataset, part, stamp.st_mtime_ns)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None


@functools.lru_cache(maxsize=64)  # of 480 KB each
def _read(path: Path, dataset: str, part: str, _modified: int) -> Evaluation:
    with safe_open(path, framework="numpy") as file:
        facts = json.loads(file.metadata()["facts"])
        scores, labels = file.get_tensor("scores"), file.get_tensor("labels").astype(np.int64)
    fits = scores.shape == (len(labels), len(data.CLASSES)) and scores.dtype == np.float32 and len(labels)
    if not fits or not np.isfinite(scores).all() or labels.max() >= len(data.CLASSES):
        raise ValueError("this is not an evaluation")
    return Evaluation(dataset, part, str(facts["source"]), scores, labels)


def write_evaluation(run: Run, snapshot: Snapshot, found: Evaluation) -> None:
    """Store an evaluation with its snapshot.

    Raises:
        RunError: if it cannot be written, or the run was deleted.
        DataError: if the data set is missing.
    """
    path = _path(run, snapshot, found.dataset, found.part)
    if not run.folder.is_dir():
        raise RunError(f"The run {run.name or run.id} was deleted; its evaluation is not stored.")
    arrays: dict[str, NDArray[Any]] = {
        "scores": np.ascontiguousarray(found.scores),
        "labels": found.labels.astype(np.uint8),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"The evaluation cannot be stored: {error.strerror}.") from error
    write_whole(path, save(arrays, metadata={"facts": to_json({"source": found.source})}))
    kept = sorted(path.parent.glob("*.safetensors"), key=lambda other: other.stat().st_mtime)
    for old in kept[:-KEPT_FILES]:
        with contextlib.suppress(OSError):
            old.unlink()


def missing_parts(run: Run, snapshot: Snapshot, dataset: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Return which of `parts` have not been evaluated yet."""
    return tuple(part for part in parts if read_evaluation(run, snapshot, dataset, part) is None)


def _path(run: Run, snapshot: Snapshot, dataset: str, part: str) -> Path:
    if run.folder.parent == models_folder():  # a pretrained network, into whose folder nothing may be written
        folder = home_folder() / "evaluations" / run.id
    else:
        folder = run.folder / "evaluations"
    return folder / f"{_key(snapshot, dataset)}-{dataset}-{part}.safetensors"


def _key(snapshot: Snapshot, dataset: str) -> str:
    """Return a key that changes with the weights and with the copy of the data set."""
    try:
        found = snapshot.path.stat()
    except OSError as error:
        raise RunError(f"The snapshot {snapshot.path.name} no longer exists.") from error
    return _hash(
        snapshot.path, found.st_mtime_ns, found.st_size, _copy_of(dataset, str(layout.data_folder()))
    )


@functools.lru_cache(maxsize=1024)
def _hash(path: Path, _modified: int, _size: int, copy: str) -> str:
    return hashlib.blake2b(path.read_bytes() + copy.encode(), digest_size=8).hexdigest()


@functools.lru_cache(maxsize=4)
def _copy_of(dataset: str, _folder: str) -> str:
    pictures = data.test_pictures(dataset, range(SAMPLED))
    return hashlib.blake2b(pictures.tobytes(), digest_size=8).hexdigest()
