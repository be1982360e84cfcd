"""How fast the training loop is, against Keras's own, and how good what it trains is."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

from bench.measure import AtLeast, Baseline, Figure, Target, alternate, figure, say, skipped
from cnn.data import Dataset, layout
from cnn.network.presets import PRESETS
from cnn.network.spec import OPTIMIZERS, Setup
from cnn.training import runtime
from cnn.worker import jobs

FIT = "keras.Model.fit, float32"
UNCOUNTED_REPORTS = 3  # the first calls of our loop build the graph and find their length
CALIBRATION_STEPS = 20


def lecture(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare images per second on the preset `lecture`."""
    return _speed("lecture", rounds, 0.5 if smoke else 3.5, AtLeast(3.0, "ratio"))


def vgg6(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare images per second on the preset `vgg6`."""
    return _speed("vgg6", rounds, 0.5 if smoke else 7.0, AtLeast(1.7, "ratio"))


def minute(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare images per second on the preset `minute`, without its flips."""
    return _speed("minute", rounds, 0.5 if smoke else 3.5, AtLeast(2.0, "ratio"))


def _speed(name: str, rounds: int, seconds: float, target: Target) -> Iterator[Figure]:
    """Let the two sides take turns, each in a process of its own: plain `fit` keeps TensorFlow's threads."""
    with process() as our_process, process() as fit_process:
        precision = our_process.submit(our_precision).result()
        say(f"  ours in {precision}, {seconds:g} s a side and round")
        ours, theirs = alternate(
            rounds,
            lambda: our_process.submit(our_round, name, precision, seconds).result(),
            lambda: fit_process.submit(_fit_round, name, seconds).result(),
        )
    setup = PRESETS[name].setup
    optimizer = OPTIMIZERS[setup.training.optimizer]
    batch = setup.training.batch_size
    note = f"{data_source()}; ours in {precision}; batch {batch}, {optimizer}, no augmentation"
    yield figure(f"{name}: training", "images/s", ours, target, baseline=Baseline(FIT, theirs), note=note)


def process() -> ProcessPoolExecutor:
    """Return a process of its own, in which one side of a comparison runs."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def our_precision() -> str:
    """Start TensorFlow in this process and return the precision that `auto` takes."""
    runtime.prepare_tensorflow()
    from cnn.training.precision import fastest_precision

    return fastest_precision().precision


def our_round(name: str, precision: str, seconds: float) -> float:
    """Return the training pictures a second of our loop on a preset."""
    return loop_speed(without_augmentation(PRESETS[name].setup), load_data(), precision, seconds)


def _fit_round(name: str, seconds: float) -> float:
    return fit_speed(without_augmentation(PRESETS[name].setup), load_data(), seconds)


def data_source() -> str:
    """Say which pictures are measured on."""
    return (
        layout.source(layout.batches_folder(layout.data_folder())) if layout.check().present else "sketch10"
    )


def without_augmentation(setup: Setup) -> Setup:
    """Return the set-up with the work that plain `fit` also does, and with no end."""
    training = replace(setup.training, flip=False, shift=0, cutout=0, epochs=200, seconds=None)
    return replace(setup, training=training)


def load_data() -> Dataset:
    """Return CIFAR-10 where it is, otherwise the drawn stand-in."""
    return jobs.load_once(dataset_name())


def dataset_name() -> str:
    """Return the name of the data set that is measured on here."""
    return "cifar10" if layout.check().present else "sketch10"


def loop_speed(setup: Setup, pictures: Dataset, precision: str, seconds: float) -> float:
    """Return the training pictures a second of our loop, by the wall clock, without evaluation."""
    from cnn.training.trainer import Progress, train

    spent, steps, reports, before, step = 0.0, 0, 0, 0.0, 0
    for report in train(setup, pictures, precision=precision):
        now = time.perf_counter()
        if isinstance(report, Progress):
            reports += 1
            if reports > UNCOUNTED_REPORTS:
                spent, steps = spent + now - before, steps + report.step - step
            step = report.step
        before = time.perf_counter()
        if spent >= seconds:
            break
    return steps * setup.training.batch_size / spent


def fit_speed(setup: Setup, pictures: Dataset, seconds: float) -> float:
    """Return the training pictures a second of plain `fit`, over about `seconds`.

    The model is compiled and traced here, and how many pictures are needed is found. What is timed is an
    epoch as Keras's callbacks see it, so copying the pictures at the start of a `fit` does not count.
    """
    import keras

    from cnn.core.scaling import to_input
    from cnn.training.keras_model import build_network
    from cnn.training.optimizers import build_optimizer

    batch = setup.training.batch_size
    model = build_network(setup.network, "float32", setup.training.seed, last="scores")
    model.compile(
        build_optimizer(setup.training, model),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    def epoch_speed(count: int) -> float:
        clock = _epoch_clock()
        inputs, labels = to_input(pictures.train_images[:count]), pictures.train_labels[:count]
        model.fit(inputs, labels, batch_size=batch, shuffle=True, verbose=0, callbacks=[clock])
        return float(count / clock.seconds)

    epoch_speed(batch * CALIBRATION_STEPS)
    needed = seconds * epoch_speed(batch * CALIBRATION_STEPS)
    count = min(max(round(needed / batch), 1), len(pictures.train_labels) // batch) * batch
    epoch_speed(count)
    return epoch_speed(count)


def _epoch_clock() -> Any:  # of a class made here, for Keras is imported late
    import keras

    class EpochClock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        """The seconds of the last epoch."""

        seconds = started = 0.0

        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            self.seconds = time.perf_counter() - self.started

    return EpochClock()


def accuracy(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train the preset `lecture` as it is with the seeds 0, 1, … and look at the test accuracy."""
    return _accuracy("lecture", AtLeast(0.64), rounds, {"epochs": 1, "pictures": 5000} if smoke else {})


def seeds(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train the preset `minute` for its 60 seconds with the seeds 0, 1, … and look at the test accuracy."""
    return _accuracy("minute", AtLeast(0.80), rounds, {"seconds": 5.0, "pictures": 5000} if smoke else {})


def _accuracy(preset: str, target: Target, rounds: int, changes: dict[str, Any]) -> Iterator[Figure]:
    name, found = f"{preset}: test accuracy", layout.check()
    if not found.present:
        yield skipped(name, "", target, reason=f"it needs CIFAR-10. {found.problem}")
        return
    runtime.prepare_tensorflow()
    from cnn.training.precision import fastest_precision

    pictures, precision, setup = load_data(), fastest_precision().precision, PRESETS[preset].setup
    setup = replace(setup, training=replace(setup.training, **changes))
    values = [_test_accuracy(setup, pictures, precision, seed) for seed in range(rounds)]
    training = setup.training
    length = f"{training.epochs} epochs" if training.epochs else f"{training.seconds:g} s of steps"
    note = f"{pictures.source}; {precision}; {length}, seeds 0 to {rounds - 1}"
    yield figure(name, "", values, target, note=note)


def _test_accuracy(setup: Setup, pictures: Dataset, precision: str, seed: int) -> float:
    from cnn.training.trainer import Finished, train

    seeded = replace(setup, training=replace(setup.training, seed=seed))
    last = list(train(seeded, pictures, precision=precision))[-1]
    assert isinstance(last, Finished)
    assert last.test_accuracy is not None
    say(f"  seed {seed}: {last.test_accuracy:.4f}")
    return last.test_accuracy
