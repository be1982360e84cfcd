"""Normalisation of maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cnn.network import ops
from cnn.network.arithmetic import Normalise
from cnn.network.layers.base import Elementwise, Shape, Weights, count_text
from cnn.network.ops import Array

BATCH_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True)
class BatchNorm(Elementwise):
    """Each channel less its mean, over its standard deviation, times gamma, plus beta."""

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
        """Return four values a channel."""
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
