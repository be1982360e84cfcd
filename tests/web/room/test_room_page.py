"""The page Class as a script, and a teacher's rules on Build and Train."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.rooms.board import Entry
from cnn.rooms.room import Room
from cnn.rooms.store import RoomStore
from cnn.runs.status import Status, write_status
from cnn.runs.store import RunStore, owner_hash
from cnn.web.app.class_room import rooms as served_rooms
from cnn.web.app.service import service
from cnn.web.app.session import COOKIE
from cnn.web.room.board_view import board_html
from support.serving import PROJECT

TEACHER, ADA, BEN = "t" * 32, "a" * 32, "b" * 32
FIXED = Setup(
    NetworkSpec(blocks=(Block((Convolution(4),)),)),
    TrainSpec(epochs=1, pictures=500, learning_rate=0.002, seed=7, precision="float32"),
)


class Class:
    """A class on this server: its rooms and runs, and its pages as one visitor after another sees them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self._monkeypatch = monkeypatch
        self.runs = RunStore(home / "runs")
        self.rooms = RoomStore(home / "rooms", self.runs)

    def visit(self, page: str, visitor: str, **address: str) -> AppTest:
        self._monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {COOKIE: visitor}))
        app = AppTest.from_file(str(PROJECT / "pages" / "index.py"), default_timeout=30)
        app.switch_page(f"{page}.py")
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()


@pytest.fixture
def a_class(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> Iterator[Class]:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "nothing"))
    service.clear()
    served_rooms.clear()
    yield Class(monkeypatch, home)
    service.clear()
    served_rooms.clear()


def said(app: AppTest) -> str:
    kinds = ("title", "header", "markdown", "caption", "info", "warning", "error")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind)) + "\n".join(
        str(item.value) for item in app.html
    )


def button(app: AppTest, label: str) -> Any:
    return next(item for item in app.button if item.label == label)


def test_a_teacher_opens_a_room_and_students_join_it(a_class: Class) -> None:
    app = a_class.visit("room", TEACHER)
    assert not app.exception
    app.text_input[2].set_value("Class 9b")
    button(app, "Open a room").click().run()
    assert not app.exception
    (room,) = a_class.rooms.rooms_of(owner_hash(TEACHER))
    assert f"{room.code[:4]}-{room.code[4:]}" in said(app)
    joining = a_class.visit("room", ADA, code=room.code)
    assert joining.text_input[0].value == room.code
    joining.text_input[1].set_value("Ada")
    button(joining, "Join").click().run()
    assert not joining.exception
    assert "Share your runs" in said(joining)
    assert [m.name for m in a_class.rooms.get(room.id, owner_hash(TEACHER)).members] == ["Ada"]


def test_a_wrong_code_is_said_and_the_form_stays(a_class: Class) -> None:
    app = a_class.visit("room", ADA)
    app.text_input[0].set_value("ABCD-EFGH")
    app.text_input[1].set_value("Ada")
    button(app, "Join").click().run()
    assert "no open room with this code" in said(app)
    assert app.text_input[1].value == "Ada"


@pytest.mark.parametrize("room_id", ["../../etc", "0" * 16, "x" * 10_000])
def test_a_room_of_others_is_not_shown_whatever_the_browser_asks(a_class: Class, room_id: str) -> None:
    a_class.rooms.create(owner_hash(TEACHER), "Secret")
    app = a_class.visit("room", BEN, room=room_id, code=room_id)
    assert not app.exception
    assert "Secret" not in said(app)


@pytest.fixture
def ruled(a_class: Class) -> Room:
    teacher = owner_hash(TEACHER)
    room = a_class.rooms.create(teacher, "Class 9b")
    a_class.rooms.join(room.code, "Ada", owner_hash(ADA))
    return a_class.rooms.set_rules(
        room.id,
        teacher,
        setup=FIXED,
        task="Who gets furthest?",
        locked=frozenset({"learning_rate", "network", "length", "pictures", "precision"}),
        hidden=frozenset({"seed"}),
    )


def test_locked_controls_are_shown_and_hidden_ones_are_not(a_class: Class, ruled: Room) -> None:
    app = a_class.visit("train", ADA)
    app.session_state["more-settings"] = True
    app.run()
    assert not app.exception
    assert "Who gets furthest?" in said(app)
    fields = {item.label: item for item in app.number_input}
    assert fields["Learning rate"].value == 0.002
    assert fields["Learning rate"].disabled
    assert fields["Epochs"].disabled
    assert not fields["Batch size"].disabled
    assert fields["Training pictures"].disabled
    assert not {"Seed", "Random seed"} & fields.keys()
    build = a_class.visit("build", ADA)
    assert not build.exception
    assert "fixed the layers" in said(build)
    free = a_class.visit("train", BEN)
    assert not any(item.disabled for item in free.number_input)
    assert "Who gets furthest?" not in said(free)


def test_a_run_starts_from_what_is_fixed_whatever_the_address_says(a_class: Class, ruled: Room) -> None:
    other = Setup(NetworkSpec(), TrainSpec(epochs=50, learning_rate=0.5, seed=1))
    app = a_class.visit("train", ADA, setup=other.to_link())
    button(app, "Train").click().run()
    (run,) = a_class.runs.runs(owner_hash(ADA))
    assert run.setup.network == FIXED.network
    assert (run.setup.training.learning_rate, run.setup.training.seed) == (0.002, 7)
    assert (run.setup.training.epochs, run.setup.training.pictures) == (1, 500)


def test_the_rules_end_when_the_room_is_closed_or_left(a_class: Class, ruled: Room) -> None:
    a_class.rooms.set_rules(ruled.id, owner_hash(TEACHER), closed=True)
    app = a_class.visit("train", ADA)
    assert not any(item.disabled for item in app.number_input)


def test_what_is_shared_can_be_opened_by_the_room_and_by_nobody_else(a_class: Class, ruled: Room) -> None:
    run = a_class.runs.create(FIXED, "sketch10", owner_hash(ADA), "mine")
    write_status(run.folder, Status("finished", validation_accuracy=0.5, seconds=3.0))
    from cnn.network.forward import weight_shapes

    rng, network = __import__("numpy").random.default_rng(0), FIXED.network
    weights = {
        name: rng.normal(0, 0.1, shape).astype("float32") for name, shape in weight_shapes(network).items()
    }
    from cnn.runs.snapshots import snapshot_path, write_weights

    write_weights(snapshot_path(run.folder / "snapshots", 3, 1.0), weights)
    a_class.rooms.join(ruled.code, "Ben", owner_hash(BEN))

    def networks(visitor: str) -> list[str]:
        app = a_class.visit("inside", visitor, network=run.id)
        assert not app.exception
        return [str(option) for box in app.selectbox if box.label == "Network" for option in box.options]

    assert not any("mine" in name for name in networks(BEN))
    a_class.rooms.share(ruled.id, owner_hash(ADA), run.id)
    assert any(name.startswith("Ada: mine") for name in networks(BEN))
    assert not any("mine" in name for name in networks("c" * 32))
    a_class.rooms.unshare(ruled.id, owner_hash(ADA), run.id)
    assert not any("mine" in name for name in networks(BEN))


def test_names_on_the_board_are_escaped_and_keep_their_direction() -> None:
    room = Room("0" * 16, "A" * 8, "B" * 8, "Class", 0.0, ("t",))
    entry = Entry(
        "run-1", "m", '<img src=x onerror="x">', "עדה", "finished", 0.5, 0.4, 100, 200, 3.0, 1.0, ""
    )
    table = board_html(room, [entry], "per_second", "nobody")
    assert "<img" not in table
    assert "<bdi>עדה</bdi>" in table
    assert "50.0 %" in table
    assert "13.3" in table  # (50 - 10) points in 3 s


def test_a_grid_keeps_to_what_the_teacher_has_fixed(a_class: Class, ruled: Room) -> None:
    app = a_class.visit("grid", ADA)
    assert not app.exception
    assert any(
        "The teacher of your room has fixed some of these settings" in item.value for item in app.error
    )
    assert not [button for button in app.button if button.label.startswith("Train ")]
