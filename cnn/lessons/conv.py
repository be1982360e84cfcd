"""The lesson on convolution: kernels by name, how a window slides, and the sum behind one cell."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.core.numbers import minus
from cnn.network import ops
from cnn.network.spec import Block, Convolution, NetworkSpec
from cnn.network.summary import LayerShape, walk

CHANNELS = ("red", "green", "blue")
WEIGHT_LIMIT = 100.0
TRAINED, OWN = "Trained filter", "Your own"
# 2-D kernels; an edge kernel gives a positive value where the picture gets brighter in its direction.
KERNELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "Edge right": ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    "Edge down": ((-1, -1, -1), (0, 0, 0), (1, 1, 1)),
    "Edge down-right": ((-1, -1, 0), (-1, 0, 1), (0, 1, 1)),
    "Edge up-right": ((0, 1, 1), (-1, 0, 1), (-1, -1, 0)),
    "Sobel right": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Sobel down": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "Identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "Blur": ((1 / 9,) * 3,) * 3,
    "Sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "Emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
}
KERNEL_NAMES = (*KERNELS, TRAINED, OWN)


@dataclass(frozen=True)
class Slide:
    """How a window slides over a square map: all sizes in cells, `padding` as in `ops.conv2d`."""

    size: int
    window: int
    stride: int = 1
    padding: str | int = "same"
    dilation: int = 1

    @property
    def span(self) -> int:
        """The width of the window in cells, including the gaps of its dilation."""
        return (self.window - 1) * self.dilation + 1

    @property
    def around(self) -> tuple[int, int]:
        """The zeros before and after the map."""
        if self.padding == "same":
            return ops.same_padding(self.size, self.span, self.stride)
        zeros = self.padding if isinstance(self.padding, int) else 0
        return zeros, zeros

    @property
    def room(self) -> int:
        """How many steps of one cell the window can move: below zero it does not fit at all."""
        return self.size + sum(self.around) - self.span

    @property
    def outputs(self) -> int:
        """The number of positions of the window along a side: `floor(room / stride) + 1` (Dumoulin and Visin 2016).

        >>> Slide(32, 3).outputs, Slide(32, 3, 2, "valid").outputs, Slide(8, 5, 1, 0, 3).outputs
        (32, 15, 0)
        """
        return self.room // self.stride + 1 if self.room >= 0 else 0

    @property
    def unseen(self) -> int:
        """How many rows at the bottom (and columns at the right) no window reaches."""
        return max(self.room - (self.outputs - 1) * self.stride - self.around[1], 0) if self.outputs else 0

    @property
    def formula(self) -> str:
        """The formula of the output size with its numbers, as LaTeX.

        >>> Slide(32, 3, 2, "valid").formula
        '\\\\left\\\\lfloor\\\\frac{32 + 0 + 0 - 3}{2}\\\\right\\\\rfloor + 1 = 15'
        """
        before, after = self.around
        fraction = rf"\frac{{{self.size} + {before} + {after} - {self.span}}}{{{self.stride}}}"
        result = str(self.outputs) if self.outputs else r"\text{nothing}"
        return rf"\left\lfloor{fraction}\right\rfloor + 1 = {result}"

    @property
    def problem(self) -> str:
        """Why these settings are impossible and what would help; empty if they are possible."""
        if self.outputs:
            return ""
        padded = self.size + sum(self.around)
        gaps = f" ({self.window} cells, {self.dilation} apart)" if self.dilation > 1 else ""
        return (
            f"Impossible: the window spans {self.span} cells{gaps}, but the input with its padding has only "
            f"{padded}. Use a larger input, more padding, or less dilation."
        )


def padding_of(text: str) -> str | int:
    """Return a padding as `ops.conv2d` takes it: "same", "valid" or a number.

    >>> padding_of("same"), padding_of("2")
    ('same', 2)
    """
    return int(text) if text.isdigit() else text


def spread(kernel: ArrayLike) -> ops.Array:
    """Return a 2-D kernel (size, size) on three channels, a third on each: (size, size, 3, 1).

    On a grey picture the three thirds add up to what the 2-D kernel gives.

    >>> round(float(spread(np.ones((3, 3))).sum()), 3)
    9.0
    """
    return np.repeat(np.asarray(kernel, np.float32)[:, :, None, None] / 3, 3, axis=2)


def kernel_text(kernel: ArrayLike) -> str:
    """Return a 2-D kernel as text, row by row.

    >>> kernel_text(KERNELS["Sobel right"])
    '−1 0 1 | −2 0 2 | −1 0 1'
    """
    rows = [" ".join(f"{weight:.2g}" for weight in row) for row in np.asarray(kernel)]
    return minus(" | ".join(rows))


def parse_weights(text: str, size: int) -> NDArray[np.float64] | None:
    """Return size² numbers, separated by commas, as a (size, size) kernel; None if they are not that.

    >>> parse_weights("1,2,3,4,5,6,7,8,9", 3)[1].tolist()
    [4.0, 5.0, 6.0]
    >>> parse_weights("1,nan", 1) is None
    True
    """
    parts = text[:1000].split(",")
    try:
        values = np.array([float(part) for part in parts])
    except ValueError:
        return None
    if len(values) != size * size or not np.isfinite(values).all():
        return None
    return np.asarray(np.clip(values, -WEIGHT_LIMIT, WEIGHT_LIMIT).reshape(size, size))


def centre(pixels: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the middle (size, size, channels) of a picture (height, width, channels)."""
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top : top + size, left : left + size]


def slide_over(values: ops.Array, kernel: ops.Array, bias: float, slide: Slide) -> ops.Array:
    """Return the one map (outputs, outputs) of a kernel (size, size, channels, 1) slid over values."""
    shift = np.array([bias], np.float32)
    return ops.conv2d(values, kernel, shift, slide.stride, slide.padding, slide.dilation)[:, :, 0]


def window_at(values: ops.Array, slide: Slide, row: int, column: int) -> ops.Array:
    """Return the values under the window for one output cell: (window, window, channels), zeros in the padding."""
    padded = ops.pad(values, slide.around, slide.around)
    top, left = row * slide.stride, column * slide.stride
    return padded[top : top + slide.span : slide.dilation, left : left + slide.span : slide.dilation]


def sum_rows(seen: ops.Array, kernel: ops.Array) -> list[dict[str, str | int | float]]:
    """Return the products behind one cell, one row each, channel by channel.

    Args:
        seen: (window, window, channels), what the window sees.
        kernel: (window, window, channels).
    """
    size, _, channels = seen.shape
    return [
        {
            "Channel": CHANNELS[channel] if channels == len(CHANNELS) else str(channel),
            "Row": row,
            "Column": column,
            "Value": float(seen[row, column, channel]),
            "Weight": float(kernel[row, column, channel]),
            "Product": float(seen[row, column, channel] * kernel[row, column, channel]),
        }
        for channel in range(channels)
        for row in range(size)
        for column in range(size)
    ]


def size_answers(slide: Slide) -> dict[int, str]:
    """Return the size of the map and wrong sizes, in ascending order, each with the mistake that leads to it.

    The size itself is "right"; in "padding", "stride" and "one" these were forgotten; "up" is rounded up.

    >>> size_answers(Slide(32, 3, 2, "same"))
    {15: 'padding', 16: 'right', 17: 'up', 32: 'stride'}
    """
    sides = {slide.outputs: "right"}
    if slide.outputs:
        sides.setdefault(max(slide.size - slide.span, 0) // slide.stride + 1, "padding")
        sides.setdefault(replace(slide, stride=1).outputs, "stride")
        sides.setdefault(max(slide.room, 0) // slide.stride, "one")
    sides.setdefault(slide.outputs + 1, "up")
    return dict(sorted([item for item in sides.items() if item[0] or item[1] == "right"])[:4])


FLAT_KINDS = ("zero", "mean", "other")


def flat_kind(kernel: ops.Array, bias: float) -> str:
    """Return what a kernel (size, size, 3, 1) gives on a single colour, one of `FLAT_KINDS`.

    "zero" whatever the colour; the "mean" of its red, green and blue; or some "other" number.

    >>> flat_kind(spread(KERNELS["Sobel right"]), 0), flat_kind(spread(KERNELS["Blur"]), 0)
    ('zero', 'mean')
    """
    sums = kernel.sum(axis=(0, 1))[:, 0]
    for kind, each in (("zero", 0.0), ("mean", 1 / 3)):
        if abs(bias) < 1e-6 and np.allclose(sums, each, atol=1e-6):
            return kind
    return "other"


def flat_answers(kernel: ops.Array, bias: float) -> dict[str, str]:
    """Return the answers to what a kernel gives on a single colour, each with its reason."""
    kind, sums = flat_kind(kernel, bias), sums_text(kernel, bias)
    zero = (
        "The weights cancel out"
        if kind == "zero"
        else "To give zero, the weights must cancel out and the bias must be 0"
    )
    mean = "A third for each colour" if kind == "mean" else "That needs a third for each colour and no bias"
    other = {
        "zero": "The weights cancel out, so nothing is left",
        "mean": "A third for each colour: it gives the brightness itself",
        "other": "It is neither zero nor the mean",
    }
    return {
        "Zero, whatever the colour": f"{zero}. Sums of the weights: {sums}.",
        "The mean of its red, green and blue": f"{mean}. Sums of the weights: {sums}.",
        "Another number": f"{other[kind]}. Sums of the weights: {sums}.",
    }


def sums_text(kernel: ops.Array, bias: float) -> str:
    """Return what a kernel's weights (size, size, 3, 1) add up to on each colour, and the bias, in words.

    >>> sums_text(spread(KERNELS["Blur"]), 0)
    'red 0.33, green 0.33, blue 0.33, bias 0.00'
    """
    sums = [round(float(total), 2) + 0.0 for total in kernel.sum(axis=(0, 1))[:, 0]]
    parts = [f"{name} {total:.2f}" for name, total in zip(CHANNELS, sums, strict=True)]
    return ", ".join([*parts, f"bias {round(bias, 2) + 0.0:.2f}"])


def first_layer(filters: int, kernel_size: int = 3) -> LayerShape:
    """Return the figures of a first convolution, padding same, on a picture of 32×32×3.

    >>> row = first_layer(12)
    >>> row.shape, row.parameters, row.multiply_adds
    ((32, 32, 12), 336, 331776)
    """
    return walk(NetworkSpec(blocks=(Block((Convolution(filters, kernel_size),)),)))[1]


def dense_multiply_adds(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """Return the multiply-adds of a dense layer between two shapes: every input connected to every output.

    >>> dense_multiply_adds((32, 32, 3), (32, 32, 12))
    37748736
    """
    return math.prod(before) * math.prod(after)
