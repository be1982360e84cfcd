"""The receptive field of a cell, held to an experiment: change one pixel, see whether the cell changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn.interpret.receptive_field import Rectangle, cell_grid, receptive_rectangle
from cnn.network.forward import forward, weight_shapes
from cnn.network.layers import Conv, Pool
from cnn.network.spec import Block, Convolution, NetworkSpec
from cnn.network.summary import LayerShape, walk
from support.strategies import networks

SMALL = networks(max_blocks=3, max_filters=2, max_convolutions=2, max_units=2)
GREY, WHITE = 100, 250


def all_ones(network: NetworkSpec) -> dict[str, np.ndarray]:
    """Return weights that let every pixel through with a positive sign, in float64 so that none is lost."""
    return {
        name: np.zeros(shape) if name.endswith(("bias", "beta", "moving_mean")) else np.ones(shape)
        for name, shape in weight_shapes(network).items()
    }


def linear(network: NetworkSpec) -> NetworkSpec:
    """Return the network without activation functions, its pools averaging: every pixel seen counts."""
    blocks = (
        replace(block, activation="none", pooling="none" if block.pooling == "none" else "average")
        for block in network.blocks
    )
    dense = tuple(replace(layer, activation="none") for layer in network.dense)
    return replace(network, blocks=tuple(blocks), dense=dense)


def one_pixel_changed() -> np.ndarray:
    """Return 1 + 1,024 pictures: a grey one, and one for each pixel that is white instead."""
    pictures = np.full((1025, 32 * 32, 3), GREY, np.uint8)
    pictures[np.arange(1, 1025), np.arange(1024)] = WHITE
    return pictures.reshape(-1, 32, 32, 3)


PICTURES = one_pixel_changed()


def changing_pixels(
    network: NetworkSpec, weights: dict[str, np.ndarray], layer: str, place: tuple[int, ...]
) -> np.ndarray:
    """Return which pixels (32, 32) change the value of a cell when they change."""
    values = forward(network, weights, PICTURES)[layer][(slice(None), *place)]
    return ~np.isclose(values[1:], values[0], rtol=1e-12, atol=0).reshape(32, 32)


def around(changing: np.ndarray) -> Rectangle:
    rows, columns = np.nonzero(changing)
    return Rectangle(rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)


def some_cell(data: st.DataObject, table: tuple[LayerShape, ...]) -> tuple[LayerShape, tuple[int, ...]]:
    row = data.draw(st.sampled_from([row for row in table if row.layer.tag != "softmax"]))
    return row, tuple(data.draw(st.integers(0, size - 1)) for size in row.shape)


@settings(max_examples=15)
@given(SMALL, st.data())
def test_just_the_pixels_around_change_a_cell(network: NetworkSpec, data: st.DataObject) -> None:
    network = linear(network)
    table = walk(network)
    row, place = some_cell(data, table)
    assume(row.layer.tag != "flat" or len(row.shape) == 3 or row.layer.name == "global_average")
    found = receptive_rectangle(table, row.layer.name, *place[:2] if len(place) == 3 else (0, 0))
    changing = changing_pixels(network, all_ones(network), row.layer.name, place)
    assert found == around(changing)
    gaps = any(
        entry.layer.stride
        > (entry.layer.kernel_size if isinstance(entry.layer, Conv) else entry.layer.window)
        for entry in table
        if isinstance(entry.layer, Conv | Pool)
    )
    if not gaps:
        assert changing[found.top : found.bottom, found.left : found.right].all()


@settings(max_examples=8)
@given(SMALL, st.data())
def test_no_pixel_outside_changes_a_cell_of_any_network(network: NetworkSpec, data: st.DataObject) -> None:
    table = walk(network)
    row, place = some_cell(data, table)
    assume(len(place) == 3)
    draw = np.random.default_rng(0)
    weights = {
        name: draw.uniform(0.1, 1.0, shape) if "variance" in name else draw.normal(0, 0.5, shape)
        for name, shape in weight_shapes(network).items()
    }
    top, left, bottom, right = receptive_rectangle(table, row.layer.name, *place[:2])
    changing = changing_pixels(network, weights, row.layer.name, place)
    changing[top:bottom, left:right] = False
    assert not changing.any()


@settings(max_examples=40)
@given(SMALL, st.data())
def test_a_cell_lies_in_the_middle_of_what_it_sees(network: NetworkSpec, data: st.DataObject) -> None:
    network = replace(network, blocks=tuple(replace(block, residual=False) for block in network.blocks))
    table = walk(network)
    row, place = some_cell(data, table)
    assume(len(place) == 3)
    found = receptive_rectangle(table, row.layer.name, *place[:2])
    whole = found.bottom - found.top == found.right - found.left == row.receptive_field
    assume(whole and found.top > 0 < found.left and found.bottom < 32 > found.right)
    grid = cell_grid(table, row.layer.name)
    assert grid.step == row.step
    assert grid.start + (place[0] + 0.5) * grid.step == (found.top + found.bottom) / 2
    assert grid.start + (place[1] + 0.5) * grid.step == (found.left + found.right) / 2


def test_worked_by_hand() -> None:
    """conv 5×5 same sees 2 cells around; pooling joins 2; another conv 3×3 valid starts at cell 0."""
    blocks = (Block((Convolution(2, 5),)), Block((Convolution(2, 3, 1, "valid"),), pooling="none"))
    table = walk(NetworkSpec(blocks))
    assert receptive_rectangle(table, "conv1", 0, 31) == (0, 29, 3, 32)
    assert receptive_rectangle(table, "pool1", 4, 4) == (6, 6, 12, 12)
    assert receptive_rectangle(table, "conv2", 0, 3) == (0, 4, 8, 14)
    assert receptive_rectangle(table, "input", 3, 7) == (3, 7, 4, 8)
    assert receptive_rectangle(table, "scores", 3, 0) == (0, 0, 32, 32)


@pytest.mark.parametrize("filters", [2, 4])
def test_a_residual_sum_has_the_union_of_both_its_ways(filters: int) -> None:
    blocks = (
        Block((Convolution(2, 1),), pooling="none"),
        Block((Convolution(filters), Convolution(filters)), residual=True, pooling="none"),
    )
    table = walk(NetworkSpec(blocks))
    assert receptive_rectangle(table, "add2", 10, 20) == (8, 18, 13, 23)
