"""Every picture as Chromium shows it, pixel by pixel."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnn.images.image import decode_picture
from support.colour_pictures import LEVELS, coloured_pictures, handed
from support.shown import shown

if TYPE_CHECKING:
    from support.visitor import NewPage

# Chromium leaves the last blocks away where a JPEG has no end mark, and turns only by a SHORT.
HANDED = (
    *("srgb.png", "p3.jpg", "p3.png", "adobergb.webp", "swapped.png", "gama1.png", "cicp_p3.png"),
    *("photo.jfif", "prog_comment.jpg", "bad_text_crc.png", "apng_hidden_default.png"),
)
# Chromium takes the Lab colours in `mft2` for 0.4 % more than they are: LittleCMS gives for the same grid in
# `mAB ` what Chromium gives there.
LAB_OF_VERSION_2 = ("jpeg Lab grid, version 2", "jpeg profile in two segments", "jpeg cmyk, profile")
MEAN = 2.0  # levels, of these
LEFT_OUT = ("png cICP PQ", "png cICP HLG")  # made for HDR screens; the notes say so


@pytest.mark.browser
def test_every_pixel_is_what_chromium_shows(new_page: "NewPage") -> None:
    page, apart = new_page(), {}
    pictures = {name: data for name, data in coloured_pictures().items() if name not in LEFT_OUT}
    assert len(pictures) >= 60
    for name, data in pictures.items():
        theirs, ours = shown(page, data), decode_picture(data).original
        assert theirs is not None, name
        assert theirs.shape == ours.shape, name
        differences = np.abs(theirs.astype(int) - ours)
        apart[name] = float(differences.mean()) if name in LAB_OF_VERSION_2 else int(differences.max())
    assert {
        name: most for name, most in apart.items() if most > (MEAN if name in LAB_OF_VERSION_2 else LEVELS)
    } == {}


@pytest.mark.browser
@pytest.mark.parametrize("name", HANDED)
def test_a_handed_picture_is_what_chromium_shows(name: str, new_page: "NewPage") -> None:
    data = handed(name)
    theirs, ours = shown(new_page(), data), decode_picture(data).original
    assert theirs is not None
    np.testing.assert_allclose(theirs.astype(int), ours, atol=LEVELS)
