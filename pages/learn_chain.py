"""The lesson on the whole chain: forward layer by layer, one training step by hand, overfitting."""

import streamlit as st

from cnn.core.numbers import minus
from cnn.core.shares import percent, points
from cnn.data import CLASSES
from cnn.figures.drawing import flow_svg, shape_text, tag_badge
from cnn.figures.lesson_chain import accuracy_curves
from cnn.lessons import chain, checks
from cnn.lessons.chain import Arrays
from cnn.network.forward import forward
from cnn.network.summary import total_parameters, walk
from cnn.web.app import widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import theme
from cnn.web.app.widgets import Sample
from cnn.web.learn import lesson
from cnn.web.learn.chain import choose_step, stepper, weight_picker

this = lesson.start("chain")
st.markdown("**Step through the layers**, then let the network learn from this one picture.")
network, shipped = lesson.shipped_network()
weights, table = chain.exact(shipped), walk(network)
names = [row.layer.name for row in table]


@lesson.part
def one_picture() -> None:
    """Let the student choose a picture; go through the layers with it, and let the network learn from it."""
    sample = lesson.picture()
    target = sample.true_class
    if target is None:
        target = CLASSES.index(lesson.choice("answer", "What it shows", CLASSES, CLASSES[0], pills=True))

    outputs = dict(forward(network, weights, sample.pixels))
    by_layer, gradients = chain.backward(network, weights, outputs, target)
    layer_by_layer(sample, outputs, by_layer)
    one_step(sample, target, outputs, gradients)


@lesson.part
def layer_by_layer(sample: Sample, outputs: Arrays, by_layer: Arrays) -> None:
    """Let the student step through the layers, and show the values or the gradients of each."""
    with st.container(border=True):
        layer, back = stepper(names)
        shown = outputs | by_layer if back else outputs
        show_drawing(flow_svg(table[1:-1], shown, sample.pixels, theme(), layer), "chain-flow", choose_step)
        row = table[names.index(layer)]
        way = [*(other for other in table if other.layer.name in row.layer.inputs), row]
        shapes = " → ".join(shape_text(item.shape) for item in way)
        st.html(f"{tag_badge(row.layer)} &nbsp; <b>{row.layer.phrase}</b> &nbsp; {shapes}")
        cost = f" Parameters: {row.formula}." if row.formula else ""
        st.markdown(chain.BACKWARD[row.layer.tag] if back else row.layer.about + cost)
    meaning = (
        "Orange: a larger value increases the loss. Blue: it decreases the loss."
        if back
        else "Orange is above zero, blue below zero."
    )
    st.caption(f"{sample.caption}. {meaning} Each layer has its own scale.")


@lesson.part
def one_step(sample: Sample, target: int, outputs: Arrays, gradients: Arrays) -> None:
    """Do one training step, of one weight and then of all, and ask what it changes."""
    st.header("One training step by hand")
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        with left:
            name, place = weight_picker(weights, gradients)
        with right:
            rate = lesson.number("rate", "Learning rate", 0.0, 0.02, 0.001, 0.0005, "%.4f")
        step = chain.training_step(network, weights, gradients, sample.pixels, target, name, place, rate)
        old, gradient, new = (
            minus(f"{number:.6f}") for number in (step.weight, step.gradient, step.new_weight)
        )
        first, second, third = st.columns(3)
        first.metric("1. Forward: the loss", f"{step.loss:.5f}")
        first.caption(f"−ln p({CLASSES[target]}) = −ln {outputs['softmax'][target]:.5f}")
        second.metric("2. Backward: the gradient", gradient)
        second.caption(
            f"Checked by a finite difference: **{minus(f'{step.checked:.6f}')}**, "
            f"{abs(step.gradient - step.checked):.0e} away"
        )
        answered = lesson.predict(this, checks.chain_sign(step))
        third.metric("3. Update: the new weight", new if answered else "?")
        third.caption(
            f"{old} − {rate:g} × {gradient}"
            if answered
            else "weight − learning rate × gradient; answer first"
        )
        if answered:
            count = total_parameters(table)
            st.markdown(f"With this one new weight the loss goes **{step.loss:.5f} → {step.loss_one:.5f}**.")
            answered = lesson.predict(this, checks.chain_all(step, count, rate))
        if answered:
            st.markdown(
                f"All {count:,} weights: **{step.loss:.5f} → {step.loss_all:.5f}**. That fits one picture; "
                "training does it thousands of times, each time for a whole batch."
            )


@lesson.part
def overfitting() -> None:
    """Show two recorded runs, and ask which of them does well on new pictures."""
    st.header("What overfitting looks like")
    few, many = runs = chain.recorded("few_pictures"), chain.recorded("all_pictures")
    at_end = " and ".join(percent(run.last["training_accuracy"]) for run in runs)
    st.markdown(
        f"Two recorded runs of one network. At the end they classify {at_end} of their training pictures correctly."
    )
    chart = st.container(border=True)
    answered = lesson.predict(this, checks.chain_generalises(few, many))
    with chart:
        panels = [(run.title, run.epochs) for run in runs]
        show_drawing(accuracy_curves(panels, theme(), validation=answered), "chain-runs")
        st.caption(f"{few.data}. Training accuracy: running average. Validation: after each epoch.")
    if answered:
        best, last = few.best_loss, few.last
        st.markdown(
            f"Gaps between training and validation: **{points(few.gap)}** and **{points(many.gap)}** points. "
            f"On the left, the validation loss was lowest after epoch {best['epoch']}, {best['validation_loss']:.2f}, "
            f"and rose to {last['validation_loss']:.2f}: the network is confident, and wrong."
        )
    with widgets.opened("The same numbers as a table, and how to repeat the runs", "chain-table") as is_open:
        if is_open:
            for run in runs:
                st.markdown(f"**{run.title}**, seed {run.seed}: `{run.command}`")
                st.dataframe([*run.epochs], height=200)


one_picture()
overfitting()
lesson.finish(this, "conv1")
