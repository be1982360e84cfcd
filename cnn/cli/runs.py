"""The commands steer and runs."""

import argparse
import time
from pathlib import Path
from typing import Any

from cnn.core import settings
from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.shares import percent
from cnn.runs.commands import ENDING
from cnn.runs.store import RUN_ID, Run, RunStore, Status, read_run

STEERS = ("pause", "resume", "step", "epoch", "rate", "extend", "stop", "discard")
STEERS_WITH_NUMBER = "for rate: the new learning rate; for extend: epochs, or seconds as in 60s"
ANSWER_SECONDS = 5.0
LOOK_SECONDS = 0.02


def emit(row: dict[str, Any]) -> None:
    """Print one JSON object in one line."""
    print(to_json(row), flush=True)


def find_run(name: str) -> Run:
    """Return a run by its id or its folder.

    Raises:
        RunError: if there is none.
    """
    store = RunStore(settings.runs_folder())
    if RUN_ID.match(name) and (store.folder / name / "run.json").is_file():
        return store.get(name)
    if Path(name, "run.json").is_file():
        return read_run(Path(name).resolve())
    raise RunError(f"There is no run {name[:80]!r}. To list the runs: python -m cnn runs")


def name_of(run: Run) -> str:
    """Return the name of a run on the command line: its id, or its folder where it is not in the store."""
    return run.id if run.folder.parent == settings.runs_folder() else str(run.folder)


def steer(options: argparse.Namespace) -> int:
    """Send a command to a run, and wait up to 5 seconds for its acknowledgement."""
    number = _number(options)
    run = find_run(options.target)
    status = run.status()
    if status.ended and options.what != "extend":
        raise RunError(
            f"{run.id} is {status.state}, so nothing trains it. To continue it: "
            f"python -m cnn train --continue {name_of(run)} --epochs 5"
        )
    if options.what == "extend":
        run.extend(**number)
    else:
        run.command(options.what, number.get("value", 0.0))
    taken = _wait_until_taken(run, run.commands.count(), ending=options.what in ENDING)
    _show_asked(run, options, taken)
    return 0


def _number(options: argparse.Namespace) -> dict[str, Any]:
    """Return the number of a command as arguments; wrong usage ends the program."""
    needs, text = options.what in ("rate", "extend"), options.number
    if needs and text is None:
        options.refuse(f"{options.what} needs a VALUE: {STEERS_WITH_NUMBER}")
    if not needs and text is not None:
        options.refuse(f"{options.what} takes no VALUE")
    try:
        if options.what == "rate":
            return {"value": float(text)}
        if options.what == "extend":
            more = {"seconds": float(text[:-1])} if text.endswith("s") else {"epochs": int(text)}
            return more if any(more.values()) else options.refuse("extend needs a number above 0")
    except ValueError:
        options.refuse(f"{text!r} is not a number; {STEERS_WITH_NUMBER}")
    return {}


def _wait_until_taken(run: Run, asked: int, *, ending: bool) -> bool:
    """Return whether a command was acknowledged in time; `ending` ones are when the run has ended."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        status = run.status()
        if not run.folder.exists() or status.ended or (status.acknowledged >= asked and not ending):
            return True
        if status.state == "queued":
            return False
        time.sleep(LOOK_SECONDS)
    return False


def _show_asked(run: Run, options: argparse.Namespace, taken: bool) -> None:
    state = run.status().state if run.folder.exists() else "discarded"
    if options.json:
        emit(
            {
                "event": "asked",
                "command": options.what,
                "taken": taken,
                "state": state,
                "run": str(run.folder),
            }
        )
        return
    words = " ".join(filter(None, (options.what, options.number)))
    if taken:
        print(f"{words}: done; {run.id} is {state}")
    elif state == "queued":
        print(
            f"{words}: {run.id} is waiting for a worker; without a server: python -m cnn train --resume "
            f"{name_of(run)}"
        )
    else:
        print(f"{words}: sent, not acknowledged yet; {run.id} is {state}")


def list_runs(options: argparse.Namespace) -> int:
    """List the runs of this machine, newest first."""
    runs = RunStore(settings.runs_folder()).runs()
    if not runs and not options.json:
        print("There is no run yet. To train one: python -m cnn train")
    for run in runs:
        status = run.status()
        if options.json:
            emit(_facts(run, status))
        else:
            print(_line(run, status))
    return 0


def _facts(run: Run, status: Status) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": run.name,
        "state": status.state,
        "epochs": round(status.epoch, 3),
        "validation_accuracy": status.validation_accuracy,
        "test_accuracy": status.test_accuracy,
        "message": status.message,
        "data": run.dataset,
        "folder": str(run.folder),
    }


def _line(run: Run, status: Status) -> str:
    shares = [
        f"{kind} {percent(value)}"
        for kind, value in (("validation", status.validation_accuracy), ("test", status.test_accuracy))
        if value is not None
    ]
    facts = f"{run.id}  {status.state:<11}  epoch {status.epoch:>6.2f}  {run.name:<16}"
    return "  ".join([facts, *shares]).rstrip()
