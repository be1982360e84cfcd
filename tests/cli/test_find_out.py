"""The commands that find out, as their users meet them: JSON for programs, a sentence for a mistake."""

import json

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, top_k_accuracy_score
from statsmodels.stats.proportion import proportion_confint

from cnn import data
from cnn.cli.find_out import OWNER
from cnn.cli.main import main
from cnn.core.shares import percent
from cnn.evaluation import pretrained
from cnn.evaluation.evaluations import Evaluation, newest_snapshot, write_evaluation
from cnn.evaluation.looks import looks
from cnn.network.forward import forward
from cnn.runs.store import Run

Capture = pytest.CaptureFixture[str]
RUNS = {run.id: run for run in pretrained.shipped()}


def keep(run: Run, seed: int) -> Evaluation:
    """Keep an evaluation on the first drawn pictures, with scores of NumPy's own forward pass."""
    for part in ("validation", "test"):
        images, labels = data.test_pictures("sketch10", range(300)), data.test_labels("sketch10")[:300]
        scores = forward(run.setup.network, run.weights(), images)["scores"]
        scores = scores + np.random.default_rng(seed).normal(0, 0.01, scores.shape).astype(np.float32)
        found = Evaluation("sketch10", part, "sketch10, drawn by code", scores, labels)
        write_evaluation(run, newest_snapshot(run), found)
    return found


def test_evaluate_gives_accuracy_interval_and_confusion(capsys: Capture) -> None:
    found = keep(RUNS["lecture"], 0)
    assert main(["evaluate", "lecture", "--dataset", "sketch10", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    said = found.scores.argmax(axis=1)
    assert facts["accuracy"] == pytest.approx((said == found.labels).mean())
    assert facts["confusion"] == confusion_matrix(found.labels, said, labels=range(10)).tolist()
    for k in (2, 3):
        top = top_k_accuracy_score(found.labels, found.scores, k=k, labels=range(10))
        assert facts[f"top{k}"] == pytest.approx(top)
    assert facts["interval"] == pytest.approx(proportion_confint(facts["correct"], 300, method="wilson"))
    figures = precision_recall_fscore_support(found.labels, said, labels=range(10), zero_division=np.nan)
    for name, expected in zip(("precision", "recall", "f1"), figures, strict=False):
        own = [np.nan if row[name] is None else row[name] for row in facts["per_class"]]
        assert own == pytest.approx(expected.tolist(), nan_ok=True), name
    for name, temperature in (
        ("error", 1.0),
        ("error_with_temperature", facts["calibration"]["temperature"]),
    ):
        probabilities = softmax(found.scores / temperature, axis=1)
        sure = probabilities.max(axis=1)
        share, confidence = calibration_curve(said == found.labels, sure, n_bins=15)
        counts = np.histogram(sure, np.linspace(0, 1, 16))[0]
        gaps = np.abs(share - confidence) * counts[counts > 0] / 300
        assert facts["calibration"][name] == pytest.approx(gaps.sum(), abs=1e-6), name
    assert (facts["part"], facts["total"], facts["dataset"]) == ("test", 300, "sketch10")
    assert main(["evaluate", "lecture", "--dataset", "sketch10"]) == 0
    text = capsys.readouterr().out
    assert f"{percent(facts['accuracy'])}, {facts['correct']} of 300 test pictures" in text


def test_looks_at_test_pictures_are_counted_here_too(capsys: Capture) -> None:
    for seed, name in enumerate(("lecture", "tinyvgg")):
        keep(RUNS[name], seed)
    options = ["--dataset", "sketch10", "--json"]

    def count(*command: str) -> int | None:
        assert main([*command, *options]) == 0
        found: int | None = json.loads(capsys.readouterr().out)["looks"]
        return found

    assert count("evaluate", "lecture", "--part", "validation") is None
    assert count("evaluate", "lecture") == 1
    assert count("evaluate", "lecture") == 1  # again the same state
    assert count("compare", "lecture", "tinyvgg", "--part", "validation") is None
    assert count("compare", "lecture", "tinyvgg") == 2
    assert {name.split("/")[0] for name in looks(OWNER)} == {"lecture", "tinyvgg"}
    assert main(["evaluate", "lecture", "--dataset", "sketch10"]) == 0
    assert "You have seen the test results of 2 networks" in capsys.readouterr().out


def test_a_network_that_is_not_there_is_a_sentence(capsys: Capture) -> None:
    assert main(["evaluate", "nothing", "--json"]) == 1
    captured = capsys.readouterr()
    assert "There is no network 'nothing'" in json.loads(captured.out)["error"]
    assert "Traceback" not in captured.err


def test_compare_gives_mcnemar_for_each_pair(capsys: Capture) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    names = ["lecture", "tinyvgg", "minute"]
    found = [keep(RUNS[name], seed) for seed, name in enumerate(names)]
    assert main(["compare", *names, "--dataset", "sketch10", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [row["runs"] for row in facts["mcnemar"]] == [names[:2], [names[0], names[2]], names[1:]]
    right = [one.scores.argmax(axis=1) == one.labels for one in found]
    for row in facts["mcnemar"]:
        first, second = (right[names.index(name)] for name in row["runs"])
        table = [
            [(first & second).sum(), (first & ~second).sum()],
            [(~first & second).sum(), (~first & ~second).sum()],
        ]
        assert [row["both"], row["only_first"], row["only_second"], row["neither"]] == np.ravel(
            table
        ).tolist()
        assert row["p"] == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert "seconds" in facts["differing"]
    assert main(["compare", *names, "--dataset", "sketch10"]) == 0
    assert "pictures more than" in capsys.readouterr().out


@pytest.mark.parametrize("count", [1, 9])
def test_compare_takes_two_to_eight(count: int, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["compare", *["lecture"] * count])
    assert f"expected 2 to 8 networks, got {count}" in capsys.readouterr().err
