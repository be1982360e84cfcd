"""How fast the training loop is next to PyTorch's and to Keras on JAX: same network, batch, optimiser and shuffling.

PyTorch trains in six variants, and the best of them is the baseline. Keras on JAX trains by `fit`, its step compiled
by XLA. Both are needed by this part alone (`requirements-bench.txt`).
"""

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from bench.measure import AtLeast, Baseline, Figure, alternate, figure, say, skipped
from bench.training import (
    data_source,
    fit_speed,
    load_data,
    our_precision,
    our_round,
    process,
    without_augmentation,
)
from cnn.core.scaling import scale
from cnn.network.layers.activation import Activation
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import Flatten, FullyConnected, Input, Softmax
from cnn.network.layers.pool import Pool
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec
from cnn.network.summary import LayerShape, walk

if TYPE_CHECKING:
    import torch

NAMES = ("lecture", "vgg6")
TARGETS = {"lecture": AtLeast(2.5, "ratio"), "vgg6": AtLeast(1.25, "ratio")}
JAX_TARGET = AtLeast(1.5, "ratio")
JAX = "Keras on JAX, fit, compiled, float32"
HOW = "pip install -r requirements-bench.txt"
UNCOUNTED_STEPS = 10


@dataclass(frozen=True)
class Variant:
    """A way of training in PyTorch: how maps lie in memory, and whether bfloat16 is used where it may be.

    `tuned` compiles the network and rounds numbers too small for full precision, denormal ones, to zero.
    """

    channels_last: bool
    bfloat16: bool
    tuned: bool = False

    def __str__(self) -> str:
        order = "channels last" if self.channels_last else "channels first"
        tuned = ", torch.compile, denormal numbers flushed" * self.tuned
        return f"PyTorch, {order}, {'bfloat16 autocast' if self.bfloat16 else 'float32'}{tuned}"


VARIANTS = (
    *(Variant(last, half) for last in (False, True) for half in (False, True)),
    *(Variant(True, half, tuned=True) for half in (False, True)),
)


def pytorch(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare images per second on the presets with the best of PyTorch's variants, and with JAX."""
    seconds = 0.5 if smoke else 3.5
    for name in NAMES:
        if find_spec("torch") is None:
            line = (f"{name}: training, PyTorch", "images/s", TARGETS[name])
            yield skipped(*line, reason=f"PyTorch is not installed; {HOW}")
        else:
            yield _compare(name, rounds, seconds)
        if find_spec("jax") is None:
            line = (f"{name}: training, JAX", "images/s", JAX_TARGET)
            yield skipped(*line, reason=f"JAX is not installed; {HOW}")
        else:
            yield _compare_with_jax(name, rounds, seconds)


def _compare(name: str, rounds: int, seconds: float) -> Figure:
    """Let all variants and ours take turns; the variant with the highest median is the baseline."""
    ours: list[float] = []
    theirs: dict[Variant, list[float]] = {variant: [] for variant in VARIANTS}
    with process() as our_process, process() as torch_process:
        precision = our_process.submit(our_precision).result()
        for number in range(1, rounds + 1):
            for variant, speeds in theirs.items():
                speeds.append(torch_process.submit(torch_speed, name, variant, seconds).result())
            ours.append(our_process.submit(our_round, name, precision, seconds).result())
            found = ", ".join(f"{speeds[-1]:,.0f}" for speeds in theirs.values())
            say(f"  round {number} of {rounds}: PyTorch {found}, ours {ours[-1]:,.0f}")
    best = max(VARIANTS, key=lambda variant: statistics.median(theirs[variant]))
    note = f"{data_source()}; ours in {precision}; Adam, no augmentation; the best of: " + ", ".join(
        f"{variant} {statistics.median(speeds):,.0f}" for variant, speeds in theirs.items()
    )
    return figure(
        f"{name}: training, PyTorch",
        "images/s",
        ours,
        TARGETS[name],
        baseline=Baseline(str(best), theirs[best]),
        note=note,
    )


def _compare_with_jax(name: str, rounds: int, seconds: float) -> Figure:
    with process() as our_process, _jax_process() as jax_process:
        precision = our_process.submit(our_precision).result()
        ours, theirs = alternate(
            rounds,
            lambda: our_process.submit(our_round, name, precision, seconds).result(),
            lambda: jax_process.submit(jax_speed, name, seconds).result(),
        )
    note = f"{data_source()}; ours in {precision}; no augmentation"
    baseline = Baseline(JAX, theirs)
    return figure(f"{name}: training, JAX", "images/s", ours, JAX_TARGET, baseline=baseline, note=note)


def _jax_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), _compute_by_jax)


def _compute_by_jax() -> None:
    """Have Keras compute by JAX in this process: it decides that once, when it is imported."""
    os.environ["KERAS_BACKEND"] = "jax"


def jax_speed(name: str, seconds: float) -> float:
    """Return the training pictures a second of `fit` in a process whose Keras computes by JAX."""
    import keras

    if keras.backend.backend() != "jax":
        raise RuntimeError(f"Keras computes by {keras.backend.backend()} here, not by JAX.")
    return fit_speed(without_augmentation(PRESETS[name].setup), load_data(), seconds)


def torch_speed(name: str, variant: Variant, seconds: float) -> float:
    """Return the training pictures a second of PyTorch on a preset, over about `seconds`."""
    steps = _torch_steps(name, variant)
    started = time.perf_counter()
    for _ in range(UNCOUNTED_STEPS):
        next(steps)
        if time.perf_counter() - started > seconds:  # bfloat16 takes seconds a step where the chip has none
            break
    pictures, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        pictures += next(steps)
    return pictures / elapsed


def _torch_steps(name: str, variant: Variant) -> Iterator[int]:
    """Train for ever, an optimiser step at a time, and yield the pictures of each step.

    The pictures lie in memory as uint8, as in our loop, and are gathered by a shuffled index and scaled.
    """
    import torch

    setup, data = PRESETS[name].setup, load_data()
    order = torch.channels_last if variant.channels_last else torch.contiguous_format
    model = torch_model(setup.network).to(memory_format=order)
    torch.set_flush_denormal(variant.tuned)
    step_model = torch.compile(model) if variant.tuned else model
    optimizer = torch.optim.Adam(model.parameters(), setup.training.learning_rate, fused=True)
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels).long()
    while True:
        for picked in torch.randperm(len(labels)).split(setup.training.batch_size):
            if len(picked) < setup.training.batch_size:  # torch.compile would compile once more for it
                continue
            pixels = images[picked].permute(0, 3, 1, 2).float().contiguous(memory_format=order)
            with torch.autocast("cpu", torch.bfloat16, enabled=variant.bfloat16):
                scores = step_model(scale(pixels))
            loss = torch.nn.functional.cross_entropy(scores.float(), labels[picked])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield len(picked)


def torch_model(network: NetworkSpec) -> "torch.nn.Sequential":
    """Return the network in PyTorch, up to its scores, made of such layers as the two presets have."""
    import torch

    table = {row.layer.name: row for row in walk(network)}
    rows = [row for row in table.values() if not isinstance(row.layer, Input | Softmax)]
    return torch.nn.Sequential(*(_torch_layer(row, table[row.layer.inputs[0]].shape) for row in rows))


def _torch_layer(row: LayerShape, before: tuple[int, ...]) -> Any:
    from torch import nn

    match row.layer:
        case Conv(filters=filters, kernel_size=size, stride=1, padding=padding):
            return nn.Conv2d(before[2], filters, size, padding=padding)
        case Activation(function="relu"):
            return nn.ReLU()
        case Pool(rule="max", size=window, stride=stride):
            return nn.MaxPool2d(window, stride)
        case Flatten():
            return nn.Flatten()
        case FullyConnected(units=units):
            return nn.Linear(before[0], units)
    raise ValueError(f"{row.layer} is in neither of {', '.join(NAMES)}; add it here.")
