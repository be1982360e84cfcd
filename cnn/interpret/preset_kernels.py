"""Preset kernels that replace a trained one, for all input channels: (size, size, channels) → the same shape.

Patterns (blur, edge, identity) are scaled to the L2 norm of the kernel they replace, so that later layers get
values of the size they were trained on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SEED = 10


def _pattern(make: Callable[[int], NDArray[Any]]) -> Callable[[Array], Array]:
    """Return a function that gives one pattern for all channels, with the norm of the kernel it replaces."""

    def drawn(kernel: Array) -> Array:
        pattern = np.repeat(make(len(kernel))[:, :, None], kernel.shape[2], axis=2)
        strength = np.linalg.norm(kernel) or 1.0
        return (pattern / (np.linalg.norm(pattern) or 1.0) * strength).astype(np.float32)

    return drawn


def _dot(size: int) -> NDArray[Any]:
    return np.pad([[1.0]], ((size - 1) // 2, size // 2))


def _shuffled(kernel: Array) -> Array:
    places = np.random.default_rng(_SEED).permutation(kernel.shape[0] * kernel.shape[1])
    return kernel.reshape(-1, kernel.shape[2])[places].reshape(kernel.shape)


PATTERNS: dict[str, Callable[[Array], Array]] = {
    "blur": _pattern(lambda size: np.ones((size, size))),
    "edge": _pattern(lambda size: _dot(size) * size**2 - 1),
    "identity": _pattern(_dot),
}
RECIPES: dict[str, Callable[[Array], Array]] = PATTERNS | {"negate": np.negative, "shuffle": _shuffled}
