"""One picture through `lecture`, every layer kept: NumPy against Keras."""

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from bench.measure import Baseline, Below, Figure, alternate, figure
from cnn.core.scaling import to_input
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.training import runtime

CALLS = 300
PREDICT_CALLS = 30


def forward_pass(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare the milliseconds a picture takes; Keras is asked for the ten probabilities only."""
    runtime.prepare_tensorflow()
    from cnn.training.keras_model import build_network, get_weights

    network = PRESETS["lecture"].setup.network
    model = build_network(network)
    weights = get_weights(model)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    inputs = to_input(pixels)[None]
    calls, predict_calls = (20, 3) if smoke else (CALLS, PREDICT_CALLS)
    ours, theirs = alternate(
        rounds,
        lambda: median_milliseconds(lambda: forward(network, weights, pixels), calls),
        lambda: median_milliseconds(lambda: model.predict(inputs, verbose=0), predict_calls),
    )
    yield figure(
        "lecture: one picture, all layers",
        "ms",
        ours,
        Below(2.0),
        Below(0.1, "ratio"),
        baseline=Baseline("keras.Model.predict, last layer", theirs),
        note=f"each round is the median of {calls} calls, of {predict_calls} for Keras",
    )


def median_milliseconds(call: Callable[[], object], calls: int) -> float:
    """Call once uncounted, then `calls` times, and return the median of the milliseconds."""
    call()
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)
