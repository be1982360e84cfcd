"""The component that shows a picture as the network gets it, and the predictions of one or two networks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.numbers import fixed, number, to_blob
from cnn.core.scaling import HALF_RANGE
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.evaluation.predict import Verdict
from cnn.figures.colours import Theme
from cnn.web.app.component import component

_component = component("prediction", '<div class="verdict"></div>')


@dataclass(frozen=True)
class Opinion:
    """The prediction of one network: its `name`, and `note`, one sentence below its bars."""

    name: str
    verdict: Verdict
    note: str


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A picture (32, 32, 3), uint8, as networks get it, and the predictions of one or two of them.

    `true_class` is marked where it is known. With `ordered` the most likely class comes first, instead of the
    order of the classes; with `scores` the bars are scores before softmax, instead of probabilities.
    `caption` stands below the picture.
    """

    pixels: NDArray[np.uint8]
    opinions: Sequence[Opinion]
    true_class: int | None = None
    ordered: bool = False
    scores: bool = False
    caption: str = ""


def show_verdict(exhibit: Exhibit, theme: Theme) -> None:
    """Show a picture, large, and ten bars for each network."""
    _component(data=pack(exhibit, theme), key="verdict")


def pack(exhibit: Exhibit, theme: Theme) -> bytes:
    """Return what the browser needs as one safetensors blob: the picture, and the bars as its metadata."""
    reach = max(1e-6, *(float(np.abs(opinion.verdict.scores).max()) for opinion in exhibit.opinions))
    facts = {
        "stamp": hashlib.blake2b(exhibit.pixels.tobytes(), digest_size=8).hexdigest(),
        "half": HALF_RANGE,
        "caption": exhibit.caption,
        "scores": exhibit.scores,
        "colours": {"above": theme.positive, "below": theme.negative},
        "opinions": [
            _facts(opinion, exhibit, reach if exhibit.scores else 1.0) for opinion in exhibit.opinions
        ],
    }
    return to_blob({"pixels": exhibit.pixels}, facts)


def score_text(score: float) -> str:
    """Return a score before softmax with two decimals, a huge one so that it fits.

    >>> score_text(-1.234), score_text(-5.65e26)
    ('−1.23', '−5.65e26')
    """
    return fixed(score, 2) if abs(score) < 1e5 else number(score)


def _facts(opinion: Opinion, exhibit: Exhibit, reach: float) -> dict[str, Any]:
    """Return the rows of one network; a bar of full length is `reach`, the same for all networks."""
    verdict, scores = opinion.verdict, exhibit.scores
    values = verdict.scores if scores else verdict.probabilities
    order = np.argsort(-values, kind="stable") if exhibit.ordered else np.arange(len(CLASSES))
    rows = [
        {
            "name": CLASSES[i],
            "text": score_text(float(values[i])) if scores else percent(float(values[i])),
            "exact": f"{values[i]:.6g}",
            "share": round(float(values[i]) / reach, 4),
            "best": bool(i == verdict.best),
            "true": bool(i == exhibit.true_class),
        }
        for i in order.tolist()
    ]
    none = bool(verdict.is_none)
    return {"name": opinion.name, "says": _says(verdict, exhibit.true_class), "none": none} | {
        "rows": rows,
        "note": opinion.note,
    }


def _says(verdict: Verdict, true_class: int | None) -> list[str]:
    """Return what the page believes of a picture, and a sentence beside it: the verdict that comes before the bars."""
    best, share = CLASSES[verdict.best], percent(float(verdict.probabilities[verdict.best]))
    if verdict.is_none:
        return ["None of the ten", f"The bars are grey: they only compare the ten. {best} would come first."]
    if true_class is None:
        return [f"{best}, {share}", ""]
    right = (
        "It is right." if verdict.best == true_class else f"It is wrong: the class is {CLASSES[true_class]}."
    )
    return [f"{best}, {share}", right]
