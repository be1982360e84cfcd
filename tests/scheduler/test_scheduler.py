"""The scheduler's thread over a cluster of threads: a run goes through its states, without processes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnn.core.settings import Settings
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs.commands import Steering
from cnn.runs.run import Run, read_run
from cnn.runs.store import RunStore
from cnn.scheduler import engine as engine_module
from cnn.scheduler import run_monitor
from cnn.scheduler.cluster import Work, Worker
from cnn.scheduler.engine import Engine, EngineStatus
from support.serving import eventually

OWNER = "a" * 32
SETUP = Setup(NetworkSpec(), TrainSpec(epochs=1, pictures=500))


class Future:
    """A call in a thread, as Dask shows it."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.status, self.value, self._call = "pending", None, call
        self._told: list[Callable[[Any], None]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.value, self.status = self._call(), "finished"  # type: ignore[func-returns-value]
        except Exception:
            self.status = "error"
        for tell in self._told:
            tell(self)

    def done(self) -> bool:
        return self.status != "pending"

    def exception(self) -> str:
        return "it failed"

    def cancel(self) -> None:
        pass

    def result(self, timeout: float) -> object:
        return self.value

    def add_done_callback(self, tell: Callable[[Any], None]) -> None:
        self._told.append(tell)
        if self.done():
            tell(self)


class Cluster:
    """One worker that trains, and one for queries once it is started."""

    own = 1

    def __init__(self) -> None:
        self.client = self
        self.expected = 1
        self.there = [Worker("tcp://one", "1", name="0")]
        self.hear: dict[str, Callable[[Any], None]] = {}

    def subscribe_topic(self, topic: str, hear: Callable[[Any], None]) -> None:
        self.hear[topic] = hear

    def workers(self) -> list[Worker]:
        return list(self.there)

    def start_query_worker(self) -> None:
        self.expected = 2

    def add_query_worker(self) -> None:
        self.there = [*self.there, Worker("tcp://two", "2", name="1")]

    def submit(self, worker: Worker, function: Callable[..., object], *arguments: Any) -> Future:
        if "warm" in function.__name__:
            return Future(lambda: None)
        return Future(lambda: function(*arguments))


CLUSTERS: list[Cluster] = []


def train(folder: str, topic: str) -> None:
    """Follow the commands of a run until it is told to end."""
    run = read_run(Path(folder))
    with run.trained_here(3.0) as here:
        status = run.commands.begin() if here else None
        if not status:
            return
        if "fails" in run.name and not status.resumed:
            raise RuntimeError("the worker died")
        CLUSTERS[-1].hear[topic]((0.0, {"run": run.id}))
        steering, taken = Steering(), 0
        while not steering.ending:
            new = run.commands.read(taken)
            steering.take(new)
            taken += len(new)  # a count of all would pass over one that came since
            status = replace(status, acknowledged=taken, state="paused" if steering.paused else "running")
            if status != run.status():
                run.write_status(status)
            time.sleep(0.01)
        state = {"stop": "stopped", "park": "paused"}[steering.ending]
        run.commands.conclude(replace(status, state=state), taken)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    @contextmanager
    def connect(settings: Settings) -> Iterator[Cluster]:
        CLUSTERS.append(Cluster())
        yield CLUSTERS[-1]

    monkeypatch.setattr(engine_module, "connect", connect)
    monkeypatch.setattr(engine_module, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(run_monitor, "SUSPEND_SECONDS", 0.05)
    engine = Engine(RunStore(tmp_path / "runs"), Settings(), Work(train))
    engine.start()
    yield engine
    engine.close()


def submitted(engine: Engine, name: str = "long") -> Run:
    run = engine.store.create(SETUP, "sketch10", OWNER, name)
    engine.submit(run)
    return run


def reaches(engine: Engine, run: Run, state: str) -> None:
    def is_there() -> bool:
        entry = engine.queue.entry(run.id)
        return bool(entry and entry.state == state)

    eventually(f"{run.name} is {state}", is_there)


def test_a_run_goes_through_its_states(engine: Engine) -> None:
    run = submitted(engine)
    reaches(engine, run, "training")
    assert engine.news(run.id) == 1
    assert engine.training_of(OWNER) == [run]
    assert engine.is_training()
    run.command("pause")
    reaches(engine, run, "paused")
    assert not engine.is_training()
    other = submitted(engine, "other")  # for which it lets go of the worker
    reaches(engine, run, "suspended")
    reaches(engine, other, "training")
    assert run.status().suspended
    run.command("resume")
    reaches(engine, run, "queued")
    place = engine.place(run.id)
    assert place
    assert place.before == 1
    other.command("stop")
    reaches(engine, other, "ended")
    reaches(engine, run, "training")
    assert run.status().resumed == 0
    run.command("stop")
    reaches(engine, run, "ended")
    assert engine.place(run.id) is None


def test_a_run_whose_worker_fails_is_settled_and_queued_again(engine: Engine) -> None:
    run = submitted(engine, "fails once")
    eventually("it is queued again", lambda: run.status().resumed == 1)
    reaches(engine, run, "training")
    run.command("stop")
    reaches(engine, run, "ended")
    assert run.status().state == "stopped"


def test_a_waiting_run_that_is_discarded_is_forgotten(engine: Engine) -> None:
    first = submitted(engine)
    reaches(engine, first, "training")
    second = submitted(engine, "second")
    reaches(engine, second, "queued")
    second.command("discard")
    engine.wake()
    eventually("it is forgotten", lambda: (engine.wake(), engine.queue.entry(second.id) is None)[1])
    first.command("stop")
    reaches(engine, first, "ended")


def test_closing_leaves_a_run_to_the_next_server(engine: Engine) -> None:
    run = submitted(engine)
    reaches(engine, run, "training")
    engine.close()
    entry = engine.queue.entry(run.id)
    assert entry
    assert entry.state == "lost"
    assert entry.loss.server_stopped
    run.command("stop")
    eventually("its thread ends", lambda: run.status().ended)


def test_the_query_worker_is_started_with_the_first_query(engine: Engine) -> None:
    eventually("it is ready", lambda: engine.status().state == "ready")
    assert CLUSTERS[-1].expected == 1
    assert not engine.queries.worker_starts
    run = submitted(engine)
    reaches(engine, run, "training")
    assert engine.queries.ask("k", abs).state == "waiting"
    eventually("it is started", lambda: engine.queries.worker_starts)
    assert CLUSTERS[-1].expected == 2
    assert engine.queries.ask("k", abs).state == "waiting"
    assert engine.status() == EngineStatus("ready", 1, 1)  # training goes on meanwhile
    CLUSTERS[-1].add_query_worker()
    eventually("it is asked", lambda: engine.queries.ask("k", abs).state != "waiting")
    assert not engine.queries.worker_starts
    run.command("stop")
    reaches(engine, run, "ended")
