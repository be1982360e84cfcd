"""Prepares TensorFlow's threads and the C library's memory. TensorFlow is imported inside the functions."""

import contextlib
import ctypes
import gc
import logging
import os

from cnn.training.metrics import PARTS

logger = logging.getLogger(__name__)

# TensorFlow switches oneDNN off on processors without AVX-512 or AMX; there the preset `lecture` trained at
# less than half the speed without it.
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "1"}
# malloc.h: M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD (bytes), M_ARENA_MAX
MALLOC = ((-4, 0), (-1, 2**31 - 1), (-2, 2**28), (-8, 1))
# Where pages and training want the same core, this leaves training a tenth of it (Linux, sched-nice-design).
NICENESS = 10


def prepare_tensorflow(threads: int = 0, parts: int = PARTS) -> None:
    """Import TensorFlow without its log messages and set its threads; `threads` = 0 means all cores.

    Inter-op parallelism is the number of `parts` of a batch (`cnn.training.train_step`), and the parts share
    the threads: with more, the operations of one part would wait for those of the other.
    """
    threads = threads or _cores()
    set_environment()
    keep_memory()
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # it warns about one graph per run, which is intended
    try:
        tf.config.threading.set_inter_op_parallelism_threads(min(parts, threads))
        tf.config.threading.set_intra_op_parallelism_threads(-(-threads // parts))
    except RuntimeError:
        logger.info("TensorFlow is already initialised; its number of threads does not change")


def set_environment() -> None:
    """Set what TensorFlow reads when it is imported, where the user has not set it."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def give_way() -> None:
    """Let this thread, and the threads it will start, compute only when nothing else wants to; nothing on Windows.

    Called before `prepare_tensorflow` in a worker, it makes TensorFlow's threads give way to the pages of the
    server that shares the cores; other threads of the process keep their priority.
    """
    with contextlib.suppress(AttributeError):
        here = os.PRIO_PROCESS, 0  # on Linux, the thread
        os.setpriority(*here, max(NICENESS, os.getpriority(*here)))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # the affinity of a process is known on Linux only
        return os.cpu_count() or 1


def keep_memory() -> None:
    """Make glibc keep freed memory instead of returning it to the system; does nothing with another C library.

    A step of a wide network allocates and frees arrays of 60 MB; otherwise the system would map and clear their
    pages every time. `python -m cnn bench --only layers` measures the gain.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        for parameter, value in MALLOC:
            mallopt(parameter, value)


def release_memory() -> None:
    """Return the free memory that `keep_memory` kept to the system."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
