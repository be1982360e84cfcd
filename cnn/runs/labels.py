"""The note and the tags of a run, in a small file of their own, because run.json never changes."""

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
    """Return note and tags of the run in `folder`; empty ones if the file is missing or damaged."""
    try:
        facts = json.loads((folder / FILE).read_bytes())
        return labels(str(facts["note"]), [str(tag) for tag in facts["tags"]])
    except (OSError, ValueError, KeyError, TypeError):
        return Labels()


def labels(note: str, tags: list[str]) -> Labels:
    """Return a note and tags, shortened to at most 500 characters, and 8 tags of 24."""
    named = dict.fromkeys(filter(None, (tidy(tag, MAX_TAG) for tag in tags)))
    return Labels(tidy(note, MAX_NOTE), tuple(named)[:MAX_TAGS])


def write_labels(folder: Path, found: Labels) -> None:
    """Replace note and tags of the run in `folder`.

    Raises:
        RunError: if the run was deleted, or the file cannot be written.
    """
    if not (folder / "run.json").is_file():
        raise RunError(f"The run {folder.name} was deleted; nothing was written.")
    write_whole(folder / FILE, to_json({"note": found.note, "tags": list(found.tags)}).encode())
