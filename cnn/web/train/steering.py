"""Steering a run from the page: which commands are allowed now, what the buttons do, and the result.

Each action is made in the visitor's name: nobody can change somebody else's run.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnn.core.errors import RunError
from cnn.core.validation import Number, Whole, allowed_values
from cnn.network.spec import TrainSpec
from cnn.runs.commands import ENDING, STEERING, Command
from cnn.runs.store import Run, Status
from cnn.web.app.deletion import delete
from cnn.web.app.fields import number_box
from cnn.web.app.run_text import is_ending, plain
from cnn.web.app.service import service
from cnn.web.app.session import session

# Kind of command → its words, its icon, and what it does.
BUTTONS = {
    "pause": ("Pause", "pause", "Pauses after the current batches. Nothing is lost."),
    "resume": ("Resume", "play_arrow", "Continues exactly where it was paused."),
    "step": ("One batch", "skip_next", "Trains on one more batch, then pauses."),
    "epoch": ("One epoch", "fast_forward", "Trains to the end of this epoch, then pauses."),
    "stop": ("Stop", "stop", "Ends the run now and keeps it. You can continue it later."),
}
WORDS = {kind: words for kind, (words, _, _) in BUTTONS.items()} | {
    "discard": "Stop and discard",
    "rate": "New learning rate {:g}",
    "extend_epochs": "{:g} more epochs",
    "extend_seconds": "{:g} more seconds",
}
USUAL = {"epochs": 5, "seconds": 60}
WARM_RESTART = "The learning rate schedule starts again over the added training."


def _elsewhere(run: Run, status: Status) -> str:
    """Say how to steer a run of the command line there, or how to continue it once it has ended."""
    if status.ended:
        command = f"train --continue {run.id} --epochs {USUAL['epochs']}"
        return f"Trained on the command line. Continue it there: `python -m cnn {command}`"
    return f"Trained on the command line. Steer it there: `python -m cnn steer {run.id} pause`"


def show_bar(run: Run, status: Status) -> None:
    """Show the commands to the run's owner, in fixed positions; others get a sentence."""
    if run.owner != session().owner:
        st.caption(_elsewhere(run, status))
        return
    with st.container(key="steering", gap="small"):
        if status.ended:
            _show_ended(run, status)
        else:
            _show_live(run, status)
            _show_last_command(run, status)


def _show_live(run: Run, status: Status) -> None:
    """Show what is used most; the rest is folded away, and made when it is unfolded."""
    ending = is_ending(run, status)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for kind in ("pause", "resume", "stop"):
            _show_button(run, kind, why_not(kind, status, ending))
    more = st.expander("More ways to steer", icon=":material/tune:", key=f"steer-{run.id}", on_change="rerun")
    if not more.open:  # twelve widgets, a sixth of the work of the page, which a class opens with every run
        return
    with more:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for kind in ("step", "epoch"):
                _show_button(run, kind, why_not(kind, status, ending))
            _show_extension(run, disabled=ending)
            _show_rename(run)
            reason = why_not("discard", status, ending)
            _show_removal(
                run, "Stop and discard", "Discard it", "It cannot be undone.", discard, disabled=bool(reason)
            )
        _show_rate(run, status, ending)


def _show_button(run: Run, kind: str, reason: str) -> None:
    words, icon, about = BUTTONS[kind]
    st.button(
        words,
        icon=f":material/{icon}:",
        help=reason or about,
        disabled=bool(reason),
        key=f"{kind}-{run.id}",
        on_click=steer,
        args=(run.id, kind),
    )


def _show_ended(run: Run, status: Status) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _show_continuation(run, status)
        st.button(
            "Train these settings again",
            icon=":material/replay:",
            help="Starts a new run with the settings of this one.",
            key=f"again-{run.id}",
            on_click=again,
            args=(run,),
        )
        _show_rename(run)
        _show_removal(
            run, "Delete", "Delete it", "You can undo it for half an hour.", _delete, disabled=False
        )


def why_not(kind: str, status: Status, ending: bool) -> str:
    """Return why a command cannot be asked of a run that has not ended, "" where it can.

    Args:
        kind: one of the commands of the bar.
        status: how the run stands.
        ending: whether its end has been asked for.
    """
    if ending:
        return "The run is being stopped."
    if status.state == "queued" and kind not in ENDING:
        return "The run has not started yet."
    if kind == "resume" and status.state != "paused":
        return "The run is not paused."
    if kind == "pause" and status.state == "paused":
        return "The run is already paused."
    return ""


def _show_last_command(run: Run, status: Status) -> None:
    """Say what was asked for last, and whether the worker has acknowledged it."""
    asked = [(n, command) for n, command in enumerate(run.commands.read()) if command.kind in STEERING]
    if not asked:
        st.caption("Each command takes effect within half a second.")
        return
    number, command = asked[-1]
    if number < status.acknowledged:
        st.caption(f":material/check: **{said(command)}**: done")
    elif status.process:
        st.caption(f":material/more_horiz: **{said(command)}**: sent")
    else:
        st.caption(f":material/more_horiz: **{said(command)}**: takes effect when the run continues")


def said(command: Command) -> str:
    """Return a command in the words of its button.

    >>> said(Command("rate", 0.0005)), said(Command("step"))
    ('New learning rate 0.0005', 'One batch')
    """
    return WORDS[command.kind].format(command.value)


def _show_rate(run: Run, status: Status, ending: bool) -> None:
    key, reason = f"rate-{run.id}", why_not("rate", status, ending)
    allowed = allowed_values(TrainSpec, "learning_rate")
    with (
        st.form(f"form-{key}", border=False, width="content"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        number_box(
            "New learning rate",
            allowed,
            learning_rate(run),
            key,
            step=0.001,
            format="%.6f",
            width=170,
            disabled=bool(reason),
        )
        st.form_submit_button(
            "Set",
            icon=":material/speed:",
            help=reason or "Replaces the learning rate from the next batches on. The schedule still applies.",
            disabled=bool(reason),
            on_click=lambda: steer(run.id, "rate", float(st.session_state[key])),
        )


def _show_extension(run: Run, *, disabled: bool) -> None:
    """Offer to extend a running training by epochs, or by seconds where its length is a time."""
    unit, key = _unit(run), f"more-{run.id}"
    allowed = _allowed(unit)
    with (
        st.popover("Extend", icon=":material/more_time:", disabled=disabled),
        st.form(f"form-{key}", border=False),
    ):
        number_box(f"More {unit}", allowed, USUAL[unit], key)
        st.form_submit_button(
            "Extend it",
            type="primary",
            on_click=lambda: extend(run, unit, int(st.session_state[key])),
        )
        st.caption(WARM_RESTART)


def _show_continuation(run: Run, status: Status) -> None:
    """Offer to continue a run that has ended; with 0 it continues to its planned end."""
    unit, key = _unit(run), f"more-{run.id}"
    allowed = _allowed(unit)
    least = int(allowed.low) if status.state == "finished" else 0
    rates = allowed_values(TrainSpec, "learning_rate")
    with (
        st.popover("Continue", icon=":material/play_arrow:", disabled=not run.snapshots()),
        st.form(f"form-{key}", border=False),
    ):
        number_box(f"More {unit}", replace(allowed, low=least), least and USUAL[unit], key)
        if not least:
            st.caption("0 continues to the planned end. Other numbers count from where it ended.")
        number_box(
            "Learning rate from there",
            rates,
            learning_rate(run),
            f"{key}-rate",
            step=0.001,
            format="%.6f",
        )
        st.form_submit_button(
            "Continue it",
            type="primary",
            on_click=lambda: go_on(
                run, unit, int(st.session_state[key]), float(st.session_state[f"{key}-rate"])
            ),
        )
        st.caption(WARM_RESTART)


def _unit(run: Run) -> str:
    return "epochs" if run.setup.training.epochs is not None else "seconds"


def _allowed(unit: str) -> Whole | Number:
    allowed = STEERING[f"extend_{unit}"]
    assert allowed is not None
    return allowed


def _show_rename(run: Run) -> None:
    key = f"name-{run.id}"
    with (
        st.popover("Rename", icon=":material/edit:"),
        st.form(f"form-{key}", border=False),
    ):
        st.text_input("Name", run.name, max_chars=60, key=key)
        st.form_submit_button("Rename it", on_click=lambda: rename(run.id, str(st.session_state[key])))


def _show_removal(
    run: Run, label: str, word: str, last: str, act: Callable[[str], None], *, disabled: bool
) -> None:
    """Offer to remove a run, and say first what would be lost; `last` says for how long."""
    with st.popover(label, icon=":material/delete:", disabled=disabled):
        saved = len(run.snapshots())
        st.markdown(
            f"This deletes **{plain(run.name or run.id)}**: its curves, its settings and the weights of "
            f"{saved} saved state{'s' * (saved != 1)}. {last}"
        )
        st.button(word, type="primary", key=f"{label}-{run.id}", on_click=act, args=(run.id,))


TWICE_SECONDS = 2.0  # two presses within that are one


def learning_rate(run: Run) -> float:
    """Return the learning rate that was asked for last."""
    asked = [command.value for command in run.commands.read() if command.kind == "rate"]
    return asked[-1] if asked else run.setup.training.learning_rate


def steer(run_id: str, kind: str, value: float = 0.0) -> None:
    """Send a command to a run of this visitor; an error is kept as the page's problem."""
    _try(service().store.steer, run_id, session().owner, kind, value)


def extend(run: Run, unit: str, count: int) -> None:
    """Extend a run in training; the same command given just now is not sent twice."""
    commands, acknowledged = run.commands.read(), run.status().acknowledged
    lately = (c for i, c in enumerate(commands) if i >= acknowledged or c.at > time.time() - TWICE_SECONDS)
    if not any(command.kind == f"extend_{unit}" for command in lately):
        _try(service().store.extend, run.id, session().owner, **{unit: count})


def go_on(run: Run, unit: str, count: int, rate: float) -> None:
    """Continue a run that has ended; one that another tab has already continued is left as it is.

    A changed learning rate is sent again, because the checkpoint to continue from may be older than the change.
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


def _delete(run_id: str) -> None:
    delete([run_id])


def again(run: Run) -> None:
    """Start a new run with the settings of `run`."""
    session().replace(run.setup)
    session().start_asked = True


def _try(act: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    session().problem = ""
    try:
        act(*arguments, **options)
    except RunError as error:
        session().complain(str(error))
    service().engine.wake()
