"""Finds trained networks: the pretrained ones and the runs of this machine."""

from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.settings import models_folder
from cnn.runs.store import RUN_ID, Run, RunStore, read_run

FIRST = "lecture"  # small enough to follow, so pages begin with it
BEST = "airbench"


def shipped(folder: Path | None = None) -> list[Run]:
    """Return the pretrained networks, each a run in `models/`: the lecture's first, then by name."""
    folder = folder or models_folder()
    paths = [path.parent for path in folder.glob("*/run.json")] if folder.is_dir() else []
    return [read_run(path) for path in sorted(paths, key=lambda path: (path.name != FIRST, path.name))]


def find_model(name: str, store: RunStore) -> Run:
    """Return a network by the name of a pretrained one, a run's id, or the path of a run's folder.

    For the command line; a page must not pass text from a browser.

    Raises:
        RunError: if there is none; it lists the pretrained networks.
    """
    for run in shipped():
        if run.id == name:
            return run
    if Path(name, "run.json").is_file():
        return read_run(Path(name).resolve())
    if RUN_ID.match(name) and (store.folder / name / "run.json").is_file():
        return store.get(name)
    names = ", ".join(run.id for run in shipped()) or "none"
    raise RunError(
        f"There is no network {name[:80]!r}. Give a pretrained one ({names}), a run's id, or its folder."
    )
