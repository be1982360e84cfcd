import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnn.core.errors import SpecError
from cnn.network import ops
from cnn.network.forward import weight_shapes
from cnn.network.layers import Layer, expand
from cnn.network.layers.activation import Activation, Dropout
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import FullyConnected, Softmax
from cnn.network.layers.pool import Pool
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from cnn.network.summary import (
    LayerShape,
    TooSmallError,
    total_multiply_adds,
    total_parameters,
    training_multiply_adds,
    unseen_text,
    walk,
)
from support.strategies import networks


def figures(network: NetworkSpec) -> dict[str, LayerShape]:
    return {row.layer.name: row for row in walk(network)}


def one(convolution: Convolution, **options: object) -> NetworkSpec:
    """Return a network of one block with one convolution."""
    return NetworkSpec((Block((convolution,), **({"pooling": "none"} | options)),))


LECTURE = PRESETS["lecture"].setup.network


# Worked by hand


def test_the_lecture_network_has_the_shapes_of_the_lecture() -> None:
    shapes = {name: row.shape for name, row in figures(LECTURE).items()}
    assert shapes == {
        "input": (32, 32, 3),
        "conv1": (32, 32, 12),
        "relu1": (32, 32, 12),
        "pool1": (16, 16, 12),
        "conv2": (16, 16, 24),
        "relu2": (16, 16, 24),
        "pool2": (8, 8, 24),
        "flatten": (1536,),
        "scores": (10,),
        "softmax": (10,),
    }


def test_the_lecture_network_has_18_322_parameters() -> None:
    table = walk(LECTURE)
    assert {row.layer.name: (row.parameters, row.formula) for row in table if row.parameters} == {
        "conv1": (336, "3×3×3×12 + 12 = 336"),
        "conv2": (2616, "3×3×12×24 + 24 = 2,616"),
        "scores": (15_370, "1,536×10 + 10 = 15,370"),
    }
    assert total_parameters(table) == 18_322
    assert all(row.formula == "" for row in table if not row.parameters)


def test_the_lecture_network_multiplies_and_sees_what_hand_and_pencil_say() -> None:
    table = figures(LECTURE)
    work = {name: row.multiply_adds for name, row in table.items() if row.multiply_adds}
    assert work == {"conv1": 32 * 32 * 12 * 27, "conv2": 16 * 16 * 24 * 108, "scores": 15_360}
    assert total_multiply_adds(walk(LECTURE)) == 331_776 + 663_552 + 15_360
    maps = ("input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2")
    assert [table[name].receptive_field for name in maps] == [1, 3, 3, 4, 8, 8, 10]
    assert [table[name].step for name in maps] == [1, 1, 1, 2, 2, 2, 4]
    assert table["scores"].receptive_field == table["softmax"].receptive_field == 32
    assert table["conv1"].memory == 32 * 32 * 12 * 4
    assert table["softmax"].memory == 40


def test_scores_see_27_by_27_where_pools_drop_what_is_left_over() -> None:
    """32 → 10 (3×3, stride 3) leaves rows 30 and 31, 10 → 3 leaves the tenth: 3 × 3 × 3 rows and columns are seen."""
    block = Block((Convolution(4, 1),), pool_window=3, pool_stride=3)
    table = walk(NetworkSpec((block, block)))
    assert [row.sees for row in table if row.layer.name in ("pool1", "pool2", "scores")] == [
        "3×3",
        "9×9",
        "27×27",
    ]
    assert unseen_text(table).startswith("No score depends on rows 27 to 31 and columns 27 to 31")


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "side"),
    [
        (3, 1, "same", 32),
        (7, 1, "same", 32),
        (4, 1, "same", 32),
        (3, 2, "same", 16),
        (3, 1, "valid", 30),
        (5, 1, "valid", 28),
        (4, 1, "valid", 29),
        (3, 2, "valid", 15),
        (4, 2, "valid", 15),
        (7, 2, "valid", 13),
        (1, 2, "valid", 16),
        (1, 1, "valid", 32),
    ],
)
def test_sizes_after_a_convolution(kernel_size: int, stride: int, padding: str, side: int) -> None:
    assert figures(one(Convolution(4, kernel_size, stride, padding)))["conv1"].shape == (side, side, 4)


@pytest.mark.parametrize(("window", "stride", "side"), [(2, 2, 16), (3, 2, 15), (2, 3, 11), (3, 3, 10)])
@pytest.mark.parametrize("kind", ["max", "average"])
def test_sizes_after_pooling(kind: str, window: int, stride: int, side: int) -> None:
    network = one(Convolution(4), pooling=kind, pool_window=window, pool_stride=stride)
    assert figures(network)["pool1"].shape == (side, side, 4)


def test_an_odd_side_is_halved_up_with_same_and_down_without() -> None:
    odd = Convolution(2, 4, 1, "valid")  # 32 → 29
    assert figures(NetworkSpec((Block((odd, Convolution(2, 3, 2, "same"))),)))["conv1_2"].shape == (15, 15, 2)
    assert figures(NetworkSpec((Block((odd,)),)))["pool1"].shape == (14, 14, 2)


def test_batch_norm_counts_four_values_a_channel() -> None:
    row = figures(one(Convolution(12), batch_norm=True))["norm1"]
    assert row.parameters == 48
    assert row.formula == "4×12 = 48 (gamma and beta are trained)"


def test_a_separable_convolution_is_a_filter_a_map_and_then_1_by_1() -> None:
    table = figures(one(Convolution(12, 5, 2, kind="separable")))
    assert table["depthwise1"].shape == (16, 16, 3)
    assert table["depthwise1"].formula == "5×5×3 = 75"
    assert table["depthwise1"].multiply_adds == 16 * 16 * 3 * 25
    assert table["conv1"].shape == (16, 16, 12)
    assert table["conv1"].formula == "1×1×3×12 + 12 = 48"
    assert table["conv1"].multiply_adds == 16 * 16 * 3 * 12
    assert table["conv1"].receptive_field == 5
    assert table["conv1"].step == 2


def test_group_norm_counts_two_values_a_channel() -> None:
    row = figures(one(Convolution(12), group_norm=3))["norm1"]
    assert row.formula == "2×12 = 24"
    assert row.layer.phrase == "3 groups of maps, each normalised"


def test_a_gate_has_two_dense_layers_of_its_own() -> None:
    table = figures(one(Convolution(12), squeeze=4, pooling="max"))
    assert [table[name].shape for name in ("squeeze1", "reduce1", "excite1")] == [(12,), (3,), (12,)]
    assert table["reduce1"].formula == "12×3 + 3 = 39"
    assert table["excite1"].formula == "3×12 + 12 = 48"
    assert table["gate1"].layer.inputs == ("relu1", "sigmoid_excite1")
    assert table["pool1"].layer.inputs == ("gate1",)
    residual = figures(NetworkSpec((Block((Convolution(12),), residual=True, squeeze=4),)))
    assert residual["gate1"].layer.inputs == ("conv1", "sigmoid_excite1")
    assert residual["add1"].layer.inputs == ("gate1", "shortcut1")


def test_a_head_of_averages_keeps_one_value_a_map() -> None:
    table = figures(replace(LECTURE, head="global_average", dense=(Dense(1000),)))
    assert table["global_average"].shape == (24,)
    assert table["dense1"].formula == "24×1,000 + 1,000 = 25,000"
    assert table["global_average"].receptive_field == 32  # 10 + 7 × 4 would reach beyond the edges


def test_a_shortcut_has_the_stride_and_the_filters_of_its_block() -> None:
    block = Block((Convolution(8, 3, 2), Convolution(8, 3, 2)), residual=True, pooling="none")
    table = figures(NetworkSpec((block, replace(block, convolutions=(Convolution(8),)))))
    assert table["shortcut1"].layer.inputs == ("input",)
    assert table["shortcut1"].shape == table["conv1_2"].shape == table["add1"].shape == (8, 8, 8)
    assert table["shortcut1"].formula == "1×1×3×8 + 8 = 32"
    assert table["add1"].receptive_field == 7
    assert table["relu1_2"].layer.inputs == ("add1",)
    assert "shortcut2" not in table  # the sizes fit already
    assert table["add2"].layer.inputs == ("conv2", "relu1_2")


@pytest.mark.parametrize("name", PRESETS)
def test_layers_come_in_order_under_names_of_their_own(name: str) -> None:
    seen: set[str] = set()
    for row in walk(PRESETS[name].setup.network):
        assert set(row.layer.inputs) <= seen
        assert row.layer.name not in seen
        seen.add(row.layer.name)
        assert row.layer.tag
        assert row.layer.phrase


@pytest.mark.parametrize(
    ("layer", "phrase"),
    [
        (Conv("a", (), 5, 2, "valid", 1), "1 filter of 5×5, stride 2, valid"),
        (Conv("a", (), 3, 1, "same", 12), "12 filters of 3×3, same"),
        (Activation("a", (), "leaky_relu"), "Leaky ReLU"),
        (Pool("a", (), "average", 3, 2), "average 3×3, stride 2"),
        (Dropout("a", (), 0.25), "25 % while training"),
        (FullyConnected("a", (), 1), "1 neuron"),
        (FullyConnected("a", (), 120), "120 neurons"),
        (Softmax("a", ()), "Softmax"),
    ],
)
def test_layers_describe_themselves(layer: Layer, phrase: str) -> None:
    assert layer.phrase == phrase


# Too small


@pytest.mark.parametrize(
    ("network", "layer", "words"),
    [
        (NetworkSpec((Block(),) * 6), "pool6", ("2×2 window", "only 1×1", "Take the pooling out")),
        (
            NetworkSpec((Block(pool_window=3),) * 5),  # 32, 15, 7, 3, 1
            "pool5",
            ("3×3 window", "only 1×1", "remove a block"),
        ),
        (
            NetworkSpec(
                (
                    Block(),
                    Block(),
                    Block((Convolution(4, 5), Convolution(4, 7, 2), Convolution(4, 5, 1, "valid"))),
                )
            ),
            "conv3_3",
            ("5×5 window", "only 4×4", "padding to same", "kernel smaller"),
        ),
        (
            NetworkSpec((Block((Convolution(4, 7, 2, "valid"),), pooling="none"),) * 3),  # 32, 13, 4
            "conv3",
            ("7×7 window", "only 4×4"),
        ),
    ],
)
def test_a_stack_that_shrinks_to_nothing_is_named_and_gets_advice(
    network: NetworkSpec, layer: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(TooSmallError) as caught:
        walk(network)
    assert caught.value.layer == layer
    assert isinstance(caught.value, SpecError)
    sentence = str(caught.value)
    assert all(word in sentence for word in (f"layer {layer} ", *words)), sentence
    assert sentence.endswith(".")


def test_a_map_of_one_cell_is_enough() -> None:
    assert figures(NetworkSpec((Block(),) * 5))["pool5"].shape == (1, 1, 12)
    exact = (Convolution(4, 7, 2, "valid"), Convolution(4, 7, 2, "valid"), Convolution(4, 4, 1, "valid"))
    assert figures(NetworkSpec((Block(exact, pooling="none"),)))["conv1_3"].shape == (1, 1, 4)


# Against Keras


def check_against_keras(network: NetworkSpec, keras_network: ModuleType) -> None:
    model = keras_network.build_network(network)
    table = figures(network)
    assert {layer.name for layer in model.layers} == set(table)
    for layer in model.layers:
        row = table[layer.name]
        assert tuple(layer.output.shape[1:]) == row.shape, layer.name
        assert layer.count_params() == row.parameters, layer.name
        assert row.memory == 4 * math.prod(layer.output.shape[1:])
        # Every weight of a kernel is used once at every place of the output.
        kernels = [variable.shape for variable in layer.weights if variable.name == "kernel"]
        places = math.prod(layer.output.shape[1:-1])
        assert row.multiply_adds == sum(math.prod(shape) for shape in kernels) * places, layer.name
    assert total_parameters(walk(network)) == model.count_params()
    held = {f"{layer.name}/{v.name}": tuple(v.shape) for layer in model.layers for v in layer.weights}
    expected = {name: shape for name, shape in held.items() if not name.endswith("seed_generator_state")}
    assert weight_shapes(network) == expected


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", PRESETS)
def test_presets_agree_with_keras(name: str, network: ModuleType) -> None:
    check_against_keras(PRESETS[name].setup.network, network)


@pytest.mark.tensorflow
@settings(max_examples=30)
@given(networks(max_convolutions=4))
def test_random_networks_agree_with_keras(network: ModuleType, spec: NetworkSpec) -> None:
    check_against_keras(spec, network)


# A training step against the operations of TensorFlow's graph

CONVOLVES = ("Conv2D", "DepthwiseConv2dNative")


def multiply_adds_of(op: Any) -> int:
    """Return the multiply-adds of an operation of a graph, from the shapes of what goes in and comes out."""
    (out,), ins = [value.shape for value in op.outputs], [value.shape for value in op.inputs]
    if op.type in CONVOLVES:
        return math.prod(ins[1]) * math.prod(out[1:3])
    if op.type in [f"{name}BackpropInput" for name in CONVOLVES]:
        return math.prod(ins[1]) * math.prod(ins[2][1:3])
    if op.type in [f"{name}BackpropFilter" for name in CONVOLVES]:
        return math.prod(out) * math.prod(ins[2][1:3])
    return math.isqrt(math.prod(ins[0]) * math.prod(ins[1]) * math.prod(out))  # (a, b) by (b, c) to (a, c)


def step_multiply_adds(model: Any) -> int:
    """Return the multiply-adds of the gradients of a model's weights for one picture, as TensorFlow computes them."""
    import tensorflow as tf

    def gradients(picture: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            score = tf.reduce_sum(model(picture, training=True) ** 2)
        return [found for found in tape.gradient(score, model.trainable_variables) if found is not None]

    graph = tf.function(gradients).get_concrete_function(tf.TensorSpec((1, 32, 32, 3))).graph
    needed, left = set(), [value.op for value in graph.outputs]
    while left:
        op = left.pop()
        if op not in needed:
            needed.add(op)
            left += [value.op for value in op.inputs]
    return sum(multiply_adds_of(op) for op in needed if op.type == "MatMul" or op.type.startswith(CONVOLVES))


def check_training(network: NetworkSpec, keras_network: ModuleType) -> None:
    model = keras_network.build_network(network)
    assert training_multiply_adds(network) == step_multiply_adds(model)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", PRESETS)
def test_a_step_of_a_preset_multiplies_as_often_as_tensorflow(name: str, network: ModuleType) -> None:
    check_training(PRESETS[name].setup.network, network)


@pytest.mark.tensorflow
@settings(max_examples=10)
@given(networks(max_convolutions=3))
def test_a_step_of_a_random_network_multiplies_as_often_as_tensorflow(
    network: ModuleType, spec: NetworkSpec
) -> None:
    check_training(spec, network)


# The receptive field, by experiment


def outputs_of(network: NetworkSpec, maps: np.ndarray) -> dict[str, np.ndarray]:
    """Run `maps` through `network` with every weight positive, so that nothing cancels out."""
    weights = {
        name: np.full(shape, 1 / math.prod(shape[:-1])) for name, shape in weight_shapes(network).items()
    }
    weights |= {name: np.zeros_like(array) for name, array in weights.items() if name.endswith("/bias")}
    outputs = {}
    for layer in expand(network):
        inputs = [outputs[name] for name in layer.inputs]
        outputs[layer.name] = layer.forward(inputs or [maps], weights)
    return outputs


def reach_beyond_the_edge(network: NetworkSpec) -> dict[str, np.ndarray]:
    """Return the outputs for a black picture when padding above and below is lit: what depends on padding."""

    def lit(maps: np.ndarray, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        around = [(0, 0)] * (maps.ndim - 3)
        wide = np.pad(maps, [*around, (0, 0), columns, (0, 0)])
        return np.pad(wide, [*around, rows, (0, 0), (0, 0)], constant_values=1.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ops, "pad", lit)
        return outputs_of(network, np.zeros((1, 32, 32, 3)))


def seen_rows(output: np.ndarray, row: int) -> np.ndarray:
    """Return which of the pictures, one lit row each, change the cell in `row` and the middle column."""
    return np.flatnonzero(output[:, row, output.shape[2] // 2, 0])


def check_receptive_fields(network: NetworkSpec) -> set[str]:
    """Light up one row of a black picture at a time; return the layers where nothing was cut off."""
    pictures = np.zeros((32, 32, 32, 3))
    pictures[np.arange(32), np.arange(32)] = 1.0
    outputs, beyond, measured = outputs_of(network, pictures), reach_beyond_the_edge(network), set()
    for name, row in figures(network).items():
        if len(row.shape) == 3:
            middle = row.shape[0] // 2
            seen = seen_rows(outputs[name], middle)
            assert seen[-1] - seen[0] + 1 <= row.receptive_field, name
            if not seen_rows(beyond[name], middle).size:
                measured.add(name)
                if middle + 1 < row.shape[0]:
                    assert seen_rows(outputs[name], middle + 1)[0] - seen[0] == row.step, name
        elif name == "global_average":
            seen = np.flatnonzero(outputs[name][:, 0])
            assert seen[-1] - seen[0] + 1 <= row.receptive_field, name
        elif name not in ("flatten", "softmax"):
            seen = np.flatnonzero(outputs[name][:, 0])
            assert seen[-1] - seen[0] + 1 == row.receptive_field, name
    return measured


def linear(network: NetworkSpec) -> NetworkSpec:
    """Return the network with averages for pooling and no activations or batch norm: nothing hides pixels."""
    blocks = tuple(
        replace(
            block,
            activation="none",
            batch_norm=False,
            group_norm=0,
            squeeze=0,
            pooling="none" if block.pooling == "none" else "average",
        )
        for block in network.blocks
    )
    dense = tuple(replace(layer, activation="none") for layer in network.dense)
    return replace(network, blocks=blocks, dense=dense)


@pytest.mark.parametrize(
    ("network", "measured"),
    [
        (LECTURE, {"conv1", "pool1", "conv2", "pool2"}),
        (PRESETS["lenet5"].setup.network, {"conv1", "pool1", "conv2", "pool2"}),
        (PRESETS["vgg6"].setup.network, {"conv1_1", "conv1_2", "pool1", "conv2_2", "pool2", "conv3_1"}),
        (
            NetworkSpec((Block((Convolution(2, 1, 2), Convolution(2, 3, 1, "valid")), pool_window=3),)),
            {"conv1_1", "conv1_2", "pool1"},
        ),
        (
            NetworkSpec((Block((Convolution(2, 3, 2), Convolution(2, 3)), residual=True, pool_stride=3),)),
            {"conv1_1", "conv1_2", "shortcut1", "add1", "pool1"},
        ),
    ],
)
def test_receptive_fields_are_what_a_lit_row_shows(network: NetworkSpec, measured: set[str]) -> None:
    assert measured <= check_receptive_fields(linear(network))


@settings(max_examples=60)
@given(networks(max_filters=2))
def test_receptive_fields_of_random_networks(network: NetworkSpec) -> None:
    check_receptive_fields(linear(network))
