"""Test pictures to choose from: by class, by what a network gets wrong, or at random from a seed.

A link, such as one of the page Evaluate, may name a validation picture; then those of its class are shown.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnn import data
from cnn.core.errors import CnnLabError
from cnn.core.shares import percent
from cnn.interpret.results import Mistakes
from cnn.runs.store import Run
from cnn.web.app.answers import ask, show_waiting
from cnn.web.app.session import session
from cnn.web.app.thumbnails import Tag, show_thumbnails
from cnn.web.app.widgets import FIRST_CLASS, Sample, by_class, class_sample, class_size, dataset_name
from cnn.worker import queries

BY = ("By class", "What it gets wrong", "At random")  # in the address as they are here
Row = DeltaGenerator  # where the number beside the choice goes
EACH = 10  # pictures in the strip
LOOKED_AT = 2000  # test pictures, for what it gets wrong
MAX_SEED = 9999
BACK = "These are pictures of the validation part, as the link asks for; press to choose a test picture."


def choose_sample(run: Run) -> Sample | None:
    """Let the visitor choose a picture; its class and number are in the page's address."""
    name, row = dataset_name(), st.container(horizontal=True, vertical_alignment="bottom")
    part = sample_part()
    by = BY[0]
    if part == "test":
        by = row.segmented_control(
            "Test pictures", list(BY), default=BY[0], required=True, key="by", bind="query-params"
        )
    else:
        row.button("Validation pictures", icon=":material/close:", help=BACK, on_click=_back_to_test)
    try:
        true_class, number = chosen_sample(name)
        here = int(by_class(name, true_class, part)[number])
        if by == BY[0]:
            _show_class(row, name, true_class, here, part)
        elif by == BY[1]:
            _show_mistakes(row, run, name, here)
        else:
            _show_random(row, name, here)
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    return class_sample(name, true_class, number, part)


def sample_part() -> str:
    """Return "validation" where the address names such a picture, else "test"."""
    found = st.query_params.get("sample_part") == "validation"
    return "validation" if found and st.query_params.get("sample_class") in data.CLASSES else "test"


def _back_to_test() -> None:
    for name in ("sample_part", "sample_class", "sample_number"):
        st.query_params.pop(name, None)


def chosen_sample(name: str) -> tuple[int, int]:
    """Return the class (0 to 9) and the number (from 0) of the picture of `sample_part` that the address names."""
    wanted = st.query_params.get("sample_class", "")
    if wanted in data.CLASSES:
        text = st.query_params.get("sample_number", "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else 1
        chosen = data.CLASSES.index(wanted), max(number - 1, 0)
        if sample_part() != "test":  # the other pages go on with test pictures
            return chosen[0], chosen[1] if chosen[1] < class_size(name, sample_part()) else 0
        session().picture = chosen
    true_class, place = session().picture
    return true_class, place if place < class_size(name) else 0


def _choose(name: str, index: int, part: str = "test") -> None:
    """Put a picture, given by its index among all of its part, into the address."""
    labels = data.test_labels(name) if part == "test" else data.validation_labels(name)
    label = int(labels[index])
    number = int(np.searchsorted(by_class(name, label, part), index))
    st.query_params.update({"sample_class": data.CLASSES[label], "sample_number": str(number + 1)})


def _show_class(row: Row, name: str, true_class: int, here: int, part: str) -> None:
    label = st.pills(
        "Class",
        list(data.CLASSES),
        default=data.CLASSES[true_class],
        required=True,
        key=f"shown_class_{part}",
        label_visibility="collapsed",
    )
    indices = by_class(name, data.CLASSES.index(label or FIRST_CLASS), part)[: class_size(name, part)]
    page = _page(row, indices, here, f"page-{part}-{label}")
    _show(name, page, [Tag(f"{place + 1}") for place in np.searchsorted(indices, page)], here, part)


def _show_random(row: Row, name: str, here: int) -> None:
    seed = row.number_input("Random seed", 0, MAX_SEED, 0, key="seed", bind="query-params", width=150)
    labels = data.test_labels(name)
    indices = np.random.default_rng(int(seed)).choice(len(labels), EACH, replace=False)
    _show(name, indices, [Tag(data.CLASSES[labels[index]]) for index in indices], here)


def _show_mistakes(row: Row, run: Run, name: str, here: int) -> None:
    snapshots = run.snapshots()
    if not snapshots:
        st.caption("This network has no saved state yet.")
        return
    newest = snapshots[-1]
    found = ask(
        "What it gets wrong",
        f"mistakes/{run.folder}/{newest.step}/{name}",
        queries.mistakes,
        str(run.folder),
        str(newest.path),
        name,
        LOOKED_AT if name == "cifar10" else class_size(name) * len(data.CLASSES),
    )
    show_waiting([found], "mistakes")
    if found.result is not None:
        _show_wrong(row, name, found.result, here)


def _show_wrong(row: Row, name: str, wrong: Mistakes, here: int) -> None:
    count = len(wrong.numbers)
    st.caption(
        f"Of {wrong.pictures}, {count:,} are classified wrongly ({percent(count / wrong.total)}); the most confident "
        "mistakes come first. Click one."
    )
    if not count:
        return
    part = _page(row, wrong.numbers, here, "page-mistakes")
    labels = data.test_labels(name)
    places = [int(np.flatnonzero(wrong.numbers == index)[0]) for index in part]
    tags = [
        Tag(
            data.CLASSES[labels[wrong.numbers[place]]],
            f"→ {data.CLASSES[wrong.said[place]]}",
            f"A picture of class {data.CLASSES[labels[wrong.numbers[place]]]}, classified as "
            f"{data.CLASSES[wrong.said[place]]} with {percent(float(wrong.sure[place]))}",
        )
        for place in places
    ]
    _show(name, part, tags, here)


def _page(row: Row, indices: NDArray[np.int64], here: int, key: str) -> NDArray[np.int64]:
    """Let the visitor turn pages; at first it is the page with the chosen picture."""
    pages = -(-len(indices) // EACH)
    if pages == 1:
        return indices
    found = np.flatnonzero(indices == here)
    first = int(found[0]) // EACH + 1 if len(found) else 1
    page = row.number_input(f"Page, 1 to {pages:,}", 1, pages, first, key=key, width=150)
    return indices[(int(page) - 1) * EACH : int(page) * EACH]


def _show(name: str, indices: NDArray[np.int64], tags: Sequence[Tag], here: int, part: str = "test") -> None:
    chosen = np.flatnonzero(indices == here)
    show_thumbnails(
        data.test_pictures(name, indices) if part == "test" else data.validation_pictures(name, indices),
        tags,
        int(chosen[0]) if len(chosen) else None,
        "samples",
        lambda place: _choose(name, int(indices[place]), part),
    )
