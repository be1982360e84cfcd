"""The sum behind a cell: every number against Keras for random specs, and by hand."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.core.scaling import to_input
from cnn.interpret import cell
from cnn.interpret.cell_steps import steps
from cnn.network.arithmetic import WeightedSum
from cnn.network.layers import expand
from cnn.network.layers.conv import Conv
from cnn.network.layers.pool import Pool
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from support.cells import look_at, some_cell
from support.random_weights import random_pictures
from support.strategies import networks

CLOSE = {"rel": 1e-4, "abs": 1e-4}


@pytest.mark.tensorflow
@settings(max_examples=25)
@given(networks(max_blocks=3), st.integers(0, 99), st.data())
def test_every_step_of_random_cells_is_what_keras_says(
    network: ModuleType, spec: NetworkSpec, seed: int, data: st.DataObject
) -> None:
    look = look_at(spec, seed)
    model = network.build_network(spec)
    network.set_weights(model, dict(look.weights))
    keras = network.all_outputs(model)(to_input(random_pictures(1)), training=False)
    keras = {name: np.asarray(values)[0] for name, values in keras.items()}
    for layer in look.network:
        where, channel = some_cell(data, keras[layer.name].shape)
        for step in steps(look, layer.name, channel, where):
            assert step.text
            after = look.layer(step.layer)
            if isinstance(after, Pool) and step.layer != layer.name:
                for place in after.cells_over(where, keras[step.layer].shape)[:1]:
                    assert step.result == pytest.approx(keras[step.layer][(*place, channel)], **CLOSE)
            else:
                expected = keras[step.layer][channel if where is None else (*where, channel)]
                assert step.result == pytest.approx(float(expected), **CLOSE), step


@pytest.mark.tensorflow
@settings(max_examples=25)
@given(networks(max_blocks=2), st.data())
def test_intermediate_maps_are_those_of_keras_with_one_channel_left(
    network: ModuleType, spec: NetworkSpec, data: st.DataObject
) -> None:
    import keras

    look = look_at(spec)
    convolutions = [layer for layer in look.network if isinstance(layer, Conv)]
    layer = data.draw(st.sampled_from(convolutions))
    maps, kernel = look.source(layer), look.weights[f"{layer.name}/kernel"]
    channel, filter_ = (data.draw(st.integers(0, size - 1)) for size in kernel.shape[2:])
    found = layer.channel_maps(maps, kernel[..., filter_])
    expected = keras.ops.conv(
        maps[None, :, :, channel : channel + 1],
        kernel[:, :, channel : channel + 1, filter_ : filter_ + 1],
        layer.stride,
        layer.padding,
    )
    np.testing.assert_allclose(found[..., channel], np.asarray(expected)[0, :, :, 0], rtol=1e-4, atol=1e-4)
    whole = found.sum(axis=2) + look.weights[f"{layer.name}/bias"][filter_]
    np.testing.assert_allclose(whole, look.outputs[layer.name][..., filter_], rtol=1e-3, atol=1e-3)


# Without TensorFlow


def test_a_sum_worked_by_hand() -> None:
    maps = np.arange(1, 10, dtype=np.float32).reshape(3, 3, 1)
    kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], np.float32)[..., None]
    layer = Conv("conv1", ("input",), 3, 1, "same", 1)
    weights = {"conv1/kernel": kernel[..., None], "conv1/bias": np.array([0.5], np.float32)}
    found = layer.cell([maps], weights, 0, (0, 0))
    assert found.corner == (-1, -1)
    assert found.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert found.values[..., 0].tolist() == [[0, 0, 0], [0, 1, 2], [0, 4, 5]]
    assert found.total == -2 * 2 - 5 + 0.5
    assert found.by_channel.tolist() == [-9]
    valid = Conv("conv1", ("input",), 3, 1, "valid", 1)
    assert valid.cell([maps], weights, 0, (0, 0)).total == (1 + 8 + 7) - (3 + 12 + 9) + 0.5


@given(networks(max_blocks=2), st.data())
def test_the_terms_are_those_under_the_window(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    for layer in look.network:
        if not isinstance(layer, Conv):
            continue
        where, channel = some_cell(data, look.outputs[layer.name].shape)
        assert where
        maps = look.source(layer)
        kernel = look.weights[f"{layer.name}/kernel"][..., channel]
        found = layer.cell([maps], look.weights, channel, where)
        for i, j in np.ndindex(kernel.shape[:2]):
            y, x = found.corner[0] + i, found.corner[1] + j
            inside = 0 <= y < maps.shape[0] and 0 <= x < maps.shape[1]
            assert found.inside[i, j] == inside
            np.testing.assert_array_equal(found.values[i, j], maps[y, x] if inside else 0)
        shares = layer.channel_maps(maps, kernel)[where]
        np.testing.assert_allclose(found.by_channel, shares, rtol=1e-4, atol=1e-4)


def test_a_pool_window_its_winner_and_its_mean() -> None:
    values = np.array([[1, 3, 0, 0], [4, 2, 0, 0], [0, 0, 7, 7], [0, 0, 7, 7]], np.float32)
    largest = Pool("pool1", ("relu1",), "max", 2, 2)
    maps = values[..., None]
    window = largest.cell([maps], {}, 0, (0, 0))
    assert (window.winner, window.total) == ((1, 0), 4)
    assert largest.cell([maps], {}, 0, (1, 1)).winner is None
    mean = Pool("pool1", ("relu1",), "average", 2, 2).cell([maps], {}, 0, (0, 0))
    assert (mean.winner, mean.total) == (None, 2.5)


@given(st.integers(2, 3), st.integers(2, 3), st.integers(4, 12), st.data())
def test_the_windows_that_take_a_cell_in(window: int, stride: int, size: int, data: st.DataObject) -> None:
    layer = Pool("pool1", ("relu1",), "max", window, stride)
    outputs = (size - window) // stride + 1
    place = (data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1)))
    values = np.zeros((size, size), np.float32)
    values[place] = 1
    expected = [
        where
        for where in np.ndindex(outputs, outputs)
        if layer.cell([values[..., None]], {}, 0, where).values.max() == 1
    ]
    assert layer.cells_over(place, (outputs, outputs)) == expected


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 12))
def test_the_largest_contributions_and_the_others(seed: int, size: int, count: int) -> None:
    draw = np.random.default_rng(seed)
    found = WeightedSum(draw.normal(size=size), draw.normal(size=size), 0.25)
    named = found.largest(count)
    assert len(named) == min(count, size)
    left = [i for i in range(size) if i not in named]
    assert all(abs(found.products[i]) <= min(abs(found.products[named])) for i in left)
    assert found.products[named].sum() + found.others(named) + 0.25 == pytest.approx(found.total)


@given(st.tuples(*[st.integers(1, 9)] * 3), st.data())
def test_flatten_is_traced_back(shape: tuple[int, int, int], data: st.DataObject) -> None:
    maps = np.arange(np.prod(shape)).reshape(shape)
    index = data.draw(st.integers(0, maps.size - 1))
    assert maps[cell.place_of(index, shape)] == maps.reshape(-1)[index]


def names(network: NetworkSpec, start: str) -> list[str]:
    return [layer.name for layer in cell.chain_after(expand(network), start)]


def test_a_cell_is_followed_to_its_pool_and_not_into_a_fork() -> None:
    resnet = PRESETS["resnet"].setup.network
    assert names(resnet, "conv1") == ["norm1", "relu1"]
    assert names(resnet, "conv2_2") == ["norm2_2", "add2", "relu2_2", "pool2"]
    assert names(resnet, "shortcut3") == ["shortcut_norm3", "add3", "relu3_2", "pool3"]
    assert names(resnet, "scores") == []
    dropped = NetworkSpec((Block((Convolution(2),), dropout=0.5),), dense=(Dense(4, dropout=0.2),))
    assert names(dropped, "conv1") == ["relu1", "pool1"]
    assert names(dropped, "pool1") == ["dropout1"]
    assert names(dropped, "dense1") == ["relu_dense1", "dropout_dense1"]


def test_the_other_side_of_a_residual_sum_is_added_from_either_way() -> None:
    look = look_at(PRESETS["resnet"].setup.network)
    for start in ("norm3_2", "shortcut_norm3", "add3"):
        found = {step.layer: step for step in steps(look, start, 5, (3, 4))}["add3"]
        assert found.result == pytest.approx(float(look.outputs["add3"][3, 4, 5]), **CLOSE)
    assert found.text.endswith("of shortcut_norm3")


@given(networks(max_blocks=3), st.data())
def test_every_step_is_what_the_network_has_there(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    layer = data.draw(st.sampled_from(look.network))
    where, channel = some_cell(data, look.outputs[layer.name].shape)
    first, *after = steps(look, layer.name, channel, where)
    expected = look.outputs[layer.name][channel if where is None else (*where, channel)]
    assert first.result == pytest.approx(float(expected), **CLOSE)
    chain = cell.chain_after(look.network, layer.name)
    assert [step.layer for step in after] == [found.name for found in chain]
    for step in after:
        assert np.isnan(step.result) == ("no window" in step.text)
