"""Compare as a script without a browser: every view, a shared link with runs that are gone, other data, words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cnn import data
from cnn.evaluation import pretrained
from cnn.evaluation.evaluations import Evaluation, newest_snapshot, write_evaluation
from cnn.figures.overlay import MAX_POINTS, points
from cnn.network.presets import PRESETS
from cnn.runs.status import Status
from cnn.runs.store import Run, owner_hash
from cnn.scheduler.query_queue import Answer
from cnn.web.app.service import service
from support.app_pages import ANNA, BEN, EPOCH, PROGRESS, Lab, said

VIEWS = ("Curves", "Settings", "Is it real?", "Confusion", "Same picture", "Cost")
LECTURE = PRESETS["lecture"].setup


def put(lab: Lab, rate: float = 0.003, seed: int = 0, owner: str = ANNA, **facts: object) -> Run:
    """A finished run with the weights of `lecture` and a short history."""
    setup = replace(LECTURE, training=replace(LECTURE.training, learning_rate=rate, seed=seed))
    run = lab.store.create(setup, "sketch10", owner_hash(owner), "mine")
    run.save_snapshot(3, 1.0, pretrained.shipped()[0].weights())
    for row in (PROGRESS, EPOCH):
        run.history.append(row)
    run.write_status(Status("finished", validation_accuracy=0.6, seconds=9.0, **facts))  # type: ignore[arg-type]
    return run


def keep(run: Run, wrong: int, count: int = 200) -> None:
    """Keep an evaluation in which the first `wrong` pictures are named wrong."""
    labels = data.test_labels("sketch10")[:count]
    said_ = labels.copy()
    said_[:wrong] = (said_[:wrong] + 1) % 10
    scores = np.eye(10, dtype=np.float32)[said_] * 4
    for part in ("validation", "test"):
        write_evaluation(
            run, newest_snapshot(run), Evaluation("sketch10", part, "sketch10, drawn by code", scores, labels)
        )


def link(*runs: Run) -> str:
    return ",".join(run.id for run in runs)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn_with_and_without_evaluations(lab: Lab, view: str) -> None:
    runs = [put(lab), put(lab, rate=0.01)]
    for wrong in (0, 60):
        app = lab.visit("compare", runs=link(*runs), view=view)
        assert not app.exception
        for run, more in zip(runs, (0, wrong), strict=True):
            keep(run, more)
    assert not lab.visit("compare", runs=link(*runs), view=view).exception


def test_the_legend_says_only_what_differs(lab: Lab) -> None:
    app = lab.visit("compare", runs=link(put(lab), put(lab, rate=0.01)))
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert [line["name"] for line in chart["data"]] == ["learning rate 0.003", "learning rate 0.01"]


def test_a_difference_is_told_in_words(lab: Lab) -> None:
    runs = [put(lab), put(lab, rate=0.01)]
    keep(runs[0], 0)
    keep(runs[1], 60)
    text = said(lab.visit("compare", runs=link(*runs), view="Is it real?")).replace("\\", "")
    assert "learning rate 0.003 is right on 60 of 200 pictures more than learning rate 0.01" in text
    assert "hardly chance (p < 0.0001)" in text


def test_of_a_shared_link_what_is_gone_or_not_mine_is_told_and_the_rest_compared(lab: Lab) -> None:
    mine, theirs = put(lab), put(lab, owner=BEN)
    app = lab.visit("compare", runs=f"{mine.id},gone-run,{theirs.id},lecture")
    assert "2 networks of this link cannot be shown" in said(app)
    assert app.multiselect[0].value == [mine.id, "lecture"]
    assert len(json.loads(app.get("plotly_chart")[0].proto.spec)["data"]) == 2


def test_a_run_that_is_deleted_while_it_is_compared_is_told_and_the_rest_goes_on(lab: Lab) -> None:
    runs = [put(lab), put(lab, rate=0.01), put(lab, rate=0.1)]
    app = lab.visit("compare", runs=link(*runs))
    runs[1].remove()
    app = app.run()
    assert not app.exception
    assert "1 network of this link cannot be shown" in said(app)
    assert app.multiselect[0].value == [runs[0].id, runs[2].id]


def test_a_network_that_gives_no_numbers_is_told_and_the_others_are_compared(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [put(lab), put(lab, rate=0.01), put(lab, rate=0.1)]
    for run, wrong in zip(runs[:2], (0, 60), strict=True):
        keep(run, wrong)
    app = lab.visit("compare", runs=link(*runs), view="Is it real?")
    no_numbers = Answer("failed", 0.0, None, "The network gives no finite numbers for 200 of 200 pictures")
    monkeypatch.setattr(service().engine.queries, "ask", lambda *asked: no_numbers)
    app = next(one for one in app.button if one.label.startswith("Evaluate 1")).click().run()
    text = said(app).replace("\\", "")
    assert any("no finite numbers for 200 of 200" in item.value for item in app.error)
    assert "learning rate 0.003 is right on 60 of 200 pictures more than learning rate 0.01" in text


def test_more_than_eight_are_drawn_as_curves_and_points(lab: Lab) -> None:
    runs = [put(lab, seed=seed) for seed in range(13)]
    app = lab.visit("compare", runs=link(*runs), view="Is it real?")
    assert not app.exception
    (views,) = [one for one in app.segmented_control if one.label == "View"]
    assert views.options == ["Curves", "Cost"]
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert [line["name"] for line in chart["data"]] == [f"seed {seed}" for seed in range(13)]
    assert chart["layout"]["showlegend"] is False
    assert "which of the 13 networks it is" in said(app)
    app = views.set_value("Cost").run()
    assert not app.exception
    assert app.get("plotly_chart")


def test_one_alone_is_asked_for_another(lab: Lab) -> None:
    assert "Choose two or more networks" in said(lab.visit("compare", runs=put(lab).id))
    assert "Choose two or more networks" in said(lab.visit("compare", runs="%00," * 500))


def test_an_empty_page_offers_two_networks_by_one_press(lab: Lab) -> None:
    own = put(lab)
    app = lab.visit("compare", runs=own.id)
    (button,) = [one for one in app.button if one.label.startswith("Compare ")]
    app = button.click().run()
    assert not app.exception
    assert app.multiselect(key="compared").value[0] == own.id
    assert len(app.multiselect(key="compared").value) == 2
    assert not any(one.label.startswith("Compare ") for one in app.button)


def test_one_that_still_trains_is_said_so(lab: Lab) -> None:
    done, running = put(lab), put(lab, rate=0.01)
    running.write_status(replace(running.status(), state="paused"))
    text = said(lab.visit("compare", runs=link(done, running)))
    assert "is paused: its curve will grow" in text


def test_other_pictures_are_left_out_with_a_word(lab: Lab) -> None:
    runs = [put(lab), put(lab, rate=0.01)]
    keep(runs[0], 0)
    keep(runs[1], 5, count=150)
    app = lab.visit("compare", runs=link(*runs), view="Is it real?")
    assert "was not evaluated on the same pictures" in said(app)


def test_settings_that_are_all_the_same_are_said_so(lab: Lab) -> None:
    app = lab.visit("compare", runs=link(put(lab), put(lab)), view="Settings")
    assert "All settings are the same" in said(app)


def test_long_histories_are_thinned_to_what_shows() -> None:
    rows = [PROGRESS | {"step": i, "epoch": i / 100, "loss": float(i)} for i in range(10_000)]
    xs, ys = points(rows, "epoch", "loss", 0.0)
    assert len(xs) == MAX_POINTS
    assert (ys[0], ys[-1]) == (0.0, 9999.0)
    assert points(rows, "multiply_adds", "loss", 1e6)[0][-1] == pytest.approx(99.99e6)
    assert points(rows, "epoch", "validation_loss", 0.0) == ([], [])
