"""A layer answers everything about itself, or its class cannot be defined."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from cnn.figures.colours import TAGS
from cnn.network.arithmetic import PassOn
from cnn.network.layers.base import Elementwise, Layer, Weights, Windowed, all_layers
from cnn.network.ops import Array


def test_a_class_without_an_answer_is_told_when_it_is_defined() -> None:
    with pytest.raises(
        TypeError, match="Half lacks tag, title, about, kind, cell, field, forward, output_shape"
    ):

        class Half(Layer):
            pass

    with pytest.raises(TypeError, match=r"Silent lacks about, forward\.$"):

        class Silent(Elementwise):
            tag: ClassVar[str] = "drop"
            title: ClassVar[str] = "Silent"

            def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> PassOn:
                return PassOn("nothing happens")


def test_the_kinds_in_between_are_no_layers() -> None:
    classes = {*all_layers()}
    assert not classes & {Layer, Elementwise, Windowed}
    assert {"Conv", "DepthwiseConv", "GroupNorm", "SpatialDropout", "Gate"} <= {c.__name__ for c in classes}


@pytest.mark.parametrize("kind", [*all_layers()], ids=lambda kind: kind.__name__)
def test_every_layer_has_its_words_and_a_colour(kind: type[Layer]) -> None:
    assert kind.tag in TAGS
    assert kind.about.endswith(".")
    assert kind.title[0].isupper()
    assert kind.about.count(". ") <= 1


@pytest.mark.tensorflow
def test_every_layer_has_a_keras_builder(network: object) -> None:
    from cnn.training.keras_model import BUILDERS

    assert {kind.__name__ for kind in all_layers()} - {kind.__name__ for kind in BUILDERS} == {"Input"}


def test_a_view_on_a_kernel_writes_into_it() -> None:
    from cnn.network.layers.conv import Conv, DepthwiseConv

    for layer, shape in (
        (Conv("a", ("b",), 3, 1, "same", 4), (3, 3, 2, 4)),
        (DepthwiseConv("a", ("b",), 3, 1, "same"), (3, 3, 4, 1)),
    ):
        kernel = np.zeros(shape, np.float32)
        layer.kernel_of(kernel, 3)[...] = 1
        assert kernel.sum() == layer.kernel_of(kernel, 3).size
