"""The worker's side of a loan: a copy of the run, and a thread that carries what is new both ways."""

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn.core.errors import RunError
from cnn.runs import history
from cnn.runs.checkpoints import checkpoint_paths
from cnn.runs.commands import ROW_BYTES, CommandLog
from cnn.runs.exchange import COMMANDS, Loan, shown
from cnn.runs.run import read_run
from cnn.runs.snapshots import list_snapshots

logger = logging.getLogger(__name__)

ROUND_SECONDS = 0.15
BEAT_SECONDS = 2.0
READY_SECONDS = 300.0
AGAIN_SECONDS = 1.0
LAST_WORD_SECONDS = 120.0  # for which what is left is tried to be sent when the training has ended


@contextmanager
def borrowed(loan: Loan, scratch: Path) -> Iterator[Path]:
    """Fetch a run, yield the folder of the copy, and send what is written there until the end, and all of it.

    Raises:
        RunError: when the run does not come, or the last of what was written cannot be sent.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not loan.is_ready():
        if loan.is_recalled() or time.monotonic() > deadline:
            raise RunError(f"The run {loan.run_id} did not come to {shown(loan.address)}.")
        time.sleep(ROUND_SECONDS)
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as place:
        folder = Path(place, loan.run_id)
        loan.fetch(folder)
        courier = Courier(loan, folder)
        try:
            with courier.going_round():
                yield folder
        finally:
            courier.last_word()


class Courier:
    """Carries commands to the copy of a run, and what is written there back."""

    def __init__(self, loan: Loan, folder: Path) -> None:
        self.loan, self.folder = loan, folder
        self._number = 0
        self._beats = 0
        self._beat_at = 0.0
        self._files = {path: _stamp(path) for path in self._present()}
        self._state = _read(folder / "state.json")
        self._rows = _stamp(folder / "history.jsonl")
        self._known = _read(folder / "history.jsonl")[-history.LAST_BYTES :]
        self._sent = history.size(folder / "history.jsonl")
        self._closing = threading.Event()

    @contextmanager
    def going_round(self) -> Iterator[None]:
        """Carry what is new from a thread."""
        thread = threading.Thread(target=self._go_round, name="courier", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            thread.join()

    def _go_round(self) -> None:
        wait = ROUND_SECONDS
        while not self._closing.wait(wait):
            try:
                self.bring_commands()
                self.carry_back()
                wait = ROUND_SECONDS
            except (RunError, OSError) as error:
                logger.warning("%s It is tried again.", error)
                wait = AGAIN_SECONDS

    def last_word(self) -> None:
        """Carry the rest back, and say that this is all.

        Raises:
            RunError: when it cannot be sent for two minutes.
        """
        deadline = time.monotonic() + LAST_WORD_SECONDS
        while True:
            try:
                self.carry_back()
                self._send("end" if self.folder.is_dir() else "gone")
                return
            except RunError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(AGAIN_SECONDS)

    def bring_commands(self) -> None:
        """Write down the commands that are new; a run that nobody waits for is discarded."""
        log = CommandLog(self.folder / COMMANDS)
        come = self.loan.commands()
        come = come[: len(come) // ROW_BYTES * ROW_BYTES]
        if not self.folder.is_dir():
            return
        if len(come) > log.count() * ROW_BYTES:
            with log.held(), log.path.open("r+b") as file:
                file.seek(log.count() * ROW_BYTES)
                file.write(come[file.tell() :])
        elif self._beat() and self.loan.is_recalled():
            read_run(self.folder).command("discard")

    def _beat(self) -> bool:
        """Say from time to time that this worker is alive; return whether it was said."""
        if time.monotonic() - self._beat_at < BEAT_SECONDS:
            return False
        self._beats, self._beat_at = self._beats + 1, time.monotonic()
        self.loan.beat(self._beats)
        return True

    def carry_back(self) -> None:
        """Send what is new: snapshots, then the history, then checkpoints, then the state.

        A state never says more than has been sent before it, nor does a checkpoint. For that all is looked
        at in the opposite order.
        """
        state = _read(self.folder / "state.json")
        present = self._present()
        stamp = _stamp(self.folder / "history.jsonl")
        rows = _read(self.folder / "history.jsonl") if stamp != self._rows else b""
        for path in present:
            if path.parent != self.folder:
                self._carry_file(path)
        if rows:
            self._carry_rows(rows)
            self._rows = stamp
        for path in present:
            if path.parent == self.folder:
                self._carry_file(path)
        for path in self._files.keys() - set(present):
            if self.folder.is_dir():
                self._send("drop", self._name(path))
            del self._files[path]
        if state and state != self._state:
            self._send("put", "state.json", state)
            self._state = state

    def _present(self) -> list[Path]:
        saved = [snapshot.path for snapshot in list_snapshots(self.folder / "snapshots")]
        return [*saved, *checkpoint_paths(self.folder)]

    def _carry_file(self, path: Path) -> None:
        stamp = _stamp(path)
        if stamp and stamp != self._files.get(path) and (content := _read(path)):
            self._send("put", self._name(path), content)
            self._files[path] = stamp

    def _carry_rows(self, rows: bytes) -> None:
        rows = rows[: rows.rfind(b"\n") + 1]
        if rows[self._sent - len(self._known) : self._sent] != self._known:
            self._sent, self._known = 0, b""  # it was cut, and has grown again
        if len(rows) > self._sent:
            self._send("rows", str(self._sent), rows[self._sent :])
            self._sent, self._known = len(rows), rows[-history.LAST_BYTES :]

    def _send(self, kind: str, about: str = "", content: bytes = b"") -> None:
        self._number += 1  # in any case: one whose sending broke off may lie there, half or whole
        self.loan.send(self._number, kind, about, content)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file; nothing for one that is absent."""
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return facts.st_mtime_ns, facts.st_size


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
