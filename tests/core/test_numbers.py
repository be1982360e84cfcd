"""Numbers on their way to JSON, to a page and to a terminal: finite ones arrive, others are refused."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load

from cnn.core.errors import NotFiniteError
from cnn.core.numbers import check_finite, number, to_blob, to_json

WRONG = [math.nan, math.inf, -math.inf]
wrong = st.sampled_from(WRONG)
sound = (
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30) | st.text() | st.none()
)
nested = st.recursive(sound, lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts), max_leaves=20)


def anywhere(value: Any, bad: float, place: int) -> Any:
    """Return the value with a bad number put beside, or within, one of its parts."""
    if isinstance(value, dict) and value and place % 2:
        name = sorted(value)[place % len(value)]
        return value | {name: anywhere(value[name], bad, place // 2)}
    if isinstance(value, list) and value and place % 2:
        at = place % len(value)
        return [*value[:at], anywhere(value[at], bad, place // 2), *value[at + 1 :]]
    return [value, bad]


@given(nested)
def test_finite_values_become_json_that_a_browser_reads(value: Any) -> None:
    text = to_json(value)
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name)) == json.loads(json.dumps(value))


@given(nested, wrong, st.integers(0, 10**6))
def test_one_number_that_is_not_finite_is_refused_wherever_it_is(value: Any, bad: float, place: int) -> None:
    with pytest.raises(NotFiniteError, match="is not finite"):
        to_json(anywhere(value, bad, place))


@pytest.mark.parametrize("bad", WRONG)
def test_the_place_is_named(bad: float) -> None:
    with pytest.raises(NotFiniteError, match=r"^layers\[1\]\.mean is not finite"):
        to_json({"layers": [{"mean": 1.0}, {"mean": bad}]})
    with pytest.raises(NotFiniteError, match=r"^conv1 is not finite"):
        check_finite({"relu1": np.ones(3), "conv1": np.array([1, bad], np.float32)})


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), wrong)
def test_a_blob_holds_finite_arrays_only(value: float, bad: float) -> None:
    fine = np.array([value, 1], np.float32)
    np.testing.assert_array_equal(load(to_blob({"x": fine}, {"a": 1}))["x"], fine)
    with pytest.raises(NotFiniteError):
        to_blob({"x": np.array([value, bad], np.float32)}, {})
    with pytest.raises(NotFiniteError):
        to_blob({"x": fine}, {"a": bad})


def test_holes_are_allowed_where_cells_are_missing_and_infinity_is_not() -> None:
    assert to_blob({"x": np.array([1, np.nan], np.float32)}, {}, holes=True)
    with pytest.raises(NotFiniteError):
        to_blob({"x": np.array([np.inf, np.nan], np.float32)}, {}, holes=True)


@given(st.floats())
def test_a_number_is_short_and_never_nan(value: float) -> None:
    text = number(value)
    assert len(text) <= 10
    assert not {"n", "a", "i", "f"} & set(text.lower())
    if 0 < abs(value) < 1e300:
        read = float(text.replace("−", "-").replace(",", ""))
        assert read == pytest.approx(value, rel=6e-3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-5.6512e26, "−5.65e26"),
        (28.45, "28.4"),
        (9997, "9,997"),
        (2.3026, "2.30"),
        (1e-9, "1e−9"),
        (math.nan, "–"),
    ],
)
def test_numbers_by_hand(value: float, text: str) -> None:
    assert number(value) == text
