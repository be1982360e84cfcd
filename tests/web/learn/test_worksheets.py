"""Worksheets: their solutions by hand, every set within what a hand computes, and both pages as HTML."""

import re
from math import exp

import numpy as np
import pytest

from cnn.core.errors import SpecError
from cnn.core.numbers import minus
from cnn.lessons.worksheets import SETS, Grid, worksheet
from cnn.web.learn.lesson import LESSONS
from cnn.web.learn.worksheet_html import sheet_html
from support.app_pages import Lab

KEYS = [lesson.key for lesson in LESSONS]


def grids(key: str, number: int) -> dict[str, Grid]:
    return {
        grid.title: grid for task in worksheet(key, number).tasks for grid in (*task.given, *task.answers)
    }


@pytest.mark.parametrize("number", [1, 2, 7])
def test_solutions_are_those_worked_by_hand(number: int) -> None:
    found = grids("conv", number)
    picture, kernel, out = (found[name].values for name in ("Picture", "Kernel", "Map"))
    bias = int(
        re.search(r"bias is (−?\d+)", worksheet("conv", number).tasks[0].question)[1].replace("−", "-")
    )  # type: ignore[index]
    by_hand = [[(picture[r : r + 3, c : c + 3] * kernel).sum() + bias for c in range(3)] for r in range(3)]
    np.testing.assert_array_equal(out, by_hand)

    found = grids("pool", number)
    blocks = found["Map"].values.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    np.testing.assert_array_equal(found["Maximum"].values, blocks.max(axis=2))
    np.testing.assert_array_equal(found["Mean"].values, blocks.mean(axis=2))

    found = grids("relu", number)
    np.testing.assert_array_equal(found["After ReLU"].values, np.maximum(found["Before"].values, 0))

    found = grids("dense", number)
    vector = [found[f"Map {m}"].values[r, c] for r in range(2) for c in range(2) for m in range(2)]
    np.testing.assert_array_equal(found["Vector"].values[0], vector)
    score = float(found["Weights"].values[0] @ np.array(vector))
    said = worksheet("dense", number).tasks[1]
    bias = int(re.search(r"bias (−?\d+)", said.question)[1].replace("−", "-"))  # type: ignore[index]
    assert said.solution.endswith(f"= {minus(f'{score + bias:g}')}.")

    found = grids("softmax", number)
    powers = [exp(score) for score in found["Scores"].values[0]]
    np.testing.assert_allclose(found["Probability"].values[0], np.array(powers) / sum(powers), rtol=1e-5)

    found = grids("chain", number)
    error = found["Probabilities"].values[0] - [1, 0]
    gradient = np.outer(found["Inputs"].values[0], error)
    before = found["Weights: a row per input"].values
    np.testing.assert_allclose(found["New weights"].values, before - 0.1 * gradient, atol=1e-5)


@pytest.mark.parametrize("key", KEYS)
def test_every_set_differs_and_can_be_computed_by_hand(key: str) -> None:
    shown = {sheet_html(worksheet(key, number), "Title") for number in range(1, SETS + 1)}
    assert len(shown) == SETS
    for html in shown:
        assert "nan" not in html.replace("tangent", "")
        questions, solutions = html.split('<div class="answers">')
        assert "<td></td>" in questions
        assert "<td></td>" not in solutions
        assert "break-before: page" in questions


def test_what_is_no_worksheet_is_refused() -> None:
    with pytest.raises(SpecError, match="none of conv, relu"):
        worksheet("nope", 1)
    with pytest.raises(SpecError, match="from 1 to 99"):
        worksheet("conv", 0)


def test_a_lesson_leads_to_its_worksheet(lab: Lab) -> None:
    app = lab.visit("worksheet", lesson="Pooling", set="3")
    assert not app.exception
    assert any("Questions: Pooling, set 3" in item.value for item in app.html)


@pytest.mark.parametrize("lesson", ["conv", "relu", "pool", "dense", "softmax", "chain"])
def test_negative_numbers_have_a_true_minus_sign(lesson: str) -> None:
    for number in range(1, 30):
        for task in worksheet(lesson, number).tasks:
            assert not re.search(r"(?<!\w)-\d", task.question + task.solution)
