"""Serves the app in a process of its own, and opens Chromium on it."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as PlaywrightError

from support import PROJECT

START_SECONDS = 60.0


@dataclass(frozen=True)
class ServedApp:
    """A served app: its port on loopback, its home, its process, and what it prints."""

    port: int
    home: Path
    process: "subprocess.Popen[bytes]"
    log: Path
    scheme: str = "http"
    folder: str = ""

    @property
    def address(self) -> str:
        """Return the URL of the home page, without the slash at its end."""
        return f"{self.scheme}://127.0.0.1:{self.port}{self.folder}"


def eventually(what: str, holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until `holds`, and fail after `seconds` with `what` it was."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what}"
        pause.wait(0.02)


@contextmanager
def served(
    home: Path, port: int = 0, *, folder: str = "", files: tuple[Path, Path] | None = None, **environment: str
) -> Iterator[ServedApp]:
    """Serve the app on `port`, 0 for a free one, with `home` as `CNN_LAB_HOME`; nothing is downloaded.

    `folder` is the path below which it is served, such as "/lab"; `files` are a certificate and its key.
    """
    port, log = port or free_port(), home.parent / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.baseUrlPath", folder] if folder else []
    command += ["--server.sslCertFile", str(files[0]), "--server.sslKeyFile", str(files[1])] if files else []
    data = os.environ.get("CNN_LAB_DATA") or str(home / "data")
    changes = {"CNN_LAB_HOME": str(home), "CNN_LAB_DATA": data, "CNN_LAB_OFFLINE": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | changes | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        eventually(
            "the server answers",
            lambda: process.poll() is not None or answers(port, folder, bool(files)),
            START_SECONDS,
        )
        assert process.poll() is None, log.read_text("utf-8", "replace")
        yield ServedApp(port, home, process, log, ("https" if files else "http"), folder)
    finally:
        _end(process)


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, folder: str = "", tls: bool = False) -> bool:
    """Say whether a Streamlit server answers there."""
    if tls:
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=1, context=unchecked
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", f"{folder}/_stcore/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end; then take with it whatever of its own is left, its workers included."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        pass
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.wait(5)


def chromium() -> str | None:
    """Return the path of a Chromium of this machine; None leaves it to Playwright's own."""
    for path in (os.environ.get("CNN_LAB_CHROMIUM"), "/usr/bin/chromium", shutil.which("chromium")):
        if path and Path(path).is_file():
            return path
    return None


@contextmanager
def launched(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """Start Chromium without a window, with more arguments, or skip the test and say why."""
    options = ["--no-sandbox", *arguments] if os.geteuid() == 0 else [*arguments]  # refuses to run for root
    try:
        browser = playwright.chromium.launch(executable_path=chromium(), args=options)
    except PlaywrightError as error:
        pytest.skip(f"no Chromium here ({str(error).splitlines()[0]}); CNN_LAB_CHROMIUM may name one")
    try:
        yield browser
    finally:
        browser.close()
