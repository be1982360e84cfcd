"""The component that shows maps beside the vector they are unrolled to: pointing at one shows the other."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.figures.colours import Theme, scale_of
from cnn.web.app.component import component

_component = component("unroll", '<div class="unroll"></div>')


def show_unrolled(
    maps: NDArray[np.float32],
    weights: NDArray[np.float32],
    name: str,
    theme: Theme,
    index: int,
    *,
    products: bool,
    key: str,
    on_choose: Callable[[int], None],
) -> None:
    """Show maps and the vector they are unrolled to, cell by cell, with the weight of each towards a class.

    Args:
        maps: (height, width, channels).
        weights: (height × width × channels,), of one class.
        name: of that class.
        theme: of the page.
        index: the cell of the vector that is marked first.
        products: whether the colours show value × weight instead of the value.
        key: of the component.
        on_choose: called with the index of a cell that was clicked.
    """
    values = np.ascontiguousarray(maps.reshape(-1), np.float32)
    products_of = values * weights
    scale = scale_of(products_of if products else values)
    about = {
        "shape": list(maps.shape),
        "name": name,
        "index": index,
        "products": products,
        "low": scale.low,
        "high": scale.high,
        "stops": scale.stops(theme),
        "ink": theme.ink,
        "quiet": theme.quiet,
        "accent": theme.accent,
        "ground": theme.ground,
    }
    arrays = {"values": values, "weights": np.ascontiguousarray(weights, np.float32)}

    def chosen() -> None:
        found = st.session_state[key].index
        if isinstance(found, int | float) and 0 <= int(found) < len(values):
            on_choose(int(found))

    _component(data=to_blob(arrays, about), key=key, on_index_change=chosen)
