"""The worked examples in the docstrings are true."""

import doctest
import importlib

import pytest
from test_layering import PROJECT, modules, without_tensorflow

EXAMPLES = [
    name for name in without_tensorflow() if ">>>" in modules(PROJECT)[name].read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_true(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0


def test_the_modules_that_teach_have_examples() -> None:
    assert {
        "cnn.network.spec",
        "cnn.network.layers",
        "cnn.network.summary",
        "cnn.network.ops",
        "cnn.core.scaling",
        "cnn.training.schedules",
    } <= {*EXAMPLES}
