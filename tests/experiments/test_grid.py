"""A grid: what it makes of settings and seeds, and what it refuses, each in a sentence."""

import json
from typing import Any

import pytest

from cnn.core.errors import SpecError
from cnn.experiments.grid import MAX_RUNS, SETTINGS, Grid
from cnn.network.presets import PRESETS
from cnn.network.summary import walk

LECTURE = PRESETS["lecture"].setup


def test_every_cell_is_trained_with_every_seed_the_first_seed_first() -> None:
    grid = Grid.from_json({"axes": {"filters": [6, 24], "depth": [1, 3]}, "seeds": 2, "epochs": 3})
    assert grid.cells == ((6, 1), (6, 3), (24, 1), (24, 3))
    assert [trial.values for trial in grid.trials] == [*grid.cells, *grid.cells]
    assert [trial.setup.training.seed for trial in grid.trials] == [0] * 4 + [1] * 4
    last = grid.trials[-1].setup
    assert [block.convolutions[0].filters for block in last.network.blocks] == [24, 48, 48]
    assert last.training.epochs == 3
    assert last.training.learning_rate == LECTURE.training.learning_rate


def test_json_there_and_back() -> None:
    grid = Grid(
        LECTURE, (("flip", (False, True)), ("dropout", (0.0, 0.2))), 3, None, 30.0, "sketch10", "mine", True
    )
    assert Grid.from_json(json.loads(json.dumps(grid.to_json()))) == grid
    assert Grid.from_text(b'{"base": "minute", "axes": {"batch_size": [64]}, "seconds": 30}').seconds == 30.0


@pytest.mark.parametrize("name", SETTINGS)
def test_the_values_worth_trying_are_allowed_and_differ(name: str) -> None:
    grid = Grid(LECTURE, ((name, SETTINGS[name].tries),))
    setups = [trial.setup for trial in grid.trials]
    assert len(set(setups)) == len(setups)
    for setup in setups:
        walk(setup.network)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"axes": {}}, "0 settings are not allowed; give 1 to 3"),
        ({"axes": {"colour": [1]}}, "axes.colour: is not a setting that can be varied; there are filters"),
        ({"axes": {"depth": []}}, "axes.depth: 0 values are not allowed"),
        ({"axes": {"depth": [1, 1]}}, "each once"),
        ({"axes": {"depth": [1.5]}}, "axes.depth: '1.5' is not allowed; give whole numbers from 1 to 8"),
        ({"axes": {"filters": [0]}}, "axes.filters: '0' is not allowed"),
        ({"axes": {"filters": [True]}}, "axes.filters: 'True' is not allowed"),
        ({"axes": {"learning_rate": ["fast"]}}, "learning_rate: 'fast' is not allowed; give a number from"),
        ({"axes": {"activation": ["swish"]}}, "activation: 'swish' is not allowed; give one of relu"),
        ({"axes": {"depth": [1]}, "seeds": 0}, "seeds: 0 is not allowed; give 1 to 10"),
        ({"axes": {"depth": [1]}, "seeds": 10**30}, "seeds: 1000"),
        ({"axes": {"depth": [1]}, "epochs": 2, "seconds": 10}, "either epochs or seconds"),
        ({"axes": {"depth": [1]}, "epochs": "many"}, "epochs: 'many' is not allowed"),
        ({"axes": {"depth": [1]}, "dataset": "mnist"}, "'mnist' is not allowed; give cifar10 or sketch10"),
        ({"axes": {"depth": [1]}, "base": "huge"}, "'huge' is not a preset; there are lecture"),
        ({"axes": {"depth": [1]}, "budget": 3}, "budget: is not a known field"),
        ({"axes": [1]}, "give an object such as"),
        ({"axes": {"depth": [[1]]}}, "give numbers, words, true or false"),
        ({"axes": {"depth": [1]}, "halving": "yes"}, "give true or false"),
        (
            {"axes": {"depth": list(range(1, 9)), "filters": list(range(1, 9))}, "seeds": 2},
            "128 runs are not allowed",
        ),
    ],
)
def test_what_is_not_allowed_is_a_sentence(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError) as caught:
        Grid.from_json(fields)
    assert words in str(caught.value)


def test_text_that_is_no_grid_is_a_sentence() -> None:
    for text, words in ((b"{", "not JSON"), (b"[]", "a JSON object"), (b" " * 200_000, "at most 100,000")):
        with pytest.raises(SpecError, match=words):
            Grid.from_text(text)
    assert MAX_RUNS == 64


def test_a_network_that_is_not_possible_is_refused_before_anything_starts() -> None:
    deep = Grid.from_json({"axes": {"depth": [1, 5]}}).trials[1].setup
    assert len(deep.network.blocks) == 5
    with pytest.raises(SpecError, match="pool"):
        Grid.from_json({"axes": {"depth": [8]}})
