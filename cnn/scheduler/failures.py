"""What becomes of a run whose worker ended under it: it goes on by itself, at most twice, or says why not."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace

from cnn.runs.commands import ENDING, GOING_ON, REOPEN, since_reopened
from cnn.runs.run import Run
from cnn.runs.status import Status, interrupted, taken_up_again, without_process

MOST_RESUMED = 2
KILL_SECONDS = 5.0  # from when the kernel counts a kill until the process is gone, at most
FULL = 0.9  # of the limit: the last figure is up to a second old when the worker dies


@dataclass(frozen=True)
class Loss:
    """How a worker was lost. `memory` and `limit` are bytes, as last seen, 0 if unknown.

    `ended_for_memory`: its nanny, or the system, ended it for its memory. `hung`: it did not answer, and was
    killed. `server_stopped`: nothing was wrong with it. `final`: the engine may not take the run up again.
    """

    memory: int = 0
    limit: int = 0
    ended_for_memory: bool = False
    hung: bool = False
    server_stopped: bool = False
    final: bool = False

    @property
    def out_of_memory(self) -> bool:
        """Whether the memory was the reason."""
        full = 0 < self.limit * FULL <= self.memory
        return not self.server_stopped and not self.hung and (self.ended_for_memory or full)


class Kills:
    """How many processes the kernel has ended for want of memory, by its own count, in the last seconds.

    It counts a kill when it picks the process; the gigabytes of that one, and its connections, go later.
    """

    def __init__(self, count: int, now: float) -> None:
        self._counts = deque([(now, count)])

    def note(self, count: int, now: float) -> None:
        """Take in the count at a time, in seconds of a clock that only goes on."""
        self._counts.append((now, count))
        while self._counts[1][0] < now - KILL_SECONDS:
            self._counts.popleft()

    def lately(self, count: int, now: float) -> bool:
        """Whether there was one; it is told once, because one kill is the reason of one loss."""
        found = count > self._counts[0][1]
        if found:
            self._counts = deque([(now, count)])
        return found


def settle(run: Run, loss: Loss) -> Status | None:
    """Write how a run stands after its worker was lost, and return it; None while a process still trains it.

    Raises:
        RunError: when the run's folder is gone or cannot be written.
    """
    with run.trained_here() as free:
        if not free:
            return None
        with run.commands.held():
            status = run.status()
            asked = unanswered(run, status)
            settled = after_loss(status, loss, asked)
            if settled != status:
                run.write_status(settled)
    if "discard" in asked and settled.ended:
        run.remove()
    return settled


def unanswered(run: Run, status: Status) -> set[str]:
    """Return the kinds of the commands that no process has taken, without those before the last reopening."""
    return {command.kind for command in since_reopened(run.commands.read(status.taken))} - {REOPEN}


def after_loss(status: Status, loss: Loss, asked: Collection[str] = ()) -> Status:
    """Return how a run stands after its worker was lost.

    Args:
        status: how it stood then.
        loss: how the worker was lost.
        asked: the commands that had not been taken.
    """
    free = without_process(status)
    if status.ended:
        return status
    if any(kind in asked for kind in ENDING):
        return replace(free, state="stopped", message=_STOPPED if loss.hung else "")
    if loss.out_of_memory:
        return replace(free, state="failed", message=_memory_message(loss))
    going_on = any(kind in asked for kind in GOING_ON)
    if status.state == "queued" and going_on:  # the visitor resumed it just now, and no worker had it yet
        return free
    if status.state == "paused":
        return replace(free, state="queued" if going_on else "paused")
    if loss.server_stopped:
        return replace(free, state="queued", message=_SERVER_STOPPED)
    if loss.final:
        return interrupted(status)
    if status.resumed >= MOST_RESUMED:
        ended = interrupted(status)
        return replace(ended, message=f"It went on by itself {MOST_RESUMED} times. {ended.message}")
    return taken_up_again(replace(status, message="Its worker ended; it goes on from its last checkpoint."))


_STOPPED = "The worker did not answer and was replaced; the last snapshot is kept."


_SERVER_STOPPED = "The server was stopped; the run goes on when it is back."


def _memory_message(loss: Loss) -> str:
    used, limit = (f"{count / 2**30:.2f} GiB" for count in (loss.memory, loss.limit))
    allowed = f" of the {limit} it may use" if loss.limit else ""
    return (
        f"There was not enough memory for this network: its worker held {used}{allowed}. Use fewer filters, "
        "a smaller batch, or strides and pooling earlier in the network. The snapshots so far are kept."
    )
