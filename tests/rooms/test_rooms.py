"""Rooms for a class: who gets in, who may do what, what is shared, and what the board says of it."""

import csv
import io
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.core.errors import RunError
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.rooms import board
from cnn.rooms.room import ALPHABET, MAX_NAME, Room, RoomError, Rules, new_code, read_code, shown_code, tidy
from cnn.rooms.store import TRIES_A_BROWSER, RoomStore, Tries
from cnn.runs.status import write_status
from cnn.runs.store import Run, RunStore, Status, owner_hash

TEACHER, ADA, BEN, CARL = (owner_hash(name * 8) for name in ("teacher", "ada", "ben", "carl"))
SMALL = Setup(NetworkSpec(blocks=(Block((Convolution(4),)),)), TrainSpec(epochs=1, pictures=500))
LARGE = Setup(NetworkSpec(blocks=(Block((Convolution(64),)),)), TrainSpec(epochs=1, pictures=500))


@pytest.fixture
def runs(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def rooms(tmp_path: Path, runs: RunStore) -> RoomStore:
    return RoomStore(tmp_path / "rooms", runs)


@pytest.fixture
def room(rooms: RoomStore) -> Room:
    return rooms.create(TEACHER, "Class 9b")


def trained(runs: RunStore, owner: str, accuracy: float, setup: Setup = SMALL, seconds: float = 10.0) -> Run:
    run = runs.create(setup, "sketch10", owner, "mine")
    write_status(run.folder, Status("finished", seconds=seconds, epoch=1.0, validation_accuracy=accuracy))
    return run


# Codes


@given(st.text(max_size=60))
def test_a_typed_code_is_read_or_refused_and_never_breaks(text: str) -> None:
    code = read_code(text)
    assert code == "" or (len(code) == 8 and set(code) <= set(ALPHABET))


def test_a_code_is_read_as_people_write_it() -> None:
    code = new_code()
    assert read_code(f" {shown_code(code).lower()} ") == code


def test_wrong_codes_are_refused_faster_than_anybody_can_guess(rooms: RoomStore, room: Room) -> None:
    said = set()
    for _ in range(1000):
        with pytest.raises(RoomError) as refused:
            rooms.join(new_code(), "Eve", CARL, "10.0.0.1")
        said.add(str(refused.value))
    assert len(said) == 2  # wrong, and then: wait
    with pytest.raises(RoomError, match="Wait 10 minutes"):
        rooms.join(room.code, "Eve", CARL, "10.0.0.1")  # the right one is not even looked at
    assert rooms.join(room.code, "Ada", ADA, "10.0.0.1").member_of(ADA)  # others are not locked out


def test_ever_new_cookies_do_not_help_a_guesser(rooms: RoomStore, room: Room) -> None:
    for number in range(200):
        with pytest.raises(RoomError):
            rooms.join(new_code(), "Eve", owner_hash(f"cookie {number}"), "10.0.0.2")
    with pytest.raises(RoomError, match="Wait"):
        rooms.join(room.code, "Eve", owner_hash("one more"), "10.0.0.2")


def test_tries_are_forgotten_after_a_while() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(TRIES_A_BROWSER):
        tries.check(ADA, "")
        tries.note(ADA, "")
    with pytest.raises(RoomError, match="Wait 10 minutes"):
        tries.check(ADA, "")
    now[0] = 601.0
    tries.check(ADA, "")


# Joining


def test_a_student_joins_under_a_name_and_comes_back(rooms: RoomStore, room: Room) -> None:
    joined = rooms.join(room.code, " Ada\u202e ", ADA)
    member = joined.member_of(ADA)
    assert member is not None
    assert member.name == "Ada"
    assert rooms.join(room.code, "", ADA) == joined  # once more does no harm
    again = rooms.join(member.return_code, "", BEN)  # another device
    assert again.member_of(BEN) == again.member_of(ADA)
    assert len(again.members) == 1


@pytest.mark.parametrize(
    ("name", "said"), [("", "empty name"), ("\u200b\n ", "empty name"), ("ada", "already in use")]
)
def test_a_name_that_is_empty_or_taken_is_refused(rooms: RoomStore, room: Room, name: str, said: str) -> None:
    rooms.join(room.code, "Ada", ADA)
    with pytest.raises(RoomError, match=said):
        rooms.join(room.code, name, BEN)
    assert rooms.get(room.id, TEACHER).member_of(BEN) is None


@given(st.text(max_size=10_000))
def test_a_name_is_bounded_and_printable(name: str) -> None:
    kept = tidy(name, MAX_NAME)
    assert len(kept) <= MAX_NAME
    assert kept.isprintable()
    assert kept == tidy(kept, MAX_NAME)


def test_letters_of_every_script_stay() -> None:
    assert tidy("עדה לאבלייס", MAX_NAME) == "עדה לאבלייס"
    assert tidy("x" * 10_000, MAX_NAME) == "x" * MAX_NAME


def test_who_is_removed_stays_out_until_let_in(rooms: RoomStore, room: Room, runs: RunStore) -> None:
    member = rooms.join(room.code, "Ada", ADA).member_of(ADA)
    assert member is not None
    rooms.share(room.id, ADA, trained(runs, ADA, 0.5).id)
    rooms.remove_member(room.id, TEACHER, member.id)
    assert rooms.get(room.id, TEACHER).shares == ()
    for code in (room.code, member.return_code):
        with pytest.raises(RoomError, match="removed you"):
            rooms.join(code, "Ada 2", ADA)
    with pytest.raises(RoomError, match="not in this room"):
        rooms.get(room.id, ADA)
    rooms.remove_member(room.id, TEACHER, member.id, removed=False)
    assert rooms.get(room.id, ADA).member_of(ADA)


def test_a_closed_room_takes_nobody_new(rooms: RoomStore, room: Room) -> None:
    rooms.join(room.code, "Ada", ADA)
    rooms.set_rules(room.id, TEACHER, closed=True)
    with pytest.raises(RoomError, match="closed"):
        rooms.join(room.code, "Ben", BEN)
    assert rooms.join(room.code, "", ADA).member_of(ADA)  # who is in may look


def test_leaving_forgets_the_name_and_takes_back_what_was_shared(
    rooms: RoomStore, room: Room, runs: RunStore
) -> None:
    rooms.join(room.code, "Ada", ADA)
    rooms.share(room.id, ADA, trained(runs, ADA, 0.5).id)
    rooms.leave(room.id, ADA)
    left = rooms.get(room.id, TEACHER)
    assert (left.members, left.shares) == ((), ())
    assert "Ada" not in (rooms.folder / f"{room.id}.json").read_text()


def test_two_hundred_join_at_once_and_nobody_is_lost(rooms: RoomStore, room: Room) -> None:
    problems: list[BaseException] = []

    def join(number: int) -> None:
        try:
            rooms.join(room.code, f"Student {number}", owner_hash(f"browser {number}"))
        except RoomError as error:
            problems.append(error)

    threads = [threading.Thread(target=join, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert {m.name for m in rooms.get(room.id, TEACHER).members} == {f"Student {n}" for n in range(200)}


# Who may do what


def test_strangers_and_students_change_nothing_that_is_not_theirs(
    rooms: RoomStore, room: Room, runs: RunStore
) -> None:
    ada = rooms.join(room.code, "Ada", ADA).member_of(ADA)
    assert ada is not None
    rooms.join(room.code, "Ben", BEN)
    run = trained(runs, ADA, 0.5)
    rooms.share(room.id, ADA, run.id)
    before = rooms.get(room.id, TEACHER)
    for call in (
        lambda: rooms.get(room.id, CARL),
        lambda: rooms.get("../../etc/passwd", CARL),
        lambda: rooms.get("0" * 16, TEACHER),
        lambda: rooms.set_rules(room.id, BEN, frozen=True),
        lambda: rooms.set_rules(room.id, CARL, frozen=True),
        lambda: rooms.remove_member(room.id, BEN, ada.id),
        lambda: rooms.rename_member(room.id, BEN, ada.id, "Eve"),
        lambda: rooms.delete(room.id, BEN),
        lambda: rooms.share(room.id, BEN, run.id),
        lambda: rooms.share(room.id, CARL, run.id),
    ):
        with pytest.raises((RoomError, RunError)):
            call()
    rooms.unshare(room.id, BEN, run.id)  # not his: nothing happens
    assert rooms.get(room.id, TEACHER) == before


def test_two_teachers_of_one_room_keep_each_others_changes(rooms: RoomStore, room: Room) -> None:
    rooms.join(room.teacher_code, "", BEN)
    rooms.set_rules(room.id, TEACHER, most_parameters=20_000)
    rooms.set_rules(room.id, BEN, task="Who gets furthest?")
    rules = rooms.get(room.id, BEN).rules
    assert (rules.most_parameters, rules.task) == (20_000, "Who gets furthest?")


def test_a_browser_without_a_cookie_is_told_so(rooms: RoomStore, room: Room) -> None:
    for call in (lambda: rooms.join(room.code, "Ada", ""), lambda: rooms.create("", "Room")):
        with pytest.raises(RoomError, match="cookies"):
            call()


def test_a_broken_file_is_no_room_and_stops_no_other(rooms: RoomStore, room: Room) -> None:
    (rooms.folder / f"{'a' * 16}.json").write_text('{"code": 3')
    (rooms.folder / f"{'b' * 16}.json").write_text(json.dumps({"code": "ABCDEFGH"}))
    assert rooms.join(room.code, "Ada", ADA).id == room.id
    assert [r.id for r in rooms.rooms_of(ADA)] == [room.id]


def test_a_room_outlives_its_server(rooms: RoomStore, room: Room, runs: RunStore) -> None:
    rules = {"task": "T", "setup": SMALL, "locked": frozenset({"seed"}), "most_seconds": 60.0}
    rooms.set_rules(room.id, TEACHER, **rules)
    rooms.join(room.code, "Ada", ADA)
    rooms.share(room.id, ADA, trained(runs, ADA, 0.5).id)
    assert RoomStore(rooms.folder, runs).get(room.id, ADA) == rooms.get(room.id, ADA)


# Rules


def test_what_is_fixed_is_the_rooms_whatever_a_browser_sent() -> None:
    ours = Setup(SMALL.network, TrainSpec(epochs=None, seconds=60.0, learning_rate=0.003, seed=7))
    rules = Rules(setup=ours, locked=frozenset({"network", "length"}), hidden=frozenset({"seed"}))
    sent = Setup(LARGE.network, TrainSpec(epochs=200, learning_rate=0.01, seed=1))
    found = rules.applied(sent)
    assert found.network == ours.network
    assert (found.training.epochs, found.training.seconds, found.training.seed) == (None, 60.0, 7)
    assert found.training.learning_rate == 0.01  # free
    assert rules.applied(found) == found


def test_a_time_budget_bounds_a_longer_one() -> None:
    rules = Rules(most_seconds=60.0)
    assert rules.applied(Setup(SMALL.network, TrainSpec(seconds=600.0))).training.seconds == 60.0
    assert rules.applied(Setup(SMALL.network, TrainSpec(seconds=30.0))).training.seconds == 30.0


@pytest.mark.parametrize(
    "rules",
    [{"most_parameters": 1}, {"most_seconds": 1e9}, {"locked": frozenset({"x"})}, {"dataset": "imagenet"}],
)
def test_rules_that_are_not_allowed_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(RoomError):
        Rules(**rules)  # type: ignore[arg-type]


# Sharing and the board


def test_only_what_is_shared_is_listed_and_it_can_be_taken_back(
    rooms: RoomStore, room: Room, runs: RunStore
) -> None:
    rooms.join(room.code, "Ada", ADA)
    rooms.join(room.code, "Ben", BEN)
    shown, kept = trained(runs, ADA, 0.5), trained(runs, ADA, 0.6)
    rooms.share(room.id, ADA, shown.id)
    assert set(rooms.shared_with(BEN)) == {shown.id}
    assert set(rooms.shared_with(CARL)) == set()
    assert kept.id not in [e.run_id for e in board.entries(rooms.get(room.id, BEN), runs)]
    rooms.set_rules(room.id, TEACHER, frozen=True)
    with pytest.raises(RoomError, match="frozen"):
        rooms.share(room.id, ADA, kept.id)
    rooms.unshare(room.id, ADA, shown.id)  # taking back is always possible
    assert rooms.shared_with(BEN) == {}


def test_an_entry_is_checked_against_the_task(rooms: RoomStore, room: Room, runs: RunStore) -> None:
    rooms.set_rules(room.id, TEACHER, most_parameters=20_000, most_seconds=60.0)
    rooms.join(room.code, "Ada", ADA)
    with pytest.raises(RoomError, match="the task allows 20,000"):
        rooms.share(room.id, ADA, trained(runs, ADA, 0.9, LARGE).id)
    with pytest.raises(RoomError, match="trained for 75 s"):
        rooms.share(room.id, ADA, trained(runs, ADA, 0.9, seconds=75.0).id)
    fair = trained(
        runs, ADA, 0.4, Setup(NetworkSpec(blocks=(Block((Convolution(4, 3, 2),)),)), SMALL.training)
    )
    rooms.share(room.id, ADA, fair.id)
    write_status(fair.folder, replace(fair.status(), seconds=300.0))  # it was continued
    (entry,) = board.entries(rooms.get(room.id, ADA), runs)
    assert "trained for 300 s" in entry.problem


def test_the_board_orders_by_what_is_asked_for(rooms: RoomStore, room: Room, runs: RunStore) -> None:
    small = Setup(NetworkSpec(blocks=(Block((Convolution(1),)),)), SMALL.training)
    for owner, name, accuracy, setup, seconds in (
        (ADA, "Ada", 0.7, LARGE, 100.0),
        (BEN, "Ben", 0.5, small, 50.0),
        (CARL, "Carl", 0.4, SMALL, 10.0),
    ):
        rooms.join(room.code, name, owner)
        rooms.share(room.id, owner, trained(runs, owner, accuracy, setup, seconds).id)
    whole = rooms.get(room.id, TEACHER)
    orders = {order: [e.name for e in board.entries(whole, runs, order)] for order in board.ORDERS}
    assert orders["accuracy"] == ["Ada", "Ben", "Carl"]
    assert orders["per_parameter"] == ["Ben", "Carl", "Ada"]
    assert orders["per_second"] == ["Carl", "Ben", "Ada"]
    carl = board.entries(whole, runs)[2]
    assert carl.per_second == pytest.approx(3.0)  # (40 - 10) points in 10 s


def test_the_board_without_names_a_deleted_run_and_one_that_waits(
    rooms: RoomStore, room: Room, runs: RunStore
) -> None:
    rooms.join(room.code, "Ada", ADA)
    rooms.join(room.code, "Ben", BEN)
    gone, waits = trained(runs, ADA, 0.5), runs.create(SMALL, "sketch10", BEN, "waits")
    rooms.share(room.id, ADA, gone.id)
    rooms.share(room.id, BEN, waits.id)
    gone.remove()
    whole = rooms.set_rules(room.id, TEACHER, hide_names=True)
    (entry,) = board.entries(whole, runs, "per_second")
    assert (entry.name, entry.validation_accuracy, entry.per_second) == ("Student 2", None, None)


def test_what_a_teacher_keeps_has_no_formulas_and_no_markup(
    rooms: RoomStore, room: Room, runs: RunStore
) -> None:
    rooms.join(room.code, "=cmd()", ADA)
    rooms.join(room.code, "<script>alert(1)</script>", BEN)
    for owner in (ADA, BEN):
        rooms.share(room.id, owner, trained(runs, owner, 0.5).id)
    whole = rooms.get(room.id, TEACHER)
    found = board.entries(whole, runs)
    table = list(csv.reader(io.StringIO(board.as_csv(found))))
    assert table[0] == list(board.COLUMNS)
    assert {row[1] for row in table[1:]} == {"'=cmd()", "<script>alert(1)</script>"}
    page = board.as_page(whole, found, "today")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
