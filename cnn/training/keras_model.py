"""Builds a spec as a plain Keras functional model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.ops.nn import Elu, Gelu, LeakyRelu
from numpy.typing import NDArray

from cnn.network.layers import Layer, expand
from cnn.network.layers.activation import Activation, Dropout, SpatialDropout
from cnn.network.layers.base import all_layers
from cnn.network.layers.conv import Conv, DepthwiseConv
from cnn.network.layers.dense import Flatten, FullyConnected, GlobalAverage, Input, Softmax
from cnn.network.layers.merge import Add, Gate
from cnn.network.layers.norm import BatchNorm, GroupNorm
from cnn.network.layers.pool import Pool
from cnn.network.ops import BATCH_NORM_EPSILON, ELU_ALPHA, GROUP_NORM_EPSILON, LEAKY_SLOPE
from cnn.network.spec import PICTURE_SHAPE, NetworkSpec
from cnn.training.kernels.batch_norm import FusedBatchNormalization
from cnn.training.kernels.convolution import FastConvolution, FastDepthwiseConvolution, PooledConvolution
from cnn.training.kernels.fusion import PooledConv, faster_order
from cnn.training.whitening import whitening_kernels

# Runs are short: the running averages must converge within an epoch or two.
BATCH_NORM_MOMENTUM = 0.9

# Keras operations rather than lambdas: a .keras file stores them without code and opens in safe mode.
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": keras.activations.relu,
    "leaky_relu": LeakyRelu(negative_slope=LEAKY_SLOPE),
    "elu": Elu(alpha=ELU_ALPHA),
    "gelu": Gelu(approximate=True),
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

    Layers have the names of `cnn.network.layers.expand`. Scores and softmax are float32 in every precision.
    Whitening kernels are not trained; `build_for_training` sets them.

    Args:
        network: the spec.
        precision: "float32" or "mixed_bfloat16".
        seed: of the initial weights and of dropout.
        faster: use faster layers with the same weights and the same result, in the order of
            `cnn.training.kernels.fusion`; the outputs of intermediate layers may then differ.
        parts: number of parts of a batch. If more than one, which requires `faster`, inputs and outputs are
            lists. Batch normalisation uses the statistics of all parts, so the result does not depend on it.
        last: the output layer: "softmax", or "scores", from which the loss is computed.
    """
    seeds = keras.random.SeedGenerator(seed)
    tensors: dict[str, list[Any]] = {}
    for layer in faster_order(expand(network)) if faster else expand(network):
        if not layer.inputs:
            names = [layer.name] if parts == 1 else [f"{layer.name}_{i}" for i in range(parts)]
            tensors[layer.name] = [keras.Input(PICTURE_SHAPE, name=name) for name in names]
            continue
        dtype = "float32" if layer.name in ("scores", "softmax") else precision
        built = BUILDERS[type(layer)](layer, Building({"name": layer.name, "dtype": dtype}, seeds, faster))
        inputs = list(zip(*(tensors[name] for name in layer.inputs), strict=True))
        if parts > 1 and layer.mixes_pictures:
            tensors[layer.name] = built([part for (part,) in inputs])
        else:
            tensors[layer.name] = [built(list(part) if len(part) > 1 else part[0]) for part in inputs]
        if layer.name == last:
            break
    ends = [tensors[name] if parts > 1 else tensors[name][0] for name in ("input", last)]
    model = keras.Model(*ends)
    if network.whiten:
        _first_convolution(model, network).kernel.trainable = False
    return model


def build_for_training(
    network: NetworkSpec,
    pictures: NDArray[np.uint8],
    precision: str = "float32",
    seed: int = 0,
    parts: int = 1,
) -> keras.Model:
    """Return the untrained network up to its scores: faster layers on a CPU, whitening kernels set.

    Args:
        network: the spec.
        pictures: (n, 32, 32, 3), uint8, from which the whitening kernels are computed.
        precision: "float32" or "mixed_bfloat16".
        seed: of the initial weights and of dropout.
        parts: number of parts of a batch.
    """
    model = build_network(network, precision, seed, faster=not on_gpu(), parts=parts, last="scores")
    if network.whiten:
        first = _first_convolution(model, network)
        first.kernel.assign(whitening_kernels(pictures, first.kernel_size[0], first.filters))
    return model


def on_gpu() -> bool:
    """Whether TensorFlow uses a GPU, whose libraries choose fast kernels themselves."""
    return bool(tf.config.list_physical_devices("GPU"))


def _first_convolution(model: keras.Model, network: NetworkSpec) -> keras.layers.Conv2D:
    return model.get_layer(expand(network)[1].name)


def all_outputs(model: keras.Model) -> keras.Model:
    """Return a model with every layer's output, by layer name; tests compare `cnn.network.forward` with it."""
    return keras.Model(model.input, {layer.name: layer.output for layer in model.layers})


def get_weights(model: keras.Model) -> dict[str, NDArray[np.float32]]:
    """Return the weights as float32 arrays by `layer/variable`, the names of snapshots and `cnn.network.forward`."""
    return {name: np.array(variable, np.float32) for name, variable in _variables(model)}


def set_weights(model: keras.Model, weights: dict[str, NDArray[np.float32]]) -> None:
    """Load weights, named as in `get_weights`, into the model."""
    for name, variable in _variables(model):
        variable.assign(weights[name])


def _variables(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    return [
        (f"{layer.name}/{variable.name}", variable)
        for layer in model.layers
        for variable in layer.weights
        if variable.name != "seed_generator_state"
    ]


def _initializer(seeds: keras.random.SeedGenerator) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=_draw(seeds))


def _draw(seeds: keras.random.SeedGenerator) -> int:
    return int(np.random.default_rng(np.asarray(seeds.next()).tolist()).integers(2**31))


@dataclass(frozen=True)
class Building:
    """What a builder needs besides the layer: Keras's name and dtype, seeds, and whether to use the faster kind."""

    common: dict[str, Any]
    seeds: keras.random.SeedGenerator
    faster: bool


def _convolution(layer: Conv, to: Building) -> keras.layers.Layer:
    kind = FastConvolution if to.faster else keras.layers.Conv2D
    return kind(*_kernel(layer), kernel_initializer=_initializer(to.seeds), **to.common)


def _pooled_convolution(layer: PooledConv, to: Building) -> keras.layers.Layer:
    pooling = (layer.pool_size, layer.pool_stride)
    initializer = _initializer(to.seeds)
    return PooledConvolution(*_kernel(layer), pooling=pooling, kernel_initializer=initializer, **to.common)


def _kernel(layer: Conv) -> tuple[int, int, int, str]:
    return layer.filters, layer.kernel_size, layer.stride, layer.padding


def _depthwise_convolution(layer: DepthwiseConv, to: Building) -> keras.layers.Layer:
    settings = (layer.kernel_size, layer.stride, layer.padding)
    initializer = _initializer(to.seeds)
    kind = FastDepthwiseConvolution if to.faster else keras.layers.DepthwiseConv2D
    return kind(*settings, use_bias=False, depthwise_initializer=initializer, **to.common)


def _group_norm(layer: GroupNorm, to: Building) -> keras.layers.Layer:
    return keras.layers.GroupNormalization(layer.groups, epsilon=GROUP_NORM_EPSILON, **to.common)


def _spatial_dropout(layer: SpatialDropout, to: Building) -> keras.layers.Layer:
    return keras.layers.SpatialDropout2D(layer.rate, seed=_draw(to.seeds), **to.common)


def _batch_norm(layer: BatchNorm, to: Building) -> keras.layers.Layer:
    kind = FusedBatchNormalization if to.faster else keras.layers.BatchNormalization
    return kind(momentum=BATCH_NORM_MOMENTUM, epsilon=BATCH_NORM_EPSILON, **to.common)


def _pool(layer: Pool, to: Building) -> keras.layers.Layer:
    kind = keras.layers.MaxPooling2D if layer.rule == "max" else keras.layers.AveragePooling2D
    return kind(layer.size, layer.stride, "valid", **to.common)


def _dense(layer: FullyConnected, to: Building) -> keras.layers.Layer:
    return keras.layers.Dense(layer.units, kernel_initializer=_initializer(to.seeds), **to.common)


# Every layer class except the input, which Keras creates from a shape.
BUILDERS: dict[type[Layer], Callable[[Any, Building], keras.layers.Layer]] = {
    Conv: _convolution,
    PooledConv: _pooled_convolution,
    DepthwiseConv: _depthwise_convolution,
    BatchNorm: _batch_norm,
    GroupNorm: _group_norm,
    Activation: lambda layer, to: keras.layers.Activation(ACTIVATIONS[layer.function], **to.common),
    Add: lambda layer, to: keras.layers.Add(**to.common),
    Gate: lambda layer, to: keras.layers.Multiply(**to.common),
    Pool: _pool,
    SpatialDropout: _spatial_dropout,
    Dropout: lambda layer, to: keras.layers.Dropout(layer.rate, seed=_draw(to.seeds), **to.common),
    Flatten: lambda layer, to: keras.layers.Flatten(**to.common),
    GlobalAverage: lambda layer, to: keras.layers.GlobalAveragePooling2D(**to.common),
    FullyConnected: _dense,
    Softmax: lambda layer, to: keras.layers.Softmax(**to.common),
}
if lacking := [kind.__name__ for kind in all_layers() if kind not in BUILDERS and kind is not Input]:
    raise TypeError(f"No Keras layer is known for {', '.join(lacking)}; add it to BUILDERS.")
