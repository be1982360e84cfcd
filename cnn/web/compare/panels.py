"""What is shown of compared networks: curves, settings, layers, one picture through all, and cost."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.core.errors import SpecError
from cnn.core.shares import percent
from cnn.evaluation.compare import aligned, differing, settings_of
from cnn.evaluation.metrics import frontier
from cnn.figures.compare import bars_html
from cnn.figures.mosaic import data_uri, picture
from cnn.figures.overlay import AXES, FEW, MAX_POINTS, QUANTITIES, cost_scatter, overlaid, points
from cnn.network.spec import value_text
from cnn.network.summary import total_multiply_adds, total_parameters, training_multiply_adds, walk
from cnn.runs.store import Run
from cnn.web.app.run_text import plain
from cnn.web.app.session import theme
from cnn.web.app.widgets import outputs_of, sample_picker, usable_runs, weights_of

LENGTHS = ("epochs", "seconds")  # of which each run has one
COSTS = ("Parameters", "Multiply-adds per picture", "Seconds of training")


def show_curves(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show the histories in one chart, by epoch, step, seconds or multiply-adds."""
    with st.container(horizontal=True):
        quantity = st.selectbox(
            "Show", list(QUANTITIES), format_func=QUANTITIES.__getitem__, key="quantity", width=240
        )
        axis = st.selectbox("Over", list(AXES), format_func=AXES.__getitem__, key="axis", width=240)
    lines, without = [], []
    most = MAX_POINTS if len(runs) <= FEW else MAX_POINTS // 4
    for run, name in zip(runs, names, strict=True):
        xs, ys = points(run.history.rows(), axis, quantity, _epoch_multiply_adds(run), most)
        lines.append((name, xs, ys))
        if not xs:
            without.append(name)
    figure = overlaid(lines, axis, quantity, theme())
    words = f"{QUANTITIES[quantity]} of {len(runs)} networks over {AXES[axis].lower()}"
    st.plotly_chart(figure, key="overlay", config={"displayModeBar": False}, alt=words)
    notes = [
        "Multiply-adds of training: those of the forward and of the backward pass, for each picture."
    ] * (axis == "multiply_adds")
    growing = [(run, name) for run, name in zip(runs, names, strict=True) if not run.status().ended]
    if len(runs) > FEW:
        notes.append(f"Point at a curve to see which of the {len(runs)} networks it is.")
        notes += [f"{len(without)} have no values here yet."] * bool(without)
        notes += [f"{len(growing)} are not trained to their end: their curves will grow."] * bool(growing)
    else:
        notes += [f"{plain(name)} has no values here yet." for name in without]
        notes += [f"{plain(name)} is {run.status().state}: its curve will grow." for run, name in growing]
    if notes:
        st.caption(" ".join(notes))


def _epoch_multiply_adds(run: Run) -> float:
    try:
        return float(training_multiply_adds(run.setup.network) * run.setup.training.pictures)
    except SpecError:
        return 0.0


def show_settings(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show the settings that differ, and the layers side by side with the changed ones marked."""
    rows = differing([settings_of(run) for run in runs])
    heads = [run.name or run.id for run in runs]
    heads = [head if heads.count(head) == 1 else f"{head} ({i + 1})" for i, head in enumerate(heads)]
    if not rows:
        st.markdown(
            "**All settings are the same**, also the random seed: any difference comes from rounding in "
            "parallel arithmetic."
        )
        return
    columns = []
    for run in runs:
        try:
            columns.append([row.layer.phrase for row in walk(run.setup.network)])
        except SpecError as error:
            st.error(f"{plain(run.name or run.id)}: {error}", icon=":material/block:")
            return
    st.markdown("**Layers side by side**; what differs is marked.")
    st.html(_layers_html(heads, aligned(columns)))
    # A block that only some have is among the layers above; its settings would say it again, one by one.
    shown = {name: values for name, values in rows.items() if name in LENGTHS or None not in values}
    if not shown:
        return
    st.markdown(f"**{len(shown)} settings differ**; all others are the same.")
    table = {"setting": list(shown)}
    for i, head in enumerate(heads):
        table[head] = [value_text(values[i]) for values in shown.values()]
    st.dataframe(table, hide_index=True, height="content")


def _layers_html(heads: Sequence[str], rows: Sequence[Sequence[tuple[str, bool]]]) -> str:
    shades = theme()
    cell = "padding:.15rem .6rem;white-space:nowrap;text-align:left;border-radius:3px"
    head = "".join(f'<th scope="col" style="{cell}">{escape(name[:40])}</th>' for name in heads)
    marked, quiet = f"background:{shades.accent}2b;font-weight:600", f"color:{shades.quiet}"
    lines = []
    for row in rows:
        cells = "".join(
            f'<td style="{cell};{marked if changed else quiet}">{escape(text) or "–"}</td>'
            for text, changed in row
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<div style="overflow-x:auto"><table style="font-size:.88rem;border-spacing:2px">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def show_picture(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show the same test picture through all of them."""
    sample = sample_picker("compare")
    if sample is None:
        return
    st.image(data_uri(picture(sample.pixels, 4)), caption=sample.caption, alt=sample.caption)
    for start in range(0, len(runs), 4):
        for place, i in zip(st.columns(4), range(start, min(start + 4, len(runs))), strict=False):
            with place:
                st.markdown(f"**{plain(names[i])}**")
                weights = weights_of(runs[i])
                if weights is not None:
                    found = outputs_of(runs[i], weights, sample.pixels)["softmax"]
                    st.html(bars_html(found, theme(), sample.true_class))


def show_cost(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show accuracy over parameters, multiply-adds or seconds, with the frontier drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cost = st.segmented_control("Over", COSTS, default=COSTS[0], required=True, key="cost")
        everything = st.toggle("Also my other networks", key="cost-all")
    chosen = {run.id: (run, name) for run, name in zip(runs, names, strict=True)}
    if everything:
        chosen |= {run.id: (run, run.name or run.id) for run in usable_runs() if run.id not in chosen}
    labels, costs, shares = [], [], []
    for run, name in chosen.values():
        status = run.status()
        if status.validation_accuracy is None:
            continue
        table = walk(run.setup.network)
        value = {
            COSTS[0]: total_parameters(table),
            COSTS[1]: total_multiply_adds(table),
            COSTS[2]: status.seconds,
        }[cost or COSTS[0]]
        if value > 0:
            labels.append(name)
            costs.append(float(value))
            shares.append(status.validation_accuracy)
    if not labels:
        st.info("None of these networks has a validation accuracy yet.", icon=":material/hourglass_top:")
        return
    best = frontier(costs, shares)
    figure = cost_scatter(labels, costs, shares, best, (cost or COSTS[0], "Validation accuracy"), theme())
    st.plotly_chart(
        figure, key="frontier", config={"displayModeBar": False}, alt=f"Validation accuracy over {cost}"
    )
    st.caption(
        "On the line: "
        + "; ".join(f"{plain(labels[place])}, {percent(shares[place])}" for place in best)
        + ". For every other network there is one that is better at the same cost, or as good at a lower cost."
    )
