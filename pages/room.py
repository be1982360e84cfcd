"""A room for a class: join with a code, share runs, and see everybody's runs on one board."""

import time

import streamlit as st

from cnn.rooms.room import read_code, shown_code
from cnn.web.app.class_room import current_room, rooms
from cnn.web.app.run_text import plain
from cnn.web.app.session import session
from cnn.web.room.board_view import show_board
from cnn.web.room.entrance import enter, show_entrance
from cnn.web.room.student import show_student
from cnn.web.room.teacher import show_code, show_teacher

owner = session().owner
room = None if session().room_id == "" else current_room()
code = read_code(st.query_params.get("code", ""))
if room is None or (code and code != room.code):
    st.title("A class together")
    st.write("Everybody trains a network, and the runs they share appear on one live board.")
    show_entrance()
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    st.title(plain(room.title), width="stretch")
    if len(rooms().rooms_of(owner)) > 1 or not room.member_of(owner):
        st.button("Other rooms", icon=":material/swap_horiz:", on_click=enter, args=("",))
if session().problem and time.monotonic() < session().problem_until:
    st.error(session().problem, icon=":material/error:")
if room.rules.closed:
    st.info("This room is closed. The board stays as it is.", icon=":material/lock:")
if room.rules.task:
    st.header(plain(room.rules.task), anchor=False)
limits = [
    f"at most {room.rules.most_parameters:,} parameters" if room.rules.most_parameters else "",
    f"at most {room.rules.most_seconds:g} seconds of training" if room.rules.most_seconds else "",
]
if any(limits):
    st.markdown("Limits: " + ", ".join(text for text in limits if text) + ".")
if room.is_teacher(owner):
    if not room.rules.closed:
        show_code(room)
else:
    st.caption(f"Room {shown_code(room.code)}. Others can join with this code.")
show_board(room)
member = room.member_of(owner)
if member is not None:
    show_student(room, member)
if room.is_teacher(owner):
    show_teacher(room)
