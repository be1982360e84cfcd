"""Formats of a network, each made by a worker on request, then offered as a download."""

import streamlit as st

from cnn.exports.formats import FORMATS, ZIP, Format
from cnn.exports.source import Exported
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app.answers import Asked, ask, show_waiting
from cnn.web.app.service import service
from cnn.web.app.session import session
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
    with st.container(border=True):
        _form(run, snapshot, ZIP, ZIP_FORM, waiting)
    for title, names in GROUPS.items():
        st.header(title, anchor=False)
        columns = st.columns(COLUMNS)
        for number, name in enumerate(names):
            with columns[number % COLUMNS].container(border=True):
                _form(run, snapshot, name, FORMATS[name], waiting)
    show_waiting(waiting, f"take-home-{run.id}")


ZIP_FORM = Format(
    "Everything",
    "All formats below in one ZIP, which can be uploaded here again. Takes about ten seconds for a small network.",
    FORMATS["spec"].make,
    icon="folder_zip",
)


def _form(run: Run, snapshot: Snapshot, name: str, form: Format, waiting: list[Asked]) -> None:
    st.markdown(f"**{form.title}**  \n{form.about}")
    if problem := form.missing():
        st.caption(f":material/extension_off: {problem}")
        return
    key = f"export/{name}/{run.id}/{snapshot.step}/{run.name}"
    wanted = session().exports_wanted
    if key not in wanted:
        if st.button("Make file", key=f"make-{key}", icon=f":material/{form.icon}:"):
            wanted.append(key)
            while len(wanted) > KEPT:  # a ZIP of a large network has 40 MB
                service().engine.queries.forget(wanted.pop(0))
            st.rerun(scope="fragment")
        return
    asked = ask(form.title, key, queries.export, name, str(run.folder), str(snapshot.path))
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
