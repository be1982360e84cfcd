"""The distance from the usual, against NumPy's inverse covariance; and what is kept of it on disk."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from cnn.evaluation.ood import DIRECTIONS, FILE, Typical, number_count, summarised_layers, summary
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec

SMALL = NetworkSpec(blocks=(Block((Convolution(5),)), Block((Convolution(3),), activation="tanh")))


def rows(count: int, numbers: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, numbers)) @ rng.normal(size=(numbers, numbers)) + 5).astype(np.float32)


def test_with_few_numbers_it_is_the_distance_of_mahalanobis() -> None:
    train, other = rows(2000, 8), rows(50, 8, 1)
    inverse = np.linalg.inv(np.cov(train, rowvar=False, bias=True))
    away = other - train.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", away, inverse, away) / 8
    np.testing.assert_allclose(Typical.of(train).distance(other), expected, rtol=5e-3)


@pytest.mark.parametrize("numbers", [3, DIRECTIONS, DIRECTIONS + 40])
def test_a_training_picture_is_one_away_on_average(numbers: int) -> None:
    train = rows(3000, numbers)
    assert Typical.of(train).distance(train).mean() == pytest.approx(1.0, abs=0.02)


def test_numbers_that_say_nothing_new_make_training_pictures_less_far_away() -> None:
    train = rows(3000, 10)
    train[:, 2], train[:, 5] = 0, 2 * train[:, 4]
    assert Typical.of(train).distance(train).mean() == pytest.approx(0.8, abs=0.02)


def test_a_filter_that_never_answers_counts_when_it_does() -> None:
    train = rows(500, 6)
    train[:, 2] = 0
    typical = Typical.of(train)
    assert np.isfinite(typical.distance(train)).all()
    loud = train[:1].copy()
    loud[0, 2] = 1
    assert typical.distance(loud)[0] > 100 * typical.distance(train[:1])[0]


def test_it_comes_back_from_disk_and_what_does_not_fit_is_none(tmp_path: Path) -> None:
    typical = Typical.of(rows(100, number_count(SMALL)))
    assert Typical.read(tmp_path, SMALL) is None
    typical.write(tmp_path)
    again = Typical.read(tmp_path, SMALL)
    assert again
    for name, array in vars(typical).items():
        np.testing.assert_array_equal(getattr(again, name), array)
    assert Typical.read(tmp_path, PRESETS["lecture"].setup.network) is None
    parts = load_file(tmp_path / FILE)
    for change in (
        {"rest": np.zeros(1, np.float32)},
        {"mean": parts["mean"] * np.nan},
        {"more": parts["mean"]},
    ):
        save_file(parts | change, tmp_path / FILE)
        assert Typical.read(tmp_path, SMALL) is None
    (tmp_path / FILE).write_bytes(b"no safetensors")
    assert Typical.read(tmp_path, SMALL) is None


def test_a_network_is_summed_up_by_the_means_of_its_activations() -> None:
    assert summarised_layers(SMALL) == ("relu1", "tanh2")
    assert number_count(SMALL) == 8
    maps = {"relu1": np.ones((2, 4, 4, 5)), "tanh2": np.arange(2 * 4 * 3.0).reshape(2, 2, 2, 3)}
    found = summary(SMALL, maps)
    assert found.shape == (2, 8)
    assert found[0].tolist() == [1, 1, 1, 1, 1, 4.5, 5.5, 6.5]
    bare = NetworkSpec(blocks=(Block((Convolution(5),), activation="none"),))
    assert summarised_layers(bare) == ("conv1",)
