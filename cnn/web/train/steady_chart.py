"""A Plotly chart that keeps its zoom when its figure changes.

Streamlit 1.67 makes the figure part of a chart's identity, even of a chart with a key: for the browser a changed
figure is another chart, which it mounts again, so Plotly's `uirevision` has nothing to keep
(findings/streamlit_plotly_key.sh). So the browser reports the zoomed range, and the next figure gets it.
"""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from cnn.figures import plotly_figure
from cnn.web.app.component import component

_VIEWS = "chart-views"
_zoom = component("chart_zoom", '<i class="zoom"></i>')

View = tuple[float, float, float, float]


def show_steady_charts(charts: Sequence[tuple[Any, go.Figure, str, str]], key: str) -> None:
    """Draw figures that keep what they are zoomed into.

    Args:
        charts: place (a column), figure, key, and what it shows in words, of each.
        key: of the component that listens to them.
    """
    views: dict[str, View] = st.session_state.setdefault(_VIEWS, {})
    names = [name for _, _, name, _ in charts]

    def zoomed() -> None:
        name, view = read_view(st.session_state[key].view, names)
        if name and view:
            views[name] = view
        elif name:
            views.pop(name, None)

    for place, figure, name, words in charts:
        if view := views.get(name):
            figure = plotly_figure.zoomed(figure, view)  # others may be shown the whole one
        place.plotly_chart(figure, key=name, config={"displayModeBar": False}, alt=words)
    _zoom(data={"charts": names}, key=key, on_view_change=zoomed)


def read_view(value: object, names: Sequence[str]) -> tuple[str, View | None]:
    """Return the name of the chart in a browser's message, "" for none of these, and its view, None for the whole.

    >>> read_view(["loss", [0, 1.5, 2, 3]], ["loss"])
    ('loss', (0.0, 1.5, 2.0, 3.0))
    >>> read_view(["loss", None], ["loss"]), read_view(["loss", [0, 1, 2, "3"]], ["loss"])
    (('loss', None), ('', None))
    """
    if not isinstance(value, list) or len(value) != 2 or value[0] not in names:
        return "", None
    name, ends = value
    if ends is None:
        return name, None
    numbers = isinstance(ends, list) and all(type(end) in (int, float) and math.isfinite(end) for end in ends)
    if not numbers or len(ends) != 4 or ends[0] == ends[1] or ends[2] == ends[3]:
        return "", None
    return name, (float(ends[0]), float(ends[1]), float(ends[2]), float(ends[3]))
