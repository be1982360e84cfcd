"""What a filter responds to: the test pictures that excite it most, and a picture made to excite it."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st

from cnn import data
from cnn.core.numbers import written
from cnn.interpret.receptive_field import receptive_rectangle
from cnn.interpret.results import Winners
from cnn.web.app.answers import ask, show_waiting
from cnn.web.app.view import View, choose, choose_picture
from cnn.web.app.widgets import dataset_name
from cnn.web.inspect.activation_maximization import show_made
from cnn.web.inspect.top_images import Winner, show_nine
from cnn.worker import queries

PICTURES = 2000


def show_looks_for(view: View) -> None:
    """Show what excites the chosen channel of the chosen layer most: test pictures, and a picture made for it."""
    if not view.row.layer.has_own_channels:
        st.info(
            f"{view.layer} has no filters of its own. Choose a layer that has channels.",
            icon=":material/filter_center_focus:",
        )
        return
    _channel_picker(view)
    _show_winners(view)
    show_made(view, _noun(view))


def _noun(view: View) -> str:
    return "channel" if len(view.row.shape) == 3 else "neuron"


def _channel_picker(view: View) -> None:
    """Let the visitor choose a channel; its number is in the address."""
    count, key = view.row.shape[-1], "looks-channel"
    st.session_state[key] = view.channel
    st.number_input(
        f"{_noun(view).capitalize()} of {view.layer}, 0 to {count - 1}",
        0,
        count - 1,
        key=key,
        width=220,
        on_change=lambda: choose(layer=view.layer, channel=int(st.session_state[key])),
    )


@st.fragment
def _show_winners(view: View) -> None:
    dataset = dataset_name()
    asked = ask(
        f"The nine pictures of every {_noun(view)} of {view.layer}",
        f"{view.run.id}/{view.snapshot.step}/{view.layer}/winners/{dataset}",
        queries.winners,
        str(view.run.folder),
        str(view.snapshot.path),
        view.layer,
        dataset,
        PICTURES,
    )
    st.header("The test pictures that excite it most")
    if asked.result is not None:
        _draw_winners(view, asked.result)
    show_waiting([asked], "winners")


def _draw_winners(view: View, found: Winners) -> None:
    channel, name = view.channel, _noun(view)
    st.markdown(_winner_words(found, channel, name))
    shown = _shown(found, channel)
    if not shown:
        return
    numbers = found.numbers[channel, :shown]
    classes, places = _class_and_place(found.dataset, numbers)
    cells = [(int(found.rows[channel, i]), int(found.columns[channel, i])) for i in range(shown)]
    winners = [
        Winner(
            data.CLASSES[classes[i]],
            written(float(found.values[channel, i])),
            _cell_words(view, *cells[i]),
            receptive_rectangle(view.table, view.layer, *cells[i]),
            _link(classes[i], places[i]),
        )
        for i in range(shown)
    ]

    def chosen(place: int) -> None:
        choose_picture(classes[place], places[place])
        st.session_state["winner-chosen"] = True

    show_nine(data.test_pictures(found.dataset, numbers), winners, "nine", chosen)
    st.caption(
        f"Searched: {found.pictures}. The outline is the receptive field of the cell with the largest value. "
        "Below each picture: the receptive field alone, the largest value, the true class, and the cell. "
        "Click a picture to open it."
    )
    if st.session_state.pop("winner-chosen", False):
        st.rerun()


def _winner_words(found: Winners, channel: int, noun: str) -> str:
    highest, active = float(found.values[channel, 0]), int(found.active[channel])
    if highest == found.lowest[channel] == 0:
        return f"**Dead on these pictures:** {noun} {channel} is zero everywhere, for all {found.total:,} pictures."
    if highest <= 0:
        return f"{noun.capitalize()} {channel} is above zero for none of the {found.total:,} pictures."
    return (
        f"{noun.capitalize()} {channel} is above zero somewhere for {active:,} of {found.total:,} pictures."
    )


def _shown(found: Winners, channel: int) -> int:
    """Return how many of the nine to show: not those where a channel that is never below zero is zero."""
    values = found.values[channel]
    return int((values != 0).sum()) if found.lowest[channel] == 0 else len(values)


def _class_and_place(dataset: str, numbers: np.ndarray) -> tuple[list[int], list[int]]:
    """Return the class of each test picture, and which one of its class it is, from 0."""
    labels = data.test_labels(dataset)
    classes = [int(labels[number]) for number in numbers]
    places = [int((labels[:number] == label).sum()) for number, label in zip(numbers, classes, strict=True)]
    return classes, places


def _link(true_class: int, place: int) -> str:
    """Return the address of this page with another picture."""
    address = dict(st.query_params) | {
        "picture": "Sample",
        "class": data.CLASSES[true_class],
        "number": str(place + 1),
    }
    return f"?{urlencode(address)}"


def _cell_words(view: View, row: int, column: int) -> str:
    return f"row {row}, column {column}" if len(view.row.shape) == 3 else "no position"
