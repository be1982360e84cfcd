"""Notes, tags and deletion with undo: bounded, only for the owner, and never lost in between."""

from pathlib import Path

import pytest

from cnn.core.errors import RunError
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs.labels import Labels, labels, read_labels, write_labels
from cnn.runs.status import Status
from cnn.runs.store import Run, RunStore
from cnn.runs.trash import empty_trash, take_back, throw_away

ANNA, BEN = "a" * 32, "b" * 32
SETUP = Setup(NetworkSpec(), TrainSpec(epochs=1, pictures=500))


@pytest.fixture
def store(home: Path) -> RunStore:
    return RunStore(home / "runs")


def ended(store: RunStore, owner: str = ANNA) -> Run:
    run = store.create(SETUP, "sketch10", owner, "mine")
    run.write_status(Status("finished", test_accuracy=0.5))
    return run


def test_a_note_and_tags_are_kept_in_one_line_and_bounded(store: RunStore) -> None:
    run = ended(store)
    assert read_labels(run.folder) == Labels()
    write_labels(
        run.folder, labels("two\nlines\u202e " + "x" * 10_000, ["a", "a", "", "שלום", *map(str, range(20))])
    )
    found = read_labels(run.folder)
    assert found.note.startswith("two lines xxx")
    assert len(found.note) == 500
    assert found.tags[:2] == ("a", "שלום")
    assert len(found.tags) == 8
    (run.folder / "labels.json").write_bytes(b"[\xff")
    assert read_labels(run.folder) == Labels()


def test_what_is_deleted_is_gone_from_the_list_and_can_be_had_back(store: RunStore) -> None:
    run = ended(store)
    throw_away(store, run.id, ANNA)
    assert store.runs(ANNA) == []
    with pytest.raises(RunError, match="no such run"):
        store.get(run.id)
    assert take_back(store, run.id, ANNA).status().test_accuracy == 0.5
    assert [one.id for one in store.runs(ANNA)] == [run.id]


def test_after_half_an_hour_it_is_gone_for_good(store: RunStore) -> None:
    run = ended(store)
    throw_away(store, run.id, ANNA)
    empty_trash(store)
    assert list(store.folder.iterdir())
    empty_trash(store, seconds=-1)
    assert not list(store.folder.iterdir())
    with pytest.raises(RunError, match="cannot be restored"):
        take_back(store, run.id, ANNA)


def test_nobody_deletes_or_takes_back_what_is_not_theirs(store: RunStore) -> None:
    run = ended(store)
    with pytest.raises(RunError, match="belongs to somebody else"):
        throw_away(store, run.id, BEN)
    throw_away(store, run.id, ANNA)
    for owner in (BEN, ""):
        with pytest.raises(RunError, match="belongs to somebody else"):
            take_back(store, run.id, owner)
    for made_up in ("../runs", "", ".trash-x", "no-such-run"):
        with pytest.raises(RunError, match="cannot be restored"):
            take_back(store, made_up, ANNA)


def test_a_run_that_trains_is_not_deleted(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA, "mine")
    with pytest.raises(RunError, match="mine is queued: stop it"):
        throw_away(store, run.id, ANNA)


def test_writing_to_a_removed_run_is_reported_in_a_sentence(store: RunStore) -> None:
    run = ended(store)
    throw_away(store, run.id, ANNA)
    with pytest.raises(RunError, match="was deleted"):
        write_labels(run.folder, Labels("note"))
