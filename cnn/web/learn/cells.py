"""The component of a map before and after a function: the cell under the pointer is marked in both."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.figures.colours import Scale, Theme
from cnn.figures.lesson_curves import Axes
from cnn.web.app.component import component

_component = component("cells")


def show_cells(
    values: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    scale: tuple[Scale, Theme],
    captions: tuple[str, str],
    plot: tuple[str, Axes],
    function: str,
    key: str,
    *,
    veiled: bool,
) -> None:
    """Show a map, a function's curve and the map after it; pointing at a cell marks it in all three.

    Args:
        values: the cells before, after, and the slope at each; (height, width).
        scale: the colours of both maps.
        captions: of the two maps.
        plot: the curve as SVG, and its axes.
        function: its name.
        key: of the component.
        veiled: whether the map after is held back.
    """
    before, after, slope = (np.round(part.astype(np.float64), 4).ravel().tolist() for part in values)
    data: dict[str, Any] = {
        "before": before,
        "after": after,
        "slope": slope,
        "width": values[0].shape[1],
        "scale": {"low": scale[0].low, "high": scale[0].high, "stops": scale[0].stops(scale[1])},
        "veiled": veiled,
        "captions": captions,
        "plot": plot[0],
        "axes": plot[1].as_numbers(),
        "name": function,
    }
    _component(data=data, key=key)
