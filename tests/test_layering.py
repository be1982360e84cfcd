"""Imports point down only, and the web process never imports TensorFlow: held by reading the sources."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# The house, from the ground up. A module may import those of its own row (no circles) and of rows before it.
LEVELS = (
    ("cnn", "cnn.errors", "cnn.checked", "cnn.paths", "cnn.pixels", "cnn.settings"),
    ("cnn.spec",),
    ("cnn.presets", "cnn.layers"),
    ("cnn.shapes", "cnn.ops"),
    (
        "cnn.forward",
        "cnn.calibration",
        "cnn.views",
        "cnn.inside",
        "cnn.inside.cell",
        "cnn.inside.cell_steps",
        "cnn.inside.receptive",
        "cnn.inside.weight_edits",
        "cnn.inside.picture_edits",
        "cnn.inside.edits",
        "cnn.inside.ready_kernels",
        "cnn.inside.findings",
    ),
    (
        "cnn.images",
        "cnn.picture_files",
        "cnn.decoder",
        "cnn.decoder_child",
        "cnn.decoder_place",
        "cnn.figures",
        "cnn.figures.*",
        "cnn.data",
        "cnn.data.*",
    ),
    ("cnn.runs", "cnn.runs.*"),
    (
        "cnn.models",
        "cnn.cards",
        "cnn.model_cards",
        "cnn.typical",
        "cnn.verdicts",
        "cnn.progress",
        "cnn.lessons",
        "cnn.lessons.*",
    ),
    (
        "cnn.network",
        "cnn.fast_convolution",
        "cnn.faster_order",
        "cnn.fused_norm",
        "cnn.whitening",
        "cnn.augment",
        "cnn.optimizers",
        "cnn.schedule",
        "cnn.pace",
        "cnn.precision",
        "cnn.preflight",
        "cnn.reports",
        "cnn.recorder",
        "cnn.steps",
        "cnn.loop",
        "cnn.training",
        "cnn.shipping",
        "cnn.inside.appraisal",
        "cnn.inside.attribution",
        "cnn.inside.evaluation",
        "cnn.inside.features",
        "cnn.inside.loaded",
        "cnn.inside.neighbours",
        "cnn.inside.questions",
        "cnn.export",
        "cnn.jobs",
    ),
    ("cnn.engine", "cnn.engine.*"),
    ("cnn.cli", "cnn.cli_*", "cnn.__main__", "cnn.ui", "cnn.ui.*"),
    ("pages.*",),
    ("app",),
)
TENSORFLOW = ("tensorflow", "keras")
ARITHMETIC = ("cnn.schedule", "cnn.pace", "cnn.whitening")  # belongs to training, and needs no TensorFlow
USE_TENSORFLOW = tuple(name for name in LEVELS[8] if name not in ARITHMETIC)
USE_STREAMLIT = ("cnn.ui", "cnn.ui.*", "pages.*", "app")
WEB = (
    "app",
    "pages.*",
    "cnn.ui",
    "cnn.ui.*",
    "cnn.engine",
    "cnn.engine.*",
    "cnn.jobs",
    "cnn.inside.questions",
    "cnn.cli",
    "cnn.cli_*",
    "cnn.__main__",
)


@dataclass(frozen=True)
class Import:
    """One import: the line, the module, and whether it happens as soon as the importing module is read."""

    line: int
    target: str
    at_once: bool


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def level(name: str) -> int | None:
    return next((i for i, patterns in enumerate(LEVELS) if matches(name, patterns)), None)


def modules(root: Path) -> dict[str, Path]:
    """Return the project's modules by dotted name."""
    paths = [*root.glob("app.py"), *root.glob("pages/**/*.py"), *root.glob("cnn/**/*.py")]
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def imports(name: str, path: Path, known: dict[str, Path]) -> list[Import]:
    """Return every import of a module, those inside functions and under TYPE_CHECKING included."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return list(_imports(ast.parse(path.read_text(encoding="utf-8")), package, known, at_once=True))


def _imports(node: ast.AST, package: str, known: dict[str, Path], at_once: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(child.lineno, alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) + 1 - child.level]) if child.level else ""
            source = ".".join(part for part in (base, child.module or "") if part)
            for alias in child.names:
                whole = f"{source}.{alias.name}"
                yield Import(child.lineno, whole if whole in known else source, at_once)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for part in child.body:
                yield from _imports(ast.Module([part], []), package, known, at_once=False)
            for part in child.orelse:
                yield from _imports(ast.Module([part], []), package, known, at_once)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, package, known, at_once and not later)


def problems(root: Path) -> list[str]:
    """Return a sentence for everything under `root` that breaks the plan of the house."""
    known = modules(root)
    table = {name: imports(name, path, known) for name, path in known.items()}
    found = []
    for name, path in known.items():
        place = path.relative_to(root)
        if level(name) is None:
            found.append(
                f"{place} has no place in the house; "
                f"add {name!r} to a row of LEVELS in tests/test_layering.py."
            )
            continue
        for item in table[name]:
            found += [f"{place}:{item.line} {problem}" for problem in _broken_rules(name, item, known)]
    return found + _circles(table) + _ways_to_tensorflow(table)


def _broken_rules(name: str, item: Import, known: dict[str, Path]) -> Iterator[str]:
    package = item.target.split(".")[0]
    if item.target in known and (above := level(item.target)) is not None and above > (level(name) or 0):
        yield f"imports {item.target}, which lies above it; imports point down only."
    if package in ("cnn", "pages", "app") and item.target not in known:
        yield f"imports {item.target}, which is not there."
    if package == "streamlit" and not matches(name, USE_STREAMLIT):
        yield "imports streamlit; that is for cnn/ui, pages and app.py."
    if package in TENSORFLOW and not matches(name, USE_TENSORFLOW):
        yield f"imports {package}; that is for {', '.join(USE_TENSORFLOW)}."


def _project_imports(table: dict[str, list[Import]], name: str, *, at_once: bool) -> set[str]:
    """Return the modules that reading `name` imports: the packages that hold them run too."""
    found = {name.rpartition(".")[0]}
    for item in table[name]:
        if item.at_once or not at_once:
            parts = item.target.split(".")
            found |= {".".join(parts[: i + 1]) for i in range(len(parts))}
    return found - {name, ""}


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
    for start in (name for name in table if matches(name, WEB)):
        ways, seen = [(start,)], {start}
        while ways:
            way = ways.pop(0)
            for target in sorted(_project_imports(table, way[-1], at_once=True) - seen):
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
    """Write modules (`cnn__spec="import os"`) and return what is wrong with them."""
    for name in ("cnn/__init__.py", "cnn/ui/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name, source in sources.items():
        path = tmp_path / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return problems(tmp_path)


def test_imports_point_down_only() -> None:
    assert "cnn.spec" in modules(PROJECT)
    assert problems(PROJECT) == []


@cache
def without_tensorflow() -> tuple[str, ...]:
    """Return the modules that can be imported without TensorFlow or Streamlit."""
    none = (*USE_TENSORFLOW, *USE_STREAMLIT, "cnn.__main__")
    return tuple(
        sorted(
            name
            for name in modules(PROJECT)
            if name == "cnn.jobs" or not (level(name) is None or matches(name, none))
        )
    )


def test_importing_the_engine_and_all_below_leaves_tensorflow_out() -> None:
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


# The checker, checked


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


def test_a_house_in_order_has_no_problems(tmp_path: Path) -> None:
    assert not house(
        tmp_path,
        cnn__errors="",
        cnn__checked="from cnn.errors import X",
        cnn__spec="import json\nfrom cnn import checked, errors",
        cnn__figures____init__="",
        cnn__figures__charts="import plotly\nfrom cnn.figures.colours import A",
        cnn__figures__colours="import numpy",
        cnn__training="import tensorflow as tf\nfrom cnn.spec import Setup",
        cnn__jobs="def work():\n    from cnn.training import train\n    import keras",
        cnn__engine="from cnn import jobs\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from cnn.training import Report",
        cnn__ui__widgets="import streamlit as st\nfrom .other import B",
        cnn__ui__other="from ..engine import Engine",
        pages__home="from cnn.ui import widgets",
        app="import streamlit\nimport pages.home",
    )


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (
            {"cnn__spec": "import cnn.shapes", "cnn__shapes": ""},
            ["cnn/spec.py:1 imports cnn.shapes, which lies above"],
        ),
        (
            {"cnn__spec": "from cnn import ops", "cnn__ops": ""},
            ["cnn/spec.py:1 imports cnn.ops, which lies above"],
        ),
        (
            {"cnn__spec": "from . import ops", "cnn__ops": ""},
            ["cnn/spec.py:1 imports cnn.ops, which lies above"],
        ),
        (
            {"cnn__runs": "\ndef f():\n    from cnn.training import x", "cnn__training": ""},
            ["cnn/runs.py:3 imports cnn.training, which lies above"],
        ),
        (
            {
                "cnn__runs": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cnn.engine",
                "cnn__engine": "",
            },
            ["cnn/runs.py:3 imports cnn.engine, which lies above"],
        ),
        ({"cnn__ui__a": "import pages.home", "pages__home": ""}, ["cnn/ui/a.py:1 imports pages.home"]),
        ({"cnn__runs": "import streamlit"}, ["cnn/runs.py:1 imports streamlit"]),
        (
            {"cnn__engine": "def f():\n    from streamlit.web import cli"},
            ["cnn/engine.py:2 imports streamlit"],
        ),
        ({"cnn__forward": "import keras.layers"}, ["cnn/forward.py:1 imports keras"]),
        ({"cnn__cli": "def f():\n    import tensorflow"}, ["cnn/cli.py:2 imports tensorflow"]),
        ({"cnn__jobs": "import keras"}, ["Importing cnn.jobs imports keras, by way of cnn.jobs;"]),
        (
            {
                "app": "import cnn.engine",
                "cnn__engine": "import cnn.jobs",
                "cnn__jobs": "class A:\n    import keras",
            },
            [
                "Importing app imports keras, by way of app → cnn.engine → cnn.jobs;",
                "Importing cnn.engine imports keras, by way of cnn.engine → cnn.jobs;",
                "Importing cnn.jobs imports keras",
            ],
        ),
        (
            {
                "cnn__cli": "try:\n    from cnn.training import x\nfinally:\n    pass",
                "cnn__training": "import keras",
            },
            ["Importing cnn.cli imports keras, by way of cnn.cli → cnn.training;"],
        ),
        (
            {"pages__home": "from cnn.export.files import x", "cnn__export": "import keras"},
            ["imports cnn.export.files, which is not there", "Importing pages.home imports keras"],
        ),
        (
            {"cnn__presets": "import cnn.layers", "cnn__layers": "def f():\n    import cnn.presets"},
            [
                "cnn.presets imports itself by way of cnn.layers",
                "cnn.layers imports itself by way of cnn.presets",
            ],
        ),
        ({"cnn__magic": ""}, ["cnn/magic.py has no place in the house; add 'cnn.magic' to a row of LEVELS"]),
        ({"cnn__spec": "from cnn.gone import x"}, ["cnn/spec.py:1 imports cnn.gone, which is not there"]),
    ],
)
def test_a_house_out_of_order_is_told(tmp_path: Path, sources: dict[str, str], words: list[str]) -> None:
    found = house(tmp_path, **sources)
    assert len(found) == len(words), found
    for word in words:
        assert any(word in problem for problem in found), found
