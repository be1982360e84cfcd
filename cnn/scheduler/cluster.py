"""The workers: the server's own Dask cluster on loopback, or an existing cluster with a Dask scheduler.

In both, a worker is a process that may start and end at any time, identified by its address and
its scratch folder, which is unique. It is warmed up before it gets work. Work is pinned to it,
and never begins on the process that replaces it. One worker, the query worker, answers queries and does not
train; the server's own is started when the first query is asked.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cnn.core.settings import PROJECT, Settings
from cnn.training.estimate import memory_limit
from cnn.worker import jobs
from cnn.worker.tasks import begin, kill_worker

CONNECT_SECONDS = 10.0
MEMORY_TOPIC = (
    "worker-restart-memory"  # Dask's topic: a nanny reports that it ends a worker because of its memory
)
# No data is kept in Dask's memory, so there is nothing to spill; and a worker whose memory TensorFlow fills
# up to four fifths must not be paused before its next run.
CONFIG = {
    "distributed.scheduler.allowed-failures": 0,
    # After this time the nanny of a dead worker is closed for good if the next worker has just died, too.
    "distributed.deploy.lost-worker-timeout": "1000 days",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Idle scheduler, nannies and workers take a tenth of a core by Dask's defaults, and a sixth of that with these.
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.scheduler.work-stealing": False,  # all work is pinned
}
# Workers are forked from a process that has imported TensorFlow: they start in a second or two instead of ten, and
# share its memory. Only on Linux: macOS's own libraries do not survive a fork, and Windows has none. That process is
# told where this package is, as Python 3.11 does not hand it the path.
FORKED = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.nanny.pre-spawn-environ.PYTHONPATH": str(PROJECT),
}
PRELOADED = ["distributed.nanny", "cnn.training.preload"]


_LOST = "The connection to the Dask scheduler was lost."


class UnreachableError(Exception):
    """The scheduler does not answer; it may come back."""


@dataclass(frozen=True)
class Work:
    """The functions that workers run; tests replace them with quicker ones."""

    train: Callable[[str, str], object] = jobs.train_run_in_worker
    warm: Callable[[int], object] = jobs.warm
    warm_query_worker: Callable[[int], object] = jobs.warm_query_worker


@dataclass(frozen=True)
class Worker:
    """One worker process. `memory` and `memory_limit` are in bytes; a limit of 0 means none."""

    address: str
    scratch: str
    name: str = ""
    host: str = ""
    memory: int = 0
    memory_limit: int = 0
    paused: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The key that identifies this process."""
        return self.address, self.scratch


class Cluster:
    """A connection to a scheduler.

    `own` is the number of the server's own training workers, 0 for a foreign cluster; `expected` is how many of
    its own processes there should be, the query worker included once it is started.
    """

    def __init__(
        self, client: Any, own: int, scale: Callable[[int], object] = lambda processes: None
    ) -> None:
        self.client = client
        self.own = self.expected = own
        self._scale = scale

    def start_query_worker(self) -> None:
        """Start the process of the server's own query worker; a second call, or a foreign cluster's, does nothing."""
        if self.own and self.expected == self.own:
            self.expected += 1
            self._scale(self.expected)

    def workers(self) -> list[Worker]:
        """Return the present workers.

        The scheduler is asked for its identity itself: `Client.scheduler_info` returns what the client has kept
        of it, and the client's own timer may have replaced that by one without workers meanwhile.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        if self.client.status != "running" or self.client.scheduler is None:
            raise UnreachableError(_LOST)
        try:
            identity = self.client.sync(self.client.scheduler.identity, n_workers=-1)
        except OSError as error:
            raise UnreachableError(_LOST) from error
        return [_worker(address, facts) for address, facts in identity["workers"].items()]

    def submit(self, worker: Worker, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have exactly this process call a function; return the future."""
        return self.client.submit(
            begin, worker.scratch, function, arguments, workers=[worker.address], pure=False, retries=0
        )

    def kill(self, worker: Worker) -> bool:
        """Kill a worker that does not answer; its nanny starts another one. Return whether it was killed."""
        try:
            answers = self.client.sync(
                self.client._run,
                kill_worker,
                workers=[worker.address],
                nanny=True,
                callback_timeout=CONNECT_SECONDS,
            )
        except Exception:  # it may have ended meanwhile
            logging.getLogger(__name__).warning("the worker at %s could not be killed", worker.address)
            return False
        return any(answers.values())


def _worker(address: str, facts: dict[str, Any]) -> Worker:
    return Worker(
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
    """Start a cluster, or connect to the one in `settings`; close or leave it at the end.

    Raises:
        UnreachableError: when the scheduler does not answer.
    """
    import dask
    import distributed

    logging.getLogger(distributed.__name__).setLevel(logging.ERROR)  # importing it sets the level, too
    with dask.config.set(CONFIG | (FORKED if sys.platform == "linux" else {})):
        if settings.scheduler:
            yield from _foreign(settings.scheduler)
        else:
            yield from _own(settings)


def _own(settings: Settings) -> Iterator[Cluster]:
    """Yield a cluster of processes on loopback: training workers, and later the query worker."""
    from distributed import Client, LocalCluster

    _preload()
    with (
        tempfile.TemporaryDirectory(prefix="cnn-lab-", ignore_cleanup_errors=True) as folder,
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            memory_limit=settings.worker_memory or memory_limit(),
            dashboard_address="127.0.0.1:0",  # None would use port 8787, and warn if that is in use
            scheduler_kwargs={"dashboard": False},
            local_directory=folder,
            env=dict(os.environ),  # the process that they are forked from may be older than this environment
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield Cluster(client, settings.workers, cluster.scale)


def _preload() -> None:
    """Name what the process that workers are forked from imports; Dask would have it import what it can find."""
    from distributed.utils import get_mp_context

    context = get_mp_context()
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(PRELOADED)


def _foreign(address: str) -> Iterator[Cluster]:
    """Yield a connection to a scheduler; certificates for `tls://` are Dask's own settings."""
    from distributed import Client

    encrypted = address.startswith("tls://")
    if encrypted:
        _check_certificates(address)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="cnn-lab")
    except (OSError, TimeoutError) as error:
        problem = "does not answer, or does not accept the certificate" if encrypted else "does not answer"
        raise UnreachableError(f"The Dask scheduler at {address} {problem}.") from error
    with client:
        yield Cluster(client, 0)


def _check_certificates(address: str) -> None:
    """Check that Dask's settings name certificates.

    Raises:
        UnreachableError: when they do not, or a file cannot be read.
    """
    from distributed.security import Security

    try:
        context = Security().get_connection_args("client")["ssl_context"]
    except OSError as error:  # ssl's errors are among them
        raise UnreachableError(f"The certificates for {address} cannot be read: {error}.") from error
    if context is None:
        raise UnreachableError(
            f"{address} needs a certificate, and Dask's settings name none; docs/classroom.md says how."
        )
