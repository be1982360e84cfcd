"""Activation maximisation: a picture made to excite a channel, by gradient ascent from noise, with its steps."""

import streamlit as st

from cnn.core.numbers import written
from cnn.figures.climb import climb_curve, frame_strip
from cnn.figures.mosaic import data_uri, picture
from cnn.interpret.results import Climb
from cnn.web.app.answers import ask, show_waiting
from cnn.web.app.session import theme
from cnn.web.app.view import View
from cnn.worker import queries

GOALS = {"Mean of the map": "mean", "Central cell": "centre"}
MAX_SEED = 999


@st.fragment
def show_made(view: View, noun: str) -> None:
    """Offer to make a picture that excites the chosen channel, and show its steps.

    Args:
        view: network, picture, layer and channel.
        noun: what a channel is called: "channel", or "neuron" where the layer has no maps.
    """
    st.header("A picture made to excite it")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.toggle("Make one", key="climb_wanted")
        goal = _goal_picker(view)
        seed = int(st.number_input("Random seed", 0, MAX_SEED, 0, key="climb_seed", width=170))
    if not wanted:
        st.caption(
            "Gradient ascent starts from random noise and changes every pixel, step by step, to increase the value."
        )
        return
    asked = ask(
        "Gradient ascent",
        f"{view.run.id}/{view.snapshot.step}/{view.layer}/{view.channel}/climb/{goal}/{seed}",
        queries.climb,
        str(view.run.folder),
        str(view.snapshot.path),
        view.layer,
        view.channel,
        goal,
        seed,
    )
    if asked.result is not None:
        _draw(view, asked.result, f"{noun} {view.channel}", _goal_words(view, goal))
    show_waiting([asked], "climb")


def _goal_picker(view: View) -> str:
    if len(view.row.shape) != 3:
        return "mean"
    names = list(GOALS)
    chosen = st.segmented_control(
        "Value to increase", names, default=names[0], required=True, key="climb_goal"
    )
    return GOALS[chosen or names[0]]


def _goal_words(view: View, goal: str) -> str:
    if len(view.row.shape) != 3:
        return "value"
    return "mean of the map" if goal == "mean" else "central cell"


def _draw(view: View, found: Climb, channel: str, goal: str) -> None:
    start, end = written(float(found.values[0])), written(float(found.values[-1]))
    change = f"The {goal} of {channel} in {found.climbed} rises from {start} on noise to {end}."
    st.markdown(_words(view, found, channel, change))
    last, frames, curve = st.columns([1, 2.4, 1.6])
    last.image(data_uri(picture(found.frames[-1], 8)), alt=f"The picture after {found.steps[-1]} steps")
    frames.image(
        data_uri(frame_strip(found.frames, found.steps, theme())),
        alt=f"The picture after each of these steps: {', '.join(map(str, found.steps))}",
    )
    curve.plotly_chart(
        climb_curve(found.values, found.steps, theme(), f"{found.climbed}, {goal}"),
        key="climb-curve",
        config={"displayModeBar": False},
        alt=change,
    )
    st.caption(_recipe(view, found))


def _words(view: View, found: Climb, channel: str, change: str) -> str:
    if found.stuck:
        return f"**Cannot be excited:** the gradient of {channel} is zero for every pixel."
    if view.row.layer.is_never_negative and found.highest <= 0:
        return f"**Cannot be excited:** {channel} of {view.layer} is still zero everywhere. {change}"
    return change


def _recipe(view: View, found: Climb) -> str:
    before = f"The value that is increased is the one before the activation, {found.climbed}. "
    return (
        f"{before if found.climbed != view.layer else ''}Every step moves the picture along the normalised "
        "gradient, after a random shift of up to 2 pixels. Against noise, each step also pulls the picture a little "
        "towards grey (L2) and each pixel towards its neighbours. Another random seed gives another picture; no such "
        "picture is in the data."
    )
