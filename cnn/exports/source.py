"""The input of an export (`Source`) and its output (`Exported`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import CnnLabError, RunError
from cnn.evaluation.model_card import Card, card_of
from cnn.network.forward import check_weights, forward
from cnn.network.spec import PICTURE_SHAPE, Setup
from cnn.network.summary import total_parameters, walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run

INPUT_NOTE = "Input: pixels (n, 32, 32, 3) as float32, value / 127.5 - 1, so from -1 to 1; red, green, blue."


MAX_SAMPLES = 20


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures chosen for the living page, at most 20.

    `pixels` are uploaded pictures, uint8 (n, 32, 32, 3), with a name each; `numbers` are indices of test
    pictures of CIFAR-10, which only the page with pictures of CIFAR-10 uses.
    """

    pixels: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, *PICTURE_SHAPE), np.uint8))
    names: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check the number and the shapes.

        Raises:
            CnnLabError: for more than 20, or pixels of a wrong shape or type.
        """
        if self.pixels.shape != (len(self.names), *PICTURE_SHAPE) or self.pixels.dtype != np.uint8:
            raise CnnLabError("Sample pictures must be 32×32 pixels in three colours, with a name each.")
        if (count := len(self.names) + len(self.numbers)) > MAX_SAMPLES:
            raise CnnLabError(f"{count} sample pictures were chosen; at most {MAX_SAMPLES} fit on the page.")


@dataclass(frozen=True, eq=False)
class Source:
    """One saved state of a run, with everything that its exports contain.

    `source` names the training pictures, `precision` the number format of training; accuracies are shares
    from 0 to 1, None if they were not measured. `history` are the rows of the run's history; `run` has the other
    saved states, None if there are none; `samples` were chosen for the living page.
    """

    name: str
    run_id: str
    setup: Setup
    dataset: str
    source: str
    precision: str
    step: int
    epoch: float
    weights: Mapping[str, NDArray[np.float32]]
    history: tuple[Mapping[str, Any], ...] = ()
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    card: Card | None = None
    run: Run | None = None
    samples: Samples = field(default_factory=Samples)

    @property
    def stem(self) -> str:
        """The first part of every file's name: lower case letters, digits and hyphens."""
        return re.sub(r"[^a-z0-9]+", "-", (self.name or self.run_id).lower()).strip("-")[:40] or "network"

    @property
    def parameters(self) -> int:
        """The number of parameters of the network."""
        return total_parameters(walk(self.setup.network))


@dataclass(frozen=True, eq=False)
class Exported:
    """One file: its name, media type, bytes, and a note on how to use it or what was measured."""

    name: str
    media_type: str
    content: bytes
    note: str = ""


def read_source(run: Run, snapshot: Snapshot | None = None) -> Source:
    """Return a saved state of `run`, by default the newest.

    Raises:
        RunError: if there is none, or it cannot be read.
    """
    snapshots = run.snapshots()
    if not snapshots:
        raise RunError("This run has no saved state yet; the first is saved when training begins.")
    newest, status = snapshots[-1], run.status()
    chosen = snapshot or newest
    ended = status.ended and chosen.step == newest.step
    rows = tuple(row for row in run.history.rows() if row.get("step", 0) <= chosen.step)
    reached = [row["validation_accuracy"] for row in rows if row.get("validation_accuracy") is not None]
    return Source(
        name=run.name,
        run_id=run.id,
        setup=run.setup,
        dataset=run.dataset,
        source=status.source or run.dataset,
        precision=status.precision or run.setup.training.precision,
        step=chosen.step,
        epoch=chosen.epoch,
        weights=run.weights(chosen),
        history=rows,
        validation_accuracy=reached[-1] if reached else None,
        test_accuracy=status.test_accuracy if ended else None,
        card=card_of(run) if chosen.step == newest.step else None,
        run=run,
    )


def probe() -> NDArray[np.uint8]:
    """Return the picture that exports are checked with, uint8 (32, 32, 3): any program can compute it.

    >>> probe()[0, :2].tolist()
    [[0, 7, 14], [21, 28, 35]]
    """
    return (np.arange(32 * 32 * 3) * 7 % 256).astype(np.uint8).reshape(32, 32, 3)


def probabilities(source: Source) -> NDArray[np.float32]:
    """Return the network's probabilities for `probe`, float32 (10,), computed by NumPy.

    Raises:
        RunError: if the weights belong to another network.
    """
    check_weights(source.setup.network, {name: array.shape for name, array in source.weights.items()})
    found: NDArray[np.float32] = forward(source.setup.network, source.weights, probe())["softmax"]
    return found
