"""What runs in a worker process: warming up, and training a run into its folder.

This module is imported by the web process to name its functions, so TensorFlow is imported inside them.
"""

import functools
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn.data import Dataset, load
from cnn.errors import CnnLabError, RunError
from cnn.runs import Run, Status, read_run, this_process

if TYPE_CHECKING:
    from cnn.training import EpochEnd, Finished, Progress, Report

logger = logging.getLogger(__name__)


def prepare_tensorflow(threads: int = 0) -> None:
    """Import TensorFlow quietly; `threads` bounds the threads of one operation, 0 leaves them to it.

    Operations run one after the other: these networks are chains, and handing small operations from thread
    to thread cost a fifth of the speed of `lecture` on two cores.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # it warns of a graph for each run, which is what we want
    try:
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError:
        logger.info("TensorFlow is at work already; its threads stay as they are")


def warm(threads: int = 0) -> str:
    """Import TensorFlow, time the precisions, and read CIFAR-10 if it is there; return the precision."""
    prepare_tensorflow(threads)
    from cnn.precision import fastest_precision

    precision = fastest_precision()
    try:
        load_once("cifar10")
    except CnnLabError:
        logger.info("CIFAR-10 is not there yet")
    return precision


@functools.lru_cache(maxsize=1)
def load_once(name: str) -> Dataset:
    """Return a data set, kept in memory until another one is asked for."""
    return load(name)


def train_run(folder: Path, on_report: Callable[["Report"], None] = lambda report: None) -> Status:
    """Train the run in `folder` to its end and return how it stands then.

    What can be put right (a loss that diverged, a missing data set, a full disk) ends up in its state, as
    a sentence; every report is on disk before `on_report` sees it.
    """
    run = read_run(folder)
    status = replace(run.status(), state="running", message="", **this_process())
    try:
        run.write_status(status)
        status = _train(run, status, on_report)
    except CnnLabError as error:
        status = replace(run.status(), state="failed", message=str(error))
    except MemoryError:
        status = replace(run.status(), state="failed", message=_OUT_OF_MEMORY)
    except Exception as error:
        logger.exception("run %s broke off", run.id)
        status = replace(run.status(), state="failed", message=_explain(error))
    status = replace(status, process=0, host="")
    _write_last(run, status)
    return status


def _train(run: Run, status: Status, on_report: Callable[["Report"], None]) -> Status:
    from cnn.precision import resolve_precision
    from cnn.training import EpochEnd, Finished, train

    data = load_once(run.dataset)
    precision = resolve_precision(run.setup)
    status = replace(status, precision=precision, source=data.source)
    run.write_status(status)
    for report in train(run.setup, data, run.stop_requested, precision):
        if isinstance(report, Finished):
            status = _finish(run, report, status)
        elif isinstance(report, EpochEnd):
            status = _end_epoch(run, report, status)
        else:
            run.append_history(progress_row(report))
        on_report(report)
    return status


def progress_row(report: "Progress") -> dict[str, Any]:
    """Return the row of the history for a report within an epoch."""
    return {"kind": "progress", **{name: round(value, 6) for name, value in asdict(report).items()}}


def _end_epoch(run: Run, report: "EpochEnd", status: Status) -> Status:
    run.save_snapshot(report.step, report.epoch, report.weights)
    run.append_history(
        {
            "kind": "epoch",
            "epoch": report.epoch,
            "step": report.step,
            "seconds": round(report.seconds, 3),
            "validation_loss": report.validation_loss,
            "validation_accuracy": report.validation_accuracy,
        }
    )
    status = replace(
        status,
        epoch=report.epoch,
        step=report.step,
        seconds=report.seconds,
        validation_accuracy=report.validation_accuracy,
    )
    run.write_status(status)
    return status


def _finish(run: Run, report: "Finished", status: Status) -> Status:
    if report.step > status.step:
        run.save_snapshot(report.step, report.epoch, report.weights)
    return replace(
        status,
        state="stopped" if report.stopped else "finished",
        epoch=report.epoch,
        step=report.step,
        seconds=report.seconds,
        images_per_second=report.images_per_second,
        test_loss=report.test_loss,
        test_accuracy=report.test_accuracy,
    )


_OUT_OF_MEMORY = (
    "There was not enough memory for this network. Use fewer filters, a smaller batch, or strides and "
    "pooling earlier in the network."
)


def _explain(error: Exception) -> str:
    if type(error).__name__ == "ResourceExhaustedError":
        return _OUT_OF_MEMORY
    first = str(error).splitlines()[0][:200] if str(error) else ""
    return f"Training broke off ({type(error).__name__}: {first}). The snapshots so far are kept."


def _write_last(run: Run, status: Status) -> None:
    try:
        run.write_status(status)
    except RunError:
        logger.exception("the last state of run %s could not be written", run.id)


def train_run_in_worker(folder: str, topic: str) -> str:
    """Train a run inside a Dask worker, logging each report of progress as an event; return the state."""
    from distributed import get_worker

    worker = get_worker()
    run_id = Path(folder).name

    def announce(report: "Report") -> None:
        worker.log_event(topic, {"run": run_id, "kind": type(report).__name__})

    return train_run(Path(folder), announce).state


def warm_helper(threads: int = 0) -> None:
    """Import TensorFlow in the worker that answers questions."""
    prepare_tensorflow(threads)
    import cnn.network  # noqa: F401 - builds are quick once Keras is there


def answer_in_worker(
    topic: str, key: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, str]:
    """Answer a question inside a Dask worker; return the result, and what went wrong as a sentence.

    `function` gets `report` first, to be called with the share that is done.
    """
    from distributed import get_worker

    worker = get_worker()

    def report(share: float) -> None:
        worker.log_event(topic, {"question": key, "share": share})

    try:
        return function(report, *arguments), ""
    except CnnLabError as error:
        return None, str(error)
    except MemoryError:
        return None, _OUT_OF_MEMORY
    except Exception as error:
        logger.exception("the question %s broke off", key)
        if type(error).__name__ == "ResourceExhaustedError":
            return None, _OUT_OF_MEMORY
        return None, f"This could not be computed ({type(error).__name__})."
