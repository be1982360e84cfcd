"""What components are given: with numbers that are huge or not finite they get valid data, or nothing at all."""

import json
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import NotFiniteError
from cnn.evaluation.predict import Verdict
from cnn.figures.colours import LIGHT, scale_of
from cnn.web.app.tiles import Tiles
from cnn.web.app.tiles import pack as pack_tiles
from cnn.web.classify.prediction import Exhibit, Opinion
from cnn.web.classify.prediction import pack as pack_prediction
from cnn.web.learn.window import Walk
from cnn.web.learn.window import pack as pack_window

HUGE = [1e30, -5.65e26, 3.4e38]
WRONG = [np.nan, np.inf, -np.inf]


def facts_of(blob: bytes) -> dict[str, Any]:
    """Return the header of a blob, read as strictly as a browser does."""
    size = struct.unpack("<Q", blob[:8])[0]
    refuse: Callable[[str], Any] = lambda name: pytest.fail(f"{name} is no JSON")  # noqa: E731
    header = json.loads(blob[8 : 8 + size], parse_constant=refuse)
    facts: dict[str, Any] = json.loads(header["__metadata__"]["facts"], parse_constant=refuse)
    return facts


def maps(value: float) -> np.ndarray:
    values = np.random.default_rng(0).normal(size=(4, 4, 3)).astype(np.float32)
    values[1, 2, 0] = value
    return values


def tiles(value: float) -> bytes:
    values = maps(value)
    return pack_tiles(Tiles(values, values, frozenset()), scale_of(values), LIGHT)


def window(value: float) -> bytes:
    walk = Walk(2, 1, ("dot product",) * 3, ("a", "b", "c"), "Input")
    return pack_window(maps(value), maps(value), walk, LIGHT)


def prediction(value: float) -> bytes:
    scores = np.linspace(-1, 1, 10, dtype=np.float32)
    scores[3] = value
    verdict = Verdict(scores, scores, 1.0, value, None, 1)
    exhibit = Exhibit(np.zeros((32, 32, 3), np.uint8), [Opinion("it", verdict, "")], 3, True, True, "Picture")
    return pack_prediction(exhibit, LIGHT)


@pytest.mark.parametrize("pack", [tiles, window, prediction])
@pytest.mark.parametrize("value", [*HUGE, *WRONG])
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_component_gets_valid_data_or_none(pack: Callable[[float], bytes], value: float) -> None:
    with suppress(NotFiniteError):
        facts_of(pack(value))


@pytest.mark.parametrize("pack", [window, prediction])
@pytest.mark.parametrize("value", WRONG)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_what_is_not_finite_is_refused_where_it_would_be_shown_as_a_number(
    pack: Callable[[float], bytes], value: float
) -> None:
    with pytest.raises(NotFiniteError):
        pack(value)


def test_huge_scores_are_written_so_that_they_fit() -> None:
    rows = facts_of(prediction(-5.65e26))["opinions"][0]["rows"]
    assert "−5.65e26" in [row["text"] for row in rows]
    assert all(len(row["text"]) <= 10 for row in rows)
