"""All maps of a layer as one picture, enlarged without smoothing so that pixels stay visible."""

import base64
import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnn.figures.colours import Scale, Theme, colour, rgb, scale_of

GAP = 6
LABEL_HEIGHT = 15
MAP_PIXELS = 96
MAX_MAPS = 128
STRIP_WIDTH = 64


def mosaic(
    maps: NDArray[Any],
    theme: Theme,
    scale: Scale | None = None,
    *,
    columns: int = 12,
    pixels: int = MAP_PIXELS,
    labels: bool = True,
    first: int = 0,
) -> Image.Image:
    """Return the maps (height, width, channels) side by side, each with its channel number.

    Args:
        maps: float values.
        theme: of the page.
        scale: shared by all maps; None gives each map its own.
        columns: maps in a row.
        pixels: approximate width of a map in pixels; rounded to a multiple of its cells.
        labels: whether to write the channel numbers.
        first: the number of the first channel.
    """
    height, width, channels = maps.shape
    factor = max(1, round(pixels / max(height, width)))
    columns = min(columns, channels)
    cell_width = width * factor + GAP
    cell_height = height * factor + GAP + (LABEL_HEIGHT if labels else 0)
    rows = math.ceil(channels / columns)
    sheet = Image.new("RGB", (columns * cell_width - GAP, rows * cell_height - GAP), rgb(theme.ground))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for channel in range(channels):
        left = (channel % columns) * cell_width
        top = (channel // columns) * cell_height
        values = maps[:, :, channel]
        tile = paint(values, scale or scale_of(values), theme, factor)
        sheet.paste(tile, (left, top))
        draw.rectangle(
            (left, top, left + width * factor - 1, top + height * factor - 1), outline=_border(theme)
        )
        if labels:
            draw.text((left, top + height * factor + 1), str(first + channel), rgb(theme.quiet), font)
    return sheet


def paint(values: NDArray[Any], scale: Scale, theme: Theme, factor: int) -> Image.Image:
    """Return one map (height, width) in colours, each cell `factor` pixels wide."""
    return _enlarge(Image.fromarray(colour(values, scale, theme)), factor)


def picture(pixels: NDArray[np.uint8], factor: int) -> Image.Image:
    """Return a picture (height, width, 3), uint8, each pixel `factor` pixels wide."""
    return _enlarge(Image.fromarray(pixels), factor)


def strip(values: NDArray[Any], theme: Theme, scale: Scale) -> Image.Image:
    """Return a vector (values,) as rows of 64 cells, read like text; cells after the end have the background colour."""
    width = min(STRIP_WIDTH, len(values))
    rows = math.ceil(len(values) / width)
    cells = np.full((rows * width, 3), rgb(theme.ground), np.uint8)
    cells[: len(values)] = colour(values, scale, theme)
    return _enlarge(Image.fromarray(cells.reshape(rows, width, 3)), 14)


def colour_filters(kernel: NDArray[Any], factor: int = 24, columns: int = 12) -> Image.Image:
    """Return first-layer filters (size, size, 3, filters) as colour pictures; mid-grey is weight 0.

    All filters share one scale: the largest absolute weight is full colour.
    """
    size, _, _, filters = kernel.shape
    reach = float(np.abs(kernel).max()) or 1.0
    tiles = np.rint((kernel / reach * 0.5 + 0.5) * 255).astype(np.uint8)
    columns = min(columns, filters)
    cell, gap = size * factor, GAP
    rows = math.ceil(filters / columns)
    sheet = Image.new("RGBA", (columns * (cell + gap) - gap, rows * (cell + gap) - gap), (0, 0, 0, 0))
    for number in range(filters):
        place = ((number % columns) * (cell + gap), (number // columns) * (cell + gap))
        sheet.paste(picture(np.ascontiguousarray(tiles[:, :, :, number]), factor), place)
    return sheet


def data_uri(image: Image.Image) -> str:
    """Return the image as a data: URI of a PNG.

    Pages also pass it to `st.image`: Streamlit would store bytes as a file, often as a JPEG, and remove it with
    the next run of the script, perhaps before a slow browser has requested it.
    """
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _enlarge(image: Image.Image, factor: int) -> Image.Image:
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)


def _border(theme: Theme) -> tuple[int, int, int]:
    ground, quiet = rgb(theme.ground), rgb(theme.quiet)
    mixed = [round(0.7 * g + 0.3 * q) for g, q in zip(ground, quiet, strict=True)]
    return (mixed[0], mixed[1], mixed[2])
