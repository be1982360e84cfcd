"""One run on the page Train: its state, numbers and curves, and what it has learned so far.

Curves and maps are in fragments that run again as the run progresses (`live_watch.draw_again`). What it has
learned is shown by the first filters of the newest saved state, their maps for one picture, and its prediction.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.errors import RunError, SpecError
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.evaluation import pretrained
from cnn.figures.colours import Theme, scale_of
from cnn.figures.compare import bars_html
from cnn.figures.drawing import legend_html
from cnn.figures.mosaic import colour_filters, data_uri, mosaic, picture
from cnn.interpret.weight_edits import kernel_of, layers_with_filters, stage_end
from cnn.network.forward import Weights, forward
from cnn.network.spec import PICTURE_SHAPE, Setup
from cnn.network.summary import total_parameters, walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run, Status
from cnn.web.app.cache import RecentCache
from cnn.web.app.deletion import show_deleted
from cnn.web.app.run_text import plain, resumed_words, start_words, state_words
from cnn.web.app.session import theme
from cnn.web.app.widgets import FIRST_CLASS, STATE_ICONS, Sample, class_sample, dataset_name
from cnn.web.train import run_list, steering
from cnn.web.train.changed_answers import show_changed
from cnn.web.train.curves import curve_words, show_curves
from cnn.web.train.live_watch import draw_again, facts, last_progress, marks, newest_step, show_watch

CHART_SECONDS = 3.0
MOST_CHART_SECONDS = 20.0
CHARTS = 60  # times that the charts of a long run are drawn; more would make no visible difference
FIRST_CHART_SECONDS = 0.8
FIRST_ROWS = 6


def network_line(setup: Setup) -> None:
    """Show a network in one line: its layers with arithmetic of their own, and its parameters."""
    try:
        table = walk(setup.network)
    except SpecError:
        return
    parts = [row.layer.phrase for row in table if row.layer.inputs and not row.layer.is_thin]
    st.markdown(" → ".join(parts) + f" → softmax: **{total_parameters(table):,} parameters**")


def show_runs() -> None:
    """Show the chosen run of this visitor, and a picker where there are several.

    Messages that come and go have a container of their own, so that what is below does not move.
    """
    with st.container():
        run_list.show_notices()
        run_list.show_problem()
        show_deleted()
        run = run_list.choose_run()
    if run is None:
        st.header("No run yet")
        st.markdown("Press **Train**. The curves of loss and accuracy will appear here within a few seconds.")
        run_list.engine_line()
        _show_example()
        return
    status = run.status()
    seen = facts(run, status)
    st.header(f"{STATE_ICONS[status.state]} {plain(run.name or run.id)}: {state_words(run, status)}")
    if status.ended:
        _lead_on(run)
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
    """Draw the curves; until the run ends, again every few seconds, since charts cost the browser the most.

    A paused run changes too: a new learning rate enters the history after the worker has acknowledged it.
    """
    if status.state in ("running", "paused"):
        st.fragment(_draw_as_it_goes)(run)
    else:
        show_curves(run, run.history.rows())


def _draw_as_it_goes(run: Run) -> None:
    """Draw the charts, and draw them again: soon while they are nearly empty, at once after an epoch."""
    rows = run.history.rows()
    last = last_progress(rows)
    early = len(rows) <= FIRST_ROWS
    whole = last["seconds"] + last["seconds_left"] if last else 0.0
    every = FIRST_CHART_SECONDS if early else min(max(CHART_SECONDS, whole / CHARTS), MOST_CHART_SECONDS)
    with st.container(gap=None):
        show_curves(run, rows)
        draw_again(run, "charts", {"marks": marks(rows)}, {"rows": len(rows)}, every)


def _show_message(run: Run, status: Status) -> None:
    """Say how a run ended or was interrupted, and offer what to do next."""
    if words := resumed_words(run, status):
        st.info(words, icon=":material/restart_alt:")
    if status.state == "failed":
        st.error(status.message, icon=":material/error:")
    elif status.message:
        st.info(status.message, icon=STATE_ICONS[status.state])
    elif status.state == "stopped":
        st.info("Stopped by hand. The weights are kept. It was not evaluated on the test pictures.")


def _lead_on(run: Run) -> None:
    """Offer the next step, *Look inside it*, as a button, and the other pages as links."""
    if not run.snapshots():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Look inside it", type="primary", icon=":material/grid_view:", key=f"inside-{run.id}"):
            st.switch_page("inside.py", query_params={"network": run.id})
        for page, label, icon in ONWARDS[1:]:
            st.page_link(page, label=label, icon=f":material/{icon}:", query_params={"network": run.id})


def _show_example() -> None:
    """Show how this side will look, with the training of a pretrained network."""
    run = next((run for run in pretrained.shipped() if run.id == pretrained.FIRST), None)
    rows = run.history.rows() if run else []
    if run is None or not rows:
        return
    st.caption(
        f"An example: the training of *{plain(run.name or run.id)}*, a pretrained network. It reached "
        f"{percent(run.status().test_accuracy)} accuracy on the test pictures."
    )
    show_curves(run, rows)
    _draw(run, run.snapshots())


ONWARDS = (
    ("inside.py", "Look inside it", "grid_view"),
    ("classify.py", "Classify with it", "image_search"),
    ("evaluate.py", "Evaluate it", "fact_check"),
)


def _link_onwards(run: Run) -> None:
    if not run.snapshots():
        return
    with st.container(horizontal=True):
        for page, label, icon in ONWARDS[:2]:
            st.page_link(page, label=label, icon=f":material/{icon}:", query_params={"network": run.id})


def _show_legend(run: Run, status: Status) -> None:
    """Explain the curves, and link to the other pages while the run trains."""
    if not status.ended:
        _link_onwards(run)
    st.caption(curve_words(run.setup))
    st.caption(
        "Test accuracy: measured once, at the end of a finished run. Pictures: "
        f"{status.source or 'not loaded yet'}, precision: {_precision_words(status)}."
    )


def _precision_words(status: Status) -> str:
    """Return in which precision a run trains, and why."""
    if not status.precision:
        return "not chosen yet"
    return status.precision + (f", because {status.precision_reason}" if status.precision_reason else "")


MOST_FILTERS = 36
MOST_MAPS = 18
MAP_PIXELS = 64
MAP_COLUMNS = 6
FILTER_COLUMNS = 6
FILTER_PIXELS = 48
SHEETS = 64


@dataclass(frozen=True)
class Sheet:
    """One saved state as pictures: its first filters, (layer, maps, legend) of each layer, and its prediction."""

    filters: str
    how: str
    maps: tuple[tuple[str, str, str], ...]
    probabilities: NDArray[np.float32]


def show_live_maps(run: Run) -> None:
    """Show the newest saved state of a run; while it trains, each new one as soon as it is saved.

    The page runs again with the first one (`live_watch.facts`), so nothing needs to wait for that.
    """
    snapshots = run.snapshots()
    if run.status().ended or not snapshots:
        _draw(run, snapshots)
    else:
        st.fragment(_draw_maps_as_it_goes)(run)


def _draw_maps_as_it_goes(run: Run) -> None:
    snapshots = run.snapshots()
    _draw(run, snapshots)
    draw_again(run, "maps", {"snapshot": newest_step(snapshots)})


def _draw(run: Run, snapshots: list[Snapshot]) -> None:
    st.markdown(f"### First filters and maps{_when(run, snapshots)}")
    if not snapshots:
        st.caption("They appear here when training begins, and are updated after every epoch.")
        return
    left, middle, right = st.columns([3, 4, 5], gap="medium")
    with left:
        sample = _picture()
    if sample is None:
        return
    try:
        sheet = _sheet(run, snapshots[-1], sample.pixels, theme())
    except RunError as error:  # a snapshot that is being thinned out; the next poll finds another
        st.caption(str(error))
        return
    with middle:
        _show_filters(run, sheet)
    with right:
        st.html(bars_html(sheet.probabilities, theme(), sample.true_class))
    _show_maps(run, sheet)
    show_changed(run, snapshots)


def _when(run: Run, snapshots: list[Snapshot]) -> str:
    if not snapshots:
        return ""
    epoch, planned = snapshots[-1].epoch, run.setup.training.epochs
    whole = f" of {planned}" if planned else ""
    return f", after epoch {epoch:.3g}{whole}" if epoch else f", {start_words(run)}"


def _picture() -> Sample | None:
    chosen = st.selectbox("Picture of class", CLASSES, CLASSES.index(FIRST_CLASS), key="live-class")
    sample = class_sample(dataset_name(), CLASSES.index(chosen), 0)
    if sample is not None:
        st.image(data_uri(picture(sample.pixels, 5)), caption=sample.caption, alt=sample.caption)
    return sample


def _show_filters(run: Run, sheet: Sheet) -> None:
    layer, count = next(iter(layers_with_filters(run.setup.network).items()))
    st.markdown(f"**Filters of {layer}**")
    st.image(sheet.filters, alt=f"The first filters of {layer} in colour")
    left_out = f"; {MOST_FILTERS} of {count} are shown" if count > MOST_FILTERS else ""
    st.caption(f"{sheet.how}{left_out}.")


def _show_maps(run: Run, sheet: Sheet) -> None:
    for column, (layer, maps, legend) in zip(st.columns(2, gap="medium"), sheet.maps, strict=False):
        column.markdown(f"**{layer}**")
        column.image(maps, alt=f"The first maps of {layer}")
        column.html(legend)
    count = next(iter(layers_with_filters(run.setup.network).values()))
    if count > MOST_MAPS:
        st.caption(f"The first {MOST_MAPS} of {count} maps are shown.")
    layer = sheet.maps[-1][0]
    st.page_link(
        "inside.py",
        label="Open these maps in Inside",
        icon=":material/grid_view:",
        query_params={"network": run.id, "layer": layer},
    )


def _sheet(run: Run, snapshot: Snapshot, pixels: NDArray[np.uint8], colours: Theme) -> Sheet:
    """Return one saved state as pictures; the same one is drawn once for all viewers.

    Raises:
        RunError: when it cannot be read.
    """
    key = (str(run.folder), snapshot.path.name, pixels.tobytes(), colours.name)
    return _sheets().get(key, lambda: draw(run, run.weights(snapshot), pixels, colours))


@st.cache_resource(show_spinner=False)
def _sheets() -> RecentCache[Sheet]:
    return RecentCache(SHEETS)


def draw(run: Run, weights: Weights, pixels: NDArray[np.uint8], theme: Theme) -> Sheet:
    """Return the first filters, their maps before and after the activation, and the prediction.

    Args:
        run: whose network it is.
        weights: of a saved state.
        pixels: (32, 32, 3), the picture.
        theme: of the page.
    """
    network = run.setup.network
    first = next(iter(layers_with_filters(network)))
    outputs = forward(network, weights, pixels)
    count = min(layers_with_filters(network)[first], MOST_FILTERS)
    kernels = np.stack([kernel_of(network, weights, first, number) for number in range(count)], axis=-1)
    if kernels.shape[2] == PICTURE_SHAPE[-1]:
        filters = colour_filters(kernels, max(1, FILTER_PIXELS // len(kernels)), FILTER_COLUMNS)
        how = "Shown as colours: mid-grey is weight 0"
    else:
        how = "One per colour: orange is above zero, blue below zero"
        filters = mosaic(
            kernels[:, :, 0], theme, scale_of(np.stack([kernels, -kernels])), pixels=FILTER_PIXELS
        )
    names = dict.fromkeys((first, stage_end(network, first)))
    maps = tuple((name, *_map_sheet(outputs[name], theme)) for name in names)
    return Sheet(data_uri(filters), how, maps, outputs["softmax"])


def _map_sheet(values: NDArray[np.float32], theme: Theme) -> tuple[str, str]:
    scale = scale_of(values)
    shown = values[..., :MOST_MAPS]
    maps = mosaic(shown, theme, scale, columns=MAP_COLUMNS, pixels=MAP_PIXELS)
    return data_uri(maps), legend_html(scale, theme)
