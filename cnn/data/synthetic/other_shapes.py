"""Outlines and colours that several of the drawings of other things share."""

import math

from cnn.data.synthetic.sketch_pen import Colour, Pen, Points

BLACK: Colour = (26, 24, 28)
WHITE: Colour = (242, 240, 234)
WOOD: Colour = (112, 74, 44)
LEAF: Colour = (74, 138, 58)
STEEL: Colour = (176, 180, 186)
GLASS: Colour = (150, 190, 214)
RED: Colour = (200, 48, 44)
YELLOW: Colour = (246, 208, 62)


def arc(x: float, y: float, radius: float, start: float = 0, end: float = 2 * math.pi) -> Points:
    """Return points on a circle, from `start` to `end` in radians: 0 is right, growing turns downwards."""
    angles = [start + (end - start) * step / 16 for step in range(17)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def spikes(corners: int, outer: float, inner: float, start: float) -> Points:
    """Return the outline of a star: corners at `outer` and at `inner` by turns."""
    angles = [start + math.pi * step / corners for step in range(2 * corners)]
    radii = (outer, inner) * corners
    return [(r * math.cos(angle), r * math.sin(angle)) for r, angle in zip(radii, angles, strict=True)]


def oblong(pen: Pen, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """Fill an upright oblong."""
    pen.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)
