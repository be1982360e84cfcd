"""The living page: a network in one HTML file that opens by a double click, offline, without a server.

The page holds its code, its weights and its sample pictures, and its policy forbids it to load anything. Photos
that are dropped, pasted or taken are classified in the browser and never leave it.
"""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn import data
from cnn.core.numbers import to_blob
from cnn.core.shares import percent
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.exports.page import FRONTEND, whole_page
from cnn.exports.source import Exported, Samples, Source
from cnn.figures.colours import DARK, LIGHT, TAGS, Theme
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
from cnn.runs.snapshots import to_thin
from cnn.training.kernels.fusion import PooledConv

EARLIER_BYTES = 330_000  # of weights as text, for the saved epochs before the last
KRIZHEVSKY = "(Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, 2009)"

# What the page's forward pass (cnn/frontend/living_page/forward.ts) gets for each class of layers.
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
    raise TypeError(f"The living page has no operation for {', '.join(lacking)}; add it to OPERATIONS.")


def _window(layer: Conv | DepthwiseConv) -> dict[str, Any]:
    return {"size": layer.kernel_size, "stride": layer.stride, "same": layer.padding == "same"}


def export_living_page(source: Source, with_cifar10: bool = False) -> Exported:
    """Return the page.

    Args:
        source: the network; with its run, if earlier saved epochs are to be in the page, too.
        with_cifar10: whether the samples are test pictures of CIFAR-10: those that
            `source.samples` numbers, else the first of each class. Without it, the samples are the uploaded
            pictures, else drawings.

    Raises:
        DataError: if CIFAR-10, or a picture of it, is missing.
    """
    states = _states(source)
    pictures, labels, about = _samples(source.samples, with_cifar10)
    arrays: dict[str, NDArray[Any]] = {
        f"{number}:{name}": _smallest(array)
        for number, (_, weights) in enumerate(states)
        for name, array in weights.items()
    }
    arrays |= {f"sample/{i}": pixels for i, pixels in enumerate(pictures)}
    facts = {
        "title": source.name or source.run_id,
        "classes": CLASSES,
        "steps": steps(source.setup.network),
        "snapshots": [{"label": f"after epoch {epoch:g}"} for epoch, _ in states],
        "samples": [{"label": label} for label in labels],
        "tags": TAGS,
        "colours": {"light": _colours(LIGHT), "dark": _colours(DARK)},
    }
    blob = to_blob(arrays, facts)
    page = _html(source, base64.b64encode(blob).decode(), about)
    note = f"{len(states)} saved epoch{'' if len(states) == 1 else 's'} in it. {about}"
    return Exported(f"{source.stem}-living-page.html", "text/html", page.encode(), note)


def _samples(chosen: Samples, with_cifar10: bool) -> tuple[list[NDArray[np.uint8]], list[str], str]:
    """Return the sample pictures, what each is called, and the sentence on where they come from."""
    pictures, labels, told = list(chosen.pixels), list(chosen.names), []
    if count := len(labels):
        told.append(f"{count} of whoever made this page")
    if with_cifar10 and chosen.numbers:
        known = data.test_labels("cifar10")
        pictures += list(data.test_pictures("cifar10", chosen.numbers))
        labels += [f"test picture {i} of CIFAR-10: {CLASSES[known[i]]}" for i in chosen.numbers]
        count = len(chosen.numbers)
        told.append(f"{count} test picture{'s' * (count > 1)} of CIFAR-10 {KRIZHEVSKY}")
    elif with_cifar10 or not pictures:
        few = of_each_class("cifar10" if with_cifar10 else "sketch10", len(CLASSES))
        pictures += list(few.pixels)
        labels += [f"a sample of {CLASSES[label]}" for label in few.labels]
        drawn = "drawn by code (sketch10), not photos"
        told.append(
            f"the first test picture of each class of CIFAR-10 {KRIZHEVSKY}" if with_cifar10 else drawn
        )
    return pictures, labels, f"Sample pictures: {', and '.join(told)}."


def export_living_page_with_cifar10(source: Source) -> Exported:
    """Return the page with test pictures of CIFAR-10 in it."""
    return export_living_page(source, with_cifar10=True)


def steps(network: NetworkSpec) -> list[dict[str, Any]]:
    """Return what the page is told of every layer: what it computes, and how the inspector explains its values."""
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


def _colours(theme: Theme) -> dict[str, list[str]]:
    return {
        "sequential": list(theme.sequential),
        "signed": [theme.negative, theme.ground, theme.positive],
    }


def _states(source: Source) -> list[tuple[float, Any]]:
    """Return epoch and weights of the saved states that fit, oldest first; the exported one is the last."""
    last = (source.epoch, source.weights)
    if source.run is None:
        return [last]
    one = math.ceil(sum(_smallest(array).nbytes for array in source.weights.values()) * 4 / 3)
    earlier = [snapshot for snapshot in source.run.snapshots() if snapshot.step < source.step]
    room = EARLIER_BYTES // one
    if room < 1 or not earlier:
        return [last]
    if room < 3:
        kept = earlier[:room]
    else:
        gone = to_thin(earlier, lambda: None, room)
        kept = [snapshot for snapshot in earlier if snapshot not in gone]
    return [*((snapshot.epoch, source.run.weights(snapshot)) for snapshot in kept), last]


def _smallest(array: NDArray[np.float32]) -> NDArray[Any]:
    """Return an array as float16 if that represents each of its numbers exactly, else unchanged."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array


def _about(source: Source) -> str:
    parts = [
        f"{source.parameters:,} parameters, trained for {source.epoch:g} epochs on {source.source}.",
    ]
    if source.test_accuracy is not None:
        parts.append(f"It classifies {percent(source.test_accuracy)} of the test pictures correctly.")
    elif source.validation_accuracy is not None:
        parts.append(
            f"It classifies {percent(source.validation_accuracy)} of the validation pictures correctly."
        )
    parts.append("It names one of its ten classes even for a picture that shows none of them.")
    return " ".join(parts)


def _html(source: Source, blob: str, pictures: str) -> str:
    name = source.name or source.run_id
    inspector, softmax = (
        (FRONTEND / f"{part}.html").read_text("utf-8") for part in ("inspector", "softmax_bars")
    )
    body = f"""<header>
<h1>{escape(name)}</h1>
<p>{escape(_about(source))}</p>
</header>
<main>
<div class="top">
<section aria-labelledby="picture-title">
<h2 id="picture-title">Picture</h2>
<div id="picture"><canvas role="img" aria-label="The 32×32 pixels that the network gets"></canvas>
<div id="samples" role="group" aria-label="Sample pictures"></div></div>
<div class="bring"><label for="file">Your photo</label> <input type="file" id="file" accept="image/*">
<button type="button" id="use-camera" aria-controls="camera" aria-expanded="false">Camera</button></div>
<p class="quiet">Or drop or paste one. It stays in this browser. {escape(pictures)}</p>
<p id="problem" role="alert"></p>
<div id="camera" hidden><video playsinline muted aria-label="What the camera sees"></video>
<button type="button" id="shoot">Take the photo</button></div>
</section>
<section aria-labelledby="says-title">
<h2 id="says-title">Prediction</h2>
<p id="verdict" role="status"></p>
<div id="bars"></div>
<div id="time"><label for="epochs">Saved epoch</label> <input type="range" id="epochs" min="0" step="1">
<span id="epoch"></span></div>
</section>
</div>
<div class="body">
<section aria-labelledby="layers-title">
<h2 id="layers-title">Every layer</h2>
<p class="quiet">Orange is above zero, blue below. Click a map to open it.</p>
<div id="layers"></div>
</section>
<section id="inspector" aria-labelledby="inspector-title">
<h2 id="inspector-title">How a value is computed</h2>
{inspector}
{softmax}
</section>
</div>
</main>
"""
    sheets = ("inspector", "softmax_bars", "shared/forced_colours", "living_page/page")
    return whole_page(f"{name}, a network to look into", body, blob, "living_page", sheets)
