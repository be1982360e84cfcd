"""One widget a field of a spec: the limits and options are those the spec itself states."""

from collections.abc import Mapping

import streamlit as st

from cnn.core.validation import Checked, Choice, Number, Whole, allowed_values
from cnn.web.app.session import session


def widget_key(*parts: object) -> str:
    """Return a widget key that changes whenever the set-up comes from elsewhere than the widgets."""
    return "-".join(["edit", str(session().revision), *map(str, parts)])


def whole_field(spec: Checked, name: str, label: str, key: str, help_text: str = "") -> int:
    """Show a whole number of a spec, with its limits, and return it."""
    allowed: Whole = allowed_values(type(spec), name)
    value = getattr(spec, name)
    return int(
        st.number_input(
            label, allowed.low, allowed.high, value, step=1, key=widget_key(key, name), help=help_text or None
        )
    )


def number_field(
    spec: Checked, name: str, label: str, key: str, step: float, form: str, help_text: str = ""
) -> float:
    """Show a number of a spec, with its limits, and return it."""
    allowed: Number = allowed_values(type(spec), name)
    value = float(getattr(spec, name))
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
        )
    )


def choice_field(
    spec: Checked, name: str, label: str, key: str, titles: Mapping[str, str], help_text: str = ""
) -> str:
    """Show the options of a spec's field under their titles, and return the chosen one."""
    allowed: Choice = allowed_values(type(spec), name)
    options = list(allowed.options)
    chosen = st.selectbox(
        label,
        options,
        options.index(getattr(spec, name)),
        format_func=lambda option: titles[option],
        key=widget_key(key, name),
        help=help_text or None,
    )
    return str(chosen)


def flag_field(spec: Checked, name: str, label: str, key: str, help_text: str) -> bool:
    """Show a switch of a spec, and return it."""
    return st.toggle(label, getattr(spec, name), key=widget_key(key, name), help=help_text)
