"""Regression tests: small inputs, one for each kind of bug that was found, with the correct value."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import DivergedError
from cnn.data import load
from cnn.data.dataset import Dataset
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.checkpoints import write_checkpoint
from cnn.runs.commands import Command
from cnn.runs.run import Run
from cnn.runs.snapshots import snapshot_path, write_weights
from cnn.runs.store import RunStore
from cnn.worker import jobs
from support.tiny_trainings import coloured, epoch_ends, progress_of

pytestmark = pytest.mark.tensorflow

NORMED = NetworkSpec((Block((Convolution(24),), batch_norm=True), Block((Convolution(32),), batch_norm=True)))


def drawn(**training: Any) -> TrainSpec:
    return TrainSpec(**({"schedule": "constant", "precision": "float32", "pictures": 2000} | training))


def test_an_epoch_of_4000_pictures_in_batches_of_2048_shows_4000(training: ModuleType) -> None:
    network = NetworkSpec((Block((Convolution(8),)),))
    spec = Setup(network, drawn(optimizer="adam", batch_size=2048, epochs=3, pictures=4000))
    reports = list(training.train(spec, load("sketch10")))
    assert sum(report.pictures for report in progress_of(reports)) == 3 * 4000
    assert [(end.epoch, end.step) for end in epoch_ends(reports)] == [(0, 0), (1, 2), (2, 4), (3, 6)]


def test_after_the_loss_explodes_only_the_biases_of_the_scores_train(training: ModuleType) -> None:
    """At learning rate 10 the loss explodes and every ReLU dies; only the ten biases of the scores still train.

    Their loss, batch by batch, is computed here with NumPy: each batch's loss is that before its step.
    """
    network = NetworkSpec((Block((Convolution(12),)), Block((Convolution(12),))))
    images, labels = coloured(500, 1)
    data = Dataset("colours", "made by the test", images, labels, *coloured(60, 2), *coloured(70, 3))
    options = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 10.0, "batch_size": 64, "seed": 1}
    spec = Setup(network, drawn(**options, epochs=4, pictures=500))
    reports = list(training.train(spec, data))
    ends, progress = epoch_ends(reports), progress_of(reports)
    assert max(report.loss for report in progress) > 1e6
    assert ends[1].dead["relu2"] == 1.0
    bias = ends[1].weights["scores/bias"].astype(float)
    for epoch, (before, end) in enumerate(pairwise(ends[1:]), start=1):
        order, losses = np.random.default_rng([1, epoch]).permutation(500), []
        for batch in np.split(labels[order], range(64, 500, 64)):
            shares = np.exp(bias - bias.max()) / np.exp(bias - bias.max()).sum()
            losses += (-np.log(shares[batch])).tolist()
            bias -= 10 * (shares - np.bincount(batch, minlength=10) / len(batch))
        within = [report for report in progress if before.step < report.step <= end.step]
        mean = sum(report.loss * report.pictures for report in within) / 500
        assert mean == pytest.approx(np.mean(losses), rel=1e-3)
        assert mean < 3.5
        np.testing.assert_allclose(end.weights["scores/bias"], bias, rtol=1e-3, atol=1e-3)


def test_a_dead_network_does_not_seem_to_learn(training: ModuleType) -> None:
    lecture = PRESETS["lecture"].setup.network
    spec = Setup(lecture, drawn(optimizer="adam", learning_rate=0.1, batch_size=100, epochs=4))
    reports = list(training.train(spec, load("sketch10")))
    ends = epoch_ends(reports)
    for before, end in pairwise(ends[1:]):
        within = [r for r in progress_of(reports) if before.step < r.step <= end.step]
        mean = sum(r.loss * r.pictures for r in within) / 2000
        assert mean == pytest.approx(math.log(10), abs=0.15)  # a guess, from the second epoch on


@pytest.mark.parametrize("smoothing", [0.0, 0.5])
def test_training_and_validation_loss_are_the_same_quantity(training: ModuleType, smoothing: float) -> None:
    """Even with label smoothing, the losses of pictures without augmentation are plain cross-entropies by NumPy."""
    spec = Setup(NORMED, drawn(batch_size=64, epochs=2, pictures=1000, label_smoothing=smoothing))
    data = load("sketch10").take(1000, 0)
    end = epoch_ends(list(training.train(spec, data)))[-1]
    some = np.linspace(0, 999, 1000).round().astype(int)
    for loss, accuracy, images, labels in (
        (end.training_loss, end.training_accuracy, data.train_images[some], data.train_labels[some]),
        (end.validation_loss, end.validation_accuracy, data.validation_images, data.validation_labels),
    ):
        shares = forward(NORMED, end.weights, images)["softmax"]
        hit = shares[np.arange(len(labels)), labels]
        assert loss == pytest.approx(-np.log(hit).mean(), rel=1e-3)
        assert accuracy == pytest.approx((shares.argmax(axis=1) == labels).mean(), abs=2.5 / len(labels))


def test_five_steps_of_batch_norm_are_evaluated_with_debiased_averages(training: ModuleType) -> None:
    """The oracle uses the statistics of the training pictures themselves, to which Keras's averages converge."""
    network = NetworkSpec(
        (Block((Convolution(16),), batch_norm=True), Block((Convolution(16),), batch_norm=True))
    )
    images, labels = coloured(500, 1)
    data = Dataset("colours", "made by the test", images, labels, *coloured(100, 2), *coloured(100, 3))
    spec = Setup(
        network, drawn(optimizer="adam", learning_rate=0.003, batch_size=512, epochs=5, pictures=500)
    )
    end = epoch_ends(list(training.train(spec, data)))[-1]
    taken = dict(end.weights)
    for norm in ("norm1", "norm2"):
        maps = forward(network, taken, images)[norm.replace("norm", "conv")]
        taken[f"{norm}/moving_mean"] = maps.mean(axis=(0, 1, 2))
        taken[f"{norm}/moving_variance"] = maps.var(axis=(0, 1, 2))
    right = (forward(network, taken, images)["softmax"].argmax(axis=1) == labels).mean()
    assert right > 0.3  # it has learnt something
    assert end.training_accuracy > 0.6 * right


# A state that overflows


def one_batch_at_a_time(training: ModuleType, spec: Setup, data: Dataset, kept: list[Any]) -> None:
    """Pause at once and train one batch after the other; every saved state is added to `kept`."""
    now = [Command("pause")]

    def commands() -> list[Command]:
        taken, now[:] = now[:], []
        return taken

    for report in training.train(spec, data, commands):
        if type(report).__name__ == "Paused":
            kept.append(report)
            now.append(Command("step"))


WILD = NetworkSpec((Block((Convolution(8), Convolution(8)), activation="none"),), dense=())


def test_one_batch_at_learning_rate_10_until_it_overflows(training: ModuleType) -> None:
    """No saved state overflows, and the sentence names the first layer and the step."""
    spec = Setup(WILD, drawn(optimizer="sgd", learning_rate=10.0, momentum=0.9, batch_size=64, epochs=9))
    kept: list[Any] = []
    with pytest.raises(DivergedError) as caught:
        one_batch_at_a_time(training, spec, load("sketch10"), kept)
    sentence = str(caught.value)
    assert "overflows after" in sentence
    assert "first those of " in sentence
    assert sentence.endswith("Try 1.")
    assert kept
    for report in kept:
        assert all(np.isfinite(array).all() for array in report.weights.values())
        outputs = forward(WILD, report.weights, np.full((1, 32, 32, 3), 255, np.uint8))
        assert all(np.isfinite(values).all() for values in outputs.values())


@pytest.fixture
def overflowing(training: ModuleType, tmp_path: Path) -> Run:
    """A run of an older version: its newest checkpoint and snapshot are finite, but their forward pass is not."""
    spec = Setup(NetworkSpec(head="global_average"), drawn(epochs=1, batch_size=125, pictures=500))
    run = RunStore(tmp_path).create(spec, "sketch10", "")
    jobs.train_run(run.folder)
    newest = run.snapshots()[-1]
    weights = {name: array * np.float32(1e20) for name, array in run.weights(newest).items()}
    write_weights(snapshot_path(run.folder / "snapshots", newest.step + 6, 1.5), weights)
    checkpoint, _ = run.checkpoint()
    assert checkpoint is not None
    write_checkpoint(run.folder, replace(checkpoint, step=newest.step + 6))
    return run


def test_the_newest_finite_state_is_offered_and_the_other_is_named(overflowing: Run) -> None:
    checkpoint, problems = overflowing.checkpoint()
    assert checkpoint is not None
    assert checkpoint.step == 4
    assert "overflows at step 10 (epoch 1.5): the numbers of " in problems[0]
    weights, problem = overflowing.newest_weights()
    assert problem == problems[0]
    assert np.isfinite(
        forward(overflowing.setup.network, weights, np.zeros((32, 32, 3), np.uint8))["scores"]
    ).all()


def test_the_command_line_says_which_layer_overflows_and_prints_no_nan(
    overflowing: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    from cnn.cli.main import main

    picture = tmp_path / "grey.png"
    Image.new("RGB", (40, 40), (90, 120, 200)).save(picture)
    for arguments in (["classify"], ["classify", "--json"]):
        assert main([*arguments, str(picture), "--model", str(overflowing.folder)]) == 0
        shown = capsys.readouterr()
        assert "overflows at step 10" in shown.err
        assert "nan" not in (shown.out + shown.err).lower()
