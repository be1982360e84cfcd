"""Test-time augmentation: predictions for shifted and mirrored views of one picture are averaged."""

import numpy as np
from numpy.typing import NDArray

SHIFTS = ((0, 0), (-1, -1), (1, 1))  # pixels down and to the right
COUNT = 2 * len(SHIFTS)


def views(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return six views of each picture: unchanged and shifted by a pixel along the diagonal, each also mirrored.

    Empty edges are filled by reflection, as in training with shifts.

    Args:
        pixels: (..., 32, 32, 3), uint8.

    Returns:
        (6, ..., 32, 32, 3), uint8; the first is the picture itself.
    """
    height, width = pixels.shape[-3:-1]
    moved = [pixels[..., _moved(height, down), :, :][..., _moved(width, right), :] for down, right in SHIFTS]
    return np.stack([view for picture in moved for view in (picture, picture[..., ::-1, :])])


def _moved(size: int, by: int) -> NDArray[np.int64]:
    """Return the source index of each of `size` positions after a shift by `by`, reflected at the edges.

    >>> _moved(4, 1).tolist(), _moved(4, -1).tolist()
    ([1, 0, 1, 2], [1, 2, 3, 2])
    """
    places = np.abs(np.arange(size) - by)
    return np.where(places >= size, 2 * (size - 1) - places, places)
