"""Drawings of the lessons on convolution and pooling, as SVG."""

from collections.abc import Sequence
from html import escape
from typing import Any

from numpy.typing import NDArray

from cnn.core.shares import percent, setting
from cnn.figures.colours import TAGS, Theme

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560.0, 250.0, 52.0, 150.0, 14.0, 44.0
DASHES = ("", "7 4", "2 4")
LABEL_GAP = 16.0


def shift_svg(changes: NDArray[Any], names: Sequence[str], theme: Theme, chosen: int) -> str:
    """Return one line per kind of map: how much it changes over the shifts 0, 1, 2, … pixels.

    Args:
        changes: (kinds, shifts), shares of the whole.
        names: of the kinds, written at the lines' ends.
        theme: of the page.
        chosen: the shift to mark.
    """
    reach = max(float(changes.max()), 0.1) * 1.08
    x = [LEFT + i * (WIDTH - LEFT - RIGHT) / (changes.shape[1] - 1) for i in range(changes.shape[1])]
    lines = [[_height(float(value), reach) for value in row] for row in changes]
    colours = (theme.ink, theme.positive, theme.negative)
    body = _axes(x, reach, theme, chosen)
    for row, colour, dash in zip(lines, colours, DASHES, strict=True):
        points = " ".join(f"{across:.1f},{up:.1f}" for across, up in zip(x, row, strict=True))
        style = f'fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
        body += f'<polyline points="{points}" {style}/>'
        body += "".join(
            f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3.5" fill="{colour}"/>'
            for across, up in zip(x, row, strict=True)
        )
    for name, colour, up in zip(names, colours, _apart([row[-1] for row in lines]), strict=True):
        body += _text(x[-1] + 10, up + 4, escape(name), colour, "start")
    label = "How much the map changes when the picture is shifted: " + changes_text(changes, names)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'style="width:100%;max-width:{WIDTH * 1.3:.0f}px;height:auto" '
        f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" font-family="inherit">{body}</svg>'
    )


def changes_text(changes: NDArray[Any], names: Sequence[str]) -> str:
    """Return the lines in words.

    >>> import numpy as np
    >>> changes_text(np.array([[0.0, 0.5]]), ["no pooling"])
    'no pooling 0.0 %, 50.0 %'
    """
    rows = [
        f"{name} " + ", ".join(percent(float(value)) for value in row)
        for name, row in zip(names, changes, strict=True)
    ]
    return "; ".join(rows)


def _height(value: float, reach: float) -> float:
    return TOP + (1 - value / reach) * (HEIGHT - TOP - BOTTOM)


def _axes(x: Sequence[float], reach: float, theme: Theme, chosen: int) -> str:
    bottom, right = _height(0, reach), x[-1]
    step = next(size for size in (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 100, 1e9) if reach / size <= 5)
    body = f'<rect x="{x[chosen] - 14:.1f}" y="{TOP}" width="28" height="{bottom - TOP:.1f}" rx="4" '
    body += f'fill="{TAGS["pool"]}" opacity=".16"/>'
    for i in range(int(reach / step) + 1):
        up = _height(i * step, reach)
        body += f'<path d="M{LEFT} {up:.1f}H{right:.1f}" stroke="{theme.quiet}" stroke-opacity=".35"/>'
        body += _text(LEFT - 8, up + 4, setting(i * step), theme.quiet, "end")
    body += "".join(_text(across, bottom + 18, str(i), theme.quiet) for i, across in enumerate(x))
    return body + _text((LEFT + right) / 2, bottom + 36, "shift of the picture in pixels", theme.quiet)


def _text(x: float, y: float, text: str, fill: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}" fill="{fill}">{text}</text>'


def _apart(heights: Sequence[float]) -> list[float]:
    """Return heights moved down where labels would overlap."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed: dict[int, float] = {}
    last = -LABEL_GAP
    for i in order:
        last = placed[i] = max(heights[i], last + LABEL_GAP)
    return [placed[i] for i in range(len(heights))]
