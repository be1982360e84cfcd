"""The tools that change the picture: cover, shift, rotate, mirror, recolour."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from cnn.core.validation import Whole, allowed_values
from cnn.interpret.picture_edits import (
    FILLS,
    FLIPS,
    Brightness,
    Cover,
    Flip,
    Grey,
    Noise,
    PictureEdit,
    Rotate,
    Shift,
)
from cnn.web.ablate.ablation_state import Bench

FILL = "break-fill"
Kind = TypeVar("Kind", bound=PictureEdit)


def show_picture_tools(bench: Bench) -> None:
    """Let the visitor change the picture; each control shows its current value."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _show_cover(bench)
    with middle:
        _show_shift(bench)
        turned = _found(bench, Rotate) or Rotate()
        _slider(bench, "Rotate clockwise (degrees)", "break-turn", Rotate, "degrees", turned.degrees, Rotate)
        st.caption("Empty parts become mid-grey. Rotation takes the nearest pixel.")
    with right:
        for way, words in FLIPS.items():
            _toggle(bench, words, f"break-flip-{way}", Flip(way))
        _toggle(bench, "Without colour", "break-grey", Grey())
        bright = _found(bench, Brightness) or Brightness()
        _slider(bench, "Brightness", "break-bright", Brightness, "more", bright.more, Brightness)
        noise = _found(bench, Noise) or Noise()
        _slider(bench, "Noise", "break-noise", Noise, "size", noise.size, Noise)


def _found(bench: Bench, kind: type[Kind]) -> Kind | None:
    return next((edit for edit in bench.edits.current if isinstance(edit, kind)), None)


def _show_shift(bench: Bench) -> None:
    found = _found(bench, Shift) or Shift()
    down, right = found.down, found.right
    _slider(bench, "Shift right", "break-right", Shift, "right", right, lambda size: Shift(down, size))
    _slider(bench, "Shift down", "break-down", Shift, "down", down, lambda size: Shift(size, right))


def _show_cover(bench: Bench) -> None:
    st.markdown("Drag over the picture on the right, or enter a position:")
    st.selectbox("Cover with", list(FILLS), format_func=str.capitalize, key=FILL)
    numbers = {}
    for names in (("top", "left"), ("height", "width")):
        for column, name in zip(st.columns(2), names, strict=True):
            limits: Whole = allowed_values(Cover, name)
            start = getattr(Cover(), name)
            label = {"top": "From row", "left": "From column"}.get(name, name.capitalize())
            numbers[name] = int(
                column.number_input(label, limits.low, limits.high, start, key=f"break-{name}")
            )
    cover = Cover(**numbers, fill=st.session_state[FILL])
    st.button("Cover it", icon=":material/crop_square:", on_click=bench.change, args=(cover,))


def _slider(
    bench: Bench,
    label: str,
    key: str,
    kind: type[PictureEdit],
    field: str,
    value: int,
    make: Callable[[int], PictureEdit],
) -> None:
    """Show a slider for one number of one kind of change."""
    limits: Whole = allowed_values(kind, field)
    st.session_state[key] = value  # undo and the buttons move it, too
    st.slider(
        label,
        limits.low,
        limits.high,
        key=key,
        on_change=lambda: bench.change(make(int(st.session_state[key]))),
    )


def _toggle(bench: Bench, label: str, key: str, edit: PictureEdit) -> None:
    """Show a switch for a change that is either in force or not."""
    current = bench.edits.current
    st.session_state[key] = edit in current

    def turned() -> None:
        if st.session_state[key]:
            bench.change(edit)
        elif edit in current:
            bench.become(bench.edits.remove(current.index(edit)))

    st.toggle(label, key=key, on_change=turned)
