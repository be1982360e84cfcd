"""The history of a run: a file of rows, one a report, that only ever grows while the run is trained.

Pages look at it every second, so the rows that have been read are kept and only new ones are read.
"""

import json
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cnn.core.errors import RunError

KEPT_ROWS = 100_000  # of all runs together, about 100 MB
LAST_BYTES = 500  # that must be there still, else the file was cut and has grown again


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Add one row.

    Raises:
        RunError: when it cannot be written.
    """
    try:
        with path.open("ab+") as file:
            if file.tell() and not _ends_line(file):  # a row was cut off when its process died
                file.write(b"\n")
            file.write(json.dumps(row).encode() + b"\n")
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error


@dataclass
class _Known:
    """What has been read of one file: its rows up to byte `end`, and the last bytes of them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    end: int = 0
    last: bytes = b""

    def go_on(self, file: BinaryIO) -> bool:
        """Read what is new; return False if the file no longer holds what was read."""
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


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows, which must not be changed; a row that is being written is left out."""
    with _lock:
        known = _known.pop(path, _Known())
        try:
            with path.open("rb") as file:
                if not known.go_on(file):
                    known = _Known()
                    known.go_on(file)
        except FileNotFoundError:
            return []
        _known[path] = known
        rows = sum(len(other.rows) for other in _known.values())
        while rows > KEPT_ROWS:
            rows -= len(_known.popitem(last=False)[1].rows)
        return known.rows.copy()


def size(path: Path) -> int:
    """Return the bytes written so far, 0 where there is no file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def settle(path: Path) -> int:
    """Make sure that the rows so far are on the disk, and return their bytes.

    Raises:
        RunError: when they cannot be written.
    """
    try:
        with path.open("ab") as file:
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error


def cut(path: Path, end: int) -> list[dict[str, Any]]:
    """Take away the rows after byte `end`, and return them.

    Raises:
        RunError: when the file cannot be written.
    """
    try:
        with path.open("rb") as file:
            file.seek(end)
            rows = _rows(file.read())
        if size(path) > end:
            os.truncate(path, end)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error
    return rows


def write_from(path: Path, start: int, rows: bytes) -> None:
    """Let whole rows follow byte `start`, in place of what was there.

    Raises:
        RunError: when the file cannot be written.
    """
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(min(start, size(path)))
            file.seek(0, os.SEEK_END)
            file.write(rows)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error


def _ends_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _rows(lines: bytes) -> list[dict[str, Any]]:
    """Return the rows of whole lines; what follows the last of them is left out."""
    return [row for line in lines.split(b"\n")[:-1] if (row := _row(line))]


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
