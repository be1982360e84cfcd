"""Counts how many test results a person has seen before choosing a network.

Choosing a network by its test accuracy makes the chosen one look better than it is, the more so the more
were compared. A network counts once per saved state; deleting the run does not change the count.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.core.settings import home_folder
from cnn.core.shares import points
from cnn.evaluation.metrics import flattery
from cnn.runs.run import Run
from cnn.runs.snapshots import write_whole

OWNER = re.compile(r"[0-9a-f]{1,64}\Z")
MOST = 10_000


def looks(owner: str) -> frozenset[str]:
    """Return the networks, as "run/step", whose test results an owner has seen; none if the file is damaged."""
    try:
        found = json.loads(_path(owner).read_bytes())
        return frozenset(str(name) for name in found["seen"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def note_looks(owner: str, networks: Iterable[str]) -> int:
    """Note that an owner has seen the test results of some networks; return how many that are in total.

    Raises:
        RunError: if it cannot be written.
    """
    before = looks(owner)
    now = before | set(networks)
    if now != before and len(now) <= MOST:
        path = _path(owner)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"The list of seen test results cannot be stored: {error.strerror}.") from error
        write_whole(path, to_json({"seen": sorted(now)}).encode())
    return len(now)


def tested(runs: Iterable[Run]) -> set[str]:
    """Return the runs, as "run/step", whose training ended with a test result that their owner was shown."""
    found = ((run, run.status()) for run in runs)
    return {f"{run.id}/{status.step}" for run, status in found if status.test_accuracy is not None}


def cost_words(count: int, accuracy: float, pictures: int) -> str:
    """Return a text on the selection bias of having seen so many test results, for a network of that accuracy."""
    if count < 2:
        return "This is the first network whose test result you have seen, so this accuracy is unbiased."
    return (
        f"You have seen the test results of {count:,} networks (each finished run shows one). Whoever picks the best "
        f"of {count:,} equally good ones by its test accuracy overrates it by up to "
        f"{points(flattery(count, accuracy, pictures))} points. Choose by validation pictures, and look at the "
        "test once, at the end."
    )


def _path(owner: str) -> Path:
    """Return the file of an owner, whose name is a hash; for any other text, a file that never exists."""
    return home_folder() / "looks" / (f"{owner}.json" if OWNER.match(owner) else ".nobody/none.json")
