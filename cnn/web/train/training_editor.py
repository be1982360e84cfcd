"""Widgets that edit the settings of a training."""

from dataclasses import replace
from typing import Any

import streamlit as st

from cnn.core.validation import allowed_values
from cnn.network.spec import OPTIMIZERS, PRECISIONS, SCHEDULES, TrainSpec
from cnn.web.app.fields import (
    choice_field,
    flag_field,
    is_hidden,
    is_locked,
    number_box,
    number_field,
    whole_field,
    widget_key,
)


def training_editor(training: TrainSpec) -> TrainSpec:
    """Show the training settings and return them as the visitor has set them."""
    changes: dict[str, Any] = _length(training)
    left, right = st.columns(2)
    with left:
        changes["optimizer"] = choice_field(training, "optimizer", "Optimiser", "t", OPTIMIZERS)
        changes["batch_size"] = whole_field(
            training, "batch_size", "Batch size", "t", "Pictures per training step."
        )
    with right:
        changes["learning_rate"] = number_field(
            training, "learning_rate", "Learning rate", "t", 0.001, "%.5f", "The size of each step."
        )
        changes["schedule"] = choice_field(
            training, "schedule", "Schedule", "t", SCHEDULES, "How the learning rate changes over the run."
        )
    more = st.expander("More settings", key="more-settings", on_change="rerun")
    if more.open:  # nine fields, a fifth of the work of the page, that most visitors never open
        with more:
            changes |= _more_training(training)
    return replace(training, **changes)


def _length(training: TrainSpec) -> dict[str, Any]:
    ways = {"epochs": "Epochs", "seconds": "Time"}
    chosen = "epochs" if training.epochs is not None else "seconds"
    kept = {"epochs": training.epochs, "seconds": training.seconds}
    if is_hidden(training, "epochs"):
        return kept
    fixed = is_locked(training, "epochs")
    left, right = st.columns([5, 4], vertical_alignment="bottom")
    with left:
        way = st.segmented_control(
            "Train for",
            list(ways),
            default=chosen,
            required=True,
            format_func=ways.__getitem__,
            key=widget_key("t", "way"),
            help="One epoch uses every training picture once. Seconds count training steps only.",
            width="stretch",
            disabled=fixed,
        )
    with right:
        allowed = allowed_values(TrainSpec, str(way))
        if way == "epochs":
            value = training.epochs or 5
            count = number_box("Epochs", allowed, value, widget_key("t", "epochs"), disabled=fixed)
            return {"epochs": int(value if count is None else count), "seconds": None}
        value = int(training.seconds or 60)
        count = number_box("Seconds", allowed, value, widget_key("t", "seconds"), step=10, disabled=fixed)
        return {"seconds": float(value if count is None else count), "epochs": None}


def _more_training(training: TrainSpec) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        found: dict[str, Any] = {
            "pictures": whole_field(
                training, "pictures", "Training pictures", "t", "With fewer, training is faster but overfits."
            ),
            "weight_decay": number_field(training, "weight_decay", "Weight decay", "t", 0.005, "%.4f"),
            "shift": whole_field(training, "shift", "Random shift", "t", "At most so many pixels."),
            "seed": whole_field(
                training, "seed", "Random seed", "t", "The same seed gives the same first weights."
            ),
            "flip": flag_field(
                training,
                "flip",
                "Random flip",
                "t",
                "Mirrors half of the pictures left to right; in the next epoch the other half.",
            ),
        }
    with right:
        found |= {
            "momentum": number_field(
                training, "momentum", "Momentum", "t", 0.05, "%.3f", "Used by SGD only."
            ),
            "label_smoothing": number_field(
                training, "label_smoothing", "Label smoothing", "t", 0.05, "%.2f"
            ),
            "cutout": whole_field(
                training,
                "cutout",
                "Cutout",
                "t",
                "Size of a grey square that covers part of each picture, in pixels; 0 for none.",
            ),
            "precision": choice_field(
                training,
                "precision",
                "Precision",
                "t",
                PRECISIONS,
                "Automatic chooses the faster one on this machine. On the processor with bfloat16 where it was "
                "measured, the same seconds of training gave better networks in it.",
            ),
        }
    return found
