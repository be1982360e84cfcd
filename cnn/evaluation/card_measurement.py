"""Measures a network for its card: accuracy, calibration, and pictures of none of the ten classes."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.data import Dataset
from cnn.data.classes import CLASSES
from cnn.data.synthetic import sketch10
from cnn.data.synthetic.others import KINDS, others
from cnn.evaluation.calibration import calibration_error, energy, fit_temperature, with_temperature
from cnn.evaluation.model_card import FALSE_ALARMS, Card, OtherCopy
from cnn.evaluation.ood import Typical, summarised_layers
from cnn.evaluation.tta import COUNT, views
from cnn.interpret.model_cache import Loaded, run_batches

BATCH_SIZE = 200
OTHER_PICTURES = 1000  # of each kind, and as many drawings of the ten classes
USUAL_PICTURES = 10_000  # training pictures from which the usual means are computed

Report = Callable[[float], None]
Answers = tuple[NDArray[np.float32], NDArray[np.float32]]


def appraise(
    loaded: Loaded,
    data: Dataset,
    step: int,
    report: Report = lambda share: None,
    averaged: bool = False,
    other_copies: Sequence[Dataset] = (),
) -> tuple[Card, Typical]:
    """Measure a network; return its card, and the statistics of its maps for out-of-distribution detection.

    Args:
        loaded: the network with the weights of one saved state.
        data: statistics come from its training part, limits from its validation part, rates from its test part.
        step: of the saved state.
        report: gets the share that is done.
        averaged: whether the mean over six views is measured, too, which takes about twice as long as all the
        rest.
        other_copies: copies of the data set whose test part is measured, too.
    """
    test, labels = data.test_images, data.test_labels
    usual = data.take(USUAL_PICTURES).train_images
    wholes = len(usual) + len(data.validation_images) + len(test) * (COUNT if averaged else 1)
    wholes += sum(len(copy.test_images) for copy in other_copies)
    progress = _Progress(report, wholes + OTHER_PICTURES * (len(KINDS) + 1))
    typical = Typical.of(_answers(loaded, usual, progress)[1])
    validation, rows = _answers(loaded, data.validation_images, progress)
    temperature = fit_temperature(validation, data.validation_labels)
    limit = float(np.quantile(typical.distance(rows), 1 - FALSE_ALARMS))
    lowest = float(np.quantile(energy(validation), FALSE_ALARMS))
    scores, rows = _answers(loaded, test, progress)
    right = scores.argmax(axis=1) == labels
    other = {kind: _answers(loaded, others(kind, OTHER_PICTURES), progress) for kind in KINDS}
    drawn = _answers(loaded, sketch10.test_pictures(range(OTHER_PICTURES)), progress)[1]
    card = Card(
        step=step,
        source=data.source,
        validation_pictures=len(validation),
        test_pictures=len(test),
        test_accuracy=float(right.mean()),
        per_class=tuple(float(right[labels == label].mean()) for label in range(len(CLASSES))),
        temperature=temperature,
        calibration_error=calibration_error(with_temperature(scores, temperature), labels),
        calibration_error_without=calibration_error(with_temperature(scores, 1.0), labels),
        distance_limit=limit,
        false_alarms=float((typical.distance(rows) > limit).mean()),
        missed={kind: float((typical.distance(means) <= limit).mean()) for kind, (_, means) in other.items()},
        missed_by_energy={
            kind: float((energy(found) >= lowest).mean()) for kind, (found, _) in other.items()
        },
        other_pictures=OTHER_PICTURES,
        drawn_called_none=float((typical.distance(drawn) > limit).mean()),
        averaged_accuracy=_averaged(loaded, test, labels, scores, progress) if averaged else None,
        other_copies=tuple(_on_copy(loaded, copy, typical, limit, progress) for copy in other_copies),
    )
    return card, typical


def _on_copy(
    loaded: Loaded, copy: Dataset, typical: Typical, limit: float, progress: "_Progress"
) -> OtherCopy:
    scores, rows = _answers(loaded, copy.test_images, progress)
    right = scores.argmax(axis=1) == copy.test_labels
    return OtherCopy(copy.source, float(right.mean()), float((typical.distance(rows) > limit).mean()))


class _Progress:
    """Counts pictures and reports the share that is done."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.done = report, total, 0

    def add(self, pictures: int) -> None:
        self.done += pictures
        self.report(self.done / self.total)


def _answers(loaded: Loaded, pixels: NDArray[np.uint8], progress: _Progress) -> Answers:
    """Return scores (pictures, 10) and the means of the maps (pictures, numbers), as `typical.summary`."""
    layers = ("scores", *summarised_layers(loaded.network))
    found = []
    for part, (scores, *maps) in run_batches(loaded.part(*layers), pixels, BATCH_SIZE):
        means = tf.concat([tf.reduce_mean(values, [1, 2]) for values in maps], axis=1)
        found.append((np.asarray(scores), np.asarray(means)))
        progress.add(part.stop - part.start)
    scores, means = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return scores, means


def _averaged(
    loaded: Loaded,
    pixels: NDArray[np.uint8],
    labels: NDArray[np.int64],
    scores: NDArray[np.float32],
    progress: _Progress,
) -> float:
    """Return the accuracy of the mean prediction over all views; `scores` are those of the first."""
    total = with_temperature(scores, 1.0)
    for number in range(1, COUNT):
        found = list(_scores_of_view(loaded, pixels, number, progress))
        total += with_temperature(np.concatenate(found), 1.0)
    return float((total.argmax(axis=1) == labels).mean())


def _scores_of_view(
    loaded: Loaded, pixels: NDArray[np.uint8], number: int, progress: _Progress
) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(pixels), BATCH_SIZE):
        seen = views(pixels[start : start + BATCH_SIZE])[number]
        for _, scores in run_batches(loaded.part("scores"), seen, BATCH_SIZE):
            yield np.asarray(scores)
        progress.add(len(seen))
