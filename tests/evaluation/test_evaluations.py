"""Evaluations: what Keras says, kept with the snapshot, read back, and never that of other weights or pictures."""

import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnn import data
from cnn.core.errors import RunError
from cnn.core.scaling import to_input
from cnn.evaluation import evaluations, pretrained
from cnn.evaluation.evaluations import (
    Evaluation,
    missing_parts,
    newest_snapshot,
    read_evaluation,
    write_evaluation,
)
from cnn.evaluation.looks import looks, note_looks
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run, RunStore

LECTURE = pretrained.shipped()[0]


@pytest.fixture
def run(home: Path) -> Run:
    """A run of the visitor's own with the weights of `lecture`."""
    made = RunStore(home / "runs").create(LECTURE.setup, "sketch10", "a" * 32, "mine")
    made.save_snapshot(7, 1.0, LECTURE.weights())
    return made


def made_up(part: str = "test", count: int = 50) -> Evaluation:
    rng = np.random.default_rng(4)
    scores = rng.normal(0, 2, (count, 10)).astype(np.float32)
    return Evaluation("sketch10", part, "sketch10, drawn by code", scores, rng.integers(0, 10, count))


def test_what_is_kept_is_what_was_found(run: Run) -> None:
    snapshot, found = newest_snapshot(run), made_up()
    assert missing_parts(run, snapshot, "sketch10", ("validation", "test")) == ("validation", "test")
    write_evaluation(run, snapshot, found)
    assert missing_parts(run, snapshot, "sketch10", ("validation", "test")) == ("validation",)
    kept = read_evaluation(run, snapshot, "sketch10", "test")
    assert kept is not None
    np.testing.assert_array_equal(kept.scores, found.scores)
    np.testing.assert_array_equal(kept.labels, found.labels)
    assert kept.same_pictures(found)
    assert (kept.correct, kept.total, kept.source) == (found.correct, 50, found.source)
    low, high = kept.interval
    assert low < kept.accuracy < high


def test_other_weights_of_the_same_step_have_no_evaluation(run: Run) -> None:
    write_evaluation(run, newest_snapshot(run), made_up())
    run.save_snapshot(7, 1.0, {name: array + 1 for name, array in LECTURE.weights().items()})
    assert read_evaluation(run, newest_snapshot(run), "sketch10", "test") is None


def test_another_copy_of_the_pictures_has_no_evaluation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_evaluation(run, newest_snapshot(run), made_up())
    monkeypatch.setattr(evaluations, "_copy_of", lambda dataset, folder: "other bytes")
    assert read_evaluation(run, newest_snapshot(run), "sketch10", "test") is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 100, b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_broken_file_is_no_evaluation(run: Run, content: bytes) -> None:
    write_evaluation(run, newest_snapshot(run), made_up())
    (path,) = (run.folder / "evaluations").iterdir()
    path.write_bytes(content)
    assert read_evaluation(run, newest_snapshot(run), "sketch10", "test") is None


def test_one_of_a_network_that_comes_along_is_kept_at_home(home: Path) -> None:
    write_evaluation(LECTURE, newest_snapshot(LECTURE), made_up())
    assert not (LECTURE.folder / "evaluations").exists()
    assert len(list((home / "evaluations" / "lecture").iterdir())) == 1


def test_a_run_that_is_gone_and_one_without_weights_are_sentences(run: Run, home: Path) -> None:
    snapshot = newest_snapshot(run)
    new = RunStore(home / "runs").create(PRESETS["lecture"].setup, "sketch10", name="new")
    with pytest.raises(RunError, match="new has no saved weights yet"):
        newest_snapshot(new)
    shutil.rmtree(run.folder)
    with pytest.raises(RunError, match="no longer exists"):
        write_evaluation(run, snapshot, made_up())
    with pytest.raises(RunError, match="no longer exists"):
        read_evaluation(run, snapshot, "sketch10", "test")


def test_a_run_keeps_at_most_so_many(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluations, "KEPT_FILES", 3)
    for step in range(1, 6):
        run.save_snapshot(step, step / 10, {n: a + step for n, a in LECTURE.weights().items()})
        write_evaluation(run, Snapshot(run.snapshots()[step - 1].path, step, step / 10), made_up())
    assert len(list((run.folder / "evaluations").iterdir())) == 3


# Looks at test results


def test_looks_are_counted_once_each_and_for_each_owner(home: Path) -> None:
    assert note_looks("a" * 32, ["one/7"]) == 1
    assert note_looks("a" * 32, ["one/7", "two/9"]) == 2
    assert looks("b" * 32) == frozenset()
    (home / "looks" / f"{'a' * 32}.json").write_text("[broken")
    assert looks("a" * 32) == frozenset()
    assert looks("../../etc/passwd") == frozenset()


# The network itself


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["lecture", "minute", "tinyvgg"])
def test_scores_are_those_of_numpy_and_of_keras(network: ModuleType, name: str) -> None:
    from cnn.evaluation.evaluate import scores_of

    (run,) = [one for one in pretrained.shipped() if one.id == name]
    images = data.test_pictures("sketch10", range(130))  # more than a batch, and no multiple of it
    shares: list[float] = []
    found = scores_of(run.setup.network, run.weights(), images, shares.append)
    expected = forward(run.setup.network, run.weights(), images)["scores"]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-3)
    model = network.build_network(run.setup.network)
    network.set_weights(model, dict(run.weights()))
    answers = model.predict(to_input(images), verbose=0)
    np.testing.assert_array_equal(found.argmax(axis=1), answers.argmax(axis=1))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.tensorflow
def test_a_network_that_gives_no_numbers_is_a_sentence(network: ModuleType) -> None:
    from cnn.evaluation.evaluate import scores_of

    weights = {name: array.copy() for name, array in LECTURE.weights().items()}
    weights["scores/bias"][3] = np.inf
    with pytest.raises(RunError, match="no finite numbers for 10 of 10 pictures"):
        scores_of(LECTURE.setup.network, weights, data.test_pictures("sketch10", range(10)))


@pytest.mark.tensorflow
def test_the_query_gives_both_parts_apart(network: ModuleType) -> None:
    from cnn.worker import queries
    from cnn.worker.jobs import load_once

    snapshot = newest_snapshot(LECTURE)
    told: list[float] = []
    found = queries.evaluate(
        told.append, str(LECTURE.folder), str(snapshot.path), "sketch10", ("validation", "test")
    )
    pictures = load_once("sketch10")
    np.testing.assert_array_equal(found["validation"].labels, pictures.validation_labels)
    np.testing.assert_array_equal(found["test"].labels, pictures.test_labels)
    assert not found["validation"].same_pictures(found["test"])
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
