"""A network as a browser computes it: its layers as steps of cnn/frontend/shared/forward.ts, its weights as a blob."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.interpret.cell import chain_after
from cnn.network.arithmetic import facts_of
from cnn.network.layers.activation import Activation, Dropout, SpatialDropout
from cnn.network.layers.base import DENSE, Layer, Shape, all_layers
from cnn.network.layers.conv import Conv, DepthwiseConv
from cnn.network.layers.dense import Flatten, FullyConnected, GlobalAverage, Input, Softmax
from cnn.network.layers.merge import Add, Gate
from cnn.network.layers.norm import BatchNorm, GroupNorm
from cnn.network.layers.pool import Pool
from cnn.network.ops import BATCH_NORM_EPSILON, GROUP_NORM_EPSILON
from cnn.network.spec import NetworkSpec
from cnn.network.summary import walk
from cnn.training.kernels.fusion import PooledConv

# What the forward pass in the browser gets for each class of layers.
OPERATIONS: dict[type[Layer], Callable[[Any], dict[str, Any]]] = {
    Input: lambda layer: {"op": "input"},
    Conv: lambda layer: {"op": "conv", **_window(layer)},
    DepthwiseConv: lambda layer: {"op": "depthwise", **_window(layer)},
    BatchNorm: lambda layer: {"op": "norm", "epsilon": BATCH_NORM_EPSILON},
    GroupNorm: lambda layer: {"op": "group_norm", "epsilon": GROUP_NORM_EPSILON, "groups": layer.groups},
    Activation: lambda layer: {"op": "function", "function": layer.function},
    Add: lambda layer: {"op": "add"},
    Gate: lambda layer: {"op": "gate"},
    Pool: lambda layer: {"op": layer.rule, "size": layer.size, "stride": layer.stride, "same": False},
    Dropout: lambda layer: {"op": "copy"},
    SpatialDropout: lambda layer: {"op": "copy"},
    Flatten: lambda layer: {"op": "copy"},
    GlobalAverage: lambda layer: {"op": "global_average"},
    FullyConnected: lambda layer: {"op": "dense"},
    Softmax: lambda layer: {"op": "softmax"},
}
if lacking := [kind.__name__ for kind in all_layers() if kind not in OPERATIONS and kind is not PooledConv]:
    raise TypeError(
        f"The forward pass in the browser has no operation for {', '.join(lacking)}; add it to OPERATIONS."
    )


def _window(layer: Conv | DepthwiseConv) -> dict[str, Any]:
    return {"size": layer.kernel_size, "stride": layer.stride, "same": layer.padding == "same"}


def steps(network: NetworkSpec) -> list[dict[str, Any]]:
    """Return what the browser is told of every layer: what it computes, and how the inspector explains its values."""
    table = walk(network)
    layers = [row.layer for row in table]
    shapes = {row.layer.name: row.shape for row in table}
    return [_step(layer, layers, shapes) for layer in layers]


def _step(layer: Layer, layers: Sequence[Layer], shapes: Mapping[str, Shape]) -> dict[str, Any]:
    read = [shapes[name] for name in layer.inputs]
    told: dict[str, Any] = {
        "name": layer.name,
        "inputs": list(layer.inputs),
        "shape": list(shapes[layer.name]),
    }
    told |= {"tag": layer.tag, "phrase": layer.phrase, "about": layer.about, "kind": layer.kind}
    after = chain_after(layers, layer.name)
    told["after"] = [one.name for one in after]
    if after and after[0].is_activation:
        told["judged"] = after[0].name  # maps are called active by what the activation makes of them
    if isinstance(layer, Conv | DepthwiseConv | Pool):
        down, across = (layer.window(side) for side in read[0][:2])
        told["zeros"] = [down.before, across.before]
    if isinstance(layer, Activation | Dropout | Add | Gate):  # no numbers of weights or of a picture in it
        told["operations"] = {came: facts_of(layer.operation([], {}, 0, came)) for came in layer.inputs}
    if layer.kind == DENSE:
        before = next(one for one in layers if one.name == layer.inputs[0])
        origin = before.origin([shapes[name] for name in before.inputs], read[0])
        told["origin"] = origin._asdict()
    return told | OPERATIONS[type(layer)](layer)


def smallest(array: NDArray[np.float32]) -> NDArray[Any]:
    """Return an array as float16 if that represents each of its numbers exactly, else unchanged."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array
