"""One visitor's state, typed: the only place that touches `st.session_state` by raw keys."""

import secrets
import time
from dataclasses import dataclass, field

import streamlit as st

from cnn.core.errors import SpecError
from cnn.data import CLASSES
from cnn.evaluation.predict import Verdict
from cnn.figures.colours import THEMES, Theme
from cnn.images.image import Picture
from cnn.interpret.edits import Edits
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import owner_hash
from cnn.web.app.cache import ArrayCache, RecentCache
from cnn.web.app.upload_store import Tray

COOKIE = "cnn_lab_owner"
MAX_UNDO = 50
VERDICTS = 48  # of the page Classify: twelve pictures, two networks, one view and six
OWN_MAPS_BYTES = 16 * 2**20
PROBLEM_SECONDS = 10.0
_KEY = "cnn_lab"


@dataclass
class Session:
    """What one visitor has set up and chosen; it lives as long as the browser's connection.

    `room_id` is the room that was chosen, "" for the way into another one, None before a choice.
    `network_id` is the network that was chosen, `network_shown` one that a page shows because none was.
    `picture` is the test picture chosen last on any page: its class and its number, both from 0; `entered_with`
    is the one with which the visitor came to the page that is shown. `refused` names the fields of the page whose
    number is not allowed; `presenting` says whether the type is large, as for a projector; `twin_id` is the run that
    trains already what was asked for again; `width_asked` says whether the visitor waits for the measurement that
    the width of the preset `minute` follows.
    """

    setup: Setup = field(default_factory=lambda: PRESETS["lecture"].setup)
    revision: int = 0
    undo: list[Setup] = field(default_factory=list)
    redo: list[Setup] = field(default_factory=list)
    link_read: str = ""
    link_problem: str = ""
    run_id: str = ""
    room_id: str | None = None
    network_id: str = ""
    network_shown: str = ""
    picture: tuple[int, int] = (CLASSES.index("horse"), 0)
    entered_with: tuple[int, int] = (CLASSES.index("horse"), 0)
    start_asked: bool = False
    twin_id: str = ""
    presenting: bool = False
    refused: list[str] = field(default_factory=list)
    trial_asked: str = ""
    width_asked: bool = False
    card_asked: str = ""
    problem: str = ""
    problem_until: float = 0.0
    owner: str = ""
    tray: Tray = field(default_factory=Tray)
    verdicts: RecentCache[Verdict] = field(default_factory=lambda: RecentCache(VERDICTS))
    own_maps: ArrayCache = field(default_factory=lambda: ArrayCache(OWN_MAPS_BYTES))
    edits: dict[str, Edits] = field(default_factory=dict)
    exports_wanted: list[str] = field(default_factory=list)
    brought_in: int = 0

    @property
    def upload(self) -> Picture | None:
        """The visitor's own picture that is looked at, if there is one."""
        current = self.tray.current
        return current.picture if current else None

    def complain(self, problem: str) -> None:
        """Keep what stood against the last thing the visitor asked for, long enough to be read.

        A page that watches a run may rerun at any moment.
        """
        self.problem, self.problem_until = problem, time.monotonic() + PROBLEM_SECONDS

    def change(self, setup: Setup) -> None:
        """Take a new set-up from a widget that already shows it."""
        if setup != self.setup:
            self.undo = [*self.undo[-MAX_UNDO:], self.setup]
            self.redo = []
            self.setup = setup

    def replace(self, setup: Setup) -> None:
        """Replace the set-up; the widgets are recreated to show it."""
        self.change(setup)
        self.revision += 1

    def step_back(self) -> None:
        """Undo the last change."""
        if self.undo:
            self.redo.append(self.setup)
            self.setup = self.undo.pop()
            self.revision += 1

    def step_forward(self) -> None:
        """Redo what was undone."""
        if self.redo:
            self.undo.append(self.setup)
            self.setup = self.redo.pop()
            self.revision += 1


def session() -> Session:
    """Return this visitor's state."""
    found: Session | None = st.session_state.get(_KEY)  # one access: a page asks some seventy times
    if found is None:
        found = st.session_state[_KEY] = Session()
    if not found.owner:
        found.owner = owner_hash(st.context.cookies.get(COOKIE, "") or secrets.token_hex(16))
    return found


def read_link() -> None:
    """Use the set-up in the page's address, once; an invalid one is reported and ignored."""
    found, link = session(), st.query_params.get("setup", "")
    if not link or link == found.link_read:
        return
    found.link_read = link
    try:
        setup = Setup.from_link(link)
    except SpecError as error:
        found.link_problem = str(error)
        return
    found.link_problem = ""
    if setup != found.setup:
        begins = not found.revision and not found.undo
        found.replace(setup)
        if begins:  # a visit, or one that goes on after a restart: what Build begins with was never shown
            found.undo = []


def write_link() -> None:
    """Put the set-up into the page's address, so that it can be copied and bookmarked."""
    link = session().setup.to_link()
    session().link_read = link
    if st.query_params.get("setup") != link:
        st.query_params["setup"] = link


def theme() -> Theme:
    """Return the colours of the page as this visitor sees it."""
    return THEMES["dark" if st.context.theme.type == "dark" else "light"]
