"""The history of a run: a file of rows, one a report, that only ever grows while the run is trained."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from cnn.errors import RunError


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


def read_rows(path: Path, first: int = 0) -> list[dict[str, Any]]:
    """Return the rows from byte `first` on; a row that is being written is left out."""
    try:
        with path.open("rb") as file:
            file.seek(first)
            lines = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [row for line in lines if (row := _row(line))]


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
    rows = read_rows(path, end)
    try:
        if size(path) > end:
            os.truncate(path, end)
    except OSError as error:
        raise RunError(f"The history cannot be written: {error.strerror}.") from error
    return rows


def _ends_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
