"""Random networks with their values on one picture, and random cells of them."""

from hypothesis import strategies as st

from cnn.interpret.cell_steps import ForwardPass
from cnn.network.forward import forward
from cnn.network.layers import expand
from cnn.network.spec import NetworkSpec
from support.random_weights import random_pictures, random_weights


def look_at(network: NetworkSpec, seed: int = 0) -> ForwardPass:
    weights = random_weights(network, seed)
    return ForwardPass(expand(network), weights, forward(network, weights, random_pictures(1)[0]))


def some_cell(draw: st.DataObject, shape: tuple[int, ...]) -> tuple[tuple[int, int] | None, int]:
    """Draw a cell and a channel; corners, where the padding is, more often than not."""
    place = [draw.draw(st.sampled_from((0, size - 1)) | st.integers(0, size - 1)) for size in shape]
    return (None, place[0]) if len(shape) == 1 else ((place[0], place[1]), place[2])
