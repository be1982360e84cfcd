"""One layer of a network on one picture: its maps, its numbers, its filters."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.figures import charts
from cnn.figures.colours import Scale, scale_of
from cnn.figures.drawing import legend_html, shape_text, tag_badge
from cnn.figures.mosaic import MAX_MAPS, colour_filters, mosaic, picture, png, strip
from cnn.forward import Weights
from cnn.layers import Conv, describe
from cnn.shapes import LayerShape
from cnn.ui.session import theme
from cnn.ui.widgets import Sample

SEES = {
    "input": "The picture, scaled: 0 becomes -1, 255 becomes 1.",
    "conv": "Each map is one filter slid over all input maps: a dot product at every place, plus a bias.",
    "relu": "Each cell by itself; ReLU turns what is below zero into zero. The size stays.",
    "norm": "Each map is shifted and scaled to be centred, with numbers learned in training.",
    "pool": "Each window becomes one cell, so the map gets smaller and small shifts barely matter.",
    "add": "The block's input is added to what its convolutions gave, cell by cell.",
    "drop": "Does nothing now; while training it sets some values to zero.",
    "flat": "The maps become one row of numbers.",
    "dense": "Every number is a weighted sum of all values before it, plus a bias.",
    "softmax": "The scores become probabilities that add up to 1.",
}
MAX_MAIN_COLUMNS = 9


def main_layers(table: tuple[LayerShape, ...]) -> tuple[LayerShape, ...]:
    """Return the layers for an overview: all of a small network, without the in-between of a large one."""
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    for kind in ("drop", "norm", "add", "conv", "relu"):
        if len(shown) <= MAX_MAIN_COLUMNS:
            break
        shown = [row for row in shown if row.layer.tag != kind] or shown
    return tuple(shown)


def layer_picker(table: tuple[LayerShape, ...]) -> LayerShape:
    """Let the visitor choose a layer; it is in the page's address."""
    names = [row.layer.name for row in table]
    first = next(row.layer.name for row in table if row.layer.tag == "conv")
    chosen = st.pills("Layer", names, default=first, required=True, key="layer", bind="query-params")
    return table[names.index(chosen if chosen in names else first)]


def choose_layer(name: str) -> None:
    """Choose a layer from elsewhere than the picker, before it is drawn."""
    st.session_state["layer"] = name


def show_layer(
    row: LayerShape, table: tuple[LayerShape, ...], outputs: dict[str, NDArray], sample: Sample
) -> None:
    """Show what a layer does, its shapes, and all its values for the picture."""
    values = outputs[row.layer.name]
    before = [other for other in table if other.layer.name in row.layer.inputs]
    came = " and ".join(shape_text(other.shape) for other in before)
    st.html(
        f"<div style='margin-top:.6rem'>{tag_badge(row.layer)} &nbsp; <b>{describe(row.layer)}</b> &nbsp; "
        f"{f'{came} → ' if came else ''}{shape_text(row.shape)}</div>"
    )
    st.markdown(SEES[row.layer.tag] + (f" Parameters: {row.formula}." if row.formula else ""))
    if row.layer.tag == "softmax" or row.layer.name == "scores":
        _show_classes(values, row.layer.name == "scores", sample)
    elif values.ndim == 3:
        _show_maps(values, row)
    else:
        scale = scale_of(values)
        st.image(png(strip(values, theme(), scale)), alt=f"The {len(values):,} values of {row.layer.name}")
        st.html(legend_html(scale, theme()))
        st.caption(f"{len(values):,} values, read like text, 64 in a row.")


def _show_maps(values: NDArray, row: LayerShape) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        choices = ["Shared by all maps", "Each map its own"]
        way = st.segmented_control("Colour scale", choices, default=choices[0], required=True, key="scale")
        pages = -(-values.shape[2] // MAX_MAPS)
        page = st.number_input("Page of maps", 1, pages, 1, key="map_page", width=140) if pages > 1 else 1
    first = (int(page) - 1) * MAX_MAPS
    shown = values[:, :, first : first + MAX_MAPS]
    shared = scale_of(values) if way != choices[1] else None
    sheet = mosaic(shown, theme(), shared, pixels=_map_pixels(shown), first=first)
    st.image(png(sheet), alt=f"The {shown.shape[2]} maps of layer {row.layer.name}")
    st.html(legend_html(shared or Scale(0, 1, signed=bool(values.min() < 0)), theme(), own=shared is None))
    _name_extremes(values)


def _map_pixels(maps: NDArray) -> int:
    return 160 if maps.shape[2] <= 16 and maps.shape[0] >= 16 else 96


def _name_extremes(values: NDArray) -> None:
    """Say which maps are dead, and which is the most active."""
    activity = np.abs(values).mean(axis=(0, 1))
    dead = [str(channel) for channel in np.flatnonzero(activity == 0)]
    text = f"Most active: map {int(activity.argmax())}, mean size {activity.max():.3g}."
    if dead:
        named = ", ".join(dead[:12]) + ("…" if len(dead) > 12 else "")
        text += f" All zero on this picture: {len(dead)} of {len(activity)} (map {named})."
    st.caption(text)


def _show_classes(values: NDArray, scores: bool, sample: Sample) -> None:
    st.plotly_chart(
        charts.class_bars(values, theme(), sample.true_class, scores=scores),
        config={"displayModeBar": False},
        key=f"bars-{scores}",
        alt=charts.bars_text(values) if not scores else "The ten scores before softmax",
    )


def show_filters(row: LayerShape, table: tuple[LayerShape, ...], weights: Weights) -> None:
    """Show a convolution's filters: in colour over the picture's channels, slice by slice over maps."""
    if not isinstance(row.layer, Conv):
        return
    kernel = np.asarray(weights[f"{row.layer.name}/kernel"])
    size, _, channels, filters = kernel.shape
    st.subheader("Filters")
    if channels == 3:
        st.image(png(colour_filters(kernel)), alt=f"The {filters} filters of {row.layer.name} in colour")
        st.caption(
            "Red, green and blue weights as one colour; mid-grey is weight 0. One scale for all filters."
        )
        return
    number = st.number_input("Filter", 0, filters - 1, 0, key=f"filter-{row.layer.name}", width=140)
    scale = scale_of(kernel)
    slices = kernel[:, :, :MAX_MAPS, int(number)]
    st.image(
        png(mosaic(slices, theme(), scale, columns=16, pixels=size * 18)),
        alt=f"Filter {number} of {row.layer.name}, one {size}×{size} slice an input map",
    )
    st.html(legend_html(scale, theme()))
    bias = float(weights[f"{row.layer.name}/bias"][int(number)])
    left_out = f" The first {MAX_MAPS} of {channels} are shown." if channels > MAX_MAPS else ""
    st.caption(
        f"Filter {number}: one slice of {size}×{size} weights an input map; bias {bias:.3g}.{left_out}"
    )


def show_picture(sample: Sample, factor: int = 8) -> None:
    """Show a picture as the network gets it, each pixel a square."""
    st.image(png(picture(sample.pixels, factor)), caption=sample.caption, alt=sample.caption)
