"""The lesson on the whole chain: backpropagation in NumPy, one training step, two recorded runs.

A gradient says by how much the loss grows if a number grows a little. `backward` starts with p - y at the
scores and goes through the layers from the last to the first; each passes the gradient on by the chain rule.
Supported are chains of convolutions with stride 1 and padding same, ReLU, max pooling with stride = window,
flatten and fully connected layers: the preset `lecture`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.network import ops
from cnn.network.forward import forward
from cnn.network.layers import Layer, expand
from cnn.network.layers.activation import Activation
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import Flatten, FullyConnected
from cnn.network.layers.pool import Pool
from cnn.network.spec import NetworkSpec, Setup

Arrays = dict[str, NDArray[Any]]
Index = tuple[int, ...]
Back = tuple[NDArray[Any], Arrays]

BACKWARD = {
    "input": "Pixels are not trained, so backpropagation ends here.",
    "conv": "A weight's gradient is a sum over all positions: the value under the weight × the gradient "
    "of the map's cell.",
    "relu": "Where the input was zero or less, the gradient becomes 0.",
    "pool": "In each window, the largest value gets the whole gradient; the others get 0.",
    "flat": "The gradients are folded back into maps.",
    "dense": "At the scores the gradient is p − y. A weight's gradient is its input × the gradient of its score.",
    "softmax": "The loss is −ln p of the true class; backpropagation begins here.",
}
RECORDED = Path(__file__).parent / "recorded"
STEP = 1e-6  # of the finite difference; small enough that hardly ever a ReLU or a pool's winner changes


def exact(weights: Any) -> Arrays:
    """Return weights as float64, so that a finite difference is exact enough."""
    return {name: np.asarray(values, np.float64) for name, values in weights.items()}


def cross_entropy(probabilities: NDArray[Any], target: int) -> float:
    """Return -ln of the probability of the true class.

    >>> round(cross_entropy(np.array([0.5, 0.25, 0.25]), 1), 4)
    1.3863
    """
    return float(-np.log(max(float(probabilities[target]), 1e-300))) + 0.0  # never -0


def loss_of(network: NetworkSpec, weights: Arrays, pixels: NDArray[np.uint8], target: int) -> float:
    """Return the loss of one picture (32, 32, 3), uint8, whose class is `target`."""
    return cross_entropy(forward(network, weights, pixels)["softmax"], target)


def backward(network: NetworkSpec, weights: Arrays, outputs: Arrays, target: int) -> tuple[Arrays, Arrays]:
    """Return the gradients of the loss: by layer, of its output, and by weight, as in `weights`.

    Args:
        network: as the module says.
        weights: its weights.
        outputs: of `forward` for one picture.
        target: the true class.
    """
    gradient = outputs["softmax"].copy()
    gradient[target] -= 1  # p - y
    by_layer: Arrays = {}
    by_weight: Arrays = {}
    for layer in reversed(expand(network)[1:-1]):
        name, x = layer.name, outputs[layer.inputs[0]]
        by_layer[name] = gradient
        own = {part: weights[f"{name}/{part}"] for part in layer.silenced}
        gradient, found = BACK[type(layer)](layer, x, gradient, own)
        by_weight |= {f"{name}/{part}": values for part, values in found.items()}
    return by_layer, by_weight


def kernel_gradient(x: NDArray[Any], gradient: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the gradient of a kernel: summed over all positions, the values under it × the output's gradient.

    Args:
        x: the input maps, (height, width, channels).
        gradient: of the output maps, (height, width, filters).
        size: of the kernel, with stride 1 and padding same.

    Returns:
        (size, size, channels, filters).

    >>> x, gradient = np.array([[[1.0], [2.0]]]), np.array([[[10.0], [1.0]]])
    >>> kernel_gradient(x, gradient, 1).item()
    12.0
    """
    sides = ops.same_padding(x.shape[0], size, 1)
    under = ops.windows(ops.pad(x, sides, sides), size, 1)
    return np.tensordot(under, gradient, axes=((0, 1), (0, 1))).transpose(1, 2, 0, 3)


def back_through_conv(kernel: NDArray[Any], gradient: NDArray[Any]) -> NDArray[Any]:
    """Return the gradient of a convolution's input: a convolution with the kernel rotated by 180 degrees.

    >>> kernel = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1) * np.array([0, 1, 0]).reshape(3, 1, 1, 1)
    >>> gradient = np.zeros((3, 3, 1))
    >>> gradient[1, 1] = 1
    >>> back_through_conv(kernel, gradient)[1, :, 0].tolist()
    [1.0, 2.0, 3.0]
    """
    turned = kernel[::-1, ::-1].swapaxes(2, 3)
    nothing: NDArray[Any] = np.zeros(turned.shape[3])
    return ops.conv2d(gradient, turned, nothing)


def back_through_max_pool(x: NDArray[Any], gradient: NDArray[Any], window: int) -> NDArray[Any]:
    """Return the gradient of the maps before max pooling: the largest value of each window gets all of it.

    >>> x = np.array([[1.0, 5.0], [2.0, 3.0]])[..., None]
    >>> back_through_max_pool(x, np.array([[[7.0]]]), 2)[..., 0].tolist()
    [[0.0, 7.0], [0.0, 0.0]]
    """
    rows, columns, channels = gradient.shape
    cells = ops.windows(x, window, window).reshape(rows, columns, channels, window * window)
    out = np.zeros_like(cells)
    np.put_along_axis(out, cells.argmax(axis=-1)[..., None], gradient[..., None], axis=-1)
    blocks = out.reshape(rows, columns, channels, window, window).transpose(0, 3, 1, 4, 2)
    back = np.zeros_like(x)
    back[: rows * window, : columns * window] = blocks.reshape(rows * window, columns * window, channels)
    return back


def _dense(layer: Any, x: NDArray[Any], gradient: NDArray[Any], weights: Arrays) -> Back:
    return weights["kernel"] @ gradient, {"kernel": np.outer(x, gradient), "bias": gradient}


def _conv(layer: Any, x: NDArray[Any], gradient: NDArray[Any], weights: Arrays) -> Back:
    kernel = weights["kernel"]
    found = {
        "kernel": kernel_gradient(x, gradient, kernel.shape[0]),
        "bias": gradient.sum(axis=(0, 1)),
    }
    return back_through_conv(kernel, gradient), found


# For each kind of layer, a function of the layer, its input, the gradient of its output and its weights; it
# returns the gradient of its input and those of its weights.
BACK: dict[type[Layer], Callable[[Any, NDArray[Any], NDArray[Any], Arrays], Back]] = {
    FullyConnected: _dense,
    Flatten: lambda layer, x, gradient, weights: (gradient.reshape(x.shape), {}),
    Pool: lambda layer, x, gradient, weights: (back_through_max_pool(x, gradient, layer.size), {}),
    Activation: lambda layer, x, gradient, weights: (gradient * (x > 0), {}),
    Conv: _conv,
}


def moved(weights: Arrays, name: str, place: Index, by: float) -> Arrays:
    """Return the weights with one of them changed; the other arrays are shared."""
    changed = weights[name].copy()
    changed[place] += by
    return weights | {name: changed}


def finite_difference(
    network: NetworkSpec, weights: Arrays, pixels: NDArray[np.uint8], target: int, name: str, place: Index
) -> float:
    """Return one weight's gradient without backpropagation: the central difference of the loss."""
    up, down = (loss_of(network, moved(weights, name, place, by), pixels, target) for by in (STEP, -STEP))
    return (up - down) / (2 * STEP)


def step_all(weights: Arrays, gradients: Arrays, rate: float) -> Arrays:
    """Return every weight minus learning rate × its gradient: gradient descent.

    >>> step_all({"w": np.array([1.0])}, {"w": np.array([2.0])}, 0.1)["w"].tolist()
    [0.8]
    """
    return {name: values - rate * gradients[name] for name, values in weights.items()}


@dataclass(frozen=True)
class TrainingStep:
    """One step of gradient descent on one picture: the chosen weight, and the loss before and after.

    `gradient` comes from backpropagation, `checked` from the finite difference; `loss_one` is after the
    step of the chosen weight alone, `loss_all` after the step of all weights.
    """

    weight: float
    gradient: float
    checked: float
    new_weight: float
    loss: float
    loss_one: float
    loss_all: float


def training_step(
    network: NetworkSpec,
    weights: Arrays,
    gradients: Arrays,
    pixels: NDArray[np.uint8],
    target: int,
    name: str,
    place: Index,
    rate: float,
) -> TrainingStep:
    """Do one step of gradient descent on one picture.

    Args:
        network: as the module says.
        weights: float64, of `exact`.
        gradients: of the weights, of `backward`.
        pixels: (32, 32, 3), uint8.
        target: the true class.
        name: the array of the chosen weight, such as "conv1/kernel".
        place: its place in that array.
        rate: the learning rate.
    """
    gradient = float(gradients[name][place])
    one = moved(weights, name, place, -rate * gradient)
    return TrainingStep(
        weight=float(weights[name][place]),
        gradient=gradient,
        checked=finite_difference(network, weights, pixels, target, name, place),
        new_weight=float(one[name][place]),
        loss=loss_of(network, weights, pixels, target),
        loss_one=loss_of(network, one, pixels, target),
        loss_all=loss_of(network, step_all(weights, gradients, rate), pixels, target),
    )


def strongest(gradient: NDArray[Any]) -> Index:
    """Return the index of the gradient farthest from zero.

    >>> strongest(np.array([[1.0, -3.0], [2.0, 0.0]]))
    (0, 1)
    """
    return tuple(int(i) for i in np.unravel_index(np.abs(gradient).argmax(), gradient.shape))


def effect(before: float, one: float, everything: float) -> int:
    """Return what the step of all weights does: 0 lowers the loss further than one weight did, 1 less, 2 raises it.

    >>> effect(1.0, 0.9, 0.5), effect(1.0, 0.9, 0.95), effect(1.0, 0.9, 1.2)
    (0, 1, 2)
    """
    if everything >= before:
        return 2
    return 0 if everything < one else 1


def direction(gradient: float) -> int:
    """Return in which direction a weight lowers the loss: 0 up, 1 down, 2 neither, its gradient is 0.

    >>> direction(-0.5), direction(0.5), direction(0.0)
    (0, 1, 2)
    """
    return 2 if gradient == 0 else int(gradient > 0)


@dataclass(frozen=True)
class Recorded:
    """A recorded run: its title, how to repeat it, and a row for each epoch.

    Accuracies are shares from 0 to 1; those on the training pictures are running averages over the last
    steps, those on the 5,000 validation pictures are measured after the epoch.
    """

    title: str
    command: str
    data: str
    seed: int
    pictures: int
    epochs: tuple[dict[str, float], ...]

    @property
    def last(self) -> dict[str, float]:
        """The row of the last epoch."""
        return self.epochs[-1]

    @property
    def gap(self) -> float:
        """Training accuracy minus validation accuracy at the end: what was learned by heart."""
        return self.last["training_accuracy"] - self.last["validation_accuracy"]

    @property
    def best_loss(self) -> dict[str, float]:
        """The row with the lowest validation loss."""
        return min(self.epochs, key=lambda row: row["validation_loss"])


@cache
def recorded(name: str) -> Recorded:
    """Return the recorded run `few_pictures` or `all_pictures`."""
    facts = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    training = Setup.from_text((RECORDED / f"{name}.setup.json").read_text(encoding="utf-8")).training
    return Recorded(
        facts["title"],
        facts["command"],
        facts["data"],
        training.seed,
        training.pictures,
        tuple(facts["epochs"]),
    )
