"""Which workers of a cluster are there, what each is for, and which are warm."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from cnn.scheduler.cluster import Cluster, Member, UnreachableError, Work
from cnn.worker.tasks import warm_up

HELPER = "helper"
SETTLED_SECONDS = 2.0
MISSING_SECONDS = 60.0
WARM_AGAIN_SECONDS = 30.0


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
