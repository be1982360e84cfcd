"""The pictures to choose from: one of every class, and the visitor's own, as small tiles."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import CnnLabError
from cnn.core.numbers import to_blob
from cnn.web.app.component import component
from cnn.web.app.restart import say_if_lost
from cnn.web.app.session import session
from cnn.web.app.view import (
    choose_picture,
    digest,
    looks_at_own_picture,
    picture_choice,
    picture_count,
    picture_part,
)
from cnn.web.app.widgets import all_classes, dataset_name

KEY = "picture-strip"
BRING = "bring"
_component = component("picture_strip", '<div class="strip"></div>')


def show_picture_strip() -> None:
    """Show one test or validation picture of every class at one number, and the visitor's own; a click chooses."""
    true_class, number = picture_choice()
    own = session().upload
    say_if_lost(
        "picture",
        int(own is not None),
        "The server was restarted, so your picture is gone: this is a test picture. Bring yours again.",
    )
    try:
        pictures = _row(dataset_name(), number, picture_part())
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    chosen = None if looks_at_own_picture() else true_class
    blob = pack(pictures, chosen, number, picture_count(), own.pixels if own else None)
    result = _component(data=blob, key=KEY, on_chosen_change=_take)
    if result.chosen == BRING:
        st.switch_page("classify.py", query_params={"from": "Upload"})


def pack(
    pictures: NDArray[np.uint8],
    chosen: int | None,
    number: int,
    count: int,
    own: NDArray[np.uint8] | None = None,
) -> bytes:
    """Return the tiles as one safetensors blob.

    Args:
        pictures: (10, 32, 32, 3), one of every class.
        chosen: the class that is looked at; None is the visitor's own picture.
        number: which picture of every class, from 0.
        count: how many there are of every class.
        own: (32, 32, 3), the visitor's own picture.
    """
    tiles = pictures if own is None else np.concatenate([pictures, own[None]])
    facts = {
        "names": [*data.CLASSES, *(["yours"] if own is not None else [])],
        "chosen": len(data.CLASSES) if chosen is None else chosen,
        "number": number,
        "count": count,
        "digests": [digest(pixels) for pixels in tiles],
    }
    return to_blob({"pictures": tiles}, facts)


@st.cache_data(max_entries=256, show_spinner=False)
def _row(name: str, number: int, part: str) -> NDArray[np.uint8]:
    indices = [int(of_class[number]) for of_class in all_classes(name, part)]
    return data.test_pictures(name, indices) if part == "test" else data.validation_pictures(name, indices)


def _take() -> None:
    take(st.session_state[KEY].chosen)


def take(value: Any) -> None:
    """Put the picture that the browser sent into the address: [class, number]; class 10 is the own one.

    Anything else that comes from a browser changes nothing.
    """
    if not isinstance(value, list) or len(value) != 2 or not all(type(part) is int for part in value):
        return
    true_class, number = value
    if true_class == len(data.CLASSES) and session().upload is not None:
        choose_picture(None)
    elif 0 <= true_class < len(data.CLASSES) and 0 <= number < picture_count():
        choose_picture(true_class, number, picture_part())
