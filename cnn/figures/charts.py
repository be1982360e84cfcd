"""Charts: learning curves and bars of the ten classes."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.data import CLASSES
from cnn.figures.colours import Theme

MAX_POINTS = 200
MARKED = ("rate", "resumed")
MAX_MARKS = 12
NEAR = 0.06  # of the axis: words of marks that are closer would overlap
PLACES = 3
SHARES = {"range": [0, 1], "tickformat": ".0%"}
NOTHING = [None]  # a line without any point would be missing from the legend


def curves(rows: list[dict[str, Any]], quantity: str, theme: Theme, epochs: float | None) -> go.Figure:
    """Return loss or accuracy over the epochs: a line within epochs, a point after each on validation.

    A new learning rate is a vertical line with its value, and so is the place where a run went on by itself.

    Args:
        rows: a run's history.
        quantity: "loss" or "accuracy".
        theme: of the page.
        epochs: the planned end of the axis, where known.
    """
    steps = _thin([row for row in rows if row["kind"] == "progress"])
    ends = [row for row in rows if row["kind"] == "epoch" and row[f"validation_{quantity}"] is not None]
    hover = "%{y:.1%}" if quantity == "accuracy" else "%{y:.3f}"
    training = {
        "type": "scatter",
        "x": [row["epoch"] for row in steps] or NOTHING,
        "y": [row[quantity] for row in steps] or NOTHING,
        "mode": "lines",
        "name": "Training",
        "line": {"color": theme.accent, "width": 2},
        "hovertemplate": hover,
    }
    validation = {
        "type": "scatter",
        "x": [row["epoch"] for row in ends] or NOTHING,
        "y": [row[f"validation_{quantity}"] for row in ends] or NOTHING,
        "mode": "lines+markers",
        "name": "Validation",
        "line": {"color": theme.positive, "width": 2, "dash": "dot"},
        "marker": {"size": 9, "symbol": "diamond"},
        "hovertemplate": hover,
    }
    end = 1.02 * max([epochs or 1.0, *(row["epoch"] for row in steps[-1:])])
    marked = [row for row in rows if row["kind"] in MARKED][-MAX_MARKS:]
    # All at once: a figure that is changed afterwards takes five times as long.
    return go.Figure([training, validation], _layout(quantity, end) | _marks(marked, end, theme))


def _marks(rows: list[dict[str, Any]], end: float, theme: Theme) -> dict[str, Any]:
    """Return a line for each thing that was done to a run; words of close ones stand one below another."""
    lines, words = [], []
    place, before = 0, -NEAR * end
    for row in rows:
        place = (place + 1) % PLACES if row["epoch"] - before < NEAR * end else 0
        before = row["epoch"]
        by_hand = row["kind"] == "rate"
        across = {"x0": row["epoch"], "x1": row["epoch"], "y0": 0, "y1": 1, "yref": "y domain"}
        stroke = {"color": theme.quiet, "width": 1.5, "dash": "solid" if by_hand else "dot"}
        lines.append({"type": "line", **across, "line": stroke})
        words.append(
            {
                "x": row["epoch"],
                "y": 1 - place / PLACES,
                "yref": "paper",
                "text": f"rate {row['learning_rate']:g}" if by_hand else "went on",
                "textangle": -90,
                "font": {"size": 12, "color": theme.ink},
                "xanchor": "right",
                "yanchor": "top",
                "showarrow": False,
            }
        )
    return {"shapes": lines, "annotations": words}


def _layout(quantity: str, end: float) -> dict[str, Any]:
    return {
        "height": 320,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "title": {"text": quantity.capitalize(), "font": {"size": 16}},
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.28, "x": 0.5, "xanchor": "center"},
        "xaxis": {"title": {"text": "Epoch"}, "range": [0, end], "nticks": 7},
        "yaxis": {"range": [0, 1], "tickformat": ".0%"}
        if quantity == "accuracy"
        else {"rangemode": "tozero"},
        "uirevision": "keep",
        "hovermode": "x unified",
    }


def _thin(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most `MAX_POINTS` rows, evenly chosen, the last always among them."""
    if len(rows) <= MAX_POINTS:
        return rows
    places = np.unique(np.linspace(0, len(rows) - 1, MAX_POINTS).round().astype(int))
    return [rows[place] for place in places]


def percent(share: float) -> str:
    """Return a share from 0 to 1 as people write it: "12.3 %"."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share:.1%}".replace("%", " %")


def bars_text(values: NDArray) -> str:
    """Return the bars in words, for those who cannot see them.

    >>> bars_text(np.array([0.0, 0.9, 0, 0, 0, 0, 0, 0, 0, 0.1]))
    'automobile 90.0 %, truck 10.0 %, airplane 0.0 %'
    """
    order = np.argsort(-values, kind="stable")[:3]
    return ", ".join(f"{CLASSES[i]} {percent(float(values[i]))}" for i in order)
