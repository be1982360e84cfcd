"""The workers: a Dask cluster of the server's own on loopback, or one whose scheduler is there already.

What holds for one holds for the other: a worker is a process that comes and goes, known by its address and
its scratch folder, which no second process ever has. It is warmed before it gets work. Work is pinned to it,
and never begins on the process that takes its place. One worker, the query worker, trains nothing and answers
queries.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cnn.core.settings import Settings
from cnn.training.estimate import memory_limit
from cnn.worker import jobs
from cnn.worker.tasks import begin, kill_worker

CONNECT_SECONDS = 10.0
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
    # Scheduler, nannies and workers at rest take a tenth of a core by Dask's defaults, a sixth of that so.
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.scheduler.work-stealing": False,  # all work is pinned
}


class UnreachableError(Exception):
    """There is no scheduler at the address, or there is none any more; it may come back."""


@dataclass(frozen=True)
class Work:
    """What workers are given to do; tests put quicker things in its place."""

    train: Callable[[str, str], object] = jobs.train_run_in_worker
    warm: Callable[[int], object] = jobs.warm
    warm_query_worker: Callable[[int], object] = jobs.warm_query_worker


@dataclass(frozen=True)
class Worker:
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

    def workers(self) -> list[Worker]:
        """Return the workers that are there now.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        if self.client.status != "running":
            raise UnreachableError("The connection to the Dask scheduler was lost.")
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return [_worker(address, facts) for address, facts in workers.items()]

    def submit(self, worker: Worker, function: Callable[..., Any], *arguments: Any) -> Any:
        """Let exactly this process call a function; return the future."""
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
        except Exception:  # it may be gone by itself meanwhile
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
    """Yield a cluster of processes on loopback: those that train, and the query worker."""
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

    encrypted = address.startswith("tls://")
    if encrypted:
        _check_certificates(address)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="cnn-lab")
    except (OSError, TimeoutError) as error:
        problem = "does not answer, or does not take our certificate" if encrypted else "does not answer"
        raise UnreachableError(f"The Dask scheduler at {address} {problem}.") from error
    with client:
        yield Cluster(client, 0)


def _check_certificates(address: str) -> None:
    """Hold that Dask's settings name certificates.

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
            f"{address} asks for a certificate, and Dask's settings name none; docs/classroom.md says how."
        )
