"""The component of the pictures that excite a channel most, each with the receptive field of its largest cell."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.network.layers.field import Rectangle
from cnn.web.app.component import component
from cnn.web.app.tiles import read_number

_component = component("top_images", '<div class="place"><ol class="nine"></ol></div>')


@dataclass(frozen=True)
class Winner:
    """One picture: its class, the largest value, its cell and that cell's receptive field, and a link to it."""

    title: str
    value: str
    cell: str
    field: Rectangle
    link: str


def show_nine(
    pictures: NDArray[np.uint8], winners: Sequence[Winner], key: str, on_choose: Callable[[int], None]
) -> None:
    """Show pictures (n, 32, 32, 3), uint8, with the receptive field outlined, and cut out below.

    Args:
        pictures: the strongest first.
        winners: one per picture.
        key: of the component.
        on_choose: is called with the place of a picture that was clicked.
    """

    def clicked() -> None:
        place = read_number(st.session_state[key].picture, 0, len(winners))
        if place is not None:
            on_choose(place)

    _component(data=pack(pictures, winners), key=key, on_picture_change=clicked)


def pack(pictures: NDArray[np.uint8], winners: Sequence[Winner]) -> bytes:
    """Return what the browser needs as one safetensors blob."""
    facts = {"winners": [asdict(winner) for winner in winners]}
    return to_blob({"pictures": pictures}, facts)
