"""The first page of a server: what it must not wait for."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cnn.web.app import service
from support import PROJECT

HOME = f"""
import sys
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
ContextProxy.cookies = property(lambda _: {{}})  # AppTest's own are no text
app = AppTest.from_file({str(PROJECT / "pages" / "index.py")!r}, default_timeout=60).run()
assert not app.exception, app.exception
from cnn.web.app.service import _page_is_out
assert _page_is_out.is_set()
assert any(item.proto.component_name.endswith("flow") for item in app.get("bidi_component"))
print(*[name for name in ("pandas", "pyarrow", "tensorflow", "scipy") if name in sys.modules])
"""


def test_home_is_made_without_the_slow_packages(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOME],
        cwd=PROJECT,
        env=os.environ
        | {"CNN_LAB_HOME": str(tmp_path), "CNN_LAB_OFFLINE": "1", "CNN_LAB_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


class Warm:
    """Stands for the services; tells in which order they were woken."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.engine = SimpleNamespace(wake=lambda: self.order.append("engine"))
        self.decoders = SimpleNamespace(warm=lambda: self.order.append("decoders"))


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Warm]:
    monkeypatch.setattr(service, "_page_is_out", threading.Event())
    monkeypatch.setattr(service, "DRAWING_SECONDS", 0.0)
    yield Warm()
    gc.unfreeze()


def begin(warm: Warm) -> threading.Thread:
    thread = threading.Thread(target=service._warm_up, args=(cast(Any, warm),), daemon=True)
    thread.start()
    return thread


def test_workers_and_packages_wait_for_the_first_page(warm: Warm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "WAIT_FOR_VISITOR_SECONDS", 60.0)
    thread = begin(warm)
    thread.join(0.3)
    assert warm.order == []
    service.page_is_out()
    thread.join(30)
    assert warm.order == ["engine", "decoders"]


def test_without_a_visitor_they_begin_all_the_same(warm: Warm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "WAIT_FOR_VISITOR_SECONDS", 0.05)
    begin(warm).join(30)
    assert warm.order == ["engine", "decoders"]
