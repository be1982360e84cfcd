"""The edits that a visitor has made to a network and to the picture, with undo and redo.

Every operation returns a new history; what an edit does is defined elsewhere.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.interpret.picture_edits import PictureChange, PictureEdit
from cnn.interpret.weight_edits import Mute, WeightEdit, apply_to_weights
from cnn.network.forward import Weights
from cnn.network.spec import NetworkSpec

MAX_EDITS = 60
MAX_STEPS = 100

Edit = WeightEdit | PictureEdit


@dataclass(frozen=True)
class Edits:
    """The current edits, and the undo and redo stacks of earlier and later ones."""

    current: tuple[Edit, ...] = ()
    past: tuple[tuple[Edit, ...], ...] = ()
    future: tuple[tuple[Edit, ...], ...] = ()

    def add(self, *edits: Edit) -> Self:
        """Add edits as one undo step; each removes the edits that it replaces.

        Raises:
            SpecError: if there would be more than `MAX_EDITS`.
        """
        current = self.current
        for edit in edits:
            kept = tuple(old for old in current if not edit.replaces(old))
            current = kept if edit.is_nothing else (*kept, edit)
        if len(current) > MAX_EDITS:
            raise SpecError("", f"{MAX_EDITS} changes are in force, and no more fit; remove some first.")
        return self._become(current)

    def remove(self, place: int) -> Self:
        """Remove the edit at an index of `current`."""
        return self._become(tuple(edit for at, edit in enumerate(self.current) if at != place))

    def clear(self) -> Self:
        """Remove all edits; this, too, can be undone."""
        return self._become(())

    def undo(self) -> Self:
        """Undo one step, if there is one."""
        if not self.past:
            return self
        return replace(self, current=self.past[-1], past=self.past[:-1], future=(self.current, *self.future))

    def redo(self) -> Self:
        """Redo one step, if one was undone."""
        if not self.future:
            return self
        return replace(self, current=self.future[0], past=(*self.past, self.current), future=self.future[1:])

    @property
    def picture(self) -> PictureChange:
        """The edits of the picture."""
        return PictureChange.among(self.current)

    def silent(self, layer: str) -> tuple[int, ...]:
        """Return the silenced filters of a layer."""
        return next((e.filters for e in self.current if isinstance(e, Mute) and e.layer == layer), ())

    def weights(self, network: NetworkSpec, weights: Weights) -> dict[str, NDArray[np.float32]]:
        """Return the weights with the edits applied (see `apply_to_weights`)."""
        return apply_to_weights((e for e in self.current if not isinstance(e, PictureEdit)), network, weights)

    def _become(self, current: tuple[Edit, ...]) -> Self:
        if current == self.current:
            return self
        return type(self)(current, (*self.past, self.current)[-MAX_STEPS:])
