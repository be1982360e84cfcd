"""Checkpoints: everything that training needs to continue exactly, in one safetensors file.

A snapshot contains the weights, for inspection; a checkpoint also contains the state of the optimiser and
of the training loop. The newest two are kept, so that one is left if a disk or a crash damages the other.
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
    """The full state of a training at one step.

    `arrays` are the variables of network and optimiser; `loop` is the state of the training loop, and `record`
    that of the recorder, both plain JSON.
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
    """Write a checkpoint, whole or not at all, then remove all but the newest two.

    Raises:
        RunError: if the disk is full or the folder cannot be written; earlier checkpoints are kept.
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
        RunError: for a file that is missing, truncated, not a checkpoint, or has values that are not finite.
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
        raise RunError(f"{path.name} has values in {bad[0]} that are not finite")
    return checkpoint


def newest_checkpoint(
    folder: Path, check: Callable[[int], None] = lambda step: None
) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest usable checkpoint, or None, and the errors of newer ones.

    `check` gets the step of a checkpoint and raises a RunError if that state must not be used.
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
    """Remove the checkpoints of steps after `step`, which turned out to be unreadable."""
    for path in checkpoint_paths(folder):
        if path.name > f"checkpoint-{step:08d}{SUFFIX}":
            path.unlink(missing_ok=True)


def _is_finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())
