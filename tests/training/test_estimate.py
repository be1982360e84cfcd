"""Estimates of memory and time: compared with values worked by hand, and with real short trials."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from cnn.core.errors import CnnLabError
from cnn.data import load
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from cnn.network.summary import TooSmallError, total_parameters, walk
from cnn.training import estimate
from cnn.training.estimate import BASE_BYTES, check_fits, machine_memory, memory, memory_limit, size

MIB = 2**20
LECTURE = PRESETS["lecture"].setup
HUGE = NetworkSpec(tuple(Block((Convolution(512),) * 2, pooling="none") for _ in range(4)))


def trained(network: NetworkSpec = LECTURE.network, **training: object) -> Setup:
    return Setup(network, TrainSpec(**({"epochs": 1} | training)))  # type: ignore[arg-type]


def test_the_memory_of_lecture_is_what_its_shapes_say() -> None:
    needed = memory(trained(batch_size=2048))
    assert needed.weights == 4 * 18_322
    assert needed.gradients == 2 * needed.weights
    assert needed.optimizer == 2 * needed.weights  # Adam: mean and variance of each gradient
    maps = 32 * 32 * 3 + 2 * 32 * 32 * 12 + 16 * 16 * 12 + 2 * 16 * 16 * 24 + 8 * 8 * 24 + 1536 + 10 + 10
    assert needed.activations == 2048 * 4 * maps
    assert needed.total == sum(
        (needed.weights, needed.gradients, needed.optimizer, needed.activations, BASE_BYTES)
    )


@pytest.mark.parametrize(
    ("training", "slots"),
    [
        ({"optimizer": "adamw"}, 2),
        ({"optimizer": "rmsprop"}, 1),
        ({"optimizer": "sgd"}, 1),
        ({"optimizer": "sgd", "momentum": 0.0}, 0),
    ],
)
def test_the_state_of_an_optimiser(training: dict[str, object], slots: int) -> None:
    assert memory(trained(**training)).optimizer == slots * 4 * 18_322


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "sgd"])
def test_an_optimiser_keeps_as_much_as_is_said(name: str, network: object) -> None:
    from cnn.training.keras_model import build_network
    from cnn.training.optimizers import build_optimizer

    setup = trained(optimizer=name)
    model = build_network(setup.network)
    variables = build_optimizer(setup.training, model).variables
    kept = sum(4 * math.prod(variable.shape) for variable in variables if len(variable.shape))
    assert memory(setup).optimizer == kept


def test_a_small_batch_needs_at_least_the_memory_of_an_evaluation() -> None:
    small, smaller = memory(trained(batch_size=16)), memory(trained(batch_size=8))
    assert small.activations == smaller.activations == 500 * 2 * 4 * 32 * 32 * 12


def test_few_pictures_bound_the_batch() -> None:
    assert memory(trained(batch_size=2048, pictures=500)) == memory(trained(batch_size=500, pictures=500))


def test_the_estimate_grows_with_what_it_is_made_of() -> None:
    wide = replace(LECTURE.network, dense=(Dense(4096),))
    assert memory(trained(wide)).weights == 4 * total_parameters(walk(wide))
    assert memory(trained(wide)).total > memory(trained()).total


@pytest.mark.parametrize(
    ("text", "count"),
    [("4GiB", 4 * 2**30), ("4GB", 4 * 10**9), ("2000 MiB", 2000 * MIB), ("1.5 GiB", 1.5 * 2**30)],
)
def test_the_limit_is_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, text: str, count: float
) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", text)
    assert memory_limit() == count


@pytest.mark.parametrize("text", ["much", "-4GB", "0", "4 apples", "1e99GB"])
def test_a_broken_limit_is_a_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", text)
    with pytest.raises(CnnLabError, match="CNN_LAB_WORKER_MEMORY is"):
        memory_limit()


def test_without_a_limit_workers_share_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNN_LAB_WORKER_MEMORY", raising=False)
    monkeypatch.delenv("CNN_LAB_WORKERS", raising=False)
    one = memory_limit()
    assert 0 < one < machine_memory()
    monkeypatch.setenv("CNN_LAB_WORKERS", "4")
    assert memory_limit() == pytest.approx(one * 2 / 5, rel=0.01)  # they and the query worker


def test_the_memory_limit_of_a_container_counts(tmp_path: Path) -> None:
    whole = machine_memory(tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    assert machine_memory(tmp_path) == whole
    (tmp_path / "memory.max").write_text("123456\n")
    assert machine_memory(tmp_path) == 123_456


def test_what_does_not_fit_is_refused_with_the_numbers_and_a_batch_that_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "1.5GiB")
    setup = replace(PRESETS["vgg6"].setup, training=TrainSpec(epochs=1, batch_size=2048))
    with pytest.raises(CnnLabError) as raised:
        check_fits(setup)
    said = str(raised.value)
    assert size(memory(setup).total) in said
    assert size(1.5 * 2**30) in said
    assert size(memory(setup).activations) in said
    batch = int(said.split("A batch size of ")[1].split()[0])
    check_fits(replace(setup, training=TrainSpec(epochs=1, batch_size=batch)))
    with pytest.raises(CnnLabError):
        check_fits(replace(setup, training=TrainSpec(epochs=1, batch_size=batch + 1)))


def test_what_fits_at_no_batch_is_refused_with_other_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "2GiB")
    with pytest.raises(CnnLabError, match="fewer filters"):
        check_fits(trained(HUGE))


def test_what_fits_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "4GiB")
    assert check_fits(LECTURE) == memory(LECTURE)


def test_a_map_below_1x1_is_reported_before_memory() -> None:
    deep = NetworkSpec((Block((Convolution(4, 7, 1, "valid"),)),) * 4)
    with pytest.raises(TooSmallError):
        check_fits(trained(deep))


@pytest.mark.tensorflow
@pytest.mark.parametrize("length", [{"epochs": 4}, {"epochs": None, "seconds": 60.0}])
def test_a_trial_measures_and_saves_nothing(
    length: dict[str, float], training: object, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "TRIAL_SECONDS", 0.3)
    network = NetworkSpec((Block((Convolution(4),)),))
    setup = Setup(network, TrainSpec(**({"pictures": 1000, "precision": "float32"} | length)))  # type: ignore[arg-type]
    shares: list[float] = []
    found = estimate.try_out(shares.append, setup, "sketch10")
    assert found.images_per_second > 100
    assert found.precision == "float32"
    assert found.memory > 200 * MIB
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    looks = len(load("sketch10").validation_labels) + 1000
    shown = 1000 + looks / estimate.LOOKS_A_STEP  # 600 and 400 pictures: an epoch shows all, in two batches
    assert found.epoch_seconds == pytest.approx(shown / found.images_per_second)
    if length["epochs"]:
        assert found.epochs == 4
        assert found.total_seconds > 4 * found.epoch_seconds
    else:
        assert found.epochs == pytest.approx(60 * found.images_per_second / 1000)
    assert not home.exists()


def test_a_trial_of_what_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "2GiB")
    with pytest.raises(CnnLabError, match=r"2\.0 GB are allowed"):
        estimate.try_out(lambda share: None, trained(HUGE), "sketch10")
