"""Normalisation of maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnn.network import ops
from cnn.network.arithmetic import Normalise
from cnn.network.layers.base import Elementwise, Shape, Weights, count_text
from cnn.network.layers.field import ReceptiveField
from cnn.network.ops import Array

BATCH_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True)
class BatchNorm(Elementwise):
    """(x - mean) / standard deviation × gamma + beta, with the numbers of x's channel."""

    tag: ClassVar[str] = "norm"
    title: ClassVar[str] = "Batch normalisation"
    about: ClassVar[str] = "Each map is shifted and scaled to be centred, with numbers learned in training."
    detail: ClassVar[int] = 4
    is_stage: ClassVar[bool] = True
    mixes_pictures: ClassVar[bool] = True
    silenced: ClassVar[dict[str, int]] = {"gamma": -1, "beta": -1}

    @property
    def badge(self) -> str:
        """The usual short form."""
        return "batch norm"

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return four values per channel."""
        return dict.fromkeys(BATCH_NORM_PARTS, (shapes[0][-1],))

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return the four values, of which two are trained."""
        return count_text(f"4×{shapes[0][-1]}", self.weight_shapes(shapes)) + " (gamma and beta are trained)"

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Normalise by the running averages."""
        return ops.batch_norm(inputs[0], *(weights[f"{self.name}/{part}"] for part in BATCH_NORM_PARTS))

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Normalise:
        """Return the channel's four numbers."""
        gamma, beta, mean, variance = (
            float(weights[f"{self.name}/{part}"][channel]) for part in BATCH_NORM_PARTS
        )
        return Normalise(mean, variance, ops.BATCH_NORM_EPSILON, gamma, beta)


@dataclass(frozen=True)
class GroupNorm(Elementwise):
    """(x - mean) / standard deviation × gamma + beta, with mean and deviation of x's group of maps."""

    groups: int

    tag: ClassVar[str] = "norm"
    title: ClassVar[str] = "Group normalisation"
    about: ClassVar[str] = (
        "Each group of maps is shifted and scaled to be centred on this picture, whatever the batch."
    )
    detail: ClassVar[int] = 4
    is_stage: ClassVar[bool] = True
    averages_maps: ClassVar[bool] = True
    silenced: ClassVar[dict[str, int]] = {"gamma": -1, "beta": -1}

    @property
    def badge(self) -> str:
        """The usual short form."""
        return "group norm"

    @property
    def phrase(self) -> str:
        """The number of groups."""
        return f"{self.groups} group{'' if self.groups == 1 else 's'} of maps, each normalised"

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return two values per channel."""
        return dict.fromkeys(("gamma", "beta"), (shapes[0][-1],))

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return the two values."""
        return count_text(f"2×{shapes[0][-1]}", self.weight_shapes(shapes))

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the union of the receptive fields of all cells, since the mean is that of whole maps."""
        return fields[0].joined(fields[0].whole())

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Normalise each picture by itself."""
        gamma, beta = weights[f"{self.name}/gamma"], weights[f"{self.name}/beta"]
        return ops.group_norm(inputs[0], gamma, beta, self.groups)

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Normalise:
        """Return mean and variance of the channel's group on this picture, and its gamma and beta."""
        size = inputs[0].shape[-1] // self.groups
        first = channel // size * size
        group = inputs[0][..., first : first + size].astype(np.float64)
        gamma, beta = (float(weights[f"{self.name}/{part}"][channel]) for part in ("gamma", "beta"))
        last = first + size - 1
        maps = f"map {first}" if size == 1 else f"maps {first} to {last}"
        whose = f"mean and variance of {maps} on this picture"
        return Normalise(float(group.mean()), float(group.var()), ops.GROUP_NORM_EPSILON, gamma, beta, whose)
