"""The component of a map before and after a function: the cell under the pointer is marked in both."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.figures.lesson_curves import Axes
from cnn.web.app.component import component

_component = component(
    "cells",
    """
<div class="cells">
  <figure class="before"><figcaption></figcaption><div class="grid" tabindex="0"><img><i></i></div></figure>
  <div class="plot"></div>
  <figure class="after"><figcaption></figcaption><div class="grid" tabindex="0"><img><i></i></div></figure>
  <p class="says" role="status"></p>
</div>
""",
)


def show_cells(
    values: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    images: tuple[str, str],
    captions: tuple[str, str],
    plot: tuple[str, Axes],
    function: str,
    key: str,
) -> None:
    """Show a map, a function's curve and the map after it; pointing at a cell marks it in all three.

    Args:
        values: the cells before, after, and the slope at each; (height, width).
        images: the maps before and after, as data: URIs; the second is empty to hold it back.
        captions: of the two maps.
        plot: the curve as SVG, and its axes.
        function: its name.
        key: of the component.
    """
    before, after, slope = (np.round(part.astype(np.float64), 4).ravel().tolist() for part in values)
    data: dict[str, Any] = {
        "before": before,
        "after": after,
        "slope": slope,
        "width": values[0].shape[1],
        "images": images,
        "captions": captions,
        "plot": plot[0],
        "axes": plot[1].as_numbers(),
        "name": function,
    }
    _component(data=data, key=key)
