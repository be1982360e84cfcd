"""Runs that are lent to a worker through an address: what it writes comes back, and commands reach it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.core.errors import RunError
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs import courier, history
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.exchange import Exchange, Loan
from cnn.runs.run import Run, read_run
from cnn.runs.status import Status, this_process
from cnn.runs.store import RunStore
from cnn.scheduler import loans as loans_module
from cnn.scheduler.loans import Loans
from cnn.worker.attachments import Inside, carried
from support.serving import eventually

SETUP = Setup(NetworkSpec(blocks=(Block((Convolution(2),)),)), TrainSpec(epochs=3, pictures=500))
OWNER = "a" * 32
WORKER = Status("running", **this_process())


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "server" / "runs")


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(SETUP, "sketch10", OWNER)


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"file://{tmp_path}/between"


@contextmanager
def lending(address: str, store: RunStore) -> Iterator[Loans]:
    loans = Loans(address, store)
    loans.begin("token")
    try:
        yield loans
    finally:
        loans.close()


@pytest.fixture(name="loans")
def fixture_loans(address: str, store: RunStore) -> Iterator[Loans]:
    with lending(address, store) as loans:
        yield loans


@contextmanager
def at_a_worker(loan: Loan, tmp_path: Path) -> Iterator[Run]:
    """Yield the copy of a run at a worker that has begun to train it."""
    (tmp_path / "worker").mkdir(exist_ok=True)
    with courier.borrowed(loan, tmp_path / "worker") as folder:
        yield read_run(folder)


def contents(run: Run) -> dict[str, bytes]:
    """Return the files of a run by name; a history without rows is like none."""
    paths = (path for path in run.folder.rglob("*") if path.suffix in (".json", ".jsonl", ".safetensors"))
    files = {str(path.relative_to(run.folder)): path.read_bytes() for path in paths}
    return {name: content for name, content in files.items() if content}


def save(run: Run, step: int, epoch: float, value: float = 0.0) -> None:
    """Save a snapshot and a checkpoint, as `cnn.training.recorder` does."""
    from support.random_weights import random_weights

    weights = random_weights(SETUP.network)
    run.save_snapshot(step, epoch, weights)
    kept = history.settle(run.history_path)
    arrays = {"value": np.full(3, value, np.float32)}
    run.save_checkpoint(Checkpoint(step, epoch, arrays, {}, {"history": kept, "taken": 0}))


def until(what: str, condition: Callable[[], bool]) -> None:
    eventually(what, condition, 30)


def test_what_a_worker_writes_comes_back_and_the_run_is_locked_meanwhile(
    loans: Loans, run: Run, tmp_path: Path
) -> None:
    loan = loans.lend(run)
    assert run.is_trained()
    assert loans.is_out(run.id)
    with at_a_worker(loan, tmp_path) as copy:
        assert copy.setup == run.setup
        assert copy.folder != run.folder
        status = copy.control.begin()
        assert status
        copy.append_history({"kind": "progress", "step": 1})
        save(copy, 1, 0.5)
        copy.write_status(replace(status, step=1))
        until("the state is here", lambda: run.status().step == 1)
        assert [row["step"] for row in run.history()] == [1]
        assert [snapshot.step for snapshot in run.snapshots()] == [1]
        assert run.checkpoint()[0]
        assert run.is_trained()
        copy.append_history({"kind": "progress", "step": 2})
        copy.control.conclude(replace(status, state="finished", step=2), 0)
        expected = contents(copy)
    until("all is here", lambda: loans.is_back(run.id))
    assert contents(run) == expected
    assert run.status() == Status(**{**json.loads(expected["state.json"])})
    assert not run.is_trained()
    assert not (run.folder / "loan").exists()
    assert Exchange(loan.address).sizes(run.id) == {}  # nothing is left between


def test_a_run_that_another_process_holds_is_lent_when_it_is_free(
    loans: Loans, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loans_module, "LOCK_SECONDS", 0.0)
    with run.trained_here():
        loan = loans.lend(run)
        threading.Event().wait(0.5)
        assert not loan.is_ready()
    with at_a_worker(loan, tmp_path):
        assert run.is_trained()
    until("it is back", lambda: loans.is_back(run.id))
    assert not run.is_trained()


def test_commands_reach_the_copy_in_order(loans: Loans, run: Run, tmp_path: Path) -> None:
    run.command("rate", 0.02)
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        status = copy.control.begin()
        assert status
        until("the state is here", lambda: run.status().state == "running")
        run.command("pause")
        run.command("resume")
        until("they are there", lambda: copy.asked() == 3)
        assert [command.kind for command in copy.commands()] == ["rate", "pause", "resume"]
        assert copy.commands()[0].value == 0.02
        copy.control.conclude(replace(status, state="stopped", taken=3), 3)
    until("it is back", lambda: loans.is_back(run.id))
    assert run.status().taken == 3


def test_a_stop_before_the_worker_begins_is_not_undone_by_it(loans: Loans, run: Run, tmp_path: Path) -> None:
    loan = loans.lend(run)
    until("it is lent", loan.is_ready)
    run.command("stop")
    assert run.status().state == "stopped"
    with at_a_worker(loan, tmp_path) as copy:
        status = copy.control.begin()
        assert status
        until("the stop is there", copy.stop_requested)
        assert run.status().state == "stopped"
        copy.control.conclude(replace(status, state="stopped", taken=1), 1)
    until("it is back", lambda: loans.is_back(run.id))
    assert run.status().state == "stopped"


def test_what_was_asked_after_the_worker_looked_last_is_not_lost(
    loans: Loans, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        status = copy.control.begin()
        until("the state is here", lambda: run.status().state == "running")
        monkeypatch.setattr(courier.Courier, "bring_commands", lambda self: None)
        run.extend(epochs=2)  # it is still in training, as far as anybody here knows
        copy.control.conclude(replace(status, state="finished", test_accuracy=0.5), 0)
    until("it is back", lambda: loans.is_back(run.id))
    assert run.status().state == "queued"


def test_a_run_that_was_removed_is_called_back(
    loans: Loans, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "BEAT_SECONDS", 0.1)
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        assert copy.control.begin()
        run.remove()
        until("it is told", copy.stop_requested)
        assert copy.commands()[-1].kind == "discard"
        copy.remove()
    until("it is over", lambda: loans.is_back(run.id))
    assert not run.folder.exists()


def test_a_run_that_was_discarded_by_its_worker_is_removed(loans: Loans, run: Run, tmp_path: Path) -> None:
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        copy.remove()
    until("it is over", lambda: loans.is_back(run.id))
    assert not run.folder.exists()


def test_a_history_that_was_cut_is_cut_here(loans: Loans, run: Run, tmp_path: Path) -> None:
    for step in range(5):
        run.append_history({"kind": "progress", "step": step})
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        assert copy.history() == run.history()
        end = len(b"".join(copy.history_path.read_bytes().splitlines(keepends=True)[:2]))
        history.cut(copy.history_path, end)
        for step in (20, 21, 22, 23):
            copy.append_history({"kind": "progress", "step": step})
        expected = copy.history()
        until("it is the same", lambda: run.history() == expected)
    until("it is back", lambda: loans.is_back(run.id))
    assert [row["step"] for row in run.history()] == [0, 1, 20, 21, 22, 23]


def test_an_address_that_fails_for_a_while_loses_nothing(
    loans: Loans, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(loans_module, "AGAIN_SECONDS", 0.1)
    down, right = threading.Event(), Exchange._at

    def at(self: Exchange, name: str) -> object:
        if down.is_set():
            raise RunError("The files cannot be reached.")
        return right(self, name)

    monkeypatch.setattr(Exchange, "_at", at)
    with at_a_worker(loans.lend(run), tmp_path) as copy:
        status = copy.control.begin()
        until("the state is here", lambda: run.status().state == "running")
        down.set()
        for step in range(3):
            copy.append_history({"kind": "progress", "step": step})
        run.command("pause")
        copy.write_status(replace(status, step=3))
        threading.Event().wait(0.5)
        assert run.status().step == 0
        down.clear()
        until("the state is here", lambda: run.status().step == 3)
        until("the command is there", lambda: copy.asked() == 1)
    until("it is back", lambda: loans.is_back(run.id))
    assert [row["step"] for row in run.history()] == [0, 1, 2]


def test_the_next_server_takes_up_what_is_out(
    address: str, store: RunStore, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loans_module, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(courier, "BEAT_SECONDS", 0.1)
    with lending(address, store) as first:
        loan = first.lend(run)
        until("it is lent", loan.is_ready)
    assert not run.is_trained()  # nobody looks
    with at_a_worker(loan, tmp_path) as copy:
        copy.append_history({"kind": "progress", "step": 7})
        with lending(address, store) as second:
            assert run.is_trained()
            until("it is here", lambda: [row["step"] for row in run.history()] == [7])
            threading.Event().wait(2.0)
            assert second.is_out(run.id)  # its worker is heard of
            monkeypatch.setattr(courier.Courier, "_beat", lambda self: False)
            until("it is given up", lambda: not second.is_out(run.id))
            assert not run.is_trained()


@pytest.mark.parametrize(
    "name",
    [
        "00000000.3.put...~..~evil",
        "00000000.3.put.run.json",
        "00000000.3.put.commands.jsonl",
        "00000000.3.put.snapshots~..~..~state.json",
        "00000000.3.rows.-4",
        "00000000.3.state.json",
        "00000000.9.put.checkpoint-00000001.safetensors",
        "nothing",
    ],
)
def test_only_files_of_a_run_are_taken_and_only_whole(
    loans: Loans, run: Run, tmp_path: Path, name: str
) -> None:
    before = contents(run)
    loan = loans.lend(run)
    until("it is lent", loan.is_ready)
    Exchange(loan.address).write(f"{run.id}/{loan.token}/back/{name}", b"abc")
    threading.Event().wait(1.0)
    assert contents(run) == before
    assert not list(tmp_path.rglob("evil"))


def test_a_parcel_whose_sending_broke_off_holds_up_nothing(loans: Loans, run: Run) -> None:
    loan = loans.lend(run)
    until("it is lent", loan.is_ready)
    Exchange(loan.address).write(f"{run.id}/{loan.token}/back/00000001.99.put.state.json", b"{")
    loan.send(2, "rows", "0", b'{"kind": "progress", "step": 1}\n')
    until("the row is here", lambda: len(run.history()) == 1)
    assert run.status() == Status()


def test_a_broken_state_is_passed_over(loans: Loans, run: Run) -> None:
    loan = loans.lend(run)
    until("it is lent", loan.is_ready)
    for number, content in enumerate([b"", b"[]", b"{", b'{"unknown": 1}']):
        loan.send(number, "put", "state.json", content)
    loan.send(4, "rows", "0", b'{"kind": "progress", "step": 1}\n')
    until("the row is here", lambda: len(run.history()) == 1)
    assert run.status() == Status()


OPERATIONS = st.lists(st.sampled_from(["row", "rows", "cut", "save", "state"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(operations=OPERATIONS, rounds=st.sets(st.integers(0, 11)))
def test_whatever_is_written_is_the_same_here(
    operations: list[str], rounds: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Carry back after some of the operations, take in, and compare."""
    place = tmp_path_factory.mktemp("same")
    run = RunStore(place / "runs").create(SETUP, "sketch10", OWNER)
    loans = Loans(f"file://{place}/between", RunStore(place / "runs"))
    loan = loans.lend(run)
    (lent,) = loans._all()
    loans._look_after(lent)
    loan.fetch(place / "copy")
    copy = read_run(place / "copy")
    carrier = courier.Courier(loan, copy.folder)
    for number, operation in enumerate(operations):
        match operation:
            case "row":
                copy.append_history({"kind": "progress", "step": number})
            case "rows":
                for step in range(3):
                    copy.append_history({"kind": "progress", "step": step})
            case "cut":
                rows = history.size(copy.history_path) and copy.history_path.read_bytes().splitlines(True)
                history.cut(copy.history_path, len(b"".join(rows[: len(rows) // 2])) if rows else 0)
                copy.append_history({"kind": "resumed", "step": number})
            case "save":
                save(copy, number, number / 10, number)
            case "state":
                copy.write_status(replace(WORKER, step=number))
        if number in rounds:
            carrier.carry_back()
            loans._look_after(lent)
    carrier.last_word()
    loans._look_after(lent)
    assert contents(run) | {"run.json": b""} == contents(copy) | {"run.json": b""}
    assert not loans.is_out(run.id)


def test_files_of_a_run_go_along_with_a_question(run: Run, tmp_path: Path) -> None:
    save(run, 3, 0.1)
    snapshot, pixels = run.snapshots()[0].path, np.zeros((32, 32, 3), np.uint8)
    question = carried((str(run.folder), str(snapshot), pixels, "conv1", 3, "/etc/passwd"))
    assert [type(one) for one in question.arguments[:2]] == [Inside, Inside]
    folder, path, *rest = question.unpacked(tmp_path / "elsewhere")
    assert read_run(Path(folder)).setup == run.setup
    assert Path(path).is_relative_to(folder)
    assert Path(path).read_bytes() == snapshot.read_bytes()
    assert rest[0] is pixels
    assert rest[1:] == ["conv1", 3, "/etc/passwd"]  # no run: nothing of it goes along
    assert len(question.files) == 2
