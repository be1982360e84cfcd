"""One widget a field of a spec: the limits and options are those the spec itself states."""

from collections.abc import Mapping

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


def whole_field(spec: Checked, name: str, label: str, key: str, help_text: str = "") -> int:
    """Show a whole number of a spec, with its limits, and return it."""
    allowed: Whole = allowed_values(type(spec), name)
    value = getattr(spec, name)
    if is_hidden(spec, name):
        return int(value)
    return int(
        st.number_input(
            label,
            allowed.low,
            allowed.high,
            value,
            step=1,
            key=widget_key(key, name),
            help=help_text or None,
            disabled=is_locked(spec, name),
        )
    )


def number_field(
    spec: Checked, name: str, label: str, key: str, step: float, form: str, help_text: str = ""
) -> float:
    """Show a number of a spec, with its limits, and return it."""
    allowed: Number = allowed_values(type(spec), name)
    value = float(getattr(spec, name))
    if is_hidden(spec, name):
        return value
    return float(
        st.number_input(
            label,
            allowed.low,
            allowed.high,
            value,
            step=step,
            format=form,
            key=widget_key(key, name),
            help=help_text or None,
            disabled=is_locked(spec, name),
        )
    )


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
