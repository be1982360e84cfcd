"""Why a network says a class: Grad-CAM, the gradient at the input, and occlusion.

Scores are those before softmax, as in the papers: a probability near 1 would leave next to no gradient.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.scaling import to_input
from cnn.interpret.model_cache import Loaded, run_batches
from cnn.interpret.results import GradCam, Occlusion

GREY = 128
BATCH_SIZE = 64


def grad_cam(loaded: Loaded, pixels: NDArray[np.uint8], layer: str, class_index: int) -> GradCam:
    """Return where a layer's maps speak for a class (Selvaraju et al. 2017).

    Each map is weighted by the mean, over its cells, of the gradient of the class's score; the weighted maps
    are added up.

    Args:
        loaded: the network.
        pixels: (32, 32, 3), uint8.
        layer: one with maps.
        class_index: 0 to 9.
    """
    maps, gradient = _with_gradient(loaded, layer, pixels, class_index)
    weights = gradient.mean(axis=(0, 1))
    return GradCam(maps @ weights, weights)


def saliency(loaded: Loaded, pixels: NDArray[np.uint8], class_index: int) -> NDArray[np.float32]:
    """Return how strongly each pixel moves a class's score (Simonyan, Vedaldi and Zisserman 2013).

    Returns:
        (32, 32), float32: the largest size of the gradient over the three colours, for inputs of -1 to 1.
    """
    _, gradient = _with_gradient(loaded, "input", pixels, class_index)
    sizes: NDArray[np.float32] = np.abs(gradient).max(axis=-1)
    return sizes


def _with_gradient(
    loaded: Loaded, layer: str, pixels: NDArray[np.uint8], class_index: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a layer's output for a picture, and the gradient of a class's score at it, of one shape."""

    def make() -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
        model = loaded.part(layer, "scores")

        def run(inputs: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(inputs)
                maps, scores = model(inputs, training=False)
                score = scores[0, chosen]
            return maps[0], tape.gradient(score, maps)[0]

        return run

    run = loaded.function(("gradient", layer), make)
    maps, gradient = run(tf.constant(to_input(pixels[None])), tf.constant(class_index))
    return np.array(maps), np.array(gradient)


def occlusion(
    loaded: Loaded,
    pixels: NDArray[np.uint8],
    class_index: int,
    side: int,
    stride: int,
    report: Callable[[float], None] = lambda share: None,
) -> Occlusion:
    """Return what is left of a class's probability with a grey square on the picture (Zeiler, Fergus 2014).

    Args:
        loaded: the network.
        pixels: (32, 32, 3), uint8.
        class_index: 0 to 9.
        side: of the square, in pixels; at the picture's edge a part of it lies outside.
        stride: pixels from one place of the square to the next; it divides 32.
        report: is told the share that is done.
    """
    pictures = np.stack([pixels, *cover(pixels, side, stride)])
    left = np.zeros(len(pictures), np.float32)
    for part, probabilities in run_batches(loaded.model, pictures, BATCH_SIZE):
        left[part] = np.asarray(probabilities)[:, class_index]
        report(part.stop / len(pictures))
    cells = pixels.shape[0] // stride
    return Occlusion(float(left[0]), left[1:].reshape(cells, cells), side, stride)


def cover(pixels: NDArray[np.uint8], side: int, stride: int) -> NDArray[np.uint8]:
    """Return the picture once for each place of a mid-grey square: (places, 32, 32, 3), row by row.

    The square lies with its middle on a cell of `stride` × `stride` pixels; where that leaves half a pixel
    over, it lies half a pixel lower and further right.
    """
    starts = np.arange(0, pixels.shape[0], stride) - (side - stride) // 2
    covered = np.repeat(pixels[None], len(starts) ** 2, axis=0)
    for place, picture in enumerate(covered):
        top, left = starts[place // len(starts)], starts[place % len(starts)]
        picture[max(top, 0) : top + side, max(left, 0) : left + side] = GREY
    return covered
