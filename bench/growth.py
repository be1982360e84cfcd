"""How it grows: training speed over the size of a network, and seconds over runs, rows and people.

A curve is a figure for each size, and one with the exponent b of `y = a · sizeᵇ`, fitted by least squares in
logarithms; its note has the exponent between neighbours, so that one sees where a curve bends.
"""

import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from bench.classroom import hold_lesson
from bench.engines import engine_on_cluster, warm_engine
from bench.find_out import OWNER, write_runs
from bench.measure import Figure, figure, say
from bench.training import data_source, load_data, loop_speed, our_precision, process, without_augmentation
from bench.watching import crowds
from cnn.figures.colours import LIGHT
from cnn.figures.overlay import overlaid, points
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup
from cnn.runs.store import Run, RunStore, owner_hash

FILTERS = (8, 16, 32, 64, 128, 256, 512)
DEPTHS = (1, 2, 3, 4, 5, 6, 7, 8)
BATCHES = (16, 32, 64, 128, 256, 512, 1024, 2048)
RUNS = (1, 10, 100, 1000, 5000)
ROWS = (100, 1000, 10_000, 100_000)
WORKERS = (1, 2, 4, 8)
PEOPLE = (1, 10, 30, 100, 200)
SECONDS = 2.0
RUN_SECONDS = 10.0
SMOKE_SECONDS = 0.2
SMOKE = 2  # sizes of a curve

Sizes = Mapping[int, Sequence[float]]


def growth(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Measure all curves; a round goes through all sizes of one, so that a slow moment meets one point of it."""
    yield from _training(rounds, smoke)
    yield from _workers(rounds, smoke)
    yield from _runs(rounds, smoke)
    yield from _rows(rounds, smoke)
    yield from _people(rounds, smoke)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent b of the power law `value = a · sizeᵇ` that is nearest in logarithms.

    >>> round(exponent([1, 2, 4], [3, 12, 48]), 6)
    2.0
    """
    fit = statistics.linear_regression(*([math.log(number) for number in one] for one in (sizes, values)))
    return fit.slope


def _curve(name: str, size: str, unit: str, found: Sizes, note: str = "") -> Iterator[Figure]:
    """Yield a figure for each size, and the exponent of the medians."""
    for number, values in found.items():
        yield figure(f"growth: {name}, {number:,} {size}", unit, values, note=note)
    medians = {number: statistics.median(values) for number, values in found.items()}
    between = ", ".join(
        f"{first:,} to {second:,}: {exponent((first, second), (medians[first], medians[second])):+.2f}"
        for first, second in pairwise(medians)
    )
    name = f"growth: {name}, exponent over {size}"
    yield figure(name, "", [exponent(list(medians), list(medians.values()))], note=between)


def _measured(sizes: Sequence[int], rounds: int, measure: Callable[[int], float]) -> Sizes:
    found: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(1, rounds + 1):
        for size in sizes:
            found[size].append(measure(size))
        say(f"  round {number} of {rounds}: {', '.join(f'{found[size][-1]:,.4g}' for size in sizes)}")
    return found


# Training


def of_filters(filters: int) -> Setup:
    """Return two blocks of one convolution each: the second costs the square of its filters."""
    block = Block((Convolution(filters),))
    return _setup(NetworkSpec((block, block), dense=()))


def of_depth(blocks: int) -> Setup:
    """Return blocks of one convolution of 32 filters each; only the first two halve the picture."""
    block = Block((Convolution(32),))
    flat = replace(block, pooling="none")
    network = (*(block,) * min(blocks, 2), *(flat,) * (blocks - 2))
    return _setup(NetworkSpec(network, dense=(Dense(32),)))


def of_batch(batch: int) -> Setup:
    """Return the preset `lecture` with another batch size."""
    setup = PRESETS["lecture"].setup
    return replace(setup, training=replace(setup.training, batch_size=batch))


def _setup(network: NetworkSpec) -> Setup:
    return replace(PRESETS["lecture"].setup, network=network)


def _speed(make: Callable[[int], Setup], size: int, precision: str, seconds: float) -> float:
    return loop_speed(without_augmentation(make(size)), load_data(), precision, seconds)


def _training(rounds: int, smoke: bool) -> Iterator[Figure]:
    curves = (("filters", FILTERS, of_filters), ("blocks", DEPTHS, of_depth), ("a batch", BATCHES, of_batch))
    for size, sizes, make in curves:
        with process() as training:
            precision = training.submit(our_precision).result()
            say(f"  images a second over {size}, in {precision}")

            def measure(number: int, make: Callable[[int], Setup] = make) -> float:
                seconds = SMOKE_SECONDS if smoke else SECONDS
                return training.submit(_speed, make, number, precision, seconds).result()  # noqa: B023  # at once

            found = _measured(sizes[:SMOKE] if smoke else sizes, rounds, measure)
        yield from _curve("training", size, "images/s", found, f"{data_source()}; {precision}")


def _workers(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train as many runs at once as there are workers: the server's own, and those of a Dask cluster."""
    setup = PRESETS["lecture"].setup
    setup = replace(setup, training=replace(setup.training, epochs=None, seconds=RUN_SECONDS))
    for kind, engine_with in (("embedded", warm_engine), ("on a cluster", engine_on_cluster)):
        found: dict[int, list[float]] = {}
        for workers in WORKERS[:SMOKE] if smoke else WORKERS:
            with engine_with(workers) as engine:
                hold_lesson(engine, workers, setup)  # CIFAR-10 is loaded now
                found[workers] = [
                    hold_lesson(engine, workers, setup).images_per_second for _ in range(rounds)
                ]
            say(f"  {workers} workers {kind}: {found[workers][-1]:,.0f} images/s together")
        note = (
            f"a run of lecture, {RUN_SECONDS:g} s of steps, on each worker; from Train to the end of the last"
        )
        yield from _curve(f"training, workers {kind}", "workers", "images/s", found, note)


# Runs, rows, people


def _runs(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Time the rows of the table of runs, in a store that grows; the files were read once before."""
    from cnn.web.runs import table

    found: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home:
        store = RunStore(Path(home, "runs"))

        def rows() -> float:
            started = time.perf_counter()
            for run in store.runs(owner_hash(OWNER)):
                table.current_row(run)
            return 1000 * (time.perf_counter() - started)

        for count in RUNS[:SMOKE] if smoke else RUNS:
            write_runs(store, count)
            rows()
            found[count] = [rows() for _ in range(rounds)]
            say(f"  {count:,} runs: {found[count][-1]:.3g} ms")
    yield from _curve("table of runs, Python", "runs", "ms", found)


def _rows(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Time a chart of one run's history, each of a run not read before."""
    with tempfile.TemporaryDirectory(prefix="cnn-lab-bench-") as home:
        store = RunStore(Path(home, "runs"))
        sizes = ROWS[:SMOKE] if smoke else ROWS
        runs: dict[int, list[Run]] = {size: write_runs(store, rounds + 1, size) for size in sizes}

        def chart(size: int) -> float:
            run = runs[size].pop()
            started = time.perf_counter()
            line = (run.name, *points(run.history.rows(), "epoch", "loss", 0.0))
            overlaid([line], "epoch", "loss", LIGHT).to_json()
            return 1000 * (time.perf_counter() - started)

        chart(sizes[0])  # imports Plotly
        found = _measured(sizes, rounds, chart)
    yield from _curve("chart of a history, Python", "rows", "ms", found)


def _people(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Time the page Train, which everybody opens at the same moment; the last who has it counts."""
    found = {
        people: [max(look.opened) for look in looks]
        for people, looks in crowds(PEOPLE[:SMOKE] if smoke else PEOPLE, rounds, SMOKE_SECONDS)
    }
    yield from _curve("Train opened by all at once", "people", "s", found)
