"""How much easier the validation pictures are than the test pictures, in the app's division and in others."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bench.measure import Figure, figure, say, skipped
from bench.training import load_data
from cnn.data import Dataset, layout
from cnn.data.dataset import split_validation
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.training import runtime

DIVISIONS, EPOCHS = 12, 4
NAME = "lecture: validation less test accuracy, by division of the training pictures"


def divisions(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train `lecture` on divisions with seeds 0, which the app has, to 11; each once, however many rounds."""
    problem = layout.check().problem
    if problem:
        yield skipped(NAME, "points", reason=f"it needs CIFAR-10. {problem}")
        return
    runtime.prepare_tensorflow()
    setup = PRESETS["lecture"].setup
    pictures = 2000 if smoke else setup.training.pictures
    setup = replace(setup, training=replace(setup.training, epochs=1 if smoke else EPOCHS, pictures=pictures))
    data, gaps = load_data(), []
    for seed in range(2 if smoke else DIVISIONS):
        gaps.append(_gap(setup, divided(data, seed)))
        say(f"  division {seed}: {gaps[-1]:+.2f} points")
    mean, error = np.mean(gaps), np.std(gaps, ddof=1) / len(gaps) ** 0.5
    note = f"the app's {gaps[0]:+.2f}; all {len(gaps)}: mean {mean:+.2f}, standard error {error:.2f}"
    yield figure(NAME, "points", gaps, note=note, rounds=1)


def divided(data: Dataset, seed: int) -> Dataset:
    """Return the same pictures with others of the training set for validation; seed 0 gives the same ones."""
    images = np.concatenate([data.train_images, data.validation_images])
    labels = np.concatenate([data.train_labels, data.validation_labels])
    train, train_labels, validation, validation_labels = split_validation(
        images, labels, len(data.validation_labels), seed
    )
    return replace(
        data,
        train_images=train,
        train_labels=train_labels,
        validation_images=validation,
        validation_labels=validation_labels,
    )


def _gap(setup: Setup, data: Dataset) -> float:
    from cnn.training.trainer import EpochEnd, Finished, train

    *_, last, end = train(setup, data)
    assert isinstance(last, EpochEnd)
    assert isinstance(end, Finished)
    assert last.validation_accuracy is not None
    assert end.test_accuracy is not None
    return 100 * (last.validation_accuracy - end.test_accuracy)
