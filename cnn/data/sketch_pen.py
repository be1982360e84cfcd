"""A pen that draws a figure given in its own coordinates, turned, scaled, mirrored and moved."""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

_CIRCLE = tuple(cmath.exp(2j * math.pi * corner / 16) for corner in range(16))


@dataclass(frozen=True)
class Look:
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

    def ellipse(self, x: float, y: float, wide: float, high: float, colour: Colour, turn: float = 0.0) -> None:
        """Fill the ellipse around (x, y) with half axes `wide` and `high`, turned by `turn` radians."""
        tilt = cmath.exp(1j * turn)
        rim = [complex(wide * corner.real, high * corner.imag) * tilt for corner in _CIRCLE]
        self.polygon([(x + corner.real, y + corner.imag) for corner in rim], colour)

    def line(self, points: Points, width: float, colour: Colour) -> None:
        """Draw a line through `points`, `width` in the figure's own units, at least one pixel."""
        places = [self._place(x, y) for x, y in points]
        self._draw.line(places, fill=colour, width=max(1, round(width * self._size)), joint="curve")

    def _place(self, x: float, y: float) -> tuple[float, float]:
        place = self._centre + self._factor * complex(self._side * x, y)
        return place.real, place.imag
