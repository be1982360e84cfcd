"""A slider over the saved states of a run, drawn as its accuracy curve."""

import math
from typing import Any

import streamlit as st

from cnn.core.shares import percent
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app import address
from cnn.web.app.component import component
from cnn.web.app.view import View, choose_epoch, epoch_words

KEY = "time-machine"
DRAWN = "time-machine-drawn"
LOOK_SECONDS = 3.0
_component = component("time_machine", '<div class="time"></div>')


def show_time_machine(view: View) -> None:
    """Show the accuracy over the saved states of the run; dragging, arrow keys or play choose one."""
    snapshots = view.run.snapshots()

    def taken() -> None:
        take(st.session_state[KEY].step, view.run)

    _component(data=facts(view, snapshots), key=KEY, on_step_change=taken)
    st.session_state[DRAWN] = len(snapshots)


def facts(view: View, snapshots: list[Snapshot]) -> dict[str, Any]:
    """Return what the browser draws: a stop for each saved state, which one is shown, and the words.

    `asked` is the step that the address names, so that *play* can tell a state that cannot be read.
    """
    accuracy = _accuracies(view.run)
    training = view.run.setup.training
    return {
        "stops": [
            {
                "step": snapshot.step,
                "epoch": snapshot.epoch,
                "accuracy": accuracy.get(snapshot.step),
                "words": _words(view.run, snapshot, accuracy.get(snapshot.step)),
            }
            for snapshot in snapshots
        ],
        "shown": view.snapshot.step,
        "asked": address.get("epoch"),
        "newest": view.newest,
        "live": not view.run.status().ended,
        "end": max(training.epochs or 0, view.snapshot.epoch, snapshots[-1].epoch if snapshots else 0),
        "note": view.note,
    }


def take(value: Any, run: Run) -> None:
    """Put the saved state that the browser chose into the address: its step, or "newest".

    A step that is not among the run's snapshots changes nothing.
    """
    if value == "newest":
        choose_epoch(None)
    elif type(value) is int and any(snapshot.step == value for snapshot in run.snapshots()):
        choose_epoch(value)


def follow(run: Run) -> None:
    """Have the page run again when a run in training has saved another state, or has ended.

    It is outside the other fragments of the page, because all of them must run again.
    """
    if not run.status().ended:
        _look_for_more(run)


@st.fragment(run_every=LOOK_SECONDS)
def _look_for_more(run: Run) -> None:
    snapshots = len(run.snapshots())
    if snapshots != st.session_state.get(DRAWN, snapshots) or run.status().ended:
        st.rerun()


def _accuracies(run: Run) -> dict[int, float]:
    """Return the validation accuracy by step, where it was measured."""
    return {
        int(row["step"]): float(row["validation_accuracy"])
        for row in run.history.rows()
        if row.get("kind") == "epoch"
        and "step" in row
        and row.get("validation_accuracy") is not None
        and math.isfinite(row["validation_accuracy"])
    }


def _words(run: Run, snapshot: Snapshot, accuracy: float | None) -> str:
    words = epoch_words(run, snapshot)
    words = words[0].upper() + words[1:]
    return words if accuracy is None else f"{words} · validation accuracy {percent(accuracy)}"
