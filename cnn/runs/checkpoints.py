"""Checkpoints: all that a training needs to go on exactly where it was, in one safetensors file.

A snapshot holds the weights, for people to look at; a checkpoint also holds what the optimiser remembers and
how far the loop is. The newest two are kept, so that one is left when a disk or a crash spoils the other.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.tensors import save
from cnn.runs.snapshots import SUFFIX, first_words, write_whole

FORMAT = "cnn-lab-checkpoint-1"
KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """A training, stopped in time.

    `arrays` are the variables of network and optimiser; `loop` is how far the training loop is, and `record`
    what had been written about it by then, both plain JSON.
    """

    step: int
    epoch: float
    arrays: Mapping[str, NDArray[Any]]
    loop: Mapping[str, Any]
    record: Mapping[str, Any] = field(default_factory=dict)


def checkpoint_paths(folder: Path) -> list[Path]:
    """Return the checkpoints in `folder`, oldest first."""
    return sorted(path for path in folder.glob(f"checkpoint-*{SUFFIX}") if path.is_file())


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whole, then remove all but the newest two.

    Raises:
        RunError: when the disk is full or the folder cannot be written; the ones before it are kept.
    """
    facts = {name: getattr(checkpoint, name) for name in ("step", "epoch", "loop", "record")}
    arrays = {name: np.asarray(array, order="C") for name, array in checkpoint.arrays.items()}
    metadata = {"format": FORMAT, "facts": to_json(facts)}
    write_whole(folder / f"checkpoint-{checkpoint.step:08d}{SUFFIX}", save(arrays, metadata=metadata))
    for path in checkpoint_paths(folder)[:-KEPT]:
        path.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint in `path`.

    Raises:
        RunError: for a file that is absent, cut, no checkpoint, or holds values that are no numbers.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise RunError(f"{path.name} is not a checkpoint of this program.")
            facts = json.loads(metadata["facts"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            checkpoint = Checkpoint(
                int(facts["step"]), float(facts["epoch"]), arrays, dict(facts["loop"]), dict(facts["record"])
            )
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path.name} cannot be read ({first_words(error)})") from error
    if bad := [name for name, array in arrays.items() if not _is_finite(array)]:
        raise RunError(f"{path.name} holds values in {bad[0]} that are no numbers")
    return checkpoint


def newest_checkpoint(
    folder: Path, check: Callable[[int], None] = lambda step: None
) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest checkpoint that can be read, or None, and what was wrong with newer ones.

    `check` is given the step of a checkpoint and raises a RunError where its state does not count.
    """
    problems: list[str] = []
    for path in reversed(checkpoint_paths(folder)):
        try:
            found = read_checkpoint(path)
            check(found.step)
            return found, problems
        except RunError as error:
            problems.append(str(error))
    return None, problems


def drop_older(folder: Path) -> None:
    """Remove all checkpoints but the newest."""
    for path in checkpoint_paths(folder)[:-1]:
        path.unlink(missing_ok=True)


def drop_after(folder: Path, step: int) -> None:
    """Remove the checkpoints of steps after `step`: they were found to be unreadable."""
    for path in checkpoint_paths(folder):
        if path.name > f"checkpoint-{step:08d}{SUFFIX}":
            path.unlink(missing_ok=True)


def _is_finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())
