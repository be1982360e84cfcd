"""The upload of a network."""

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.runs.bring_in import bring_in
from cnn.web.app.service import service
from cnn.web.app.session import session


def show_bring_in() -> None:
    """Let the visitor upload a ZIP of this lab, or a spec with its weights, and make a run of it."""
    st.markdown(
        "Upload a ZIP made on this page, or two files together: the spec as JSON and the weights as "
        "safetensors. The network becomes one of your runs: you can look inside it, compare it, and continue "
        "its training; a ZIP also brings its learning curves. Keras, PyTorch and ONNX files are not accepted, "
        "because such files can contain code."
    )
    given = st.file_uploader(
        "Files of a network", accept_multiple_files=True, key=f"bring-in-{session().brought_in}"
    )
    if not given or not st.button("Upload network", type="primary", icon=":material/login:"):
        return
    try:
        run = bring_in(service().store, [(file.name, file.getvalue()) for file in given], session().owner)
    except CnnLabError as error:
        st.error(str(error), icon=":material/block:")
        return
    state = session()
    state.brought_in += 1
    state.network_id = run.id
    st.success(f"{run.name} is now one of your runs.", icon=":material/check_circle:")
    st.page_link("inside.py", label="Look inside", icon=":material/grid_view:")
