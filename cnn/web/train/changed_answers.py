"""The pictures whose answer changed last while a network trains: what it said of them before, and what it says now.

The same few test pictures of every class are asked at each saved state. The larger a network, the fewer they are, so
that a look costs the web process little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import CnnLabError, RunError
from cnn.data import CLASSES
from cnn.figures.mosaic import data_uri, picture
from cnn.network.forward import forward
from cnn.network.summary import total_multiply_adds, walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run, read_run
from cnn.web.app.cache import RecentCache
from cnn.web.app.widgets import by_class, dataset_name

SHOWN = 6
MOST_A_CLASS = 5
BUDGET = 4e8  # multiply-adds a look, some tenths of a second
STATES = 4  # so many steps back it looks for the last change
KEPT = 64
STYLE = (
    "<style>ul.changed{display:flex;flex-wrap:wrap;gap:.6rem 1.1rem;margin:0;padding:0;list-style:none}"
    ".changed li{display:flex;gap:.5rem;align-items:center;margin:0;font-size:.92rem;line-height:1.25}"
    ".changed img{width:48px;height:48px;image-rendering:pixelated;border-radius:3px}</style>"
)


@dataclass(frozen=True)
class Change:
    """A test picture, by its index, whose answer changed: classes, the true one too."""

    index: int
    before: int
    now: int
    truth: int


def changes(
    indices: Sequence[int], before: Sequence[int], now: Sequence[int], truth: Sequence[int]
) -> list[Change]:
    """Return the pictures whose answer differs, those that became right first.

    >>> [change.index for change in changes([7, 8, 9], [0, 1, 2], [3, 1, 4], [0, 1, 4])]
    [9, 7]
    """
    rows = zip(indices, before, now, truth, strict=True)
    found = [Change(*row) for row in rows if row[1] != row[2]]
    return sorted(found, key=lambda change: change.now != change.truth)


def show_changed(run: Run, snapshots: Sequence[Snapshot]) -> None:
    """Show the pictures whose answer changed between the two newest states between which any did."""
    name = dataset_name()
    states = tuple(one.path.name for one in snapshots[-STATES - 1 :])
    try:
        words, items = _kept().get((str(run.folder), states, name), lambda: _told(run, snapshots, name))
    except CnnLabError:
        return  # a state that is being thinned out, or pictures that are not there: the next look has more
    if words:
        st.markdown(words)
        st.html(items)


@st.cache_resource(show_spinner=False)
def _kept() -> RecentCache[tuple[str, str]]:
    return RecentCache(KEPT)


def _told(run: Run, snapshots: Sequence[Snapshot], name: str) -> tuple[str, str]:
    """Return the heading and the pictures as HTML, both empty where no answer changed."""
    found, later = _last(run, snapshots)
    if not found or later is None:
        return "", ""
    items = "".join(_item(name, change) for change in found[:SHOWN])
    return (
        f"**Answers that changed last**, by epoch {later.epoch:.3g}",
        f'{STYLE}<ul class="changed">{items}</ul>',
    )


def _item(name: str, change: Change) -> str:
    pixels = data.test_pictures(name, [change.index])[0]
    right = change.now == change.truth
    sign = "✓" if right else f"✗ the class is {CLASSES[change.truth]}"
    words = f"{CLASSES[change.before]} → <b>{CLASSES[change.now]}</b> {escape(sign)}"
    alt = f"Test picture {change.index} of class {CLASSES[change.truth]}"
    return f'<li><img src="{data_uri(picture(pixels, 2))}" alt="{alt}"><span>{words}</span></li>'


def _last(run: Run, snapshots: Sequence[Snapshot]) -> tuple[list[Change], Snapshot | None]:
    indices, truth = _asked(dataset_name(), _each(run))
    latest = list(snapshots)[-STATES - 1 :]
    for before, now in zip(reversed(latest[:-1]), reversed(latest), strict=False):
        was, says = (
            _answers(str(run.folder), one.path.name, dataset_name(), indices) for one in (before, now)
        )
        if found := changes(indices, was, says, truth):
            return found, now
    return [], None


def _each(run: Run) -> int:
    cost = total_multiply_adds(walk(run.setup.network))
    return int(np.clip(BUDGET / cost / len(CLASSES), 1, MOST_A_CLASS))


@st.cache_data(show_spinner=False)
def _asked(name: str, each: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the indices of the first test pictures of each class, and their classes."""
    pairs = [(int(index), label) for label in range(len(CLASSES)) for index in by_class(name, label)[:each]]
    return tuple(index for index, _ in pairs), tuple(label for _, label in pairs)


@st.cache_data(max_entries=64, show_spinner=False)
def _answers(folder: str, snapshot: str, name: str, indices: tuple[int, ...]) -> tuple[int, ...]:
    """Return the likeliest class of each picture at a saved state; computed once for all who look.

    Raises:
        RunError: when the state cannot be read.
    """
    run = read_run(Path(folder))
    found = next((one for one in run.snapshots() if one.path.name == snapshot), None)
    if found is None:
        raise RunError("This saved state is no longer there; the next one follows.")
    weights = run.weights(found)
    pictures: NDArray[np.uint8] = data.test_pictures(name, list(indices))
    return tuple(int(forward(run.setup.network, weights, pixels)["softmax"].argmax()) for pixels in pictures)
