"""Choose a network, a picture and a layer; see all its maps and filters."""

import streamlit as st

from cnn.figures.drawing import flow_svg
from cnn.shapes import walk
from cnn.ui import maps, widgets
from cnn.ui.drawing import show_drawing
from cnn.ui.session import theme

st.title("Look inside")
run = widgets.network_picker()
sample = widgets.picture_picker()
weights = widgets.weights_of(run)
widgets.run_note(run)
if sample is None or weights is None:
    st.stop()

table = walk(run.setup.network)
outputs = widgets.outputs_of(run, weights, sample.pixels)
overview = st.container(border=True)
row = maps.layer_picker(table)
with overview:
    svg = flow_svg(maps.main_layers(table), outputs, sample.pixels, theme(), row.layer.name)
    show_drawing(svg, "flow", maps.choose_layer)
    st.caption(
        f"{sample.caption}. Orange is above zero, blue below, each layer on its own scale. "
        "Click a column to open it below."
    )
maps.show_layer(row, table, outputs, sample)
maps.show_filters(row, table, weights)
