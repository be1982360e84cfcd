"""Reduces a finished run to a pretrained network: few snapshots, half the bytes, and its card.

Its kernels are stored in float16 if that costs no accuracy.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import RunError
from cnn.data import Dataset
from cnn.evaluation.card_measurement import appraise
from cnn.evaluation.model_card import Card, write_card
from cnn.evaluation.model_card_text import card_text
from cnn.evaluation.ood import Typical
from cnn.interpret.model_cache import with_weights
from cnn.network.forward import Weights
from cnn.runs.snapshots import Snapshot, snapshot_path, to_thin, write_weights
from cnn.runs.status import Status, write_status
from cnn.runs.store import Run, RunStore, read_run

MAX_ROWS = 400  # of the history within epochs
TOLERATED = 0.0005  # of accuracy: five of 10,000 pictures

Report = Callable[[float], None]


def ship(
    run: Run,
    folder: Path,
    data: Dataset,
    command: str,
    snapshots: int,
    other_copies: Sequence[Dataset] = (),
    report: Report = lambda share: None,
) -> Card:
    """Write a finished run, reduced in size, into a new folder, and return its card.

    Args:
        run: a run that has finished.
        folder: is replaced if it holds a shipped run already.
        data: the data set of the card's measurements.
        command: the command that trains the network again.
        snapshots: the number of saved states to keep, at least 3: first, last, best, and evenly between.
        other_copies: copies of the data set whose test pictures are measured for the card, too.
        report: gets the share that is done.

    Raises:
        RunError: for a run that has not finished, or a folder that holds something else.
    """
    status = run.status()
    if status.state != "finished":
        raise RunError(
            f"The run {run.id} is {status.state}; only a finished run can become a pretrained network."
        )
    kept = _kept(run, snapshots)
    final: Mapping[str, NDArray[Any]] = as_float16(run.weights(kept[-1]))
    card, typical = _measured(run, final, data, kept[-1].step, other_copies, report)
    if card.test_accuracy < (status.test_accuracy or 0.0) - TOLERATED:
        final = run.weights(kept[-1])
        card, typical = _measured(run, final, data, kept[-1].step, other_copies, report)
    _clear(folder)
    new = RunStore.create_in(folder.resolve(), run.setup, run.dataset, name=run.name)
    for snapshot in kept:
        state = final if snapshot is kept[-1] else as_float16(run.weights(snapshot))
        write_weights(snapshot_path(folder / "snapshots", snapshot.step, snapshot.epoch), state)
    for row in thinned(run.history.rows()):
        new.history.append(row)
    write_status(folder, _status(status, card))
    write_card(folder, card)
    typical.write(folder)
    size = snapshot_path(folder / "snapshots", kept[-1].step, kept[-1].epoch).stat().st_size
    (folder / "CARD.md").write_text(card_text(read_run(folder.resolve()), card, command, size))
    return card


def _measured(
    run: Run,
    weights: Mapping[str, NDArray[Any]],
    data: Dataset,
    step: int,
    other_copies: Sequence[Dataset],
    report: Report,
) -> tuple[Card, Typical]:
    loaded = with_weights(run.setup.network, weights)
    return appraise(loaded, data, step, report, averaged=True, other_copies=other_copies)


def as_float16(weights: Weights) -> dict[str, NDArray[Any]]:
    """Return weights with kernels rounded to float16; the few biases and averages stay float32.

    Raises:
        RunError: naming the first kernel with a value too large for float16.
    """
    with np.errstate(over="ignore"):
        halves = {n: array.astype(np.float16) if array.ndim > 1 else array for n, array in weights.items()}
    if bad := [name for name, array in halves.items() if not np.isfinite(array).all()]:
        raise RunError(f"{bad[0]} has values too large for float16; keep this run in float32.")
    return halves


def thinned(rows: Sequence[dict[str, Any]], most: int = MAX_ROWS) -> list[dict[str, Any]]:
    """Return the rows of a history with at most `most` of those within epochs, evenly chosen."""
    places = [i for i, row in enumerate(rows) if row["kind"] == "progress"]
    if len(places) > most:
        chosen = np.unique(np.linspace(0, len(places) - 1, most).round().astype(int))
        gone = set(places) - {places[i] for i in chosen}
        return [row for i, row in enumerate(rows) if i not in gone]
    return list(rows)


def _kept(run: Run, count: int) -> list[Snapshot]:
    saved = run.snapshots()
    rows = [row for row in run.history.rows() if row.get("validation_accuracy") is not None]
    best = max(rows, key=lambda row: row["validation_accuracy"], default=None)
    gone = to_thin(saved, lambda: best["step"] if best else None, max(count, 3))
    return [snapshot for snapshot in saved if snapshot not in gone]


def _status(status: Status, card: Card) -> Status:
    facts: Mapping[str, Any] = {
        **{name: getattr(status, name) for name in ("precision", "source", "epoch", "step", "seconds")},
        "images_per_second": status.images_per_second,
        "validation_accuracy": status.validation_accuracy,
        "test_loss": status.test_loss,
    }
    return Status("finished", test_accuracy=card.test_accuracy, **facts)


def _clear(folder: Path) -> None:
    if not folder.exists():
        return
    try:
        json.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        raise RunError(
            f"The folder {folder.name} contains something other than a run; give another folder."
        ) from None
    shutil.rmtree(folder)
