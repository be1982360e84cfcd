"""What workers do in tests in place of training: the same folders, locks and commands, and no TensorFlow.

The first word of a run's name says how it behaves.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cnn.runs.commands import Steering
from cnn.runs.run import Run, read_run
from cnn.runs.status import Status
from cnn.scheduler.cluster import Work

STEPS = 5
STEP_SECONDS = 0.01
MANY = 10**6


def train(folder: str, topic: str) -> str:
    """Go through the steps of a run, as its name says."""
    from distributed import get_worker

    worker = get_worker()
    run = read_run(Path(folder))
    with run.trained_here(3.0) as here:
        if not here or not (status := run.commands.begin()):
            return "left"
        if rows := run.history.rows():  # a worker may have ended between a row and the state
            status = replace(status, step=rows[-1]["step"])
        behave = BEHAVIOURS.get(run.name.partition(" ")[0], short)
        status = behave(run, status, lambda: worker.log_event(topic, {"run": run.id}))
        if status.state == "discarded":
            run.remove()
        else:
            run.commands.conclude(status, status.acknowledged)
    return status.state


def short(run: Run, status: Status, tell: Callable[[], None], steps: int = STEPS) -> Status:
    """Do a few steps, and answer to commands."""
    steering, taken = Steering(), 0
    while status.step < steps and not steering.ending:
        if new := run.commands.read(taken):
            steering.take(new)
            taken += len(new)
            status = replace(status, acknowledged=taken, state="paused" if steering.paused else "running")
            run.write_status(status)
        elif not steering.paused:
            status = replace(status, step=status.step + 1, images_per_second=100.0)
            steering.stepped(1)
            row = {"kind": "progress", "step": status.step, "images_per_second": 100.0, "seconds_left": 2.0}
            run.history.append({**row, "began": time.time()})
            run.write_status(status)
            tell()
        time.sleep(STEP_SECONDS)
    ends = {"": "finished", "stop": "stopped", "park": "paused", "discard": "discarded"}
    return replace(status, state=ends[steering.ending])


def long(run: Run, status: Status, tell: Callable[[], None]) -> Status:
    """Go on until told to stop."""
    return short(run, status, tell, MANY)


def deaf(run: Run, status: Status, tell: Callable[[], None]) -> Status:
    """Report once, then never look at a command."""
    tell()
    time.sleep(MANY)
    return status


def deadly(run: Run, status: Status, tell: Callable[[], None]) -> Status:
    """End the worker."""
    os._exit(1)


def hungry(run: Run, status: Status, tell: Callable[[], None]) -> Status:
    """Take more and more memory."""
    taken = []
    while True:
        taken.append(b"\1" * 2**26)
        time.sleep(0.02)


BEHAVIOURS = {"short": short, "long": long, "deaf": deaf, "deadly": deadly, "hungry": hungry}


def answer(report: object) -> int:
    """Answer a question of the desk: who answers."""
    return os.getpid()


def warm(threads: int) -> int:
    """Be ready at once."""
    return threads


WORK = Work(train, warm, warm)
