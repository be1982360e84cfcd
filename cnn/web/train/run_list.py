"""A visitor's runs: start one, choose one, and notices about those that were removed."""

import time

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.network.spec import Setup
from cnn.runs.store import Run
from cnn.training.estimate import check_fits
from cnn.web.app.class_room import follow, rules
from cnn.web.app.deletion import forget_deleted
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import dataset_name, run_labels


def start_run(setup: Setup, name: str) -> Run:
    """Queue a new run of this visitor and return it.

    Raises:
        CnnLabError: when it would not fit the memory, there are too many already, or it cannot be written.
    """
    setup = follow(setup)
    check_fits(setup)
    services = service()
    run = services.store.create(setup, rules().dataset or dataset_name(), session().owner, name)
    services.engine.submit(run)
    forget_deleted()
    session().run_id = session().network_id = run.id
    return run


def twin_of(setup: Setup) -> Run | None:
    """Return a run of this visitor that trains, or waits to, with exactly these settings on the same pictures."""
    setup, dataset = follow(setup), rules().dataset or dataset_name()
    runs = (run for run in service().store.runs(session().owner) if run.owner == session().owner)
    same = (run for run in runs if run.setup == setup and run.dataset == dataset)
    return next((run for run in same if not run.status().ended), None)


def is_trained(setup: Setup) -> bool:
    """Whether the run that is shown has ended and had these settings: what comes next is to look inside it."""
    runs = service().store.runs(session().owner)
    shown = next((run for run in runs if run.id == session().run_id), runs[0] if runs else None)
    return shown is not None and shown.setup == setup and shown.status().ended


def ask_about_twin(name: str) -> None:
    """Where what was asked for trains already, say so, and offer to train it a second time beside that."""
    state = session()
    twin = twin_of(state.setup)
    if not state.twin_id or twin is None or twin.id != state.twin_id:
        state.twin_id = ""
        return

    def answered(start: bool) -> None:
        state.twin_id = ""
        try:
            if start:
                start_run(state.setup, name)
        except CnnLabError as error:
            state.complain(str(error))

    with st.container(border=True):
        st.markdown(
            ":material/info: **This is being trained already**, with exactly these settings. Nothing was added."
        )
        with st.container(horizontal=True):
            st.button("Train a second one", key="twin-start", on_click=answered, args=(True,))
            st.button("Do not train a second one", key="twin-leave", on_click=answered, args=(False,))


def choose_run() -> Run | None:
    """Let the visitor choose one of their runs; None where there is none."""
    runs = {run.id: run for run in service().store.runs(session().owner)}
    if not runs:
        return None
    if session().run_id not in runs:
        session().run_id = next(iter(runs))
    if len(runs) > 1:
        session().run_id = st.selectbox(
            "Run",
            list(runs),
            list(runs).index(session().run_id),
            format_func=run_labels(runs.values()).__getitem__,
            key=f"run-{session().run_id}-{len(runs)}",
        )
    return runs[session().run_id]


def show_notices() -> None:
    """Tell the visitor which of their runs were removed, until they have read it."""
    services, owner = service(), session().owner
    if found := services.store.notices(owner):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown("  \n".join(f":material/info: {sentence}" for sentence in found))
            st.button("Understood", key="dismiss", on_click=services.store.dismiss, args=(owner,))


def show_problem() -> None:
    """Show why the visitor's last action failed, long enough to be read."""
    found = session()
    if time.monotonic() > found.problem_until:
        found.problem = ""
    if found.problem:
        st.error(found.problem, icon=":material/error:")


def engine_line() -> None:
    """Say why the engine cannot train yet, where it cannot."""
    status = service().engine.status()
    if status.state == "failed":
        st.error(f"The training engine could not start: {status.message} Restart the server.")
    elif status.message:
        st.warning(status.message, icon=":material/cloud_off:")
    elif status.state == "starting":
        st.progress(
            0.0, "The worker is loading TensorFlow. This takes about ten seconds after the server starts"
        )
    elif status.state == "off":
        st.info("This server has no training engine. Start it with make run.")
