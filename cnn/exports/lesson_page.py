"""A lesson as one HTML file: its component and its controls as a teacher set them, without a server.

Only lessons whose component computes in the browser are here. The checks are left to the app, where progress is kept.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from cnn.core.errors import CnnLabError
from cnn.core.numbers import to_blob
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.exports.page import FRONTEND, whole_page
from cnn.exports.source import Exported
from cnn.figures.colours import DARK, LIGHT, Theme
from cnn.lessons import conv
from cnn.lessons.softmax import FIRST_SCORES
from cnn.network.layers import Weights

SWITCH = ("on", "off")


@dataclass(frozen=True)
class Control:
    """One control: its key in the lesson's address, its label, its first value, and either options or a range.

    `range` is (low, high, step); a control without options or range takes text. `when` names a control and the value
    that it must have for this one to be shown.
    """

    key: str
    label: str
    first: str
    options: tuple[str, ...] = ()
    range: tuple[float, float, float] | None = None
    when: tuple[str, str] | None = None

    def value(self, given: str | None) -> str:
        """Return a value from an address where it is allowed, else the first one."""
        if given is None or len(given) > 500:
            return self.first
        if self.options == SWITCH:
            given = {"true": "on", "false": "off"}.get(given.lower(), given)  # as Streamlit writes it
        if self.options:
            return given if given in self.options else self.first
        if self.range is None:
            return given
        low, high, _ = self.range
        try:
            number = float(given)
        except ValueError:
            return self.first
        return f"{min(max(number, low), high):g}" if number == number else self.first

    def told(self) -> dict[str, Any]:
        """Return what the page is told of it."""
        found: dict[str, Any] = {"key": self.key, "label": self.label}
        return found | {
            name: getattr(self, name) for name in ("options", "range", "when") if getattr(self, name)
        }


@dataclass(frozen=True)
class Lesson:
    """A lesson that can be taken home: title, question, a sentence on what is seen, controls."""

    title: str
    question: str
    about: str
    controls: tuple[Control, ...]
    pictures: bool = True


LESSONS: Mapping[str, Lesson] = {
    "conv": Lesson(
        "Convolution",
        "How does a network find an edge?",
        "A small kernel of weights slides over the picture. At every place each pixel is multiplied by its weight, and "
        "all products are added: one cell of the map. Point at a cell on either side.",
        (
            Control("kernel", "Kernel", "Edge right", conv.KERNEL_NAMES),
            Control("filter", "Filter", "0", range=(0, 11, 1), when=("kernel", conv.TRAINED)),
            Control("weights", "Weights, row by row", "-1,-1,-1,-1,8,-1,-1,-1,-1", when=("kernel", conv.OWN)),
            Control("bias", "Bias", "0", range=(-2, 2, 0.1), when=("kernel", conv.OWN)),
            Control("stride", "Stride", "1", range=(1, 3, 1)),
            Control("padding", "Padding", "same", ("same", "valid", "1", "2", "3")),
            Control("dilation", "Dilation", "1", range=(1, 3, 1)),
            Control("side", "Side of the input", "32", range=(2, 32, 1)),
        ),
    ),
    "pool": Lesson(
        "Pooling",
        "What is left when a map shrinks?",
        "A window slides over one map of a trained network, after its ReLU. From each window one number is kept: the "
        "largest, or the average. Point at a cell on either side.",
        (
            Control("map", "Map of the first layer", "8", range=(0, 11, 1)),
            Control("window", "Window", "2", range=(2, 4, 1)),
            Control("pool_stride", "Stride", "= window", ("= window", "1", "2", "3", "4")),
            Control("shift", "Shift the picture right", "0", range=(0, 4, 1)),
            Control("winners", "Outline the largest values", "on", SWITCH),
        ),
    ),
    "softmax": Lesson(
        "Softmax",
        "How do scores become probabilities?",
        "Softmax takes e to the power of each score, so that all are positive, and divides by their sum. Move a score, "
        "then point at a class.",
        (
            *(
                Control(f"score_{name}", name, f"{score:g}", range=(-10, 10, 0.1))
                for name, score in zip(CLASSES, FIRST_SCORES, strict=True)
            ),
            Control("temperature", "Temperature, dividing all scores", "1", range=(0.1, 10, 0.1)),
            Control("add", "Add the same number to every score", "0", range=(-20, 20, 1)),
        ),
        pictures=False,
    ),
}


def export_lesson(key: str, address: Mapping[str, str], weights: Weights) -> Exported:
    """Return a lesson as a page.

    Args:
        key: of `LESSONS`.
        address: the parameters of the lesson's address: values of controls, the picture's class, and `lock` and `hide`
            with keys separated by commas. What is not allowed is left at its first value.
        weights: of the pretrained network whose first layer the lessons use.

    Raises:
        CnnLabError: for a lesson that cannot be taken home.
    """
    if key not in LESSONS:
        raise CnnLabError(f"The lesson {key[:20]!r} cannot be taken home; {', '.join(LESSONS)} can.")
    lesson = LESSONS[key]
    known = {control.key for control in lesson.controls}
    samples = of_each_class("sketch10", len(CLASSES))
    asked = address.get("picture")
    first = CLASSES.index(asked) if asked in CLASSES else 0
    order = [first, *(i for i in range(len(CLASSES)) if i != first)]
    facts = {
        "lesson": key,
        "controls": [control.told() for control in lesson.controls],
        "values": {control.key: control.value(address.get(control.key)) for control in lesson.controls},
        "kernels": {name: np.asarray(kernel).tolist() for name, kernel in conv.KERNELS.items()},
        "classes": CLASSES,
        "samples": [{"label": f"a drawing of {CLASSES[samples.labels[i]]}"} for i in order],
        "colours": {"light": _colours(LIGHT), "dark": _colours(DARK)},
    }
    facts |= {name: sorted(known & set(address.get(name, "")[:500].split(","))) for name in ("lock", "hide")}
    arrays = {
        f"conv1/{part}": np.asarray(weights[f"conv1/{part}"], np.float32) for part in ("kernel", "bias")
    }
    pictures = {f"sample/{place}": samples.pixels[i] for place, i in enumerate(order)}
    blob = base64.b64encode(to_blob(arrays | pictures, facts)).decode()
    sheets = ("window", "softmax_bars", "shared/forced_colours", "living_page/page", "lesson_page/lesson")
    page = whole_page(f"{lesson.title}, a lesson", _body(lesson), blob, "lesson_page", sheets)
    return Exported(f"lesson-{key}.html", "text/html", page.encode(), "")


def _colours(theme: Theme) -> dict[str, Sequence[str]]:
    signed = (theme.negative, theme.ground, theme.positive)
    return {"sequential": theme.sequential, "signed": signed}


def _body(lesson: Lesson) -> str:
    pictures = """<section aria-labelledby="picture-title">
<h2 id="picture-title">Picture</h2>
<div id="picture"><canvas role="img" aria-label="The 32×32 pixels"></canvas>
<div id="samples" role="group" aria-label="Sample pictures"></div></div>
<p id="shown" role="status"></p>
<div class="bring"><label for="file">Your photo</label> <input type="file" id="file" accept="image/*">
<button type="button" id="use-camera" aria-controls="camera" aria-expanded="false">Camera</button></div>
<p class="quiet">Or drop or paste one. It stays in this browser. The samples are drawn by code, not photos.</p>
<div id="camera" hidden><video playsinline muted aria-label="What the camera sees"></video>
<button type="button" id="shoot">Take the photo</button></div>
</section>"""
    softmax = (FRONTEND / "softmax_bars.html").read_text("utf-8")
    return f"""<header>
<h1>{escape(lesson.title)}</h1>
<p><strong>{escape(lesson.question)}</strong> {escape(lesson.about)}</p>
</header>
<main>
<div class="top">
{pictures if lesson.pictures else ""}
<section aria-labelledby="controls-title">
<h2 id="controls-title">Settings</h2>
<div id="controls"></div>
</section>
</div>
<p id="problem" role="alert"></p>
<section id="lesson" aria-label="What happens">
{'<div class="walk"></div>' if lesson.pictures else softmax}
</section>
</main>
"""
