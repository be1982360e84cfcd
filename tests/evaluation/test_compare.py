"""Networks held against each other: settings, legends, layers, pairs; against oracles and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn.evaluation import compare, metrics
from cnn.evaluation.evaluations import Evaluation
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup, value_text
from cnn.runs.status import Status
from cnn.runs.store import Run, RunStore, owner_hash

LECTURE = PRESETS["lecture"].setup
SLOWER = replace(LECTURE, training=replace(LECTURE.training, learning_rate=0.01))


def run_of(home: Path, setup: Setup) -> Run:
    return RunStore(home / "runs").create(setup, "cifar10", owner_hash("somebody" * 4), "mine")


def named(said: list[int], labels: list[int]) -> Evaluation:
    """Return an evaluation in which the network names these classes."""
    scores = np.zeros((len(said), 10), np.float32)
    scores[np.arange(len(said)), said] = 5
    return Evaluation("sketch10", "test", "drawn", scores, np.array(labels))


def test_only_what_differs_is_in_the_legend(home: Path) -> None:
    rows = compare.differing([compare.settings_of(run_of(home, one)) for one in (LECTURE, SLOWER)])
    assert rows == {"learning rate": [0.003, 0.01]}
    assert compare.legends(["a", "b"], rows) == ["learning rate 0.003", "learning rate 0.01"]


def test_what_is_the_same_twice_gets_a_number_and_many_differences_the_names() -> None:
    rows = {"filters": [8, 8, 16]}
    assert compare.legends(["a", "b", "c"], rows) == ["filters 8 (1)", "filters 8 (2)", "filters 16"]
    assert compare.legends(["a", "a"], {}) == ["a (1)", "a (2)"]
    many = {str(i): [1, 2] for i in range(5)}
    assert compare.legends(["a", "b"], many) == ["a", "b"]


def test_what_was_changed_by_hand_is_a_difference(home: Path) -> None:
    plain, steered = (run_of(home, LECTURE) for _ in range(2))
    at = {"step": 445, "epoch": 1.264205}
    for row in (
        {"kind": "rate", "learning_rate": 7.0},
        {"kind": "rate", "learning_rate": 0.0005},  # before a step was trained with 7
        {"kind": "extended", "epochs": 25, "seconds": 0.0},
    ):
        steered.history.append(row | at)
    rows = compare.differing([compare.settings_of(run) for run in (plain, steered)])
    told = "rate 0.0005 from epoch 1.26, 25 epochs more from epoch 1.26"
    assert rows == {"by hand": ["nothing", told]}
    assert not compare.differ_in_seed(plain, steered)
    plain.write_status(Status("stopped", epoch=0.5))
    assert compare.by_hand(plain) == "stopped at epoch 0.5"


def test_runs_that_differ_in_their_seed_alone_are_known(home: Path) -> None:
    another = replace(LECTURE, training=replace(LECTURE.training, seed=7))
    first, second, other = (run_of(home, one) for one in (LECTURE, another, SLOWER))
    assert compare.differ_in_seed(first, second)
    assert not compare.differ_in_seed(first, other)


def test_a_setting_that_one_does_not_have_is_a_dash(home: Path) -> None:
    rows = compare.differing(
        [compare.settings_of(run_of(home, PRESETS[name].setup)) for name in ("lecture", "tinyvgg")]
    )
    assert rows["block 1 conv 2 filters"] == [None, 10]
    assert value_text(None) == "–"
    assert "seed" not in rows


def test_layers_are_aligned_and_the_changed_ones_marked() -> None:
    rows = compare.aligned(
        [["input", "conv 12", "pool", "dense"], ["input", "conv 12", "conv 9", "pool", "dense"]]
    )
    assert rows == [
        [("input", False), ("input", False)],
        [("conv 12", False), ("conv 12", False)],
        [("", True), ("conv 9", True)],
        [("pool", False), ("pool", False)],
        [("dense", False), ("dense", False)],
    ]
    three = compare.aligned([["a", "b"], ["a"], ["c", "a", "b"]])
    assert [[text for text, _ in row] for row in three] == [["", "", "c"], ["a", "a", "a"], ["b", "", "b"]]


def test_pairs_count_what_both_and_only_one_get_right() -> None:
    labels = [0] * 10
    first = named([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], labels)
    second = named([0, 0, 0, 0, 1, 0, 0, 0, 1, 1], labels)
    (pair,) = compare.pairs([first, second])
    assert (pair.both, pair.only_first, pair.only_second, pair.neither) == (4, 1, 3, 2)
    assert pair.chance == pair.corrected == metrics.mcnemar(1, 3) == 2 * (1 + 4) / 2**4
    words = compare.pair_words(pair, ["A", "B"], 10)
    assert (
        words == "B is right on 2 of 10 pictures more than A (they differ on 4): could be chance (p = 0.62)."
    )


def test_a_large_difference_is_hardly_chance_and_none_is_none() -> None:
    labels = [0] * 200
    worse, better = named([0] * 100 + [1] * 100, labels), named([0] * 200, labels)
    (pair,) = compare.pairs([worse, better])
    assert pair.real
    assert "hardly chance (p < 0.0001)" in compare.pair_words(pair, ["A", "B"], 200)
    (same,) = compare.pairs([worse, worse])
    assert "exactly the same pictures" in compare.pair_words(same, ["A", "A2"], 200)


def test_several_pairs_are_corrected_as_statsmodels_does() -> None:
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(0)
    for _ in range(20):
        chances = (rng.random(7) ** 3).tolist()
        np.testing.assert_allclose(metrics.holm(chances), multipletests(chances, method="holm")[1])
    assert metrics.holm([]) == []


def test_other_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="not shown the same pictures"):
        compare.pairs([named([0], [0]), named([0, 0], [0, 0])])
    with pytest.raises(ValueError, match="not shown the same pictures"):
        compare.pairs([named([0], [0]), named([0], [1])])


def test_seeds_are_told_in_words_and_claim_nothing_the_spread_does_not_carry() -> None:
    near = compare.seeds_words(["A", "B"], [[0.60, 0.62, 0.61], [0.61, 0.60, 0.63]])
    assert "A: 61.0 ± 1.0 % over 3 seeds" in near
    assert "no difference is shown." in near
    far = compare.seeds_words(["A", "B"], [[0.60, 0.61, 0.62, 0.61], [0.70, 0.71, 0.70, 0.72]])
    assert "would be rare (p = 0.029)" in far  # 2 of the 70 ways to deal out eight runs
    three = compare.seeds_words(["A", "B"], [[0.60, 0.61, 0.62], [0.70, 0.71, 0.72]])
    assert three.endswith("no difference is shown. With so few seeds, p is never below 0.1.")
    uneven = compare.seeds_words(["A", "B"], [[0.60, 0.61], [0.70, 0.71, 0.72]])
    assert uneven.endswith("p is never below 0.1.")  # one way of ten
    same = compare.seeds_words(["A", "B"], [[0.6, 0.7, 0.6, 0.7], [0.6, 0.7, 0.6, 0.7]])
    assert same.endswith("no difference is shown.")  # four seeds could have shown one


def test_nothing_on_the_frontier_is_beaten() -> None:
    rng = np.random.default_rng(1)
    costs, shares = rng.integers(1, 50, 60).astype(float).tolist(), rng.random(60).round(2).tolist()
    found = metrics.frontier(costs, shares)
    for place in range(60):
        beaten = any(
            (costs[other] <= costs[place] and shares[other] > shares[place])
            or (costs[other] < costs[place] and shares[other] >= shares[place])
            for other in range(60)
        )
        twin = any(costs[o] == costs[place] and shares[o] == shares[place] for o in found)
        assert beaten != (place in found or twin)
