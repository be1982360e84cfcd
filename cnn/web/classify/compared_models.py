"""The one or two networks of the page Classify, and their predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.errors import OverflowsError
from cnn.evaluation import pretrained
from cnn.evaluation.model_card import Card, card_of
from cnn.evaluation.ood import Typical
from cnn.evaluation.predict import Verdict, classify
from cnn.network.forward import Weights
from cnn.runs.store import EVERYBODY, Run
from cnn.web.app import widgets
from cnn.web.app.run_text import plain
from cnn.web.app.session import session, theme
from cnn.web.app.upload_store import Upload
from cnn.web.app.view import SAMPLE, VALIDATION
from cnn.web.app.widgets import Sample
from cnn.web.classify import trust
from cnn.web.classify.prediction import Exhibit, Opinion, show_verdict
from cnn.web.classify.prediction_table import show_table

SIX_VIEWS = (
    "Six predictions are averaged: of the picture, of two copies shifted by one pixel, and of their mirrors."
)
NOBODY = ""


@dataclass(frozen=True)
class ComparedModel:
    """A network with its current weights and, where they were measured, its card and its reference statistics.

    `stamp` changes with the weights.
    """

    run: Run
    stamp: str
    weights: Weights
    card: Card | None
    typical: Typical | None

    @property
    def name(self) -> str:
        """The name shown on the page."""
        return self.run.name or self.run.id

    def says(self, pixels: NDArray[np.uint8], averaged: bool) -> Verdict:
        """Return its prediction for a picture (32, 32, 3), uint8; recent predictions are cached."""
        key = (self.run.folder, self.stamp, self.card and self.card.step, pixels.tobytes(), averaged)
        network = self.run.setup.network
        return session().verdicts.get(
            key, lambda: classify(network, self.weights, pixels, self.card, self.typical, averaged)
        )


@dataclass(frozen=True)
class Switches:
    """How the bars are shown."""

    ordered: bool
    scores: bool
    averaged: bool


def choose_models() -> list[ComparedModel]:
    """Let the visitor choose a network, and a second one to compare; both are in the page's address.

    Where the first cannot be read the list is empty, and the page says why.
    """
    left, right = st.columns(2, gap="medium")
    with left:
        first = widgets.network_picker(pretrained.BEST)
    with right:
        second = _second_picker(first)
    models = []
    for run in [first, second]:
        if run:
            widgets.run_note(run)
        weights = widgets.weights_of(run) if run else None
        if run and weights is not None:
            models.append(
                ComparedModel(run, widgets.stamp_of(run), weights, card_of(run), trust.typical_of(run))
            )
        elif run is first:
            return []
    return models


def _second_picker(first: Run) -> Run | None:
    runs = {run.id: run for run in widgets.usable_runs() if run.id != first.id}
    link = st.query_params.get("second", NOBODY)
    st.session_state["second"] = link if link in runs else NOBODY

    def chosen() -> None:
        if st.session_state["second"]:
            st.query_params["second"] = st.session_state["second"]
        else:
            st.query_params.pop("second", None)

    labels = {NOBODY: "No second network"} | widgets.run_labels(runs.values())
    found = st.selectbox(
        "Compare with",
        [NOBODY, *runs],
        format_func=labels.__getitem__,
        key="second",
        on_change=chosen,
    )
    return runs.get(found)


def choose_switches() -> Switches:
    """Let the visitor choose how the bars are shown; the choice is in the page's address."""
    with st.container(horizontal=True, vertical_alignment="center"):
        return Switches(
            st.toggle("Most likely first", key="ordered", bind="query-params"),
            st.toggle("Scores before softmax", key="scores", bind="query-params"),
            st.toggle("Mean of six views", key="averaged", bind="query-params", help=SIX_VIEWS),
        )


def show_opinions(models: Sequence[ComparedModel], sample: Sample, switches: Switches) -> None:
    """Show the pixels that the networks get, their bars, and a warning where one finds none of the ten classes."""
    pairs = []
    for asked in models:
        try:
            pairs.append((asked, asked.says(sample.pixels, switches.averaged)))
        except OverflowsError as error:
            st.error(f"{plain(asked.name)}: {error}", icon=":material/error:")
    if not pairs:
        return
    opinions = [
        Opinion(asked.name, verdict, trust.opinion_note(verdict, asked.card)) for asked, verdict in pairs
    ]
    exhibit = Exhibit(
        sample.pixels, opinions, sample.true_class, switches.ordered, switches.scores, sample.caption
    )
    show_verdict(exhibit, theme())
    for asked, verdict in pairs:
        if asked.card and verdict.is_none:
            trust.show_none(asked.name, asked.card)


def show_several(asked: ComparedModel, uploads: Sequence[Upload], averaged: bool) -> None:
    """Show a network's predictions for all of a visitor's pictures in a table, computed only when opened."""
    with st.expander(
        "All your pictures as a table", icon=":material/table:", key="several", on_change="rerun"
    ) as box:
        if box.open:
            verdicts = [asked.says(upload.picture.pixels, averaged) for upload in uploads]
            show_table([upload.name for upload in uploads], verdicts, asked.name)


def ways_on(models: Sequence[ComparedModel], sample: Sample) -> None:
    """Link to the maps of each network for the same picture, and say whether this page can be shared."""
    wanted = {}
    if sample.true_class is not None:
        wanted["picture"] = SAMPLE if st.query_params.get("sample_part") != "validation" else VALIDATION
        for name in ("class", "number"):
            if value := st.query_params.get(f"sample_{name}"):
                wanted[name] = value
    with st.container(horizontal=True, vertical_alignment="center"):
        for asked in models:
            whose = "its maps" if len(models) == 1 else f"the maps of {plain(asked.name)}"
            st.page_link(
                "inside.py",
                label=f"See {whose} for this picture",
                icon=":material/grid_view:",
                query_params={"network": asked.run.id, **wanted},
            )
        if sample.true_class is not None and all(asked.run.owner == EVERYBODY for asked in models):
            st.caption("To share this view, send the address of this page.")
