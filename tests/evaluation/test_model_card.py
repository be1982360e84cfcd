"""Model cards, what they say of a picture, and what makes a run small enough to come along."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.data import test_labels as labels_of
from cnn.data import test_pictures as pictures_of
from cnn.data.layout import batches_folder, source
from cnn.data.synthetic.others import KINDS
from cnn.evaluation import pretrained
from cnn.evaluation.model_card import FILE, Card, OtherCopy, read_card, write_card
from cnn.evaluation.model_card_text import card_text
from cnn.evaluation.ood import Typical, summary
from cnn.evaluation.predict import classify
from cnn.evaluation.tta import COUNT, views
from cnn.network.forward import forward
from cnn.network.ops import softmax
from cnn.network.spec import Block, NetworkSpec
from cnn.network.summary import total_parameters, walk
from support.random_weights import random_weights

NETWORK = NetworkSpec(blocks=(Block(),))
CARD = Card(
    step=7,
    source="made up",
    validation_pictures=50,
    test_pictures=100,
    test_accuracy=0.5,
    per_class=(0.5,) * 10,
    temperature=2.0,
    calibration_error=0.01,
    calibration_error_without=0.1,
    distance_limit=1.5,
    false_alarms=0.04,
    missed=dict.fromkeys(KINDS, 0.25),
    missed_by_energy=dict.fromkeys(KINDS, 0.75),
    other_pictures=100,
    drawn_called_none=0.5,
    averaged_accuracy=0.6,
    other_copies=(OtherCopy("made up again", 0.4, 0.1),),
)


def test_a_card_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    write_card(tmp_path, CARD)
    assert read_card(tmp_path) == CARD
    assert read_card(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.0},
        {"test_accuracy": 1.2},
        {"per_class": [0.5] * 9},
        {"per_class": [2.0] + [0.5] * 9},
        {"missed": {"noise": 0.1}},
        {"unknown": 1},
        {"temperature": "hot"},
        {"other_copies": ["JPEG"]},
        {"other_copies": [{"source": "JPEG", "test_accuracy": 1.5, "false_alarms": 0.1}]},
    ],
)
def test_a_broken_card_is_no_card(tmp_path: Path, change: dict[str, object]) -> None:
    write_card(tmp_path, CARD)
    fields = json.loads((tmp_path / FILE).read_text()) | change
    (tmp_path / FILE).write_text(json.dumps(fields))
    assert read_card(tmp_path) is None
    for text in ("", "[]", "null", '"x"', "{}"):
        (tmp_path / FILE).write_text(text)
        assert read_card(tmp_path) is None


def test_a_verdict_is_softmax_over_scores_divided_by_the_temperature() -> None:
    weights = random_weights(NETWORK)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    scores = forward(NETWORK, weights, pixels)["scores"]
    plain, calibrated = classify(NETWORK, weights, pixels), classify(NETWORK, weights, pixels, CARD)
    np.testing.assert_allclose(plain.probabilities, softmax(scores), rtol=1e-4)
    np.testing.assert_allclose(calibrated.probabilities, softmax(scores / 2), rtol=1e-4)
    np.testing.assert_allclose(calibrated.scores, scores, rtol=1e-4)
    assert plain.is_none is plain.distance is None
    assert calibrated.is_none is None
    assert plain.temperature == 1


def test_a_picture_beyond_the_limit_is_none_of_the_ten() -> None:
    weights, rng = random_weights(NETWORK), np.random.default_rng(0)
    pictures = rng.integers(0, 256, (30, 32, 32, 3), np.uint8)
    rows = summary(NETWORK, forward(NETWORK, weights, pictures))
    typical = Typical.of(rows[:20])
    for pixels, distance in zip(pictures[20:], typical.distance(rows[20:]).tolist(), strict=True):
        for averaged in (False, True):
            for limit in (distance * 0.999, distance * 1.001):
                card = replace(CARD, distance_limit=limit)
                found = classify(NETWORK, weights, pixels, card, typical, averaged)
                assert found.distance == pytest.approx(distance, rel=1e-4)
                assert found.is_none == (distance > limit)


def test_a_verdict_over_views_is_the_mean_of_each() -> None:
    weights = random_weights(NETWORK)
    pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    each = [classify(NETWORK, weights, view, CARD) for view in views(pixels)]
    found = classify(NETWORK, weights, pixels, CARD, averaged=True)
    assert found.views == COUNT
    np.testing.assert_allclose(
        found.probabilities, np.mean([one.probabilities for one in each], axis=0), rtol=1e-3, atol=1e-6
    )


SHIPPED = pretrained.shipped()
LARGE = 1_000_000  # parameters


@pytest.mark.parametrize("run", SHIPPED, ids=[run.id for run in SHIPPED])
def test_what_comes_along_has_its_card_and_is_small(run: pretrained.Run) -> None:
    card = read_card(run.folder)
    assert card
    newest = run.snapshots()[-1]
    assert card.step == newest.step == run.status().step
    assert newest.path.stat().st_size <= 4_000_000
    text = (run.folder / "CARD.md").read_text()
    size = newest.path.stat().st_size
    assert text == card_text(run, card, f"python -m cnn models {run.id}", size)
    assert f"It classifies {percent(card.test_accuracy)} of" in text
    assert all(name in text for name in CLASSES)
    assert not list(run.folder.glob("checkpoint-*"))


@pytest.mark.tensorflow
@pytest.mark.parametrize("run", SHIPPED, ids=[run.id for run in SHIPPED])
def test_the_accuracy_of_a_card_is_that_of_the_weights_that_came_along(
    run: pretrained.Run, real_data: Path
) -> None:
    from cnn.interpret.model_cache import run_batches, with_weights

    card = read_card(run.folder)
    assert card
    here = source(batches_folder(real_data))
    stated = {card.source: card.test_accuracy} | {c.source: c.test_accuracy for c in card.other_copies}
    if here not in stated:
        pytest.skip(f"the card is about {' and '.join(stated)}, and here is {here}")
    # A large network would take a minute for all pictures; a quarter of them differs by 0.6 % on average.
    whole = total_parameters(walk(run.setup.network)) < LARGE
    places = np.arange(len(labels_of("cifar10")))[:: 1 if whole else 4]
    labels, pixels = labels_of("cifar10")[places], pictures_of("cifar10", places)
    loaded = with_weights(run.setup.network, run.weights())
    found = [np.argmax(shares, axis=1) for _, shares in run_batches(loaded.model, pixels, 200)]
    right = np.concatenate(found) == labels
    # rounding may turn a picture or two
    assert right.mean() == pytest.approx(stated[here], abs=0.0005 if whole else 0.025)
    for label in range(10 if whole and here == card.source else 0):
        assert right[labels == label].mean() == pytest.approx(card.per_class[label], abs=0.003)
