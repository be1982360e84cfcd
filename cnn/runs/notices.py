"""Notices to show to owners at their next visit: one small file per owner, next to the runs."""

import json
import re
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json

OWNER = re.compile(r"[0-9a-f]{32}\Z")
SHOWN = 20


class Notices:
    """The notices of all owners, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, owner: str, sentence: str) -> None:
        """Store a notice for an owner.

        Raises:
            RunError: when it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._path(owner).open("ab") as file:
                file.write(to_json(sentence).encode() + b"\n")
        except OSError as error:
            raise RunError(f"A notice cannot be written: {error.strerror}.") from error

    def read(self, owner: str) -> list[str]:
        """Return the newest notices for an owner, oldest first; none for an unknown owner."""
        if not OWNER.match(owner):
            return []
        try:
            lines = self._path(owner).read_bytes().split(b"\n")[:-1]
        except OSError:
            return []
        return [text for line in lines[-SHOWN:] if (text := _text(line))]

    def clear(self, owner: str) -> None:
        """Delete the notices of an owner."""
        if OWNER.match(owner):
            self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        if not OWNER.match(owner):
            raise RunError("An owner must have 32 hexadecimal digits.")
        return self.folder / f"{owner}.jsonl"


def _text(line: bytes) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
