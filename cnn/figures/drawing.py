"""Drawings of a network as SVG: its layers as plates, or as columns of its own maps."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnn.data import CLASSES
from cnn.figures.colours import TAGS, Theme, scale_of
from cnn.figures.mosaic import data_uri, mosaic, picture
from cnn.layers import Layer
from cnn.shapes import LayerShape

PLATE_HEIGHT = 150
SLANT = 0.35
THIN = ("relu", "norm", "drop", "add", "flat", "softmax")


def network_svg(table: Sequence[LayerShape], theme: Theme) -> str:
    """Return the layers as plates from left to right: taller is a larger map, thicker more channels."""
    left, parts, top = 12.0, [], 44
    for row in table:
        side, thick = _plate(row)
        parts.append(_draw_plate(row, left, top + (PLATE_HEIGHT - side) / 2, side, thick, theme))
        left += thick + side * SLANT + 16 + (0 if row.layer.tag in THIN else 18)
    height = top + PLATE_HEIGHT + 44
    return _svg(left + 40, height, "".join(parts), "The layers of the network from left to right")


def _plate(row: LayerShape) -> tuple[float, float]:
    if len(row.shape) == 3:
        side = 34 + (PLATE_HEIGHT - 34) * math.sqrt(row.shape[0] / 32)
        thick = 4.0 if row.layer.tag in THIN else 8 + 5 * math.log2(1 + row.shape[2] / 4)
        return min(side, PLATE_HEIGHT), thick
    return 30 + 11 * math.log2(row.shape[0]), 7.0


def _draw_plate(row: LayerShape, x: float, y: float, side: float, thick: float, theme: Theme) -> str:
    colour, lean = TAGS[row.layer.tag], side * SLANT if len(row.shape) == 3 else 6
    drop = lean * 0.55
    front = f"M{x},{y + drop}h{thick}v{side - drop}h{-thick}z"
    top = f"M{x},{y + drop}l{lean},{-drop}h{thick}l{-lean},{drop}z"
    face = f"M{x + thick},{y + drop}l{lean},{-drop}v{side - drop}l{-lean},{drop}z"
    title = escape(f"{row.layer.name}: {_shape_text(row.shape)}" + (f", {row.formula}" if row.formula else ""))
    label = "" if row.layer.tag in THIN else _plate_label(row, x + (thick + lean) / 2, side, y, theme)
    return (
        f'<g><title>{title}</title><path d="{front}" fill="{colour}"/>'
        f'<path d="{top}" fill="{colour}" opacity=".55"/>'
        f'<path d="{face}" fill="{colour}" opacity=".28" stroke="{colour}" stroke-width=".8"/>{label}</g>'
    )


def _plate_label(row: LayerShape, x: float, side: float, y: float, theme: Theme) -> str:
    style = 'text-anchor="middle" font-size="12"'
    return (
        f'<text x="{x:.0f}" y="{y - 10:.0f}" {style} font-weight="600" fill="{theme.ink}">'
        f"{escape(row.layer.name)}</text>"
        f'<text x="{x:.0f}" y="{y + side + 18:.0f}" {style} fill="{theme.quiet}">{_shape_text(row.shape)}</text>'
    )


def flow_svg(
    rows: Sequence[LayerShape],
    outputs: dict[str, NDArray],
    pixels: NDArray[np.uint8],
    theme: Theme,
    *,
    shown: int = 12,
) -> str:
    """Return one picture's way through the network: its maps layer by layer, ten bars at the right.

    Args:
        rows: the layers to show, in order; those with maps become columns of up to `shown` maps.
        outputs: every layer's output for this picture.
        pixels: the picture, (32, 32, 3), uint8.
        theme: of the page.
        shown: maps a column at most; more are counted below it.
    """
    parts, left, top, tall = [_image(picture(pixels, 5), 0, 70, 150, 150)], 172.0, 30, 234
    parts.append(_caption("input", "32×32×3", 75, theme, TAGS["input"]))
    for row in rows:
        if len(row.shape) != 3 or not row.layer.inputs or row.layer.tag == "drop":
            continue
        maps = outputs[row.layer.name]
        sheet = mosaic(maps[:, :, :shown], theme, scale_of(maps), columns=2, pixels=66, labels=False)
        width = tall * sheet.width / sheet.height if maps.shape[2] > shown - 2 else 2 * 36 + 3
        height = width * sheet.height / sheet.width
        parts.append(_image(sheet, left, top + (tall - height) / 2, width, height))
        parts.append(_caption(row.layer.name, _shape_text(row.shape), left + width / 2, theme, TAGS[row.layer.tag]))
        if maps.shape[2] > shown:
            parts.append(_text(left + width / 2, top + tall + 18, f"+ {maps.shape[2] - shown} more", theme.quiet))
        left += width + 22
    parts.append(_bars(outputs["softmax"], left + 84, top, tall, theme))
    parts.append(_caption("softmax", "10", left + 120, theme, TAGS["softmax"]))
    return _svg(left + 232, top + tall + 30, "".join(parts), "The picture's way through the network")


def _bars(probabilities: NDArray, left: float, top: float, tall: float, theme: Theme) -> str:
    step, best, parts = tall / len(CLASSES), int(probabilities.argmax()), []
    for i, name in enumerate(CLASSES):
        y, width = top + i * step, 84 * float(probabilities[i])
        fill = theme.accent if i == best else theme.quiet
        weight = ' font-weight="700"' if i == best else ""
        parts.append(
            f'<text x="{left - 8:.0f}" y="{y + step / 2 + 4:.0f}" text-anchor="end" font-size="12"{weight} '
            f'fill="{theme.ink}">{name}</text>'
            f'<rect x="{left:.0f}" y="{y + 4:.1f}" width="{max(width, 1):.1f}" height="{step - 8:.1f}" rx="2" '
            f'fill="{fill}"/>'
            f'<text x="{left + width + 6:.0f}" y="{y + step / 2 + 4:.0f}" font-size="12" '
            f'fill="{theme.ink}">{100 * float(probabilities[i]):.0f} %</text>'
        )
    return "".join(parts)


def _caption(name: str, below: str, x: float, theme: Theme, colour: str) -> str:
    mark = f'<rect x="{x - 22:.0f}" y="23" width="44" height="3" rx="1.5" fill="{colour}"/>'
    return _text(x, 10, name, theme.ink, "600") + _text(x, 21, below, theme.quiet, size=10) + mark


def _text(x: float, y: float, text: str, fill: str, weight: str = "400", size: int = 12) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _image(image: object, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<image href="{data_uri(image)}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '  # type: ignore[arg-type]
        f'height="{height:.1f}" style="image-rendering:pixelated"/>'
    )


def _shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(f"{size:,}" for size in shape)


def _svg(width: float, height: float, body: str, label: str) -> str:
    """Return an SVG that keeps its size and scrolls sideways in a narrow page."""
    return (
        '<div style="overflow-x:auto">'
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="inherit" style="display:block;margin:auto">{body}</svg></div>'
    )


def tag_badge(layer: Layer) -> str:
    """Return a layer's name on its tag's colour, as HTML."""
    return (
        f'<span style="background:{TAGS[layer.tag]};color:#fff;border-radius:4px;padding:1px 8px;'
        f'font-size:.85rem;font-weight:600">{escape(layer.name)}</span>'
    )
