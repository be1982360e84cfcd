"""Changes to a trained network: filters that are silent, kernels with other numbers, biases of zero.

A change never touches the weights it is given: `apply_to_weights` returns a new dict in which only the
arrays that differ are new.

A silent filter gives 0 at the end of its stage, before the activation: its kernel and its bias are zero and,
where batch normalisation follows, so are gamma and beta. ReLU, leaky ReLU, ELU, GELU and tanh keep that 0;
a sigmoid makes 0.5 of it, the same in every cell and for every picture. Where a residual sum follows, only
what the filter adds is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.interpret.preset_kernels import PATTERNS, RECIPES
from cnn.network import layers
from cnn.network.forward import Weights
from cnn.network.spec import NetworkSpec

Array = NDArray[np.float32]

LARGEST_WEIGHT = 100.0


@dataclass(frozen=True)
class Mute:
    """Filters of a convolution, or neurons of a dense layer, that give nothing."""

    layer: str
    filters: tuple[int, ...]
    rank: ClassVar[int] = 2

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        some = ", ".join(map(str, self.filters[:8])) + (", …" if len(self.filters) > 8 else "")
        count = f" ({len(self.filters)} of them)" if len(self.filters) > 8 else ""
        return f"{self.layer}: {some} silent{count}"

    @property
    def is_nothing(self) -> bool:
        """Whether no filter is silent."""
        return not self.filters

    def replaces(self, other: object) -> bool:
        """Whether `other` is about the same layer."""
        return isinstance(other, Mute) and other.layer == self.layer


@dataclass(frozen=True)
class SetKernel:
    """The numbers of one filter for one of its input channels: `values[row][column]`."""

    layer: str
    filter: int
    channel: int
    values: tuple[tuple[float, ...], ...]
    rank: ClassVar[int] = 0
    is_nothing: ClassVar[bool] = False

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return f"{self.layer}: kernel of filter {self.filter} over input channel {self.channel} rewritten"

    def replaces(self, other: object) -> bool:
        """Whether `other` writes the same numbers."""
        if not isinstance(other, SetKernel):
            return False
        return (other.layer, other.filter, other.channel) == (self.layer, self.filter, self.channel)


@dataclass(frozen=True)
class ReadyKernel:
    """One of `RECIPES` for all input channels of a filter."""

    layer: str
    filter: int
    recipe: str
    rank: ClassVar[int] = 0
    is_nothing: ClassVar[bool] = False

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return f"{self.layer}: filter {self.filter}, all input channels: {self.recipe}"

    def replaces(self, other: object) -> bool:
        """Whether nothing is left of `other`, which is so unless the recipe starts from what is there."""
        if self.recipe not in PATTERNS or not isinstance(other, SetKernel | ReadyKernel):
            return False
        return (other.layer, other.filter) == (self.layer, self.filter)


@dataclass(frozen=True)
class ZeroBias:
    """The bias of one filter, or of the whole layer where `filter` is None, is zero."""

    layer: str
    filter: int | None = None
    rank: ClassVar[int] = 1
    is_nothing: ClassVar[bool] = False

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return f"{self.layer}: " + (
            "all biases zero" if self.filter is None else f"bias of filter {self.filter} zero"
        )

    def replaces(self, other: object) -> bool:
        """Whether `other` is the same, or one of the biases that are all zero now."""
        if not isinstance(other, ZeroBias) or other.layer != self.layer:
            return False
        return self.filter in (None, other.filter)


WeightEdit = Mute | SetKernel | ReadyKernel | ZeroBias


# What is done to weights


def apply_to_weights(edits: Iterable[WeightEdit], network: NetworkSpec, weights: Weights) -> dict[str, Array]:
    """Return the weights with all changes: kernels in their order, then biases, then what is silent.

    Raises:
        SpecError: for a layer, filter, channel or kernel that the network does not have.
    """
    changed = dict(weights)
    for edit in sorted(edits, key=lambda edit: edit.rank):
        check(edit, network, weights)
        changed |= _changes(edit, network, changed)
    return changed


def check(edit: WeightEdit, network: NetworkSpec, weights: Weights) -> None:
    """See that a change fits the network.

    Raises:
        SpecError: saying what came and what is allowed.
    """
    filters = layers_with_filters(network)
    if edit.layer not in filters:
        raise SpecError("layer", f"{edit.layer!r:.40} is not allowed; give one of {', '.join(filters)}.")
    numbers = edit.filters if isinstance(edit, Mute) else (edit.filter,)
    for number in numbers:
        if not (number is None and isinstance(edit, ZeroBias)):
            _check_number("filter", number, filters[edit.layer])
    if isinstance(edit, SetKernel | ReadyKernel):
        _check_kernel(edit, weights[f"{edit.layer}/kernel"].shape)


def _check_number(field: str, number: object, count: int) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < count:
        raise SpecError(field, f"{number!r:.40} is not allowed; give a whole number from 0 to {count - 1}.")


def _check_kernel(edit: SetKernel | ReadyKernel, shape: tuple[int, ...]) -> None:
    if len(shape) != 4:
        raise SpecError("layer", f"{edit.layer} has no kernel of rows and columns; give a convolution.")
    if isinstance(edit, ReadyKernel):
        if edit.recipe not in RECIPES:
            raise SpecError(
                "recipe", f"{edit.recipe!r:.40} is not allowed; give one of {', '.join(RECIPES)}."
            )
        return
    _check_number("channel", edit.channel, shape[2])
    if kernel_values(edit.values, shape[0]) is None:
        raise SpecError(
            "values",
            f"give {shape[0]} rows of {shape[0]} numbers from -{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}.",
        )


def kernel_values(values: object, size: int) -> tuple[tuple[float, ...], ...] | None:
    """Return rows of numbers, from wherever they come, if they are a kernel of `size` × `size`, else None.

    >>> kernel_values([[1, 2], [3, 4]], 2)
    ((1.0, 2.0), (3.0, 4.0))
    >>> kernel_values([[1, 2], [3, float("nan")]], 2) is None
    True
    """
    if not isinstance(values, list | tuple) or len(values) != size:
        return None
    for row in values:
        if not isinstance(row, list | tuple) or len(row) != size or not all(map(_is_weight, row)):
            return None
    return tuple(tuple(float(value) for value in row) for row in values)


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_WEIGHT


def _changes(edit: WeightEdit, network: NetworkSpec, weights: Weights) -> dict[str, Array]:
    """Return the arrays that a change makes anew."""
    match edit:
        case Mute(layer, filters):
            names = [f"{layer}/kernel", f"{layer}/bias"]
            if norm := _norm_after(network, layer):
                names += [f"{norm}/gamma", f"{norm}/beta"]
            return {name: _with_zeros(weights[name], list(filters)) for name in names}
        case ZeroBias(layer, filter):
            which = slice(None) if filter is None else filter
            return {f"{layer}/bias": _with_zeros(weights[f"{layer}/bias"], which)}
        case SetKernel(layer, filter, channel, values):
            kernel = weights[f"{layer}/kernel"].copy()
            kernel[:, :, channel, filter] = values
        case ReadyKernel(layer, filter, recipe):
            kernel = weights[f"{layer}/kernel"].copy()
            kernel[:, :, :, filter] = RECIPES[recipe](kernel[:, :, :, filter])
    return {f"{edit.layer}/kernel": kernel}


def _with_zeros(array: Array, filters: list[int] | slice | int) -> Array:
    out = array.copy()
    out[..., filters] = 0
    return out


# What a network has that can be changed


def layers_with_filters(network: NetworkSpec) -> dict[str, int]:
    """Return the convolutions and dense layers by name, in order, each with how many filters it has."""
    found = {}
    for layer in layers.expand(network):
        match layer:
            case layers.Conv(filters=count) | layers.FullyConnected(units=count):
                found[layer.name] = count
    return found


def stage_end(network: NetworkSpec, layer: str) -> str:
    """Return the last of a layer, its batch normalisation and its activation: what the next layers see of it.

    >>> stage_end(NetworkSpec(), "conv1")
    'relu1'
    """
    for later in layers.expand(network):
        if later.inputs == (layer,) and isinstance(later, layers.BatchNorm | layers.Activation):
            layer = later.name
    return layer


def silent_value(network: NetworkSpec, layer: str) -> float:
    """Return what a silent filter gives at the end of its stage: 0, or 0.5 after a sigmoid.

    >>> silent_value(NetworkSpec(), "conv1")
    0.0
    """
    end = next(row for row in layers.expand(network) if row.name == stage_end(network, layer))
    return 0.5 if isinstance(end, layers.Activation) and end.function == "sigmoid" else 0.0


def _norm_after(network: NetworkSpec, layer: str) -> str:
    """Return the name of the batch normalisation that reads a layer, or ""."""
    expanded = layers.expand(network)
    return next((n.name for n in expanded if isinstance(n, layers.BatchNorm) and n.inputs == (layer,)), "")
