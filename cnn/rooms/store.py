"""The rooms of a server: one JSON file each, changed under a lock, with the rights to change them.

Every change reads the file, changes it, and replaces it as a whole under the room's lock, so that changes
of several teachers and of two hundred students are never lost.
"""

import functools
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.rooms.room import (
    MAX_MEMBERS,
    MAX_NAME,
    MAX_SHARED,
    MAX_TASK,
    MAX_TITLE,
    Member,
    Room,
    RoomError,
    Rules,
    Share,
    new_code,
    read_code,
    tidy,
)
from cnn.runs.locks import locked
from cnn.runs.snapshots import write_whole
from cnn.runs.store import RunStore

ROOM_ID = re.compile(r"[0-9a-f]{16}\Z")
OWNER = re.compile(r"[0-9a-f]{32}\Z")
LOCK_SECONDS = 10.0
ROOMS_A_TEACHER = 20  # that are open
REMOVED = "The teacher has removed you from this room; ask them to let you in again."
NO_ROOM = "There is no open room with this code; compare it with the one on the board, letter by letter."
# Wrong codes that one browser, and one network address, may try in ten minutes. A class often shares one address.
TRIES_A_BROWSER, TRIES_AN_ADDRESS, TRIES_SECONDS = 10, 200, 600.0


class Tries:
    """Counts wrong codes in memory, and limits them, so that codes cannot be guessed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}
        self._lock = Lock()

    def check(self, owner: str, address: str) -> None:
        """Refuse a browser or an address with too many wrong codes.

        Raises:
            RoomError: with the time to wait.
        """
        with self._lock:
            for key, most in ((owner, TRIES_A_BROWSER), (f"from {address}", TRIES_AN_ADDRESS)):
                wrong = self._recent(key)
                if len(wrong) >= most:
                    wait = max(1, round((TRIES_SECONDS - (self._clock() - wrong[0])) / 60))
                    raise RoomError(
                        f"You have entered {len(wrong)} wrong codes. Wait {wait} minute{'s' * (wait > 1)}, "
                        "and ask your teacher for the code."
                    )

    def note(self, owner: str, address: str) -> None:
        """Note a wrong code."""
        with self._lock:
            for key in (owner, f"from {address}"):
                self._recent(key).append(self._clock())
            if len(self._wrong) > 10_000:  # somebody who keeps changing cookies: the address still counts
                self._wrong = {key: found for key, found in self._wrong.items() if self._recent(key)}

    def _recent(self, key: str) -> deque[float]:
        found = self._wrong.setdefault(key, deque(maxlen=TRIES_AN_ADDRESS))
        while found and found[0] < self._clock() - TRIES_SECONDS:
            found.popleft()
        return found


class RoomStore:
    """The rooms in one folder."""

    def __init__(self, folder: Path, runs: RunStore) -> None:
        self.folder = folder
        self._runs = runs
        self._tries = Tries()
        self._one_at_a_time = Lock()  # two hundred threads that poll for a file lock starve each other

    # Reading

    def get(self, room_id: str, owner: str) -> Room:
        """Return a room that `owner` belongs to; the id may come from a browser.

        Raises:
            RoomError: for an unknown room, and for one that `owner` is not in, with the same message.
        """
        room = self._read(room_id)
        if room is None or not room.admits(owner):
            raise RoomError("You are not in this room; join it with its code.")
        return room

    def rooms_of(self, owner: str) -> list[Room]:
        """Return the rooms that `owner` teaches or has joined, the newest first."""
        return sorted(
            (r for r in self._all() if r.admits(owner)), key=lambda room: room.created, reverse=True
        )

    def shared_with(self, owner: str) -> dict[str, Room]:
        """Return the ids of other people's runs that `owner` may open, each with the room it is shared in."""
        found: dict[str, Room] = {}
        for room in self.rooms_of(owner):
            found |= {share.run_id: room for share in room.shares if share.run_id not in found}
        return found

    def _all(self) -> Iterator[Room]:
        if self.folder.is_dir():
            for path in self.folder.glob("*.json"):
                if (room := self._read(path.stem)) is not None:
                    yield room

    def _read(self, room_id: str) -> Room | None:
        if not ROOM_ID.match(room_id):
            return None
        path = self.folder / f"{room_id}.json"
        try:
            found = path.stat()
        except OSError:
            return None
        return _read_room(path, found.st_mtime_ns, found.st_size, found.st_ino)

    # Changing

    @contextmanager
    def _changing(self, room_id: str) -> Iterator[Callable[[Room], Room]]:
        """Yield a function that replaces the room; the room is locked meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self._one_at_a_time, locked(self.folder / f"{room_id}.lock", LOCK_SECONDS) as mine:
                if not mine:
                    raise RoomError("The room is busy; press again.")
                yield self._write
        except RunError as error:
            raise RoomError(f"The room cannot be changed: {error}") from error

    def _write(self, room: Room) -> Room:
        content = to_json(room.to_json()).encode()
        write_whole(self.folder / f"{room.id}.json", content)
        return room

    def _change(
        self, room_id: str, owner: str, change: Callable[[Room], Room], *, teacher: bool = False
    ) -> Room:
        self.get(room_id, owner)
        with self._changing(room_id) as write:
            room = self.get(room_id, owner)
            if teacher and not room.is_teacher(owner):
                raise RoomError("Only a teacher of this room can do that.")
            return write(change(room))

    # What a teacher does

    def create(self, owner: str, title: str, rules: Rules | None = None) -> Room:
        """Open a new room whose teacher is `owner`.

        Raises:
            RoomError: without a title, or with too many open rooms.
        """
        if not OWNER.match(owner):
            raise RoomError("Your browser sends no cookie; allow cookies for this page, then open a room.")
        if not tidy(title, MAX_TITLE):
            raise RoomError(f"An empty title is not allowed; give one of 1 to {MAX_TITLE} characters.")
        taught = [r for r in self.rooms_of(owner) if r.is_teacher(owner) and not r.rules.closed]
        if len(taught) >= ROOMS_A_TEACHER:
            raise RoomError(f"You have {len(taught)} open rooms; close one first.")
        codes = {code for room in self._all() for code in (room.code, room.teacher_code)}
        code, teacher_code = (next(c for c in iter(new_code, "") if c not in codes) for _ in range(2))
        self.folder.mkdir(parents=True, exist_ok=True)
        return self._write(
            Room(
                secrets.token_hex(8),
                code,
                teacher_code,
                tidy(title, MAX_TITLE),
                time.time(),
                (owner,),
                rules or Rules(),
            )
        )

    def set_rules(self, room_id: str, owner: str, **changes: Any) -> Room:
        """Change some of the rules; the others stay, including those that another teacher has just set.

        Raises:
            RoomError: for somebody who is not a teacher of it, and for rules that are not allowed.
        """
        if "task" in changes:
            changes["task"] = tidy(str(changes["task"]), MAX_TASK)
        return self._change(
            room_id, owner, lambda room: replace(room, rules=replace(room.rules, **changes)), teacher=True
        )

    def remove_member(self, room_id: str, owner: str, member_id: str, *, removed: bool = True) -> Room:
        """Remove a member and their shared runs; `removed=False` readmits them."""

        def change(room: Room) -> Room:
            if room.member(member_id) is None:
                raise RoomError("There is no such member in this room.")
            members = tuple(replace(m, removed=removed) if m.id == member_id else m for m in room.members)
            shares = tuple(s for s in room.shares if not (removed and s.member == member_id))
            return replace(room, members=members, shares=shares)

        return self._change(room_id, owner, change, teacher=True)

    def rename_member(self, room_id: str, owner: str, member_id: str, name: str) -> Room:
        """Rename a member: members may rename themselves, teachers everybody.

        Raises:
            RoomError: without the right to do so, and for an empty name or one in use.
        """

        def change(room: Room) -> Room:
            own = room.member_of(owner)
            if not room.is_teacher(owner) and (own is None or own.id != member_id):
                raise RoomError("Only the teacher can change somebody else's name.")
            kept = _free_name(room, name, member_id)
            return replace(
                room, members=tuple(replace(m, name=kept) if m.id == member_id else m for m in room.members)
            )

        return self._change(room_id, owner, change)

    def delete(self, room_id: str, owner: str) -> None:
        """Delete a room with all its names; the runs stay with their owners.

        Raises:
            RoomError: for somebody who is not a teacher of it.
        """
        if not self.get(room_id, owner).is_teacher(owner):
            raise RoomError("Only a teacher of this room can do that.")
        with self._changing(room_id):
            (self.folder / f"{room_id}.json").unlink(missing_ok=True)

    # What a student does

    def join(self, code_text: str, name: str, owner: str, address: str = "") -> Room:
        """Join the room with this code under a name, or come back to it.

        With the teacher's code `owner` becomes a teacher of the room, with a member's return code this browser
        becomes one of that member's; neither needs a name.

        Raises:
            RoomError: for a wrong code (after too many, for any code), an empty name or one in use, a closed or
                full room, and somebody who was removed.
        """
        if not OWNER.match(owner):
            raise RoomError("Your browser sends no cookie; allow cookies for this page, then join.")
        self._tries.check(owner, address)
        code = read_code(code_text)
        room = next((r for r in self._all() if code and code in _codes(r)), None)
        if room is None:
            self._tries.note(owner, address)
            raise RoomError(NO_ROOM)
        with self._changing(room.id) as write:
            room = self._read(room.id) or room
            if secrets.compare_digest(code, room.teacher_code):
                return write(replace(room, teachers=(*dict.fromkeys((*room.teachers, owner)),)))
            if any(owner in m.keys and m.removed for m in room.members):
                raise RoomError(REMOVED)
            if room.member_of(owner) is not None:
                return room
            back = next((m for m in room.members if secrets.compare_digest(code, m.return_code)), None)
            if back is not None and not back.removed:
                again = replace(back, keys=(*back.keys, owner)[-5:])
                return write(
                    replace(room, members=tuple(again if m.id == back.id else m for m in room.members))
                )
            if back is not None:
                raise RoomError(REMOVED)
            if code != room.code or room.rules.closed:
                raise RoomError("This room is closed; nobody can join any more.")
            if sum(not m.removed for m in room.members) >= MAX_MEMBERS:
                raise RoomError(f"This room is full: it has {MAX_MEMBERS} members.")
            member = Member(secrets.token_hex(6), _free_name(room, name), (owner,), new_code(), time.time())
            return write(replace(room, members=(*room.members, member)))

    def leave(self, room_id: str, owner: str) -> None:
        """Leave a room; its shared runs are no longer shared, and the name is deleted."""

        def change(room: Room) -> Room:
            own = room.member_of(owner)
            if own is None:
                return room
            return replace(
                room,
                members=tuple(m for m in room.members if m.id != own.id),
                shares=tuple(s for s in room.shares if s.member != own.id),
            )

        self._change(room_id, owner, change)

    def share(self, room_id: str, owner: str, run_id: str) -> Room:
        """Share one of one's own runs with the room.

        Raises:
            RoomError: in a room that is frozen or closed, for too many runs, and for a network that the task
                does not allow.
            RunError: for somebody else's run.
        """
        run = self._runs.own(run_id, owner)

        def change(room: Room) -> Room:
            member = room.member_of(owner)
            if member is None:
                raise RoomError("Join the room under a name first; only its students share runs.")
            if room.rules.closed or room.rules.frozen:
                raise RoomError(
                    f"The board is {'closed' if room.rules.closed else 'frozen'}; nothing can be added."
                )
            if any(s.run_id == run_id for s in room.shares):
                return room
            if sum(s.member == member.id for s in room.shares) >= MAX_SHARED:
                raise RoomError(f"You share {MAX_SHARED} runs already; take one back first.")
            if problem := room.rules.broken_by(run.setup, run.status().seconds):
                raise RoomError(f"This run does not follow the rules of the task. {problem}")
            return replace(room, shares=(*room.shares, Share(run_id, member.id, time.time())))

        return self._change(room_id, owner, change)

    def unshare(self, room_id: str, owner: str, run_id: str) -> Room:
        """Stop sharing a run, at any time; a teacher may do that for everybody's runs."""

        def change(room: Room) -> Room:
            member = room.member_of(owner)
            mine = "" if member is None else member.id
            return replace(
                room,
                shares=tuple(
                    s
                    for s in room.shares
                    if s.run_id != run_id or not (s.member == mine or room.is_teacher(owner))
                ),
            )

        return self._change(room_id, owner, change)


def _codes(room: Room) -> set[str]:
    return {room.code, room.teacher_code, *(m.return_code for m in room.members)}


def _free_name(room: Room, name: str, member_id: str = "") -> str:
    kept = tidy(name, MAX_NAME)
    if not kept:
        raise RoomError(f"An empty name is not allowed; give one of 1 to {MAX_NAME} characters.")
    taken = (m.name.casefold() for m in room.members if m.id != member_id)
    if kept.casefold() in taken:
        raise RoomError(
            f"{kept} is already in use in this room. Choose another name, or come back with your return "
            "code if it is you."
        )
    return kept


@functools.lru_cache(maxsize=256)
def _read_room(path: Path, _modified: int, _size: int, _inode: int) -> Room | None:
    """Return a room, None if its file is damaged; cached until the file changes."""
    try:
        return Room.from_json(path.stem, json.loads(path.read_bytes()))
    except (OSError, ValueError, RoomError):
        return None
