"""The component of a row of small pictures to choose from: test pictures, or those that a visitor brought."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.web.app.component import component
from cnn.web.app.tiles import read_number

_component = component("thumbnails", '<div class="shelf"></div>', "picture_strip")


@dataclass(frozen=True)
class Tag:
    """What stands below a picture, in one or two lines, and what a screen reader says of it."""

    title: str
    line: str = ""
    words: str = ""


def show_thumbnails(
    pictures: NDArray[np.uint8],
    tags: Sequence[Tag],
    chosen: int | None,
    key: str,
    on_choose: Callable[[int], None] | None = None,
    on_remove: Callable[[int], None] | None = None,
) -> None:
    """Show pictures (pictures, 32, 32, 3), uint8; a click, or the arrow keys, choose one.

    Args:
        pictures: at least one.
        tags: one for each.
        chosen: which one is marked.
        key: of the component.
        on_choose: is called with the place of the one that was chosen; without it they are only to look at.
        on_remove: is called with the place of the one whose cross was pressed; without it there are no
        crosses.
    """

    def read(name: str, call: Callable[[int], None] | None) -> Callable[[], None]:
        def changed() -> None:
            place = read_number(getattr(st.session_state[key], name), 0, len(pictures))
            if place is not None and call:
                call(place)

        return changed

    facts = {
        "tags": [asdict(tag) for tag in tags],
        "chosen": chosen,
        "choosable": on_choose is not None,
        "removable": on_remove is not None,
    }
    blob = to_blob({"pictures": pictures}, facts)
    _component(
        data=blob,
        key=key,
        on_chosen_change=read("chosen", on_choose),
        on_removed_change=read("removed", on_remove),
    )
