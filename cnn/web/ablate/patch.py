"""The component in which a patch is laid over a picture: drag, click, or arrow keys and Enter."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.core.numbers import to_blob
from cnn.interpret.picture_edits import Cover
from cnn.web.app.component import component

_component = component("patch", '<div class="patch"></div>')
FIELDS = ("top", "left", "height", "width")


def show_patch(
    pixels: NDArray[np.uint8], label: str, key: str, fill: str, on_cover: Callable[[Cover], None]
) -> None:
    """Show a picture (32, 32, 3), uint8; `on_cover` is called with the patch that was laid over it.

    Args:
        pixels: the picture as it is now.
        label: what the picture shows, in words.
        key: of the component.
        fill: of the patches, one of `cnn.interpret.picture_edits.FILLS`.
        on_cover: what to do with a patch.
    """

    def covered() -> None:
        cover = read_cover(st.session_state[key].cover, fill)
        if cover is not None:
            on_cover(cover)

    blob = to_blob({"pixels": pixels}, {"label": label})
    _component(data=blob, key=key, on_cover_change=covered)


def read_cover(value: object, fill: str) -> Cover | None:
    """Return the patch that a browser names, or None where it names none that is allowed.

    >>> read_cover({"top": 2, "left": 3, "height": 4, "width": 5}, "grey")
    Cover(top=2, left=3, height=4, width=5, fill='grey')
    >>> read_cover({"top": -2, "left": 3, "height": 4, "width": 5}, "grey") is None
    True
    """
    if not isinstance(value, dict) or set(value) != set(FIELDS):
        return None
    try:
        return Cover(**value, fill=fill)
    except SpecError:
        return None
