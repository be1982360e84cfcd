"""The engine with real Dask workers: runs are trained, stopped, lost and found again."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import psutil
import pytest

from cnn import engine as engine_module
from cnn import jobs
from cnn.data import Dataset
from cnn.engine import Engine, EngineStatus
from cnn.errors import RunError
from cnn.runs import Run, RunStore, Status, this_process
from cnn.snapshots import read_weights
from cnn.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec

START_SECONDS = 120.0
RUN_SECONDS = 90.0
NETWORK = NetworkSpec(blocks=(Block((Convolution(4),)), Block((Convolution(4),))))
SHORT = Setup(NETWORK, TrainSpec(epochs=2, pictures=500, batch_size=50, precision="float32"))
LONG = replace(SHORT, training=replace(SHORT.training, epochs=200, pictures=2000))
DIVERGES = Setup(
    NetworkSpec(blocks=(Block((Convolution(8),), activation="none"),) * 2),
    replace(SHORT.training, optimizer="sgd", momentum=0.0, schedule="constant", learning_rate=10.0),
)


def eventually(what: str, holds: Callable[[], object], seconds: float = RUN_SECONDS) -> None:
    """Wait until `holds`, and fail after `seconds` with `what` it was."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what}"
        pause.wait(0.02)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("lab") / "runs")


@pytest.fixture(scope="module")
def found(store: RunStore) -> dict[str, Run]:
    """Leave runs in the store as a server that crashed leaves them."""
    runs = {state: store.create(SHORT, "sketch10", name=state) for state in ("queued", "dead", "elsewhere")}
    runs["dead"].write_status(Status("running", process=2**22 + 1, host=this_process()["host"]))
    runs["elsewhere"].write_status(Status("running", process=1, host="another-machine"))
    return runs


@pytest.fixture(scope="module")
def engine(store: RunStore, found: dict[str, Run]) -> Iterator[Engine]:
    """Start one engine for this module: warming its worker takes a dozen seconds."""
    engine = Engine(store)
    assert engine.status().state == "off"
    engine.start()
    engine.start()  # harmless
    eventually("a warm worker", lambda: engine.status().state in ("ready", "failed"), START_SECONDS)
    assert engine.status() == EngineStatus("ready", workers=1, ready=1)
    yield engine
    engine.close()
    assert engine._thread
    assert not engine._thread.is_alive()


def submitted(engine: Engine, setup: Setup, name: str = "") -> Run:
    run = engine.store.create(setup, "sketch10", name=name)
    engine.submit(run)
    return run


def progress(run: Run) -> list[dict]:
    return [row for row in run.history() if row["kind"] == "progress"]


def trains(run: Run) -> Callable[[], bool]:
    """Say whether a run has reported more than its first, slow steps."""
    return lambda: len(progress(run)) > 3 or run.status().ended


def ended(run: Run) -> Callable[[], bool]:
    return lambda: run.status().ended


def serves_the_next(engine: Engine) -> None:
    run = submitted(engine, SHORT)
    eventually("the next run ends", ended(run))
    assert run.status().state == "finished", run.status().message


# What an engine finds when it starts


@pytest.mark.workers
def test_a_run_left_in_the_queue_is_trained(engine: Engine, found: dict[str, Run]) -> None:
    eventually("the run of the last server ends", ended(found["queued"]))
    assert found["queued"].status().state == "finished"


@pytest.mark.workers
def test_a_run_whose_process_is_gone_is_interrupted(engine: Engine, found: dict[str, Run]) -> None:
    assert found["dead"].status().state == "interrupted"
    assert "last snapshot is kept" in found["dead"].status().message
    assert found["elsewhere"].status().state == "running"  # nobody here can know


# A run


@pytest.mark.workers
def test_a_run_is_trained_to_its_end(engine: Engine) -> None:
    run = engine.store.create(SHORT, "sketch10")
    assert run.status() == Status("queued")
    states = {run.status().state}
    engine.submit(run)
    eventually("it runs", lambda: (states.add(run.status().state), run.status().state != "queued")[1])
    eventually("it ends", lambda: (states.add(run.status().state), run.status().ended)[1])
    assert states >= {"queued", "running", "finished"}
    status = run.status()
    assert status.state == "finished"
    assert (status.epoch, status.step) == (2, 20)
    assert status.precision == "float32"
    assert status.source == "sketch10, drawn by code"
    assert status.test_accuracy is not None
    assert 0 <= status.test_accuracy <= 1
    assert status.test_loss is not None
    assert status.images_per_second > 0
    assert status.process == 0  # nobody works on it any more
    assert [(snapshot.epoch, snapshot.step) for snapshot in run.snapshots()] == [(0, 0), (1, 10), (2, 20)]
    first, last = (read_weights(run.snapshots()[i].path, NETWORK) for i in (0, -1))
    assert any((first[name] != last[name]).any() for name in first)
    ends = [row for row in run.history() if row["kind"] == "epoch"]
    assert [row["epoch"] for row in ends] == [0, 1, 2]
    assert ends[0]["validation_accuracy"] is None
    assert ends[-1]["validation_accuracy"] == status.validation_accuracy
    steps = [row["step"] for row in progress(run)]
    assert steps == sorted(steps)
    assert steps[-1] == 20


@pytest.mark.workers
def test_events_say_that_there_is_something_to_read(engine: Engine) -> None:
    run = engine.store.create(SHORT, "sketch10")
    assert engine.news(run.id) == 0
    engine.submit(run)
    eventually("it ends", ended(run))
    reports = len(run.history()) + 1  # the last one, Finished, is no row
    eventually("all events are here", lambda: engine.news(run.id) == reports, 10)


@pytest.mark.workers
def test_submitting_twice_trains_once(engine: Engine) -> None:
    run = engine.store.create(SHORT, "sketch10")
    for _ in range(3):
        engine.submit(run)
    assert engine.position(run.id) is not None
    eventually("it ends", ended(run))
    serves_the_next(engine)
    assert [row["epoch"] for row in run.history() if row["kind"] == "epoch"] == [0, 1, 2]
    assert engine.position(run.id) is None


# The queue, and stopping


@pytest.mark.workers
def test_runs_wait_for_their_turn_and_can_be_stopped(engine: Engine) -> None:
    first = submitted(engine, LONG, "first")
    eventually("the first one trains", trains(first))
    second, third = (submitted(engine, SHORT, name) for name in ("second", "third"))
    assert engine.position(first.id) == 0
    assert engine.position(second.id) == 1
    assert engine.position(third.id) == 2
    assert engine.position("no-such-run") is None

    second.request_stop()
    engine.wake()
    eventually("the waiting run is dropped", ended(second), 5)
    assert second.status().state == "stopped"
    assert "before it began" in second.status().message
    assert not second.snapshots()
    assert engine.position(second.id) is None
    assert engine.position(third.id) == 1

    reports = len(progress(first))
    first.request_stop()
    eventually("the first one stops", ended(first), 5)
    status = first.status()
    assert status.state == "stopped"
    assert status.test_accuracy is None  # the test pictures were not looked at
    assert len(progress(first)) - reports <= 3  # the call at work then, and what was written meanwhile
    assert first.snapshots()[-1].step == status.step == progress(first)[-1]["step"]
    assert first.weights()

    eventually("the third one ends", ended(third))
    assert third.status().state == "finished"


# What goes wrong


@pytest.mark.workers
def test_a_killed_worker_interrupts_its_run_and_is_replaced(engine: Engine) -> None:
    run = submitted(engine, LONG)
    eventually("it trains, and a snapshot is there", lambda: len(run.snapshots()) > 1 or run.status().ended)
    waiting = submitted(engine, SHORT)
    worker = run.status().process
    assert worker != os.getpid()
    os.kill(worker, signal.SIGKILL)
    eventually("the run is interrupted", ended(run), 15)
    status = run.status()
    assert status.state == "interrupted"
    assert "Its worker ended before the run was done; the last snapshot is kept." in status.message
    weights = run.weights()
    assert all(np.isfinite(array).all() for array in weights.values())
    assert run.history()
    eventually("the waiting run ends on a new worker", ended(waiting), START_SECONDS)
    assert waiting.status().state == "finished"
    assert run.status().state == "interrupted"  # it was not taken up again behind the user's back
    assert engine.status().state == "ready"


@pytest.mark.workers
def test_a_run_given_to_a_worker_that_just_died_is_trained_by_the_next(engine: Engine) -> None:
    worker = max(psutil.Process().children(recursive=True), key=lambda child: child.memory_info().rss)
    worker.kill()
    run = submitted(engine, SHORT)
    eventually("it ends", ended(run), START_SECONDS)
    assert run.status().state == "finished"


@pytest.mark.workers
def test_a_run_that_diverges_says_so(engine: Engine) -> None:
    run = submitted(engine, DIVERGES)
    eventually("it fails", ended(run))
    status = run.status()
    assert status.state == "failed"
    assert "The loss is no longer a number" in status.message
    assert "the learning rate 10 is too high" in status.message
    assert "Try 1." in status.message
    assert "Traceback" not in status.message
    serves_the_next(engine)


@pytest.mark.workers
def test_a_run_whose_folder_vanished_takes_nothing_with_it(engine: Engine) -> None:
    run = engine.store.create(SHORT, "sketch10")
    for path in (run.folder / "run.json", run.folder / "state.json"):
        path.unlink()
    (run.folder / "snapshots").rmdir()
    run.folder.rmdir()
    engine.submit(run)
    serves_the_next(engine)
    assert engine.position(run.id) is None


@pytest.mark.workers
def test_closing_the_engine_interrupts_what_it_trains(engine: Engine) -> None:
    """The last one with the shared engine: nothing is trained after it."""
    run = submitted(engine, LONG)
    eventually("it trains", trains(run))
    waiting = submitted(engine, SHORT)
    engine.close()
    assert run.status().state == "interrupted"
    assert run.weights()
    assert waiting.status().state == "queued"  # for the next server


# Without workers


def test_an_engine_that_cannot_start_says_so(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(workers: int) -> object:
        raise OSError("no port is free")

    monkeypatch.setattr(engine_module, "_cluster", refuse)
    engine = Engine(RunStore(store.folder / "none"))
    engine.start()
    eventually("it has failed", lambda: engine.status().state == "failed", 10)
    assert engine.status().message == "no port is free"
    run = engine.store.create(SHORT, "sketch10")
    engine.submit(run)  # harmless: it waits for a server that works
    assert engine.position(run.id) == 0
    assert run.status().state == "queued"
    engine.close()


@pytest.mark.tensorflow
def test_a_missing_data_set_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, training: ModuleType
) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "nothing"))
    jobs.load_once.cache_clear()
    run = RunStore(tmp_path / "runs").create(SHORT, "cifar10")
    status = jobs.train_run(run.folder)
    assert status == run.status()
    assert status.state == "failed"
    assert "CIFAR-10" in status.message
    assert str(tmp_path / "nothing") in status.message
    assert not run.snapshots()


@pytest.mark.tensorflow
def test_a_full_disk_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, training: ModuleType
) -> None:
    sentence = "The history cannot be written: No space left on device."

    def full(self: Run, row: dict) -> None:
        raise RunError(sentence)

    monkeypatch.setattr(jobs, "load_once", lambda name: noise())
    monkeypatch.setattr(Run, "append_history", full)
    run = RunStore(tmp_path / "runs").create(SHORT, "sketch10")
    status = jobs.train_run(run.folder)
    assert status == run.status()
    assert (status.state, status.message) == ("failed", sentence)


def noise() -> Dataset:
    part = (np.zeros((500, 32, 32, 3), np.uint8), np.arange(500) % 10)
    return Dataset("noise", "nothing on it", *part, *part, *part)
