"""The rule that finds the same picture twice, on drawn pictures; and the list for the official files."""

from pathlib import Path

import numpy as np
import pytest

from cnn import data
from cnn.data.layout import batches_folder
from cnn.evaluation import duplicates
from cnn.evaluation.evaluations import Evaluation


def shifted(pictures: np.ndarray, down: int, right: int) -> np.ndarray:
    """Move pictures, what comes in at the edge mirrored."""
    padded = np.pad(pictures, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    return padded[:, 3 - down : 35 - down, 3 - right : 35 - right]


def test_moved_mirrored_and_recoloured_copies_are_found_and_nothing_else() -> None:
    drawn = data.test_pictures("sketch10", range(60))
    train, test = drawn[:40], drawn[40:].copy()
    test[3] = shifted(train[7:8], 2, -3)[0]
    test[8] = train[11][:, ::-1]
    test[12] = np.clip(train[20].astype(float) * 0.7 + 40, 0, 255).astype(np.uint8)
    found = duplicates.find(test, train, threshold=0.9)
    assert {(one, other, mirrored) for one, other, _, mirrored in found} >= {
        (3, 7, False),
        (8, 11, True),
        (12, 20, False),
    }
    assert all(one in (3, 8, 12) for one, *_ in found)
    likeness = [pair[2] for pair in found]
    assert likeness == sorted(likeness, reverse=True)


def test_flat_pictures_are_like_nothing() -> None:
    flat = np.full((3, 32, 32, 3), 90, np.uint8)
    assert duplicates.find(flat, flat) == []


def test_the_list_is_not_used_for_other_bytes(tmp_path: Path) -> None:
    assert duplicates.known(tmp_path) is None
    for name in ("test_batch.bin", *(f"data_batch_{i}.bin" for i in range(1, 6))):
        (tmp_path / name).write_bytes(b"other")
    assert duplicates.known(tmp_path) is None


def test_each_pair_of_the_list_is_found_again_in_the_official_files(real_data: Path) -> None:
    batches = batches_folder(real_data)
    listed = duplicates.known(batches)
    if listed is None:
        pytest.skip("these are not the official files of CIFAR-10")
    assert len(np.unique(listed.test)) == len(listed.test)
    assert (np.diff(listed.likeness) <= 0).all()
    some = np.arange(0, len(listed.test), 5)
    train, _ = duplicates.training_pictures(batches, listed.train[some])
    test = data.test_pictures("cifar10", listed.test[some])
    found = {one: likeness for one, _, likeness, _ in duplicates.find(test, train)}
    for place, pair in enumerate(some.tolist()):
        assert found[place] >= listed.likeness[pair] - 1e-3  # another of these may be even more alike


def test_an_evaluation_of_fewer_pictures_has_no_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = duplicates.Duplicates(
        np.array([3, 40]), np.array([1, 2]), np.array([0.9, 0.8]), np.zeros(2, bool)
    )
    monkeypatch.setattr(duplicates, "known", lambda batches: listed)

    def of(count: int, part: str = "test") -> duplicates.Duplicates | None:
        scores, labels = np.zeros((count, 10), np.float32), np.zeros(count, np.int64)
        return duplicates.of_test(Evaluation("cifar10", part, "a copy", scores, labels))

    assert of(41) is listed
    assert of(40) is None
    assert of(41, "validation") is None
