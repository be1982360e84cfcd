"""How a run stands, in words."""

import re
from contextlib import suppress

from cnn.core.errors import RunError
from cnn.runs.remaining import GIVEN_MORE, RESUMED
from cnn.runs.store import Run, Status
from cnn.scheduler.fair_queue import Place
from cnn.web.app.service import service


def is_ending(run: Run, status: Status) -> bool:
    """Whether its end has been asked for and has not come yet."""
    return not status.ended and run.commands.stop_requested()


def is_open(run: Run, status: Status) -> bool:
    """Whether a process trains the run and has not yet acknowledged a command."""
    return bool(status.process) and not status.ended and run.commands.count() > status.acknowledged


def state_words(run: Run, status: Status) -> str:
    """Return how a run stands, in a word or two."""
    if is_ending(run, status):
        return "stopping"
    return "waiting" if status.state == "queued" else status.state


def place_words(run: Run, place: Place | None) -> str:
    """Return a sentence on the place of a waiting run in the queue, and when it is expected to begin."""
    if place is None:
        return "Waiting for a worker."
    if not place.before:
        return "Next in the queue: it starts as soon as a worker is free."
    before = "1 run is ahead" if place.before == 1 else f"{place.before} runs are ahead"
    when = "" if place.seconds is None else f"; this one starts in about {minutes(place.seconds)}"
    return f"{before}{when}. {_own_words(run)}".strip()


def _own_words(run: Run) -> str:
    """Say that it is the visitor's own run that holds a worker, where it is."""
    for training in service().engine.training_of(run.owner):
        with suppress(RunError):  # it is being removed
            other = service().store.get(training.id)  # it may have been renamed
            return f"Your other run {other.name or other.id} is {other.status().state} now."
    return ""


def resumed_words(run: Run, status: Status) -> str:
    """Return a sentence on a run that continued by itself after its process had ended, "" for others."""
    rows = [row for row in run.history.rows() if row["kind"] == RESUMED and row["reason"] != GIVEN_MORE]
    if not rows or not status.resumed:
        return ""
    times = "" if status.resumed == 1 else f", {status.resumed} times in all"
    return f"Its worker ended; the run continued by itself from epoch {rows[-1]['epoch']:.3g}{times}."


def start_words(run: Run) -> str:
    """Return what the weights of epoch 0 are: random ones, or those that were imported without a history."""
    with suppress(RunError):
        return "as it was brought in" if run.origin() else "before training: random weights"
    return "before training"


def plain(text: str) -> str:
    """Return text in which Markdown finds nothing to change.

    >>> print(plain("*my* run"))
    \\*my\\* run
    """
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>~:$-])", r"\\\1", text)


def minutes(seconds: float) -> str:
    """Return a time in seconds, or in minutes and seconds.

    >>> minutes(89), minutes(100)
    ('89 s', '1 min 40 s')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60:02d} s"
