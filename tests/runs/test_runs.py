import json
import os
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.core.errors import RunError
from cnn.network.forward import weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs import history
from cnn.runs.checkpoints import Checkpoint, write_checkpoint
from cnn.runs.commands import STEERING, since_reopened
from cnn.runs.snapshots import snapshot_path
from cnn.runs.store import EVERYBODY, Run, RunStore, Status, owner_hash, read_run

SETUP = Setup(NetworkSpec(), TrainSpec(epochs=2, pictures=500))
ANNA, BEN = owner_hash("anna's key"), owner_hash("ben's key")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def some_weights(value: float = 0.5) -> dict[str, np.ndarray]:
    return {name: np.full(shape, value, np.float32) for name, shape in weight_shapes(SETUP.network).items()}


def change_facts(run: Run, **facts: object) -> None:
    path = run.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | facts))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))  # as if later, however coarse the clock of the disk


# A run and its facts


@pytest.mark.parametrize("name", PRESETS)
def test_a_run_comes_back_as_it_was_made(store: RunStore, name: str) -> None:
    run = store.create(PRESETS[name].setup, "sketch10", ANNA, "  My first network  ")
    assert store.get(run.id) == run == read_run(run.folder)
    assert run.setup == PRESETS[name].setup
    assert (run.owner, run.name, run.dataset) == (ANNA, "My first network", "sketch10")
    assert run.status() == Status() == Status("queued")
    assert run.history.rows() == []
    assert run.history.size() == 0
    assert run.snapshots() == []
    assert not run.commands.stop_requested()
    with pytest.raises(FrozenInstanceError):
        run.name = "another"  # type: ignore[misc]


def test_facts_are_plain_json(store: RunStore) -> None:
    run = store.create(SETUP, "cifar10", ANNA, "Zoë's 猫")
    facts = json.loads((run.folder / "run.json").read_bytes())
    assert facts["setup"] == SETUP.to_json()
    assert facts["owner"] == ANNA
    assert store.get(run.id).name == "Zoë's 猫"
    assert len(store.create(SETUP, "cifar10", name="n" * 1000).name) == 60


def test_ids_are_unique_and_fit_into_a_url(store: RunStore) -> None:
    ids = {store.create(SETUP, "sketch10").id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[a-z0-9-]{10,64}", run_id) for run_id in ids)


def test_a_run_can_be_put_into_a_folder_that_is_empty(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mine"
    run = RunStore.create_in(folder, SETUP, "sketch10")
    assert read_run(folder) == run
    with pytest.raises(RunError, match="The folder mine is not empty"):
        RunStore.create_in(folder, SETUP, "sketch10")
    assert read_run(folder) == run
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be created"):
        RunStore.create_in(tmp_path / "file", SETUP, "sketch10")


def test_runs_are_listed_newest_first_and_broken_ones_are_passed_over(store: RunStore) -> None:
    assert store.runs() == []
    first, second, third, broken = (store.create(SETUP, "sketch10") for _ in range(4))
    for run, created in ((first, 200.0), (second, 300.0), (third, 100.0)):
        change_facts(run, created=created)
    (broken.folder / "run.json").unlink()
    (store.folder / "half-made").mkdir()
    (store.folder / ".hidden").mkdir()
    (store.folder / "stray.txt").touch()
    assert [run.id for run in store.runs()] == [second.id, first.id, third.id]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b'{"setup":{"version":1}}',
        b'{"setup":{}}',
    ],
)
def test_broken_facts_are_reported_in_a_sentence_and_lists_still_work(
    store: RunStore, content: bytes
) -> None:
    good, broken = store.create(SETUP, "sketch10"), store.create(SETUP, "sketch10")
    (broken.folder / "run.json").write_bytes(content)
    with pytest.raises(RunError, match="is damaged"):
        store.get(broken.id)
    assert [run.id for run in store.runs()] == [good.id]


@pytest.mark.parametrize(
    "facts", [{"created": "x"}, {"created": 10**400}, {"setup": {"version": 2}}, {"setup": 3}]
)
def test_wrong_facts_are_reported_in_a_sentence(store: RunStore, facts: dict[str, object]) -> None:
    run = store.create(SETUP, "sketch10")
    change_facts(run, **facts)
    with pytest.raises(RunError, match=f"The file run.json of the run {run.id} is damaged"):
        store.get(run.id)
    assert store.runs() == []


# Ids from a browser

BAD_IDS = [
    "",
    ".",
    "..",
    "../x",
    "../../etc/passwd",
    "/etc",
    "/",
    "a/b",
    "a\\b",
    "a\x00b",
    "\x00",
    "a\n",
    "run ",
    "-a",
    "A",
    "é",
    "１２",
    "\ud800",
    "a" * 65,
    "a" * 100_000,
    "%2e%2e",
    "run.json",
]


@pytest.mark.parametrize("run_id", BAD_IDS)
def test_invalid_ids_are_refused(store: RunStore, run_id: str) -> None:
    store.create(SETUP, "sketch10", ANNA)
    outside = RunStore.create_in(store.folder.parent / "x", SETUP, "sketch10", ANNA)
    assert outside.folder.is_dir()
    asks = (
        store.get,
        lambda one: store.own(one, ANNA),
        lambda one: store.steer(one, ANNA, "stop"),
        lambda one: store.steer(one, ANNA, "discard"),
        lambda one: store.rename(one, ANNA, "mine"),
        lambda one: store.extend(one, ANNA, epochs=1),
    )
    for ask in asks:
        with pytest.raises(RunError, match="There is no such run here"):
            ask(run_id)
    assert not outside.commands.stop_requested()


def test_absolute_paths_and_ways_out_of_the_store_are_refused(store: RunStore) -> None:
    inside = store.create(SETUP, "sketch10", ANNA)
    for run_id in (
        str(inside.folder),
        f"../runs/{inside.id}",
        f"./{inside.id}",
        f"{inside.id}/",
        f"x/../{inside.id}",
    ):
        with pytest.raises(RunError, match="There is no such run here"):
            store.get(run_id)


@given(st.text(max_size=80))
def test_any_text_as_an_id_is_refused(run_id: str) -> None:
    with pytest.raises(RunError, match="There is no such run here"):
        RunStore(Path(__file__).parent).get(run_id)


# Owners


def test_the_owner_can_stop_and_nobody_else(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    for other in (BEN, EVERYBODY, ANNA[:-1], ANNA + "0", ANNA.upper(), "anna's key", "é", "\x00"):
        with pytest.raises(RunError, match="belongs to somebody else"):
            store.steer(run.id, other, "stop")
        assert not run.commands.stop_requested()
    store.steer(run.id, ANNA, "stop")
    store.steer(run.id, ANNA, "stop")
    assert run.commands.stop_requested()
    assert run.commands.count() == 1  # it had not begun, so it has ended at once
    assert (run.status().state, run.status().message) == ("stopped", "It was stopped before it began.")
    assert store.own(run.id, ANNA) == run


def test_runs_of_everybody_are_seen_by_all_and_stopped_by_none(store: RunStore) -> None:
    shared = store.create(SETUP, "sketch10", EVERYBODY)
    for owner in (ANNA, BEN, EVERYBODY, "x"):
        assert [run.id for run in store.runs(owner)] == [shared.id]
        with pytest.raises(RunError, match="belongs to somebody else"):
            store.steer(shared.id, owner, "stop")
    assert not shared.commands.stop_requested()


def test_each_sees_their_own_runs_and_those_of_everybody(store: RunStore) -> None:
    annas, bens, shared = (store.create(SETUP, "sketch10", owner).id for owner in (ANNA, BEN, EVERYBODY))
    for owner, ids in ((ANNA, {annas, shared}), (BEN, {bens, shared}), (EVERYBODY, {shared})):
        assert {run.id for run in store.runs(owner)} == ids
    assert {run.id for run in store.runs()} == {annas, bens, shared}


def test_other_people_s_runs_are_not_read_again(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, everybody_s = store.create(SETUP, "sketch10", ANNA), store.create(SETUP, "sketch10")
    for _ in range(3):
        store.create(SETUP, "sketch10", BEN)
    assert {run.id for run in store.runs(ANNA)} == {mine.id, everybody_s.id}
    read: list[str] = []
    monkeypatch.setattr(
        "cnn.runs.store.read_run", lambda folder: (read.append(folder.name), read_run(folder))[1]
    )
    assert {run.id for run in store.runs(ANNA)} == set(read) == {mine.id, everybody_s.id}
    change_facts(mine, name="renamed")
    later = store.create(SETUP, "sketch10", ANNA)
    assert {run.name for run in store.runs(ANNA)} == {"", "renamed"}
    mine.remove()
    assert {run.id for run in store.runs(ANNA)} == {later.id, everybody_s.id}
    assert len(store.runs(BEN)) == 4
    assert len(store.runs()) == 5


def test_equal_set_ups_are_one_in_memory_and_different_ones_are_not(store: RunStore) -> None:
    other = replace(SETUP, training=replace(SETUP.training, seed=1))
    for setup in (SETUP, SETUP, other):
        store.create(setup, "sketch10", ANNA)
    first, second, third = (run.setup for run in reversed(store.runs(ANNA)))
    assert first is second
    assert (first, third) == (SETUP, other)


def test_what_is_stored_of_a_key_does_not_give_it_away() -> None:
    assert owner_hash("") == EVERYBODY
    assert owner_hash("a") == "ca978112ca1bbdcafac231b39a23dc4d"  # SHA-256 of "a", its first half
    assert owner_hash("a") != owner_hash("b")


@pytest.mark.parametrize("state", ["queued", "running", "paused", "finished", "failed"])
def test_nobody_else_can_do_anything_to_a_run(store: RunStore, state: str) -> None:
    run = store.create(SETUP, "sketch10", ANNA, "Anna's")
    run.write_status(replace(Status(state), process=int(state in ("running", "paused"))))
    files = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    for other in (BEN, EVERYBODY, ANNA[:-1], "x"):
        for ask in (
            *(lambda other, kind=kind: store.steer(run.id, other, kind, 5) for kind in STEERING),
            lambda other: store.rename(run.id, other, "Ben's"),
            lambda other: store.extend(run.id, other, epochs=1),
        ):
            with pytest.raises(RunError, match="belongs to somebody else"):
                ask(other)
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == files
    assert store.get(run.id).name == "Anna's"


def test_the_engine_s_own_commands_are_not_for_people(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    for kind in ("park", "reopen", "", "stop\n", "__class__"):
        with pytest.raises(RunError, match="There is no command"):
            store.steer(run.id, ANNA, kind)
    assert run.commands.count() == 0


def test_a_name_can_be_changed(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA, "first")
    store.rename(run.id, ANNA, "  a\nnew\x00\u202e   name " + "x" * 100)
    renamed = store.get(run.id)
    assert renamed.name == ("a new name " + "x" * 100)[:60]
    assert renamed == replace(run, name=renamed.name)
    for empty in ("", "  ", "\n\x00"):
        with pytest.raises(RunError, match="empty name"):
            store.rename(run.id, ANNA, empty)


def test_why_there_are_no_weights_is_said(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    with pytest.raises(RunError, match="no snapshot yet"):
        run.weights()
    run.remove()
    with pytest.raises(RunError, match="has been deleted"):  # while a page that shows it is open
        run.weights()


# Steering a run that no process trains, and one that some process does


def test_commands_are_written_for_the_process_that_trains(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    run.write_status(Status("running", process=1))
    for kind in ("pause", "stop", "stop", "discard"):
        store.steer(run.id, ANNA, kind)
    store.steer(run.id, ANNA, "rate", 0.5)
    store.steer(run.id, ANNA, "discard")
    assert [command.kind for command in run.commands.read()] == [
        "pause", "stop", "stop", "discard", "rate", "discard",
    ]  # fmt: skip
    assert [command.kind for command in run.commands.read(4)] == ["rate", "discard"]
    assert run.status() == Status("running", process=1)
    assert run.commands.stop_requested()


@pytest.mark.parametrize("state", ["finished", "stopped", "failed", "interrupted"])
def test_after_the_end_commands_do_no_harm(store: RunStore, state: str) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    run.write_status(Status(state))
    for kind in STEERING:
        store.steer(run.id, ANNA, kind, 5)
    assert run.commands.count() == 0
    assert run.status() == Status(state)


@pytest.mark.parametrize("kind", ["resume", "step", "epoch"])
def test_a_suspended_run_that_is_resumed_is_queued(store: RunStore, kind: str) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    run.write_status(Status("paused", step=5))
    for harmless in ("pause", "rate"):
        store.steer(run.id, ANNA, harmless, 0.1)
    assert run.status().suspended
    store.steer(run.id, ANNA, kind)
    store.steer(run.id, ANNA, kind)
    assert run.status() == Status("queued", step=5)
    assert run.commands.count() == 4


def test_a_suspended_run_can_be_stopped_or_removed(store: RunStore) -> None:
    kept, gone = (store.create(SETUP, "sketch10", ANNA) for _ in range(2))
    for run in (kept, gone):
        run.write_status(Status("paused", step=5))
    store.steer(kept.id, ANNA, "stop")
    assert kept.status() == Status("stopped", step=5, acknowledged=1)
    store.steer(gone.id, ANNA, "discard")
    assert not gone.folder.exists()
    assert [run.id for run in store.runs()] == [kept.id]


def ended_run(store: RunStore, state: str = "finished") -> Run:
    run = store.create(SETUP, "sketch10", ANNA)
    run.history.append({"kind": "epoch", "step": 8})
    write_checkpoint(run.folder, Checkpoint(8, 2.0, {}, {}))
    run.write_status(Status(state, "why", step=8, acknowledged=0, test_accuracy=0.5, resumed=2))
    return run


def test_a_finished_run_is_queued_for_more(store: RunStore) -> None:
    run = ended_run(store)
    store.extend(run.id, ANNA, epochs=3, learning_rate=0.25)
    assert run.status() == Status("queued", step=8, test_accuracy=0.5)
    assert [(command.kind, command.value) for command in run.commands.read()] == [
        ("reopen", 1.0), ("rate", 0.25), ("extend_epochs", 3.0),
    ]  # fmt: skip
    store.extend(run.id, ANNA, seconds=60)  # it waits still: just more
    assert [command.kind for command in run.commands.read(3)] == ["extend_seconds"]
    assert [command.kind for command in since_reopened(run.commands.read())] == [
        "rate",
        "extend_epochs",
        "extend_seconds",
    ]


def test_what_the_test_pictures_said_holds_until_it_is_trained_again(store: RunStore) -> None:
    run = ended_run(store)
    store.extend(run.id, ANNA, epochs=3)
    run.command("stop")
    assert (run.status().state, run.status().test_accuracy) == ("finished", 0.5)
    store.extend(run.id, ANNA, epochs=3)
    begun = run.commands.begin()
    assert begun
    assert (begun.state, begun.test_accuracy) == ("running", None)
    assert run.status() == begun


def test_a_stop_before_an_extension_has_no_effect(store: RunStore) -> None:
    run = ended_run(store, "running")
    run.write_status(Status("running", process=1))
    run.command("stop")
    run.write_status(Status("stopped", acknowledged=1))
    assert run.commands.stop_requested()
    store.extend(run.id, ANNA)
    assert [command.kind for command in run.commands.read()] == ["stop", "reopen"]
    assert not run.commands.stop_requested()


def test_a_run_that_cannot_resume_is_reported(store: RunStore) -> None:
    finished, old = ended_run(store), ended_run(store, "stopped")
    with pytest.raises(RunError, match="give the number of epochs or seconds"):
        store.extend(finished.id, ANNA)
    for path in old.folder.glob("checkpoint-*"):
        path.unlink()
    with pytest.raises(RunError, match="no checkpoint to continue from"):
        store.extend(old.id, ANNA, epochs=1)
    for wrong in ({"epochs": 201}, {"epochs": -1}, {"seconds": 1.0}, {"learning_rate": 0.0}):
        with pytest.raises(RunError, match="is not allowed"):
            store.extend(finished.id, ANNA, **wrong)
    assert finished.commands.count() == old.commands.count() == 0


def test_a_run_in_the_old_format_is_listed(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10", ANNA)
    (run.folder / "stop").touch()
    (run.folder / "state.json").write_text(
        '{"state": "stopped", "message": "", "process": 0, "step": 3, "taken": 2}'
    )
    assert [found.id for found in store.runs(ANNA)] == [run.id]
    assert run.status() == Status("stopped", step=3, acknowledged=2)
    assert not run.commands.stop_requested()


def test_one_process_at_a_time_trains_a_run(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    with run.trained_here() as first, run.trained_here() as second:
        assert (first, second, run.is_trained()) == (True, False, True)
    assert not run.is_trained()
    run.write_status(Status("running", process=5, host="another-machine"))
    assert run.is_trained()


# Status and history


def test_a_status_comes_back(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    reason = "the set-up says so"
    numbers = (2.0, 8, 1.5, 900.0, 0.5, 0.25, 1.75, 3, 1)
    status = Status("finished", "done", 12, "host", "float32", reason, "drawn", *numbers)
    run.write_status(status)
    assert run.status() == store.get(run.id).status() == status


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        ("queued", 0),
        ("running", 0),
        ("paused", 0),
        ("finished", 1),
        ("stopped", 1),
        ("failed", 1),
        ("interrupted", 1),
    ],
)
def test_ended_states(state: str, ended: int) -> None:
    assert Status(state).ended is bool(ended)


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"7",
            b"\xff\xff",
            b'{"colour": "red"}',
            b'{"state": "done"}',
            b'{"state": ["running"]}',
        ),
        *(
            b'{"epoch": NaN}',
            b'{"test_accuracy": Infinity}',
            b'{"epoch": "2"}',
            b'{"step": 1.5}',
            b'{"step": true}',
        ),
        *(b'{"message": null}', b'{"seconds": null}', b'{"validation_accuracy": [0.5]}'),
    ],
)
def test_a_broken_state_reads_as_interrupted(store: RunStore, content: bytes) -> None:
    run = store.create(SETUP, "sketch10")
    (run.folder / "state.json").write_bytes(content)
    assert run.status() == Status("interrupted", "The state of this run cannot be read.")
    (run.folder / "state.json").unlink()
    assert run.status() == Status()


def test_history_keeps_its_rows_in_order(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    rows = [{"step": step, "loss": 1 / (step + 1), "note": "ü\n"} for step in range(5)]
    sizes = []
    for row in rows:
        run.history.append(row)
        sizes.append(run.history.size())
    assert run.history.rows() == rows
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("half", [b'{"step": 2', b'{"step": 2}', b"\xff\xfe", b'{"step": 2}\n{"st'])
def test_a_row_that_is_being_written_is_left_out(store: RunStore, half: bytes) -> None:
    run = store.create(SETUP, "sketch10")
    run.history.append({"step": 1})
    with (run.folder / "history.jsonl").open("ab") as file:
        file.write(half)
    assert run.history.rows() == [{"step": 1}, {"step": 2}][: 1 + half.count(b"\n")]


def test_history_goes_on_after_a_row_that_was_cut_off(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    run.history.append({"step": 1})
    with (run.folder / "history.jsonl").open("ab") as file:
        file.write(b'{"step": 2, "lo')
    run.history.append({"step": 3})
    assert run.history.rows() == [{"step": 1}, {"step": 3}]


def test_invalid_lines_are_ignored(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    (run.folder / "history.jsonl").write_bytes(b'{"step": 1}\n\x00\x00\n[1]\n\n3\n{"step": 2}\n')
    assert run.history.rows() == [{"step": 1}, {"step": 2}]


CHANGES = st.lists(
    st.one_of(
        st.integers(0, 9).map(lambda step: json.dumps({"step": step}).encode() + b"\n"),
        st.sampled_from([b"\n", b'{"st', b'ep": 3}\n']),
        st.floats(0, 1),  # cut to this share
    ),
    max_size=12,
)


@given(CHANGES, st.data())
def test_a_history_read_again_and_again_is_what_the_file_holds(
    tmp_path_factory: pytest.TempPathFactory, changes: list[bytes | float], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    content = b""
    for number, change in enumerate(changes):
        if isinstance(change, bytes):
            content += change.replace(b"step", b"step%d" % number)  # no two rows are alike
        else:
            content = content[: int(change * len(content))]
        path.write_bytes(content)
        if data.draw(st.booleans()):
            fresh = path.with_name(f"{number}.jsonl")
            fresh.write_bytes(content)
            assert history.History(path).rows() == history.History(fresh).rows()


def test_rows_are_read_once(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    run, other = (store.create(SETUP, "sketch10") for _ in range(2))
    for step in range(3):
        run.history.append({"step": step})
    assert len(run.history.rows()) == 3
    read: list[bytes] = []
    whole = history._rows
    monkeypatch.setattr(history, "_rows", lambda lines: read.extend(lines.split(b"\n")[:-1]) or whole(lines))
    run.history.append({"step": 3})
    run.history.rows().clear()  # a list of the caller's own
    assert [row["step"] for row in run.history.rows()] == [0, 1, 2, 3]
    assert len(read) == 1
    monkeypatch.setattr(history, "KEPT_ROWS", 4)
    other.history.append({"step": 0})
    assert other.history.rows() == [{"step": 0}]  # for which the rows of the first are forgotten
    assert len(run.history.rows()) == 4
    assert len(read) == 1 + 1 + 4


@pytest.mark.parametrize(
    "broken", [b"{", b'{"step": 1},{"step": 2}', b"3", b'{"a": [1', b"\xff", b"", b"nonsense", b"{}"]
)
def test_a_broken_line_does_not_affect_other_lines(store: RunStore, broken: bytes) -> None:
    run = store.create(SETUP, "sketch10")
    run.history.path.write_bytes(b'{"step": 0}\n' + broken + b'\n{"step": 9}\n')
    assert run.history.rows() == [{"step": 0}, {"step": 9}]


def test_a_history_that_cannot_be_written_is_reported_in_a_sentence(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    (run.folder / "history.jsonl").mkdir()
    with pytest.raises(RunError, match="The history cannot be written: Is a directory"):
        run.history.append({"step": 1})


# Weights


def test_weights_of_a_run_are_its_newest_that_can_be_read(store: RunStore) -> None:
    run = store.create(SETUP, "sketch10")
    with pytest.raises(RunError, match="no snapshot yet"):
        run.weights()
    for step, value in ((0, 0.25), (4, 0.5), (8, 0.75)):
        run.save_snapshot(step, step / 4, some_weights(value))
    assert [(snapshot.step, snapshot.epoch) for snapshot in run.snapshots()] == [(0, 0.0), (4, 1.0), (8, 2.0)]
    assert run.weights()["conv1/bias"][0] == 0.75
    assert run.weights(run.snapshots()[0])["conv1/bias"][0] == 0.25
    newest = snapshot_path(run.folder / "snapshots", 8, 2.0)
    newest.write_bytes(newest.read_bytes()[:200])
    assert run.weights()["conv1/bias"][0] == 0.5
    with pytest.raises(RunError, match="cannot be read"):
        run.weights(run.snapshots()[-1])
    for snapshot in run.snapshots():
        snapshot.path.write_bytes(b"x")
    with pytest.raises(RunError, match="cannot be read"):
        run.weights()
