"""The living page's forward pass in Chromium, against TensorFlow.js with its WebAssembly backend."""

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.measure import Baseline, Below, Figure, SkipError, Target, alternate, figure, say, skipped
from bench.serving import browser
from cnn.core.settings import PROJECT
from cnn.evaluation.pretrained import shipped
from cnn.exports import browser_network, formats
from cnn.exports.source import Source, read_source
from cnn.network.forward import forward, weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup, TrainSpec

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

TFJS = PROJECT / "bench" / "tfjs"
BASELINES = {"ofLayers": "TensorFlow.js, model.predict", "ofOperations": "TensorFlow.js, bare operations"}
# milliseconds, share of what TensorFlow.js takes, passes in a row
LIMITS: dict[str, tuple[float, float | None, int]] = {
    "lecture": (3, 1 / 5, 300),
    "vgg6": (40, None, 30),
    "airbench": (250, 1, 10),
}
ORIGIN = "http://tfjs.test"
PAGE = "<!doctype html><title>TensorFlow.js</title>" + "".join(
    f'<script src="/{name}"></script>' for name in ("tf.min.js", "tf-backend-wasm.min.js", "network.js")
)


def living(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Compare the milliseconds of a picture: all layers of ours, the ten probabilities of theirs."""
    try:
        with browser() as chromium:
            for name, (limit, ratio, passes) in LIMITS.items():
                targets: list[Target] = [Below(limit)]
                if ratio is not None:
                    targets.append(Below(ratio, "ratio"))
                yield from _network(chromium, name, targets, rounds, 2 if smoke else passes)
    except SkipError as error:
        yield skipped("living page", "ms", reason=error)


def _network(
    chromium: "Browser", name: str, targets: list[Target], rounds: int, passes: int
) -> Iterator[Figure]:
    source = _source(name)
    ours, theirs = _ours(chromium, source), _theirs(chromium, source)
    for way, title in BASELINES.items():
        measured, baseline = alternate(
            rounds,
            lambda: float(ours.evaluate(f"living.milliseconds({passes})")),
            lambda way=way: float(theirs.evaluate(f"milliseconds({way}Network, pixels, {passes})")),  # type: ignore[misc]
        )
        note = f"each round is {passes} passes in a row; the baseline, {theirs.evaluate('backend')}, "
        note += "computes the probabilities alone"
        yield figure(
            f"living page: {name}, one picture",
            "ms",
            measured,
            *targets,
            baseline=Baseline(title, baseline),
            note=note,
        )
    ours.close()
    theirs.close()


def _source(name: str) -> Source:
    """Return a pretrained network, or a preset with untrained weights."""
    if run := next((run for run in shipped() if run.id == name), None):
        return read_source(run)
    network, rng = PRESETS[name].setup.network, np.random.default_rng(0)
    weights = {
        key: np.abs(rng.normal(0, 0.05, shape)).astype(np.float32)
        for key, shape in weight_shapes(network).items()
    }
    setup = Setup(network, TrainSpec(epochs=1))
    return Source(name, name, setup, "sketch10", "sketch10", "float32", 0, 0.0, weights)


def _ours(chromium: "Browser", source: Source) -> "Page":
    page = chromium.new_page()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_bytes(formats.export("living-page", source).content)
        page.goto(path.as_uri())
    page.evaluate("living.milliseconds(30)")
    return page


def _theirs(chromium: "Browser", source: Source) -> "Page":
    """Return a page in which TensorFlow.js has the same network, after comparing what it says with NumPy."""
    modules = TFJS / "node_modules" / "@tensorflow"
    if not modules.is_dir():
        raise SkipError("TensorFlow.js is not there; npm ci --prefix bench/tfjs installs it.")
    files = {
        "/tf.min.js": modules / "tfjs" / "dist" / "tf.min.js",
        "/network.js": TFJS / "network.js",
    }
    wasm = modules / "tfjs-backend-wasm" / "dist"
    files |= {f"/{path.name}": path for path in wasm.iterdir() if path.suffix in (".js", ".wasm")}

    def answer(route: "Route") -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/":
            route.fulfill(body=PAGE, content_type="text/html")
        elif path in files:
            route.fulfill(path=files[path])
        else:
            route.fulfill(status=404)

    page = chromium.new_page()
    page.route(f"{ORIGIN}/**", answer)
    page.goto(ORIGIN)
    page.evaluate("async () => { globalThis.backend = await start(); }")
    say(f"  {source.name}: {page.evaluate('backend')}")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    weights: dict[str, Any] = {
        name: {"shape": array.shape, "values": base64.b64encode(array.astype("<f4").tobytes()).decode()}
        for name, array in source.weights.items()
    }
    steps = browser_network.steps(source.setup.network)
    both = page.evaluate(
        """([steps, packed, shown]) => {
          const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
          const weights = Object.fromEntries(
            Object.entries(packed).map(([name, { shape, values }]) => [name, { shape, values: floats(values) }]));
          globalThis.pixels = Float32Array.from(shown);
          globalThis.ofLayersNetwork = ofLayers(steps, weights);
          globalThis.ofOperationsNetwork = ofOperations(steps, weights);
          return [[...ofLayersNetwork(pixels)], [...ofOperationsNetwork(pixels)]];
        }""",
        [steps, weights, pixels.reshape(-1).tolist()],
    )
    wanted = forward(source.setup.network, source.weights, pixels)["softmax"]
    for said in both:
        np.testing.assert_allclose(said, wanted, atol=1e-4)
    return page
