"""What to vary, over which values, seeds and length; and what it will cost, before anything starts."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn.core.errors import CnnLabError, RunError
from cnn.core.settings import owner_limit
from cnn.core.shares import setting
from cnn.experiments.driver import rungs
from cnn.experiments.grid import MAX_AXES, MAX_SEEDS, MAX_VALUES, SETTINGS, Grid, Value
from cnn.network.spec import Setup, value_text
from cnn.network.summary import total_multiply_adds, walk
from cnn.runs import quota
from cnn.training.estimate import memory, size
from cnn.web.app import class_room
from cnn.web.app.run_text import minutes
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import dataset_name

FIRST = ("depth", "filters")


def show_plan() -> None:
    """Let the visitor plan a grid around their settings, and start it."""
    st.markdown(
        "The starting point is the network and the training settings that you chose on *Build* and *Train*."
    )
    names = st.multiselect(
        "Settings to vary (one to three)",
        list(SETTINGS),
        list(FIRST),
        format_func=lambda name: SETTINGS[name].title,
        max_selections=MAX_AXES,
        key="grid-axes",
    )
    axes = {name: _values(name) for name in names}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = st.number_input("Random seeds", 1, MAX_SEEDS, 2, key="grid-seeds", width=120)
        unit = st.segmented_control(
            "Each run trains for", ["Epochs", "Seconds"], default="Epochs", required=True, key="grid-unit"
        )
        if unit == "Seconds":
            length: dict[str, Any] = {
                "seconds": st.number_input("Seconds", 5.0, 600.0, 20.0, key="grid-seconds", width=140)
            }
        else:
            length = {"epochs": st.number_input("Epochs", 1, 50, 2, key="grid-epochs", width=140)}
        halving = st.toggle(
            "Stop the worse half early",
            key="grid-halving",
            help="Successive halving: after part of the training, the worse half of the combinations is stopped.",
        )
    try:
        grid = Grid.from_json(
            {
                "base": class_room.follow(session().setup).to_json(),
                "axes": axes,
                "seeds": int(seeds),
                "dataset": dataset_name(),
                "name": ", ".join(name.replace("_", " ") for name in names),
                "halving": halving,
                **length,
            }
        )
        _check_rules(grid)
        _show_cost(grid)
    except CnnLabError as error:
        st.error(str(error), icon=":material/block:")
        return
    st.button(
        f"Train {grid.count} runs", type="primary", icon=":material/grid_on:", on_click=_start, args=(grid,)
    )


def _values(name: str) -> list[Value]:
    """Let the visitor choose the values of a setting: suggested ones, or typed."""
    setting = SETTINGS[name]
    kind = type(setting.tries[0])
    known = {value_text(value): value for value in setting.tries}
    typed = kind in (int, float)
    picked = st.multiselect(
        setting.title,
        list(known),
        list(known)[:3],
        accept_new_options=typed,
        max_selections=MAX_VALUES,
        key=f"grid-{name}",
    )
    return [known[text] if text in known else _typed(text, kind) for text in picked]


def _typed(text: str, kind: Callable[[str], Value]) -> Value:
    """Return a typed number; other text is returned as it is, and the grid refuses it with a sentence."""
    try:
        return kind(text[:20])
    except ValueError:
        return text[:20]


def _check_rules(grid: Grid) -> None:
    """Hold a grid to the rules of the visitor's room.

    Raises:
        RunError: where it varies what the teacher has fixed.
    """
    if any(class_room.follow(trial.setup) != trial.setup for trial in grid.trials):
        raise RunError(
            "The teacher of your room has fixed some of these settings, or limits the seconds of a run. A "
            "grid cannot change that: vary other settings, or give each run fewer seconds."
        )


def _show_cost(grid: Grid) -> None:
    """Say what a grid costs: runs, time, memory and disk.

    Raises:
        CnnLabError: where a run would not fit the memory, or all of them not the disk.
    """
    grid.check_memory()
    disk = sum(quota.needed(trial.setup) for trial in grid.trials)
    if disk > owner_limit():
        raise CnnLabError(
            f"These {grid.count} runs need about {size(disk)} of disk, and {size(owner_limit())} are allowed. "
            "Choose fewer values or seeds, or a smaller network."
        )
    workers = max(1, service().engine.status().workers)
    largest = max(memory(trial.setup).total for trial in grid.trials)
    seconds = _seconds(grid)
    time = (
        "an unknown time, because nothing similar has been trained here yet"
        if seconds is None
        else f"about {minutes(seconds / workers)}"
    )
    less = ""
    if shares := rungs(grid):
        parts = " and ".join(setting(share) for share in shares)
        less = f" The worse half of the combinations is stopped after {parts} of the training."
    st.markdown(
        f"**{grid.count} runs**: {len(grid.cells)} combinations, {grid.seeds} "
        f"{'seed' if grid.seeds == 1 else 'seeds'} each. On {workers} {'worker' if workers == 1 else 'workers'} "
        f"this takes {time}, up to {size(largest)} of memory at a time, and {size(disk)} of disk.{less}"
    )


def _seconds(grid: Grid) -> float | None:
    """Estimate the seconds of training of all runs from earlier runs on the same pictures.

    The time of an epoch is assumed to grow with the multiply-adds and the number of pictures.
    """
    if grid.seconds is not None:
        return grid.count * grid.seconds
    rates = []
    for run in service().store.runs(session().owner)[:50]:
        status = run.status()
        if run.dataset == grid.dataset and status.epoch > 0 and status.seconds > 0:
            rates.append(status.seconds / (status.epoch * _cost(run.setup)))
    if not rates:
        return None
    rate = sorted(rates)[len(rates) // 2]
    return sum((grid.epochs or 0) * _cost(trial.setup) * rate for trial in grid.trials)


def _cost(setup: Setup) -> int:
    return max(1, total_multiply_adds(walk(setup.network))) * setup.training.pictures


def _start(grid: Grid) -> None:
    try:
        made = service().experiments.create(grid, session().owner)
    except CnnLabError as error:
        session().complain(str(error))
        return
    st.session_state["grid-shown"] = made.id
