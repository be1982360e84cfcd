"""The documents name only what exists: links, anchors, paths, modules, commands, make targets, settings, tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.parts import PARTS
from cnn.cli.main import _parser
from cnn.core.settings import PROJECT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "findings/*.md", "models/**/*.md")
    for path in PROJECT.glob(pattern)
)
FOLDERS = ("cnn", "pages", "tests", "bench", "scripts", "docs", "findings")
SOURCES = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*") if path.is_file()]
NAMES = {path.name for path in SOURCES} | {path.name for path in PROJECT.iterdir()}
PLACEHOLDERS = re.compile(r"[A-Z]{3,}|[*…<]")  # NAME.py, models/…
GONE = {"CNN_LAB_FILES"}  # said to be gone


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def prose(path: Path) -> str:
    """Return a document without its blocks of code."""
    return re.sub(r"```.*?```", "", text_of(path), flags=re.S)


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def spans(path: Path) -> Iterator[str]:
    yield from re.findall(r"`([^`\n]+)`", prose(path))


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        assert path.exists(), f"{target} is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(path), flags=re.M)
            assert anchor in map(slug, headings), f"{target}: no such heading"


def test_paths_exist(document: Path) -> None:
    for span in spans(document):
        if PLACEHOLDERS.search(span) or " " in span:
            continue
        if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*", span):
            assert (PROJECT / span).exists(), f"{span} is not there"
        elif re.fullmatch(r"[\w./-]+\.(?:py|ts|css|sh|wat)", span):
            assert Path(span).name in NAMES, f"no file is called {span}"
            assert "/" not in span or any(path.as_posix().endswith(f"/{span}") for path in SOURCES), span


def test_modules_exist(document: Path) -> None:
    for module in re.findall(r"\bcnn(?:\.[a-z_0-9]+)+", prose(document)):
        path = PROJECT.joinpath(*module.split("."))
        # the last part may be a name in the module
        assert any(p.is_dir() or p.with_suffix(".py").is_file() for p in (path, path.parent)), module


def test_commands_exist(document: Path) -> None:
    commands = _parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert commands is not None
    for command in re.findall(r"python -m cnn ([a-z]+)", text_of(document)):
        assert command in commands, f"there is no command {command}"
    for part in re.findall(r"bench --only ([a-z]+)", text_of(document)):
        assert part in PARTS, f"there is no benchmark {part}"
    targets = set(re.findall(r"^([a-z]+):", text_of(PROJECT / "Makefile"), flags=re.M))
    for target in re.findall(r"(?:^|`)make ([a-z]+)", text_of(document), flags=re.M):
        assert target in targets, f"there is no make {target}"
    for script in re.findall(r"npm run ([a-z]+)", text_of(document)):
        assert f'"{script}":' in text_of(PROJECT / "package.json"), f"there is no npm run {script}"


def test_settings_exist(document: Path) -> None:
    settings = text_of(PROJECT / "cnn/core/settings.py")
    for name in set(re.findall(r"CNN_LAB_[A-Z_]+\b", text_of(document))) - GONE:
        assert name in settings, f"nothing reads {name}"


def test_tests_exist(document: Path) -> None:
    every = "\n".join(text_of(path) for path in (PROJECT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_[a-z0-9_]+)(?:…)?`", prose(document)):
        assert f"def {name}" in every, f"there is no {name}"
