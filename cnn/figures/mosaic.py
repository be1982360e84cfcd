"""All maps of a layer as one picture, enlarged without smoothing so that pixels stay visible."""

import base64
import io
import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnn.figures.colours import Scale, Theme, colour, rgb, scale_of, shares

GAP = 6
LABEL_HEIGHT = 15
MAP_PIXELS = 96
MAX_MAPS = 128
STRIP_WIDTH = 64
SHADES = 220  # steps of a colour scale; its stops and the zero of a signed one are among them
GREYS = 15  # steps of the edges of letters: with the shades, a sheet has fewer colours than a palette
PALETTE = 256
HASHES = np.array([2654435761, 2246822519, 3266489917, 668265263, 374761393, 1640531527], np.uint32)


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
    letters = Image.new("L", sheet.size)
    draw, write, font = ImageDraw.Draw(sheet), ImageDraw.Draw(letters), _font()
    shared = _coloured(maps, scale, theme) if scale else None
    for channel in range(channels):
        left = (channel % columns) * cell_width
        top = (channel // columns) * cell_height
        values = maps[:, :, channel]
        cells = _coloured(values, scale_of(values), theme) if shared is None else shared[:, :, channel]
        sheet.paste(_enlarge(Image.fromarray(cells), factor), (left, top))
        draw.rectangle(
            (left, top, left + width * factor - 1, top + height * factor - 1), outline=_border(theme)
        )
        if labels:
            write.text((left, top + height * factor + 1), str(first + channel), 255, font)
    if labels:
        step = 255 // GREYS
        sheet.paste(rgb(theme.quiet), mask=letters.point([round(grey / step) * step for grey in range(256)]))
    return sheet


def paint(values: NDArray[Any], scale: Scale, theme: Theme, factor: int) -> Image.Image:
    """Return one map (height, width) in colours, each cell `factor` pixels wide."""
    return _enlarge(Image.fromarray(_coloured(values, scale, theme)), factor)


def _coloured(values: NDArray[Any], scale: Scale, theme: Theme) -> NDArray[np.uint8]:
    """Return the shades of numbers (...,) as (..., 3)."""
    return _shades(scale.signed, theme)[np.rint(shares(values, scale) * SHADES).astype(np.uint8)]


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the type of the channel numbers; to read it takes as long as to draw a sheet."""
    return ImageFont.load_default(11)


@lru_cache(maxsize=8)
def _shades(signed: bool, theme: Theme) -> NDArray[np.uint8]:
    """Return a scale's colours from its low end to its high end, (SHADES + 1, 3)."""
    return colour(
        np.linspace(-1 if signed else 0, 1, SHADES + 1), Scale(-1.0 if signed else 0.0, 1.0, signed), theme
    )


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
    _with_palette(image).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _with_palette(image: Image.Image) -> Image.Image:
    """Return the same picture with one byte a pixel, where it has few enough colours, instead of three."""
    found = image.getcolors(PALETTE) if image.mode == "RGB" else None
    if found is None:
        return image
    pixels = np.frombuffer(image.tobytes("raw", "RGBX"), "<u4") & 0xFFFFFF
    colours = np.array([colour for _, colour in found], np.uint8)
    keys = colours.astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    # A table of 65,536 places finds a pixel's colour; a search would take ten times as long.
    for factor in HASHES:
        places = keys * factor >> 16
        if len(np.unique(places)) == len(keys):
            break
    else:
        return image
    numbers = np.zeros(1 << 16, np.uint8)
    numbers[places] = np.arange(len(keys))
    small = Image.fromarray(numbers[pixels * factor >> 16].reshape(image.height, image.width))
    small.putpalette(colours.tobytes())
    return small


def _enlarge(image: Image.Image, factor: int) -> Image.Image:
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)


def _border(theme: Theme) -> tuple[int, int, int]:
    ground, quiet = rgb(theme.ground), rgb(theme.quiet)
    mixed = [round(0.7 * g + 0.3 * q) for g, q in zip(ground, quiet, strict=True)]
    return (mixed[0], mixed[1], mixed[2])
