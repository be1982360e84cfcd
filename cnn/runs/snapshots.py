"""Weights on disk: safetensors files, checked against the spec before a byte of data is read.

No pickle and no code is ever loaded. A file's header is JSON: names, types, shapes, and metadata.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from cnn.core.errors import OverflowsError, RunError
from cnn.core.tensors import save
from cnn.network.forward import check_pass, check_weights
from cnn.network.spec import NetworkSpec

SUFFIX = ".safetensors"
KEPT = 20
PART = ".part-"
PART_SECONDS = 60.0


@dataclass(frozen=True)
class Snapshot:
    """One saved state of the weights; `epoch` counts from 0, before training, and may be fractional."""

    path: Path
    step: int
    epoch: float


def snapshot_path(folder: Path, step: int, epoch: float) -> Path:
    """Return the file of a snapshot; its name contains step and epoch, so that a list needs no reading."""
    return folder / f"step-{step:08d}-epoch-{epoch:.3f}{SUFFIX}"


def list_snapshots(folder: Path) -> list[Snapshot]:
    """Return the snapshots in `folder`, oldest first; other files are ignored."""
    found = []
    for path in folder.glob(f"step-*-epoch-*{SUFFIX}"):
        parts = path.name.removesuffix(SUFFIX).split("-")
        try:
            found.append(Snapshot(path, int(parts[1]), float(parts[3])))
        except (IndexError, ValueError):
            continue
    return sorted(found, key=lambda snapshot: snapshot.step)


def to_thin(
    snapshots: Sequence[Snapshot], best_step: Callable[[], int | None], kept: int = KEPT
) -> list[Snapshot]:
    """Return the snapshots to remove so that `kept` are left: first, last, best, and evenly in between.

    One at a time, the one whose neighbours are closest together is removed.

    Args:
        snapshots: oldest first.
        best_step: returns the step of the best one; called only if there are too many.
        kept: the number to keep, at least 3.
    """
    left, gone = list(snapshots), []
    best = best_step() if len(left) > kept else None
    while len(left) > kept:
        inner = [i for i in range(1, len(left) - 1) if left[i].step != best]
        closest = min(inner, key=lambda i: left[i + 1].step - left[i - 1].step)
        gone.append(left.pop(closest))
    return gone


def write_weights(path: Path, weights: Mapping[str, NDArray[Any]]) -> None:
    """Write weights so that the file is either complete or missing.

    Raises:
        RunError: when the disk is full or the folder cannot be written.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in weights.items()}
    write_whole(path, save(arrays, metadata={"format": "cnn-lab-1"}))


def read_weights(path: Path, network: NetworkSpec) -> dict[str, NDArray[np.float32]]:
    """Return the weights in `path` as float32, after comparing the header with what `network` needs.

    Raises:
        RunError: for a file that is missing, truncated, not safetensors, or of another network.
        OverflowsError: if the weights, or a forward pass of a few pictures, are not finite.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            check_weights(network, {name: tuple(part.get_shape()) for name, part in parts.items()})
            if wrong := [name for name, part in parts.items() if part.get_dtype() not in ("F32", "F16")]:
                raise RunError(f"{wrong[0]} in {path.name} is not float32 or float16.")
            weights = {name: file.get_tensor(name).astype(np.float32) for name in parts}
    except (OSError, SafetensorError, ValueError) as error:
        raise RunError(f"The snapshot {path.name} cannot be read ({first_words(error)}).") from error
    if bad := [name for name, array in weights.items() if not np.isfinite(array).all()]:
        raise OverflowsError(bad[0].split("/")[0], _where(path))
    check_pass(network, weights, _where(path))
    return weights


def _where(path: Path) -> str:
    """Return step and epoch from the name of a snapshot: " at step 120 (epoch 2)"."""
    parts = path.name.removesuffix(SUFFIX).split("-")
    try:
        return f" at step {int(parts[1]):,} (epoch {float(parts[3]):g})"
    except (IndexError, ValueError):
        return f" in {path.name}"


def sweep_parts(folder: Path) -> None:
    """Remove the unfinished files of killed processes: those older than a minute."""
    for path in (*folder.glob(f"{PART}*"), *folder.glob(f"*/{PART}*")):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - PART_SECONDS:
                path.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Write a temporary file and rename it, so that the file is written completely or not at all.

    Raises:
        RunError: when it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PART, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise RunError(
            f"{path.name} cannot be written: {error.strerror}. Free some space, or change the permissions."
        ) from error


def first_words(error: Exception) -> str:
    """Return the first line of an error, short enough for a sentence."""
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
