"""Downloads CIFAR-10's archive, verifies, unpacks and checks it, and only then moves it into place."""

import logging
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pooch

from cnn.core.errors import DataError
from cnn.data.layout import (
    ARCHIVE_FOLDER,
    ARCHIVE_HASH,
    FILE_BYTES,
    META_FILE,
    TEST_FILE,
    TRAIN_FILES,
    URL,
    by_hand,
    check,
    data_folder,
)

if TYPE_CHECKING:
    import requests

CHUNK_BYTES = 256 * 1024
TIMEOUT_SECONDS = 30

Progress = Callable[[int, int], None]


class UnreachableError(DataError):
    """The source did not answer; another one may."""


def download(
    folder: Path | None = None,
    progress: Progress = lambda received, total: None,
    *,
    url: str = URL,
    known_hash: str = ARCHIVE_HASH,
) -> None:
    """Download CIFAR-10 into `folder`/cifar-10-batches-bin (162 MB to download, 176 MB on disk).

    `progress(received, total)` is called with bytes during the download; `total` is 0 while unknown.
    Existing files are replaced only by a complete, verified set.
    Raises DataError: no connection, a wrong hash, an unexpected archive, a full disk or no permission.
    """
    folder = folder or data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as scratch:
            archive = _fetch(url, known_hash, Path(scratch), progress, folder)
            staged = Path(scratch) / ARCHIVE_FOLDER
            _unpack(archive, staged, folder)
            if problem := check(Path(scratch)).problem:
                named = problem.replace(scratch, str(folder))  # the scratch folder no longer exists then
                raise DataError(f"The archive from {url} is not CIFAR-10. {named}")
            put_in_place(staged, folder / ARCHIVE_FOLDER, aside=Path(scratch) / "replaced")
    except OSError as error:
        raise DataError(
            f"CIFAR-10 cannot be stored in {folder} ({error.strerror or error}). Make room there "
            "(360 MB while unpacking) and allow writing, or let CNN_LAB_DATA name another folder."
        ) from error


class _Bar:
    """A progress bar for pooch, which sets `total`, then calls `update` for every chunk."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.total = 0
        self.received = 0

    def update(self, size: int) -> None:
        self.received += size  # pooch counts the last chunk as a full one
        self.progress(min(self.received, self.total) if self.total else self.received, self.total)

    def reset(self) -> None:
        self.received = 0

    def close(self) -> None:
        pass


def _fetch(url: str, known_hash: str, scratch: Path, progress: Progress, folder: Path) -> Path:
    import requests  # 40 ms of every start, and few starts download

    pooch.get_logger().setLevel(logging.WARNING)  # by default it logs every download
    downloader = pooch.HTTPDownloader(
        progressbar=_Bar(progress), chunk_size=CHUNK_BYTES, timeout=TIMEOUT_SECONDS
    )
    try:
        return Path(
            pooch.retrieve(url, known_hash, fname="archive.tar.gz", path=scratch, downloader=downloader)
        )
    except requests.RequestException as error:
        reason = _network_reason(error, url)
        raise UnreachableError(
            f"The download of {url} failed: {reason}. Try again. {by_hand(folder)}"
        ) from error
    except ValueError as error:
        raise DataError(
            f"What came from {url} is not the archive of CIFAR-10: its hash is not {known_hash}. "
            f"Try again. {by_hand(folder)}"
        ) from error


def _network_reason(error: "requests.RequestException", url: str) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return f"no connection to {urlsplit(url).hostname}"
    return f"{type(error).__name__}"


def _unpack(archive: Path, staged: Path, folder: Path) -> None:
    """Write the seven expected files into `staged`; all other members of the archive are ignored.

    A member's own name is never used as a path, which prevents path traversal.
    """
    expected = {f"{ARCHIVE_FOLDER}/{name}": name for name in (*TRAIN_FILES, TEST_FILE, META_FILE)}
    staged.mkdir()
    try:
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                if member.name in expected:
                    _write_member(members, member, staged / expected[member.name])
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"The archive of CIFAR-10 cannot be unpacked ({error}). {by_hand(folder)}") from error


def _write_member(members: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    if not member.isreg() or member.size > FILE_BYTES:
        raise DataError(
            f"{member.name} in the archive is not a regular file of at most {FILE_BYTES:,} bytes, "
            "so nothing was unpacked. Download from the official address."
        )
    content = members.extractfile(member)
    assert content is not None  # a regular file always has content
    with content, path.open("xb") as file:
        shutil.copyfileobj(content, file)


def put_in_place(staged: Path, place: Path, aside: Path) -> None:
    """Rename a complete folder to its final place; a folder already there is moved `aside`."""
    if place.exists():
        place.rename(aside)
    staged.rename(place)
