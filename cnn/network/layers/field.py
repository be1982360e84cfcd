"""Which pixels of the picture a cell depends on: its receptive field, row by row and column by column.

Window number i begins at `stride × i - before`; walking from layer to layer gives the pixels of the picture
(Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", Distill). The
pixels are kept as sets, not as sides of a square, because a pool that leaves out the last row, or rows between
its windows, also leaves out the pixels that only these rows depend on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from cnn.network.spec import PICTURE_SHAPE


class Window(NamedTuple):
    """How the windows of a layer lie along one side: `size` cells each, `stride` apart, `before` zeros in front."""

    size: int
    stride: int
    before: int


class Rectangle(NamedTuple):
    """Pixels or cells: rows `top` to `bottom` - 1, columns `left` to `right` - 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Its rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Its columns."""
        return self.right - self.left


@dataclass(frozen=True)
class ReceptiveField:
    """What the cells of a layer depend on; bit k of `rows[i]` is set where row i depends on pixels of row k.

    A vector has one entry, for all of its values; flattened maps have those of the maps.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def of(self, row: int, column: int) -> Rectangle:
        """Return the smallest rectangle with all pixels that a cell depends on; for a vector, any cell may be given."""
        top, bottom = _ends(self.rows[row if len(self.rows) > 1 else 0])
        left, right = _ends(self.columns[column if len(self.columns) > 1 else 0])
        return Rectangle(top, left, bottom, right)

    def largest(self) -> Rectangle:
        """Return the largest of the rectangles of all cells; of equal ones, the first."""
        row, column = (_widest(masks) for masks in (self.rows, self.columns))
        return self.of(row, column)

    def slid(self, rows: Window, columns: Window, shape: Sequence[int]) -> "ReceptiveField":
        """Return the fields of the cells of maps of `shape` that are computed from windows of these cells."""
        return ReceptiveField(_slid(self.rows, rows, shape[0]), _slid(self.columns, columns, shape[1]))

    def whole(self) -> "ReceptiveField":
        """Return the field of one value that is computed from all cells."""
        return ReceptiveField((reduce(or_, self.rows),), (reduce(or_, self.columns),))

    def joined(self, other: "ReceptiveField") -> "ReceptiveField":
        """Return the fields of cells that are computed from both; a vector's field is joined to every cell's."""
        return ReceptiveField(_joined(self.rows, other.rows), _joined(self.columns, other.columns))

    def unseen(self) -> tuple[list[int], list[int]]:
        """Return the rows and the columns of the picture that no cell depends on."""
        rows, columns = (reduce(or_, masks) for masks in (self.rows, self.columns))
        height, width = PICTURE_SHAPE[:2]
        return _missing(rows, height), _missing(columns, width)


PICTURE_FIELD = ReceptiveField(
    tuple(1 << row for row in range(PICTURE_SHAPE[0])),
    tuple(1 << column for column in range(PICTURE_SHAPE[1])),
)


def _ends(mask: int) -> tuple[int, int]:
    """Return the first pixel of a mask, and the one after the last.

    >>> _ends(0b0110)
    (1, 3)
    """
    return (mask & -mask).bit_length() - 1, mask.bit_length()


def _widest(masks: Sequence[int]) -> int:
    return max(range(len(masks)), key=lambda place: _ends(masks[place])[1] - _ends(masks[place])[0])


def _slid(masks: tuple[int, ...], window: Window, count: int) -> tuple[int, ...]:
    starts = (place * window.stride - window.before for place in range(count))
    return tuple(reduce(or_, masks[max(start, 0) : start + window.size]) for start in starts)


def _joined(masks: tuple[int, ...], others: Iterable[int]) -> tuple[int, ...]:
    others = tuple(others)
    if len(others) == 1:
        others *= len(masks)
    return tuple(one | other for one, other in zip(masks, others, strict=True))


def _missing(mask: int, count: int) -> list[int]:
    return [place for place in range(count) if not mask >> place & 1]
