"""An epoch uses every picture once; the running averages of batch normalisation are debiased.

The oracle is plain Keras: the same weights and the same batches, through `model.fit`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.scaling import to_input
from cnn.data.dataset import Dataset
from cnn.network.forward import forward
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.commands import Command
from support.tiny_trainings import coloured, epoch_ends, progress_of, setup

pytestmark = pytest.mark.tensorflow

NORMED = NetworkSpec((Block((Convolution(4, 3, 2), Convolution(4)), batch_norm=True),), head="global_average")


@pytest.mark.parametrize(("count", "batch"), [(500, 120), (501, 100), (500, 499), (500, 2048), (19, 9)])
def test_an_epoch_shows_every_picture_once(
    training: ModuleType,
    data: Dataset,
    count: int,
    batch: int,
) -> None:
    images, labels = coloured(count, 6)
    reports = list(
        training.train(
            setup(batch_size=batch, pictures=max(count, 500), epochs=2),
            replace(data, train_images=images, train_labels=labels),
        )
    )
    ends = epoch_ends(reports)
    steps = -(-count // min(batch, count))
    assert [(end.epoch, end.step) for end in ends] == [(0, 0), (1, steps), (2, 2 * steps)]
    for end, before in zip(ends[1:], ends, strict=False):
        shown = [r.pictures for r in progress_of(reports) if before.step < r.step <= end.step]
        assert sum(shown) == count


def test_images_per_second_count_the_training_pictures(
    training: ModuleType,
    data: Dataset,
    ticking: Callable[[float], None],
) -> None:
    ticking(1.0)  # a step a call
    reports = progress_of(list(training.train(setup(batch_size=400, epochs=3), data)))
    assert [report.pictures for report in reports] == [400, 100] * 3
    assert reports[-1].seconds == 5.0  # the first call builds the graph
    assert reports[-1].images_per_second == pytest.approx((2 * 500 + 100) / 5)


@pytest.mark.parametrize("tail", [1, 2, 37])
def test_the_gradient_of_the_last_batch_is_the_mean_over_its_own_pictures(
    training: ModuleType,
    data: Dataset,
    ticking: Callable[[float], None],
    tail: int,
) -> None:
    """Train one step on 100 pictures and one on the rest; the second by hand, with SGD."""
    images, labels = coloured(100 + tail, 3)
    few = replace(data, train_images=images, train_labels=labels)
    spec = setup(NORMED, batch_size=100, pictures=500, optimizer="sgd", momentum=0.0, learning_rate=0.1)
    ticking(1.0)
    before, after = (report.weights for report in stepped(training, spec, few, 2))
    order = np.random.default_rng([spec.training.seed, 0]).permutation(100 + tail)[100:]
    batch = by_batch_statistics(NORMED, before, images[order])
    errors = (batch["softmax"] - np.eye(10)[labels[order]]) / tail
    np.testing.assert_allclose(
        after["scores/kernel"],
        before["scores/kernel"] - 0.1 * batch["global_average"].T @ errors,
        rtol=1e-3,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        after["scores/bias"], before["scores/bias"] - 0.1 * errors.sum(axis=0), rtol=1e-3, atol=1e-5
    )


def stepped(training: ModuleType, spec: Setup, data: Dataset, steps: int) -> list[Any]:
    """Return the states after each of the first steps, which commands request one at a time."""
    now, found = [Command("pause")], []

    def commands() -> list[Command]:
        taken, now[:] = now[:], []
        return taken

    for report in training.train(spec, data, commands):
        if type(report).__name__ == "Paused":
            found.append(report)
            now.append(Command("step" if len(found) <= steps else "stop"))
    return found[1:]


def by_batch_statistics(
    network: NetworkSpec, weights: dict[str, np.ndarray], pictures: np.ndarray
) -> dict[str, np.ndarray]:
    """Return every layer's output when each normalisation uses mean and variance of this batch."""
    found = dict(weights)
    for norm in sorted({name.split("/")[0] for name in weights if name.startswith("norm")}):
        maps = forward(network, found, pictures)[norm.replace("norm", "conv")]
        found[f"{norm}/moving_mean"] = maps.mean(axis=(0, 1, 2))
        found[f"{norm}/moving_variance"] = maps.var(axis=(0, 1, 2))
    return forward(network, found, pictures)


def test_flips_take_turns_by_epochs_with_a_smaller_last_batch(
    training: ModuleType,
    data: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cnn.training import train_step

    sides: list[dict[bytes, bool]] = []

    def note(pixels: np.ndarray, mirrored: np.ndarray, seed: np.ndarray) -> None:
        if seed[1] % 5 == 0:
            sides.append({})
        sides[-1].update(zip((one.tobytes() for one in pixels), mirrored.tolist(), strict=True))

    def record(pixels: Any, spec: TrainSpec, mirrored: Any, seed: Any) -> Any:
        train_step.tf.numpy_function(note, [pixels, mirrored, seed], [])
        return pixels

    monkeypatch.setattr(train_step, "augment", record)
    list(training.train(setup(epochs=3, batch_size=120), data))
    first, second, third = sides
    assert len(first) == len(second) == len(third) == 500
    assert all(first[one] != second[one] and first[one] == third[one] for one in first)


def test_a_run_of_an_older_version_resumes_with_its_old_batches(
    training: ModuleType,
    data: Dataset,
) -> None:
    spec = setup(batch_size=120, epochs=1)
    first = list(training.train(spec, data))[-1]
    old = {name: value for name, value in first.checkpoint.loop.items() if name != "steps_an_epoch"}
    old["clock"] = {name: value for name, value in old["clock"].items() if name != "pictures"}
    old |= {"smooth": {"loss": 1.0, "accuracy": 0.5, "weight": 1.0}, "validated": 4}
    old["plan"] = {"part": {"epochs": 2, "seconds": None, "first_step": 0, "first_second": 0.0}, "later": []}
    start = Checkpoint(4, 1.0, first.checkpoint.arrays, json.loads(json.dumps(old)))
    reports = list(training.train(spec, data, start=start))
    assert [(end.epoch, end.step) for end in epoch_ends(reports)] == [(2, 8)]
    assert sum(report.pictures for report in progress_of(reports)) == 480


# Batch normalisation


def running_average(batches: list[np.ndarray], start: np.ndarray, momentum: float = 0.9) -> np.ndarray:
    """Return Keras's running average with bias correction, in float64."""
    average = start.astype(np.float64)
    for batch in batches:
        average = momentum * average + (1 - momentum) * batch
    left = momentum ** len(batches)
    return (average - left * start) / (1 - left)


@pytest.mark.parametrize("steps", [1, 2, 5, 30])
def test_running_statistics_are_debiased(training: ModuleType, data: Dataset, steps: int) -> None:
    frozen = setup(NORMED, batch_size=50, pictures=500, optimizer="sgd", learning_rate=1e-5, momentum=0.0)
    frozen = replace(frozen, training=replace(frozen.training, epochs=-(-steps // 10), learning_rate=1e-5))
    orders = [np.random.default_rng([0, e]).permutation(500).reshape(10, 50) for e in range(4)]
    batches = np.concatenate(orders)[:steps]
    report = stepped(training, frozen, data, steps)[-1]
    maps = [forward(NORMED, report.weights, data.train_images[batch])["conv1_1"] for batch in batches]
    found = report.weights
    axes = (0, 1, 2)
    for name, start, each in (
        ("moving_mean", np.zeros(4), [m.mean(axis=axes) for m in maps]),
        ("moving_variance", np.ones(4), [m.var(axis=axes) for m in maps]),
    ):
        expected = running_average(each, start)
        np.testing.assert_allclose(found[f"norm1_1/{name}"], expected, rtol=2e-3, atol=1e-4)
        if steps == 30:  # Keras's own average still holds 4 % of its start
            assert np.abs(running_average(each, np.full(4, 5.0)) - expected).max() < 1e-9


def test_running_statistics_are_kerass_once_enough_steps_have_passed(network: ModuleType) -> None:
    from cnn.training.train_step import RunningStatistics, tf

    model = network.build_for_training(NORMED, coloured(20, 1)[0], parts=1)
    plain = network.build_network(NORMED)
    network.set_weights(plain, network.get_weights(model))
    follow = RunningStatistics(model)
    pictures = to_input(coloured(200, 5)[0]).reshape(20, 10, 32, 32, 3)
    calls = tf.function(lambda x: model(x, training=True))
    theirs = tf.function(lambda x: plain(x, training=True))
    for step in range(220):
        follow.begin(tf.constant(step))
        calls(pictures[step % 20])
        theirs(pictures[step % 20])
    for name, array in network.get_weights(model).items():
        np.testing.assert_allclose(array, network.get_weights(plain)[name], rtol=1e-4, atol=1e-6)
