"""Accuracy on some test pictures, against a loop in NumPy."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest
from test_forward_keras import random_weights

from cnn import models
from cnn.data import CLASSES
from cnn.data.balanced import of_each_class
from cnn.errors import DataError, RunError
from cnn.forward import forward
from cnn.inside import questions
from cnn.spec import Block, Convolution, NetworkSpec

pytestmark = pytest.mark.tensorflow
LECTURE = models.shipped()[0]
NETWORK = LECTURE.setup.network


@dataclass(frozen=True)
class UpsideDown:
    """A change of pictures as a page hands it over."""

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        return pixels[:, ::-1]


@pytest.mark.parametrize("change", [None, UpsideDown()])
def test_accuracy_is_that_of_a_loop(network: ModuleType, change: UpsideDown | None) -> None:
    weights, shares = LECTURE.weights(), []
    found = questions.accuracy(shares.append, NETWORK, weights, change, "sketch10", 300)
    pictures = of_each_class("sketch10", 300)
    shown = pictures.pixels if change is None else pictures.pixels[:, ::-1]
    right = forward(NETWORK, weights, shown)["softmax"].argmax(axis=1) == pictures.labels
    assert (found.correct, found.total) == (int(right.sum()), 300)
    assert found.share == found.correct / 300
    for label in range(len(CLASSES)):
        assert found.per_class[label] == pytest.approx(right[pictures.labels == label].mean())
    assert found.pictures == pictures.about
    assert shares[-1] == 1


def test_other_weights_give_another_accuracy(network: ModuleType) -> None:
    """A network that was asked about before does not keep its weights."""

    def correct(weights: dict[str, np.ndarray]) -> int:
        return questions.accuracy(lambda _: None, NETWORK, weights, None, "sketch10", 200).correct

    weights = dict(LECTURE.weights())
    always_frog = weights | {"scores/bias": np.eye(10, dtype=np.float32)[6] * 1e3}
    before, frogs = correct(weights), correct(always_frog)
    assert frogs == 20
    assert before != frogs
    assert correct(weights) == before


def test_weights_of_another_network_are_refused() -> None:
    other = NetworkSpec((Block((Convolution(3),)),))
    with pytest.raises(RunError):
        questions.accuracy(lambda _: None, NETWORK, random_weights(other), None, "sketch10", 100)


def test_too_many_pictures_are_refused(network: ModuleType) -> None:
    with pytest.raises(DataError, match="2,010 test pictures"):
        questions.accuracy(lambda _: None, NETWORK, LECTURE.weights(), None, "sketch10", 2010)
