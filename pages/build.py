"""Choose the layers; the drawing and the table follow at once."""

from dataclasses import replace

import streamlit as st

from cnn.core.errors import SpecError
from cnn.figures.drawing import network_svg
from cnn.network.presets import PRESETS, preset_of
from cnn.network.summary import walk
from cnn.web.app import widgets
from cnn.web.app.class_room import follow, rules, show_rules
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import read_link, session, theme, write_link
from cnn.web.build import layer_table, minute_width, network_editor

read_link()
state = session()

if (fixed := follow(state.setup)) != state.setup:
    state.replace(fixed)

st.title("Build a network")
show_rules()
if state.link_problem:
    st.warning(
        f"The settings in this link could not be used: {state.link_problem}", icon=":material/link_off:"
    )

with st.container(horizontal=True, vertical_alignment="bottom"):
    current = preset_of(state.setup)
    preset = st.pills(
        "Start from",
        list(PRESETS),
        default=current,
        format_func=lambda name: PRESETS[name].title,
        key=f"preset-{state.revision}-{current}",
        width="stretch",
        wrap=True,
    )
    st.button("Undo", icon=":material/undo:", help="Undo", disabled=not state.undo, on_click=state.step_back)
    st.button(
        "Redo", icon=":material/redo:", help="Redo", disabled=not state.redo, on_click=state.step_forward
    )
    network_editor.save_and_load()
    train = st.button("Train this network", type="primary", icon=":material/play_arrow:")
if preset and preset != current:
    state.replace(minute_width.preset_setup(preset))
    st.rerun()
st.caption(
    PRESETS[current].about
    if current
    else "Your own network. The address of this page holds all its settings."
)
if current == "minute" and "network" not in rules().fixed:
    minute_width.show_width(state.setup)

drawing = st.container(border=True)
left, right = widgets.stacking_columns([1, 1])
with left:
    st.header("Layers")
    if "network" in rules().fixed:
        st.info("The teacher of your room has fixed the layers.", icon=":material/lock:")
        network = state.setup.network
    else:
        network = network_editor.network_editor(state.setup.network)
changed = network != state.setup.network
state.change(replace(state.setup, network=network))
write_link()
if changed and not train:
    st.rerun()  # undo and the presets, drawn above, must know of it

try:
    table = walk(network)
except SpecError as error:
    table = ()
    drawing.error(f"This network cannot work: {error.problem}", icon=":material/block:")
with right:
    st.header("Output of each layer")
    if table:
        layer_table.layer_table(table)
    else:
        st.info("The table appears again when every layer fits.")
if table:
    with drawing:
        show_drawing(network_svg(table, theme()), "network")
if train and table and not state.refused:
    state.start_asked = True
    st.switch_page("train.py", query_params={"setup": state.setup.to_link()})
elif train and table:
    st.toast(f"First correct what is not allowed: {', '.join(state.refused)}.", icon=":material/block:")
elif train:
    st.toast("This network cannot be trained yet. The red box says why.", icon=":material/block:")
