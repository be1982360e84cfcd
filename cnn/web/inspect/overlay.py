"""The component that lays maps over a picture, side by side; the browser blends them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.figures.colours import Theme, scale_of
from cnn.interpret.receptive_field import Grid
from cnn.web.app.component import component

_component = component("overlay", '<div class="overlay"></div>')
PIXELS = Grid(0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Layover:
    """A map to lay over the picture, or its place while `values` is None.

    `values`: float32 (rows, columns); `grid` says how its cells lie on the picture; `unit` what a value is;
    `note` stands below; `empty` is what to say instead where there is nothing to show.
    """

    title: str
    unit: str
    note: str
    values: NDArray[np.float32] | None = None
    grid: Grid = PIXELS
    empty: str = ""


def show_overlay(pixels: NDArray[np.uint8], layovers: Sequence[Layover], theme: Theme, key: str) -> None:
    """Show a picture (32, 32, 3), uint8, once for each map, with the map drawn over it.

    Pointing at a pixel, or the arrow keys, show the values at that position under all of them.
    """
    _component(data=pack(pixels, layovers, theme), key=key)


def pack(pixels: NDArray[np.uint8], layovers: Sequence[Layover], theme: Theme) -> bytes:
    """Return what the browser needs as one safetensors blob: the arrays, and the settings as its metadata."""
    arrays: dict[str, NDArray[Any]] = {"picture": np.ascontiguousarray(pixels)}
    for number, layover in enumerate(layovers):
        if layover.values is not None:
            arrays[f"map{number}"] = np.ascontiguousarray(layover.values, np.float32)
    facts = {
        "maps": [_facts(layover) for layover in layovers],
        "above": theme.positive,
        "below": theme.negative,
        "ground": theme.ground,
    }
    return to_blob(arrays, facts)


def _facts(layover: Layover) -> dict[str, object]:
    facts: dict[str, object] = {
        "title": layover.title,
        "unit": layover.unit,
        "note": layover.note,
        "empty": layover.empty,
        "start": layover.grid.start,
        "step": layover.grid.step,
        "there": layover.values is not None,
    }
    if layover.values is not None:
        scale = scale_of(layover.values)
        facts |= {"low": scale.low, "high": scale.high}
    return facts
