"""Queries to the query worker: their answers, their failures, and a worker that is killed."""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import RunError
from cnn.evaluation import pretrained
from cnn.network.forward import forward
from cnn.runs.store import RunStore
from cnn.scheduler.engine import Engine
from cnn.scheduler.query_queue import LOST, Answer
from cnn.worker import queries
from support.serving import eventually

LECTURE = pretrained.shipped()[0]
WHERE = (str(LECTURE.folder), str(LECTURE.snapshots()[-1].path))
PIXELS = np.random.default_rng(5).integers(0, 256, (32, 32, 3)).astype(np.uint8)
START_SECONDS = 300.0


def silent(share: float) -> None:
    """Take a report and do nothing."""


@pytest.mark.tensorflow
def test_keras_and_numpy_say_the_same_of_every_layer(network: ModuleType) -> None:
    expected = forward(LECTURE.setup.network, LECTURE.weights(), PIXELS)
    for name, values in expected.items():
        found = queries.layer_values(silent, *WHERE, PIXELS, name)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, values, rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.tensorflow
def test_each_saved_state_gives_its_own_values(network: ModuleType) -> None:
    first, last = LECTURE.snapshots()[0], LECTURE.snapshots()[-1]
    for snapshot in (last, first, last):
        found = queries.layer_values(silent, WHERE[0], str(snapshot.path), PIXELS, "scores")
        expected = forward(LECTURE.setup.network, LECTURE.weights(snapshot), PIXELS)["scores"]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "ask",
    [
        partial(queries.layer_values, silent, *WHERE, PIXELS),
        lambda layer: queries.grad_cam(silent, *WHERE, PIXELS, layer, 3),
        lambda layer: queries.winners(silent, *WHERE, layer, "sketch10", 20),
    ],
)
def test_a_layer_that_is_not_there_is_a_sentence(network: ModuleType, ask: Callable[[str], Any]) -> None:
    with pytest.raises(RunError, match="has no layer 'conv9'; choose one of its own"):
        ask("conv9")


@pytest.mark.tensorflow
def test_a_state_that_is_gone_is_a_sentence(network: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read"):
        queries.saliency(silent, WHERE[0], str(tmp_path / "gone.safetensors"), PIXELS, 0)
    with pytest.raises(RunError, match="is not a run"):
        queries.saliency(silent, str(tmp_path), WHERE[1], PIXELS, 0)


@pytest.mark.tensorflow
def test_every_answer_can_be_sent(network: ModuleType) -> None:
    """Through pickle and back, and read without TensorFlow being needed for its class."""
    answers = [
        queries.grad_cam(silent, *WHERE, PIXELS, "relu2", 1),
        queries.occlusion(silent, *WHERE, PIXELS, 1, 16, 4),
        queries.winners(silent, *WHERE, "conv1", "sketch10", 50),
        queries.climb(silent, *WHERE, "conv1", 0, "mean", 0),
    ]
    for answer in answers:
        again = pickle.loads(pickle.dumps(answer))
        assert type(again).__module__ == "cnn.interpret.results"
        for name, value in vars(answer).items():
            np.testing.assert_array_equal(getattr(again, name), value)


# Through the engine's desk


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(RunStore(tmp_path_factory.mktemp("questions") / "runs"))
    engine.start()
    yield engine
    engine.close()


def ended(engine: Engine, key: str, function: Callable[..., Any], *arguments: Any) -> Answer:
    """Ask as a page does, again and again, until there is an answer."""

    def done() -> bool:
        return engine.queries.ask(key, function, *arguments).state in ("done", "failed")

    eventually(f"an answer to {key}", done, START_SECONDS)
    return engine.queries.ask(key, function, *arguments)


@pytest.mark.workers
def test_a_helper_that_is_killed_fails_one_question_and_no_more(engine: Engine, tmp_path: Path) -> None:
    """The query worker dies in the middle of a query; another takes its place."""
    note = tmp_path / "process"

    def endless(report: Callable[[float], None], path: str) -> None:
        report(0.5)
        Path(path).write_text(str(os.getpid()))
        threading.Event().wait(600)

    eventually(
        "the question is at work",
        lambda: engine.queries.ask("endless", endless, str(note)).share == 0.5 and note.exists(),
        START_SECONDS,
    )
    os.kill(int(note.read_text()), signal.SIGKILL)
    assert ended(engine, "endless", endless, str(note)) == Answer("failed", message=LOST)
    after = ended(engine, "after", queries.layer_values, *WHERE, PIXELS, "scores")
    expected = forward(LECTURE.setup.network, LECTURE.weights(), PIXELS)["scores"]
    np.testing.assert_allclose(after.result, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.workers
def test_a_question_that_cannot_be_answered_is_a_sentence_and_can_be_asked_again(engine: Engine) -> None:
    arguments = (queries.layer_values, *WHERE, PIXELS, "conv9")
    failed = ended(engine, "wrong", *arguments)
    assert failed.state == "failed"
    assert failed.message == "The network has no layer 'conv9'; choose one of its own."
    engine.queries.forget("wrong")
    assert engine.queries.ask("wrong", *arguments).state in ("waiting", "working")
