"""A worksheet for each lesson: questions with grids of real numbers to fill in, and their solutions.

The numbers are small and whole where a hand computes them; each set of them follows from its number, so that two halves
of a class can have different ones. Solutions are computed by the operations that run the networks.

>>> sheet = worksheet("pool", 1)
>>> sheet.tasks[0].answers[0].values.shape
(2, 2)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.core.numbers import fixed
from cnn.core.shares import percent
from cnn.lessons.dense import index_of
from cnn.network import ops

SETS = 99
Values = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Grid:
    """A grid of numbers (rows, columns), to be read or, among the answers, to be filled in; `digits` decimals."""

    title: str
    values: Values
    digits: int = 0
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Task:
    """A question, the grids it gives, the grids to fill in, and the solution in words."""

    question: str
    given: tuple[Grid, ...] = ()
    answers: tuple[Grid, ...] = ()
    solution: str = ""


@dataclass(frozen=True, eq=False)
class Worksheet:
    """The tasks of one lesson, with the numbers of one set."""

    lesson: str
    number: int
    tasks: tuple[Task, ...]


def worksheet(lesson: str, number: int) -> Worksheet:
    """Return the worksheet of a lesson with set `number` of numbers, 1 to `SETS`.

    Raises:
        SpecError: for another lesson or number.
    """
    if lesson not in _TASKS:
        raise SpecError("lesson", f"{lesson!r} is none of {', '.join(_TASKS)}.")
    if not 1 <= number <= SETS:
        raise SpecError("set", f"{number} is not a whole number from 1 to {SETS}.")
    rng = np.random.default_rng([len(lesson), *lesson.encode(), number])
    return Worksheet(lesson, number, _TASKS[lesson](rng))


def _conv(rng: np.random.Generator) -> tuple[Task, ...]:
    picture = rng.integers(0, 5, (5, 5)).astype(np.float32)
    kernel = rng.integers(-1, 2, (3, 3)).astype(np.float32)
    kernel[1, 1] = 2
    bias, filters, side = int(rng.integers(-2, 3)), int(rng.integers(2, 9)) * 4, int(rng.integers(10, 30))
    shaped = kernel[:, :, None, None]
    output = ops.conv2d(picture[:, :, None], shaped, np.array([bias], np.float32), 1, "valid")[:, :, 0]
    first = " + ".join(
        f"{int(p)}·({fixed(float(k), 0)})" if k < 0 else f"{int(p)}·{int(k)}"
        for p, k in zip(picture[:3, :3].flat, kernel.flat, strict=True)
    )
    return (
        Task(
            f"Slide the kernel over the picture, with no padding and stride 1. The bias is {fixed(bias, 0)}. "
            "Fill in the map.",
            (Grid("Picture", picture), Grid("Kernel", kernel)),
            (Grid("Map", output),),
            f"The first cell: {first} + ({fixed(bias, 0)}) = {fixed(int(output[0, 0]), 0)}.",
        ),
        Task(
            f"A picture has {side}×{side} pixels. How large is the map of a 3×3 kernel with no padding, with stride 1 "
            "and with stride 2?",
            solution=f"Stride 1: {side} − 3 + 1 = {side - 2}, so {side - 2}×{side - 2}. Stride 2: ({side} − 3) / 2, "
            f"rounded down, + 1 = {(side - 3) // 2 + 1}, so {(side - 3) // 2 + 1}×{(side - 3) // 2 + 1}.",
        ),
        Task(
            f"A layer has {filters} filters of 3×3 on a colour picture (3 channels), and one bias per filter. How "
            "many parameters does it have?",
            solution=f"3 · 3 · 3 · {filters} + {filters} = {27 * filters + filters}. "
            "The size of the picture does not matter.",
        ),
    )


def _relu(rng: np.random.Generator) -> tuple[Task, ...]:
    values = rng.integers(-9, 10, (4, 5)).astype(np.float32)
    after = ops.relu(values)
    zeros = int((after == 0).sum())
    slope = (values > 0).astype(np.float32)
    return (
        Task("Apply ReLU, max(0, x), to each cell.", (Grid("Before", values),), (Grid("After ReLU", after),)),
        Task(
            "How many of the cells are 0 now, and what share of all is that?",
            solution=f"{zeros} of {values.size}: {percent(zeros / values.size)}.",
        ),
        Task(
            "Training sends a correction back through each cell, multiplied by ReLU's slope. Write the slope of each "
            "cell (take 0 at 0). Through which cells does no correction come?",
            answers=(Grid("Slope", slope),),
            solution="None comes through the cells with slope 0: those that were not above zero.",
        ),
    )


def _pool(rng: np.random.Generator) -> tuple[Task, ...]:
    values = rng.integers(0, 10, (4, 4)).astype(np.float32)
    largest = ops.max_pool(values[:, :, None], 2, 2)[:, :, 0]
    mean = ops.average_pool(values[:, :, None], 2, 2)[:, :, 0]
    side, channels = 2 ** int(rng.integers(3, 6)), int(rng.integers(2, 7)) * 4
    return (
        Task(
            "Pool with windows of 2×2 and stride 2: once the maximum, once the mean.",
            (Grid("Map", values),),
            (Grid("Maximum", largest), Grid("Mean", mean, 2)),
        ),
        Task(
            f"A layer gives {channels} maps of {side}×{side}. How many numbers are left after 2×2 pooling with stride "
            "2, and how many parameters does pooling have?",
            solution=f"{channels} maps of {side // 2}×{side // 2}: {channels * (side // 2) ** 2:,} numbers instead of "
            f"{channels * side**2:,}, a quarter. Pooling has no parameters.",
        ),
        Task(
            "Swap two numbers within one window of the map above. What changes in the two pooled maps?",
            solution="Nothing: neither the maximum nor the mean of a window depends on the order of its cells.",
        ),
    )


def _dense(rng: np.random.Generator) -> tuple[Task, ...]:
    maps = rng.integers(0, 6, (2, 2, 2)).astype(np.float32)
    weights = rng.integers(-2, 3, (8, 1)).astype(np.float32)
    bias, inputs, units = int(rng.integers(-3, 4)), int(rng.integers(2, 9)) * 100, 10
    vector = ops.flatten(maps)
    score = float(ops.dense(vector, weights, np.array([bias], np.float32))[0])
    row, column, channel = (int(rng.integers(0, 2)) for _ in range(3))
    place = index_of(row, column, channel, (2, 2, 2))
    terms = " + ".join(
        f"{int(x)}·({fixed(float(w), 0)})" if w < 0 else f"{int(x)}·{int(w)}"
        for x, w in zip(vector, weights[:, 0], strict=True)
    )
    return (
        Task(
            "Flatten the two maps into one vector: row by row, in each row column by column, in each cell map 0 "
            "before map 1.",
            (Grid("Map 0", maps[:, :, 0]), Grid("Map 1", maps[:, :, 1])),
            (Grid("Vector", vector[None]),),
            f"Row {row}, column {column} of map {channel} is at index {place} (counted from 0): its value is "
            f"{int(vector[place])}.",
        ),
        Task(
            f"A neuron has these weights and the bias {fixed(bias, 0)}. What is its score?",
            (Grid("Weights", weights.T),),
            solution=f"{terms} + ({fixed(bias, 0)}) = {fixed(int(score), 0)}.",
        ),
        Task(
            f"A dense layer joins {inputs} values to {units} neurons. How many parameters does it have?",
            solution=f"{inputs} · {units} weights + {units} biases = {inputs * units + units:,}.",
        ),
    )


def _softmax(rng: np.random.Generator) -> tuple[Task, ...]:
    names = ("cat", "dog", "ship")
    scores = np.round(rng.uniform(-1, 3, 3), 1).astype(np.float32)
    powers = np.exp(scores)
    shares = ops.softmax(scores)
    best = int(shares.argmax())
    return (
        Task(
            "Turn the scores into probabilities: write e to the power of each score, add the three up, "
            "divide each by the sum.",
            (Grid("Scores", scores[None], 1, names),),
            (
                Grid("e to the power of the score", powers[None], 2, names),
                Grid("Probability", shares[None], 3, names),
            ),
            f"The sum of the powers is {powers.sum():.2f}. "
            f"The network says {names[best]}, {percent(float(shares[best]))}.",
        ),
        Task(
            "Add 1 to every score. What happens to the probabilities?",
            solution="They stay the same: every power is multiplied by e ≈ 2.72, and so is their sum.",
        ),
        Task(
            f"The right class is {names[best]}. What is the loss, −ln of its probability? What would it be at a "
            "probability of 1?",
            solution=f"−ln {shares[best]:.3f} = {-np.log(shares[best]):.3f}. "
            "At 1 it is 0: nothing to learn from this picture.",
        ),
    )


def _chain(rng: np.random.Generator) -> tuple[Task, ...]:
    x, names = rng.integers(1, 4, 2).astype(np.float32), ("cat", "dog")
    weights = np.round(rng.uniform(-0.5, 0.5, (2, 2)), 1).astype(np.float32)
    rate = 0.1
    scores = ops.dense(x, weights, np.zeros(2, np.float32))
    shares = ops.softmax(scores)
    error = shares - np.array([1, 0], np.float32)
    gradient = np.outer(x, error)
    after = weights - np.float32(rate) * gradient
    better = ops.softmax(ops.dense(x, after, np.zeros(2, np.float32)))
    return (
        Task(
            "Two inputs lead to two scores, one for each class. Compute the scores (inputs times weights, added; no "
            "bias), and their probabilities by softmax.",
            (Grid("Inputs", x[None]), Grid("Weights: a row per input", weights, 1, names)),
            (Grid("Scores", scores[None], 2, names), Grid("Probabilities", shares[None], 3, names)),
        ),
        Task(
            "The right class is cat. At the scores, the error is the probability minus 1 for cat, minus 0 for dog. The "
            "gradient of a weight is its input times the error of its class. Fill both in.",
            answers=(
                Grid("Error", error[None], 3, names),
                Grid("Gradient of the weights", gradient, 3, names),
            ),
        ),
        Task(
            f"One training step: each weight minus {rate:g} times its gradient. What is the probability of cat then?",
            answers=(Grid("New weights", after, 3, names),),
            solution=f"{percent(float(better[0]))} instead of {percent(float(shares[0]))}: the step was in the "
            "right direction.",
        ),
    )


_TASKS = {"conv": _conv, "relu": _relu, "pool": _pool, "dense": _dense, "softmax": _softmax, "chain": _chain}
