"""ReLU: a map's values on the function's curve, other functions beside it, and why a chain needs one."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn.core.errors import RunError
from cnn.core.numbers import written
from cnn.core.scaling import to_input
from cnn.core.shares import percent
from cnn.figures import lesson_curves as curves
from cnn.figures.colours import scale_of
from cnn.figures.drawing import legend_html
from cnn.figures.mosaic import data_uri, mosaic, paint, picture
from cnn.lessons import checks, relu
from cnn.network.forward import forward
from cnn.network.ops import ACTIVATION_FUNCTIONS as FUNCTIONS
from cnn.network.ops import Array
from cnn.network.spec import ACTIVATIONS
from cnn.web.app import widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import theme
from cnn.web.app.widgets import Sample
from cnn.web.learn import lesson
from cnn.web.learn.cells import show_cells

this = lesson.start("relu")
try:
    network, weights = lesson.shipped_network()
except RunError as error:
    st.error(str(error), icon=":material/broken_image:")
    st.stop()
colours, titles = theme(), {ACTIVATIONS[key]: key for key in FUNCTIONS}

st.markdown(
    "A convolution gives numbers above zero (orange) and below zero (blue). ReLU keeps the positive numbers and "
    "turns the others into 0: `f(x) = max(0, x)`, cell by cell. **Point at a cell**, or use the arrow keys."
)


@lesson.part
def one_picture() -> None:
    """Let the student choose a picture; show what functions make of a map of it, and of two layers in a row."""
    side, main = st.columns([1, 7], vertical_alignment="center")
    with main:
        sample = lesson.picture()
    side.image(data_uri(picture(sample.pixels, 4)), alt=sample.caption)
    functions(main, sample)
    without_functions(sample)


@lesson.part
def functions(main: DeltaGenerator, sample: Sample) -> None:
    """Show a map before and after a function, which are chosen in `main`, below the picture."""
    with main:
        left, right = st.columns(2)
        with left:
            number = lesson.whole("map", "Map of the trained network's first convolution", 0, 11, 0)
        with right:
            title = lesson.choice("function", "Function", list(titles), "ReLU", pills=True)
    function, slope = FUNCTIONS[titles[title]], relu.SLOPES[titles[title]]
    maps = forward(network, weights, sample.pixels)["conv1"]
    before = maps[:, :, number]
    after, board = function(before), st.container()

    asked = checks.relu_zeros(before, sample.caption, number)
    known = lesson.predict(this, asked) or "relu/zeros" in lesson.progress().done

    with board:
        scale = scale_of(np.stack([before, after]))
        axes = curves.Axes.reaching(max(3.0, float(np.ceil(np.abs(maps).max()))))
        x = np.linspace(-axes.reach, axes.reach, 401, dtype=np.float32)
        show_cells(
            (before, after, slope(before)),
            (scale, colours),
            (f"Map {number} before", f"Map {number} after {title}"),
            (curves.function_svg((x, function(x), slope(x)), (before, after), axes, colours, title), axes),
            title,
            "cells",
            veiled=not known,
        )
        zeros = relu.zeros(after)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(legend_html(scale, colours))
            told = f"**{zeros:,} of {before.size:,} cells ({percent(zeros / before.size)}) are now 0.**"
            st.markdown(told if known else "Each dot is one cell of the map.")
        with widgets.opened("The maps as numbers", "numbers") as is_open:
            for values in (before, after)[: 1 + known] if is_open else ():
                st.dataframe(values.round(3), height=300)
    slopes(before, title)


@lesson.part
def slopes(before: Array, title: str) -> None:
    """Show all functions with their slopes, the one called `title` marked, and what many layers leave of a slope."""
    st.header("Six functions and their slopes", anchor=False)
    st.markdown(
        "Training sends corrections backwards; each of these functions multiplies them by its **slope** "
        "(dashed). Where the slope is 0, nothing passes; where it is small, only little passes."
    )
    layers = lesson.whole("layers", "Layers in a row", 2, 20, 10)
    x = np.linspace(-4, 4, 161, dtype=np.float32)
    plots = [(each, FUNCTIONS[key](x), relu.SLOPES[key](x)) for each, key in titles.items()]
    show_drawing(curves.small_functions(plots, x, colours, title), "small")
    if lesson.predict(this, checks.relu_slopes(layers)):
        rows = relu.compare(before, layers)
        st.table({"": list(titles), **{head: [written(row[head]) for row in rows] for head in rows[0]}})


@lesson.part
def without_functions(sample: Sample) -> None:
    """Show that two convolutions without a function between them are one."""
    st.header("Why not leave it out?", anchor=False)
    st.markdown(
        "Here are the trained network's two convolutions in a row (padding valid), with **nothing** between them, not "
        "even the pooling. Then the same with ReLU between them."
    )
    picked = lesson.whole("filter", "Filter of the second convolution", 0, 23, 0)
    pair = [(weights[f"{name}/kernel"], weights[f"{name}/bias"]) for name in ("conv1", "conv2")]
    found = relu.chain(to_input(sample.pixels), pair[0], pair[1], picked)
    size, reach = pair[0][0].shape[0], found.kernel.shape[0]
    if lesson.predict(this, checks.relu_chain(size, reach)):
        shared = scale_of(np.stack([found.two, found.one, found.bent]))
        shown = {
            f"Two layers of {size}×{size}": found.two,
            f"= one layer of {reach}×{reach}": found.one,
            "≠ two layers, ReLU between": found.bent,
        }
        places = st.columns(4)
        for place, (head, values) in zip(places, shown.items(), strict=False):
            place.image(
                data_uri(paint(values, shared, colours, 8)), caption=head, alt=f"{head}: filter {picked}"
            )
        weight_scale = scale_of(found.kernel)
        slices = mosaic(found.kernel, colours, weight_scale, columns=2, pixels=110, labels=False)
        told = f"The kernel of {reach}×{reach}, for red, green, blue; it has its own scale"
        places[3].image(data_uri(slices), caption=told, alt=f"{told}: up to {weight_scale.high:.3g}")
        st.html(legend_html(shared, colours))
        st.markdown(
            f"Largest difference between two layers and one: **{written(found.difference)}**, from "
            f"rounding. With ReLU between: **{written(found.bent_difference)}**. ReLU makes depth useful."
        )


one_picture()
lesson.finish(this, "relu1")
