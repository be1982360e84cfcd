"""A student in a room: share runs, stop sharing, come back on another device, leave."""

from collections.abc import Callable

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.rooms.room import Member, Room, shown_code
from cnn.web.app.class_room import rooms
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import run_label

SHOWN = 15


def show_student(room: Room, member: Member) -> None:
    """Show the student's own runs, each with a switch, their return code, and the button to leave."""
    owner = session().owner
    own = [run for run in service().store.runs(owner) if run.owner == owner][:SHOWN]
    st.header("Share your runs", anchor=False)
    if not own:
        st.write("You have no run yet. Train a network, then share it here.")
        st.page_link("train.py", label="Train a network", icon=":material/model_training:")
    shared = {share.run_id for share in room.shares}
    for run in own:
        st.toggle(
            run_label(run),
            run.id in shared,
            key=f"share-{room.id}-{run.id}-{run.id in shared}",
            on_change=_toggle,
            args=(room.id, run.id, run.id not in shared),
            disabled=(room.rules.frozen or room.rules.closed) and run.id not in shared,
        )
    if own:
        st.caption(
            "Only the runs that you switch on are on the board. Everybody in the room can look inside them."
        )
    with st.expander("You in this room", icon=":material/badge:"):
        st.write(f"Your return code, to come back on another device: **{shown_code(member.return_code)}**")
        with st.form("rename-me", border=False):
            name = st.text_input("Your name", member.name, max_chars=30)
            if st.form_submit_button("Change my name"):
                attempt(lambda: rooms().rename_member(room.id, owner, member.id, name))
        if st.button("Leave the room", icon=":material/logout:", help="Your shared runs leave the board."):
            attempt(lambda: rooms().leave(room.id, owner))


def attempt(change: Callable[[], object]) -> None:
    """Make a change and run the page again, or say why it was refused."""
    try:
        change()
    except CnnLabError as error:
        st.error(str(error), icon=":material/block:")
    else:
        st.rerun()


def _toggle(room_id: str, run_id: str, on: bool) -> None:
    call = rooms().share if on else rooms().unshare
    try:
        call(room_id, session().owner, run_id)
    except CnnLabError as error:
        session().complain(str(error))
