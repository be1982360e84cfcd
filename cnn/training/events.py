"""The reports that training yields. Nothing here needs TensorFlow."""

from dataclasses import dataclass

from cnn.network.forward import Weights
from cnn.runs.checkpoints import Checkpoint


@dataclass(frozen=True)
class Progress:
    """Progress within an epoch. `loss` and `accuracy` are means over the `pictures` since the last report.

    They are measured with augmentation and dropout on. The loss is the plain cross-entropy, comparable with
    the validation loss, even if the steps minimise one with label smoothing.
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
    """A report with the state to save: weights for a snapshot, and a checkpoint to resume from.

    `seconds` is the time spent in training steps.
    """

    step: int
    epoch: float
    seconds: float
    weights: Weights
    checkpoint: Checkpoint


@dataclass(frozen=True)
class EpochEnd(Saved):
    """The end of an epoch, and once the start of the run (epoch 0, without accuracies).

    `epoch` is an integer, unless a time budget ended within an epoch, or a stopped run was continued by some
    epochs. Training loss and accuracy are measured on a sample of the training pictures, without augmentation
    and with the same weights as the validation results. `classes` is the number of classes among the
    validation pictures, `answers` how often each was predicted there; `dead` is, for each ReLU, the share of
    maps that are zero on all of 500 pictures.
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
    """Training is paused; nothing is computed until a command arrives."""


@dataclass(frozen=True)
class Suspended(Saved):
    """The last report of a paused run that frees its worker."""


@dataclass(frozen=True)
class Finished(Saved):
    """The last report. `ending` is "" if the run is complete; after stop or discard, nothing was tested."""

    ending: str
    images_per_second: float
    test_loss: float | None
    test_accuracy: float | None

    @property
    def stopped(self) -> bool:
        """Whether a command ended the run."""
        return bool(self.ending)


@dataclass(frozen=True)
class Resumed:
    """Training continues after `Paused`."""

    step: int
    epoch: float


@dataclass(frozen=True)
class NewRate:
    """The learning rate was changed by a command."""

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
