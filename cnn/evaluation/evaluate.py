"""Scores of a network for thousands of pictures at once: those of Inside and Classify, in float32.

The network is built from the faster layers that training uses (`cnn.training.kernels`: maxima are taken before
biases and activations, on a quarter of the cells), and whole batches of bytes go into one graph that scales
them itself. That is only a little faster than Keras's `predict`, because the convolutions of `vgg6` come near the
limit of a core in float32. In bfloat16 it took half as long, but the answer changed for some pictures: Classify
would then contradict the confusion matrix. `python -m cnn bench --only evaluate` measures.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.errors import RunError
from cnn.core.scaling import scale
from cnn.data import Dataset
from cnn.evaluation.evaluations import Evaluation
from cnn.network.forward import Weights
from cnn.network.spec import PICTURE_SHAPE, NetworkSpec
from cnn.training.keras_model import build_network, on_gpu, set_weights

# On an idle machine batches of 100 take 5 % less; during training, the usual case, 32 take 0.7 of the time of 100.
BATCH_SIZE = 32

Report = Callable[[float], None]


def scores_of(
    network: NetworkSpec,
    weights: Weights,
    images: NDArray[np.uint8],
    report: Report = lambda share: None,
) -> NDArray[np.float32]:
    """Return the scores before softmax, float32 (pictures, 10), of images (pictures, 32, 32, 3), uint8.

    Raises:
        RunError: if a score is not finite.
    """
    model = build_network(network, faster=not on_gpu(), last="scores")
    set_weights(model, dict(weights))
    shape = [tf.TensorSpec((None, *PICTURE_SHAPE), tf.uint8)]
    answer = tf.function(
        lambda batch: model(scale(tf.cast(batch, tf.float32)), training=False), input_signature=shape
    )
    found = np.empty((len(images), 10), np.float32)
    for start in range(0, len(images), BATCH_SIZE):
        part = slice(start, start + BATCH_SIZE)
        found[part] = answer(tf.constant(images[part])).numpy()
        report(min(part.stop / len(images), 1.0))
    if bad := int((~np.isfinite(found)).any(axis=1).sum()):
        raise RunError(
            f"The network gives no finite numbers for {bad:,} of {len(images):,} pictures: its weights have "
            "grown too large. Choose an earlier state, or train it with a smaller learning rate."
        )
    return found


def evaluate(
    network: NetworkSpec,
    weights: Weights,
    dataset: Dataset,
    parts: Sequence[str],
    report: Report = lambda share: None,
) -> dict[str, Evaluation]:
    """Return an evaluation for each of `parts`, "validation" or "test".

    Raises:
        RunError: if a score is not finite.
    """
    pictures = {
        "validation": (dataset.validation_images, dataset.validation_labels),
        "test": (dataset.test_images, dataset.test_labels),
    }
    whole, done = sum(len(pictures[part][1]) for part in parts), 0
    found: dict[str, Evaluation] = {}
    for part in parts:
        images, labels = pictures[part]
        share = len(labels) / whole
        scores = scores_of(network, weights, images, partial(_report_part, report, done / whole, share))
        done += len(labels)
        found[part] = Evaluation(dataset.name, part, dataset.source, scores, labels.astype(np.int64))
    return found


def _report_part(report: Report, before: float, whole: float, share: float) -> None:
    report(before + whole * share)
