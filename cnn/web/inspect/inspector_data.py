"""What the inspector's browser side gets: the numbers behind one map, as one safetensors blob.

Arrays are float32; what they are and how to read them stands in the blob's metadata, under `facts`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import number, to_blob
from cnn.core.scaling import HALF_RANGE
from cnn.data import CLASSES
from cnn.figures.colours import TAGS, Theme, scale_of
from cnn.figures.drawing import shape_text
from cnn.interpret.cell import chain_after
from cnn.interpret.cell_steps import ForwardPass
from cnn.network import ops
from cnn.network.arithmetic import facts_of
from cnn.network.layers import Layer
from cnn.network.layers.base import (
    AVERAGE,
    COPY,
    DENSE,
    ELEMENTWISE,
    KERNEL,
    PIXEL,
    SHARES,
    WINDOW,
    Elementwise,
)
from cnn.network.layers.conv import Convolving
from cnn.network.layers.norm import BatchNorm

MAX_BYTES = 1_000_000
STRIP = 32
COLOURS = ("red", "green", "blue")
Maps = list[ops.Array]
Parts = tuple[dict[str, Any], dict[str, ops.Array]]


def pack(look: ForwardPass, name: str, channel: int, theme: Theme, fixed: Mapping[str, Any]) -> bytes:
    """Return the numbers behind one map, or one neuron, as a blob.

    Args:
        look: the network at work on a picture.
        name: of the layer.
        channel: the map or the neuron.
        theme: of the page.
        fixed: facts to pass on as they are.
    """
    layer, values = look.layer(name), look.outputs[name]
    facts, arrays = PACKERS[layer.kind](look, layer, channel, theme)
    facts["kind"] = layer.kind
    facts |= {
        "layer": name,
        "tag": layer.tag,
        "about": _about(look, layer, channel),
        "shape": values.shape,
        "channel": channel,
        "vector": values.ndim == 1,
        "sources": layer.inputs,
        "layers": [{"name": one.name, "shape": look.outputs[one.name].shape} for one in look.network],
        "names": channel_names(look, name),
        "activity": _activity(look, layer),
        "tags": TAGS,
        "above": theme.positive,
        "below": theme.negative,
    }
    facts["stages"], came = [], name
    for place, after in enumerate(chain_after(look.network, name)):
        arrays[f"stage{place}"] = plate_of(look.outputs[after.name], channel)
        scale = _scale(look.outputs[after.name], theme)
        stage, others = _stage(look, after, came, channel)
        facts["stages"].append(stage | {"scale": scale})
        arrays |= {f"other{place}": array for array in others}
        came = after.name
    arrays["output"] = plate_of(values, channel)
    facts["scales"]["output"] = _scale(values, theme)
    blocks = {key: np.ascontiguousarray(array, np.float32) for key, array in arrays.items()}
    return to_blob(blocks, facts | dict(fixed), holes=True)


def keras_layers(look: ForwardPass, name: str) -> tuple[str, ...]:
    """Return the layers whose values are compared with Keras's: this one and those that follow its cell."""
    return (name, *(after.name for after in chain_after(look.network, name)))


def _about(look: ForwardPass, layer: Layer, channel: int) -> str:
    came = " and ".join(shape_text(look.outputs[source].shape) for source in layer.inputs)
    words = f"{layer.phrase}: {f'{came} → ' if came else ''}{shape_text(look.outputs[layer.name].shape)}."
    if not isinstance(layer, BatchNorm):
        return words
    mean, variance = (
        number(float(look.weights[f"{layer.name}/moving_{name}"][channel])) for name in ("mean", "variance")
    )
    return (
        f"{words} Statistics used for map {channel}: mean {mean} and variance {variance}, averaged over the batches "
        "of training."
    )


def channel_names(look: ForwardPass, name: str) -> list[str]:
    """Return what the channels of a layer are called, where they have names of their own."""
    if name in ("scores", "softmax"):
        return list(CLASSES)
    return list(COLOURS) if name == "input" else []


def strip(vector: ops.Array) -> ops.Array:
    """Return a vector in lines of up to 32 cells, (lines, cells); what is missing in the last is nan.

    >>> strip(np.arange(40)).shape
    (2, 32)
    """
    width = min(STRIP, len(vector))
    lines = np.full((-(-len(vector) // width), width), np.nan, np.float32)
    lines.reshape(-1)[: len(vector)] = vector
    return lines


def plate_of(values: ops.Array, channel: int) -> ops.Array:
    """Return what the browser compares with: one map of a layer, or all its neurons as a strip."""
    return strip(values) if values.ndim == 1 else values[:, :, channel]


def _pixels(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    values = np.rint((look.outputs[layer.name] + 1) * HALF_RANGE)
    return {"half": HALF_RANGE, "scales": {}}, {"input": values}


def _shares(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    return {"scales": {}}, {"input": strip(look.source(layer))[:, :, None]}


def _one_map(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    """Return the map (or the vector) that a layer works on value by value."""
    read = np.stack(
        [np.broadcast_to(values, look.outputs[layer.name].shape) for values in look.sources(layer)]
    )
    first, others = _stage(look, layer, layer.inputs[0], channel)
    arrays = {"input": plate_of(read[0], channel)[:, :, None]}
    return {"first": first, "scales": {"input": _scale(read, theme)}}, arrays | dict(
        zip(["other-1"], others, strict=False)
    )


def _windows(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    maps = look.source(layer)
    return _window(layer, look) | {"scales": {"input": _scale(maps[None], theme)}}, {
        "input": maps[:, :, channel, None]
    }


def _kernel(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    assert isinstance(layer, Convolving)
    maps = look.source(layer)
    weights, bias, read = layer.filter(look.weights, channel, maps.shape[2])
    maps, numbers = maps[:, :, list(read)], np.array(read)
    shares = layer.channel_maps(maps, weights)
    strength = np.abs(shares).mean(axis=(0, 1))
    order = np.argsort(-strength, kind="stable")
    room = max(MAX_BYTES // (4 * (maps[:, :, 0].size + weights[:, :, 0].size)), 1)
    sent = np.sort(order[:room])
    ranks = [int(np.searchsorted(sent, number)) for number in order[:room]]
    facts = {
        "bias": bias,
        "picture": layer.inputs == ("input",) and len(numbers) == len(COLOURS),
        "source_names": channel_names(look, layer.inputs[0]),
        "sent": numbers[sent].tolist(),
        "total": maps.shape[2],
        "order": ranks,
        "scales": {
            "input": _scale(look.source(layer), theme),
            "kernel": _signed(np.abs(look.weights[f"{layer.name}/kernel"]).max(), theme),
            "share": _signed(np.abs(shares).max(), theme),
            "product": _signed(np.abs(maps).max() * np.abs(weights).max(), theme),
        },
        **_window(layer, look),
    }
    left_out = np.delete(shares, sent, axis=2).sum(axis=2)
    return facts, {"input": maps[:, :, sent], "kernel": weights[:, :, sent], "rest": left_out}


def _window(layer: Layer, look: ForwardPass) -> dict[str, Any]:
    down, across = (layer.window(side) for side in look.source(layer).shape[:2])
    return {
        "window": down.size,
        "stride": down.stride,
        "zeros": [down.before, across.before],
        "rule": getattr(layer, "rule", "dot"),
    }


def _unrolled(look: ForwardPass, layer: Layer, channel: int, theme: Theme) -> Parts:
    maps = look.source(layer)
    sent = np.arange(min(maps.shape[2], max(MAX_BYTES // (4 * maps[:, :, 0].size), 1)))
    facts = {"sent": sent.tolist(), "total": maps.shape[2], "scales": {"input": _scale(maps, theme)}}
    return facts, {"input": maps[:, :, sent]}


def _dense(look: ForwardPass, layer: Layer, unit: int, theme: Theme) -> Parts:
    vector, column = look.source(layer), look.weights[f"{layer.name}/kernel"][:, unit]
    before = look.layer(layer.inputs[0])
    source, shape, noun, placed = before.origin([part.shape for part in look.sources(before)], vector.shape)
    values, weights = vector.reshape(shape), column.reshape(shape)
    products = (values * weights).astype(np.float64)
    strength = np.abs(products).sum(axis=(0, 1))
    room = max(MAX_BYTES // (8 * shape[0] * shape[1]), 1)
    sent = np.sort(np.argsort(-strength, kind="stable")[:room])
    facts = {
        "bias": float(look.weights[f"{layer.name}/bias"][unit]),
        "placed": placed,
        "maps": look.outputs[source].ndim == 3,
        "noun": noun,
        "source": source,
        "values_shape": shape,
        "sent": sent.tolist(),
        "rest": float(np.delete(products, sent, axis=2).sum()),
        "scales": {"product": _signed(np.abs(products).max(), theme), "input": _scale(vector, theme)},
    }
    return facts, {"input": values[:, :, sent], "weights": weights[:, :, sent]}


PACKERS: dict[str, Callable[[ForwardPass, Layer, int, Theme], Parts]] = {
    PIXEL: _pixels,
    KERNEL: _kernel,
    WINDOW: _windows,
    ELEMENTWISE: _one_map,
    COPY: _unrolled,
    AVERAGE: _unrolled,
    DENSE: _dense,
    SHARES: _shares,
}


def _stage(
    look: ForwardPass, layer: Layer, came: str, channel: int
) -> tuple[dict[str, Any], list[ops.Array]]:
    """Return what a layer does with the cell that comes from the layer `came`, and the map it takes with it."""
    facts: dict[str, Any] = {"layer": layer.name, "tag": layer.tag, "kind": layer.kind}
    if not isinstance(layer, Elementwise):
        return facts | _window(layer, look), []
    sources = look.sources(layer)
    second = layer.second(sources, came)
    facts |= facts_of(layer.operation(sources, look.weights, channel, came))
    return facts, [] if second is None else [plate_of(second, channel)]


def _activity(look: ForwardPass, layer: Layer) -> dict[str, Any]:
    """Return each map's mean size, after the activation that follows where there is one."""
    if look.outputs[layer.name].ndim == 1:
        return {}
    after = [one.name for one in chain_after(look.network, layer.name) if one.is_activation]
    judged = after[0] if after else layer.name
    sizes = np.abs(look.outputs[judged]).mean(axis=(0, 1))
    return {"layer": judged, "sizes": [float(f"{size:.4g}") for size in sizes]}


def _scale(values: NDArray[Any], theme: Theme) -> dict[str, float | Sequence[str]]:
    scale = scale_of(values)
    return {"low": scale.low, "high": scale.high, "stops": scale.stops(theme)}


def _signed(reach: float, theme: Theme) -> dict[str, float | Sequence[str]]:
    return _scale(np.array([-1.0, 1.0]) * (float(reach) or 1.0), theme)
