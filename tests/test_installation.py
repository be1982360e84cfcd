"""`pip install .`: a wheel that holds everything, and a command that serves the app from any folder."""

import http.client
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from support import PROJECT
from support.serving import answers, eventually, free_port

pytestmark = pytest.mark.workers  # builds, installs and serves, in processes of their own


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*words, "--wheel-dir", str(folder), str(PROJECT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("cnn_lab-*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the wheel in it, and the libraries of the one that runs the tests."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
    return folder


def test_the_wheel_holds_what_the_app_needs_and_names_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    for path in [
        *PROJECT.glob("pages/*.py"),
        *PROJECT.glob("models/*/*.json"),
        PROJECT / ".streamlit/config.toml",
    ]:
        assert f"cnn/served/{path.relative_to(PROJECT)}" in names
    # Hatchling leaves out what .gitignore names, even where git has it: `build/` there was also cnn/web/build
    for path in [*PROJECT.glob("cnn/**/*.py"), *PROJECT.glob("cnn/frontend/dist/*")]:
        assert str(path.relative_to(PROJECT)) in names
    assert {"cnn/py.typed", "cnn/served/app.py", "cnn/frontend/icon.png"} <= {*names}
    assert {name.split("/")[0] for name in names} == {"cnn", names[-1].split("/")[0]}


def test_its_requirements_are_those_of_requirements_txt(wheel: Path) -> None:
    (name,) = (name for name in ZipFile(wheel).namelist() if name.endswith("/METADATA"))
    said = ZipFile(wheel).read(name).decode().splitlines()
    listed = (PROJECT / "requirements.txt").read_text().splitlines()
    required = [re.split("[<>]", line.split()[1])[0] for line in said if line.startswith("Requires-Dist: ")]
    assert sorted(required) == sorted(line.split(">")[0] for line in listed if line and line[0] != "#")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert f"Version: {version}" in said
    assert f"## [{version}]" in (PROJECT / "CHANGELOG.md").read_text()


@pytest.fixture
def served_port(environment: Path, tmp_path: Path) -> Iterator[int]:
    """Yield the port of the app that `cnn-lab` serves from an empty folder."""
    port, elsewhere = free_port(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    changes = {"CNN_LAB_OFFLINE": "1", "CNN_LAB_DATA": str(tmp_path / "data"), "PYTHONPATH": ""}
    with subprocess.Popen(
        [environment / "bin" / "cnn-lab", "--port", str(port)],
        cwd=elsewhere,
        env=os.environ | changes,
        start_new_session=True,
    ) as server:
        try:
            eventually("the server answers", lambda: server.poll() is not None or answers(port))
            assert server.poll() is None
            yield port
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    assert not [*elsewhere.iterdir()]


def test_the_command_serves_the_app_from_any_folder(served_port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served_port, timeout=30)
    connection.request("GET", "/build", headers={"Accept": "text/html"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert "cnn_lab" in str(answer.getheader("set-cookie"))  # app.py, not a page alone
    connection.close()


def test_the_command_knows_the_other_commands(environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [environment / "bin" / "cnn-lab", "describe", "--preset", "lecture"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "18,322 parameters" in done.stdout


def test_its_pages_run_without_the_repository(environment: Path, tmp_path: Path) -> None:
    code = """
from pathlib import Path
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
ContextProxy.cookies = property(lambda _: {})  # AppTest's own are no text
from cnn.core.settings import PROJECT
assert PROJECT.parts[-2:] == ("cnn", "served"), PROJECT
app = AppTest.from_file(str(PROJECT / "pages" / "index.py"), default_timeout=60).run()
assert not app.exception, app.exception
print(next(item.proto.json for item in app.get("bidi_component") if item.proto.component_name.endswith("flow")))
"""
    done = subprocess.run(
        [environment / "bin" / "python", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": "", "CNN_LAB_OFFLINE": "1", "CNN_LAB_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "conv2" in done.stdout  # the drawing of a pretrained network at work
