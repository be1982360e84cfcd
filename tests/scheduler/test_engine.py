"""The engine with real worker processes: runs are trained, steered, lost and found again.

Most of it goes through the motions of training without TensorFlow (`quick_jobs`); the last part trains.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnn.core.settings import Settings
from cnn.runs.snapshots import read_weights
from cnn.runs.store import Run, RunStore, Status, this_process
from cnn.scheduler import engine as engine_module
from cnn.scheduler import run_monitor
from cnn.scheduler.engine import Engine, EngineStatus
from cnn.scheduler.fair_queue import Place
from support import PROJECT, quick_jobs
from support.engines import (
    DIVERGES,
    LONG,
    NETWORK,
    OWNERS,
    RUN_SECONDS,
    SHORT,
    START_SECONDS,
    before,
    ended,
    finishes,
    is_in,
    is_ready,
    progress,
    started,
    submitted,
    trains,
)
from support.serving import eventually

pytestmark = pytest.mark.workers

WORKER_MEMORY = 600 * 2**20


# Going through the motions


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("lab") / "runs")


@pytest.fixture(scope="module")
def found(store: RunStore) -> dict[str, Run]:
    """Leave runs in the store as a server that crashed leaves them."""
    gone = Status("running", process=2**22 + 1, host=this_process()["host"], step=2)
    states = {"queued": Status(), "dead": gone, "paused": replace(gone, state="paused")}
    runs = {name: store.create(SHORT, "sketch10", OWNERS[0], f"short {name}") for name in states}
    for name, status in states.items():
        runs[name].write_status(status)
    runs["command line"] = store.create(SHORT, "sketch10")
    runs["its queue"] = store.create(SHORT, "sketch10")
    runs["command line"].write_status(gone)
    return runs


@pytest.fixture(scope="module")
def quick(store: RunStore, found: dict[str, Run]) -> Iterator[Engine]:
    """Start one engine for these tests; its workers know no TensorFlow."""
    engine = Engine(store, Settings(worker_memory=WORKER_MEMORY), quick_jobs.WORK)
    assert engine.status() == EngineStatus("off", workers=1)
    with started(engine):
        engine.start()  # harmless
        assert engine.status() == EngineStatus("ready", workers=1, ready=1)
        yield engine


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waiting times of the engine."""
    monkeypatch.setattr(run_monitor, "HUNG_SECONDS", 1.0)
    monkeypatch.setattr(run_monitor, "SUSPEND_SECONDS", 0.2)


def test_what_a_dead_server_left_goes_on(quick: Engine, found: dict[str, Run]) -> None:
    finishes(found["queued"])
    finishes(found["dead"])
    assert found["dead"].status().resumed == 1
    assert [row["step"] for row in progress(found["dead"])] == [3, 4, 5]
    assert found["paused"].status().suspended
    found["paused"].command("resume")
    quick.wake()
    finishes(found["paused"])
    assert found["paused"].status().resumed == 0


def test_the_command_lines_runs_are_left_to_it(quick: Engine, found: dict[str, Run]) -> None:
    eventually("it is interrupted", is_in(found["command line"], "interrupted"))
    assert "last snapshot is kept" in found["command line"].status().message
    assert found["its queue"].status().state == "queued"


def test_forty_runs_of_ten_owners_take_turns(quick: Engine) -> None:
    first = submitted(quick, "long", owner=9)
    eventually("it trains", trains(first))
    runs = [submitted(quick, f"short {turn}", owner) for owner in range(10) for turn in range(4)]
    positions = [before(quick, run) for run in runs]
    assert first.status().state == "running", first.status()
    assert sorted(positions) == list(range(1, 41))
    assert all(positions[i] + 10 == positions[i + 1] for i in range(39) if i % 4 < 3)  # one owner's four
    place = quick.place(runs[0].id)
    assert place
    assert place.seconds is not None  # what the run before it says
    assert quick.place(first.id) == Place(0, 0.0)
    first.command("stop")
    for run in runs:
        finishes(run)
    order = sorted(runs, key=lambda run: run.history.rows()[0]["began"])
    for turn in range(4):
        together = order[10 * turn : 10 * turn + 10]
        assert {run.owner for run in together} == set(OWNERS)
        assert {run.name for run in together} == {f"short {turn}"}
    assert quick.place(runs[0].id) is None
    assert quick.place("no-such-run") is None


def test_submitting_twice_trains_once(quick: Engine) -> None:
    run = submitted(quick)
    for _ in range(3):
        quick.submit(run)
    finishes(run)
    finishes(submitted(quick))
    assert [row["step"] for row in progress(run)] == [1, 2, 3, 4, 5]


def test_events_say_that_there_is_something_to_read(quick: Engine) -> None:
    run = quick.store.create(SHORT, "sketch10", OWNERS[0])
    assert quick.news(run.id) == 0
    quick.submit(run)
    finishes(run)
    eventually("all events are here", lambda: quick.news(run.id) == quick_jobs.STEPS)


def test_a_waiting_run_can_be_stopped_or_discarded(quick: Engine) -> None:
    first = submitted(quick, "long")
    eventually("it trains", trains(first))
    second, third, last = (submitted(quick, f"short {name}") for name in "abc")
    second.command("stop")
    third.command("discard")
    quick.wake()
    eventually("they are out of the queue", lambda: before(quick, last) == 1)
    assert second.status().state == "stopped"
    assert "before it began" in second.status().message
    assert not third.folder.exists()
    first.command("stop")
    eventually("the first one stops", is_in(first, "stopped"))
    finishes(last)


def test_a_run_queued_by_another_process_is_found(quick: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SCAN_SECONDS", 0.1)
    finishes(quick.store.create(SHORT, "sketch10", OWNERS[1], "short"))


@pytest.mark.usefixtures("impatient")
def test_a_paused_run_makes_room_and_comes_back_before_its_owners_others(quick: Engine) -> None:
    paused = submitted(quick, "long")
    eventually("it trains", trains(paused))
    paused.command("pause")
    eventually("it is paused", is_in(paused, "paused"))
    steps = paused.status().step
    assert paused.status().process  # nobody waits: it keeps its warm worker
    finishes(submitted(quick, "short", owner=1))
    assert paused.status().suspended
    assert quick.place(paused.id) is None
    busy = submitted(quick, "long", owner=1)
    eventually("another one trains", trains(busy))
    other = submitted(quick, "short")
    paused.command("epoch")
    quick.wake()
    eventually("it waits again", lambda: before(quick, paused) == 1)
    assert before(quick, other) == 2
    busy.command("stop")
    eventually("it goes on", lambda: len(progress(paused)) > steps + 1)
    assert paused.status().resumed == 0
    paused.command("stop")
    finishes(other)
    assert [row["step"] for row in progress(paused)][: steps + 1] == list(range(1, steps + 2))


def test_a_killed_worker_is_replaced_and_its_run_goes_on_twice(quick: Engine) -> None:
    run = submitted(quick, "long")
    waiting = submitted(quick, "short", owner=1)
    for times in (1, 2, 3):
        eventually("it trains", is_in(run, "running", "interrupted"), START_SECONDS)
        assert run.status().state == "running"
        worker = run.status().process
        assert worker != os.getpid()
        os.kill(worker, signal.SIGKILL)
        eventually("its worker is missed", lambda gone=worker: run.status().process != gone)
        if times == 1:
            finishes(waiting, START_SECONDS)  # it is its turn
    assert run.status().state == "interrupted"
    assert "2 times" in run.status().message
    finishes(submitted(quick), START_SECONDS)
    eventually("it is ready", is_ready(quick))


def test_a_run_that_takes_too_much_memory_fails_with_the_numbers(quick: Engine) -> None:
    run = submitted(quick, "hungry")
    waiting = submitted(quick, "short", owner=1)
    eventually("it fails", ended(run), START_SECONDS)
    status = run.status()
    assert (status.state, status.resumed) == ("failed", 0)
    assert "There was not enough memory" in status.message
    assert "of the allowed 0.59 GiB" in status.message
    finishes(waiting, START_SECONDS)
    assert run.status() == status


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_does_not_answer_is_replaced(quick: Engine) -> None:
    run = submitted(quick, "deaf")
    eventually("it runs", lambda: quick.news(run.id) == 1, START_SECONDS)
    worker = run.status().process
    run.command("stop")
    eventually("it is stopped", ended(run))
    assert run.status().state == "stopped"
    assert "did not answer" in run.status().message
    assert not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE
    finishes(submitted(quick), START_SECONDS)


def test_a_run_given_to_a_worker_that_just_died_is_trained_by_the_next(quick: Engine) -> None:
    probe = submitted(quick, "long")
    eventually("it trains", trains(probe))
    worker = probe.status().process
    probe.command("stop")
    eventually("it stops", ended(probe))
    os.kill(worker, signal.SIGKILL)
    finishes(submitted(quick), START_SECONDS)


def test_a_run_whose_folder_vanished_does_not_affect_others(quick: Engine) -> None:
    run = quick.store.create(SHORT, "sketch10", OWNERS[0])
    run.remove()
    quick.submit(run)
    finishes(submitted(quick))
    assert before(quick, run) is None


def test_a_second_server_waits_for_its_turn(quick: Engine) -> None:
    second = Engine(quick.store, work=quick_jobs.WORK)
    second.start()
    eventually("it says so", lambda: "Another server" in second.status().message)
    assert second.status().state == "starting"
    finishes(submitted(quick))
    second.close()


def test_closing_the_engine_leaves_its_runs_to_the_next(quick: Engine) -> None:
    """This must be the last test with this engine: nothing is trained after it."""
    run = submitted(quick, "long")
    eventually("it trains", trains(run))
    waiting = submitted(quick, "short", owner=1)  # not before: it might be its owner's turn first
    quick.close()
    assert (run.status().state, run.status().resumed) == ("queued", 0)
    assert "server was stopped" in run.status().message
    assert waiting.status().state == "queued"


SERVER = """
import sys, threading
from pathlib import Path
from support import quick_jobs
from cnn.scheduler.engine import Engine
from cnn.runs.store import RunStore
if __name__ == "__main__":
    Engine(RunStore(Path(sys.argv[1])), work=quick_jobs.WORK).start()
    threading.Event().wait()
"""


def test_a_killed_server_loses_nothing(tmp_path: Path) -> None:
    """Its worker is suspended first, so that it does not end with the server and becomes an orphan."""
    program, store = tmp_path / "server.py", RunStore(tmp_path / "runs")
    program.write_text(SERVER)
    run, waiting = (store.create(SHORT, "sketch10", OWNERS[0], name) for name in ("long", "short"))
    path = os.pathsep.join((str(PROJECT), str(PROJECT / "tests")))
    command = [sys.executable, str(program), str(store.folder)]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}) as server:
        eventually("it trains", trains(run), START_SECONDS)
        orphan = psutil.Process(run.status().process)
        orphan.suspend()
        server.kill()
    try:
        assert orphan.is_running()
        steps = run.status().step
        with started(Engine(store, work=quick_jobs.WORK)) as engine:
            eventually("it goes on", lambda: run.status().process not in (0, orphan.pid), START_SECONDS)
            assert run.status().resumed == 1
            run.command("stop")
            finishes(waiting)
            assert engine.status().state == "ready"
        assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
        rows = [row["step"] for row in progress(run)]
        assert rows == sorted(set(rows))
        assert rows[-1] > steps
    finally:
        if orphan.is_running():
            orphan.kill()


def test_an_engine_that_cannot_start_says_so_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[Exception] = [OSError(28, "No space left on device"), RuntimeError("something unheard of")]
    monkeypatch.setattr(engine_module, "RETRY_SECONDS", 0.5)

    def refuse(settings: Settings) -> object:
        raise problems[0]

    monkeypatch.setattr(engine_module, "connect", refuse)
    engine = Engine(RunStore(tmp_path / "runs"))
    engine.start()
    eventually("it has tried", lambda: engine.status().message)
    assert engine.status().state == "starting"
    assert engine.status().message == (
        "The engine cannot start: No space left on device. It is retried every 0.5 seconds."
    )
    run = submitted(engine)  # harmless: it waits for a server that works
    assert before(engine, run) == 0
    assert run.status().state == "queued"
    problems.pop(0)
    eventually("it has failed", lambda: engine.status().state == "failed")
    assert engine.status().message == "something unheard of"
    engine.close()


# Training


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Start one engine that trains: warming its worker takes a dozen seconds."""
    with started(Engine(RunStore(tmp_path_factory.mktemp("training") / "runs"))) as engine:
        yield engine


def test_a_run_is_trained_to_its_end(engine: Engine) -> None:
    run = engine.store.create(SHORT, "sketch10", OWNERS[0])
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
    ends = [row for row in run.history.rows() if row["kind"] == "epoch"]
    assert [row["epoch"] for row in ends] == [0, 1, 2]
    assert ends[0]["validation_accuracy"] is None
    assert ends[-1]["validation_accuracy"] == status.validation_accuracy
    steps = [row["step"] for row in progress(run)]
    assert steps == sorted(steps)
    assert steps[-1] == 20


def test_a_stop_is_taken_between_two_calls(engine: Engine) -> None:
    run = submitted(engine, "first", setup=LONG)
    eventually("it trains", trains(run))
    reports = len(progress(run))
    run.command("stop")
    eventually("it stops", ended(run))
    status = run.status()
    assert status.state == "stopped"
    assert status.test_accuracy is None  # the test pictures were not looked at
    assert len(progress(run)) - reports <= 3  # the call at work then, and what was written meanwhile
    assert run.snapshots()[-1].step == status.step == progress(run)[-1]["step"]
    assert run.weights()


def test_a_run_whose_worker_is_killed_goes_on_without_a_gap(engine: Engine) -> None:
    setup = replace(SHORT, training=replace(SHORT.training, epochs=12, pictures=2000))
    run = submitted(engine, "killed", setup=setup)
    waiting = submitted(engine, "waiting", owner=1)
    eventually("two epochs are done", lambda: len(run.snapshots()) > 2 or run.status().ended)
    os.kill(run.status().process, signal.SIGKILL)
    finishes(run, START_SECONDS)
    status = run.status()
    assert status.resumed == 1
    assert (status.epoch, status.step) == (12, 480)
    ends = [row["epoch"] for row in run.history.rows() if row["kind"] == "epoch"]
    assert ends == list(range(13))
    steps = [row["step"] for row in progress(run)]
    assert steps == sorted(set(steps))
    assert all(np.isfinite(array).all() for array in run.weights().values())
    assert waiting.status().state == "finished"


def test_a_run_that_diverges_says_so(engine: Engine) -> None:
    run = submitted(engine, "diverges", setup=DIVERGES)
    eventually("it fails", ended(run), RUN_SECONDS)
    status = run.status()
    assert status.state == "failed"
    assert "The network overflows after" in status.message
    assert "learning rate 10 is too high" in status.message
    assert "Try 1." in status.message
    assert "Traceback" not in status.message
    finishes(submitted(engine, "the next"))
