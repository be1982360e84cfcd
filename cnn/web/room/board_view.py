"""The board of a room as everybody in it sees it, live."""

import time
from html import escape
from urllib.parse import urlencode

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.core.shares import percent
from cnn.rooms import board
from cnn.rooms.board import Entry
from cnn.rooms.room import Room, Rules
from cnn.web.app.class_room import rooms
from cnn.web.app.run_text import minutes
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import clock_time

# The teacher's board is on the projector and follows at once. Two hundred boards that were drawn every second
# would keep a core busy, so a student's follows more slowly, and at once whenever the student does something.
TEACHER_SECONDS, STUDENT_SECONDS = 1.0, 10.0
SHOWN = 100
STYLE = """<style>
.room-board { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.room-board th { text-align: start; font-weight: 600; opacity: .8; }
.room-board th, .room-board td {
  padding: .45rem .6rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent);
}
.room-board td.number, .room-board th.number { text-align: end; white-space: nowrap; }
.room-board td.network { min-width: 9rem; }
.room-board tr.own td { background: color-mix(in srgb, currentColor 7%, transparent); }
.room-board tr.out td { opacity: .7; }
.room-board a { color: inherit; margin-inline-end: .6em; }
.room-board small { display: block; opacity: .8; }
.room-board-scroll { overflow-x: auto; }
</style>"""


@st.cache_data(ttl=0.5, max_entries=200, show_spinner=False)
def _entries(room_id: str, owner_of_room: str, order: str, _room: Room) -> list[Entry]:
    """Return the entries, computed at most twice per second for all viewers together."""
    return board.entries(_room, service().store, order)


def entries_of(room: Room, order: str = "accuracy") -> list[Entry]:
    """Return the entries of a room as they were at most half a second ago."""
    changed = f"{len(room.shares)}-{len(room.members)}-{hash(room.rules)}"
    return _entries(room.id, changed, order, room)


def show_board(room: Room) -> None:
    """Show the board; it updates by itself."""
    order = st.segmented_control(
        "Order by",
        list(board.ORDERS),
        default="accuracy",
        required=True,
        format_func=board.ORDERS.__getitem__,
        key="board-order",
        help="Accuracy per parameter or per second: percentage points above guessing (10 %), divided by the cost.",
    )
    seconds = TEACHER_SECONDS if room.is_teacher(session().owner) else STUDENT_SECONDS
    st.fragment(_live, run_every=seconds)(room.id, str(order), room.rules)


def _live(room_id: str, order: str, rules: Rules) -> None:
    """Show the entries; where the teacher has changed the rules since the page was drawn, draw it anew."""
    try:
        room = rooms().get(room_id, session().owner)
    except CnnLabError as error:  # removed, or the room is gone
        session().room_id = None
        st.warning(str(error), icon=":material/logout:")
        return
    if room.rules != rules:
        st.rerun()
    found = entries_of(room, order)
    counted = sum(not m.removed for m in room.members)
    students = f"{counted} student{'' if counted == 1 else 's'}"
    if not found:
        st.info(
            f"{students} in the room; no run is shared yet. Train a network, then share it here.",
            icon=":material/leaderboard:",
        )
        return
    st.html(STYLE + board_html(room, found[:SHOWN], order, session().owner))
    more = f", the first {SHOWN} are shown" if len(found) > SHOWN else ""
    frozen = " The board is frozen." if room.rules.frozen else ""
    runs = "1 shared run" if len(found) == 1 else f"{len(found)} shared runs"
    st.caption(
        f"{students}, {runs}{more}.{frozen} Ranked by validation accuracy; test accuracy is "
        f"measured once, at the end of a run. Updated at {clock_time(time.time(), '%H:%M:%S')}."
    )


def board_html(room: Room, found: list[Entry], order: str, owner: str) -> str:
    """Return the board as an HTML table; every name is escaped and isolated in its direction of writing."""
    value = {
        "accuracy": "",
        "per_parameter": "Points per 1,000 parameters",
        "per_second": "Points per second",
    }
    head = ["#", "Name", "Network", "Validation", "Test", "Parameters", "Trained", value[order], "Open"]
    own = room.member_of(owner)
    lines = []
    for place, entry in enumerate(found, start=1):
        query = escape(urlencode({"network": entry.run_id}))
        links = "".join(
            f'<a href="{page}?{query}" target="_blank" rel="noopener" '
            f'aria-label="{title}: network of {escape(entry.name, quote=True)}">{title}</a> '
            for page, title in (("inside", "Inside"), ("classify", "Classify"))
        )
        number = getattr(entry, order) if order != "accuracy" else None
        cells = [
            ("number", "–" if entry.problem else str(place)),
            ("", f"<bdi>{escape(entry.name)}</bdi>"),
            (
                "network",
                f"<bdi>{escape(entry.run_name)}</bdi><small>{escape(entry.problem or entry.state)}</small>",
            ),
            ("number", percent(entry.validation_accuracy)),
            ("number", percent(entry.test_accuracy)),
            ("number", f"{entry.parameters:,}"),
            ("number", minutes(entry.seconds)),
            ("number", "–" if number is None else f"{number:.3g}"),
            ("", links),
        ]
        if order == "accuracy":
            del cells[-2]
        kind = "out" if entry.problem else "own" if own and own.id == entry.member_id else ""
        row = "".join(f'<td class="{name}">{text}</td>' for name, text in cells)
        lines.append(f'<tr class="{kind}">{row}</tr>')
    numbers = {
        "#",
        "Validation",
        "Test",
        "Parameters",
        "Trained",
        value["per_parameter"],
        value["per_second"],
    }
    titles = "".join(
        f'<th class="{"number" if t in numbers else ""}" scope="col">{t}</th>' for t in head if t
    )
    return (
        f'<div class="room-board-scroll"><table class="room-board"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
