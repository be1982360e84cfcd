"""Where a network fails: the confusion matrix with the pictures of a cell, numbers per class, its worst mistakes."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.shares import IN_TABLES, in_percent, percent
from cnn.data import CLASSES
from cnn.evaluation.evaluations import Evaluation
from cnn.evaluation.metrics import per_class
from cnn.figures.colours import Scale
from cnn.runs.store import Run
from cnn.web.app.matrix import show_matrix
from cnn.web.app.session import theme
from cnn.web.evaluate.pictures import show_pictures

CELL = "evaluate-cell"
PAIRS = 8
ORDERS = ("Most confidently wrong", "Least confident", "Most confused pairs")


def show_confusion(run: Run, shown: Evaluation) -> None:
    """Show the confusion matrix, and the pictures of the chosen cell."""
    rates = st.segmented_control(
        "Cells show", ["Counts", "Rates"], default="Counts", required=True, key="cells", bind="query-params"
    )
    table, chosen = shown.confusion, _cell(shown)
    of_class = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    left, right = st.columns([7, 6], gap="medium")
    with left:
        show_matrix(
            of_class,
            Scale(0.0, 1.0, signed=False),
            theme(),
            "confusion",
            _choose,
            rows=CLASSES,
            columns=CLASSES,
            corner="true ↓ predicted →",
            text=lambda i, j: _text(table[i, j], of_class[i, j], rates == "Rates"),
            title=lambda i, j: (
                f"{table[i, j]:,} pictures of class {CLASSES[i]} classified as {CLASSES[j]}, "
                f"{percent(float(of_class[i, j]))} of the class"
            ),
            chosen=chosen,
        )
        st.caption(
            "Rows are true classes, columns are predicted classes; the diagonal is right. The colour is the share of "
            "the row, from 0 to 100 %. Click a cell to see its pictures."
        )
    with right:
        _show_cell(run, shown, *chosen)


def _text(count: int, share: float, as_rate: bool) -> str:
    if not count:
        return ""
    return percent(share).removesuffix(" %") if as_rate else f"{count:,}"


def _show_cell(run: Run, shown: Evaluation, true: int, said: int) -> None:
    numbers = np.flatnonzero((shown.labels == true) & (shown.said == said))
    numbers = numbers[np.argsort(-shown.probabilities[numbers, said], kind="stable")]
    what = "classified correctly" if true == said else f"classified as {CLASSES[said]}"
    title = f"{CLASSES[true]} {what}: {len(numbers):,}, most confident first"
    show_pictures(run, shown, numbers, f"cell-{true}-{said}", title)


def _choose(true: int, said: int) -> None:
    st.session_state[CELL] = (true, said)


def _cell(shown: Evaluation) -> tuple[int, int]:
    """Return the chosen cell; at first it is that of the most frequent mistake."""
    found: tuple[int, int] = st.session_state.get(CELL) or confused_pairs(shown)[0][:2]
    return found


def confused_pairs(shown: Evaluation) -> list[tuple[int, int, int]]:
    """Return true class, predicted class and count of the most frequent mistakes, in this order."""
    wrong = shown.confusion * (1 - np.eye(len(CLASSES), dtype=np.int64))
    order = np.argsort(-wrong, axis=None, kind="stable")[:PAIRS]
    return [(int(place) // 10, int(place) % 10, int(wrong.flat[place])) for place in order]


def show_classes(shown: Evaluation) -> None:
    """Show precision, recall and F1 of each class, as a table that can be sorted."""
    figures = per_class(shown.confusion)
    columns = {
        "class": [one.name for one in figures],
        "recall": [in_percent(one.recall) for one in figures],
        "precision": [in_percent(one.precision) for one in figures],
        "F1": [in_percent(one.f1) for one in figures],
        "pictures": [one.pictures for one in figures],
        "predicted": [one.named for one in figures],
    }
    share = st.column_config.ProgressColumn(format=IN_TABLES, min_value=0.0, max_value=100.0)
    st.dataframe(
        columns,
        hide_index=True,
        height="content",
        column_config={"recall": share, "precision": share, "F1": share},
    )
    st.caption(
        "Recall: the share of a class's pictures that are predicted as this class. Precision: the share of "
        "the pictures predicted as this class that belong to it. F1: the harmonic mean of the two, low if "
        "either is low."
    )


def show_worst(run: Run, shown: Evaluation) -> None:
    """Show the most confident mistakes, the least confident answers, or the pairs that are confused most."""
    order = st.segmented_control(
        "Order", ORDERS, default=ORDERS[0], required=True, key="worst", bind="query-params"
    )
    sure = shown.probabilities.max(axis=1)
    wrong = np.flatnonzero(shown.said != shown.labels)
    if order == ORDERS[0]:
        numbers = wrong[np.argsort(-sure[wrong], kind="stable")]
        show_pictures(run, shown, numbers, "surest", f"{len(wrong):,} are wrong; the most confident first")
    elif order == ORDERS[1]:
        first: NDArray[np.int64] = np.argsort(sure, kind="stable")
        show_pictures(run, shown, first, "least-sure", "The least confident answers, right or wrong")
    else:
        pairs = [(i, j, count) for i, j, count in confused_pairs(shown) if count]
        names = [f"{CLASSES[i]} classified as {CLASSES[j]}: {count:,}" for i, j, count in pairs]
        if not names:
            st.caption("It makes no mistake on these pictures.")
            return
        picked = st.pills("Pair", names, default=names[0], required=True, key="pair")
        _show_cell(run, shown, *pairs[names.index(picked or names[0])][:2])
