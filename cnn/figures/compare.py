"""The ten answers of a network, alone or before and after a change, as HTML tables with bars."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import minus
from cnn.core.shares import percent
from cnn.data.classes import CLASSES
from cnn.figures.colours import Theme

LEAST_WIDTH = "36rem"
_NUMBERS = "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding:.1rem .5rem"
_HEAD = "font-weight:600;font-size:.85rem;white-space:nowrap;padding:.1rem .5rem"


def answers_html(
    before: tuple[NDArray[Any], NDArray[Any]],
    after: tuple[NDArray[Any], NDArray[Any]],
    theme: Theme,
    true_class: int | None = None,
) -> str:
    """Return one row per class: scores and probabilities before and after, on one scale, with their changes.

    Args:
        before: scores (10,) and probabilities (10,).
        after: the same, changed.
        theme: of the page.
        true_class: marked with a tick where it is known.
    """
    heads = ("class", "score before", "now", "change", "probability", "before", "now", "points")
    rows = [
        _row([cells[i] for cells in (*before, *after)], i, theme, i == true_class, _winner(before, after, i))
        for i in range(len(CLASSES))
    ]
    titles = "".join(_head(text, i, theme) for i, text in enumerate(heads))
    return (
        '<div style="overflow-x:auto">'
        f'<table style="width:100%;min-width:{LEAST_WIDTH};border-collapse:collapse;font-size:.92rem">'
        f"<thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _head(text: str, place: int, theme: Theme) -> str:
    align = "left" if place in (0, 4) else "right"
    line = f"border-bottom:1px solid {theme.quiet}66"
    return f'<th scope="col" style="{_HEAD};{line};text-align:{align}">{text}</th>'


def _winner(
    before: tuple[NDArray[Any], NDArray[Any]], after: tuple[NDArray[Any], NDArray[Any]], place: int
) -> tuple[bool, bool]:
    return int(before[1].argmax()) == place, int(after[1].argmax()) == place


def _row(numbers: Sequence[float], place: int, theme: Theme, true: bool, winner: tuple[bool, bool]) -> str:
    score, share, new_score, new_share = map(float, numbers)
    name = f"{escape(CLASSES[place])}{' ✓' if true else ''}"
    strong = [f"font-weight:{700 if won else 400}" for won in winner]
    bars = _bar(share, theme.quiet, 6) + _bar(new_share, theme.accent, 9)
    cells = [
        f'<td style="{_NUMBERS};color:{theme.quiet}">{signed(score, plus=False)}</td>',
        f'<td style="{_NUMBERS}">{signed(new_score, plus=False)}</td>',
        _change(new_score - score, signed(new_score - score), theme),
        f'<td style="width:34%;min-width:90px;padding:.1rem .5rem">{bars}</td>',
        f'<td style="{_NUMBERS};{strong[0]};color:{theme.quiet}" title="{share:.7g}">{percent(share)}</td>',
        f'<td data-after="{new_share:.7g}" style="{_NUMBERS};{strong[1]}" title="{new_share:.7g}">'
        f"{percent(new_share)}</td>",
        _change(100 * (new_share - share), signed(100 * (new_share - share), 1), theme),
    ]
    style = f"text-align:left;padding:.1rem .5rem;white-space:nowrap;{strong[1]}"
    head = f'<th scope="row" style="{style}">{name}</th>'
    return f'<tr data-class="{CLASSES[place]}">{head}{"".join(cells)}</tr>'


def _change(size: float, text: str, theme: Theme) -> str:
    """Return a change: an increase in the colour of positive numbers, a decrease in that of negative ones."""
    is_zero = not any(digit in text for digit in "123456789")
    colour = theme.quiet if is_zero else theme.positive if size > 0 else theme.negative
    return f'<td style="{_NUMBERS};color:{colour}">{"0" if is_zero else text}</td>'


def _bar(share: float, colour: str, tall: int) -> str:
    """Return a bar that begins at a thin line: an empty one shows nothing else."""
    full = (
        f'<div style="height:100%;width:{100 * share:.2f}%;border-radius:0 2px 2px 0;background:{colour};'
        'forced-color-adjust:none"></div>'
    )
    return f'<div style="height:{tall}px;margin:1px 0;border-left:1px solid {colour}">{full}</div>'


def signed(number: float, digits: int = 2, *, plus: bool = True) -> str:
    """Return a number with its sign.

    >>> signed(0.5), signed(-0.25), signed(3, plus=False)
    ('+0.50', '−0.25', '3.00')
    """
    return minus(f"{number:{'+' if plus else ''}.{digits}f}")


def verdict(before: NDArray[Any], after: NDArray[Any]) -> str:
    """Return how the answer changes, from probabilities (10,) before and after.

    >>> verdict(np.eye(10)[7], np.array([0.25, 0, 0, 0.75, 0, 0, 0, 0, 0, 0]))
    'From horse, 100.0 %, to **cat**, 75.0 %.'
    >>> verdict(np.eye(10)[7], np.eye(10)[7] * 0.5)
    'Still **horse**: 100.0 % before, 50.0 % now.'
    """
    old, new = int(before.argmax()), int(after.argmax())
    if old == new:
        return f"Still **{CLASSES[old]}**: {percent(before[old])} before, {percent(after[new])} now."
    return f"From {CLASSES[old]}, {percent(before[old])}, to **{CLASSES[new]}**, {percent(after[new])}."


def bars_html(probabilities: NDArray[Any], theme: Theme, true_class: int | None = None) -> str:
    """Return one bar per class from (10,) probabilities, with its name, the largest in the accent colour."""
    best = int(np.argmax(probabilities))
    rows = []
    for place, share in enumerate(map(float, probabilities)):
        weight = 700 if place == best else 400
        name = f"{CLASSES[place]}{' ✓' if place == true_class else ''}"
        bar = _bar(share, theme.accent if place == best else theme.quiet, 10)
        rows.append(
            f'<tr data-class="{CLASSES[place]}"><th scope="row" style="text-align:left;white-space:nowrap;'
            f'padding:.1rem .6rem .1rem 0;font-weight:{weight}">{name}</th>'
            f'<td style="width:60%">{bar}</td><td style="{_NUMBERS};font-weight:{weight};min-width:4.5rem">'
            f"{percent(share)}</td></tr>"
        )
    return f'<table style="width:100%;border-collapse:collapse;font-size:.9rem">{"".join(rows)}</table>'
