"""The specification of a network and its training: frozen, validated dataclasses, and their JSON form.

>>> setup = Setup(NetworkSpec(blocks=(Block(), Block())))
>>> setup.network.blocks[0].convolutions[0].filters
12
>>> Setup.from_text(setup.to_text()) == setup
True
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any, Self

from cnn.core.errors import SpecError
from cnn.core.numbers import to_json
from cnn.core.validation import Checked, choice, flag, nested, number, sequence, whole

VERSION = 1
CLASS_COUNT = 10
PICTURE_SHAPE = (32, 32, 3)
MAX_TEXT = 100_000

ACTIVATIONS = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "tanh": "tanh",
    "sigmoid": "Sigmoid",
    "none": "None",
}
CONVOLUTIONS = {"full": "Full", "separable": "Separable"}
PADDINGS = {"same": "Same", "valid": "Valid"}
DROPOUTS = {"values": "Single values", "maps": "Whole maps"}
POOLINGS = {"none": "None", "max": "Max", "average": "Average"}
HEADS = {"flatten": "Flatten", "global_average": "Global average pooling"}
OPTIMIZERS = {
    "sgd": "SGD with momentum",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "muon": "Muon",
}
SCHEDULES = {"constant": "Constant", "cosine": "Cosine decay", "one_cycle": "One cycle"}
PRECISIONS = {"auto": "Automatic", "float32": "float32", "mixed_bfloat16": "Mixed bfloat16"}
# What pages call a value of any of these.
TITLES = (
    ACTIVATIONS | CONVOLUTIONS | PADDINGS | DROPOUTS | POOLINGS | HEADS | OPTIMIZERS | SCHEDULES | PRECISIONS
)


def value_text(value: Any) -> str:
    """Return the value of a setting for people, as Build and Train call it.

    >>> value_text(0.003), value_text(True), value_text(None), value_text("one_cycle"), value_text("cifar10")
    ('0.003', 'on', '–', 'One cycle', 'cifar10')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return TITLES.get(str(value), str(value))


@dataclass(frozen=True)
class Convolution(Checked):
    """One convolution: `filters` kernels of `kernel_size` × `kernel_size`, moved by `stride` cells.

    A separable one has one kernel per input map, and then `filters` kernels of 1×1 over all of them.
    """

    filters: int = whole(12, 1, 512)
    kernel_size: int = whole(3, 1, 7)
    stride: int = whole(1, 1, 2)
    padding: str = choice("same", tuple(PADDINGS))
    kind: str = choice("full", tuple(CONVOLUTIONS))


@dataclass(frozen=True)
class Block(Checked):
    """Convolutions, each followed by its activation, then pooling and dropout.

    With `residual`, the block's input is added before the last activation; where the number of channels or
    the stride differ, a 1×1 convolution adapts it (He et al. 2015, "Deep residual learning").

    `group_norm` is the number of groups of maps for group normalisation after each convolution, 0 for none.
    With `squeeze` above 0, a squeeze-and-excitation gate scales the maps of the convolutions, after the last
    activation or before a residual sum; its inner layer has one neuron per `squeeze` maps.
    """

    convolutions: tuple[Convolution, ...] = sequence((Convolution(),), Convolution, 1, 4)
    batch_norm: bool = flag(False)
    activation: str = choice("relu", tuple(ACTIVATIONS))
    pooling: str = choice("max", tuple(POOLINGS))
    pool_window: int = whole(2, 2, 3)
    pool_stride: int = whole(2, 2, 3)
    dropout: float = number(0.0, 0.0, 0.9)
    residual: bool = flag(False)
    group_norm: int = whole(0, 0, 64)
    dropout_kind: str = choice("values", tuple(DROPOUTS))
    squeeze: int = whole(0, 0, 64)

    def __post_init__(self) -> None:
        """Check the fields, then that a residual connection can be added."""
        super().__post_init__()
        if self.residual and any(c.padding != "same" for c in self.convolutions):
            raise SpecError(
                "residual",
                "true is not allowed with padding valid, because input and output of the block must "
                "have the same size; "
                "give every convolution of the block padding same.",
            )
        if self.group_norm and self.batch_norm:
            raise SpecError("group_norm", "is not allowed together with batch_norm; choose one of them.")
        for convolution in self.convolutions:
            if self.group_norm and convolution.filters % self.group_norm:
                raise SpecError(
                    "group_norm",
                    f"{convolution.filters} filters cannot be divided into {self.group_norm} equal groups; "
                    f"give a number of groups that divides {convolution.filters}.",
                )


@dataclass(frozen=True)
class Dense(Checked):
    """A fully connected layer of `units` neurons, its activation and dropout."""

    units: int = whole(128, 1, 4096)
    activation: str = choice("relu", tuple(ACTIVATIONS))
    dropout: float = number(0.0, 0.0, 0.9)


@dataclass(frozen=True)
class NetworkSpec(Checked):
    """A network for 32×32 RGB pictures; dense 10 and softmax always come last.

    With `whiten`, the kernels of the first convolution are computed from the training pictures before the
    first step (`cnn.training.whitening`) and are not trained; its biases are.
    """

    blocks: tuple[Block, ...] = sequence((Block(),), Block, 1, 8)
    head: str = choice("flatten", tuple(HEADS))
    dense: tuple[Dense, ...] = sequence((), Dense, 0, 3)
    whiten: bool = flag(False)

    def __post_init__(self) -> None:
        """Check the fields, then that there are enough whitening kernels for the first convolution."""
        super().__post_init__()
        first = self.blocks[0].convolutions[0]
        if self.whiten and first.kind != "full":
            raise SpecError(
                "whiten",
                "true is not allowed with a separable first convolution, whose kernels see one colour each; "
                "make it a full one.",
            )
        most = 2 * first.kernel_size**2 * PICTURE_SHAPE[-1]
        if self.whiten and first.filters > most:
            raise SpecError(
                "whiten",
                f"true is not allowed with {first.filters} filters in the first convolution: patches of "
                f"{first.kernel_size}×{first.kernel_size} pixels have {most} whitening kernels; "
                f"give it at most {most} filters.",
            )


@dataclass(frozen=True)
class TrainSpec(Checked):
    """How a network is trained: for `epochs`, or for `seconds` of training steps.

    `shift` and `cutout` are in pixels, `weight_decay` is decoupled from the gradient (AdamW), `pictures` is
    the number of training pictures that are used.
    """

    optimizer: str = choice("adam", tuple(OPTIMIZERS))
    momentum: float = number(0.9, 0.0, 0.999)
    learning_rate: float = number(1e-3, 1e-6, 10.0)
    schedule: str = choice("cosine", tuple(SCHEDULES))
    batch_size: int = whole(128, 8, 2048)
    epochs: int | None = whole(None, 1, 200)
    seconds: float | None = number(None, 5.0, 7200.0)
    weight_decay: float = number(0.0, 0.0, 1.0)
    label_smoothing: float = number(0.0, 0.0, 0.5)
    flip: bool = flag(False)
    shift: int = whole(0, 0, 8)
    cutout: int = whole(0, 0, 16)
    pictures: int = whole(45_000, 500, 45_000)
    seed: int = whole(0, 0, 2**31 - 1)
    precision: str = choice("auto", tuple(PRECISIONS))

    def __post_init__(self) -> None:
        """Check the fields, then that exactly one of epochs and seconds is given."""
        super().__post_init__()
        if (self.epochs is None) == (self.seconds is None):
            raise SpecError("epochs", "give either epochs or seconds, not both.")


@dataclass(frozen=True)
class Setup(Checked):
    """A network and its training: everything needed to repeat a run on a data set."""

    network: NetworkSpec = nested(NetworkSpec(), NetworkSpec)
    training: TrainSpec = nested(TrainSpec(epochs=5), TrainSpec)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data with the version of the format."""
        return {"version": VERSION, **super().to_json()}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build one from what `to_json` gives.

        Raises:
            SpecError: for another version, unknown keys, wrong types and values out of range.
        """
        if not isinstance(data, dict):
            raise SpecError(
                "", "a set-up must be a JSON object with the fields version, network and training."
            )
        data = dict(data)
        version = data.pop("version", None)
        if version != VERSION or isinstance(version, bool):
            raise SpecError(
                "version",
                f"{str(version)[:20]!r} is not a known version; this program reads version {VERSION}.",
            )
        return super().from_json(data)

    def to_text(self) -> str:
        """Return indented JSON."""
        return to_json(self.to_json(), indent=2)

    @classmethod
    def from_text(cls, text: str | bytes) -> Self:
        """Build one from JSON text of at most 100,000 characters.

        Raises:
            SpecError: for text that is too long or no JSON, and as `from_json`.
        """
        if len(text) > MAX_TEXT:
            raise SpecError("", f"{len(text):,} characters are too many; a set-up has at most {MAX_TEXT:,}.")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise SpecError("", "this is not JSON; paste the text that Export or --spec wrote.") from None
        return cls.from_json(data)

    def to_link(self) -> str:
        """Return a short text for a URL: only what differs from the defaults, deflated, base64url."""
        packed = zlib.compress(to_json(_differences(self), dense=True).encode(), 9)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def from_link(cls, text: str) -> Self:
        """Build one from what `to_link` gives.

        Raises:
            SpecError: if the text was cut, changed or too long, and as `from_json`.
        """
        cut = SpecError("", "the link is not complete; copy it again, from the first to the last character.")
        try:
            packed = base64.urlsafe_b64decode(text[:8000] + "=" * (-len(text) % 4))
            unpacker = zlib.decompressobj()
            raw = unpacker.decompress(packed, MAX_TEXT)
        except (binascii.Error, ValueError, zlib.error):
            raise cut from None
        if not unpacker.eof:
            raise cut
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            raise cut from None
        if not isinstance(data, dict):
            raise cut
        return cls.from_json({"version": VERSION, **data})


def _differences(spec: Checked) -> dict[str, Any]:
    """Return the JSON form of `spec` without the fields that have their default."""
    found: dict[str, Any] = {}
    for name, item in type(spec).__dataclass_fields__.items():  # type: ignore[attr-defined]
        value = getattr(spec, name)
        if value == item.default:
            continue
        if isinstance(value, tuple):
            found[name] = [_differences(part) for part in value]
        else:
            found[name] = _differences(value) if isinstance(value, Checked) else value
    return found
