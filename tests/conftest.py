"""What all tests share: a quiet TensorFlow on the CPU, a home of their own, and the order they run in."""

import os
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
# As `make run` has it: arrays here are small, and the threads of several tests would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

    from support.serving import ServedApp
    from support.visitor import NewPage, Visitor

ORDER = ("tensorflow", "workers", "browser")  # slow things last, so that a plain mistake shows at once

ALMOST_NOTHING = 300  # characters of a page that has lost its app
PRINTED = 4_000  # characters of the page, and of what the server printed, in the report of a failure

settings.register_profile("lab", deadline=None, print_blob=True, max_examples=60)
settings.register_profile("quick", parent=settings.get_profile("lab"), max_examples=15)  # make quick
settings.load_profile("lab")


def pytest_configure() -> None:
    """Set TensorFlow up as training does, before any test imports it."""
    from cnn.training.runtime import ENVIRONMENT

    for variable, value in ENVIRONMENT.items():
        os.environ.setdefault(variable, value)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the unmarked tests first, then those with TensorFlow, with workers, with a browser.

    Those that take minutes are left out unless they are asked for, as in `pytest -m slow`. A mark has to be written
    in the file of its test: by that, scripts/test.sh finds the files of its lanes.
    """
    marks: dict[Path, set[str]] = {}
    for item in items:
        marks.setdefault(item.path, set()).update(
            mark.name for mark in item.iter_markers() if mark.name in ORDER
        )
    for path, names in marks.items():
        text = path.read_text("utf-8") if names else ""
        for name in names:
            if f"mark.{name}" not in text:
                raise pytest.UsageError(f"{path} has a test marked {name}, but nowhere pytest.mark.{name}")
    if "slow" not in config.option.markexpr:
        slow = {item for item in items if item.get_closest_marker("slow")}
        config.hook.pytest_deselected(items=list(slow))
        items[:] = [item for item in items if item not in slow]
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return max((ORDER.index(mark.name) + 1 for mark in item.iter_markers() if mark.name in ORDER), default=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failure in a browser what the page showed and what the server printed."""
    report = yield
    if call.when == "call" and report.failed and item.get_closest_marker("browser"):
        page = item.funcargs.get("page") or getattr(item.funcargs.get("visitor"), "page", None)
        if page is not None:
            report.sections.append((f"Shown at {page.url}", _shown(page)[:PRINTED]))
        if problems := getattr(item.funcargs.get("visitor"), "problems", None):
            report.sections.append(("Said by the browser", "\n".join(problems)[:PRINTED]))
        if "served_app" in item.funcargs:
            printed = item.funcargs["served_app"].log.read_text("utf-8", "replace")
            report.sections.append(("Printed by the server", printed[-PRINTED:]))
    return report


def _shown(page: "Page") -> str:
    from playwright.sync_api import Error

    body = page.locator("body")
    try:
        shown = body.aria_snapshot()
        return shown if len(shown) >= ALMOST_NOTHING else f"{shown}\n{body.inner_html()}"
    except Error as error:  # a page that does not answer: the other tests are to go on
        return str(error)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that `CNN_LAB_HOME` names during this test: never the one of whoever runs it."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CNN_LAB_HOME", str(folder))
    return folder


class Query(dict[str, str]):
    """A page's query, in a test that runs no page."""

    def to_dict(self) -> dict[str, str]:
        """Return a copy, as `st.query_params` does."""
        return dict(self)


@pytest.fixture
def query(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the query of the page's address, which is a dict here, as `st.session_state` is."""
    import streamlit as st

    found = Query()
    monkeypatch.setattr(st, "query_params", found)
    monkeypatch.setattr(st, "session_state", {})
    return found


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real CIFAR-10 that `CNN_LAB_DATA` names, or skip the test."""
    folder = os.environ.get("CNN_LAB_DATA", "")
    if not folder or not any(Path(folder).glob("**/test_batch.bin")):
        pytest.skip("CNN_LAB_DATA does not name a folder with CIFAR-10")
    return Path(folder)


@pytest.fixture(scope="session")
def network() -> ModuleType:
    """Return `cnn.training.keras_model`; it is imported here, so that no test without TensorFlow waits for it.

    TensorFlow has as many threads as in training, on which the order of its sums depends.
    """
    from cnn.training.runtime import prepare_tensorflow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepare_tensorflow()
        import cnn.training.keras_model as module

    return module


@pytest.fixture(scope="session")
def training(network: ModuleType) -> ModuleType:
    """Return `cnn.training.trainer`, imported when it is first needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cnn.training.trainer as module

    return module


@pytest.fixture(scope="session")
def augmented(training: ModuleType) -> ModuleType:
    """Return `cnn.training.augmentation`, imported when it is first needed."""
    import cnn.training.augmentation as module

    return module


@pytest.fixture(scope="session")
def served_app(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[ServedApp]":
    """Yield the app, served once for all tests, with somebody's run waiting in its store."""
    from cnn.network.spec import NetworkSpec, Setup, TrainSpec
    from cnn.runs.store import RunStore, owner_hash
    from support.serving import served

    home = tmp_path_factory.mktemp("served") / "home"
    waiting = Setup(NetworkSpec(), TrainSpec(epochs=1, pictures=500, precision="float32"))
    RunStore(home / "runs").create(waiting, "sketch10", owner_hash("somebody" * 4), "waiting")
    with served(home) as served_app:
        yield served_app


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    """Yield Playwright, of which one thread can have only one."""
    from playwright.sync_api import expect, sync_playwright

    from support.visitor import PATIENCE

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: "Playwright") -> "Iterator[Browser]":
    """Yield one Chromium for all tests; each opens contexts of its own in it."""
    from support.serving import launched

    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def new_page(browser: "Browser") -> "Iterator[NewPage]":
    """Yield what opens a page in a context of its own, with the options of one; it is closed at the end."""
    with ExitStack() as contexts:

        def opened(**options: Any) -> "Page":
            return contexts.enter_context(closing(browser.new_context(**options))).new_page()

        yield opened


@pytest.fixture
def visitor(browser: "Browser", served_app: "ServedApp") -> "Iterator[Visitor]":
    """Yield somebody with an empty page in a window of 1440×1000 pixels."""
    from support.visitor import Visitor

    visitor = Visitor(browser, served_app, viewport={"width": 1440, "height": 1000})
    yield visitor
    visitor.context.close()
