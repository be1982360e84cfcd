"""The training pictures as a tensor: without a copy where TensorFlow allows it."""

import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.tensorflow

SHAPE = (4, 32, 32, 3)


def pictures(shift: int) -> NDArray[np.uint8]:
    """Return pictures whose memory begins `shift` bytes after a multiple of 64."""
    memory = np.zeros(np.prod(SHAPE) + 128, np.uint8)
    first = -memory.ctypes.data % 64 + shift
    return memory[first : first + np.prod(SHAPE)].reshape(SHAPE)


def test_aligned_pictures_are_not_copied() -> None:
    from cnn.training.train_step import pixel_tensor

    images = pictures(0)
    tensor = pixel_tensor(images)
    images[2, 3, 4] = [5, 6, 7]
    np.testing.assert_array_equal(tensor[2, 3, 4], [5, 6, 7])
    assert tensor.shape == SHAPE
    del images  # the tensor keeps the memory
    np.testing.assert_array_equal(tensor[2, 3, 4], [5, 6, 7])


@pytest.mark.parametrize("kind", ["not aligned", "read-only", "every second"])
def test_other_pictures_are_copied(kind: str) -> None:
    from cnn.training.train_step import pixel_tensor

    images = pictures(16 if kind == "not aligned" else 0)
    images[2, 3, 4] = [5, 6, 7]
    if kind == "read-only":
        images.setflags(write=False)
    if kind == "every second":
        images = images[::2]
    np.testing.assert_array_equal(pixel_tensor(images)[2 if len(images) == 4 else 1, 3, 4], [5, 6, 7])
