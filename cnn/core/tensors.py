"""Named arrays as one block of bytes: the one module that writes safetensors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import numpy as safetensors_numpy


def save(arrays: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None) -> bytes:
    """Return arrays, and texts as metadata, as safetensors.

    An array that is not in C order is copied first: safetensors 0.8.0 writes its raw memory under its shape,
    so that a transposed array would come back with other numbers, without an error.

    >>> from safetensors.numpy import load
    >>> load(save({"x": np.array([[1, 2], [3, 4]], np.float32).T}))["x"].tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}  # stays 0-d
    return safetensors_numpy.save(ordered, metadata=metadata)
