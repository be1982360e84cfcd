"""One widget a field of a spec: the limits and options are those the spec itself states."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn.core.validation import Checked, Choice, Number, Whole, allowed_values
from cnn.web.app.class_room import control_of, rules
from cnn.web.app.session import session


def widget_key(*parts: object) -> str:
    """Return a widget key that changes whenever the set-up comes from elsewhere than the widgets."""
    return "-".join(["edit", str(session().revision), *map(str, parts)])


def is_hidden(spec: Checked, name: str) -> bool:
    """Whether the teacher of the visitor's room has taken this control away."""
    return control_of(spec, name) in rules().hidden


def is_locked(spec: Checked, name: str) -> bool:
    """Whether the teacher of the visitor's room has fixed this control."""
    return control_of(spec, name) in rules().fixed


def number_box(
    label: str, allowed: Whole | Number, value: float, key: str, *, step: float = 1, **options: Any
) -> float | None:
    """Show a number and return it; None where it is not allowed, which is then said below the field.

    The limits are not given to the browser: a field that it limits keeps its last number, turns red and says
    nothing, so that what is done is not what is shown.

    Args:
        label: of the field.
        allowed: the limits.
        value: at first.
        key: of the widget.
        step: of its buttons.
        options: more of `st.number_input`.
    """
    given = st.number_input(label, None, None, value, step=step, key=key, **options)
    if given is not None and allowed.accepts(given):
        return given
    written = "Nothing" if given is None else f"{given:,g}" if abs(given) < 1e6 else f"{given:.3g}"
    session().refused.append(label)
    with st.container(key=f"refused-{key}"):
        st.caption(f":material/block: {written} is not allowed here. Enter {allowed}.")
    return None


def whole_field(spec: Checked, name: str, label: str, key: str, help_text: str = "") -> int:
    """Show a whole number of a spec and return it; one that is not allowed is refused in words, the last stays."""
    allowed: Whole = allowed_values(type(spec), name)
    value = getattr(spec, name)
    if is_hidden(spec, name):
        return int(value)
    given = number_box(
        label,
        allowed,
        int(value),
        widget_key(key, name),
        help=help_text or None,
        disabled=is_locked(spec, name),
    )
    return int(value) if given is None else int(given)


def number_field(
    spec: Checked, name: str, label: str, key: str, step: float, form: str, help_text: str = ""
) -> float:
    """Show a number of a spec and return it; one that is not allowed is refused in words, the last one stays."""
    allowed: Number = allowed_values(type(spec), name)
    value = float(getattr(spec, name))
    if is_hidden(spec, name):
        return value
    given = number_box(
        label,
        allowed,
        value,
        widget_key(key, name),
        step=step,
        format=form,
        help=help_text or None,
        disabled=is_locked(spec, name),
    )
    return value if given is None else float(given)


def choice_field(
    spec: Checked, name: str, label: str, key: str, titles: Mapping[str, str], help_text: str = ""
) -> str:
    """Show the options of a spec's field under their titles, and return the chosen one."""
    allowed: Choice = allowed_values(type(spec), name)
    options = list(allowed.options)
    if is_hidden(spec, name):
        return str(getattr(spec, name))
    chosen = st.selectbox(
        label,
        options,
        options.index(getattr(spec, name)),
        format_func=lambda option: titles[option],
        key=widget_key(key, name),
        help=help_text or None,
        disabled=is_locked(spec, name),
    )
    return str(chosen)


def flag_field(spec: Checked, name: str, label: str, key: str, help_text: str) -> bool:
    """Show a switch of a spec, and return it."""
    value = bool(getattr(spec, name))
    if is_hidden(spec, name):
        return value
    return st.toggle(label, value, key=widget_key(key, name), help=help_text, disabled=is_locked(spec, name))
