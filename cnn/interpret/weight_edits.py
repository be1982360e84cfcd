"""Edits of a trained network: silenced filters, rewritten kernels, biases set to zero.

Weights are never changed in place: `apply_to_weights` returns a new dict in which only the arrays that differ
are new.

A silenced filter outputs 0 before its activation: its kernel and bias are zero and, if batch normalisation
follows, so are gamma and beta. Group normalisation averages over several filters; there only gamma and beta are
zero, so that the other filters of the group do not change. ReLU, leaky ReLU, ELU, GELU and tanh map 0 to 0; a
sigmoid maps it to 0.5, in every cell and for every picture. Before a residual sum, only the filter's own
contribution is removed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.interpret.preset_kernels import PATTERNS, RECIPES
from cnn.network.forward import Weights
from cnn.network.layers import Layer, expand
from cnn.network.spec import NetworkSpec
from cnn.network.summary import walk

Array = NDArray[np.float32]

LARGEST_WEIGHT = 100.0


@dataclass(frozen=True)
class Mute:
    """Silence filters of a convolution or neurons of a dense layer."""

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
    """Set the kernel of one filter for one of its input channels: `values[row][column]`."""

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
        """Whether `other` sets the same kernel."""
        if not isinstance(other, SetKernel):
            return False
        return (other.layer, other.filter, other.channel) == (self.layer, self.filter, self.channel)


@dataclass(frozen=True)
class ReadyKernel:
    """Apply one of `RECIPES` to all input channels of a filter."""

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
        """Whether this overwrites `other` completely, which a recipe that transforms the kernel does not."""
        if self.recipe not in PATTERNS or not isinstance(other, SetKernel | ReadyKernel):
            return False
        return (other.layer, other.filter) == (self.layer, self.filter)


@dataclass(frozen=True)
class ZeroBias:
    """Set the bias of one filter to zero, or all biases of the layer if `filter` is None."""

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
        """Whether `other` is the same edit, or concerns one bias of a layer whose biases this sets to zero."""
        if not isinstance(other, ZeroBias) or other.layer != self.layer:
            return False
        return self.filter in (None, other.filter)


WeightEdit = Mute | SetKernel | ReadyKernel | ZeroBias


# Applying edits


def apply_to_weights(edits: Iterable[WeightEdit], network: NetworkSpec, weights: Weights) -> dict[str, Array]:
    """Return the weights with all edits applied: kernels in their order, then biases, then silenced filters.

    Raises:
        SpecError: for a layer, filter, channel or kernel that the network does not have.
    """
    changed = dict(weights)
    for edit in sorted(edits, key=lambda edit: edit.rank):
        check(edit, network, weights)
        changed |= _changes(edit, network, changed)
    return changed


def check(edit: WeightEdit, network: NetworkSpec, weights: Weights) -> None:
    """Check that an edit fits the network.

    Raises:
        SpecError: naming the value and what is allowed.
    """
    filters = layers_with_filters(network)
    if edit.layer not in filters:
        raise SpecError("layer", f"{edit.layer!r:.40} is not allowed; give one of {', '.join(filters)}.")
    if isinstance(edit, ZeroBias) and f"{edit.layer}/bias" not in weights:
        raise SpecError("layer", f"{edit.layer} has no biases; give a layer that has.")
    numbers = edit.filters if isinstance(edit, Mute) else (edit.filter,)
    for number in numbers:
        if not (number is None and isinstance(edit, ZeroBias)):
            _check_number("filter", number, filters[edit.layer])
    if isinstance(edit, SetKernel | ReadyKernel):
        _check_kernel(edit, _layer(network, edit.layer).kernel_of(weights[f"{edit.layer}/kernel"], 0).shape)


def _check_number(field: str, number: object, count: int) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < count:
        raise SpecError(field, f"{number!r:.40} is not allowed; give a whole number from 0 to {count - 1}.")


def _check_kernel(edit: SetKernel | ReadyKernel, shape: tuple[int, ...]) -> None:
    if len(shape) != 3:
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
    """Return untrusted `values` as rows of floats if they are a kernel of `size` × `size`, else None.

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
    """Return the arrays that an edit changes, as copies."""
    match edit:
        case Mute(layer, filters):
            parts = stage(network, layer)
            return {
                f"{part.name}/{variable}": _with_zeros(weights[f"{part.name}/{variable}"], filters, axis)
                for part in [part for part in parts if part.averages_maps] or parts
                for variable, axis in part.silenced.items()
            }
        case ZeroBias(layer, filter):
            bias = weights[f"{layer}/bias"]
            which = range(len(bias)) if filter is None else (filter,)
            return {f"{layer}/bias": _with_zeros(bias, which, -1)}
        case SetKernel(layer, filter, channel, values):
            kernel = weights[f"{layer}/kernel"].copy()
            _layer(network, layer).kernel_of(kernel, filter)[:, :, channel] = values
        case ReadyKernel(layer, filter, recipe):
            kernel = weights[f"{layer}/kernel"].copy()
            part = _layer(network, layer).kernel_of(kernel, filter)
            part[...] = RECIPES[recipe](part)
    return {f"{edit.layer}/kernel": kernel}


def _with_zeros(array: Array, filters: Sequence[int], axis: int) -> Array:
    out = array.copy()
    np.moveaxis(out, axis, 0)[list(filters)] = 0
    return out


# What can be edited


def layers_with_filters(network: NetworkSpec) -> dict[str, int]:
    """Return the convolutions and dense layers by name, in order, with the number of their filters."""
    table = walk(network)
    shapes = {row.layer.name: row.shape for row in table}
    found = {row.layer.name: row.layer.channels([shapes[name] for name in row.layer.inputs]) for row in table}
    return {name: count for name, count in found.items() if count is not None}


def stage(network: NetworkSpec, layer: str) -> list[Layer]:
    """Return a layer, followed by its normalisation and its activation if it has them."""
    found = [_layer(network, layer)]
    for later in expand(network):
        if later.inputs == (found[-1].name,) and later.is_stage:
            found.append(later)
    return found


def stage_end(network: NetworkSpec, layer: str) -> str:
    """Return the name of the last layer of a stage, whose output the next layers read.

    >>> stage_end(NetworkSpec(), "conv1")
    'relu1'
    """
    return stage(network, layer)[-1].name


def silent_value(network: NetworkSpec, layer: str) -> float:
    """Return the output of a silenced filter after its activation: 0, or 0.5 after a sigmoid.

    >>> silent_value(NetworkSpec(), "conv1")
    0.0
    """
    return stage(network, layer)[-1].at_zero


def kernel_of(network: NetworkSpec, weights: Weights, layer: str, filter: int) -> Array:
    """Return the kernel of one filter: (size, size, input maps), or (inputs,) for a dense layer."""
    return _layer(network, layer).kernel_of(np.asarray(weights[f"{layer}/kernel"]), filter)


def _layer(network: NetworkSpec, name: str) -> Layer:
    return next(layer for layer in expand(network) if layer.name == name)
