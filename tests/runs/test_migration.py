"""Runs that an older version made, committed as it wrote them: they are listed, read, steered and continued.

`version_1` was written by the last commit before commands and history became parts of a run, with a network
of one filter: a run that had finished after an extension, one that was paused and suspended (its word in the
files is "park"), one whose process was killed in its second epoch, and one in the queue.
"""

import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnn.core.errors import RunError
from cnn.runs.checkpoints import newest_checkpoint
from cnn.runs.commands import SUSPEND, Steering
from cnn.runs.run import Run
from cnn.runs.store import RunStore
from cnn.worker import jobs

OLD = Path(__file__).parent / "version_1"
OWNER = "55579b557896d0ce1764c47fed644f9b"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    shutil.copytree(OLD, tmp_path / "runs")
    return RunStore(tmp_path / "runs")


@pytest.fixture
def runs(store: RunStore) -> dict[str, Run]:
    return {run.name: run for run in store.runs(OWNER)}


def test_old_runs_are_listed_and_read(runs: dict[str, Run]) -> None:
    assert {name: run.status().state for name, run in runs.items()} == {
        "finished": "finished", "parked": "paused", "killed": "running", "queued": "queued",
    }  # fmt: skip
    assert {name: [s.step for s in run.snapshots()] for name, run in runs.items()} == {
        "finished": [0, 2, 4, 6], "parked": [0, 2, 3], "killed": [0, 2], "queued": [],
    }  # fmt: skip
    for name in ("finished", "parked", "killed"):
        run = runs[name]
        checkpoint, problems = newest_checkpoint(run.folder)
        assert checkpoint
        assert not problems
        assert checkpoint.step == run.status().step
        assert all(np.isfinite(array).all() for array in run.weights().values())
        assert next(row["step"] for row in run.history.rows() if row["kind"] == "progress") == 1
    with pytest.raises(RunError, match="no snapshot yet"):
        runs["queued"].weights()
    assert [command.kind for command in runs["finished"].commands.read()] == ["rate", "extend_epochs"]


def test_an_old_run_that_was_suspended_is_so_still(store: RunStore, runs: dict[str, Run]) -> None:
    run = runs["parked"]
    assert run.status().suspended
    steering = Steering()
    steering.take(run.commands.read())
    assert (steering.mode, steering.ending) == ("paused", SUSPEND)
    checkpoint, _ = newest_checkpoint(run.folder)
    assert checkpoint
    assert Steering(**checkpoint.loop["steering"]) == steering
    store.steer(run.id, OWNER, "resume")
    assert run.status().state == "queued"


@pytest.mark.tensorflow
def test_old_runs_are_continued(store: RunStore, runs: dict[str, Run], training: ModuleType) -> None:
    store.steer(runs["parked"].id, OWNER, "resume")
    store.extend(runs["finished"].id, OWNER, epochs=1)
    for name, steps in (("parked", 4), ("killed", 4), ("queued", 4), ("finished", 8)):
        run = runs[name]
        done = jobs.train_run(run.folder)
        assert (done.state, done.step, done.message) == ("finished", steps, ""), name
        seen = [row["step"] for row in run.history.rows() if row["kind"] == "progress"]
        assert seen == sorted(set(seen))
        assert seen[-1] == steps
        ends = [row["epoch"] for row in run.history.rows() if row["kind"] == "epoch"]
        assert ends == list(range(steps // 2 + 1))
        assert done.test_accuracy is not None
