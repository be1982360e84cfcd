"""The table of layers on the page Build."""

import streamlit as st

from cnn.figures.drawing import shape_text
from cnn.network.summary import LayerShape, total_multiply_adds, total_parameters, unseen_text


def layer_table(table: tuple[LayerShape, ...]) -> None:
    """Show every layer with its output shape, its parameters and their formula, and its receptive field."""
    parameters, work = total_parameters(table), total_multiply_adds(table)
    memory = sum(row.memory for row in table)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Parameters", f"{parameters:,}", width="content")
        st.metric("Multiply-adds", short(work), help=f"{work:,} for one picture", width="content")
        about = f"{memory:,} bytes of float32 for one picture"
        st.metric("Activations", f"{short(memory)}B", help=about, width="content")
    st.table(
        {
            "Layer": [row.layer.name for row in table],
            "Output": [shape_text(row.shape) for row in table],
            "Parameters": [row.formula or "–" for row in table],
            "Multiply-adds": [f"{row.multiply_adds:,}" if row.multiply_adds else "–" for row in table],
            "Receptive field": [row.sees for row in table],
            "Memory": [f"{short(row.memory)}B" for row in table],
        },
        hide_index=True,
    )
    st.caption(
        "Receptive field: the pixels that one cell depends on, rows × columns, at most. Memory: of the output for "
        f"one picture, in float32. {unseen_text(table)}"
    )


def short(count: float) -> str:
    """Return a count with three significant digits and k, M or G.

    >>> short(1010688), short(336), short(38_896_896)
    ('1.01 M', '336 ', '38.9 M')
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            value = count / size
            digits = 2 if value < 10 else 1 if value < 100 else 0
            return f"{value:.{digits}f} {unit}"
    return f"{count:,.0f} "
