"""The driver, with runs whose training is played by the test: in order, halved, paused, stopped, begun again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cnn.core.errors import RunError
from cnn.experiments.driver import look, look_at_all, rungs, steer, worse_half
from cnn.experiments.experiment import Experiment, ExperimentStore, Result
from cnn.experiments.grid import Grid
from cnn.runs.store import Run, RunStore

ANNA, BEN = "a" * 32, "b" * 32


class Played:
    """An experiment, and a worker that trains what the test says."""

    def __init__(self, home: Path, **fields: object) -> None:
        self.store = RunStore(home / "runs")
        self.experiments = ExperimentStore(home / "experiments")
        spec = {"axes": {"filters": [2, 4], "depth": [1, 2]}, "epochs": 4, "dataset": "sketch10", **fields}
        self.experiment = self.experiments.create(Grid.from_json(spec), ANNA)
        self.submitted: list[str] = []

    def look(self, workers: int = 1) -> None:
        """Look as another server would that knows nothing but the disk."""
        again = self.experiments.own(self.experiment.id, ANNA)
        look(again, self.store, workers, lambda run: self.submitted.append(run.id))

    def run(self, number: int) -> Run:
        found = self.experiment.run(self.experiment.grid.trials[number], self.store)
        assert found is not None
        return found

    def write(self, number: int, state: str, epoch: float = 0.0, accuracy: float | None = None) -> None:
        run = self.run(number)
        process = 1 if state == "running" else 0
        run.write_status(
            replace(
                run.status(),
                state=state,
                epoch=epoch,
                validation_accuracy=accuracy,
                process=process,
                acknowledged=run.commands.count(),
                seconds=10 * epoch,
                test_accuracy=accuracy if state == "finished" else None,
            )
        )

    def asked(self, number: int) -> list[str]:
        return [command.kind for command in self.run(number).commands.read()]

    @property
    def states(self) -> list[str]:
        return [result.state for result in self.experiment.results(self.store)]


@pytest.fixture
def play(home: Path) -> Callable[..., Played]:
    return lambda **fields: Played(home, **fields)


def test_runs_are_made_as_workers_get_free_and_never_twice(play: Callable[..., Played]) -> None:
    played = play()
    played.look()
    played.look()
    assert played.states == ["queued", "queued", "waiting", "waiting"]
    assert len(played.submitted) == 2
    assert played.run(0).name == "filters 2, depth 1, seed 0"
    played.write(0, "finished", 4, 0.5)
    played.look(workers=2)
    assert played.states == ["finished", "queued", "queued", "queued"]
    assert len(set(played.submitted)) == 4


def test_a_folder_that_was_being_made_when_the_server_died_is_made_again(play: Callable[..., Played]) -> None:
    played = play()
    half = played.store.folder / played.experiment.run_id(played.experiment.grid.trials[0])
    (half / "snapshots").mkdir(parents=True)
    played.look()
    assert played.run(0).status().state == "queued"


def test_of_one_owners_experiments_the_oldest_alone_makes_runs(play: Callable[..., Played]) -> None:
    first, second = play(), play()

    def all_looked_at() -> None:
        look_at_all(first.experiments, first.store, 1, lambda run: None)

    all_looked_at()
    assert (first.states.count("queued"), second.states.count("queued")) == (2, 0)
    steer(first.experiment, first.store, "pause")
    all_looked_at()
    assert second.states.count("queued") == 2


def test_what_has_ended_is_kept_even_when_its_run_is_deleted(play: Callable[..., Played]) -> None:
    played = play()
    played.look()
    played.write(0, "finished", 4, 0.5)
    played.look()
    played.run(0).remove()
    played.look()
    first = played.experiment.results(played.store)[0]
    assert (first.state, first.validation, first.test, first.share) == ("finished", 0.5, 0.5, 1.0)
    for number in (1, 2, 3):
        played.look()
        played.write(number, "finished", 4, 0.6)
    assert not played.experiment.is_over()
    played.look()
    assert played.experiment.is_over()


def test_a_run_that_is_deleted_before_its_end_is_trained_again(play: Callable[..., Played]) -> None:
    played = play()
    played.look()
    played.write(0, "running", 2, 0.3)
    played.run(0).remove()
    assert played.states[0] == "waiting"
    played.look()
    assert played.submitted.count(played.run(0).id) == 2
    assert (played.run(0).status().state, played.run(0).status().epoch) == ("queued", 0.0)
    for number in range(4):
        played.look()
        played.write(number, "finished", 4, 0.6)
    played.look()
    assert played.experiment.is_over()
    assert played.states == ["finished"] * 4


def test_pause_resume_and_stop_are_one(play: Callable[..., Played]) -> None:
    played = play()
    played.look()
    played.write(0, "running", 1)
    steer(played.experiment, played.store, "pause")
    played.write(0, "paused", 1)
    played.write(1, "finished", 4, 0.4)
    played.look()
    assert played.states == ["paused", "finished", "waiting", "waiting"]  # nothing new begins
    steer(played.experiment, played.store, "run")
    assert played.asked(0) == ["pause", "resume"]
    played.look()
    assert played.states[2] == "queued"
    steer(played.experiment, played.store, "stop")
    for _ in range(3):
        played.look()
    assert played.states == ["stopped", "finished", "stopped", "stopped"]
    assert played.asked(0).count("stop") == 1
    assert played.experiment.is_over()
    with pytest.raises(RunError, match="was stopped; start a new one"):
        steer(played.experiment, played.store, "run")


def test_nobody_steers_what_is_not_theirs(play: Callable[..., Played]) -> None:
    played = play()
    for owner, name in (
        (BEN, played.experiment.id),
        ("", played.experiment.id),
        (ANNA, "../runs"),
        (ANNA, "grid-x"),
    ):
        with pytest.raises(RunError, match="You have no such experiment"):
            played.experiments.own(name, owner)
    with pytest.raises(RunError, match="is not a command for an experiment"):
        played.experiment.ask("explode")


@pytest.mark.parametrize("name", ["experiment.json", "results.json", "halvings.json", "asked.json"])
def test_a_broken_file_breaks_no_other_experiment(play: Callable[..., Played], name: str) -> None:
    broken, whole = play(), play()
    (broken.experiment.folder / name).write_bytes(b"[\xff")
    known = {one.id for one in broken.experiments.all()}
    assert whole.experiment.id in known
    if name != "experiment.json":
        broken.look()
        assert broken.states[0] == "queued"


# Halving


def at_the_rung(played: Played, epoch: float, *accuracies: float | None) -> None:
    """Let every run that is left reach a rung: it pauses there when it is told to."""
    for _ in range(8):
        played.look(workers=4)
        for number, accuracy in enumerate(accuracies):
            if accuracy is None:
                continue
            status = played.run(number).status()
            state = status.state
            if state == "queued" or (state == "running" and status.epoch < epoch):
                played.write(number, "running", epoch, accuracy)
            elif state == "running" and "pause" in played.asked(number)[-2:]:
                played.write(number, "paused", epoch, accuracy)


def test_rungs_need_cells_and_epochs() -> None:
    def of(**fields: object) -> tuple[float, ...]:
        return rungs(Grid.from_json({"halving": True, **fields}))

    assert of(axes={"filters": [2, 4], "depth": [1, 2]}, epochs=4) == (0.25, 0.5)
    assert of(axes={"filters": [2, 4], "depth": [1, 2]}, epochs=2) == (0.5,)
    assert of(axes={"filters": [2, 4, 6]}, epochs=8) == (0.5,)
    assert of(axes={"filters": [2]}, epochs=8) == ()
    assert of(axes={"filters": [2, 4], "depth": [1, 2]}, epochs=8, halving=False) == ()


def test_the_worse_half_is_stopped_when_all_are_there_and_the_better_goes_on(
    play: Callable[..., Played],
) -> None:
    played = play(halving=True)
    at_the_rung(played, 1.0, 0.30, 0.50, 0.40, 0.20)
    (first,) = played.experiment.halvings
    assert (first.share, first.dropped) == (0.25, (0, 3))
    assert played.states[0] == played.states[3] == "stopped"
    assert played.states[1] in ("queued", "running")
    at_the_rung(played, 2.0, None, 0.52, 0.60, None)
    assert played.experiment.halvings[1].dropped == (1,)
    played.write(2, "finished", 4, 0.7)
    played.look()
    assert played.experiment.is_over()
    results = played.experiment.results(played.store)
    assert [round(result.share, 2) for result in results] == [0.25, 0.5, 1.0, 0.25]


def test_nobody_is_stopped_while_one_is_still_on_its_way(play: Callable[..., Played]) -> None:
    played = play(halving=True)
    at_the_rung(played, 1.0, 0.30, 0.50, 0.40, None)
    assert played.experiment.halvings == []
    assert played.states[:3] == ["paused"] * 3


def test_a_cell_is_judged_by_the_mean_of_its_seeds() -> None:
    grid = Grid.from_json({"axes": {"filters": [2, 4]}, "seeds": 2, "halving": True})
    results = {n: Result("paused", score) for n, score in enumerate((0.9, 0.5, 0.1, 0.6))}  # cells 0, 1, 0, 1
    assert worse_half(grid, results, set()) == [0]
    assert worse_half(grid, {n: Result("failed") for n in range(4)}, set()) == [1]


def test_experiments_of_one_owner_are_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.experiments.experiment.MOST_OF_ONE", 2)
    Played(home), Played(home)
    with pytest.raises(RunError, match="2 of your experiments are unfinished"):
        Played(home)


def test_ids_are_experiments(home: Path) -> None:
    experiment: Experiment = Played(home).experiment
    assert experiment.run_id(experiment.grid.trials[3]) == f"{experiment.id}-003"
