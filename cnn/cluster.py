"""The workers: a Dask cluster of the server's own on loopback, or one whose scheduler is there already.

What holds for one holds for the other: a worker is a process that comes and goes, known by its address and
its scratch folder, which no second process ever has. It is warmed before it gets work. Work is pinned to it,
and never begins on the process that takes its place. One worker, the helper, trains nothing and answers
questions.
"""

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cnn import jobs
from cnn.cluster_work import begin, kill_worker, warm_up
from cnn.preflight import memory_limit
from cnn.settings import Settings

HELPER = "helper"
CONNECT_SECONDS = 10.0
SETTLED_SECONDS = 2.0
MISSING_SECONDS = 60.0
WARM_AGAIN_SECONDS = 30.0
MEMORY_TOPIC = "worker-restart-memory"  # Dask's: a nanny tells that it ends a worker for its memory
# Nothing of ours is kept in Dask's memory, so there is nothing to spill; and a worker that TensorFlow fills
# up to four fifths must not be held back from its next run.
CONFIG = {
    "distributed.scheduler.allowed-failures": 0,
    # So long after a worker died its nanny is closed for good if the next one has happened to die just then.
    "distributed.deploy.lost-worker-timeout": "1000 days",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


class UnreachableError(Exception):
    """There is no scheduler at the address, or there is none any more; it may come back."""


@dataclass(frozen=True)
class Work:
    """What workers are given to do; tests put quicker things in its place."""

    train: Callable[[str, str], object] = jobs.train_run_in_worker
    warm: Callable[[int], object] = jobs.warm
    warm_helper: Callable[[int], object] = jobs.warm_helper


@dataclass(frozen=True)
class Member:
    """One worker process. `memory` and `memory_limit` are bytes, a limit of 0 is none."""

    address: str
    scratch: str
    name: str = ""
    host: str = ""
    memory: int = 0
    memory_limit: int = 0
    paused: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What no other process has."""
        return self.address, self.scratch


class Cluster:
    """A connection to a scheduler. `own` workers are the server's; of a foreign cluster it is 0."""

    def __init__(self, client: Any, own: int) -> None:
        self.client = client
        self.own = own

    def members(self) -> list[Member]:
        """Return the workers that are there now.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        if self.client.status != "running":
            raise UnreachableError("The connection to the Dask scheduler was lost.")
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return [_member(address, facts) for address, facts in workers.items()]

    def submit(self, member: Member, function: Callable[..., Any], *arguments: Any) -> Any:
        """Let exactly this process call a function; return the future."""
        return self.client.submit(
            begin, member.scratch, function, arguments, workers=[member.address], pure=False, retries=0
        )

    def kill(self, member: Member) -> None:
        """Kill a worker that does not answer; its nanny starts another one."""
        try:
            self.client.sync(
                self.client._run,
                kill_worker,
                workers=[member.address],
                nanny=True,
                callback_timeout=CONNECT_SECONDS,
            )
        except Exception:  # it may be gone by itself meanwhile
            logging.getLogger(__name__).warning("the worker at %s could not be killed", member.address)


def _member(address: str, facts: dict[str, Any]) -> Member:
    return Member(
        address,
        str(facts.get("local_directory", "")),
        str(facts.get("name", "")),
        str(facts.get("host", "")),
        int((facts.get("metrics") or {}).get("memory", 0)),
        int(facts.get("memory_limit") or 0),
        facts.get("status") == "paused",
    )


@contextmanager
def connect(settings: Settings) -> Iterator[Cluster]:
    """Start a cluster, or connect to the one that `settings` names; leave it at the end.

    Raises:
        UnreachableError: when the scheduler does not answer.
    """
    import dask
    import distributed

    logging.getLogger(distributed.__name__).setLevel(logging.ERROR)  # importing it sets the level, too
    with dask.config.set(CONFIG):
        if settings.scheduler:
            yield from _foreign(settings.scheduler)
        else:
            yield from _own(settings)


def _own(settings: Settings) -> Iterator[Cluster]:
    """Yield a cluster of processes on loopback: those that train, and the helper."""
    from distributed import Client, LocalCluster

    with (
        tempfile.TemporaryDirectory(prefix="cnn-lab-", ignore_cleanup_errors=True) as folder,
        LocalCluster(
            n_workers=settings.workers + 1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            memory_limit=settings.worker_memory or memory_limit(),
            dashboard_address="127.0.0.1:0",  # None would take port 8787, and warn where it is taken
            scheduler_kwargs={"dashboard": False},
            local_directory=folder,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield Cluster(client, settings.workers)


def _foreign(address: str) -> Iterator[Cluster]:
    """Yield a connection to a scheduler; certificates for `tls://` are Dask's own settings."""
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="cnn-lab")
    except (OSError, TimeoutError) as error:
        raise UnreachableError(f"The Dask scheduler at {address} does not answer.") from error
    with client:
        yield Cluster(client, 0)


class Crew:
    """Which workers are there, what each is for, and which are warm."""

    def __init__(
        self, cluster: Cluster, work: Work, folder: str, token: str, wake: Callable[[], None]
    ) -> None:
        self.cluster = cluster
        self._work, self._folder, self._token, self._wake = work, folder, token, wake
        self._members: dict[tuple[str, str], Member] = {}
        self._seen: dict[tuple[str, str], float] = {}
        self._warm: dict[tuple[str, str], Any] = {}
        self._refused: dict[tuple[str, str], float] = {}
        self._helper: tuple[str, str] | None = None
        self._complete = time.monotonic()
        self._problem = ""

    def look(self, busy: Collection[tuple[str, str]]) -> None:
        """See who came and went, and warm those who are new; the helper comes last.

        Args:
            busy: the keys of the members at work.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        self._members = {member.key: member for member in self.cluster.members()}
        now = time.monotonic()
        self._check_complete(now)
        self._seen = {key: self._seen.get(key, now) for key in self._members}
        self._warm = {key: future for key, future in self._warm.items() if key in self._members}
        self._choose_helper(busy)
        self._warm_new(now)

    def _check_complete(self, now: float) -> None:
        """Give a cluster of our own up where a worker is not replaced, so that a new one is started."""
        if len(self._members) > self.cluster.own:
            self._complete = now
        elif self.cluster.own and now - self._complete > MISSING_SECONDS:
            raise UnreachableError("A worker ended and was not replaced.")

    def present(self, member: Member) -> bool:
        """Whether that very process is still there."""
        return member.key in self._members

    def last_seen(self, member: Member) -> Member:
        """Return the member with its newest figures."""
        return self._members.get(member.key, member)

    @property
    def trainers(self) -> list[Member]:
        """Those that are warm and train; on a cluster of one worker, the helper's work is theirs too."""
        return [m for m in self._members.values() if m.key != self._helper and self._is_warm(m)]

    @property
    def helper(self) -> Member | None:
        """The one that answers questions, when it is warm; None where a trainer has to."""
        member = self._members.get(self._helper) if self._helper else None
        return member if member and self._is_warm(member) else None

    @property
    def shared(self) -> bool:
        """Whether one worker is all there is, and does both."""
        return not self.cluster.own and len(self._members) == 1

    @property
    def size(self) -> int:
        """How many train, or will when they are warm."""
        return self.cluster.own or len(self._members) - (self._helper is not None)

    @property
    def problem(self) -> str:
        """What stands in the way, as a sentence, or ""."""
        if not self._members and not self.cluster.own:
            return "The Dask scheduler has no workers yet; start one with dask worker."
        return self._problem

    def _choose_helper(self, busy: Collection[tuple[str, str]]) -> None:
        """Keep the helper while it is there; a foreign cluster's is the one of that name, or an idle one."""
        if self._helper in self._members:
            return
        name = str(self.cluster.own) if self.cluster.own else HELPER
        named = [key for key, member in self._members.items() if member.name == name]
        idle = [key for key in self._members if key not in busy]
        others = idle if not self.cluster.own and len(self._members) > 1 else []
        self._helper = next(iter([*named, *reversed(others)]), None)

    def _is_warm(self, member: Member) -> bool:
        future = self._warm.get(member.key)
        return future is not None and future.status == "finished" and not member.paused

    def _warm_new(self, now: float) -> None:
        trainers = [member for member in self._members.values() if member.key != self._helper]
        sharing = Counter(member.host for member in trainers)
        for member in trainers:
            if self._may_warm(member, now):
                self._warm_one(member, self._work.warm, self.cluster.own or sharing[member.host])
        helper = self._members.get(self._helper) if self._helper else None
        if helper and trainers and all(map(self._is_warm, trainers)) and self._may_warm(helper, now):
            self._warm_one(helper, self._work.warm_helper, self.cluster.own or sharing[helper.host] or 1)

    def _may_warm(self, member: Member, now: float) -> bool:
        """Whether it is new, or some time has passed since warming it failed.

        Those of one machine divide its cores, so a foreign cluster's are counted when no more have come for
        a while.
        """
        future = self._warm.get(member.key)
        if future is None:
            together = (self._seen[key] for key, other in self._members.items() if other.host == member.host)
            return bool(self.cluster.own) or now - max(together) >= SETTLED_SECONDS
        if future.status not in ("error", "lost", "cancelled"):
            return False
        self._problem = _why_not_warm(member, future)
        return now - self._refused.setdefault(member.key, now) >= WARM_AGAIN_SECONDS

    def _warm_one(self, member: Member, function: Callable[[int], object], sharing: int) -> None:
        self._refused.pop(member.key, None)
        self._problem = ""
        future = self.cluster.submit(member, warm_up, function, sharing, self._folder, self._token)
        future.add_done_callback(lambda _: self._wake())
        self._warm[member.key] = future


def _why_not_warm(member: Member, future: Any) -> str:
    error = future.exception() if future.status == "error" else None
    if isinstance(error, ImportError):
        return (
            f"The worker at {member.address} cannot import CNN Lab ({error}); start it in the project's "
            "folder, with its environment."
        )
    return f"The worker at {member.address} cannot be used: {error or 'it ended while it was warmed up'}"
