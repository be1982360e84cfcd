"""The figures of a network as SVG and PNG, drawn from one list of shapes so that both look alike."""

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnn.core.shares import setting
from cnn.exports.source import Exported, Source
from cnn.figures.colours import LIGHT, rgb
from cnn.figures.drawing import network_svg
from cnn.network.layers import expand
from cnn.network.spec import PICTURE_SHAPE
from cnn.network.summary import walk

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 64, 20, 44, 52
MAX_POINTS = 400
FONT_SIZE = 13  # pixels
CENTRE = 0.35  # of the font's size, from the middle of a line of text down to its baseline; `dominant-baseline` would
# say it, but librsvg 2.54 and LibreOffice 7.4 ignore that, and the labels would sit on the lines
ZOOM = 2  # pixels of the PNG for one of the SVG
FILTER_CELL, FILTER_GAP, FILTERS_A_ROW = 16, 10, 12

Point = tuple[float, float]


@dataclass
class Drawing:
    """Shapes in pixels: lines (points, colour, dashed), boxes (left, top, right, bottom, colour), texts."""

    width: float
    height: float
    title: str
    lines: list[tuple[list[Point], str, bool]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    texts: list[tuple[Point, str, str]] = field(default_factory=list)  # position, anchor of Pillow, text


def svg(drawing: Drawing) -> str:
    """Return a drawing as SVG."""
    anchors = {"l": "start", "m": "middle", "r": "end"}
    parts = [f'<rect width="100%" height="100%" fill="{LIGHT.ground}"/>']
    parts += [
        f'<rect x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" height="{y1 - y0:g}" fill="{colour}"/>'
        for x0, y0, x1, y1, colour in drawing.boxes
    ]
    for points, colour, dashed in drawing.lines:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>')
    for (x, y), anchor, words in drawing.texts:
        parts.append(
            f'<text x="{x:.1f}" y="{y + CENTRE * FONT_SIZE:.1f}" text-anchor="{anchors[anchor]}" '
            f'font-size="{FONT_SIZE}" fill="{LIGHT.ink}">{escape(words)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:g} {drawing.height:g}" '
        f'width="{drawing.width:g}" height="{drawing.height:g}" font-family="system-ui, sans-serif" role="img">'
        f"<title>{escape(drawing.title)}</title>{''.join(parts)}</svg>"
    )


def png(drawing: Drawing) -> bytes:
    """Return a drawing as PNG, twice as large."""
    size = (math.ceil(drawing.width * ZOOM), math.ceil(drawing.height * ZOOM))
    image = Image.new("RGB", size, rgb(LIGHT.ground))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(FONT_SIZE * ZOOM)
    for x0, y0, x1, y1, colour in drawing.boxes:
        draw.rectangle((x0 * ZOOM, y0 * ZOOM, x1 * ZOOM - 1, y1 * ZOOM - 1), rgb(colour))
    for points, colour, dashed in drawing.lines:
        scaled = [(x * ZOOM, y * ZOOM) for x, y in points]
        for part in _dashes(scaled) if dashed else [scaled]:
            draw.line(part, rgb(colour), round(1.8 * ZOOM), joint="curve")
    for (x, y), anchor, words in drawing.texts:
        draw.text((x * ZOOM, y * ZOOM), words, rgb(LIGHT.ink), font, anchor + "m")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _dashes(points: Sequence[Point], on: float = 12.0, off: float = 8.0) -> list[list[Point]]:
    """Cut a line into dashes of `on` pixels with `off` between them."""
    found: list[list[Point]] = [[points[0]]] if points else []
    left, drawn = on, True
    for start, end in pairwise(points):
        length, done = math.dist(start, end), 0.0
        while length - done > left:
            done += left
            share = done / length
            at = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            if drawn:
                found[-1].append(at)
            else:
                found.append([at])
            drawn, left = not drawn, off if drawn else on
        left -= length - done
        if drawn:
            found[-1].append(end)
    return [part for part in found if len(part) > 1]


def curves(source: Source, quantity: str) -> Drawing:
    """Return "loss" or "accuracy" over the epochs, for training batches and for the validation pictures."""
    within = _points(source.history, "progress", quantity)
    after = _points(source.history, "epoch", f"validation_{quantity}")
    values = [y for _, y in within + after]
    top = 1.0 if quantity == "accuracy" else _round_up(max(values, default=1.0))
    end = max([x for x, _ in within + after], default=1.0) or 1.0
    drawing = Drawing(WIDTH, HEIGHT, f"{quantity.capitalize()} of {source.name or source.run_id} by epoch")

    def at(x: float, y: float) -> Point:
        return (
            LEFT + x / end * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - min(y / top, 1.0) * (HEIGHT - TOP - BOTTOM),
        )

    for i in range(6):
        value = top * i / 5
        words = setting(value) if quantity == "accuracy" else f"{value:.3g}"
        drawing.lines.append(([at(0, value), at(end, value)], "#DDD9CF", False))
        drawing.texts.append(((LEFT - 8, at(0, value)[1]), "r", words))
        drawing.texts.append(((at(end * i / 5, 0)[0], HEIGHT - BOTTOM + 16), "m", f"{end * i / 5:.3g}"))
    drawing.texts += [((WIDTH / 2, HEIGHT - 14), "m", "epoch"), ((LEFT, 18), "l", quantity.capitalize())]
    entries = (("training", LIGHT.accent, False, within), ("validation", LIGHT.positive, True, after))
    for i, (words, colour, dashed, points) in enumerate(entries):
        x = WIDTH - 250 + 120 * i
        drawing.lines.append(([(x, 18), (x + 26, 18)], colour, dashed))
        drawing.texts.append(((x + 32, 18), "l", words))
        if points:
            drawing.lines.append(([at(*point) for point in points], colour, dashed))
    return drawing


def _points(rows: Sequence[Mapping[str, Any]], kind: str, quantity: str) -> list[Point]:
    found = [
        (float(row["epoch"]), float(row[quantity]))
        for row in rows
        if row.get("kind") == kind and row.get(quantity) is not None
    ]
    if len(found) > MAX_POINTS:
        chosen = np.unique(np.linspace(0, len(found) - 1, MAX_POINTS).round().astype(int))
        found = [found[i] for i in chosen]
    return found


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, … times a power of ten: 2.31 gives 5."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def first_filters(source: Source) -> Drawing | None:
    """Return the kernels of the first convolution as colours, mid-grey for 0; None if it does not read RGB."""
    first = expand(source.setup.network)[1]
    kernel: NDArray[np.float32] = source.weights[f"{first.name}/kernel"]
    if first.kernel_of(kernel, 0).shape[2] != PICTURE_SHAPE[-1]:
        return None
    size, filters = kernel.shape[0], kernel.shape[3]
    reach = float(np.abs(kernel).max()) or 1.0
    tiles = np.rint((kernel / reach * 0.5 + 0.5) * 255).astype(int)
    tile = size * FILTER_CELL + FILTER_GAP
    across, down = min(filters, FILTERS_A_ROW), math.ceil(filters / FILTERS_A_ROW)
    words = f"The {filters} kernels of the first convolution; mid-grey is weight 0"
    drawing = Drawing(across * tile + FILTER_GAP, down * tile + FILTER_GAP, words)
    for number in range(filters):
        left = FILTER_GAP + number % FILTERS_A_ROW * tile
        top = FILTER_GAP + number // FILTERS_A_ROW * tile
        for i in range(size):
            for j in range(size):
                red, green, blue = tiles[i, j, :, number].tolist()
                x, y = left + j * FILTER_CELL, top + i * FILTER_CELL
                colour = f"#{red:02X}{green:02X}{blue:02X}"
                drawing.boxes.append((x, y, x + FILTER_CELL, y + FILTER_CELL, colour))
    return drawing


def export_figures(source: Source) -> Exported:
    """Return learning curves, first kernels and the layers as SVG and PNG, in one ZIP."""
    buffer = io.BytesIO()
    drawings = {"loss": curves(source, "loss"), "accuracy": curves(source, "accuracy")}
    if filters := first_filters(source):
        drawings["filters"] = filters
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, drawing in drawings.items():
            archive.writestr(f"{name}.svg", svg(drawing))
            archive.writestr(f"{name}.png", png(drawing))
        archive.writestr("network.svg", network_svg(walk(source.setup.network), LIGHT, in_page=False))
    return Exported(f"{source.stem}-figures.zip", "application/zip", buffer.getvalue())
