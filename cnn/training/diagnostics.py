"""Diagnoses common training problems from the history alone, each with the next thing to try.

Each rule is a function of what was measured after each epoch; it returns a sentence, or None if it does not
apply. Nothing here needs TensorFlow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.network.spec import Setup

ONE_ANSWER = 0.9  # of the validation pictures
FEW_STEPS = 50
MOSTLY_DEAD = 0.5  # of the maps of one layer
RISING_EPOCHS = 3
RISEN = 1.05  # times the lowest validation loss


@dataclass(frozen=True)
class Finding:
    """`rule` is guessing, one_answer, dead or overfitting; `sentence` is shown to people."""

    rule: str
    sentence: str


def findings(setup: Setup, rows: Sequence[dict[str, Any]]) -> list[Finding]:
    """Return the problems of a run as of its latest epoch, the most informative first.

    Args:
        setup: network and training.
        rows: the run's history. Older versions recorded less; rules whose measurements are missing are skipped.
    """
    ends = [row for row in rows if row["kind"] == "epoch" and row.get("validation_accuracy") is not None]
    if not ends:
        return []
    rates = _rates(setup, rows)
    told = {
        "one_answer": _one_answer(rates, ends),
        "guessing": _guessing(rates, ends),
        "dead": _dead(rates, ends),
        "overfitting": _overfitting(setup, ends),
    }
    found = {name: sentence for name, sentence in told.items() if sentence}
    if "one_answer" in found:
        found.pop("guessing", None)
    return [Finding(name, sentence) for name, sentence in found.items()]


@dataclass(frozen=True)
class _Rates:
    """`highest` is the highest learning rate that the run has trained with, `lower` one to start again with."""

    highest: float
    lower: float


def _rates(setup: Setup, rows: Sequence[dict[str, Any]]) -> _Rates:
    """Return the rates of a run; one that was set by hand counts if a step was trained with it."""
    own = setup.training.learning_rate
    changes = [(0, own), *((row["step"], row["learning_rate"]) for row in rows if row["kind"] == "rate")]
    ends = [*(step for step, _ in changes[1:]), rows[-1]["step"]]
    highest = max(
        (rate for (start, rate), end in zip(changes, ends, strict=True) if end > start), default=own
    )
    return _Rates(highest, min(highest / 10, own))


def chance(classes: int) -> float:
    """Return the accuracy, 0 to 1, of guessing among `classes` equally frequent classes.

    >>> chance(10), chance(2)
    (0.1, 0.5)
    """
    return 1 / max(classes, 1)


def _one_answer(rates: _Rates, ends: Sequence[dict[str, Any]]) -> str | None:
    answers, classes = ends[-1].get("answers"), ends[-1].get("classes", len(CLASSES))
    if not answers or classes < 2 or max(answers) < ONE_ANSWER * sum(answers):
        return None
    share = max(answers) / sum(answers)
    every = "every picture" if max(answers) == sum(answers) else f"{percent(share)} of the pictures"
    return (
        f"It guesses: it answers {CLASSES[answers.index(max(answers))]} for {every} of validation. "
        f"{_what_helps(rates, ends)}"
    )


def _guessing(rates: _Rates, ends: Sequence[dict[str, Any]]) -> str | None:
    """Applies up to chance plus two standard deviations: about 98 % of guessing networks are below that."""
    last = ends[-1]
    classes, pictures = last.get("classes", len(CLASSES)), sum(last.get("answers") or [0])
    expected = chance(classes)
    if not pictures or classes < 2:
        return None
    limit = expected + 2 * math.sqrt(expected * (1 - expected) / pictures)
    if last["validation_accuracy"] > limit:
        return None
    return (
        f"It guesses: {percent(last['validation_accuracy'])} of the validation pictures are right, and guessing "
        f"among {classes} classes gets {percent(expected)}. {_what_helps(rates, ends)}"
    )


def _what_helps(rates: _Rates, ends: Sequence[dict[str, Any]]) -> str:
    """Return advice for a network that guesses."""
    step, rate = ends[-1]["step"], rates.highest
    if _most_dead(ends[-1])[1] >= MOSTLY_DEAD or _jumped(ends):
        return f"The learning rate {rate:g} is too high for it: start again with {rates.lower:g}."
    if step < FEW_STEPS:
        steps = f"{step} step{'s' if step != 1 else ''}"
        return f"It has done only {steps} so far: give it more epochs, or smaller batches."
    return (
        f"Start again with another learning rate: {rates.lower:g} if the loss has jumped, {10 * rate:g} if it has "
        "hardly moved."
    )


def _jumped(ends: Sequence[dict[str, Any]]) -> bool:
    """Whether the loss was ever clearly above that of a uniform guess, ln(classes)."""
    guess = math.log(max(ends[-1].get("classes", len(CLASSES)), 2))
    return any(row["validation_loss"] > 1.2 * guess for row in ends)


def _most_dead(row: dict[str, Any]) -> tuple[str, float]:
    """Return the layer with the largest share of dead maps, and that share."""
    return max((row.get("dead") or {"": 0.0}).items(), key=lambda item: item[1])


def _dead(rates: _Rates, ends: Sequence[dict[str, Any]]) -> str | None:
    layer, share = _most_dead(ends[-1])
    if share < MOSTLY_DEAD:
        return None
    which = "All" if share == 1 else f"{percent(share)} of the"
    return (
        f"{which} maps of {layer} are dead: zero everywhere on all of 500 pictures, so "
        f"that they learn nothing any more. Start again with a lower learning rate "
        f"({rates.lower:g}), with batch normalisation, or with leaky ReLU."
    )


def _overfitting(setup: Setup, ends: Sequence[dict[str, Any]]) -> str | None:
    """Applies if the validation loss has risen for some epochs since its minimum while the training loss fell."""
    best = min(ends, key=lambda row: row["validation_loss"])
    last = ends[-1]
    before, now = best.get("training_loss"), last.get("training_loss")
    since = sum(row["step"] > best["step"] for row in ends)
    if before is None or now is None or since < RISING_EPOCHS or now >= before:
        return None
    if last["validation_loss"] < RISEN * best["validation_loss"]:
        return None
    helps = [
        *(["more training pictures"] if setup.training.pictures < 40_000 else []),
        *(["random flips and shifts"] if not (setup.training.flip and setup.training.shift) else []),
        "dropout or weight decay",
    ]
    return (
        f"It learns its training pictures by heart: since epoch {best['epoch']:g} the validation loss has risen "
        f"from {best['validation_loss']:.3g} to {last['validation_loss']:.3g} while the training loss fell from "
        f"{before:.3g} to {now:.3g}. Fewer epochs are enough; or try {', or '.join(helps)}."
    )
