"""Upload, photograph or pick a picture; see what the network gets, and its ten probabilities."""

import streamlit as st

from cnn.figures import charts
from cnn.ui import maps, uploads, widgets
from cnn.ui.session import theme

st.title("What does it see in your picture?")
run = widgets.network_picker()
weights = widgets.weights_of(run)
widgets.run_note(run)

left, middle, right = st.columns([5, 4, 6], gap="medium")
with left:
    st.subheader("Your picture")
    sample = uploads.choose_picture()
if sample is None or weights is None:
    middle.subheader("What it gets")
    middle.info("Choose a picture on the left; it appears here as 32×32.", icon=":material/arrow_back:")
    st.stop()
with middle:
    st.subheader("What it gets")
    maps.show_picture(sample, 10)
    st.caption("32×32 pixels, three numbers each: all that the network knows of it.")
with right:
    st.subheader("What it says")
    probabilities = widgets.outputs_of(run, weights, sample.pixels)["softmax"]
    st.plotly_chart(
        charts.class_bars(probabilities, theme(), sample.true_class),
        config={"displayModeBar": False},
        key="bars",
        alt=charts.bars_text(probabilities),
    )
    st.caption(
        "It knows these ten classes only and must choose among them, so a picture of something else also "
        "gets a name."
    )
    uploads.inside_link(run, sample)
