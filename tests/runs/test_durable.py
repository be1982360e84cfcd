"""Runs that are killed at any point and resume: nothing is lost or duplicated."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import DivergedError
from cnn.data import Dataset
from cnn.network.forward import weight_shapes
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs import history, snapshots, status
from cnn.runs.checkpoints import (
    Checkpoint,
    checkpoint_paths,
    drop_after,
    newest_checkpoint,
    write_checkpoint,
)
from cnn.runs.commands import Command, Steering
from cnn.runs.run import Run
from cnn.runs.snapshots import Snapshot, to_thin
from cnn.runs.status import taken_up_again
from cnn.runs.store import RunStore, Status, owner_hash
from cnn.scheduler.recovery import Loss, settle
from cnn.training.events import (
    EpochEnd,
    Extended,
    Finished,
    NewRate,
    Paused,
    Progress,
    Report,
    Resumed,
    Suspended,
)
from cnn.worker import jobs
from support import PROJECT

ANNA = owner_hash("anna's key")
SETUP = Setup(
    NetworkSpec(head="global_average"), TrainSpec(epochs=3, pictures=500, batch_size=125, precision="float32")
)
STEPS = 4  # an epoch
SHAPES = weight_shapes(SETUP.network)
RESULTS = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
NOTHING_FOUND: dict[str, Any] = {"classes": 10, "answers": (), "dead": {}}


class Killed(BaseException):
    """Simulates SIGKILL in this process: the project catches it nowhere."""


# A training without TensorFlow, so that hundreds of crashes cost seconds


def play(
    setup: Setup,
    data: Dataset,
    commands: Callable[[], Sequence[Command]],
    precision: str,
    start: Checkpoint | None = None,
    weights: object = None,
    origin: object = None,
) -> Iterator[Report]:
    """Yield the reports of a run with `STEPS` steps per epoch, whose weights are the number of the step."""
    step = start.step if start else 0
    rate = start.loop["rate"] if start else 0.1
    epochs = start.loop["epochs"] if start else setup.training.epochs
    validated = start.loop["validated"] if start else 0
    steering = Steering(**start.loop["steering"]) if start else Steering()
    steering.back_on_worker()

    def kept() -> dict[str, Any]:
        weights = {name: np.full(shape, step, np.float32) for name, shape in SHAPES.items()}
        loop = {"rate": rate, "epochs": epochs, "validated": validated, "steering": vars(steering)}
        return {"weights": weights, "checkpoint": Checkpoint(step, step / STEPS, weights, loop)}

    def place() -> dict[str, Any]:
        return {"step": step, "epoch": step / STEPS, "seconds": float(step)}

    def look() -> Iterator[Report]:
        nonlocal rate, epochs
        for command in steering.take(commands()):
            if command.kind == "rate":
                rate = command.value
                yield NewRate(step, step / STEPS, rate)
            elif command.kind == "extend_epochs":
                epochs += int(command.value)
                yield Extended(step, step / STEPS, int(command.value), 0.0)

    if not start:
        yield EpochEnd(**place(), **dict.fromkeys(RESULTS), **NOTHING_FOUND, **kept())
    while True:
        yield from look()
        if steering.paused and not steering.ending:
            yield Paused(**place(), **kept())
            while steering.paused and not steering.ending:
                yield from look()
            if not steering.ending:
                yield Resumed(step, step / STEPS)
        if steering.ending == "park":
            yield Suspended(**place(), **kept())
            return
        done = step >= epochs * STEPS
        if steering.ending or (done and validated == step):
            scores = (None, None) if steering.ending else (1.0, 0.5)
            facts = {"test_loss": scores[0], "test_accuracy": scores[1], "images_per_second": 9.0}
            yield Finished(ending=steering.ending, **place(), **facts, **kept())
            return
        if step % STEPS == 0 and validated < step:
            validated = step
            steering.epoch_ended()
            yield EpochEnd(**place(), **dict.fromkeys(RESULTS, step / 100), **NOTHING_FOUND, **kept())
            continue
        step += 1
        steering.stepped(1)
        yield Progress(step, step / STEPS, 10, 1 / step, 0.5, rate, 9.0, float(step), 1.0)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs be trained by `play`."""
    monkeypatch.setitem(sys.modules, "cnn.training.trainer", SimpleNamespace(train=play))
    chosen = SimpleNamespace(precision="float32", reason="the test says so")
    monkeypatch.setitem(
        sys.modules, "cnn.training.precision", SimpleNamespace(resolve_precision=lambda _: chosen)
    )
    monkeypatch.setattr(jobs, "load_once", lambda name: SimpleNamespace(source="made by the test"))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


class Disk:
    """Counts what is written, and breaks before write number `last`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.last = 0, -1
        self.failure: BaseException = Killed()
        for module, name in (
            (history, "append_row"),
            (snapshots, "write_whole"),
            (status, "write_whole"),
        ):
            monkeypatch.setattr(module, name, self.counted(getattr(module, name)))
        monkeypatch.setattr(
            "cnn.runs.checkpoints.write_whole", self.counted(snapshots.write_whole, again=False)
        )

    def counted(self, write: Callable[..., None], again: bool = True) -> Callable[..., None]:
        def counting(*arguments: Any) -> None:
            if again:
                self.tick()
            write(*arguments)

        return counting

    def tick(self) -> None:
        self.count += 1
        if self.count == self.last:
            raise self.failure


def rows_of(run: Run) -> list[dict[str, Any]]:
    return [row for row in run.history.rows() if row["kind"] != "resumed"]


def crash_and_go_on(store: RunStore, disk: Disk, last: int, commands: Sequence[Command] = ()) -> Run:
    """Train a run, kill it before write number `last`, resume it, and return it."""
    run = store.create(SETUP, "sketch10", ANNA)
    for command in commands:
        run.command(command.kind, command.value)
    disk.count, disk.last = 0, last
    with pytest.raises(Killed):
        jobs.train_run(run.folder)
    disk.last = -1
    assert not run.is_trained()
    if run.status().state != "queued":
        run.write_status(taken_up_again(run.status()))
    jobs.train_run(run.folder)
    return run


def test_a_run_killed_at_any_point_ends_with_the_same_result(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    whole = store.create(SETUP, "sketch10", ANNA)
    before = disk.count
    jobs.train_run(whole.folder)
    writes = disk.count - before
    assert writes > 25
    for last in range(1, writes + 1):
        run = crash_and_go_on(store, disk, last)
        assert rows_of(run) == rows_of(whole), f"killed before write {last}"
        names = [snapshot.path.name for snapshot in run.snapshots()]
        assert names == [snapshot.path.name for snapshot in whole.snapshots()]
        assert replace(run.status(), resumed=0) == whole.status()
        assert run.weights()["conv1/bias"][0] == 3 * STEPS
        repeated = [row["step"] for row in run.history.rows() if row["kind"] == "resumed"]
        assert len(repeated) <= 1
        run.remove()


def test_wherever_a_steered_run_is_killed_its_commands_hold(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    asked = [Command("rate", 0.5), Command("extend_epochs", 1.0)]
    whole = store.create(SETUP, "sketch10", ANNA)
    for command in asked:
        whole.command(command.kind, command.value)
    before = disk.count
    jobs.train_run(whole.folder)
    for last in range(1, disk.count - before + 1):
        run = crash_and_go_on(store, disk, last, asked)
        assert rows_of(run) == rows_of(whole), f"killed before write {last}"
        assert run.status().acknowledged == 2
        assert run.status().epoch == 4
        run.remove()


def test_a_run_can_be_killed_again_and_again(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    whole, run = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    jobs.train_run(whole.folder)
    for _ in range(4):
        disk.count, disk.last = 0, 12
        with pytest.raises(Killed):
            jobs.train_run(run.folder)
        disk.last = -1
        run.write_status(taken_up_again(run.status()))
    jobs.train_run(run.folder)
    assert rows_of(run) == rows_of(whole)
    assert run.status().resumed == 4
    assert len([row for row in run.history.rows() if row["kind"] == "resumed"]) == 4


def test_at_most_one_epoch_is_repeated(store: RunStore, played: None) -> None:
    run = store.create(SETUP, "sketch10", ANNA)

    def kill(report: Report) -> None:
        if isinstance(report, Progress) and report.step == 2 * STEPS + 3:
            raise Killed

    with pytest.raises(Killed):
        jobs.train_run(run.folder, kill)
    assert run.status().state == "running"
    seen: list[Report] = []
    jobs.train_run(run.folder, seen.append)
    assert isinstance(seen[0], Progress)
    assert seen[0].step == 2 * STEPS + 1
    (row,) = [row for row in run.history.rows() if row["kind"] == "resumed"]
    assert row == {"kind": "resumed", "step": 8, "epoch": 2.0, "reason": "Its process had ended."}


@pytest.mark.parametrize("left", [1, 0])
def test_a_damaged_checkpoint_is_named_and_the_previous_one_is_used(
    store: RunStore, played: None, left: int
) -> None:
    whole, run = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    jobs.train_run(whole.folder)

    def kill(report: Report) -> None:
        if isinstance(report, Progress) and report.step == 2 * STEPS + 3:
            raise Killed

    with pytest.raises(Killed):
        jobs.train_run(run.folder, kill)
    first, second = sorted(run.folder.glob("checkpoint-*"))
    for path in (first, second)[left:]:
        path.write_bytes(path.read_bytes()[:-7])
    seen: list[Report] = []
    done = jobs.train_run(run.folder, seen.append)
    assert seen[0].step == (STEPS + 1 if left else 0)
    assert second.name in done.message
    assert ("resumed from epoch 1" if left else "started again from the beginning") in done.message
    assert done.message in [row["reason"] for row in run.history.rows() if row["kind"] == "resumed"]
    assert rows_of(run) == rows_of(whole)
    assert [s.step for s in run.snapshots()] == [s.step for s in whole.snapshots()]


def test_files_later_than_the_checkpoint_are_removed_before_a_run_resumes(
    store: RunStore, played: None
) -> None:
    run = store.create(SETUP, "sketch10", ANNA)

    def kill(report: Report) -> None:
        if isinstance(report, Progress) and report.step == 2 * STEPS + 3:
            raise Killed

    with pytest.raises(Killed):
        jobs.train_run(run.folder, kill)
    assert [snapshot.step for snapshot in run.snapshots()] == [0, STEPS, 2 * STEPS]
    older, newer = checkpoint_paths(run.folder)
    newer.write_bytes(b"spoilt")
    found: list[tuple[list[int], list[Path]]] = []

    def look(report: Report) -> None:
        found.append(([snapshot.step for snapshot in run.snapshots()], checkpoint_paths(run.folder)))

    jobs.train_run(run.folder, look)
    assert found[0] == ([0, STEPS], [older])


def test_checkpoints_after_a_step_are_dropped(tmp_path: Path) -> None:
    for step in (4, 8):
        write_checkpoint(tmp_path, Checkpoint(step, 1.0, {}, {}))
    drop_after(tmp_path, 8)
    assert [path.name for path in checkpoint_paths(tmp_path)] == [
        "checkpoint-00000004.safetensors", "checkpoint-00000008.safetensors",
    ]  # fmt: skip
    drop_after(tmp_path, 4)
    assert [path.name for path in checkpoint_paths(tmp_path)] == ["checkpoint-00000004.safetensors"]
    drop_after(tmp_path, 3)
    assert checkpoint_paths(tmp_path) == []


# Steered while it is trained


def give(run: Run, at: dict[tuple[str, int], list[tuple[str, float]]]) -> Callable[[Report], None]:
    """Return what gives commands at the first report of a kind and a step."""

    def listen(report: Report) -> None:
        for kind, value in at.pop((type(report).__name__, report.step), []):
            run.command(kind, value)

    return listen


def test_states_follow_the_commands(store: RunStore, played: None) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    states = []
    give_commands = give(
        run,
        {
            ("Progress", 2): [("pause", 0.0)],
            ("Paused", 2): [("step", 0.0), ("rate", 0.5)],
            ("Paused", 3): [("epoch", 0.0)],
            ("Paused", 4): [("park", 0.0)],
        },
    )

    def listen(report: Report) -> None:
        states.append((type(report).__name__, report.step, run.status().state, run.status().acknowledged))
        give_commands(report)

    suspended = jobs.train_run(run.folder, listen)
    assert states[3:] == [
        ("Paused", 2, "paused", 1),
        ("NewRate", 2, "paused", 3),
        ("Resumed", 2, "running", 3),
        ("Progress", 3, "running", 3),
        ("Paused", 3, "paused", 3),
        ("Resumed", 3, "running", 4),
        ("Progress", 4, "running", 4),
        ("EpochEnd", 4, "running", 4),
        ("Paused", 4, "paused", 4),
        ("Suspended", 4, "paused", 5),
    ]
    assert (suspended.state, suspended.process, suspended.suspended) == ("paused", 0, True)
    assert [snapshot.step for snapshot in run.snapshots()] == [0, 2, 3, 4]
    assert {"kind": "rate", "step": 2, "epoch": 0.5, "learning_rate": 0.5} in run.history.rows()
    assert not run.is_trained()

    store.steer(run.id, ANNA, "resume")
    assert run.status().state == "queued"
    assert jobs.train_run(run.folder).state == "finished"
    assert [row["step"] for row in run.history.rows() if row["kind"] == "progress"] == list(range(1, 13))
    assert not [row for row in run.history.rows() if row["kind"] == "resumed"]  # it was asked for


def test_a_run_that_was_killed_while_paused_is_still_paused(store: RunStore, played: None) -> None:
    run = store.create(SETUP, "sketch10", ANNA)

    def kill(report: Report) -> None:
        if isinstance(report, Paused):
            raise Killed

    run.command("pause")
    with pytest.raises(Killed):
        jobs.train_run(run.folder, kill)
    settle(run, Loss())
    assert run.status().suspended
    store.steer(run.id, ANNA, "stop")
    assert run.status().state == "stopped"


def test_a_run_that_is_resumed_while_it_is_being_suspended_continues(store: RunStore, played: None) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    at = {
        ("Progress", 2): [("pause", 0.0)],
        ("Paused", 2): [("park", 0.0)],
        ("Suspended", 2): [("resume", 0.0)],
    }
    assert jobs.train_run(run.folder, give(run, at)).state == "finished"


def test_a_run_that_is_given_more_just_as_it_ends_goes_on(store: RunStore, played: None) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    at = {("Finished", 12): [("extend_epochs", 1.0)]}
    done = jobs.train_run(run.folder, give(run, at))
    assert (done.state, done.epoch, done.acknowledged) == ("finished", 4, 1)
    again = store.extend(run.id, ANNA, epochs=2)
    assert again.status().state == "queued"
    done = jobs.train_run(run.folder)
    assert (done.state, done.epoch) == ("finished", 6)
    steps = [row["step"] for row in run.history.rows() if row["kind"] == "progress"]
    assert steps == list(range(1, 25))
    assert [row["reason"] for row in run.history.rows() if row["kind"] == "resumed"][
        -1
    ] == "It was given more."


def test_a_stop_keeps_the_run_and_a_discard_removes_it(store: RunStore, played: None) -> None:
    kept, gone = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    assert jobs.train_run(kept.folder, give(kept, {("Progress", 6): [("stop", 0.0)]})).state == "stopped"
    assert kept.snapshots()[-1].step == kept.status().step == 6
    assert newest_checkpoint(kept.folder)[0].step == 6  # type: ignore[union-attr]
    jobs.train_run(gone.folder, give(gone, {("Progress", 6): [("discard", 0.0)]}))
    assert not gone.folder.exists()
    assert [run.id for run in store.runs()] == [kept.id]


def test_a_run_that_ended_meanwhile_or_is_trained_elsewhere_is_left_alone(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, trained = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    stopped.command("stop")
    assert jobs.train_run(stopped.folder).state == "stopped"
    assert not stopped.history.rows()
    monkeypatch.setattr(jobs, "LOCK_SECONDS", 0.1)
    with trained.trained_here():
        assert jobs.train_run(trained.folder) == Status("queued")
    assert not trained.history.rows()
    assert jobs.train_run(trained.folder).state == "finished"


# What goes wrong


@pytest.mark.parametrize("kind", ["EpochEnd", "Progress"])
def test_a_full_disk_is_reported_and_saved_files_remain(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    whole, run = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    jobs.train_run(whole.folder)
    full, fsync = {"now": False}, os.fsync

    def refuse(file: int) -> None:
        """Refuse every write until one of the two checkpoints is removed."""
        if full["now"] and len([*run.folder.glob("checkpoint-*")]) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    def fill(report: Report) -> None:
        full["now"] = full["now"] or (type(report).__name__ == kind and report.step == 2 * STEPS)

    monkeypatch.setattr(os, "fsync", refuse)
    failed = jobs.train_run(run.folder, fill)
    assert failed == run.status()
    assert (failed.state, failed.process) == ("failed", 0)
    assert "cannot be written: No space left on device. Free some space" in failed.message
    assert run.weights()
    full["now"] = False
    store.extend(run.id, ANNA)
    assert jobs.train_run(run.folder).state == "finished"
    assert rows_of(run) == rows_of(whole)


def test_a_run_that_diverged_says_where_it_can_go_on(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(*arguments: Any) -> Iterator[Report]:
        for report in play(*arguments):
            if report.step == 6 and getattr(report, "learning_rate", 0) == 0.1:
                raise DivergedError("The loss is no longer a number after 6 steps.")
            yield report

    monkeypatch.setitem(sys.modules, "cnn.training.trainer", SimpleNamespace(train=diverge))
    run = store.create(SETUP, "sketch10", ANNA)
    failed = jobs.train_run(run.folder)
    assert failed.state == "failed"
    assert failed.message.startswith("The loss is no longer a number after 6 steps.")
    assert "at epoch 1 is saved" in failed.message
    store.extend(run.id, ANNA, learning_rate=0.01)
    assert jobs.train_run(run.folder).state == "finished"
    rates = [row["learning_rate"] for row in run.history.rows() if row["kind"] == "progress"]
    assert rates == [0.1] * 4 + [0.01] * 8


class ResourceExhaustedError(Exception):
    """Has the name of TensorFlow's."""


@pytest.mark.parametrize("failure", [MemoryError(), ResourceExhaustedError("OOM when allocating")])
def test_too_little_memory_is_reported_with_numbers(
    store: RunStore, played: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def run_out(*arguments: Any) -> Iterator[Report]:
        yield from ()
        raise failure

    monkeypatch.setitem(sys.modules, "cnn.training.trainer", SimpleNamespace(train=run_out))
    run = store.create(SETUP, "sketch10", ANNA)
    done = jobs.train_run(run.folder)
    assert done.state == "failed"
    assert "not enough memory" in done.message
    assert done.message.count(" MB") == 2
    assert "OOM" not in done.message


# About twenty snapshots


@pytest.mark.parametrize("epochs", [1, 19, 20, 21, 57, 200])
def test_about_twenty_snapshots_are_kept(store: RunStore, epochs: int) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    weights = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    best = epochs // 3 if epochs > 3 else 0
    for epoch in range(epochs + 1):
        run.save_snapshot(epoch * 10, epoch, weights)
        accuracy = 0.9 if epoch == best else 0.5
        run.history.append({"kind": "epoch", "step": epoch * 10, "validation_accuracy": accuracy})
    steps = [snapshot.step for snapshot in run.snapshots()]
    assert len(steps) == min(epochs + 1, 20)
    assert {steps[0], steps[-1]} == {0, epochs * 10}
    assert best * 10 in steps
    gaps = np.diff(steps)
    assert gaps.max() <= 3 * 10 * max(epochs / 19, 1)


def test_thinning_keeps_what_must_be_kept() -> None:
    given = [Snapshot(Path(), step, step) for step in (0, 1, 2, 3, 50, 100)]
    assert [s.step for s in to_thin(given, lambda: 1, kept=4)] == [2, 3]
    assert to_thin(given, lambda: None, kept=6) == []


# A real process, a real signal

KILLED_AT_STEP_11 = """
import os, signal, sys
from pathlib import Path
from cnn.training.runtime import prepare_tensorflow
from cnn.worker import jobs
from cnn.training.metrics import Clock
Clock.steps_in = lambda clock, seconds: 1
prepare_tensorflow()
def listen(report):
    if type(report).__name__ == "Progress" and report.step == 11:
        os.kill(os.getpid(), signal.SIGKILL)
jobs.train_run(Path(sys.argv[1]), listen)
"""


@pytest.mark.tensorflow
def test_kill_9_in_the_middle_of_an_epoch(store: RunStore, training: ModuleType) -> None:
    whole, run = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_STEP_11, run.folder], cwd=PROJECT, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert run.status().state == "running"
    assert not run.is_trained()
    assert [row["step"] for row in run.history.rows() if row["kind"] == "progress"] == list(range(1, 12))

    run.write_status(taken_up_again(run.status()))
    done = jobs.train_run(run.folder)
    assert (done.state, done.step, done.resumed) == ("finished", 3 * STEPS, 1)
    jobs.train_run(whole.folder)
    steps = [row["step"] for row in run.history.rows() if row["kind"] == "progress"]
    assert steps == sorted(set(steps))
    assert steps[:8] == list(range(1, 9))
    (resumed,) = [row for row in run.history.rows() if row["kind"] == "resumed"]
    assert resumed["step"] == 2 * STEPS
    ends = [[row for row in one.history.rows() if row["kind"] == "epoch"] for one in (run, whole)]
    for first, second in zip(*ends, strict=True):
        assert json.dumps(first | {"seconds": 0}) == json.dumps(second | {"seconds": 0})
    assert done.test_loss == whole.status().test_loss
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(run.weights()[name], array)


SMALL_FILES_ONLY = """
import resource, sys
from pathlib import Path
from cnn.training.runtime import prepare_tensorflow
from cnn.worker import jobs
prepare_tensorflow()
def listen(report):
    if type(report).__name__ == "EpochEnd" and report.epoch == 1:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
print(jobs.train_run(Path(sys.argv[1]), listen).message)
"""


@pytest.mark.tensorflow
def test_a_disk_that_is_really_full(store: RunStore, training: ModuleType) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES_ONLY, run.folder],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert run.status().state == "failed"
    assert "cannot be written: File too large" in run.status().message
    assert [snapshot.step for snapshot in run.snapshots()] == [0, STEPS]
    assert run.weights()
    store.extend(run.id, ANNA)
    assert jobs.train_run(run.folder).state == "finished"
    assert [snapshot.step for snapshot in run.snapshots()] == [0, STEPS, 2 * STEPS, 3 * STEPS]
