"""Out-of-distribution detection: the distance of a picture's channel means from those of training pictures.

Each map of each activation is averaged to one number; together they say how strongly a picture activates
every filter, from the first edges to the last features. Over the training pictures these numbers vary much
along some directions and little along others. The distance is measured in units of the standard deviation of
each direction: the Mahalanobis distance, as in Lee et al. 2018 ("A simple unified framework for detecting
out-of-distribution samples"), along the principal directions; the others are treated together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from cnn.core.tensors import save
from cnn.network.ops import Array
from cnn.network.spec import NetworkSpec
from cnn.network.summary import walk
from cnn.runs.snapshots import write_whole

FILE = "typical.safetensors"
DIRECTIONS = 64
SMALLEST_SPREAD = 1e-6  # for a number that never varies
LEAST_SHARE = 1e-4  # of the mean variance: the least variance that a direction counts with


@dataclass(frozen=True, eq=False)
class Typical:
    """`mean` and `spread` are float32 (numbers,), `directions` (numbers, kept), `variances` (kept,), `rest`
    (1,).

    The numbers are divided by their spread before the directions apply; `rest` is the mean variance along
    all other directions.
    """

    mean: Array
    spread: Array
    directions: Array
    variances: Array
    rest: Array

    @classmethod
    def of(cls, rows: Array) -> Self:
        """Return the statistics of rows (pictures, numbers) of training pictures; there must be two or more."""
        mean, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), SMALLEST_SPREAD)
        scaled = ((rows - mean) / spread).astype(np.float64)
        variances, directions = np.linalg.eigh(scaled.T @ scaled / len(rows))
        variances, directions = variances[::-1], directions[:, ::-1]
        least = LEAST_SHARE * variances.mean()
        kept = min(DIRECTIONS, len(variances))
        rest = max(float(variances[kept:].mean()) if kept < len(variances) else 1.0, least)
        parts = (mean, spread, directions[:, :kept], np.maximum(variances[:kept], least), [rest])
        return cls(*(np.ascontiguousarray(part, np.float32) for part in parts))

    def distance(self, rows: Array) -> Array:
        """Return the distances of rows (pictures, numbers), (pictures,).

        Of training pictures it is 1 on average, and less where numbers never vary or follow from others: 0.8 if two
        of ten do.
        """
        scaled = (rows - self.mean) / self.spread
        along = scaled @ self.directions
        left = np.maximum((scaled**2).sum(axis=1) - (along**2).sum(axis=1), 0)
        return np.asarray(((along**2 / self.variances).sum(axis=1) + left / self.rest[0]) / rows.shape[1])

    def write(self, folder: Path) -> None:
        """Store it with its run.

        Raises:
            RunError: if it cannot be written.
        """
        write_whole(folder / FILE, save(dict(vars(self))))

    @classmethod
    def read(cls, folder: Path, network: NetworkSpec) -> Self | None:
        """Return the statistics stored with a run of `network`; None if there are none, or none that fit it."""
        try:
            found = cls(**load((folder / FILE).read_bytes()))
        except (OSError, SafetensorError, ValueError, TypeError):
            return None
        return found if found._fits(number_count(network)) else None

    def _fits(self, numbers: int) -> bool:
        kept = min(DIRECTIONS, numbers)
        shapes = [(numbers,), (numbers,), (numbers, kept), (kept,), (1,)]
        arrays: list[NDArray[Any]] = list(vars(self).values())
        right = all(
            array.shape == shape and array.dtype == np.float32 and bool(np.isfinite(array).all())
            for array, shape in zip(arrays, shapes, strict=True)
        )
        return right and all((part > 0).all() for part in (self.spread, self.variances, self.rest))


def summarised_layers(network: NetworkSpec) -> tuple[str, ...]:
    """Return the layers whose maps are averaged: activations, or convolutions in a network without any."""
    table = [row for row in walk(network) if len(row.shape) == 3]
    activations = tuple(row.layer.name for row in table if row.layer.is_activation)
    return activations or tuple(
        row.layer.name for row in table if row.layer.computes and not row.layer.is_thin
    )


def number_count(network: NetworkSpec) -> int:
    """Return how many numbers `summary` gives: one per map."""
    table = {row.layer.name: row for row in walk(network)}
    return sum(table[name].shape[-1] for name in summarised_layers(network))


def summary(network: NetworkSpec, outputs: Mapping[str, Array]) -> Array:
    """Return the means of maps (pictures, height, width, channels), one per map: (pictures, numbers)."""
    return np.concatenate([outputs[name].mean(axis=(1, 2)) for name in summarised_layers(network)], axis=1)
