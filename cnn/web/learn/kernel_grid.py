"""A grid in which the student types a kernel; its weights are in the page's address, as `weights`."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.lessons.conv import parse_weights
from cnn.web.learn import lesson

_ADDRESS = "weights"
_WRITTEN, _START, _TURN = "weights-written", "weights-start", "weights-turn"


def kernel_grid(size: int) -> NDArray[np.float64]:
    """Let the student type size² weights; return them as (size, size), each at most 100 in size."""
    if lesson.hidden(_ADDRESS):
        return _in_address(size)
    state = st.session_state
    if st.query_params.get(_ADDRESS, "") != state.get(_WRITTEN) or len(state[_START]) != size:
        state[_START], state[_TURN] = _in_address(size), state.get(_TURN, 0) + 1  # a link, or another size
    typed = st.data_editor(
        state[_START],
        key=f"weights-{size}-{state[_TURN]}",
        hide_index=True,
        column_config={str(i): st.column_config.NumberColumn(f"{i + 1}", required=True) for i in range(size)},
        disabled=lesson.locked(_ADDRESS),
        width=90 * size,
    )
    kernel = np.clip(np.nan_to_num(np.asarray(typed, float)), -100, 100)
    state[_WRITTEN] = ",".join(f"{weight:g}" for weight in kernel.ravel())
    st.query_params[_ADDRESS] = state[_WRITTEN]
    return np.asarray(kernel)


def _in_address(size: int) -> NDArray[np.float64]:
    """Return the weights of the address, or where it has none, a kernel that responds to a bright spot."""
    found = parse_weights(st.query_params.get(_ADDRESS, ""), size)
    if found is not None:
        return found
    kernel = np.full((size, size), -1.0)
    kernel[size // 2, size // 2] = max(size * size - 1.0, 1.0)
    return kernel
