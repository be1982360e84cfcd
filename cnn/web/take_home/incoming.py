"""A network from outside, brought in on a page."""

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.runs.bring_in import bring_in
from cnn.web.app.service import service
from cnn.web.app.session import session


def show_bring_in() -> None:
    """Take a ZIP of this lab, or a spec with its weights, and make a run of it."""
    st.markdown(
        "A ZIP of this lab, or two files together: the spec as JSON and the weights as safetensors. It becomes a "
        "run of yours: look inside, compare it, train it on. Keras, PyTorch and ONNX files are not opened, because "
        "such files can run code or hold anything."
    )
    given = st.file_uploader(
        "Files of a network", accept_multiple_files=True, key=f"bring-in-{session().brought_in}"
    )
    if not given or not st.button("Bring it in", type="primary", icon=":material/login:"):
        return
    try:
        run = bring_in(service().store, [(file.name, file.getvalue()) for file in given], session().owner)
    except CnnLabError as error:
        st.error(str(error), icon=":material/block:")
        return
    state = session()
    state.brought_in += 1
    state.network_id = run.id
    st.success(f"{run.name} is a run of yours now.", icon=":material/check_circle:")
    st.page_link("inside.py", label="Look inside", icon=":material/grid_view:")
