"""Evaluate as a script without a browser: asked once, kept, told in words; and what stands against it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.core.shares import percent
from cnn.data.layout import batches_folder
from cnn.evaluation import duplicates, pretrained
from cnn.evaluation.evaluations import Evaluation, newest_snapshot, write_evaluation
from cnn.evaluation.looks import looks
from cnn.evaluation.metrics import wilson
from cnn.runs.status import Status
from cnn.runs.store import RunStore, owner_hash
from cnn.scheduler.query_queue import Answer
from cnn.web.app.matrix import read_cell
from cnn.web.app.service import service
from cnn.web.app.widgets import class_sample
from cnn.web.classify import samples
from support.app_pages import ANNA, opened, said

LECTURE = pretrained.shipped()[0]
Visit = Callable[..., AppTest]


def answers(part: str) -> Evaluation:
    """Scores under which three of four pictures of the drawn ones are named right."""
    labels = data.test_labels("sketch10")[:400] if part == "test" else np.arange(200) % 10
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 1, (len(labels), 10)).astype(np.float32)
    wrong = rng.permutation(len(labels)) < len(labels) // 4
    scores[np.arange(len(labels)), np.where(wrong, (labels + 1) % 10, labels)] += 9
    return Evaluation("sketch10", part, "sketch10, drawn by code", scores, labels)


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, only_drawn_pictures: None) -> Visit:
    return lambda **address: opened(monkeypatch, "evaluate", ANNA, **address)


@pytest.fixture
def evaluated(visit: Visit) -> Visit:
    for part in ("validation", "test"):
        write_evaluation(LECTURE, newest_snapshot(LECTURE), answers(part))
    return visit


def test_nothing_is_asked_before_it_is_wanted_and_the_answer_is_kept(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def ask(key: str, function: Any, *arguments: Any) -> Answer:
        asked.append(arguments)
        found = {part: answers(part) for part in arguments[3]}
        return Answer("working", 0.5) if len(asked) == 1 else Answer("done", 1.0, found)

    app = visit(network="lecture")
    monkeypatch.setattr(service().engine.queries, "ask", ask)
    assert not asked
    (button,) = [one for one in app.button if "Evaluate on the test pictures" in one.label]
    app = button.click().run()
    assert "Accuracy" not in [metric.label for metric in app.metric]
    app = app.run()
    assert app.metric[0].label == "Accuracy"
    assert len(asked) == 2
    assert asked[0][3] == ("validation", "test")
    app = visit(network="lecture")  # another session: nothing is asked any more
    assert app.metric[0].value == percent(0.75)
    assert len(asked) == 2


def test_the_headline_is_in_words_and_the_interval_is_wilsons(evaluated: Visit) -> None:
    app = evaluated(network="lecture")
    low, high = wilson(300, 400)
    assert app.metric[1].value == f"{100 * low:.1f} to {100 * high:.1f} %"
    assert "**300 of 400 test pictures**" in said(app)
    assert "sketch10, drawn by code" in said(app)
    assert "first network whose test result you have seen" in said(app)


def test_validation_and_test_are_told_apart_and_only_test_is_counted(evaluated: Visit) -> None:
    app = evaluated(network="lecture", on="Validation pictures")
    assert "**150 of 200 validation pictures**" in said(app)
    assert "as often as you like" in said(app)
    assert "easier ones" not in said(app)  # which was measured of CIFAR-10 itself
    assert not looks(owner_hash(ANNA))
    app = evaluated(network="lecture")
    assert looks(owner_hash(ANNA)) == {f"lecture/{newest_snapshot(LECTURE).step}"}


def test_where_training_counted_otherwise_it_is_said(evaluated: Visit, home: Path) -> None:
    run = RunStore(home / "runs").create(LECTURE.setup, "sketch10", owner_hash(ANNA), "mine")
    run.save_snapshot(3, 1.0, LECTURE.weights())
    for part in ("validation", "test"):
        write_evaluation(run, newest_snapshot(run), answers(part))
    run.write_status(Status("finished", precision="mixed_bfloat16", source="sketch10", test_accuracy=0.745))
    text = said(evaluated(network=run.id)).replace("\\", "")
    assert "At the end of training the network got 298 of them right, in mixed_bfloat16 precision" in text
    run.write_status(Status("finished", precision="mixed_bfloat16", source="sketch10", test_accuracy=0.75))
    assert "At the end of training" not in said(evaluated(network=run.id))


def test_every_view_is_drawn(evaluated: Visit) -> None:
    for view in ("Confusion", "Classes", "Worst", "Confidence", "In both sets"):
        app = evaluated(network="lecture", show=view)
        assert not app.exception, view
    for order in ("Most confidently wrong", "Least confident", "Most confused pairs"):
        app = evaluated(network="lecture", show="Worst", worst=order)
        assert not app.exception, order
    app = evaluated(network="lecture", show="Confidence")
    assert "15 bins, each 6.67 points wide" in said(app)
    app = evaluated(network="lecture", show="In both sets")
    assert any("official files" in item.value for item in app.info)


def test_pictures_that_are_in_both_sets_are_shown_in_pairs(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = duplicates.known(batches_folder(real_data))
    if listed is None:
        pytest.skip("these are not the official files of CIFAR-10")
    labels = data.test_labels("cifar10")
    scores = np.eye(10, dtype=np.float32)[(labels + 1) % 10]  # always wrong
    for part in ("validation", "test"):
        found = Evaluation("cifar10", part, "CIFAR-10", scores, labels)
        write_evaluation(LECTURE, newest_snapshot(LECTURE), found)
    app = opened(monkeypatch, "evaluate", ANNA, network="lecture", show="In both sets")
    assert f"**{len(listed.test):,} test pictures** of CIFAR-10 have nearly the same picture" in said(app)
    first = f"test {listed.test[0]:,}, training {listed.train[0]:,}"
    (caption,) = [item.value for item in app.caption if first in item.value]
    true = int(labels[listed.test[0]])
    assert f"**{data.CLASSES[true]}" in caption
    assert f"predicted {data.CLASSES[(true + 1) % 10]}" in caption
    assert len([item for item in app.caption if ", training " in item.value]) == 12
    app.toggle(key="two-labels").set_value(True).run()
    _, train_labels = duplicates.training_pictures(batches_folder(real_data), listed.train)
    apart = listed.test[train_labels != labels[listed.test]]
    assert f"test {apart[0]:,}," in said(app)
    assert len([item for item in app.caption if ", training " in item.value]) == min(12, len(apart))
    app = opened(monkeypatch, "evaluate", ANNA, network="lecture", on="Validation pictures")
    assert "these 5,000 are the easier ones" in said(app)


def test_a_cell_opens_its_pictures_most_confident_first(evaluated: Visit) -> None:
    app = evaluated(network="lecture")
    app.session_state["evaluate-cell"] = (3, 4)
    app = app.run()
    assert "cat classified as deer" in said(app)
    links = {item.proto.label: item.proto.query_string for item in app.get("page_link")}
    place = int(links["Look inside"].rpartition("number=")[2])
    number = int(np.flatnonzero(data.test_labels("sketch10") == 3)[place - 1])
    found = answers("test")
    cell = np.flatnonzero((found.labels == 3) & (found.said == 4))
    assert number == cell[found.probabilities[cell, 4].argmax()]
    assert "network=lecture" in links["Look inside"]
    assert f"sample_class=cat&sample_number={place}" in links["Classify"]


def test_a_validation_picture_of_a_cell_opens_in_inside_and_in_classify(
    evaluated: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = evaluated(network="lecture", on="Validation pictures")
    app.session_state["evaluate-cell"] = (3, 4)
    app = app.run()
    found = answers("validation")
    cell = np.flatnonzero((found.labels == 3) & (found.said == 4))
    number = cell[found.probabilities[cell, 4].argmax()]
    links = {item.proto.label: item.proto.query_string for item in app.get("page_link")}
    inside = opened(monkeypatch, "inside", ANNA, **dict(parse_qsl(links["Look inside"])))
    assert f"A picture of class cat, drawn by code (sketch10), validation picture {number}." in said(inside)
    asked: list[Any] = []
    monkeypatch.setattr(samples, "class_sample", lambda *which: asked.append(which) or class_sample(*which))
    classify = opened(monkeypatch, "classify", ANNA, **dict(parse_qsl(links["Classify"])))
    assert not classify.exception
    assert asked == [("sketch10", 3, number // 10, "validation")]  # the classes take turns
    (maps,) = [item.proto.query_string for item in classify.get("page_link") if "maps" in item.proto.label]
    assert dict(parse_qsl(maps)) == dict(parse_qsl(links["Look inside"]))


def test_a_network_with_values_that_are_no_numbers_is_a_sentence(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    run = RunStore(home / "runs").create(LECTURE.setup, "sketch10", owner_hash(ANNA), "mine")
    run.save_snapshot(3, 1.0, {name: array * np.nan for name, array in LECTURE.weights().items()})
    sentence = "The snapshot holds values in conv1/bias that are no numbers."
    app = visit(network=run.id)
    monkeypatch.setattr(service().engine.queries, "ask", lambda *_: Answer("failed", message=sentence))
    (button,) = [one for one in app.button if "Evaluate on the test pictures" in one.label]
    app = button.click().run()
    assert any(sentence in item.value for item in app.error)


def test_a_cell_that_a_browser_makes_up_is_none() -> None:
    for value in ([10, 0], [0, -1], ["1", 2], [1], [1, 2, 3], None, {"row": 1}, [1.0, 2.0]):
        assert read_cell(value, 10, 10) is None
