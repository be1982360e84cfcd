"""Chooses the precision that trains faster on this machine, by CPU features and measured CPU time."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
import tensorflow as tf

from cnn.data import Dataset
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.training.keras_model import build_for_training, on_gpu
from cnn.training.train_step import Steps, parts_of

BFLOAT16 = "mixed_bfloat16"
FLOAT32 = "float32"
FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # x86 with AVX-512, x86 with matrix tiles, ARM
FIRST_GPU = (8, 0)  # the lowest compute capability of NVIDIA GPUs with bfloat16
ROUNDS = 4
STEPS_A_ROUND = 4
TRIAL_PICTURES = 512


@dataclass(frozen=True)
class Choice:
    """A precision, and the reason for it, which completes the sentence "chosen because …"."""

    precision: str
    reason: str


def resolve_precision(setup: Setup) -> Choice:
    """Return the precision that `setup` is trained in: its own, or for "auto" the faster one on this machine."""
    if setup.training.precision != "auto":
        return Choice(setup.training.precision, "the set-up says so")
    return fastest_precision()


@functools.cache
def fastest_precision() -> Choice:
    """Return the precision that trains faster in this process.

    A processor without bfloat16 instructions emulates them, which is always slower. On one that has them, the
    preset `lecture` is trained for some steps in each precision alternately, and the lowest CPU time of a round
    decides: other processes delay a round, but do not add to its CPU time.
    """
    if on_gpu():
        return _by_gpu()
    flags = processor_flags()
    if flags and not flags & FLAGS:
        return Choice(FLOAT32, "this processor has no instructions for bfloat16")
    trials = {name: _trial(name) for name in (FLOAT32, BFLOAT16)}
    least = dict.fromkeys(trials, np.inf)
    for _ in range(ROUNDS):
        least = {name: min(least[name], trial()) for name, trial in trials.items()}
    return decide(least)


def decide(seconds: dict[str, float]) -> Choice:
    """Return the precision that took less processor time per picture.

    `seconds` is the processor time of one picture for each precision.

    >>> decide({"float32": 110e-6, "mixed_bfloat16": 84e-6}).reason
    'a picture took 84 µs of processor time in mixed_bfloat16 and 110 µs in float32'
    """
    better, worse = sorted(seconds, key=seconds.__getitem__)
    times = {name: f"{1e6 * value:.0f} µs" for name, value in seconds.items()}
    return Choice(
        better, f"a picture took {times[better]} of processor time in {better} and {times[worse]} in {worse}"
    )


def processor_flags(path: Path = Path("/proc/cpuinfo")) -> set[str]:
    """Return the processor's feature flags as in Linux's /proc/cpuinfo; empty if unknown."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return set()
    found = (line.partition(":") for line in lines)
    return next(
        (set(rest.split()) for name, _, rest in found if name.strip() in ("flags", "Features")), set()
    )


def _by_gpu() -> Choice:
    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    capability = details.get("compute_capability")
    if capability and tuple(capability) >= FIRST_GPU:
        return Choice(BFLOAT16, f"this GPU computes in bfloat16 ({details.get('device_name', 'GPU')})")
    return Choice(FLOAT32, "this GPU does not compute in bfloat16")


def _trial(precision: str) -> Callable[[], float]:
    """Return a function that runs some steps and returns the processor seconds per picture."""
    setup, data = PRESETS["lecture"].setup, _noise()
    model = build_for_training(
        setup.network, data.train_images, precision, parts=parts_of(setup.training.batch_size)
    )
    steps = Steps(model, setup.training, data)
    order = np.arange(TRIAL_PICTURES, dtype=np.int32)[: STEPS_A_ROUND * steps.batch_size]
    rates = np.full(-(-len(order) // steps.batch_size), 1e-3, np.float32)
    steps.run(order[: steps.batch_size], rates[:1], 0)  # builds the graph

    def trial() -> float:
        before = process_time()
        steps.run(order, rates, 0)
        return (process_time() - before) / len(order)

    return trial


def _noise() -> Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (TRIAL_PICTURES, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, TRIAL_PICTURES)
    few = (images[:100], labels[:100])
    return Dataset("noise", "random pixels", images, labels, *few, *few)
