"""Ten things that grow or shine, each a few polygons, ellipses and lines."""

import math

from cnn.data.synthetic.other_shapes import BLACK, LEAF, WHITE, WOOD, YELLOW, arc, oblong, spikes
from cnn.data.synthetic.sketch_pen import Colour, Pen, Style


def tree(pen: Pen, look: Style) -> None:
    """Draw a tree: a fir of three storeys, or a trunk under a round crown."""
    oblong(pen, -0.12, 0.2, 0.12, 1.0, WOOD)
    if look.chance(0.4):
        for top, wide in ((-0.2, 0.75), (-0.6, 0.6), (-1.0, 0.42)):
            pen.polygon([(-wide, top + 0.85), (0.0, top), (wide, top + 0.85)], look.body)
            pen.polygon([(0.1, top + 0.85), (0.0, top), (wide, top + 0.85)], look.shade)
        return
    for x, y, colour in ((-0.42, 0.05, look.shade), (0.42, 0.05, look.shade), (0.0, 0.1, look.body)):
        pen.ellipse(x, y, 0.42, 0.38, colour)
    pen.ellipse(0.0, -0.4, look.between(0.55, 0.7), 0.52, look.body)
    for _ in range(6):
        spot = look.between(-0.45, 0.35), look.between(-0.75, 0.1)
        pen.ellipse(*spot, 0.12, 0.1, look.light if look.chance(0.5) else look.shade)


def face(pen: Pen, look: Style) -> None:
    """Draw a person's face: hair, eyes, nose and mouth."""
    long, wide = look.chance(0.5), look.between(0.58, 0.68)
    hair = WOOD if look.chance(0.5) else BLACK if look.chance(0.5) else YELLOW
    pen.ellipse(0.0, -0.2, wide + 0.14, 0.76, hair)
    if long:
        oblong(pen, -wide - 0.13, -0.2, wide + 0.13, 0.75, hair)
    oblong(pen, -0.25, 0.5, 0.25, 1.0, look.shade)
    pen.ellipse(0.0, 0.08, wide, 0.76, look.body)
    for side in (-1, 1):
        pen.ellipse(side * 0.27, -0.06, 0.15, 0.1, WHITE)
        pen.ellipse(side * 0.27, -0.06, 0.075, 0.09, BLACK)
        pen.line([(side * 0.14, -0.25), (side * 0.4, -0.27)], 0.07, hair)
    pen.line([(0.0, 0.0), (0.06, 0.24), (-0.04, 0.25)], 0.06, look.shade)
    pen.line(arc(0.0, 0.3, 0.26, 0.5, math.pi - 0.5), 0.1, (176, 50, 56))


def flower(pen: Pen, look: Style) -> None:
    """Draw a flower: five to nine petals around a middle, on a stem with a leaf."""
    petals, reach = int(look.between(5, 10)), look.between(0.36, 0.44)
    pen.line([(0.0, -0.3), (0.06, 0.3), (0.0, 1.0)], 0.1, LEAF)
    pen.ellipse(0.3, 0.55, 0.32, 0.12, LEAF, -0.6)
    pen.ellipse(-0.26, 0.7, 0.3, 0.11, LEAF, 0.6)
    for petal in range(petals):
        angle = 2 * math.pi * petal / petals
        x, y = reach * math.cos(angle), reach * math.sin(angle) - 0.35
        pen.ellipse(x, y, 0.27, 1.05 / petals, look.body if petal % 2 else look.light, angle)
    pen.ellipse(0.0, -0.35, 0.22, 0.22, look.accent)


def fish(pen: Pen, look: Style) -> None:
    """Draw a fish: a body tapering to its tail, fins, an eye, some with bands."""
    high = look.between(0.34, 0.5)
    pen.polygon([(-0.5, 0.0), (-1.0, -0.48), (-0.86, 0.0), (-1.0, 0.48)], look.accent)
    pen.polygon([(-0.2, -0.2), (0.0, -high - 0.32), (0.4, -0.2)], look.accent)
    pen.polygon([(-0.1, 0.2), (-0.15, high + 0.24), (0.2, 0.2)], look.accent)
    pen.ellipse(0.15, 0.0, 0.8, high, look.body)
    pen.ellipse(0.2, high * 0.5, 0.6, high * 0.42, look.light)
    if look.chance(0.5):
        for x in (-0.25, 0.05, 0.3):
            pen.line([(x, -high * 0.8), (x + 0.05, high * 0.8)], 0.1, look.shade)
    pen.polygon([(0.2, 0.05), (-0.1, 0.25), (-0.05, -0.05)], look.shade)
    pen.ellipse(0.64, -0.1, 0.13, 0.13, WHITE)
    pen.ellipse(0.66, -0.1, 0.07, 0.07, BLACK)


def sun(pen: Pen, look: Style) -> None:
    """Draw a sun: a disc in pointed or straight rays."""
    rays = int(look.between(8, 14))
    if look.chance(0.5):
        pen.polygon(spikes(rays, 1.0, 0.62, look.between(0, 1)), look.body)
    else:
        for x, y in spikes(rays, 1.0, 0.0, look.between(0, 1))[::2]:
            pen.line([(0.0, 0.0), (x, y)], 0.1, look.body)
        pen.ellipse(0.0, 0.0, 0.62, 0.62, look.body)
    pen.ellipse(0.0, 0.0, 0.5, 0.5, look.light)


def mushroom(pen: Pen, look: Style) -> None:
    """Draw a mushroom: a pale stem, half a disc as its cap, with or without spots."""
    high, wide = look.between(0.6, 0.9), look.between(0.75, 0.95)
    pen.polygon([(-0.2, 0.0), (0.2, 0.0), (0.3, 0.85), (-0.3, 0.85)], (230, 218, 196))
    pen.ellipse(0.0, 0.85, 0.3, 0.12, (230, 218, 196))
    pen.polygon([(wide * x, high * y + 0.12) for x, y in arc(0, 0, 1, math.pi, 2 * math.pi)], look.body)
    pen.ellipse(0.0, 0.12, wide, 0.13, look.shade)
    if look.chance(0.7):
        for x, y in ((-0.5, -0.12), (-0.12, -0.35), (0.3, -0.2), (0.58, -0.02), (0.08, -0.02)):
            pen.ellipse(x * wide, y * high / 0.75, 0.11, 0.09, WHITE)


def heart(pen: Pen, look: Style) -> None:
    """Draw a heart with a lighter spot, some with a rim."""
    if look.chance(0.4):
        _heart(pen, 1.0, look.accent)
    _heart(pen, 0.86, look.body)
    pen.ellipse(-0.38, -0.36, 0.17, 0.11, look.light, -0.6)


def _heart(pen: Pen, size: float, colour: Colour) -> None:
    """Fill the curve x = sin³ t, y = -(13 cos t - 5 cos 2t - 2 cos 3t - cos 4t) / 16."""
    points = []
    for step in range(32):
        t = 2 * math.pi * step / 32
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((size * math.sin(t) ** 3, -size * y / 16))
    pen.polygon(points, colour)


def star(pen: Pen, look: Style) -> None:
    """Draw a star of five corners, some of six, some with a rim."""
    corners, inner = (5, 0.42) if look.chance(0.7) else (6, 0.55)
    for size, colour in ((1.0, look.shade if look.chance(0.5) else look.body), (0.8, look.body)):
        pen.polygon(spikes(corners, size, inner * size, -math.pi / 2), colour)


def apple(pen: Pen, look: Style) -> None:
    """Draw an apple: two round cheeks, a stem, a leaf, a lighter spot."""
    for side in (-1, 1):
        pen.ellipse(side * 0.28, 0.15, 0.55, 0.66, look.body, side * 0.15)
    pen.ellipse(0.42, 0.25, 0.3, 0.45, look.shade)
    pen.ellipse(0.2, 0.2, 0.42, 0.52, look.body)
    pen.ellipse(0.0, -0.42, 0.2, 0.09, look.shade)
    pen.line([(0.0, -0.4), (0.04, -0.7), (0.12, -0.9)], 0.1, WOOD)
    if look.chance(0.7):
        pen.ellipse(0.38, -0.75, 0.26, 0.13, LEAF, -0.35)
    pen.ellipse(-0.38, -0.08, 0.12, 0.2, look.light, 0.3)


def hand(pen: Pen, look: Style) -> None:
    """Draw an open hand, or a glove with a cuff: a palm, four fingers, a thumb."""
    spread = look.between(0.1, 0.2)
    oblong(pen, -0.28, 0.5, 0.28, 1.0, look.accent if look.chance(0.5) else look.body)
    for finger, length in zip((-1.5, -0.5, 0.5, 1.5), (0.82, 0.98, 0.94, 0.74), strict=True):
        tip = finger * (0.2 + spread), -length
        pen.line([(finger * 0.22, 0.2), tip], 0.2, look.body)
        pen.ellipse(*tip, 0.1, 0.1, look.body)
    pen.line([(0.2, 0.5), (0.55, 0.2), (0.85, -0.08)], 0.22, look.body)
    pen.ellipse(0.85, -0.08, 0.11, 0.11, look.body)
    pen.ellipse(0.0, 0.3, 0.44, 0.4, look.body)
    pen.line(arc(0.1, 0.3, 0.24, math.pi * 0.6, math.pi * 1.4), 0.05, look.shade)
