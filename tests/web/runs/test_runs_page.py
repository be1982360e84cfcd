"""Runs as a script without a browser: rows, search, labels, deleting and undoing."""

from pathlib import Path

import pandas as pd
import pytest

from cnn.evaluation import pretrained
from cnn.network.presets import PRESETS
from cnn.network.summary import total_multiply_adds, total_parameters, walk
from cnn.runs.labels import labels, read_labels, write_labels
from cnn.runs.status import Status
from cnn.runs.store import Run, owner_hash
from cnn.web.app import deletion
from cnn.web.runs import table
from support.app_pages import ANNA, BEN, Lab, said


def put(lab: Lab, name: str, owner: str = ANNA, **facts: float) -> Run:
    run = lab.store.create(PRESETS["lecture"].setup, "sketch10", owner_hash(owner), name)
    run.write_status(Status("finished", **facts))  # type: ignore[arg-type]
    return run


def shown(lab: Lab, **address: str) -> pd.DataFrame:
    app = lab.visit("runs", **address)
    assert not app.exception
    frame: pd.DataFrame = app.dataframe[0].value
    return frame


def test_a_row_says_what_the_run_is(lab: Lab) -> None:
    put(lab, "mine", validation_accuracy=0.61, test_accuracy=0.6, seconds=12.34, images_per_second=9876.5)
    put(lab, "Ben's", BEN)
    frame = shown(lab)
    assert list(frame["name"]) == ["mine", *(run.name for run in pretrained.shipped())]
    row = frame.iloc[0]
    walked = walk(PRESETS["lecture"].setup.network)
    assert (row["parameters"], row["multiply-adds"]) == (
        total_parameters(walked),
        total_multiply_adds(walked),
    )
    assert (row["validation"], row["test"], row["seconds"], row["images/s"]) == (61.0, 60.0, 12.3, 9876)
    assert row["network"].startswith("data:image/svg+xml")


def test_a_row_follows_the_files(lab: Lab, home: Path) -> None:
    run = put(lab, "mine")
    assert shown(lab).iloc[0]["state"] == "finished"
    run.write_status(Status("stopped"))
    write_labels(run.folder, labels("a note", ["deep"]))
    row = shown(lab).iloc[0]
    assert (row["state"], row["note"], list(row["tags"])) == ("stopped", "a note", ["deep"])


def test_a_search_finds_name_note_and_tag(lab: Lab) -> None:
    for name in ("first", "second"):
        write_labels(
            put(lab, name).folder, labels(f"note of {name}", ["wide" if name == "first" else "deep"])
        )
    assert list(shown(lab, q="DEEP second")["name"]) == ["second"]
    assert list(shown(lab, q="note of first")["name"]) == ["first"]
    app = lab.visit("runs", q="nothing like it")
    assert "No run matches" in said(app)


def test_deleting_several_is_undone_at_once(lab: Lab) -> None:
    runs = [put(lab, name) for name in ("one", "two")]
    waiting = lab.store.create(PRESETS["lecture"].setup, "sketch10", owner_hash(ANNA), "waiting")
    app = lab.visit("runs")
    app.session_state[deletion.DELETED] = []
    from cnn.runs import trash

    for run in runs:
        trash.throw_away(lab.store, run.id, owner_hash(ANNA))
    app.session_state[deletion.DELETED] = [run.id for run in runs]
    app = app.run()
    assert "2 runs deleted" in said(app)
    (undo,) = [button for button in app.button if button.label == "Undo"]
    app = undo.click().run()
    assert not app.exception
    assert {run.id for run in lab.store.runs(owner_hash(ANNA))} == {*(run.id for run in runs), waiting.id}
    assert "deleted" not in said(app)


def test_an_undo_that_comes_too_late_is_a_sentence(lab: Lab) -> None:
    app = lab.visit("runs")
    app.session_state[deletion.DELETED] = ["gone-run"]
    app = app.run()
    (undo,) = [button for button in app.button if button.label == "Undo"]
    assert "cannot be restored" in said(undo.click().run())


@pytest.mark.parametrize("selected", [[99], [], [0, 0]])
def test_a_selection_that_no_longer_fits_is_left_out(lab: Lab, selected: list[int]) -> None:
    run = put(lab, "mine")
    app = lab.visit("runs")
    app.session_state[table.KEY] = {"selection": {"rows": selected, "columns": [], "cells": []}}
    assert not app.run().exception
    assert read_labels(run.folder).note == ""
