"""The six animals of sketch10, each a few ellipses, polygons and lines seen from the side or in front."""

from cnn.data.synthetic.sketch_pen import Colour, Pen, Style

BLACK: Colour = (24, 22, 24)
WHITE: Colour = (240, 238, 232)


def bird(pen: Pen, look: Style) -> None:
    """Draw a bird: sitting on thin legs, or flying with its wings up."""
    flying = look.chance(0.4)
    pen.polygon([(-0.4, -0.05), (-1.0, look.between(-0.2, 0.35)), (-0.85, 0.4), (-0.3, 0.25)], look.shade)
    if flying:
        tip = look.between(-1.0, -0.7)
        pen.polygon([(-0.3, 0.0), (-0.45, tip), (-0.1, tip + 0.1), (0.3, 0.0)], look.shade)
    else:
        for x in (-0.02, 0.16):
            pen.line([(x, 0.35), (x + 0.03, 0.85), (x + 0.18, 0.88)], 0.06, look.accent)
    pen.ellipse(0.0, 0.12, 0.52, 0.33, look.body, -0.25)
    pen.ellipse(0.12, 0.24, 0.3, 0.18, look.light, -0.25)
    head_y = look.between(-0.38, -0.28)
    pen.polygon([(0.68, head_y - 0.1), (1.02, head_y + 0.04), (0.68, head_y + 0.12)], look.accent)
    pen.ellipse(0.52, head_y, 0.25, 0.24, look.body)
    pen.ellipse(0.6, head_y - 0.05, 0.06, 0.06, BLACK)
    if flying:
        pen.polygon([(-0.2, 0.1), (0.05, tip), (0.35, tip + 0.12), (0.3, 0.1)], look.body)
    else:
        pen.ellipse(-0.18, 0.08, 0.34, 0.19, look.shade, 0.2)


def cat(pen: Pen, look: Style) -> None:
    """Draw a cat: its face, or sitting with its tail around; pointed ears and whiskers."""
    if look.chance(0.5):
        _cat_head(pen, look, 0.0, 0.05, 1.0)
        return
    side = look.between(0.6, 0.9)
    pen.line([(0.35, 0.85), (side, 0.75), (side + 0.1, 0.3), (side - 0.05, 0.1)], 0.15, look.shade)
    pen.ellipse(0.0, 0.55, 0.46, 0.48, look.body)
    pen.ellipse(0.0, 0.62, 0.22, 0.34, look.light)
    for x in (-0.2, 0.2):
        pen.ellipse(x, 0.93, 0.18, 0.1, look.light)
    _cat_head(pen, look, 0.0, -0.25, 0.62)


def _cat_head(pen: Pen, look: Style, x: float, y: float, size: float) -> None:
    wide = look.between(0.68, 0.8) * size
    for side in (-1, 1):
        ear = [(0.95, -0.05), (0.9, -1.1), (0.1, -0.6)]
        inner = [(0.8, -0.35), (0.8, -0.9), (0.35, -0.58)]
        pen.polygon([(x + side * wide * u, y + size * v * 0.9) for u, v in ear], look.body)
        pen.polygon([(x + side * wide * u, y + size * v * 0.9) for u, v in inner], look.accent)
    pen.ellipse(x, y, wide, 0.62 * size, look.body)
    if look.chance(0.5):  # a tabby's stripes
        for u in (-0.18, 0.0, 0.18):
            stripe = [(x + u * size, y - 0.6 * size), (x + u * size, y - 0.32 * size)]
            pen.line(stripe, 0.08 * size, look.shade)
    for side in (-1, 1):
        pen.ellipse(x + side * 0.32 * size, y - 0.08 * size, 0.15 * size, 0.13 * size, (206, 214, 96))
        pen.ellipse(x + side * 0.32 * size, y - 0.08 * size, 0.05 * size, 0.13 * size, BLACK)
        for rise in (0.12, 0.32):
            pen.line([(x, y + 0.22 * size), (x + side * size, y + rise * size)], 0.025 * size, WHITE)
    nose = [(-0.1, 0.15), (0.1, 0.15), (0.0, 0.27)]
    pen.polygon([(x + u * size, y + v * size) for u, v in nose], BLACK)


def dog(pen: Pen, look: Style) -> None:
    """Draw a dog: its face, or standing with its tail up; hanging ears and a big muzzle."""
    if look.chance(0.5):
        _dog_face(pen, look)
        return
    pen.line([(-0.6, 0.0), (-0.85, -0.25), (-0.88, look.between(-0.7, -0.4))], 0.14, look.body)
    _legs(pen, look, (-0.52, -0.36, 0.28, 0.42), 0.2, 0.85, 0.15)
    pen.ellipse(-0.08, 0.12, 0.6, 0.28, look.body)
    pen.polygon([(0.2, 0.0), (0.36, -0.5), (0.7, -0.3), (0.5, 0.25)], look.body)
    pen.ellipse(0.55, -0.42, 0.28, 0.25, look.body)
    pen.ellipse(0.8, -0.32, 0.24, 0.14, look.light)
    pen.ellipse(1.0, -0.38, 0.08, 0.07, BLACK)
    pen.ellipse(0.38, -0.28, 0.13, 0.3, look.shade, 0.15)
    pen.ellipse(0.64, -0.5, 0.06, 0.06, BLACK)


def _dog_face(pen: Pen, look: Style) -> None:
    wide = look.between(0.52, 0.62)
    pen.ellipse(0.0, -0.1, wide, 0.68, look.body)
    if look.chance(0.4):
        pen.ellipse(0.27, -0.25, 0.22, 0.26, look.light)
    for side in (-1, 1):
        pen.ellipse(side * (wide + 0.14), 0.0, 0.22, 0.58, look.shade, -side * 0.22)
        pen.ellipse(side * 0.26, -0.25, 0.1, 0.1, BLACK)
    pen.ellipse(0.0, 0.32, 0.42, 0.36, look.light)
    if look.chance(0.6):
        pen.ellipse(0.0, 0.72, 0.14, 0.22, (214, 92, 108))
    pen.line([(-0.28, 0.5), (0.0, 0.56), (0.28, 0.5)], 0.06, BLACK)
    pen.ellipse(0.0, 0.15, 0.19, 0.14, BLACK)


def deer(pen: Pen, look: Style) -> None:
    """Draw a deer: slender, its neck up, antlers on its head, a short white tail."""
    _legs(pen, look, (-0.5, -0.38, 0.16, 0.28), 0.2, 0.98, 0.085)
    pen.ellipse(-0.66, 0.06, 0.1, 0.14, WHITE)
    pen.ellipse(-0.14, 0.15, 0.52, 0.24, look.body)
    if look.chance(0.5):
        for x, y in ((-0.4, 0.06), (-0.22, 0.12), (-0.04, 0.04), (-0.3, 0.22)):
            pen.ellipse(x, y, 0.045, 0.045, WHITE)
    pen.polygon([(0.1, 0.1), (0.4, -0.45), (0.6, -0.35), (0.36, 0.28)], look.body)
    pen.ellipse(0.62, -0.36, 0.27, 0.13, look.body, 0.25)
    pen.ellipse(0.84, -0.29, 0.06, 0.06, BLACK)
    pen.ellipse(0.32, -0.48, 0.14, 0.06, look.shade, 0.3)
    pen.ellipse(0.58, -0.42, 0.045, 0.045, BLACK)
    reach = look.between(0.85, 1.05)
    bone: Colour = (224, 206, 168) if look.chance(0.5) else (92, 66, 44)
    for lean in (-0.34, 0.16):
        top = 0.48 + lean
        pen.line([(0.48, -0.46), (top - 0.06, -0.7), (top, -reach)], 0.07, bone)
        pen.line([(top - 0.06, -0.7), (top + 0.2, -0.86)], 0.06, bone)
        pen.line([(top - 0.05, -0.78), (top - 0.2, -0.95)], 0.06, bone)


def horse(pen: Pen, look: Style) -> None:
    """Draw a horse: heavy, with a mane, a long tail and a long head."""
    tail = look.between(0.3, 0.6)
    pen.line([(-0.62, -0.08), (-0.88, 0.1), (-0.9, tail)], 0.16, look.shade)
    _legs(pen, look, (-0.52, -0.34, 0.26, 0.44), 0.2, 0.96, 0.13)
    pen.ellipse(-0.08, 0.1, 0.62, 0.33, look.body)
    pen.polygon([(0.05, 0.0), (0.34, -0.72), (0.66, -0.62), (0.54, 0.2)], look.body)
    pen.polygon([(0.02, -0.12), (0.28, -0.86), (0.44, -0.82), (0.24, -0.1)], look.shade)
    pen.polygon([(0.4, -0.7), (0.42, -1.0), (0.56, -0.72)], look.body)
    nose = look.between(-0.4, -0.25)
    pen.polygon([(0.36, -0.72), (0.62, -0.76), (1.0, nose), (0.88, nose + 0.16), (0.5, -0.4)], look.body)
    pen.ellipse(0.92, nose + 0.05, 0.1, 0.11, look.light)
    pen.ellipse(0.62, -0.62, 0.05, 0.05, BLACK)


def frog(pen: Pen, look: Style) -> None:
    """Draw a frog: wide and low, two bulging eyes on top, a wide mouth, bent legs."""
    high = look.between(0.42, 0.54)
    for side in (-1, 1):
        pen.ellipse(side * 0.68, 0.3, 0.24, 0.46, look.shade, side * 0.45)
        pen.line([(side * 0.6, 0.68), (side * 1.0, 0.76)], 0.12, look.shade)
        pen.line([(side * 0.34, 0.3), (side * 0.36, 0.76), (side * 0.52, 0.8)], 0.14, look.shade)
    pen.ellipse(0.0, 0.16, 0.66, high, look.body)
    pen.ellipse(0.0, 0.42, 0.44, 0.26, look.light)
    for side in (-1, 1):
        pen.ellipse(side * 0.36, -0.36, 0.25, 0.26, look.body)
        pen.ellipse(side * 0.38, -0.4, 0.16, 0.17, WHITE)
        pen.ellipse(side * 0.4, -0.39, 0.09, 0.1, BLACK)
    pen.line([(-0.48, 0.02), (-0.25, 0.16), (0.0, 0.2), (0.25, 0.16), (0.48, 0.02)], 0.07, BLACK)


def _legs(pen: Pen, look: Style, places: tuple[float, ...], top: float, foot: float, width: float) -> None:
    """Draw legs from `top` to `foot`, the two far ones darker, each with a step of its own."""
    for number, x in enumerate(places):
        step = look.between(-0.12, 0.12)
        colour = look.body if number in (0, 3) else look.shade
        pen.line([(x, top), (x + step / 3, (top + foot) / 2), (x + step, foot)], width, colour)
