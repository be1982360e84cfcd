"""What this is, shown on a real picture, and one obvious next step."""

import streamlit as st

from cnn import data
from cnn.core.shares import percent
from cnn.evaluation import pretrained
from cnn.figures import charts
from cnn.figures.drawing import flow_svg
from cnn.network.summary import total_parameters, walk
from cnn.web.app import layer_notes, widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import session, theme
from cnn.web.app.view import SAMPLE

layer = st.session_state.pop("home-layer", "")
if layer:
    true_class, number = session().picture
    parameters = {"layer": layer, "class": data.CLASSES[true_class], "number": str(number + 1)}
    st.switch_page("inside.py", query_params={"network": pretrained.FIRST, "picture": SAMPLE} | parameters)

st.title("See what a network sees")
st.markdown(
    "A convolutional network turns a picture into **feature maps**, layer by layer, and the last maps into ten "
    "**probabilities**. Build one, train it here in seconds, and look inside it."
)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Build and train your own", type="primary", icon=":material/play_arrow:"):
        st.switch_page("build.py")
    st.page_link(
        "classify.py",
        label="Classify your own picture",
        icon=":material/image_search:",
        query_params={"from": "Upload"},
    )
    st.page_link("inside.py", label="Look inside this one", icon=":material/grid_view:")


def open_layer(layer: str) -> None:
    """Remember which column was clicked; a callback cannot lead to another page itself."""
    st.session_state["home-layer"] = layer


run = next((run for run in pretrained.shipped() if run.id == pretrained.FIRST), None)
weights = widgets.weights_of(run) if run else None
if run is None or weights is None:
    st.info("There is no trained network in this copy. Build and train one: it takes less than a minute.")
    st.stop()

with st.container(border=True):
    sample = widgets.sample_picker()
    if sample:
        outputs = widgets.outputs_of(run, weights, sample.pixels)
        table = walk(run.setup.network)
        drawn = flow_svg(layer_notes.main_layers(table), outputs, sample.pixels, theme())
        show_drawing(drawn, "flow", on_choose=open_layer, alive=True)
        st.caption("Click a column to look inside that layer.")
        best = data.CLASSES[int(outputs["softmax"].argmax())]
        verdict = "It is right." if best == data.CLASSES[sample.true_class or 0] else "It is wrong."
        st.markdown(f"The network says **{charts.bars_text(outputs['softmax'])}**. {verdict}")
        accuracy = run.status().test_accuracy or 0.0
        st.caption(
            f"{sample.caption}. Orange is above zero, blue below zero: ReLU turns blue into zero, pooling keeps "
            f"the largest values. This network has {total_parameters(table):,} parameters, learned from photos, "
            f"and classifies {percent(accuracy)} of the test pictures correctly ({run.status().source})."
        )

widgets.data_notice()
