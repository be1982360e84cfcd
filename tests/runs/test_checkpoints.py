"""Checkpoints are read as they were written; damaged ones are named and skipped."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnn.core.errors import RunError
from cnn.runs.checkpoints import Checkpoint, drop_older, newest_checkpoint, write_checkpoint


def a_checkpoint(step: int, value: float = 1.0) -> Checkpoint:
    arrays = {"network/000": np.full((2, 3), value, np.float32), "optimizer/000": np.array(7, np.int64)}
    return Checkpoint(step, step / 10, arrays, {"rate": 0.1, "plan": [1]}, {"taken": 3})


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, a_checkpoint(5))
    back, problems = newest_checkpoint(tmp_path)
    assert back is not None
    assert (back.step, back.epoch, back.loop, back.record, problems) == (
        5, 0.5, {"rate": 0.1, "plan": [1]}, {"taken": 3}, [],
    )  # fmt: skip
    assert back.arrays["optimizer/000"].shape == ()
    assert back.arrays["optimizer/000"].dtype == np.int64
    np.testing.assert_array_equal(back.arrays["network/000"], np.ones((2, 3), np.float32))


def test_the_newest_two_checkpoints_are_kept(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) == (None, [])
    for step in (0, 5, 90, 90, 1000):
        write_checkpoint(tmp_path, a_checkpoint(step))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["checkpoint-00000090.safetensors", "checkpoint-00001000.safetensors"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"\xff" * 100,
        lambda content: content.replace(b"cnn-lab-checkpoint-1", b"cnn-lab-checkpoint-9"),
        lambda content: content.replace(b"rate", b"r\\te"),
    ],
)
def test_a_damaged_checkpoint_is_named_and_the_previous_one_is_used(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    write_checkpoint(tmp_path, a_checkpoint(5))
    write_checkpoint(tmp_path, a_checkpoint(6))
    path = tmp_path / "checkpoint-00000006.safetensors"
    path.write_bytes(spoil(path.read_bytes()))
    found, problems = newest_checkpoint(tmp_path)
    assert found is not None
    assert found.step == 5
    assert len(problems) == 1
    assert "checkpoint-00000006" in problems[0]


def test_a_checkpoint_with_nan_values_is_skipped(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, a_checkpoint(5))
    write_checkpoint(tmp_path, a_checkpoint(6, float("nan")))
    found, problems = newest_checkpoint(tmp_path)
    assert found is not None
    assert found.step == 5
    assert "not finite" in problems[0]


def test_all_but_the_newest_are_dropped(tmp_path: Path) -> None:
    for step in (5, 6):
        write_checkpoint(tmp_path, a_checkpoint(step))
    drop_older(tmp_path)
    drop_older(tmp_path)  # nothing is left to drop
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000006.safetensors"]


def test_a_checkpoint_with_an_unusable_state_is_skipped(tmp_path: Path) -> None:
    for step in (5, 6):
        write_checkpoint(tmp_path, a_checkpoint(step))
    asked: list[int] = []

    def refuse_the_sixth(step: int) -> None:
        asked.append(step)
        if step == 6:
            raise RunError("step 6 overflows")

    found, problems = newest_checkpoint(tmp_path, refuse_the_sixth)
    assert found is not None
    assert (found.step, asked, problems) == (5, [6, 5], ["step 6 overflows"])


def test_arrays_in_any_memory_order_come_back_with_their_values(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    for step, array in enumerate((np.asfortranarray(values), values[:, ::-1], values.T)):
        write_checkpoint(tmp_path, Checkpoint(step, 0.0, {"network/000": array}, {}, {}))
        back, _ = newest_checkpoint(tmp_path)
        assert back is not None
        np.testing.assert_array_equal(back.arrays["network/000"], array)
