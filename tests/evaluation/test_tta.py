import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn.evaluation.tta import COUNT, SHIFTS, views

PICTURES = arrays(np.uint8, st.sampled_from([(32, 32, 3), (2, 32, 32, 3)]))


@given(PICTURES)
def test_the_first_view_is_the_picture_and_every_second_is_mirrored(pixels: np.ndarray) -> None:
    seen = views(pixels)
    assert seen.shape == (COUNT, *pixels.shape)
    assert seen.dtype == np.uint8
    np.testing.assert_array_equal(seen[0], pixels)
    np.testing.assert_array_equal(seen[1::2], seen[::2, ..., ::-1, :])


def test_a_view_is_the_picture_padded_with_its_mirrored_edge_and_cut_again() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="reflect")
    for number, (down, right) in enumerate(SHIFTS):
        expected = padded[1 - down : 33 - down, 1 - right : 33 - right]
        np.testing.assert_array_equal(views(pixels)[2 * number], expected)
