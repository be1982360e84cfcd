"""Charts: learning curves and bars of the ten classes."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.core.numbers import number
from cnn.core.shares import TICKS, percent
from cnn.data import CLASSES
from cnn.figures.colours import Theme
from cnn.figures.plotly_figure import figure

BINS = 256  # of an axis, at most; each keeps its lowest and its highest point
MARKED = ("rate", "resumed")
MAX_MARKS = 12
NEAR = 0.06  # of the axis: labels of marks that are closer would overlap
PLACES = 3
SPIKE = 3.0  # a point above SPIKE times the quantile NEARLY_ALL does not stretch the axis
NEARLY_ALL = 0.95
NOTHING = [None]  # a line without any point would be missing from the legend

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


def curves(
    rows: list[dict[str, Any]],
    quantity: str,
    theme: Theme,
    epochs: float | None,
    smoothing: float = 0.0,
    log: bool = False,
) -> go.Figure:
    """Return loss or accuracy over the epochs: a line within epochs, and points after each epoch.

    The line is of the training batches: each point is the mean over those since the point before. The points
    are of the weights after an epoch, on unchanged training pictures and on validation pictures. A new
    learning rate is a vertical line with its value, and so is the point where a run continued by itself.

    Args:
        rows: a run's history.
        quantity: "loss" or "accuracy".
        theme: of the page.
        epochs: the planned end of the axis, where known.
        smoothing: of the line, 0 to below 1; the raw line is then drawn faintly behind it.
        log: whether the loss is on a logarithmic axis.
    """
    batches = _points(rows, "progress", quantity)
    end = 1.02 * max([epochs or 1.0, *batches[0][-1:].tolist()])
    hover = "%{text}" if quantity == "accuracy" else "%{y:.4~g}"
    line = {"type": "scatter", "mode": "lines", "hovertemplate": hover, "line": {"color": theme.accent}}
    raw = line | _drawn(thin(batches, end), quantity) | {"name": "Training batches"}
    traces = [raw]
    if smoothing:
        raw |= {"name": "Training batches, raw", "opacity": 0.3, "hoverinfo": "skip", "hovertemplate": None}
        smooth = (batches[0], smoothed(batches[1], smoothing))
        traces.append(line | _drawn(thin(smooth, end), quantity) | {"name": "Training batches, smoothed"})
    dots = {"type": "scatter", "mode": "lines+markers", "hovertemplate": hover}
    after = [batches]
    for part, name, colour, symbol in (
        ("training", "Training, unchanged", theme.accent, "circle-open"),
        ("validation", "Validation", theme.positive, "diamond"),
    ):
        found = _points(rows, "epoch", f"{part}_{quantity}")
        after.append(found)
        look = {"line": {"color": colour, "dash": "dot"}, "marker": {"size": 9, "symbol": symbol}}
        traces.append(dots | _drawn(found, quantity) | look | {"name": name})
    marked = [row for row in rows if row["kind"] in MARKED][-MAX_MARKS:]
    # All at once: changing a figure afterwards takes five times as long.
    return figure(traces, _layout(quantity, end, log, after) | _marks(marked, end, theme))


def _points(rows: list[dict[str, Any]], kind: str, name: str) -> Points:
    """Return epochs and values of the rows of a kind that have a finite one."""
    found = [
        (row["epoch"], row[name])
        for row in rows
        if row["kind"] == kind and row.get(name) is not None and math.isfinite(row[name])
    ]
    columns = np.array(found, np.float64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _drawn(points: Points, quantity: str) -> dict[str, Any]:
    x, y = points[0].tolist(), points[1].tolist()
    words = {"text": [percent(share) for share in y]} if quantity == "accuracy" else {}
    return {"x": x or NOTHING, "y": y or NOTHING, **words}


def smoothed(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Return the exponential moving average of values with the bias of its start corrected, as TensorBoard does.

    >>> smoothed(np.array([1.0, 2.0, 4.0]), 0.5).round(3).tolist()
    [1.0, 1.667, 3.0]
    """
    found, average, kept = np.empty(len(values)), 0.0, 1.0
    for i, value in enumerate(values.tolist()):
        average = weight * average + (1 - weight) * value
        kept *= weight
        found[i] = average / (1 - kept)
    return found


def thin(points: Points, end: float) -> Points:
    """Return the lowest and the highest point of each bin of an axis from 0 to `end`, the first and the last.

    A bin is 2^k epochs wide, with the smallest k that gives at most `BINS`: more points on the same axis
    change no bin but the newest, and on an axis that has grown two bins become one, which has both extremes.
    """
    x, y = points
    if len(x) <= 2 * BINS:
        return points
    width = 2.0 ** math.ceil(math.log2(end / BINS))
    bins = np.floor(x / width).astype(int)
    order = np.lexsort((np.arange(len(x)), y, bins))
    firsts = np.flatnonzero(np.diff(bins[order], prepend=-1))
    lasts = np.append(firsts[1:], len(x)) - 1
    kept = np.unique(np.concatenate([order[firsts], order[lasts], [0, len(x) - 1]]))
    return x[kept], y[kept]


def loss_range(values: NDArray[np.float64], log: bool) -> tuple[float, float]:
    """Return the ends of an axis for losses; points far above nearly all others do not stretch it.

    >>> loss_range(np.array([2.0, 2.0, 1.5, 28.45, 1.5, 1.5]), log=False)
    (0.0, 3.0)
    """
    values = values[values > 0] if log else values
    if not len(values):
        return (0.1, 10.0) if log else (0.0, 2.5)
    low, top = float(values.min()), float(values.max())
    usual = float(np.quantile(values, NEARLY_ALL, method="lower"))
    if log:
        return low / 1.2, top * 1.2
    return 0.0, top * 1.05 if top <= SPIKE * usual else 1.5 * usual


def _marks(rows: list[dict[str, Any]], end: float, theme: Theme) -> dict[str, Any]:
    """Return a line for each change of a run; labels of close ones stand one below another."""
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
                "text": f"rate {row['learning_rate']:g}" if by_hand else "resumed",
                "textangle": -90,
                "font": {"size": 12, "color": theme.ink},
                "xanchor": "right",
                "yanchor": "top",
                "showarrow": False,
            }
        )
    return {"shapes": lines, "annotations": words}


def _layout(quantity: str, end: float, log: bool, shown: list[Points]) -> dict[str, Any]:
    title = quantity.capitalize()
    if quantity == "accuracy":
        axis: dict[str, Any] = {"range": [0, 1], **TICKS}
    else:
        values = np.concatenate([y for _, y in shown])
        low, high = loss_range(values, log)
        axis = (
            {"range": [math.log10(low), math.log10(high)], "type": "log"} if log else {"range": [low, high]}
        )
        axis |= {"exponentformat": "e", "dtick": 1 if log and high > 30 * low else None}
        if values.size and values.max() > high:
            title += f" (up to {number(values.max())}, outside the axis)"
    return {
        "height": 340,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "title": {"text": title, "font": {"size": 16}},
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.3, "yanchor": "top", "x": 0.5, "xanchor": "center"},
        "xaxis": {"title": {"text": "Epoch", "standoff": 8}, "range": [0, end], "nticks": 7},
        "yaxis": axis,
        "uirevision": "log" if log else "linear",  # zoom and pan stay, until the scale is another
        "hovermode": "x unified",
    }


def bars_text(values: NDArray[Any]) -> str:
    """Return the three largest probabilities in words, for a screen reader.

    >>> bars_text(np.array([0.0, 0.9, 0, 0, 0, 0, 0, 0, 0, 0.1]))
    'automobile 90.0 %, truck 10.0 %, airplane 0.0 %'
    """
    order = np.argsort(-values, kind="stable")[:3]
    return ", ".join(f"{CLASSES[i]} {percent(float(values[i]))}" for i in order)
