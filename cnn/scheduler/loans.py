"""The server's side of loans: a thread that stands in for workers which do not see the folder of the runs.

As long as a worker has a run, this thread holds the run's lock, gives it the commands that come, and writes
down what it sends, so that all else finds the folder as if the worker itself had written there.
"""

import json
import logging
import secrets
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from cnn.core.errors import RunError
from cnn.runs import history
from cnn.runs.commands import ROW_BYTES
from cnn.runs.exchange import COMMANDS, FILES, Exchange, Loan, Parcel
from cnn.runs.run import Run
from cnn.runs.snapshots import write_whole
from cnn.runs.status import Status, read_status, write_status
from cnn.runs.store import RunStore

logger = logging.getLogger(__name__)

FILE = "loan"
ROUND_SECONDS = 0.15
AGAIN_SECONDS = 3.0
LOCK_SECONDS = 0.5
SILENT_SECONDS = 20.0  # after which a worker that no task is known of is taken for dead


@dataclass
class _Lent:
    """A run that is out. `watched`: a task of this engine says when it ends; `ending`: it has ended."""

    run: Run
    loan: Loan
    watched: bool
    lock: ExitStack = field(default_factory=ExitStack)
    locked: bool = False
    lent: bool = False
    sent: int = 0
    ending: bool = False
    over: bool = False
    void: bool = False
    recalled: bool = False
    pulse: bytes | None = None
    heard: float = 0.0
    rests: float = 0.0


class Loans:
    """Lends runs to workers through the address, and takes in what they send."""

    def __init__(self, address: str, store: RunStore) -> None:
        self.address, self._store = address, store
        self._lent: dict[str, _Lent] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, token: str) -> None:
        """Write the token by which workers know the address, and take up what an earlier server has lent.

        Raises:
            RunError: when the address cannot be written.
        """
        Exchange(self.address).write("token", token.encode())
        for run in self._store.runs():
            with suppress(OSError, ValueError, TypeError, RunError):
                loan = Loan(**json.loads((run.folder / FILE).read_bytes()))
                if run.id not in self._lent and loan.address == self.address and loan.run_id == run.id:
                    self._keep(_Lent(run, loan, watched=False, lent=True, heard=time.monotonic()))
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_round, name="loans", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop; what is out stays so, and the next server takes it up."""
        self._closing.set()
        if self._thread:
            self._thread.join()
        for lent in self._all():
            lent.lock.close()

    def lend(self, run: Run) -> Loan:
        """Lend a run; its files follow when no other process trains it, and the worker waits for them."""
        loan = Loan(self.address, run.id, secrets.token_hex(8))
        lent = _Lent(run, loan, watched=True, heard=time.monotonic())
        facts = {"address": loan.address, "run_id": loan.run_id, "token": loan.token}
        try:
            write_whole(run.folder / FILE, json.dumps(facts).encode())
        except RunError:
            logger.exception("the next server will not know that run %s is out", run.id)
        self._keep(lent)
        return loan

    def _keep(self, lent: _Lent) -> None:
        with suppress(RunError):
            _hold(lent)
        with self._lock:
            self._lent[lent.run.id] = lent

    def is_out(self, run_id: str) -> bool:
        """Whether a run is lent."""
        with self._lock:
            return run_id in self._lent

    def is_back(self, run_id: str) -> bool:
        """Take note that the worker of a run has ended; return whether all that it sent is here."""
        with self._lock:
            lent = self._lent.get(run_id)
            if lent:
                lent.ending = True
            return lent is None

    def leave(self, run_id: str) -> None:
        """Take note that nothing is known of the worker any more: it may go on."""
        with self._lock:
            if run_id in self._lent:
                self._lent[run_id].watched = False

    # The rest runs in the thread.

    def _go_round(self) -> None:
        while not self._closing.wait(ROUND_SECONDS):
            for lent in self._all():
                if lent.rests > time.monotonic():
                    continue
                try:
                    self._look_after(lent)
                except (RunError, OSError) as error:
                    logger.warning("run %s: %s It is tried again.", lent.run.id, error)
                    lent.rests = time.monotonic() + AGAIN_SECONDS

    def _all(self) -> list[_Lent]:
        with self._lock:
            return list(self._lent.values())

    def _look_after(self, lent: _Lent) -> None:
        if not (lent.run.folder / "run.json").exists():
            self._call_back(lent)
        elif not lent.locked and not _hold(lent):
            if lent.ending:
                self._end(lent)
            return
        elif not lent.lent:
            lent.sent = lent.run.asked()
            lent.loan.lend(lent.run.folder)
            lent.lent = True
        elif lent.run.asked() > lent.sent:
            content = (lent.run.folder / COMMANDS).read_bytes()
            lent.loan.send_commands(content)
            lent.sent = len(content) // ROW_BYTES
        ending = lent.ending or self._is_silent(lent)  # known before the last look
        for parcel in lent.loan.parcels():
            self._take(lent, parcel)
            lent.loan.taken(parcel)
        if ending or lent.over:
            self._end(lent)

    def _call_back(self, lent: _Lent) -> None:
        """Tell the worker that its run was removed here."""
        if not lent.recalled:
            lent.loan.recall()
            lent.recalled = True

    def _is_silent(self, lent: _Lent) -> bool:
        if lent.watched:
            return False
        pulse = lent.loan.pulse()
        if pulse != lent.pulse:
            lent.pulse, lent.heard = pulse, time.monotonic()
        return time.monotonic() - lent.heard > SILENT_SECONDS

    def _end(self, lent: _Lent) -> None:
        lent.loan.end()
        (lent.run.folder / FILE).unlink(missing_ok=True)
        lent.lock.close()
        with self._lock:
            self._lent.pop(lent.run.id, None)
        if lent.over and lent.run.folder.is_dir():
            self._store.make_room(lent.run)

    def _take(self, lent: _Lent, parcel: Parcel) -> None:
        """Write down what a worker sent; what is none of a run's files is passed over."""
        folder, content = lent.run.folder, lent.loan.content(parcel)
        lent.over = lent.over or parcel.kind in ("end", "gone")
        if not folder.is_dir():
            return
        if parcel.kind == "gone":
            lent.run.remove()
        elif parcel.kind == "rows" and parcel.about.isdecimal():
            history.write_from(lent.run.history_path, int(parcel.about), content)
        elif not FILES.match(parcel.about):
            return
        elif parcel.about == "state.json":
            self._take_state(lent, content)
        elif parcel.kind == "put":
            write_whole(folder / parcel.about, content)
        elif parcel.kind == "drop":
            (folder / parcel.about).unlink(missing_ok=True)

    def _take_state(self, lent: _Lent, content: bytes) -> None:
        """Write down how a run stands, unless it was stopped here before the worker began.

        A command that came after the worker had looked last is answered here.
        """
        try:
            status = Status(**json.loads(content))
        except (ValueError, TypeError):
            return
        control = lent.run.control
        with control.log.held():
            lent.void = lent.void or read_status(lent.run.folder).ended
            if lent.void:
                return
            if status.process:
                write_status(lent.run.folder, status)
                return
        control.conclude(status, status.taken)


def _hold(lent: _Lent) -> bool:
    """Take the lock of a run; return whether it could be had."""
    lent.locked = lent.lock.enter_context(lent.run.trained_here(LOCK_SECONDS))
    if not lent.locked:
        lent.lock.close()
    return lent.locked
