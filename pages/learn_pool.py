"""The lesson on pooling: each window becomes one number, and small shifts matter less."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn.core.numbers import fixed
from cnn.core.shares import percent
from cnn.figures.lesson_conv import shift_svg
from cnn.lessons import checks, pool
from cnn.lessons.conv import Slide
from cnn.web.app import widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import theme
from cnn.web.learn import lesson
from cnn.web.learn.window import Walk, show_window

this = lesson.start("pool")
st.markdown(
    "A window slides over one map of a trained network, after its ReLU. From each window one number is kept: "
    "the **largest**, or the **average**. Nothing is learned here. **Point at a cell on either side.**"
)
_, weights = lesson.shipped_network()


@lesson.part
def pooling() -> None:
    """Let the student choose a map and a window; show what is kept, and what the next layer saves."""
    above = st.container()
    columns = st.columns(4)
    with columns[0]:
        channel = lesson.whole("map", "Map of the first layer", 0, 11, 8)
    with columns[1]:
        window = lesson.whole("window", "Window", 2, 4, 2)
    with columns[2]:
        chosen = lesson.choice("pool_stride", "Stride", ["= window", "1", "2", "3", "4"], "= window")
    with columns[3]:
        shift = lesson.whole("shift", "Shift the picture right", 0, 4, 0)
        marked = lesson.switch("winners", "Outline the largest values", True)
    stride = int(chosen) if chosen.isdigit() else window

    one_picture(above, channel, window, stride, shift, marked)

    st.header("What does the next layer save?", anchor=False)
    before, after = pool.saved()
    positions = Slide(32, window, stride, "valid").outputs
    st.markdown(
        f"In `lecture`, pooling 2×2 turns 32×32 into 16×16. The next convolution then takes **{after:,}** "
        f"multiply-adds instead of **{before:,}**: {before / after:.0f} times fewer. With your window it has "
        f"{positions}×{positions} positions and takes {pool.next_layer(positions):,}."
    )


@lesson.part
def one_picture(
    above: DeltaGenerator, channel: int, window: int, stride: int, shift: int, marked: bool
) -> None:
    """Pool a map of the picture, which is chosen `above` the window and changes only this."""
    with above:
        sample = lesson.picture()
    values = pool.first_maps(weights, pool.shift_right(sample.pixels, shift))[:, :, channel]
    pooled = pool.pool_both(values, window, stride)
    moved = f", picture shifted by {shift}" if shift else ""
    walk = Walk(
        window=window,
        stride=stride,
        rules=("max", "mean"),
        titles=("Max pooling", "Average pooling"),
        input_title=f"Map {channel} after ReLU{moved}",
        winners=marked,
    )
    show_window(values[:, :, None], pooled, walk, theme(), "walk")
    if not values.any():
        st.info("This map is zero everywhere for this picture. Choose another one.", icon=":material/info:")
    st.caption(
        f"{sample.caption}. One colour scale for all three maps. Where all cells of a window are equal, none is "
        "outlined."
    )
    with widgets.opened("The same window as a table", "window-table") as is_open:
        if is_open:
            where = st.columns(2)
            row = int(where[0].number_input("Row", 0, len(pooled) - 1, 0, key=f"row-{len(pooled)}"))
            column = int(where[1].number_input("Column", 0, len(pooled) - 1, 0, key=f"column-{len(pooled)}"))
            won = pool.winners(values, window, stride)[row, column]
            st.markdown(
                f"Largest **{fixed(pooled[row, column, 0])}**, first found in row {won[0]}, column {won[1]} of the "
                f"map; average **{fixed(pooled[row, column, 1])}**."
            )
            lesson.number_table(pool.window_rows(values, window, stride, (row, column)))

    first, second = st.columns(2)
    with first:
        lesson.predict(this, checks.pool_size(window))
    with second:
        lesson.predict(this, checks.pool_swap(values, window, stride))

    st.header("Does a small shift matter less?", anchor=False)
    changes = pool.shift_changes(weights, sample.pixels, channel, window, stride)
    if lesson.predict(this, checks.pool_shift(changes)):
        drawing, words = st.columns([3, 2], vertical_alignment="center")
        with drawing:
            show_drawing(shift_svg(changes, pool.KINDS, theme(), shift), "shifts")
        with words:
            at = shift or 1
            st.metric(f"Change at {at} px, without pooling", percent(float(changes[0, at])))
            st.metric(f"Change at {at} px, after max pooling", percent(float(changes[1, at])))
            st.caption(
                "The sum of all differences, divided by the sum of all values. A value that moves inside its window "
                "changes nothing; one that crosses the edge does. Pooling weakens a shift but does not undo it."
            )
        with widgets.opened("The plot as a table", "shift-table") as is_open:
            if is_open:
                st.table(pool.change_rows(changes))


pooling()
lesson.finish(this, "pool1")
