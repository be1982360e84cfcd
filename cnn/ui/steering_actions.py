"""What the steering buttons do, each on behalf of the visitor: nobody can change what is not theirs."""

from collections.abc import Callable
from typing import Any

from cnn.errors import RunError
from cnn.runs.store import Run
from cnn.ui.service import service
from cnn.ui.session import session


def learning_rate(run: Run) -> float:
    """Return the learning rate that was asked for last."""
    asked = [command.value for command in run.commands() if command.kind == "rate"]
    return asked[-1] if asked else run.setup.training.learning_rate


def steer(run_id: str, kind: str, value: float = 0.0) -> None:
    """Ask something of a run of this visitor; what stands against it is kept as the page's problem."""
    _try(service().store.steer, run_id, session().owner, kind, value)


def extend(run: Run, unit: str, count: int) -> None:
    """Let a run be trained for longer; what was asked for and has not been taken is not asked for again."""
    if not any(command.kind == f"extend_{unit}" for command in run.commands(run.status().taken)):
        _try(service().store.extend, run.id, session().owner, **{unit: count})


def go_on(run: Run, unit: str, count: int, rate: float) -> None:
    """Let a run that has ended go on; one that another tab took up already is left as it is."""
    changed = None if rate == learning_rate(run) else rate
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
    try:
        act(*arguments, **options)
    except RunError as error:
        session().problem = str(error)
    service().engine.wake()
