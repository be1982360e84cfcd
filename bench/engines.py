"""Engines whose workers are warm: with workers of their own, or with those of a Dask cluster on this machine."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from bench.serving import WARM_SECONDS, environment, free_port, stop, wait_for
from cnn.core.settings import PROJECT, Settings
from cnn.runs.store import RunStore
from cnn.scheduler.cluster import CONFIG, Work
from cnn.scheduler.engine import Engine


@contextmanager
def warm_engine(workers: int, work: Work | None = None, scheduler: str = "") -> Iterator[Engine]:
    """Start an engine in a folder of its own, wait until so many workers are warm, and close it at the end."""
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home:
        engine = Engine(RunStore(Path(home, "runs")), Settings(workers=workers, scheduler=scheduler), work)
        engine.start()
        try:
            wait_for(
                lambda: engine.status().ready == workers or engine.status().state == "failed",
                WARM_SECONDS,
                "the workers to be warm",
            )
            if engine.status().state == "failed":
                raise RuntimeError(f"The engine failed: {engine.status().message}")
            yield engine
        finally:
            engine.close()


@contextmanager
def engine_on_cluster(workers: int) -> Iterator[Engine]:
    """Start a Dask scheduler and workers by Dask's own commands, one of them for queries, and an engine on them.

    Their settings are those of the server's own workers, as docs/classroom.md advises.
    """
    port = free_port()
    settings = {
        f"DASK_{name}".replace(".", "__").replace("-", "_").upper(): str(value)
        for name, value in CONFIG.items()
    }
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cnn-lab-bench-")))

        def dask(*words: str) -> None:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                cwd=PROJECT,
                env={**environment(home), **settings},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(stop, process)

        dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-show")
        worker = (
            "worker",
            address,
            "--nthreads",
            "1",
            "--memory-limit",
            "3GiB",
            "--local-directory",
            str(home),
        )
        dask(*worker, "--name", "query")
        dask(*worker, "--nworkers", str(workers))
        yield stack.enter_context(warm_engine(workers, scheduler=address))


def largest_worker() -> float:
    """Return the resident memory of this process's largest worker in MB, of which forked ones share a part."""
    return float(max(process.memory_info().rss for process in _of_workers() if not _forks(process))) / 1e6


def memory_of_workers() -> float:
    """Return the memory of all processes of this process's workers in MB: what they share is counted once.

    The process that workers are forked from is among them. Where a system does not tell what is shared, their own.
    """
    found = [process.memory_full_info() for process in _of_workers()]
    return sum(float(getattr(one, "pss", one.uss)) for one in found) / 1e6


def _of_workers() -> list[psutil.Process]:
    return list(psutil.Process().children(recursive=True))


def _forks(process: psutil.Process) -> bool:
    """Whether a process is what others are forked from: they have its command line, and it is not their child."""
    parent = process.parent()
    return "forkserver" in " ".join(process.cmdline()) and parent is not None and parent.pid == os.getpid()
