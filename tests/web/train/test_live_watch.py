"""What the browser looks at while a run trains: the facts, when the page is drawn anew, who is answered."""

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from cnn.runs.store import Run, Status, this_process
from cnn.scheduler.engine import Engine, EngineStatus
from cnn.scheduler.fair_queue import Place
from cnn.web.train import live_watch
from cnn.web.train.live_watch import IDLE_SECONDS, OPEN_SECONDS, REFRESH_SECONDS, WAITING_SECONDS, facts
from support.app_pages import ANNA, EPOCH, PROGRESS, TINY, Lab


def seen(run: Run) -> dict[str, Any]:
    return facts(run, run.status())


def worker_ended(run: Run) -> None:
    run.write_status(replace(run.status(), resumed=1))
    run.history.append({"kind": "resumed", "step": 3, "epoch": 1.0, "reason": "Its process had ended."})


def test_the_page_is_drawn_anew_for_all_but_what_moves(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    stamps = [seen(run)["stamp"]]
    run.history.append(PROGRESS | {"step": 9})
    run.history.append(EPOCH | {"step": 9})
    assert seen(run)["stamp"] == stamps[0]  # the browser writes these by itself
    for change in (
        lambda: run.command("rate", 0.001),
        lambda: run.write_status(replace(run.status(), acknowledged=1)),
        lambda: run.write_status(replace(run.status(), message="A sentence.")),
        lambda: worker_ended(run),
        lambda: run.write_status(replace(run.status(), state="finished")),
    ):
        change()
        stamps.append(seen(run)["stamp"])
    lab.store.rename(run.id, run.owner, "another name")
    stamps.append(seen(lab.store.get(run.id))["stamp"])
    assert len(set(stamps)) == len(stamps)


def test_a_waiting_run_is_drawn_anew_when_the_engine_has_something_to_say(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running = lab.put("queued"), lab.put("running")
    before = [seen(run)["stamp"] for run in (waiting, running)]
    monkeypatch.setattr(Engine, "status", lambda self: EngineStatus("starting", 1, 0, "It is out of reach."))
    after = [seen(run)["stamp"] for run in (waiting, running)]
    assert (before[0] == after[0], before[1] == after[1]) == (False, True)
    assert seen(waiting)["aloud"].endswith(": waiting, Waiting for a worker.")


def test_a_first_saved_state_opens_the_way_into_the_network(lab: Lab) -> None:
    run = lab.store.create(TINY, "sketch10")
    run.write_status(Status("running"))
    before = seen(run)
    other = lab.put("running")
    for path in (other.folder / "snapshots").iterdir():
        path.rename(run.folder / "snapshots" / path.name)
    assert before["snapshot"] == -1
    assert seen(run)["snapshot"] == run.snapshots()[-1].step
    assert seen(run)["stamp"] != before["stamp"]


def test_rows_and_marks_tell_how_far_a_chart_is(lab: Lab) -> None:
    run = lab.put("running")
    before = seen(run)
    run.history.append(PROGRESS)
    run.history.append({"kind": "rate", "step": 3, "epoch": 1.0, "learning_rate": 0.001})
    after = seen(run)
    assert (after["rows"] - before["rows"], after["marks"] - before["marks"]) == (2, 1)


def test_it_looks_again_soon_while_the_run_owes_an_answer(lab: Lab) -> None:
    run = lab.put("running", **this_process())
    assert seen(run)["wait"] == REFRESH_SECONDS
    run.command("pause")
    assert seen(run)["wait"] == OPEN_SECONDS
    run.write_status(replace(run.status(), state="finished"))
    assert seen(run)["wait"] == IDLE_SECONDS


def test_it_looks_seldom_while_others_are_before_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lab.put("queued")
    waits = {None: REFRESH_SECONDS, Place(0, 1.0): REFRESH_SECONDS, Place(3, 9.0): WAITING_SECONDS}
    for place, wait in waits.items():
        monkeypatch.setattr(Engine, "place", lambda self, run_id, place=place: place)
        assert seen(run)["wait"] == wait


@pytest.mark.parametrize(
    ("state", "share", "words"),
    [
        ("running", 0.25, "30 s left"),
        ("paused", 0.25, "Paused at epoch 1.50, 30 s left"),
        ("finished", None, ""),
    ],
)
def test_how_far_it_is(lab: Lab, state: str, share: float | None, words: str) -> None:
    run = lab.put(state)
    run.history.append(PROGRESS | {"epoch": 1.5, "step": 90, "seconds": 10.0, "seconds_left": 30.0})
    assert (seen(run)["share"], seen(run)["words"]) == (share, words)
    assert ["Epoch (of 2)", "1.5"] in [list(figure) for figure in seen(run)["figures"]]


# The address


def ask(run_id: str, key: str) -> tuple[int, dict[str, Any]]:
    request = Request({"type": "http", "path_params": {"run": run_id, "key": key}, "headers": []})
    answer = live_watch.answer(request)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, json.loads(bytes(answer.body))


def key_of(run: Run) -> str:
    return live_watch.address(run.id).rsplit("/", 1)[1]


def test_the_address_that_a_page_was_given_answers_with_the_facts(lab: Lab) -> None:
    run = lab.put("paused")
    status, answer = ask(run.id, key_of(run))
    assert status == 200
    assert answer == json.loads(json.dumps(seen(run)))
    run.remove()
    assert ask(run.id, key_of(run)) == (200, {"gone": True})


@pytest.mark.parametrize("key", ["", "0" * 64, "é", "x" * 9999])
def test_nobody_else_is_told_how_a_run_stands(lab: Lab, key: str) -> None:
    run, other = lab.put("paused"), lab.put("paused", visitor=ANNA)
    assert ask(run.id, key) == (404, {})
    assert ask(run.id, key_of(other)) == (404, {})
    assert ask("../" + run.id, key_of(run)) == (404, {})
