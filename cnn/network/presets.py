"""Presets: set-ups to start from, by name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec


@dataclass(frozen=True)
class Preset:
    """A named set-up with a title and one sentence about it."""

    title: str
    about: str
    setup: Setup


# The filters of `minute` after its first layer, and the pictures per second from which they pay: what a machine
# trains of the first row, the narrowest (docs/decisions/speed-and-accuracy.md).
MINUTE_WIDTHS = ((0.0, (48, 96, 128, 128)), (4500.0, (64, 128, 256, 256)))


def _conv_block(filters: tuple[int, ...], **options: Any) -> Block:
    return Block(convolutions=tuple(Convolution(filters=count) for count in filters), **options)


def _minute_network(filters: tuple[int, ...]) -> NetworkSpec:
    first, second, *last = filters
    return NetworkSpec(
        blocks=(
            Block((Convolution(32, stride=2),), pooling="none"),
            _conv_block((first,), batch_norm=True),
            _conv_block((second,), batch_norm=True),
            _conv_block(tuple(last), batch_norm=True, pooling="none"),
        ),
        head="global_average",
        whiten=True,
    )


PRESETS = {
    "lecture": Preset(
        "Lecture",
        "Two convolutions of 12 and 24 filters: small enough to follow every number by hand.",
        Setup(
            NetworkSpec(blocks=(_conv_block((12,)), _conv_block((24,)))),
            TrainSpec(learning_rate=3e-3, epochs=5),
        ),
    ),
    "lenet5": Preset(
        "LeNet-5",
        "LeCun's network of 1998 for handwritten digits, here on colour pictures.",
        Setup(
            NetworkSpec(
                blocks=tuple(
                    Block((Convolution(count, 5, 1, "valid"),), activation="tanh", pooling="average")
                    for count in (6, 16)
                ),
                dense=(Dense(120, "tanh"), Dense(84, "tanh")),
            ),
            TrainSpec(learning_rate=2e-3, epochs=6),
        ),
    ),
    "tinyvgg": Preset(
        "Tiny VGG",
        "The network of CNN Explainer: two blocks of two convolutions with 10 filters each.",
        Setup(
            NetworkSpec(
                blocks=tuple(
                    Block((Convolution(10, padding="valid"), Convolution(10, padding="valid")))
                    for _ in range(2)
                )
            ),
            TrainSpec(learning_rate=3e-3, epochs=6),
        ),
    ),
    "vgg6": Preset(
        "VGG-6",
        "Three blocks of two convolutions, 32 to 128 filters: slower to train, clearly better.",
        Setup(
            NetworkSpec(
                blocks=tuple(_conv_block((count, count)) for count in (32, 64, 128)),
                dense=(Dense(128),),
            ),
            TrainSpec(learning_rate=1e-3, epochs=8, flip=True),
        ),
    ),
    "minute": Preset(
        "One minute",
        "Made to be as good as it can be after 60 seconds of training on two cores. The first layer is "
        "computed from the pictures instead of trained, so edges and colours are there from the first "
        "step; it halves the size at once, which makes the wide layers after it cheap. Muon, which moves "
        "all directions of a kernel equally far, learns more from each step, and the learning rate rises "
        "and falls to zero within the minute.",
        Setup(
            _minute_network(MINUTE_WIDTHS[0][1]),
            TrainSpec(
                optimizer="muon",
                learning_rate=0.03,
                schedule="one_cycle",
                batch_size=256,
                seconds=60.0,
                weight_decay=0.05,
                label_smoothing=0.1,
                flip=True,
            ),
        ),
    ),
    "airbench": Preset(
        "Airbench",
        "The best of the pretrained networks, after Jordan's airbench of 2024: whitened 2×2 patches, then "
        "six wide convolutions, three of them with a residual connection. Muon trains the convolutions: each step "
        "moves all directions of a kernel equally far. It takes 100 minutes on two cores.",
        Setup(
            NetworkSpec(
                blocks=(
                    Block((Convolution(24, 2, padding="valid"),), pooling="none"),
                    _conv_block((64,), batch_norm=True),
                    _conv_block((64,), batch_norm=True, residual=True, pooling="none"),
                    _conv_block((256,), batch_norm=True),
                    _conv_block((256,), batch_norm=True, residual=True, pooling="none"),
                    _conv_block((256,), batch_norm=True),
                    _conv_block((256,), batch_norm=True, residual=True, pool_window=3, pool_stride=3),
                ),
                whiten=True,
            ),
            TrainSpec(
                optimizer="muon",
                learning_rate=0.02,
                schedule="one_cycle",
                batch_size=256,
                seconds=6000.0,
                weight_decay=0.05,
                label_smoothing=0.2,
                flip=True,
                shift=4,
                cutout=8,
            ),
        ),
    ),
    "resnet": Preset(
        "Small ResNet",
        "Three residual blocks: the input of a block is added to its output.",
        Setup(
            NetworkSpec(
                blocks=(
                    _conv_block((32,), batch_norm=True, pooling="none"),
                    _conv_block((32, 32), batch_norm=True, residual=True),
                    _conv_block((64, 64), batch_norm=True, residual=True),
                    _conv_block((128, 128), batch_norm=True, residual=True, pooling="none"),
                ),
                head="global_average",
            ),
            TrainSpec(
                optimizer="adamw",
                learning_rate=4e-3,
                schedule="one_cycle",
                epochs=6,
                weight_decay=0.02,
                label_smoothing=0.1,
                flip=True,
                shift=2,
            ),
        ),
    ),
}


def minute_widths() -> tuple[tuple[float, Setup], ...]:
    """Return the forms of the preset `minute`, narrowest first.

    Each comes with the training pictures per second of the narrowest from which it is the best for sixty seconds.
    """
    plain = PRESETS["minute"].setup
    return tuple(
        (speed, replace(plain, network=_minute_network(filters))) for speed, filters in MINUTE_WIDTHS
    )


def minute_for(images_per_second: float) -> Setup:
    """Return `minute` as wide as pays on a machine that trains so many pictures per second of its narrowest form.

    >>> [block.convolutions[-1].filters for block in minute_for(1_700).network.blocks]
    [32, 48, 96, 128]
    """
    return [setup for speed, setup in minute_widths() if speed <= max(images_per_second, 0.0)][-1]


def preset_of(setup: Setup) -> str | None:
    """Return the name of the preset that `setup` is, `minute` in any width, or None if it is none."""
    return next((name for name, form in _forms() if form == setup), None)


def preset_with(network: NetworkSpec) -> str | None:
    """Return the name of the preset with these layers, however it is trained, or None if no preset has them."""
    return next((name for name, form in _forms() if form.network == network), None)


def _forms() -> Iterator[tuple[str, Setup]]:
    yield from ((name, preset.setup) for name, preset in PRESETS.items())
    yield from (("minute", form) for _, form in minute_widths())
