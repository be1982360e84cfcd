"""A run while it trains: progress, curves, stop; and the list of a visitor's runs."""

import streamlit as st

from cnn.errors import RunError, SpecError
from cnn.figures import charts
from cnn.layers import describe
from cnn.runs import Run, Status
from cnn.shapes import total_parameters, walk
from cnn.spec import Setup
from cnn.ui.service import service
from cnn.ui.session import session, theme
from cnn.ui.widgets import STATE_ICONS, dataset_name, run_label

REFRESH_SECONDS = 1.0
CHART_SECONDS = 3.0
FIRST_CHART_SECONDS = 0.4
FIRST_ROWS = 6


def start_run(setup: Setup, name: str) -> Run:
    """Put a new run of this visitor into the queue and return it.

    Raises:
        RunError: when it cannot be written.
    """
    services = service()
    run = services.store.create(setup, dataset_name(), session().owner, name)
    services.engine.submit(run)
    session().run_id = session().network_id = run.id
    return run


def network_line(setup: Setup) -> None:
    """Show the network in one line: its layers that compute, and its parameters."""
    try:
        table = walk(setup.network)
    except SpecError as error:
        st.error(error.problem, icon=":material/block:")
        return
    parts = [describe(row.layer) for row in table if row.layer.tag in ("conv", "pool", "dense")]
    st.markdown(" → ".join(parts) + f" → softmax: **{total_parameters(table):,} parameters**")


def show_runs() -> None:
    """Show the chosen run of this visitor, and a picker where there are several."""
    runs = {run.id: run for run in service().store.runs(session().owner)}
    if not runs:
        st.subheader("No run yet")
        st.markdown("Press **Train**. The curves of loss and accuracy appear here within a few seconds.")
        _engine_line()
        return
    if session().run_id not in runs:
        session().run_id = next(iter(runs))
    if len(runs) > 1:
        chosen = st.selectbox(
            "Run",
            list(runs),
            list(runs).index(session().run_id),
            format_func=lambda run_id: run_label(runs[run_id]),
            key=f"run-{session().run_id}-{len(runs)}",
        )
        session().run_id = chosen
    run = runs[session().run_id]
    status = run.status()
    if status.ended:
        _draw_head(run, status)
        _draw_charts(run)
    else:
        _live_run(run.id)
        live_charts = _live_charts if len(run.history()) > FIRST_ROWS else _first_charts
        live_charts(run.id)


@st.fragment(run_every=REFRESH_SECONDS)
def _live_run(run_id: str) -> None:
    """Redraw the figures of a run every second; at its end the whole page is drawn once more."""
    run = service().store.get(run_id)
    status = run.status()
    if status.ended:
        st.rerun()
    _draw_head(run, status)


@st.fragment(run_every=CHART_SECONDS)
def _live_charts(run_id: str) -> None:
    """Redraw the charts every few seconds: drawing them costs the browser more than all the rest."""
    _draw_charts(service().store.get(run_id))


@st.fragment(run_every=FIRST_CHART_SECONDS)
def _first_charts(run_id: str) -> None:
    """Redraw the charts more often while they are empty, so that the first point is there at once."""
    run = service().store.get(run_id)
    _draw_charts(run)
    if len(run.history()) > FIRST_ROWS:
        st.rerun()


def _draw_head(run: Run, status: Status) -> None:
    rows = run.history()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{STATE_ICONS[status.state]} {run.name or run.id}: {_state_words(run, status)}")
        if not status.ended and run.owner == session().owner:
            _stop_button(run)
    _progress(run, status, rows)
    _figures(run, status, rows)


def _draw_charts(run: Run) -> None:
    rows = run.history()
    left, right = st.columns(2)
    epochs = run.setup.training.epochs
    for column, quantity in ((left, "loss"), (right, "accuracy")):
        column.plotly_chart(
            charts.curves(rows, quantity, theme(), epochs),
            key=f"curve-{run.id}-{quantity}",
            config={"displayModeBar": False},
            alt=f"{quantity.capitalize()} on training and validation pictures over the epochs",
        )
    _afterwards(run, run.status())


def _state_words(run: Run, status: Status) -> str:
    if status.state == "queued":
        before = service().engine.position(run.id)
        return f"waiting, {before} before it" if before else "waiting for a worker"
    return "stopping" if status.state == "running" and run.stop_requested() else status.state


def _stop_button(run: Run) -> None:
    asked = run.stop_requested()
    if st.button("Stop", icon=":material/stop:", disabled=asked, key=f"stop-{run.id}"):
        try:
            service().store.request_stop(run.id, session().owner)
        except RunError as error:
            st.error(str(error))
        service().engine.wake()
        st.rerun()


def _progress(run: Run, status: Status, rows: list[dict]) -> None:
    last = next((row for row in reversed(rows) if row["kind"] == "progress"), None)
    if status.state == "queued":
        _engine_line()
    elif status.state == "running" and last is None:
        st.progress(0.0, "Building the network")
    elif status.state == "running" and last:
        whole = last["seconds"] + last["seconds_left"]
        share = min(last["seconds"] / whole, 1.0) if whole else 0.0
        text = f"{_minutes(last['seconds_left'])} left" if last["step"] > 20 else "Measuring the speed"
        st.progress(share, text if share < 1 else "Checking on the test pictures")


def _figures(run: Run, status: Status, rows: list[dict]) -> None:
    last: dict[str, float] = next((row for row in reversed(rows) if row["kind"] == "progress"), {})
    planned = run.setup.training.epochs
    epoch = f"{last.get('epoch', 0.0):.1f}" + (f" of {planned}" if planned else "")
    columns = st.columns(4)
    columns[0].metric("Epoch", epoch)
    columns[1].metric("Images a second", f"{last['images_per_second']:,.0f}" if last else "–")
    columns[2].metric("Validation accuracy", _share(status.validation_accuracy))
    columns[3].metric(
        "Test accuracy",
        _share(status.test_accuracy),
        help="Looked at once, at the very end of a finished run.",
    )


def _afterwards(run: Run, status: Status) -> None:
    """Say how a run ended, and offer what to do next."""
    if status.state == "failed":
        st.error(status.message, icon=":material/error:")
    elif status.message:
        st.info(status.message, icon=STATE_ICONS[status.state])
    if status.state == "stopped" and not status.message:
        st.info("Stopped by hand. Its weights are kept; the test pictures were not looked at.")
    if run.snapshots():
        with st.container(horizontal=True):
            st.page_link(
                "inside.py",
                label="Look inside it",
                icon=":material/grid_view:",
                query_params={"network": run.id},
            )
            st.page_link(
                "classify.py",
                label="Classify with it",
                icon=":material/image_search:",
                query_params={"network": run.id},
            )
    st.caption(
        "Training: on the pictures it learns from, smoothed over about 50 batches. Validation: on pictures "
        "it never learns from, after each epoch."
    )
    facts = [
        f"Pictures: {status.source or run.dataset}",
        f"precision: {status.precision or 'not chosen yet'}",
    ]
    st.caption(", ".join(facts))


def _engine_line() -> None:
    status = service().engine.status()
    if status.state == "failed":
        st.error(f"The training engine could not start: {status.message} Restart the server.")
    elif status.state == "starting":
        st.progress(0.0, "The worker is loading TensorFlow; this takes about ten seconds after a start")
    elif status.state == "off":
        st.info("This server has no training engine; start it with make run.")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}".replace("%", " %")


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60:02d} s"
