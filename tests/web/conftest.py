"""What the tests of the pages share: visitors without a browser, who see no CIFAR-10."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.context import ContextProxy

from cnn.web.app.service import service
from cnn.web.app.session import COOKIE
from support.app_pages import ANNA, Lab


@pytest.fixture(autouse=True)
def services_of_its_own() -> Iterator[None]:
    """Let no test see the services of another one."""
    service.clear()
    yield
    service.clear()


@pytest.fixture(autouse=True, scope="session")
def no_other_components() -> Iterator[None]:
    """Spare each opened page the search of all installed packages for components of their own (40 ms)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture
def without_cifar10(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Let the app find no CIFAR-10; beside a served app, which has its own environment, a test sees the same."""
    if "served_app" in request.fixturenames:
        return
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "nothing"))


@pytest.fixture
def only_drawn_pictures(monkeypatch: pytest.MonkeyPatch, without_cifar10: None) -> None:
    """Let Anna open pages, which find no CIFAR-10."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {COOKIE: ANNA}))


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, home: Path, without_cifar10: None) -> Lab:
    """Return the app as one visitor after another sees it, with an empty store."""
    return Lab(monkeypatch, home)
