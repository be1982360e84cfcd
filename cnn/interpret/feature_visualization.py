"""Feature visualisation: the pictures with a channel's highest activations, and activation maximisation."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.scaling import HALF_RANGE
from cnn.data.subset import Pictures
from cnn.interpret.model_cache import Loaded, run_batches
from cnn.interpret.results import Climb, Winners
from cnn.network.layers import expand
from cnn.network.spec import PICTURE_SHAPE
from cnn.network.summary import walk

PLACES = 9
BATCH_BYTES = 16_000_000
MAX_BATCH = 250

STEPS = 96
FRAME_STEPS = (0, 1, 2, 4, 7, 11, 17, 26, 38, 54, 74, STEPS)
RATE = 0.08
NOISE = 0.15
JITTER = 2
SHRINKING = 0.02
SMOOTHING = 0.35


def winners(
    loaded: Loaded, layer: str, pictures: Pictures, report: Callable[[float], None] = lambda share: None
) -> Winners:
    """Return the nine pictures with the highest activations of each channel of a layer, and the cells.

    Ties are broken by the order of the pictures, then of the cells, row by row.

    Args:
        loaded: the network.
        layer: the layer's name; each value of a vector counts as a channel.
        pictures: the pictures to search.
        report: called with the progress, 0 to 1.
    """
    model, shape = loaded.part(layer), _map_shape(loaded, layer)
    values = np.zeros((len(pictures.labels), shape[2]), np.float32)
    places = np.zeros(values.shape, np.int64)
    for part, outputs in run_batches(model, pictures.pixels, _batch_size(loaded, layer)):
        cells = tf.reshape(outputs, (-1, shape[0] * shape[1], shape[2]))
        values[part] = tf.reduce_max(cells, axis=1)
        places[part] = tf.argmax(cells, axis=1)
        report(part.stop / len(values))
    order = np.argsort(-values, axis=0, kind="stable")[:PLACES].T
    channels = np.arange(shape[2])[:, None]
    rows, columns = np.divmod(places[order, channels], shape[1])
    return Winners(
        pictures.numbers[order],
        values[order, channels],
        rows,
        columns,
        values.min(axis=0),
        (values > 0).sum(axis=0),
        pictures.dataset,
        pictures.about,
        len(values),
    )


def _map_shape(loaded: Loaded, layer: str) -> tuple[int, int, int]:
    shape = next(row.shape for row in walk(loaded.network) if row.layer.name == layer)
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 else (1, 1, shape[0])


def _batch_size(loaded: Loaded, layer: str) -> int:
    """Return a batch size for which the largest layer output stays small in memory."""
    table = walk(loaded.network)
    names = [row.layer.name for row in table]
    largest = max(row.memory for row in table[: names.index(layer) + 1])
    return min(max(BATCH_BYTES // largest, 4), MAX_BATCH)


def climb(
    loaded: Loaded,
    layer: str,
    channel: int,
    goal: str,
    seed: int,
    report: Callable[[float], None] = lambda share: None,
) -> Climb:
    """Return a picture that maximises a channel, by gradient ascent from noise (Erhan et al. 2009).

    The objective is the value before an activation function, because ReLU passes no gradient where it is zero.
    Each step moves the picture by `RATE` along the gradient, divided by its root mean square, minus an L2
    penalty (towards grey) and a smoothness penalty (squared differences of neighbours). The picture is shifted
    randomly by up to `JITTER` pixels (Olah, Mordvintsev and Schubert 2017, "Feature visualization", Distill)
    and clipped to -1 … 1.

    Args:
        loaded: the network.
        layer: the layer's name.
        channel: the index of the map or neuron.
        goal: "mean" for the mean over the map, "centre" for the cell in its middle.
        seed: of the noise and of the shifts.
        report: called with the progress, 0 to 1.
    """
    climbed = climbed_layer(loaded, layer)
    objective, rng = _objective(loaded, climbed, channel, goal), np.random.default_rng(seed)
    pictures = [np.clip(rng.normal(0, NOISE, PICTURE_SHAPE), -1, 1).astype(np.float32)]
    values, longest = [], 0.0
    for step in range(STEPS):
        value, gradient = objective(pictures[-1], rng.integers(-JITTER, JITTER + 1, 2))
        size = float(np.sqrt(np.mean(gradient**2)))
        pictures.append(_moved(pictures[-1], gradient / size if size else gradient))
        values.append(value)
        longest = max(longest, size)
        report((step + 1) / STEPS)
    values.append(objective(pictures[-1], np.zeros(2, np.int64))[0])
    outputs = np.asarray(loaded.part(layer)(pictures[-1][None], training=False))
    frames = np.stack([to_pixels(pictures[step]) for step in FRAME_STEPS])
    highest = float(outputs[..., channel].max())
    return Climb(frames, FRAME_STEPS, np.array(values, np.float32), highest, climbed, longest == 0)


def climbed_layer(loaded: Loaded, layer: str) -> str:
    """Return the layer whose value is maximised for `layer`: the one before an activation function."""
    layers = {entry.name: entry for entry in expand(loaded.network)}
    while layers[layer].climbs_before:
        layer = layers[layer].inputs[0]
    return layer


def _objective(
    loaded: Loaded, layer: str, channel: int, goal: str
) -> Callable[[NDArray[np.float32], NDArray[np.int64]], tuple[float, NDArray[np.float32]]]:
    """Return a function that gives a picture's value, and its gradient for the picture shifted by (rows, columns)."""

    def make() -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
        model = loaded.part(layer)

        def run(inputs: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(inputs)
                maps = tf.gather(model(inputs, training=False), chosen, axis=-1)
                here, shifted = tf.unstack(_values(maps, goal), num=2)
            return here, tape.gradient(shifted, inputs)[1]

        return run

    run = loaded.function(("climb", layer, goal), make)

    def value_and_gradient(
        picture: NDArray[np.float32], shift: NDArray[np.int64]
    ) -> tuple[float, NDArray[np.float32]]:
        both = np.stack([picture, np.roll(picture, shift, axis=(0, 1))])
        value, gradient = run(tf.constant(both), tf.constant(channel))
        return float(value), np.roll(np.asarray(gradient), -shift, axis=(0, 1))

    return value_and_gradient


def _values(maps: tf.Tensor, goal: str) -> tf.Tensor:
    """Reduce maps (pictures, rows, columns), or values (pictures,), to one value per picture."""
    if len(maps.shape) == 1:
        return maps
    if goal == "centre":
        return maps[:, maps.shape[1] // 2, maps.shape[2] // 2]
    return tf.reduce_mean(maps, axis=(1, 2))


def _moved(picture: NDArray[np.float32], direction: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture after one step, clipped to -1 … 1."""
    step = RATE * (direction - SHRINKING * picture - SMOOTHING * _roughness(picture))
    return np.asarray(np.clip(picture + step, -1, 1))


def _roughness(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gradient of half the squared differences between neighbouring pixels."""
    gradient = np.zeros_like(picture)
    for axis in (0, 1):
        difference = np.diff(picture, axis=axis)
        gradient -= np.diff(difference, axis=axis, prepend=0, append=0)
    return gradient


def to_pixels(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a scaled picture, float32 from -1 to 1, as uint8 pixels."""
    pixels: NDArray[np.uint8] = np.rint((picture + 1) * HALF_RANGE).astype(np.uint8)
    return pixels
