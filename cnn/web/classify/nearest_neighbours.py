"""The training pictures nearest to a picture in the network's last features."""

import hashlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import CLASSES
from cnn.interpret.results import Neighbours
from cnn.runs.store import Run
from cnn.web.app.answers import ask, show_waiting
from cnn.web.app.thumbnails import Tag, show_thumbnails
from cnn.web.app.widgets import dataset_name
from cnn.worker import queries

LOOKED_AT = 10_000


def show_nearest_neighbours(run: Run, pixels: NDArray[np.uint8]) -> None:
    """Show the five training pictures most similar to a picture (32, 32, 3), uint8, by a network's features."""
    name, snapshots = dataset_name(), run.snapshots()
    if name != "cifar10" or run.dataset != "cifar10" or not snapshots:
        st.caption("This needs the training pictures of CIFAR-10 and a network that was trained on them.")
        return
    newest, digest = snapshots[-1], hashlib.blake2b(pixels.tobytes(), digest_size=8).hexdigest()
    found = ask(
        f"Comparing with {LOOKED_AT:,} training pictures",
        f"neighbours/{run.folder}/{newest.step}/{digest}",
        queries.neighbours,
        str(run.folder),
        str(newest.path),
        pixels,
        name,
        LOOKED_AT,
    )
    show_waiting([found], "reminds")
    if found.result is not None:
        _show(found.result)


def _show(found: Neighbours) -> None:
    names = [CLASSES[label] for label in found.labels]
    tags = [
        Tag(name, f"{alike:.2f}", f"A training picture of class {name}, cosine {alike:.3f}")
        for name, alike in zip(names, found.alike.tolist(), strict=True)
    ]
    show_thumbnails(found.pixels, tags, None, "reminds-shelf")
    st.caption(
        f"The most similar of {found.pictures}, by the cosine of the angle between the features that go into the last "
        "layer: 1 means the same direction, 0 nothing in common. Its answer depends on these features alone."
    )
