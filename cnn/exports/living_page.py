"""The living page: a network in one HTML file that opens by a double click, offline, without a server.

The page holds its code, its weights and its sample pictures, and its policy forbids it to load anything. Photos
that are dropped, pasted or taken go through the network in the browser and never leave it.
"""

import base64
import hashlib
import math
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import to_blob
from cnn.core.settings import PROJECT
from cnn.core.shares import percent
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.exports.source import Exported, Source
from cnn.figures.colours import DARK, LIGHT, Theme
from cnn.network.layers.activation import Activation, Dropout, SpatialDropout
from cnn.network.layers.base import Layer, all_layers
from cnn.network.layers.conv import Conv, DepthwiseConv
from cnn.network.layers.dense import Flatten, FullyConnected, GlobalAverage, Input, Softmax
from cnn.network.layers.merge import Add, Gate
from cnn.network.layers.norm import BatchNorm, GroupNorm
from cnn.network.layers.pool import Pool
from cnn.network.ops import BATCH_NORM_EPSILON, GROUP_NORM_EPSILON
from cnn.network.summary import walk
from cnn.runs.snapshots import to_thin
from cnn.training.kernels.fusion import PooledConv

FRONTEND = PROJECT / "cnn" / "frontend"
EARLIER_BYTES = 330_000  # of weights as text, for the saved epochs before the last
PICTURES = {
    "sketch10": "Sample pictures: drawn by code (sketch10), not photos.",
    "cifar10": "Sample pictures: the first test picture of each class of CIFAR-10 (Krizhevsky, "
    "“Learning Multiple Layers of Features from Tiny Images”, 2009).",
}

# What the page's forward pass (cnn/frontend/living_page/forward.ts) is told of every class of layers.
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
    raise TypeError(f"The living page does not know {', '.join(lacking)}; add it to OPERATIONS.")


def _window(layer: Conv | DepthwiseConv) -> dict[str, Any]:
    return {"size": layer.kernel_size, "stride": layer.stride, "same": layer.padding == "same"}


def export_living_page(source: Source, pictures: str = "sketch10") -> Exported:
    """Return the page.

    Args:
        source: the network, with its run where saved epochs before the last shall be in the page, too.
        pictures: the data set that ten sample pictures are taken from; those of CIFAR-10 are put into a file only
            where that was chosen.

    Raises:
        DataError: where that data set is not there.
    """
    states = _states(source)
    samples = of_each_class(pictures, len(CLASSES))
    arrays: dict[str, NDArray[Any]] = {
        f"{number}:{name}": _smallest(array)
        for number, (_, weights) in enumerate(states)
        for name, array in weights.items()
    }
    arrays |= {f"sample/{i}": pixels for i, pixels in enumerate(samples.pixels)}
    facts = {
        "title": source.name or source.run_id,
        "classes": CLASSES,
        "steps": [_step(row.layer, row.shape) for row in walk(source.setup.network)],
        "snapshots": [{"label": f"after epoch {epoch:g}"} for epoch, _ in states],
        "samples": [{"label": f"a sample of {CLASSES[label]}"} for label in samples.labels],
        "colours": {"light": _colours(LIGHT), "dark": _colours(DARK)},
    }
    blob = to_blob(arrays, facts)
    page = _html(source, base64.b64encode(blob).decode(), PICTURES[pictures])
    note = f"{len(states)} saved epoch{'' if len(states) == 1 else 's'} in it. {PICTURES[pictures]}"
    return Exported(f"{source.stem}-living-page.html", "text/html", page.encode(), note)


def export_living_page_with_cifar10(source: Source) -> Exported:
    """Return the page with test pictures of CIFAR-10 in it."""
    return export_living_page(source, "cifar10")


def _step(layer: Layer, shape: tuple[int, ...]) -> dict[str, Any]:
    told = {"name": layer.name, "inputs": list(layer.inputs), "shape": list(shape)}
    words = {"tag": layer.tag, "title": layer.title, "phrase": layer.phrase, "about": layer.about}
    return told | words | OPERATIONS[type(layer)](layer)


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
    """Return an array as float16 where that holds every number of it exactly, else as it is."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array


def _about(source: Source) -> str:
    parts = [
        f"{source.parameters:,} parameters, trained for {source.epoch:g} epochs on {source.source}.",
    ]
    if source.test_accuracy is not None:
        parts.append(f"It names {percent(source.test_accuracy)} of the test pictures correctly.")
    elif source.validation_accuracy is not None:
        parts.append(f"It names {percent(source.validation_accuracy)} of the validation pictures correctly.")
    parts.append("Of a picture that shows none of the ten classes it still names one.")
    return " ".join(parts)


def _html(source: Source, blob: str, pictures: str) -> str:
    script = (FRONTEND / "dist" / "living_page.js").read_text("utf-8")
    style = (FRONTEND / "living_page" / "page.css").read_text("utf-8")
    name = escape(source.name or source.run_id)
    policy = (
        f"default-src 'none'; script-src {_hash(script)} 'wasm-unsafe-eval'; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}, a network to look into</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{name}</h1>
<p>{escape(_about(source))}</p>
</header>
<main>
<div class="top">
<section aria-labelledby="picture-title">
<h2 id="picture-title">Picture</h2>
<div id="picture"><canvas role="img" aria-label="The 32×32 pixels that the network gets"></canvas>
<div id="samples" role="group" aria-label="Sample pictures"></div></div>
<div class="bring"><label for="file">Your photo</label> <input type="file" id="file" accept="image/*">
<button type="button" id="use-camera">Camera</button></div>
<p class="quiet">Or drop or paste one. It stays in this browser. {escape(pictures)}</p>
<p id="problem" role="alert"></p>
<div id="camera" hidden><video playsinline muted></video> <button type="button" id="shoot">Take it</button></div>
</section>
<section aria-labelledby="says-title">
<h2 id="says-title">What it says</h2>
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
<aside id="inspector" aria-labelledby="inspected">
<h2 id="inspected"></h2>
<p id="about" class="quiet"></p>
<div class="pair">
<figure id="map"><canvas tabindex="0" role="img" aria-label="The map; arrow keys move from cell to cell"></canvas>
<figcaption>point at a cell, or use the arrow keys</figcaption></figure>
<figure id="read"><div class="frame"><canvas role="img" aria-label="What is read, with the window marked"></canvas>
<i></i></div>
<figcaption></figcaption></figure>
</div>
<p id="cell" role="status"></p>
<p id="sum"></p>
<table id="terms"><thead><tr><th scope="col">largest products</th><th scope="col">value</th>
<th scope="col">weight</th><th scope="col">product</th></tr></thead><tbody></tbody></table>
<div id="filters"><h3>Its weights, one square a map that is read</h3><div id="kernels"></div></div>
</aside>
</div>
</main>
<script type="text/plain" id="network">{blob}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
