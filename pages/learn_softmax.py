"""Softmax: ten scores written out as probabilities, temperature, overflow, the loss and its gradient."""

import numpy as np
import streamlit as st

from cnn.core.numbers import written
from cnn.data import CLASSES
from cnn.figures.lesson_curves import signed_bars
from cnn.figures.mosaic import data_uri, picture
from cnn.lessons import checks, softmax
from cnn.network.forward import forward
from cnn.network.ops import Array
from cnn.web.app import widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import theme
from cnn.web.app.softmax_bars import show_steps
from cnn.web.learn import lesson

this = lesson.start("softmax")
st.markdown(
    "The last layer gives ten **scores**, which can be any numbers. Softmax takes e to the power of each, so that "
    "all are positive, and divides by their sum. **Change a score, then point at a class.**"
)


@lesson.part
def ten_scores() -> None:
    """Let the student set ten scores, or take those of a picture; show what follows from them."""
    sample = None
    if lesson.switch("real", "Scores of a real picture, by the trained network"):
        left, right = st.columns([1, 6])
        with right:
            sample = lesson.picture()
        left.image(data_uri(picture(sample.pixels, 4)), alt=sample.caption)
        network, weights = lesson.shipped_network()
        scores = forward(network, weights, sample.pixels)["scores"]
    else:
        found = []
        columns = widgets.short_columns(len(CLASSES))
        for column, name, first in zip(columns, CLASSES, softmax.FIRST_SCORES, strict=True):
            with column:
                found.append(lesson.number(f"score_{name}", name, -10.0, 10.0, first, 0.1, "%.1f"))
        scores = np.array(found, np.float32)
    probabilities(scores)
    overflow(scores)
    loss(scores, sample.true_class if sample else None)


@lesson.part
def probabilities(scores: Array) -> None:
    """Show softmax step by step, with a temperature and a number that is added; ask what each does."""
    left, right = st.columns(2)
    with left:
        temperature = lesson.number(
            "temperature", "Temperature (divides all scores)", 0.1, 10.0, 1.0, 0.1, "%.1f"
        )
    with right:
        added = lesson.whole("add", "Add the same number to every score", -20, 20, 0)
    shown = scores + np.float32(added)
    show_steps(softmax.steps(shown, temperature), CLASSES, theme(), "steps")

    trial = added or 5
    left, right = st.columns(2)
    with left:
        if lesson.predict(this, checks.softmax_add(scores, trial)):
            change = softmax.change_by_adding(scores, trial)
            st.markdown(
                f"Largest change of any probability: **{written(change)}**{', from rounding' * (change > 0)}."
            )
    with right:
        plain = softmax.with_temperature(scores, 1)
        warm = softmax.with_temperature(scores, 10)
        if lesson.predict(this, checks.softmax_temperature(scores)):
            st.markdown(f"From **{written(float(plain.max()))}** to **{written(float(warm.max()))}**.")


@lesson.part
def overflow(scores: Array) -> None:
    """Show what becomes of the scores when they are raised, without and with the largest subtracted."""
    st.header("Why is the largest score subtracted first?", anchor=False)
    st.markdown(
        "On paper, adding a number changes nothing. A computer overflows: e to the power of more than about 88.7 "
        "is too large for a 32-bit number. So the largest score is subtracted first; then no score is above 0."
    )
    largest = lesson.number(
        "largest", "Raise all scores until the largest is", 0.0, 200.0, 100.0, 1.0, "%.0f"
    )
    high = softmax.raised(scores, largest)
    powers, shares = softmax.naive(high)
    safe = softmax.steps(high - high.max())
    if np.isfinite(shares).all():
        st.success(
            f"The sum, {written(float(powers.sum()))}, still fits, and both ways agree. Raise the scores further.",
            icon=":material/check_circle:",
        )
    else:
        st.warning(
            f"Overflow: the sum is {powers.sum()}, and {powers.max()} / {powers.sum()} is nan, not a number. "
            "With the largest score subtracted first, the same scores give the probabilities in the last column.",
            icon=":material/running_with_errors:",
        )
    numbers = {
        "score": high,
        "e to the score, 32 bits": powers,
        "÷ sum": shares,
        "score − largest": safe.scores,
        "e to that": safe.powers,
        "÷ its sum": safe.probabilities,
    }
    # The lesson is about what such arithmetic gives, so it is shown as it is: inf and nan, not a bound of its type.
    lines = {
        head: [
            written(value) if np.isfinite(value) else f":red[**{value}**]"
            for value in np.asarray(values).tolist()
        ]
        for head, values in numbers.items()
    }
    st.table({"class": list(CLASSES), **lines})


@lesson.part
def loss(scores: Array, known: int | None) -> None:
    """Show the loss and its slopes for the true class, which is `known` of a test picture."""
    st.header("How wrong was it?", anchor=False)
    st.markdown(
        "The **loss**, cross-entropy, is −ln of the true class's probability: 0 if that is 1, larger the "
        "smaller it is. Its slope along each score is **p − y**, with y = 1 for the true class and 0 for the others."
    )
    truth = known
    if truth is None:
        truth = CLASSES.index(lesson.choice("truth", "True class", CLASSES, "dog", pills=True))
    slopes, probability = softmax.gradient(scores, truth), float(softmax.with_temperature(scores, 1)[truth])
    if lesson.predict(this, checks.softmax_gradient(scores, truth, CLASSES)):
        st.markdown(
            f"Loss: −ln({written(probability)}) = **{written(softmax.cross_entropy(scores, truth))}**. "
            f"Slope for {CLASSES[truth]}: {written(probability)} − 1 = **{written(float(slopes[truth]))}**. "
            f"The ten add up to {written(float(slopes.sum()))}. (Temperature 1, as in training.)"
        )
        label = "p − y for each class: " + ", ".join(
            f"{name} {written(value)}" for name, value in zip(CLASSES, slopes.tolist(), strict=True)
        )
        show_drawing(signed_bars(CLASSES, slopes, theme(), label, truth), "slopes")


ten_scores()
lesson.finish(this, "softmax")
