"""What a filter looks for: against brute force, and against noise."""

from types import ModuleType

import numpy as np
import pytest

from cnn.core.errors import DataError
from cnn.data.subset import Pictures, of_each_class
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from support.random_weights import random_pictures, random_weights

NETWORK = NetworkSpec(
    (
        Block((Convolution(4), Convolution(5)), batch_norm=True, residual=True),
        Block((Convolution(6, 3, 1, "valid"),), activation="tanh", pooling="none"),
    ),
    dense=(Dense(7),),
)
WEIGHTS = random_weights(NETWORK)
COUNT = 260
PICTURES = Pictures(
    "sketch10",
    random_pictures(COUNT),
    np.arange(COUNT) % 10,
    np.arange(COUNT) * 7 + 3,
    "made of noise",
)


@pytest.fixture(scope="module")
def features(network: ModuleType) -> ModuleType:
    import cnn.interpret.feature_visualization as module

    return module


@pytest.fixture(scope="module")
def loaded(network: ModuleType) -> ModuleType:
    import cnn.interpret.model_cache as module

    return module


@pytest.mark.tensorflow
@pytest.mark.parametrize("layer", ["conv1_1", "relu1_2", "pool1", "tanh2", "relu_dense1", "scores"])
def test_the_nine_are_those_of_brute_force(features: ModuleType, loaded: ModuleType, layer: str) -> None:
    shares: list[float] = []
    found = features.winners(loaded.with_weights(NETWORK, WEIGHTS), layer, PICTURES, shares.append)
    values = forward(NETWORK, WEIGHTS, PICTURES.pixels)[layer]
    maps = values if values.ndim == 4 else values[:, None, None, :]
    assert found.values.shape == (maps.shape[3], 9)
    for channel in range(maps.shape[3]):
        best = maps[..., channel].reshape(COUNT, -1).max(axis=1)
        expected = sorted(best, reverse=True)[:9]
        np.testing.assert_allclose(found.values[channel], expected, atol=1e-4)
        np.testing.assert_allclose(found.lowest[channel], best.min(), atol=1e-4)
        assert abs(int(found.active[channel]) - int((best > 1e-5).sum())) <= (np.abs(best) <= 1e-5).sum()
        for place in range(9):
            index = int(np.flatnonzero(PICTURES.numbers == found.numbers[channel, place])[0])
            own = maps[index, found.rows[channel, place], found.columns[channel, place], channel]
            assert own == pytest.approx(found.values[channel, place], abs=1e-4)
        assert len(set(found.numbers[channel])) == 9
    assert (found.total, found.pictures) == (COUNT, "made of noise")
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.tensorflow
def test_equal_pictures_come_in_their_order(features: ModuleType, loaded: ModuleType) -> None:
    weights = WEIGHTS | {"conv2/kernel": np.zeros_like(WEIGHTS["conv2/kernel"])}
    found = features.winners(loaded.with_weights(NETWORK, weights), "conv2", PICTURES)
    np.testing.assert_array_equal(found.numbers, np.tile(PICTURES.numbers[:9], (6, 1)))
    assert not found.rows.any()
    assert not found.columns.any()


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(127.5, 20, (50, 32, 32, 3)).clip(0, 255).astype(np.uint8)


@pytest.mark.tensorflow
@pytest.mark.parametrize("goal", ["mean", "centre"])
@pytest.mark.parametrize(
    ("layer", "climbed"),
    [("conv1_1", "conv1_1"), ("relu1_2", "add1"), ("tanh2", "conv2"), ("pool1", "pool1")],
)
def test_the_made_picture_excites_more_than_noise(
    features: ModuleType, loaded: ModuleType, layer: str, climbed: str, goal: str
) -> None:
    found = features.climb(loaded.with_weights(NETWORK, WEIGHTS), layer, 1, goal, 4)
    assert found.climbed == climbed
    assert not found.stuck

    def value(pixels: np.ndarray) -> np.ndarray:
        maps = forward(NETWORK, WEIGHTS, pixels)[climbed][..., 1]
        rows, columns = maps.shape[1:]
        return maps[:, rows // 2, columns // 2] if goal == "centre" else maps.mean(axis=(1, 2))

    made = value(found.frames)
    assert made[-1] > value(noise(0)).max()
    np.testing.assert_allclose(made, found.values[list(found.steps)], rtol=0.03, atol=0.03)
    assert found.frames.shape == (12, 32, 32, 3)
    assert (found.steps[0], found.steps[-1], len(found.values)) == (0, 96, 97)
    assert found.highest == pytest.approx(
        float(forward(NETWORK, WEIGHTS, found.frames[-1])[layer][..., 1].max()), rel=0.03, abs=0.03
    )


@pytest.mark.tensorflow
def test_one_seed_gives_one_picture(features: ModuleType, loaded: ModuleType) -> None:
    network = loaded.with_weights(NETWORK, WEIGHTS)
    first, again, other = (features.climb(network, "conv2", 0, "mean", seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.frames[-1], other.frames[-1])


@pytest.mark.tensorflow
def test_a_neuron_can_be_climbed(features: ModuleType, loaded: ModuleType) -> None:
    found = features.climb(loaded.with_weights(NETWORK, WEIGHTS), "relu_dense1", 2, "mean", 0)
    assert found.climbed == "dense1"
    assert found.values[-1] > found.values[0]


@pytest.mark.tensorflow
def test_a_dead_channel_stays_at_zero(features: ModuleType, loaded: ModuleType) -> None:
    lecture = PRESETS["lecture"].setup.network
    weights = random_weights(lecture)
    weights["conv1/kernel"][..., 5] = 0
    weights["conv1/bias"][5] = -1
    weights["conv2/kernel"][..., 3] *= 1e-3
    weights["conv2/bias"][3] = -1
    network = loaded.with_weights(lecture, weights)
    cut = features.climb(network, "relu1", 5, "mean", 0)
    assert cut.stuck
    assert cut.highest == 0
    np.testing.assert_allclose(cut.values, -1)
    weak = features.climb(network, "relu2", 3, "mean", 0)
    assert not weak.stuck
    assert weak.highest == 0


# The pictures that are looked through; no TensorFlow


def test_a_sample_has_the_first_of_every_class(real_data: object) -> None:
    from cnn import data

    found = of_each_class("cifar10", 200)
    labels = data.test_labels("cifar10")
    assert np.bincount(found.labels).tolist() == [20] * 10
    for label in range(10):
        own = found.numbers[found.labels == label]
        np.testing.assert_array_equal(own, np.flatnonzero(labels == label)[:20])
    np.testing.assert_array_equal(found.pixels, data.test_pictures("cifar10", found.numbers))
    assert found.about == "the first 20 test pictures of each class of CIFAR-10, 200 in all"


def test_a_sample_of_the_drawn_pictures_says_that_they_are_drawn() -> None:
    found = of_each_class("sketch10", 30)
    assert np.bincount(found.labels).tolist() == [3] * 10
    assert "drawn by code" in found.about


@pytest.mark.parametrize("count", [0, -10, 25, 2010])
def test_a_sample_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(DataError, match=r"allowed is a multiple of 10 up to 2,000"):
        of_each_class("sketch10", count)
