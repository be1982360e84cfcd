"""Evaluations on a page: what is saved is shown at once; the rest is asked of the query worker and then saved."""

from collections.abc import Sequence

from cnn.core.errors import CnnLabError
from cnn.evaluation.evaluations import (
    Evaluation,
    missing_parts,
    newest_snapshot,
    read_evaluation,
    write_evaluation,
)
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app.answers import Asked, ask
from cnn.web.app.service import service
from cnn.worker import queries

PART_TITLES = {"test": "Test pictures", "validation": "Validation pictures"}


def kept_evaluation(run: Run, dataset: str, part: str, snapshot: Snapshot | None = None) -> Evaluation | None:
    """Return a saved evaluation of a run's newest snapshot (or of `snapshot`), or None where there is none."""
    try:
        return read_evaluation(run, snapshot or newest_snapshot(run), dataset, part)
    except CnnLabError:
        return None


def ask_evaluation(run: Run, snapshot: Snapshot, dataset: str, parts: Sequence[str]) -> Asked | None:
    """Ask for the missing evaluations of some parts and save them when they come; None once all are there.

    Raises:
        CnnLabError: where the snapshot or the data set is gone, or the answer cannot be kept.
    """
    missing = missing_parts(run, snapshot, dataset, parts)
    if not missing:
        return None
    key = f"evaluate/{run.folder}/{snapshot.path.name}/{dataset}/{','.join(missing)}"
    asked = ask(
        f"{run.name or run.id} on all {' and '.join(missing)} pictures",
        key,
        queries.evaluate,
        str(run.folder),
        str(snapshot.path),
        dataset,
        missing,
    )
    if asked.result is None:
        return asked
    for found in asked.result.values():
        write_evaluation(run, snapshot, found)
    service().engine.queries.forget(key)
    return None
