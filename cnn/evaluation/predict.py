"""The prediction of a network for a picture, calibrated, with out-of-distribution detection."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.calibration import with_temperature
from cnn.evaluation.model_card import Card
from cnn.evaluation.ood import Typical, summary
from cnn.evaluation.tta import views
from cnn.network.forward import Weights, forward
from cnn.network.ops import Array
from cnn.network.spec import NetworkSpec


@dataclass(frozen=True, eq=False)
class Verdict:
    """`scores` and `probabilities` are float32 (10,).

    The scores were divided by `temperature`, 1 without calibration. `distance` is the distance from training
    pictures (`cnn.evaluation.ood`), and `is_none` whether it exceeds the limit, so that the picture counts as
    none of the ten; both are None if that was not measured. `views` is the number of views that were averaged.
    """

    scores: Array
    probabilities: Array
    temperature: float
    distance: float | None
    is_none: bool | None
    views: int

    @property
    def best(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())


def classify(
    network: NetworkSpec,
    weights: Weights,
    pixels: NDArray[np.uint8],
    card: Card | None = None,
    typical: Typical | None = None,
    averaged: bool = False,
) -> Verdict:
    """Return the prediction of a network for a picture (32, 32, 3), uint8.

    With `averaged`, probabilities and scores are means over six views (`cnn.evaluation.tta`). With a card, the
    probabilities are calibrated by its temperature; with `typical`, too, its limit decides whether the picture
    is none of the ten.
    """
    shown = views(pixels) if averaged else pixels[None]
    outputs = forward(network, weights, shown)
    scores, temperature = outputs["scores"], card.temperature if card else 1.0
    distance = None
    if card and typical:
        first = {name: values[:1] for name, values in outputs.items()}
        distance = float(typical.distance(summary(network, first))[0])
    return Verdict(
        scores=scores.mean(axis=0),
        probabilities=with_temperature(scores, temperature).mean(axis=0),
        temperature=temperature,
        distance=distance,
        is_none=distance > card.distance_limit if card and distance is not None else None,
        views=len(shown),
    )
