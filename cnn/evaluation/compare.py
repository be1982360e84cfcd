"""Two to eight trained networks held against each other: what differs in them, and whether that can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.shares import plus_minus
from cnn.evaluation.evaluations import Evaluation
from cnn.evaluation.metrics import holm, mcnemar, seeds_differ
from cnn.network.spec import value_text
from cnn.runs.store import Run

ALPHA = 0.05
MOST = 8
MOST_CURVES = 100  # more than eight are only drawn as curves and points


def settings_of(run: Run) -> dict[str, Any]:
    """Return every setting of network and training by a short name, such as "block 1 conv 2 filters"."""
    found: dict[str, Any] = {"data": run.dataset}
    for part in (run.setup.network.to_json(), run.setup.training.to_json()):
        _flatten(part, "", found)
    return found | {"by hand": by_hand(run)}


def by_hand(run: Run) -> str:
    """Return how a run was steered away from its settings: "rate 0.01 from epoch 2", "nothing"."""
    told: dict[tuple[str, int], str] = {}
    for row in run.history.rows():
        since = f"from epoch {row['epoch']:.3g}"
        match row["kind"]:
            case "rate":  # of several at one step, only the last was trained with
                told["rate", row["step"]] = f"rate {row['learning_rate']:g} {since}"
            case "extended":
                more = f"{row['epochs']:g} epochs" if row["epochs"] else f"{row['seconds']:g} s"
                told["extended", len(told)] = f"{more} more {since}"
    status = run.status()
    if status.state == "stopped" and run.origin() is None:  # what was brought in was not stopped here
        told["stopped", 0] = f"stopped at epoch {status.epoch:.3g}"
    return ", ".join(told.values()) or "nothing"


def _flatten(value: Any, name: str, found: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            words = key.replace("optimizer", "optimiser").replace("_", " ")
            _flatten(inner, f"{name} {words}".strip(), found)
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            one = name.removesuffix("s") if name != "dense" else name
            one = one.removesuffix("convolution") + "conv" if one.endswith("convolution") else one
            _flatten(inner, f"{one} {place}", found)
    else:
        found[name] = value


def differing(all_settings: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the settings that are not the same in all, each with its values; None where one has no such."""
    names = dict.fromkeys(name for settings in all_settings for name in settings)
    rows = {name: [settings.get(name) for settings in all_settings] for name in names}
    return {name: values for name, values in rows.items() if any(value != values[0] for value in values)}


def legends(names: Sequence[str], rows: Mapping[str, Sequence[Any]], most: int = 3) -> list[str]:
    """Return a legend for each that says only what differs: "learning rate 0.003".

    Where more than `most` settings differ, or none, it is the name; what is the same twice gets a number.
    """
    if rows and len(rows) <= most:
        texts = [
            ", ".join(f"{name} {value_text(values[i])}" for name, values in rows.items())
            for i in range(len(names))
        ]
    else:
        texts = list(names)
    seen: dict[str, int] = {}
    found = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        found.append(text if texts.count(text) == 1 else f"{text} ({seen[text]})")
    return found


def aligned(columns: Sequence[Sequence[str]]) -> list[list[tuple[str, bool]]]:
    """Return layers side by side: rows of (description, whether it is changed), "" where one has no such layer.

    All are aligned with the first; what is not the same as there is changed.

    >>> aligned([["conv 12", "pool", "dense"], ["conv 24", "pool", "dense"]])[0]
    [('conv 12', True), ('conv 24', True)]
    """
    rows = [[text] for text in columns[0]]
    for width, column in enumerate(columns[1:], 1):
        rows = _joined(rows, list(column), width)
    return [[(text, len(set(row)) > 1) for text in row] for row in rows]


def _joined(rows: list[list[str]], column: list[str], width: int) -> list[list[str]]:
    first = [row[0] for row in rows]
    found: list[list[str]] = []
    for _, low, high, start, end in SequenceMatcher(a=first, b=column, autojunk=False).get_opcodes():
        old, new = rows[low:high], column[start:end]
        for place in range(max(len(old), len(new))):
            left = old[place] if place < len(old) else [""] * width
            found.append([*left, new[place] if place < len(new) else ""])
    return found


@dataclass(frozen=True)
class Pair:
    """Two networks on the same pictures: how many both get right, only the first, only the second, neither.

    `chance` is McNemar's exact p value, `corrected` the same for as many pairs as were looked at.
    """

    first: int
    second: int
    both: int
    only_first: int
    only_second: int
    neither: int
    chance: float
    corrected: float

    @property
    def real(self) -> bool:
        """Whether the difference is larger than chance makes it in 5 of 100 cases."""
        return self.corrected < ALPHA


def pairs(evaluations: Sequence[Evaluation]) -> list[Pair]:
    """Return every pair of networks, by their places.

    Raises:
        ValueError: where they were not shown the same pictures.
    """
    if any(not one.same_pictures(evaluations[0]) for one in evaluations):
        raise ValueError(
            "These networks were not shown the same pictures, so they cannot be compared by them."
        )
    right = [one.said == one.labels for one in evaluations]
    places = list(combinations(range(len(right)), 2))
    counts = [
        (
            int((right[i] & right[j]).sum()),
            int((right[i] & ~right[j]).sum()),
            int((~right[i] & right[j]).sum()),
            int((~right[i] & ~right[j]).sum()),
        )
        for i, j in places
    ]
    chances = [mcnemar(only_first, only_second) for _, only_first, only_second, _ in counts]
    corrected = holm(chances)
    return [
        Pair(i, j, *count, chance=chance, corrected=better)
        for (i, j), count, chance, better in zip(places, counts, chances, corrected, strict=True)
    ]


def pair_words(pair: Pair, names: Sequence[str], total: int) -> str:
    """Return whether a difference is real, in words: "12 of 10,000 pictures apart: could be chance"."""
    apart = pair.only_second - pair.only_first
    better, worse = (pair.second, pair.first) if apart > 0 else (pair.first, pair.second)
    split = f"they differ on {pair.only_first + pair.only_second:,}"
    if not pair.only_first + pair.only_second:
        return f"{names[pair.first]} and {names[pair.second]} are right on exactly the same pictures."
    if not apart:
        return f"{names[pair.first]} and {names[pair.second]} are right equally often ({split})."
    so = (
        f"{names[better]} is right on {abs(apart):,} of {total:,} pictures more than {names[worse]} ({split})"
    )
    chance = chance_words(pair.corrected)
    return f"{so}: {'hardly chance' if pair.real else 'could be chance'} ({chance})."


def chance_words(chance: float) -> str:
    """Return a p value as people write it.

    >>> chance_words(0.034), chance_words(0.00002)
    ('p = 0.034', 'p < 0.0001')
    """
    return "p < 0.0001" if chance < 0.0001 else f"p = {chance:.2g}"


def differ_in_seed(first: Run, second: Run) -> bool:
    """Whether two runs differ in their random seed alone, or not at all."""
    one, other = first.setup, second.setup
    return (
        (first.dataset, one.network) == (second.dataset, other.network)
        and replace(one.training, seed=other.training.seed) == other.training
        and by_hand(first) == by_hand(second)  # last, since it reads the histories
    )


def seeds_words(names: Sequence[str], groups: Sequence[Sequence[float]]) -> str:
    """Return in words whether the means of two set-ups over their seeds differ: what is said of two networks
    says nothing of other seeds.
    """
    first, second = (np.asarray(group, float) for group in groups)
    told = [
        f"{plus_minus(float(one.mean()), float(one.std(ddof=1)))} over {len(one)} seeds"
        for one in (first, second)
    ]
    chance = seeds_differ(first.tolist(), second.tolist())
    means = f"{names[0]}: {told[0]}; {names[1]}: {told[1]}"
    if chance < ALPHA:
        return (
            f"{means}. If neither were better, so large a difference would be rare ({chance_words(chance)})."
        )
    words = (
        f"{means}. Also if neither is better, they often differ this much ({chance_words(chance)}): "
        "no difference is shown."
    )
    ways = comb(len(first) + len(second), len(first))
    least = (2 if len(first) == len(second) else 1) / ways  # of equal groups each way has its mirror image
    if least >= ALPHA:
        words += f" With so few seeds, p is never below {least:.2g}."
    return words


def confusion_difference(first: Evaluation, second: Evaluation) -> NDArray[np.int64]:
    """Return how many pictures more `second` puts into each cell than `first`: (10, 10), true class by row."""
    return second.confusion - first.confusion
