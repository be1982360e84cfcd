import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from cnn.core.errors import RunError
from cnn.network.forward import weight_shapes
from cnn.network.spec import Block, Convolution, NetworkSpec
from cnn.runs.snapshots import (
    Snapshot,
    list_snapshots,
    read_weights,
    snapshot_path,
    write_weights,
    write_whole,
)

NETWORK = NetworkSpec((Block((Convolution(3),), batch_norm=True, pool_stride=3),), head="global_average")


def some_weights(seed: int = 0) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    return {
        name: np.abs(array) if name.endswith("variance") else array
        for name, shape in weight_shapes(NETWORK).items()
        for array in (draw.normal(size=shape).astype(np.float32),)
    }


def refused(path: Path, *words: str) -> None:
    """Assert that a file is refused with one sentence that can be shown."""
    with pytest.raises(RunError) as caught:
        read_weights(path, NETWORK)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300


def with_header(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_weights_come_back_bit_for_bit(tmp_path: Path) -> None:
    path, weights = tmp_path / "w.safetensors", some_weights()
    weights["conv1/kernel"][0, 0, 0] = [np.float32(1e-45), 1e30, -0.0]
    write_weights(path, weights)
    back = read_weights(path, NETWORK)
    assert back.keys() == weights.keys()
    for name, array in weights.items():
        assert back[name].dtype == np.float32
        assert back[name].tobytes() == array.tobytes()
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["w.safetensors"]


def test_arrays_in_any_memory_order_are_written_right(tmp_path: Path) -> None:
    weights = some_weights()
    turned = {name: np.asfortranarray(array) for name, array in weights.items()}
    write_weights(tmp_path / "w", turned)
    for name, array in read_weights(tmp_path / "w", NETWORK).items():
        np.testing.assert_array_equal(array, weights[name])


def test_half_floats_are_read_as_float32(tmp_path: Path) -> None:
    weights = {name: array.astype(np.float16) for name, array in some_weights().items()}
    save_file(weights, tmp_path / "w")
    for name, array in read_weights(tmp_path / "w", NETWORK).items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, weights[name])


@pytest.mark.parametrize("dtype", [np.float64, np.int32, np.uint8, np.bool_])
def test_other_number_types_are_refused(tmp_path: Path, dtype: type) -> None:
    name = "norm1/beta"
    save_file(some_weights() | {name: np.zeros(3, dtype)}, tmp_path / "w")
    refused(tmp_path / "w", name, "is not float32 or float16")


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 100, -500, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    whole = save(some_weights())
    (tmp_path / "w").write_bytes(whole[:kept])
    refused(tmp_path / "w", "The snapshot w cannot be read (")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 64,
        b"\xff" * 64,
        b"PK\x03\x04" + b"\x00" * 60,
        b"\x89HDF\r\n\x1a\n" + b"\x00" * 60,
        (10**12).to_bytes(8, "little") + b"{}",
        with_header(None),
        with_header([]),
        with_header({"conv1/kernel": {}}),
        with_header({"conv1/kernel": {"dtype": "F32", "shape": [3, 3, 3, 3], "data_offsets": [0, 10**9]}}),
        with_header({"conv1/kernel": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 0]}}),
        with_header({"conv1/kernel": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"abcd"),
        pickle.dumps({"conv1/kernel": [1.0]}),
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w").write_bytes(content)
    refused(tmp_path / "w")


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return os.mkdir, (str(tmp_path / "sprung"),)

    (tmp_path / "w.safetensors").write_bytes(pickle.dumps(Trap()))
    refused(tmp_path / "w.safetensors", "cannot be read")
    assert not (tmp_path / "sprung").exists()


def test_a_numpy_archive_with_the_right_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", **some_weights())
    refused(tmp_path / "w.npz", "cannot be read")


def test_anything_but_a_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent", "absent")
    refused(tmp_path, "cannot be read")


def test_wrong_shapes_missing_and_extra_arrays_are_named(tmp_path: Path) -> None:
    path, weights = tmp_path / "w", some_weights()
    write_weights(path, weights | {"conv1/bias": np.zeros(4, np.float32)})
    refused(path, "conv1/bias has the shape (4,), the network needs (3,)")
    write_weights(path, weights | {"conv1/kernel": weights["conv1/kernel"].reshape(-1)})
    refused(path, "conv1/kernel has the shape (81,), the network needs (3, 3, 3, 3)")
    write_weights(path, weights | {"conv2/bias": np.zeros(4, np.float32)})
    refused(path, "'conv2/bias'", "does not have")
    del weights["norm1/moving_variance"]
    write_weights(path, weights)
    refused(path, "lack norm1/moving_variance")
    write_weights(path, {})
    refused(path, "lack conv1/kernel")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, value: float) -> None:
    weights = some_weights()
    weights["scores/kernel"][2, 9] = value
    write_weights(tmp_path / "w", weights)
    refused(tmp_path / "w", "the numbers of scores are the first")


def test_half_floats_too_large_are_refused(tmp_path: Path) -> None:
    weights = {name: array.astype(np.float16) for name, array in some_weights().items()}
    weights["conv1/bias"][0] = np.inf
    save_file(weights, tmp_path / "w")
    refused(tmp_path / "w", "the numbers of conv1 are the first")


def test_finite_weights_whose_pass_overflows_are_refused_with_layer_and_step(tmp_path: Path) -> None:
    weights = some_weights()
    weights["conv1/kernel"] *= np.float32(1e25)
    weights["scores/kernel"] *= np.float32(1e25)
    assert all(np.isfinite(array).all() for array in weights.values())
    path = snapshot_path(tmp_path, 1234, 0.25)
    write_weights(path, weights)
    refused(path, "overflows at step 1,234 (epoch 0.25): the numbers of scores are the first")


# Whole or not at all


def test_a_failed_rename_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()
    path = folder / "w.safetensors"
    write_weights(path, some_weights(1))
    before = path.read_bytes()

    def fail(self: Path, target: Path) -> None:
        assert target == path
        assert self.read_bytes() != before  # the new content was whole before the old was touched
        assert self.parent == path.parent  # a rename across file systems is no rename
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(RunError, match=r"w\.safetensors cannot be written: No space left on device"):
        write_weights(path, some_weights(2))
    assert [*folder.iterdir()] == [path]
    assert path.read_bytes() == before
    read_weights(path, NETWORK)


def test_a_disk_that_fails_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError, match="Input/output error"):
        write_whole(folder / "state.json", b"{}")
    assert not [*folder.iterdir()]


def test_an_interruption_leaves_nothing_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()

    def interrupt(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(folder / "state.json", b"{}")
    assert not [*folder.iterdir()]


def test_a_missing_folder_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be written: No such file or directory"):
        write_weights(tmp_path / "absent" / "w", some_weights())


# Listings


def test_names_say_step_and_epoch() -> None:
    assert snapshot_path(Path("a"), 352, 1.5) == Path("a/step-00000352-epoch-1.500.safetensors")


def test_a_listing_is_in_the_order_of_steps(tmp_path: Path) -> None:
    order = [(0, 0.0), (9, 0.125), (352, 1.0), (123_456_789, 40.0)]
    for step, epoch in reversed(order):
        snapshot_path(tmp_path, step, epoch).touch()
    assert list_snapshots(tmp_path) == [Snapshot(snapshot_path(tmp_path, s, e), s, e) for s, e in order]


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    for name in (
        "step-1-epoch-x.safetensors",
        "step-x-epoch-1.safetensors",
        "step--epoch-.safetensors",
        "step-1-epoch-1.safetensors.part",
        ".part-abc",
        "notes.txt",
    ):
        (tmp_path / name).touch()
    assert list_snapshots(tmp_path) == []
    assert list_snapshots(tmp_path / "absent") == []
