"""How a process prepares TensorFlow and its memory. TensorFlow is imported inside the functions."""

import contextlib
import ctypes
import gc
import logging
import os

from cnn.training.metrics import PARTS

logger = logging.getLogger(__name__)

# Without oneDNN's operations, which TensorFlow leaves out on processors without AVX-512 or AMX, the preset
# `lecture` trained at less than half the speed.
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "1"}
# malloc.h: M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD (bytes), M_ARENA_MAX
MALLOC = ((-4, 0), (-1, 2**31 - 1), (-2, 2**28), (-8, 1))


def prepare_tensorflow(threads: int = 0, parts: int = PARTS) -> None:
    """Import TensorFlow quietly, to compute on `threads` threads, 0 for as many as there are cores.

    As many operations run at a time as a batch has `parts` (`cnn.training.train_step`), and divide the threads between
    them: with more, the operations of one part would wait for those of the other.
    """
    threads = threads or _cores()
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    keep_memory()
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # it warns of a graph for each run, which is what we want
    try:
        tf.config.threading.set_inter_op_parallelism_threads(min(parts, threads))
        tf.config.threading.set_intra_op_parallelism_threads(-(-threads // parts))
    except RuntimeError:
        logger.info("TensorFlow is at work already; its threads stay as they are")


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells which cores a process may use
        return os.cpu_count() or 1


def keep_memory() -> None:
    """Let the C library keep memory that it was given, where it is glibc, instead of handing it back.

    A step of a wide network takes and frees arrays of 60 MB, each fetched anew from the system and cleared
    page by page; `python -m cnn bench --only layers` measures what is saved.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        for parameter, value in MALLOC:
            mallopt(parameter, value)


def release_memory() -> None:
    """Hand back what `keep_memory` kept, so that a process is as large as what it holds."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
