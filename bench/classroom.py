"""A class at once: waiting in the queue, what workers share, their memory, and many visitors on the pages."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.engines import largest_worker, warm_engine
from bench.measure import Baseline, Figure, figure, say
from bench.report import data_source
from bench.serving import WARM_SECONDS, server, wait_for
from bench.sessions import visit
from bench.training import dataset_name
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import Run
from cnn.scheduler.engine import Engine

OWNERS = (1, 5, 10, 20)
SECONDS = 10.0
SMOKE_SECONDS = 5.0
VISITORS = (1, 10, 30)
PAGES = ("", "build", "train", "inside")


@dataclass(frozen=True)
class Lesson:
    """What a class gave: seconds each owner waited, images per second of all, MB of the largest worker."""

    waits: Sequence[float]
    images_per_second: float
    megabytes: float


def classroom(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Let classes of different sizes press Train at once, with one worker and with two; then visit pages."""
    setup = _short(SMOKE_SECONDS if smoke else SECONDS)
    lessons = {
        workers: _lessons(workers, OWNERS[:2] if smoke else OWNERS, setup, rounds) for workers in (1, 2)
    }
    yield from _waits(lessons, setup)
    yield _together(lessons)
    for workers, by_owners in lessons.items():
        values = [lesson.megabytes for found in by_owners.values() for lesson in found]
        note = "the largest of the workers that train, after their last run; lecture"
        yield figure(f"classroom: memory a worker, {workers} training", "MB", values, note=note)
    yield from _visitors(rounds, VISITORS[:2] if smoke else VISITORS)


def _short(seconds: float) -> Setup:
    setup = PRESETS["lecture"].setup
    return replace(setup, training=replace(setup.training, epochs=None, seconds=seconds))


def _lessons(workers: int, classes: Sequence[int], setup: Setup, rounds: int) -> dict[int, list[Lesson]]:
    """Return by the number of owners what each round gave."""
    with warm_engine(workers) as engine:
        hold_lesson(engine, workers, setup)  # the data set, where it is not CIFAR-10, is loaded now
        return {owners: [hold_lesson(engine, owners, setup) for _ in range(rounds)] for owners in classes}


def hold_lesson(engine: Engine, owners: int, setup: Setup) -> Lesson:
    """Let each owner submit one run at the same moment, and wait until all have ended."""
    runs = [engine.store.create(setup, dataset_name(), f"{number:032x}") for number in range(owners)]
    started = time.perf_counter()
    for run in runs:
        engine.submit(run)
    waits = _wait_for_first_reports(runs, started)
    wait_for(lambda: all(run.status().ended for run in runs), WARM_SECONDS * owners, "the runs to end")
    seconds = time.perf_counter() - started
    _check(runs)
    pictures = sum(run.status().step for run in runs) * setup.training.batch_size
    lesson = Lesson(waits, pictures / seconds, largest_worker())
    say(f"  {owners} owners: {lesson.images_per_second:,.0f} images/s, the last waited {max(waits):.1f} s")
    return lesson


def _wait_for_first_reports(runs: Sequence[Run], started: float) -> list[float]:
    waits: dict[str, float] = {}
    pause = threading.Event()
    while len(waits) < len(runs):
        for run in runs:
            if run.id not in waits and (run.history.size() or run.status().ended):
                waits[run.id] = time.perf_counter() - started
        pause.wait(0.02)
    return list(waits.values())


def _check(runs: Sequence[Run]) -> None:
    for run in runs:
        status = run.status()
        if status.state != "finished" or status.resumed:
            raise RuntimeError(f"A run is not what was asked for: {status.state} {status.message}")


def _waits(lessons: dict[int, dict[int, list[Lesson]]], setup: Setup) -> Iterator[Figure]:
    for workers, by_owners in lessons.items():
        for owners, found in by_owners.items():
            waits = [wait for lesson in found for wait in lesson.waits]
            name = f"classroom: wait until one's run begins, {owners} owners, {workers} training"
            note = (
                f"Train to the first report; {setup.training.seconds:g} s of training a run; {data_source()}"
            )
            yield figure(name, "s", waits, note=note, rounds=len(found))


def _together(lessons: dict[int, dict[int, list[Lesson]]]) -> Figure:
    """Compare two workers with one on the largest class: all that is trained, by the wall clock."""
    one, two = (
        [lesson.images_per_second for lesson in by_owners[max(by_owners)]] for by_owners in lessons.values()
    )
    note = (
        f"{max(lessons[1])} runs of lecture, from the first Train to the end of the last; all that is trained"
    )
    name = "classroom: images of all runs, 2 workers"
    return figure(name, "images/s", two, baseline=Baseline("1 worker", one), note=note)


def _visitors(rounds: int, crowds: Sequence[int]) -> Iterator[Figure]:
    """Open pages in many sessions at once, on a server whose workers are warm."""
    with server() as running:
        running.wait_until_quiet()
        visit(running.url, 1, PAGES, running.megabytes)  # imports what the first visit of a page imports
        for visitors in crowds:
            loads = [visit(running.url, visitors, PAGES, running.megabytes) for _ in range(rounds)]
            answers = [seconds for load in loads for seconds in load.answers]
            note = f"{len(PAGES)} pages, opened by all at the same moment; no browser"
            name = f"classroom: a page's answer, {visitors} visitors"
            yield figure(name, "s", answers, note=note, rounds=rounds)
            memory = [load.megabytes for load in loads]
            yield figure(f"classroom: web process, {visitors} visitors", "MB", memory)
