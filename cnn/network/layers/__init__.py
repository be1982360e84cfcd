"""The layers of a network, a class each with all that is known of it, and the list that a spec stands for."""

from cnn.network.layers.base import Layer, Shape, TooSmallError, Weights
from cnn.network.layers.from_spec import expand

__all__ = ["Layer", "Shape", "TooSmallError", "Weights", "expand"]
