"""Limits of disk space and queued runs, and the notices to owners."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cnn.core.errors import CnnLabError, RunError
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs import quota
from cnn.runs.notices import Notices
from cnn.runs.run import EVERYBODY, Run
from cnn.runs.store import RunStore, Status, owner_hash

SETUP = Setup(NetworkSpec(head="global_average"), TrainSpec(epochs=2, pictures=500))
ANNA, BEN = owner_hash("anna's key"), owner_hash("ben's key")
MEGABYTE = 10**6


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_OWNER_MB", "10")
    monkeypatch.setenv("CNN_LAB_SERVER_MB", "30")


def run_of(store: RunStore, owner: str, megabytes: float, state: str = "finished", name: str = "") -> Run:
    """Put a run of a size into the store, past its limits."""
    folder = store.folder / f"{len(store.runs()):04d}-{owner[:4]}"
    run = RunStore.create_in(folder, SETUP, "sketch10", owner, name)
    (run.folder / "snapshots" / "weights").write_bytes(bytes(int(megabytes * MEGABYTE)))
    run.write_status(Status(state, process=int(state == "running")))
    return run


def names(store: RunStore) -> set[str]:
    return {run.name for run in store.runs()}


def test_the_oldest_ended_run_of_the_same_owner_makes_room_and_it_is_said(store: RunStore) -> None:
    for name in ("first", "second", "third"):
        run_of(store, ANNA, 3.3, name=name)
    run_of(store, BEN, 9, name="ben's")
    store.create(SETUP, "sketch10", ANNA, "new")
    assert names(store) == {"second", "third", "new", "ben's"}
    assert store.notices(ANNA) == ["Your run first (3.3 MB) was removed to make room for newer ones."]
    assert store.notices(BEN) == store.notices(EVERYBODY) == []
    store.dismiss(ANNA)
    store.dismiss(ANNA)
    assert store.notices(ANNA) == []


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_what_has_not_ended_is_never_removed(store: RunStore, state: str) -> None:
    run_of(store, ANNA, 6, state, name="busy")
    run_of(store, ANNA, 3.9, name="old")
    store.create(SETUP, "sketch10", ANNA, "new")
    assert names(store) == {"busy", "new"}
    run_of(store, ANNA, 4, state, name="busy too")
    with pytest.raises(
        RunError, match=r"There is no room: .* your runs would take 1\d\.\d MB of the 10\.0 MB"
    ):
        store.create(SETUP, "sketch10", ANNA, "another")
    assert names(store) == {"busy", "busy too", "new"}


def test_nobody_s_runs_make_room_for_somebody_else(store: RunStore) -> None:
    for owner in (BEN, EVERYBODY, owner_hash("carla")):
        run_of(store, owner, 10.5, name=owner)
    with pytest.raises(RunError, match=r"all runs on this server would take .* MB of the 30\.0 MB") as caught:
        store.create(SETUP, "sketch10", ANNA)
    assert "Ask whoever runs this server" in str(caught.value)
    assert names(store) == {BEN, EVERYBODY, owner_hash("carla")}
    assert store.create(SETUP, "sketch10", BEN, "ben's next")  # his own old run went
    assert names(store) == {"ben's next", EVERYBODY, owner_hash("carla")}
    assert len(store.notices(BEN)) == 1


def test_the_command_line_has_no_limits(store: RunStore) -> None:
    run_of(store, EVERYBODY, 40, name="large")
    for _ in range(12):
        store.create(SETUP, "sketch10", EVERYBODY)
    assert "large" in names(store)


def test_a_run_that_ends_makes_room_but_not_of_itself(store: RunStore) -> None:
    run_of(store, ANNA, 5, name="old")
    ended = run_of(store, ANNA, 12, name="large")
    store.make_room(ended)
    assert names(store) == {"large"}
    assert len(store.notices(ANNA)) == 1


def test_a_run_that_went_on_and_was_renamed_meanwhile_stays(store: RunStore) -> None:
    went_on = run_of(store, ANNA, 6, name="mine")
    run_of(store, ANNA, 5, name="newer")
    store.rename(went_on.id, ANNA, "best")
    store.make_room(went_on)
    assert names(store) == {"best"}


def test_what_ended_the_longest_ago_goes_first(store: RunStore) -> None:
    went_on = run_of(store, ANNA, 3, name="went on")
    other = run_of(store, ANNA, 3, name="other")
    os.utime(other.folder / "state.json", (1, 1))
    run_of(store, ANNA, 3.9, name="third")
    store.create(SETUP, "sketch10", ANNA, "new")
    assert names(store) == {"went on", "third", "new"}
    went_on.remove()
    assert quota.size(went_on) == 0  # gone while somebody looked


def test_if_removing_an_owners_runs_would_not_make_enough_room_none_is_removed(store: RunStore) -> None:
    run_of(store, BEN, 40, name="ben's")
    run_of(store, ANNA, 2, name="old")
    store.make_room(run_of(store, ANNA, 1, name="ended"))
    assert names(store) == {"ben's", "old", "ended"}
    assert store.notices(ANNA) == []


def test_a_new_run_needs_room_for_what_it_will_write() -> None:
    wide = replace(SETUP, network=NetworkSpec((Block((Convolution(512),)),), head="flatten"))
    assert quota.needed(wide) > 20 * quota.needed(SETUP)
    long = replace(SETUP, training=TrainSpec(epochs=200))
    longest = replace(SETUP, training=TrainSpec(epochs=None, seconds=60.0))
    assert quota.needed(SETUP) < quota.needed(long) == quota.needed(longest)
    impossible = NetworkSpec((Block((Convolution(4, 7, 2, "valid"),), pool_stride=3),) * 8)
    assert quota.needed(replace(SETUP, network=impossible)) > 0


# The queue


def test_so_many_runs_of_one_owner_may_wait(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_QUEUED", "2")
    first, _ = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    for ask in (
        lambda: store.create(SETUP, "sketch10", ANNA),
        lambda: store.extend(run_of(store, ANNA, 0).id, ANNA, epochs=1),
    ):
        with pytest.raises(RunError, match="2 of your runs wait already, and no more than 2 may"):
            ask()
    store.create(SETUP, "sketch10", BEN)
    first.write_status(Status("running", process=1))
    assert store.create(SETUP, "sketch10", ANNA)


@pytest.mark.parametrize("name", ["CNN_LAB_QUEUED", "CNN_LAB_OWNER_MB", "CNN_LAB_SERVER_MB"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "٣"])
def test_invalid_limits_are_reported(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CnnLabError, match=f"{name} is {value!r}; give a whole number"):
        store.create(SETUP, "sketch10", ANNA)
    assert store.runs() == []


# Notices


def test_notices_are_one_line_each_and_the_newest_are_shown(tmp_path: Path) -> None:
    notices = Notices(tmp_path / "notices")
    for i in range(30):
        notices.add(ANNA, f"line\n{i} ü")
    assert notices.read(ANNA) == [f"line\n{i} ü" for i in range(10, 30)]
    (tmp_path / "notices" / f"{BEN}.jsonl").write_bytes(b'"good"\n{\n5\n\xff\n"half')
    assert notices.read(BEN) == ["good"]


@pytest.mark.parametrize("owner", ["", "..", "../x", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"])
def test_invalid_owners_have_no_notices(tmp_path: Path, owner: str) -> None:
    notices = Notices(tmp_path / "notices")
    with pytest.raises(RunError):
        notices.add(owner, "x")
    assert notices.read(owner) == []
    notices.clear(owner)
    assert [*tmp_path.rglob("*.jsonl")] == []
