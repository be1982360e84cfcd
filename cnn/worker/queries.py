"""Queries of the query worker: those that need gradients, Keras itself, or thousands of pictures.

The first argument of each function is `report`, which gets the share that is done; the others can be pickled.
The web process imports this module to refer to them, so TensorFlow is imported inside them. Paths are those of
the server's own runs, never text from a browser.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import RunError
from cnn.core.scaling import to_input
from cnn.data.subset import of_each_class, of_training
from cnn.evaluation.evaluations import Evaluation
from cnn.evaluation.model_card import Card
from cnn.evaluation.ood import Typical
from cnn.exports.source import Exported, Samples, read_source
from cnn.interpret.results import Accuracy, Climb, GradCam, Mistakes, Neighbours, Occlusion, Winners
from cnn.network.forward import Weights, check_weights
from cnn.network.spec import NetworkSpec
from cnn.runs.run import read_run
from cnn.runs.snapshots import read_weights

Report = Callable[[float], None]


class PictureChange(Protocol):
    """A change to pictures before they are classified."""

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return changed pictures (n, 32, 32, 3), uint8, same shape."""


def layer_values(
    report: Report, run_folder: str, snapshot_path: str, pixels: NDArray[np.uint8], layer: str
) -> NDArray[np.float32]:
    """Return Keras's output of one layer for one picture, float32 (height, width, channels) or (values,).

    Raises:
        RunError: if the run or the snapshot cannot be read, or has no such layer.
    """
    from cnn.interpret import model_cache

    found = model_cache.of_snapshot(run_folder, snapshot_path)
    return np.asarray(np.asarray(found.part(layer)(to_input(pixels[None]), training=False))[0])


def accuracy(
    report: Report,
    network: NetworkSpec,
    weights: Weights,
    edits_pixels: PictureChange | None,
    dataset: str,
    count: int,
) -> Accuracy:
    """Return how many of `count` test pictures, equally many per class, a network classifies correctly.

    Args:
        report: gets the share that is done.
        network: the spec.
        weights: its weights, changed or not.
        edits_pixels: a change to each picture; None for no change.
        dataset: "cifar10" or "sketch10".
        count: a multiple of ten.

    Raises:
        DataError: if the data set is missing or has fewer pictures.
        RunError: if the weights belong to another network.
    """
    check_weights(network, {name: array.shape for name, array in weights.items()})
    from cnn.evaluation import accuracy
    from cnn.interpret import model_cache

    pictures = of_each_class(dataset, count)
    change = edits_pixels.apply if edits_pixels is not None else lambda pixels: pixels
    return accuracy.measure(model_cache.with_weights(network, weights), pictures, change, report)


def grad_cam(
    report: Report,
    run_folder: str,
    snapshot_path: str,
    pixels: NDArray[np.uint8],
    layer: str,
    class_index: int,
) -> GradCam:
    """Return where a layer's maps support a class; see `cnn.interpret.attribution.grad_cam`."""
    from cnn.interpret import attribution, model_cache

    return attribution.grad_cam(
        model_cache.of_snapshot(run_folder, snapshot_path), pixels, layer, class_index
    )


def saliency(
    report: Report, run_folder: str, snapshot_path: str, pixels: NDArray[np.uint8], class_index: int
) -> NDArray[np.float32]:
    """Return how strongly each pixel influences a class's score; see `cnn.interpret.attribution.saliency`."""
    from cnn.interpret import attribution, model_cache

    return attribution.saliency(model_cache.of_snapshot(run_folder, snapshot_path), pixels, class_index)


def occlusion(
    report: Report,
    run_folder: str,
    snapshot_path: str,
    pixels: NDArray[np.uint8],
    class_index: int,
    side: int,
    stride: int,
) -> Occlusion:
    """Return how covering changes a class's probability; see `cnn.interpret.attribution.occlusion`."""
    from cnn.interpret import attribution, model_cache

    found = model_cache.of_snapshot(run_folder, snapshot_path)
    return attribution.occlusion(found, pixels, class_index, side, stride, report)


def winners(
    report: Report, run_folder: str, snapshot_path: str, layer: str, dataset: str, count: int
) -> Winners:
    """Return the nine test pictures that activate each channel of a layer most; see `features.winners`."""
    from cnn.interpret import feature_visualization, model_cache

    pictures = of_each_class(dataset, count)
    return feature_visualization.winners(
        model_cache.of_snapshot(run_folder, snapshot_path), layer, pictures, report
    )


def climb(
    report: Report,
    run_folder: str,
    snapshot_path: str,
    layer: str,
    channel: int,
    goal: str,
    seed: int,
) -> Climb:
    """Return a picture that maximises a channel of a layer; see `cnn.interpret.feature_visualization.climb`."""
    from cnn.interpret import feature_visualization, model_cache

    return feature_visualization.climb(
        model_cache.of_snapshot(run_folder, snapshot_path), layer, channel, goal, seed, report
    )


def card(
    report: Report, run_folder: str, snapshot_path: str, step: int, dataset: str
) -> tuple[Card, Typical]:
    """Return a network's card and its statistics, measured now; see `cnn.evaluation.card_measurement.appraise`."""
    from cnn.evaluation import card_measurement
    from cnn.interpret import model_cache
    from cnn.worker.jobs import load_once

    found = model_cache.of_snapshot(run_folder, snapshot_path)
    return card_measurement.appraise(found, load_once(dataset), step, report)


def mistakes(report: Report, run_folder: str, snapshot_path: str, dataset: str, count: int) -> Mistakes:
    """Return which of `count` test pictures, equally many per class, a network misclassifies."""
    from cnn.evaluation import accuracy
    from cnn.interpret import model_cache

    pictures = of_each_class(dataset, count)
    return accuracy.mistakes(model_cache.of_snapshot(run_folder, snapshot_path), pictures, report)


def neighbours(
    report: Report, run_folder: str, snapshot_path: str, pixels: NDArray[np.uint8], dataset: str, count: int
) -> Neighbours:
    """Return the training pictures most similar to a picture, of `count`, equally many per class.

    The features of those pictures are computed once per network, which may take a while, and cached.
    """
    from cnn.evaluation import neighbours
    from cnn.interpret import model_cache

    network, pictures = model_cache.of_snapshot(run_folder, snapshot_path), of_training(dataset, count)
    key = (run_folder, snapshot_path, dataset, count)
    table = network.table(key, lambda: neighbours.features(network, pictures, report))
    return neighbours.nearest(network, pixels, pictures, table)


def evaluate(
    report: Report, run_folder: str, snapshot_path: str, dataset: str, parts: Sequence[str]
) -> dict[str, Evaluation]:
    """Return the scores of a network for all pictures of each of `parts`; see `cnn.evaluation.evaluate`.

    Raises:
        RunError: if the run or the snapshot cannot be read, or a score is not finite.
        DataError: if the data set is missing.
    """
    from cnn.evaluation.evaluate import evaluate
    from cnn.worker.jobs import load_once

    network = read_run(Path(run_folder)).setup.network
    weights = read_weights(Path(snapshot_path), network)
    return evaluate(network, weights, load_once(dataset), parts, report)


def export(
    report: Report, name: str, run_folder: str, snapshot_path: str, samples: Samples | None = None
) -> Exported:
    """Return a saved state of a run in one of the formats of `cnn.exports.formats`.

    `samples` are pictures that the visitor chose for the living page.

    Raises:
        CnnLabError: if a package is not installed, or the run, the saved state or the data set is missing.
    """
    from cnn.exports import formats

    run = read_run(Path(run_folder))
    snapshot = next((one for one in run.snapshots() if one.path == Path(snapshot_path)), None)
    if snapshot is None:
        raise RunError("This saved state no longer exists; choose another one.")
    source = replace(read_source(run, snapshot), samples=samples or Samples())
    return formats.export(name, source, report)
