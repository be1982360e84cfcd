"""One run: how it stands, its steering, its figures and curves."""

import streamlit as st

from cnn.core.errors import SpecError
from cnn.network.spec import Setup
from cnn.network.summary import total_parameters, walk
from cnn.runs.store import Run, Status
from cnn.web.app.run_text import plain, resumed_words, state_words
from cnn.web.app.widgets import STATE_ICONS
from cnn.web.train import run_list, steering
from cnn.web.train.curves import curve_words, show_curves
from cnn.web.train.live_facts import facts, last_progress, marks
from cnn.web.train.live_maps import show_live_maps
from cnn.web.train.live_watch import draw_again, show_watch

CHART_SECONDS = 3.0
MOST_CHART_SECONDS = 20.0
CHARTS = 60  # of a long run: more would not show
FIRST_CHART_SECONDS = 0.8
FIRST_ROWS = 6


def network_line(setup: Setup) -> None:
    """Show a network that can be in one line: its layers that compute, and its parameters."""
    try:
        table = walk(setup.network)
    except SpecError:
        return
    parts = [row.layer.phrase for row in table if row.layer.inputs and not row.layer.is_thin]
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
    seen = facts(run, status)
    st.subheader(f"{STATE_ICONS[status.state]} {plain(run.name or run.id)}: {state_words(run, status)}")
    steering.show_bar(run, status)
    with st.container():
        _show_message(run, status)
    show_watch(run, seen)
    if status.state == "queued":
        run_list.engine_line()
    _show_charts(run, status)
    _show_legend(run, status)
    show_live_maps(run)


def _show_charts(run: Run, status: Status) -> None:
    """Show the curves; while it trains they are drawn every few seconds: that costs the browser the most."""
    if status.state == "running":
        st.fragment(_draw_as_it_goes)(run)
    else:
        show_curves(run, run.history.rows())


def _draw_as_it_goes(run: Run) -> None:
    """Draw the charts, and anew: soon while they are nearly empty, at once after an epoch."""
    rows = run.history.rows()
    last = last_progress(rows)
    early = len(rows) <= FIRST_ROWS
    whole = last["seconds"] + last["seconds_left"] if last else 0.0
    every = FIRST_CHART_SECONDS if early else min(max(CHART_SECONDS, whole / CHARTS), MOST_CHART_SECONDS)
    with st.container(gap=None):
        show_curves(run, rows)
        draw_again(run, "charts", {"marks": marks(rows)}, {"rows": len(rows)}, every)


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
    st.caption(curve_words(run.setup))
    st.caption(
        "Test: evaluated once, at the very end of a finished run. "
        f"Pictures: {status.source or 'not loaded yet'}, precision: {_precision_words(status)}."
    )


def _precision_words(status: Status) -> str:
    """Return in which precision a run trains, and why."""
    if not status.precision:
        return "not chosen yet"
    return status.precision + (f", because {status.precision_reason}" if status.precision_reason else "")
