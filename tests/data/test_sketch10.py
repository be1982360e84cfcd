"""sketch10: the same pictures for the same seed, balanced, learnable, and not by mean colour alone."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from cnn import data
from cnn.core.errors import DataError
from cnn.data.dataset import Dataset
from cnn.data.synthetic import disk_cache, sketch10


@pytest.fixture(scope="module")
def drawn() -> Dataset:
    return sketch10.load(train=1_500, validation=100, test=300)


def nearest(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The label of the nearest training point, by squared distance."""
    distances = (train**2).sum(1) - 2 * test @ train.T
    return labels[distances.argmin(1)]


def test_parts_are_balanced_and_say_that_they_are_drawn(drawn: Dataset):
    assert drawn.train_images.shape == (1_500, 32, 32, 3)
    assert drawn.train_images.dtype == np.uint8
    assert np.bincount(drawn.train_labels).tolist() == [150] * 10
    assert np.bincount(drawn.validation_labels).tolist() == [10] * 10
    assert np.bincount(drawn.test_labels).tolist() == [30] * 10
    assert (drawn.name, drawn.source) == ("sketch10", "sketch10, drawn by code")


def test_no_picture_is_there_twice(drawn: Dataset):
    parts = (drawn.train_images, drawn.validation_images, drawn.test_images)
    assert len({picture.tobytes() for part in parts for picture in part}) == 1_900


def test_the_seed_alone_decides(drawn: Dataset):
    again = sketch10.load(train=20, validation=10, test=10)
    other = sketch10.load(train=20, validation=10, test=10, seed=1)
    assert (again.train_images == drawn.train_images[:20]).all()
    assert (again.validation_images == drawn.validation_images[:10]).all()
    assert (other.train_images != drawn.train_images[:20]).any(axis=(1, 2, 3)).all()


def test_test_pictures_are_those_of_the_data_set(drawn: Dataset):
    assert (sketch10.test_pictures([7, 299, 0]) == drawn.test_images[[7, 299, 0]]).all()
    picture, label = sketch10.test_picture(23)
    assert (picture == drawn.test_images[23]).all()
    assert label == drawn.test_labels[23]
    assert (sketch10.test_labels()[:300] == drawn.test_labels).all()
    assert sketch10.test_pictures([]).shape == (0, 32, 32, 3)


@pytest.mark.parametrize("index", [-1, 2_000])
def test_a_test_picture_that_is_not_there_is_refused(index: int):
    with pytest.raises(DataError, match="allowed are 0 to 1,999"):
        sketch10.test_picture(index)


def test_an_empty_part_is_refused():
    with pytest.raises(DataError, match="1 or more"):
        sketch10.load(train=0)


def test_it_can_be_learned_but_not_by_mean_colour(drawn: Dataset):
    def score(features_of_train: np.ndarray, features_of_test: np.ndarray) -> float:
        guessed = nearest(features_of_train, drawn.train_labels, features_of_test)
        return float((guessed == drawn.test_labels).mean())

    train, test = (x.astype(np.float32) / 255 for x in (drawn.train_images, drawn.test_images))
    by_pixels = score(train.reshape(1_500, -1), test.reshape(300, -1))
    by_colour = score(train.mean((1, 2)), test.mean((1, 2)))
    # 300 pictures at chance level: 10 % ± 1.7 %
    assert by_pixels > 0.2
    assert by_colour < 0.45


@pytest.fixture(name="draws")
def fixture_draws(drawn: Dataset, monkeypatch: pytest.MonkeyPatch) -> list[Dataset]:
    """Let `drawn` be all there is of sketch10; return how often it has been drawn."""
    draws: list[Dataset] = []
    monkeypatch.setattr(sketch10, "load", lambda: draws.append(drawn) or drawn)
    return draws


def test_the_whole_is_drawn_once(
    draws: list[Dataset], drawn: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "new"))
    for _ in range(3):
        found = data.load("sketch10")
        for field in fields(Dataset):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(drawn, field.name))
    assert len(draws) == 1
    (file,) = (tmp_path / "new").iterdir()
    for broken in (b"", file.read_bytes()[:-1]):
        draws.clear()
        file.write_bytes(broken)
        data.load("sketch10")
        data.load("sketch10")
        assert len(draws) == 1
    monkeypatch.setattr(disk_cache, "_drawn_by", lambda: "other code")
    data.load("sketch10")
    assert len(draws) == 2


def test_where_nothing_can_be_kept_it_is_drawn_each_time(
    draws: list[Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "file"))
    for _ in range(2):
        assert data.load("sketch10").name == "sketch10"
    assert len(draws) == 2


def test_validation_pictures_are_those_of_the_whole():
    loaded = sketch10.load(train=1, validation=12, test=1)
    expected = loaded.validation_images
    np.testing.assert_array_equal(sketch10.validation_pictures([11, 3]), expected[[11, 3]])
    np.testing.assert_array_equal(sketch10.validation_labels()[:12], loaded.validation_labels)
    with pytest.raises(DataError, match="no validation picture 1,000"):
        sketch10.validation_pictures([1000])
