import io
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from cnn.core.errors import PictureError
from cnn.images.image import (
    SIDE,
    Picture,
    decode_picture,
    display_size,
    picture_of,
    square_crop,
    to_network_size,
)
from support.odd_pictures import Opens, Outcome, damaged, good_pictures, odd_pictures, quadrants, saved

CORPUS = odd_pictures()
GOOD = good_pictures()


def corners(pixels: np.ndarray) -> np.ndarray:
    return pixels[[2, 2, -3, -3], [2, -3, 2, -3]].astype(int)


def check(data: bytes, outcome: Outcome) -> None:
    if not isinstance(outcome, Opens):
        with pytest.raises(PictureError) as caught:
            decode_picture(data)
        sentence = str(caught.value)
        assert all(word in sentence for word in outcome.words), sentence
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        return
    picture = decode_picture(data)
    assert (picture.width, picture.height) == outcome.size
    np.testing.assert_allclose(corners(picture.pixels), outcome.corners, atol=outcome.tolerance)
    if min(outcome.size) > 5:
        np.testing.assert_allclose(corners(picture.original), outcome.corners, atol=outcome.tolerance)
    assert any(outcome.note in note for note in picture.notes) if outcome.note else not picture.notes


@pytest.mark.parametrize("name", CORPUS)
def test_every_odd_picture_ends_as_it_must(name: str) -> None:
    check(*CORPUS[name])


def test_the_odd_pictures_are_many() -> None:
    assert len(CORPUS) >= 140
    assert sum(isinstance(outcome, Opens) for _, outcome in CORPUS.values()) >= 60


def test_nothing_leaks_where_warnings_are_not_errors() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for data, outcome in CORPUS.values():
            check(data, outcome)
    assert not seen


def test_threads_see_the_same() -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda case: check(*case), CORPUS.values()))


def test_bombs_take_no_memory() -> None:
    bombs = [data for name, (data, _) in CORPUS.items() if "bomb" in name or "declared" in name]
    assert len(bombs) >= 6
    tracemalloc.start()
    for data in bombs:
        with_or_without_error(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_pillow_is_left_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    for data, _ in CORPUS.values():
        with_or_without_error(data)
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)) == before


def test_pillow_refuses_truncated_files_by_default() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def with_or_without_error(data: bytes) -> None:
    """Decode; a refusal is fine, anything else is not."""
    try:
        picture = decode_picture(data)
    except PictureError:
        return
    assert picture.pixels.shape == (SIDE, SIDE, 3)
    assert picture.pixels.dtype == picture.original.dtype == np.uint8
    assert picture.original.ndim == 3
    assert picture.original.shape[2] == 3
    assert picture.original.shape[:2][::-1] == display_size(picture.width, picture.height)
    for (left, top, side), height, width in (
        (picture.crop, *picture.original.shape[:2]),
        (picture.crop_as_came, picture.height, picture.width),
    ):
        assert min(left, top) >= 0
        assert side == min(width, height)
        assert left + side <= width
        assert top + side <= height


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8L"]), st.binary()
)
def test_random_bytes_never_raise_anything_else(magic: bytes, data: bytes) -> None:
    with_or_without_error(magic + data)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 2**32))
def test_damaged_pictures_never_raise_anything_else(data: bytes, seed: int) -> None:
    with_or_without_error(damaged(data, GOOD, seed))


def test_a_picture_of_the_right_size_comes_through_unchanged() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    np.testing.assert_array_equal(to_network_size(rgb), rgb)
    for file in (saved(rgb, "PNG"), saved(rgb, "WEBP", lossless=True)):
        picture = decode_picture(file)
        np.testing.assert_array_equal(picture.pixels, rgb)
        np.testing.assert_array_equal(picture.original, rgb)
        assert picture.notes == ()


def test_the_size_is_the_mean_of_equal_squares() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    before = rgb.copy()
    square = rgb[:, 16:112].reshape(32, 3, 32, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(to_network_size(rgb), square, atol=1)  # rounded once a direction
    np.testing.assert_array_equal(rgb, before)


@pytest.mark.parametrize(
    ("size", "crop"),
    [((640, 480), (80, 0, 480)), ((480, 640), (0, 80, 480)), ((5, 4), (0, 0, 4)), ((1, 1), (0, 0, 1))],
)
def test_the_crop_is_the_centred_square(size: tuple[int, int], crop: tuple[int, int, int]) -> None:
    assert square_crop(*size) == crop
    assert decode_picture(saved(quadrants(*size), "PNG")).crop == crop


def test_a_jpeg_decoded_at_a_fraction_looks_like_the_whole() -> None:
    y, x = np.mgrid[:2400, :3200]
    waves = np.dstack(
        [128 + 90 * np.sin(x / 90), 128 + 90 * np.sin((x + y) / 60), 128 + 90 * np.cos(y / 200)]
    )
    data = saved(waves.astype(np.uint8), "JPEG", quality=90)
    whole = np.asarray(Image.open(io.BytesIO(data)))
    picture = decode_picture(data)
    assert np.abs(picture.pixels.astype(int) - to_network_size(whole)).max() <= 4
    assert picture.original.shape == (600, 800, 3)
    assert (picture.width, picture.height, picture.format) == (3200, 2400, "JPEG")


@pytest.mark.parametrize(
    ("size", "shown"),
    [((3200, 2400), (800, 600)), ((801, 400), (800, 400)), ((17888, 894), (800, 40)), ((7, 5), (7, 5))],
)
def test_the_longest_side_shown_has_800_pixels(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert display_size(*size) == shown
    assert display_size(*size[::-1]) == shown[::-1]


def picture(rgb: np.ndarray, times: int = 1) -> Picture:
    """A picture that came `times` as wide and high as it is shown."""
    height, width = rgb.shape[:2]
    return picture_of(rgb, (width * times, height * times), "PNG", ())


def test_a_crop_shows_its_square() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    before = rgb.copy()
    whole = picture(rgb, times=5)
    moved = whole.with_crop(30, 7, 64)
    assert moved.crop == (30, 7, 64)
    assert moved.crop_as_came == (150, 35, 320)
    averages = rgb[7:71, 30:94].reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(moved.pixels, averages, atol=1)
    np.testing.assert_array_equal(whole.with_crop(30, 7, SIDE).pixels, rgb[7:39, 30:62])
    back = moved.with_crop(*whole.crop)
    np.testing.assert_array_equal(back.pixels, whole.pixels)
    assert back.crop == whole.crop == (16, 0, 96)
    assert (back.width, back.height, back.notes) == (640, 480, ())
    assert back.original is rgb
    np.testing.assert_array_equal(rgb, before)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ((-5, -5, 50), (0, 0, 50)),
        ((999, 999, 50), (78, 46, 50)),
        ((0, 0, 999), (0, 0, 96)),
        ((60, 10, 96), (32, 0, 96)),
        ((128, 96, 0), (96, 64, 32)),
        ((3, 3, -(10**9)), (3, 3, 32)),
    ],
)
def test_a_crop_outside_is_moved_inside(asked: tuple[int, int, int], given: tuple[int, int, int]) -> None:
    assert picture(np.zeros((96, 128, 3), np.uint8)).with_crop(*asked).crop == given


def test_a_small_picture_is_cropped_to_all_of_its_shorter_side() -> None:
    small = picture(np.zeros((5, 9, 3), np.uint8))
    assert small.least_side == 5
    assert small.with_crop(9, 9, 1).crop == (4, 0, 5)
    assert picture(np.zeros((40, 33, 3), np.uint8)).least_side == SIDE


def test_a_crop_of_the_picture_as_it_came_is_rounded_and_stays_inside() -> None:
    came = picture_of(np.zeros((533, 800, 3), np.uint8), (1001, 667), "JPEG", ())
    assert came.crop_as_came == (166, 0, 667)  # 133 × 1001 / 800 = 166.4
    assert came.with_crop(267, 0, 533).crop_as_came == (334, 0, 667)
    assert came.with_crop(100, 50, 400).crop_as_came == (125, 63, 501)


def columns(*values: int, height: int = 64) -> np.ndarray:
    """Grey columns: uint8 (height, len(values), 3)."""
    return np.tile(np.array(values, np.uint8)[None, :, None], (height, 1, 3))


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([0] * 32 + [200] * 32, 1.0),  # what is left is all there was
        ([0, 200] * 32, 0.0),  # averages to 100 everywhere
        ([0, 100] * 16 + [100, 200] * 16, 0.5),  # variance 5,000; 50 and 150 are left, 2,500
        ([0, 60] * 16 + [180, 240] * 16, 0.9),  # variance 9,000; 30 and 210 are left, 8,100
        ([77] * 64, 1.0),  # nothing varies
    ],
)
def test_the_detail_kept_is_a_share_of_the_variance(values: list[int], kept: float) -> None:
    assert picture(columns(*values)).detail_kept() == pytest.approx(kept, abs=1e-9)


def test_the_detail_kept_is_that_of_the_crop() -> None:
    halves = picture(columns(*[0, 200] * 32, *[0] * 32, *[200] * 32))
    assert halves.with_crop(0, 0, 64).detail_kept() == pytest.approx(0)
    assert halves.with_crop(64, 0, 64).detail_kept() == pytest.approx(1)


def test_brightness_weighs_the_colours() -> None:
    rgb = columns(*[0] * 64)
    rgb[::2, :, 1], rgb[:, 32:, 2] = 100, 100  # green in every other row; blue in the right half
    lost, kept = (0.587 * 50) ** 2, (0.114 * 50) ** 2
    assert picture(rgb).detail_kept() == pytest.approx(kept / (lost + kept))


@pytest.mark.parametrize("size", [(1, 1), (20, 31), (32, 32), (32, 500)])
def test_what_is_not_made_smaller_loses_nothing(size: tuple[int, int]) -> None:
    small = picture(np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8))
    assert small.detail_kept() == 1
    assert (small.lost() == 128).all()
    assert small.lost().shape == (min(size), min(size), 3)


def test_what_is_lost_is_shown_around_mid_grey() -> None:
    lost = picture(columns(*[0, 100] * 16, *[0, 255] * 16)).lost()
    assert lost.dtype == np.uint8
    assert lost.shape == (64, 64, 3)
    assert set(lost[:, 0:32:2].ravel()) == {78}  # 0 less the average, 50
    assert set(lost[:, 1:32:2].ravel()) == {178}
    assert set(lost[:, 32::2].ravel()) == {0}  # 0 less 128, the rounded average
    assert set(lost[:, 33::2].ravel()) == {255}


def test_a_side_that_32_does_not_divide_is_shared_out_whole() -> None:
    steps = picture(np.repeat(columns(*range(0, 256, 8), height=100), 3, axis=1)[:, :96])
    assert steps.with_crop(0, 0, 96).detail_kept() == 1
    uneven = picture(columns(*range(100), height=100))
    assert (np.abs(uneven.lost().astype(int) - 128) <= 2).all()  # never further off than a neighbour
