"""The colours of every page: layer tags, and the two colour scales for numbers.

A number above zero is orange on either scale, one below zero is blue, and zero has the page's background
colour; so ReLU removes exactly what is blue.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# One colour per kind of layer, the same on every page; Okabe and Ito's palette, safe for the colour-blind,
# darkened where white text must be readable on it.
TAGS = {
    "input": "#6E6A62",
    "conv": "#0067A5",
    "relu": "#BD5800",
    "norm": "#00806A",
    "pool": "#8B4A94",
    "add": "#6E6A62",
    "drop": "#6E6A62",
    "flat": "#6E6A62",
    "dense": "#946F00",
    "softmax": "#B8336A",
}


@dataclass(frozen=True)
class Theme:
    """The colours of the page: background (`ground`), text (`ink`), secondary text, accent, and the scales."""

    name: str
    ground: str
    ink: str
    quiet: str
    accent: str
    sequential: tuple[str, ...]
    negative: str
    positive: str


LIGHT = Theme(
    "light",
    ground="#FCFBF8",
    ink="#1D1B18",
    quiet="#77736A",
    accent="#0067A5",
    sequential=("#FCFBF8", "#FBDCB4", "#F0A95E", "#CC671D", "#873B0C", "#421A05"),
    negative="#0B5394",
    positive="#B34700",
)
DARK = Theme(
    "dark",
    ground="#121417",
    ink="#ECEAE4",
    quiet="#9A968C",
    accent="#5FB4EE",
    sequential=("#121417", "#4B2B12", "#96521C", "#DE8833", "#FFC680", "#FFF6E8"),
    negative="#5AA9E6",
    positive="#FF9F45",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def rgb(colour: str) -> tuple[int, int, int]:
    """Return "#RRGGBB" as three numbers from 0 to 255."""
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


@dataclass(frozen=True)
class Scale:
    """A colour scale from `low` to `high`; a `signed` one has the page's background colour at zero."""

    low: float
    high: float
    signed: bool

    def stops(self, theme: Theme) -> tuple[str, ...]:
        """Return the colours from the lowest value to the highest, evenly spaced."""
        return (theme.negative, theme.ground, theme.positive) if self.signed else theme.sequential


def scale_of(values: NDArray[Any]) -> Scale:
    """Return the scale for some numbers: signed and symmetric if any is below zero, else from zero to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0:
        reach = max(-low, high)
        return Scale(-reach, reach, signed=True)
    return Scale(0.0, high, signed=False)


def shares(values: NDArray[Any], scale: Scale) -> NDArray[np.float32]:
    """Return where numbers lie on a scale, from 0 to 1; what is no number lies at its low end.

    In double precision: between the ends of a scale may be more than float32 holds.
    """
    reach = scale.high - scale.low
    if not 0 < reach < np.inf:
        return np.full(values.shape, 0.5 * scale.signed, np.float32)
    return np.clip(np.nan_to_num((values.astype(np.float64) - scale.low) / reach), 0, 1).astype(np.float32)


def colour(values: NDArray[Any], scale: Scale, theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of numbers (...,) as (..., 3), uint8."""
    stops = np.array([rgb(stop) for stop in scale.stops(theme)], np.float32)
    place = shares(values, scale) * (len(stops) - 1)
    below = np.minimum(place.astype(int), len(stops) - 2)
    part = (place - below)[..., None]
    return np.asarray(np.rint(stops[below] * (1 - part) + stops[below + 1] * part).astype(np.uint8))
