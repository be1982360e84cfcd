"""One run: how it stands, its steering, its figures and curves; what moves is drawn again while it trains."""

from typing import Any

import streamlit as st

from cnn.errors import RunError, SpecError
from cnn.figures import charts
from cnn.layers import describe
from cnn.runs.length import planned_epochs
from cnn.runs.store import Run, Status
from cnn.shapes import total_parameters, walk
from cnn.spec import Setup
from cnn.ui import run_list, steering
from cnn.ui.live_maps import show_live_maps
from cnn.ui.run_words import (
    is_open,
    minutes,
    place_words,
    plain,
    resumed_words,
    share,
    state_words,
)
from cnn.ui.service import service
from cnn.ui.session import theme
from cnn.ui.widgets import STATE_ICONS

OPEN_SECONDS = 0.2
REFRESH_SECONDS = 1.0
IDLE_SECONDS = 3.0
CHART_SECONDS = 3.0
FIRST_CHART_SECONDS = 0.4
FIRST_ROWS = 6
FIGURE_WIDTH = 150  # pixels


def network_line(setup: Setup) -> None:
    """Show a network that can be in one line: its layers that compute, and its parameters."""
    try:
        table = walk(setup.network)
    except SpecError:
        return
    parts = [describe(row.layer) for row in table if row.layer.tag in ("conv", "pool", "dense")]
    st.markdown(" → ".join(parts) + f" → softmax: **{total_parameters(table):,} parameters**")


def show_runs() -> None:
    """Show the chosen run of this visitor, and a picker where there are several.

    What comes and goes has a container of its own, so that all below keeps its place.
    """
    with st.container():
        run_list.show_notices()
        run_list.show_problem()
        run = run_list.choose_run()
    if run is None:
        st.subheader("No run yet")
        st.markdown("Press **Train**. The curves of loss and accuracy appear here within a few seconds.")
        run_list.engine_line()
        return
    status = run.status()
    st.subheader(f"{STATE_ICONS[status.state]} {plain(run.name or run.id)}: {state_words(run, status)}")
    steering.show_bar(run, status)
    with st.container():
        _show_message(run, status)
    drawn = _stamp(run, status)
    st.fragment(_watch, run_every=_interval(run, status))(run.id, drawn)
    _show_charts(run, status)
    _show_legend(run, status)
    show_live_maps(run)


def _interval(run: Run, status: Status) -> float:
    """Return the seconds between two looks at a run: often while it owes an answer, seldom after its end."""
    if is_open(run, status):
        return OPEN_SECONDS
    return IDLE_SECONDS if status.ended else REFRESH_SECONDS


def _stamp(run: Run, status: Status) -> tuple[object, ...]:
    """Return what the page as a whole shows of a run: where it changes, all is drawn anew."""
    return run.name, status.state, status.taken, run.asked(), status.message, len(run.snapshots()) > 0


def _watch(run_id: str, drawn: tuple[object, ...]) -> None:
    """Draw the figures of a run; the buttons stand outside, so that none is replaced under a hand."""
    try:
        run = service().store.get(run_id)
    except RunError:  # removed meanwhile, here or in another tab
        st.rerun()
    status = run.status()
    if _stamp(run, status) != drawn:
        st.rerun()
    _show_progress(run, status)
    _show_figures(run, status)


def _show_charts(run: Run, status: Status) -> None:
    """Show the curves; while it trains they are drawn every few seconds: that costs the browser the most."""
    if status.state not in ("running", "queued"):
        _draw_charts(run)
        return
    early = len(run.history()) <= FIRST_ROWS
    st.fragment(_draw_again, run_every=FIRST_CHART_SECONDS if early else CHART_SECONDS)(run.id, early)


def _draw_again(run_id: str, early: bool) -> None:
    """Draw the charts again: more often while they are empty, so that the first point is there at once."""
    try:
        run = service().store.get(run_id)
    except RunError:
        return
    _draw_charts(run)
    if early and len(run.history()) > FIRST_ROWS:
        st.rerun()


def _draw_charts(run: Run) -> None:
    rows = run.history()
    for column, quantity in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        column.plotly_chart(
            charts.curves(rows, quantity, theme(), planned_epochs(run, rows)),
            key=f"curve-{run.id}-{quantity}",
            config={"displayModeBar": False},
            alt=f"{quantity.capitalize()} on training and validation pictures over the epochs",
        )


def _show_progress(run: Run, status: Status) -> None:
    """Show how far a run is, or why it waits."""
    last = _last_progress(run.history())
    if status.state == "queued":
        st.markdown(place_words(run))
        run_list.engine_line()
    elif status.state in ("running", "paused"):
        whole = last["seconds"] + last["seconds_left"] if last else 0.0
        st.progress(min(last["seconds"] / whole, 1.0) if whole else 0.0, _progress_words(run, status, last))


def _progress_words(run: Run, status: Status, last: dict[str, Any]) -> str:
    if status.state == "paused":
        return f"Paused at epoch {last.get('epoch', 0.0):.2f}, {minutes(last.get('seconds_left', 0.0))} left"
    if not last:
        return "Building the network"
    if last["seconds_left"] <= 0:
        return "Checking on the test pictures"
    if last["step"] <= 20:
        return "Measuring the speed"
    if run.setup.training.epochs is None:
        return f"{last['seconds']:.0f} of {last['seconds'] + last['seconds_left']:.0f} seconds of training"
    return f"{minutes(last['seconds_left'])} left"


def _last_progress(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the newest report within an epoch, empty where there is none."""
    return next((row for row in reversed(rows) if row["kind"] == "progress"), {})


def _show_figures(run: Run, status: Status) -> None:
    rows = run.history()
    last, planned = _last_progress(rows), planned_epochs(run, rows)
    with st.container(horizontal=True):
        of = f"Epoch (of {planned:.4g})" if planned else "Epoch"
        st.metric(of, f"{last.get('epoch', 0.0):.1f}", width=FIGURE_WIDTH)
        speed = f"{last['images_per_second']:,.0f}" if last else "–"
        st.metric("Images a second", speed, width=FIGURE_WIDTH)
        st.metric("Validation accuracy", share(status.validation_accuracy), width=FIGURE_WIDTH)
        about = "Looked at once, at the very end of a finished run."
        st.metric("Test accuracy", share(status.test_accuracy), help=about, width=FIGURE_WIDTH)


def _show_message(run: Run, status: Status) -> None:
    """Say what happened to a run where that is not plain, and how it ended; offer what to do next."""
    if words := resumed_words(run, status):
        st.info(words, icon=":material/restart_alt:")
    if status.state == "failed":
        st.error(status.message, icon=":material/error:")
    elif status.message:
        st.info(status.message, icon=STATE_ICONS[status.state])
    elif status.state == "stopped":
        st.info("Stopped by hand. Its weights are kept; the test pictures were not looked at.")
    if status.ended:
        _link_onwards(run)


def _link_onwards(run: Run) -> None:
    if not run.snapshots():
        return
    ways = (("inside.py", "Look inside it", "grid_view"), ("classify.py", "Classify with it", "image_search"))
    with st.container(horizontal=True):
        for page, label, icon in ways:
            st.page_link(page, label=label, icon=f":material/{icon}:", query_params={"network": run.id})


def _show_legend(run: Run, status: Status) -> None:
    """Say what the curves are of, and lead into the network while it trains."""
    if not status.ended:
        _link_onwards(run)
    precision = status.precision or "not chosen yet"
    st.caption(
        "Training: on the pictures it learns from, smoothed over about 50 batches. Validation: on pictures "
        f"it never learns from, after each epoch. Pictures: {status.source or run.dataset}, "
        f"precision: {precision}."
    )
