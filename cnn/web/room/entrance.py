"""The entrance of a room: a code and a name, a teacher's new room, and the visitor's rooms."""

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.rooms.room import MAX_NAME, MAX_TITLE, read_code
from cnn.web.app.class_room import rooms
from cnn.web.app.session import session


def show_entrance() -> None:
    """Let the visitor join a room, open one, or choose one of their own."""
    left, right = st.columns(2, gap="large")
    with left:
        _join()
    with right:
        _open()
    _own_rooms()


def enter(room_id: str) -> None:
    """Make a room the visitor's current one."""
    session().room_id = room_id
    st.query_params.pop("code", None)


def _join() -> None:
    st.header("Join a room", anchor=False)
    with st.form("join", border=True):
        code = st.text_input(
            "Room code",
            read_code(st.query_params.get("code", "")),
            max_chars=12,
            placeholder="ABCD-EFGH",
            help="Your teacher shows it. To come back on another device, type your own return code here.",
        )
        name = st.text_input(
            "Your name in this room", max_chars=MAX_NAME, help="Everybody in the room sees it on the board."
        )
        pressed = st.form_submit_button("Join", type="primary", icon=":material/login:", width="stretch")
    if pressed:
        try:
            enter(rooms().join(code, name, session().owner, st.context.ip_address or "").id)
        except CnnLabError as error:
            st.error(str(error), icon=":material/block:")
        else:
            st.rerun()


def _open() -> None:
    st.header("For teachers", anchor=False)
    with st.form("open", border=True):
        title = st.text_input("Title of the room", max_chars=MAX_TITLE, placeholder="Class 9b, Tuesday")
        st.caption(
            "You get a code for the class. Students need no account. Only runs that they share are listed, "
            "and they can stop sharing at any time."
        )
        pressed = st.form_submit_button("Open a room", icon=":material/meeting_room:", width="stretch")
    if pressed:
        try:
            enter(rooms().create(session().owner, title).id)
        except CnnLabError as error:
            st.error(str(error), icon=":material/block:")
        else:
            st.rerun()


def _own_rooms() -> None:
    owner = session().owner
    found = rooms().rooms_of(owner)
    if not found:
        return
    st.header("Your rooms", anchor=False)
    for room in found:
        role = "teacher" if room.is_teacher(owner) else "student"
        state = ", closed" if room.rules.closed else ""
        st.button(
            f"{room.title} ({role}{state})",
            key=f"room-{room.id}",
            icon=":material/meeting_room:",
            on_click=enter,
            args=(room.id,),
        )
