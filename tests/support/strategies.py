"""Random specs for Hypothesis: everything a spec can express, small enough to be computed at once."""

from dataclasses import replace

from hypothesis import strategies as st

from cnn.network.spec import (
    ACTIVATIONS,
    CONVOLUTIONS,
    DROPOUTS,
    HEADS,
    OPTIMIZERS,
    PADDINGS,
    PICTURE_SHAPE,
    POOLINGS,
    PRECISIONS,
    SCHEDULES,
    Block,
    Convolution,
    Dense,
    NetworkSpec,
    Setup,
    TrainSpec,
)
from cnn.network.summary import TooSmallError, walk


def fits(network: NetworkSpec) -> bool:
    """Whether no map shrinks below 1×1."""
    try:
        walk(network)
    except TooSmallError:
        return False
    return True


def convolutions(
    max_filters: int, paddings: tuple[str, ...], groups: int = 1
) -> st.SearchStrategy[Convolution]:
    """Draw one convolution whose filters can be put into `groups`."""
    return st.builds(
        Convolution,
        filters=st.integers(1, max(max_filters // groups, 1)).map(lambda size: size * groups),
        kernel_size=st.integers(1, 7),
        stride=st.sampled_from((1, 1, 2)),
        padding=st.sampled_from(paddings),
        kind=st.sampled_from(("full", *CONVOLUTIONS)),
    )


@st.composite
def blocks(draw: st.DrawFn, max_filters: int = 8, max_convolutions: int = 3) -> Block:
    """Draw one block; a residual one has padding same throughout."""
    residual = draw(st.booleans())
    paddings = ("same",) if residual else tuple(PADDINGS)
    norm, groups = draw(st.sampled_from((("", 0), ("batch", 0), ("group", 1), ("group", 2))))
    several = st.lists(
        convolutions(max_filters, paddings, max(groups, 1)), min_size=1, max_size=max_convolutions
    )
    return Block(
        convolutions=tuple(draw(several)),
        batch_norm=norm == "batch",
        activation=draw(st.sampled_from(tuple(ACTIVATIONS))),
        pooling=draw(st.sampled_from(tuple(POOLINGS))),
        pool_window=draw(st.integers(2, 3)),
        pool_stride=draw(st.integers(2, 3)),
        dropout=draw(st.just(0.0) | st.floats(0.0, 0.9)),
        residual=residual,
        group_norm=groups,
        dropout_kind=draw(st.sampled_from(tuple(DROPOUTS))),
        squeeze=draw(st.sampled_from((0, 0, 1, 2, 4))),
    )


def denses(max_units: int) -> st.SearchStrategy[Dense]:
    """Draw one fully connected layer."""
    return st.builds(
        Dense,
        units=st.integers(1, max_units),
        activation=st.sampled_from(tuple(ACTIVATIONS)),
        dropout=st.just(0.0) | st.floats(0.0, 0.9),
    )


@st.composite
def networks(
    draw: st.DrawFn, max_blocks: int = 4, max_filters: int = 8, max_convolutions: int = 3, max_units: int = 16
) -> NetworkSpec:
    """Draw a network in which every map keeps at least one cell."""
    several = draw(st.lists(blocks(max_filters, max_convolutions), min_size=1, max_size=max_blocks))
    network = NetworkSpec(
        blocks=tuple(several),
        head=draw(st.sampled_from(tuple(HEADS))),
        dense=tuple(draw(st.lists(denses(max_units), max_size=2))),
    )
    while not fits(network) and len(network.blocks) > 1:
        network = replace(network, blocks=network.blocks[:-1])
    if not fits(network):  # one block that eats the picture up: pooling less nearly always helps
        network = replace(network, blocks=(replace(network.blocks[0], pooling="none"),))
    if not fits(network):
        network = replace(network, blocks=(Block(),))
    first = network.blocks[0].convolutions[0]
    fewer = first.kind == "full" and first.filters <= 2 * first.kernel_size**2 * PICTURE_SHAPE[-1]
    return replace(network, whiten=fewer and draw(st.booleans()))


@st.composite
def training_specs(draw: st.DrawFn) -> TrainSpec:
    """Draw a training with an end in epochs or in seconds."""
    end = draw(
        st.fixed_dictionaries({"epochs": st.integers(1, 200)})
        | st.fixed_dictionaries({"seconds": st.floats(5.0, 7200.0)})
    )
    return TrainSpec(
        optimizer=draw(st.sampled_from(tuple(OPTIMIZERS))),
        momentum=draw(st.floats(0.0, 0.999)),
        learning_rate=draw(st.floats(1e-6, 10.0)),
        schedule=draw(st.sampled_from(tuple(SCHEDULES))),
        batch_size=draw(st.integers(8, 2048)),
        weight_decay=draw(st.floats(0.0, 1.0)),
        label_smoothing=draw(st.floats(0.0, 0.5)),
        flip=draw(st.booleans()),
        shift=draw(st.integers(0, 8)),
        cutout=draw(st.integers(0, 16)),
        pictures=draw(st.integers(500, 45_000)),
        seed=draw(st.integers(0, 2**31 - 1)),
        precision=draw(st.sampled_from(tuple(PRECISIONS))),
        **end,
    )


def setups() -> st.SearchStrategy[Setup]:
    """Draw a network of any size that a spec allows, and a training; mostly not the defaults."""
    wide = networks(max_blocks=8, max_filters=512, max_convolutions=4, max_units=4096)
    return st.builds(Setup, network=wide, training=training_specs()) | st.builds(Setup, network=wide)
