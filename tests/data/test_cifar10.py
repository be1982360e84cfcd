"""CIFAR-10 on disk: hand-built records give known pixels, and whatever is wrong with a file is named."""

import os
from hashlib import md5
from pathlib import Path

import numpy as np
import pytest

from cnn import data
from cnn.core.errors import DataError
from cnn.data import cifar10, layout, mapped

BATCHES = "cifar-10-batches-bin"


def records(seed: int = 0) -> np.ndarray:
    """10,000 black pictures, 1,000 of each class; the first three hold bytes known below."""
    table = np.zeros((10_000, 3073), dtype=np.uint8)
    table[:, 0] = np.arange(10_000) % 10
    table[0, 1:] = np.repeat([10, 20, 30], 1024)  # red 10, green 20, blue 30 everywhere
    table[1, 1 + 0 * 1024 + 5] = 111  # red, row 0, column 5
    table[1, 1 + 2 * 1024 + 3 * 32 + 31] = 222  # blue, row 3, column 31
    table[2, 1:4] = seed
    return table


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / BATCHES).mkdir()
    for number, name in enumerate((*layout.TRAIN_FILES, layout.TEST_FILE)):
        (folder / BATCHES / name).write_bytes(records(number).tobytes())
    (folder / BATCHES / "batches.meta.txt").write_text("\n".join(data.CLASSES) + "\n\n")
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """The whole set by hard links: cheap, and a test that replaces a file leaves the original alone."""
    (tmp_path / BATCHES).mkdir()
    for path in (whole / BATCHES).iterdir():
        os.link(path, tmp_path / BATCHES / path.name)
    return tmp_path


def spoil(folder: Path, name: str, content: bytes) -> None:
    path = folder / BATCHES / name
    path.unlink()
    path.write_bytes(content)


def test_a_record_becomes_the_picture_worked_by_hand():
    images, labels = cifar10.decode(records()[:2])
    assert images.shape == (2, 32, 32, 3)
    assert images.dtype == np.uint8
    assert labels.tolist() == [0, 1]
    assert (images[0] == [10, 20, 30]).all()
    assert images[1, 0, 5].tolist() == [111, 0, 0]
    assert images[1, 3, 31].tolist() == [0, 0, 222]
    assert images[1].sum() == 333


def test_a_whole_folder_loads(whole: Path):
    assert cifar10.check(whole) == cifar10.DataStatus(True, "", whole / BATCHES)
    loaded = cifar10.load(whole)
    assert loaded.name == "cifar10"
    assert loaded.train_images.shape == (45_000, 32, 32, 3)
    assert np.bincount(loaded.train_labels).tolist() == [4_500] * 10
    assert np.bincount(loaded.validation_labels).tolist() == [500] * 10
    assert (loaded.test_labels == np.arange(10_000) % 10).all()
    assert loaded.test_images[1, 3, 31].tolist() == [0, 0, 222]
    assert loaded.test_images[2, 0, :4, 0].tolist() == [5, 5, 5, 0]  # from the test file, not a training file


def test_the_files_may_lie_directly_in_the_folder(whole: Path):
    assert cifar10.check(whole / BATCHES) == cifar10.DataStatus(True, "", whole / BATCHES)


def test_test_pictures_are_read_one_by_one(whole: Path):
    picture, label = cifar10.test_picture(1, whole)
    assert (picture[3, 31].tolist(), label) == ([0, 0, 222], 1)
    assert cifar10.test_pictures([1, 0], whole)[1, 9, 9].tolist() == [10, 20, 30]
    assert cifar10.test_pictures([], whole).shape == (0, 32, 32, 3)
    assert cifar10.test_labels(whole)[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_validation_pictures_are_read_one_by_one(whole: Path):
    loaded = cifar10.load(whole)
    expected = loaded.validation_images
    chosen = [4999, 0, 17, 17]
    np.testing.assert_array_equal(cifar10.validation_pictures(chosen, whole), expected[chosen])
    assert cifar10.validation_pictures([], whole).shape == (0, 32, 32, 3)
    np.testing.assert_array_equal(cifar10.validation_labels(whole), loaded.validation_labels)
    for index in (-1, 5000):
        with pytest.raises(DataError, match=f"no validation picture {index:,}: allowed are 0 to 4,999"):
            cifar10.validation_pictures([index], whole)


@pytest.mark.parametrize("index", [-1, 10_000])
def test_a_test_picture_that_is_not_there_is_refused(whole: Path, index: int):
    with pytest.raises(DataError, match=r"allowed are 0 to 9,999"):
        cifar10.test_picture(index, whole)


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path):
    status = cifar10.check(tmp_path)
    assert not status.present
    assert layout.URL in status.problem
    assert str(tmp_path) in status.problem
    for ask in (cifar10.load, cifar10.test_labels):
        with pytest.raises(DataError, match="none of its six files is there"):
            ask(tmp_path)


def test_a_missing_file_is_named(copy: Path):
    (copy / BATCHES / "data_batch_3.bin").unlink()
    problem = cifar10.check(copy).problem
    assert problem.startswith("data_batch_3.bin missing")


@pytest.mark.parametrize(
    ("size", "said"), [(30_729_999, "too short"), (30_730_001, "too long"), (0, "too short")]
)
def test_a_file_of_the_wrong_size_is_named(copy: Path, size: int, said: str):
    spoil(copy, "test_batch.bin", bytes(size))
    problem = cifar10.check(copy).problem
    assert problem.startswith("test_batch.bin")
    assert said in problem
    assert f"{size:,} bytes, 30,730,000 are expected" in problem
    with pytest.raises(DataError, match=said):
        cifar10.test_picture(0, copy)


def test_a_label_above_nine_is_named(copy: Path):
    table = records()
    table[5_000, 0] = 77
    spoil(copy, "data_batch_2.bin", table.tobytes())
    problem = cifar10.check(copy).problem
    assert problem.startswith("data_batch_2.bin")
    assert "the label 77, 0 to 9 are expected" in problem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("test_batch.bin", "999 pictures of the class airplane, 1,000 are expected"),
        ("data_batch_5.bin", "4,999 pictures of the class airplane, 5,000 are expected"),
    ],
)
def test_an_unbalanced_file_is_named(copy: Path, name: str, said: str):
    assert cifar10.check(copy).present  # and a change after that is seen
    table = records()
    table[0, 0] = 3
    spoil(copy, name, table.tobytes())
    assert said in cifar10.check(copy).problem


def test_other_class_names_are_refused(copy: Path):
    spoil(copy, "batches.meta.txt", b"apple\naquarium_fish\n")
    problem = cifar10.check(copy).problem
    assert "'apple aquarium_fish'" in problem
    (copy / BATCHES / "batches.meta.txt").unlink()
    assert cifar10.check(copy).present  # the names may be absent


def test_only_what_has_the_published_bytes_is_called_cifar10(copy: Path, monkeypatch: pytest.MonkeyPatch):
    batches = copy / BATCHES
    assert "unverified" in layout.source(batches)
    (batches / "SOURCE.txt").write_text("CIFAR-10, JPEG\x1b copy " + 100 * "x" + "\nsecond line\n")
    assert layout.source(batches) == "CIFAR-10, JPEG copy " + 40 * "x"
    (batches / "SOURCE.txt").write_text("CIFAR-10\n")  # says so, and is not
    assert "unverified" in layout.source(batches)
    sums = {name: md5((batches / name).read_bytes()).hexdigest() for name in layout.OFFICIAL_MD5}
    monkeypatch.setattr(layout, "OFFICIAL_MD5", sums)  # however the files came there
    assert layout.source(batches) == "CIFAR-10"
    spoil(copy, "data_batch_1.bin", records(9).tobytes())
    assert layout.source(batches) != "CIFAR-10"


def test_the_folder_is_the_one_named(monkeypatch: pytest.MonkeyPatch, whole: Path):
    monkeypatch.setenv("CNN_LAB_DATA", str(whole))
    assert cifar10.data_folder() == whole
    assert cifar10.check().present
    monkeypatch.delenv("CNN_LAB_DATA")
    assert "cnn-lab" in str(cifar10.data_folder())


def test_data_sets_are_found_by_name(monkeypatch: pytest.MonkeyPatch, whole: Path):
    monkeypatch.setenv("CNN_LAB_DATA", str(whole))
    assert data.NAMES == ("cifar10", "sketch10")
    assert data.test_pictures("cifar10", [1]).shape == (1, 32, 32, 3)
    assert data.test_picture("cifar10", 1)[1] == data.test_labels("cifar10")[1]
    assert len(data.test_labels("sketch10")) == 2_000
    for ask in (data.load, data.test_labels):
        with pytest.raises(DataError, match="'mnist': allowed are cifar10 and sketch10"):
            ask("mnist")


def test_the_real_pictures_are_whole_and_differ():
    if not (os.environ.get("CNN_LAB_DATA") and cifar10.check().present):
        pytest.skip("skipped: CNN_LAB_DATA does not name a folder with CIFAR-10")
    loaded = cifar10.load()
    assert np.bincount(loaded.train_labels).tolist() == [4_500] * 10
    assert np.bincount(loaded.validation_labels).tolist() == [500] * 10
    pictures = {picture.tobytes() for picture in loaded.train_images}
    shared = sum(picture.tobytes() in pictures for picture in loaded.validation_images)
    assert shared <= 1  # CIFAR-10 itself holds a few pictures twice
    # Ships stand in more blue than red, deer do not: the planes are in the right order.
    ship, deer = (loaded.test_images[loaded.test_labels == label].mean((0, 1, 2)) for label in (8, 4))
    assert ship[2] > ship[0]
    assert deer[2] < deer[0]


ARRAYS = [f"{part}_{kind}" for part in ("train", "validation", "test") for kind in ("images", "labels")]


def test_decoded_pictures_are_mapped_from_one_file(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(copy))
    expected = cifar10.load(copy)
    before = copy / "cifar10-of-other-pictures.pixels"
    before.touch()
    data.load("cifar10")
    (file,) = copy.glob("cifar10-*.pixels")  # the file of other pictures is gone
    assert file != before
    for again in range(2):
        with monkeypatch.context() as fixed:
            fixed.setattr(cifar10, "load", lambda folder: pytest.fail("it was decoded again"))
            found = data.load("cifar10")
        assert (found.name, found.source) == (expected.name, expected.source)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
            assert getattr(found, name).dtype == getattr(expected, name).dtype
        assert [getattr(found, name).ctypes.data % 64 for name in ARRAYS[::2]] == [0, 0, 0]
        found.train_images[:] = 255  # which changes neither the file nor what is loaded next
        if not again:
            file.write_bytes(file.read_bytes()[:-1])  # a damaged file is written again
            data.load("cifar10")
    spoil(copy, "data_batch_1.bin", records(9).tobytes())
    data.load("cifar10")
    assert not file.exists()
    assert len(list(copy.glob("cifar10-*.pixels"))) == 1


def test_without_space_on_the_disk_pictures_are_in_memory(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(copy))
    monkeypatch.setattr(mapped, "FREE_BYTES", 2**62)
    assert len(data.load("cifar10").train_labels) == 45_000
    assert not list(copy.glob("*.pixels"))
