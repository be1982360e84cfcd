"""The component that shows a photo and the square of it that the network gets; the square is moved and resized."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from cnn.core.numbers import to_blob
from cnn.web.app.component import component
from cnn.web.app.upload_store import Upload

KEY = "crop"
_component = component("crop", '<div class="crop"></div>')


def show_crop(
    upload: Upload,
    placed: tuple[int, tuple[int, int, int]],
    on_move: Callable[[str, int, int, int], None],
) -> None:
    """Show a visitor's picture with its square; `on_move` is called with key, left, top and side.

    The picture is sent once: where the square is after a move, the browser knows already.

    Args:
        upload: the picture.
        placed: a number that changes when the square is to be where the three after it say.
        on_move: what to do with a move; the numbers are pixels of the picture as it is shown.
    """
    height, width = upload.picture.original.shape[:2]

    def moved() -> None:
        place = read_move(st.session_state[KEY].moved)
        if place:
            on_move(*place)

    facts = {
        "key": upload.key,
        "width": width,
        "height": height,
        "least": upload.picture.least_side,
        "placed": placed[0],
        "crop": placed[1],
        "label": f"{upload.name}, upright",
    }
    preview = np.frombuffer(upload.preview, np.uint8)
    _component(data=to_blob({"preview": preview}, facts), key=KEY, on_moved_change=moved)


def read_move(value: object) -> tuple[str, int, int, int] | None:
    """Return what a browser says of a move, or None where it is no key and four whole numbers.

    The last of them is the number of `placed`, by which the same move after another placing is a new one.

    >>> read_move(["a1", 1, 2, 32, 0]), read_move(["a1", 1, 2, 3.5, 0]), read_move(["a1", 1, True, 3, 0])
    (('a1', 1, 2, 32), None, None)
    """
    if not isinstance(value, list) or len(value) != 5 or not isinstance(value[0], str):
        return None
    key, *numbers = value
    if any(not isinstance(number, int) or isinstance(number, bool) for number in numbers):
        return None
    if any(abs(number) > 10**6 for number in numbers):
        return None
    return (key, numbers[0], numbers[1], numbers[2])
