"""Actions on the selected rows: open, compare, rename, note, tag, delete."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.evaluation.compare import MOST, MOST_CURVES
from cnn.runs import labels
from cnn.web.app.deletion import delete
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.runs.table import Row

SAID = "runs-said"


def show_ways(chosen: Sequence[Row]) -> None:
    """Link to the pages for the selected networks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not chosen:
            st.caption("Select rows at their left edge, or with the arrow keys and the space bar.")
        elif len(chosen) == 1:
            for page, label, icon in (
                ("evaluate.py", "Evaluate", "fact_check"),
                ("inside.py", "Look inside", "grid_view"),
                ("classify.py", "Classify", "image_search"),
            ):
                network = {"network": chosen[0].id}
                st.page_link(page, label=label, icon=f":material/{icon}:", query_params=network)
        elif len(chosen) <= MOST_CURVES:
            what = "Compare these" if len(chosen) <= MOST else "Curves of these"
            st.page_link(
                "compare.py",
                label=f"{what} {len(chosen)}",
                icon=":material/compare:",
                query_params={"runs": ",".join(row.id for row in chosen)},
            )
        else:
            st.caption(f"{len(chosen)} are selected; at most {MOST_CURVES} can be compared.")


def show_changes(chosen: Sequence[Row]) -> None:
    """Let the visitor rename, note and tag the selected runs of their own, and delete them."""
    own = [row for row in chosen if not row.shipped]
    if not own:
        return
    with st.container(border=True):
        if len(own) == 1:
            _one(own[0])
        else:
            _many(own)
        st.button(
            "Delete" if len(own) == 1 else f"Delete {len(own)} runs",
            icon=":material/delete:",
            on_click=delete,
            args=([row.id for row in own],),
        )


def _one(row: Row) -> None:
    with (
        st.form(f"labels-{row.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("Name", row.name, max_chars=60, key=f"name-{row.id}", width=240)
        note = st.text_input("Note", row.note, max_chars=labels.MAX_NOTE, key=f"note-{row.id}")
        tags = st.multiselect(
            "Tags",
            row.tags,
            row.tags,
            key=f"tags-{row.id}",
            accept_new_options=True,
            max_selections=8,
            width=280,
        )
        if st.form_submit_button("Save", icon=":material/save:"):
            _said(lambda: _save(row, name, note, tags))
            st.rerun()


def _save(row: Row, name: str, note: str, tags: Sequence[str]) -> str:
    store, owner = service().store, session().owner
    run = store.own(row.id, owner)
    if name != row.name:
        run = store.rename(row.id, owner, name)
    labels.write_labels(run.folder, labels.labels(note, list(tags)))
    return ""


def _many(own: Sequence[Row]) -> None:
    with st.form("labels-many", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        tag = st.text_input(f"Tag for these {len(own)} runs", max_chars=labels.MAX_TAG, width=240)
        if st.form_submit_button("Add", icon=":material/label:") and tag:
            _said(lambda: _tag([row.id for row in own], tag))
            st.rerun()


def _tag(ids: Sequence[str], tag: str) -> str:
    for run_id in ids:
        run = service().store.own(run_id, session().owner)
        written = labels.read_labels(run.folder)
        labels.write_labels(run.folder, labels.labels(written.note, [*written.tags, tag]))
    return ""


def show_problem() -> None:
    """Say why the last action failed."""
    if said := st.session_state.pop(SAID, ""):
        st.error(said, icon=":material/error:")


def _said(call: Callable[[], str]) -> None:
    """Make a change, and keep its error for the next run of the page."""
    try:
        st.session_state[SAID] = call()
    except CnnLabError as error:
        st.session_state[SAID] = str(error)
