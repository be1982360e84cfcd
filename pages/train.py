"""Start a run, watch its curves, steer it."""

from dataclasses import replace

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.network.presets import PRESETS, preset_with
from cnn.training.estimate import check_fits
from cnn.web.app import widgets
from cnn.web.app.class_room import follow, show_rules
from cnn.web.app.session import read_link, session, write_link
from cnn.web.train import estimate_panel, live_run, run_list, training_editor

read_link()
state = session()

if (fixed := follow(state.setup)) != state.setup:
    state.replace(fixed)

st.title("Train it live")
show_rules()
widgets.data_notice()
left, right = widgets.stacking_columns([5, 8])
with left:
    st.header("What to train")
    live_run.network_line(state.setup)
    st.page_link("build.py", label="Change the layers", icon=":material/edit:")
    problem = ""
    try:
        training = training_editor.training_editor(state.setup.training)
        state.change(replace(state.setup, training=training))
        estimate_panel.show_memory(check_fits(state.setup))
    except CnnLabError as error:
        problem = str(error)
        st.error(problem, icon=":material/block:")
    if state.refused:
        problem = f"Change first what is not allowed: {', '.join(state.refused)}."
        st.caption(problem)
    write_link()
    preset = preset_with(state.setup.network)
    name = PRESETS[preset].title if preset else "My network"
    with st.container(horizontal=True):
        pressed = st.button(
            "Train",
            type="secondary" if run_list.is_trained(state.setup) else "primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(problem),
        )
        estimate_panel.trial_button(state.setup, disabled=bool(problem))
    if not problem:
        estimate_panel.show_trial(state.setup)
if (pressed or state.start_asked) and not problem:
    state.start_asked, state.problem = False, ""
    try:
        if twin := run_list.twin_of(state.setup):
            state.run_id = state.twin_id = twin.id
        else:
            run_list.start_run(state.setup, name)
    except CnnLabError as error:
        state.complain(str(error))

with right:
    run_list.ask_about_twin(name)
    live_run.show_runs()
