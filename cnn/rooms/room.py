"""A room: its rules, its members, and the runs that they share, as checked dataclasses.

A member is somebody who joined with a name. There are no accounts: a browser is recognised by
its owner hash, and another device becomes the same member with the member's return code.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, Self

from cnn.core.errors import CnnLabError, SpecError
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.network.summary import total_parameters, walk

# Without 0, O, 1, I and L, which look alike on a projector. 31 letters: 8 of them are 8.5e11 codes.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
MAX_NAME, MAX_TITLE, MAX_TASK = 30, 80, 500
MAX_MEMBERS = 300
MAX_SHARED = 20  # runs of one member
# Controls of Build and Train that a teacher may fix: field of a page → label.
CONTROLS = {
    "network": "All layers (Build)",
    "length": "How long it trains",
    "optimizer": "Optimiser",
    "learning_rate": "Learning rate",
    "schedule": "Schedule",
    "batch_size": "Batch size",
    "pictures": "Training pictures",
    "weight_decay": "Weight decay",
    "momentum": "Momentum",
    "label_smoothing": "Label smoothing",
    "flip": "Random flip",
    "shift": "Random shift",
    "cutout": "Cutout",
    "seed": "Random seed",
    "precision": "Precision",
}


class RoomError(CnnLabError):
    """Something that a room does not allow, or a room that does not exist."""


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Return a typed code in the form in which it is stored, "" if it cannot be a code.

    >>> read_code(" abcd-efgh "), read_code("ABCD"), read_code("ABCD-EFG0")
    ('ABCDEFGH', '', '')
    """
    letters = "".join(letter for letter in text[:40].upper() if letter not in " -\t\n")
    fits = len(letters) == CODE_LENGTH and all(letter in ALPHABET for letter in letters)
    return letters if fits else ""


def shown_code(code: str) -> str:
    """Return a code as it is shown.

    >>> shown_code("ABCDEFGH")
    'ABCD-EFGH'
    """
    return f"{code[:4]}-{code[4:]}"


def tidy(text: str, most: int) -> str:
    """Return text as one line of printable characters, without controls that change the direction of writing.

    Letters of any script stay; controls such as U+202E, which would reverse the text next to a name, are removed.

    >>> tidy("  Ada \\u202e Lovelace\\n", 30)
    'Ada Lovelace'
    """
    composed = unicodedata.normalize("NFC", text[: 4 * most])
    kept = "".join(letter if letter.isprintable() else " " for letter in composed)
    return " ".join(kept.split())[:most].strip()


@dataclass(frozen=True)
class Rules:
    """The settings of a teacher.

    Everybody starts from `setup`, and locked and hidden controls keep its values. `dataset` is "cifar10",
    "sketch10" or "" for the server's. `most_parameters` and `most_seconds` are limits of the task, None for
    none. `hide_names` replaces names by numbers on the board.
    """

    task: str = ""
    setup: Setup = field(default_factory=Setup)
    dataset: str = ""
    most_parameters: int | None = None
    most_seconds: float | None = None
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    hide_names: bool = False
    frozen: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            RoomError: for a number out of range, an unknown control or data set.
        """
        if self.most_parameters is not None and not 100 <= self.most_parameters <= 100_000_000:
            raise RoomError(f"{self.most_parameters:,} parameters: give a limit from 100 to 100,000,000.")
        if self.most_seconds is not None and not 5 <= self.most_seconds <= 7200:
            raise RoomError(f"{self.most_seconds:g} seconds: give a limit from 5 to 7,200 seconds.")
        if unknown := (self.locked | self.hidden) - CONTROLS.keys():
            raise RoomError(
                f"There is no control {sorted(unknown)[0][:40]!r}; there are {', '.join(CONTROLS)}."
            )
        if self.dataset not in ("", "cifar10", "sketch10"):
            raise RoomError(f"The data set {self.dataset[:40]!r} is not known; give cifar10 or sketch10.")

    @property
    def fixed(self) -> frozenset[str]:
        """The controls that nobody but the teacher can change."""
        return self.locked | self.hidden

    def applied(self, setup: Setup) -> Setup:
        """Return `setup` with all fixed values replaced by those of the room, whatever a browser sent."""
        ours = self.setup.training
        names = [name for name in self.fixed if name not in ("network", "length")]
        changes: dict[str, Any] = {name: getattr(ours, name) for name in names}
        if "length" in self.fixed:
            changes |= {"epochs": ours.epochs, "seconds": ours.seconds}
        network: NetworkSpec = self.setup.network if "network" in self.fixed else setup.network
        training: TrainSpec = replace(setup.training, **changes)
        if self.most_seconds is not None and training.seconds and training.seconds > self.most_seconds:
            training = replace(training, seconds=float(self.most_seconds))
        return Setup(network, training)

    def broken_by(self, setup: Setup, seconds: float = 0.0) -> str:
        """Return why a network that was trained for `seconds` breaks the rules, "" if it does not."""
        count = total_parameters(walk(setup.network))
        if self.most_parameters is not None and count > self.most_parameters:
            return f"It has {count:,} parameters; the task allows {self.most_parameters:,}."
        # Training ends between calls of several steps, so it may last a quarter of a second longer.
        if self.most_seconds is not None and seconds > self.most_seconds + 1.0:
            return f"It was trained for {seconds:.0f} s; the task allows {self.most_seconds:g} s."
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return found | {
            "setup": self.setup.to_json(),
            "locked": sorted(self.locked),
            "hidden": sorted(self.hidden),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the rules that `to_json` gave.

        Raises:
            RoomError: if they are damaged.
        """
        try:
            setup = Setup.from_json(data["setup"])
            locked, hidden = frozenset(map(str, data["locked"])), frozenset(map(str, data["hidden"]))
            return cls(**{**data, "setup": setup, "locked": locked, "hidden": hidden})
        except (KeyError, TypeError, ValueError, SpecError) as error:
            raise RoomError(f"The rules of this room cannot be read ({error}).") from error


@dataclass(frozen=True)
class Member:
    """A member of a room: `keys` are the owner hashes of their browsers, `joined` is in seconds since 1970."""

    id: str
    name: str
    keys: tuple[str, ...]
    return_code: str
    joined: float
    removed: bool = False


@dataclass(frozen=True)
class Share:
    """A run that a member shows to the room."""

    run_id: str
    member: str
    shared: float


@dataclass(frozen=True)
class Room:
    """A room. `teachers` are owner hashes; with `teacher_code` another browser becomes a teacher's."""

    id: str
    code: str
    teacher_code: str
    title: str
    created: float
    teachers: tuple[str, ...]
    rules: Rules = field(default_factory=Rules)
    members: tuple[Member, ...] = ()
    shares: tuple[Share, ...] = ()

    def is_teacher(self, owner: str) -> bool:
        """Whether this browser is a teacher's."""
        return owner in self.teachers

    def member_of(self, owner: str) -> Member | None:
        """Return the member that this browser belongs to, None if it did not join or was removed."""
        return next((m for m in self.members if owner in m.keys and not m.removed), None)

    def member(self, member_id: str) -> Member | None:
        """Return a member by id."""
        return next((m for m in self.members if m.id == member_id), None)

    def admits(self, owner: str) -> bool:
        """Whether this browser may see the board and open what is shared."""
        return self.is_teacher(owner) or self.member_of(owner) is not None

    def shown_name(self, member: Member) -> str:
        """Return a member's name as the board shows it: a number while the teacher hides names."""
        if not self.rules.hide_names:
            return member.name
        return f"Student {1 + [m.id for m in self.members].index(member.id)}"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "code": self.code,
            "teacher_code": self.teacher_code,
            "title": self.title,
            "created": self.created,
            "teachers": list(self.teachers),
            "rules": self.rules.to_json(),
            "members": [{**vars(m), "keys": list(m.keys)} for m in self.members],
            "shares": [vars(s) for s in self.shares],
        }

    @classmethod
    def from_json(cls, room_id: str, data: dict[str, Any]) -> Self:
        """Return the room that `to_json` gave.

        Raises:
            RoomError: if it is damaged.
        """
        try:
            members = tuple(Member(**{**m, "keys": tuple(m["keys"])}) for m in data["members"])
            return cls(
                room_id,
                str(data["code"]),
                str(data["teacher_code"]),
                str(data["title"]),
                float(data["created"]),
                tuple(map(str, data["teachers"])),
                Rules.from_json(data["rules"]),
                members,
                tuple(Share(**s) for s in data["shares"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RoomError(f"The file of this room is damaged ({error}).") from error
