"""Attribution: why a network predicts a class, by Grad-CAM, input gradients and occlusion.

Gradients are of the scores before softmax, as in the papers: a probability near 1 has almost no gradient.
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
    """Return Grad-CAM of a class for a layer's maps (Selvaraju et al. 2017).

    The weight of each map is the gradient of the class's score, averaged over the cells of the map; the result
    is the weighted sum of the maps.

    Args:
        loaded: the network.
        pixels: (32, 32, 3), uint8.
        layer: the name of a layer with maps.
        class_index: 0 to 9.
    """
    maps, gradient = _with_gradient(loaded, layer, pixels, class_index)
    weights = gradient.mean(axis=(0, 1))
    return GradCam(maps @ weights, weights)


def saliency(loaded: Loaded, pixels: NDArray[np.uint8], class_index: int) -> NDArray[np.float32]:
    """Return the saliency map of a class's score (Simonyan, Vedaldi and Zisserman 2013).

    Returns:
        (32, 32), float32: the largest absolute gradient over the three channels, for inputs from -1 to 1.
    """
    _, gradient = _with_gradient(loaded, "input", pixels, class_index)
    sizes: NDArray[np.float32] = np.abs(gradient).max(axis=-1)
    return sizes


def _with_gradient(
    loaded: Loaded, layer: str, pixels: NDArray[np.uint8], class_index: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a layer's output for a picture, and the gradient of a class's score with respect to it."""

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
    """Return a class's probability for every position of a grey square (Zeiler, Fergus 2014).

    Args:
        loaded: the network.
        pixels: (32, 32, 3), uint8.
        class_index: 0 to 9.
        side: of the square, in pixels; it is clipped at the edges of the picture.
        stride: pixels between positions of the square; it divides 32.
        report: called with the progress, 0 to 1.
    """
    pictures = np.stack([pixels, *cover(pixels, side, stride)])
    left = np.zeros(len(pictures), np.float32)
    for part, probabilities in run_batches(loaded.model, pictures, BATCH_SIZE):
        left[part] = np.asarray(probabilities)[:, class_index]
        report(part.stop / len(pictures))
    cells = pixels.shape[0] // stride
    return Occlusion(float(left[0]), left[1:].reshape(cells, cells), side, stride)


def cover(pixels: NDArray[np.uint8], side: int, stride: int) -> NDArray[np.uint8]:
    """Return a copy of the picture for each position of a mid-grey square: (positions, 32, 32, 3), row by row.

    The square is centred on a cell of `stride` × `stride` pixels; if it cannot be centred exactly, it lies
    half a pixel lower and further right.
    """
    starts = np.arange(0, pixels.shape[0], stride) - (side - stride) // 2
    covered = np.repeat(pixels[None], len(starts) ** 2, axis=0)
    for place, picture in enumerate(covered):
        top, left = starts[place // len(starts)], starts[place % len(starts)]
        picture[max(top, 0) : top + side, max(left, 0) : left + side] = GREY
    return covered
