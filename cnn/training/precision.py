"""Which precision trains faster on this machine: timed, not guessed."""

import functools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cnn.data import Dataset
from cnn.network.presets import PRESETS
from cnn.network.spec import PRECISIONS, Setup
from cnn.training.trainer import Progress, Report, train

TRIAL_ROUNDS = 4
CLEARLY = 2.0  # times as fast: no further round is needed
TRIAL_PICTURES = 16_384


def resolve_precision(setup: Setup) -> str:
    """Return the precision that `setup` trains in: its own, or for "auto" the faster one here."""
    return fastest_precision() if setup.training.precision == "auto" else setup.training.precision


@functools.cache
def fastest_precision() -> str:
    """Train the preset `lecture` for a moment in each precision and return the name of the faster.

    Whether bfloat16 pays depends on the processor, so this is measured once a process. The precisions take
    turns, and the best of their rounds counts, so that a busy moment does not decide.
    """
    lecture = PRESETS["lecture"].setup
    setup = replace(lecture, training=replace(lecture.training, epochs=200))
    data = _noise()
    trials = {name: _speeds(train(setup, data, precision=name)) for name in PRECISIONS if name != "auto"}
    best = dict.fromkeys(trials, 0.0)
    for _ in range(TRIAL_ROUNDS):
        best = {name: max(best[name], next(speeds)) for name, speeds in trials.items()}
        if max(best.values()) > CLEARLY * min(best.values()):
            break
    return max(best, key=best.__getitem__)


def _speeds(reports: Iterator[Report]) -> Iterator[float]:
    """Yield the steps a second of call after call, without the first two, which build the graph."""
    within = (report for report in reports if isinstance(report, Progress))
    next(within)
    before = next(within)
    for report in within:
        yield (report.step - before.step) / (report.seconds - before.seconds)
        before = report


def _noise() -> Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (TRIAL_PICTURES, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, TRIAL_PICTURES)
    few = (images[:100], labels[:100])
    return Dataset("noise", "random pixels", images, labels, *few, *few)
