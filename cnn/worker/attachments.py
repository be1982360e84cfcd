"""Files of a run that a question needs, carried along with it to a worker which does not see their folder."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN_FILES = ("run.json",)


@dataclass(frozen=True)
class Inside:
    """Stands for a path inside the folder that the files are unpacked into."""

    name: str


@dataclass(frozen=True)
class Carried:
    """A question's arguments with `Inside` where they name a run's folder or a file in it, and the files."""

    arguments: tuple[Any, ...]
    files: dict[str, bytes]

    def unpacked(self, place: Path) -> tuple[Any, ...]:
        """Write the files below `place`, those that are not there yet; return the arguments with paths."""
        for name, content in self.files.items():
            path = place / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return tuple(str(place / one.name) if isinstance(one, Inside) else one for one in self.arguments)


def carried(arguments: Sequence[Any]) -> Carried:
    """Return a question's arguments with the files that they name: of a run, its facts and a snapshot.

    A run's folder is an absolute path to a folder with `run.json`; all else is left as it is.
    """
    files: dict[str, bytes] = {}
    found: list[Any] = []
    folders = [Path(one) for one in arguments if isinstance(one, str) and _is_run(one)]
    for one in arguments:
        home = next(
            (folder for folder in folders if isinstance(one, str) and Path(one).is_relative_to(folder)), None
        )
        if home is None:
            found.append(one)
            continue
        name = _name(home)
        for path in [Path(one)] if Path(one).is_file() else [home / file for file in RUN_FILES]:
            files[f"{name}/{path.relative_to(home).as_posix()}"] = path.read_bytes()
        found.append(Inside(f"{name}/{Path(one).relative_to(home).as_posix()}".removesuffix("/.")))
    return Carried(tuple(found), files)


def _is_run(text: str) -> bool:
    return Path(text).is_absolute() and (Path(text) / "run.json").is_file()


def _name(folder: Path) -> str:
    """Return a name for a run's folder; a run that was trained anew under its name has another one."""
    facts = (folder / "run.json").read_bytes()
    return f"{hashlib.blake2b(facts + str(folder).encode(), digest_size=8).hexdigest()}/{folder.name}"
