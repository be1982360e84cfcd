"""The component in which one kernel's numbers are typed, each cell in the colour of its number."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.figures.colours import Theme, scale_of
from cnn.interpret.weight_edits import LARGEST_WEIGHT, kernel_values
from cnn.web.app.component import component

_component = component("kernel_editor", '<div class="kernel" role="group"></div>')


def kernel_editor(
    kernel: NDArray[np.float32],
    before: NDArray[np.float32],
    label: str,
    theme: Theme,
    key: str,
    on_write: Callable[[tuple[tuple[float, ...], ...]], None],
) -> None:
    """Show a kernel (size, size) to be rewritten; `on_write` is called with its rows.

    Args:
        kernel: as it is now.
        before: as it was trained; a cell that differs is marked.
        label: what kernel it is.
        theme: of the page.
        key: of the component.
        on_write: what to do with new numbers; it gets only those that are allowed.
    """

    def written() -> None:
        values = kernel_values(st.session_state[key].kernel, len(kernel))
        if values is not None:
            on_write(values)

    scale = scale_of(np.concatenate([kernel, before, -kernel]))
    data = {
        "label": label,
        "values": kernel.astype(float).tolist(),
        "before": before.astype(float).tolist(),
        "reach": scale.high,
        "most": LARGEST_WEIGHT,
        "colours": [theme.negative, theme.ground, theme.positive],
    }
    _component(data=data, key=key, on_kernel_change=written)
