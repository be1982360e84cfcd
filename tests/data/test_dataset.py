"""Splitting and thinning a data set: disjoint, balanced, and the same however the files are ordered."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.core.errors import DataError
from cnn.data.dataset import Dataset, _quotas, split_validation


def pictures(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures that all differ, and labels 0 to 9 by turns."""
    images = np.zeros((count, 32, 32, 3), dtype=np.uint8)
    images[:, 0, 0, :2] = np.stack(np.divmod(np.arange(count), 256), axis=-1)
    return images, np.arange(count) % 10


def numbers(images: np.ndarray) -> set[int]:
    return set((images[:, 0, 0, 0].astype(int) * 256 + images[:, 0, 0, 1]).tolist())


def dataset(count: int = 200) -> Dataset:
    images, labels = pictures(count)
    return Dataset("toy", "made by hand", images, labels, images[:10], labels[:10], images[:20], labels[:20])


def test_the_split_is_disjoint_and_balanced():
    train, train_labels, validation, validation_labels = split_validation(*pictures(1_000), validation=100)
    assert numbers(train).isdisjoint(numbers(validation))
    assert numbers(train) | numbers(validation) == set(range(1_000))
    assert np.bincount(train_labels).tolist() == [90] * 10
    assert np.bincount(validation_labels).tolist() == [10] * 10
    assert all(
        number % 10 == label for number, label in zip(sorted(numbers(train)), train_labels, strict=True)
    )


def test_the_split_depends_on_the_pictures_and_not_on_their_order():
    images, labels = pictures(1_000)
    order = np.random.default_rng(3).permutation(1_000)
    chosen = numbers(split_validation(images, labels, 100)[2])
    assert numbers(split_validation(images[order], labels[order], 100)[2]) == chosen
    assert numbers(split_validation(images, labels, 100, seed=1)[2]) != chosen


@pytest.mark.parametrize("validation", [0, 1_000, -5])
def test_an_empty_part_is_refused(validation: int):
    with pytest.raises(DataError, match="allowed are 1 to 999"):
        split_validation(*pictures(1_000), validation=validation)


def test_the_inputs_of_a_split_stay_as_they_are():
    images, labels = pictures(100)
    before = images.copy(), labels.copy()
    split_validation(images, labels, 10)
    assert (images == before[0]).all()
    assert (labels == before[1]).all()


def test_take_is_balanced_seeded_and_nested():
    whole = dataset()
    fifty = whole.take(50, seed=1)
    assert np.bincount(fifty.train_labels).tolist() == [5] * 10
    assert numbers(fifty.train_images) == numbers(whole.take(50, seed=1).train_images)
    assert numbers(fifty.train_images) != numbers(whole.take(50, seed=2).train_images)
    assert numbers(fifty.train_images) < numbers(whole.take(100, seed=1).train_images)
    assert sorted(np.bincount(whole.take(53).train_labels).tolist()) == [5] * 7 + [6] * 3
    assert fifty.test_images is whole.test_images


def test_take_more_than_all_is_all_and_nothing_is_refused():
    whole = dataset()
    assert whole.take(200) is whole
    assert whole.take(10_000) is whole
    with pytest.raises(DataError, match="take 1 or more"):
        whole.take(0)


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=10), st.floats(0, 1))
def test_quotas_add_up_and_differ_only_where_a_class_runs_out(available: list[int], share: float):
    count = round(share * sum(available))
    quotas = _quotas(available, count)
    assert sum(quotas) == count
    assert all(0 <= quota <= there for quota, there in zip(quotas, available, strict=True))
    unlimited = [quota for quota, there in zip(quotas, available, strict=True) if quota < there]
    assert not unlimited or max(quotas) - min(unlimited) <= 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"test_labels": np.zeros(3, dtype=int)}, r"test labels are shaped \(3,\) for 20 images"),
        ({"train_images": np.zeros((200, 32, 32, 3))}, "train images are float64"),
        ({"validation_labels": np.full(10, 10)}, "validation labels run from 10 to 10"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, np.ndarray], said: str):
    with pytest.raises(DataError, match=said):
        replace(dataset(), **change)
