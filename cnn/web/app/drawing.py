"""The component that shows a drawing of a network and tells which layer was chosen in it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).resolve().parents[2] / "frontend"
_component = st.components.v2.component(
    "cnn_lab_drawing",
    html='<div class="drawing"></div>',
    css=(_HERE / "drawing.css").read_text(),
    js=(_HERE / "drawing.js").read_text(),
)


def show_drawing(svg: str, key: str, on_choose: Callable[[str], None] = lambda layer: None) -> None:
    """Show an SVG of `cnn.figures.drawing`; `on_choose` is called with the name of a layer clicked in it."""

    def chosen() -> None:
        layer = st.session_state[key].layer
        if isinstance(layer, str) and layer:
            on_choose(layer)

    _component(data=svg, key=key, on_layer_change=chosen)
