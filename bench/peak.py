"""How much of what the processor can multiply at best goes into training `vgg6` and `airbench`.

The best is measured by `peak.c`: fused multiply-adds on every processor, without memory. TensorFlow's own matrix
product, with TensorFlow's own threads, stands beside it: it was the yardstick before, and turned out slower than what
it was to measure.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import AtLeast, Baseline, Figure, SkipError, figure, say, skipped
from bench.training import data_source, our_precision, our_round, process
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec
from cnn.network.summary import training_multiply_adds

SIDE = 2048
PRODUCTS = 20
# What `peak.c` may name, for each precision that is trained in; the fastest of those that the processor has counts.
PEAKS = {"mixed_bfloat16": ("bfloat16-tiles", "bfloat16", "float32"), "float32": ("float32",)}
PRODUCTS_OF = ("bfloat16", "float32")
NETWORKS = ("vgg6", "airbench")
SHARE = AtLeast(0.75, "ratio")
SOURCE = Path(__file__).with_name("peak.c")
COMPILERS = ("cc", "gcc", "clang")


def peak(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Measure fused multiply-adds and matrix products and, taking turns with them, the training of two networks."""
    count, seconds = (2, 0.5) if smoke else (PRODUCTS, 5.0)
    products: dict[str, list[float]] = {kind: [] for kind in PRODUCTS_OF}
    chips: dict[str, list[float]] = {}
    trained: dict[str, list[float]] = {name: [] for name in NETWORKS}
    work = {name: training_operations(PRESETS[name].setup.network) for name in NETWORKS}
    names = {name: f"{name}: training, operations" for name in NETWORKS}
    with tempfile.TemporaryDirectory() as folder, process() as worker, process() as plain:
        try:
            program = compiled(Path(folder))
        except SkipError as reason:
            yield from (skipped(name, "GFLOP/s", SHARE, reason=reason) for name in names.values())
            return
        precision = worker.submit(our_precision).result()
        for number in range(1, rounds + 1):
            for kind, speed in chip_speeds(program, seconds / 5).items():
                chips.setdefault(kind, []).append(speed)
            for kind, found in products.items():
                found.append(plain.submit(product_speed, kind, count).result())
            for name, found in trained.items():
                pictures = worker.submit(our_round, name, precision, seconds).result()
                found.append(pictures * work[name] / 1e9)
            shown = ", ".join(f"{name} {found[-1]:,.0f}" for name, found in (chips | trained).items())
            say(f"  round {number} of {rounds}, GFLOP/s: {shown}")
    for kind, found in chips.items():
        note = f"{processors()} threads, registers alone; {SOURCE.name}"
        yield figure(f"fused multiply-adds, {kind}", "GFLOP/s", found, note=note)
    best = max(
        (kind for kind in PEAKS[precision] if kind in chips), key=lambda kind: statistics.median(chips[kind])
    )
    baseline = Baseline(f"fused multiply-adds, {best}", chips[best])
    for kind, found in products.items():
        name = f"matrix product of TensorFlow, {kind}"
        yield figure(name, "GFLOP/s", found, note=f"{SIDE} × {SIDE}, best of {count}")
    for name, found in trained.items():
        note = f"{data_source()}; {work[name] / 1e6:,.0f} million operations a picture"
        yield figure(names[name], "GFLOP/s", found, SHARE, baseline=baseline, note=note)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compiled(folder: Path) -> Path:
    """Compile `peak.c` for this processor and return the program.

    Raises:
        SkipError: where there is no C compiler, or it does not know the processor.
    """
    compiler = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if compiler is None:
        raise SkipError(f"it needs a C compiler, one of {', '.join(COMPILERS)}")
    program = folder / "peak"
    command = [compiler, "-O2", "-march=native", str(SOURCE), "-o", str(program), "-lpthread"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SkipError(f"{SOURCE.name} could not be compiled: {done.stderr.strip()[:200]}")
    return program


def chip_speeds(program: Path, seconds: float) -> Mapping[str, float]:
    """Return the billions of operations a second of fused multiply-adds, by kind of number."""
    command = [str(program), f"{seconds:.3f}", str(processors())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = (line.split() for line in done.stdout.splitlines())
    return {kind: float(speed) for kind, speed in lines}


def training_operations(network: NetworkSpec) -> int:
    """Return the multiplications and additions of one picture's training step, in convolutions and dense layers."""
    return 2 * training_multiply_adds(network)


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
