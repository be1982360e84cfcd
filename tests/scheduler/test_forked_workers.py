"""The server's own workers are forked from one that has imported TensorFlow, and have the server's environment."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cnn.core.settings import Settings
from cnn.scheduler.cluster import Cluster, connect
from cnn.training.runtime import ENVIRONMENT
from support.serving import eventually

pytestmark = [
    pytest.mark.workers,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only"),
]
VARIABLE = "CNN_LAB_TEST_OF_FORKED_WORKERS"
START_SECONDS = 90.0


def facts() -> tuple[bool, dict[str, str], int]:
    return "tensorflow" in sys.modules, dict(os.environ), os.getppid()


@contextmanager
def clustered() -> Iterator[Cluster]:
    with connect(Settings(workers=1, worker_memory=2**31)) as cluster:
        eventually("a worker", lambda: len(cluster.workers()) == 1, START_SECONDS)
        yield cluster


@pytest.mark.parametrize(
    "value", ["first", "second"]
)  # the second cluster is forked from the first one's process
def test_a_worker_begins_with_tensorflow_and_todays_environment(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    monkeypatch.chdir(tmp_path)  # the package is found from anywhere
    with clustered() as cluster:
        (worker,) = cluster.workers()
        imported, environment, parent = cluster.submit(worker, facts).result(START_SECONDS)
        assert imported
        assert environment[VARIABLE] == value
        assert {name: environment[name] for name in ENVIRONMENT} == {
            name: os.environ.get(name, default) for name, default in ENVIRONMENT.items()
        }
        assert "forkserver" in " ".join(psutil.Process(parent).cmdline())


def test_a_worker_that_is_killed_is_replaced_from_the_same_process() -> None:
    with clustered() as cluster:
        (worker,) = cluster.workers()
        _, _, parent = cluster.submit(worker, facts).result(START_SECONDS)
        assert cluster.kill(worker)
        eventually(
            "another one", lambda: [w.key for w in cluster.workers()] not in ([], [worker.key]), START_SECONDS
        )
        (other,) = cluster.workers()
        imported, _, again = cluster.submit(other, facts).result(START_SECONDS)
        assert imported
        assert again == parent
