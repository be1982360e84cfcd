"""What happens to a run whose worker died, and when a worker is killed; without real workers."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnn.core.errors import RunError
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs.status import UNREADABLE
from cnn.runs.store import EVERYBODY, Run, RunStore, Status, this_process
from cnn.scheduler import recovery as recovery_module
from cnn.scheduler.cluster import Worker
from cnn.scheduler.recovery import KILL_SECONDS, Kills, Recovery, after_loss, settle
from cnn.scheduler.run_entry import Assignment, Entry, Loss
from cnn.scheduler.run_monitor import HUNG_SECONDS, SUSPEND_ANYWAY_SECONDS, SUSPEND_SECONDS, due, spare
from cnn.scheduler.run_queue import RunQueue
from cnn.scheduler.server_lock import OtherServerError, end_orphan, only_server
from support import PROJECT

SETUP = Setup(NetworkSpec(), TrainSpec(epochs=1, pictures=500))
RUNNING = Status("running", process=2**22 + 1, host="vm", step=40, epoch=2.0)
GIB = 2**30


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = RunStore(tmp_path / "runs").create(SETUP, "sketch10", "a" * 32)
    run.write_status(replace(RUNNING, **this_process()))
    return run


def test_a_run_goes_on_by_itself_twice_and_then_says_so() -> None:
    status = RUNNING
    for times in (1, 2):
        status = after_loss(status, Loss())
        assert (status.state, status.resumed, status.process, status.step) == ("queued", times, 0, 40)
        assert "continues from its last checkpoint" in status.message
        status = replace(status, state="running", process=5)
    last = after_loss(status, Loss())
    assert (last.state, last.resumed, last.process) == ("interrupted", 2, 0)
    assert "2 times" in last.message
    assert "the last snapshot is kept" in last.message


@pytest.mark.parametrize(
    "loss",
    [
        Loss(int(3.8 * GIB), 4 * GIB),
        Loss(int(3.8 * GIB), 4 * GIB, ended_for_memory=True),
        Loss(GIB, 4 * GIB, ended_for_memory=True),  # it grew too fast for the last figure
    ],
)
def test_out_of_memory_is_no_reason_to_try_again(loss: Loss) -> None:
    status = after_loss(RUNNING, loss)
    assert status.state == "failed"
    assert status.resumed == 0
    assert f"used {loss.memory / GIB:.2f} GiB of the allowed 4.00 GiB" in status.message
    assert "Use fewer filters" in status.message


def test_a_worker_that_used_little_did_not_die_of_it() -> None:
    assert after_loss(RUNNING, Loss(2 * GIB, 4 * GIB)).state == "queued"
    assert after_loss(RUNNING, Loss(int(3.9 * GIB), 4 * GIB, hung=True)).state == "queued"
    assert after_loss(RUNNING, Loss(int(3.9 * GIB), 4 * GIB, server_stopped=True)).state == "queued"


def test_a_run_that_was_to_stop_is_stopped() -> None:
    assert after_loss(RUNNING, Loss(), {"stop"}) == replace(RUNNING, state="stopped", process=0, host="")
    hung = after_loss(RUNNING, Loss(hung=True), {"rate", "stop"})
    assert hung.state == "stopped"
    assert "did not answer" in hung.message


def test_a_paused_run_is_suspended_and_resumes_on_command() -> None:
    paused = replace(RUNNING, state="paused")
    suspended = after_loss(paused, Loss())
    assert suspended.suspended
    assert suspended.resumed == 0
    assert after_loss(paused, Loss(), {"step"}).state == "queued"
    assert after_loss(replace(suspended, state="queued"), Loss(), {"resume"}).resumed == 0


def test_a_stopped_server_is_not_the_runs_fault() -> None:
    status = after_loss(RUNNING, Loss(server_stopped=True))
    assert (status.state, status.resumed) == ("queued", 0)


def test_what_has_ended_stays_as_it_is() -> None:
    for state in ("finished", "stopped", "failed", "interrupted"):
        ended = Status(state, "why")
        assert after_loss(ended, Loss(9, 9, ended_for_memory=True), {"stop"}) == ended


def test_a_run_of_the_command_line_is_left_to_it() -> None:
    assert after_loss(RUNNING, Loss(final=True)).state == "interrupted"


def test_a_run_that_is_still_trained_is_not_settled(run: Run) -> None:
    with run.trained_here() as here:
        assert here
        assert settle(run, Loss()) is None
        assert run.status().state == "running"
    assert settle(run, Loss()) == run.status()
    assert run.status().state == "queued"
    assert run.status().process == 0


HOLDS = """
import sys, pathlib
from cnn.runs.run import read_run
with read_run(pathlib.Path(sys.argv[1])).trained_here():
    print(flush=True)
    input()
"""


def test_a_run_is_settled_when_its_process_was_killed(run: Run) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, run.folder], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.readline()
    before = run.status()
    assert settle(run, Loss(final=True)) is None
    assert run.status() == before
    assert run.is_trained()
    process.kill()
    process.communicate()
    settled = settle(run, Loss(final=True))
    assert settled == run.status()
    assert settled
    assert (settled.state, settled.process, settled.epoch, settled.step) == ("interrupted", 0, 2.0, 40)
    assert "the last snapshot is kept" in settled.message
    assert not run.is_trained()


def test_a_run_to_be_discarded_is_removed(run: Run) -> None:
    run.command("discard")
    assert settle(run, Loss())
    assert not run.folder.exists()


def test_commands_before_a_reopening_have_no_effect(run: Run) -> None:
    run.command("stop")
    assert run.commands.unanswered(run.status().acknowledged) == {"stop"}
    run.write_status(Status("stopped"))
    run.extend(epochs=1)
    assert run.commands.unanswered(run.status().acknowledged) == {"extend_epochs"}
    run.command("pause")
    assert run.commands.unanswered(run.commands.count() - 1) == {"pause"}


def test_a_kill_by_the_kernel_is_the_reason_of_one_loss_that_comes_seconds_later() -> None:
    kills = Kills(3, 0.0)
    for tick in range(1, 40):
        kills.note(3, tick / 2)
    assert not kills.lately(3, 20.0)
    for tick in range(40, 48):
        kills.note(4, tick / 2)  # it has been counted, and its worker is still going
    assert kills.lately(4, 24.0)
    assert not kills.lately(4, 24.0)
    kills.note(5, 24.5)
    for tick in range(50, 50 + 4 * int(KILL_SECONDS)):
        kills.note(5, tick / 2)
    assert not kills.lately(5, 25.0 + 2 * KILL_SECONDS)


# Runs that no worker trains


def queued(recovery: Recovery, run: Run) -> bool:
    entry = recovery.queue.entry(run.id)
    return bool(entry and entry.state == "queued")


@pytest.fixture
def recovery(run: Run) -> Recovery:
    return Recovery(RunStore(run.folder.parent), RunQueue(1), own=True)


def test_a_state_that_cannot_be_written_is_written_later(
    run: Run, recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run: Run, loss: Loss) -> Status:
        raise RunError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(recovery_module, "settle", full)
        recovery.queue.lose(run, Loss())
        recovery.tick()
        recovery.scan()
    recovery.tick()
    assert not queued(recovery, run)  # it rests
    monkeypatch.setattr(recovery_module.time, "monotonic", lambda: float("inf"))
    recovery.tick()
    assert queued(recovery, run)
    assert run.status().state == "queued"


def test_a_run_that_fell_out_of_the_queue_is_found_again(run: Run, recovery: Recovery) -> None:
    run.write_status(Status("queued"))
    for _ in range(2):
        recovery.scan()
        assert queued(recovery, run)
        recovery.queue.forget(run.id)
    (run.folder / "state.json").write_bytes(b"")
    recovery.scan()
    assert run.status() == UNREADABLE
    assert not queued(recovery, run)
    run.write_status(Status("queued"))
    recovery.scan()
    assert queued(recovery, run)


def test_a_paused_run_of_the_command_line_is_left_to_it(recovery: Recovery) -> None:
    other = recovery.store.create(SETUP, "sketch10", EVERYBODY)
    for process in (0, 2**22 + 1):
        other.write_status(Status("paused", process=process, host="elsewhere"))
        recovery.scan()
        recovery.tick()
        other.command("resume")
        recovery.tick()
        recovery.tick()
        assert not queued(recovery, other)


def test_a_suspended_run_waits_for_a_command_that_resumes_it(run: Run, recovery: Recovery) -> None:
    run.write_status(Status("paused"))
    recovery.queue.lose(run, Loss())
    recovery.tick()
    assert recovery.queue.in_state("suspended")[0].run == run
    run.command("rate", 0.1)
    recovery.tick()
    assert not queued(recovery, run)
    run.command("resume")
    recovery.tick()
    assert queued(recovery, run)


# When a worker is taken from a run


def on_worker(run: Run, state: str = "training") -> Entry:
    """Return the entry of a run that is on a worker since second 0."""
    work = Assignment(Worker("tcp://127.0.0.1:1", "scratch"), None, 0.0)
    return Entry(run, state, entered=0.0, work=work)


def order(watched: Entry, now: float, others_wait: bool = False, **changes: Any) -> str:
    return due(watched, replace(watched.run.status(), **changes), now, others_wait)


@pytest.mark.parametrize("kind", ["stop", "discard", "pause", "park"])
def test_a_worker_that_does_not_answer_is_killed_once(run: Run, kind: str) -> None:
    watched = on_worker(run)
    assert order(watched, 0.0) == ""
    run.command(kind)
    assert order(watched, 1.0) == ""
    assert order(watched, 1.0 + HUNG_SECONDS - 0.1) == ""
    assert order(watched, 1.0 + HUNG_SECONDS) == "kill"
    assert watched.assigned.hung
    assert order(watched, 2.0 + HUNG_SECONDS) == ""


def test_a_worker_that_answers_is_left_alone(run: Run) -> None:
    watched = on_worker(run)
    run.command("pause")
    assert order(watched, 0.0) == ""
    assert order(watched, HUNG_SECONDS, acknowledged=1) == ""
    run.command("stop")
    assert order(watched, HUNG_SECONDS + 1, acknowledged=1) == ""
    assert order(watched, 2 * HUNG_SECONDS, acknowledged=1) == ""
    assert order(watched, 2 * HUNG_SECONDS + 1, acknowledged=1) == "kill"


def test_a_pause_waits_for_the_network_to_be_built_but_a_stop_does_not(run: Run) -> None:
    watched = on_worker(run, "starting")
    run.command("pause")
    order(watched, 0.0)
    assert order(watched, 5 * HUNG_SECONDS) == ""
    run.command("stop")
    assert order(watched, 6 * HUNG_SECONDS) == "kill"


def test_a_pause_waits_for_long_steps_but_a_stop_does_not(run: Run) -> None:
    watched = on_worker(run)
    run.history.append({"kind": "progress", "images_per_second": run.setup.training.batch_size / 8.0})
    run.command("pause")
    order(watched, 0.0)
    assert order(watched, HUNG_SECONDS + 3 * 8 - 0.1) == ""
    assert order(watched, HUNG_SECONDS + 3 * 8) == "kill"
    watched = on_worker(run)
    run.command("stop")
    order(watched, 0.0)
    assert order(watched, HUNG_SECONDS) == "kill"


def test_a_worker_that_could_not_be_killed_is_killed_later(run: Run) -> None:
    watched = on_worker(run)
    run.command("stop")
    order(watched, 0.0)
    assert order(watched, HUNG_SECONDS) == "kill"
    spare(watched, HUNG_SECONDS)
    assert not watched.assigned.hung
    assert order(watched, 2 * HUNG_SECONDS - 0.1) == ""
    assert order(watched, 2 * HUNG_SECONDS) == "kill"


def test_a_new_learning_rate_has_no_deadline(run: Run) -> None:
    watched = on_worker(run)
    run.command("rate", 0.1)
    order(watched, 0.0)
    assert order(watched, 5 * HUNG_SECONDS) == ""


def test_a_paused_run_is_suspended_when_others_wait_or_after_a_while(run: Run) -> None:
    watched = on_worker(run, "paused")
    assert order(watched, 0.0, True) == ""
    assert order(watched, SUSPEND_SECONDS, False) == ""
    assert order(watched, SUSPEND_SECONDS, True) == "park"
    assert order(watched, 99.0, True) == ""  # it has been told
    watched.move("resume")
    assert order(watched, 100.0, True) == ""
    watched.move("pause")
    watched.entered = 101.0
    assert order(watched, 101.0, True) == ""
    assert order(watched, 101.0 + SUSPEND_ANYWAY_SECONDS, False) == "park"


# One server a folder, and what a dead one leaves


def test_one_server_has_the_folder(tmp_path: Path) -> None:
    with only_server(tmp_path / "runs") as token:
        assert (tmp_path / "runs" / ".engine").read_text() == token
        with pytest.raises(OtherServerError, match="Another server"), only_server(tmp_path / "runs"):
            pass
    with only_server(tmp_path / "runs") as other:
        assert other != token


def test_only_a_worker_process_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys; print('here', flush=True); sys.stdin.read()"
    python, titled = sys.executable, "dask worker [tcp://127.0.0.1:1]"  # as setproctitle lets Dask name it
    for name, words, killed in (python, ["multiprocessing"], True), (titled, [], True), (python, [], False):
        with subprocess.Popen(
            [name, "-c", code, *words], executable=python, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stdout.readline()  # before it runs, it has no command line of its own
            status = Status("running", process=process.pid, host=this_process()["host"])
            assert not end_orphan(replace(status, host="another-machine"))
            assert end_orphan(status) is killed
            if not killed:
                process.terminate()
    assert not end_orphan(Status("running", process=os.getpid(), host=this_process()["host"]))
    assert not end_orphan(Status("running", process=2**22 + 1, host=this_process()["host"]))
