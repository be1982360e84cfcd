"""The component in which a window slides over a map, with the sum behind one output cell written out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.figures.colours import Theme, scale_of
from cnn.web.app.component import component

_component = component("window", '<div class="walk"></div>', "shared/plate")
RULES = ("dot", "max", "mean")


@dataclass(frozen=True)
class Walk:
    """How the window slides and what is shown beside the maps.

    `before` and `after` are the zeros around the input; `rules` says for each output map whether it is a dot
    product, a maximum or a mean; `picture` says that the input is a scaled picture in three colours;
    `winners` outlines the largest cell of every window.
    """

    window: int
    stride: int
    rules: tuple[str, ...]
    titles: tuple[str, ...]
    input_title: str
    before: int = 0
    after: int = 0
    dilation: int = 1
    bias: float = 0.0
    picture: bool = False
    winners: bool = False
    channel_names: tuple[str, ...] = ()


def show_window(
    values: NDArray[np.float32],
    outputs: NDArray[np.float32],
    walk: Walk,
    theme: Theme,
    key: str,
    kernel: NDArray[np.float32] | None = None,
) -> None:
    """Show an input and its output maps, and the window that connects them.

    Args:
        values: (height, width, channels), the input without its padding.
        outputs: (rows, columns, maps), one for each of `walk.rules`.
        walk: how the window slides.
        theme: of the page.
        key: of the component.
        kernel: (window, window, channels), for a dot product.
    """
    _component(data=pack(values, outputs, walk, theme, kernel), key=key)


def pack(
    values: NDArray[np.float32],
    outputs: NDArray[np.float32],
    walk: Walk,
    theme: Theme,
    kernel: NDArray[np.float32] | None = None,
) -> bytes:
    """Return what the browser needs as one safetensors blob: the arrays, and the settings as its metadata."""
    weights = np.zeros((walk.window, walk.window, values.shape[2]), np.float32) if kernel is None else kernel
    arrays = {"input": values, "outputs": outputs, "kernel": weights}
    facts = asdict(walk) | {
        "scales": {"input": _scale(values, theme), "output": _scale(outputs, theme)},
        "products": _scale(np.array([-1, 1]) * _reach(values, weights), theme),
        "ground": theme.ground,
        "ink": theme.ink,
    }
    blocks = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
    return to_blob(blocks, facts)


def _scale(values: NDArray[Any], theme: Theme) -> dict[str, float | Sequence[str]]:
    scale = scale_of(values)
    return {"low": scale.low, "high": scale.high, "stops": scale.stops(theme)}


def _reach(values: NDArray[Any], weights: NDArray[Any]) -> float:
    return float(np.abs(values).max() * np.abs(weights).max()) or 1.0
