"""A pen that draws a figure given in its own coordinates, turned, scaled, mirrored and moved."""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

_CORNERS = 16
_ANGLES = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
_CIRCLE = tuple((math.cos(angle), math.sin(angle)) for angle in _ANGLES)


@dataclass(frozen=True)
class Style:
    """The colours (red, green, blue, each 0 to 255) of one figure, and the randomness of its pose."""

    body: Colour
    shade: Colour
    light: Colour
    accent: Colour
    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """Return a random number between `low` and `high`."""
        return low + (high - low) * self.rng.random()

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return bool(self.rng.random() < probability)


@dataclass(frozen=True)
class Pose:
    """Where a figure stands: its centre and half its width in pixels, its turn in radians, its side."""

    x: float
    y: float
    size: float
    turn: float
    mirrored: bool


class Pen:
    """Draws on `picture`; a figure spans -1 to 1, x to the right (its front), y downwards."""

    def __init__(self, picture: Image.Image, pose: Pose) -> None:
        """Draw on `picture` (changed in place), with every figure in `pose`."""
        self._draw = ImageDraw.Draw(picture)
        self._centre = complex(pose.x, pose.y)
        self._factor = cmath.rect(pose.size, pose.turn)
        self._size = pose.size
        self._side = -1.0 if pose.mirrored else 1.0

    def polygon(self, points: Points, colour: Colour) -> None:
        """Fill the polygon with these corners."""
        self._draw.polygon([self._place(x, y) for x, y in points], fill=colour)

    def ellipse(self, x: float, y: float, wide: float, high: float, colour: Colour, turn: float = 0) -> None:
        """Fill the ellipse around (x, y) with half axes `wide` and `high`, turned by `turn` radians."""
        tilt = cmath.rect(1.0, turn)
        # The two half axes as they lie on the canvas; every corner of the rim is a mix of them.
        first, second = self._arrow(wide * tilt), self._arrow(1j * high * tilt)
        centre = self._centre + self._arrow(complex(x, y))
        rim = [centre + first * cosine + second * sine for cosine, sine in _CIRCLE]
        self._draw.polygon([(corner.real, corner.imag) for corner in rim], fill=colour)

    def line(self, points: Points, width: float, colour: Colour) -> None:
        """Draw a line through `points`, `width` in the figure's own units, at least one pixel."""
        places = [self._place(x, y) for x, y in points]
        self._draw.line(places, fill=colour, width=max(1, round(width * self._size)), joint="curve")

    def _place(self, x: float, y: float) -> tuple[float, float]:
        place = self._centre + self._arrow(complex(x, y))
        return place.real, place.imag

    def _arrow(self, way: complex) -> complex:
        """Turn a way in the figure's coordinates into one on the canvas, in pixels."""
        return self._factor * complex(self._side * way.real, way.imag)
