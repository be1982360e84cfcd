"""The learning curves of a run, with a slider that smooths them and a switch for a logarithmic scale."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from cnn.figures import charts
from cnn.network.spec import Setup
from cnn.runs.remaining import planned_epochs
from cnn.runs.store import Run
from cnn.training.diagnostics import findings
from cnn.web.app.cache import RecentCache
from cnn.web.app.session import theme
from cnn.web.train.steady_chart import show_steady_charts

FIGURES = 64
SMOOTHING = 0.0  # an average would carry a single very large loss along


def show_curves(run: Run, rows: list[dict[str, Any]]) -> None:
    """Draw loss and accuracy from the rows of a run's history."""
    with st.container(horizontal=True, vertical_alignment="center"):
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.99,
            SMOOTHING,
            key="curve-smoothing",
            help="Smooths the line of the batches; the raw line stays visible behind it. Changes only the drawing.",
            width=260,
        )
        log = st.toggle("Log scale for loss", key="curve-log")
    planned = planned_epochs(run, rows)
    drawn = [
        (
            column,
            _figure(run, rows, quantity, planned, smoothing, log),
            f"curve-{run.id}-{quantity}{'-log' if log and quantity == 'loss' else ''}",
            f"{quantity.capitalize()} on training and validation pictures over the epochs",
        )
        for column, quantity in zip(st.columns(2), ("loss", "accuracy"), strict=True)
    ]
    show_steady_charts(drawn, f"zoom-{run.id}")
    show_findings(run, rows)


def _figure(
    run: Run, rows: list[dict[str, Any]], quantity: str, epochs: float | None, smoothing: float, log: bool
) -> go.Figure:
    """Return `charts.curves` of a history; a class that waits in the queue, or looks at one run, shares the figure."""
    history = (run.id, len(rows), repr(rows[-1])) if rows else ()
    colours = theme()
    key = (history, quantity, colours.name, epochs, smoothing, log)
    return _figures().get(key, lambda: charts.curves(rows, quantity, colours, epochs, smoothing, log))


@st.cache_resource(show_spinner=False)
def _figures() -> RecentCache[go.Figure]:
    return RecentCache(FIGURES)


def show_findings(run: Run, rows: list[dict[str, Any]]) -> None:
    """Say what is wrong with a training after its last epoch so far, and what to try next."""
    for finding in findings(run.setup, rows):
        st.warning(finding.sentence, icon=":material/troubleshoot:")


def curve_words(setup: Setup) -> str:
    """Return a legend of the curves: what each is, and why training and validation may differ."""
    training = setup.training
    changes = [
        name
        for name, used in (
            ("flipped", training.flip),
            ("shifted", training.shift),
            ("partly covered", training.cutout),
        )
        if used
    ]
    drops = any(block.dropout for block in setup.network.blocks) or any(
        d.dropout for d in setup.network.dense
    )
    shown = [
        *([f"on {' and '.join(changes)} pictures"] if changes else []),
        *(["with dropout on"] if drops else []),
    ]
    harder = f", {' and '.join(shown)}, so the values look worse than they are" if shown else ""
    smoothing = (
        f" Training minimises the loss with label smoothing {training.label_smoothing:g}; the curves show the loss "
        "without it."
        if training.label_smoothing
        else ""
    )
    return (
        f"**Training batches**: mean over the batches since the last point, while the weights change{harder}. "
        "**Training, unchanged**: up to 2,000 training pictures without augmentation and dropout, after each epoch. "
        "**Validation**: pictures that are never trained on, with the same weights. The loss is always the mean "
        f"cross-entropy, without weight decay.{smoothing}"
    )
