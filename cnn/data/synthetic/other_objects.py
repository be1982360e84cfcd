"""Twelve things that people make, each a few polygons, ellipses and lines; letters and numbers too."""

import math

from cnn.data.synthetic.other_shapes import BLACK, GLASS, RED, STEEL, WHITE, WOOD, YELLOW, arc, oblong, spikes
from cnn.data.synthetic.sketch_pen import Pen, Points, Style

# Strokes of a few signs, each a line through points.
_LETTERS: tuple[tuple[Points, ...], ...] = (
    (((-0.65, 0.9), (0.0, -0.9), (0.65, 0.9)), ((-0.38, 0.25), (0.38, 0.25))),  # A
    (((0.55, -0.85), (-0.5, -0.85), (-0.5, 0.85), (0.55, 0.85)), ((-0.5, 0.0), (0.35, 0.0))),  # E
    (((-0.5, -0.9), (-0.5, 0.9)), ((0.5, -0.9), (0.5, 0.9)), ((-0.5, 0.0), (0.5, 0.0))),  # H
    (((-0.5, -0.9), (-0.5, 0.9)), ((0.55, -0.9), (-0.45, 0.05), (0.6, 0.9))),  # K
    (((-0.7, 0.9), (-0.6, -0.85), (0.0, 0.3), (0.6, -0.85), (0.7, 0.9)),),  # M
    (((-0.7, -0.85), (0.7, -0.85)), ((0.0, -0.85), (0.0, 0.9))),  # T
    (((-0.6, -0.9), (0.6, 0.9)), ((0.6, -0.9), (-0.6, 0.9))),  # X
    (((-0.55, 0.9), (-0.55, -0.85), (0.2, -0.85), (0.5, -0.45), (0.2, 0.0), (-0.5, 0.0)),
     ((0.0, 0.0), (0.55, 0.9))),  # R
)  # fmt: skip
_NUMBERS: tuple[tuple[Points, ...], ...] = (
    (((-0.4, -0.5), (0.1, -0.9), (0.1, 0.9)), ((-0.35, 0.9), (0.5, 0.9))),  # 1
    (((-0.5, -0.5), (-0.3, -0.85), (0.25, -0.88), (0.5, -0.45), (-0.55, 0.85), (0.6, 0.85)),),  # 2
    (((-0.5, -0.85), (0.5, -0.85), (-0.05, -0.15), (0.45, 0.15), (0.4, 0.7), (0.0, 0.9), (-0.55, 0.7)),),  # 3
    (((0.25, 0.9), (0.25, -0.9), (-0.6, 0.35), (0.65, 0.35)),),  # 4
    (((0.5, -0.85), (-0.4, -0.85), (-0.45, -0.1), (0.2, -0.15), (0.5, 0.25), (0.3, 0.8), (-0.5, 0.8)),),  # 5
    (((-0.55, -0.85), (0.55, -0.85), (-0.15, 0.9)),),  # 7
    (((0.0, -0.05), (-0.42, -0.4), (-0.3, -0.85), (0.3, -0.85), (0.42, -0.4), (0.0, -0.05), (0.5, 0.4),
      (0.35, 0.88), (-0.35, 0.88), (-0.5, 0.4), (0.0, -0.05)),),  # 8
)  # fmt: skip


def house(pen: Pen, look: Style) -> None:
    """Draw a house: walls, a pointed roof, a chimney, a door, windows."""
    eaves, half = look.between(-0.2, 0.1), look.between(0.6, 0.8)
    oblong(pen, 0.3, -0.85, 0.5, eaves, look.shade)
    oblong(pen, -half, eaves, half, 0.9, look.body)
    pen.polygon([(-half - 0.2, eaves + 0.02), (0.0, -0.95), (half + 0.2, eaves + 0.02)], look.accent)
    oblong(pen, -0.16, 0.35, 0.16, 0.9, WOOD)
    for x in (-half + 0.13, half - 0.37):
        oblong(pen, x, eaves + 0.16, x + 0.24, eaves + 0.44, GLASS if look.chance(0.5) else YELLOW)


def cup(pen: Pen, look: Style) -> None:
    """Draw a cup: a tapering body with a handle and a dark drink, some with a band or steam."""
    foot, top = look.between(0.35, 0.55), look.between(-0.55, -0.3)
    pen.line(arc(0.6, 0.15, 0.32), 0.14, look.shade)
    pen.polygon([(-0.62, top), (0.62, top), (foot, 0.85), (-foot, 0.85)], look.body)
    pen.ellipse(0.0, 0.83, foot, 0.12, look.body)
    if look.chance(0.5):
        pen.line([(-0.57, 0.1), (0.57, 0.1)], 0.2, look.accent)
    pen.ellipse(0.0, top, 0.62, 0.18, look.light)
    pen.ellipse(0.0, top + 0.03, 0.5, 0.12, (70, 44, 30))
    if look.chance(0.5):
        for x in (-0.2, 0.15):
            pen.line([(x, top - 0.15), (x + 0.1, top - 0.28), (x - 0.03, top - 0.4)], 0.06, WHITE)


def key(pen: Pen, look: Style) -> None:
    """Draw a key: a ring, a shaft, two or three teeth."""
    pen.line(arc(-0.55, 0.0, 0.34), look.between(0.16, 0.24), look.body)
    pen.line([(-0.22, 0.0), (1.0, 0.0)], 0.17, look.body)
    for x in (0.92, 0.66, 0.42)[: 3 if look.chance(0.5) else 2]:
        pen.line([(x, 0.0), (x, look.between(0.3, 0.42))], 0.15, look.body)


def book(pen: Pen, look: Style) -> None:
    """Draw a book: open with lines of writing, or shut with its title."""
    if look.chance(0.5):
        for side in (-1, 1):
            pen.polygon([(0.0, -0.5), (side * 1.0, -0.68), (side * 1.0, 0.6), (0.0, 0.8)], look.body)
            page = [(0.0, -0.5), (side * 0.5, -0.68), (side * 0.92, -0.6), (side * 0.92, 0.48), (0.0, 0.66)]
            pen.polygon(page, WHITE)
            for y in (-0.34, -0.12, 0.1, 0.32):
                pen.line([(side * 0.16, y), (side * 0.78, y - 0.1)], 0.06, (120, 118, 116))
        pen.line([(0.0, -0.5), (0.0, 0.7)], 0.05, look.shade)
        return
    oblong(pen, -0.62, -0.85, 0.74, 0.95, WHITE)
    oblong(pen, -0.7, -0.92, 0.66, 0.82, look.body)
    oblong(pen, -0.7, -0.92, -0.5, 0.95, look.shade)
    oblong(pen, -0.3, -0.6, 0.48, -0.2, look.accent)


def umbrella(pen: Pen, look: Style) -> None:
    """Draw an umbrella: a domed canopy of five fields with a hem of points, a stick with a hook."""
    pen.line([(0.0, -1.0), (0.0, 0.75), *arc(0.17, 0.75, 0.17, math.pi, 0)], 0.09, WOOD)
    hem = [(x / 5, 0.12 if x % 2 else 0.0) for x in range(5, -6, -1)]
    for wide, colour in ((1.0, look.body), (0.6, look.accent), (0.2, look.body)):
        dome = [(wide * x, y + 0.1) for x, y in arc(0.0, 0.0, 1.0, math.pi, 2 * math.pi)]
        pen.polygon([*dome, *(place for place in hem if abs(place[0]) < wide)], colour)


def wheel(pen: Pen, look: Style) -> None:
    """Draw a bicycle's wheel: a tyre, a rim, spokes, a hub."""
    spokes = int(look.between(5, 10))
    pen.line(arc(0.0, 0.0, 0.88), look.between(0.14, 0.22), look.body)
    pen.line(arc(0.0, 0.0, 0.74), 0.06, look.light)
    for x, y in spikes(2 * spokes, 0.76, 0.0, look.between(0, 1))[::2]:
        pen.line([(0.0, 0.0), (x, y)], 0.035, look.body)
    pen.ellipse(0.0, 0.0, 0.13, 0.13, look.accent)


def clock(pen: Pen, look: Style) -> None:
    """Draw a clock: a rim, a pale face, marks, two hands."""
    pen.ellipse(0.0, 0.0, 0.96, 0.96, look.body)
    pen.ellipse(0.0, 0.0, 0.76, 0.76, WHITE)
    for x, y in spikes(12, 0.64, 0.0, 0.0)[::2]:
        pen.ellipse(x, y, 0.06, 0.06, look.shade)
    for length, width in ((0.4, 0.12), (0.62, 0.08)):
        angle = look.between(0, 2 * math.pi)
        pen.line([(0.0, 0.0), (length * math.cos(angle), length * math.sin(angle))], width, BLACK)
    pen.ellipse(0.0, 0.0, 0.08, 0.08, RED)


def guitar(pen: Pen, look: Style) -> None:
    """Draw a guitar leaning to one side: a waisted body with a hole, a neck, strings."""
    turn = look.between(-0.9, -0.4)
    along = math.cos(turn), math.sin(turn)

    def at(way: float) -> tuple[float, float]:
        return way * along[0], way * along[1]

    pen.line([at(0.0), at(0.86)], 0.13, WOOD)
    pen.line([at(0.84), at(1.05)], 0.22, BLACK)
    pen.ellipse(*at(-0.52), 0.46, 0.52, look.body, turn)
    pen.ellipse(*at(-0.06), 0.34, 0.38, look.body, turn)
    pen.ellipse(*at(-0.18), 0.15, 0.15, BLACK)
    pen.line([at(-0.68), at(0.9)], 0.04, STEEL)
    x, y = at(-0.68)
    pen.line([(x - 0.2 * along[1], y + 0.2 * along[0]), (x + 0.2 * along[1], y - 0.2 * along[0])], 0.1, BLACK)


def chair(pen: Pen, look: Style) -> None:
    """Draw a chair seen from its side and front: a back, a seat, four legs."""
    for x, y in ((-0.55, 0.78), (0.4, 0.78), (-0.35, 1.0), (0.66, 1.0)):
        pen.line([(x, 0.2), (x, y)], 0.12, look.shade)
    for x in (-0.6, 0.35):
        pen.line([(x, -1.0), (x, 0.2)], 0.13, look.body)
    if look.chance(0.5):
        oblong(pen, -0.6, -0.98, 0.35, -0.15, look.body)
    else:
        for y in (-0.9, -0.6, -0.3):
            pen.line([(-0.6, y), (0.35, y)], 0.14, look.body)
    pen.polygon([(-0.66, 0.08), (0.42, 0.08), (0.75, 0.38), (-0.42, 0.38)], look.accent)


def lamp(pen: Pen, look: Style) -> None:
    """Draw a lamp that stands: a shade, a stick, a foot; some shine."""
    top, wide = look.between(0.22, 0.42), look.between(0.6, 0.8)
    if look.chance(0.4):
        pen.polygon([(-0.5, 0.05), (0.5, 0.05), (0.95, 0.9), (-0.95, 0.9)], (250, 232, 160))
    pen.line([(0.0, 0.0), (0.0, 0.85)], 0.12, look.shade)
    pen.ellipse(0.0, 0.88, 0.42, 0.13, look.shade)
    pen.polygon([(-top, -0.9), (top, -0.9), (wide, 0.05), (-wide, 0.05)], look.body)
    pen.line([(-wide, 0.02), (wide, 0.02)], 0.08, look.accent)


def letter(pen: Pen, look: Style) -> None:
    """Draw one of eight letters, some on a sign."""
    _sign(pen, look, _LETTERS)


def number(pen: Pen, look: Style) -> None:
    """Draw one of seven numbers, some on a sign."""
    _sign(pen, look, _NUMBERS)


def _sign(pen: Pen, look: Style, signs: tuple[tuple[Points, ...], ...]) -> None:
    size, ink = 1.0, look.body
    if look.chance(0.4):
        oblong(pen, -0.95, -1.05, 0.95, 1.05, look.body)
        size, ink = 0.8, look.accent
    width = look.between(0.2, 0.32)
    for stroke in signs[int(look.between(0, len(signs)))]:
        pen.line([(size * x, size * y) for x, y in stroke], width, ink)
