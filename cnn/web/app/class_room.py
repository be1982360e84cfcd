"""What the teacher of a visitor's room has set, as the pages Build and Train follow it."""

from dataclasses import replace

import streamlit as st

from cnn.core.errors import RunError
from cnn.core.settings import home_folder
from cnn.network.spec import Setup, TrainSpec
from cnn.rooms.room import Room, RoomError, Rules
from cnn.rooms.store import RoomStore
from cnn.runs.store import Run
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session

FREE = Rules()


@st.cache_resource(show_spinner=False)
def rooms() -> RoomStore:
    """Return the rooms of this server."""
    return RoomStore(home_folder() / "rooms", service().store)


def current_room() -> Room | None:
    """Return the room that the visitor is in now: the one chosen last, or the newest open one joined or taught.

    A student at the entrance is still in the room that they joined: its rules hold.
    """
    state = session()
    try:
        if state.room_id:
            return rooms().get(state.room_id, state.owner)
    except RoomError:  # deleted, or the visitor was removed
        state.room_id = None
    open_rooms = [room for room in rooms().rooms_of(state.owner) if not room.rules.closed]
    joined = [room for room in open_rooms if room.member_of(state.owner)]
    found = next(iter(joined or open_rooms), None)
    if found is not None and state.room_id is None:
        state.room_id = found.id
    return found


def rules() -> Rules:
    """Return the rules for this visitor: those of an open room in which they are a student, else none."""
    room = current_room()
    if room is None or room.rules.closed or room.is_teacher(session().owner):
        return FREE
    return room.rules


def shared_runs() -> list[Run]:
    """Return the runs that others share with the visitor, each under its owner's name in the room."""
    owner, store = session().owner, service().store
    found = []
    for run_id, room in rooms().shared_with(owner).items():
        share = next(share for share in room.shares if share.run_id == run_id)
        member = room.member(share.member)
        try:
            run = store.get(run_id)
        except RunError:  # deleted since
            continue
        if run.owner != owner and member is not None:
            found.append(replace(run, name=f"{room.shown_name(member)}: {run.name or run.id}"))
    return found


def control_of(spec: object, name: str) -> str:
    """Return the name that a room's rules have for a field of a spec."""
    if isinstance(spec, TrainSpec):
        return "length" if name in ("epochs", "seconds") else name
    return "network"


def follow(setup: Setup) -> Setup:
    """Return a set-up with what the room has fixed, so that what is shown is what will be trained."""
    return rules().applied(setup)


def show_rules() -> None:
    """Say in one line which room the visitor is in, what the task is, and where the board is."""
    room = current_room()
    if room is None or room.rules.closed:
        return
    limits = []
    if room.rules.most_parameters is not None:
        limits.append(f"at most {room.rules.most_parameters:,} parameters")
    if room.rules.most_seconds is not None:
        limits.append(f"at most {room.rules.most_seconds:g} seconds of training")
    task = f" {plain(room.rules.task)}" if room.rules.task else ""
    limit = f" Limits: {', '.join(limits)}." if limits else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/groups: **{plain(room.title)}.**{task}{limit}", width="stretch")
        st.page_link("room.py", label="Board", icon=":material/leaderboard:")
