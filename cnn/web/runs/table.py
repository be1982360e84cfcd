"""The table of a visitor's runs and the pretrained networks: a row is read again only when it has changed."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import streamlit as st

from cnn.core.errors import SpecError
from cnn.core.settings import models_folder
from cnn.core.shares import IN_TABLES, in_percent
from cnn.data.subset import NAMES
from cnn.evaluation import pretrained
from cnn.figures.network_icon import network_icon
from cnn.network.spec import NetworkSpec
from cnn.network.summary import total_multiply_adds, total_parameters, walk
from cnn.runs import labels
from cnn.runs.run import MOST_KEPT
from cnn.runs.store import Run, read_run
from cnn.web.app.service import service
from cnn.web.app.session import session

KEY = "runs-table"
NOBODY_HERE = 0


@dataclass(frozen=True)
class Row:
    """One row of the table; accuracies are shares, `parameters` is None where the network is no longer valid."""

    id: str
    name: str
    icon: str
    state: str
    validation: float | None
    test: float | None
    parameters: int | None
    multiply_adds: int | None
    seconds: float
    speed: float
    epochs: float
    dataset: str
    tags: tuple[str, ...]
    note: str
    created: float
    shipped: bool

    @property
    def words(self) -> str:
        """The text that a search covers, in lower case."""
        return " ".join((self.name, self.id, self.note, self.state, self.dataset, *self.tags)).lower()


def rows() -> list[Row]:
    """Return a row for each run of the visitor, newest first, then for each pretrained network."""
    own = [current_row(run) for run in service().store.runs(session().owner)]
    return own + [current_row(run) for run in pretrained.shipped()]


def current_row(run: Run) -> Row:
    """Return the row of a run as its files are now."""
    return _row(run.folder, *(_stamp(run.folder / name) for name in ("run.json", "state.json", labels.FILE)))


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return NOBODY_HERE


@functools.lru_cache(maxsize=MOST_KEPT)
def _row(folder: Path, _facts: int, _state: int, _labels: int) -> Row:
    run = read_run(folder)
    status, written = run.status(), labels.read_labels(folder)
    parameters, multiply_adds, icon = _network(run.setup.network)
    shipped = folder.parent == models_folder()
    return Row(
        id=run.id,
        name=run.name or run.id,
        icon=icon,
        state="waiting" if status.state == "queued" else status.state,
        validation=status.validation_accuracy,
        test=status.test_accuracy,
        parameters=parameters,
        multiply_adds=multiply_adds,
        seconds=status.seconds,
        speed=status.images_per_second,
        epochs=status.epoch,
        dataset=status.source.split(",")[0] or NAMES.get(run.dataset, run.dataset),
        tags=("pretrained",) if shipped else written.tags,
        note=written.note,
        created=run.created,
        shipped=shipped,
    )


@functools.lru_cache(maxsize=2048)
def _network(network: NetworkSpec) -> tuple[int | None, int | None, str]:
    try:
        table = walk(network)
    except SpecError:
        return None, None, ""
    return total_parameters(table), total_multiply_adds(table), network_icon(table)


def show_table(shown: Sequence[Row]) -> list[Row]:
    """Show rows as a table that sorts by a click on a head; return those that are selected."""
    share = st.column_config.NumberColumn(format=IN_TABLES)
    many = st.column_config.NumberColumn(format="localized")
    columns: dict[str, list[Any]] = {
        "name": [row.name for row in shown],
        "validation": [in_percent(row.validation) for row in shown],
        # A text per network, not per run: drawings are most of what a table of 1,000 runs sends to the browser.
        "network": pyarrow.array([row.icon for row in shown]).dictionary_encode(),
        "state": [row.state for row in shown],
        "test": [in_percent(row.test) for row in shown],
        "parameters": [row.parameters for row in shown],
        "multiply-adds": [row.multiply_adds for row in shown],
        "seconds": [round(row.seconds, 1) for row in shown],
        "images/s": [round(row.speed) for row in shown],
        "epochs": [round(row.epochs, 2) for row in shown],
        "data": [row.dataset for row in shown],
        "tags": [list(row.tags) for row in shown],
        "note": [row.note for row in shown],
        "created": [datetime.fromtimestamp(row.created, UTC) for row in shown],
    }
    event = st.dataframe(
        pyarrow.table(columns),
        key=KEY,
        placeholder="–",
        hide_index=True,
        height=min(36 * (len(shown) + 1) + 3, 560),
        row_height=36,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "name": st.column_config.TextColumn(width="medium", pinned=True),
            "network": st.column_config.ImageColumn(width=110),
            "validation": share,
            "test": share,
            "parameters": many,
            "multiply-adds": many,
            "images/s": many,
            "tags": st.column_config.ListColumn(width=100),
            "created": st.column_config.DatetimeColumn(format="calendar"),
        },
    )
    return [shown[place] for place in event["selection"]["rows"] if place < len(shown)]


def matching(found: Sequence[Row], text: str, tags: Sequence[str]) -> list[Row]:
    """Return the rows that hold every word of a search and every tag."""
    words = text.lower()[:200].split()
    return [row for row in found if all(word in row.words for word in words) and set(tags) <= set(row.tags)]
