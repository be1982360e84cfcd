"""Polling of a run: its facts, the address that serves them, and the component that polls.

The browser polls the address of a run about once per second, which costs the server one small answer and no
run of the page. `facts` holds what changes, as words and numbers, and a stamp that changes when the whole page
must run again. `address` names the route, known only to those who were shown the run; `answer` serves it.
`show_watch` shows the facts; `draw_again` makes its fragment run again as the run progresses: it does not poll
but is told by the component of `show_watch`.
"""

import hmac
import secrets
from hashlib import blake2s
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.shares import percent
from cnn.runs.remaining import RESUMED, planned_epochs
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run, Status
from cnn.scheduler.eta import last_report
from cnn.scheduler.fair_queue import Place
from cnn.web.app.component import component
from cnn.web.app.run_text import is_open, minutes, place_words, resumed_words, state_words
from cnn.web.app.service import service

OPEN_SECONDS = 0.2
REFRESH_SECONDS = 1.0
WAITING_SECONDS = 2.0
IDLE_SECONDS = 3.0


def facts(run: Run, status: Status) -> dict[str, Any]:
    """Return the state of a run as JSON for the browser.

    `stamp` changes when the whole page must run again; `wait` is the seconds until the next poll; `share` is how
    much of the training is done, None where there is no progress bar; `aloud` is a sentence for a screen reader;
    `rows` is the number of rows in the history and `marks` the number of those that are not progress reports
    within an epoch; `snapshot` is the step of the newest saved state.
    """
    rows = run.history.rows()
    last = last_progress(rows)
    place = service().engine.place(run.id) if status.state == "queued" else None
    # A run that continues builds its network first, whatever its last report says is left.
    marked = (row["kind"] for row in reversed(rows) if row["kind"] in ("progress", RESUMED))
    building = status.state == "running" and next(marked, RESUMED) == RESUMED
    done, words = (0.0, "Building the network") if building else _progress(run, status, last, place)
    snapshots = run.snapshots()
    return {
        "stamp": _stamp(run, status, bool(snapshots)),
        "wait": _wait(run, status, place),
        "share": done,
        "words": words,
        "figures": _figures(run, status, rows, last),
        "aloud": _aloud(run, status, last, words),
        "rows": len(rows),
        "marks": marks(rows),
        "snapshot": newest_step(snapshots),
    }


def marks(rows: list[dict[str, Any]]) -> int:
    """Return how many rows of a history are not progress reports within an epoch."""
    return sum(row["kind"] != "progress" for row in rows)


def newest_step(snapshots: list[Snapshot]) -> int:
    """Return the step of the newest saved state, -1 where there is none."""
    return snapshots[-1].step if snapshots else -1


def last_progress(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the newest report within an epoch, empty where there is none."""
    return next((row for row in reversed(rows) if row["kind"] == "progress"), {})


def _stamp(run: Run, status: Status, saved: bool) -> str:
    engine = service().engine.status() if status.state == "queued" else None
    answered = (status.acknowledged, run.commands.count())
    shown = (run.name, status.state, answered, status.message, resumed_words(run, status), saved, engine)
    return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def _wait(run: Run, status: Status, place: Place | None) -> float:
    """Return the seconds until the next poll: few while a command is unanswered, many after the end."""
    if is_open(run, status):
        return OPEN_SECONDS
    if place and place.before:
        return WAITING_SECONDS
    return IDLE_SECONDS if status.ended else REFRESH_SECONDS


def _progress(
    run: Run, status: Status, last: dict[str, Any], place: Place | None
) -> tuple[float | None, str]:
    """Return how much of the training is done, and the progress or the place in the queue in words."""
    if status.state == "queued":
        return None, place_words(run, place)
    if status.state not in ("running", "paused"):
        return None, ""
    whole = last["seconds"] + last["seconds_left"] if last else 0.0
    return min(last["seconds"] / whole, 1.0) if whole else 0.0, _progress_words(run, status, last)


def _progress_words(run: Run, status: Status, last: dict[str, Any]) -> str:
    if status.state == "paused":
        return f"Paused at epoch {last.get('epoch', 0.0):.2f}, {minutes(last.get('seconds_left', 0.0))} left"
    if last["seconds_left"] <= 0:
        return "Evaluating on the test pictures"
    if last["step"] <= 20:
        return "Measuring the speed"
    if run.setup.training.epochs is None:
        return f"{last['seconds']:.0f} of {last['seconds'] + last['seconds_left']:.0f} seconds of training"
    return f"{minutes(last['seconds_left'])} left"


def _aloud(run: Run, status: Status, last: dict[str, Any], words: str) -> str:
    parts = [f"{run.name or 'The run'}: {state_words(run, status)}"]
    if last and not status.ended:
        parts.append(f"epoch {last.get('epoch', 0.0):.1f}")
    if status.validation_accuracy is not None:
        parts.append(f"validation accuracy {percent(status.validation_accuracy)}")
    if status.ended and status.test_accuracy is not None:
        parts.append(f"test accuracy {percent(status.test_accuracy)}")
    if words:
        parts.append(words.removesuffix("."))
    return ", ".join(parts) + "."


def _figures(
    run: Run, status: Status, rows: list[dict[str, Any]], last: dict[str, Any]
) -> list[tuple[str, str]]:
    planned, measured = planned_epochs(run, rows), last_report(run)  # the speed of this machine
    return [
        (f"Epoch (of {planned:.4g})" if planned else "Epoch", f"{last.get('epoch', 0.0):.1f}"),
        ("Images per second", f"{measured['images_per_second']:,.0f}" if measured else "–"),
        ("Validation accuracy", percent(status.validation_accuracy)),
        ("Test accuracy", percent(status.test_accuracy)),
    ]


ROUTE = "/live/{run}/{key}"
_SECRET = secrets.token_bytes(32)


def address(run_id: str) -> str:
    """Return the address of a run's facts, relative to the app; only this server can make it."""
    return f"live/{run_id}/{_key(run_id)}"


def _key(run_id: str) -> str:
    return hmac.digest(_SECRET, run_id.encode(), "sha256").hex()


def answer(request: Request) -> Response:
    """Answer with the facts of a run, or that it was deleted; 404 where this server did not make the address."""
    run_id, key = request.path_params["run"], request.path_params["key"]
    if not hmac.compare_digest(key.encode(), _key(run_id).encode()):
        return _json({}, 404)
    try:
        run = service().store.get(run_id)
    except RunError:
        return _json({"gone": True})
    return _json(facts(run, run.status()))


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(content), status, {"cache-control": "no-store"}, "application/json")


_watch = component(
    "live_run",
    """
<div class="watch">
  <p class="words"></p>
  <div class="bar" role="progressbar" aria-label="Training"><i></i></div>
  <dl class="figures"></dl>
  <p class="aloud" role="status" aria-live="polite"></p>
</div>
""",
)
_pulse = component("live_listener", '<i class="pulse"></i>')


def show_watch(run: Run, seen: dict[str, Any]) -> None:
    """Show the progress of a run, and have the page run again whenever something else has changed.

    `seen` are its facts from before anything of it was drawn, so that no change is missed in between.
    """
    _watch(
        data={"run": run.id, "address": address(run.id), "facts": seen},
        key=f"watch-{run.id}",
        on_changed_change=lambda: None,
    )


def draw_again(
    run: Run, key: str, at_once: dict[str, int], in_time: dict[str, int] | None = None, every: float = 0.0
) -> None:
    """Have the enclosing fragment run again when the facts of a run differ from those that it shows.

    Args:
        run: the run; `show_watch` of it is on the page.
        key: distinguishes the fragments of a page.
        at_once: facts as shown; any change of one redraws at once.
        in_time: facts as shown; a change redraws at most `every` seconds.
        every: seconds between two redraws because of `in_time`.
    """
    _pulse(
        data={"run": run.id, "atOnce": at_once, "inTime": in_time or {}, "every": every},
        key=f"pulse-{key}-{run.id}",
        on_again_change=lambda: None,
    )
