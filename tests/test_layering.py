"""Imports between packages point down only, and the web process never imports TensorFlow.

Only packages are listed: a new module belongs to its folder, and a new folder gets a line in `CONTRACT`.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.import_graph import Import, import_table, modules, project_imports, reached, within

PROJECT = Path(__file__).resolve().parent.parent

# Each package, and the packages it may import. What is not listed here is a finding.
CONTRACT: dict[str, frozenset[str]] = {}


def allow(package: str, *others: str) -> None:
    """Let `package` import `others` and whatever those may import."""
    CONTRACT[package] = frozenset(others).union(*(CONTRACT[other] for other in others))


allow("cnn.core")
allow("cnn.network", "cnn.core")
allow("cnn.images", "cnn.core")
allow("cnn.data", "cnn.core")
allow("cnn.figures", "cnn.network", "cnn.data")
allow("cnn.runs", "cnn.network")
allow("cnn.training", "cnn.runs", "cnn.data")
allow("cnn.interpret", "cnn.training")
allow("cnn.evaluation", "cnn.interpret")
allow("cnn.lessons", "cnn.runs")
allow("cnn.exports", "cnn.evaluation", "cnn.figures", "cnn.lessons")
allow("cnn.worker", "cnn.exports")
allow("cnn.scheduler", "cnn.worker")
allow("cnn.rooms", "cnn.runs")
allow("cnn.experiments", "cnn.scheduler")
allow("cnn.cli", "cnn.experiments", "cnn.images")
allow("cnn.__main__", "cnn.cli")
allow("cnn.web.app", "cnn.experiments", "cnn.images", "cnn.figures", "cnn.lessons", "cnn.rooms")
allow("cnn.web.build", "cnn.web.app")
allow("cnn.web.train", "cnn.web.app")
allow("cnn.web.ablate", "cnn.web.app")
allow("cnn.web.inspect", "cnn.web.ablate")
allow("cnn.web.classify", "cnn.web.app")
allow("cnn.web.evaluate", "cnn.web.app")
allow("cnn.web.runs", "cnn.web.app")
allow("cnn.web.grid", "cnn.web.app")
allow("cnn.web.compare", "cnn.web.evaluate")
allow("cnn.web.learn", "cnn.web.app")
allow("cnn.web.room", "cnn.web.app")
allow("cnn.web.take_home", "cnn.web.app")
allow("cnn.web.navigation", "cnn.web.learn")
PAGES = [name for name in CONTRACT if name.startswith("cnn.web.")]
allow("pages", *PAGES)
allow("app", *PAGES)

TENSORFLOW = ("tensorflow", "keras")
USE_TENSORFLOW = ("cnn.training", "cnn.interpret", "cnn.evaluation", "cnn.exports", "cnn.worker")
USE_STREAMLIT = ("cnn.web", "pages", "app")
# These must be importable without pulling TensorFlow in; it is imported inside their functions.
WITHOUT_TENSORFLOW = (
    "app",
    "pages",
    "cnn.web",
    "cnn.scheduler",
    "cnn.worker",
    "cnn.exports",
    "cnn.cli",
    "cnn.__main__",
)


def package_of(name: str) -> str | None:
    """Return the entry of the contract that a module belongs to."""
    return next((p for p in sorted(CONTRACT, key=len, reverse=True) if within(name, (p,))), None)


def problems(root: Path) -> list[str]:
    """Return a sentence for everything under `root` that breaks the contract."""
    known = modules(root)
    table = import_table(known)
    found = []
    for name, path in known.items():
        place = path.relative_to(root)
        if package_of(name) is None and name not in ("cnn", "cnn.web"):
            found.append(f"{place} is in no package of the contract; add a line to tests/test_layering.py.")
            continue
        for item in table[name]:
            found += [f"{place}:{item.line} {problem}" for problem in _broken_rules(name, item, known)]
    return found + _circles(table) + _ways_to_tensorflow(table)


def _broken_rules(name: str, item: Import, known: dict[str, Path]) -> Iterator[str]:
    outside = item.target.split(".")[0]
    ours, theirs = package_of(name), package_of(item.target)
    if ours and theirs and theirs != ours and theirs not in CONTRACT[ours]:
        yield f"imports {item.target}, and {ours} may not import {theirs}."
    if outside in ("cnn", "pages", "app") and item.target not in known:
        yield f"imports {item.target}, which is not there."
    if outside == "streamlit" and not within(name, USE_STREAMLIT):
        yield f"imports streamlit; that is for {', '.join(USE_STREAMLIT)}."
    if outside in TENSORFLOW and not within(name, USE_TENSORFLOW):
        yield f"imports {outside}; that is for {', '.join(USE_TENSORFLOW)}."


def _circles(table: dict[str, list[Import]]) -> list[str]:
    """Return a sentence for each module that needs itself, by imports of modules, not of packages."""
    found = []
    targets = {name: {item.target for item in table[name]} & table.keys() - {name} for name in table}
    for name in table:
        seen: set[str] = set()
        open_ones = [*targets[name]]
        while open_ones:
            current = open_ones.pop()
            if current not in seen:
                seen.add(current)
                open_ones += targets[current]
        if name in seen:
            found.append(f"{name} imports itself by way of {', '.join(sorted(seen & targets[name]))}.")
    return found


def _ways_to_tensorflow(table: dict[str, list[Import]]) -> list[str]:
    """Return a sentence for each module of the web process that pulls TensorFlow in as it is imported."""
    found = []
    for start in (name for name in table if within(name, WITHOUT_TENSORFLOW)):
        ways, seen = [(start,)], {start}
        while ways:
            way = ways.pop(0)
            for target in sorted(project_imports(table, way[-1], at_once=True) - seen):
                seen.add(target)
                if target in TENSORFLOW:
                    found.append(
                        f"Importing {start} imports {target}, by way of {' → '.join(way)}; "
                        "import it inside the function that needs it."
                    )
                elif target in table:
                    ways.append((*way, target))
    return found


def house(tmp_path: Path, **sources: str) -> list[str]:
    """Write modules (`cnn__network__spec="import os"`) and return what is wrong with them."""
    for name, source in {"cnn____init__": "", **sources}.items():
        path = (
            tmp_path / f"{name.replace('__init__', 'INIT').replace('__', '/').replace('INIT', '__init__')}.py"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.parent.relative_to(tmp_path).parents:
            if folder.parts and folder.parts[0] == "cnn":
                (tmp_path / folder / "__init__.py").touch()
        if path.parent != tmp_path and path.relative_to(tmp_path).parts[0] == "cnn":
            (path.parent / "__init__.py").touch()
        path.write_text(source)
    return problems(tmp_path)


def test_imports_point_down_only() -> None:
    assert "cnn.network.spec" in modules(PROJECT)
    assert problems(PROJECT) == []


def test_every_package_of_the_contract_is_there() -> None:
    found = {package_of(name) for name in modules(PROJECT)}
    assert not CONTRACT.keys() - found


def without_tensorflow() -> list[str]:
    """Return the modules whose sources say that importing them imports neither TensorFlow nor Streamlit."""
    table = import_table(modules(PROJECT))
    heavy = {*TENSORFLOW, "streamlit"}
    return [
        n
        for n in sorted(table)
        if n.startswith("cnn.") and n != "cnn.__main__" and not reached(n, table) & heavy
    ]


def test_importing_the_scheduler_and_all_below_leaves_tensorflow_out() -> None:
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "heavy = {'tensorflow', 'keras', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *without_tensorflow()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_worker_spawned_while_a_page_is_shown_runs_no_page() -> None:
    page = PROJECT / "pages" / "index.py"
    code = (
        "import runpy, sys\n"
        f"runpy.run_path({str(page)!r}, run_name='__mp_main__')  # as multiprocessing does\n"
        "print('streamlit' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


# The checker, checked


def test_a_house_in_order_has_no_problems(tmp_path: Path) -> None:
    assert not house(
        tmp_path,
        cnn__core__errors="",
        cnn__core__validation="from cnn.core.errors import X",
        cnn__network__spec="import json\nfrom cnn.core import errors, validation",
        cnn__figures__charts="import plotly\nfrom cnn.figures.colours import A",
        cnn__figures__colours="import numpy",
        cnn__training__trainer="import tensorflow as tf\nfrom cnn.network.spec import Setup",
        cnn__worker__jobs="def work():\n    from cnn.training.trainer import train\n    import keras",
        cnn__scheduler__engine="from cnn.worker import jobs\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from cnn.training.trainer import Report",
        cnn__web__app__widgets="import streamlit as st\nfrom .other import B",
        cnn__web__app__other="from ...scheduler.engine import Engine",
        pages__home="from cnn.web.app import widgets",
        app="import streamlit",
    )


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (
            {"cnn__network__spec": "import cnn.runs.run", "cnn__runs__run": ""},
            ["cnn/network/spec.py:1 imports cnn.runs.run, and cnn.network may not import cnn.runs."],
        ),
        (
            {"cnn__network__spec": "from ..runs import run", "cnn__runs__run": ""},
            ["cnn/network/spec.py:1 imports cnn.runs.run"],
        ),
        (
            {"cnn__runs__run": "\ndef f():\n    from cnn.training import x", "cnn__training__y": ""},
            ["cnn/runs/run.py:3 imports cnn.training, and"],
        ),
        (
            {
                "cnn__runs__run": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cnn.scheduler",
                "cnn__scheduler__engine": "",
            },
            ["cnn/runs/run.py:3 imports cnn.scheduler, and"],
        ),
        (
            {"cnn__web__build__a": "import cnn.web.train.b", "cnn__web__train__b": ""},
            ["cnn/web/build/a.py:1 imports cnn.web.train.b, and cnn.web.build may not"],
        ),
        (
            {"cnn__web__app__a": "import pages.home", "pages__home": ""},
            ["cnn/web/app/a.py:1 imports pages.home"],
        ),
        ({"cnn__runs__run": "import streamlit"}, ["cnn/runs/run.py:1 imports streamlit"]),
        (
            {"cnn__scheduler__engine": "def f():\n    from streamlit.web import cli"},
            ["cnn/scheduler/engine.py:2 imports streamlit"],
        ),
        ({"cnn__network__forward": "import keras.layers"}, ["cnn/network/forward.py:1 imports keras"]),
        ({"cnn__cli__main": "def f():\n    import tensorflow"}, ["cnn/cli/main.py:2 imports tensorflow"]),
        (
            {"cnn__worker__jobs": "import keras"},
            ["Importing cnn.worker.jobs imports keras, by way of cnn.worker.jobs;"],
        ),
        (
            {
                "app": "import cnn.web.app.a",
                "cnn__web__app__a": "import cnn.worker.jobs",
                "cnn__worker__jobs": "class A:\n    import keras",
            },
            [
                "Importing app imports keras, by way of app → cnn.web.app.a → cnn.worker.jobs;",
                "Importing cnn.web.app.a imports keras, by way of cnn.web.app.a → cnn.worker.jobs;",
                "Importing cnn.worker.jobs imports keras",
            ],
        ),
        (
            {
                "cnn__cli__main": "try:\n    from cnn.training.trainer import x\nfinally:\n    pass",
                "cnn__training__trainer": "import keras",
            },
            ["Importing cnn.cli.main imports keras, by way of cnn.cli.main → cnn.training.trainer;"],
        ),
        (
            {"pages__home": "from cnn.evaluation.gone import x", "cnn__evaluation__other": "import keras"},
            ["imports cnn.evaluation.gone, which is not there"],
        ),
        (
            {
                "cnn__network__presets": "import cnn.network.ops",
                "cnn__network__ops": "def f():\n    import cnn.network.presets",
            },
            [
                "cnn.network.presets imports itself by way of cnn.network.ops",
                "cnn.network.ops imports itself by way of cnn.network.presets",
            ],
        ),
        ({"cnn__magic": ""}, ["cnn/magic.py is in no package of the contract"]),
        (
            {"cnn__network__spec": "from cnn.gone import x"},
            ["cnn/network/spec.py:1 imports cnn.gone, which is not there"],
        ),
    ],
)
def test_a_house_out_of_order_is_told(tmp_path: Path, sources: dict[str, str], words: list[str]) -> None:
    found = house(tmp_path, **sources)
    assert len(found) == len(words), found
    for word in words:
        assert any(word in problem for problem in found), found
