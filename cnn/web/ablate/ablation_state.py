"""The changed network: a visitor's changes to it and to the picture, and the outputs they lead to."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.interpret.edits import Edit, Edits
from cnn.interpret.weight_edits import layers_with_filters, stage_end
from cnn.network.forward import Weights, forward
from cnn.web.app.session import session
from cnn.web.app.view import View


@dataclass(frozen=True)
class AblationState:
    """A network as trained, in `view`, and as changed: its edits, weights, picture and outputs."""

    view: View
    edits: Edits
    weights: Weights
    pixels: NDArray[np.uint8]
    outputs: dict[str, NDArray[np.float32]]

    @property
    def filters(self) -> dict[str, int]:
        """The layers that can be changed, with the number of filters of each."""
        return layers_with_filters(self.view.run.setup.network)

    @property
    def is_finite(self) -> bool:
        """Whether no output overflowed float32."""
        return all(bool(np.isfinite(values).all()) for values in self.outputs.values())

    def end_of(self, layer: str) -> str:
        """Return the layer whose output the next stage gets from `layer`, after activation and pooling."""
        return stage_end(self.view.run.setup.network, layer)

    def maps(self, layer: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what a layer gives before and after, (height, width, filters); a neuron is a map of 1×1."""
        sides = (self.view.outputs[layer], self.outputs[layer])
        before, after = (np.asarray(side) for side in sides)
        shape = before.shape if before.ndim == 3 else (1, 1, len(before))
        return before.reshape(shape), after.reshape(shape)

    def change(self, *edits: Edit) -> None:
        """Apply changes as one undo step; a toast says so where there are too many."""
        try:
            self.become(self.edits.add(*edits))
        except SpecError as error:
            st.toast(str(error), icon=":material/block:")

    def become(self, edits: Edits) -> None:
        """Replace the visitor's changes to this network."""
        session().edits[self.view.run.id] = edits


def ablation_state(view: View) -> AblationState:
    """Return the visitor's changed network, for the picture of `view`.

    Raises:
        SpecError: where a change does not fit the network.
    """
    network = view.run.setup.network
    edits = session().edits.get(view.run.id, Edits())
    weights, pixels = edits.weights(network, view.weights), edits.picture.apply(view.sample.pixels)
    outputs = forward(network, weights, pixels, check=False) if edits.current else view.outputs
    return AblationState(view, edits, weights, pixels, outputs)


def most_active(values: NDArray[np.float32]) -> int:
    """Return the channel of (height, width, channels) or (values,) with the largest mean size."""
    return int(np.abs(values).reshape(-1, values.shape[-1]).mean(axis=0).argmax())
