"""The app without a browser: pages run by AppTest as one visitor, runs in every state, and what a page shows."""

import json
import struct
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cnn.evaluation import pretrained
from cnn.network.forward import weight_shapes
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.status import interrupted
from cnn.runs.store import Run, RunStore, Status, owner_hash
from cnn.scheduler.query_queue import Answer
from cnn.web.app.session import COOKIE
from support import PROJECT

USUAL = {"inside": pretrained.FIRST, "classify": pretrained.BEST}  # the network that a page begins with
ANNA, BEN = "a" * 32, "b" * 32
TINY = Setup(
    NetworkSpec(blocks=(Block((Convolution(4),)),)), TrainSpec(epochs=2, pictures=500, precision="float32")
)

TOO_DEEP = NetworkSpec(blocks=(Block((Convolution(4, 7, 1, "valid"),)),) * 4)
PROGRESS = {
    "kind": "progress",
    "pictures": 384,
    "step": 3,
    "epoch": 1.0,
    "loss": 2.1,
    "accuracy": 0.21,
    "learning_rate": 0.003,
    "images_per_second": 4321.0,
    "seconds": 0.5,
    "seconds_left": 0.5,
}

EPOCH = {
    "kind": "epoch",
    "epoch": 1,
    "step": 3,
    "seconds": 0.5,
    "validation_loss": 2.2,
    "validation_accuracy": 0.1875,
}


class Lab:
    """The app as one visitor after another sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self.monkeypatch = monkeypatch
        self.store = RunStore(home / "runs")

    def visit(self, page: str, visitor: str = ANNA, **address: str) -> AppTest:
        """Open a page in a new session of `visitor`, with `address` as the query of its URL."""
        self.become(visitor)
        app = AppTest.from_file(str(PROJECT / "pages" / "index.py"), default_timeout=30)
        if page != "home":
            app.switch_page(f"{page}.py")
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    def become(self, visitor: str) -> None:
        """Send the cookie of `visitor` from now on; AppTest itself has no cookies."""
        self.monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {COOKIE: visitor}))

    def put(self, state: str, setup: Setup = TINY, visitor: str = ANNA, **facts: Any) -> Run:
        """Put a run of `visitor` in a state into the store, with what such a run has on disk."""
        run = self.store.create(setup, "sketch10", owner_hash(visitor), f"a {state} one")
        if state == "queued":
            return run
        rng = np.random.default_rng(0)
        weights = {
            name: rng.normal(0, 0.1, shape).astype(np.float32)
            for name, shape in weight_shapes(setup.network).items()
        }
        run.save_snapshot(0, 0, weights)
        run.history.append(PROGRESS)
        if state != "failed":
            run.save_snapshot(3, 1, weights)
            run.history.append(EPOCH)
        status = Status(state, epoch=1, step=3, source="sketch10, drawn by code", precision="float32")
        status = replace(interrupted(status) if state == "interrupted" else status, **facts)
        run.write_status(status)
        return run


def labelled(widgets: Any, label: str, place: int = 0) -> Any:
    found = [widget for widget in widgets if widget.label == label]
    assert len(found) > place, f"{label!r} is not among {[widget.label for widget in widgets]}"
    return found[place]


def icon_button(app: AppTest, tip: str, place: int = 0) -> Any:
    return [button for button in app.button if button.proto.help == tip][place]


def words(app: AppTest) -> str:
    kinds = ("title", "header", "markdown", "caption", "info", "warning", "error", "progress", "metric")
    parts = [str(getattr(item, "text", "") or item.value) for kind in kinds for item in getattr(app, kind)]
    parts += [str(item.value) for item in app.html]
    parts += [caption for image in app.image for caption in image.captions]
    parts += [part for seen in watched(app) for figure in seen["figures"] for part in figure]
    parts += [seen["words"] for seen in watched(app)]
    return "\n".join(parts)


def watched(app: AppTest) -> list[dict[str, Any]]:
    """Return the facts that a page shows of the run that it watches, where it watches one."""
    found = [json.loads(item.proto.json) for item in app.get("bidi_component") if item.proto.json]
    return [facts["facts"] for facts in found if "facts" in facts]


def components(app: AppTest) -> list[Any]:
    """Return the browser components of a page, without those that every page has."""
    found = app.get("bidi_component")
    return [item for item in found if item.key != "print" and not str(item.key).startswith("restart")]


def drawing(app: AppTest) -> str:
    (found,) = components(app)
    return str(json.loads(found.proto.json)["svg"])


def overview(app: AppTest) -> dict[str, Any]:
    """Return what the overview on *Inside* was given, and the names of its layers."""
    for item in app.get("bidi_component"):
        if b"columns" in (blob := item.proto.bytes):
            (length,) = struct.unpack("<Q", blob[:8])
            facts = json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["facts"])
            return facts | {"names": [column["name"] for column in facts["columns"]]}
    raise AssertionError("There is no overview on the page.")


def setup_of(app: AppTest) -> Setup:
    return Setup.from_link(app.query_params["setup"])


def layer_names(app: AppTest) -> list[str]:
    return list(app.table[0].value["Layer"])


def opened(monkeypatch: pytest.MonkeyPatch, page: str, visitor: str = ANNA, **address: str) -> AppTest:
    """Open a page as `visitor`, with `address` as the query of its URL."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {COOKIE: visitor}))
    app = visited(page, **address)
    assert not app.exception
    return app


def visited(page: str, **address: str) -> AppTest:
    """Open a page as whoever the cookies say, whatever comes of it."""
    app = AppTest.from_file(str(PROJECT / "pages" / "index.py"), default_timeout=60)
    app.switch_page(f"{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def walk_of(app: AppTest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the facts and the arrays that the walking window on the page was given."""
    blob = components(app)[0].proto.bytes
    (length,) = struct.unpack("<Q", blob[:8])
    return json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["facts"]), load(blob)


def check(app: AppTest, name: str) -> Any:
    """Return the radio of the check `lesson-name`."""
    (found,) = [radio for radio in app.radio if str(radio.key).startswith(f"check-{name}-")]
    return found


def answer(app: AppTest, name: str, place: int) -> None:
    """Choose an answer of a check by its place."""
    radio = check(app, name)
    radio.set_value(radio.options[place]).run()
    assert not app.exception


def said(app: AppTest) -> str:
    """Return all text on the page."""
    kinds = ("title", "header", "markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))


def right_place(app: AppTest, name: str) -> int:
    """Try all answers of a check, see that exactly one is right and each says something of its own."""
    before, verdicts = Counter(_verdicts(app)), []
    for place in range(len(check(app, name).options)):
        answer(app, name, place)
        (verdict,) = (Counter(_verdicts(app)) - before).elements()
        verdicts.append(verdict)
    right = [place for place, verdict in enumerate(verdicts) if verdict.startswith("Right. ")]
    assert len(right) == 1
    assert len(set(verdicts)) == len(verdicts)
    return right[0]


def _verdicts(app: AppTest) -> list[str]:
    boxes = [str(box.value) for box in (*app.success, *app.warning)]
    return [text for text in boxes if text.startswith(("Right. ", "Not quite. "))]


def component(app: AppTest, holding: str) -> dict[str, Any]:
    """Return the data of the component on the page that has the key `holding`."""
    found = [json.loads(item.proto.json) for item in app.get("bidi_component") if item.proto.json]
    (data,) = [data for data in found if isinstance(data, dict) and holding in data]
    return data


class FakeDesk:
    """Answers as it is told, and notes what it was asked."""

    worker_starts = True

    def __init__(self) -> None:
        self.answer = Answer("waiting")
        self.asked: list[tuple[Any, ...]] = []

    def ask(self, *arguments: Any) -> Answer:
        self.asked.append(arguments)
        return self.answer

    def forget(self, key: str) -> None:
        self.answer = Answer("waiting")
