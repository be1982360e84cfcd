"""An existing Dask cluster: a real scheduler and real workers, started by Dask's own commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import trustme
from dask import config as dask_config
from distributed import Client, LocalCluster

from cnn.core.settings import Settings
from cnn.runs.store import RunStore
from cnn.scheduler.cluster import Cluster as Connection
from cnn.scheduler.cluster import Work
from cnn.scheduler.engine import Engine
from cnn.worker import queries
from support import PROJECT, quick_jobs
from support.engines import LONG, OWNERS, SHORT, START_SECONDS, ended, finishes, is_in, submitted, trains
from support.serving import eventually, free_port

pytestmark = pytest.mark.workers


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address, its process, a folder for what the workers leave, and settings as variables."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    folder: Path
    settings: dict[str, str]

    @contextmanager
    def worker(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Start one worker with its nanny."""
        words = ["--name", name, "--nthreads", "1", "--memory-limit", "3GiB", "--no-dashboard"]
        words += ["--local-directory", str(self.folder)]
        with dask("worker", self.address, *words, settings=self.settings) as process:
            yield process


@contextmanager
def dask(*words: str, settings: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of Dask's commands, and end it with all its children."""
    changes = {"PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "tests")))} | settings
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=PROJECT,
        env=os.environ | changes,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                one.kill()


@contextmanager
def cluster(
    folder: Path, port: int = 0, protocol: str = "tcp", settings: dict[str, str] | None = None
) -> Iterator[Cluster]:
    """Start a scheduler on loopback."""
    port, settings = port or free_port(), settings or {}
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"]
    with dask("scheduler", "--protocol", protocol, *words, settings=settings) as process:
        yield Cluster(f"{protocol}://127.0.0.1:{port}", process, folder, settings)


def certificates(folder: Path) -> dict[str, str]:
    """Make an authority and a certificate for each part; return Dask's settings that name them."""
    authority, parts = trustme.CA(), ("scheduler", "worker", "client")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    settings = {"require-encryption": "True", "tls.ca-file": str(folder / "ca.pem")}
    for part in parts:
        issued = authority.issue_cert("127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(folder / f"{part}.pem")
        issued.private_key_pem.write_to_path(folder / f"{part}.key")
        settings[f"tls.{part}.cert"] = str(folder / f"{part}.pem")
        settings[f"tls.{part}.key"] = str(folder / f"{part}.key")
    return {f"distributed.comm.{name}": value for name, value in settings.items()}


def as_variables(settings: dict[str, str]) -> dict[str, str]:
    """Return Dask's settings as environment variables."""
    return {f"DASK_{name}".replace(".", "__").replace("-", "_").upper(): settings[name] for name in settings}


@contextmanager
def engine_on(address: str, folder: Path, work: Work | None = None) -> Iterator[Engine]:
    """Start an engine on a scheduler, and close it at the end; it need not get ready."""
    engine = Engine(RunStore(folder / "runs"), Settings(scheduler=address), work)
    engine.start()
    try:
        yield engine
    finally:
        engine.close()


def is_ready(engine: Engine, workers: int) -> Any:
    return lambda: engine.status().state == "ready" and engine.status().ready == workers


def test_workers_come_and_go(tmp_path: Path) -> None:
    with cluster(tmp_path) as there, ExitStack() as alive:
        alone = there.worker("alone")
        first = alive.enter_context(alone)
        with engine_on(there.address, tmp_path, quick_jobs.WORK) as engine:
            eventually("one worker is warm", is_ready(engine, 1), START_SECONDS)
            # One worker does both: a question waits until the run has ended
            run = submitted(engine, "long")
            eventually("it trains", trains(run), START_SECONDS)
            assert engine.queries.ask("k", quick_jobs.answer).state == "waiting"
            run.command("stop")
            eventually("it is answered", lambda: engine.queries.ask("k", quick_jobs.answer).state == "done")
            assert engine.queries.ask("k", quick_jobs.answer).result == run_process(engine)

            # A second one is the query worker, and queries do not wait any more
            alive.enter_context(there.worker("query"))
            run = submitted(engine, "long")
            eventually("it trains", trains(run), START_SECONDS)
            eventually(
                "it is answered",
                lambda: engine.queries.ask("l", quick_jobs.answer).state == "done",
                START_SECONDS,
            )
            assert engine.queries.ask("l", quick_jobs.answer).result != run.status().process
            assert engine.status().workers == 1

            # A third one trains beside the first; then the first one is taken away, with its nanny
            alive.enter_context(there.worker("second"))
            eventually("two workers are warm", is_ready(engine, 2), START_SECONDS)
            beside = submitted(engine, "long", owner=1)
            eventually("both train", trains(beside), START_SECONDS)
            lost = run.status().process
            for one in [first, *psutil.Process(first.pid).children(recursive=True)]:
                one.kill()
            beside.command("stop")
            eventually("it goes on elsewhere", lambda: run.status().process not in (0, lost), START_SECONDS)
            assert run.status().state == "running"
            assert run.status().resumed == 1
            run.command("stop")
            eventually("it stops", ended(run))


def run_process(engine: Engine) -> int:
    """Return the process of the one worker that trains."""
    run = submitted(engine, "long")
    eventually("it trains", trains(run), START_SECONDS)
    process = run.status().process
    run.command("stop")
    eventually("it stops", ended(run))
    return process


def test_no_worker_is_missed_while_the_client_asks_for_itself() -> None:
    """A worker that one answer lacks is lost to the scheduler, and its run with it."""
    with (
        dask_config.set({"distributed.client.scheduler-info-interval": "1ms"}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as local,
        Client(local, set_as_default=False) as client,
    ):
        present = Connection(client, own=1)
        assert {len(present.workers()) for _ in range(1000)} == {2}


def test_a_scheduler_out_of_reach_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.scheduler.cluster.CONNECT_SECONDS", 1.0)
    monkeypatch.setattr("cnn.scheduler.engine.RETRY_SECONDS", 0.2)
    port = free_port()
    with engine_on(f"tcp://127.0.0.1:{port}", tmp_path, quick_jobs.WORK) as engine:
        eventually("it says so", lambda: "does not answer" in engine.status().message)
        assert engine.status().state == "starting"
        run = submitted(engine, "short")
        with cluster(tmp_path, port) as there, there.worker("one"):
            finishes(run, START_SECONDS)
            run = submitted(engine, "long")
            eventually("it trains", trains(run), START_SECONDS)
        eventually("it is missed", lambda: engine.status().state == "starting")
        with cluster(tmp_path, port) as there, there.worker("two"):
            lost = run.status().process
            eventually("it goes on", lambda: run.status().process not in (0, lost), START_SECONDS)
            run.command("stop")
            eventually("it stops", ended(run))


def test_an_encrypted_cluster_lets_in_who_has_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask

    monkeypatch.setattr("cnn.scheduler.cluster.CONNECT_SECONDS", 3.0)
    monkeypatch.setattr("cnn.scheduler.engine.RETRY_SECONDS", 0.2)
    (tmp_path / "others").mkdir()
    ours, others = certificates(tmp_path), certificates(tmp_path / "others")
    with cluster(tmp_path, 0, "tls", as_variables(ours)) as there, there.worker("one"):
        for settings in ({}, ours | {"distributed.comm.tls.client.key": "absent.key"}, others):
            with dask.config.set(settings), engine_on(there.address, tmp_path, quick_jobs.WORK) as engine:
                eventually("it says so", lambda: "certificate" in engine.status().message)
                assert engine.status().state == "starting"
        with dask.config.set(ours), engine_on(there.address, tmp_path, quick_jobs.WORK) as engine:
            eventually("one worker is warm", is_ready(engine, 1), START_SECONDS)
            run = submitted(engine, "long")
            eventually("it trains", trains(run), START_SECONDS)
            lost = run.status().process
            os.kill(lost, signal.SIGKILL)
            eventually("it goes on", lambda: run.status().process not in (0, lost), START_SECONDS)
            run.command("stop")
            eventually("it stops", ended(run))
            finishes(submitted(engine, "short", owner=1), START_SECONDS)


def test_a_run_outlives_the_server_on_a_cluster(tmp_path: Path) -> None:
    with cluster(tmp_path) as there, there.worker("one"):
        with engine_on(there.address, tmp_path, quick_jobs.WORK) as engine:
            run = submitted(engine, "long")
            eventually("it trains", trains(run), START_SECONDS)
        assert run.status().state == "running"
        process = run.status().process
        with engine_on(there.address, tmp_path, quick_jobs.WORK) as engine:
            waiting = submitted(engine, "short", owner=1)
            run.command("stop")
            finishes(waiting, START_SECONDS)
            assert run.status().state == "stopped"
            assert run.status().resumed == 0
            assert psutil.pid_exists(process)


def test_a_worker_that_cannot_see_the_runs_is_told(tmp_path: Path) -> None:
    with (
        cluster(tmp_path) as there,
        there.worker("one") as worker,
        engine_on(there.address, tmp_path, quick_jobs.WORK) as engine,
    ):
        eventually("it is warm", is_ready(engine, 1), START_SECONDS)
        (engine.store.folder / ".engine").write_text("of another folder")
        for one in psutil.Process(worker.pid).children(recursive=True):
            one.kill()
        eventually("it says so", lambda: "must share" in engine.status().message, START_SECONDS)
        assert engine.status().state == "starting"


def test_training_on_a_cluster_and_a_worker_killed(tmp_path: Path) -> None:
    with (
        cluster(tmp_path) as there,
        there.worker("trainer"),
        there.worker("query"),
        engine_on(there.address, tmp_path) as engine,
    ):
        eventually("it is warm", is_ready(engine, 1), START_SECONDS)
        run = submitted(engine, "cluster", setup=LONG)
        eventually("an epoch is done", lambda: len(run.snapshots()) > 1 or run.status().ended, START_SECONDS)
        lost = run.status().process
        os.kill(lost, signal.SIGKILL)
        eventually("it goes on", lambda: run.status().process not in (0, lost), START_SECONDS)
        eventually("it trains", is_in(run, "running"))
        assert run.status().resumed == 1
        run.command("stop")
        eventually("it stops", ended(run), START_SECONDS)
        ends = [row["epoch"] for row in run.history.rows() if row["kind"] == "epoch"]
        assert ends == list(range(len(ends)))
        assert run.snapshots()[-1].step == run.status().step
        where = (str(run.folder), str(run.snapshots()[-1].path))
        key, question = "mistakes", (queries.mistakes, *where, "sketch10", 50)
        eventually(
            "it is answered", lambda: engine.queries.ask(key, *question).state == "done", START_SECONDS
        )
        assert engine.queries.ask(key, *question).result.total == 50
        finishes(submitted(engine, "the next", owner=1, setup=SHORT), START_SECONDS)
        assert OWNERS[1] in {run.owner for run in engine.store.runs()}
