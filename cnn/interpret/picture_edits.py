"""Edits of pictures: cover, shift, rotate, mirror, recolour.

Each edit is frozen and checks its values when it is created (SpecError). `words` describes it; `apply` returns
a changed copy of pixels (..., 32, 32, 3), uint8. Uncovered areas become mid-grey, which is close to 0 for the
network. `rank` is the order of application, whatever the order in which edits were chosen: mirror, rotate,
shift, recolour, and cover last, so that a cover stays where it was put.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from cnn.core.validation import Checked, choice, whole
from cnn.network.spec import PICTURE_SHAPE

Pixels = NDArray[np.uint8]

SIDE = PICTURE_SHAPE[0]
GREY = 128
FURTHEST_SHIFT = 8
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green, blue: ITU-R BT.601
_SEED = 10


class PictureEdit(Checked):
    """The interface of all picture edits."""

    rank: ClassVar[int] = 0

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        raise NotImplementedError

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves every picture as it is."""
        return False

    def replaces(self, other: object) -> bool:
        """Whether this edit replaces `other`, which was chosen earlier."""
        return type(other) is type(self)

    def apply(self, pixels: Pixels) -> Pixels:
        """Return changed pictures of the same shape (..., 32, 32, 3)."""
        raise NotImplementedError


FLIPS = {"sideways": "Mirrored: left is right", "upright": "Mirrored: top is bottom"}


@dataclass(frozen=True)
class Flip(PictureEdit):
    """Mirror left to right (`sideways`) or top to bottom (`upright`)."""

    way: str = choice("sideways", tuple(FLIPS))

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return FLIPS[self.way]

    def replaces(self, other: object) -> bool:
        """Whether `other` mirrors in the same direction."""
        return other == self

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the mirrored pictures."""
        return np.flip(pixels, -2 if self.way == "sideways" else -3).copy()


@dataclass(frozen=True)
class Rotate(PictureEdit):
    """Rotate clockwise about the centre, in degrees, by nearest-neighbour sampling."""

    degrees: int = whole(0, -180, 180)
    rank: ClassVar[int] = 1

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        way = "" if abs(self.degrees) == 180 else " clockwise" if self.degrees > 0 else " anticlockwise"
        return f"Turned by {abs(self.degrees)}°{way}"

    @property
    def is_nothing(self) -> bool:
        """Whether the angle is zero."""
        return self.degrees == 0

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the rotated pictures."""
        down, right = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
        cosine, sine = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        rows = np.rint(cosine * down - sine * right + (SIDE - 1) / 2).astype(int)
        columns = np.rint(sine * down + cosine * right + (SIDE - 1) / 2).astype(int)
        inside = (rows >= 0) & (rows < SIDE) & (columns >= 0) & (columns < SIDE)
        out = np.full_like(pixels, GREY)
        out[..., inside, :] = pixels[..., rows[inside], columns[inside], :]
        return out


@dataclass(frozen=True)
class Shift(PictureEdit):
    """Shift down and to the right by whole pixels; negative numbers shift up and to the left."""

    down: int = whole(0, -FURTHEST_SHIFT, FURTHEST_SHIFT)
    right: int = whole(0, -FURTHEST_SHIFT, FURTHEST_SHIFT)
    rank: ClassVar[int] = 2

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        ways = ((self.down, "down", "up"), (self.right, "right", "left"))
        parts = [f"{abs(size)} {ahead if size > 0 else back}" for size, ahead, back in ways if size]
        return "Shifted by " + " and ".join(parts)

    @property
    def is_nothing(self) -> bool:
        """Whether the shift is zero."""
        return self.down == self.right == 0

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the shifted pictures."""
        out = np.full_like(pixels, GREY)
        to, source = zip(*(_overlap(size) for size in (self.down, self.right)), strict=True)
        out[..., to[0], to[1], :] = pixels[..., source[0], source[1], :]
        return out


def _overlap(size: int) -> tuple[slice, slice]:
    """Return the target and source slices of an axis that is shifted by `size` pixels."""
    return slice(max(size, 0), SIDE + min(size, 0)), slice(max(-size, 0), SIDE + min(-size, 0))


@dataclass(frozen=True)
class Grey(PictureEdit):
    """Remove colour: all three channels of a pixel become its luminance."""

    rank: ClassVar[int] = 3

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return "Without colour"

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the pictures in grey."""
        bright = np.rint(pixels @ np.array(LUMINANCE, np.float32)).astype(np.uint8)
        return np.repeat(bright[..., None], 3, axis=-1)


@dataclass(frozen=True)
class Brightness(PictureEdit):
    """Add `more` to every channel of every pixel, which may be negative; clipped to 0 … 255."""

    more: int = whole(0, -200, 200)
    rank: ClassVar[int] = 4

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return f"{'Brighter' if self.more > 0 else 'Darker'} by {abs(self.more)} of 255"

    @property
    def is_nothing(self) -> bool:
        """Whether the difference is zero."""
        return self.more == 0

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the brighter or darker pictures."""
        return np.clip(pixels.astype(np.int16) + self.more, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Noise(PictureEdit):
    """Add Gaussian noise to every channel, always the same; `size` is its standard deviation, of 255."""

    size: int = whole(0, 0, 100)
    rank: ClassVar[int] = 5

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return f"Noise of ± {self.size} of 255"

    @property
    def is_nothing(self) -> bool:
        """Whether there is no noise."""
        return self.size == 0

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the noisy pictures."""
        noise = np.random.default_rng(_SEED).standard_normal(pixels.shape, np.float32) * self.size
        return np.asarray(np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8))


def _mean_colour(pixels: Pixels, _shape: tuple[int, ...]) -> NDArray[Any]:
    return np.asarray(np.rint(pixels.mean(axis=(-3, -2), keepdims=True)))


def _static(_pixels: Pixels, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.random.default_rng(_SEED).integers(0, 256, shape, np.uint8)


FILLS: dict[str, Callable[[Pixels, tuple[int, ...]], NDArray[Any] | int]] = {
    "grey": lambda pixels, shape: GREY,
    "mean colour": _mean_colour,
    "noise": _static,
    "black": lambda pixels, shape: 0,
}


@dataclass(frozen=True)
class Cover(PictureEdit):
    """Cover a rectangle, clipped at the edges of the picture; there may be several."""

    top: int = whole(8, 0, SIDE - 1)
    left: int = whole(8, 0, SIDE - 1)
    height: int = whole(16, 1, SIDE)
    width: int = whole(16, 1, SIDE)
    fill: str = choice("grey", tuple(FILLS))
    rank: ClassVar[int] = 6

    @property
    def words(self) -> str:
        """What is done, as a list names it."""
        return (
            f"{self.height}×{self.width} pixels covered with {self.fill}, from row {self.top}, "
            f"column {self.left}"
        )

    def replaces(self, other: object) -> bool:
        """Whether `other` covers the same rectangle."""
        return isinstance(other, Cover) and other._place == self._place

    @property
    def _place(self) -> tuple[int, int, int, int]:
        return (self.top, self.left, self.height, self.width)

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the covered pictures."""
        out = pixels.copy()
        patch = out[..., self.top : self.top + self.height, self.left : self.left + self.width, :]
        patch[...] = FILLS[self.fill](pixels, patch.shape[-3:])
        return out


@dataclass(frozen=True)
class PictureChange:
    """Several edits, applied in the order of their rank."""

    edits: tuple[PictureEdit, ...] = ()

    def apply(self, pixels: Pixels) -> Pixels:
        """Return changed copies of pictures (..., 32, 32, 3), uint8."""
        for edit in sorted(self.edits, key=lambda edit: edit.rank):
            pixels = edit.apply(pixels)
        return pixels

    @classmethod
    def among(cls, edits: Iterable[object]) -> Self:
        """Return the picture edits among `edits`."""
        return cls(tuple(edit for edit in edits if isinstance(edit, PictureEdit)))
