"""Why this class: three maps over the picture, and the limits of each of them."""

import numpy as np
import streamlit as st

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.interpret.receptive_field import Grid, cell_grid, receptive_rectangle
from cnn.interpret.results import GradCam, Occlusion
from cnn.web.app.answers import Asked, ask, show_waiting
from cnn.web.app.session import theme
from cnn.web.app.view import View
from cnn.web.inspect.overlay import Layover, show_overlay
from cnn.worker import queries

PREDICTED = "predicted"
SIDES = (4, 6, 8, 12, 16)
STRIDES = (1, 2, 4)
NOTHING_MOVES = 1e-6


@st.fragment
def show_why(view: View) -> None:
    """Show Grad-CAM, the gradient at the pixels and an occlusion map for one class, over the picture."""
    probabilities = view.outputs["softmax"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        class_index = _class_picker(int(probabilities.argmax()))
        layer = _layer_picker(view)
        side = st.selectbox("Grey square (pixels)", SIDES, 2, key="why_side", width=170)
        stride = st.selectbox("Step (pixels)", STRIDES, 1, key="why_stride", width=150)
    name = CLASSES[class_index]
    share = float(probabilities[class_index])
    st.markdown(f"Why **{name}**? For this picture, the network gives this class {percent(share)}.")
    asked = _ask(view, class_index, layer, side, stride)
    layovers = (
        _grad_cam(view, asked[0], layer, name),
        _saliency(asked[1], name),
        _occlusion(asked[2], name, side),
    )
    show_overlay(view.sample.pixels, layovers, theme(), "why")
    show_waiting(asked, "why")


def _class_picker(predicted: int) -> int:
    options = [PREDICTED, *CLASSES]
    chosen = st.selectbox("Class", options, key="why_class", bind="query-params", width=190)
    return predicted if chosen == PREDICTED else CLASSES.index(chosen)


def _layer_picker(view: View) -> str:
    """Let the visitor choose a layer with maps: at first the last one with arithmetic of its own."""
    rows = [row for row in view.table if len(row.shape) == 3 and row.layer.inputs]
    names = [row.layer.name for row in rows]
    first = max(i for i, row in enumerate(rows) if row.layer.computes)
    key = f"why-layer-{view.run.id}"
    chosen: str = st.selectbox("Maps of layer (Grad-CAM)", names, first, key=key, width=210)
    return chosen


def _ask(view: View, class_index: int, layer: str, side: int, stride: int) -> tuple[Asked, Asked, Asked]:
    where = (str(view.run.folder), str(view.snapshot.path), view.sample.pixels)
    key, cover = f"{view.key}/{class_index}", (side, stride)
    return (
        ask("Grad-CAM", f"{key}/cam/{layer}", queries.grad_cam, *where, layer, class_index),
        ask("Gradient", f"{key}/gradient", queries.saliency, *where, class_index),
        ask("Occlusion", f"{key}/{cover}", queries.occlusion, *where, class_index, *cover),
    )


def _grad_cam(view: View, asked: Asked, layer: str, name: str) -> Layover:
    rows, columns, _ = next(row.shape for row in view.table if row.layer.name == layer)
    top, left, bottom, right = receptive_rectangle(view.table, layer, rows // 2, columns // 2)
    found: GradCam | None = asked.result
    return Layover(
        f"Grad-CAM of {layer}",
        f"evidence for {name}",
        f"Shows where the maps of {layer} raise the score of {name}: each map is weighted by its mean gradient, the "
        f"weighted maps are added, and negative sums are set to zero. It does not show exact outlines: the map has "
        f"{rows}×{columns} cells, and a cell in the middle has a receptive field of "
        f"{bottom - top}×{right - left} pixels.",
        None if found is None else found.cells,
        cell_grid(view.table, layer),
        _state(asked) if found is None else _nothing_in(found, layer, name),
    )


def _nothing_in(found: GradCam, layer: str, name: str) -> str:
    """Return what to say where Grad-CAM is zero everywhere."""
    if not found.weights.any():
        return f"The gradient from {name} back to {layer} is zero: the values between them are zero for this picture."
    return (
        ""
        if found.cells.any()
        else f"Nothing in {layer} raises the score of {name}: no weighted sum is above zero."
    )


def _saliency(asked: Asked, name: str) -> Layover:
    empty = f"Every gradient is zero: no small change of a pixel changes the score of {name}."
    return Layover(
        "Gradient at the pixels",
        f"how strongly the score of {name} changes",
        f"Shows the pixels where a very small change would change the score of {name} most (score per unit; from black "
        "to white are two units). It does not show whether a pixel speaks for or against the class, nor what a large "
        "change would do. It looks noisy even for good networks.",
        asked.result,
        empty=_state(asked) if asked.result is None else "" if asked.result.any() else empty,
    )


def _occlusion(asked: Asked, name: str, side: int) -> Layover:
    found: Occlusion | None = asked.result
    return Layover(
        "Occlusion",
        f"drop of the probability of {name}",
        f"Shows how much the probability of {name} falls (orange) or rises (blue) when the centre of a grey "
        f"{side}×{side} square is at this pixel. It does not show what the network sees there: the square itself is "
        "new to the network, and where two places give the same evidence, covering one of them changes little.",
        None if found is None else found.drops,
        Grid(0.0, float(found.stride)) if found else Grid(0.0, 1.0),
        _state(asked) if found is None else _nothing_falls(found, name),
    )


def _nothing_falls(found: Occlusion, name: str) -> str:
    still = np.abs(found.drops).max() < NOTHING_MOVES
    return (
        f"Wherever the square is, the probability of {name} stays at {found.probability:.3g}."
        if still
        else ""
    )


def _state(asked: Asked) -> str:
    match asked.answer.state:
        case "working":
            return percent(asked.answer.share, 0)
        case "failed":
            return "could not be computed"
    return "waiting"
