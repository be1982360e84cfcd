"""A trained run is measured and made small enough to come along; questions about trained networks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn import data
from cnn.core.errors import RunError
from cnn.data import CLASSES, Dataset
from cnn.data.synthetic import sketch10
from cnn.data.synthetic.others import KINDS, others
from cnn.evaluation.calibration import calibration_error, energy, with_temperature
from cnn.evaluation.model_card import read_card
from cnn.evaluation.ood import summary
from cnn.evaluation.tta import views
from cnn.network.forward import forward
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.status import write_status
from cnn.runs.store import Run, RunStore, Status, read_run

pytestmark = pytest.mark.tensorflow
TINY = Setup(
    NetworkSpec(blocks=(Block((Convolution(4),)),)),
    TrainSpec(epochs=4, pictures=500, precision="float32", learning_rate=0.01, seed=3),
)


@pytest.fixture(name="few", scope="module")
def fixture_few() -> Dataset:
    whole = data.load("sketch10")
    return replace(
        whole.take(500),
        validation_images=whole.validation_images[:200],
        validation_labels=whole.validation_labels[:200],
        test_images=whole.test_images[:300],
        test_labels=whole.test_labels[:300],
    )


@pytest.fixture(name="run", scope="module")
def fixture_run(tmp_path_factory: pytest.TempPathFactory, training: object, few: Dataset) -> Run:
    from cnn.training.recorder import Recorder
    from cnn.training.trainer import train

    run = RunStore.create_in(tmp_path_factory.mktemp("ship") / "tiny", TINY, "sketch10", name="Tiny")
    begun = run.commands.begin()
    assert begun
    recorder = Recorder(run, begun)
    recorder.change(precision="float32", source=few.source)
    for report in train(run.setup, few):
        recorder.record(report)
    recorder.conclude()
    return run


def test_what_is_shipped_is_small_whole_and_measured(run: Run, few: Dataset, tmp_path: Path) -> None:
    from cnn.evaluation.pretrained_export import ship

    other = replace(few, source="another copy")
    card = ship(run, tmp_path / "tiny", few, "python -m cnn models tiny", 3, [other])
    shipped = read_run(tmp_path / "tiny")
    assert shipped.setup == run.setup
    assert read_card(shipped.folder) == card
    assert len(shipped.snapshots()) == 3
    assert [shipped.snapshots()[0].step, shipped.snapshots()[-1].step] == [0, run.snapshots()[-1].step]
    assert shipped.snapshots()[-1].path.stat().st_size < 0.6 * run.snapshots()[-1].path.stat().st_size
    assert shipped.status().state == "finished"
    assert {path.name for path in shipped.folder.iterdir()} == {
        "run.json",
        "state.json",
        "history.jsonl",
        "card.json",
        "CARD.md",
        "typical.safetensors",
        "snapshots",
    }
    assert "python -m cnn models tiny" in (shipped.folder / "CARD.md").read_text()
    assert "another copy" in (shipped.folder / "CARD.md").read_text()
    again = ship(run, tmp_path / "tiny", few, "python -m cnn models tiny", 3, [other])  # over the old one
    assert again == card


def test_a_card_holds_what_numpy_measures(run: Run, few: Dataset) -> None:
    from cnn.evaluation.card_measurement import appraise
    from cnn.interpret.model_cache import with_weights

    weights, network = run.weights(), run.setup.network
    shares: list[float] = []
    dark = replace(few, source="darker", test_images=few.test_images // 2)
    loaded = with_weights(network, weights)
    card, typical = appraise(loaded, few, 9, shares.append, averaged=True, other_copies=[dark])
    assert shares[-1] == pytest.approx(1.0)
    assert shares == sorted(shares)

    def scores(pixels: np.ndarray) -> np.ndarray:
        return forward(network, weights, pixels)["scores"]

    found, labels = scores(few.test_images), few.test_labels
    right = found.argmax(axis=1) == labels
    assert card.test_accuracy == pytest.approx(right.mean(), abs=0.004)
    for label in range(len(CLASSES)):
        assert card.per_class[label] == pytest.approx(right[labels == label].mean(), abs=0.04)

    def distance(pixels: np.ndarray) -> np.ndarray:
        return typical.distance(summary(network, forward(network, weights, pixels)))

    limit = np.quantile(distance(few.validation_images), 0.95)
    lowest = np.quantile(energy(scores(few.validation_images)), 0.05)
    assert distance(few.train_images).mean() == pytest.approx(1.0, abs=0.01)
    assert card.distance_limit == pytest.approx(limit, rel=0.01)
    assert card.false_alarms == pytest.approx((distance(few.test_images) > limit).mean(), abs=0.01)
    (other,) = card.other_copies
    assert other.source == "darker"
    assert other.test_accuracy == pytest.approx(
        (scores(dark.test_images).argmax(axis=1) == labels).mean(), abs=0.004
    )
    assert other.false_alarms == pytest.approx((distance(dark.test_images) > limit).mean(), abs=0.01)
    drawn = sketch10.test_pictures(range(card.other_pictures))
    assert card.drawn_called_none == pytest.approx((distance(drawn) > limit).mean(), abs=0.01)
    for kind in KINDS:
        pixels = others(kind, card.other_pictures)
        assert card.missed[kind] == pytest.approx((distance(pixels) <= limit).mean(), abs=0.01)
        passed = (energy(scores(pixels)) >= lowest).mean()
        assert card.missed_by_energy[kind] == pytest.approx(passed, abs=0.01)
    calibrated = with_temperature(found, card.temperature)
    assert card.calibration_error == pytest.approx(calibration_error(calibrated, labels), abs=0.01)
    mean = np.mean([with_temperature(scores(seen), 1.0) for seen in views(few.test_images)], axis=0)
    assert card.averaged_accuracy == pytest.approx((mean.argmax(axis=1) == labels).mean(), abs=0.01)


def test_what_has_not_finished_or_would_overwrite_something_else_is_refused(
    run: Run, few: Dataset, tmp_path: Path
) -> None:
    from cnn.evaluation.pretrained_export import ship

    before = run.status()
    write_status(run.folder, Status("stopped"))
    with pytest.raises(RunError, match="only a finished run"):
        ship(run, tmp_path / "new", few, "", 3)
    write_status(run.folder, before)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="something other than a run"):
        ship(run, tmp_path / "mine", few, "", 3)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_float16_is_not_allowed_to_overflow() -> None:
    from cnn.evaluation.pretrained_export import as_float16

    halves = as_float16({"a/kernel": np.ones((2, 2), np.float32), "a/bias": np.ones(2, np.float32)})
    assert [array.dtype for array in halves.values()] == [np.float16, np.float32]
    with pytest.raises(RunError, match="a/kernel"):
        as_float16({"a/kernel": np.full((1, 1), 1e6, np.float32)})


def test_a_long_history_is_thinned_within_epochs_only() -> None:
    from cnn.evaluation.pretrained_export import thinned

    rows = [{"kind": "epoch" if i % 100 == 0 else "progress", "step": i} for i in range(1000)]
    kept = thinned(rows, 50)
    assert [row for row in kept if row["kind"] == "epoch"] == [row for row in rows if row["kind"] == "epoch"]
    assert len(kept) == 60
    assert [row["step"] for row in kept] == sorted(row["step"] for row in kept)
    assert kept[-1] == rows[-1]
    assert thinned(rows[:40], 50) == rows[:40]


def test_mistakes_and_neighbours_of_a_network(run: Run) -> None:
    from cnn.worker import queries

    where = (str(run.folder), str(run.snapshots()[-1].path))
    wrong = queries.mistakes(lambda share: None, *where, "sketch10", 100)
    pixels, labels = sketch10.test_pictures(wrong.numbers), sketch10.test_labels()[wrong.numbers]
    said = forward(run.setup.network, run.weights(), pixels)["softmax"]
    assert (said.argmax(axis=1) == wrong.said).all()
    assert (wrong.said != labels).all()
    assert (np.diff(wrong.sure) <= 1e-6).all()
    assert wrong.total == 100

    train = data.load("sketch10").take(200)
    for place in (0, 57):
        near = queries.neighbours(lambda share: None, *where, train.train_images[place], "sketch10", 200)
        np.testing.assert_array_equal(near.pixels[0], train.train_images[place])  # nothing is nearer
        assert near.alike[0] == pytest.approx(1.0, abs=1e-4)
        assert (np.diff(near.alike) <= 1e-6).all()
        assert near.labels[0] == train.train_labels[place]


def test_a_card_is_measured_by_a_question(run: Run) -> None:
    from cnn.worker import queries

    newest = run.snapshots()[-1]
    step = newest.step
    card, typical = queries.card(lambda share: None, str(run.folder), str(newest.path), step, "sketch10")
    assert typical.mean.shape == (4,)
    assert card.step == step
    assert card.averaged_accuracy is None
    assert 0 < card.test_accuracy < 1
