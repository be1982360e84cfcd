"""Which precision is worth more: the test accuracy that the same seconds of training give in each."""

from collections.abc import Iterator
from dataclasses import replace

from bench.measure import AtLeast, Baseline, Figure, alternate, figure, say, skipped
from bench.training import dataset_name, load_data, process
from cnn.data import layout
from cnn.network.presets import PRESETS

SECONDS = {"lecture": 8.0, "minute": 60.0, "vgg6": 60.0}
SMOKE_SECONDS = 5.0  # the shortest that a run may have
SMOKE_PICTURES = 2000
PRECISIONS = ("mixed_bfloat16", "float32")
NO_LOSS = AtLeast(1.0, "ratio")


def precision(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train presets in both precisions for the same seconds, taking turns; a round is a seed."""
    for preset, seconds in SECONDS.items():
        name = f"{preset}: test accuracy after {seconds:g} s, {PRECISIONS[0]}"
        if dataset_name() != "cifar10":
            yield skipped(name, "", NO_LOSS, reason=f"it needs CIFAR-10. {layout.check().problem}")
            continue
        given = SMOKE_SECONDS if smoke else seconds
        say(f"  {preset}, {given:g} s of steps")
        with process() as halves, process() as singles:
            seeds = iter([seed for seed in range(rounds) for _ in PRECISIONS])
            ours, theirs = alternate(
                rounds,
                lambda: halves.submit(accuracy, preset, PRECISIONS[0], given, next(seeds), smoke).result(),  # noqa: B023
                lambda: singles.submit(accuracy, preset, PRECISIONS[1], given, next(seeds), smoke).result(),  # noqa: B023
            )
        baseline = Baseline(PRECISIONS[1], theirs)
        note = (
            f"seeds 0 to {rounds - 1}, the same for both; evaluation and the start of TensorFlow not counted"
        )
        yield figure(name, "", ours, NO_LOSS, baseline=baseline, note=note)


def accuracy(preset: str, kind: str, seconds: float, seed: int, smoke: bool) -> float:
    """Return the test accuracy of a preset after so many seconds of steps."""
    from cnn.training.runtime import prepare_tensorflow

    prepare_tensorflow()
    from cnn.training.trainer import Finished, train

    setup = PRESETS[preset].setup
    training = replace(setup.training, epochs=None, seconds=seconds, seed=seed)
    if smoke:
        training = replace(training, pictures=SMOKE_PICTURES)
    last = list(train(replace(setup, training=training), load_data(), precision=kind))[-1]
    assert isinstance(last, Finished)
    assert last.test_accuracy is not None
    return last.test_accuracy
