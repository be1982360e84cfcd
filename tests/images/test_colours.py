"""Colours that are said by more than pixels, and files that a browser shows whole though they are odd."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn.core.errors import PictureError
from cnn.images.colour import BROKEN, CONVERTED, HDR, MAX_PROFILE, TOO_LARGE, UNFIT
from cnn.images.decoder_pool import Decoders
from cnn.images.image import decode_picture
from support import colour_profiles as icc
from support.colour_pictures import LEVELS, cicp, coloured_pictures, gama, handed, iccp, scene, with_chunks
from support.odd_pictures import chunk, saved

COLOURED = (
    *("srgb.png", "p3.jpg", "p3.png", "adobergb.webp", "swapped.png", "gama1.png", "cicp_p3.png"),
    *("photo.jfif", "prog_comment.jpg", "no_eoi.jpg", "bad_text_crc.png"),
)
MADE = coloured_pictures()
BLUE = (0, 0, 255)
RIGHT = {  # file → pixel (row 5, column 5)
    **dict.fromkeys(COLOURED, (76, 134, 60)),
    "apng_hidden_default.png": BLUE,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Decoders]:
    with Decoders(1, seconds=20) as decoders:
        yield decoders


@pytest.mark.parametrize("name", RIGHT)
def test_a_handed_picture_has_the_right_colours(name: str, pool: Decoders) -> None:
    picture = pool.decode(handed(name))
    np.testing.assert_allclose(picture.original[5, 5].astype(int), RIGHT[name], atol=LEVELS)


def test_a_handed_picture_without_an_end_mark_is_all_there() -> None:
    data = handed("no_eoi.jpg")
    np.testing.assert_array_equal(decode_picture(data).original, decode_picture(data + b"\xff\xd9").original)


def test_a_handed_picture_is_turned_by_a_long() -> None:
    little = handed("orient6_ii_long.jpg")
    picture = decode_picture(little)
    assert (picture.width, picture.height) == (64, 40)
    assert picture.notes == ("Turned upright as its EXIF orientation says",)


@pytest.mark.parametrize("name", MADE)
def test_the_decoder_process_follows_every_profile(name: str, pool: Decoders) -> None:
    found, here = pool.decode(MADE[name]), decode_picture(MADE[name])
    np.testing.assert_array_equal(found.original, here.original)
    assert found.notes == here.notes


# Values worked out by hand


def dot(rgb: tuple[int, int, int], *chunks: bytes) -> bytes:
    return with_chunks(saved(np.full((8, 8, 3), rgb, np.uint8), "PNG"), *chunks)


@pytest.mark.parametrize(
    ("rgb", "chunks", "right"),
    [
        ((18, 61, 12), (gama(1),), (76, 134, 60)),  # 255 × sRGB(18/255) = 75.6
        ((128, 128, 128), (gama(1 / 1.8),), (146, 146, 146)),  # (128/255)^1.8 = 0.289, of sRGB 0.575
        ((128, 128, 128), (cicp(1, 8),), (188, 188, 188)),
        ((90, 133, 69), (iccp(icc.rgb_profile(icc.P3, icc.srgb_curve())),), (76, 134, 60)),
        ((90, 133, 69), (cicp(12, 13),), (76, 134, 60)),
        ((10, 20, 30), (iccp(icc.rgb_profile(icc.SRGB, icc.srgb_curve(), order=(1, 2, 0))),), (30, 10, 20)),
        ((76, 134, 60), (gama(0.45455),), (76, 134, 60)),  # what nearly every old PNG says of sRGB
        ((76, 134, 60), (iccp(icc.rgb_profile(icc.SRGB, icc.srgb_curve())),), (76, 134, 60)),
    ],
)
def test_a_colour_worked_out_by_hand(
    rgb: tuple[int, int, int], chunks: tuple[bytes, ...], right: tuple[int, int, int]
) -> None:
    picture = decode_picture(dot(rgb, *chunks))
    np.testing.assert_allclose(picture.original[4, 4].astype(int), right, atol=2)
    assert picture.notes == (
        (CONVERTED,) if max(abs(a - b) for a, b in zip(rgb, right, strict=True)) > 2 else ()
    )


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (MADE["jpeg broken profile"], BROKEN),
        (MADE["png broken profile"], BROKEN),
        (MADE["webp broken profile"], BROKEN),
        (MADE["png RGB, grey profile"], UNFIT),
        (MADE["jpeg cmyk, RGB profile"], UNFIT),
        (MADE["png cICP PQ"], HDR),
        (dot((1, 2, 3), iccp(bytes(MAX_PROFILE + 1))), TOO_LARGE),
        (dot((1, 2, 3), iccp(icc.profile(b"RGB ", {}))), BROKEN),  # a head and nothing in it
    ],
)
def test_what_cannot_be_followed_is_left_out_and_said(data: bytes, note: str, pool: Decoders) -> None:
    assert note in pool.decode(data).notes


def test_a_segment_of_a_profile_that_is_missing_makes_it_a_broken_one() -> None:
    data = MADE["jpeg profile in two segments"]
    at = data.index(b"\xff\xe2")
    first = int.from_bytes(data[at + 2 : at + 4]) + 2
    assert BROKEN in decode_picture(data[:at] + data[at + first :]).notes


# Read whole


def marker_comment(data: bytes) -> bytes:
    """A comment with an end mark in it, between the first and the second scan of a progressive JPEG."""
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    before = data.rindex(b"\xff\xc4", 0, second)
    return data[:before] + b"\xff\xfe\0\x06\xff\xd9\xff\xda" + data[before:]


def test_a_comment_may_hold_marker_bytes() -> None:
    plain = saved(scene(), "JPEG", progressive=True, quality=95)
    np.testing.assert_array_equal(
        decode_picture(marker_comment(plain)).original, decode_picture(plain).original
    )


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_jpeg_may_lack_its_end_mark_and_nothing_else(options: dict[str, Any], cut: int) -> None:
    for size in ((64, 64), (61, 35), (1700, 1300)):
        data = saved(scene(*size), "JPEG", quality=90, **options)
        whole, found = decode_picture(data), decode_picture(data[:-cut])
        np.testing.assert_array_equal(found.original, whole.original)
        assert found.notes == whole.notes
        for less in (40, len(data) // 3):
            with pytest.raises(PictureError, match="cut short or damaged"):
                decode_picture(data[:-less])


def test_passes_that_are_missing_are_no_missing_end_mark() -> None:
    data = saved(scene(), "JPEG", progressive=True, quality=90)
    last = data.rindex(b"\xff\xda")
    for end in (last, data.rindex(b"\xff\xc4", 0, last)):  # cut exactly between two passes
        with pytest.raises(PictureError, match="cut short or damaged"):
            decode_picture(data[:end])


@pytest.mark.parametrize("cut", [1, 4, 12, 16])
def test_a_png_may_lack_its_end_and_the_checksum_of_its_pixels(cut: int) -> None:
    data = saved(scene(), "PNG")
    np.testing.assert_array_equal(decode_picture(data[:-cut]).original, scene())


@pytest.mark.parametrize("kind", [b"tEXt", b"pHYs", b"gAMA", b"iCCP", b"eXIf", b"tRNS"])
def test_a_chunk_without_pixels_may_have_a_wrong_checksum_and_is_left_out(kind: bytes) -> None:
    body = {b"gAMA": struct.pack(">I", 100_000), b"tRNS": struct.pack(">3H", 255, 0, 0)}.get(kind, b"a\0b")
    wrong = chunk(kind, body)[:-1] + b"x"
    picture = decode_picture(with_chunks(saved(scene(), "PNG"), wrong))
    np.testing.assert_array_equal(picture.original, scene())
    assert picture.notes == ()


def test_an_end_mark_may_have_a_wrong_checksum() -> None:
    np.testing.assert_array_equal(decode_picture(saved(scene(), "PNG")[:-1] + b"x").original, scene())


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("kind", [1, 3, 4, 6, 8, 9])  # BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG
def test_an_orientation_is_read_in_any_integer_type(order: str, kind: int) -> None:
    value = struct.pack(order + {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}[kind], 6).ljust(4, b"\0")
    mark = b"MM\0*" if order == ">" else b"II*\0"
    tiff = mark + struct.pack(order + "IHHHI", 8, 1, 0x0112, kind, 1) + value + bytes(4)
    stored = np.ascontiguousarray(np.rot90(scene(40, 24)))
    picture = decode_picture(saved(stored, "PNG", exif=b"Exif\0\0" + tiff))
    np.testing.assert_array_equal(picture.original, scene(40, 24))
    assert picture.notes == ("Turned upright as its EXIF orientation says",)


def animated(hidden: bool, left: int, top: int, part: tuple[int, int]) -> bytes:
    """An APNG of 64×48: red, then blue of `part`; where it is `hidden`, red is not one of its frames."""
    red, blue = (
        saved(Image.new("RGB", size, colour), "PNG") for size, colour in (((64, 48), "red"), (part, "blue"))
    )
    pixels = [data[data.index(b"IDAT") + 4 : -16] for data in (red, blue)]

    def control(number: int, width: int, height: int, x: int, y: int) -> bytes:
        return chunk(b"fcTL", struct.pack(">5I2H2B", number, width, height, x, y, 1, 10, 0, 0))

    parts = [red[:33], chunk(b"acTL", struct.pack(">II", 1 if hidden else 2, 0))]
    if not hidden:
        parts.append(control(0, 64, 48, 0, 0))
    first = 0 if hidden else 1
    parts += [chunk(b"IDAT", pixels[0]), control(first, *part, left, top)]
    half = len(pixels[1]) // 2
    for number, piece in enumerate((pixels[1][:half], pixels[1][half:]), first + 1):
        parts.append(chunk(b"fdAT", struct.pack(">I", number) + piece))
    return b"".join([*parts, chunk(b"IEND", b"")])


def test_the_first_frame_of_an_animation_is_the_one_that_is_shown_first() -> None:
    assert decode_picture(animated(False, 0, 0, (64, 48))).original[5, 5].tolist() == [255, 0, 0]
    assert decode_picture(animated(True, 0, 0, (64, 48))).original[5, 5].tolist() == [*BLUE]


def test_a_first_frame_that_is_a_part_lies_where_it_says() -> None:
    picture = decode_picture(animated(True, 16, 8, (20, 10)))
    right = np.full((48, 64, 3), 255, np.uint8)
    right[8:18, 16:36] = BLUE
    np.testing.assert_array_equal(picture.original, right)
    assert picture.notes == ("Transparent parts put on white",)


def test_a_frame_outside_its_picture_is_not_taken() -> None:
    assert decode_picture(animated(True, 60, 8, (20, 10))).original[5, 5].tolist() == [255, 0, 0]


# Phones


def test_a_photo_of_50_megapixels_is_read_within_the_memory_of_one(pool: Decoders) -> None:
    """It is grey in bands, which is quick to write; all of its blocks are decoded as any others."""
    bands = Image.fromarray(np.repeat(np.arange(192, dtype=np.uint8), 32)[:, None])
    photo = bands.resize((8192, 6144)).convert("RGB")
    profile = icc.rgb_profile(icc.P3, icc.srgb_curve())
    for options in ({}, {"progressive": True}):
        picture = pool.decode(saved(photo, "JPEG", quality=90, icc_profile=profile, **options))
        assert (picture.width, picture.height, picture.original.shape) == (8192, 6144, (600, 800, 3))
        np.testing.assert_allclose(picture.original[::100, 400, 0], np.arange(0, 192, 32), atol=2)


def test_more_passes_than_memory_is_one_sentence() -> None:
    data = bytearray(saved(scene(), "JPEG", progressive=True, subsampling=0))
    frame = data.index(b"\xff\xc2") + 5
    data[frame : frame + 4] = struct.pack(">HH", 6144, 8192)
    with pytest.raises(PictureError, match="several passes, which takes more memory"):
        decode_picture(bytes(data))


def test_a_profile_costs_a_bounded_time_and_size(pool: Decoders) -> None:
    """A large grid of a press, on a picture of 16 megapixels."""
    press = icc.cmyk_profile(points=17)
    assert len(press) < MAX_PROFILE
    picture = pool.decode(saved(Image.new("CMYK", (4000, 4000), (255, 0, 0, 0)), "JPEG", icc_profile=press))
    assert "CMYK converted to RGB as its profile says" in picture.notes
