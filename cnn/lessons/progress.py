"""The progress in the lessons: one small JSON file for each owner."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cnn.core.numbers import to_json
from cnn.runs.snapshots import write_whole

OWNER = re.compile(r"[0-9a-f]{32}\Z")
MAX_STEPS = 200


@dataclass(frozen=True)
class Progress:
    """The checks that were answered correctly, as `lesson/check`."""

    done: frozenset[str] = frozenset()

    def count(self, lesson: str) -> int:
        """Return how many checks of a lesson are done."""
        return sum(step.startswith(f"{lesson}/") for step in self.done)


class ProgressStore:
    """The progress of all owners, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, owner: str) -> Progress:
        """Return an owner's progress; where the file is absent or broken, no progress."""
        try:
            steps = json.loads(self._path(owner).read_bytes())
        except (OSError, ValueError):
            return Progress()
        return Progress(frozenset(map(str, steps[:MAX_STEPS]))) if isinstance(steps, list) else Progress()

    def mark(self, owner: str, step: str) -> Progress:
        """Note that a step is done, and return the progress."""
        done = self.read(owner).done | {step}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path(owner), to_json(sorted(done)[:MAX_STEPS]).encode())
        return Progress(done)

    def reset(self, owner: str) -> None:
        """Forget an owner's progress."""
        self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        if not OWNER.match(owner):
            raise ValueError("an owner is 32 hexadecimal digits")
        return self.folder / f"{owner}.json"
