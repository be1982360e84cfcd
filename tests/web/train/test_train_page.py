"""The *Train* page as a script: what is shown of a run in each state, who may steer it, what is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.core.errors import RunError
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs.commands import STEERING, Command
from cnn.runs.remaining import GIVEN_MORE, planned_epochs
from cnn.runs.store import Run, RunStore, Status, owner_hash, this_process
from cnn.scheduler.engine import Engine, EngineStatus
from cnn.scheduler.fair_queue import Place
from cnn.scheduler.query_queue import Answer
from cnn.training.estimate import Trial
from cnn.training.recorder import Recorder
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.train import steering
from support.app_pages import (
    ANNA,
    BEN,
    EPOCH,
    PROGRESS,
    TINY,
    TOO_DEEP,
    FakeDesk,
    Lab,
    labelled,
    watched,
    words,
)

LIVE = ("Pause", "Resume", "Stop", "One batch", "One epoch")  # the last two folded away
ENDED = ("finished", "stopped", "failed", "interrupted")


def buttons(app: AppTest) -> dict[str, Any]:
    return {button.label: button for button in app.button}


def popovers(app: AppTest) -> list[str]:
    """Return the labels of what opens; the notice on CIFAR-10 has the first."""
    return [block.proto.popover.label for block in _blocks(app.main) if block.type == "popover"]


def _blocks(block: Any) -> list[Any]:
    inner = [child for child in block.children.values() if hasattr(child, "children")]
    return [*inner, *(found for child in inner for found in _blocks(child))]


def unfolded(lab: Lab, run: Run) -> AppTest:
    """Return the page Train with *More ways to steer* opened, which AppTest cannot press."""
    app = lab.visit("train")
    app.session_state[f"steer-{run.id}"] = True
    return app.run()


def asked(run: Run) -> list[tuple[str, float]]:
    return [(command.kind, command.value) for command in run.commands.read()]


# What is shown in each state


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("queued", {"Stop"}),
        ("running", {"Pause", "One batch", "One epoch", "Stop"}),
        ("paused", {"Resume", "One batch", "One epoch", "Stop"}),
    ],
)
def test_the_buttons_stay_and_only_what_is_possible_can_be_pressed(
    lab: Lab, state: str, possible: set[str]
) -> None:
    app = unfolded(lab, lab.put(state))
    assert not app.exception
    found = buttons(app)
    assert [label for label in found if label in LIVE] == list(LIVE)
    assert {label for label in LIVE if not found[label].disabled} == possible
    for label in LIVE:
        assert found[label].proto.help  # what it does, or why it cannot be pressed
    assert found["Set"].disabled == (state == "queued")
    assert popovers(app)[1:] == ["Extend", "Rename", "Stop and discard"]


@pytest.mark.parametrize("state", ENDED)
def test_a_run_that_has_ended_can_go_on_or_go(lab: Lab, state: str) -> None:
    lab.put(state, message="It broke off." if state == "failed" else "")
    app = lab.visit("train")
    assert not app.exception
    assert not set(LIVE) & set(buttons(app))
    assert popovers(app)[1:] == ["Continue", "Rename", "Delete"]
    assert {"Continue it", "Train these settings again", "Delete it"} <= set(buttons(app))


def test_a_reason_stands_where_a_button_cannot_be_pressed(lab: Lab) -> None:
    lab.put("queued")
    assert buttons(lab.visit("train"))["Pause"].proto.help == "The run has not started yet."


@pytest.mark.parametrize(("state", "command"), [("running", "steer"), ("finished", "train --continue")])
def test_a_run_of_the_command_line_says_what_can_be_done_there(lab: Lab, state: str, command: str) -> None:
    run = lab.put(state, visitor="")
    app = lab.visit("train")
    assert f"`python -m cnn {command} {run.id} " in words(app)
    assert not set(LIVE) & set(buttons(app))


def test_a_paused_run_says_where(lab: Lab) -> None:
    lab.put("paused")
    said = words(lab.visit("train"))
    assert "paused" in said
    assert "Paused at epoch 1.00" in said


def test_a_run_that_went_on_by_itself_says_so(lab: Lab) -> None:
    run = lab.put("running", resumed=1)
    run.history.append({"kind": "resumed", "step": 3, "epoch": 1.0, "reason": "Its process had ended."})
    said = words(lab.visit("train"))
    assert "Its worker ended; the run continued by itself from epoch 1." in said


def test_a_run_that_was_given_more_did_not_go_on_by_itself(lab: Lab) -> None:
    run = lab.put("running", resumed=0)
    run.history.append({"kind": "resumed", "step": 3, "epoch": 1.0, "reason": GIVEN_MORE})
    assert "by itself" not in words(lab.visit("train"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (None, "Waiting for a worker"),
        (Place(0, 0.0), "Next in the queue"),
        (Place(1, 30.0), "1 run is ahead; this one starts in about 30 s."),
        (Place(3, 200.0), "3 runs are ahead; this one starts in about 3 min 20 s."),
        (Place(2, None), "2 runs are ahead."),
    ],
)
def test_the_place_in_the_queue(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, place: Place | None, said: str
) -> None:
    monkeypatch.setattr(Engine, "place", lambda self, run_id: place)
    lab.put("queued")
    assert said in words(lab.visit("train"))


def test_ones_own_run_that_holds_the_worker_is_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "place", lambda self, run_id: Place(1, None))
    first = lab.put("running", **this_process())
    monkeypatch.setattr(Engine, "training_of", lambda self, owner: [first] if owner == first.owner else [])
    lab.store.rename(first.id, first.owner, "the *first*")
    lab.put("queued")
    assert "Your other run the *first* is running now." in words(lab.visit("train"))
    assert "Your other run" not in words(lab.visit("train", BEN))


def test_more_epochs_move_the_end(lab: Lab) -> None:
    run = lab.put("running", setup=replace(TINY, training=replace(TINY.training, epochs=2)))
    run.history.append({"kind": "extended", "step": 3, "epoch": 1.0, "epochs": 3, "seconds": 0.0})
    app = lab.visit("train")
    assert ["Epoch (of 5)", "1.0"] in watched(app)[0]["figures"]
    assert '"range":[0,5.1]' in app.get("plotly_chart")[0].proto.spec


def test_a_run_that_ended_early_goes_on_from_there() -> None:
    run = Run("x", "", "", "sketch10", Setup(NetworkSpec(), TrainSpec(epochs=10)), 0.0, Path())
    more = {"kind": "extended", "step": 9, "epoch": 4.5, "epochs": 3, "seconds": 0.0}
    by_hand = {"kind": "resumed", "step": 9, "epoch": 4.5, "reason": GIVEN_MORE}
    by_itself = by_hand | {"reason": "Its process had ended."}
    assert planned_epochs(run, []) == 10
    assert planned_epochs(run, [by_hand]) == 10
    assert planned_epochs(run, [by_hand, more]) == 7.5
    assert planned_epochs(run, [by_itself, more]) == 13
    assert planned_epochs(run, [by_hand, more, PROGRESS, more]) == 10.5
    assert planned_epochs(run, [by_hand, {"kind": "rate"}, more]) == 7.5


def test_the_chart_marks_a_new_rate_and_where_a_run_went_on(lab: Lab) -> None:
    run = lab.put("paused")
    run.history.append({"kind": "rate", "step": 3, "epoch": 1.0, "learning_rate": 0.00025})
    run.history.append({"kind": "resumed", "step": 3, "epoch": 1.0, "reason": "Its process had ended."})
    for chart in lab.visit("train").get("plotly_chart"):
        assert "rate 0.00025" in chart.proto.spec
        assert "resumed" in chart.proto.spec


def test_a_time_budget_shows_how_much_of_it_is_used(lab: Lab) -> None:
    run = lab.put("running", setup=replace(TINY, training=replace(TINY.training, epochs=None, seconds=60.0)))
    run.history.append(PROGRESS | {"step": 300, "seconds": 20.0, "seconds_left": 40.0})
    assert "20 of 60 seconds of training" in words(lab.visit("train"))


# Steering


@pytest.mark.parametrize(
    ("label", "state", "kind"),
    [
        ("Pause", "running", "pause"),
        ("Resume", "paused", "resume"),
        ("One batch", "running", "step"),
        ("One batch", "paused", "step"),
        ("One epoch", "paused", "epoch"),
        ("Stop", "running", "stop"),
        ("Discard it", "running", "discard"),
    ],
)
def test_a_button_asks_and_the_page_says_so(lab: Lab, label: str, state: str, kind: str) -> None:
    run = lab.put(state, **this_process())
    app = unfolded(lab, run)
    buttons(app)[label].click().run()
    assert not app.exception
    assert not app.error
    assert asked(run) == [(kind, 0.0)]
    assert "**: sent" in words(app)
    run.write_status(replace(run.status(), acknowledged=1))
    app.run()
    assert asked(run) == [(kind, 0.0)]  # a rerun is not a second click
    assert "**: done" in words(app)


def test_an_end_that_was_asked_for_stops_all_the_rest(lab: Lab) -> None:
    app = unfolded(lab, lab.put("running", **this_process()))
    buttons(app)["Stop"].click().run()
    assert "stopping" in words(app)
    assert all(buttons(app)[label].disabled for label in LIVE)
    assert buttons(app)["Pause"].proto.help == "The run is being stopped."


def test_a_new_learning_rate(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    app = unfolded(lab, run)
    field = app.number_input(key=f"rate-{run.id}")
    assert field.value == TINY.training.learning_rate
    field.set_value(0.0005)
    buttons(app)["Set"].click().run()
    assert not app.exception
    assert asked(run) == [("rate", 0.0005)]
    assert "New learning rate 0.0005" in words(app)
    assert app.number_input(key=f"rate-{run.id}").value == 0.0005
    assert unfolded(lab, run).number_input(key=f"rate-{run.id}").value == 0.0005


def test_a_run_that_is_trained_gets_more(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steering, "TWICE_SECONDS", 600.0)  # however slow this machine is
    run = lab.put("running", **this_process())
    app = unfolded(lab, run)
    app.number_input(key=f"more-{run.id}").set_value(3)
    buttons(app)["Extend it"].click().run()
    assert asked(run) == [("extend_epochs", 3)]
    run.write_status(replace(run.status(), acknowledged=1))
    buttons(app)["Extend it"].click().run()  # a double click: the first one has been taken meanwhile
    assert asked(run) == [("extend_epochs", 3)]


def test_two_tabs_and_a_run_that_has_just_ended_do_no_harm(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    first, second = lab.visit("train"), unfolded(lab, run)
    buttons(first)["Pause"].click().run()
    buttons(second)["Pause"].click().run()
    buttons(first)["Stop"].click().run()
    run.write_status(Status("stopped", acknowledged=3))
    buttons(second)["Discard it"].click().run()  # its page has not heard of the end yet
    assert not second.exception
    assert not second.error
    assert run.status().state == "stopped"
    assert run.folder.exists()
    assert asked(run) == [("pause", 0.0), ("pause", 0.0), ("stop", 0.0)]
    assert "Stopped by hand" in words(second)


def test_a_run_that_is_gone_leaves_a_page_that_works(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    app = lab.visit("train")
    run.remove()
    buttons(app)["Pause"].click().run()
    assert not app.exception
    assert "There is no such run here" in app.error[0].value
    assert "No run yet" in words(app)
    app.run()
    assert "There is no such run here" in app.error[0].value  # the page may be drawn anew at any moment
    app.session_state["cnn_lab"].problem_until = 0.0
    app.run()
    assert not app.error


def test_stop_before_it_began(lab: Lab) -> None:
    run = lab.put("queued")
    app = lab.visit("train")
    buttons(app)["Stop"].click().run()
    assert not app.exception
    assert run.status().state == "stopped"
    assert "stopped before it began" in words(app)


def test_discard_says_what_is_lost_and_removes_it(lab: Lab) -> None:
    run = lab.put("queued")
    app = unfolded(lab, run)
    assert "It cannot be undone." in words(app)
    buttons(app)["Discard it"].click().run()
    assert not app.exception
    assert not run.folder.exists()
    assert "No run yet" in words(app)


def test_delete_says_what_is_lost_and_removes_it(lab: Lab) -> None:
    other = [lab.put("finished"), lab.put("stopped")][1]
    app = lab.visit("train")
    labelled(app.selectbox, "Run").select_index(1).run()
    assert "the weights of 2 saved states" in words(app)
    buttons(app)["Delete it"].click().run()
    assert not app.exception
    assert [found.id for found in lab.store.runs()] == [other.id]
    assert "a stopped one" in words(app)
    assert "You can undo this for half an hour" in words(app)
    buttons(app)["Undo"].click().run()
    assert not app.exception
    assert len(lab.store.runs()) == 2
    assert "deleted" not in words(app)


def test_rename(lab: Lab) -> None:
    run = lab.put("finished")
    app = lab.visit("train")
    app.text_input(key=f"name-{run.id}").set_value("  <b>Mine</b> *and* yours ")
    buttons(app)["Rename it"].click().run()
    assert not app.exception
    assert lab.store.get(run.id).name == "<b>Mine</b> *and* yours"
    assert plain("<b>Mine</b> *and* yours") in app.header[1].value
    app.text_input(key=f"name-{run.id}").set_value(" ")
    buttons(app)["Rename it"].click().run()
    assert "An empty name is not allowed" in app.error[0].value


def test_a_finished_run_goes_on_for_more_epochs(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.runs.run.newest_checkpoint", lambda *_: (object(), []))
    run = lab.put("finished", test_accuracy=0.5)
    app = lab.visit("train")
    more = app.number_input(key=f"more-{run.id}")
    more.set_value(0)
    buttons(app)["Continue it"].click().run()
    assert asked(run) == []
    assert "0 is not allowed here. Enter a whole number from 1 to" in words(app)
    app.number_input(key=f"more-{run.id}").set_value(4)
    buttons(app)["Continue it"].click().run()
    assert not app.exception
    assert not app.error
    assert asked(run) == [("reopen", 1.0), ("extend_epochs", 4)]
    assert run.status().state == "queued"
    assert "waiting" in words(app)


def test_a_rate_that_was_asked_for_holds_where_an_older_checkpoint_goes_on(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnn.runs.run.newest_checkpoint", lambda *_: (object(), []))
    run = lab.put("running")
    run.command("rate", 0.0001)
    run.write_status(Status("failed", "The disk is full.", acknowledged=1))
    app = lab.visit("train")
    buttons(app)["Continue it"].click().run()
    assert asked(run)[1:] == [("reopen", 0.0), ("rate", 0.0001)]


def test_going_on_in_two_tabs_is_going_on_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.runs.run.newest_checkpoint", lambda *_: (object(), []))
    run = lab.put("finished")
    first, second = lab.visit("train"), lab.visit("train")
    buttons(first)["Continue it"].click().run()
    buttons(second)["Continue it"].click().run()  # its page has not heard of the first
    assert not second.error
    assert asked(run) == [("reopen", 1.0), ("extend_epochs", 5)]
    first.session_state[f"steer-{run.id}"] = True
    buttons(first.run())["Extend it"].click().run()
    assert asked(run) == [("reopen", 1.0), ("extend_epochs", 5)]  # the first five have not been taken yet


def test_a_diverged_run_goes_on_with_another_rate(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.runs.run.newest_checkpoint", lambda *_: (object(), []))
    run = lab.put("failed", message="The loss is no longer a number. Try 0.0001.")
    app = lab.visit("train")
    assert app.number_input(key=f"more-{run.id}").value == 0  # to the end that was planned
    app.number_input(key=f"more-{run.id}-rate").set_value(0.0001)
    buttons(app)["Continue it"].click().run()
    assert asked(run) == [("reopen", 0.0), ("rate", 0.0001)]
    assert run.status().state == "queued"


def test_what_stands_against_going_on_is_said_until_something_else_is_asked(lab: Lab) -> None:
    run = lab.put("stopped")  # without a checkpoint
    app = lab.visit("train")
    buttons(app)["Continue it"].click().run()
    assert "no checkpoint" in app.error[0].value
    assert run.status().state == "stopped"
    app.text_input(key=f"name-{run.id}").set_value("Another name")
    buttons(app)["Rename it"].click().run()
    assert not app.error


def test_the_same_settings_again(lab: Lab) -> None:
    setup = replace(TINY, training=replace(TINY.training, epochs=7, seed=5))
    run = lab.put("finished", setup=setup)
    app = lab.visit("train")
    buttons(app)["Train these settings again"].click().run()
    assert not app.exception
    (new,) = [found for found in lab.store.runs() if found.id != run.id]
    assert new.setup == setup
    assert labelled(app.number_input, "Epochs").value == 7
    app.run()
    assert len(lab.store.runs()) == 2


# Whose run it is


def test_another_visitor_sees_neither_the_run_nor_its_steering(lab: Lab) -> None:
    lab.put("running")
    app = lab.visit("train", BEN)
    assert "No run yet" in words(app)
    assert not set(LIVE) & set(buttons(app))


def test_a_forged_id_changes_nothing(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    app = lab.visit("train", BEN, network=run.id, run=run.id)
    app.session_state["cnn_lab"].run_id = run.id
    app.run()
    assert "a running one" not in words(app)
    own = lab.put("running", visitor=BEN, **this_process())
    app.run()
    app.session_state["cnn_lab"].run_id = run.id
    buttons(app)["Pause"].click().run()
    assert (asked(run), asked(own)) == ([], [("pause", 0.0)])


@pytest.mark.parametrize("kind", ["pause", "stop", "discard", "rate", "park", "reopen", "nonsense"])
def test_asking_for_a_run_of_somebody_else_is_refused(lab: Lab, kind: str) -> None:
    run = lab.put("running", **this_process())
    for owner in (owner_hash(BEN), "", "é", owner_hash(ANNA)[:-1]):
        with pytest.raises(RunError, match="belongs to somebody else"):
            lab.store.steer(run.id, owner, kind, 0.5)
    assert asked(run) == []


def test_a_run_of_the_command_line_can_be_watched_only(lab: Lab) -> None:
    run = lab.store.create(TINY, "sketch10")
    run.write_status(Status("running", **this_process()))
    app = lab.visit("train")
    assert not set(LIVE) & set(buttons(app))
    assert f"python -m cnn steer {run.id} pause" in words(app)


# Before a training


def test_what_does_not_fit_cannot_be_started(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "1GiB")
    setup = replace(TINY, training=replace(TINY.training, batch_size=2048, pictures=45_000))
    app = lab.visit("train", setup=setup.to_link())
    assert not app.exception
    assert "1.0 GB are allowed" in app.error[0].value
    assert buttons(app)["Train"].disabled
    assert buttons(app)["Estimate the time"].disabled
    labelled(app.number_input, "Batch size").set_value(32).run()
    assert not app.error
    assert "of memory" in words(app)
    buttons(app)["Train"].click().run()
    assert len(lab.store.runs()) == 1


def test_what_does_not_fit_is_not_started_from_build_either(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "1GiB")
    setup = replace(TINY, training=replace(TINY.training, batch_size=2048, pictures=45_000))
    app = lab.visit("build", setup=setup.to_link())
    labelled(app.button, "Train this network").click().run()
    assert not app.exception
    assert not lab.store.runs()


def test_a_network_that_cannot_be_is_said_once(lab: Lab) -> None:
    app = lab.visit("train", setup=Setup(TOO_DEEP, TINY.training).to_link())
    assert len(app.error) == 1
    assert buttons(app)["Train"].disabled


def test_too_many_waiting_runs_are_refused_with_a_sentence(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_QUEUED", "2")
    app = lab.visit("train", setup=TINY.to_link())
    app.session_state["more-settings"] = True
    app.run()
    for seed in range(3):
        labelled(app.number_input, "Random seed").set_value(seed)
        buttons(app)["Train"].click().run()
    assert not app.exception
    assert len(lab.store.runs()) == 2
    assert "2 of your runs wait already" in app.error[0].value


def test_a_second_press_shows_the_run_and_asks(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    buttons(app)["Train"].click().run()
    assert "trained already" not in words(app)
    buttons(app)["Train"].click().run()
    (run,) = lab.store.runs()
    assert "This is being trained already" in words(app)
    buttons(app)["Do not train a second one"].click().run()
    assert "trained already" not in words(app)
    buttons(app)["Train"].click().run()
    buttons(app)["Train a second one"].click().run()
    assert not app.exception
    assert len(lab.store.runs()) == 2
    assert {one.setup for one in lab.store.runs()} == {run.setup}


def test_other_settings_train_beside_a_run_without_a_question(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    buttons(app)["Train"].click().run()
    labelled(app.number_input, "Epochs").set_value(3).run()
    buttons(app)["Train"].click().run()
    assert len(lab.store.runs()) == 2
    assert "trained already" not in words(app)


def test_a_number_that_is_not_allowed_is_refused_beside_its_field_and_nothing_starts(lab: Lab) -> None:
    app = lab.visit("train", setup=TINY.to_link())
    labelled(app.number_input, "Epochs").set_value(9_999).run()
    assert "9,999 is not allowed here. Enter a whole number from 1 to" in words(app)
    assert buttons(app)["Train"].disabled
    labelled(app.number_input, "Epochs").set_value(4).run()
    assert "not allowed" not in words(app)
    buttons(app)["Train"].click().run()
    assert lab.store.runs()[0].setup.training.epochs == 4


def test_a_rate_that_is_not_allowed_is_not_set(lab: Lab) -> None:
    run = lab.put("running")
    app = unfolded(lab, run)
    labelled(app.number_input, "New learning rate").set_value(1e6)
    buttons(app)["Set"].click().run()
    assert not app.exception
    assert asked(run) == []
    assert "1e+06 is not allowed here. Enter a number from" in words(app)


@pytest.mark.parametrize(("changed", "kind"), [(False, "secondary"), (True, "primary")])
def test_after_training_one_button_leads_inside(lab: Lab, changed: bool, kind: str) -> None:
    run = lab.put("finished")
    setup = replace(TINY, training=replace(TINY.training, epochs=7)) if changed else TINY
    app = lab.visit("train", setup=setup.to_link())
    onwards = buttons(app)["Look inside it"]
    assert onwards.proto.type == "primary"
    assert buttons(app)["Train"].proto.type == kind
    onwards.click().run()
    assert app.query_params["network"] == run.id


def test_an_empty_page_shows_what_will_come(lab: Lab) -> None:
    said = words(lab.visit("train"))
    assert "An example: the training of" in said
    assert "Filters of conv1" in said


def test_a_trial_is_asked_for_shown_and_forgotten_with_other_settings(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "status", lambda self: EngineStatus("ready", 1, 1))
    app = lab.visit("train", setup=TINY.to_link())
    desk = FakeDesk()
    service().engine.queries = desk  # type: ignore[assignment]
    app.run()
    assert not desk.asked  # nothing is computed before it is asked for
    buttons(app)["Estimate the time"].click().run()
    assert not app.exception
    assert "Waiting: the query worker is starting" in words(app)
    desk.worker_starts = False
    app.run()
    assert "Waiting for the query worker" in words(app)
    assert desk.asked[0][2:] == (TINY, "sketch10")
    desk.answer = Answer("done", 1.0, Trial(9876.5, 4.6, 24.0, 5.0, 2**30, "float32"))
    app.run()
    assert labelled(app.metric, "Images per second", 0).value == "9,876"
    assert labelled(app.metric, "Total time").value == "24 s"
    assert labelled(app.metric, "Memory").value == "1.0 GB"
    labelled(app.number_input, "Epochs").set_value(9).run()
    assert "Total time" not in [metric.label for metric in app.metric]
    assert not lab.store.runs()


def test_a_trial_that_failed_is_a_sentence(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "status", lambda self: EngineStatus("ready", 1, 1))
    app = lab.visit("train", setup=TINY.to_link())
    service().engine.queries = desk = FakeDesk()  # type: ignore[assignment]
    buttons(app)["Estimate the time"].click().run()
    desk.answer = Answer("failed", message="It diverged.")
    app.run()
    assert app.error[0].value == "It diverged."


# Notices


def test_removed_runs_are_told_until_they_are_read(lab: Lab) -> None:
    owner = owner_hash(ANNA)
    lab.store._notices.add(owner, "Your run one was removed to make room for newer ones.")
    app = lab.visit("train")
    assert "Your run one was removed" in words(app)
    assert "was removed" not in words(lab.visit("train", BEN))
    app = lab.visit("train")
    buttons(app)["Understood"].click().run()
    assert "was removed" not in words(app)
    assert lab.store.notices(owner) == []


# In words


@pytest.mark.parametrize(
    "name", ["*a* _b_", "[x](http://y)", "![x](http://y)", ":material/star:", "`a`", "$x$", "\\"]
)
def test_a_name_is_made_plain(name: str) -> None:
    escaped = plain(name)
    assert escaped.replace("\\", "") == name.replace("\\", "")
    assert all(escaped[i - 1] == "\\" for i, letter in enumerate(escaped) if letter in "*_[]()!:`$<>#")


def test_every_command_of_people_has_words() -> None:
    assert set(steering.WORDS) == set(STEERING)
    assert steering.said(Command("extend_seconds", 60)) == "60 more seconds"


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_is_told_of_a_run_going_on_is_what_the_recorder_writes(home: Path, by_hand: bool) -> None:
    run = RunStore(home / "runs").create(TINY, "sketch10")
    run.history.append(EPOCH)
    run.write_status(Status("stopped" if by_hand else "queued"))
    if by_hand:
        run.commands.extend(epochs=1)
    Recorder(run, run.status()).go_back()
    (row,) = [row for row in run.history.rows() if row["kind"] == "resumed"]
    assert (row["reason"] == GIVEN_MORE) == by_hand
