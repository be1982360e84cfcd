"""The component that shows a drawing of a network and tells which layer was chosen in it."""

from collections.abc import Callable

import streamlit as st

from cnn.web.app.component import component

_component = component("drawing", '<div class="drawing"></div>', "shared/edges")
_flow = component("flow", '<div class="drawing"></div>', "shared/edges", "drawing")


def show_drawing(
    svg: str, key: str, on_choose: Callable[[str], None] = lambda layer: None, *, alive: bool = False
) -> None:
    """Show an SVG of `cnn.figures.drawing`; `on_choose` is called with the name of a layer clicked in it.

    With `alive`, a drawing by `flow_svg` moves: the picture flows through it, and what a cell depends on is framed.
    """

    def chosen() -> None:
        layer = st.session_state[key].layer
        if isinstance(layer, str) and layer:
            on_choose(layer)

    mount = _flow if alive else _component
    # For text alone, Streamlit 1.67 imports pandas, to see whether it is a table, and the first page waits for that.
    mount(data={"svg": svg}, key=key, on_layer_change=chosen)
