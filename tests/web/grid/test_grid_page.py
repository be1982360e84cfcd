"""Grid as a script without a browser: what it takes, starting, steering as one, and what was found."""

import pytest

from cnn.experiments.driver import look
from cnn.experiments.experiment import Experiment, Result
from cnn.experiments.grid import Grid
from cnn.network.presets import PRESETS
from cnn.network.summary import total_multiply_adds, walk
from cnn.runs.status import Status
from cnn.runs.store import owner_hash
from cnn.web.app.run_text import minutes
from cnn.web.app.service import service
from cnn.web.grid import plan, watch
from support.app_pages import ANNA, BEN, Lab, said


def made(owner: str = ANNA, **fields: object) -> Experiment:
    spec = {"axes": {"filters": [2, 4], "depth": [1, 2]}, "epochs": 2, "dataset": "sketch10", **fields}
    return service().experiments.create(Grid.from_json(spec), owner_hash(owner))


def button(app: object, label: str) -> object:
    (found,) = [one for one in app.button if one.label == label]  # type: ignore[attr-defined]
    return found


def test_what_it_takes_is_said_before_anything_starts(lab: Lab) -> None:
    app = lab.visit("grid")
    assert not app.exception
    text = said(app)
    assert "**18 runs**: 9 combinations, 2 seeds each" in text
    assert "an unknown time, because nothing similar has been trained here yet" in text
    assert "of memory at a time" in text
    assert service().experiments.all() == []


def test_the_time_is_judged_by_what_runs_on_the_same_pictures_took(lab: Lab) -> None:
    lecture = PRESETS["lecture"].setup
    for dataset, seconds in (("sketch10", 10.0), ("cifar10", 900.0)):
        run = lab.store.create(lecture, dataset, owner_hash(ANNA), "before")
        run.write_status(Status("finished", seconds=seconds, epoch=2.0))
    grid = Grid.from_json({"axes": {"depth": [1, 2, 3], "filters": [6, 12, 24]}, "seeds": 2, "epochs": 2})
    costs = [total_multiply_adds(walk(trial.setup.network)) for trial in grid.trials]
    expected = 10.0 / total_multiply_adds(walk(lecture.network)) * sum(costs)  # two epochs took 10 s
    assert f"this takes about {minutes(expected)}" in said(lab.visit("grid"))


def test_starting_makes_one_experiment_of_the_visitors_own(lab: Lab) -> None:
    app = lab.visit("grid")
    app = app.number_input(key="grid-seeds").set_value(1).run()
    (start,) = [one for one in app.button if one.label == "Train 9 runs"]
    app = start.click().run()
    assert not app.exception
    (one,) = service().experiments.all()
    assert (one.owner, one.grid.count, one.grid.dataset) == (owner_hash(ANNA), 9, "sketch10")
    assert "9 waiting" in str([item.proto for item in app.get("progress")])
    assert "No experiment yet" in said(lab.visit("grid", BEN))


def test_too_many_runs_and_impossible_values_are_a_sentence(lab: Lab) -> None:
    app = lab.visit("grid")
    app = app.number_input(key="grid-seeds").set_value(10).run()
    assert any("90 runs are not allowed; give at most 64" in item.value for item in app.error)
    assert not [one for one in app.button if one.label.startswith("Train")]


def test_a_typed_value_that_is_no_number_is_left_for_the_grid_to_refuse() -> None:
    assert plan._typed("24", int) == 24
    assert plan._typed("many", int) == "many"
    assert plan._typed("9" * 100, float) == float("9" * 20)


def test_pause_resume_and_stop_are_one_press_each(lab: Lab) -> None:
    one = made()
    look(one, service().store, 1, lambda run: None)
    app = lab.visit("grid")
    app = next(b for b in app.button if b.label == "Pause").click().run()
    assert one.asked == "pause"
    app = next(b for b in app.button if b.label == "Resume").click().run()
    assert one.asked == "run"
    app = next(b for b in app.button if b.label == "Stop").click().run()
    assert one.asked == "stop"
    assert not app.exception
    look(one, service().store, 1, lambda run: None)
    app = lab.visit("grid")
    assert "there is no result" in said(app)
    assert not [b for b in app.button if b.label in ("Pause", "Resume", "Stop")]


def test_a_finished_one_ends_in_a_sentence_and_a_cell_shows_its_runs(lab: Lab) -> None:
    one = made(seeds=2)
    scores = (0.40, 0.45, 0.50, 0.55, 0.41, 0.46, 0.51, 0.56)
    one.keep_results({n: Result("finished", score, score, 9.0, 1.0) for n, score in enumerate(scores)})
    app = lab.visit("grid")
    assert "8 of 8 runs were trained to the end" in said(app)
    app.session_state["grid-cell"] = (1, 1)
    app = app.run()
    assert not app.exception
    assert "Seed 1: finished, 56.0 % on validation" in said(app)


@pytest.mark.parametrize(
    "axes", [{"depth": [1, 2]}, {"depth": [1, 2], "filters": [2, 4], "flip": [False, True]}]
)
def test_one_and_three_settings_have_their_map_too(lab: Lab, axes: dict[str, list[int]]) -> None:
    made(axes=axes)
    assert not lab.visit("grid").exception


def test_the_table_says_which_means_are_of_runs_that_were_stopped(lab: Lab) -> None:
    one = made()
    stopped = (Result("finished", 0.40, 0.4, 9.0, 1.0), Result("stopped", 0.45, None, 5.0, 0.5))
    one.keep_results(dict(enumerate((*stopped, Result("stopped"), Result("stopped")))))
    text = said(lab.visit("grid"))
    assert "1 of 4 runs was trained to the end" in text
    assert "In brackets: not trained to the end." in text
    results = one.results(service().store)
    assert [watch.cell_text(one.grid, results, cell) for cell in range(4)] == ["40.0", "(45.0)", "–", "–"]
    going = [*stopped, Result("running"), Result("queued")]
    assert [watch.cell_text(one.grid, going, cell) for cell in (2, 3)] == ["…", "…"]
