"""A spec, built as a plain Keras functional model."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.network import layers
from cnn.network.layers import BATCH_NORM_EPSILON, ELU_ALPHA, LEAKY_SLOPE, expand
from cnn.network.spec import PICTURE_SHAPE, NetworkSpec
from cnn.training.kernels.batch_norm import FusedBatchNormalization
from cnn.training.kernels.convolution import FastConvolution, PooledConvolution
from cnn.training.kernels.fusion import PooledConv, faster_order
from cnn.training.whitening import whitening_kernels

# Training here is short; the running averages must follow within an epoch or two.
BATCH_NORM_MOMENTUM = 0.9

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": keras.activations.relu,
    "leaky_relu": lambda x: keras.activations.leaky_relu(x, negative_slope=LEAKY_SLOPE),
    "elu": lambda x: keras.activations.elu(x, alpha=ELU_ALPHA),
    "gelu": lambda x: keras.activations.gelu(x, approximate=True),
    "tanh": keras.activations.tanh,
    "sigmoid": keras.activations.sigmoid,
}


def build_network(
    network: NetworkSpec,
    precision: str = "float32",
    seed: int = 0,
    faster: bool = False,
    parts: int = 1,
    last: str = "softmax",
) -> keras.Model:
    """Return the Keras model of `network`: scaled pixels (n, 32, 32, 3) in, softmax (n, 10) out.

    Layers have the names of `cnn.network.layers.expand`. The scores and softmax are float32 in every precision.
    Whitening kernels are not trained; `build_for_training` sets them.

    Args:
        network: the spec.
        precision: "float32" or "mixed_bfloat16".
        seed: of the initial weights and of dropout.
        faster: whether layers are exchanged for faster ones with the same weights and the same result, in
            the order of `cnn.training.kernels.fusion`; what is between them means other values then.
        parts: in how many parts a batch comes; with more than one, which takes `faster` layers, inputs and
            outputs are lists. Batch normalisation takes them together, so that the parts of a batch give what
            the whole would.
        last: the layer whose outputs are the model's: "softmax", or "scores" before it, of which the
            loss is computed.
    """
    seeds = keras.random.SeedGenerator(seed)
    tensors: dict[str, list[Any]] = {}
    for layer in faster_order(expand(network)) if faster else expand(network):
        if not layer.inputs:
            names = [layer.name] if parts == 1 else [f"{layer.name}_{i}" for i in range(parts)]
            tensors[layer.name] = [keras.Input(PICTURE_SHAPE, name=name) for name in names]
            continue
        dtype = "float32" if layer.name in ("scores", "softmax") else precision
        built = _keras_layer(layer, dtype, seeds, faster)
        inputs = list(zip(*(tensors[name] for name in layer.inputs), strict=True))
        if parts > 1 and isinstance(layer, layers.BatchNorm):
            tensors[layer.name] = built([part for (part,) in inputs])
        else:
            tensors[layer.name] = [built(list(part) if len(part) > 1 else part[0]) for part in inputs]
        if layer.name == last:
            break
    ends = [tensors[name] if parts > 1 else tensors[name][0] for name in ("input", last)]
    model = keras.Model(*ends)
    if network.whiten:
        _first_convolution(model).kernel.trainable = False
    return model


def build_for_training(
    network: NetworkSpec,
    pictures: NDArray[np.uint8],
    precision: str = "float32",
    seed: int = 0,
    parts: int = 1,
) -> keras.Model:
    """Return the network up to its scores, for its first step: faster layers on a CPU, whitening kernels set.

    Args:
        network: the spec.
        pictures: (n, 32, 32, 3), uint8, of which the whitening kernels are computed.
        precision: "float32" or "mixed_bfloat16".
        seed: of the initial weights and of dropout.
        parts: in how many parts a batch comes.
    """
    model = build_network(network, precision, seed, faster=not on_gpu(), parts=parts, last="scores")
    if network.whiten:
        first = _first_convolution(model)
        first.kernel.assign(whitening_kernels(pictures, first.kernel_size[0], first.filters))
    return model


def on_gpu() -> bool:
    """Whether TensorFlow computes on a GPU, whose libraries choose fast ways themselves."""
    return bool(tf.config.list_physical_devices("GPU"))


def _first_convolution(model: keras.Model) -> keras.layers.Conv2D:
    return next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))


def all_outputs(model: keras.Model) -> keras.Model:
    """Return the same network with every layer's output, by layer name: the oracle of `cnn.network.forward`."""
    return keras.Model(model.input, {layer.name: layer.output for layer in model.layers})


def get_weights(model: keras.Model) -> dict[str, NDArray[np.float32]]:
    """Return the weights as float32 arrays by `layer/variable`, as `cnn.network.forward` and snapshots hold them."""
    return {name: np.array(variable, np.float32) for name, variable in _variables(model)}


def set_weights(model: keras.Model, weights: dict[str, NDArray[np.float32]]) -> None:
    """Put weights, as `get_weights` gives them, into the model."""
    for name, variable in _variables(model):
        variable.assign(weights[name])


def _variables(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    return [
        (f"{layer.name}/{variable.name}", variable)
        for layer in model.layers
        for variable in layer.weights
        if variable.name != "seed_generator_state"
    ]


def _keras_layer(
    layer: layers.Layer, dtype: str, seeds: keras.random.SeedGenerator, faster: bool
) -> keras.layers.Layer:
    common: dict[str, Any] = {"name": layer.name, "dtype": dtype}
    match layer:
        case layers.Conv():
            convolution = FastConvolution if faster else keras.layers.Conv2D
            if isinstance(layer, PooledConv):
                convolution = PooledConvolution
                common["pooling"] = (layer.window, layer.pool_stride)
            return convolution(
                layer.filters,
                layer.kernel_size,
                layer.stride,
                layer.padding,
                kernel_initializer=_initializer(seeds),
                **common,
            )
        case layers.BatchNorm():
            normalization = FusedBatchNormalization if faster else keras.layers.BatchNormalization
            return normalization(momentum=BATCH_NORM_MOMENTUM, epsilon=BATCH_NORM_EPSILON, **common)
        case layers.Activation():
            return keras.layers.Activation(ACTIVATIONS[layer.function], **common)
        case layers.Add():
            return keras.layers.Add(**common)
        case layers.Pool():
            pool = keras.layers.MaxPooling2D if layer.kind == "max" else keras.layers.AveragePooling2D
            return pool(layer.window, layer.stride, "valid", **common)
        case layers.Dropout():
            return keras.layers.Dropout(layer.rate, seed=_draw(seeds), **common)
        case layers.Flatten():
            return keras.layers.Flatten(**common)
        case layers.GlobalAverage():
            return keras.layers.GlobalAveragePooling2D(**common)
        case layers.FullyConnected():
            return keras.layers.Dense(layer.units, kernel_initializer=_initializer(seeds), **common)
        case layers.Softmax():
            return keras.layers.Softmax(**common)
    raise TypeError(f"no Keras layer for {layer}")


def _initializer(seeds: keras.random.SeedGenerator) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=_draw(seeds))


def _draw(seeds: keras.random.SeedGenerator) -> int:
    return int(np.random.default_rng(np.asarray(seeds.next()).tolist()).integers(2**31))
