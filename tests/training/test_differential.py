"""Random small set-ups, trained here and by plain `model.fit`: every reported value, epoch by epoch.

The oracle is Keras's own model, its own optimisers and its own loop, in float32, from the same weights on the
same batches. Its running statistics of batch normalisation hold a share of their start, which is divided out.

The two round differently, by 1e-7 a step. Where two cells of a pooling window are equal but for that, each
takes another one, from when on the weights move apart ever faster (seen: 1e-7 after three steps, 1e-5 after
four, 1e-3 after 16 at learning rate 0.02 and batches of 18). So rates are low and epochs have few steps.
"""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.scaling import to_input
from cnn.data.dataset import Dataset
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from support.tiny_trainings import coloured, epoch_ends, progress_of

pytestmark = pytest.mark.tensorflow


def random_setup(seed: int) -> Setup:
    """Return a small set-up without dropout and augmentation, which use random numbers."""
    draw = np.random.default_rng(seed)
    blocks = tuple(
        Block(
            tuple(
                Convolution(int(draw.integers(2, 7)), int(draw.choice([1, 3, 5])), int(draw.integers(1, 3)))
                for _ in range(draw.integers(1, 3))
            ),
            activation=str(draw.choice(["relu", "leaky_relu", "elu", "tanh", "gelu"])),
            batch_norm=bool(draw.random() < 0.5),
        )
        for _ in range(draw.integers(1, 3))
    )
    dense = (Dense(int(draw.integers(4, 17))),) if draw.random() < 0.4 else ()
    network = NetworkSpec(blocks, dense=dense, head=str(draw.choice(["flatten", "global_average"])))
    optimizer = str(draw.choice(["sgd", "adam", "adamw", "rmsprop"]))
    training = TrainSpec(
        epochs=2,
        optimizer=optimizer,
        learning_rate=0.005 if optimizer == "sgd" else 0.0005,
        schedule=str(draw.choice(["constant", "cosine"])),
        momentum=float(draw.choice([0.0, 0.9])),
        weight_decay=float(draw.choice([0.0, 0.01])),
        label_smoothing=float(draw.choice([0.0, 0.2])),
        batch_size=int(draw.integers(40, 200)),
        pictures=500,
        flip=False,
        shift=0,
        cutout=0,
        seed=int(draw.integers(1000)),
        precision="float32",
    )
    return Setup(network, training)


def plain_optimizer(keras: Any, training: TrainSpec, steps: int) -> Any:
    rate: Any = training.learning_rate
    if training.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    decay = training.weight_decay or None
    made = {
        "sgd": lambda: keras.optimizers.SGD(
            rate, momentum=training.momentum, nesterov=training.momentum > 0, weight_decay=decay
        ),
        "adam": lambda: keras.optimizers.Adam(rate, weight_decay=decay),
        "adamw": lambda: keras.optimizers.AdamW(rate, weight_decay=training.weight_decay),
        "rmsprop": lambda: keras.optimizers.RMSprop(rate, weight_decay=decay),
    }[training.optimizer]()
    made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return made


def by_fit(network: ModuleType, setup: Setup, data: Dataset, weights: dict[str, np.ndarray]) -> list[Any]:
    """Return (loss, accuracy) of the batches, of training pictures and of validation pictures, by epoch."""
    keras, training = network.keras, setup.training
    count, targets = len(data.train_labels), np.eye(10, dtype=np.float32)
    an_epoch = -(-count // training.batch_size)
    model, judge = (network.build_network(setup.network) for _ in range(2))
    network.set_weights(model, weights)
    smooth = keras.losses.CategoricalCrossentropy(label_smoothing=training.label_smoothing)
    plain = [
        keras.metrics.CategoricalCrossentropy(name="plain"),
        keras.metrics.CategoricalAccuracy(name="hits"),
    ]
    model.compile(
        plain_optimizer(keras, training, training.epochs * an_epoch), smooth, metrics=plain, jit_compile=False
    )
    judge.compile(loss="categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    found = []
    for epoch in range(2):
        order = np.random.default_rng([training.seed, epoch]).permutation(count)
        images, labels = to_input(data.train_images[order]), targets[data.train_labels[order]]
        logs = model.fit(images, labels, training.batch_size, 1, verbose=0, shuffle=False).history
        found_weights = network.get_weights(model)
        kept = 0.9 ** ((epoch + 1) * an_epoch)
        for name, array in found_weights.items():
            if "/moving_" in name:
                found_weights[name] = (array - kept * name.endswith("variance")) / (1 - kept)
        network.set_weights(judge, found_weights)
        seen = [(logs["plain"][0], logs["hits"][0])]
        for pixels, classes in (
            (data.train_images, data.train_labels),
            (data.validation_images, data.validation_labels),
        ):
            seen.append(tuple(judge.evaluate(to_input(pixels), targets[classes], verbose=0)))
        found.append(seen)
    return found


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(i, marks=pytest.mark.slow) for i in range(3, 33))]
)
def test_every_value_equals_that_of_keras_fit(training: ModuleType, network: ModuleType, seed: int) -> None:
    setup = random_setup(seed)
    data = Dataset("colours", "made by the test", *coloured(500, 1), *coloured(60, 2), *coloured(70, 3))
    reports = list(training.train(setup, data))
    ends, progress = epoch_ends(reports), progress_of(reports)
    expected = by_fit(network, setup, data, ends[0].weights)
    for before, end, (batches, unchanged, validation) in zip(ends, ends[1:], expected, strict=False):
        within = [report for report in progress if before.step < report.step <= end.step]
        shown = sum(report.pictures for report in within)
        assert shown == 500
        loss, accuracy = (
            sum(report.pictures * getattr(report, name) for report in within) / shown
            for name in ("loss", "accuracy")
        )
        for (their_loss, their_accuracy), ours, ours_accuracy, count in (
            (batches, loss, accuracy, 500),
            (unchanged, end.training_loss, end.training_accuracy, 500),
            (validation, end.validation_loss, end.validation_accuracy, 60),
        ):
            assert ours == pytest.approx(their_loss, rel=1e-2, abs=1e-3), (setup, end.epoch)
            assert ours_accuracy == pytest.approx(their_accuracy, abs=2.5 / count), (setup, end.epoch)
