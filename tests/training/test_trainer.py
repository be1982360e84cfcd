import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import DivergedError
from cnn.core.scaling import to_input
from cnn.data.dataset import Dataset
from cnn.network.forward import forward, weight_shapes
from cnn.network.spec import OPTIMIZERS, Block, Convolution, Dense, NetworkSpec, TrainSpec
from cnn.runs.commands import Command
from cnn.training.schedules import rate_factor
from support.tiny_trainings import NOISY, TINY, coloured, epoch_ends, names, same, setup

pytestmark = pytest.mark.tensorflow


# What is reported, and when


def test_reports_come_in_order(training: ModuleType, data: Dataset) -> None:
    reports = list(training.train(setup(epochs=3), data))
    kinds = names(reports)
    assert kinds[0] == "EpochEnd"
    assert kinds[1] == "Progress"
    assert kinds[-2:] == ["EpochEnd", "Finished"]
    assert kinds.count("Finished") == 1
    assert [(end.epoch, end.step) for end in epoch_ends(reports)] == [(0, 0), (1, 5), (2, 10), (3, 15)]
    progress = [report for report in reports if type(report).__name__ == "Progress"]
    train_step = [report.step for report in progress]
    assert train_step == sorted(set(train_step))
    assert [report.step / 5 for report in progress] == pytest.approx([report.epoch for report in progress])
    assert {5, 10, 15} <= {*train_step}
    last = reports[-1]
    assert (last.stopped, last.step, last.epoch) == (False, 15, 3.0)
    assert all(0 <= report.accuracy <= 1 and math.isfinite(report.loss) for report in progress)
    assert [report.seconds for report in progress] == sorted(report.seconds for report in progress)
    assert progress[-1].seconds_left == 0


def test_snapshots_are_the_weights_as_they_were(
    training: ModuleType, network: ModuleType, data: Dataset
) -> None:
    reports = list(training.train(setup(epochs=2, seed=4), data))
    first, second, third = epoch_ends(reports)
    assert same(first.weights, network.get_weights(network.build_network(TINY, seed=4)))
    assert (first.validation_loss, first.validation_accuracy) == (None, None)
    assert not same(first.weights, second.weights)
    assert not same(second.weights, third.weights)
    assert same(third.weights, reports[-1].weights)
    for end in (first, second, third):
        assert {name: array.shape for name, array in end.weights.items()} == weight_shapes(TINY)


def test_validation_and_test_are_what_numpy_finds(training: ModuleType, data: Dataset) -> None:
    reports = list(training.train(setup(NOISY, epochs=1), data))
    end, last = epoch_ends(reports)[-1], reports[-1]
    for loss, accuracy, images, labels in (
        (end.validation_loss, end.validation_accuracy, data.validation_images, data.validation_labels),
        (last.test_loss, last.test_accuracy, data.test_images, data.test_labels),
    ):
        shares = forward(NOISY, last.weights, images)["softmax"]
        assert accuracy == pytest.approx(np.mean(shares.argmax(axis=1) == labels))
        assert loss == pytest.approx(-np.log(shares[np.arange(len(labels)), labels]).mean(), rel=1e-4)


def test_evaluation_in_several_batches_counts_every_picture(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = epoch_ends(list(training.train(setup(), data)))[-1]
    monkeypatch.setattr(training, "EVALUATION_BATCH", 25)  # 60 pictures: 25, 25, 10
    parts = epoch_ends(list(training.train(setup(), data)))[-1]
    assert parts.validation_loss == pytest.approx(whole.validation_loss, rel=1e-5)
    assert parts.validation_accuracy == whole.validation_accuracy


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser_learns_the_colours(training: ModuleType, data: Dataset, optimizer: str) -> None:
    reports = list(
        training.train(setup(optimizer=optimizer, epochs=8, batch_size=25, learning_rate=0.02), data)
    )
    losses = [end.validation_loss for end in epoch_ends(reports)[1:]]
    assert losses[-1] < 0.6 * math.log(10)  # ln 10 is the loss of a guess
    assert losses[-1] < losses[0]
    assert reports[-1].test_accuracy >= 0.7  # a guess gets 0.1


# One seed, one result


def test_one_seed_gives_one_result_and_another_seed_another(training: ModuleType, data: Dataset) -> None:
    changes = {"flip": True, "shift": 2, "cutout": 6}
    first, again, other = (
        list(training.train(setup(NOISY, epochs=2, seed=seed, **changes), data))[-1]
        for seed in (5, 5, 2**31 - 1)
    )
    assert same(first.weights, again.weights)
    assert (first.test_loss, first.test_accuracy) == (again.test_loss, again.test_accuracy)
    assert not same(first.weights, other.weights)


def test_the_result_does_not_depend_on_the_length_of_a_call(
    training: ModuleType, data: Dataset, ticking: Callable[[float], None]
) -> None:
    results = []
    for seconds in (1e-3, 1.0):  # all steps of an epoch in one call, or one step a call
        ticking(seconds)
        results.append(list(training.train(setup(NOISY, epochs=3, schedule="cosine", flip=True), data)))
    many, few = (names(reports).count("Progress") for reports in results[::-1])
    assert many > few
    assert same(results[0][-1].weights, results[1][-1].weights)


def test_test_and_validation_pictures_are_not_trained_on(training: ModuleType, data: Dataset) -> None:
    clean = list(training.train(setup(NOISY), data))
    wrong = np.zeros_like(data.test_labels)
    poisoned = replace(data, test_images=255 - data.test_images, test_labels=wrong)
    tested = list(training.train(setup(NOISY), poisoned))
    assert same(clean[-1].weights, tested[-1].weights)
    assert epoch_ends(clean)[-1].validation_loss == epoch_ends(tested)[-1].validation_loss
    assert clean[-1].test_loss != tested[-1].test_loss
    validated = list(
        training.train(setup(NOISY), replace(data, validation_images=255 - data.validation_images))
    )
    assert same(clean[-1].weights, validated[-1].weights)
    assert epoch_ends(clean)[-1].validation_loss != epoch_ends(validated)[-1].validation_loss
    assert clean[-1].test_loss == validated[-1].test_loss


def test_only_the_pictures_asked_for_are_used(training: ModuleType, data: Dataset) -> None:
    images, labels = coloured(900, 8)
    more = replace(data, train_images=images, train_labels=labels)
    reports = list(training.train(setup(pictures=600, batch_size=50, seed=3), more))
    assert reports[-1].step == 12
    chosen = list(training.train(setup(pictures=600, batch_size=50, seed=3), more.take(600, seed=3)))
    assert same(reports[-1].weights, chosen[-1].weights)


def test_a_batch_size_above_the_number_of_pictures_uses_all_of_them(
    training: ModuleType, data: Dataset
) -> None:
    assert list(training.train(setup(batch_size=2048, epochs=2), data))[-1].step == 2


def test_the_order_of_an_epoch_follows_from_seed_and_epoch_and_differs_from_epoch_to_epoch(
    training: ModuleType, data: Dataset, ticking: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn.training.train_step import Steps

    ticking(1.0)
    shown: list[np.ndarray] = []
    run = Steps.run

    def noted(steps: Any, order: np.ndarray, *others: Any) -> Any:
        shown.append(order.copy())
        return run(steps, order, *others)

    monkeypatch.setattr(Steps, "run", noted)
    reports = list(training.train(setup(epochs=3, seed=9, batch_size=120), data))
    assert [len(batch) for batch in shown] == [120, 120, 120, 120, 20] * 3
    for epoch in range(3):
        order = np.concatenate(shown[5 * epoch : 5 * epoch + 5])
        np.testing.assert_array_equal(order, np.random.default_rng([9, epoch]).permutation(500))
    assert reports[-1].step == 15


# The learning rate


@pytest.mark.parametrize(
    ("schedule", "shares", "factors"),
    [
        ("constant", [0, 0.3, 1], [1, 1, 1]),
        ("cosine", [0, 1 / 3, 0.5, 2 / 3, 1], [1, 0.75, 0.5, 0.25, 0]),
        ("one_cycle", [0, 0.1, 0.2, 0.4, 0.6, 1], [0.05, 0.525, 1, 0.75, 0.5, 0]),
    ],
)
def test_schedules_by_hand(schedule: str, shares: list[float], factors: list[float]) -> None:
    np.testing.assert_allclose(rate_factor(schedule, np.array(shares)), factors, atol=1e-12)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [  # of 20 steps, in the 1st, 5th, 6th, 11th, 13th and last
        ("constant", [0.02, 0.02, 0.02, 0.02, 0.02, 0.02]),
        ("cosine", [0.02, 0.0180902, 0.0170711, 0.01, 0.0069098, 0.0001231]),
        ("one_cycle", [0.001, 0.02, 0.01875, 0.0125, 0.01, 0.00125]),
    ],
)
def test_reported_learning_rates_follow_the_schedule(
    training: ModuleType,
    data: Dataset,
    ticking: Callable[[float], None],
    schedule: str,
    expected: list[float],
) -> None:
    ticking(1.0)
    reports = training.train(setup(epochs=4, schedule=schedule, learning_rate=0.02), data)
    rates = {report.step: report.learning_rate for report in reports if hasattr(report, "learning_rate")}
    assert [rates[step] for step in (1, 5, 6, 11, 13, 20)] == pytest.approx(expected, abs=1e-6)


def test_a_time_budget_ends_the_run_and_its_schedule(
    training: ModuleType, data: Dataset, ticking: Callable[[float], None]
) -> None:
    ticking(0.5)
    reports = list(training.train(setup(epochs=None, seconds=5.0, schedule="one_cycle"), data))
    progress = [report for report in reports if type(report).__name__ == "Progress"]
    assert [report.seconds for report in progress] == [
        0.5 * i for i in range(11)
    ]  # the first call builds the graph
    assert [report.seconds_left for report in progress] == [5 - 0.5 * i for i in range(11)]
    assert progress[3].learning_rate == pytest.approx(0.01)  # the fourth call begins after 1 s, a fifth of 5
    assert progress[-1].learning_rate == pytest.approx(0.01 * 0.125)  # the last begins after 4.5 s
    assert names(reports)[-2:] == ["EpochEnd", "Finished"]
    assert not reports[-1].stopped
    assert reports[-1].test_accuracy is not None
    assert reports[-1].seconds == 5.0
    assert reports[-1].epoch == reports[-1].step / 5


# One step, by hand


def scores_gradients(
    network: NetworkSpec, weights: dict[str, np.ndarray], data: Dataset, smoothing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of the mean cross-entropy for the kernel and the bias of the scores."""
    outputs, count = forward(network, weights, data.train_images), len(data.train_labels)
    targets = np.full((count, 10), smoothing / 10)
    targets[np.arange(count), data.train_labels] += 1 - smoothing
    errors = (outputs["softmax"] - targets) / count
    return outputs["global_average"].T @ errors, errors.sum(axis=0)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_two_steps_of_sgd_by_hand(
    training: ModuleType, data: Dataset, smoothing: float, decay: float, momentum: float
) -> None:
    rate = 0.2
    options = {"optimizer": "sgd", "label_smoothing": smoothing, "weight_decay": decay, "momentum": momentum}
    reports = list(training.train(setup(batch_size=500, epochs=2, learning_rate=rate, **options), data))
    moved = {"kernel": 0.0, "bias": 0.0}
    for before, after in zip(epoch_ends(reports), epoch_ends(reports)[1:], strict=False):
        kernel, bias = scores_gradients(TINY, before.weights, data, smoothing)
        for part, gradient, shrink in (("kernel", kernel, rate * decay), ("bias", bias, 0.0)):
            moved[part] = momentum * moved[part] - rate * gradient
            step = momentum * moved[part] - rate * gradient if momentum else moved[part]  # Nesterov
            expected = before.weights[f"scores/{part}"] * (1 - shrink) + step
            np.testing.assert_allclose(after.weights[f"scores/{part}"], expected, rtol=1e-4, atol=1e-6)


def test_the_first_reported_loss_is_that_of_the_first_batch(training: ModuleType, data: Dataset) -> None:
    start, progress = list(training.train(setup(batch_size=500, label_smoothing=0.2), data))[:2]
    shares = forward(TINY, start.weights, data.train_images)["softmax"]
    logs = np.log(shares)
    hit = logs[np.arange(500), data.train_labels]
    assert progress.loss == pytest.approx(-hit.mean(), rel=1e-4)  # plain, as on validation pictures
    assert progress.pictures == 500
    assert progress.accuracy == pytest.approx(np.mean(shares.argmax(axis=1) == data.train_labels))


def test_batch_norm_follows_the_batches(training: ModuleType, data: Dataset) -> None:
    start, end = epoch_ends(list(training.train(setup(NOISY, batch_size=500), data)))
    maps = forward(NOISY, start.weights, data.train_images)["conv1_1"]
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    np.testing.assert_allclose(end.weights["norm1_1/moving_mean"], mean, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(end.weights["norm1_1/moving_variance"], variance, rtol=1e-3)


def test_dropout_drops_while_training_and_not_after(training: ModuleType, data: Dataset) -> None:
    spec = replace(TINY, dense=(Dense(16, dropout=0.9),))
    start, progress, end, _ = list(training.train(setup(spec, batch_size=500, learning_rate=1e-6), data))
    guess = -np.log(
        forward(spec, start.weights, data.train_images)["softmax"][np.arange(500), data.train_labels]
    )
    assert abs(progress.loss - guess.mean()) > 1e-3
    kept = forward(spec, end.weights, data.validation_images)["softmax"]
    assert end.validation_loss == pytest.approx(
        -np.log(kept[np.arange(60), data.validation_labels]).mean(), rel=1e-4
    )


def test_every_step_changes_its_pictures_by_a_seed_of_its_own_and_every_epoch_mirrors_the_other_half(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn.training import train_step

    seeds: list[tuple[int, int]] = []
    sides: list[dict[bytes, bool]] = [{}, {}, {}]

    def note(pixels: np.ndarray, mirrored: np.ndarray, seed: np.ndarray) -> None:
        sides[len(seeds) // 5].update(zip((one.tobytes() for one in pixels), mirrored.tolist(), strict=True))
        seeds.append(tuple(seed.tolist()))

    def record(pixels: Any, spec: TrainSpec, mirrored: Any, seed: Any) -> Any:
        train_step.tf.numpy_function(note, [pixels, mirrored, seed], [])
        return pixels

    monkeypatch.setattr(train_step, "augment", record)
    list(training.train(setup(epochs=3, seed=7), data))
    assert seeds == [(7, step) for step in range(15)]
    first, second, third = sides
    assert {True, False} == set(first.values())
    shared = first.keys() & second.keys() & third.keys()
    assert len(shared) > 100
    assert all(first[one] != second[one] and first[one] == third[one] for one in shared)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_weight_decay_shrinks_kernels_and_nothing_else(network: ModuleType, optimizer: str) -> None:
    from cnn.training.optimizers import build_optimizer

    training_spec = setup(optimizer=optimizer, weight_decay=0.5, learning_rate=0.1).training
    model = network.build_network(NOISY)
    start = {name: np.full_like(array, 2.0) for name, array in network.get_weights(model).items()}
    network.set_weights(model, start)
    variables = model.trainable_variables
    optimiser = build_optimizer(training_spec, model)
    optimiser.apply([np.zeros(variable.shape, np.float32) for variable in variables], variables)
    for name, array in network.get_weights(model).items():
        np.testing.assert_allclose(
            array, 2.0 * (0.95 if name.endswith("/kernel") else 1.0), rtol=1e-6, err_msg=name
        )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_without_weight_decay_nothing_shrinks(network: ModuleType, optimizer: str) -> None:
    from cnn.training.optimizers import build_optimizer

    model = network.build_network(TINY)
    start = network.get_weights(model)
    optimiser = build_optimizer(setup(optimizer=optimizer, learning_rate=0.1).training, model)
    variables = model.trainable_variables
    optimiser.apply([np.zeros(variable.shape, np.float32) for variable in variables], variables)
    assert same(network.get_weights(model), start)


# Stop


def stop_at(call: int) -> Callable[[], list[Command]]:
    """Return a source of commands that stops the run at the `call`-th poll."""
    asked = iter(range(1, 1_000_000))
    return lambda: [Command("stop")] if next(asked) == call else []


def until(reports: Iterator[Any], condition: Callable[[Any], bool], now: list[Command]) -> list[Any]:
    """Drive a training; ask for a stop at the first report of a kind; return what follows."""
    after: list[Any] = []
    asked = False
    for report in reports:
        if asked:
            after.append(report)
        elif condition(report):
            asked = True
            now.append(Command("stop"))
    return after


@pytest.mark.parametrize(
    "condition",
    [
        lambda report: type(report).__name__ == "Progress",
        lambda report: type(report).__name__ == "EpochEnd",
        lambda report: getattr(report, "epoch", 0) == 1,  # the last Progress of an epoch
    ],
)
def test_a_stop_is_taken_before_the_next_call(
    training: ModuleType, data: Dataset, condition: Callable[[Any], bool]
) -> None:
    now: list[Command] = []
    after = until(training.train(setup(epochs=50), data, lambda: now), condition, now)
    assert names(after) == ["Finished"]
    last = after[-1]
    assert (last.stopped, last.ending) == (True, "stop")
    assert (last.test_loss, last.test_accuracy) == (None, None)
    assert last.epoch == last.step / 5 <= 1
    assert {name: array.shape for name, array in last.weights.items()} == weight_shapes(TINY)


def test_a_stopped_run_keeps_what_it_learnt(training: ModuleType, data: Dataset) -> None:
    now: list[Command] = []
    whole = list(training.train(setup(batch_size=500, epochs=2), data))
    second = lambda report: type(report).__name__ == "Progress" and report.step == 2  # noqa: E731
    stopped = until(training.train(setup(batch_size=500, epochs=2), data, lambda: now), second, now)
    assert names(stopped) == ["Finished"]
    assert same(stopped[-1].weights, whole[-1].weights)


@pytest.mark.parametrize("looks", [1, 2, 3])
@pytest.mark.parametrize("after", ["Progress", "EpochEnd"])
def test_a_stop_during_validation_or_test_ends_the_run(
    training: ModuleType, data: Dataset, monkeypatch: pytest.MonkeyPatch, after: str, looks: int
) -> None:
    monkeypatch.setattr(training, "EVALUATION_BATCH", 25)
    counted: list[Any] = []
    stop = stop_at(looks + 1)  # one before the look at the pictures begins
    reports = []
    for report in training.train(setup(batch_size=500), data, lambda: stop() if counted else []):
        reports.append(report)
        if type(report).__name__ == after and report.step:
            counted.append(report)
    validated = ["EpochEnd"] if after == "EpochEnd" else []
    assert names(reports) == ["EpochEnd", "Progress", *validated, "Finished"]
    assert reports[-1].stopped
    assert reports[-1].test_accuracy is None
    assert not same(reports[0].weights, reports[-1].weights)


def test_a_training_that_is_left_alone_can_be_closed(training: ModuleType, data: Dataset) -> None:
    reports = training.train(setup(epochs=200), data)
    next(reports)
    next(reports)
    reports.close()
    assert list(reports) == []


# When it goes wrong

WILD = NetworkSpec(
    (Block((Convolution(4, 3, 2), Convolution(4)), activation="none"),), dense=(Dense(16, "none"),)
)


def test_a_loss_of_nan_ends_the_run_with_advice(training: ModuleType, data: Dataset) -> None:
    with pytest.raises(DivergedError) as caught:
        list(training.train(setup(WILD, optimizer="sgd", learning_rate=10.0, epochs=20), data))
    sentence = str(caught.value)
    assert "learning rate 10 is too high" in sentence
    assert sentence.endswith("Try 1.")


def test_a_loss_of_nan_in_the_last_step_is_reported(training: ModuleType, data: Dataset) -> None:
    wild = {"optimizer": "sgd", "learning_rate": 10.0, "batch_size": 500}
    seen: list[Any] = []
    with pytest.raises(DivergedError):
        seen.extend(training.train(setup(WILD, epochs=20, **wild), data))
    assert seen[-1].step > 0
    with pytest.raises(DivergedError):  # what these steps left behind has no loss any more
        list(training.train(setup(WILD, epochs=seen[-1].step, **wild), data))


# Half the bits


@pytest.mark.parametrize("spec", [TINY, NOISY])
def test_bfloat16_trains_and_keeps_float32_weights(
    training: ModuleType, data: Dataset, spec: NetworkSpec
) -> None:
    reports = list(training.train(setup(spec, epochs=3, batch_size=50), data, precision="mixed_bfloat16"))
    last, exact = reports[-1], list(training.train(setup(spec, epochs=3, batch_size=50), data))[-1]
    assert {array.dtype for array in last.weights.values()} == {np.dtype(np.float32)}
    assert not same(last.weights, exact.weights)
    kernel = last.weights["scores/kernel"]
    assert (kernel.view(np.uint32) & 0xFFFF).any()  # more digits than a bfloat16 has
    assert last.test_loss < math.log(10)
    found = forward(spec, last.weights, data.test_images)["softmax"]
    assert last.test_accuracy == pytest.approx(np.mean(found.argmax(axis=1) == data.test_labels), abs=0.15)


def test_scores_and_probabilities_are_float32_in_bfloat16(network: ModuleType) -> None:
    model = network.build_network(NOISY, "mixed_bfloat16")
    outputs = network.all_outputs(model)(to_input(coloured(2, 0)[0]))
    assert outputs["scores"].dtype == outputs["softmax"].dtype == "float32"
    assert outputs["conv1_1"].dtype == "bfloat16"


# Changed pictures


@pytest.fixture
def change(augmented: ModuleType) -> Callable[..., np.ndarray]:
    def run(pixels: np.ndarray, seed: tuple[int, int] = (0, 0), **options: Any) -> np.ndarray:
        mirrored = augmented.tf.constant(augmented.first_mirrored(len(pixels), seed[0]))
        seeds = augmented.tf.constant(seed)
        return np.asarray(augmented.augment(pixels, setup(**options).training, mirrored, seeds))

    return run


def noise(count: int) -> np.ndarray:
    """Return pictures without the grey of cutout."""
    return np.random.default_rng(0).integers(128, 256, (count, 32, 32, 3)).astype(np.uint8)


def test_nothing_asked_for_changes_nothing(change: Callable[..., np.ndarray]) -> None:
    np.testing.assert_array_equal(change(noise(5)), noise(5))


def test_flip_mirrors_about_half_of_the_pictures(change: Callable[..., np.ndarray]) -> None:
    pixels = noise(400)
    changed = change(pixels, flip=True)
    assert changed.dtype == np.uint8
    mirrored = [np.array_equal(new, old[:, ::-1]) for new, old in zip(changed, pixels, strict=True)]
    kept = [np.array_equal(new, old) for new, old in zip(changed, pixels, strict=True)]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 150 < sum(mirrored) < 250  # five standard deviations


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("shift", [1, 2, 8])
def test_shift_is_a_crop_of_the_mirrored_surroundings(
    change: Callable[..., np.ndarray], shift: int, flip: bool
) -> None:
    pixels, found = noise(200), set()
    for new, old in zip(change(pixels, shift=shift, flip=flip), pixels, strict=True):
        ways = []
        for mirrored in (False, True)[: 1 + flip]:
            around = np.pad(
                old[:, ::-1] if mirrored else old, [(shift, shift), (shift, shift), (0, 0)], "reflect"
            )
            ways += [
                (down, right, mirrored)
                for down in range(2 * shift + 1)
                for right in range(2 * shift + 1)
                if np.array_equal(around[down : down + 32, right : right + 32], new)
            ]
        assert len(ways) == 1
        found.add(ways[0])
    assert {way[0] for way in found} == {way[1] for way in found} == set(range(2 * shift + 1))
    assert len(found) > 2 * shift + 1  # down and right are drawn apart
    assert len({way[2] for way in found}) == 1 + flip


@pytest.mark.parametrize("cutout", [1, 7, 16])
def test_cutout_greys_one_square(change: Callable[..., np.ndarray], cutout: int) -> None:
    pixels, whole = noise(200), 0
    corners = set()
    for new, old in zip(change(pixels, cutout=cutout), pixels, strict=True):
        cut = (new != old).any(axis=-1)
        assert (new[cut] == 127).all()
        rows, columns = np.flatnonzero(cut.any(axis=1)), np.flatnonzero(cut.any(axis=0))
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        assert cut.sum() == height * width  # a full rectangle
        assert height == cutout or (height < cutout and (rows[0] == 0 or rows[-1] == 31))
        assert width == cutout or (width < cutout and (columns[0] == 0 or columns[-1] == 31))
        whole += height == width == cutout
        corners.add((rows[0], columns[0]))
    assert whole > 20
    assert len(corners) > 50


def test_one_seed_gives_one_change_and_another_seed_another(change: Callable[..., np.ndarray]) -> None:
    options = {"flip": True, "shift": 4, "cutout": 8}
    pixels = noise(40)
    first = change(pixels, (3, 7), **options)
    np.testing.assert_array_equal(first, change(pixels, (3, 7), **options))
    for seed in ((3, 8), (4, 7), (2**31 - 1, 7)):
        assert not np.array_equal(first, change(pixels, seed, **options))
    np.testing.assert_array_equal(pixels, noise(40))
