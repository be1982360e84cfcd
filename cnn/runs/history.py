"""The history of a run: a file of rows, one per report, that only grows during training.

Pages poll it every second, so the rows read so far are cached and only new ones are read.
"""

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cnn.core.errors import RunError
from cnn.core.numbers import to_json

KEPT_ROWS = 100_000  # of all runs together, about 100 MB
LAST_BYTES = 500  # if these have changed, the file was truncated and has grown again


@dataclass
class _Known:
    """The cached part of one file: its rows up to byte `end`, and their last bytes."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    end: int = 0
    last: bytes = b""

    def go_on(self, file: BinaryIO) -> bool:
        """Read new rows; return False if the file no longer begins with the cached ones."""
        file.seek(self.end - len(self.last))
        if file.read(len(self.last)) != self.last:
            return False
        new = file.read()
        new = new[: new.rfind(b"\n") + 1]  # a row that is being written is left out
        self.rows += _rows(new)
        self.end, self.last = self.end + len(new), (self.last + new)[-LAST_BYTES:]
        return True


_known: OrderedDict[Path, _Known] = OrderedDict()
_lock = threading.Lock()


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Add one row to a file.

    Raises:
        OSError: when it cannot be written.
    """
    with path.open("ab+") as file:
        if file.tell() and not _ends_line(file):  # the last row is incomplete because its process died
            file.write(b"\n")
        file.write(to_json(row).encode() + b"\n")


class History:
    """The rows in one file. Methods raise `RunError` if it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, row: dict[str, Any]) -> None:
        """Add one row."""
        with _as_run_error():
            append_row(self.path, row)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows, which must not be changed; a row that is being written is left out."""
        with _lock:
            known = _known.pop(self.path, _Known())
            try:
                with self.path.open("rb") as file:
                    if not known.go_on(file):
                        known = _Known()
                        known.go_on(file)
            except FileNotFoundError:
                return []
            _known[self.path] = known
            rows = sum(len(other.rows) for other in _known.values())
            while rows > KEPT_ROWS:
                rows -= len(_known.popitem(last=False)[1].rows)
            return known.rows.copy()

    def size(self) -> int:
        """Return the size of the file in bytes, 0 if there is none: a cheap way to find out whether it has grown."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def sync(self) -> int:
        """Make sure that the rows so far are on the disk, and return the size of the file."""
        with _as_run_error(), self.path.open("ab") as file:
            os.fsync(file.fileno())
            return file.tell()

    def cut(self, end: int) -> list[dict[str, Any]]:
        """Remove the rows after byte `end`, and return them."""
        if not self.path.exists():
            return []
        with _as_run_error():
            with self.path.open("rb") as file:
                file.seek(end)
                rows = _rows(file.read())
            if self.size() > end:
                os.truncate(self.path, end)
            return rows


@contextmanager
def _as_run_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error


def _ends_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _rows(lines: bytes) -> list[dict[str, Any]]:
    """Return the rows of the complete lines; an incomplete last line is left out.

    If every line is valid, all are parsed at once, in half the time of one after another.
    """
    whole = lines.split(b"\n")[:-1]
    try:
        rows = json.loads(b"[" + b",".join(whole) + b"]")
    except ValueError:
        rows = []
    if len(rows) == len(whole) and all(isinstance(row, dict) for row in rows):
        return [row for row in rows if row]
    return [row for line in whole if (row := _row(line))]


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
