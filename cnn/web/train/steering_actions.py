"""What the steering buttons do, each on behalf of the visitor: nobody can change what is not theirs."""

import time
from collections.abc import Callable
from typing import Any

from cnn.core.errors import RunError
from cnn.runs.store import Run
from cnn.web.app.service import service
from cnn.web.app.session import session

TWICE_SECONDS = 2.0  # two presses within that are one


def learning_rate(run: Run) -> float:
    """Return the learning rate that was asked for last."""
    asked = [command.value for command in run.commands.read() if command.kind == "rate"]
    return asked[-1] if asked else run.setup.training.learning_rate


def steer(run_id: str, kind: str, value: float = 0.0) -> None:
    """Ask something of a run of this visitor; what stands against it is kept as the page's problem."""
    _try(service().store.steer, run_id, session().owner, kind, value)


def extend(run: Run, unit: str, count: int) -> None:
    """Let a run be trained for longer; what was asked for just now is not asked for again."""
    commands, taken = run.commands.read(), run.status().taken
    lately = (c for i, c in enumerate(commands) if i >= taken or c.at > time.time() - TWICE_SECONDS)
    if not any(command.kind == f"extend_{unit}" for command in lately):
        _try(service().store.extend, run.id, session().owner, **{unit: count})


def go_on(run: Run, unit: str, count: int, rate: float) -> None:
    """Let a run that has ended go on; one that another tab took up already is left as it is.

    A rate that was asked for once is asked for again: the checkpoint it goes on from may be older.
    """
    asked = any(command.kind == "rate" for command in run.commands.read())
    changed = rate if asked or rate != run.setup.training.learning_rate else None
    if run.status().ended:
        _try(service().store.extend, run.id, session().owner, **{unit: count, "learning_rate": changed})


def rename(run_id: str, name: str) -> None:
    """Give a run of this visitor another name."""
    _try(service().store.rename, run_id, session().owner, name)


def discard(run_id: str) -> None:
    """Stop a run of this visitor and remove it."""
    steer(run_id, "discard")


def delete(run_id: str) -> None:
    """Remove a run of this visitor that has ended."""
    _try(service().store.delete, run_id, session().owner)


def again(run: Run) -> None:
    """Take the settings of a run, and start a new one."""
    session().replace(run.setup)
    session().start_asked = True


def _try(act: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    session().problem = ""
    try:
        act(*arguments, **options)
    except RunError as error:
        session().complain(str(error))
    service().engine.wake()
