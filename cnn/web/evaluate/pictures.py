"""Pictures of an evaluation: a page of them, and the chosen one with its ten bars and links to other pages."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import CnnLabError
from cnn.core.shares import percent
from cnn.evaluation.evaluations import Evaluation
from cnn.figures.compare import bars_html
from cnn.figures.mosaic import data_uri, picture
from cnn.runs.store import Run
from cnn.web.app.session import theme
from cnn.web.app.thumbnails import Tag, show_thumbnails
from cnn.web.app.view import SAMPLE, VALIDATION
from cnn.web.app.widgets import by_class

EACH = 12

Line = Callable[[int], str]


def show_pictures(run: Run, shown: Evaluation, numbers: NDArray[np.int64], key: str, title: str) -> None:
    """Show pictures of an evaluation by their `numbers`, in this order, twelve per page."""
    st.markdown(f"**{title}**")
    if not len(numbers):
        st.caption("There are none.")
        return
    pages = -(-len(numbers) // EACH)
    page = 1
    if pages > 1:
        page = int(st.number_input(f"Page, 1 to {pages:,}", 1, pages, 1, key=f"{key}-page", width=150))
    part = numbers[(page - 1) * EACH : page * EACH]
    place = min(int(st.session_state.get(f"{key}-place", 0)), len(part) - 1)
    try:
        read = data.test_pictures if shown.part == "test" else data.validation_pictures
        pixels = read(shown.dataset, part)
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    tags = [_tag(shown, int(number)) for number in part]
    chosen: Callable[[int], None] = lambda at: st.session_state.__setitem__(f"{key}-place", at)  # noqa: E731
    show_thumbnails(pixels, tags, place, f"{key}-shelf", chosen)
    _show_one(run, shown, int(part[place]), pixels[place])


def _tag(shown: Evaluation, number: int) -> Tag:
    true, said = data.CLASSES[shown.labels[number]], data.CLASSES[shown.said[number]]
    sure = percent(float(shown.probabilities[number].max()))
    return Tag(
        f"{sure} {said}",
        "" if true == said else f"true: {true}",
        f"A picture of class {true}, classified as {said} with {sure}",
    )


def _show_one(run: Run, shown: Evaluation, number: int, pixels: NDArray[np.uint8]) -> None:
    true = int(shown.labels[number])
    left, right = st.columns([2, 5], gap="medium", vertical_alignment="top")
    left.image(
        data_uri(picture(pixels, 5)),
        caption=f"{data.CLASSES[true]}, {shown.part} picture {number:,}",
        alt=f"{shown.part.capitalize()} picture {number}, class {data.CLASSES[true]}",
    )
    right.html(bars_html(shown.probabilities[number], theme(), true))
    with st.container(horizontal=True, vertical_alignment="center"):
        ways_on(run, shown.dataset, true, number, shown.part)
        st.caption(
            "Probabilities of softmax, as in *Inside*; *Classify* calibrates them where the network has a model card."
        )


def ways_on(run: Run, dataset: str, true: int, number: int, part: str = "test") -> None:
    """Link to the pages Inside and Classify with this network and this test or validation picture."""
    place = int(np.searchsorted(by_class(dataset, true, part), number)) + 1
    name, way = data.CLASSES[true], SAMPLE if part == "test" else VALIDATION
    of_part = {} if part == "test" else {"sample_part": part}
    st.page_link(
        "inside.py",
        label="Look inside",
        icon=":material/grid_view:",
        query_params={"network": run.id, "picture": way, "class": name, "number": str(place)},
    )
    st.page_link(
        "classify.py",
        label="Classify",
        icon=":material/image_search:",
        query_params={"network": run.id, "sample_class": name, "sample_number": str(place), **of_part},
    )
