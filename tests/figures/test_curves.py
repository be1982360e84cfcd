"""Learning curves: what is drawn is the run's own, stays drawn, and is not spoiled by one spike."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.figures import charts
from cnn.figures.colours import LIGHT


def progress(epoch: float, loss: float, accuracy: float = 0.5) -> dict[str, Any]:
    return {
        "kind": "progress",
        "step": round(epoch * 100),
        "epoch": epoch,
        "loss": loss,
        "accuracy": accuracy,
    }


def epoch_row(epoch: float, loss: float | None, accuracy: float | None = 0.4) -> dict[str, Any]:
    values = {"loss": loss, "accuracy": accuracy}
    found = {f"{part}_{name}": values[name] for part in ("training", "validation") for name in values}
    return {"kind": "epoch", "step": round(epoch * 100), "epoch": epoch, **found}


def history(losses: list[float], epochs: float = 2.0) -> list[dict[str, Any]]:
    return [progress(epochs * (i + 1) / len(losses), loss) for i, loss in enumerate(losses)]


def lines(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
def test_curves_hold_the_history(quantity: str) -> None:
    rows = [
        epoch_row(0, None, None),
        progress(0.5, 2.0),
        progress(1, 1.5),
        epoch_row(1, 1.7),
        epoch_row(2, 1.2),
    ]
    found = lines(charts.curves(rows, quantity, LIGHT, 2))
    assert list(found) == ["Training batches", "Training, unchanged", "Validation"]
    assert list(found["Training batches"].x) == [0.5, 1]
    assert list(found["Training batches"].y) == [row[quantity] for row in rows if row["kind"] == "progress"]
    for name, part in (("Training, unchanged", "training"), ("Validation", "validation")):
        assert list(found[name].x) == [1, 2]  # epoch 0 has none yet
        assert list(found[name].y) == [row[f"{part}_{quantity}"] for row in rows[-2:]]


def test_histories_of_an_older_version_have_no_unchanged_training_pictures() -> None:
    old = {"kind": "epoch", "epoch": 1.0, "step": 9, "validation_loss": 2.0, "validation_accuracy": 0.3}
    found = lines(charts.curves([progress(0.5, 2.0), old], "loss", LIGHT, 2))
    assert list(found["Training, unchanged"].x) == [None]
    assert list(found["Validation"].y) == [2.0]


def test_smoothing_changes_the_line_and_leaves_the_raw_one_faintly_behind() -> None:
    rows = history([4.0, 2.0, 1.0])
    plain, smooth = (lines(charts.curves(rows, "loss", LIGHT, 2, weight)) for weight in (0.0, 0.5))
    raw = smooth["Training batches, raw"]
    assert list(raw.y) == list(plain["Training batches"].y) == [4.0, 2.0, 1.0]
    assert raw.opacity < 0.5
    assert list(smooth["Training batches, smoothed"].y) == pytest.approx([4, 8 / 3, 12 / 7])
    assert [row["loss"] for row in rows] == [4.0, 2.0, 1.0]


losses = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60)


@given(losses, st.floats(0, 0.99))
def test_smoothing_is_the_weighted_mean_of_what_came_so_far(values: list[float], weight: float) -> None:
    found = charts.smoothed(np.array(values), weight)
    for i in range(len(values)):
        weights = weight ** np.arange(i, -1, -1.0)
        assert found[i] == pytest.approx(np.average(values[: i + 1], weights=weights), rel=1e-9)


@given(losses, losses, st.floats(0, 0.99))
def test_what_comes_later_changes_no_smoothed_point(
    first: list[float], later: list[float], weight: float
) -> None:
    whole = charts.smoothed(np.array(first + later), weight)
    np.testing.assert_array_equal(charts.smoothed(np.array(first), weight), whole[: len(first)])


@given(
    st.integers(0, 2**32 - 1),
    st.integers(600, 4000),
    st.floats(0.3, 0.99),
    st.sampled_from([1.0, 5.0, 300.0]),
)
def test_thinning_keeps_the_extremes_and_never_changes_the_past(
    seed: int, count: int, share: float, end: float
) -> None:
    draw = np.random.default_rng(seed)
    y = np.exp(draw.normal(size=count))
    y[draw.integers(count, size=3)] *= 20
    x = np.sort(draw.uniform(0, end, count))
    width = 2.0 ** math.ceil(math.log2(end / charts.BINS))
    whole = charts.thin((x, y), end)
    assert len(whole[0]) <= 2 * charts.BINS + 2
    assert (whole[0][0], whole[0][-1]) == (x[0], x[-1])
    for place in np.unique(np.floor(x / width)):
        inside, shown = np.floor(x / width) == place, np.floor(whole[0] / width) == place
        assert whole[1][shown].max() == y[inside].max()
        assert whole[1][shown].min() == y[inside].min()
    early = round(share * count)
    before = charts.thin((x[:early], y[:early]), end)
    past = math.floor(x[early - 1] / width) * width  # where the newest bin begins
    if early > 2 * charts.BINS:
        np.testing.assert_array_equal(before[0][before[0] < past], whole[0][whole[0] < past])
        np.testing.assert_array_equal(before[1][before[0] < past], whole[1][whole[0] < past])


def test_the_peak_of_a_spike_stays_as_high_as_it_was_while_a_run_grows() -> None:
    losses = [1.0 + 0.1 * math.sin(i) for i in range(2000)]
    losses[150] = 28.45
    rows = history(losses, 10.0)
    for count in range(151, 2001, 37):
        found = charts.curves(rows[:count], "loss", LIGHT, 10).data[0]
        assert max(found.y) == 28.45
        assert found.x[list(found.y).index(28.45)] == rows[150]["epoch"]


def test_an_axis_that_grows_keeps_every_extreme() -> None:
    draw = np.random.default_rng(0)
    x, y = np.sort(draw.uniform(0, 10, 5000)), draw.normal(size=5000)
    small, large = charts.thin((x, y), 10), charts.thin((x, y), 20)
    assert set(large[0]) <= set(small[0])
    assert max(large[1]) == max(y)


@pytest.mark.parametrize("log", [False, True])
def test_one_spike_does_not_spoil_the_axis(log: bool) -> None:
    rows = history([2.3, 2.2, 9997.0, 2.1, *[2.0] * 40])
    layout = charts.curves(rows, "loss", LIGHT, 2, log=log).layout
    low, high = layout.yaxis.range
    if log:
        assert 10**low < 2.0
        assert 10**high > 9997
        assert layout.yaxis.type == "log"
    else:
        assert (low, high) == (0, pytest.approx(3.15))
        assert "up to 9,997, outside the axis" in layout.title.text


def test_a_run_without_a_spike_is_shown_whole() -> None:
    layout = charts.curves(history([2.3, 2.0, 1.5, 1.0]), "loss", LIGHT, 2).layout
    assert layout.yaxis.range[1] == pytest.approx(2.3 * 1.05)
    assert layout.title.text == "Loss"


def test_zoom_lasts_until_the_scale_is_another() -> None:
    early, late, log = (
        charts.curves(rows, "loss", LIGHT, 2, smoothing, scale).layout.uirevision
        for rows, smoothing, scale in (
            (history([2.0]), 0.0, False),
            (history([2.0] * 900), 0.9, False),
            (history([2.0]), 0.0, True),
        )
    )
    assert early == late != log


def test_a_figure_is_turned_into_a_dictionary_once() -> None:
    figure = charts.curves([progress(0.5, 2.0)], "loss", LIGHT, 2)
    plain = go.Figure(figure)
    assert figure.to_dict() == plain.to_dict()
    assert figure.to_dict() is figure.to_dict()
    plain.layout.xaxis.range = (1, 2)
    assert figure.layout.xaxis.range != (1, 2)
