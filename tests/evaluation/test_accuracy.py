"""Accuracy on some test pictures, against a loop in NumPy."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest

from cnn.core.errors import DataError, RunError
from cnn.data import CLASSES
from cnn.data.subset import of_each_class
from cnn.evaluation import pretrained
from cnn.network.forward import forward
from cnn.network.spec import Block, Convolution, NetworkSpec
from cnn.worker import queries
from support.random_weights import random_weights

pytestmark = pytest.mark.tensorflow
LECTURE = pretrained.shipped()[0]
NETWORK = LECTURE.setup.network


@dataclass(frozen=True)
class UpsideDown:
    """A change of pictures as a page hands it over."""

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        return pixels[:, ::-1]


@pytest.mark.parametrize("change", [None, UpsideDown()])
def test_accuracy_is_that_of_a_loop(network: ModuleType, change: UpsideDown | None) -> None:
    weights, shares = LECTURE.weights(), []
    found = queries.accuracy(shares.append, NETWORK, weights, change, "sketch10", 300)
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
        return queries.accuracy(lambda _: None, NETWORK, weights, None, "sketch10", 200).correct

    weights = dict(LECTURE.weights())
    always_frog = weights | {"scores/bias": np.eye(10, dtype=np.float32)[6] * 1e3}
    before, frogs = correct(weights), correct(always_frog)
    assert frogs == 20
    assert before != frogs
    assert correct(weights) == before


def test_weights_of_another_network_are_refused() -> None:
    other = NetworkSpec((Block((Convolution(3),)),))
    with pytest.raises(RunError):
        queries.accuracy(lambda _: None, NETWORK, random_weights(other), None, "sketch10", 100)


def test_too_many_pictures_are_refused(network: ModuleType) -> None:
    with pytest.raises(DataError, match="2,010 test pictures"):
        queries.accuracy(lambda _: None, NETWORK, LECTURE.weights(), None, "sketch10", 2010)
