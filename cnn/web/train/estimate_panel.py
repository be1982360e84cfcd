"""Before a training: the memory it needs, and a short trial run that measures speed and time."""

import streamlit as st

from cnn.network.spec import Setup
from cnn.scheduler.query_queue import Answer
from cnn.training.estimate import Memory, Trial, memory_limit, size, try_out
from cnn.web.app.answers import standing
from cnn.web.app.run_text import minutes
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import dataset_name

POLL_SECONDS = 0.5


def show_memory(needed: Memory) -> None:
    """Say how much memory a training needs, how much is allowed, and what it is used for."""
    parts = {
        "Weights": needed.weights,
        "Gradients and updates": needed.gradients,
        "Optimiser": needed.optimizer,
        "Activations of a batch": needed.activations,
        "TensorFlow and pictures": needed.base,
    }
    st.caption(
        f"Needs about {size(needed.total)} of memory, of {size(memory_limit())} allowed.",
        help="  \n".join(f"{name}: {size(count)}" for name, count in parts.items()),
    )


def trial_button(setup: Setup, *, disabled: bool) -> None:
    """Offer to time a training before it is started."""
    off = service().engine.status().state in ("off", "failed")
    about = "Trains for three seconds to measure images per second, time and memory. Nothing is saved."
    if st.button(
        "Estimate the time",
        icon=":material/timer:",
        disabled=disabled or off,
        help="This server has no training engine." if off else about,
    ):
        session().trial_asked = _key(setup)
        service().engine.queries.forget(_key(setup))


def show_trial(setup: Setup) -> None:
    """Show the result or the progress of the trial of `setup`; nothing where none was asked for."""
    if session().trial_asked != _key(setup):
        return
    answer = _ask(setup)
    if answer.state in ("waiting", "working"):
        st.fragment(_watch, run_every=POLL_SECONDS)(setup)
    elif answer.state == "failed":
        st.error(answer.message, icon=":material/error:")
    else:
        _show_result(setup, answer.result)


def _key(setup: Setup) -> str:
    return f"preflight/{dataset_name()}/{setup.to_link()}"


def _ask(setup: Setup) -> Answer:
    return service().engine.queries.ask(_key(setup), try_out, setup, dataset_name())


def _watch(setup: Setup) -> None:
    answer = _ask(setup)
    if answer.state not in ("waiting", "working"):
        st.rerun()
    words = "Measuring" if answer.state == "working" else standing(answer)
    st.progress(answer.share, words[:1].upper() + words[1:])


def _show_result(setup: Setup, trial: Trial) -> None:
    with st.container(border=True, horizontal=True):
        st.metric("Images per second", f"{trial.images_per_second:,.0f}")
        st.metric("Time per epoch", minutes(trial.epoch_seconds))
        if setup.training.epochs is not None:
            st.metric("Total time", minutes(trial.total_seconds))
        else:
            st.metric("Epochs in that time", f"{trial.epochs:.1f}")
        st.metric("Memory", size(trial.memory), help="Measured peak of the worker process.")
    if any(run.status().state == "running" for run in service().store.runs(session().owner)):
        st.caption("Another run is training, so this is slower than it would be alone.")
