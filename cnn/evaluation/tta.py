"""Several views of one picture, whose predictions are averaged: a little to each side, and mirrored."""

import numpy as np
from numpy.typing import NDArray

SHIFTS = ((0, 0), (-1, -1), (1, 1))  # pixels down and to the right
COUNT = 2 * len(SHIFTS)


def views(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return six views of each picture: as it is and moved by a pixel along the diagonal, each also mirrored.

    What a move leaves empty is filled with the mirrored edge, as in training with shifts.

    Args:
        pixels: (..., 32, 32, 3), uint8.

    Returns:
        (6, ..., 32, 32, 3), uint8; the first is the picture itself.
    """
    height, width = pixels.shape[-3:-1]
    moved = [pixels[..., _moved(height, down), :, :][..., _moved(width, right), :] for down, right in SHIFTS]
    return np.stack([view for picture in moved for view in (picture, picture[..., ::-1, :])])


def _moved(size: int, by: int) -> NDArray[np.int64]:
    """Return which places the places 0 … `size` - 1 show after a move by `by`, mirrored at the edges.

    >>> _moved(4, 1).tolist(), _moved(4, -1).tolist()
    ([1, 0, 1, 2], [1, 2, 3, 2])
    """
    places = np.abs(np.arange(size) - by)
    return np.where(places >= size, 2 * (size - 1) - places, places)
