"""Every page, run as a script without a browser: no state of the lab and no address breaks one."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.data import CLASSES
from cnn.data.download import Download, DownloadStatus
from cnn.evaluation import pretrained
from cnn.network.presets import PRESETS, minute_for, minute_widths
from cnn.network.spec import Block, Convolution, Setup
from cnn.network.summary import total_parameters, walk
from cnn.runs.store import Status, owner_hash
from cnn.scheduler.engine import Engine, EngineStatus
from cnn.scheduler.query_queue import Answer
from cnn.training.estimate import Trial
from cnn.training.events import Progress
from cnn.web.app.service import service
from support.app_pages import (
    ANNA,
    BEN,
    PROGRESS,
    TINY,
    TOO_DEEP,
    USUAL,
    FakeDesk,
    Lab,
    drawing,
    icon_button,
    labelled,
    layer_names,
    overview,
    setup_of,
    words,
)

PAGES = ("home", "build", "train", "inside", "classify")


# What AppTest calls things


# No state breaks a page


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_an_empty_lab_without_cifar10(lab: Lab, page: str) -> None:
    app = lab.visit(page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    if page in ("home", "train"):
        assert "CIFAR-10 is not installed yet" in words(app)
        assert "sketch10" in words(app)


@pytest.mark.parametrize(
    ("received", "total", "said"),
    [
        (0, 0, "Asking for it…"),
        (3_000_000, 0, "3 MB"),
        (3_000_000, 163_000_000, "3 of 163 MB"),
    ],
)
def test_a_download_says_how_far_it_is_and_no_total_that_it_was_not_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, received: int, total: int, said: str
) -> None:
    now = DownloadStatus("downloading", received, total)
    monkeypatch.setattr(Download, "status", lambda _: now)
    monkeypatch.setattr(Download, "refresh", lambda _: now)
    assert [bar.proto.text for bar in lab.visit("home").get("progress")] == [said]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_cifar10(lab: Lab, page: str, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(real_data))
    service.clear()
    app = lab.visit(page)
    assert not app.exception
    assert not app.error
    assert "CIFAR-10 is not installed yet" not in words(app)
    if page in ("home", "inside"):
        assert "CIFAR-10 test picture" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_a_run_in_every_state(lab: Lab, page: str) -> None:
    for state in ("finished", "failed", "stopped", "interrupted", "queued", "running", "paused"):
        lab.put(state, message="A sentence." if state == "failed" else "")
    app = lab.visit(page)
    assert not app.exception
    assert not app.error


STATE_WORDS = {
    "queued": ("Waiting for a worker", "no training engine"),
    "running": ("running", "Measuring the speed", "4,321", "18.8 %"),
    "paused": ("paused", "Paused at epoch 1.00", "4,321", "18.8 %"),
    "finished": ("finished", "64.3 %", "float32"),
    "stopped": ("stopped", "Stopped by hand", "was not evaluated on the test pictures"),
    "failed": ("failed", "Try 0.001."),
    "interrupted": ("interrupted", "worker ended", "last snapshot is kept"),
}


@pytest.mark.parametrize("state", STATE_WORDS)
def test_the_train_page_says_how_a_run_stands(lab: Lab, state: str) -> None:
    facts: dict[str, Any] = {
        "finished": {"test_accuracy": 0.643, "validation_accuracy": 0.65},
        "failed": {"message": "The loss is no longer a number. Try 0.001."},
        "running": {"validation_accuracy": 0.1875},
        "paused": {"validation_accuracy": 0.1875},
    }.get(state, {})
    lab.put(state, **facts)
    app = lab.visit("train")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    for expected in STATE_WORDS[state]:
        assert expected in words(app)
    stop = [button for button in app.button if button.label == "Stop"]
    assert bool(stop) == (state in ("queued", "running", "paused"))


@pytest.mark.parametrize("state", ["finished", "failed", "stopped", "interrupted", "running"])
@pytest.mark.parametrize("page", ["inside", "classify"])
def test_a_run_with_a_snapshot_can_be_looked_into(lab: Lab, state: str, page: str) -> None:
    run = lab.put(state)
    app = lab.visit(page, network=run.id)
    assert not app.exception
    assert app.selectbox(key="network").value == run.id
    if page == "inside":
        assert overview(app)["names"] == [row.layer.name for row in walk(TINY.network)]


def test_a_run_without_a_snapshot_is_not_offered(lab: Lab) -> None:
    run = lab.put("queued")
    app = lab.visit("inside", network=run.id)
    assert not app.exception
    assert app.selectbox(key="network").value == "lecture"


@pytest.mark.parametrize("page", ["inside", "classify"])
def test_a_broken_snapshot_is_a_sentence(lab: Lab, page: str) -> None:
    run = lab.put("finished")
    for snapshot in run.snapshots():
        snapshot.path.write_bytes(snapshot.path.read_bytes()[:100])
    app = lab.visit(page, network=run.id)
    assert not app.exception
    assert "cannot be read" in app.error[0].value


@pytest.mark.parametrize("page", ["home", "inside", "classify"])
def test_a_page_without_any_network(lab: Lab, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "shipped", lambda folder=None: [])
    app = lab.visit(page)
    assert not app.exception
    assert "no trained network" in app.info[0].value.lower()
    assert app.page_link or app.button


def test_home_shows_the_shipped_network_at_work(lab: Lab) -> None:
    app = lab.visit("home")
    assert all(name in drawing(app) for name in ("conv1", "pool2", "softmax", *CLASSES))
    assert "18,322 parameters" in words(app)
    before = words(app)
    labelled(app.button_group, "Test picture").set_value("ship").run()
    assert "ship, drawn by code" in words(app)
    assert words(app) != before
    assert labelled(app.button, "Build and train your own").proto.type == "primary"


# Build


@pytest.fixture
def build(lab: Lab) -> AppTest:
    return lab.visit("build")


def test_build_begins_with_the_lecture_network(build: AppTest) -> None:
    assert setup_of(build) == PRESETS["lecture"].setup
    assert build.metric[0].value == "18,322"
    assert "3×3×3×12 + 12 = 336" in list(build.table[0].value["Parameters"])
    assert "conv2" in drawing(build)


def test_changing_a_number_changes_drawing_table_and_address(build: AppTest) -> None:
    drawn = drawing(build)
    labelled(build.number_input, "Filters").set_value(7).run()
    assert not build.exception
    network = setup_of(build).network
    assert network.blocks[0].convolutions[0].filters == 7
    assert build.metric[0].value == f"{total_parameters(walk(network)):,}"
    assert "3×3×3×7 + 7 = 196" in list(build.table[0].value["Parameters"])
    assert drawing(build) != drawn
    assert "32×32×7" in drawing(build)
    assert "Your own network" in words(build)
    labelled(build.button_group, "Start from").set_value("lecture").run()
    assert setup_of(build) == PRESETS["lecture"].setup


CHANGES: dict[str, tuple[Callable[[AppTest], Any], Callable[[tuple[Block, ...]], tuple[Block, ...]]]] = {
    "add": (
        lambda app: labelled(app.button, "Add a block"),
        lambda blocks: (*blocks, replace(blocks[1], convolutions=(Convolution(48),))),
    ),
    "copy": (lambda app: icon_button(app, "Copy"), lambda blocks: (blocks[0], *blocks)),
    "remove": (lambda app: icon_button(app, "Remove"), lambda blocks: blocks[1:]),
    "down": (lambda app: icon_button(app, "Move down"), lambda blocks: blocks[::-1]),
    "up": (lambda app: icon_button(app, "Move up", 1), lambda blocks: blocks[::-1]),
    "convolution": (
        lambda app: labelled(app.button, "Add a convolution"),
        lambda blocks: (replace(blocks[0], convolutions=blocks[0].convolutions * 2), blocks[1]),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_blocks_change_and_can_be_undone(build: AppTest, change: str) -> None:
    button, expected = CHANGES[change]
    before = setup_of(build)
    button(build).click().run()
    after = setup_of(build)
    assert not build.exception
    assert after.network.blocks == expected(before.network.blocks)
    assert layer_names(build) == [row.layer.name for row in walk(after.network)]
    shown = [labelled(build.number_input, "Filters", i).value for i in range(len(after.network.blocks))]
    assert shown[0] == after.network.blocks[0].convolutions[0].filters
    icon_button(build, "Undo").click().run()
    assert setup_of(build) == before
    assert build.metric[0].value == "18,322"
    icon_button(build, "Redo").click().run()
    assert setup_of(build) == after


def test_the_last_convolution_and_dense_layers_come_and_go(build: AppTest) -> None:
    before = setup_of(build)
    labelled(build.button, "Add a convolution").click().run()
    labelled(build.button, "Remove the last convolution").click().run()
    labelled(build.button, "Add a dense layer").click().run()
    assert [layer.units for layer in setup_of(build).network.dense] == [128]
    assert "dense1" in layer_names(build)
    labelled(build.number_input, "Neurons").set_value(32).run()
    assert setup_of(build).network.dense[0].units == 32
    labelled(build.button, "Remove the last").click().run()
    assert setup_of(build) == before


def test_an_address_is_where_a_visit_begins_and_nothing_to_undo(lab: Lab) -> None:
    """After a restart, too: what Build begins with by itself was never on this page."""
    link = PRESETS["vgg6"].setup.to_link()
    app = lab.visit("build", setup=link)
    assert setup_of(app) == PRESETS["vgg6"].setup
    assert icon_button(app, "Undo").disabled


def test_undo_brings_back_a_number_in_its_widget(build: AppTest) -> None:
    labelled(build.number_input, "Filters").set_value(7).run()
    icon_button(build, "Undo").click().run()
    assert labelled(build.number_input, "Filters").value == 12
    assert setup_of(build) == PRESETS["lecture"].setup
    assert icon_button(build, "Undo").disabled
    icon_button(build, "Redo").click().run()
    assert labelled(build.number_input, "Filters").value == 7


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_taken_whole(build: AppTest, name: str) -> None:
    labelled(build.button_group, "Start from").set_value(name).run()
    assert not build.exception
    assert setup_of(build) == PRESETS[name].setup
    assert PRESETS[name].about in words(build)
    assert build.metric[0].value == f"{total_parameters(walk(PRESETS[name].setup.network)):,}"


MEASURE = "Fit the number of filters to this machine"


def test_one_minute_is_as_wide_as_pays_at_the_measured_speed(
    lab: Lab, build: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "status", lambda self: EngineStatus("ready", 1, 1))
    assert MEASURE not in [button.label for button in build.button]
    labelled(build.button_group, "Start from").set_value("minute").run()
    service().engine.queries = desk = FakeDesk()  # type: ignore[assignment]
    build.run()
    assert not desk.asked  # nothing is computed before it is asked for
    labelled(build.button, MEASURE).click().run()
    assert desk.asked[0][2:] == (PRESETS["minute"].setup, "sketch10")
    assert setup_of(build) == PRESETS["minute"].setup
    fast = minute_widths()[-1][0]
    desk.answer = Answer("done", 1.0, Trial(fast, 1.0, 60.0, 5.0, 2**30, "float32"))
    build.run()
    assert setup_of(build) == minute_for(fast) != PRESETS["minute"].setup
    assert f"Measured here: {fast:,.0f} pictures per second" in words(build)
    assert labelled(build.button_group, "Start from").value == "minute"

    # Another visitor gets what was measured, and may take fewer filters
    bens = lab.visit("build", BEN)
    labelled(bens.button_group, "Start from").set_value("minute").run()
    assert setup_of(bens) == minute_for(fast)
    narrow = lab.visit("build", BEN, setup=PRESETS["minute"].setup.to_link())
    assert labelled(narrow.button_group, "Start from").value == "minute"
    assert setup_of(narrow) == PRESETS["minute"].setup
    next(button for button in narrow.button if button.label.startswith("Use ")).click().run()
    assert setup_of(narrow) == minute_for(fast)


@pytest.mark.parametrize("state", ["off", "failed", "ready"])
def test_it_is_not_measured_without_an_engine_or_beside_a_run(
    build: AppTest, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(Engine, "status", lambda self: EngineStatus(state, 1, 1))
    monkeypatch.setattr(Engine, "is_training", lambda self: state == "ready")
    labelled(build.button_group, "Start from").set_value("minute").run()
    assert labelled(build.button, MEASURE).disabled


def test_the_first_layer_is_whitened_where_there_are_kernels_for_it(build: AppTest) -> None:
    labelled(build.toggle, "Whitening in the first layer").set_value(True).run()
    assert not build.exception
    assert setup_of(build).network.whiten
    labelled(build.number_input, "Filters").set_value(55).run()
    assert "patches of 3×3 pixels have 54 whitening kernels" in build.error[0].value
    assert not setup_of(build).network.whiten
    assert setup_of(build).network.blocks[0].convolutions[0].filters == 55


def test_a_wide_block_moved_to_the_front_ends_the_whitening(build: AppTest) -> None:
    labelled(build.button_group, "Start from").set_value("minute").run()
    assert setup_of(build).network.whiten
    for place in (2, 1):
        [button for button in build.button if button.help == "Move up"][place].click().run()
    assert not build.exception
    assert setup_of(build).network.blocks[0].convolutions[0].filters == 96
    assert not setup_of(build).network.whiten


def test_the_most_blocks_and_the_fewest(build: AppTest) -> None:
    pooling = labelled(build.selectbox, "Pooling", 1)
    pooling.set_value("none").run()
    for _ in range(6):
        assert not build.exception
        labelled(build.button, "Add a block").click().run()
    assert len(setup_of(build).network.blocks) == 8
    assert labelled(build.button, "Add a block").disabled
    assert icon_button(build, "Copy").disabled
    assert setup_of(build).network.blocks[-1].convolutions[0].filters == 512
    for _ in range(7):
        icon_button(build, "Remove").click().run()
    assert len(setup_of(build).network.blocks) == 1
    assert icon_button(build, "Remove").disabled


@pytest.mark.parametrize("name", ["resnet", "minute"])
def test_an_address_brings_its_set_up_back(lab: Lab, name: str) -> None:
    app = lab.visit("build", setup=PRESETS[name].setup.to_link())
    assert not app.exception
    assert not app.warning
    assert setup_of(app) == PRESETS[name].setup
    assert layer_names(app) == [row.layer.name for row in walk(PRESETS[name].setup.network)]


def test_an_address_changed_by_hand_is_taken_in_the_same_session(lab: Lab) -> None:
    app = lab.visit("build", setup=PRESETS["vgg6"].setup.to_link())
    app.query_params["setup"] = PRESETS["lenet5"].setup.to_link()
    app.run()
    assert setup_of(app) == PRESETS["lenet5"].setup


BROKEN_LINKS = {
    "cut": PRESETS["vgg6"].setup.to_link()[:-9],
    "text": "<script>alert(1)</script>",
    "long": "A" * 20_000,
    "path": "../../etc/passwd",
    "unknown": Setup.to_link(TINY)[:10] + "é\x00",
}


@pytest.mark.parametrize("page", ["build", "train"])
@pytest.mark.parametrize("link", BROKEN_LINKS.values(), ids=BROKEN_LINKS)
def test_a_broken_address_is_reported_and_passed_over(lab: Lab, page: str, link: str) -> None:
    app = lab.visit(page, setup=link)
    assert not app.exception
    assert setup_of(app) == PRESETS["lecture"].setup
    if page == "build":
        assert "could not be used" in app.warning[0].value
        labelled(app.number_input, "Filters").set_value(5).run()
        assert not app.exception
        assert setup_of(app).network.blocks[0].convolutions[0].filters == 5


@pytest.mark.parametrize("page", ["build", "train"])
def test_a_stack_that_cannot_work_is_explained(lab: Lab, page: str) -> None:
    app = lab.visit(page, setup=Setup(TOO_DEEP, TINY.training).to_link())
    assert not app.exception
    said = "\n".join(error.value for error in app.error)
    assert "layer conv3 slides a 7×7 window over a map that is only 3×3" in said
    assert "Set its padding to same" in said
    if page == "build":
        labelled(app.button, "Train this network").click().run()
        assert not lab.store.runs()
        icon_button(app, "Remove").click().run()
        icon_button(app, "Remove").click().run()
        assert not app.error
        assert app.table
    else:
        assert labelled(app.button, "Train").disabled


def test_too_much_pooling_is_explained_when_it_happens(build: AppTest) -> None:
    for _ in range(4):
        labelled(build.button, "Add a block").click().run()
    assert not build.exception
    assert "layer pool6 slides a 2×2 window over a map that is only 1×1" in build.error[0].value
    icon_button(build, "Undo").click().run()
    assert not build.error


def test_a_residual_connection_that_cannot_be_is_explained(lab: Lab) -> None:
    app = lab.visit("build", setup=PRESETS["tinyvgg"].setup.to_link())
    before = setup_of(app)
    labelled(app.toggle, "Residual connection").set_value(True).run()
    assert not app.exception
    assert "give every convolution of the block padding same" in app.error[0].value
    assert setup_of(app) == before


# Train


def test_train_puts_a_run_of_this_visitor_into_the_queue(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    assert "No run yet" in words(app)
    labelled(app.button, "Train").click().run()
    assert not app.exception
    (run,) = lab.store.runs()
    assert (run.setup, run.dataset, run.owner) == (TINY, "sketch10", owner_hash(ANNA))
    assert run.status() == Status()
    assert "Next in the queue" in words(app)
    app.run()
    assert len(lab.store.runs()) == 1  # a rerun is not a second click


def test_the_training_settings_reach_the_run(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    app.session_state["more-settings"] = True  # AppTest cannot open it
    app.run()
    labelled(app.number_input, "Epochs").set_value(3)
    labelled(app.number_input, "Training pictures").set_value(777)
    labelled(app.number_input, "Learning rate").set_value(0.01)
    labelled(app.selectbox, "Optimiser").set_value("sgd")
    labelled(app.toggle, "Random flip").set_value(True)
    labelled(app.button, "Train").click().run()
    (run,) = lab.store.runs()
    expected = replace(TINY.training, epochs=3, pictures=777, learning_rate=0.01, optimizer="sgd", flip=True)
    assert run.setup.training == expected == setup_of(app).training
    app.session_state["more-settings"] = False  # what was set in it holds without its fields
    assert "Random flip" not in {item.label for item in app.run().toggle}
    assert setup_of(app).training == expected


def test_a_time_budget_instead_of_epochs(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    labelled(app.button_group, "Train for").set_value("seconds").run()
    labelled(app.number_input, "Seconds").set_value(10).run()
    assert not app.exception
    assert (setup_of(app).training.seconds, setup_of(app).training.epochs) == (10.0, None)


def test_build_hands_its_network_to_train_and_starts_it(lab: Lab) -> None:
    app = lab.visit("build", setup=TINY.to_link())
    labelled(app.button, "Train this network").click().run()
    assert not app.exception
    assert app.title[0].value == "Train it live"
    (run,) = lab.store.runs()
    assert run.setup == TINY
    app.run()
    assert len(lab.store.runs()) == 1
    assert "start" not in app.query_params


@pytest.mark.parametrize("page", ["train", "inside", "classify"])
def test_another_visitor_does_not_see_a_run(lab: Lab, page: str) -> None:
    run = lab.put("finished", visitor=ANNA)
    mine = lab.visit(page, ANNA, network=run.id)
    theirs = lab.visit(page, BEN, network=run.id)
    assert not theirs.exception
    if page == "train":
        assert "a finished one" in words(mine)
        assert "No run yet" in words(theirs)
    else:
        assert "a finished one" in str(mine.selectbox(key="network").options)
        assert "a finished one" not in str(theirs.selectbox(key="network").options)
        assert theirs.selectbox(key="network").value == USUAL[page]


def test_a_name_is_shown_as_text(lab: Lab) -> None:
    """A run's name comes from the presets now; whatever it holds must stay text."""
    run = lab.store.create(TINY, "sketch10", owner_hash(ANNA), "</b><script>alert(1)</script>")
    run.write_status(Status("stopped"))
    app = lab.visit("train")
    assert not app.exception
    assert all("script" not in element.proto.body for element in app.html)


# Inside


def test_inside_opens_every_layer_of_the_shipped_network(lab: Lab) -> None:
    app = lab.visit("inside")
    names = [row.layer.name for row in walk(PRESETS["lecture"].setup.network)]
    assert overview(app)["names"] == names
    for layer in names:
        app.query_params["layer"] = layer
        app.run()
        assert not app.exception
        assert not app.error
        assert overview(app)["chosen"] == [layer, 0]


HOSTILE = {
    "network": {"network": "../../etc"},
    "network_of_nobody": {"network": "20200101-000000-00000000"},
    "layer": {"layer": "nope"},
    "number": {"sample_number": "999999"},
    "number_below": {"sample_number": "-1"},
    "number_text": {"sample_number": "1e99'"},
    "class": {"sample_class": "<script>alert(1)</script>"},
    "from": {"from": "elsewhere"},
    "all": {
        "network": "\x00",
        "layer": "é" * 500,
        "sample_number": "",
        "sample_class": "horse,ship",
        "from": "../",
    },
}


@pytest.mark.parametrize("page", ["home", "inside", "classify"])
@pytest.mark.parametrize("address", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_address_changes_nothing(lab: Lab, page: str, address: dict[str, str]) -> None:
    app = lab.visit(page, **address)
    assert not app.exception
    assert not app.error
    if page != "home":
        assert app.selectbox(key="network").value == USUAL[page]
    if page == "inside":
        assert overview(app)["chosen"] == ["conv1", 0]
    else:
        assert app.get("bidi_component")
    assert "<script>" not in words(app)


def test_the_rows_of_these_tests_are_those_that_training_writes() -> None:
    assert set(PROGRESS) == {"kind", *(item.name for item in fields(Progress))}


def test_a_number_of_filters_that_is_not_allowed_is_refused_and_not_trained(lab: Lab) -> None:
    app = lab.visit("build")
    labelled(app.number_input, "Filters").set_value(9_999).run()
    assert "9,999 is not allowed here. Enter a whole number from 1 to" in words(app)
    next(button for button in app.button if button.label == "Train this network").click().run()
    assert not app.exception
    assert lab.store.runs() == []
    assert app.title[0].value == "Build a network"
