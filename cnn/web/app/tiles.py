"""The component that shows a layer's maps before and after, one tile a filter; a click makes one silent."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.figures.colours import Scale, Theme, scale_of, shares
from cnn.web.app.component import component

_component = component("tiles", '<div class="tiles"></div>')


@dataclass(frozen=True)
class Tiles:
    """Maps (height, width, filters) before and after, and the number of the first; `silent` are numbers."""

    before: NDArray[np.float32]
    after: NDArray[np.float32]
    silent: Collection[int]
    first: int = 0

    @property
    def scale(self) -> Scale:
        """One scale for both sides, so that they can be compared."""
        return scale_of(np.stack([self.before, self.after]))


def show_tiles(tiles: Tiles, scale: Scale, theme: Theme, key: str, on_toggle: Callable[[int], None]) -> None:
    """Show the tiles; `on_toggle` is called with the number of a filter that was clicked.

    Args:
        tiles: the maps of one page.
        scale: of the colours, shared by all.
        theme: of the page.
        key: of the component.
        on_toggle: what to do with a click.
    """
    count = tiles.before.shape[2]

    def clicked() -> None:
        number = read_number(st.session_state[key].filter, tiles.first, tiles.first + count)
        if number is not None:
            on_toggle(number)

    _component(data=pack(tiles, scale, theme), key=key, on_filter_change=clicked)


def read_number(value: object, low: int, end: int) -> int | None:
    """Return the filter that a browser names, or None where there is none of that number from `low` to `end`.

    >>> read_number(3, 0, 12), read_number(12, 0, 12), read_number("3", 0, 12), read_number(True, 0, 12)
    (3, None, None, None)
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if low <= value < end else None


def pack(tiles: Tiles, scale: Scale, theme: Theme) -> bytes:
    """Return what the browser needs as one safetensors blob; values are shares of the scale, 0 to 255.

    `before` and `after` are (filters, height, width), uint8; the metadata holds the colours' stops, the
    number of the first filter, and for each whether it is silent and the mean size of its values.
    """
    sides = (tiles.before, tiles.after)
    blocks = {name: _shares(values, scale) for name, values in zip(("before", "after"), sides, strict=True)}
    means = [np.abs(values).mean(axis=(0, 1), dtype=np.float64).round(6).tolist() for values in sides]
    numbers = range(tiles.first, tiles.first + tiles.before.shape[2])
    facts = {
        "stops": scale.stops(theme),
        "first": tiles.first,
        "silent": [number in tiles.silent for number in numbers],
        "means": means,
    }
    return to_blob(blocks, facts)


def _shares(values: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rint(shares(values, scale) * 255).astype(np.uint8).transpose(2, 0, 1))
