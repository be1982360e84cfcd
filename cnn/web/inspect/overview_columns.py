"""The data of the overview for the browser: only the maps on the current page of each column.

Every map is sent as bytes between its own lowest and highest value, which are sent exactly: the browser can
draw it on the scale of its layer or on its own, with an error of at most 1/255 of the map's own range.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.data import CLASSES
from cnn.figures.colours import TAGS, Scale, Theme, scale_of
from cnn.figures.drawing import shape_text
from cnn.network.layers.base import SHARES
from cnn.network.summary import LayerShape
from cnn.web.app.view import View

MOST_MAPS = 12
FEWEST_MAPS = 3
MAP_BYTES = 360_000
MOST_VALUES = 2048
PLANES = ("R", "G", "B")
PICTURE = "picture"


@dataclass(frozen=True)
class Arrangement:
    """How the columns are laid out: sorted by activity or by number, and which page of a layer is open."""

    by_activity: bool = False
    pages: Mapping[str, int] = field(default_factory=dict)


def maps_shown(table: tuple[LayerShape, ...]) -> int:
    """Return how many maps a column shows: 12, fewer where a deep network's maps would be too many bytes."""
    cells = sum(row.shape[0] * row.shape[1] for row in table if len(row.shape) == 3)
    return max(FEWEST_MAPS, min(MOST_MAPS, MAP_BYTES // cells))


def pack(view: View, arrangement: Arrangement, theme: Theme) -> bytes:
    """Return what the browser needs as one safetensors blob.

    Arrays by layer name: `…/maps` (maps, height, width), uint8, between the ends of that map; `…/facts`
    (maps, 3), float32: lowest, mean, highest; `…/values` (values,), float32, of a layer without maps;
    `…/strength` (maps, input maps), uint8: the size of each shown kernel slice, the largest is 255;
    `picture` (32, 32, 3), uint8.
    """
    rows = maps_shown(view.table)
    shown = _shown(view, arrangement, rows)
    arrays: dict[str, NDArray[Any]] = {PICTURE: np.ascontiguousarray(view.sample.pixels)}
    for row in view.table:
        arrays |= _arrays(view, row, shown)
    facts = {
        "columns": [_column(view, row, shown, rows) for row in view.table],
        "rows": rows,
        "byActivity": arrangement.by_activity,
        "chosen": [view.layer, view.channel],
        "classes": list(CLASSES),
        "truth": view.sample.true_class,
        "signed": Scale(-1, 1, signed=True).stops(theme),
        "positive": Scale(0, 1, signed=False).stops(theme),
        "stamp": view.key,
    }
    return to_blob(arrays, facts)


@dataclass(frozen=True)
class _Page:
    """The channels that a column shows, of `count` pages of them the one numbered `number`."""

    channels: list[int]
    number: int
    count: int


def chains(table: tuple[LayerShape, ...]) -> dict[str, str]:
    """Return for every layer with maps the layer whose channels it keeps: a convolution, or the input.

    A chain (convolution, batch norm, ReLU, pool) shows the same channels in the same order.
    """
    roots: dict[str, str] = {}
    for row in table:
        name, inputs = row.layer.name, row.layer.inputs
        if len(row.shape) == 3:
            roots[name] = roots[inputs[0]] if inputs and row.layer.keeps_channels else name
    return roots


def _shown(view: View, arrangement: Arrangement, rows: int) -> dict[str, _Page]:
    """Return what each column of maps shows."""
    roots = chains(view.table)
    by_name = {row.layer.name: row for row in view.table}
    pages = {}
    for root in dict.fromkeys(roots.values()):
        members = [by_name[name] for name in roots if roots[name] == root]
        order = _order(view, members, arrangement)
        chosen = roots.get(view.layer) == root
        place = int(np.flatnonzero(order == view.channel)[0]) if chosen else 0
        number = min(arrangement.pages.get(root, place // rows), (len(order) - 1) // rows)
        channels = order[number * rows : (number + 1) * rows].tolist()
        pages[root] = _Page(channels, number, -(-len(order) // rows))
    return {name: pages[root] for name, root in roots.items()}


def _order(view: View, members: list[LayerShape], arrangement: Arrangement) -> NDArray[np.int64]:
    """Return a chain's channels in order; the activity is the mean size behind the activation function."""
    source = next((row for row in members if row.layer.is_activation), members[0])
    values = view.outputs[source.layer.name]
    if arrangement.by_activity and members[0].layer.inputs:
        return np.argsort(-np.abs(values).mean(axis=(0, 1)), kind="stable")
    return np.arange(values.shape[2])


def _arrays(view: View, row: LayerShape, shown: Mapping[str, _Page]) -> dict[str, NDArray[Any]]:
    name, values = row.layer.name, view.outputs[row.layer.name]
    if name not in shown:
        return {f"{name}/values": np.ascontiguousarray(values[:MOST_VALUES], np.float32)}
    maps = np.moveaxis(values[:, :, shown[name].channels], 2, 0)
    ends = [maps.min(axis=(1, 2)), maps.mean(axis=(1, 2), dtype=np.float64), maps.max(axis=(1, 2))]
    found: dict[str, NDArray[Any]] = {
        f"{name}/maps": quantised(maps),
        f"{name}/facts": np.stack(ends, axis=1).astype(np.float32),
    }
    sizes = row.layer.link_sizes(view.weights)
    if sizes is not None:
        before = shown[row.layer.inputs[0]].channels
        found[f"{name}/strength"] = _strength(sizes, before, shown[name].channels)
    return found


def quantised(maps: NDArray[Any]) -> NDArray[np.uint8]:
    """Return maps (maps, height, width) as bytes: 0 is a map's lowest value, 255 its highest.

    >>> quantised(np.array([[[-1.0, 0.0, 1.0]]])).tolist()
    [[[0, 128, 255]]]
    """
    maps = maps.astype(np.float64)  # between the ends of a map may be more than float32 holds
    low, high = maps.min(axis=(1, 2), keepdims=True), maps.max(axis=(1, 2), keepdims=True)
    reach = np.where(high > low, high - low, 1)
    return np.ascontiguousarray(np.rint((maps - low) / reach * 255)).astype(np.uint8)


def _strength(sizes: NDArray[np.float32], before: list[int], after: list[int]) -> NDArray[np.uint8]:
    """Return how large the weights are between shown maps: (after, before), the largest is 255."""
    sizes = sizes[before][:, after].T
    return np.ascontiguousarray(np.rint(sizes / (sizes.max() or 1) * 255)).astype(np.uint8)


def _column(view: View, row: LayerShape, shown: Mapping[str, _Page], rows: int) -> dict[str, Any]:
    layer, values = row.layer, view.outputs[row.layer.name]
    scale = scale_of(values)
    facts = {
        "name": layer.name,
        "tag": layer.badge,
        "colour": TAGS[layer.tag],
        "shape": shape_text(row.shape),
        "about": _about(row),
        "inputs": list(layer.inputs),
        "kind": _kind(row),
        "total": row.shape[-1],
        "low": scale.low,
        "high": scale.high,
        "signed": scale.signed,
        "maps": min(rows, row.shape[-1]),
    }
    if layer.name not in shown:
        return facts | {"shown": min(row.shape[-1], MOST_VALUES)}
    page = shown[layer.name]
    dead = int((values == 0).all(axis=(0, 1)).sum())
    labels = list(PLANES) if not layer.inputs else [str(channel) for channel in page.channels]
    return facts | {
        "channels": page.channels,
        "labels": labels,
        "page": page.number,
        "pages": page.count,
        "dead": dead,
        "all": layer.link_sizes(view.weights) is not None,
        "root": chains(view.table)[layer.name] == layer.name,
    }


def _kind(row: LayerShape) -> str:
    if row.layer.kind == SHARES:
        return SHARES
    if row.layer.name == "scores":
        return "scores"
    return "maps" if len(row.shape) == 3 else "values"


def _about(row: LayerShape) -> str:
    """Return the tooltip of a column's head."""
    layer = row.layer
    parts = [layer.phrase if layer.inputs else layer.about.rstrip(".")]
    if layer.equation:
        parts.append(layer.equation)
    if row.parameters:
        parts.append(f"parameters: {row.formula}")
    elif layer.inputs and not layer.is_activation:
        parts.append("no parameters")
    if layer.inputs:
        noun = "cell" if len(row.shape) == 3 else "value"
        parts.append(f"receptive field of a {noun}: {row.sees} pixels")
    return "; ".join(parts)
