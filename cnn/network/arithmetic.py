"""How one value of a layer is computed, as data: a table writes it out, the browser animates it.

There are fewer kinds of arithmetic than kinds of layers: a product of a window with a kernel, the maximum or
the mean of a window, a function of one number, a weighted sum of a vector, and so on. The terms
are the network's float32 numbers; they are added in double precision, so that the order of adding changes
no digit that is shown. A cell is a (row, column); rows and columns count from 0.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import minus
from cnn.core.scaling import HALF_RANGE
from cnn.network import ops

Cell = tuple[int, int]
Exact = NDArray[np.float64]
Place = tuple[int, int, int]  # row, column, map


def written(number: float) -> str:
    """Return a number with four decimals and a proper minus.

    >>> written(-0.12345), written(-0.00001)
    ('−0.1235', '0.0000')
    """
    return minus(f"{number + 0.0:.4f}".replace("-0.0000", "0.0000"))


def in_brackets(number: float) -> str:
    """Return a number as a later term of a sum: in brackets if it is negative."""
    text = written(number)
    return f"({text})" if text.startswith("−") else text


class Arithmetic(ABC):
    """How one value is computed."""

    @property
    @abstractmethod
    def total(self) -> float:
        """The value."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The arithmetic in words and numbers."""


@dataclass(frozen=True)
class WeightedSum(Arithmetic):
    """The sum of `values` × `weights`, both of one shape, plus a bias if there is one."""

    values: Exact
    weights: Exact
    bias: float | None

    @property
    def products(self) -> Exact:
        """Value × weight, of the same shape."""
        return self.values * self.weights

    @property
    def total(self) -> float:
        """All products and the bias."""
        return float(self.products.sum()) + (self.bias or 0.0)

    @property
    def text(self) -> str:
        """The number of products, their sum and the bias."""
        found = f"{self.products.size:,} products {written(float(self.products.sum()))}"
        return found if self.bias is None else f"{found} + bias {in_brackets(self.bias)}"

    def largest(self, count: int) -> list[int]:
        """Return the indices, in the flattened products, of the `count` farthest from zero, farthest first."""
        return [int(i) for i in np.argsort(-np.abs(self.products.reshape(-1)), kind="stable")[:count]]

    def others(self, named: Sequence[int]) -> float:
        """Return the sum of all products but the `named` ones."""
        return float(np.delete(self.products.reshape(-1), named).sum())


@dataclass(frozen=True)
class KernelSum(WeightedSum):
    """A kernel over a window of maps: `values` and `weights` are (size, size, channels).

    The values are zero where the window lies in the padding; `inside` (size, size) is False there.
    `corner` is the window's first cell in the input, which may be negative; `channels` are the indices of the
    maps that are read.
    """

    corner: Cell
    inside: NDArray[np.bool_]
    channels: tuple[int, ...]

    @property
    def by_channel(self) -> Exact:
        """The part of the sum that each input channel contributes, (channels,)."""
        by_channel: Exact = self.products.sum(axis=(0, 1))
        return by_channel


@dataclass(frozen=True)
class WindowChoice(Arithmetic):
    """The values (size, size) in the window of one cell, of which `rule` ("max" or "average") gives the result."""

    rule: str
    values: Exact
    corner: Cell

    @property
    def winner(self) -> Cell | None:
        """The input cell with the largest value; None for an average, and where all are equal."""
        if self.rule != "max" or self.values.min() == self.values.max():
            return None
        row, column = divmod(int(self.values.argmax()), self.values.shape[1])
        return self.corner[0] + row, self.corner[1] + column

    @property
    def total(self) -> float:
        """The largest value, or the mean."""
        return float(self.values.max() if self.rule == "max" else self.values.mean())

    @property
    def text(self) -> str:
        """The rule and the values."""
        rule = "the largest" if self.rule == "max" else "the mean"
        return f"{rule} of {', '.join(written(value) for value in self.values.reshape(-1).tolist())}"

    def share_of(self, cell: Cell) -> str:
        """Return what a cell of the input contributes to the result."""
        if self.rule != "max":
            return f"this cell is one of {self.values.size}"
        if self.winner is None:
            return "all are equal"
        if self.winner == cell:
            return "this cell is the largest"
        return f"row {self.winner[0]}, column {self.winner[1]} wins"


@dataclass(frozen=True)
class Single(Arithmetic):
    """A value, and the text of its computation."""

    value: float
    words: str

    @property
    def total(self) -> float:
        """The value."""
        return self.value

    @property
    def text(self) -> str:
        """How it was computed."""
        return self.words


def pixel(value: float) -> Single:
    """Return how a scaled value, -1 to 1, is computed from its pixel, 0 to 255."""
    number = round((value + 1) * HALF_RANGE)
    return Single(number / HALF_RANGE - 1, f"{number} / {HALF_RANGE:g} − 1")


def mean_of_map(values: ops.Array) -> Single:
    """Return how the mean of a map (height, width) is computed."""
    exact = values.astype(np.float64)
    return Single(float(exact.mean()), f"the sum of the map {written(exact.sum())} / {exact.size}")


def share(scores: ops.Array, place: int) -> Single:
    """Return how softmax computes the probability of one of the scores (values,)."""
    powers = np.exp(scores.astype(np.float64))
    text = f"{written(float(powers[place]))} / {written(float(powers.sum()))}"
    return Single(float(powers[place] / powers.sum()), text)


# Functions of one number


class Operation(ABC):
    """A function of each value of a map, in some layers with a second value for each."""

    name: ClassVar[str]

    @property
    def second(self) -> str:
        """The title of the second values; "" if there are none."""
        return ""

    @abstractmethod
    def apply(self, value: float, other: float) -> float:
        """Return the result for a value; `other` is the second one, nan if there is none."""

    @abstractmethod
    def text(self, value: float, other: float) -> str:
        """Return the arithmetic in words and numbers."""


@dataclass(frozen=True)
class Normalise(Operation):
    """(x - mean) / √(variance + epsilon) × gamma + beta; `whose` says of which values mean and variance are."""

    mean: float
    variance: float
    epsilon: float
    gamma: float
    beta: float
    whose: str = ""
    name: ClassVar[str] = "normalise"

    def apply(self, value: float, other: float = np.nan) -> float:
        """Return the value, normalised."""
        spread = np.sqrt(self.variance + self.epsilon)
        return float((value - self.mean) / spread * self.gamma + self.beta)

    def text(self, value: float, other: float = np.nan) -> str:
        """Return the formula with its numbers."""
        formula = (
            f"({written(value)} − {in_brackets(self.mean)}) / √({written(self.variance)} + "
            f"{self.epsilon:g}) × {in_brackets(self.gamma)} + {in_brackets(self.beta)}"
        )
        return f"{formula}; {self.whose}" if self.whose else formula


FORMULAS = {
    "relu": "max(0, {x})",
    "leaky_relu": "{x}, × " + f"{ops.LEAKY_SLOPE:g} where below 0",
    "elu": "{x}, or " + ("" if ops.ELU_ALPHA == 1 else f"{ops.ELU_ALPHA:g} × ") + "e^x − 1 where below 0",
    "gelu": "{x} × Φ(x), Φ in its tanh form",
    "tanh": "tanh({x})",
    "sigmoid": "1 / (1 + e^−x) at {x}",
}


@dataclass(frozen=True)
class Function(Operation):
    """One of `ops.ACTIVATION_FUNCTIONS`."""

    function: str
    slope: float = ops.LEAKY_SLOPE
    alpha: float = ops.ELU_ALPHA
    name: ClassVar[str] = "function"

    def apply(self, value: float, other: float = np.nan) -> float:
        """Return the function of the value.

        >>> Function("relu").apply(-0.5), Function("relu").apply(0.25)
        (0.0, 0.25)
        """
        return float(ops.ACTIVATION_FUNCTIONS[self.function](np.asarray(value, np.float64)))

    def text(self, value: float, other: float = np.nan) -> str:
        """Return the function's formula."""
        return FORMULAS[self.function].format(x=written(value))


@dataclass(frozen=True)
class Plus(Operation):
    """x + the value at the same position of the layer `source`."""

    source: str
    name: ClassVar[str] = "plus"

    @property
    def second(self) -> str:
        """The other map."""
        return f"The same map of {self.source}"

    def apply(self, value: float, other: float) -> float:
        """Return the sum."""
        return value + other

    def text(self, value: float, other: float) -> str:
        """Return the sum with its numbers."""
        return f"{written(value)} + {in_brackets(other)} of {self.source}"


@dataclass(frozen=True)
class Times(Operation):
    """x × the number that the layer `source` has for its map."""

    source: str
    name: ClassVar[str] = "times"

    @property
    def second(self) -> str:
        """The number, the same for all cells."""
        return f"The number that {self.source} has for this map"

    def apply(self, value: float, other: float) -> float:
        """Return the product."""
        return value * other

    def text(self, value: float, other: float) -> str:
        """Return the product with its numbers."""
        return f"{written(value)} × {in_brackets(other)} of {self.source}"


@dataclass(frozen=True)
class PassOn(Operation):
    """x unchanged, and the reason."""

    reason: str
    name: ClassVar[str] = "pass"

    def apply(self, value: float, other: float = np.nan) -> float:
        """Return the value."""
        return value

    def text(self, value: float, other: float = np.nan) -> str:
        """Say that the value does not change."""
        return f"passed on unchanged: {self.reason}"


def at(values: ops.Array, channel: int, cell: Cell | None) -> float:
    """Return one value of maps (height, width, channels), or of a vector (values,) at `channel`."""
    return float(values[channel] if values.ndim == 1 else values[(*(cell or (0, 0)), channel)])


def facts_of(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain data: its name and its numbers."""
    return {"operation": operation.name, "second": operation.second, **vars(operation)}
