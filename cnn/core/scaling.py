"""The one module that scales pixels, for training and for prediction alike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

HALF_RANGE = 127.5


def scale(pixels: Any) -> Any:
    """Return float values 0…255 as -1…1: black is -1, mid-grey 0, white 1.

    It is plain arithmetic, so it runs on NumPy arrays and inside a TensorFlow graph.

    >>> scale(np.array([0.0, 127.5, 255.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    return pixels * (1 / HALF_RANGE) - 1


def to_input(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture or batch (..., 32, 32, 3), uint8, as float32 in [-1, 1], same shape."""
    return np.asarray(scale(pixels.astype(np.float32)))
