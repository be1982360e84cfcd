"""Drawings of the lessons on activation functions and softmax, as SVG: curves with points, signed bars."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import minus, written
from cnn.figures.colours import Theme

PLOT_WIDTH, PLOT_LEFT, PLOT_TOP = 420.0, 34.0, 14.0
BELOW = 1.2  # how far below zero the axis goes: room for -1 of tanh and ELU
SLOPE_HEIGHT = 92.0
SLOPE_RANGE = (-0.2, 1.25)


@dataclass(frozen=True)
class Axes:
    """The positions of numbers in a plot: pixel = start + step × number, for x, for y, and for the slope below."""

    reach: float
    x_start: float
    x_step: float
    y_start: float
    y_step: float
    slope_start: float
    slope_step: float
    height: float

    @classmethod
    def reaching(cls, reach: float) -> "Axes":
        """Return axes from -reach to reach, one unit as long upwards as sideways, the slope below."""
        step = (PLOT_WIDTH - PLOT_LEFT - 10) / (2 * reach)
        ground = PLOT_TOP + reach * step
        top = ground + BELOW * step + 42
        slope = SLOPE_HEIGHT / (SLOPE_RANGE[1] - SLOPE_RANGE[0])
        middle, zero = PLOT_LEFT + reach * step, top + SLOPE_RANGE[1] * slope
        return cls(reach, middle, step, ground, -step, zero, -slope, top + SLOPE_HEIGHT + 22)

    def as_numbers(self) -> dict[str, float]:
        """Return the axes as JSON can hold them."""
        return asdict(self)


def function_svg(
    curve: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    points: tuple[NDArray[Any], NDArray[Any]],
    axes: Axes,
    theme: Theme,
    name: str,
) -> str:
    """Return a function's curve with points on it, and its slope in a panel below.

    Args:
        curve: x, f(x) and f'(x), each (samples,).
        points: the x and f(x) of every point.
        axes: of the plot.
        theme: of the page.
        name: of the function.
    """
    x, y, slope = curve
    place = axes.x_start + axes.x_step * x
    line = _line(place, axes.y_start + axes.y_step * y, theme.ink, 2.2)
    steep = _line(place, axes.slope_start + axes.slope_step * slope, theme.ink, 2.2, "6 4")
    dots = 'class="dot" r="7" fill="none" stroke-width="3"'
    body = (
        f"{_frame(axes, theme)}{_dots(points, axes, theme)}{line}{steep}"
        f'<g class="here" visibility="hidden"><path class="ray" stroke="{theme.quiet}" fill="none" '
        f'stroke-dasharray="2 3"/><circle {dots} data-of="y" stroke="{theme.accent}"/>'
        f'<circle {dots} data-of="slope" stroke="{theme.accent}"/></g>'
    )
    label = f"The curve of {name}, the map's values as points on it, and the slope of the curve below"
    return _svg(PLOT_WIDTH, axes.height, body, label)


def _dots(points: tuple[NDArray[Any], NDArray[Any]], axes: Axes, theme: Theme) -> str:
    """Return all points as two paths of dots: below zero in blue, the others in orange."""
    x, y = (np.asarray(values).ravel() for values in points)
    parts = []
    for where, colour in ((x < 0, theme.negative), (x >= 0, theme.positive)):
        left = axes.x_start + axes.x_step * x[where]
        down = axes.y_start + axes.y_step * y[where]
        path = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(left.tolist(), down.tolist(), strict=True))
        parts.append(
            f'<path d="{path}" stroke="{colour}" stroke-width="9" stroke-linecap="round" opacity=".38"/>'
        )
    return "".join(parts)


def _frame(axes: Axes, theme: Theme) -> str:
    """Return the axes, their numbers and their names."""
    reach = axes.reach
    left, right = (axes.x_start + side * reach * axes.x_step for side in (-1, 1))
    top, bottom = axes.y_start + reach * axes.y_step, axes.y_start - BELOW * axes.y_step
    slope_top = axes.slope_start + SLOPE_RANGE[1] * axes.slope_step
    grid = f'stroke="{theme.quiet}" stroke-opacity=".55"'
    parts = [
        f'<path d="M{left:.1f} {axes.y_start:.1f}H{right:.1f}M{axes.x_start:.1f} {top:.1f}V{bottom:.1f}'
        f'M{left:.1f} {axes.slope_start:.1f}H{right:.1f}M{axes.x_start:.1f} {slope_top:.1f}v{SLOPE_HEIGHT}" '
        f'{grid} fill="none"/>',
        f'<path d="M{left:.1f} {axes.slope_start + axes.slope_step:.1f}H{right:.1f}" {grid} '
        'stroke-dasharray="2 5" fill="none"/>',
        _text(left, top + 8, "f(x)", theme.ink, "start", 14),
        _text(left, slope_top + 4, "slope f′(x)", theme.ink, "start", 14),
        _text(right, axes.y_start - 8, "x", theme.ink, "end", 14),
    ]
    for number in range(-math.floor(reach), math.floor(reach) + 1):
        at = axes.x_start + number * axes.x_step
        parts.append(_text(at, bottom + 14, minus(str(number)), theme.quiet))
        if number and -BELOW < number <= reach:
            up = axes.y_start + number * axes.y_step + 4
            parts.append(_text(axes.x_start - 6, up, minus(str(number)), theme.quiet, "end"))
    for number in (0, 1):
        up = axes.slope_start + number * axes.slope_step + 4
        parts.append(_text(left - 6, up, str(number), theme.quiet, "end"))
    return "".join(parts)


def small_functions(
    curves: Sequence[tuple[str, NDArray[Any], NDArray[Any]]], x: NDArray[Any], theme: Theme, chosen: str
) -> str:
    """Return small plots, as HTML that wraps: each function's curve solid and its slope dashed.

    Args:
        curves: name, f(x), f'(x) of each function.
        x: (samples,), symmetric around zero.
        theme: of the page.
        chosen: the name of the one to mark.
    """
    drawn = [_small(name, y, slope, x, theme, name == chosen) for name, y, slope in curves]
    columns = "repeat(auto-fit,minmax(min(195px,100%),1fr))"
    return f'<div style="display:grid;grid-template-columns:{columns};gap:8px">{"".join(drawn)}</div>'


def _small(
    name: str, y: NDArray[Any], slope: NDArray[Any], x: NDArray[Any], theme: Theme, chosen: bool
) -> str:
    width, height, middle, ground = 180.0, 150.0, 90.0, 108.0
    step = 82 / float(x[-1])
    place = middle + step * x
    inside = (y >= -1.5) & (y <= 2.6)  # what fits between the name and the floor
    edge = f'stroke="{theme.accent}" stroke-width="2.5"' if chosen else f'stroke="{theme.quiet}" opacity=".5"'
    body = (
        f'<rect x="1.5" y="1.5" width="{width - 3}" height="{height - 3}" rx="6" fill="none" {edge}/>'
        f'<path d="M8 {ground}H172M{middle} 28V{height - 8}" stroke="{theme.quiet}" stroke-opacity=".5"/>'
        f"{_line(place[inside], ground - 30 * y[inside], theme.positive, 2.6)}"
        f"{_line(place, ground - 30 * slope, theme.accent, 2, '5 4')}"
        + _text(10, 20, name, theme.ink, "start", 14)
        + _text(172, 20, f"slope ≤ {slope.max():.3g}", theme.quiet, "end")
    )
    label = f"{name}: the curve, and its slope, which is at most {slope.max():.3g}"
    return _svg(width, height, body, label, grow=1.3)


def signed_bars(names: Sequence[str], values: NDArray[Any], theme: Theme, label: str, marked: int) -> str:
    """Return bars from a line at zero: to the right in orange above it, to the left in blue below.

    Args:
        names: one per bar.
        values: (bars,), between -1 and 1.
        theme: of the page.
        label: what the drawing shows, in words.
        marked: the bar whose name is bold, with a tick.
    """
    left, step, reach = 330.0, 27.0, 190.0
    tall = step * len(names)
    parts = [f'<path d="M{left} 4V{tall + 6:.0f}" stroke="{theme.quiet}"/>']
    for place, (name, value) in enumerate(zip(names, values.tolist(), strict=True)):
        top, wide = 8 + place * step, abs(value) * reach
        start, fill = (left, theme.positive) if value >= 0 else (left - wide, theme.negative)
        strong, mark = ("700", " ✓") if place == marked else ("400", "")
        end, side = (left + wide + 6, "start") if value >= 0 else (left - wide - 6, "end")
        parts.append(
            f'<g><title>{escape(name)}: {value!r}</title><rect x="{start:.1f}" y="{top:.0f}" '
            f'width="{max(wide, 0.5):.1f}" height="{step - 9:.0f}" rx="2" fill="{fill}"/>'
            + _text(96, top + 14, name + mark, theme.ink, "end", 14, strong)
            + _text(end, top + 14, written(value), theme.ink, side, 14)
            + "</g>"
        )
    return _svg(600, tall + 12, "".join(parts), label, grow=1.2)


def _line(x: NDArray[Any], y: NDArray[Any], colour: str, width: float, dash: str = "") -> str:
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _text(
    x: float, y: float, text: str, fill: str, anchor: str = "middle", size: int = 12, weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, body: str, label: str, grow: float = 1.15) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="inherit" '
        f'style="width:100%;max-width:{grow * width:.0f}px;height:auto;'
        f'font-variant-numeric:tabular-nums">{body}</svg>'
    )
