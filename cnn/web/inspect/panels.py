"""The panels below the overview, for the map that was chosen in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnn.web.ablate.panel import show_break_it
from cnn.web.app import address
from cnn.web.app.view import View, read_view
from cnn.web.inspect.feature_panel import show_looks_for
from cnn.web.inspect.inspector import show_inspector
from cnn.web.inspect.why import show_why


@dataclass(frozen=True)
class Panel:
    """One panel: its name on the page, its icon, and the function that shows it."""

    title: str
    icon: str
    show: Callable[[View], None]


PANELS = {
    "numbers": Panel("Follow the numbers", "calculate", show_inspector),
    "why": Panel("Why this class?", "help", show_why),
    "filter": Panel("What does it look for?", "image_search", show_looks_for),
    "break": Panel("Break it", "build", show_break_it),
}
KEY = "panel"


_page = threading.local()  # its view, while it is being drawn by this thread


def show_panel(view: View) -> None:
    """Show the panel that the address names, below the page that `view` was read for."""
    _page.view = view
    try:
        _panel(view)
    finally:
        del _page.view


@st.fragment
def _panel(drawn: View) -> None:
    """Show it; it is drawn again by itself when something in it changes.

    Where the visitor has chosen another layer, channel, state or picture by then than the page above has `drawn`,
    the whole page runs again.
    """
    name = _picker()
    view = drawn if getattr(_page, "view", None) is drawn else read_view(drawn.run)
    if view is None:
        return
    if (view.key, view.layer, view.channel) != (drawn.key, drawn.layer, drawn.channel):
        st.rerun()
    PANELS[name].show(view)


def _picker() -> str:
    """Let the visitor choose a panel; its name is in the page's address."""
    link = address.get(KEY)
    st.session_state[KEY] = link if link in PANELS else next(iter(PANELS))

    def chosen() -> None:
        address.put({KEY: st.session_state[KEY]})

    found = st.segmented_control(
        "Look closer",
        list(PANELS),
        format_func=lambda name: f":material/{PANELS[name].icon}: {PANELS[name].title}",
        key=KEY,
        on_change=chosen,
        required=True,
        label_visibility="collapsed",
    )
    return found if found in PANELS else next(iter(PANELS))
