"""Start a run, watch its curves, stop it."""

from dataclasses import replace

import streamlit as st

from cnn.errors import CnnLabError, SpecError
from cnn.presets import PRESETS
from cnn.shapes import walk
from cnn.ui import live, training_editor, widgets
from cnn.ui.session import read_link, session, write_link

read_link()
state = session()

st.title("Train it live")
widgets.data_notice()
left, right = st.columns([5, 8], gap="medium")
with left:
    st.subheader("What to train")
    live.network_line(state.setup)
    st.page_link("build.py", label="Change the layers", icon=":material/edit:")
    try:
        training = training_editor.training_editor(state.setup.training)
        state.change(replace(state.setup, training=training))
        walk(state.setup.network)
        problem = ""
    except SpecError as error:
        problem = str(error)
        st.error(problem, icon=":material/block:")
    write_link()
    name = next((p.title for p in PRESETS.values() if p.setup.network == state.setup.network), "My network")
    pressed = st.button(
        "Train", type="primary", icon=":material/play_arrow:", width="stretch", disabled=bool(problem)
    )
if (pressed or state.start_asked) and not problem:
    state.start_asked = False
    try:
        live.start_run(state.setup, name)
    except CnnLabError as error:
        st.error(str(error), icon=":material/error:")

with right:
    live.show_runs()
