"""The living page: a network in one HTML file that opens by a double click, offline, without a server.

The page holds its code, its weights and its sample pictures, and its policy forbids it to load anything. Photos
that are dropped, pasted or taken are classified in the browser and never leave it.
"""

import base64
import math
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn import data
from cnn.core.numbers import to_blob
from cnn.core.shares import percent
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.exports.browser_network import smallest, steps
from cnn.exports.page import FRONTEND, whole_page
from cnn.exports.source import Exported, Samples, Source
from cnn.figures.colours import DARK, LIGHT, TAGS, Theme
from cnn.runs.snapshots import to_thin

EARLIER_BYTES = 330_000  # of weights as text, for the saved epochs before the last
KRIZHEVSKY = "(Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, 2009)"


def export_living_page(source: Source, with_cifar10: bool = False) -> Exported:
    """Return the page.

    Args:
        source: the network; with its run, if earlier saved epochs are to be in the page, too.
        with_cifar10: whether the samples are test pictures of CIFAR-10: those that
            `source.samples` numbers, else the first of each class. Without it, the samples are the uploaded
            pictures, else drawings.

    Raises:
        DataError: if CIFAR-10, or a picture of it, is missing.
    """
    states = _states(source)
    pictures, labels, about = _samples(source.samples, with_cifar10)
    arrays: dict[str, NDArray[Any]] = {
        f"{number}:{name}": smallest(array)
        for number, (_, weights) in enumerate(states)
        for name, array in weights.items()
    }
    arrays |= {f"sample/{i}": pixels for i, pixels in enumerate(pictures)}
    facts = {
        "title": source.name or source.run_id,
        "classes": CLASSES,
        "steps": steps(source.setup.network),
        "snapshots": [{"label": f"after epoch {epoch:g}"} for epoch, _ in states],
        "samples": [{"label": label} for label in labels],
        "tags": TAGS,
        "colours": {"light": _colours(LIGHT), "dark": _colours(DARK)},
    }
    blob = to_blob(arrays, facts)
    page = _html(source, base64.b64encode(blob).decode(), about)
    note = f"{len(states)} saved epoch{'' if len(states) == 1 else 's'} in it. {about}"
    return Exported(f"{source.stem}-living-page.html", "text/html", page.encode(), note)


def _samples(chosen: Samples, with_cifar10: bool) -> tuple[list[NDArray[np.uint8]], list[str], str]:
    """Return the sample pictures, what each is called, and the sentence on where they come from."""
    pictures, labels, told = list(chosen.pixels), list(chosen.names), []
    if count := len(labels):
        told.append(f"{count} of whoever made this page")
    if with_cifar10 and chosen.numbers:
        known = data.test_labels("cifar10")
        pictures += list(data.test_pictures("cifar10", chosen.numbers))
        labels += [f"test picture {i} of CIFAR-10: {CLASSES[known[i]]}" for i in chosen.numbers]
        count = len(chosen.numbers)
        told.append(f"{count} test picture{'s' * (count > 1)} of CIFAR-10 {KRIZHEVSKY}")
    elif with_cifar10 or not pictures:
        few = of_each_class("cifar10" if with_cifar10 else "sketch10", len(CLASSES))
        pictures += list(few.pixels)
        labels += [f"a sample of {CLASSES[label]}" for label in few.labels]
        drawn = "drawn by code (sketch10), not photos"
        told.append(
            f"the first test picture of each class of CIFAR-10 {KRIZHEVSKY}" if with_cifar10 else drawn
        )
    return pictures, labels, f"Sample pictures: {', and '.join(told)}."


def export_living_page_with_cifar10(source: Source) -> Exported:
    """Return the page with test pictures of CIFAR-10 in it."""
    return export_living_page(source, with_cifar10=True)


def _colours(theme: Theme) -> dict[str, list[str]]:
    return {
        "sequential": list(theme.sequential),
        "signed": [theme.negative, theme.ground, theme.positive],
    }


def _states(source: Source) -> list[tuple[float, Any]]:
    """Return epoch and weights of the saved states that fit, oldest first; the exported one is the last."""
    last = (source.epoch, source.weights)
    if source.run is None:
        return [last]
    one = math.ceil(sum(smallest(array).nbytes for array in source.weights.values()) * 4 / 3)
    earlier = [snapshot for snapshot in source.run.snapshots() if snapshot.step < source.step]
    room = EARLIER_BYTES // one
    if room < 1 or not earlier:
        return [last]
    if room < 3:
        kept = earlier[:room]
    else:
        gone = to_thin(earlier, lambda: None, room)
        kept = [snapshot for snapshot in earlier if snapshot not in gone]
    return [*((snapshot.epoch, source.run.weights(snapshot)) for snapshot in kept), last]


def _about(source: Source) -> str:
    parts = [
        f"{source.parameters:,} parameters, trained for {source.epoch:g} epochs on {source.source}.",
    ]
    if source.test_accuracy is not None:
        parts.append(f"It classifies {percent(source.test_accuracy)} of the test pictures correctly.")
    elif source.validation_accuracy is not None:
        parts.append(
            f"It classifies {percent(source.validation_accuracy)} of the validation pictures correctly."
        )
    parts.append("It names one of its ten classes even for a picture that shows none of them.")
    return " ".join(parts)


def _html(source: Source, blob: str, pictures: str) -> str:
    name = source.name or source.run_id
    inspector, softmax = (
        (FRONTEND / f"{part}.html").read_text("utf-8") for part in ("inspector", "softmax_bars")
    )
    body = f"""<header>
<h1>{escape(name)}</h1>
<p>{escape(_about(source))}</p>
</header>
<main>
<div class="top">
<section aria-labelledby="picture-title">
<h2 id="picture-title">Picture</h2>
<div id="picture"><canvas role="img" aria-label="The 32×32 pixels that the network gets"></canvas>
<div id="samples" role="group" aria-label="Sample pictures"></div></div>
<div class="bring"><label for="file">Your photo</label> <input type="file" id="file" accept="image/*">
<button type="button" id="use-camera" aria-controls="camera" aria-expanded="false">Camera</button></div>
<p class="quiet">Or drop or paste one. It stays in this browser. {escape(pictures)}</p>
<p id="problem" role="alert"></p>
<div id="camera" hidden><video playsinline muted aria-label="What the camera sees"></video>
<button type="button" id="shoot">Take the photo</button></div>
</section>
<section aria-labelledby="says-title">
<h2 id="says-title">Prediction</h2>
<p id="verdict" role="status"></p>
<div id="bars"></div>
<div id="time"><label for="epochs">Saved epoch</label> <input type="range" id="epochs" min="0" step="1">
<span id="epoch"></span></div>
</section>
</div>
<div class="body">
<section aria-labelledby="layers-title">
<h2 id="layers-title">Every layer</h2>
<p class="quiet">Orange is above zero, blue below. Click a map to open it.</p>
<div id="layers"></div>
</section>
<section id="inspector" aria-labelledby="inspector-title">
<h2 id="inspector-title">How a value is computed</h2>
{inspector}
{softmax}
</section>
</div>
</main>
"""
    sheets = ("shared/plate", "inspector", "softmax_bars", "shared/forced_colours", "living_page/page")
    return whole_page(f"{name}, a network to look into", body, blob, "living_page", sheets)
