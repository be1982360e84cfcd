"""What an experiment says it has found: numbers that are right, and no claim that the spread does not carry."""

from pathlib import Path

import numpy as np
import pytest

from cnn.experiments.driver import experiments_folder
from cnn.experiments.experiment import Experiment, Halving, Result
from cnn.experiments.grid import Grid
from cnn.experiments.summary import cell_values, effects, sentence, spread

DEPTH, FILTERS = ("depth", (1, 2)), ("filters", (4, 8, 16))


def grid(seeds: int = 3, **fields: object) -> Grid:
    return Grid.from_json({"axes": {"depth": [1, 2], "filters": [4, 8, 16]}, "seeds": seeds, **fields})


def played(of: Grid, depth: float, filters: float, noise: float, seed: int = 0) -> list[Result]:
    """Return finished runs whose accuracy follows depth and filters, and chance."""
    rng = np.random.default_rng(seed)
    found = []
    for trial in of.trials:
        level = 0.5 + depth * (trial.values[0] == 2) + filters * (4, 8, 16).index(int(trial.values[1]))
        found.append(Result("finished", float(level + rng.normal(0, noise)), 0.6, 10.0, 1.0))
    return found


def experiment(of: Grid, home: Path) -> Experiment:
    folder = experiments_folder(home / "runs") / "grid-test"
    folder.mkdir(parents=True)
    return Experiment("grid-test", "a" * 32, 0.0, of, folder)


def test_a_real_effect_is_named_with_its_numbers_and_none_is_not_claimed(home: Path) -> None:
    of = grid()
    results = played(of, depth=0.0, filters=0.04, noise=0.004)
    depth, filters = effects(of, results)
    assert filters.chance < 0.01
    assert filters.reach == pytest.approx(0.08, abs=0.01)
    assert depth.chance > 0.05
    words = sentence(experiment(of, home), results)
    assert "18 of 18 runs were trained to the end (6 cells, 3 seeds each)." in words
    assert "Filters matters: validation accuracy goes from" in words
    assert "Depth:" in words
    assert "no effect is shown" in words


def test_the_means_are_those_of_the_values() -> None:
    of = grid(seeds=2)
    results = played(of, 0.02, 0.03, 0.01)
    for effect in effects(of, results):
        values = of.axes[effect.axis][1]
        for value, mean in zip(values, effect.means, strict=True):
            own = [
                r.validation
                for t, r in zip(of.trials, results, strict=True)
                if t.values[effect.axis] == value
            ]
            assert mean == pytest.approx(np.mean([score for score in own if score is not None]))


def test_chance_alone_is_called_an_effect_about_five_times_in_a_hundred() -> None:
    of = grid(seeds=2)
    claimed = [
        effect.chance < 0.05 for seed in range(60) for effect in effects(of, played(of, 0.0, 0.0, 0.01, seed))
    ]
    assert 0 < np.mean(claimed) < 0.12


def test_the_permutations_agree_with_scipys_where_all_can_be_tried() -> None:
    from scipy.stats import permutation_test

    of = Grid.from_json({"axes": {"depth": [1, 2]}, "seeds": 4})
    scores = {1: [0.50, 0.52, 0.49, 0.53], 2: [0.53, 0.55, 0.51, 0.56]}
    results = [Result("finished", scores[int(t.values[0])][t.seed], None, 1.0, 1.0) for t in of.trials]
    expected = permutation_test(
        (scores[1], scores[2]),
        lambda a, b: abs(np.mean(a) - np.mean(b)),
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue
    (effect,) = effects(of, results)
    assert effect.chance == pytest.approx(expected, abs=0.02)


def test_the_spread_is_the_pooled_deviation_of_the_seeds() -> None:
    of = Grid.from_json({"axes": {"depth": [1, 2]}, "seeds": 2})
    scores = [
        0.50,
        0.60,
        0.52,
        0.64,
    ]  # cells 0, 1, 0, 1: squares 0.0002 and 0.0008, one degree of freedom each
    results = [Result("finished", score, None, 1.0, 1.0) for score in scores]
    assert spread(of, results) == pytest.approx(np.sqrt(0.0005))
    assert cell_values(of, results) == [[0.50, 0.52], [0.60, 0.64]]
    assert spread(Grid.from_json({"axes": {"depth": [1, 2]}}), results[:2]) is None


def test_one_seed_claims_nothing_about_the_best(home: Path) -> None:
    of = grid(seeds=1)
    words = sentence(experiment(of, home), played(of, 0.1, 0.1, 0.001))
    assert "with one seed it cannot be said whether that is chance" in words


def test_halving_says_what_it_saved_and_claims_no_effect(home: Path) -> None:
    of = Grid.from_json({"axes": {"filters": [4, 8, 16, 32]}, "halving": True, "epochs": 4})
    one = experiment(of, home)
    one.add_halving(Halving(0.5, (0, 1)))
    results = [Result("stopped", 0.3, None, 5.0, 0.5)] * 2 + [
        Result("finished", s, 0.5, 10.0, 1.0) for s in (0.5, 0.6)
    ]
    words = sentence(one, results)
    assert (
        "Halving stopped 2 of 4 cells early and saved 1.0 of 4 whole runs, about 10 s of training." in words
    )
    assert "no effect of a single setting is stated" in words
    assert "stopped before" not in words
    assert "Best on validation: filters 32" in words
    assert "matters" not in words


def test_where_nothing_ended_nothing_is_found_and_what_broke_is_counted(home: Path) -> None:
    of = grid(seeds=1)
    one = experiment(of, home)
    assert sentence(one, [Result("failed")] * 6) == "No run was trained to the end, so there is no result."
    results = [*played(of, 0.0, 0.1, 0.01)[:5], Result("failed")]
    assert "5 of 6 runs" in sentence(one, results)
    assert "1 failed." in sentence(one, results)
    results[5] = Result("stopped", 0.4, None, 5.0, 0.5)  # by its owner, such as before it was deleted
    assert "1 was stopped before." in sentence(one, results)
