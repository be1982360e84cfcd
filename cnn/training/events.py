"""What a training reports. Nothing here needs TensorFlow."""

from dataclasses import dataclass

from cnn.network.forward import Weights
from cnn.runs.checkpoints import Checkpoint


@dataclass(frozen=True)
class Progress:
    """Within an epoch. `loss` and `accuracy` are means over the `pictures` shown since the report before.

    The pictures were changed as the set-up says, and dropout was on; the loss is the plain cross-entropy, the
    same quantity as on validation pictures, whatever label smoothing the steps minimised.
    """

    step: int
    epoch: float
    pictures: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Saved:
    """A report with a state that is kept: the weights to look at, and the checkpoint to go on from.

    `seconds` are those of training steps.
    """

    step: int
    epoch: float
    seconds: float
    weights: Weights
    checkpoint: Checkpoint


@dataclass(frozen=True)
class EpochEnd(Saved):
    """After an epoch, and once before the first (epoch 0, without accuracies).

    `epoch` is whole, except where a time budget ends, or a run that was stopped has gone on for some epochs.
    The training results are of some of its training pictures, unchanged, by the same weights as the
    validation results. `classes` is how many there are among the validation pictures, `answers` how often
    each was answered there; `dead` is, for each ReLU, the share of maps that are zero on all of 500 pictures.
    """

    training_loss: float | None
    training_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    classes: int
    answers: tuple[int, ...]
    dead: dict[str, float]


@dataclass(frozen=True)
class Paused(Saved):
    """Nothing is computed until a command comes."""


@dataclass(frozen=True)
class Suspended(Saved):
    """The last report of a training that leaves its worker while it is paused."""


@dataclass(frozen=True)
class Finished(Saved):
    """The last report. `ending` is "" at the end of the run, else stop or discard, and nothing was tested."""

    ending: str
    images_per_second: float
    test_loss: float | None
    test_accuracy: float | None

    @property
    def stopped(self) -> bool:
        """Whether it was ended by a command."""
        return bool(self.ending)


@dataclass(frozen=True)
class Resumed:
    """After `Paused`: it goes on."""

    step: int
    epoch: float


@dataclass(frozen=True)
class NewRate:
    """The learning rate was changed by hand."""

    step: int
    epoch: float
    learning_rate: float


@dataclass(frozen=True)
class Extended:
    """The run was given more epochs or seconds."""

    step: int
    epoch: float
    epochs: int
    seconds: float


Report = Progress | EpochEnd | Paused | Resumed | NewRate | Extended | Suspended | Finished
