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
from cnn.web.ablate.ablation_state import AblationState

FILL = "break-fill"
Kind = TypeVar("Kind", bound=PictureEdit)


def show_picture_tools(ablation: AblationState) -> None:
    """Let the visitor change the picture; each control shows its current value."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _show_cover(ablation)
    with middle:
        _show_shift(ablation)
        turned = _found(ablation, Rotate) or Rotate()
        _slider(
            ablation, "Rotate clockwise (degrees)", "break-turn", Rotate, "degrees", turned.degrees, Rotate
        )
        st.caption("Empty parts become mid-grey. Rotation takes the nearest pixel.")
    with right:
        for way, words in FLIPS.items():
            _toggle(ablation, words, f"break-flip-{way}", Flip(way))
        _toggle(ablation, "Without colour", "break-grey", Grey())
        bright = _found(ablation, Brightness) or Brightness()
        _slider(ablation, "Brightness", "break-bright", Brightness, "more", bright.more, Brightness)
        noise = _found(ablation, Noise) or Noise()
        _slider(ablation, "Noise", "break-noise", Noise, "size", noise.size, Noise)


def _found(ablation: AblationState, kind: type[Kind]) -> Kind | None:
    return next((edit for edit in ablation.edits.current if isinstance(edit, kind)), None)


def _show_shift(ablation: AblationState) -> None:
    found = _found(ablation, Shift) or Shift()
    down, right = found.down, found.right
    _slider(ablation, "Shift right", "break-right", Shift, "right", right, lambda size: Shift(down, size))
    _slider(ablation, "Shift down", "break-down", Shift, "down", down, lambda size: Shift(size, right))


def _show_cover(ablation: AblationState) -> None:
    st.markdown("Drag over the picture below **Now**, or enter a position:")
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
    st.button("Cover it", icon=":material/crop_square:", on_click=ablation.change, args=(cover,))


def _slider(
    ablation: AblationState,
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
        on_change=lambda: ablation.change(make(int(st.session_state[key]))),
    )


def _toggle(ablation: AblationState, label: str, key: str, edit: PictureEdit) -> None:
    """Show a switch for a change that is either in force or not."""
    current = ablation.edits.current
    st.session_state[key] = edit in current

    def turned() -> None:
        if st.session_state[key]:
            ablation.change(edit)
        elif edit in current:
            ablation.become(ablation.edits.remove(current.index(edit)))

    st.toggle(label, key=key, on_change=turned)
