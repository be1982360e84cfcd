"""The network you trained, opened layer by layer, down to one cell."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.app.turns import page_turns
from cnn.web.app.view import forget_other_network, read_view
from cnn.web.inspect.browser_forward import send_network
from cnn.web.inspect.overview import show_layers_as_table, show_overview
from cnn.web.inspect.panels import show_panel
from cnn.web.inspect.picture_strip import show_picture_strip
from cnn.web.inspect.time_machine import follow, show_time_machine


@st.fragment
def explorer() -> None:
    """Show pictures, saved states, the whole network, and below it what was chosen in it, when it is one's turn."""
    with page_turns().turn():
        show_network()


def show_network() -> None:
    """Show them now."""
    pictures, states = st.columns([5, 4], gap="medium", vertical_alignment="top")
    with pictures:
        show_picture_strip()
    view = read_view(run)
    if view is None:
        return
    with states:
        show_time_machine(view)
    show_overview(view)
    st.caption(
        f"{view.sample.caption}. Orange is above zero, blue below; the bar under a column is its scale. "
        "Click a map to open it."
    )
    show_panel(view)
    with widgets.opened("The layers as a table", "layers-table") as is_open:
        if is_open:
            show_layers_as_table(view)
    send_network(view)


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Look inside", width="content")
    run = widgets.network_picker()
forget_other_network(run)
explorer()
follow(run)
