"""Controls of the lesson on the whole chain: step through layers, choose one weight of all."""

from collections.abc import Sequence

import streamlit as st

from cnn.lessons.chain import Arrays, Index, strongest
from cnn.web.learn import lesson

STEP = "step"
WAYS = ("Forward: values", "Backward: gradients")
AXES = {4: ("row", "column", "input map", "filter"), 2: ("value", "class")}


def choose_step(name: str) -> None:
    """Go to a layer, unless a teacher's link has fixed it."""
    if lesson.free(STEP):
        st.session_state[STEP] = name


def stepper(names: Sequence[str]) -> tuple[str, bool]:
    """Let the student step through the layers; return the layer's name and whether gradients are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = lesson.choice(STEP, "Layer", names, names[0], pills=True)
        if lesson.free(STEP):
            place = names.index(name)
            before, after = names[place - 1], names[(place + 1) % len(names)]
            st.button("Previous", icon=":material/arrow_back:", on_click=choose_step, args=(before,))
            st.button(
                "Next", icon=":material/arrow_forward:", type="primary", on_click=choose_step, args=(after,)
            )
        way = lesson.choice("way", "Show", WAYS, WAYS[0])
    return name, way == WAYS[1]


def weight_picker(weights: Arrays, gradients: Arrays) -> tuple[str, Index]:
    """Let the student choose one weight by its layer and its place there; return array and place."""
    layers = [name.removesuffix("/kernel") for name in weights if name.endswith("/kernel")]
    layer = lesson.choice("weight", "A weight of", layers, layers[0])
    name = f"{layer}/kernel"
    axes = AXES[weights[name].ndim]
    keys = [f"{layer}_{axis.replace(' ', '_')}" for axis in axes]
    place = []
    for column, key, axis, size in zip(st.columns(len(axes)), keys, axes, weights[name].shape, strict=True):
        with column:
            place.append(lesson.whole(key, axis.capitalize(), 0, size - 1, 1))
    if all(lesson.free(key) for key in keys):
        found = dict(zip(keys, strongest(gradients[name]), strict=True))
        st.button(
            "Choose the weight with the largest gradient", on_click=st.session_state.update, args=(found,)
        )
    return name, tuple(place)
