"""The one place that makes a Plotly figure: pandas is whole by then."""

import importlib
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go


class Drawn(go.Figure):  # type: ignore[misc]
    """A figure that is not changed any more: its dictionary, half of the work of sending it, is made once."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as a dictionary, the same one each time."""
        made: dict[str, Any] | None = self.__dict__.get("_made")
        if made is None:
            made = self.__dict__["_made"] = super().to_dict()
        return made


def figure(data: Sequence[dict[str, Any]], layout: dict[str, Any]) -> Drawn:
    """Return a figure of traces and a layout, all at once: one that is changed afterwards takes five times as long.

    Plotly asks whether a value is one of pandas as soon as `pandas` is in sys.modules, that is, while another
    thread (`cnn.web.app.service`, say) still imports it; then it has no Series yet, and the figure fails
    (findings/plotly_half_imported_pandas.sh). The import here waits until the other one is done.
    """
    importlib.import_module("pandas")
    return Drawn(list(data), layout)


def zoomed(figure: go.Figure, view: Sequence[float]) -> Drawn:
    """Return a copy of a figure that shows only `view`: left, right, bottom and top, in the units of its axes."""
    copied = Drawn(figure)
    copied.layout.xaxis.range, copied.layout.yaxis.range = view[:2], view[2:]
    return copied
