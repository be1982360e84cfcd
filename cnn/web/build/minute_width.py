"""How wide the preset `minute` is: with the filters that pay in sixty seconds at the measured speed of this server."""

import streamlit as st

from cnn.network.presets import PRESETS, minute_for
from cnn.network.spec import Setup
from cnn.training.estimate import try_out
from cnn.web.app.answers import Asked, ask, show_waiting
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import dataset_name

TRAINING_PICTURES = PRESETS["minute"].setup.training.pictures
SECONDS = PRESETS["minute"].setup.training.seconds or 0.0


def preset_setup(name: str) -> Setup:
    """Return the set-up of a preset; of `minute` the form that pays on this server, once that was measured."""
    speed = service().speeds.get(dataset_name(), 0.0)
    return minute_for(speed) if name == "minute" else PRESETS[name].setup


def show_width(setup: Setup) -> None:
    """Say why `minute` is as wide as it is, or offer to measure it."""
    if session().width_asked:
        _measure()
    elif speed := service().speeds.get(dataset_name()):
        _show_choice(setup, speed)
    else:
        _measure_button("Fit the number of filters to this machine", ":material/speed:")


def _measure_button(label: str, icon: str) -> None:
    about = "Trains for three seconds to measure this server. Nothing is saved."
    if service().engine.status().state in ("off", "failed"):
        about = "This server has no training engine."
    elif service().engine.is_training():
        about = "A run is training on this server now. Measure when it has ended."
    st.button(label, icon=icon, disabled=not about.startswith("Trains"), help=about, on_click=_begin)


def _begin() -> None:
    service().engine.queries.forget(_key())
    session().width_asked = True


def _key() -> str:
    return f"minute-speed/{dataset_name()}"


def _ask() -> Asked:
    title = "Measuring how fast this machine trains"
    return ask(title, _key(), try_out, PRESETS["minute"].setup, dataset_name())


@st.fragment
def _measure() -> None:
    asked, state = _ask(), session()
    if asked.answer.state == "done":
        speed = service().speeds[dataset_name()] = asked.result.images_per_second
        state.width_asked = False
        state.replace(minute_for(speed))
        st.rerun()
    show_waiting([asked], "minute-speed")


def _show_choice(setup: Setup, speed: float) -> None:
    best = minute_for(speed)
    passes = speed * SECONDS / TRAINING_PICTURES
    why = (
        "With so few passes, more filters would see too few pictures."
        if best == PRESETS["minute"].setup
        else "That is enough for more filters, which take longer for each picture and learn more from it."
    )
    st.caption(
        f"Measured here: {speed:,.0f} pictures per second with the fewest filters, so {SECONDS:g} seconds are "
        f"{passes:.1f} passes over the training pictures. {why}"
    )
    with st.container(horizontal=True):
        if setup != best:
            label = f"Use {_filters(best)} filters"
            st.button(label, icon=":material/check:", on_click=session().replace, args=(best,))
        _measure_button("Measure again", ":material/refresh:")


def _filters(setup: Setup) -> str:
    *first, last = [one.filters for block in setup.network.blocks[1:] for one in block.convolutions]
    return f"{', '.join(map(str, first))} and {last}"
