"""The component that takes a picture from the clipboard, wherever on the page it is pasted."""

import base64
import binascii
from collections.abc import Callable

import streamlit as st

from cnn.core.errors import PictureError
from cnn.images.file_checks import MAX_BYTES
from cnn.web.app.component import component

KEY = "paste"
MOST_TEXT = MAX_BYTES * 4 // 3 + 8
_component = component("paste", '<p class="paste" role="status"></p>')


def show_paste(
    on_paste: Callable[[bytes], object], on_problem: Callable[[str], object], tray: str, pictures: int
) -> None:
    """Listen for a pasted picture, and say so on the page.

    Args:
        on_paste: is called with its bytes, which are not trusted.
        on_problem: is called with a sentence where they are too many.
        tray: names the visitor's pictures; the page says so where they are others than before.
        pictures: how many they are.
    """

    def pasted() -> None:
        try:
            data = read_pasted(st.session_state[KEY].pasted)
        except PictureError as error:
            on_problem(str(error))
            return
        if data is not None:
            on_paste(data)

    _component(data={"most": MAX_BYTES, "tray": tray, "pictures": pictures}, key=KEY, on_pasted_change=pasted)


def read_pasted(value: object) -> bytes | None:
    """Return the bytes that a browser sends as base64, None where it sends something else.

    Raises:
        PictureError: where they are too many.
    """
    if not isinstance(value, str):
        return None
    if len(value) > MOST_TEXT:
        raise PictureError(
            f"The pasted picture is larger than {MAX_BYTES // 2**20} MB, the most that is allowed. "
            "Make it smaller and try again."
        )
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
