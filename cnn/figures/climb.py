"""Figures of gradient ascent on the input: the picture after several steps, and the curve of the value."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnn.figures.colours import Theme, rgb
from cnn.figures.mosaic import picture
from cnn.figures.plotly_figure import figure

FACTOR = 3
GAP = 8
LABEL_HEIGHT = 18


def frame_strip(
    frames: NDArray[np.uint8], steps: Sequence[int], theme: Theme, columns: int = 6
) -> Image.Image:
    """Return the frames (frames, 32, 32, 3), uint8, in rows, each with its step below it."""
    side = frames.shape[1] * FACTOR
    wide, tall = side + GAP, side + GAP + LABEL_HEIGHT
    rows = -(-len(frames) // columns)
    sheet = Image.new("RGB", (columns * wide - GAP, rows * tall - GAP), rgb(theme.ground))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (frame, step) in enumerate(zip(frames, steps, strict=True)):
        left, top = number % columns * wide, number // columns * tall
        sheet.paste(picture(frame, FACTOR), (left, top))
        draw.text((left, top + side + 1), f"step {step}" if step else "noise", rgb(theme.quiet), font)
    return sheet


def climb_curve(values: NDArray[np.float32], steps: Sequence[int], theme: Theme, what: str) -> go.Figure:
    """Return the curve of the value, one point per step; the steps of the frames are marked.

    Args:
        values: (steps + 1,), before the first step and after each.
        steps: of the frames.
        theme: of the page.
        what: the title of the axis.
    """
    look = {"color": theme.accent}
    line = {"type": "scatter", "y": values, "mode": "lines", "line": look | {"width": 2}, "name": what}
    dots = {
        "type": "scatter",
        "x": list(steps),
        "y": values[list(steps)],
        "mode": "markers",
        "name": "frames",
    }
    layout = {
        "height": 220,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "xaxis": {"title": {"text": "step"}, "fixedrange": True},
        "yaxis": {"title": {"text": what}, "fixedrange": True},
        "uirevision": "climb",
    }
    return figure([line, dots | {"marker": look | {"size": 7}}], layout)
