"""Widgets that several pages share: notices, pickers of networks and pictures."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnn import data
from cnn.core.errors import CnnLabError, RunError
from cnn.core.settings import models_folder
from cnn.core.shares import percent
from cnn.data.found import on_this_machine
from cnn.evaluation import pretrained
from cnn.images.image import RESAMPLING, Picture
from cnn.network.forward import Weights, forward
from cnn.runs.store import Run
from cnn.web.app.class_room import shared_runs
from cnn.web.app.run_text import plain, start_words, state_words
from cnn.web.app.service import service
from cnn.web.app.session import session

STATE_ICONS = {
    "queued": ":material/hourglass_top:",
    "running": ":material/play_circle:",
    "paused": ":material/pause_circle:",
    "finished": ":material/check_circle:",
    "stopped": ":material/stop_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/power_off:",
}


FIRST_CLASS = "horse"
DOWNLOAD_SECONDS = 2.0
ABSENT_SECONDS = 10.0  # until it is seen that CIFAR-10 was put there by hand


@dataclass(frozen=True)
class Sample:
    """A picture: its pixels (32, 32, 3), uint8, its class where that is known, and a caption."""

    pixels: NDArray[np.uint8]
    true_class: int | None
    caption: str


def columns_in_rows(count: int, across: int) -> list[DeltaGenerator]:
    """Return `count` columns, `across` of them in a row; on a phone, where they are stacked, they keep their order."""
    rows = range(0, count, across)
    return [column for _ in rows for column in st.columns(across)][:count]


def short_columns(count: int) -> list[DeltaGenerator]:
    """Return `count` columns for short controls, five in a row; on a phone two, so that what they change is near."""
    return st.container(key="short").columns(count)


def stacking_columns(widths: list[int]) -> list[DeltaGenerator]:
    """Return a page's main columns: below each other in a window of less than 800 pixels (an enlarged page, for one),
    where controls in them would be cut off; Streamlit alone stacks columns below 640 pixels.
    """
    return st.container(key="stacking").columns(widths, gap="medium")


@contextmanager
def opened(label: str, key: str) -> Iterator[bool]:
    """Put what follows into an expander; yield whether it is open: what nobody looks at need not be made."""
    table = st.expander(label, icon=":material/table:", key=key, on_change="rerun")
    with table:
        yield bool(table.open)


def dataset_name() -> str:
    """Return the data set that pages use now: CIFAR-10 if it is there, else the drawn one."""
    return "cifar10" if service().download.status().state == "ready" else "sketch10"


def data_notice() -> None:
    """Say that CIFAR-10 is missing, show its download, and how to install it by hand."""
    state = service().download.status().state
    if state != "ready":
        seconds = DOWNLOAD_SECONDS if state == "downloading" else ABSENT_SECONDS
        st.fragment(_live_notice, run_every=seconds)()


def _live_notice() -> None:
    download = service().download
    status = download.refresh()
    if status.state == "ready":
        st.rerun()
    text = "Until then, the lab uses **sketch10**: the same ten classes, with pictures drawn by code."
    if status.state == "downloading":
        st.info(f"CIFAR-10 is being downloaded. {text}", icon=":material/downloading:")
        share = status.received / status.total if status.total else 0.0
        whole = f" of {status.total / 1e6:,.0f}" if status.total else ""  # servers need not say it
        so_far = f"{status.received / 1e6:,.0f}{whole} MB" if status.received else "Asking for it…"
        st.progress(min(share, 1.0), so_far)
        return
    with st.container(border=True):
        st.markdown(f":material/cloud_off: **CIFAR-10 is not installed yet.** {text}")
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Retry the download" if status.state == "failed" else "Download CIFAR-10 (163 MB)"
            if st.button(label, icon=":material/download:"):
                download.retry()
                st.rerun()
            here = on_this_machine()
            if here and st.button(f"Use the copy in {here}", icon=":material/drive_file_move:"):
                download.take_over(here)
                st.rerun()
            with st.popover("What went wrong" if status.state == "failed" else "Install it by hand"):
                st.write(status.problem if status.state == "failed" else download.by_hand())


def usable_runs() -> list[Run]:
    """Return the networks that the visitor may see: their own, those shared in a room, the pretrained ones."""
    own = [run for run in service().store.runs(session().owner) if run.snapshots()]
    return own + [run for run in shared_runs() if run.snapshots()] + pretrained.shipped()


def run_label(run: Run) -> str:
    """Return one line about a run: its name, when it was created, its state, and its accuracy once it has ended."""
    status = run.status()
    name = run.name or run.id
    if run.folder.parent != models_folder():
        name += f", {clock_time(run.created)}"
    source = status.source.split(",")[0] or run.dataset
    if status.test_accuracy is not None:
        return f"{name} · {percent(status.test_accuracy)} on test pictures of {source}"
    if status.ended and status.validation_accuracy is not None:
        accuracy = percent(status.validation_accuracy)
        return f"{name} · {state_words(run, status)}, {accuracy} on validation pictures of {source}"
    return f"{name} · {state_words(run, status)}"


def run_labels(runs: Iterable[Run]) -> dict[str, str]:
    """Return the line about each run by its id, all different, since Streamlit distinguishes options by their text."""
    return distinct({run.id: run_label(run) for run in runs})


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of options by key; a label that occurs again gets a number.

    >>> distinct({"a": "mine", "b": "mine", "c": "other"})
    {'a': 'mine', 'b': 'mine (2)', 'c': 'other'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key, label in labels.items():
        text = next(t for n in count(1) if (t := label if n == 1 else f"{label} ({n})") not in taken)
        found[key] = text
        taken.add(text)
    return found


def clock_time(seconds: float, form: str = "%d %b %H:%M") -> str:
    """Return day and time in the visitor's time zone, UTC where that is not known."""
    minutes = st.context.timezone_offset or 0
    return (datetime.fromtimestamp(seconds, UTC) - timedelta(minutes=minutes)).strftime(form)


def network_picker(first: str = "") -> Run:
    """Let the visitor choose a trained network; its id is in the page's address.

    Before a choice it is the one with the id `first`, where it is there, or the newest of the visitor's own.

    Where there is none, the page ends here, with the way to train one.
    """
    runs = {run.id: run for run in usable_runs()}
    if not runs:
        st.info("There is no trained network yet.", icon=":material/grid_off:")
        st.page_link("build.py", label="Build and train one", icon=":material/dashboard_customize:")
        st.stop()
    state, link = session(), st.query_params.get("network", "")
    if link in runs and link != state.network_shown:
        state.network_id = link
    found = next((name for name in (link, state.network_id, first) if name in runs), next(iter(runs)))
    state.network_shown = "" if found == state.network_id else found
    st.session_state["network"] = found

    def chosen() -> None:
        st.query_params["network"] = state.network_id = st.session_state["network"]

    labels = run_labels(runs.values())
    with st.container():  # the warning stands below the list, also where the picker stands in a row
        st.selectbox(
            "Network",
            list(runs),
            format_func=labels.__getitem__,
            key="network",
            on_change=chosen,
        )
        if link and link not in runs:
            st.warning(
                "The network of this link is not here: it is somebody else's, or it was deleted. "
                "Another network is shown.",
                icon=":material/link_off:",
            )
    st.query_params["network"] = found
    return runs[found]


def run_note(run: Run) -> None:
    """Say which saved state of the network is shown, where the run is not simply finished."""
    status, snapshots = run.status(), run.snapshots()
    if status.state == "finished" or not snapshots:
        return
    epoch = snapshots[-1].epoch
    trained = f"after {epoch:g} epochs" if epoch else start_words(run)
    text = f"{plain(run.name or run.id)} is {state_words(run, status)}. You see the network {trained}."
    st.info(f"{text} {status.message}".strip(), icon=STATE_ICONS[status.state])


def stamp_of(run: Run) -> str:
    """Return what changes when a run has newer weights."""
    snapshots = run.snapshots()
    return snapshots[-1].path.name if snapshots else ""


def weights_of(run: Run) -> Weights | None:
    """Return a run's newest weights, or say why they cannot be read and return None."""
    try:
        weights, problem = _read_weights(run, stamp_of(run))
        if problem:
            st.warning(f"{problem} An older state is shown.", icon=":material/history:")
        return weights
    except RunError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Run: lambda run: str(run.folder)})
def _read_weights(run: Run, stamp: str) -> tuple[Weights, str]:
    return run.newest_weights()


def outputs_of(run: Run, weights: Weights, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return every layer's output for a picture."""
    return forward(run.setup.network, weights, pixels)


def own_sample(upload: Picture) -> Sample:
    """Return the visitor's own picture as the network gets it."""
    side = upload.crop_as_came[2]
    return Sample(
        upload.pixels,
        None,
        f"Your picture: a square of {side:,}×{side:,} pixels, reduced to 32×32 ({RESAMPLING})",
    )


def sample_picker(key: str = "sample") -> Sample | None:
    """Let the visitor choose a test picture by class and number; both are in the page's address."""
    name = dataset_name()
    class_key, number_key = f"{key}_class", f"{key}_number"
    label, place = session().picture
    if class_key not in st.session_state and class_key not in st.query_params:
        st.session_state[class_key] = data.CLASSES[label]
        st.session_state[number_key] = min(place + 1, class_size(name))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "Test picture",
            list(data.CLASSES),
            required=True,
            key=class_key,
            bind="query-params",
            wrap=True,
        )
        number = st.number_input(
            "Number", 1, class_size(name), key=number_key, bind="query-params", width=130
        )
    label = data.CLASSES.index(chosen) if chosen else label
    session().picture = (label, int(number) - 1)
    return class_sample(name, *session().picture)


def class_sample(name: str, true_class: int, number: int, part: str = "test") -> Sample | None:
    """Return the picture `number` of a class, or say why it cannot be read and return None."""
    try:
        index = int(by_class(name, true_class, part)[number])
        read = data.test_pictures if part == "test" else data.validation_pictures
        pixels = read(name, [index])[0]
    except (CnnLabError, IndexError) as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    kind = "picture" if part == "test" else "validation picture"
    source = f"CIFAR-10 {part} picture" if name == "cifar10" else f"drawn by code (sketch10), {kind}"
    return Sample(pixels, true_class, f"A picture of class {data.CLASSES[true_class]}, {source} {index}")


def class_size(name: str, part: str = "test") -> int:
    """Return how many test or validation pictures there are of every class."""
    return min(len(indices) for indices in all_classes(name, part))


def by_class(name: str, true_class: int, part: str = "test") -> NDArray[np.int64]:
    """Return the indices of the test or validation pictures of a class, ascending."""
    return all_classes(name, part)[true_class]


@st.cache_resource(show_spinner=False)
def all_classes(name: str, part: str = "test") -> tuple[NDArray[np.int64], ...]:
    """Return the indices of the test or validation pictures of every class, ascending; all visitors share them."""
    labels = data.test_labels(name) if part == "test" else data.validation_labels(name)
    found = tuple(np.flatnonzero(labels == true_class) for true_class in range(len(data.CLASSES)))
    for indices in found:
        indices.flags.writeable = False
    return found
