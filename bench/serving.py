"""A real server and a real browser, always cleaned up."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.measure import SkipError
from cnn.core.settings import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VARIABLE = "CNN_LAB_CHROMIUM"
CANDIDATES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
START_SECONDS = 60.0
WARM_SECONDS = 180.0
WARM_BYTES = 300 * 2**20  # a worker that has imported TensorFlow has more
QUIET_SECONDS = 2.0


@dataclass(frozen=True)
class Server:
    """A running server: its address, folder of runs and process, when that was started, when it listened."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    started: float
    listening: float

    def megabytes(self) -> float:
        """Return the resident memory of the web process alone, in MB of a million bytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def wait_until_quiet(self) -> None:
        """Wait until a worker has loaded TensorFlow and the workers rest: then they are warm."""
        wait_for(self._quiet, WARM_SECONDS, "the workers to be warm")

    def _quiet(self) -> bool:
        before, _ = self._workers()
        time.sleep(QUIET_SECONDS)
        after, memory = self._workers()
        return memory > WARM_BYTES and after - before < 0.1 * QUIET_SECONDS

    def _workers(self) -> tuple[float, int]:
        """Return the processor seconds of all child processes, and the memory of the largest."""
        seconds, memory = 0.0, 0
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.Error):
                used = child.cpu_times()
                seconds += used.user + used.system
                memory = max(memory, child.memory_info().rss)
        return seconds, memory


@contextmanager
def server() -> Iterator[Server]:
    """Start the app on a free port with a home of its own, wait until it listens, and stop it at the end."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cnn-lab-bench-")))
        port = free_port()
        log = stack.enter_context((home / "server.log").open("wb"))
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        stack.callback(stop, process)
        wait_for(lambda: _listens(process, port, home), START_SECONDS, "the server to listen", 0.01)
        yield Server(f"http://127.0.0.1:{port}", home, process, started, time.perf_counter())


def environment(home: Path) -> Mapping[str, str]:
    """Return the environment of a server or command whose runs go to `home` and that downloads nothing.

    As in `make run`, NumPy computes on one thread, and Python keeps what it has compiled.
    """
    added = {
        "CNN_LAB_HOME": str(home),
        "CNN_LAB_OFFLINE": "1",
        "CNN_LAB_WORKERS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return {**os.environ, **added}


def free_port() -> int:
    """Return a port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(process: subprocess.Popen[bytes], port: int, home: Path) -> bool:
    if process.poll() is not None:
        log = (home / "server.log").read_text(errors="replace")
        raise RuntimeError(f"The server ended with status {process.returncode}: {log[-2000:]}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started."""
    children = []
    with suppress(psutil.Error):
        children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    left = psutil.wait_procs(children, timeout=3)[1]
    for child in left:
        with suppress(psutil.Error):
            child.kill()
    psutil.wait_procs(left, timeout=3)


def wait_for(met: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> None:
    """Return once `met()` is true; raise TimeoutError when that takes longer than `seconds`."""
    end = time.perf_counter() + seconds
    while not met():
        if time.perf_counter() > end:
            raise TimeoutError(f"Waited {seconds:g} s for {what}, in vain.")
        time.sleep(pause)


def browser_path() -> str | None:
    """Return the Chromium to use: the one `CNN_LAB_CHROMIUM` names, a known one, or None: Playwright's."""
    if named := os.environ.get(VARIABLE):
        return named
    return next((path for name in CANDIDATES if (path := shutil.which(name))), None)


@contextmanager
def browser() -> "Iterator[Browser]":
    """Start Chromium without a window, and close it at the end.

    Raises:
        SkipError: if there is none, saying why.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise SkipError(f"Playwright is not installed ({error}).") from error
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
            )
        except Error as error:
            reason = error.message.strip().splitlines()[0]
            raise SkipError(f"no Chromium ({reason}); {VARIABLE} can name one.") from error
        try:
            yield chromium
        finally:
            chromium.close()
