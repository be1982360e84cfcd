"""Training as a generator: about a quarter of a second of steps, a report, a check for new commands.

>>> for report in train(setup, data):            # doctest: +SKIP
...     print(report)

A command therefore waits about a quarter of a second. The shuffle of an epoch depends only on the seed and
the number of the epoch, so training can resume in the middle of one.
"""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter, sleep
from typing import Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import DivergedError, OverflowsError, RunError
from cnn.data import Dataset
from cnn.network.forward import Weights, check_pass
from cnn.network.spec import Setup
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.commands import REOPEN, SUSPEND, Command, Steering
from cnn.runs.origin import Origin
from cnn.runs.schedule_segments import Plan, Segment
from cnn.training.events import (
    EpochEnd,
    Extended,
    Finished,
    NewRate,
    Paused,
    Progress,
    Report,
    Resumed,
    Saved,
    Suspended,
)
from cnn.training.keras_model import build_for_training, get_weights, set_weights
from cnn.training.metrics import Clock
from cnn.training.schedules import rate_factor
from cnn.training.train_step import Steps, parts_of

__all__ = ["EpochEnd", "Finished", "Progress", "Report", "train"]

CALL_SECONDS = 0.25
POLL_SECONDS = 0.05
EVALUATION_BATCH = 500
PLAIN_PICTURES = 2000  # training pictures evaluated without augmentation after each epoch

DEAD_PICTURES = 500


@dataclass(frozen=True)
class Scores:
    """Mean loss and accuracy on some pictures, and how often each class was predicted."""

    loss: float
    accuracy: float
    answers: tuple[int, ...]


SavedReport = TypeVar("SavedReport", bound=Saved)


def train(
    setup: Setup,
    data: Dataset,
    commands: Callable[[], Sequence[Command]] = lambda: (),
    precision: str = "float32",
    start: Checkpoint | None = None,
    weights: Weights | None = None,
    origin: Origin | None = None,
) -> Iterator[Report]:
    """Train `setup.network` on `data`, yielding reports; the last is `Finished`, or `Suspended`.

    Args:
        setup: network and training; the caller has resolved its precision to `precision`.
        data: uint8 pictures and labels; the test part is evaluated once, at the end.
        commands: returns the commands that are new since the last call; called about four times per second,
            and twenty times per second while the run is paused.
        precision: "float32" or "mixed_bfloat16".
        start: a checkpoint of the same set-up to resume from; None starts from the beginning.
        weights: initial weights of an imported network; None for random ones.
        origin: where the earlier training of that network ended; epochs and seconds are counted from there.

    Raises:
        DivergedError: if the loss or the weights are no longer finite.
        RunError: if `start` does not fit the set-up.
    """
    keras.utils.set_random_seed(setup.training.seed)
    trainer = Trainer(setup, data, commands, precision)
    if start:
        trainer.restore(start)
    elif weights:
        set_weights(trainer.model, dict(weights))
        trainer.begin_at(origin or Origin())
    yield from trainer.reports()


class Trainer:
    """One run in progress: model, optimiser, plan, commands, and the current position.

    `rate` is the learning rate before the schedule's factor; `validated` the last step after which the
    validation pictures were evaluated, -1 before the start was reported.
    """

    def __init__(
        self, setup: Setup, data: Dataset, commands: Callable[[], Sequence[Command]], precision: str
    ) -> None:
        self.network, self.training = setup.network, setup.training
        self.data = data.take(setup.training.pictures, setup.training.seed)
        self.commands = commands
        parts = parts_of(min(self.training.batch_size, len(self.data.train_labels)))
        self.model = build_for_training(
            setup.network, self.data.train_images, precision, self.training.seed, parts
        )
        self.steps = Steps(self.model, self.training, self.data)
        self.plan = Plan(Segment(self.training.epochs, self.training.seconds), self.steps.an_epoch)
        self.steering = Steering()
        self.rate = self.training.learning_rate
        self.step, self.validated = 0, -1
        self.clock = Clock(self.steps.pictures / self.steps.an_epoch)
        count = len(self.data.train_labels)
        some = np.linspace(0, count - 1, min(count, PLAIN_PICTURES)).round().astype(int)
        self._plain = (self.data.train_images[some], self.data.train_labels[some])
        self._order: tuple[int, NDArray[np.int32]] = (-1, np.zeros(0, np.int32))

    def begin_at(self, origin: Origin) -> None:
        """Count steps, epochs and seconds on from an earlier training, whose optimiser state is not known.

        Its epoch has three decimals. Where step and epoch contradict each other, it had other steps in an epoch.
        """
        steps = origin.epoch * self.steps.an_epoch
        self.step = (
            origin.step if abs(origin.step - steps) < 1 + 0.001 * self.steps.an_epoch else round(steps)
        )
        self.clock.begin_at(origin.seconds)

    @property
    def epoch(self) -> float:
        """Epochs done, including the fraction of the current one."""
        return self.step / self.steps.an_epoch

    def reports(self) -> Iterator[Report]:
        """Train, evaluate the validation pictures after each epoch, and the test pictures at the end."""
        if self.validated < 0:
            self.validated = 0
            if not self.step:  # the state that an imported run begins with is evaluated below
                yield self._epoch_end(None, None, {})
        yield from self._build()
        while True:
            yield from self._obey()
            if self.steering.ending == SUSPEND:
                yield self._saved(Suspended)
                return
            if self.steering.ending:
                yield self._finished(None)
                return
            self.plan.advance(self.step, self.clock.seconds)
            ended = self.plan.ended(self.step, self.clock.seconds)
            if self.validated < self.step and (self.step % self.steps.an_epoch == 0 or ended):
                learnt = yield from self._evaluate(*self._plain)
                scores = yield from self._evaluate(self.data.validation_images, self.data.validation_labels)
                if learnt and scores:
                    self.validated = self.step
                    self.steering.epoch_ended()
                    yield self._epoch_end(
                        learnt, scores, self.steps.dead_maps(self._plain[0][:DEAD_PICTURES])
                    )
            elif not ended:
                yield self._train()
            else:
                scores = yield from self._evaluate(self.data.test_images, self.data.test_labels)
                if scores and self.plan.ended(
                    self.step, self.clock.seconds
                ):  # otherwise a command came in between
                    yield self._finished(scores)
                    return

    def _build(self) -> Iterator[Report]:
        """Build the graph in a thread, so that a stop does not wait for it."""
        failures: list[BaseException] = []

        def build() -> None:
            try:
                self.steps.build()
            except BaseException as error:
                failures.append(error)

        builder = threading.Thread(target=build, name="build")
        yield from self._take_commands()
        if not self.steering.ending:
            builder.start()
        while builder.is_alive() and not self.steering.ending:
            builder.join(POLL_SECONDS)
            yield from self._obey()
        if failures:
            raise failures[0]

    # Commands

    def _obey(self) -> Iterator[Report]:
        """Execute new commands, and wait while the run is paused."""
        yield from self._take_commands()
        if not self.steering.paused or self.steering.ending:
            return
        yield self._saved(Paused)
        while self.steering.paused and not self.steering.ending:
            sleep(POLL_SECONDS)
            yield from self._take_commands()
        if not self.steering.ending:
            yield Resumed(self.step, self.epoch)

    def _take_commands(self) -> Iterator[Report]:
        """Execute new commands; a changed learning rate or length is reported."""
        for command in self.steering.take(self.commands()):
            match command.kind:
                case "rate":
                    changed, self.rate = command.value != self.rate, command.value
                    if changed:
                        yield NewRate(self.step, self.epoch, self.rate)
                case "extend_epochs":
                    self.plan.add(Segment(epochs=int(command.value)))
                    yield Extended(self.step, self.epoch, int(command.value), 0.0)
                case "extend_seconds":
                    self.plan.add(Segment(seconds=command.value))
                    yield Extended(self.step, self.epoch, 0, command.value)
                case kind if kind == REOPEN and command.value:
                    self.plan.cut()

    # Steps

    def _train(self) -> Progress:
        """Run optimiser steps for about `CALL_SECONDS`, within one epoch."""
        seconds = self.clock.seconds
        in_time = self.clock.steps_in(min(CALL_SECONDS, max(self.plan.budget(seconds), 0.0)))
        order = self._order_of(min(self.steering.steps_allowed, in_time, self.plan.steps_left(self.step)))
        ahead = np.arange(-(-len(order) // self.steps.batch_size))
        shares = self.plan.shares(self.step + ahead, seconds + ahead * self.clock.step_seconds)
        rates = (self.rate * rate_factor(self.training.schedule, shares)).astype(np.float32)
        started = perf_counter()
        shown = self.steps.run(order, rates, self.step)
        self.clock.record(len(rates), len(order), perf_counter() - started)
        self.step += shown.steps
        if shown.steps < len(rates):
            raise self._diverged(get_weights(self.model))
        self.steering.stepped(len(rates))
        return Progress(
            step=self.step,
            epoch=self.epoch,
            pictures=shown.pictures,
            loss=shown.loss / shown.pictures,
            accuracy=shown.correct / shown.pictures,
            learning_rate=float(rates[-1]),
            images_per_second=self.clock.images_per_second,
            seconds=self.clock.seconds,
            seconds_left=self.plan.seconds_left(self.step, self.clock.seconds, self.clock.step_seconds),
        )

    def _order_of(self, most: int) -> NDArray[np.int32]:
        """Return the picture indices of the next steps, batch after batch, up to the end of the epoch."""
        epoch, position = divmod(self.step, self.steps.an_epoch)
        if self._order[0] != epoch:
            shuffle = np.random.default_rng([self.training.seed, epoch])
            self._order = (epoch, shuffle.permutation(self.steps.pictures).astype(np.int32))
        size, last = self.steps.batch_size, min(position + most, self.steps.an_epoch)
        return self._order[1][position * size : last * size]

    def _evaluate(
        self, images: NDArray[np.uint8], labels: NDArray[Any]
    ) -> Generator[Report, None, Scores | None]:
        """Return mean loss and accuracy on pictures, or None if a command ends the run meanwhile."""
        loss, correct, answers = 0.0, 0, np.zeros(10, np.int64)
        for start in range(0, len(images), EVALUATION_BATCH):
            yield from self._obey()
            if self.steering.ending:
                return None
            part = slice(start, start + EVALUATION_BATCH)
            sums = self.steps.look(images[part], labels[part])
            loss, correct, answers = loss + sums[0], correct + sums[1], answers + sums[2]
        if not np.isfinite(loss):
            raise self._diverged(get_weights(self.model))
        return Scores(loss / len(images), correct / len(images), tuple(answers.tolist()))

    def _diverged(self, weights: Weights) -> DivergedError:
        """Return the error for a run whose numbers are no longer finite."""
        first = "those of the loss"
        try:
            check_pass(self.network, weights)
        except OverflowsError as error:
            first = f"those of {error.layer}"
        return DivergedError(
            f"The network overflows after {self.step:,} steps: its numbers, first {first}, grow beyond what 32 "
            f"bits hold. The learning rate {self.rate:g} is too high for this network. Try {self.rate / 10:g}."
        )

    # Saved states

    def _saved(self, kind: type[SavedReport], **results: Any) -> SavedReport:
        """Return a report of this kind with the current state.

        Raises:
            DivergedError: if the weights, or the outputs that they give, are not finite.
        """
        weights = get_weights(self.model)
        if results.get("ending") != "discard":
            try:
                check_pass(self.network, weights)
            except OverflowsError:
                raise self._diverged(weights) from None
        return kind(
            step=self.step,
            epoch=self.epoch,
            seconds=self.clock.seconds,
            weights=weights,
            checkpoint=self.checkpoint(),
            **results,
        )

    def _epoch_end(self, learnt: Scores | None, scores: Scores | None, dead: dict[str, float]) -> EpochEnd:
        return self._saved(
            EpochEnd,
            training_loss=learnt.loss if learnt else None,
            training_accuracy=learnt.accuracy if learnt else None,
            validation_loss=scores.loss if scores else None,
            validation_accuracy=scores.accuracy if scores else None,
            classes=len(np.unique(self.data.validation_labels)),
            answers=scores.answers if scores else (),
            dead=dead,
        )

    def _finished(self, scores: Scores | None) -> Finished:
        return self._saved(
            Finished,
            ending=self.steering.ending,
            images_per_second=self.clock.images_per_second,
            test_loss=scores.loss if scores else None,
            test_accuracy=scores.accuracy if scores else None,
        )

    def checkpoint(self) -> Checkpoint:
        """Return everything that `restore` needs to continue exactly from here."""
        state = {
            "rate": self.rate,
            "validated": self.validated,
            "plan": self.plan.state(),
            "steering": asdict(self.steering),
            "clock": self.clock.state(),
            "steps_an_epoch": self.steps.an_epoch,
        }
        arrays = {name: np.array(variable) for name, variable in self._variables().items()}
        return Checkpoint(self.step, self.epoch, arrays, state)

    def restore(self, start: Checkpoint) -> None:
        """Restore the state of a checkpoint.

        Raises:
            RunError: if it does not fit this network and training.
        """
        variables = self._variables()
        try:
            shapes = {name: tuple(array.shape) for name, array in start.arrays.items()}
            if shapes != {name: tuple(variable.shape) for name, variable in variables.items()}:
                raise RunError("The checkpoint is of another network or another training.")
            for name, variable in variables.items():
                variable.assign(start.arrays[name])
            self.step, self.rate, self.validated = start.step, start.loop["rate"], start.loop["validated"]
            # Version 0.1 dropped the last, smaller batch of an epoch; runs started with it continue that way.
            without_last = self.steps.pictures // self.steps.batch_size
            self.steps.an_epoch = start.loop.get("steps_an_epoch", without_last)
            self.clock.batch = min(self.steps.pictures / self.steps.an_epoch, self.steps.batch_size)
            self.plan = Plan.restored(start.loop["plan"], self.steps.an_epoch)
            self.steering = Steering(**start.loop["steering"])
            self.clock.restore(start.loop["clock"])
        except (KeyError, TypeError) as error:
            raise RunError(f"The checkpoint is not complete ({error}).") from error
        self.steering.back_on_worker()

    def _variables(self) -> dict[str, keras.Variable]:
        """Return every variable that training changes, including the state of dropout's random generators."""
        groups = {"network": self.model.variables, "optimizer": self.steps.optimizer.variables}
        return {f"{group}/{i:03d}": v for group, variables in groups.items() for i, v in enumerate(variables)}
