"""Estimates before a run starts: memory from the shapes of the network, speed from a short trial.

The memory is the sum of everything held at once during one optimiser step. Compared with the measured peak of
a process, for networks of 18 thousand to 34 million parameters in float32, the estimate was between 10 % too
low and 12 % too high.

>>> from cnn.network.presets import PRESETS
>>> needed = memory(PRESETS["lecture"].setup)
>>> needed.weights, needed.optimizer
(73288, 146576)
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cnn import data
from cnn.core.errors import CnnLabError
from cnn.core.settings import read_settings
from cnn.core.validation import allowed_values
from cnn.network.spec import Setup, TrainSpec
from cnn.network.summary import FLOAT_BYTES, total_parameters, walk
from cnn.training.runtime import release_memory

# TensorFlow and Keras 650 MB (370 MB of it the library itself), CIFAR-10 180 MB (a mapped file), graphs.
BASE_BYTES = 950 * 2**20
EVALUATED_AT_ONCE = 500  # validation and test pictures
MACHINE_SHARE = 0.8
TRIAL_SECONDS = 3.0
LONGEST_TRIAL_SECONDS = 20.0
TRIAL_CALLS = 4
LONG_ENOUGH = 200  # epochs: the time limit of a trial always comes first
# A training step is a forward pass and a backward pass of twice its cost; evaluation is a forward pass only.
LOOKS_A_STEP = 3


@dataclass(frozen=True)
class Memory:
    """Bytes that one run holds at once, in float32; mixed precision may need less.

    `gradients` includes the updates computed from them. `activations` is all layers' for one batch, which
    backpropagation needs, or the two largest layers' for one evaluation batch, whichever is more.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    base: int = BASE_BYTES

    @property
    def total(self) -> int:
        """The sum of all parts, in bytes."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.base


@dataclass(frozen=True)
class Trial:
    """What a short trial measured: training speed, the expected seconds, and the peak memory in bytes.

    `epoch_seconds` includes evaluation on the validation pictures, `total_seconds` also building the graph.
    """

    images_per_second: float
    epoch_seconds: float
    total_seconds: float
    epochs: float
    memory: int
    precision: str


def memory(setup: Setup) -> Memory:
    """Return the memory that training `setup` needs, in bytes, from the shapes of its layers.

    Raises:
        TooSmallError: if a map would shrink below 1×1.
    """
    weights = FLOAT_BYTES * total_parameters(walk(setup.network))
    batch = min(setup.training.batch_size, setup.training.pictures)
    learning, looking = _activations(setup)
    return Memory(
        weights=weights,
        gradients=2 * weights,
        optimizer=weights * _slots(setup.training),
        activations=max(batch * learning, looking),
    )


def _activations(setup: Setup) -> tuple[int, int]:
    """Return the bytes of all activations for one picture, and of one evaluation batch."""
    sizes = [row.memory for row in walk(setup.network)]
    return sum(sizes), EVALUATED_AT_ONCE * 2 * max(sizes)


def _slots(training: TrainSpec) -> int:
    """Return how many state variables the optimiser has per weight."""
    if training.optimizer == "sgd":
        return int(training.momentum > 0)
    return 1 if training.optimizer == "rmsprop" else 2


def memory_limit() -> int:
    """Return the bytes that one run may use: `CNN_LAB_WORKER_MEMORY`, else a share of the machine's memory.

    Raises:
        CnnLabError: if an environment variable has an invalid value.
    """
    settings = read_settings()
    processes = settings.workers + 1  # the query worker too
    return settings.worker_memory or int(MACHINE_SHARE * machine_memory() / processes)


def machine_memory(folder: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the bytes of memory of this machine, or its container's limit if that is lower."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            whole = min(whole, int((folder / name).read_text()))
        except (OSError, ValueError):  # no such file, or "max" in it: no limit
            continue
    return whole


def check_fits(setup: Setup) -> Memory:
    """Return the memory that training `setup` needs, if it is within the limit.

    Raises:
        CnnLabError: if it needs more than `memory_limit`; it names the numbers and a batch size that fits.
        TooSmallError: if a map would shrink below 1×1.
    """
    needed, limit = memory(setup), memory_limit()
    if needed.total <= limit:
        return needed
    raise CnnLabError(
        f"This training needs about {size(needed.total)} of memory, and {size(limit)} are allowed: "
        f"{size(needed.total - needed.base - needed.activations)} for weights, gradients and optimiser, "
        f"{size(needed.activations)} for the activations of one batch, {size(needed.base)} for TensorFlow "
        f"and the pictures. {_advice(setup, needed, limit)}"
    )


def _advice(setup: Setup, needed: Memory, limit: int) -> str:
    learning, looking = _activations(setup)
    room = limit - needed.total + needed.activations
    if room >= max(looking, learning * allowed_values(TrainSpec, "batch_size").low):
        return f"A batch size of {room // learning} would fit."
    return "Use fewer filters or neurons, or strides and pooling earlier in the network."


def size(count: float) -> str:
    """Format bytes for people, in two or three digits.

    >>> size(900 * 2**20), size(3.4 * 2**30), size(73288)
    ('900 MB', '3.4 GB', '72 KB')
    """
    if count >= 1000 * 2**20:
        return f"{count / 2**30:.1f} GB"
    return f"{count / 2**20:.0f} MB" if count >= 2**20 else f"{count / 2**10:.0f} KB"


def try_out(report: Callable[[float], None], setup: Setup, dataset: str) -> Trial:
    """Train `setup` for a few seconds, save nothing, and return the measurements.

    Args:
        report: called with the progress, 0 to 1.
        setup: network and training.
        dataset: "cifar10" or "sketch10".

    Raises:
        CnnLabError: if it does not fit into memory, the data set is missing, or the loss diverged.
    """
    from cnn.training.precision import resolve_precision
    from cnn.training.trainer import PLAIN_PICTURES, Progress, train

    check_fits(setup)
    pictures, precision = data.load(dataset), resolve_precision(setup).precision
    endless = replace(setup, training=replace(setup.training, epochs=LONG_ENOUGH, seconds=None))
    release_memory()
    _forget_peak()
    started, calls = time.monotonic(), 0
    build_seconds, last = 0.0, None
    for found in train(endless, pictures, precision=precision):
        if not isinstance(found, Progress):
            continue
        calls, last = calls + 1, found
        elapsed = time.monotonic() - started
        build_seconds = build_seconds or elapsed
        report(min(elapsed / (TRIAL_SECONDS + build_seconds), 1.0))
        if calls >= 2 and _enough(calls, elapsed - build_seconds):
            break
    assert last is not None
    count = min(setup.training.pictures, len(pictures.train_labels))
    looks = len(pictures.validation_labels) + min(count, PLAIN_PICTURES)
    return _trial(setup.training, last.images_per_second, build_seconds, count, looks, precision)


def _enough(calls: int, seconds: float) -> bool:
    return (calls >= TRIAL_CALLS and seconds >= TRIAL_SECONDS) or seconds >= LONGEST_TRIAL_SECONDS


def _trial(
    training: TrainSpec, speed: float, build: float, pictures: int, looks: int, precision: str
) -> Trial:
    """Return the estimate that follows from a measured speed, with `looks` pictures evaluated per epoch."""
    epoch = (pictures + looks / LOOKS_A_STEP) / speed
    epochs = training.epochs or (training.seconds or 0.0) * speed / pictures
    return Trial(speed, epoch, build + epochs * epoch, epochs, _peak(), precision)


def _forget_peak() -> None:
    """Reset the peak memory of this process; where that is not allowed, it remains the peak since its start."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> int:
    """Return the peak memory of this process in bytes; 0 if the system does not report it."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 2**10 for line in lines if line.startswith("VmHWM")), 0)
