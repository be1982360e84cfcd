"""Jobs of a worker process: warming up, and training a run into its folder.

The web process imports this module to refer to its functions, so TensorFlow is imported inside them.
"""

import functools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError, DivergedError
from cnn.data import Dataset, load
from cnn.runs.bring_in import start_weights
from cnn.runs.store import Run, RunStore, Status, read_run
from cnn.training.events import Report
from cnn.training.recorder import Recorder
from cnn.training.runtime import give_way, prepare_tensorflow, release_memory

logger = logging.getLogger(__name__)

# A process of a killed server that trained the run may need a moment to end.
LOCK_SECONDS = 3.0


def warm(threads: int = 0) -> str:
    """Import TensorFlow, time the precisions, and read CIFAR-10 if it is installed; return the precision."""
    give_way()
    prepare_tensorflow(threads)
    from cnn.training.precision import fastest_precision

    precision = fastest_precision().precision
    try:
        load_once("cifar10")
    except CnnLabError:
        logger.info("CIFAR-10 is not installed yet")
    release_memory()
    return precision


@functools.lru_cache(maxsize=1)
def load_once(name: str) -> Dataset:
    """Return a data set, kept in memory until another one is asked for."""
    return load(name)


def train_run(folder: Path, on_report: Callable[[Report], None] = lambda report: None) -> Status:
    """Train the run in `folder` until it ends or is suspended, and return its status.

    It continues from the newest checkpoint if there is one. An error that the user can correct (a loss that
    diverged, a missing data set, a full disk) is stored in its status, as a sentence; every report is on disk
    before `on_report` gets it. A run that has ended, or that another process trains, is left alone.
    """
    run = read_run(folder)
    with run.trained_here(LOCK_SECONDS) as here:
        if not here:
            return run.status()
        again = True
        while again:
            begun = run.commands.begin()
            if not begun:
                return run.status()
            recorder = Recorder(run, begun)
            _train_once(recorder, on_report)
            again = recorder.conclude()
    _make_room(run)
    return recorder.status


def _train_once(recorder: Recorder, on_report: Callable[[Report], None]) -> None:
    run = recorder.run
    try:
        for report in _reports(recorder):
            recorder.record(report)
            on_report(report)
    except DivergedError as error:
        recorder.fail(str(error) + _way_on(run))
    except CnnLabError as error:
        recorder.fail(str(error))
    except MemoryError:
        recorder.fail(_out_of_memory())
    except Exception as error:
        logger.exception("run %s failed", run.id)
        recorder.fail(_explain(error))


def _reports(recorder: Recorder) -> Iterator[Report]:
    from cnn.training.precision import resolve_precision
    from cnn.training.trainer import train

    run, data = recorder.run, load_once(recorder.run.dataset)
    if not recorder.status.precision:
        choice = resolve_precision(run.setup)
        recorder.change(precision=choice.precision, precision_reason=choice.reason)
    recorder.change(source=data.source)
    return train(
        run.setup,
        data,
        recorder.commands,
        recorder.status.precision,
        recorder.go_back(),
        start_weights(run),
        run.origin(),
    )


def _make_room(run: Run) -> None:
    """Enforce the limits of the disk after a run has ended."""
    try:
        RunStore(run.folder.parent).make_room(run)
    except CnnLabError:
        logger.exception("the disk limits could not be enforced after run %s", run.id)


def _way_on(run: Run) -> str:
    checkpoint, _ = run.checkpoint()
    if not checkpoint or not checkpoint.step:
        return ""
    return f" Its state at epoch {checkpoint.epoch:g} is saved; it can continue from there with that rate."


def _out_of_memory() -> str:
    held, whole, free = (round(count / 2**20) for count in _memory())
    return (
        f"There was not enough memory for this network: the process used {held:,} MB, and {free:,} of the "
        f"machine's {whole:,} MB were free. Use fewer filters, a smaller batch, or strides and pooling "
        "earlier in the network."
    )


def _memory() -> tuple[int, int, int]:
    """Return the memory of this process, of the machine, and the free memory, in bytes."""
    import psutil

    machine = psutil.virtual_memory()
    return psutil.Process().memory_info().rss, machine.total, machine.available


def _explain(error: Exception) -> str:
    if type(error).__name__ == "ResourceExhaustedError":
        return _out_of_memory()
    first = str(error).splitlines()[0][:200] if str(error) else ""
    return f"Training failed ({type(error).__name__}: {first}). The snapshots so far are saved."


def train_run_in_worker(folder: str, topic: str) -> str:
    """Train a run inside a Dask worker, logging each report of progress as an event; return the state."""
    from distributed import get_worker

    worker = get_worker()
    run_id = Path(folder).name

    def announce(report: Report) -> None:
        worker.log_event(topic, {"run": run_id, "kind": type(report).__name__})

    try:
        return train_run(Path(folder), announce).state
    finally:
        release_memory()


def warm_query_worker(threads: int = 0) -> None:
    """Import TensorFlow in the query worker."""
    prepare_tensorflow(threads, parts=1)
    import cnn.training.keras_model  # noqa: F401 - builds are quick once Keras is there


def answer_in_worker(
    topic: str, key: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, str]:
    """Answer a query inside a Dask worker; return the result, and the error as a sentence.

    The first argument of `function` is `report`, which is called with the share that is done.
    """
    from distributed import get_worker

    worker = get_worker()

    def report(share: float) -> None:
        worker.log_event(topic, {"query": key, "share": share})

    try:
        return function(report, *arguments), ""
    except CnnLabError as error:
        return None, str(error)
    except MemoryError:
        return None, _out_of_memory()
    except Exception as error:
        logger.exception("the query %s failed", key)
        if type(error).__name__ == "ResourceExhaustedError":
            return None, _out_of_memory()
        return None, f"This could not be computed ({type(error).__name__})."
