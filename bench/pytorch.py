"""How fast the training loop is next to PyTorch's: same network, batch, optimiser and shuffling.

PyTorch trains in four variants, and the best of them is the baseline. It is needed by this part alone
(`requirements-bench.txt`).
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench.measure import AtLeast, Baseline, Figure, figure, say, skipped
from bench.training import data_source, load_data, our_precision, our_round, process
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
TARGET = AtLeast(1.0, "ratio")
UNCOUNTED_STEPS = 10


@dataclass(frozen=True)
class Variant:
    """A way of training in PyTorch: how maps lie in memory, and whether bfloat16 is used where it may be."""

    channels_last: bool
    bfloat16: bool

    def __str__(self) -> str:
        order = "channels last" if self.channels_last else "channels first"
        return f"PyTorch, {order}, {'bfloat16 autocast' if self.bfloat16 else 'float32'}"


VARIANTS = tuple(Variant(last, half) for last in (False, True) for half in (False, True))


def pytorch(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare images per second on the presets `lecture` and `vgg6` with the best of PyTorch's variants."""
    for name in NAMES:
        if find_spec("torch") is None:
            reason = "PyTorch is not installed; pip install -r requirements-bench.txt"
            yield skipped(f"{name}: training, PyTorch", "images/s", TARGET, reason=reason)
        else:
            yield _compare(name, rounds, 0.5 if smoke else 3.5)


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
        TARGET,
        baseline=Baseline(str(best), theirs[best]),
        note=note,
    )


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
    optimizer = torch.optim.Adam(model.parameters(), setup.training.learning_rate, fused=True)
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels).long()
    while True:
        for picked in torch.randperm(len(labels)).split(setup.training.batch_size):
            pixels = images[picked].permute(0, 3, 1, 2).float().contiguous(memory_format=order)
            with torch.autocast("cpu", torch.bfloat16, enabled=variant.bfloat16):
                scores = model(scale(pixels))
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
