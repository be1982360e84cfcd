"""A running experiment: its heat map, its progress, buttons that steer all its runs, and what it found."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.core.shares import percent, points
from cnn.experiments.driver import steer
from cnn.experiments.experiment import ENDED, Experiment, Result
from cnn.experiments.grid import Grid
from cnn.experiments.summary import cell_values, cell_words, sentence
from cnn.figures.colours import Scale
from cnn.network.spec import value_text
from cnn.web.app.matrix import show_matrix
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session, theme
from cnn.web.app.widgets import clock_time, distinct

SHOWN, CELL = "grid-shown", "grid-cell"
LOOK_SECONDS = 2.0


def choose_experiment() -> Experiment | None:
    """Let the visitor choose one of their experiments; the newest is shown first."""
    found = {one.id: one for one in service().experiments.of(session().owner)}
    if not found:
        return None
    if st.session_state.get(SHOWN) not in found:
        st.session_state[SHOWN] = next(iter(found))
    if len(found) > 1:
        labels = distinct({name: _label(one) for name, one in found.items()})
        st.selectbox("Experiment", list(found), format_func=labels.__getitem__, key=SHOWN)
    return found[st.session_state[SHOWN]]


def _label(experiment: Experiment) -> str:
    name = experiment.grid.name or experiment.id
    return f"{name} · {experiment.grid.count} runs · {clock_time(experiment.created)}"


def show_experiment(experiment: Experiment) -> None:
    """Show an experiment; while it is not over, this is drawn again every two seconds."""
    over = experiment.is_over()
    st.fragment(_draw, run_every=None if over else LOOK_SECONDS)(experiment, over)


def _draw(experiment: Experiment, was_over: bool) -> None:
    store = service().store
    if experiment.is_over() and not was_over:
        st.rerun()
    st.header(plain(experiment.grid.name or "Experiment").capitalize(), anchor=False)
    results = experiment.results(store)
    _progress(experiment, results)
    if not was_over:
        _buttons(experiment)
    _heat_map(experiment, results)
    if was_over:
        st.markdown(f"**What was found.** {plain(sentence(experiment, results))}")
    else:
        st.caption("The result appears here when all runs have ended; until then the means can still change.")


def _progress(experiment: Experiment, results: Sequence[Result]) -> None:
    counts = Counter("waiting" if result.state == "queued" else result.state for result in results)
    done = sum(1.0 if result.state in ENDED else result.share for result in results) / len(results)
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    asked = {"pause": "paused: ", "stop": "stopped: "}.get(experiment.asked, "")
    st.progress(min(done, 1.0), f"{asked}{words}")
    status = service().engine.status()
    if status.state != "ready" and not experiment.is_over():
        st.info(
            status.message or "The workers are starting. Training continues as soon as one is ready.",
            icon=":material/hourglass_top:",
        )


def _buttons(experiment: Experiment) -> None:
    with st.container(horizontal=True):
        asked = experiment.asked
        if asked == "run":
            st.button(
                "Pause",
                icon=":material/pause:",
                key="grid-pause",
                on_click=_steer,
                args=(experiment.id, "pause"),
            )
        elif asked == "pause":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                key="grid-run",
                on_click=_steer,
                args=(experiment.id, "run"),
            )
        if asked != "stop":
            st.button(
                "Stop", icon=":material/stop:", key="grid-stop", on_click=_steer, args=(experiment.id, "stop")
            )


def _steer(experiment_id: str, what: str) -> None:
    try:
        experiment = service().experiments.own(experiment_id, session().owner)
        steer(experiment, service().store, what)
        service().engine.wake()
    except CnnLabError as error:
        session().complain(str(error))


def _heat_map(experiment: Experiment, results: Sequence[Result]) -> None:
    """Show the mean validation accuracy of each cell; of a third setting, one value at a time."""
    grid = experiment.grid
    names = [name.replace("_", " ") for name, _ in grid.axes]
    values = [tuple(map(value_text, values)) for _, values in grid.axes]
    rows, columns = (values[0], values[1]) if len(values) > 1 else (("",), values[0])
    third = 0
    if len(values) == 3:
        picked = st.pills(
            names[2].capitalize(),
            values[2],
            default=values[2][0],
            required=True,
            key=f"third-{experiment.id}",
        )
        third = values[2].index(picked or values[2][0])
    depth = len(values[2]) if len(values) == 3 else 1
    found = cell_values(grid, results)

    def place(row: int, column: int) -> int:
        return (row * len(columns) + column) * depth + third

    means = np.array(
        [
            [np.mean(found[place(i, j)]) if found[place(i, j)] else np.nan for j in range(len(columns))]
            for i in range(len(rows))
        ]
    )
    known = means[~np.isnan(means)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    scale = Scale(
        low, max(high, low + 0.01), signed=False
    )  # from the lowest mean to the highest, as said below
    chosen: tuple[int, int] | None = st.session_state.get(CELL)
    if chosen and not (chosen[0] < len(rows) and chosen[1] < len(columns)):
        chosen = None
    corner = f"{names[0]} ↓ {names[1]} →" if len(values) > 1 else f"{names[0]} →"
    show_matrix(
        means,
        scale,
        theme(),
        f"heat-{experiment.id}",
        lambda i, j: st.session_state.__setitem__(CELL, (i, j)),
        rows=rows,
        columns=columns,
        corner=corner,
        text=lambda i, j: cell_text(grid, results, place(i, j)),
        title=lambda i, j: f"{cell_words(grid, place(i, j))}: {_cell_title(grid, results, place(i, j))}",
        chosen=chosen,
    )
    high_is = "brighter" if theme().name == "dark" else "darker"
    words = (
        f", from {percent(low)} to {percent(high)}: the {high_is} a cell, the higher" if len(known) else ""
    )
    cut = any(cell_text(grid, results, cell).startswith("(") for cell in range(len(grid.cells)))
    brackets = " In brackets: not trained to the end." if cut else ""
    st.caption(f"Mean validation accuracy in percent{words}.{brackets} Click a cell to see its runs.")
    if chosen:
        _show_cell(experiment, results, place(*chosen))


def cell_text(grid: Grid, results: Sequence[Result], cell: int) -> str:
    """Return what a cell says: its mean, in brackets where a run ended early; "…" before, "–" where none comes."""
    values, own = cell_values(grid, results)[cell], _of_cell(grid, results, cell)
    if not values:
        return "–" if all(result.state in ENDED for result in own) else "…"
    mean = percent(float(np.mean(values))).removesuffix(" %")
    return f"({mean})" if _cut(own) else mean


def _cell_title(grid: Grid, results: Sequence[Result], cell: int) -> str:
    values, own = cell_values(grid, results)[cell], _of_cell(grid, results, cell)
    if not values:
        return "not trained" if all(result.state in ENDED for result in own) else "not trained yet"
    spread = f", spread {points(float(np.std(values, ddof=1)))} points" if len(values) > 1 else ""
    early = ", not trained to the end" if _cut(own) else ""
    return f"{percent(float(np.mean(values)))} over {len(values)} of {grid.seeds} seeds{spread}{early}"


def _of_cell(grid: Grid, results: Sequence[Result], cell: int) -> list[Result]:
    return [result for trial, result in zip(grid.trials, results, strict=True) if trial.cell == cell]


def _cut(own: Sequence[Result]) -> bool:
    return any(result.state in ENDED and not result.whole for result in own)


def _show_cell(experiment: Experiment, results: Sequence[Result], cell: int) -> None:
    """Show the runs of a cell, with links to other pages."""
    st.markdown(f"**{plain(cell_words(experiment.grid, cell))}**")
    store, here = service().store, []
    for trial, result in zip(experiment.grid.trials, results, strict=True):
        if trial.cell != cell:
            continue
        run = experiment.run(trial, store)
        with st.container(horizontal=True, vertical_alignment="center"):
            accuracy = "" if result.validation is None else f", {percent(result.validation)} on validation"
            st.markdown(f"Seed {trial.setup.training.seed}: {result.state}{accuracy}")
            if run and run.snapshots():
                here.append(run.id)
                for page, label in (("evaluate.py", "Evaluate"), ("inside.py", "Look inside")):
                    st.page_link(page, label=label, query_params={"network": run.id})
    if len(here) > 1:
        st.page_link(
            "compare.py",
            label="Compare its seeds",
            icon=":material/compare:",
            query_params={"runs": ",".join(here[:8])},
        )
