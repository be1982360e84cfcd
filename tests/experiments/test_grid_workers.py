"""A grid on real workers: over the death of its server, and of its whole process group."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnn.core.settings import Settings
from cnn.experiments import driver as driver_module
from cnn.experiments.driver import Driver, experiments_folder, steer
from cnn.experiments.experiment import Experiment, ExperimentStore
from cnn.experiments.grid import Grid
from cnn.runs.store import RunStore
from cnn.scheduler.engine import Engine
from support import PROJECT, quick_jobs
from support.engines import OWNERS, RUN_SECONDS, SHORT, started
from support.serving import eventually

pytestmark = pytest.mark.workers
BASE = SHORT.to_json()


@contextmanager
def server(store: RunStore, experiments: ExperimentStore) -> Iterator[Engine]:
    """Serve experiments as a server does, with workers that know no TensorFlow."""
    engine = Engine(store, Settings(worker_memory=600 * 2**20), quick_jobs.WORK)
    carry = Driver(experiments, store, engine)
    with started(engine):
        carry.start()
        yield engine
        carry.close()


def finished(experiment: Experiment, store: RunStore) -> int:
    return sum(result.state == "finished" for result in experiment.results(store))


def test_a_grid_goes_on_with_the_next_server_and_is_paused_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "LOOK_SECONDS", 0.05)
    store = RunStore(tmp_path / "runs")
    experiments = ExperimentStore(experiments_folder(store.folder))
    spec = {"base": BASE, "axes": {"filters": [2, 4], "depth": [1, 2]}, "seeds": 2, "dataset": "sketch10"}
    experiment = experiments.create(Grid.from_json(spec), OWNERS[0])
    with server(store, experiments):
        eventually("some have finished", lambda: finished(experiment, store) >= 2, RUN_SECONDS)
        steer(experiment, store, "pause")
    before = finished(experiment, store)
    assert before < 8
    with server(store, experiments):
        assert finished(experiment, store) <= before + 1  # one may have been at its last step
        steer(experiment, store, "run")
        eventually("all have finished", experiment.is_over, RUN_SECONDS)
    assert finished(experiment, store) == 8
    assert len(list(store.folder.glob("grid-*"))) == 8


@pytest.mark.tensorflow
def test_a_grid_that_is_killed_is_taken_up_again_from_the_command_line(home: Path) -> None:
    spec = home.parent / "spec.json"
    values = {"base": BASE, "axes": {"filters": [2, 4, 6]}, "epochs": 3, "dataset": "sketch10"}
    spec.write_text(json.dumps(values))
    environment = os.environ | {"CNN_LAB_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "2"}

    def grid(what: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "cnn", "grid", what, "--json"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    first = grid(str(spec))
    assert first.stdout
    try:
        begun = json.loads(first.stdout.readline())
        assert json.loads(first.stdout.readline())["state"] == "finished"  # the first run has ended
    finally:
        os.killpg(first.pid, signal.SIGKILL)  # server and workers at once
        first.communicate()
    second = grid(begun["experiment"])
    out, _ = second.communicate(timeout=600)
    events = [json.loads(line) for line in out.splitlines()]
    assert second.returncode == 0, out
    assert events[-1]["event"] == "finished"
    assert [run["state"] for run in events[-1]["runs"]] == ["finished"] * 3
    assert "3 of 3 runs were trained to the end" in events[-1]["summary"]
    assert sorted(path.name for path in (home / "runs").glob("grid-*")) == [
        f"{begun['experiment']}-{number:03d}" for number in range(3)
    ]
