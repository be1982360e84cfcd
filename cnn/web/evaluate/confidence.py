"""How far a network's confidence can be trusted: the reliability diagram, before and after temperature."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnn.core.shares import TICKS, percent, points
from cnn.evaluation.calibration import with_temperature
from cnn.evaluation.evaluations import Evaluation
from cnn.evaluation.metrics import Reliability, reliability
from cnn.figures.colours import Theme
from cnn.figures.plotly_figure import figure
from cnn.web.app.session import theme


def show_confidence(shown: Evaluation, validation: Evaluation) -> None:
    """Show how confidence and right answers agree on one part; the temperature is that of validation."""
    temperature = validation.temperature
    before = reliability(shown.probabilities, shown.labels)
    after = reliability(with_temperature(shown.scores, temperature), shown.labels)
    sure = float(shown.probabilities.max(axis=1).mean())
    habit = "overconfident" if sure > shown.accuracy else "underconfident"
    st.markdown(
        f"Its mean confidence is {percent(sure)}, its accuracy {percent(shown.accuracy)}: it is **{habit}**. The "
        f"expected calibration error is **{points(before.error)} points** as softmax gives it, and "
        f"**{points(after.error)} points** with all scores divided by the temperature {temperature:.3g}."
    )
    figure = reliability_figure(before, after, theme())
    st.plotly_chart(
        figure,
        key="reliability",
        config={"displayModeBar": False},
        alt="Reliability diagram: accuracy over confidence, before and after temperature",
    )
    own = (
        " Here it is measured on the same pictures, so the error after temperature looks smaller than it is."
        * (shown.part == "validation")
    )
    st.caption(
        f"On the dotted line, confidence is what it promises: of the pictures with 80 % confidence, 80 % are right. "
        f"Pictures are put into {bin_words(before)}, by the probability of the most likely class; the error is the "
        "mean distance from the line, weighted by the pictures in each bin. The temperature was fitted on the "
        f"{validation.total:,} validation pictures; it changes no answer, only the confidence.{own}"
    )


def reliability_figure(before: Reliability, after: Reliability, theme: Theme) -> go.Figure:
    """Return accuracy over confidence, before and after temperature, with the diagonal of perfect calibration.

    Below it, how many pictures each bin holds.
    """
    line: dict[str, Any] = {
        "type": "scatter",
        "x": [0, 1],
        "y": [0, 1],
        "mode": "lines",
        "name": "perfectly calibrated",
    }
    line |= {"line": {"color": theme.quiet, "dash": "dot", "width": 1.5}, "hoverinfo": "skip"}
    data: list[dict[str, Any]] = [line]
    for found, name, colour, symbol in (
        (before, "as softmax gives it", theme.positive, "circle"),
        (after, "after temperature", theme.accent, "diamond"),
    ):
        full = found.counts > 0
        middles = (found.edges[:-1] + found.edges[1:]) / 2
        shared = {"name": name, "legendgroup": name}
        data.append(
            {
                "type": "scatter",
                "x": found.confidence[full].round(4).tolist(),
                "y": found.accuracy[full].round(4).tolist(),
                "text": [
                    f"sure {percent(sure)}, right {percent(right)}, {count:,} pictures"
                    for sure, right, count in zip(
                        found.confidence[full].tolist(),
                        found.accuracy[full].tolist(),
                        found.counts[full].tolist(),
                        strict=True,
                    )
                ],
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2},
                "marker": {"size": 8, "symbol": symbol},
                "hovertemplate": "%{text}",
                **shared,
            }
        )
        data.append(
            {
                "type": "bar",
                "x": middles.round(4).tolist(),
                "y": found.counts.tolist(),
                "marker": {"color": colour},
                "opacity": 0.6,
                "yaxis": "y2",
                "showlegend": False,
                "hovertemplate": "%{y:,} pictures",
                **shared,
            }
        )
    share = {"range": [0, 1.02], **TICKS}
    layout = {
        "height": 430,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "xaxis": {**share, "title": {"text": "Confidence"}, "anchor": "y2"},
        "yaxis": {**share, "title": {"text": "Accuracy"}, "domain": [0.3, 1]},
        "yaxis2": {"title": {"text": "Pictures"}, "domain": [0, 0.22], "rangemode": "tozero"},
        "legend": {"orientation": "h", "y": 1.08, "x": 0},
        "barmode": "group",
        "uirevision": "keep",
    }
    return figure(data, layout)


def bin_words(found: Reliability) -> str:
    """Return number and width of the bins, in words: "15 bins, each 6.67 points wide"."""
    width = 100 * float(np.diff(found.edges)[0])
    return f"{len(found.counts)} bins, each {width:.3g} points wide"
