"""The questions of the lessons: each with its answers, why each is right or wrong, and which one is right.

What is right is computed from what is set, so a question is made anew for each setting and each picture. The pages
of the app ask them one by one; a lesson that is taken home carries those of the settings it was made with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import minus, written
from cnn.core.shares import percent
from cnn.lessons import chain, conv, dense, pool, relu, softmax
from cnn.network.ops import ACTIVATION_FUNCTIONS, Array
from cnn.network.summary import LayerShape


@dataclass(frozen=True)
class Answer:
    """One answer to choose in a check, and the sentence that explains why it is right or wrong."""

    text: str
    because: str


@dataclass(frozen=True)
class Check:
    """A question: its key within the lesson, its answers, and the place of the right one."""

    key: str
    question: str
    answers: tuple[Answer, ...]
    right: int


def _check(key: str, question: str, answers: Mapping[str, str], right: int) -> Check:
    return Check(key, question, tuple(Answer(text, because) for text, because in answers.items()), right)


# Convolution

SLIPS = {
    "right": "The formula above, with the new stride, gives this.",
    "padding": "That leaves out the padding: with zeros around the input the window has more positions.",
    "stride": "That is the map at stride 1: now the window skips positions.",
    "one": "One too few: the window's first position counts as well, hence the + 1.",
    "up": "One too many: the window must fit whole, so the division is rounded down.",
}


def conv_size(side: int, window: int, stride: int, padding: str | int, dilation: int) -> Check:
    """Return the question how large a map is with a stride that is larger by one."""
    sizes = conv.size_answers(conv.Slide(side, window, stride + 1, padding, dilation))
    return _check(
        "size",
        f"Change only the stride, to {stride + 1}: how many cells wide is the map?",
        {str(width): SLIPS[slip] for width, slip in sizes.items()},
        list(sizes.values()).index("right"),
    )


def conv_flat(kernel: Array, bias: float) -> Check:
    """Return the question what a kernel (size, size, 3, 1) gives on a single colour."""
    return _check(
        "flat",
        "Where the whole window lies on a single colour, what does the kernel you chose give?",
        conv.flat_answers(kernel, bias),
        conv.FLAT_KINDS.index(conv.flat_kind(kernel, bias)),
    )


def conv_parameters(filters: int) -> Check:
    """Return the question how many parameters a layer has on a larger picture."""
    layer = conv.first_layer(filters)
    places = {
        4 * layer.parameters: "The multiply-adds grow fourfold, but every position uses the same weights.",
        layer.parameters: "The weights belong to the filter, not to the position: more positions use the same "
        "weights.",
        2 * layer.parameters: "A larger picture does not change the filters: they stay 3×3×3.",
    }
    return _check(
        "parameters",
        f"The same {filters} filters slide over a picture of 64×64×3. How many parameters does the layer have?",
        {f"{count:,}": because for count, because in places.items()},
        list(places).index(layer.parameters),
    )


# ReLU


def relu_zeros(before: Array, picture: str, number: int) -> Check:
    """Return the question how much of a map (height, width), number `number` of a picture, ReLU turns into zero."""
    gone = relu.zeros(ACTIVATION_FUNCTIONS["relu"](before))
    share = gone / before.size
    fact = f"{gone:,} of the {before.size:,} numbers are not above zero: {percent(share)}."
    bands = ("Less than a quarter", "A quarter to a half", "Half to three quarters", "Three quarters or more")
    right = relu.quarter(share)
    return _check(
        "zeros",
        f"{picture}: how much of its map {number} does ReLU turn into zero?",
        {
            band: fact if i == right else f"Not {band.lower()}, but {'more' if i < right else 'less'}. {fact}"
            for i, band in enumerate(bands)
        },
        right,
    )


def relu_slopes(layers: int) -> Check:
    """Return the question how much of a correction passes back through so many sigmoid layers."""
    peak, through = relu.steepest("sigmoid", 1), relu.steepest("sigmoid", layers)
    reasons = {
        1.0: f"Sigmoid's slope is nowhere above {peak:g}; only a slope of 1 would keep all.",
        peak: "That is one layer; each further one multiplies by its slope again.",
        peak / layers: "The slope is not divided by the number of layers; the slopes multiply.",
        through: f"The slopes multiply: {peak:g} × {peak:g} × …, {layers} times. ReLU's 1 loses nothing.",
    }
    return _check(
        "slopes",
        f"Leave the weights aside: how much of a correction can at most pass back through {layers} sigmoid layers?",
        {f"{written(part)} of it": because for part, because in reasons.items()},
        list(reasons).index(through),
    )


def relu_chain(size: int, reach: int) -> Check:
    """Return the question whether one convolution can do what two of `size` do in a row; one of `reach` can."""
    sizes = {
        size: "Too small: each cell under the second kernel was itself computed from a window of cells.",
        reach: f"A cell sees {size} + {size} − 1 = {reach} pixels across, and a weighted sum of weighted "
        "sums is a weighted sum.",
        2 * size: "The two windows overlap by one cell, so it is one less.",
        0: "Without ReLU both only multiply and add; one convolution can do the same.",
    }
    return _check(
        "chain",
        f"Without ReLU: can one convolution do the same as two of {size}×{size} in a row?",
        {f"Yes, with a {k}×{k} kernel" if k else "No": because for k, because in sizes.items()},
        list(sizes).index(reach),
    )


# Pooling


def pool_size(window: int) -> Check:
    """Return the question how wide the output of another window than `window` is."""
    other = window % 4 + 1 if window < 4 else 2
    right, unfit, overlapping = pool.size_answers(other)
    widths = {
        overlapping: f"That is stride 1. With stride {other} the windows do not overlap.",
        right: f"{right} whole windows of {other} fit into 32; the rest is dropped.",
        unfit: f"Count the windows that fit whole: 32 / {other}, rounded down.",
    }
    return _check(
        "size",
        f"A window of {other}×{other} with stride {other} on this map of 32×32: how wide is the output?",
        {str(width): because for width, because in widths.items()},
        list(widths).index(right),
    )


def pool_swap(values: Array, window: int, stride: int) -> Check:
    """Return the question which pooling of a map (height, width) changes when a window is mirrored."""
    return _check(
        "swap",
        "Inside one window the cells are mirrored, left to right. Which of its two results changes?",
        {
            "Only the maximum": "The largest value is still in the window; its position does not matter.",
            "Only the average": "The sum has the same terms, in another order.",
            "Both": "Neither depends on positions inside the window, only on the values.",
            "Neither": "Both forget where in the window a value was: this is why they tolerate small shifts.",
        },
        ("max", "average", "both", "neither").index(pool.swap_answer(values, window, stride)),
    )


def pool_shift(changes: NDArray[np.float64]) -> Check:
    """Return the question which output changes most by a shift, from the measured `pool.shift_changes`."""
    measured = pool.change_text(changes[:, 1])
    reasons = {
        "no pooling": "Without pooling every cell stands for its own position, so a moved edge counts in full.",
        "max pooling": "A maximum does not change while its cell stays inside the window.",
        "average pooling": "What moves inside the window does not change the average; only the rest counts.",
    }
    return _check(
        "shift",
        "The picture moves one pixel to the right. Which output changes most, relative to its own values?",
        {kind.capitalize(): f"{because} Measured here: {measured}." for kind, because in reasons.items()},
        int(changes[:, 1].argmax()),
    )


# Fully connected


def dense_index(index: int, shape: dense.Shape) -> Check:
    """Return the question which index has the neighbour of a cell of maps (height, width, channels)."""
    height, width, channels = shape
    row, column, channel = dense.place_of(index, shape)
    step, side = (1, "right") if column + 1 < width else (-1, "left")
    neighbour = dense.index_of(row, column + step, channel, shape)
    guesses = {
        index + step: "One step along the vector stays at the same position and goes to another map.",
        index
        + step * width: f"{width} is the width of a map, but each position lists all {channels} maps first.",
        neighbour: f"Between two neighbours of one map lie the values of all {channels} maps.",
        index + step * height * width: "That would be right if the maps came one after the other.",
    }
    return _check(
        "index",
        f"At index {index:,} is row {row}, column {column} of map {channel}. Which index has its neighbour to the "
        f"**{side}** in the same map?",
        {f"{guess:,}": why for guess, why in guesses.items()},
        list(guesses).index(neighbour),
    )


def dense_push(maps: Array, kernel: Array, bias: Array, unit: int, name: str) -> Check:
    """Return the question what the largest value of the maps does to the score of class `unit`, called `name`."""
    largest, push = dense.push_of_largest(maps, kernel, unit)
    because = minus(f"{largest.value:.3g} × weight {largest.weight:.3g} = {largest.product:.3g}.")
    parts = dense.score_sum(maps, kernel, bias, unit)
    best = f"{parts.favour[0].product:.3g}, at index {parts.favour[0].index:,}" if parts.favour else "none"
    return _check(
        "push",
        f"The largest value of all is {largest.value:.3g}, at index {largest.index:,}. What does it do to the "
        f"score of {name}?",
        {
            "It raises the score more than any other": f"{because} The largest product is {best}.",
            "It raises it, but another value raises it more": because + " Only positive products raise it.",
            "It does not raise the score": because + " After ReLU the sign is that of the weight.",
        },
        push,
    )


def dense_average(shape: dense.Shape, classes: int, now: LayerShape, average: LayerShape) -> Check:
    """Return the question how many parameters the scores have after global average pooling.

    Args:
        shape: of the last maps, (height, width, channels).
        classes: how many there are.
        now: the layer with the scores, after flatten.
        average: the same after global average pooling.
    """
    height, width, channels = shape
    guesses = {
        channels
        * classes: f"That is one weight for each map and class, but each of the {classes} biases counts too.",
        average.parameters: f"One weight for each map and class, and a bias for each class: {average.formula}.",
        height * width * classes + classes: "One value per map is left, not one per position.",
        now.parameters: f"That is with all {height * width * channels:,} values: {now.formula}.",
    }
    return _check(
        "average",
        f"Global average pooling keeps only the average of each of the {channels} maps. How many parameters does "
        "the layer with the ten scores then have?",
        {f"{guess:,}": why for guess, why in guesses.items()},
        list(guesses).index(average.parameters),
    )


# Softmax

MOVES = ("It grows", "It stays the same", "It shrinks")


def softmax_add(scores: Array, number: int) -> Check:
    """Return the question what adding a number to all scores does to the largest probability."""
    lifted = softmax.with_temperature(scores + np.float32(number), 1).max()
    reasons = (
        "Its power of e is multiplied, but the sum is multiplied by the same number.",
        "Every power of e is multiplied by the same number, and so is the sum: it cancels.",
        "All powers of e are multiplied by the same number, so no other one gains.",
    )
    return _check(
        "add",
        minus(f"Add {number:+} to all ten scores: what happens to the largest probability?"),
        dict(zip(MOVES, reasons, strict=True)),
        softmax.direction(lifted - softmax.with_temperature(scores, 1).max()),
    )


def softmax_temperature(scores: Array) -> Check:
    """Return the question what a higher temperature does to the largest probability."""
    warm, plain = (softmax.with_temperature(scores, degree).max() for degree in (10, 1))
    reasons = (
        "A small temperature does that: it stretches the scores apart.",
        "Only if all ten scores are equal; a temperature changes how far apart they are.",
        "Divided by 10, the scores lie closer together, and so do the probabilities.",
    )
    return _check(
        "temperature",
        "Raise the temperature from 1 to 10. What happens to the largest probability?",
        dict(zip(MOVES, reasons, strict=True)),
        softmax.direction(float(warm - plain)),
    )


def softmax_gradient(scores: Array, truth: int, names: Sequence[str]) -> Check:
    """Return the question which scores a training step raises, where class `truth` of `names` is the true one."""
    return _check(
        "gradient",
        f"The true class is {names[truth]}. Which scores does a training step raise?",
        {
            f"Only that of {names[truth]}": "Its slope, p − 1, is below 0; a step against the slope raises the "
            "score.",
            "Only those of the other nine": "Their slopes, p − 0, are above 0; a step against the slope lowers "
            "these scores.",
            "All ten": "The ten slopes add up to 0: what one score gains, the others lose.",
            "None": "Only if p were 1 already; then there is nothing to learn.",
        },
        softmax.pushed_up(softmax.gradient(scores, truth), truth),
    )


# The whole chain


def chain_sign(step: chain.TrainingStep) -> Check:
    """Return the question which way a weight must go."""
    old, gradient = (minus(f"{number:.6f}") for number in (step.weight, step.gradient))
    return _check(
        "sign",
        f"This weight is {old}, its gradient {gradient}. Which way must it go to lower the loss?",
        {
            "Up": "Up lowers the loss where the gradient is negative: more weight, less loss.",
            "Down": "Down lowers the loss where the gradient is positive: more weight, more loss.",
            "Either way is the same": "Only with a gradient of 0 does a small step change nothing.",
        },
        chain.direction(step.gradient),
    )


def chain_all(step: chain.TrainingStep, weights: int, rate: float) -> Check:
    """Return the question what a step of all weights, so many, does to the loss."""
    return _check(
        "all",
        f"Now all {weights:,} weights take such a step at once, with learning rate {rate:g}. The loss then …",
        {
            "falls further": "Each weight goes its own small part of the way, and the parts add up.",
            "falls no further": "Every weight adds its part; only a learning rate of 0 adds none.",
            "rises": "Gradients hold for small steps; only too high a learning rate overshoots.",
        },
        chain.effect(step.loss, step.loss_one, step.loss_all),
    )


def chain_generalises(few: chain.Recorded, many: chain.Recorded) -> Check:
    """Return the question which of two recorded runs is right more often on new pictures."""
    accuracy = [run.last["validation_accuracy"] for run in (few, many)]
    return _check(
        "generalises",
        "Which one is right more often on 5,000 pictures that neither was trained on?",
        {
            f"The one with {few.pictures:,} pictures": "It knows its own pictures by heart. That does not help "
            "with new ones.",
            f"The one with {many.pictures:,} pictures": "They are too many to learn by heart: what it learned "
            "also holds for new ones.",
            "Both the same": "The network is the same, but the pictures decide what it learns.",
        },
        2 if accuracy[0] == accuracy[1] else accuracy.index(max(accuracy)),
    )
