"""What the inspector's browser side gets: the numbers behind one map, as one safetensors blob.

Arrays are float32; what they are and how to read them stands in the blob's metadata, under `look`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from cnn.core.scaling import HALF_RANGE
from cnn.data import CLASSES
from cnn.figures.colours import TAGS, Theme, scale_of
from cnn.figures.drawing import shape_text
from cnn.interpret.cell import chain_after, channel_maps, zeros_before
from cnn.interpret.cell_steps import Look
from cnn.network import layers, ops
from cnn.network.layers import BATCH_NORM_EPSILON, ELU_ALPHA, LEAKY_SLOPE, describe

MAX_BYTES = 1_000_000
STRIP = 32
COLOURS = ("red", "green", "blue")
Maps = list[ops.Array]
Parts = tuple[dict[str, Any], dict[str, ops.Array]]


def pack(look: Look, name: str, channel: int, theme: Theme, fixed: Mapping[str, Any]) -> bytes:
    """Return the numbers behind one map, or one neuron, as a blob.

    Args:
        look: the network at work on a picture.
        name: of the layer.
        channel: the map or the neuron.
        theme: of the page.
        fixed: facts to pass on as they are.
    """
    layer, values = look.layer(name), look.outputs[name]
    facts, arrays = _behind(look, layer, channel, theme)
    facts |= {
        "layer": name,
        "tag": layer.tag,
        "about": _about(look, layer),
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
    return save(blocks, metadata={"look": json.dumps(facts | dict(fixed))})


def keras_layers(look: Look, name: str) -> tuple[str, ...]:
    """Return the layers whose values are compared with Keras's: this one and those that follow its cell."""
    return (name, *(after.name for after in chain_after(look.network, name)))


def _about(look: Look, layer: layers.Layer) -> str:
    came = " and ".join(shape_text(look.outputs[source].shape) for source in layer.inputs)
    return f"{describe(layer)}: {f'{came} → ' if came else ''}{shape_text(look.outputs[layer.name].shape)}."


def channel_names(look: Look, name: str) -> list[str]:
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


def _behind(look: Look, layer: layers.Layer, channel: int, theme: Theme) -> Parts:
    match layer:
        case layers.Input():
            return _pixels(look, layer, channel, theme)
        case layers.Conv():
            return _conv(look, layer, channel, theme)
        case layers.FullyConnected():
            return _dense(look, layer, channel, theme)
        case layers.Flatten() | layers.GlobalAverage():
            return _unrolled(look, layer, theme)
        case layers.Softmax():
            return {"op": "softmax", "scales": {}}, {"input": strip(look.source(layer))[:, :, None]}
    return _one_map(look, layer, channel, theme)


def _pixels(look: Look, layer: layers.Layer, channel: int, theme: Theme) -> Parts:
    values = np.rint((look.outputs[layer.name] + 1) * HALF_RANGE)
    return {"op": "pixel", "half": HALF_RANGE, "scales": {}}, {"input": values}


def _one_map(look: Look, layer: layers.Layer, channel: int, theme: Theme) -> Parts:
    """Return the map (or the vector) that a layer works on cell by cell or window by window."""
    read = np.stack([look.outputs[name] for name in layer.inputs])
    facts = {"op": "pool" if layer.tag == "pool" else "cell", "scales": {"input": _scale(read, theme)}}
    arrays = {"input": plate_of(read[0], channel)[:, :, None]}
    if isinstance(layer, layers.Pool):
        return facts | _window(layer, look), arrays
    first, others = _stage(look, layer, layer.inputs[0], channel)
    return facts | {"first": first}, arrays | dict(zip(["other-1"], others, strict=False))


def _conv(look: Look, layer: layers.Conv, channel: int, theme: Theme) -> Parts:
    maps, kernel = look.source(layer), look.weights[f"{layer.name}/kernel"]
    weights = kernel[..., channel]
    shares = channel_maps(maps, weights, layer)
    strength = np.abs(shares).mean(axis=(0, 1))
    order = np.argsort(-strength, kind="stable")
    room = max(MAX_BYTES // (4 * (maps[:, :, 0].size + weights[:, :, 0].size)), 1)
    sent = np.sort(order[:room])
    ranks = [int(np.searchsorted(sent, number)) for number in order[:room]]
    facts = {
        "op": "conv",
        "bias": float(look.weights[f"{layer.name}/bias"][channel]),
        "picture": layer.inputs == ("input",),
        "source_names": channel_names(look, layer.inputs[0]),
        "sent": sent.tolist(),
        "total": maps.shape[2],
        "order": ranks,
        "scales": {
            "input": _scale(maps, theme),
            "kernel": _signed(np.abs(kernel).max(), theme),
            "share": _signed(np.abs(shares).max(), theme),
            "product": _signed(np.abs(maps).max() * np.abs(weights).max(), theme),
        },
        **_window(layer, look),
    }
    left_out = np.delete(shares, sent, axis=2).sum(axis=2)
    return facts, {"input": maps[:, :, sent], "kernel": weights[:, :, sent], "rest": left_out}


def _window(layer: layers.Conv | layers.Pool, look: Look) -> dict[str, Any]:
    if isinstance(layer, layers.Pool):
        return {"window": layer.window, "stride": layer.stride, "zeros": [0, 0], "kind": layer.kind}
    zeros = zeros_before(layer, look.source(layer).shape)
    return {"window": layer.kernel_size, "stride": layer.stride, "zeros": list(zeros), "kind": "dot"}


def _unrolled(look: Look, layer: layers.Layer, theme: Theme) -> Parts:
    maps = look.source(layer)
    sent = np.arange(min(maps.shape[2], max(MAX_BYTES // (4 * maps[:, :, 0].size), 1)))
    facts = {
        "op": "flatten" if isinstance(layer, layers.Flatten) else "average",
        "sent": sent.tolist(),
        "total": maps.shape[2],
        "scales": {"input": _scale(maps, theme)},
    }
    return facts, {"input": maps[:, :, sent]}


def _dense(look: Look, layer: layers.FullyConnected, unit: int, theme: Theme) -> Parts:
    vector, column = look.source(layer), look.weights[f"{layer.name}/kernel"][:, unit]
    origin = look.layer(layer.inputs[0])
    source, shape = layer.inputs[0], (1, 1, len(vector))
    if isinstance(origin, layers.Flatten | layers.GlobalAverage):
        source = origin.inputs[0]
    if isinstance(origin, layers.Flatten):
        shape = look.outputs[source].shape
    values, weights = vector.reshape(shape), column.reshape(shape)
    products = (values * weights).astype(np.float64)
    strength = np.abs(products).sum(axis=(0, 1))
    room = max(MAX_BYTES // (8 * shape[0] * shape[1]), 1)
    sent = np.sort(np.argsort(-strength, kind="stable")[:room])
    facts = {
        "op": "dense",
        "bias": float(look.weights[f"{layer.name}/bias"][unit]),
        "averaged": isinstance(origin, layers.GlobalAverage),
        "maps": look.outputs[source].ndim == 3,
        "source": source,
        "values_shape": shape,
        "sent": sent.tolist(),
        "rest": float(np.delete(products, sent, axis=2).sum()),
        "scales": {"product": _signed(np.abs(products).max(), theme), "input": _scale(vector, theme)},
    }
    return facts, {"input": values[:, :, sent], "weights": weights[:, :, sent]}


def _stage(
    look: Look, layer: layers.Layer, came: str, channel: int
) -> tuple[dict[str, Any], list[ops.Array]]:
    """Return what a layer does with the cell that comes from the layer `came`, and the map it adds to it."""
    facts: dict[str, Any] = {"layer": layer.name, "tag": layer.tag, "op": layer.tag}
    match layer:
        case layers.BatchNorm():
            parts = ("gamma", "beta", "moving_mean", "moving_variance")
            numbers = {part: float(look.weights[f"{layer.name}/{part}"][channel]) for part in parts}
            return facts | numbers | {"epsilon": BATCH_NORM_EPSILON}, []
        case layers.Activation():
            return facts | {"function": layer.function, "slope": LEAKY_SLOPE, "alpha": ELU_ALPHA}, []
        case layers.Add():
            other = next(name for name in layer.inputs if name != came)
            return facts | {"other": other}, [plate_of(look.outputs[other], channel)]
        case layers.Pool():
            return facts | _window(layer, look), []
    return facts, []


def _activity(look: Look, layer: layers.Layer) -> dict[str, Any]:
    """Return each map's mean size, after the activation that follows where there is one."""
    if look.outputs[layer.name].ndim == 1:
        return {}
    after = [one.name for one in chain_after(look.network, layer.name) if isinstance(one, layers.Activation)]
    judged = after[0] if after else layer.name
    sizes = np.abs(look.outputs[judged]).mean(axis=(0, 1))
    return {"layer": judged, "sizes": [float(f"{size:.4g}") for size in sizes]}


def _scale(values: NDArray, theme: Theme) -> dict[str, float | Sequence[str]]:
    scale = scale_of(values)
    return {"low": scale.low, "high": scale.high, "stops": scale.stops(theme)}


def _signed(reach: float, theme: Theme) -> dict[str, float | Sequence[str]]:
    return _scale(np.array([-1.0, 1.0]) * (float(reach) or 1.0), theme)
