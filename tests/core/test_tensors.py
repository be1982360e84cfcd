"""Arrays come back as they were, whatever their order in memory, and nothing writes them another way."""

import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors.numpy import load

from cnn.core.tensors import save
from support import PROJECT


@given(
    st.sampled_from([np.float32, np.float16, np.uint8, np.int32]).flatmap(
        lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(max_dims=4, max_side=5))
    ),
    st.randoms(use_true_random=False),
)
def test_an_array_in_any_order_comes_back_as_it_was(array: np.ndarray, random: object) -> None:
    axes = list(range(array.ndim))
    random.shuffle(axes)  # type: ignore[attr-defined]
    for given_array in (array, array.transpose(axes), np.asfortranarray(array), array[::-1], array[..., ::2]):
        np.testing.assert_array_equal(load(save({"x": given_array}))["x"], given_array)


def test_nothing_else_writes_safetensors() -> None:
    others = [
        path.relative_to(PROJECT)
        for path in (PROJECT / "cnn").rglob("*.py")
        if re.search(r"safetensors\.numpy import .*save|safetensors_numpy\.save", path.read_text("utf-8"))
    ]
    assert others == [Path("cnn/core/tensors.py")]
