"""The accuracy of the changed network on a thousand test pictures, beside that as trained; on demand."""

import hashlib

import numpy as np
import streamlit as st

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.figures.compare import signed
from cnn.interpret.edits import Edits
from cnn.interpret.results import Accuracy
from cnn.web.ablate.ablation_state import AblationState
from cnn.web.app.answers import Asked, ask, show_waiting
from cnn.web.app.widgets import dataset_name
from cnn.worker import queries

PICTURES = 1000
_WANTED = "break-accuracy-wanted"


@st.fragment
def show_accuracy(ablation: AblationState) -> None:
    """Offer to count the right answers of both networks; the count for these changes stays."""
    now = _key(ablation, ablation.edits)
    if st.session_state.get(_WANTED) != now:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Test accuracy on {PICTURES:,} pictures",
                icon=":material/fact_check:",
                on_click=st.session_state.__setitem__,
                args=(_WANTED, now),
            )
            st.caption(
                "For the network as it is now, with every picture changed in the same way, and as it was trained."
            )
        return
    before = _ask(ablation, Edits(), "As trained")
    broken = _ask(ablation, ablation.edits, "As it is now") if ablation.edits.current else before
    if before.result is not None and broken.result is not None:
        _show_counts(before.result, broken.result)
    show_waiting([before] if broken is before else [before, broken], "break-accuracy")


def _key(ablation: AblationState, edits: Edits) -> str:
    """Return what names the count: the saved state, the data set, and the changes in force."""
    changes = hashlib.sha256(repr(edits.current).encode()).hexdigest()[:24]
    view = ablation.view
    return f"accuracy/{view.run.id}/{view.snapshot.step}/{dataset_name()}/{PICTURES}/{changes}"


def _ask(ablation: AblationState, edits: Edits, title: str) -> Asked:
    network = ablation.view.run.setup.network
    weights = ablation.weights if edits.current else dict(ablation.view.weights)
    change = edits.picture if edits.picture.edits else None
    return ask(
        title,
        _key(ablation, edits),
        queries.accuracy,
        network,
        weights,
        change,
        dataset_name(),
        PICTURES,
    )


def _show_counts(before: Accuracy, now: Accuracy) -> None:
    points = signed(100 * (now.share - before.share), 1)
    st.markdown(
        f"**{now.correct} of {now.total:,}** correct, {percent(now.share)}; as trained **{before.correct}**, "
        f"{percent(before.share)}. The difference is **{points} points**, counted on {now.pictures}."
    )
    changes = np.subtract(now.per_class, before.per_class)
    if changes.any():
        st.caption(
            f"Lowest change: {_named(before, now, int(changes.argmin()))}. Highest change: "
            f"{_named(before, now, int(changes.argmax()))}."
        )


def _named(before: Accuracy, now: Accuracy, label: int) -> str:
    return f"{CLASSES[label]}, {percent(before.per_class[label])} → {percent(now.per_class[label])}"
