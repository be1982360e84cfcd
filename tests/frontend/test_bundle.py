"""The browser components: what is served is what the TypeScript says; types and unit tests run by Node."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FRONTEND = PROJECT / "cnn" / "frontend"
BIN = PROJECT / "node_modules" / ".bin"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (BIN / "esbuild").exists(),
    reason="skipped: node_modules is not there (make test installs it where npm is)",
)


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    """Run a command in the project; its output is the message when it fails."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, env=os.environ | (env or {}))
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    return done.stdout


@needs_node
def test_committed_bundles_are_current(tmp_path: Path) -> None:
    run("node", "scripts/bundle.mjs", tmp_path / "dist")
    fresh = {path.name: path.read_text("utf-8") for path in (tmp_path / "dist").iterdir()}
    committed = {path.name: path.read_text("utf-8") for path in (FRONTEND / "dist").iterdir()}
    assert fresh.keys() == committed.keys()
    assert [name for name in fresh if fresh[name] != committed[name]] == [], "run `npm run build`"


def test_every_component_that_python_mounts_has_a_bundle_and_no_other() -> None:
    mounted = {
        name
        for path in (PROJECT / "cnn" / "web").rglob("*.py")
        for name in re.findall(r"= component\(\s*\"(\w+)\"", path.read_text("utf-8"))
    }
    mounted |= {"living_page", "lesson_page"}  # which cnn/exports puts into files
    assert mounted == {path.stem for path in (FRONTEND / "dist").glob("*.js")}


@needs_node
def test_types_and_lint() -> None:
    run("npm", "run", "--silent", "check")


@needs_node
def test_units() -> None:
    """The browser's arithmetic against Python's payloads and values, without a browser."""
    run(BIN / "vitest", "run", "--reporter=dot", env={"PYTHON": sys.executable})
