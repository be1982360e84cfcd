"""Test pictures that are also in the training set: the pairs side by side, and the network's answers for them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import CnnLabError
from cnn.data.layout import batches_folder, data_folder
from cnn.evaluation import duplicates
from cnn.evaluation.evaluations import Evaluation
from cnn.figures.mosaic import data_uri, picture
from cnn.runs.store import Run
from cnn.web.evaluate.pictures import ways_on

EACH = 12
COLUMNS = 4


def show_doubles(run: Run, shown: Evaluation) -> None:
    """Show the pairs, the most similar first, or only those whose two labels differ."""
    if shown.part != "test":
        st.info("This view is about test pictures. Choose them above.")
        return
    found = duplicates.of_test(shown)
    if found is None:
        st.info(
            "The list of test pictures that are also in the training set was made for the official files of CIFAR-10. "
            f"These pictures ({shown.source}) have other bytes, so the list is not used for them.",
            icon=":material/file_copy:",
        )
        return
    pixels, labels = duplicates.training_pictures(batches_folder(data_folder()), found.train)
    apart = np.flatnonzero(labels != shown.labels[found.test])
    st.markdown(
        f"**{len(found.test):,} test pictures** of CIFAR-10 have nearly the same picture in the training set. "
        f"In {len(apart):,} of these pairs the two labels differ, so one of them must be wrong."
    )
    only = st.toggle("Only pairs with different labels", key="two-labels")
    chosen = apart if only else np.arange(len(found.test))
    if not len(chosen):
        st.caption("There are none.")
        return
    pages = -(-len(chosen) // EACH)
    page = (
        int(st.number_input(f"Page, 1 to {pages}", 1, pages, 1, key="doubles-page", width=150))
        if pages > 1
        else 1
    )
    part = chosen[(page - 1) * EACH : page * EACH]
    try:
        tests = data.test_pictures("cifar10", found.test[part])
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    for start in range(0, len(part), COLUMNS):
        for place, at in zip(
            st.columns(COLUMNS), range(start, min(start + COLUMNS, len(part))), strict=False
        ):
            pair = int(part[at])
            with place:
                _show_pair(run, shown, found, pair, tests[at], pixels[pair], int(labels[pair]))
    st.caption(
        "Left: the test picture. Right: the training picture. A pair is found where the fine structure of the "
        "two, also shifted by up to three pixels or mirrored, has a correlation of at least "
        f"{duplicates.THRESHOLD:g}. The training pictures include the 5,000 for validation. docs/find-out.md "
        "says how this rule was measured."
    )


def _show_pair(
    run: Run,
    shown: Evaluation,
    found: duplicates.Duplicates,
    pair: int,
    test: NDArray[np.uint8],
    train: NDArray[np.uint8],
    label: int,
) -> None:
    number = int(found.test[pair])
    true, said = int(shown.labels[number]), int(shown.said[number])
    both = np.concatenate([test, np.full((32, 2, 3), 128, np.uint8), train], axis=1)
    names = data.CLASSES[true] if label == true else f"{data.CLASSES[true]} / {data.CLASSES[label]}"
    st.image(
        data_uri(picture(both, 3)),
        alt=f"Test picture {number} and training picture {int(found.train[pair])}: {names}",
    )
    mark = "right" if said == true else f"predicted {data.CLASSES[said]}"
    st.caption(
        f"**{names}** · {found.likeness[pair]:.2f}{', mirrored' * bool(found.mirrored[pair])} · {mark}  \n"
        f"test {number:,}, training {int(found.train[pair]):,}"
    )
    with st.popover("Open", icon=":material/open_in_new:"):
        ways_on(run, shown.dataset, true, number)
