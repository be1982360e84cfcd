"""Histories of several runs in one chart, and accuracy over cost with its Pareto front."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnn.core.shares import TICKS, percent
from cnn.figures.colours import Theme
from cnn.figures.plotly_figure import figure

NOTHING = [None]  # a line without any point would be missing from the legend
MAX_POINTS = 400  # of a line: more would make no visible difference
FEW = 12  # lines that a legend can tell apart
AXES = {"epoch": "Epoch", "step": "Step", "seconds": "Seconds of training", "multiply_adds": "Multiply-adds"}
QUANTITIES = {
    "validation_accuracy": "Validation accuracy",
    "validation_loss": "Validation loss",
    "accuracy": "Training accuracy",
    "loss": "Training loss",
}
# Okabe and Ito 2008, distinguishable by the colour-blind; with dashes, because eight colours are many.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8A8A8A", "#B59F00")
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross", "star", "hexagon")


def points(
    rows: Sequence[dict[str, Any]], axis: str, quantity: str, each_epoch: float, most: int = MAX_POINTS
) -> tuple[list[float], list[float]]:
    """Return the points of one line, at most `most`, evenly chosen, first and last among them.

    Args:
        rows: a run's history.
        axis: of `AXES`.
        quantity: of `QUANTITIES`; validation is known after epochs, training within them.
        each_epoch: multiply-adds of one epoch of training.
        most: points, two or more.
    """
    kind = "epoch" if quantity.startswith("validation") else "progress"
    xs, ys = [], []
    for row in rows:
        if row.get("kind") != kind:
            continue
        value, x = row.get(quantity), row["epoch"] * each_epoch if axis == "multiply_adds" else row.get(axis)
        if value is not None and x is not None:
            xs.append(x)
            ys.append(value)
    if len(xs) <= most:
        return xs, ys
    chosen = np.unique(np.linspace(0, len(xs) - 1, most).round().astype(int)).tolist()
    return [xs[place] for place in chosen], [ys[place] for place in chosen]


def overlaid(
    lines: Sequence[tuple[str, list[float], list[float]]], axis: str, quantity: str, theme: Theme
) -> go.Figure:
    """Return lines (legend, xs, ys) in one chart."""
    share, few = quantity.endswith("accuracy"), len(lines) <= FEW
    data = [
        {
            "type": "scatter",
            "x": xs or NOTHING,
            "y": ys or NOTHING,
            "name": name,
            "mode": "lines+markers"
            if few and quantity.startswith("validation") and len(xs) < 60
            else "lines",
            "line": {
                "color": LINES[i % len(LINES)],
                "width": 2 if few else 1,
                "dash": DASHES[i // 4 % len(DASHES)],
            },
            "marker": {"symbol": SYMBOLS[i % len(SYMBOLS)], "size": 7},
            "hovertemplate": "%{text}" if share else "%{y:.4f}",
            "text": [percent(y) for y in ys] if share else None,
        }
        for i, (name, xs, ys) in enumerate(lines)
    ]
    layout = {
        "height": 430,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "xaxis": {"title": {"text": AXES[axis]}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": QUANTITIES[quantity]}, **(TICKS if share else {})},
        "legend": {"orientation": "h", "y": -0.2, "x": 0},
        "showlegend": few,
        "hovermode": "x unified" if few else "closest",
        "uirevision": f"{axis}-{quantity}",
    }
    return figure(data, layout)


def cost_scatter(
    names: Sequence[str],
    costs: Sequence[float],
    shares: Sequence[float],
    on_frontier: Sequence[int],
    titles: tuple[str, str],
    theme: Theme,
) -> go.Figure:
    """Return accuracy over cost, one point per network, with a line along the Pareto front.

    Args:
        names: of the networks.
        costs: of each, on a logarithmic axis.
        shares: accuracies, from 0 to 1.
        on_frontier: the indices of those on the front, from the cheapest.
        titles: of the two axes.
        theme: of the page.
    """
    line = {
        "type": "scatter",
        "x": [costs[place] for place in on_frontier],
        "y": [shares[place] for place in on_frontier],
        "mode": "lines",
        "line": {"color": theme.accent, "width": 2, "shape": "hv"},
        "name": "no network is both cheaper and better",
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "x": list(costs),
        "y": list(shares),
        "text": [name[:40] for name in names],
        "mode": "markers+text",
        "textposition": [f"top {_side(cost, costs)}" for cost in costs],
        "cliponaxis": False,
        "marker": {
            "size": 11,
            "color": [theme.accent if place in on_frontier else theme.quiet for place in range(len(names))],
        },
        "name": "networks",
        "customdata": [percent(share) for share in shares],
        "hovertemplate": "%{text}<br>%{x:,.3s}, %{customdata}<extra></extra>",
    }
    layout = {
        "height": 460,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "xaxis": {"type": "log", "title": {"text": titles[0]}},
        "yaxis": {"title": {"text": titles[1]}, **TICKS},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.06, "yanchor": "bottom", "x": 0},  # above the names of the best
    }
    return figure([line, dots], layout)


def _side(cost: float, costs: Sequence[float]) -> str:
    """Return on which side of a point its name has room: inwards, near either end of the logarithmic axis."""
    low, high = math.log(min(costs)), math.log(max(costs))
    place = (math.log(cost) - low) / (high - low) if high > low else 0.5
    return "right" if place < 0.2 else "left" if place > 0.8 else "center"
