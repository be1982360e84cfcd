"""The component that shows a whole network as columns of small maps, from the picture to the ten classes."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn.figures.drawing import shape_text
from cnn.network.summary import LayerShape
from cnn.web.app.component import component
from cnn.web.app.session import theme
from cnn.web.app.view import View, choose
from cnn.web.inspect.overview_columns import Arrangement, chains, pack

KEY = "overview"
PAGES = "overview-pages"
ORDER = "overview-by-activity"
_component = component("overview", '<div class="overview"></div>', "shared/edges")


def show_overview(view: View) -> None:
    """Show every layer's maps for the picture of `view`; a click on a map chooses its layer and channel."""
    pages = st.session_state.get(PAGES, {})
    arrangement = Arrangement(bool(st.session_state.get(ORDER)), pages)

    def asked() -> None:
        answer(st.session_state[KEY].asked, view.table)

    _component(data=pack(view, arrangement, theme()), key=KEY, on_asked_change=asked)


def answer(value: Any, table: tuple[LayerShape, ...]) -> None:
    """Do what the browser asked for; what makes no sense changes nothing.

    Args:
        value: {"layer": name, "channel": number} chooses; {"layer": name, "page": number} turns a page of
            maps; {"byActivity": bool} sorts.
        table: the layers that there are.
    """
    if not isinstance(value, Mapping):
        return
    if isinstance(value.get("byActivity"), bool):
        st.session_state[ORDER] = value["byActivity"]
        st.session_state[PAGES] = {}
    row = next((row for row in table if row.layer.name == value.get("layer")), None)
    if row is None:
        return
    if _is_place(value.get("page"), row.shape[-1]):
        root = chains(table).get(row.layer.name, row.layer.name)
        st.session_state[PAGES] = {**st.session_state.get(PAGES, {}), root: value["page"]}
    elif _is_place(value.get("channel"), row.shape[-1]):
        choose(row.layer.name, value["channel"])


def _is_place(value: Any, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def show_layers_as_table(view: View) -> None:
    """Show the same overview as a table: one row per layer, with its shape and the range of its values."""
    lines = [
        "| Layer | What it is | Output | Lowest | Mean | Highest | Maps that are all zero |",
        "|---|---|---|--:|--:|--:|--:|",
    ]
    for row in view.table:
        values = view.outputs[row.layer.name]
        dead = int((values == 0).all(axis=(0, 1)).sum()) if values.ndim == 3 else 0
        numbers = " | ".join(f"{number:.3g}" for number in (values.min(), values.mean(), values.max()))
        kind = row.layer.phrase
        lines.append(f"| {row.layer.name} | {kind} | {shape_text(row.shape)} | {numbers} | {dead or ''} |")
    st.markdown("\n".join(lines))
