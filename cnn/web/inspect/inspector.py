"""The inspector: one map of a layer with its inputs and its kernel, and the sum behind each of its cells.

Two components: one shows everything and answers every hover by itself; a hidden one delivers Keras's values
as they arrive and reports which cell was pinned, so that neither of them makes the page run again.
"""

from typing import Any

import numpy as np
import streamlit as st

from cnn.core.numbers import to_blob
from cnn.data import CLASSES
from cnn.interpret.cell_steps import ForwardPass
from cnn.lessons.softmax import steps as softmax_steps
from cnn.network.arithmetic import Cell
from cnn.network.layers.base import SHARES
from cnn.scheduler.query_queue import Answer
from cnn.web.app import address
from cnn.web.app.component import component
from cnn.web.app.service import service
from cnn.web.app.session import theme
from cnn.web.app.softmax_bars import show_steps
from cnn.web.app.view import View, choose
from cnn.web.inspect.inspector_data import keras_layers, pack, plate_of
from cnn.web.inspect.inspector_table import cell_table, term_rows
from cnn.worker import queries

_KEY, _VALUES_KEY, _WENT, _ASKED = "inspector", "inspector-values", "inspector-went", "inspector-asked"
COMPUTING = "Keras is computing its value."
STARTING = "Keras is starting, which takes some seconds the first time."
NO_WORKER = "Keras’s value is not available: no worker runs."


_component = component("inspector", "", "shared/plate")
_keras_values = component("keras_values", '<div class="desk"></div>')


def show_inspector(view: View) -> None:
    """Show the chosen map, neuron or class of the chosen layer, and how each of its values is computed."""
    if st.session_state.pop(_WENT, False):
        st.rerun()  # the rest of the page shows what was chosen here, too
    look = _look(view)
    channel = _channel(view)
    fixed = {"question": _question(view, channel), "cell": view.cell if _is_map(view) else None}
    blob = pack(look, view.layer, channel, theme(), fixed)
    _component(data=blob, key=_KEY, on_go_change=lambda: _go(view))
    if view.row.layer.kind == SHARES:
        scores = look.source(view.row.layer)
        show_steps(softmax_steps(scores), CLASSES, theme(), "inspector-softmax")
    _beside(view)


def _look(view: View) -> ForwardPass:
    return ForwardPass([row.layer for row in view.table], view.weights, view.outputs)


def _is_map(view: View) -> bool:
    return len(view.row.shape) == 3


def _channel(view: View) -> int:
    return min(max(view.channel, 0), view.row.shape[-1] - 1)


def _question(view: View, channel: int) -> str:
    return f"{view.key}/{view.layer}/{channel}"


def _go(view: View) -> None:
    """Go where the browser says, if there is such a place."""
    way = st.session_state[_KEY].go
    if not isinstance(way, dict):
        return
    shapes = {row.layer.name: row.shape for row in view.table}
    layer = way.get("layer", view.layer)
    if not isinstance(layer, str) or layer not in shapes:
        return
    channel = _whole(way.get("channel"), shapes[layer][-1])
    cell = _cell(way.get("cell"), shapes[layer])
    st.session_state[_WENT] = True
    if channel is None:
        choose(layer=layer)
    elif cell is None:
        choose(layer=layer, channel=channel)
    else:
        choose(layer=layer, channel=channel, cell=cell)


def _whole(value: object, count: int) -> int | None:
    """Return a whole number from 0 to below `count`, given as such or as its digits; None for all else."""
    text = str(value)[:10]
    return int(text) if text.isascii() and text.isdecimal() and int(text) < count else None


def _cell(value: object, shape: tuple[int, ...]) -> Cell | None:
    """Return the cell "row,column" of maps of `shape`; None for all else."""
    parts = str(value)[:20].split(",")
    if len(parts) != 2 or len(shape) != 3:
        return None
    row, column = _whole(parts[0], shape[0]), _whole(parts[1], shape[1])
    return None if row is None or column is None else (row, column)


@st.fragment
def _beside(view: View) -> None:
    """Bring Keras's values and show the sum as a table; only this is drawn again when a cell is pinned."""
    channel = _channel(view)
    question = _question(view, channel)
    answers = _answers(view, asked=st.session_state.get(_ASKED) == question)
    cell = _cell(address.get("cell"), view.row.shape)
    _keras_values(
        data=_packed(answers, channel, {"question": question, "cell": cell}),
        key=_VALUES_KEY,
        on_pin_change=lambda: _pin(view, channel),
        on_again_change=lambda: st.session_state.update({_ASKED: question}),
    )
    table = st.expander(
        "The same sum as a table", icon=":material/table:", key="inspector-table", on_change="rerun"
    )
    if table.open:
        with table:
            _show_table(view, channel, cell)


def _pin(view: View, channel: int) -> None:
    """Put the cell that was pinned into the address, or take the one there out of it."""
    asked = st.session_state[_VALUES_KEY].pin
    asked = asked.get("cell") if isinstance(asked, dict) else None
    cell = _cell(asked, view.row.shape)
    if cell is not None:
        choose(cell=cell)
    elif asked == "":
        choose(channel=channel)


def _answers(view: View, asked: bool) -> dict[str, Answer]:
    """Return Keras's answers; it computes them once the browser has asked, which it does where they are in sight."""
    query_queue = service().engine.queries
    fixed = (str(view.run.folder), str(view.snapshot.path), view.sample.pixels)
    names = keras_layers(_look(view), view.layer)
    keys = {name: f"{view.key}/{name}" for name in names}
    if not asked:
        return {name: query_queue.look(key) for name, key in keys.items()}
    return {name: query_queue.ask(key, queries.layer_values, *fixed, name) for name, key in keys.items()}


def _packed(answers: dict[str, Answer], channel: int, facts: dict[str, Any]) -> bytes:
    """Return Keras's answers: the values that have arrived, and why others are missing."""
    arrays = {
        f"keras{place}": np.ascontiguousarray(plate_of(answer.result, channel), np.float32)
        for place, answer in enumerate(answers.values())
        if answer.state == "done"
    }
    message, again = _standing(list(answers.values()))
    return to_blob(arrays, facts | {"message": message, "again": again}, holes=True)


def _standing(answers: list[Answer]) -> tuple[str, bool]:
    """Return the sentence for a missing value of Keras, and whether to ask again."""
    failed = next((answer for answer in answers if answer.state == "failed"), None)
    if failed:
        return f"Keras’s value is not available: {failed.message}", False
    if service().engine.status().state in ("off", "failed"):
        return NO_WORKER, False
    waits = any(answer.state == "waiting" for answer in answers)
    words = STARTING if waits and service().engine.queries.worker_starts else COMPUTING
    return words, any(answer.state != "done" for answer in answers)


def _show_table(view: View, channel: int, pinned: Cell | None) -> None:
    look, shape = _look(view), view.row.shape
    cell = None
    if len(shape) == 3:
        cell = _typed_cell(view, pinned or _strongest(look, view.layer, channel))
    terms = term_rows(look, view.layer, channel, cell)
    st.table(cell_table(look, view.layer, channel, cell))
    if terms:
        st.table(terms)


def _strongest(look: ForwardPass, name: str, channel: int) -> Cell:
    values = look.outputs[name][:, :, channel]
    row, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    return int(row), int(column)


def _typed_cell(view: View, cell: Cell) -> Cell:
    """Let the visitor type a row and a column; both go into the address.

    What is put into a widget's state is sent over what is being typed there, and this runs again while Keras computes.
    """
    counts = view.row.shape[:2]
    names = [
        f"inspector-{part}-{view.layer}-{count}"
        for part, count in zip(("row", "column"), counts, strict=True)
    ]
    for name, value in zip(names, cell, strict=True):
        if st.session_state.get(name) != value:
            st.session_state[name] = value

    def typed() -> None:
        choose(cell=(st.session_state[names[0]], st.session_state[names[1]]))

    with st.container(horizontal=True):
        for label, name, count in zip(("Row", "Column"), names, counts, strict=True):
            st.number_input(label, 0, count - 1, key=name, on_change=typed, width=140)
    return cell
