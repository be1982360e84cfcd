"""What every component is given: with numbers that are huge or not finite it gets valid data, or nothing at all.

A component's builder is run with such numbers, up to the place where Streamlit would take the data. What gets
there must be strict JSON, its arrays finite, and no text in it may say "nan" or "inf".
"""

import ast
import importlib
import json
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import load

from cnn.core.errors import NotFiniteError, OverflowsError
from cnn.core.numbers import check_finite, number
from cnn.core.shares import percent
from cnn.evaluation.predict import Verdict
from cnn.figures.colours import LIGHT, Scale, scale_of
from cnn.figures.drawing import flow_svg
from cnn.figures.lesson_curves import Axes
from cnn.interpret.cell_steps import ForwardPass
from cnn.lessons import softmax
from cnn.network.forward import forward
from cnn.network.layers import expand
from cnn.network.layers.field import Rectangle
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from cnn.network.summary import walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run, RunStore, Status
from cnn.scheduler.query_queue import Answer
from cnn.web import navigation
from cnn.web.ablate import kernel_editor, patch
from cnn.web.app import answers, drawing, matrix, restart, softmax_bars, thumbnails, tiles
from cnn.web.classify import crop, paste, prediction
from cnn.web.inspect import inspector, overlay, picture_strip, time_machine, top_images
from cnn.web.inspect.browser_forward import pack as pack_network
from cnn.web.inspect.inspector_data import pack as pack_inspector
from cnn.web.inspect.overview_columns import Arrangement
from cnn.web.inspect.overview_columns import pack as pack_overview
from cnn.web.learn import cells, unroll, window
from cnn.web.train import live_watch, steady_chart
from support import PROJECT
from support.app_pages import EPOCH, PROGRESS, TINY
from support.random_weights import random_weights

HUGE = [1e30, -5.65e26, 3.4e38, -3.4e38]
WRONG = [np.nan, np.inf, -np.inf]
Bad = Sequence[float]
NETWORK = NetworkSpec((Block((Convolution(3),), batch_norm=True),), dense=(Dense(4),))
PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)


def with_bad(bad: Bad, *shape: int) -> NDArray[np.float32]:
    """Return an array of ordinary numbers with the bad ones among them."""
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    spots = np.random.default_rng(2).permutation(values.size)[: len(bad)]
    values.reshape(-1)[spots] = bad[: len(spots)]
    return values


def a_look(bad: Bad) -> ForwardPass:
    """Return a network at work, some of whose weights are bad."""
    weights = random_weights(NETWORK, 0)
    name = sorted(weights)[(len(bad) + int(np.signbit(bad[0]))) % len(weights)]
    weights[name] = with_bad(bad, *weights[name].shape)
    return ForwardPass(expand(NETWORK), weights, forward(NETWORK, weights, PIXELS))


def a_view(bad: Bad) -> Any:
    look = a_look(bad)
    return SimpleNamespace(
        table=walk(NETWORK),
        sample=SimpleNamespace(pixels=PIXELS, true_class=3),
        outputs=look.outputs,
        weights=look.weights,
        layer="conv1",
        channel=1,
        key="key",
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run whose history every example writes anew, as an old version might have."""
    return RunStore(tmp_path_factory.mktemp("runs")).create(TINY, "sketch10", "")


def with_history(run: Run, bad: Bad) -> Status:
    """Put bad numbers into everything that a history and a state hold of measured values."""
    rows = [
        PROGRESS | {"loss": bad[0], "accuracy": bad[-1], "images_per_second": bad[0]},
        EPOCH | {"validation_loss": bad[0], "validation_accuracy": bad[-1]},
        PROGRESS | {"seconds": bad[-1], "seconds_left": bad[0], "epoch": bad[-1]},
    ]
    run.history.path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Status("running", validation_accuracy=bad[0], test_accuracy=bad[-1], seconds=bad[0])


class Given:
    """Stands where Streamlit would take data, behind the gate through which all data goes."""

    def __init__(self) -> None:
        self.data: Any = None

    def __call__(self, *, data: Any, **_: Any) -> SimpleNamespace:
        check_finite(data)
        self.data = data
        return SimpleNamespace(chosen=None)


@contextmanager
def mounted(module: Any, name: str = "_component") -> Iterator[Given]:
    given_to = Given()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, name, given_to)
        yield given_to


def shown(module: Any, show: Callable[[], Any]) -> Any:
    """Return what a component is given when it is shown."""
    with mounted(module) as given_to:
        show()
    return given_to.data


def verdict(bad: Bad) -> Verdict:
    scores = with_bad(bad, 10)
    return Verdict(scores, np.abs(scores), 1.0, bad[0], None, 1)


def shares_of(bad: Bad) -> Any:
    """Return the matrix whose cells are bad, each with its text as Evaluate writes it."""
    values = with_bad(bad, 10, 10)
    return shown(
        matrix,
        lambda: matrix.show_matrix(
            values,
            Scale(0, 1, signed=False),
            LIGHT,
            "key",
            lambda row, column: None,
            rows=[str(i) for i in range(10)],
            columns=[str(i) for i in range(10)],
            corner="",
            text=lambda i, j: percent(float(values[i, j])),
            title=lambda i, j: percent(float(values[i, j])),
        ),
    )


def watched(run: Run, bad: Bad) -> Any:
    status = with_history(run, bad)
    with mounted(live_watch, "_watch") as given_to:
        live_watch.show_watch(run, live_watch.facts(run, status))
    return given_to.data


def moment(run: Run, bad: Bad) -> Any:
    with_history(run, bad)
    snapshots = [Snapshot(Path("none"), 3, 1.0)]
    view = SimpleNamespace(run=run, snapshot=snapshots[0], newest=True, note="")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time_machine.address, "get", lambda name: None)
        return time_machine.facts(view, snapshots)  # type: ignore[arg-type]


def cells_of(bad: Bad) -> Any:
    values = with_bad(bad, 4, 4)
    plot = ("<svg/>", Axes.reaching(float(np.abs(values).max())))
    scale = (scale_of(values), LIGHT)
    return shown(
        cells,
        lambda: cells.show_cells(
            (values, values, values), scale, ("a", "b"), plot, "relu", "key", veiled=False
        ),
    )


def thumbnail(run: Run, bad: Bad) -> Any:
    tag = thumbnails.Tag("cat", percent(bad[0]), percent(bad[-1]))
    return shown(thumbnails, lambda: thumbnails.show_thumbnails(PIXELS[None], [tag], 0, "key"))


def waiting(run: Run, bad: Bad) -> Any:
    asked = [answers.Asked("t", "k", Answer("working", share=value)) for value in bad]
    return shown(answers, lambda: answers.show_waiting(asked, "key"))


def nine(run: Run, bad: Bad) -> Any:
    winner = top_images.Winner("cat", number(bad[0]), "1, 2", Rectangle(0, 0, 3, 3), "inside")
    return top_images.pack(PIXELS[None], [winner])


def tile_blob(run: Run, bad: Bad) -> Any:
    values = with_bad(bad, 4, 4, 3)
    return tiles.pack(tiles.Tiles(values, values, frozenset()), scale_of(values), LIGHT)


def windowed(run: Run, bad: Bad) -> Any:
    walking = window.Walk(2, 1, ("dot", "max", "mean"), ("a", "b", "c"), "Input", bias=bad[0])
    return window.pack(with_bad(bad, 4, 4, 3), with_bad(bad, 4, 4, 3), walking, LIGHT, with_bad(bad, 2, 2, 3))


def verdicts(run: Run, bad: Bad) -> Any:
    opinion = prediction.Opinion("it", verdict(bad), "")
    exhibit = prediction.Exhibit(PIXELS, [opinion], 3, True, bool(len(bad) % 2), "Picture")
    return prediction.pack(exhibit, LIGHT)


def unrolled(run: Run, bad: Bad) -> Any:
    return shown(
        unroll,
        lambda: unroll.show_unrolled(
            with_bad(bad, 2, 2, 3),
            with_bad(bad, 12),
            "cat",
            LIGHT,
            0,
            products=bool(len(bad) % 2),
            key="key",
            on_choose=lambda index: None,
        ),
    )


def kernel_of(run: Run, bad: Bad) -> Any:
    values = with_bad(bad, 3, 3)
    return shown(
        kernel_editor,
        lambda: kernel_editor.kernel_editor(values, values, "it", LIGHT, "key", lambda rows: None),
    )


def keras_of(run: Run, bad: Bad) -> Any:
    answered = {"conv1": Answer("done", 1.0, with_bad(bad, 4, 4, 3))}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            inspector,
            "service",
            lambda: SimpleNamespace(engine=SimpleNamespace(status=lambda: SimpleNamespace(state="ready"))),
        )
        return inspector._packed(answered, 1, {"question": "q", "cell": None})


def inspected(run: Run, bad: Bad) -> Any:
    look = a_look(bad)
    layer = look.network[len(bad) % len(look.network)].name
    return pack_inspector(look, layer, 0, LIGHT, {"question": "q", "cell": None})


def alive(run: Run, bad: Bad) -> Any:
    return drawn(run, bad, alive=True)


def drawn(run: Run, bad: Bad, alive: bool = False) -> Any:
    outputs = dict(a_look(bad).outputs)
    rows = [row for row in walk(NETWORK) if len(row.shape) == 3 and row.layer.inputs]
    svg = flow_svg(rows, outputs, PIXELS, LIGHT)
    with mounted(drawing, "_flow" if alive else "_component") as given_to:
        drawing.show_drawing(svg, "key", alive=alive)
    return given_to.data


def laid_over(run: Run, bad: Bad) -> Any:
    return overlay.pack(PIXELS, [overlay.Layover("it", "unit", "note", with_bad(bad, 8, 8))], LIGHT)


def steps_of(run: Run, bad: Bad) -> Any:
    found = softmax.steps(with_bad(bad, 10))
    return shown(
        softmax_bars, lambda: softmax_bars.show_steps(found, [str(i) for i in range(10)], LIGHT, "key")
    )


# What a component gets, from the numbers that its page has.
BUILDERS: dict[str, Callable[[Run, Bad], Any]] = {
    "answers": waiting,
    "cells": lambda run, bad: cells_of(bad),
    "browser_forward": lambda run, bad: pack_network(NETWORK, a_look(bad).weights, "run/7", "written"),
    "drawing": drawn,
    "flow": alive,
    "inspector": inspected,
    "keras_values": keras_of,
    "kernel_editor": kernel_of,
    "live_run": watched,
    "matrix": lambda run, bad: shares_of(bad),
    "overlay": laid_over,
    "overview": lambda run, bad: pack_overview(a_view(bad), Arrangement(len(bad) % 2 == 0), LIGHT),
    "prediction": verdicts,
    "softmax_bars": steps_of,
    "thumbnails": thumbnail,
    "tiles": tile_blob,
    "time_machine": moment,
    "top_images": nine,
    "unroll": unrolled,
    "window": windowed,
}
WHOLE_NUMBERS = {  # a browser gets counts, places and pixels of uint8 from these, which cannot be otherwise
    "chart_zoom": steady_chart,
    "crop": crop,
    "page_tools": navigation,
    "live_listener": live_watch,
    "paste": paste,
    "patch": patch,
    "picture_strip": picture_strip,
    "restart": restart,
}


def registered() -> dict[str, str]:
    """Return the components that the sources register, and the module of each."""
    found = {}
    for path in (PROJECT / "cnn" / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="component"), args=[ast.Constant(value=str(name)), *_]):
                    found[name] = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    return found


def test_no_component_is_left_out() -> None:
    assert registered().keys() == BUILDERS.keys() | WHOLE_NUMBERS.keys()
    assert not BUILDERS.keys() & WHOLE_NUMBERS.keys()


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
def test_what_is_mounted_goes_through_the_gate(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a module hands to its component, a number that is not finite is refused before Streamlit has it."""
    module = importlib.import_module(registered()[name])
    mounts = [
        value
        for value in vars(module).values()
        if getattr(value, "__qualname__", "") == "component.<locals>.mount"
    ]
    assert mounts
    for mount in mounts:
        with pytest.raises(NotFiniteError):
            mount(data={"rows": [1, {"x": float("nan")}]})


def parts(blob: bytes) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return facts and arrays of a blob, read as strictly as a browser does."""
    size = struct.unpack("<Q", blob[:8])[0]
    header = json.loads(blob[8 : 8 + size], parse_constant=_no_json)
    return json.loads(header["__metadata__"]["facts"], parse_constant=_no_json), load(blob)


def _no_json(name: str) -> Any:
    pytest.fail(f"{name} is no JSON")


def texts(value: Any) -> Iterator[str]:
    """Return all texts in a payload."""
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from texts(part)
        case list() | tuple():
            for part in value:
                yield from texts(part)


NO_NUMBER = re.compile(r"(?<![a-z])(nan|inf|infinity)(?![a-z])", re.IGNORECASE)


def hold_valid(name: str, data: Any) -> None:
    holes = name in ("inspector", "keras_values")  # NaN is a cell that is not there
    facts, arrays = parts(data) if isinstance(data, bytes) else (data, {})
    json.dumps(facts, allow_nan=False)
    for array in arrays.values():
        assert not np.isinf(array).any() if holes else np.isfinite(array).all()
    said = [text for text in texts(facts) if NO_NUMBER.search(re.sub(r"data:image[^\"]*", "", text))]
    assert not said, said


numbers = st.sampled_from([*HUGE, *WRONG]) | st.floats(width=32)


@pytest.mark.parametrize("name", BUILDERS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(bad=st.lists(numbers, min_size=1, max_size=4))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_component_gets_valid_data_or_none(run: Run, name: str, bad: list[float]) -> None:
    with suppress(NotFiniteError, OverflowsError):
        hold_valid(name, BUILDERS[name](run, bad))


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("value", [*HUGE, *WRONG])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_bad_number_by_itself(run: Run, name: str, value: float) -> None:
    with suppress(NotFiniteError, OverflowsError):
        hold_valid(name, BUILDERS[name](run, [value]))


@pytest.mark.parametrize("name", BUILDERS)
def test_ordinary_numbers_arrive(run: Run, name: str) -> None:
    hold_valid(name, BUILDERS[name](run, [0.5, 0.25]))


@pytest.mark.parametrize("name", ["window", "prediction", "overlay", "unroll", "kernel_editor", "cells"])
@pytest.mark.parametrize("value", WRONG)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_not_finite_is_refused_where_it_would_be_shown_as_a_number(
    run: Run, name: str, value: float
) -> None:
    with pytest.raises(NotFiniteError):
        BUILDERS[name](run, [value])


def test_huge_scores_are_written_so_that_they_fit() -> None:
    scores = np.linspace(-1, 1, 10, dtype=np.float32)
    scores[3] = -5.65e26
    seen = Verdict(scores, scores, 1.0, 1.0, None, 1)
    exhibit = prediction.Exhibit(PIXELS, [prediction.Opinion("it", seen, "")], 3, True, True, "Picture")
    rows = parts(prediction.pack(exhibit, LIGHT))[0]["opinions"][0]["rows"]
    assert "−5.65e26" in [row["text"] for row in rows]
    assert all(len(row["text"]) <= 10 for row in rows)
