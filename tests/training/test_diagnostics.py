"""The diagnostic rules: each on a real run to which it applies, and on one to which it does not."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.shares import percent
from cnn.data.dataset import Dataset
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup
from cnn.training.diagnostics import chance, findings
from support.tiny_trainings import TINY, epoch_ends, setup

WIDE = NetworkSpec((Block((Convolution(8, 3, 2),)),), dense=(Dense(32),))


def rows_of(training: ModuleType, spec: Setup, data: Dataset) -> list[dict[str, Any]]:
    from cnn.training.recorder import epoch_row

    return [epoch_row(end) for end in epoch_ends(list(training.train(spec, data)))]


def rules(spec: Setup, rows: list[dict[str, Any]]) -> dict[str, str]:
    return {finding.rule: finding.sentence for finding in findings(spec, rows)}


@pytest.fixture(scope="module")
def learns(training: ModuleType, data: Dataset) -> tuple[Setup, list[dict[str, Any]]]:
    """A run without problems: it learns to classify colours."""
    spec = setup(TINY, epochs=12, batch_size=25, learning_rate=0.02)
    return spec, rows_of(training, spec, data)


@pytest.fixture(scope="module")
def dies(training: ModuleType, data: Dataset) -> tuple[Setup, list[dict[str, Any]]]:
    """A run whose first steps kill its ReLUs: Adam with learning rate 1."""
    spec = setup(WIDE, epochs=4, batch_size=25, learning_rate=1.0, optimizer="adam")
    return spec, rows_of(training, spec, data)


@pytest.fixture(scope="module")
def by_heart(training: ModuleType, data: Dataset) -> tuple[Setup, list[dict[str, Any]]]:
    """A run that can only memorise: every picture has a random class."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (500, 32, 32, 3)).astype(np.uint8)
    lots = replace(
        data,
        train_images=images,
        train_labels=draw.permutation(np.arange(500) % 10),
        validation_images=draw.integers(0, 256, (200, 32, 32, 3)).astype(np.uint8),
        validation_labels=np.arange(200) % 10,
    )
    spec = setup(WIDE, epochs=14, batch_size=50, learning_rate=0.003, optimizer="adam")
    return spec, rows_of(training, spec, lots)


pytestmark = pytest.mark.tensorflow
Known = tuple[Setup, list[dict[str, Any]]]


def test_a_run_that_learns_has_no_findings(learns: Known) -> None:
    assert learns[1][-1]["validation_accuracy"] > 0.8
    assert rules(*learns) == {}


def test_a_run_that_predicts_one_class_for_everything_is_reported(dies: Known) -> None:
    found = rules(*dies)
    answers = dies[1][-1]["answers"]
    assert max(answers) >= 0.9 * sum(answers) == 54
    how_many = "every picture" if max(answers) == 60 else f"{percent(max(answers) / 60)} of the pictures"
    assert f"for {how_many} of validation" in found["one_answer"]
    assert "guessing" not in found  # said once
    assert "too high for it: start again with 0.1" in found["one_answer"]


def test_dead_maps_are_counted_and_reported(dies: Known, learns: Known) -> None:
    dead = dies[1][-1]["dead"]
    layer, share = max(dead.items(), key=lambda item: item[1])
    assert share >= 0.5
    assert (
        f"{'All' if share == 1 else percent(share) + ' of the'} maps of {layer} are dead"
        in rules(*dies)["dead"]
    )
    assert max(learns[1][-1]["dead"].values()) < 0.5


def test_overfitting_is_reported(by_heart: Known) -> None:
    sentence = rules(*by_heart)["overfitting"]
    best = min(by_heart[1][1:], key=lambda row: row["validation_loss"])
    assert f"since epoch {best['epoch']:g}" in sentence
    assert "more training pictures" in sentence


def test_a_run_at_chance_level_is_reported_as_guessing(by_heart: Known) -> None:
    """Its validation pictures are noise with random classes, so the expected accuracy is one tenth."""
    guessed = by_heart[1][-1]["validation_accuracy"] <= 0.1 + 2 * (0.1 * 0.9 / 200) ** 0.5
    assert ("guessing" in rules(*by_heart)) is guessed


def test_after_a_few_steps_the_advice_is_to_train_on(training: ModuleType, data: Dataset) -> None:
    spec = setup(TINY, epochs=1, batch_size=500, learning_rate=1e-5)
    assert "only 1 step so far: give it more epochs" in " ".join(
        rules(spec, rows_of(training, spec, data)).values()
    )


@pytest.mark.parametrize(
    ("classes", "accuracy", "told"), [(10, 0.11, True), (10, 0.2, False), (2, 0.5, True), (2, 0.6, False)]
)
def test_chance_depends_on_the_classes_present(classes: int, accuracy: float, told: bool) -> None:
    row = {
        "kind": "epoch", "epoch": 1.0, "step": 500, "classes": classes, "answers": [500] * 2 + [0] * 8,
        "validation_accuracy": accuracy, "validation_loss": 1.0, "training_loss": 1.0, "dead": {},
    }  # fmt: skip
    assert ("guessing" in rules(setup(), [row])) is told
    assert chance(classes) == 1 / classes


def test_the_dead_maps_are_those_that_numpy_finds(training: ModuleType, data: Dataset, dies: Known) -> None:
    from cnn.network.forward import forward

    spec, _ = dies
    end = epoch_ends(list(training.train(spec, data)))[-1]
    outputs = forward(WIDE, end.weights, data.train_images)
    relus = {name: values for name, values in outputs.items() if "relu" in name}
    assert end.dead.keys() == relus.keys()
    for name, values in relus.items():
        assert end.dead[name] == pytest.approx(
            1 - (values > 0).any(axis=tuple(range(values.ndim - 1))).mean()
        )


def test_histories_of_an_older_version_are_read(learns: Known) -> None:
    spec, rows = learns
    new = ("answers", "dead", "classes", "training_loss", "training_accuracy")
    old = [{name: value for name, value in row.items() if name not in new} for row in rows]
    assert findings(spec, old) == []


def test_after_few_steps_dead_maps_and_an_explosion_blame_the_learning_rate() -> None:
    row = {
        "kind": "epoch", "epoch": 1.0, "step": 20, "classes": 10, "answers": [500] + [0] * 9,
        "validation_accuracy": 0.1, "validation_loss": 2.3, "training_loss": 2.3, "dead": {"relu2": 0.95},
    }  # fmt: skip
    for changes in ({}, {"dead": {}, "validation_loss": 40.0}):
        sentence = rules(setup(), [row | changes])["one_answer"]
        assert "too high for it: start again with 0.001" in sentence
        assert "so far" not in sentence


def test_the_rate_that_is_blamed_is_the_highest_that_trained() -> None:
    end = {
        "kind": "epoch", "epoch": 2.0, "step": 700, "classes": 10, "answers": [500] + [0] * 9,
        "validation_accuracy": 0.1, "validation_loss": 2.3, "training_loss": 2.3, "dead": {"relu2": 0.95},
    }  # fmt: skip

    def told(*by_hand: tuple[int, float]) -> dict[str, str]:
        rates = [
            {"kind": "rate", "step": step, "epoch": 1.0, "learning_rate": rate} for step, rate in by_hand
        ]
        return rules(setup(learning_rate=0.003), [*rates, end])

    assert "rate 0.003 is too high for it: start again with 0.0003" in told()["one_answer"]
    found = told((400, 0.0005), (400, 7.0))  # the settings are not to blame
    assert "rate 7 is too high for it: start again with 0.003" in found["one_answer"]
    assert "a lower learning rate (0.003)" in found["dead"]
    assert "rate 0.02 is too high for it: start again with 0.002" in told((400, 0.02))["one_answer"]
    assert "rate 0.003 is too high" in told((400, 7.0), (400, 0.001))["one_answer"]  # 7 trained no step
