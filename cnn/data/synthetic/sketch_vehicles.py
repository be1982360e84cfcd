"""The four vehicles of sketch10, each a few polygons and wheels seen from the side or from above."""

from cnn.data.synthetic.sketch_pen import Colour, Pen, Style

TYRE: Colour = (30, 30, 34)
HUB: Colour = (182, 184, 188)
GLASS: Colour = (150, 190, 214)
WATER: Colour = (52, 98, 138)


def airplane(pen: Pen, look: Style) -> None:
    """Draw an airplane: from above with swept wings, or from the side with its fin up."""
    (_airplane_above if look.chance(0.5) else _airplane_side)(pen, look)


def _airplane_above(pen: Pen, look: Style) -> None:
    sweep = look.between(0.15, 0.5)
    for side in (-1, 1):
        pen.polygon(
            [(0.3, 0.0), (0.28 - sweep, side * 0.95), (0.06 - sweep, side * 0.95), (-0.12, 0.0)], look.shade
        )
        pen.polygon([(-0.65, 0.0), (-0.88, side * 0.38), (-1.0, side * 0.38), (-0.92, 0.0)], look.shade)
        pen.ellipse(0.16 - sweep / 2, side * 0.45, 0.15, 0.07, look.accent)
    pen.ellipse(0.0, 0.0, 0.98, look.between(0.11, 0.16), look.body)
    pen.ellipse(0.78, 0.0, 0.1, 0.06, TYRE)


def _airplane_side(pen: Pen, look: Style) -> None:
    fin = look.between(-0.68, -0.5)
    pen.polygon([(-0.55, -0.08), (-0.98, fin), (-0.78, fin), (-0.35, -0.1)], look.accent)
    pen.polygon([(0.1, -0.1), (-0.25, -0.52), (-0.1, -0.52), (0.35, -0.1)], look.shade)
    pen.ellipse(0.0, 0.0, 0.98, 0.17, look.body)
    pen.line([(-0.5, -0.04), (0.6, -0.04)], 0.05, GLASS)
    pen.polygon([(0.72, -0.1), (0.86, -0.04), (0.74, -0.02)], TYRE)
    pen.polygon([(0.25, 0.04), (-0.5, 0.55), (-0.28, 0.55), (0.42, 0.06)], look.shade)
    pen.ellipse(0.05, 0.3, 0.18, 0.08, look.accent)
    pen.polygon([(-0.7, 0.0), (-1.0, 0.2), (-0.86, 0.2), (-0.5, 0.04)], look.shade)


def automobile(pen: Pen, look: Style) -> None:
    """Draw a car: a low body, a cabin with windows, two wheels."""
    roof = look.between(-0.52, -0.36)
    back, front = look.between(-0.85, -0.5), look.between(0.42, 0.62)
    cabin = [(back, -0.02), (back + 0.2, roof), (front - 0.35, roof), (front, -0.02)]
    pen.polygon(cabin, look.body)
    top = roof + 0.09
    pen.polygon([(back + 0.1, -0.03), (back + 0.25, top), (-0.12, top), (-0.12, -0.03)], GLASS)
    pen.polygon([(-0.04, -0.03), (-0.04, top), (front - 0.4, top), (front - 0.12, -0.03)], GLASS)
    hull = [(-0.98, 0.36), (-0.97, 0.02), (-0.85, -0.06), (0.6, -0.06), (0.92, 0.06), (1.0, 0.36)]
    pen.polygon(hull, look.body)
    pen.line([(-0.96, 0.33), (0.98, 0.33)], 0.09, look.shade)
    pen.ellipse(0.92, 0.14, 0.07, 0.06, (250, 240, 170))
    pen.ellipse(-0.94, 0.12, 0.05, 0.06, (196, 40, 40))
    _wheels(pen, (-0.56, 0.58), 0.36, look.between(0.2, 0.25))


def truck(pen: Pen, look: Style) -> None:
    """Draw a truck: a high box, a cab in front of it, three wheels."""
    top = look.between(-0.78, -0.55)
    pen.polygon([(-1.0, 0.3), (1.0, 0.3), (1.0, 0.44), (-1.0, 0.44)], TYRE)
    pen.polygon([(-1.0, 0.3), (-1.0, top), (0.4, top), (0.4, 0.3)], look.accent)
    if look.chance(0.5):
        for x in (-0.72, -0.44, -0.16, 0.12):
            pen.line([(x, top + 0.06), (x, 0.26)], 0.04, look.light)
    else:
        pen.line([(-1.0, top + 0.3), (0.4, top + 0.3)], 0.14, look.light)
    roof = look.between(-0.34, -0.18)
    pen.polygon([(0.46, 0.4), (0.46, roof), (0.78, roof), (0.98, 0.05), (1.0, 0.4)], look.body)
    pen.polygon([(0.58, 0.05), (0.58, roof + 0.08), (0.76, roof + 0.08), (0.9, 0.05)], GLASS)
    pen.ellipse(0.97, 0.24, 0.05, 0.06, (250, 240, 170))
    _wheels(pen, (-0.74, -0.34, 0.7), 0.5, look.between(0.19, 0.23))


def ship(pen: Pen, look: Style) -> None:
    """Draw a ship on water: a hull with bridge and funnel, or with sails."""
    if look.chance(0.5):
        _sails(pen, look)
    else:
        _bridge(pen, look)
    bow = look.between(0.85, 1.0)
    pen.polygon([(-0.92, 0.12), (bow, look.between(0.0, 0.1)), (0.68, 0.58), (-0.78, 0.58)], look.body)
    pen.line([(-0.9, 0.2), (bow - 0.08, 0.18)], 0.06, look.light)
    deep = tuple(round(channel * look.between(0.8, 1.2)) for channel in WATER)
    sea = (deep[0], deep[1], deep[2])
    pen.polygon([(-3.0, 0.54), (3.0, 0.54), (3.0, 3.0), (-3.0, 3.0)], sea)
    for x in (-1.2, -0.55, 0.1, 0.75):
        pen.line([(x, 0.56), (x + 0.18, 0.5), (x + 0.4, 0.57)], 0.07, (214, 228, 236))


def _sails(pen: Pen, look: Style) -> None:
    top = look.between(-1.0, -0.8)
    pen.line([(0.02, 0.2), (0.02, top)], 0.07, TYRE)
    pen.polygon([(0.1, top + 0.06), (0.1, 0.0), (0.74, 0.0)], look.light)
    pen.polygon([(-0.06, top + 0.14), (-0.06, 0.04), (-0.66, 0.04)], look.accent)


def _bridge(pen: Pen, look: Style) -> None:
    left = look.between(-0.7, -0.3)
    pen.polygon([(left, 0.2), (left, -0.22), (left + 0.85, -0.22), (left + 0.95, 0.2)], look.light)
    pen.line([(left + 0.1, -0.08), (left + 0.8, -0.08)], 0.08, TYRE)
    for x in (left + 0.2, left + 0.55):
        pen.polygon([(x - 0.1, -0.2), (x - 0.1, -0.7), (x + 0.1, -0.7), (x + 0.1, -0.2)], look.accent)
        pen.line([(x - 0.1, -0.62), (x + 0.1, -0.62)], 0.1, TYRE)


def _wheels(pen: Pen, places: tuple[float, ...], y: float, radius: float) -> None:
    for x in places:
        pen.ellipse(x, y, radius, radius, TYRE)
        pen.ellipse(x, y, radius * 0.45, radius * 0.45, HUB)
