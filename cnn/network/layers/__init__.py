"""The kinds of layers, one class each with everything about it, and the list of layers that a spec describes."""

from cnn.network.layers.base import Layer, Shape, TooSmallError, Weights
from cnn.network.layers.from_spec import expand

__all__ = ["Layer", "Shape", "TooSmallError", "Weights", "expand"]
