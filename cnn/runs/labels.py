"""What a person has written on a run: a note, and tags; one small file beside its facts, which never change."""

import json
from dataclasses import dataclass
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.runs.snapshots import write_whole

FILE = "labels.json"
MAX_NOTE, MAX_TAGS, MAX_TAG = 500, 8, 24


@dataclass(frozen=True)
class Labels:
    """A note in one line, and tags without doubles."""

    note: str = ""
    tags: tuple[str, ...] = ()


def tidy(text: str, most: int) -> str:
    """Return a text in one line of printable characters, cut to `most`.

    >>> tidy("  a\\n b\\u202e", 10)
    'a b'
    """
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:most].strip()


def read_labels(folder: Path) -> Labels:
    """Return what is written on the run in `folder`; nothing where the file is absent or broken."""
    try:
        facts = json.loads((folder / FILE).read_bytes())
        return labels(str(facts["note"]), [str(tag) for tag in facts["tags"]])
    except (OSError, ValueError, KeyError, TypeError):
        return Labels()


def labels(note: str, tags: list[str]) -> Labels:
    """Return a note and tags, held to their lengths: at most 500 characters, and 8 tags of 24."""
    named = dict.fromkeys(filter(None, (tidy(tag, MAX_TAG) for tag in tags)))
    return Labels(tidy(note, MAX_NOTE), tuple(named)[:MAX_TAGS])


def write_labels(folder: Path, found: Labels) -> None:
    """Replace what is written on the run in `folder`.

    Raises:
        RunError: when the run is gone, or it cannot be written.
    """
    if not (folder / "run.json").is_file():
        raise RunError(f"The run {folder.name} is no longer there; nothing was written.")
    write_whole(folder / FILE, to_json({"note": found.note, "tags": list(found.tags)}).encode())
