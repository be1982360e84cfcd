"""The component that shows a picture as the network gets it, and what one or two networks say of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from safetensors.numpy import save

from cnn.data import CLASSES
from cnn.figures.charts import percent
from cnn.figures.colours import Theme
from cnn.pixels import HALF_RANGE
from cnn.verdicts import Verdict

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "cnn_lab_verdict",
    html='<div class="verdict"></div>',
    css=(_HERE / "verdict.css").read_text(),
    js=(_HERE / "blob.js").read_text() + (_HERE / "verdict.js").read_text(),
)


@dataclass(frozen=True)
class Opinion:
    """What one network says: its `name`, and `note`, one sentence below its bars."""

    name: str
    verdict: Verdict
    note: str


def show_verdict(
    pixels: NDArray[np.uint8],
    opinions: Sequence[Opinion],
    theme: Theme,
    true_class: int | None = None,
    *,
    ordered: bool = False,
    scores: bool = False,
    caption: str = "",
) -> None:
    """Show a picture (32, 32, 3), uint8, large, and ten bars for each network.

    Args:
        pixels: what the networks get.
        opinions: one or two.
        theme: of the page.
        true_class: is marked, where it is known.
        ordered: the likeliest class first, instead of the order of the classes.
        scores: the scores before softmax, instead of probabilities.
        caption: what stands below the picture.
    """
    _component(
        data=pack(pixels, opinions, theme, true_class, ordered=ordered, scores=scores, caption=caption),
        key="verdict",
    )


def pack(
    pixels: NDArray[np.uint8],
    opinions: Sequence[Opinion],
    theme: Theme,
    true_class: int | None = None,
    *,
    ordered: bool = False,
    scores: bool = False,
    caption: str = "",
) -> bytes:
    """Return what the browser needs as one safetensors blob: the picture, and the bars as its metadata."""
    facts = {
        "stamp": hashlib.blake2b(pixels.tobytes(), digest_size=8).hexdigest(),
        "half": HALF_RANGE,
        "caption": caption,
        "scores": scores,
        "colours": {"above": theme.positive, "below": theme.negative},
        "opinions": [_facts(opinion, true_class, ordered, scores) for opinion in opinions],
    }
    return save({"pixels": np.ascontiguousarray(pixels)}, metadata={"facts": json.dumps(facts)})


def _facts(opinion: Opinion, true_class: int | None, ordered: bool, scores: bool) -> dict[str, Any]:
    verdict = opinion.verdict
    values = verdict.scores if scores else verdict.probabilities
    reach = max(float(np.abs(values).max()), 1e-6) if scores else 1.0
    order = np.argsort(-values, kind="stable") if ordered else np.arange(len(CLASSES))
    rows = [
        {
            "name": CLASSES[i],
            "text": f"{values[i]:.2f}" if scores else percent(float(values[i])),
            "exact": f"{values[i]:.6g}",
            "share": round(float(values[i]) / reach, 4),
            "best": bool(i == verdict.best),
            "true": bool(i == true_class),
        }
        for i in order.tolist()
    ]
    return {"name": opinion.name, "rows": rows, "note": opinion.note}
