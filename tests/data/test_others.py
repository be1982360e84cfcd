"""Pictures of none of the ten: the same for the same seed, all different, and of many sorts."""

import numpy as np
import pytest

from cnn.core.errors import DataError
from cnn.data.classes import CLASSES
from cnn.data.synthetic.others import KINDS, _makers, other_names, others

LEAST_SORTS = {"noise": 5, "textures": 10, "drawings": 16}


@pytest.fixture(scope="module")
def made() -> dict[str, np.ndarray]:
    return {kind: others(kind, 200) for kind in KINDS}


def of_sort(pictures: np.ndarray, kind: str, sort: str) -> np.ndarray:
    """Return the pictures of one sort, float."""
    names = other_names(kind)
    return pictures[names.index(sort) :: len(names)].astype(np.float64)


def every_sort() -> list[tuple[str, str]]:
    return [(kind, sort) for kind in KINDS for sort in other_names(kind)]


def test_the_kinds_and_their_words():
    assert dict(KINDS) == {
        "noise": "random noise",
        "textures": "textures",
        "drawings": "drawings of other things",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_type(made: dict[str, np.ndarray], kind: str):
    assert made[kind].shape == (200, 32, 32, 3)
    assert made[kind].dtype == np.uint8
    assert others(kind, 1).shape == (1, 32, 32, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_many_sorts_and_none_of_the_ten(kind: str):
    names = other_names(kind)
    assert len(set(names)) == len(names) >= LEAST_SORTS[kind]
    assert not set(names) & set(CLASSES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_alone_decides_and_fewer_are_the_beginning_of_more(made: dict[str, np.ndarray], kind: str):
    assert (others(kind, 30) == made[kind][:30]).all()
    assert (others(kind, 30, seed=1) != made[kind][:30]).any(axis=(1, 2, 3)).all()


def test_no_picture_is_there_twice(made: dict[str, np.ndarray]):
    for pictures in made.values():
        assert len({picture.tobytes() for picture in pictures}) == 200
    assert len({picture.tobytes() for pictures in made.values() for picture in pictures}) == 600


@pytest.mark.parametrize(("kind", "sort"), every_sort())
def test_a_sort_varies_and_is_not_a_plain_colour(made: dict[str, np.ndarray], kind: str, sort: str):
    pictures = of_sort(made[kind], kind, sort)
    assert pictures.std(axis=0).min() > 5  # at every place, from picture to picture
    assert pictures.std(axis=(1, 2)).mean(axis=1).min() > 4  # within each picture


def test_every_sort_has_its_own_maker():
    """Were two names of a kind one and the same maker, the same randomness would make the same picture."""
    for kind in KINDS:
        first = [make(np.random.default_rng(5)) for make in _makers(kind).values()]
        assert len({picture.tobytes() for picture in first}) == len(other_names(kind))


def test_picture_i_shows_sort_i_by_turns(made: dict[str, np.ndarray]):
    """Held by three sorts that can be measured: even noise, grey grains, and blocks of one colour."""
    uniform = of_sort(made["noise"], "noise", "uniform")
    assert uniform.mean() == pytest.approx(127.5, abs=1.5)
    assert uniform.std() == pytest.approx(255 / 12**0.5, abs=1.5)
    grains = np.isin(of_sort(made["noise"], "noise", "salt and pepper"), (0, 255)).mean(axis=(1, 2, 3))
    assert grains.min() > 0.05
    assert grains.max() < 0.7
    blocks = of_sort(made["noise"], "noise", "blocks").reshape(-1, 16, 2, 16, 2, 3)
    assert blocks.std(axis=(2, 4)).mean() < 8


def test_neighbours_are_alike_in_smooth_noise_only(made: dict[str, np.ndarray]):
    def step(sort: str) -> float:
        pictures = of_sort(made["noise"], "noise", sort)
        return float(np.abs(np.diff(pictures, axis=2)).mean() / pictures.std(axis=(1, 2)).mean())

    # Two independent values of a uniform noise are 1.15 standard deviations apart.
    assert step("uniform") == pytest.approx(2 / 12**0.5 * 2, abs=0.03)
    assert step("smooth") < 0.6
    assert step("clouds") < 0.75


@pytest.mark.parametrize("kind", ["textures", "drawings"])
def test_colours_are_of_all_hues_and_brightnesses(made: dict[str, np.ndarray], kind: str):
    colours = made[kind].mean(axis=(1, 2))
    assert np.ptp(colours.mean(axis=1)) > 100  # dark ones and bright ones
    assert set(colours.argmax(axis=1)) == {0, 1, 2}  # reddish, greenish and bluish ones


def test_an_unknown_kind_is_refused():
    with pytest.raises(DataError, match="'songs': allowed are noise, textures, drawings"):
        others("songs", 5)
    with pytest.raises(DataError, match="'songs'"):
        other_names("songs")


@pytest.mark.parametrize("count", [0, -3])
def test_too_few_are_refused(count: int):
    with pytest.raises(DataError, match="ask for 1 or more"):
        others("noise", count)
