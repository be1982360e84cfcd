"""Drawings of a network as SVG: its layers as plates, or as columns of its own maps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import number
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.figures.colours import TAGS, Scale, Theme, scale_of
from cnn.figures.mosaic import GAP, data_uri, mosaic, picture
from cnn.network.layers import Layer
from cnn.network.summary import LayerShape

PLATE_HEIGHT = 150
FLOW_TOP = 48
FLOW_HEIGHT = 216
FLOW_MAPS = 12
FLOW_LINE = 24
SLANT = 0.35
FEW_LAYERS = 14
SHEETS = 128  # that are kept, some 100 kB each: a control of a lesson changes few of a drawing's


@dataclass(frozen=True)
class Sheet:
    """Maps as a picture in a data: URI, with its size in pixels."""

    uri: str
    width: int
    height: int


def _sheet(maps: NDArray[Any], theme: Theme, scale: Scale, columns: int, pixels: int) -> Sheet:
    """Return `mosaic` of maps (height, width, channels) without labels, made once for the same numbers."""
    return _drawn_sheet(maps.tobytes(), maps.shape, maps.dtype.str, theme, scale, columns, pixels)


@lru_cache(maxsize=SHEETS)
def _drawn_sheet(
    content: bytes,
    shape: tuple[int, ...],
    dtype: str,
    theme: Theme,
    scale: Scale,
    columns: int,
    pixels: int,
) -> Sheet:
    maps = np.frombuffer(content, dtype).reshape(shape)
    image = mosaic(maps, theme, scale, columns=columns, pixels=pixels, labels=False)
    return Sheet(data_uri(image), image.width, image.height)


def network_svg(table: Sequence[LayerShape], theme: Theme, in_page: bool = True) -> str:
    """Return the layers as plates from left to right: taller is a larger map, thicker more channels.

    `in_page`: as wide as the page that it is part of, with its font; otherwise a file of its own.
    """
    left, parts, top = 24.0, [], 40
    few = len(table) <= FEW_LAYERS
    for row in table:
        side, thick = _plate(row)
        lean = side * SLANT if len(row.shape) == 3 else 6.0
        x, y = left, top + (PLATE_HEIGHT - side) / 2
        named = few or not row.layer.is_thin
        label = _plate_label(row, x + (thick + lean) / 2, side, y, theme) if named else ""
        parts.append(_draw_plate(row, x, y, side, thick, lean, label))
        left += max(thick + lean + 16 * named, 58 if named else 0) + 14
    height = top + PLATE_HEIGHT + 34
    body, label = "".join(parts), "The layers of the network from left to right"
    return (
        _svg(left + 10, height, body, label) if in_page else _svg_file(left + 10, height, body, label, theme)
    )


def _plate(row: LayerShape) -> tuple[float, float]:
    if len(row.shape) == 3:
        side = 34 + (PLATE_HEIGHT - 34) * math.sqrt(row.shape[0] / 32)
        thick = 4.0 if row.layer.is_thin else 8 + 5 * math.log2(1 + row.shape[2] / 4)
        return min(side, PLATE_HEIGHT), thick
    return 30 + 11 * math.log2(row.shape[0]), 7.0


def _draw_plate(
    row: LayerShape, x: float, y: float, side: float, thick: float, lean: float, label: str
) -> str:
    colour, drop = TAGS[row.layer.tag], lean * 0.55
    front = f"M{x},{y + drop}h{thick}v{side - drop}h{-thick}z"
    top = f"M{x},{y + drop}l{lean},{-drop}h{thick}l{-lean},{drop}z"
    face = f"M{x + thick},{y + drop}l{lean},{-drop}v{side - drop}l{-lean},{drop}z"
    title = escape(f"{row.layer.name}: {shape_text(row.shape)}" + (f", {row.formula}" if row.formula else ""))
    return (
        f'<g><title>{title}</title><path d="{front}" fill="{colour}"/>'
        f'<path d="{top}" fill="{colour}" opacity=".55"/>'
        f'<path d="{face}" fill="{colour}" opacity=".28" stroke="{colour}" stroke-width=".8"/>{label}</g>'
    )


def _plate_label(row: LayerShape, x: float, side: float, y: float, theme: Theme) -> str:
    style = 'text-anchor="middle"'
    return (
        f'<text x="{x:.0f}" y="{y - 10:.0f}" {style} font-weight="600" fill="{theme.ink}">'
        f"{escape(row.layer.name)}</text>"
        f'<text x="{x:.0f}" y="{y + side + 18:.0f}" {style} fill="{theme.quiet}">'
        f"{shape_text(row.shape)}</text>"
    )


def flow_svg(
    rows: Sequence[LayerShape],
    outputs: dict[str, NDArray[Any]],
    pixels: NDArray[np.uint8],
    theme: Theme,
    chosen: str = "",
) -> str:
    """Return a picture on its way through the network: its maps layer by layer, ten bars at the right.

    Args:
        rows: the layers to show, in order; a column of up to `FLOW_MAPS` maps each, or a vector's cells.
        outputs: every layer's output for this picture.
        pixels: the picture, (32, 32, 3), uint8.
        theme: of the page.
        chosen: the name of the layer to mark.
    """
    image = picture(pixels, 5)
    sheet = Sheet(data_uri(image), image.width, image.height)
    grid = _grid(pixels.shape[:2], 1, 1, sheet)
    columns = [_column("input", "32×32×3", sheet, 150, TAGS["input"], theme, "", chosen, grid)]
    before, shape = "input", pixels.shape
    for row in rows:
        joined = _window(row, shape) if row.layer.inputs == (before,) and len(row.shape) == 3 else ""
        columns.append(_map_column(row, outputs[row.layer.name], theme, chosen, joined))
        before, shape = row.layer.name, row.shape
    parts, left = [], 4.0
    for width, body in columns:
        parts.append(f'<g transform="translate({left:.0f} 0)">{body}</g>')
        left += width + 20
    parts.append(_bars(outputs["softmax"], left + 96, FLOW_TOP, FLOW_HEIGHT, theme, chosen))
    height = FLOW_TOP + FLOW_HEIGHT + 30
    return _svg(left + 240, height, "".join(parts), "The picture on its way through the network", "group")


def _grid(cells: tuple[int, ...], across: int, count: int, sheet: Sheet) -> str:
    """Return where the maps of a sheet lie, for the browser: cells of a map, maps across and in all, pixels."""
    tile = (sheet.width - (across - 1) * GAP) // across
    return f'data-grid="{cells[0]} {cells[1]} {across} {count} {tile} {tile + GAP} {sheet.width}"'


def _window(row: LayerShape, shape: tuple[int, ...]) -> str:
    """Return how the windows of a layer lie on what it reads, and whether each of its maps reads all of those."""
    size, stride, before = row.layer.window(shape[0])
    mixes = ' data-mixes="true"' if row.layer.tag == "conv" else ""
    return f'data-window="{size} {stride} {before}"{mixes}'


def _vector_column(row: LayerShape, values: NDArray[Any], theme: Theme, chosen: str) -> tuple[float, str]:
    """Return a vector in lines of 24 cells, read like text; a short vector has one cell per line."""
    cells = values.reshape(-1, FLOW_LINE if len(values) % FLOW_LINE == 0 else 1)
    sheet = _sheet(cells[..., None], theme, scale_of(values), 1, 6 * len(cells))
    width = min(FLOW_HEIGHT * sheet.width / sheet.height, 72.0)
    text = shape_text(row.shape)
    return _column(row.layer.name, text, sheet, width, TAGS[row.layer.tag], theme, "", chosen)


def _map_column(
    row: LayerShape, maps: NDArray[Any], theme: Theme, chosen: str, window: str
) -> tuple[float, str]:
    if maps.ndim == 1:
        return _vector_column(row, maps, theme, chosen)
    shown = maps[:, :, :FLOW_MAPS]
    across = 2 if shown.shape[2] > 4 else 1
    sheet = _sheet(shown, theme, scale_of(maps), across, 66)
    down = math.ceil(shown.shape[2] / across)
    width = across * min(36.0, FLOW_HEIGHT / down)
    rest = maps.shape[2] - shown.shape[2]
    more = f"+ {rest} more" if rest else ""
    facts = f"{_grid(maps.shape, across, shown.shape[2], sheet)} {window}" if window else ""
    colour, text = TAGS[row.layer.tag], shape_text(row.shape)
    return _column(row.layer.name, text, sheet, width, colour, theme, more, chosen, facts)


def _column(
    name: str,
    shape: str,
    sheet: Sheet,
    width: float,
    colour: str,
    theme: Theme,
    more: str,
    chosen: str,
    facts: str = "",
) -> tuple[float, str]:
    """Return a column's width and its drawing from x = 0: name, shape, tag, maps, what is left out."""
    height = width * sheet.height / sheet.width
    outer, top = max(width, 72.0), FLOW_TOP + (FLOW_HEIGHT - height) / 2
    frame = f'x="-4" y="0" width="{outer + 8:.0f}" height="{FLOW_TOP + FLOW_HEIGHT + 26}" rx="6"'
    marked = f'<rect class="chosen" {frame} fill="{colour}" opacity=".14"/>' if name == chosen else ""
    spoken = escape(" ".join(text for text in (name, shape, more) if text))
    return outer, (
        f'<g data-layer="{escape(name)}" {facts} tabindex="0" role="button" aria-label="{spoken}">'
        f'{marked}<rect class="frame" {frame}/>{_caption(name, shape, outer / 2, theme, colour)} '
        f"{_image(sheet, (outer - width) / 2, top, width, height)}"
        f"{_text(outer / 2, FLOW_TOP + FLOW_HEIGHT + 18, more, theme.quiet)}</g>"
    )


def _bars(
    probabilities: NDArray[Any], left: float, top: float, tall: float, theme: Theme, chosen: str
) -> str:
    step, best = tall / len(CLASSES), int(probabilities.argmax())
    frame = f'x="{left - 92:.0f}" y="0" width="234" height="{top + tall + 26:.0f}" rx="6"'
    colour = TAGS["softmax"]
    parts = [f'<rect class="chosen" {frame} fill="{colour}" opacity=".14"/>'] if chosen == "softmax" else []
    parts += [f'<rect class="frame" {frame}/>', _caption("softmax", "10", left + 30, theme, colour)]
    for i, name in enumerate(CLASSES):
        y, width = top + i * step, 76 * float(probabilities[i])
        fill = theme.accent if i == best else theme.quiet
        weight = ' font-weight="700"' if i == best else ""
        parts.append(
            f'<text x="{left - 8:.0f}" y="{y + step / 2 + 4:.0f}" text-anchor="end"{weight} '
            f'fill="{theme.ink}">{name}</text> '
            f'<rect class="bar" x="{left:.0f}" y="{y + 4:.1f}" width="{max(width, 1):.1f}" '
            f'height="{step - 8:.1f}" rx="2" fill="{fill}"/>'
            f'<text x="{left + width + 6:.0f}" y="{y + step / 2 + 4:.0f}" '
            f'fill="{theme.ink}">{escape(percent(float(probabilities[i])))}</text> '
        )
    body = "".join(parts)
    spoken = " ".join(
        f"{name} {escape(percent(float(share)))}" for name, share in zip(CLASSES, probabilities, strict=True)
    )
    return f'<g data-layer="softmax" tabindex="0" role="button" aria-label="softmax 10 {spoken}">{body}</g>'


def _caption(name: str, below: str, x: float, theme: Theme, colour: str) -> str:
    mark = f'<rect x="{x - 22:.0f}" y="36" width="44" height="3" rx="1.5" fill="{colour}"/>'
    return f"{_text(x, 14, name, theme.ink, '600')} {_text(x, 31, below, theme.quiet, size=0.92)}{mark} "


def _text(x: float, y: float, text: str, fill: str, weight: str = "400", size: float = 1.0) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" font-size="{size}em" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _image(sheet: Sheet, x: float, y: float, width: float, height: float) -> str:
    return f'<image href="{sheet.uri}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as text.

    >>> shape_text((32, 32, 12))
    '32×32×12'
    """
    return "×".join(f"{size:,}" for size in shape)


def _svg(width: float, height: float, body: str, label: str, role: str = "img") -> str:
    """Return an SVG as wide as the page within limits; below the lower limit it scrolls sideways.

    `role` is "group" where something in it can be pressed: a screen reader does not read the content of an image.
    """
    limits = f"width:100%;max-width:{1.3 * width:.0f}px;min-width:{0.8 * width:.0f}px;height:auto"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="{role}" aria-label="{escape(label)}" '
        f'style="{limits}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="inherit" font-size="12">{body}</svg>'
    )


def _svg_file(width: float, height: float, body: str, label: str, theme: Theme) -> str:
    """Return an SVG of fixed size with its own ground and font.

    Widths in per cent and `height:auto` are for browsers: CairoSVG draws nothing then
    (`findings/cairosvg_height_auto.sh`).
    """
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} font-family="system-ui, sans-serif" '
        f'font-size="12"><title>{escape(label)}</title>'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{theme.ground}"/>{body}</svg>'
    )


def tag_badge(layer: Layer) -> str:
    """Return a layer's name on the colour of its tag, as HTML."""
    return (
        f'<span style="background:{TAGS[layer.tag]};color:#fff;border-radius:4px;padding:1px 8px;'
        f'font-size:.85rem;font-weight:600">{escape(layer.name)}</span>'
    )


def legend_html(scale: Scale, theme: Theme, *, own: bool = False) -> str:
    """Return a colour bar with its numbers; `own` says that every map has its own scale."""
    stops = ", ".join(scale.stops(theme))
    low, high = ("lowest", "highest") if own else (number(scale.low), number(scale.high))
    middle = "<span>0</span>" if scale.signed else ""
    note = " Each map has its own scale: colours cannot be compared between maps." if own else ""
    return (
        f'<div style="max-width:420px;font-size:.85rem;color:{theme.quiet};'
        f'font-variant-numeric:tabular-nums">'
        f'<div style="height:10px;border-radius:3px;border:1px solid {theme.quiet}55;'
        f'background:linear-gradient(90deg, {stops})"></div>'
        f'<div style="display:flex;justify-content:space-between"><span>{low}</span>{middle}'
        f"<span>{high}</span></div>{note}</div>"
    )
