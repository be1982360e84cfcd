"""What an imported run brings along: where its earlier training ended, and how much of its history is from there.

The file `origin.json` stands in the run's folder. The imported rows are the first bytes of the run's own history;
whoever rolls the run back cuts it to no less than these.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.runs.snapshots import write_whole

FILE = "origin.json"


@dataclass(frozen=True)
class Origin:
    """Where the earlier training of an imported run ended: step, epoch, and seconds of training steps.

    `history` is the size in bytes of the imported rows at the start of its history, `rows` their number.
    """

    step: int = 0
    epoch: float = 0.0
    seconds: float = 0.0
    history: int = 0
    rows: int = 0


def write_origin(folder: Path, origin: Origin) -> None:
    """Write the origin of the run in `folder`.

    Raises:
        RunError: when it cannot be written.
    """
    write_whole(folder / FILE, to_json(asdict(origin)).encode())


def read_origin(folder: Path) -> Origin | None:
    """Return the origin of the run in `folder`; None for a run that was not imported.

    Raises:
        RunError: for a damaged file: without it, rolling back could remove what was imported.
    """
    try:
        return Origin(**json.loads((folder / FILE).read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{FILE} of the run {folder.name} cannot be read.") from error
