"""Which precision trains faster on this machine: timed, not guessed."""

import functools
from dataclasses import replace

import numpy as np

from cnn.data import Dataset
from cnn.presets import PRESETS
from cnn.spec import PRECISIONS, Setup
from cnn.training import Progress, train

TRIAL_SECONDS = 0.4
TRIAL_PICTURES = 4096


def resolve_precision(setup: Setup) -> str:
    """Return the precision that `setup` trains in: its own, or for "auto" the faster one here."""
    return fastest_precision() if setup.training.precision == "auto" else setup.training.precision


@functools.cache
def fastest_precision() -> str:
    """Train the preset `lecture` for a moment in each precision and return the name of the faster.

    Whether bfloat16 pays depends on the processor, so this is measured once a process.
    """
    setup, data = PRESETS["lecture"].setup, _noise()
    speeds = {
        name: images_per_second(setup, data, name, TRIAL_SECONDS) for name in PRECISIONS if name != "auto"
    }
    return max(speeds, key=speeds.__getitem__)


def images_per_second(setup: Setup, data: Dataset, precision: str, seconds: float) -> float:
    """Train until `seconds` of steps have been counted and return the training pictures a second."""
    training = replace(setup.training, epochs=200, seconds=None)
    for report in train(replace(setup, training=training), data, precision=precision):
        if isinstance(report, Progress) and report.seconds >= seconds:
            return report.images_per_second
    return 0.0


def _noise() -> Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (TRIAL_PICTURES, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, TRIAL_PICTURES)
    few = (images[:100], labels[:100])
    return Dataset("noise", "random pixels", images, labels, *few, *few)
