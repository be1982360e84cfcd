"""A lesson, opened as one visitor without a browser; and what AppTest calls the things on it."""

import json
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT
from safetensors.numpy import load
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cnn.web.app.service import service
from cnn.web.app.session import COOKIE

ANNA, BEN = "a" * 32, "b" * 32


@contextmanager
def only_drawn_pictures(monkeypatch: pytest.MonkeyPatch, folder: Path, visitor: str = ANNA) -> Iterator[None]:
    """Let `visitor` open pages that find no CIFAR-10, and leave no services behind."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {COOKIE: visitor}))
    monkeypatch.setenv("CNN_LAB_DATA", str(folder / "nothing"))
    service.clear()
    yield
    service.clear()


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
    blob = app.get("bidi_component")[0].proto.bytes
    (length,) = struct.unpack("<Q", blob[:8])
    return json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["walk"]), load(blob)


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
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success")
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
