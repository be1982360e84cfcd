"""Formats of a network, each made by a worker on request, then offered as a download."""

from dataclasses import replace
from hashlib import sha256
from typing import Literal

import numpy as np
import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.data.layout import PICTURES
from cnn.exports.formats import FORMATS, ZIP, Format
from cnn.exports.source import MAX_SAMPLES, Exported, Samples
from cnn.network.spec import PICTURE_SHAPE
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app.answers import Asked, ask, show_waiting
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import columns_in_rows
from cnn.worker import queries

GROUPS = {
    "To show and share": ("living-page", "living-page-cifar10"),
    "For other programs": ("keras", "onnx", "litert", "litert-int8", "safetensors"),
    "To continue in Python": ("script", "notebook", "spec"),
    "To hand in": ("report", "figures", "history", "tensorboard"),
}
COLUMNS = 3
KEPT = 4  # finished files that are kept for a visitor


@st.fragment
def show_downloads(run: Run) -> None:
    """Show every format of the network: the first press makes the file, the next one downloads it."""
    snapshots = {snapshot.step: snapshot for snapshot in run.snapshots()}
    if not snapshots:
        st.info("This run has no saved state yet. The first is saved when training begins.")
        return
    step = st.selectbox(
        "Saved state",
        sorted(snapshots, reverse=True),
        format_func=lambda step: f"after epoch {snapshots[step].epoch:g}",
        key=f"take-home-step-{run.id}",
    )
    snapshot = snapshots[step]
    waiting: list[Asked] = []
    samples: dict[str, Samples] = {}
    with st.container(border=True):
        _form(run, snapshot, ZIP, ZIP_FORM, Samples(), waiting)
    for title, names in GROUPS.items():
        st.header(title, anchor=False)
        if "living-page" in names:
            samples = _choose_samples()
        for column, name in zip(columns_in_rows(len(names), COLUMNS), names, strict=True):
            with column.container(border=True, height="stretch"):
                _form(run, snapshot, name, FORMATS[name], samples.get(name, Samples()), waiting)
    show_waiting(waiting, f"take-home-{run.id}")


ZIP_FORM = Format(
    "Everything",
    "All formats below in one ZIP, which can be uploaded here again. Takes a few seconds for a small network.",
    FORMATS["spec"].make,
    icon="folder_zip",
)


def _choose_samples() -> dict[str, Samples]:
    """Let the visitor choose the sample pictures of the living page; return them by format."""
    with st.expander("Sample pictures of the living page", icon=":material/photo_library:"):
        uploads = {upload.key: upload for upload in session().tray.uploads}
        mine = st.multiselect(
            "Your pictures",
            list(uploads),
            format_func=lambda key: uploads[key].name,
            max_selections=MAX_SAMPLES,
            placeholder="None" if uploads else "None: upload pictures on Classify first",
            disabled=not uploads,
            key="living-page-mine",
        )
        written = st.text_input(
            "Numbers of test pictures of CIFAR-10, for the page with CIFAR-10 pictures",
            placeholder="For example 3, 17, 256. Empty: the first picture of each class",
            max_chars=200,
            key="living-page-numbers",
        )
        try:
            pixels = np.array([uploads[key].picture.pixels for key in mine], np.uint8)
            own = Samples(pixels.reshape(-1, *PICTURE_SHAPE), tuple(uploads[key].name for key in mine))
            return {"living-page": own, "living-page-cifar10": replace(own, numbers=_numbers(written))}
        except CnnLabError as error:
            st.error(str(error), icon=":material/block:")
            return {}


def _numbers(written: str) -> tuple[int, ...]:
    """Return the numbers in a text, separated by commas or spaces, without repetition.

    Raises:
        CnnLabError: where a part is no number of a test picture.
    """
    parts = written.replace(",", " ").split()
    for part in parts:
        if not (part.isascii() and part.isdecimal() and int(part) < PICTURES):
            raise CnnLabError(
                f"{part[:20]!r} is no number of a test picture: they are 0 to {PICTURES - 1:,}."
            )
    return tuple(dict.fromkeys(map(int, parts)))


def _form(
    run: Run, snapshot: Snapshot, name: str, form: Format, samples: Samples, waiting: list[Asked]
) -> None:
    st.markdown(f"**{form.title}**  \n{form.about}")
    if problem := form.missing():
        st.caption(f":material/extension_off: {problem}")
        return
    key = f"export/{name}/{run.id}/{snapshot.step}/{run.name}"
    if samples.names or samples.numbers:
        chosen = repr((samples.names, samples.numbers)).encode() + samples.pixels.tobytes()
        key += f"/{sha256(chosen).hexdigest()[:16]}"
    wanted = session().exports_wanted
    if key not in wanted:
        kind: Literal["primary", "secondary"] = "primary" if name == ZIP else "secondary"
        if st.button("Make file", key=f"make-{key}", icon=f":material/{form.icon}:", type=kind):
            wanted.append(key)
            while len(wanted) > KEPT:  # a ZIP of a large network has 40 MB
                service().engine.queries.forget(wanted.pop(0))
            st.rerun(scope="fragment")
        return
    asked = ask(form.title, key, queries.export, name, str(run.folder), str(snapshot.path), samples)
    if isinstance(asked.result, Exported):
        made = asked.result
        st.download_button(
            f"{made.name} · {_size(len(made.content))}",
            made.content,
            made.name,
            made.media_type,
            key=f"download-{key}",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        if made.note:
            st.caption(made.note)
    else:
        st.caption("Making the file …")
        waiting.append(asked)


def _size(count: int) -> str:
    return f"{count / 1000:,.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"
