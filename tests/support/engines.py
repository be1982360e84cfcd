"""Engines started for a test, runs given to them, and what to wait for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.store import Run
from cnn.scheduler.engine import Engine
from support.serving import eventually

START_SECONDS = 300.0
RUN_SECONDS = 180.0
NETWORK = NetworkSpec(blocks=(Block((Convolution(4),)), Block((Convolution(4),))))
SHORT = Setup(NETWORK, TrainSpec(epochs=2, pictures=500, batch_size=50, precision="float32"))
LONG = replace(SHORT, training=replace(SHORT.training, epochs=200, pictures=2000))
DIVERGES = Setup(
    NetworkSpec(blocks=(Block((Convolution(8),), activation="none"),) * 2),
    replace(SHORT.training, optimizer="sgd", momentum=0.0, schedule="constant", learning_rate=10.0),
)
OWNERS = [f"{number:032x}" for number in range(10)]


def is_ready(engine: Engine) -> Callable[[], bool]:
    return lambda: engine.status().state in ("ready", "failed")


@contextmanager
def started(engine: Engine) -> Iterator[Engine]:
    """Start an engine, wait until its workers are warm, and close it at the end."""
    engine.start()
    try:
        eventually("warm workers", is_ready(engine), START_SECONDS)
        assert engine.status().state == "ready", engine.status()
        yield engine
    finally:
        engine.close()
        assert engine._thread
        assert not engine._thread.is_alive()


def submitted(engine: Engine, name: str = "short", owner: int = 0, setup: Setup = SHORT) -> Run:
    run = engine.store.create(setup, "sketch10", OWNERS[owner], name)
    engine.submit(run)
    return run


def ended(run: Run) -> Callable[[], bool]:
    return lambda: run.status().ended


def is_in(run: Run, *states: str) -> Callable[[], bool]:
    return lambda: run.status().state in states


def before(engine: Engine, run: Run) -> int | None:
    """Return how many runs are before this one in the queue."""
    place = engine.place(run.id)
    return place.before if place else None


def progress(run: Run) -> list[dict]:
    return [row for row in run.history.rows() if row["kind"] == "progress"]


def trains(run: Run) -> Callable[[], bool]:
    """Say whether a run has reported more than its first, slow steps."""
    return lambda: len(progress(run)) > 3 or run.status().ended


def finishes(run: Run, seconds: float = RUN_SECONDS) -> None:
    eventually(f"{run.name} ends", ended(run), seconds)
    assert run.status().state == "finished", run.status().message
