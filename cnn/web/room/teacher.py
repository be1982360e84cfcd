"""A teacher in a room: show the code, set the rules, freeze, close, and save a summary."""

import time
from functools import partial
from typing import Any

import segno
import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.rooms import board
from cnn.rooms.room import CONTROLS, MAX_TASK, Room, shown_code
from cnn.web.app.class_room import rooms
from cnn.web.app.run_text import plain
from cnn.web.app.session import session
from cnn.web.room.board_view import entries_of
from cnn.web.room.student import attempt

MEMBERS_SECONDS = 3.0
DATASETS = {"": "Any (CIFAR-10 if installed)", "cifar10": "CIFAR-10", "sketch10": "sketch10 (drawn)"}


def join_address(room: Room) -> str:
    """Return the address that joins the room, as the teacher's own browser sees this page."""
    return f"{(st.context.url or '').split('?')[0]}?code={room.code}"


def show_code(room: Room) -> None:
    """Show the code and its QR code, large enough for a projector."""
    code = segno.make_qr(join_address(room), error="m")  # never a Micro QR code, which phones do not read
    drawing = code.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        image = f'<img alt="QR code to join the room" style="width:min(220px,40vw)" src="{_uri(drawing)}">'
        st.html(image, width="content")
        st.html(
            f'<div style="font-size:clamp(2rem,7vw,4.5rem);font-weight:700;letter-spacing:.06em;'
            f'font-variant-numeric:tabular-nums;line-height:1.1">{shown_code(room.code)}</div>'
            '<div style="max-width:22rem">Open the page <b>Class</b> and type this code and your name, '
            "or scan the QR code.</div>"
        )


def _uri(svg: str) -> str:
    from base64 import b64encode

    return "data:image/svg+xml;base64," + b64encode(_with_namespace(svg).encode()).decode()


def _with_namespace(svg: str) -> str:
    return svg if "xmlns" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def show_teacher(room: Room) -> None:
    """Show the teacher's controls."""
    tabs = st.tabs(
        [":material/rule: Task and rules", ":material/group: Students", ":material/download: Save"]
    )
    with tabs[0]:
        _rules(room)
    with tabs[1]:
        every = None if room.rules.closed else MEMBERS_SECONDS
        st.fragment(_members, run_every=every)(room.id)
    with tabs[2]:
        _keep(room)


def _switches(room: Room) -> None:
    rules, owner = room.rules, session().owner
    for name, label, help_text in (
        ("frozen", "Freeze the board", "Nothing can be added. Students can still stop sharing."),
        ("hide_names", "Hide names", "The board shows numbers instead of names, for the projector."),
        ("closed", "Close the room", "Nobody can join any more, and the rules no longer apply."),
    ):
        value = bool(getattr(rules, name))
        st.toggle(
            label,
            value,
            key=f"rule-{room.id}-{name}-{value}",
            help=help_text,
            on_change=_set,
            args=(room.id, owner, name, not value),
        )


def _set(room_id: str, owner: str, name: str, value: bool) -> None:
    try:
        rooms().set_rules(room_id, owner, **{name: value})
    except CnnLabError as error:
        session().complain(str(error))


def _rules(room: Room) -> None:
    rules, owner = room.rules, session().owner
    with st.container(horizontal=True):
        _switches(room)
    with st.form(f"rules-{room.id}-{hash(rules)}", border=True):
        task = st.text_area(
            "Task", rules.task, max_chars=MAX_TASK, placeholder="Who gets the best accuracy?", height=80
        )
        left, middle, right = st.columns(3)
        with left:
            parameters = st.number_input(
                "Most parameters",
                100,
                100_000_000,
                rules.most_parameters,
                step=1000,
                placeholder="no limit",
            )
        with middle:
            seconds = st.number_input(
                "Most seconds of training",
                5,
                7200,
                int(rules.most_seconds) if rules.most_seconds else None,
                placeholder="no limit",
            )
        with right:
            dataset = st.selectbox(
                "Pictures",
                list(DATASETS),
                list(DATASETS).index(rules.dataset),
                format_func=DATASETS.__getitem__,
            )
        locked = st.multiselect(
            "Locked controls (visible, but cannot be changed)",
            list(CONTROLS),
            sorted(rules.locked),
            format_func=CONTROLS.__getitem__,
        )
        hidden = st.multiselect(
            "Hidden controls", list(CONTROLS), sorted(rules.hidden), format_func=CONTROLS.__getitem__
        )
        take = st.checkbox(
            "Start from my current settings on Build and Train",
            help="Locked and hidden controls get these values. Without this, the room keeps its settings.",
        )
        if st.form_submit_button("Set the rules", type="primary", icon=":material/check:"):
            changes: dict[str, Any] = {
                "task": task,
                "most_parameters": None if parameters is None else int(parameters),
                "most_seconds": None if seconds is None else float(seconds),
                "dataset": str(dataset),
                "locked": frozenset(locked),
                "hidden": frozenset(hidden),
            }
            if take:
                changes["setup"] = session().setup
            attempt(lambda: rooms().set_rules(room.id, owner, **changes))


def _members(room_id: str) -> None:
    """Show who is in the room; the list updates by itself."""
    owner = session().owner
    try:
        room = rooms().get(room_id, owner)
    except CnnLabError as error:
        st.warning(str(error), icon=":material/logout:")
        return
    if not room.members:
        st.write("Nobody has joined yet.")
    for member in room.members:
        with st.container(horizontal=True, vertical_alignment="center"):
            count = sum(share.member == member.id for share in room.shares)
            state = "removed" if member.removed else f"{count} shared"
            st.markdown(f"{plain(member.name)} :gray[{state}]", width="stretch")
            label = "Let in again" if member.removed else "Remove"
            if st.button(
                label,
                key=f"member-{member.id}-{member.removed}",
                icon=":material/person_add:" if member.removed else ":material/person_remove:",
                help=None if member.removed else "The name and the shared runs leave the board.",
            ):
                change = partial(rooms().remove_member, room.id, owner, member.id, removed=not member.removed)
                attempt(change)
    st.divider()
    st.write(
        f"A second teacher joins with the teacher's code **{shown_code(room.teacher_code)}**. Do not "
        "show it to students."
    )


def _keep(room: Room) -> None:
    found = entries_of(room)
    st.write("The board as it is now, with the names as they are shown on it.")
    with st.container(horizontal=True):
        st.download_button(
            "Table (CSV)",
            board.as_csv(found),
            f"cnn-lab-room-{room.code}.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            "Printable page (HTML)",
            board.as_page(room, found, time.strftime("%d %B %Y, %H:%M UTC", time.gmtime())),
            f"cnn-lab-room-{room.code}.html",
            "text/html",
            icon=":material/print:",
            on_click="ignore",
        )
    with st.popover("Delete the room", icon=":material/delete:"):
        st.write("This deletes the board and all names. The runs stay with their owners.")
        if st.button("Delete it", type="primary"):
            attempt(lambda: rooms().delete(room.id, session().owner))
