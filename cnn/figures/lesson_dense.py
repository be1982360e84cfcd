"""Signed bars in rows: the terms of a score, or ten scores. As SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnn.core.numbers import minus
from cnn.figures.colours import Theme

WIDTH = 560
LABEL = 250
ROW = 27


@dataclass(frozen=True)
class Row:
    """One bar: its name, the computation of its number, the number; `strong` rows are sums or the chosen one."""

    name: str
    detail: str
    value: float
    strong: bool = False


def bar_rows(rows: Sequence[Row], theme: Theme, label: str) -> str:
    """Return the rows as bars from a common zero: orange to the right above it, blue to the left below.

    Args:
        rows: from top to bottom; a rule is drawn above each strong row that follows another kind.
        theme: of the page.
        label: the drawing in words.
    """
    reach = max([abs(row.value) for row in rows] + [1e-9])
    left, right = LABEL + 62.0, WIDTH - 62.0
    lowest = min([row.value for row in rows] + [0.0])
    highest = max([row.value for row in rows] + [0.0])
    unit = (right - left) / ((highest - lowest) or reach)
    zero = left - lowest * unit
    parts = [_row(row, i, zero, unit, theme) for i, row in enumerate(rows)]
    tall = len(rows) * ROW + 4
    axis = f'<path d="M{zero:.1f},0V{tall}" stroke="{theme.quiet}" stroke-width="1"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {WIDTH} {tall}" style="width:100%;max-width:{1.15 * WIDTH:.0f}px" '
        f'font-family="inherit" font-size="13" font-variant-numeric="tabular-nums">'
        f"{axis}{''.join(parts)}</svg>"
    )


def _row(row: Row, place: int, zero: float, unit: float, theme: Theme) -> str:
    y, length = place * ROW + 4.0, abs(row.value) * unit
    start = zero if row.value >= 0 else zero - length
    colour = theme.positive if row.value >= 0 else theme.negative
    side = (zero + length + 5, "start") if row.value >= 0 else (zero - length - 5, "end")
    weight = ' font-weight="700"' if row.strong else ""
    ground = (
        f'<rect x="0" y="{y - 3}" width="{WIDTH}" height="{ROW - 1}" rx="4" fill="{theme.quiet}" '
        'opacity=".13"/>'
        if row.strong
        else ""
    )
    return (
        f"<g><title>{escape(row.name)}: {row.value!r}</title>{ground}"
        f'<text x="6" y="{y + 15}"{weight} fill="{theme.ink}">{escape(row.name)}</text>'
        f'<text x="{LABEL}" y="{y + 15}" text-anchor="end" fill="{theme.quiet}">{escape(row.detail)}</text>'
        f'<rect x="{start:.1f}" y="{y + 2}" width="{max(length, 0.8):.1f}" height="{ROW - 10}" rx="2" '
        f'fill="{colour}"/>'
        f'<text x="{side[0]:.1f}" y="{y + 15}" text-anchor="{side[1]}"{weight} fill="{theme.ink}">'
        f"{minus(f'{row.value:+.3f}')}</text></g>"
    )
