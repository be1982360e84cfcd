"""Deleting runs of the visitor, and having them back for half an hour: on Runs and on Train."""

from collections.abc import Sequence

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.runs import trash
from cnn.web.app.service import service
from cnn.web.app.session import session

DELETED, PROBLEMS = "deleted-runs", "deletion-problems"


def delete(ids: Sequence[str]) -> None:
    """Delete what can be, and keep what cannot for `show_deleted` to say."""
    store, owner = service().store, session().owner
    trash.empty_trash(store)
    gone, problems = [], []
    for run_id in ids:
        try:
            trash.throw_away(store, run_id, owner)
            gone.append(run_id)
        except CnnLabError as error:
            problems.append(str(error))
    st.session_state[DELETED] = gone
    st.session_state[PROBLEMS] = "  \n".join(problems)
    service().engine.wake()


def show_deleted() -> None:
    """Say what was deleted last, with a button to undo it, and what could not be deleted or restored."""
    if said := st.session_state.pop(PROBLEMS, ""):
        st.error(said, icon=":material/error:")
    gone: list[str] = st.session_state.get(DELETED, [])
    if not gone:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        what = "1 run deleted" if len(gone) == 1 else f"{len(gone)} runs deleted"
        st.markdown(f":material/delete: {what}. You can undo this for half an hour.")
        st.button("Undo", icon=":material/undo:", on_click=_undo, args=(gone,))


def forget_deleted() -> None:
    """Say no more of what was deleted last."""
    st.session_state[DELETED] = []


def _undo(gone: Sequence[str]) -> None:
    problems = []
    for run_id in gone:
        try:
            trash.take_back(service().store, run_id, session().owner)
        except CnnLabError as error:
            problems.append(str(error))
    forget_deleted()
    st.session_state[PROBLEMS] = "  \n".join(dict.fromkeys(problems))
    service().engine.wake()
