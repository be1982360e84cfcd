"""What the unit tests of the browser's arithmetic compare with: real payloads, and NumPy's answers to them.

Every network that is drawn here is packed as the pages pack it; the answers are those of `cnn.network.forward` and
of plain NumPy written here, never those of the code under test.

    python tests/frontend/write_fixtures.py FOLDER
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.shares import percent
from cnn.figures.colours import DARK, LIGHT, colour, scale_of
from cnn.interpret.cell_steps import ForwardPass
from cnn.interpret.receptive_field import Grid
from cnn.network.forward import forward, weight_shapes
from cnn.network.layers import expand
from cnn.network.spec import ACTIVATIONS, Block, Convolution, Dense, NetworkSpec
from cnn.network.summary import walk
from cnn.web.app.view import digest
from cnn.web.inspect.browser_forward import pack as pack_network
from cnn.web.inspect.inspector_data import pack
from cnn.web.inspect.overlay import Layover
from cnn.web.inspect.overlay import pack as pack_overlay
from cnn.web.inspect.overview_columns import Arrangement
from cnn.web.inspect.overview_columns import pack as pack_overview
from cnn.web.learn.window import Walk
from cnn.web.learn.window import pack as pack_window

Array = NDArray[np.float32]


def networks() -> Iterator[tuple[str, NetworkSpec]]:
    """Yield networks that hold every kind of layer, every activation, window, stride and padding between them."""
    for activation in ACTIVATIONS:
        convolutions = (Convolution(3, 3), Convolution(4, 5, 2, "valid"))
        block = Block(
            convolutions, batch_norm=True, activation=activation, pooling="max", pool_window=3, dropout=0.3
        )
        yield activation, NetworkSpec((block,), dense=(Dense(5, activation, 0.2),))
    residual = Block((Convolution(4), Convolution(4)), batch_norm=True, pooling="average", residual=True)
    narrow = Block((Convolution(6, 1), Convolution(5, 4)), pooling="average", pool_window=2, pool_stride=3)
    separable = Convolution(4, 3, 2, "same", "separable")
    gated = Block((separable, Convolution(6)), group_norm=2, squeeze=2, dropout=0.2, dropout_kind="maps")
    yield "gated", NetworkSpec((gated, replace(gated, residual=True, pooling="average")))
    yield "residual", NetworkSpec((residual, narrow), head="global_average")
    yield "gap", NetworkSpec((Block((Convolution(2, 7, 2),), pooling="max", pool_window=2, pool_stride=3),))
    yield (
        "plain",
        NetworkSpec((Block((Convolution(2),), pooling="none"),), head="flatten", dense=(Dense(40),)),
    )


def at_work(spec: NetworkSpec, seed: int) -> ForwardPass:
    """Return a network with random weights (batch norm's far from those it starts with) at work on noise."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(spec).items():
        values = rng.normal(0, 0.4, shape)
        weights[name] = (np.abs(values) + 0.1 if name.endswith("variance") else values).astype(np.float32)
    pixels = rng.integers(0, 256, (32, 32, 3), np.uint8)
    return ForwardPass(expand(spec), weights, forward(spec, weights, pixels))


def write(folder: Path) -> None:
    """Write all fixtures: blobs, and `index.json` that says what is expected of each."""
    index: dict[str, list[dict[str, Any]]] = {"cells": [], "windows": [], "overlays": [], "colours": []}
    index["shares"] = [
        {"share": share, "text": percent(share)}
        for share in (*(i / 10_000 for i in range(10_001)), 1e-9, 4e-4, 0.00051, 0.9994, 0.99951, 1 - 1e-9)
    ]
    for number, (name, spec) in enumerate(networks()):
        look = at_work(spec, number)
        for layer in look.network:
            values = look.outputs[layer.name]
            for channel in sorted({0, values.shape[-1] - 1}):
                path = f"{name}-{layer.name}-{channel}.bin"
                (folder / path).write_bytes(
                    pack(look, layer.name, channel, LIGHT, {"question": "q", "cell": None})
                )
                expected = values if values.ndim == 1 else values[:, :, channel]
                index["cells"].append(
                    {"path": path, "layer": layer.name, "expected": expected.ravel().tolist()}
                )
    index["windows"] = list(_windows(folder))
    index["overlays"] = list(_overlays(folder))
    index["colours"] = list(_colours())
    index["overviews"] = list(_overviews(folder))
    (folder / "index.json").write_text(json.dumps(index))


def _overviews(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the overviews of two pictures, and what the browser gets to make the second from the first by itself."""
    for number, (name, spec) in enumerate(networks()):
        paths = [f"overview-{name}-{place}.bin" for place in range(3)]
        for seed, path in enumerate(paths[:2]):
            (folder / path).write_bytes(pack_overview(_view(spec, number, seed), Arrangement(), LIGHT))
        weights = at_work(spec, number).weights
        (folder / paths[2]).write_bytes(pack_network(spec, weights, "run/7", "written"))
        yield {"before": paths[0], "after": paths[1], "network": paths[2]}


def _view(spec: NetworkSpec, number: int, seed: int) -> Any:
    look = at_work(spec, number)
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), np.uint8)
    return SimpleNamespace(
        table=walk(spec),
        sample=SimpleNamespace(pixels=pixels, true_class=seed),
        outputs=forward(spec, look.weights, pixels),
        weights=look.weights,
        layer="conv1",
        channel=1,
        key=f"run/7/{digest(pixels)}",
    )


def _windows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield walks of the lessons' window, with the output of plain loops."""
    rng = np.random.default_rng(3)
    for number, (size, stride, dilation, zeros, rules) in enumerate(
        [
            (3, 1, 1, 1, ("dot",)),
            (3, 2, 2, 0, ("dot",)),
            (5, 1, 1, 2, ("dot",)),
            (2, 2, 1, 0, ("max", "mean")),
        ]
    ):
        values = rng.normal(size=(9, 8, 3 if rules == ("dot",) else 1)).astype(np.float32)
        kernel = rng.normal(size=(size, size, values.shape[2])).astype(np.float32)
        bias = 0.25 * (rules == ("dot",))
        padded = np.pad(values, ((zeros, zeros), (zeros, zeros), (0, 0)))
        span = (size - 1) * dilation + 1
        rows, columns = ((side - span) // stride + 1 for side in padded.shape[:2])
        outputs = np.zeros((rows, columns, len(rules)), np.float32)
        for row, column in np.ndindex(rows, columns):
            top, left = row * stride, column * stride
            part = padded[top : top + span : dilation, left : left + span : dilation]
            answers = {"dot": (part * kernel).sum() + bias, "max": part.max(), "mean": part.mean()}
            outputs[row, column] = [answers[rule] for rule in rules]
        walk = Walk(size, stride, rules, rules, "input", zeros, zeros, dilation, bias)
        path = f"window{number}.bin"
        (folder / path).write_bytes(pack_window(values, outputs, walk, LIGHT, kernel))
        yield {"path": path, "expected": outputs.ravel().tolist()}


def _overlays(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield a map over a picture, with its values at every pixel: nearest, and between cells as np.interp has them."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(8, 8)).astype(np.float32)
    picture = rng.integers(0, 256, (32, 32, 3), np.uint8)
    layover = Layover("a map", "a unit", "", values, Grid(start=0.0, step=4.0))
    (folder / "overlay.bin").write_bytes(pack_overlay(picture, [layover], LIGHT))
    middles = 4.0 * np.arange(8) + 2.0
    places = np.arange(32) + 0.5
    rows = np.stack([np.interp(places, middles, line) for line in values])
    smooth = np.stack([np.interp(places, middles, rows[:, x]) for x in range(32)], axis=1)
    yield {
        "path": "overlay.bin",
        "nearest": values.repeat(4, 0).repeat(4, 1).ravel().tolist(),
        "smooth": smooth.ravel().tolist(),
    }


def _colours() -> Iterator[dict[str, Any]]:
    """Yield scales of both kinds and themes, with the colours that the mosaics have."""
    for theme in (LIGHT, DARK):
        for low in (-2.0, 0.0):
            values = np.linspace(low, 1.5, 101, dtype=np.float32)
            scale = scale_of(values)
            yield {
                "scale": {"low": scale.low, "high": scale.high, "stops": scale.stops(theme)},
                "values": values.tolist(),
                "colours": colour(values, scale, theme).astype(int).tolist(),
            }


if __name__ == "__main__":
    write(Path(sys.argv[1]))
