"""The run store: the runs in one folder, and the rights of their owners."""

import hashlib
import os
import re
import secrets
import time
from dataclasses import replace
from pathlib import Path

from cnn.core.errors import RunError
from cnn.network.spec import Setup
from cnn.runs import quota
from cnn.runs.commands import STEERING
from cnn.runs.notices import Notices
from cnn.runs.run import EVERYBODY, MAX_NAME, Run, read_run
from cnn.runs.status import ENDED, STATES, Status, this_process

__all__ = [
    "ENDED",
    "EVERYBODY",
    "RUN_ID",
    "STATES",
    "Run",
    "RunStore",
    "Status",
    "owner_hash",
    "read_run",
    "this_process",
]

RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")


def owner_hash(key: str) -> str:
    """Return the hash of an owner's secret key that a run stores: it recognises the owner without the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32] if key else EVERYBODY


class RunStore:
    """The runs in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._notices = Notices(folder.parent / "notices")
        self._owners: dict[str, str] = {}  # by run id; a run keeps its owner

    def create(self, setup: Setup, dataset: str, owner: str = EVERYBODY, name: str = "") -> Run:
        """Create a new run in the state queued; old runs of the owner may be removed to make room.

        Args:
            setup: network and training.
            dataset: "cifar10" or "sketch10".
            owner: `owner_hash` of the owner's key.
            name: shown to people; at most 60 characters are kept.

        Raises:
            RunError: if the owner has too many runs in the queue, if there is no room, or if the folder
                cannot be written.
        """
        if owner != EVERYBODY:
            quota.check_queue([run for run in self.runs() if run.owner == owner])
            self.room_for(setup, owner)
        run_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        return self.create_in(self.folder / run_id, setup, dataset, owner, name)

    @staticmethod
    def create_in(folder: Path, setup: Setup, dataset: str, owner: str = EVERYBODY, name: str = "") -> Run:
        """Create a new run in exactly this folder, which must be missing or empty.

        Raises:
            RunError: when the folder is in use or cannot be written.
        """
        run = Run(folder.name, owner, _tidy(name), dataset, setup, time.time(), folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise RunError(f"The folder {folder.name} is not empty; give another one.")
            (folder / "snapshots").mkdir()
        except OSError as error:
            raise RunError(f"The folder {folder.name} cannot be created: {error.strerror}.") from error
        run.write_status(Status())
        run.write_facts()
        return run

    def get(self, run_id: str) -> Run:
        """Return a run by its id, which may come from a browser.

        Raises:
            RunError: if there is no such run, or its facts cannot be read.
        """
        folder = self.folder / run_id
        if not RUN_ID.match(run_id) or not (folder / "run.json").is_file():
            raise RunError("There is no such run here; choose one from the list.")
        return read_run(folder)

    def runs(self, owner: str | None = None) -> list[Run]:
        """Return the runs of `owner` and those of everybody, newest first; None means all runs."""
        found = [run for run in self._read(owner) if owner is None or run.owner in (owner, EVERYBODY)]
        return sorted(found, key=lambda run: run.created, reverse=True)

    def _read(self, owner: str | None) -> list[Run]:
        """Read the runs, but not those of which it is known that they are somebody else's.

        A page asks three times; in a class of 200, reading everybody's runs would take most of its time.
        """
        if not self.folder.is_dir():
            return []
        with os.scandir(self.folder) as entries:
            names = [entry.name for entry in entries if RUN_ID.match(entry.name)]
        found, owners = [], {}
        for name in names:
            whose = self._owners.get(name)
            if owner is None or whose in (None, owner, EVERYBODY):
                try:
                    run = read_run(self.folder / name)
                except RunError:
                    continue
                found.append(run)
                whose = run.owner
            owners[name] = str(whose)
        self._owners = owners
        return found

    def own(self, run_id: str, owner: str) -> Run:
        """Return a run that `owner` may change.

        Raises:
            RunError: if there is no such run or it belongs to somebody else.
        """
        run = self.get(run_id)
        if not owner or not secrets.compare_digest(run.owner.encode(), owner.encode()):
            raise RunError("This run belongs to somebody else; only its owner can change it.")
        return run

    # Changes by the owner

    def steer(self, run_id: str, owner: str, kind: str, value: float = 0.0) -> None:
        """Give a run one of the commands of `cnn.runs.commands.STEERING` on behalf of `owner`.

        A command given twice, from two tabs, or just after the end, has no effect.

        Raises:
            RunError: for somebody else's run, an unknown command, or a number that is not allowed.
        """
        run = self.own(run_id, owner)
        if kind not in STEERING:
            raise RunError(f"There is no command {str(kind)[:40]!r}; there are {', '.join(STEERING)}.")
        run.command(kind, value)

    def extend(
        self,
        run_id: str,
        owner: str,
        epochs: int = 0,
        seconds: float = 0.0,
        learning_rate: float | None = None,
    ) -> Run:
        """Continue a run of `owner` for longer, as `Run.extend`; an ended run is queued again.

        Raises:
            RunError: for somebody else's run, a run that cannot continue, numbers that are not allowed, or too
                many runs in the queue.
        """
        run = self.own(run_id, owner)
        if run.status().ended:
            quota.check_queue([other for other in self.runs() if other.owner == owner])
        run.extend(epochs, seconds, learning_rate)
        return run

    def rename(self, run_id: str, owner: str, name: str) -> Run:
        """Give a run of `owner` another name, of which at most 60 characters are kept.

        Raises:
            RunError: for somebody else's run or an empty name.
        """
        run = self.own(run_id, owner)
        if not _tidy(name):
            raise RunError(f"An empty name is not allowed; give one of 1 to {MAX_NAME} characters.")
        renamed = replace(run, name=_tidy(name))
        renamed.write_facts()
        return renamed

    # Disk space, and notices about removed runs

    def room_for(self, setup: Setup, owner: str) -> None:
        """Make room for a new run of `owner`, whose old runs may be removed.

        Raises:
            RunError: when there is none, with the numbers.
        """
        self._tell(owner, quota.make_room(self.runs(), owner, setup))

    def make_room(self, run: Run) -> None:
        """Enforce the disk limits after `run` has ended: the owner's oldest ended runs are removed."""
        if run.owner != EVERYBODY:
            self._tell(run.owner, quota.make_room(self.runs(), run.owner, kept=run))

    def notices(self, owner: str) -> list[str]:
        """Return the notices for `owner`, one sentence each, oldest first."""
        return self._notices.read(owner)

    def dismiss(self, owner: str) -> None:
        """Delete the notices for `owner`."""
        self._notices.clear(owner)

    def _tell(self, owner: str, sentences: list[str]) -> None:
        for sentence in sentences:
            self._notices.add(owner, sentence)


def _tidy(name: str) -> str:
    """Return a name in one line of printable characters."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())[:MAX_NAME].strip()
