"""Training executes commands."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import DivergedError, RunError
from cnn.data.dataset import Dataset
from cnn.network.spec import OPTIMIZERS, Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from cnn.runs.checkpoints import Checkpoint, newest_checkpoint, write_checkpoint
from cnn.runs.commands import Command
from cnn.training.metrics import Clock
from support.tiny_trainings import NOISY, ask

SMALL = NetworkSpec((Block((Convolution(4, 3, 2),), dropout=0.3),), head="global_average")
STEPS = 10  # an epoch


@pytest.fixture(scope="module")
def data() -> Dataset:
    draw = np.random.default_rng(0)
    parts = [
        (draw.integers(0, 256, (count, 32, 32, 3)).astype(np.uint8), np.arange(count) % 10)
        for count in (500, 60, 70)
    ]
    return Dataset("noise", "made by the test", *parts[0], *parts[1], *parts[2])


def setup(network: NetworkSpec = SMALL, **training: Any) -> Setup:
    options = {
        "epochs": 2,
        "batch_size": 50,
        "pictures": 500,
        "learning_rate": 0.01,
        "flip": True,
        "shift": 2,
        "precision": "float32",
    }
    return Setup(network, TrainSpec(**(options | training)))


class Script:
    """Gives commands at the reports it is told, and others while nothing is computed."""

    def __init__(self, *while_paused: str | tuple[str, float]) -> None:
        self.now: list[Command] = []
        self.while_paused = [[command] for command in ask(*while_paused)]
        self.paused = False

    def __call__(self) -> list[Command]:
        if self.paused and not self.now and self.while_paused:
            self.now = self.while_paused.pop(0)
        given, self.now = self.now, []
        return given

    def drive(
        self, reports: Iterator[Any], at: dict[int, list[Command]] | None = None
    ) -> tuple[list[Any], list[str]]:
        """Return all reports and their names; at the Progress of a step, give its commands."""
        found = []
        for report in reports:
            found.append(report)
            kind = type(report).__name__
            self.paused = kind == "Paused" or (self.paused and kind != "Resumed")
            if kind == "Progress" and at and report.step in at:
                self.now += at.pop(report.step)
        return found, [type(report).__name__ for report in found]


@pytest.fixture
def one_step_a_call(training: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every call do one step, so that a test can give a command at each."""
    monkeypatch.setattr(Clock, "steps_in", lambda clock, seconds: 1)
    monkeypatch.setattr(training, "POLL_SECONDS", 0.001)


def same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    assert first.keys() == second.keys()
    return all(np.array_equal(array, second[name]) for name, array in first.items())


def stored(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """Return a checkpoint as it comes back from the disk."""
    write_checkpoint(folder, checkpoint)
    back, _ = newest_checkpoint(folder)
    assert back is not None
    return back


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("optimizer", "step"),
    [*zip(OPTIMIZERS, (3, STEPS + 7, STEPS + 7, 3, STEPS + 5), strict=True), ("adam", STEPS)],
)
def test_a_run_that_resumes_elsewhere_ends_with_the_same_result(
    training: ModuleType, data: Dataset, tmp_path: Path, one_step_a_call: None, step: int, optimizer: str
) -> None:
    spec = setup(NOISY, optimizer=optimizer)
    straight = list(training.train(spec, data))
    script = Script()
    first, _ = script.drive(training.train(spec, data, script), {step: ask("pause", "park")})
    assert type(first[-1]).__name__ == "Suspended"
    assert first[-1].step == step
    script = Script("resume")
    second, kinds = script.drive(
        training.train(spec, data, script, start=stored(first[-1].checkpoint, tmp_path))
    )
    assert kinds[:2] == ["Paused", "Resumed"]
    assert same(straight[-1].weights, second[-1].weights)
    assert straight[-1].test_loss == second[-1].test_loss
    curve = [(r.step, r.loss, r.learning_rate) for r in straight if type(r).__name__ == "Progress"]
    seen = [(r.step, r.loss, r.learning_rate) for r in first + second if type(r).__name__ == "Progress"]
    assert seen == curve
    ends = [(r.step, r.validation_loss) for r in straight if type(r).__name__ == "EpochEnd"]
    assert [(r.step, r.validation_loss) for r in first + second if type(r).__name__ == "EpochEnd"] == ends


@pytest.mark.tensorflow
def test_nothing_is_computed_while_a_run_is_paused(
    training: ModuleType, data: Dataset, one_step_a_call: None
) -> None:
    script = Script("pause", "rate", ("rate", 0.5), "resume")
    reports, kinds = script.drive(training.train(setup(), data, script), {4: ask("pause")})
    paused = kinds.index("Paused")
    assert (reports[paused - 1].step, reports[paused].step) == (4, 4)
    assert kinds[paused : paused + 6] == ["Paused", "NewRate", "NewRate", "Resumed", "Progress", "Progress"]
    assert kinds.count("Paused") == kinds.count("Resumed") == 1
    seconds = [report.seconds for report in reports if type(report).__name__ == "Progress"]
    assert reports[paused].seconds == seconds[3]
    assert reports[-1].step == 2 * STEPS


@pytest.mark.tensorflow
def test_batches_and_epochs_one_at_a_time(training: ModuleType, data: Dataset, one_step_a_call: None) -> None:
    script = Script("step", "step", "epoch", "epoch", "resume")
    reports, kinds = script.drive(training.train(setup(epochs=3), data, script), {2: ask("pause")})
    assert [report.step for report in reports if type(report).__name__ == "Paused"] == [2, 3, 4, 10, 20]
    assert [report.step for report in reports if type(report).__name__ == "EpochEnd"] == [0, 10, 20, 30]
    pauses = [i for i, kind in enumerate(kinds) if kind == "Paused"]
    assert kinds[pauses[3] - 1] == "EpochEnd"  # the pictures of validation were looked at before
    assert kinds[-1] == "Finished"
    straight = list(training.train(setup(epochs=3), data))
    assert same(straight[-1].weights, reports[-1].weights)


@pytest.mark.tensorflow
def test_one_batch_from_a_run_that_is_not_paused(
    training: ModuleType, data: Dataset, one_step_a_call: None
) -> None:
    script = Script("stop")
    reports, _ = script.drive(training.train(setup(), data, script), {4: ask("step")})
    assert [report.step for report in reports if type(report).__name__ == "Paused"] == [5]
    assert (reports[-1].ending, reports[-1].step) == ("stop", 5)


@pytest.mark.tensorflow
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_new_learning_rate_holds_from_the_next_call_on(
    training: ModuleType, data: Dataset, one_step_a_call: None, schedule: str
) -> None:
    script = Script()
    reports, _ = script.drive(
        training.train(setup(schedule=schedule), data, script), {6: ask(("rate", 0.05))}
    )
    plain = [r for r in training.train(setup(schedule=schedule), data) if type(r).__name__ == "Progress"]
    steered = [r for r in reports if type(r).__name__ == "Progress"]
    factors = [b.learning_rate / a.learning_rate for a, b in zip(plain, steered, strict=True)]
    assert factors == pytest.approx([1.0] * 6 + [5.0] * 14, rel=1e-5)
    (changed,) = [r for r in reports if type(r).__name__ == "NewRate"]
    assert (changed.step, changed.epoch, changed.learning_rate) == (6, 0.6, 0.05)


@pytest.mark.tensorflow
def test_a_run_that_is_extended_restarts_its_schedule(
    training: ModuleType, data: Dataset, one_step_a_call: None
) -> None:
    script = Script()
    at = {3: ask(("extend_epochs", 1)), 15: ask(("extend_epochs", 2))}
    reports, kinds = script.drive(training.train(setup(schedule="cosine"), data, script), at)
    rates = [report.learning_rate for report in reports if type(report).__name__ == "Progress"]
    for first, steps in ((0, 20), (20, 10), (30, 20)):  # 2 epochs as planned, 1, 2
        shares = np.arange(steps) / steps
        expected = 0.01 * 0.5 * (1 + np.cos(np.pi * shares))
        np.testing.assert_allclose(rates[first : first + steps], expected, rtol=1e-4, atol=1e-8)
    assert len(rates) == 50
    assert kinds.count("EpochEnd") == 6
    assert kinds.count("Finished") == 1
    given = [r for r in reports if type(r).__name__ == "Extended"]
    assert [(r.step, r.epochs, r.seconds) for r in given] == [(3, 1, 0.0), (15, 2, 0.0)]


@pytest.mark.tensorflow
def test_a_run_that_is_given_more_while_it_is_tested_goes_on(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "EVALUATION_BATCH", 25)
    given = iter([ask(("extend_epochs", 1))])

    def commands() -> list[Command]:
        return next(given, []) if ended else []

    ended, reports = False, []
    for report in training.train(setup(epochs=1), data, commands):
        reports.append(report)
        ended = ended or (getattr(report, "step", 0) == STEPS and type(report).__name__ == "EpochEnd")
    assert reports[-1].step == 2 * STEPS
    assert reports[-1].test_accuracy is not None


@pytest.mark.tensorflow
def test_a_finished_run_goes_on_for_an_epoch(
    training: ModuleType, data: Dataset, tmp_path: Path, one_step_a_call: None
) -> None:
    spec = setup(epochs=1, schedule="constant")
    first = list(training.train(spec, data))
    start = stored(first[-1].checkpoint, tmp_path)
    more = ask(("reopen", 1.0), ("extend_epochs", 1))
    script = Script()
    script.now = more
    second, kinds = script.drive(training.train(spec, data, script, start=start))
    assert kinds[0] == "Extended"
    assert [r.step for r in second if type(r).__name__ == "Progress"] == list(range(11, 21))
    straight = list(training.train(setup(epochs=2, schedule="constant"), data))
    assert same(straight[-1].weights, second[-1].weights)
    assert straight[-1].test_accuracy == second[-1].test_accuracy


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("more", "last"), [([("reopen", 0.0)], 20), ([("reopen", 1.0), ("extend_epochs", 1)], 17)]
)
def test_a_stopped_run_goes_on_to_its_end_or_for_so_much(
    training: ModuleType, data: Dataset, one_step_a_call: None, more: list, last: int
) -> None:
    script = Script()
    first, _ = script.drive(training.train(setup(), data, script), {7: ask("stop")})
    assert (first[-1].ending, first[-1].step, first[-1].test_accuracy) == ("stop", 7, None)
    again = list(training.train(setup(), data, start=first[-1].checkpoint))  # killed before that was written
    assert [type(report).__name__ for report in again] == ["Finished"]
    script = Script()
    script.now = ask(*more)
    second, _ = script.drive(training.train(setup(), data, script, start=first[-1].checkpoint))
    assert (second[-1].ending, second[-1].step) == ("", last)
    assert second[-1].test_accuracy is not None
    if last == 20:
        assert same(second[-1].weights, list(training.train(setup(), data))[-1].weights)


@pytest.mark.tensorflow
def test_a_time_budget_does_not_run_while_a_run_is_paused(
    training: ModuleType, data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(1_000_000))
    monkeypatch.setattr(training, "perf_counter", lambda: next(now) * 0.5)
    spec = setup(epochs=None, seconds=5.0, schedule="one_cycle")
    script = Script()
    first, _ = script.drive(training.train(spec, data, script), {4: ask("pause", "park")})
    for _ in range(100):
        next(now)  # a long pause
    script = Script("resume")
    start = stored(first[-1].checkpoint, tmp_path)
    second, _ = script.drive(training.train(spec, data, script, start=start))
    progress = [r for r in first + second if type(r).__name__ == "Progress"]
    # The first call of either process builds the graph and does not count.
    assert [r.seconds for r in progress] == [0, 0.5, 1, 1.5, *np.arange(1.5, 5.1, 0.5)]
    assert [r.seconds_left for r in progress] == [5 - r.seconds for r in progress]
    assert progress[3].learning_rate == pytest.approx(0.01)  # a fifth of 5 s, where the cycle turns
    assert progress[-1].learning_rate == pytest.approx(0.01 * 0.125)  # it began after 4.5 s
    assert second[-1].seconds == 5.0


@pytest.mark.tensorflow
def test_a_stop_is_answered_while_the_graph_is_built(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn.training.train_step import Steps

    gone = threading.Event()
    monkeypatch.setattr(Steps, "build", lambda steps: gone.wait(60))
    looks = iter(range(1000))

    def commands() -> list[Command]:
        return ask("stop") if next(looks) == 3 else []

    reports = list(training.train(setup(), data, commands))
    gone.set()
    assert [type(report).__name__ for report in reports] == ["EpochEnd", "Finished"]
    assert (reports[-1].ending, reports[-1].step) == ("stop", 0)


@pytest.mark.tensorflow
def test_an_error_while_the_graph_is_built_is_reported(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn.training.train_step import Steps

    def build(steps: Steps) -> None:
        raise MemoryError

    monkeypatch.setattr(Steps, "build", build)
    with pytest.raises(MemoryError):
        list(training.train(setup(), data))


@pytest.mark.tensorflow
def test_a_lower_rate_saves_a_run_that_diverged(
    training: ModuleType, data: Dataset, one_step_a_call: None
) -> None:
    block = Block((Convolution(4, 3, 2), Convolution(4)), activation="none")
    wild = NetworkSpec((block,), dense=(Dense(16, "none"),))
    spec = Setup(wild, setup(optimizer="sgd", learning_rate=0.001, epochs=3, schedule="constant").training)
    script, seen = Script(), []
    with pytest.raises(DivergedError, match=r"[Tt]he learning rate 10 is too high.* Try 1\."):
        script.drive(_noted(training.train(spec, data, script), seen), {11: ask(("rate", 10.0))})
    ends = [report for report in seen if type(report).__name__ == "EpochEnd"]
    script = Script()
    script.now = ask(("reopen", 0.0), ("rate", 0.002))
    reports, _ = script.drive(training.train(spec, data, script, start=ends[1].checkpoint))
    assert reports[-1].step == 3 * STEPS
    assert np.isfinite(reports[-1].test_loss)
    rates = [r.learning_rate for r in reports if type(r).__name__ == "Progress"]
    assert rates == pytest.approx([0.002] * 2 * STEPS)


def _noted(reports: Iterator[Any], seen: list[Any]) -> Iterator[Any]:
    for report in reports:
        seen.append(report)
        yield report


@pytest.mark.tensorflow
def test_a_checkpoint_of_another_network_is_refused(training: ModuleType, data: Dataset) -> None:
    start = next(iter(training.train(setup(), data))).checkpoint
    other = Setup(NetworkSpec(), setup().training)
    with pytest.raises(RunError, match="of another network"):
        list(training.train(other, data, start=start))
