"""How much of what the machine can multiply at best goes into training `vgg6`."""

import time
from collections.abc import Iterator

from bench.measure import AtLeast, Baseline, Figure, alternate, figure
from bench.training import data_source, our_precision, our_round, process
from cnn.network.layers.conv import Conv
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec
from cnn.network.summary import total_multiply_adds, walk

SIDE = 2048
PRODUCTS = 20
PEAKS = {"mixed_bfloat16": "bfloat16", "float32": "float32"}


def peak(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Measure matrix products in both precisions and, taking turns with them, the training of `vgg6`."""
    count, seconds = (2, 0.5) if smoke else (PRODUCTS, 5.0)
    operations = training_operations(PRESETS["vgg6"].setup.network)
    peaks: dict[str, list[float]] = {kind: [] for kind in PEAKS.values()}
    with process() as worker:
        precision = worker.submit(our_precision).result()

        def products() -> float:
            for kind, found in peaks.items():
                found.append(worker.submit(product_speed, kind, count).result())
            return peaks[PEAKS[precision]][-1]

        ours, theirs = alternate(
            rounds,
            lambda: worker.submit(our_round, "vgg6", precision, seconds).result() * operations / 1e9,
            products,
        )
    for kind, found in peaks.items():
        yield figure(f"matrix product, {kind}", "GFLOP/s", found, note=f"{SIDE} × {SIDE}, best of {count}")
    yield figure(
        "vgg6: training, operations",
        "GFLOP/s",
        ours,
        AtLeast(0.65, "ratio"),
        baseline=Baseline(f"matrix product, {PEAKS[precision]}", theirs),
        note=f"{data_source()}; {operations / 1e6:,.0f} million operations a picture",
    )


def training_operations(network: NetworkSpec) -> int:
    """Return the multiplications and additions of one picture's training step.

    Forward, gradient of the weights, gradient of the input: three times as many as forward, but the first
    convolution needs no gradient of its input. Everything but convolutions and dense layers is left out.
    """
    rows = walk(network)
    first = next(row.multiply_adds for row in rows if isinstance(row.layer, Conv))
    return 2 * (3 * total_multiply_adds(rows) - first)


def product_speed(kind: str, count: int) -> float:
    """Return the billions of operations a second of the fastest of `count` matrix products."""
    import tensorflow as tf

    left, right = (tf.cast(tf.random.normal((SIDE, SIDE)), kind) for _ in range(2))
    product = tf.function(tf.linalg.matmul)
    product(left, right)
    return max(2 * SIDE**3 / _seconds(product, left, right) for _ in range(count)) / 1e9


def _seconds(product, left, right) -> float:  # type: ignore[no-untyped-def]  # TensorFlow is imported late
    started = time.perf_counter()
    product(left, right).numpy()
    return time.perf_counter() - started
