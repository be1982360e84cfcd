"""A lesson as one HTML file: its components, its controls as a teacher set them, and its checks, without a server.

The components are those of the app, fed by TypeScript in cnn/frontend/lesson_page. The checks are about the settings
and the picture that the page opens with: what is right is computed when it is made.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np

from cnn.core.errors import CnnLabError
from cnn.core.numbers import to_blob
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.exports.browser_network import smallest, steps
from cnn.exports.page import FRONTEND, whole_page
from cnn.exports.source import Exported
from cnn.figures.colours import DARK, LIGHT, Theme
from cnn.figures.lesson_chain import accuracy_curves
from cnn.lessons import chain, checks, conv, dense, pool, softmax
from cnn.lessons.checks import Check
from cnn.network.forward import forward
from cnn.network.layers import Weights
from cnn.network.ops import ACTIVATION_FUNCTIONS
from cnn.network.spec import ACTIVATIONS, NetworkSpec
from cnn.network.summary import total_parameters, walk

SWITCH = ("on", "off")
HIGHEST = "highest score"
WAYS = ("Forward: values", "Backward: gradients")
FUNCTIONS = {ACTIVATIONS[key]: key for key in ACTIVATION_FUNCTIONS}  # title → key
TRAINED = ("conv1", "conv2", "scores")  # the layers of the shipped network with weights
ADDED = 5  # what the question on softmax adds where nothing was added


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
    """A lesson that can be taken home: title, question, a sentence on what is seen, controls.

    `sheets` are the style sheets of its components.
    """

    title: str
    question: str
    about: str
    controls: tuple[Control, ...]
    sheets: tuple[str, ...] = ()
    pictures: bool = True


def _place_controls() -> tuple[Control, ...]:
    """Return the controls that choose one weight of `lecture`, as the lesson on the whole chain names them."""
    sizes = {
        "conv1": (("row", 3), ("column", 3), ("input map", 3), ("filter", 12)),
        "conv2": (("row", 3), ("column", 3), ("input map", 12), ("filter", 24)),
        "scores": (("value", 1536), ("class", 10)),
    }
    return tuple(
        Control(
            f"{layer}_{axis.replace(' ', '_')}",
            axis.capitalize(),
            "1",
            range=(0, size - 1, 1),
            when=("weight", layer),
        )
        for layer, axes in sizes.items()
        for axis, size in axes
    )


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
            Control("filters", "Filters, for what a layer costs", "12", range=(1, 64, 1)),
        ),
        ("shared/plate", "window"),
    ),
    "relu": Lesson(
        "ReLU",
        "Why throw away half of the numbers?",
        "A convolution gives numbers above zero (orange) and below zero (blue). ReLU keeps the positive numbers and "
        "turns the others into 0, cell by cell. Point at a cell, or use the arrow keys.",
        (
            Control("map", "Map of the trained network's first convolution", "0", range=(0, 11, 1)),
            Control("function", "Function", "ReLU", tuple(FUNCTIONS)),
            Control("layers", "Layers in a row", "10", range=(2, 20, 1)),
            Control("filter", "Filter of the second convolution", "0", range=(0, 23, 1)),
        ),
        ("cells",),
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
        ("shared/plate", "window"),
    ),
    "dense": Lesson(
        "Fully connected",
        "How do maps become ten scores?",
        "The last maps still know where something was. They are unrolled into one vector, and every class has a weight "
        "for each of its values. Point at a cell on either side; click to keep it selected.",
        (
            Control("class", "Weights of the class", HIGHEST, (HIGHEST, *CLASSES)),
            Control("products", "Colour by value × weight", "off", SWITCH),
            Control("index", "Index in the vector", "703", range=(0, 1535, 1)),
        ),
        ("unroll",),
    ),
    "softmax": Lesson(
        "Softmax",
        "How do scores become probabilities?",
        "Softmax takes e to the power of each score, so that all are positive, and divides by their sum. Move a score, "
        "then point at a class.",
        (
            *(
                Control(f"score_{name}", name, f"{score:g}", range=(-10, 10, 0.1))
                for name, score in zip(CLASSES, softmax.FIRST_SCORES, strict=True)
            ),
            Control("temperature", "Temperature, dividing all scores", "1", range=(0.1, 10, 0.1)),
            Control("add", "Add the same number to every score", "0", range=(-20, 20, 1)),
            Control("truth", "True class", "dog", CLASSES),
            Control("largest", "Raise all scores until the largest is", "100", range=(0, 200, 1)),
        ),
        ("softmax_bars",),
        pictures=False,
    ),
    "chain": Lesson(
        "The whole chain",
        "How does a network learn from one mistake?",
        "Step through the layers, forward and backward, then let the network learn from this one picture.",
        (
            Control("step", "Layer", "input"),
            Control("way", "Show", WAYS[0], WAYS),
            Control("answer", "What the picture shows", CLASSES[0], CLASSES),
            Control("weight", "A weight of", TRAINED[0], TRAINED),
            *_place_controls(),
            Control("rate", "Learning rate", "0.001", range=(0, 0.02, 0.0005)),
        ),
    ),
}


def export_lesson(key: str, address: Mapping[str, str], network: NetworkSpec, weights: Weights) -> Exported:
    """Return a lesson as a page.

    Args:
        key: of `LESSONS`.
        address: the parameters of the lesson's address: values of controls, the picture's class, and `lock` and `hide`
            with keys separated by commas. What is not allowed is left at its first value.
        network: the pretrained network `lecture`, which the lessons use.
        weights: its weights.

    Raises:
        CnnLabError: for an unknown lesson.
    """
    if key not in LESSONS:
        raise CnnLabError(f"There is no lesson {key[:20]!r}; there are {', '.join(LESSONS)}.")
    lesson = LESSONS[key]
    names = tuple(row.layer.name for row in walk(network))
    controls = [
        control if control.key != "step" else Control("step", control.label, names[0], names)
        for control in lesson.controls
    ]
    samples = of_each_class("sketch10", len(CLASSES))
    asked = address.get("picture")
    first = CLASSES.index(asked) if asked in CLASSES else 0
    order = [first, *(i for i in range(len(CLASSES)) if i != first)]
    answers = [CLASSES[samples.labels[i]] for i in order]
    values = {control.key: control.value(address.get(control.key)) for control in controls}
    if "answer" in values:  # it is known of a drawing
        values["answer"] = answers[0]
    facts = {
        "lesson": key,
        "controls": [control.told() for control in controls],
        "values": values,
        "kernels": {name: np.asarray(kernel).tolist() for name, kernel in conv.KERNELS.items()},
        "functions": FUNCTIONS,
        "classes": CLASSES,
        "samples": [
            {"label": f"a drawing of {'an' if name[0] in 'aeiou' else 'a'} {name}", "answer": name}
            for name in answers
        ],
        "colours": {"light": _colours(LIGHT), "dark": _colours(DARK)},
        "checks": [
            asdict(check) for check in CHECKS[key](values, network, weights, samples.pixels[order[0]])
        ],
        "steps": steps(network),
        "backward": chain.BACKWARD,
    }
    known = {"picture", *values}
    facts |= {name: sorted(known & set(address.get(name, "")[:500].split(","))) for name in ("lock", "hide")}
    arrays: dict[str, Any] = {
        name: smallest(np.asarray(array, np.float32))
        for name, array in weights.items()
        if key not in ("conv", "pool", "softmax") or name.startswith("conv1/")
    }
    pictures = {f"sample/{place}": samples.pixels[i] for place, i in enumerate(order)}
    blob = base64.b64encode(to_blob(arrays | pictures, facts)).decode()
    styles = (*lesson.sheets, "shared/forced_colours", "living_page/page", "lesson_page/lesson")
    page = whole_page(f"{lesson.title}, a lesson", _body(key), blob, "lesson_page", styles)
    return Exported(file_name(key), "text/html", page.encode(), "")


def file_name(key: str) -> str:
    """Return the name of a lesson's file."""
    return f"lesson-{key}.html"


def _colours(theme: Theme) -> dict[str, Any]:
    names = ("sequential", "ground", "ink", "quiet", "accent", "positive", "negative")
    signed = (theme.negative, theme.ground, theme.positive)
    return {"signed": signed} | {name: getattr(theme, name) for name in names}


# The checks of each lesson, for the values of its controls and a picture, uint8 (32, 32, 3)

Values = Mapping[str, str]
Picture = np.ndarray[Any, np.dtype[np.uint8]]


def _conv_checks(values: Values, network: NetworkSpec, weights: Weights, pixels: Picture) -> Sequence[Check]:
    name, bias = values["kernel"], 0.0
    if name == conv.TRAINED:
        number = _whole(values, "filter")
        kernel, bias = weights["conv1/kernel"][..., number : number + 1], float(weights["conv1/bias"][number])
    elif name == conv.OWN:
        found = [conv.parse_weights(values["weights"], size) for size in (1, 3, 5)]
        given = next((own for own in found if own is not None), np.zeros((3, 3)))
        kernel, bias = conv.spread(given), float(values["bias"])
    else:
        kernel = conv.spread(conv.KERNELS[name])
    side, stride, dilation = (_whole(values, key) for key in ("side", "stride", "dilation"))
    padding = conv.padding_of(values["padding"])
    return (
        checks.conv_size(side, len(kernel), stride, padding, dilation),
        checks.conv_flat(kernel, bias),
        checks.conv_parameters(_whole(values, "filters")),
    )


def _relu_checks(values: Values, network: NetworkSpec, weights: Weights, pixels: Picture) -> Sequence[Check]:
    number = _whole(values, "map")
    before = forward(network, weights, pixels)["conv1"][:, :, number]
    size = len(weights["conv1/kernel"])
    return (
        checks.relu_zeros(before, "The drawing that the page opened with", number),
        checks.relu_slopes(_whole(values, "layers")),
        checks.relu_chain(size, 2 * size - 1),
    )


def _pool_checks(values: Values, network: NetworkSpec, weights: Weights, pixels: Picture) -> Sequence[Check]:
    channel, window = _whole(values, "map"), _whole(values, "window")
    stride = window if values["pool_stride"] == "= window" else int(values["pool_stride"])
    maps = pool.first_maps(weights, pool.shift_right(pixels, _whole(values, "shift")))
    return (
        checks.pool_size(window),
        checks.pool_swap(maps[:, :, channel], window, stride),
        checks.pool_shift(pool.shift_changes(weights, pixels, channel, window, stride)),
    )


def _dense_checks(values: Values, network: NetworkSpec, weights: Weights, pixels: Picture) -> Sequence[Check]:
    outputs = forward(network, weights, pixels)
    maps, scores, bias = outputs["pool2"], outputs["scores"], weights["scores/bias"]
    shape = (maps.shape[0], maps.shape[1], maps.shape[2])
    unit = int(scores.argmax()) if values["class"] == HIGHEST else CLASSES.index(values["class"])
    now, average = (dense.scores_row(network, head) for head in ("flatten", "global_average"))
    return (
        checks.dense_index(min(_whole(values, "index"), maps.size - 1), shape),
        checks.dense_push(maps, weights["scores/kernel"], bias, unit, CLASSES[unit]),
        checks.dense_average(shape, len(bias), now, average),
    )


def _softmax_checks(
    values: Values, network: NetworkSpec, weights: Weights, pixels: Picture
) -> Sequence[Check]:
    scores = np.array([float(values[f"score_{name}"]) for name in CLASSES], np.float32)
    return (
        checks.softmax_add(scores, _whole(values, "add") or ADDED),
        checks.softmax_temperature(scores),
        checks.softmax_gradient(scores, CLASSES.index(values["truth"]), CLASSES),
    )


def _chain_checks(values: Values, network: NetworkSpec, weights: Weights, pixels: Picture) -> Sequence[Check]:
    exact, target = chain.exact(weights), CLASSES.index(values["answer"])
    _, gradients = chain.backward(network, exact, dict(forward(network, exact, pixels)), target)
    layer, rate = values["weight"], float(values["rate"])
    keys = [control.key for control in _place_controls() if control.when == ("weight", layer)]
    place, name = tuple(_whole(values, key) for key in keys), f"{layer}/kernel"
    step = chain.training_step(network, exact, gradients, pixels, target, name, place, rate)
    return (
        checks.chain_sign(step),
        checks.chain_all(step, total_parameters(walk(network)), rate),
        checks.chain_generalises(chain.recorded("few_pictures"), chain.recorded("all_pictures")),
    )


def _whole(values: Values, key: str) -> int:
    return round(float(values[key]))


CHECKS: Mapping[str, Callable[[Values, NetworkSpec, Weights, Picture], Sequence[Check]]] = {
    "conv": _conv_checks,
    "relu": _relu_checks,
    "pool": _pool_checks,
    "dense": _dense_checks,
    "softmax": _softmax_checks,
    "chain": _chain_checks,
}


# What stands in the page


def _body(key: str) -> str:
    lesson = LESSONS[key]
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
{_stage(key)}
</section>
<section aria-labelledby="checks-title">
<h2 id="checks-title">Check yourself</h2>
<p class="quiet">The questions are about the settings{" and the picture" * lesson.pictures} that this page opened with.
<button type="button" id="again">Set them again</button></p>
<div id="checks"></div>
<p id="done" role="status"></p>
</section>
</main>
"""


def _stage(key: str) -> str:
    match key:
        case "relu":
            return f"""{_part("cells")}<p class="zeros" role="status"></p>
<div class="functions side-table" tabindex="0" hidden><h2>Six functions and their slopes</h2>
<p>Training sends corrections backwards; each of these functions multiplies them by its slope. Where the slope is 0,
nothing passes; where it is small, only little passes.</p><table></table></div>
<div class="as-one" hidden><h2>Why not leave it out?</h2>
<p>The trained network's two convolutions in a row (padding valid), with nothing between them, not even the pooling.
Then the same with ReLU between them.</p><div class="three"></div><p class="apart"></p></div>"""
        case "dense":
            return """<div class="unroll"></div><p class="score" role="status"></p>
<div class="terms side-table" tabindex="0" hidden><h2>Strongest for and against</h2><table></table></div>"""
        case "softmax":
            return f"""{_part("softmax_bars")}<p class="loss" role="status"></p>
<div class="overflow side-table" tabindex="0"><h2>Why is the largest score subtracted first?</h2>
<p>On paper, adding a number changes nothing. A computer overflows: e to the power of more than about 88.7 is too large
for a 32-bit number. So the largest score is subtracted first; then no score is above 0.</p>
<p class="said" role="status"></p><table></table></div>"""
        case "chain":
            return _chain_stage()
        case "pool":
            return """<div class="walk"></div><p class="size quiet"></p>
<div class="shifts side-table" tabindex="0" hidden><h2>Does a small shift matter less?</h2>
<p>The sum of all differences, divided by the sum of all values. A value that moves inside its window changes nothing;
one that crosses the edge does.</p><table></table></div>"""
        case _:
            return """<div class="walk"></div><p class="size quiet"></p>
<h2>What does a layer cost?</h2><p class="cost"></p>"""


def _part(name: str) -> str:
    return (FRONTEND / f"{name}.html").read_text("utf-8")


def _chain_stage() -> str:
    few, many = (chain.recorded(name) for name in ("few_pictures", "all_pictures"))
    panels = [(run.title, run.epochs) for run in (few, many)]
    figures = "".join(
        f'<figure tabindex="0" class="runs {theme.name}" data-validation="{str(shown).lower()}">'
        f"{_unstyled(drawing)}</figure>"
        for theme in (LIGHT, DARK)
        for shown in (False, True)
        for drawing in [accuracy_curves(panels, theme, validation=shown)]
    )
    return f"""<div class="layers" role="group" aria-label="Layers"></div>
<p class="told" role="status"></p>
<canvas class="sheet" role="img"></canvas>
<p class="quiet"><span class="ends"></span>. <span class="meaning"></span></p>
<h2>One training step by hand</h2>
<button type="button" class="strongest">Choose the weight with the largest gradient</button>
<dl class="step">
<div><dt>1. Forward: the loss</dt><dd data-number="loss"></dd><dd class="quiet" data-number="loss-how"></dd></div>
<div><dt>2. Backward: the gradient</dt><dd data-number="gradient"></dd>
<dd class="quiet" data-number="gradient-how"></dd></div>
<div><dt>3. Update: the new weight</dt><dd data-number="new"></dd><dd class="quiet" data-number="new-how"></dd></div>
</dl>
<p data-number="one" role="status"></p>
<p data-number="all" role="status"></p>
<h2>What overfitting looks like</h2>
<p>Two recorded runs of one network: {escape(few.data)}. Training accuracy: running average. Validation: after each
epoch, shown once you have answered the last question.</p>
{figures}"""


def _unstyled(svg: str) -> str:
    """Return a drawing without style attributes, which the page's policy does not allow; its style sheet has them."""
    return re.sub(r' style="[^"]*"', "", svg)
