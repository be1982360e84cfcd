from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings

from cnn.core.errors import RunError
from cnn.core.scaling import to_input
from cnn.network.forward import check_weights, forward, weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec
from support.random_weights import random_pictures, random_weights
from support.strategies import networks

tensorflow = pytest.mark.tensorflow


def check_against_keras(network: NetworkSpec, keras_network: ModuleType) -> None:
    """Hold that NumPy and Keras say the same after every layer."""
    model, weights, pictures = (
        keras_network.build_network(network),
        random_weights(network),
        random_pictures(),
    )
    keras_network.set_weights(model, weights)
    held = keras_network.get_weights(model)
    assert held.keys() == weights.keys()
    for name, array in weights.items():
        np.testing.assert_array_equal(held[name], array)
    expected = keras_network.all_outputs(model)(to_input(pictures), training=False)
    found = forward(network, weights, pictures)
    assert found.keys() == expected.keys()
    for name, output in found.items():
        assert output.dtype == np.float32, name
        np.testing.assert_allclose(output, np.asarray(expected[name]), rtol=1e-4, atol=1e-4, err_msg=name)


@tensorflow
@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_is_what_keras_says(name: str, network: ModuleType) -> None:
    check_against_keras(PRESETS[name].setup.network, network)


@tensorflow
@settings(max_examples=30)
@given(networks())
def test_every_layer_of_random_networks_is_what_keras_says(network: ModuleType, spec: NetworkSpec) -> None:
    check_against_keras(spec, network)


@tensorflow
@settings(max_examples=10)
@given(networks(max_blocks=2))
def test_names_and_shapes_of_weights_are_those_of_keras(network: ModuleType, spec: NetworkSpec) -> None:
    weights = network.get_weights(network.build_network(spec))
    assert {name: array.shape for name, array in weights.items()} == weight_shapes(spec)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    check_weights(spec, {name: array.shape for name, array in weights.items()})


@tensorflow
def test_one_seed_gives_one_start_and_another_seed_another(network: ModuleType) -> None:
    spec = PRESETS["lecture"].setup.network
    first, again, other = (network.get_weights(network.build_network(spec, seed=seed)) for seed in (1, 1, 2))
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        if name.endswith("kernel"):
            assert not np.array_equal(first[name], other[name])
            assert first[name].std() > 0
    assert not np.array_equal(first["conv1/kernel"][..., 0], first["conv1/kernel"][..., 1])


@tensorflow
def test_the_scores_are_what_softmax_gets(network: ModuleType) -> None:
    spec = PRESETS["lenet5"].setup.network
    model, weights = network.build_network(spec, last="scores"), random_weights(spec)
    network.set_weights(model, weights)
    scores = model(to_input(random_pictures()), training=False)
    np.testing.assert_allclose(forward(spec, weights, random_pictures())["scores"], scores, atol=1e-4)


@tensorflow
@pytest.mark.parametrize(("stride", "padding"), [(1, "same"), (2, "same"), (2, "valid")])
def test_a_separable_convolution_is_the_one_of_keras(stride: int, padding: str) -> None:
    import keras

    spec = NetworkSpec((Block((Convolution(5, 3, stride, padding, "separable"),), pooling="none"),))
    weights = random_weights(spec)
    layer = keras.layers.SeparableConv2D(5, 3, stride, padding)
    inputs = to_input(random_pictures())
    layer.build(inputs.shape)
    layer.set_weights([weights[name] for name in ("depthwise1/kernel", "conv1/kernel", "conv1/bias")])
    found = forward(spec, weights, random_pictures())["conv1"]
    np.testing.assert_allclose(found, np.asarray(layer(inputs)), rtol=1e-4, atol=1e-4)


# Without TensorFlow

SPEC = NetworkSpec((Block((Convolution(4), Convolution(4)), batch_norm=True, dropout=0.5, residual=True),))


def test_one_picture_is_a_batch_of_one() -> None:
    weights, pictures = random_weights(SPEC), random_pictures(4)
    together = forward(SPEC, weights, pictures)
    for i, picture in enumerate(pictures):
        for name, output in forward(SPEC, weights, picture).items():
            np.testing.assert_allclose(output, together[name][i], rtol=1e-5, atol=1e-5)


def test_layers_come_in_order_and_end_in_probabilities() -> None:
    outputs = forward(SPEC, random_weights(SPEC), random_pictures(2))
    assert next(iter(outputs)) == "input"
    assert [*outputs][-3:] == ["flatten", "scores", "softmax"]
    np.testing.assert_allclose(outputs["softmax"].sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(outputs["dropout1"], outputs["pool1"])


def test_pictures_and_weights_stay_as_they_were() -> None:
    weights, pictures = random_weights(SPEC), random_pictures(2)
    for array in (pictures, *weights.values()):
        array.flags.writeable = False
    before = {name: array.copy() for name, array in weights.items()}
    forward(SPEC, weights, pictures)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_weights_of_the_right_shapes_pass() -> None:
    check_weights(SPEC, weight_shapes(SPEC))
    check_weights(SPEC, {name: list(shape) for name, shape in reversed(weight_shapes(SPEC).items())})


@pytest.mark.parametrize("name", weight_shapes(SPEC))
def test_an_array_that_is_missing_is_named(name: str) -> None:
    shapes = weight_shapes(SPEC)
    del shapes[name]
    with pytest.raises(RunError, match=f"lack {name}"):
        check_weights(SPEC, shapes)


@pytest.mark.parametrize("name", weight_shapes(SPEC))
def test_an_array_of_another_shape_is_named_with_both_shapes(name: str) -> None:
    shapes = weight_shapes(SPEC)
    for wrong in ((), (*shapes[name], 1), (*shapes[name][:-1], 99), (*shapes[name][::-1], 2)):
        with pytest.raises(RunError) as caught:
            check_weights(SPEC, shapes | {name: wrong})
        sentence = str(caught.value)
        assert sentence == f"{name} has the shape {wrong}, the network needs {shapes[name]}."


def test_an_array_too_many_is_named() -> None:
    for extra in ("conv9/kernel", "", "conv1_1/kernel ", "optimizer/iteration"):
        with pytest.raises(RunError, match="which the network does not have"):
            check_weights(SPEC, weight_shapes(SPEC) | {extra: (1,)})


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(RunError):
        check_weights(SPEC, weight_shapes(NetworkSpec()))
    with pytest.raises(RunError):
        check_weights(SPEC, {})
