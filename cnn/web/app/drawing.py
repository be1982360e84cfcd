"""The component that shows a drawing of a network and tells which layer was chosen in it."""

from collections.abc import Callable

import streamlit as st

from cnn.web.app.component import component

_component = component("drawing", '<div class="drawing"></div>')


def show_drawing(svg: str, key: str, on_choose: Callable[[str], None] = lambda layer: None) -> None:
    """Show an SVG of `cnn.figures.drawing`; `on_choose` is called with the name of a layer clicked in it."""

    def chosen() -> None:
        layer = st.session_state[key].layer
        if isinstance(layer, str) and layer:
            on_choose(layer)

    _component(data=svg, key=key, on_layer_change=chosen)
