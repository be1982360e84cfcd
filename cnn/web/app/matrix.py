"""The component of a matrix of numbers: a click on a cell reaches Python, which one on a Plotly heat map does not."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.figures.colours import Scale, Theme, colour
from cnn.web.app.component import component

DARKEST_FOR_INK = 0.55  # of the luminance from 0 to 1: on what is lighter, black is read better than white

_component = component("matrix", '<div class="matrix"><table></table></div>')


def show_matrix(
    values: NDArray[Any],
    scale: Scale,
    theme: Theme,
    key: str,
    on_choose: Callable[[int, int], None],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    corner: str,
    text: Callable[[int, int], str],
    title: Callable[[int, int], str],
    chosen: tuple[int, int] | None = None,
) -> None:
    """Show numbers (rows, columns) as coloured cells, one of which can be chosen.

    Args:
        values: what the colours show; nan is a cell without a value.
        scale: of the colours.
        theme: of the page.
        key: of the component.
        on_choose: is called with row and column of a cell that was clicked.
        rows: a name each.
        columns: a name each.
        corner: what stands where the names meet: what a row is, and a column.
        text: what a cell says.
        title: what it says at length, under the cursor and to a screen reader.
        chosen: the cell that is marked.
    """
    grounds = colour(np.nan_to_num(np.asarray(values, float), nan=scale.low), scale, theme)
    missing = np.isnan(np.asarray(values, float))

    def cell(row: int, column: int) -> dict[str, str]:
        red, green, blue = (int(part) for part in grounds[row, column])
        light = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 > DARKEST_FOR_INK
        ground, ink = f"rgb({red},{green},{blue})", "#1D1B18" if light else "#FFFFFF"
        if missing[row, column]:
            ground, ink = "transparent", "inherit"
        return {"text": text(row, column), "title": title(row, column), "ground": ground, "ink": ink}

    def clicked() -> None:
        place = read_cell(st.session_state[key].cell, len(rows), len(columns))
        if place is not None:
            on_choose(*place)

    data = {
        "corner": corner,
        "rows": list(rows),
        "columns": list(columns),
        "cells": [[cell(row, column) for column in range(len(columns))] for row in range(len(rows))],
        "chosen": list(chosen) if chosen else None,
    }
    _component(data=data, key=key, on_cell_change=clicked)


def read_cell(value: object, rows: int, columns: int) -> tuple[int, int] | None:
    """Return the cell that a browser names, or None where there is none such.

    >>> read_cell([1, 2], 10, 10), read_cell([1, 10], 10, 10), read_cell([True, 2], 10, 10), read_cell("12", 10, 10)
    ((1, 2), None, None, None)
    """
    if not isinstance(value, list) or len(value) != 2:
        return None
    row, column = value
    if any(not isinstance(place, int) or isinstance(place, bool) for place in value):
        return None
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None
