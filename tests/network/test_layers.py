"""A layer answers everything about itself, or its class cannot be defined."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from cnn.figures.colours import TAGS
from cnn.network.arithmetic import Arithmetic, PassOn, Times
from cnn.network.layers.activation import Dropout
from cnn.network.layers.base import Elementwise, Layer, Origin, TooSmallError, Weights, Windowed, all_layers
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import Flatten, FullyConnected
from cnn.network.layers.field import PICTURE_FIELD, Window
from cnn.network.layers.merge import Gate
from cnn.network.layers.norm import GroupNorm
from cnn.network.layers.pool import Pool
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


def test_a_cell_is_followed_into_the_first_window_that_contains_it() -> None:
    maps = np.arange(18, dtype=np.float32).reshape(3, 3, 2)
    pool = Pool("pool1", ("relu1",), "max", 2, 1)

    def followed(cell: tuple[int, int], shape: tuple[int, int, int] = (2, 2, 2)) -> Arithmetic:
        return pool.follow(0.0, "relu1", [maps], {}, 1, cell, shape)

    assert followed((1, 1)).total == 9
    assert followed((1, 1)).text == "the largest of 1.0000, 3.0000, 7.0000, 9.0000: this cell is the largest"
    assert followed((2, 0)).text == "the largest of 7.0000, 9.0000, 13.0000, 15.0000: row 2, column 1 wins"
    assert followed((0, 2)).text == "the largest of 3.0000, 5.0000, 9.0000, 11.0000: row 1, column 2 wins"
    dropped = Pool("pool1", ("relu1",), "max", 2, 2).follow(0.0, "relu1", [maps], {}, 1, (2, 2), (1, 1, 2))
    assert np.isnan(dropped.total)
    assert dropped.text == "no window contains this cell"


def test_a_vector_takes_in_no_single_cell() -> None:
    flat = Flatten("flat", ("pool1",))
    maps = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    assert not flat.follows("pool1")
    nowhere = flat.follow(1.0, "pool1", [maps], {}, 0, (0, 0), (12,))
    assert np.isnan(nowhere.total)
    assert nowhere.text == "does not take a single cell in"
    copied = flat.cell([maps], {}, 7, None)
    assert (copied.total, copied.text) == (7.0, "copied unchanged")


def test_a_gate_multiplies_each_map_by_its_own_factor() -> None:
    maps, factors = np.arange(12, dtype=np.float32).reshape(2, 3, 2), np.array([0.5, 0.25], np.float32)
    gate = Gate("gate1", ("relu1", "factors1"))
    assert gate.operation([maps, factors], {}, 1, "relu1") == Times("factors1")
    assert gate.second([maps, factors], "relu1").shape == maps.shape
    assert gate.cell([maps, factors], {}, 1, (1, 2)).total == 11 * 0.25


def test_the_kernel_of_a_map_that_is_not_square_stops_at_its_own_edges() -> None:
    maps = np.ones((3, 5, 1), np.float32)
    weights = {"conv1/kernel": np.ones((3, 3, 1, 1), np.float32), "conv1/bias": np.zeros(1, np.float32)}
    conv = Conv("conv1", ("input",), 3, 1, "same", 1)
    found = {
        cell: conv.cell([maps], weights, 0, cell).total for cell in ((0, 0), (2, 4), (2, 2), (1, 4), (1, 2))
    }
    assert found == {(0, 0): 4, (2, 4): 4, (2, 2): 6, (1, 4): 6, (1, 2): 9}


@pytest.mark.parametrize(
    ("groups", "channel", "maps"), [(2, 4, "maps 3 to 5"), (3, 1, "maps 0 to 1"), (6, 5, "map 5")]
)
def test_group_normalisation_says_whose_mean_it_takes(groups: int, channel: int, maps: str) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, 3, 6)).astype(np.float32)
    weights = {"norm1/gamma": np.arange(6, dtype=np.float32), "norm1/beta": np.ones(6, np.float32)}
    found = GroupNorm("norm1", ("conv1",), groups).operation([values], weights, channel, "conv1")
    size = 6 // groups
    group = values[..., channel // size * size : channel // size * size + size]
    assert (found.mean, found.variance) == pytest.approx((float(group.mean()), float(group.var())), rel=1e-6)
    assert (found.gamma, found.beta) == (channel, 1)
    assert found.whose == f"mean and variance of {maps} on this picture"


def test_a_gate_lets_a_cell_through_and_not_a_factor() -> None:
    gate = Gate("gate1", ("relu1", "factors1"))
    assert (gate.follows("relu1"), gate.follows("factors1"), gate.follows("conv1")) == (True, False, False)


def test_dropout_passes_a_value_on_and_says_why() -> None:
    found = Dropout("dropout1", ("pool1",), 0.5).cell([np.full((1, 1, 1), 3, np.float32)], {}, 0, (0, 0))
    assert (found.total, found.text) == (3, "passed on unchanged: dropout is for training")


def test_the_values_of_a_dense_layer_come_from_its_neurons() -> None:
    assert FullyConnected("dense1", ("flatten",), 4).origin([(12,)], (4,)) == Origin(
        "dense1", (1, 1, 4), "neuron"
    )


def test_a_flattened_value_comes_from_a_cell_of_a_map() -> None:
    found = Flatten("flatten", ("pool1",)).origin([(2, 3, 4)], (24,))
    assert found == Origin("pool1", (2, 3, 4), "map", placed=True)


def test_the_maps_of_single_channels_add_up_to_the_layers_map() -> None:
    rng = np.random.default_rng(1)
    maps, kernel = (rng.normal(size=shape).astype(np.float32) for shape in ((4, 5, 3), (3, 3, 3)))
    conv = Conv("conv1", ("input",), 3, 1, "same", 1)
    found = conv.channel_maps(maps, kernel)
    assert (found.shape, found.dtype) == ((4, 5, 3), np.float32)
    whole = conv.forward([maps], {"conv1/kernel": kernel[..., None], "conv1/bias": np.zeros(1, np.float32)})
    np.testing.assert_allclose(found.sum(axis=-1), whole[..., 0], atol=1e-5)


def test_a_map_that_is_too_small_is_told_with_its_size() -> None:
    error = TooSmallError("pool4", (2, 3), 4, "Remove a block.")
    assert error.field == "network"
    assert str(error) == (
        "network: layer pool4 slides a 4×4 window over a map that is only 2×3, so nothing is left. Remove a block."
    )


def test_rows_and_columns_that_no_window_reaches_are_unseen() -> None:
    every_second, wide = (
        Window(3, 2, 0),
        Window(2, 5, 0),
    )  # over 32: rows 0 to 30, and two of every five columns
    found = PICTURE_FIELD.slid(every_second, wide, (15, 7))
    assert PICTURE_FIELD.unseen() == ([], [])
    assert found.unseen() == ([31], [k for k in range(32) if k % 5 > 1])
