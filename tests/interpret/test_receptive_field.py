"""The receptive field of a cell, held to an experiment: change one pixel, see whether the cell changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn.interpret.receptive_field import cell_grid, receptive_rectangle
from cnn.network.forward import forward, weight_shapes
from cnn.network.layers.field import Rectangle
from cnn.network.spec import Block, Convolution, NetworkSpec
from cnn.network.summary import LayerShape, unseen_text, walk
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
        replace(
            block,
            activation="none",
            pooling="none" if block.pooling == "none" else "average",
            group_norm=0,
            squeeze=0,
        )
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


@settings(max_examples=5)
@given(SMALL, st.data())
def test_just_the_pixels_around_change_a_cell(network: NetworkSpec, data: st.DataObject) -> None:
    network = linear(network)
    table = walk(network)
    row, place = some_cell(data, table)
    assume(row.layer.name != "flatten")  # each of its values is a cell of the maps
    found = receptive_rectangle(table, row.layer.name, *place[:2] if len(place) == 3 else (0, 0))
    changing = changing_pixels(network, all_ones(network), row.layer.name, place)
    assert found == around(changing)
    gaps = any(
        entry.layer.window(side).stride > entry.layer.window(side).size
        for entry in table
        for side in entry.shape[:1]
    )
    if not gaps:
        assert changing[found.top : found.bottom, found.left : found.right].all()


@settings(max_examples=5)
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


@settings(max_examples=20)
@given(SMALL, st.data())
def test_a_cell_lies_in_the_middle_of_what_it_sees(network: NetworkSpec, data: st.DataObject) -> None:
    network = replace(
        linear(network), blocks=tuple(replace(b, residual=False) for b in linear(network).blocks)
    )
    table = walk(network)
    row, place = some_cell(data, table)
    assume(len(place) == 3)
    found = receptive_rectangle(table, row.layer.name, *place[:2])
    assume(found.height == found.width == reach(table, row))
    assume(found.top > 0 < found.left and found.bottom < 32 > found.right)
    grid = cell_grid(table, row.layer.name)
    assert grid.step == row.step
    assert grid.start + (place[0] + 0.5) * grid.step == (found.top + found.bottom) / 2
    assert grid.start + (place[1] + 0.5) * grid.step == (found.left + found.right) / 2


def reach(table: tuple[LayerShape, ...], row: LayerShape) -> int:
    """Return the side of what a cell depends on that meets neither an edge nor a leftover row."""
    by_name = {entry.layer.name: entry for entry in table}
    side = 1
    while row.layer.inputs:
        before = by_name[row.layer.inputs[0]]
        side += (row.layer.window(before.shape[0]).size - 1) * before.step
        row = before
    return side


def test_the_rows_and_columns_that_pools_drop_are_seen_by_no_score() -> None:
    """32 → 15 (3×3, stride 2) drops row 31; 15 → 5 (2×2, stride 3) reads 0, 1, 3, 4, 6, 7, … of them."""
    blocks = (
        Block((Convolution(2, 1),), pool_window=3, pool_stride=2),
        Block((Convolution(2, 1),), pool_window=2, pool_stride=3),
    )
    table = walk(NetworkSpec(blocks))
    rows = sorted({2 * cell + k for cell in (0, 1, 3, 4, 6, 7, 9, 10, 12, 13) for k in range(3)})
    unseen = [row for row in range(32) if row not in rows]
    assert table[-1].field.unseen() == (unseen, unseen)
    assert unseen == [5, 11, 17, 23, 29, 30, 31]
    assert receptive_rectangle(table, "scores", 0, 0) == (0, 0, 29, 29)
    assert unseen_text(table).startswith(
        "No score depends on rows 5, 11, 17, 23, 29 to 31 and columns 5, 11,"
    )


def test_a_row_between_windows_is_seen_by_no_score() -> None:
    """1×1 kernels with stride 2 read every second row."""
    table = walk(NetworkSpec((Block((Convolution(2, 1, 2),), pooling="none"),)))
    assert table[-1].field.unseen() == (list(range(1, 32, 2)),) * 2
    assert "rows 1, 3, 5" in unseen_text(table)
    assert unseen_text(walk(NetworkSpec())) == ""


@settings(max_examples=6)
@given(SMALL)
def test_what_no_score_sees_changes_none(network: NetworkSpec) -> None:
    network = linear(network)
    table = walk(network)
    rows, columns = table[-1].field.unseen()
    values = forward(network, all_ones(network), PICTURES)["scores"]
    changing = ~np.isclose(values[1:], values[0], rtol=1e-12, atol=0).all(axis=-1).reshape(32, 32)
    assert np.flatnonzero(~changing.any(axis=1)).tolist() == rows
    assert np.flatnonzero(~changing.any(axis=0)).tolist() == columns


@pytest.mark.parametrize("options", [{"group_norm": 2}, {"squeeze": 1}])
def test_a_mean_over_whole_maps_sees_all_that_the_maps_see(options: dict[str, int]) -> None:
    """Far away from a cell, a pixel changes the mean of its map, and by that the cell."""
    network = NetworkSpec((Block((Convolution(4),), activation="none", pooling="none", **options),))
    table = walk(network)
    last = "norm1" if options.get("group_norm") else "gate1"
    assert receptive_rectangle(table, "conv1", 3, 4) == (2, 3, 5, 6)
    assert receptive_rectangle(table, last, 3, 4) == (0, 0, 32, 32)
    draw = np.random.default_rng(0)
    weights = {name: draw.normal(0, 0.1, shape) for name, shape in weight_shapes(network).items()}
    assert around(changing_pixels(network, weights, last, (3, 4, 1))) == (0, 0, 32, 32)


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
