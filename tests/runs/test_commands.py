"""The file of a run's commands, what is refused, and what the commands ask for."""

import errno
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cnn.core.errors import RunError
from cnn.runs.commands import KINDS, NOTHING, ROW_BYTES, STEERING, Command, Commands, Steering, check
from cnn.runs.status import Status, read_status, write_status
from support.tiny_trainings import ask


def test_commands_come_back_in_their_order(tmp_path: Path) -> None:
    log = Commands(tmp_path)
    assert (log.count(), log.read()) == (0, [])
    with log.held() as append:
        for kind in KINDS:
            append(kind, 0.0)
        append("rate", 0.00123456789012345678)
        append("extend_seconds", 7200.0)
    assert log.count() == len(KINDS) + 2
    assert [command.kind for command in log.read()] == [*KINDS, "rate", "extend_seconds"]
    assert log.read(len(KINDS))[0].value == 0.00123456789012345678
    assert log.read()[0].at > 1.7e9
    assert log.read(99) == []


def test_a_truncated_command_is_ignored_and_overwritten(tmp_path: Path) -> None:
    log = Commands(tmp_path)
    with log.held() as append:
        append("pause", 0.0)
    with log.path.open("ab") as file:
        file.write(b'{"kind": "st')
    assert log.count() == 1
    with log.held() as append:
        append("resume", 0.0)
    assert [command.kind for command in log.read()] == ["pause", "resume"]


@pytest.mark.parametrize(
    "row",
    [b"", b"[]", b"{}", b'{"kind": "rate", "value": NaN, "at": 1}', b'{"kind": "a"}', b"\xff", b"[" * 90],
)
def test_an_invalid_command_is_counted_and_ignored(tmp_path: Path, row: bytes) -> None:
    log = Commands(tmp_path)
    log.path.write_bytes(row.ljust(ROW_BYTES - 1) + b"\n")
    with log.held() as append:
        append("pause", 0.0)
    assert log.read() == [NOTHING, log.read()[1]]
    assert Steering().take(log.read()) == []


def test_many_ask_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    log = Commands(tmp_path)

    def append_ten(number: int) -> None:
        for i in range(10):
            with log.held() as append:
                append("rate", 1e-3 * (10 * number + i + 1))

    threads = [threading.Thread(target=append_ten, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(1e3 * command.value) for command in log.read()) == list(range(1, 61))


def test_every_row_has_the_same_bytes(tmp_path: Path) -> None:
    """The number of commands follows from the size of the file."""
    assert set(STEERING) < set(KINDS)
    log = Commands(tmp_path)
    before = time.time()
    with log.held() as append:
        append("rate", 0.25)
        append("stop", 0.0)
    content = log.path.read_bytes()
    assert len(content) == 2 * ROW_BYTES
    first, second, end = (row.rstrip(b" ") for row in content.split(b"\n"))
    assert end == b""
    facts = json.loads(first)
    assert facts == {"kind": "rate", "value": 0.25, "at": round(facts["at"], 3)}
    assert abs(facts["at"] - before) < 60
    assert log.read() == [Command("rate", 0.25, facts["at"]), Command("stop", 0.0, json.loads(second)["at"])]


@pytest.mark.parametrize("end", ["full", "short"])
def test_a_command_that_cannot_be_written_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    def pwrite(file: int, content: bytes, place: int) -> int:
        if end == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(content) - 1

    monkeypatch.setattr(os, "pwrite", pwrite)
    why = "No space left on device" if end == "full" else "the disk is full"
    with Commands(tmp_path).held() as append, pytest.raises(RunError) as caught:
        append("pause", 0.0)
    assert str(caught.value) == f"The command cannot be written: {why}."


@pytest.mark.parametrize("kind", ["", "Pause", "kill", "rate ", None, 5, "x" * 1000])
def test_unknown_commands_are_refused(kind: Any) -> None:
    with pytest.raises(RunError, match="There is no command") as caught:
        check(kind, 0.0)
    assert str(caught.value) == (
        f"There is no command {str(kind)[:40]!r}; there are pause, resume, step, epoch, stop, discard, rate, "
        "extend_epochs, extend_seconds."
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("rate", 0.0), ("rate", -1.0), ("rate", 11.0), ("rate", float("nan")), ("rate", float("inf")),
        ("rate", "0.1"), ("rate", True), ("rate", None), ("extend_epochs", 0), ("extend_epochs", 201),
        ("extend_epochs", 1.5), ("extend_epochs", float("nan")), ("extend_epochs", float("inf")),
        ("extend_seconds", 4.9), ("extend_seconds", 7201), ("extend_seconds", [5]),
    ],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(kind: str, value: Any) -> None:
    with pytest.raises(RunError) as caught:
        check(kind, value)
    assert str(caught.value) == f"{kind}: {value} is not allowed; give {STEERING[kind]}."


def test_a_long_value_is_truncated_in_the_message() -> None:
    with pytest.raises(RunError) as caught:
        check("rate", "9" * 50)  # type: ignore[arg-type]
    assert str(caught.value) == f"rate: {'9' * 40} is not allowed; give {STEERING['rate']}."


@pytest.mark.parametrize(
    ("kind", "value"), [("rate", 1), ("rate", 0.5), ("extend_epochs", 3), ("extend_epochs", 3.0), ("stop", 9)]
)
def test_numbers_in_range_are_allowed(kind: str, value: float) -> None:
    check(kind, value)


# What they ask for


@pytest.mark.parametrize(
    ("kinds", "mode", "batches", "ending"),
    [
        ([], "run", 0, ""),
        (["pause"], "paused", 0, ""),
        (["pause", "pause"], "paused", 0, ""),
        (["pause", "resume"], "run", 0, ""),
        (["resume", "resume"], "run", 0, ""),
        (["step"], "step", 1, ""),
        (["step", "step"], "step", 2, ""),
        (["step", "step", "pause"], "paused", 0, ""),
        (["epoch"], "epoch", 0, ""),
        (["pause", "epoch", "resume"], "run", 0, ""),
        (["pause", "stop"], "paused", 0, "stop"),
        (["stop", "pause", "resume"], "run", 0, "stop"),
        (["stop", "discard"], "run", 0, "discard"),
        (["park"], "run", 0, ""),
        (["pause", "park"], "paused", 0, "park"),
        (["pause", "park", "resume"], "run", 0, ""),
        (["pause", "park", "pause"], "paused", 0, "park"),
        (["pause", "park", "stop"], "paused", 0, "stop"),
        (["pause", "stop", "park"], "paused", 0, "stop"),
        (["pause", "stop", "reopen"], "run", 0, ""),
        (["", "rate", "extend_epochs"], "run", 0, ""),
    ],
)
def test_what_is_asked_for(kinds: list[str], mode: str, batches: int, ending: str) -> None:
    together, one_by_one = Steering(), Steering()
    together.take(ask(*kinds))
    for kind in kinds:
        one_by_one.take(ask(kind))
    assert together == one_by_one == Steering(mode, batches, ending)
    assert together.paused is (mode == "paused")
    assert together.steps_allowed == (batches if mode == "step" else 2**31)


def test_requests_before_a_reopening_have_no_effect() -> None:
    left = Steering().take(ask(("rate", 1.0), "stop", ("reopen", 1.0), ("rate", 0.5), ("extend_epochs", 2)))
    assert [(command.kind, command.value) for command in left] == [
        ("reopen", 1.0), ("rate", 0.5), ("extend_epochs", 2),
    ]  # fmt: skip


def test_what_is_not_given_is_not_asked_for(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    write_status(tmp_path, Status("running"))
    commands.give("pause")
    assert [(found.kind, found.value) for found in commands.read()] == [("pause", 0.0)]
    write_status(tmp_path, Status("finished", acknowledged=1))
    with pytest.raises(
        RunError, match=r"^This run has reached its end; give the number of epochs or seconds to continue\.$"
    ):
        commands.extend()
    commands.extend(epochs=3)
    write_status(tmp_path, Status("finished", acknowledged=commands.count()))
    commands.extend(seconds=60)
    asked = [(found.kind, found.value) for found in commands.read() if found.kind.startswith("extend")]
    assert asked == [("extend_epochs", 3), ("extend_seconds", 60)]


def test_steps_are_counted_down_to_a_pause() -> None:
    steering = Steering("step", 3)
    steering.stepped(1)
    assert (steering.mode, steering.batches) == ("step", 2)
    steering.stepped(1)
    assert (steering.mode, steering.batches, steering.steps_allowed) == ("step", 1, 1)
    steering.stepped(1)
    assert (steering.mode, steering.batches) == ("paused", 0)


@pytest.mark.parametrize(
    ("state", "kind", "left"),
    [
        ("finished", "extend_epochs", ("queued", True)),
        ("finished", "pause", ("finished", False)),
        ("paused", "resume", ("queued", True)),
        ("paused", "pause", ("paused", False)),
    ],
)
def test_a_command_after_the_last_poll_is_not_lost(
    tmp_path: Path, state: str, kind: str, left: tuple[str, bool]
) -> None:
    commands = Commands(tmp_path)
    with commands.held() as append:
        append("pause", 0.0)
        append(kind, 1.0)
    status, again = commands.conclude(Status(state, process=1, host="here"), 1)
    assert (status.state, again) == left
    assert status == Status(left[0]) == read_status(tmp_path)
