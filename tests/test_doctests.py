"""The worked examples in the docstrings are true."""

import doctest
import importlib

import pytest

from scripts.import_graph import import_table, modules, reached
from support import PROJECT

KNOWN = modules(PROJECT)
IMPORTS = import_table(KNOWN)
HEAVY = {"tensorflow", "keras", "streamlit"}
EXAMPLES = [
    name
    for name, path in KNOWN.items()
    if ">>>" in path.read_text(encoding="utf-8") and not reached(name, IMPORTS) & HEAVY
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_true(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0


def test_the_modules_that_teach_have_examples() -> None:
    assert {
        "cnn.network.spec",
        "cnn.network.layers.from_spec",
        "cnn.network.summary",
        "cnn.network.ops",
        "cnn.core.scaling",
        "cnn.training.schedules",
    } <= {*EXAMPLES}
