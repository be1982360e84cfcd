"""Imported networks: a complete one becomes a run; everything else is refused with one sentence and leaves no files."""

import io
import json
import pickle
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import CnnLabError, RunError
from cnn.evaluation.pretrained import shipped
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.bring_in import bring_in, start_weights
from cnn.runs.history_table import to_csv
from cnn.runs.origin import Origin
from cnn.runs.remaining import planned_epochs
from cnn.runs.store import Run, RunStore
from cnn.scheduler.eta import last_report
from cnn.training.recorder import Recorder
from support.random_weights import random_weights

SETUP = PRESETS["lecture"].setup
WEIGHTS = random_weights(SETUP.network)
SPEC = SETUP.to_text().encode()


def header(changes: Callable[[dict[str, Any]], object] = lambda entries: None) -> bytes:
    """Return the header of a safetensors file of the right weights, changed."""
    entries: dict[str, Any] = {}
    end = 0
    for name, array in WEIGHTS.items():
        entries[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [end, end + array.nbytes],
        }
        end += array.nbytes
    changes(entries)
    return json.dumps(entries).encode()


BODY = b"".join(np.asarray(array, order="C").tobytes() for array in WEIGHTS.values())


def safetensors(head: bytes | None = None, body: bytes = BODY) -> bytes:
    head = header() if head is None else head
    return len(head).to_bytes(8, "little") + head + body


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def manifest(**changes: Any) -> bytes:
    facts = {"format": "cnn-lab-export-1", "name": "Mine", "dataset": "sketch10", "weights": "a.safetensors"}
    return json.dumps(facts | {"setup": SETUP.to_json()} | changes).encode()


@pytest.fixture(name="store")
def fixture_store(home: Path) -> RunStore:
    return RunStore(home / "runs")


def pair(content: bytes) -> list[tuple[str, bytes]]:
    return [("mine.json", SPEC), ("mine.safetensors", content)]


def holds(run: Run, store: RunStore) -> None:
    """Assert that there is a run with the imported weights."""
    (listed,) = store.runs("anna")
    assert listed == run
    assert run.status().state == "stopped"
    for read in (run.weights(), start_weights(run)):
        assert read is not None
        for name, array in WEIGHTS.items():
            np.testing.assert_array_equal(read[name], array)
    assert [path.name for path in store.folder.iterdir()] == [run.id]


def test_a_spec_with_weights_becomes_a_run_that_can_be_inspected(store: RunStore) -> None:
    run = bring_in(store, pair(safetensors()), "anna")
    assert (run.setup, run.name, run.dataset, run.owner) == (SETUP, "mine", "cifar10", "anna")
    holds(run, store)


def test_a_zip_of_ours_is_a_run(store: RunStore) -> None:
    content = zipped({"cnn-lab.json": manifest(), "a.safetensors": safetensors(), "../../evil": b"x"})
    run = bring_in(store, [("lecture.zip", content)], "anna")
    assert (run.name, run.dataset) == ("Mine", "sketch10")
    holds(run, store)
    assert not list(store.folder.parent.rglob("evil"))


def test_float16_comes_in_as_float32(store: RunStore) -> None:
    halves = {name: array.astype(np.float16) for name, array in WEIGHTS.items()}
    entries: dict[str, Any] = {}
    body = b""
    for name, array in halves.items():
        place = [len(body), len(body) + array.nbytes]
        entries[name] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": place}
        body += array.tobytes()
    run = bring_in(store, pair(safetensors(json.dumps(entries).encode(), body)), "anna")
    np.testing.assert_array_equal(run.weights()["conv1/kernel"], halves["conv1/kernel"].astype(np.float32))


def change(name: str, key: str, value: Any) -> bytes:
    return safetensors(header(lambda entries: entries[name].update({key: value})))


def nan_body() -> bytes:
    numbers = np.frombuffer(BODY, np.float32).copy()
    numbers[7] = np.nan
    return numbers.tobytes()


ROWS: list[dict[str, Any]] = [
    {"kind": "epoch", "epoch": 0.0, "step": 0, "seconds": 0.0, "answers": [], "dead": {}},
    {
        **{"kind": "progress", "step": 2, "epoch": 0.5, "pictures": 256, "loss": 2.25, "accuracy": 0.125},
        **{"learning_rate": 1e-05, "images_per_second": 1e9, "seconds": 0.5, "seconds_left": 7200.0},
    },
    {"kind": "resumed", "step": 2, "epoch": 0.5, "reason": "It was given more."},
    {"kind": "extended", "step": 2, "epoch": 0.5, "epochs": 3, "seconds": 0.0},
    {"kind": "rate", "step": 3, "epoch": 0.75, "learning_rate": 0.5},
    {
        **{"kind": "epoch", "epoch": 1.0, "step": 4, "seconds": 1.5, "training_loss": 2.0},
        **{"training_accuracy": 0.25, "validation_loss": 2.125, "validation_accuracy": 0.9999, "classes": 10},
        **{"answers": [500, *[0] * 9], "dead": {"relu1_1": 0.0, "relu2_1": 0.5}},
    },
]


def with_history(table: str | bytes, **changes: Any) -> list[tuple[str, bytes]]:
    """Return a ZIP of a network trained for one epoch of four steps, with this table of its history."""
    content = table.encode() if isinstance(table, str) else table
    facts = manifest(**{"step": 4, "epoch": 1.0} | changes)
    members = {"cnn-lab.json": facts, "a.safetensors": safetensors(), "a-history.csv": content}
    return [("a.zip", zipped(members))]


def test_a_zip_brings_its_learning_curves_but_no_result_to_rank_by(store: RunStore) -> None:
    run = bring_in(store, with_history(to_csv(ROWS)), "anna")
    assert run.history.rows() == ROWS
    assert run.origin() == Origin(4, 1.0, 1.5, run.history.size(), len(ROWS))
    assert [(saved.step, saved.epoch) for saved in run.snapshots()] == [(4, 1.0)]
    status = run.status()
    assert (status.step, status.epoch, status.seconds, status.validation_accuracy) == (4, 1.0, 1.5, None)
    assert last_report(run) is None  # a speed from elsewhere is none of this machine's


def test_the_curves_of_a_shipped_network_are_the_same_after_import(store: RunStore) -> None:
    from cnn.exports import archive, plain_files
    from cnn.exports.source import read_source
    from cnn.figures.overlay import AXES, QUANTITIES, points

    lecture = next(run for run in shipped() if run.id == "lecture")
    formats = {"weights": plain_files.export_safetensors, "history": plain_files.export_history}
    made = archive.export_zip(read_source(lecture), formats, {})
    run = bring_in(store, [(made.name, made.content)], "anna")
    for axis in AXES:
        for quantity in QUANTITIES:
            curves = [points(each.history.rows(), axis, quantity, 1e6) for each in (lecture, run)]
            assert len(curves[0][0]) >= 20
            assert curves[0] == curves[1]


def test_a_history_of_an_earlier_version_is_read_and_its_words_are_not(store: RunStore) -> None:
    rows = [ROWS[2] | {"reason": "<b>Its worker</b> ended."}, ROWS[5]]
    table = to_csv(rows).replace(
        '"{""relu1_1"": 0.0, ""relu2_1"": 0.5}"', "\"{'relu1_1': 0.0, 'relu2_1': 0.5}\""
    )
    assert "'relu1_1'" in table
    first, last = bring_in(store, with_history(table), "anna").history.rows()
    assert first["reason"] == "It was resumed where it was trained."
    assert last == ROWS[5]


def test_an_imported_run_may_begin_anew_until_something_was_trained_on_it(store: RunStore) -> None:
    run = bring_in(store, with_history(to_csv(ROWS)), "anna")
    recorder = Recorder(run, run.status())
    for _ in range(2):  # a process that ends before its first checkpoint, and another one
        assert recorder.go_back() is None
        rows = run.history.rows()
        assert rows[: len(ROWS)] == ROWS
        assert {row["kind"] for row in rows[len(ROWS) :]} == {"resumed"}
        assert (rows[-1]["step"], rows[-1]["epoch"]) == (4, 1.0)
        assert (recorder.status.step, recorder.status.validation_accuracy) == (4, None)
        assert len(run.snapshots()) == 1
    recorder.change(state="failed")
    run.extend(epochs=1)
    recorder.change(state="failed")
    run.save_snapshot(8, 2.0, WEIGHTS)
    with pytest.raises(RunError, match="no checkpoint"):
        run.extend(epochs=1)
    (run.folder / "origin.json").write_text("{")
    with pytest.raises(RunError, match=r"origin\.json of the run .* cannot be read"):
        recorder.go_back()  # rather than cut what was imported
    assert last_report(run) is None
    assert run.history.rows()[: len(ROWS)] == ROWS


def row(**cells: object) -> str:
    """Return the table of one row of progress, changed."""
    return to_csv([{name: value for name, value in (ROWS[1] | cells).items() if value is not None}])


BAD_TABLES: dict[str, tuple[str | bytes, str]] = {
    "no text": (b"\xff\xfe\x00", "not a table"),
    "a cell without an end": ('kind,step,epoch\n"' + "x" * 200_000, "not a table"),
    "another column": (row(evil=1), "has the column 'evil'"),
    "a column twice": ("kind,step,epoch,step\n", "lacks kind, step or epoch"),
    "without steps": ("kind,epoch\n", "lacks kind, step or epoch"),
    "an unknown kind": (row(kind="code"), "Row 1 of the history is 'code'"),
    "NaN": (row(loss="nan"), "has 'nan' under loss"),
    "infinite": (row(loss="1e999"), "has '1e999' under loss"),
    "an accuracy above 1": (row(accuracy=1.5), "has '1.5' under accuracy"),
    "below zero": (row(seconds=-1.0), "has '-1.0' under seconds"),
    "half a step": (row(step=1.5), "has '1.5' under step"),
    "a number of others": (row(step="٣"), "under step"),
    "a formula": (row(loss="=1+1"), "has '=1\\+1' under loss"),
    "a value that the kind has not": (row(validation_loss=1.0), "under validation_loss"),
    "half of a measurement": (to_csv([ROWS[0] | {"validation_loss": 1.0}]), "only one of validation"),
    "nothing left": (row(seconds_left=None), "has no seconds_left"),
    "later than the weights": (row(step=5), "later than the saved weights"),
    "later by its epoch": (row(epoch=1.1), "later than the saved weights"),
    "answers of eleven classes": (to_csv([ROWS[5] | {"answers": [1] * 11}]), "under answers"),
    "answers that are words": (to_csv([ROWS[5] | {"answers": ["a"] * 10}]), "under answers"),
    "a dead layer of words": (to_csv([ROWS[5] | {"dead": {"relu": "all"}}]), "under dead"),
    "a dead layer with markup": (to_csv([ROWS[5] | {"dead": {"<b>": 0.5}}]), "under dead"),
    "a cell too many": (row().rstrip("\n") + ",1\n", "has 11 cells instead of 10"),
    "too many rows": ("kind,step,epoch,learning_rate\n" + "rate,1,0,1\n" * 100_001, "more than 100,000 rows"),
    "too long": (b"\n" * 20_000_001, "larger than 20,000,000"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_history_that_is_not_one_is_refused(name: str, store: RunStore) -> None:
    table, words = BAD_TABLES[name]
    refused(store, with_history(table), words)


@pytest.mark.parametrize(
    "changes", [{"step": -1}, {"step": True}, {"step": 10**9}, {"epoch": "1"}, {"epoch": 1e6}]
)
def test_a_place_that_cannot_be_is_refused(changes: dict[str, Any], store: RunStore) -> None:
    refused(store, with_history(to_csv([]), **changes), "must be a")


BAD_WEIGHTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not a safetensors file"),
    "a pickle under this name": (pickle.dumps({"a": 1}, 4), "is a pickle"),
    "text": (b"hello, world" * 10, "not a safetensors file"),
    "a header longer than the file": ((2**63).to_bytes(8, "little") + b"{}", "not a safetensors file"),
    "a header of two million bytes": (
        safetensors(b"{" + b" " * 2_000_000 + b"}"),
        "larger than that of any network",
    ),
    "no JSON": (safetensors(b"{not json}"), "JSON object is missing"),
    "deep JSON": (safetensors(b'{"a":' + b"[" * 400_000 + b"}"), "JSON object is missing"),
    "an array too few": (safetensors(header(lambda entries: entries.pop("conv2/bias"))), "lack conv2/bias"),
    "another network": (
        safetensors(header(lambda entries: entries.update({"conv9/bias": entries["conv1/bias"]}))),
        "the network does not have",
    ),
    "another shape": (change("conv1/bias", "shape", [13]), r"has the shape \(13,\)"),
    "a shape that overflows": (change("conv1/bias", "shape", [2**62, 4]), "damaged at conv1/bias"),
    "a shape below zero": (change("conv1/bias", "shape", [-12]), "damaged at conv1/bias"),
    "a shape that is true": (change("conv1/bias", "shape", [True]), "damaged at conv1/bias"),
    "a place outside": (change("conv1/bias", "data_offsets", [2**39, 2**39 + 48]), "gives a wrong position"),
    "two arrays in one place": (change("conv2/bias", "data_offsets", [0, 96]), "gives a wrong position"),
    "an entry that is a list": (
        safetensors(header(lambda entries: entries.update({"a": []}))),
        "damaged at a",
    ),
    "another type": (change("conv1/bias", "dtype", "I64"), "neither float32 nor float16"),
    "cut": (safetensors()[:-8], "but their header says"),
    "more than it says": (safetensors() + b"12345678", "but their header says"),
    "NaN": (safetensors(body=nan_body()), "not finite"),
}


def refused(store: RunStore, files: list[tuple[str, bytes]], words: str) -> None:
    """Assert that files are refused with one sentence, quickly, in little memory, and leave no files."""
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(CnnLabError, match=words) as caught:
        bring_in(store, files, "anna")
    seconds, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert peak < 100_000_000
    assert seconds < 20
    assert not store.folder.exists() or not list(store.folder.iterdir())


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_weights_that_are_not_those_of_the_spec_are_refused(name: str, store: RunStore) -> None:
    content, words = BAD_WEIGHTS[name]
    refused(store, pair(content), words)


def test_a_million_tensors_are_refused(store: RunStore) -> None:
    entry = '"%d":{"dtype":"F32","shape":[],"data_offsets":[0,0]}'
    many = ("{" + ",".join(entry % i for i in range(1_000_000)) + "}").encode()
    refused(store, pair(safetensors(many, b"")), "larger than that of any network")
    fewer = ("{" + ",".join(entry % i for i in range(15_000)) + "}").encode()
    refused(store, pair(safetensors(fewer, b"")), "lack conv1/kernel")


OPENED_NEVER = {
    "net.keras": zipped({"config.json": b"{}"}),
    "net.h5": b"\x89HDF\r\n\x1a\n",
    "net.hdf5": b"",
    "weights.safetensors": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "net.pt": zipped({"data.pkl": b""}),
    "net.pth": b"",
    "net.pkl": b"cos\nsystem\n",
    "net.onnx": b"\x08\x07",
    "net.tflite": b"",
}


@pytest.mark.parametrize("name", OPENED_NEVER)
def test_files_that_may_contain_code_are_refused_with_the_reason_and_an_alternative(
    name: str, store: RunStore
) -> None:
    refused(store, [(name, OPENED_NEVER[name])], r"Take home exports both\. It was not opened")
    refused(store, [("a.json", SPEC), (name, OPENED_NEVER[name])], "which")


def bomb() -> bytes:
    return zipped({"cnn-lab.json": manifest(), "a.safetensors": bytes(50_000_000)})


def lying() -> bytes:
    """Return a ZIP whose directory understates the size of its weights."""
    content = bytearray(bomb())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(content)


BAD_ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (bomb, "larger than"),
    "a bomb that says it is small": (lying, "ZIP is damaged|not a safetensors"),
    "a bomb in the manifest": (lambda: zipped({"cnn-lab.json": bytes(5_000_000)}), "larger than 100,000"),
    "another ZIP": (lambda: zipped({"hello.txt": b"hi"}), "not one of this lab"),
    "cut": (lambda: zipped({"cnn-lab.json": manifest()})[:-30], "damaged"),
    "many members": (lambda: zipped({f"{i}": b"" for i in range(300)}), "more than 200 members"),
    "another format": (lambda: zipped({"cnn-lab.json": manifest(format="other")}), "not of the format"),
    "weights that climb": (
        lambda: zipped({"cnn-lab.json": manifest(weights="../../../etc/hostname")}),
        "not one of this lab",
    ),
    "no object": (lambda: zipped({"cnn-lab.json": b"[1]"}), "JSON object is missing"),
    "a spec over its bounds": (
        lambda: zipped({"cnn-lab.json": manifest(setup={"version": 1, "network": {"blocks": [{}] * 99}})}),
        "99 items are not allowed",
    ),
    "an unknown field": (
        lambda: zipped({"cnn-lab.json": manifest(setup={"version": 1, "code": "x"})}),
        "not a known field",
    ),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_zips_that_are_not_ours_are_refused(name: str, store: RunStore) -> None:
    make, words = BAD_ZIPS[name]
    refused(store, [("lecture.zip", make())], words)


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("a.json", SPEC)],
        [("a.safetensors", safetensors())],
        [("a.json", SPEC), ("b.json", SPEC)],
        [("a.json", SPEC), ("b.safetensors", b""), ("c.safetensors", b"")],
    ],
)
def test_other_numbers_of_files_are_refused_with_what_to_bring(
    files: list[tuple[str, bytes]], store: RunStore
) -> None:
    refused(store, files, "Choose two files together")


def test_a_name_from_outside_is_one_printable_line(store: RunStore) -> None:
    content = zipped({"cnn-lab.json": manifest(name="a\nb\x1b" + "c" * 500), "a.safetensors": safetensors()})
    run = bring_in(store, [("x.zip", content)], "anna")
    assert "\n" not in run.name
    assert len(run.name) <= 60


def test_a_shipped_network_comes_back_as_it_went(store: RunStore) -> None:
    from cnn.exports import formats
    from cnn.exports.source import read_source

    best = read_source(next(run for run in shipped() if run.id == "airbench"))
    made = [formats.export(name, best) for name in ("spec", "safetensors")]
    started = time.perf_counter()
    run = bring_in(store, [(file.name, file.content) for file in made], "anna")
    print(f"airbench, {len(made[1].content):,} bytes: {time.perf_counter() - started:.2f} s")
    assert Setup.from_text(made[0].content) == run.setup
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, best.weights[name])


@pytest.mark.tensorflow
def test_an_imported_run_is_trained_from_its_weights(store: RunStore, training: object) -> None:
    from cnn.worker import jobs

    network = SETUP.network
    setup = {**SETUP.to_json(), "training": {"epochs": 1, "pictures": 500, "learning_rate": 1e-6}}
    run = bring_in(store, with_history(to_csv(ROWS), setup=setup), "anna")
    run.extend(epochs=1)
    status = jobs.train_run(run.folder)
    # Its curves go on: four steps were an epoch there, and are one here.
    assert (status.state, status.epoch, status.step) == ("finished", 2, 8)
    assert status.seconds > 1.5
    rows = run.history.rows()
    assert rows[: len(ROWS)] == ROWS
    here = rows[len(ROWS) :]
    assert [each["kind"] for each in here if each["kind"] != "progress"][:2] == ["resumed", "extended"]
    steps = [each["step"] for each in here]
    assert (steps[0], steps[-1]) == (4, 8)
    assert steps == sorted(steps)
    epochs = [(each["epoch"], each.get("validation_accuracy")) for each in here if each["kind"] == "epoch"]
    assert [epoch for epoch, _ in epochs] == [1, 2]
    assert epochs[0][1] not in (None, 0.9999)  # measured here, before anything is trained
    assert planned_epochs(run, rows) == 2
    speed = last_report(run)
    assert speed
    assert 0 < speed["images_per_second"] < 1e6
    assert network == run.setup.network
    weights = run.weights()
    for name, array in WEIGHTS.items():  # three steps of such a rate change nearly nothing
        np.testing.assert_allclose(weights[name], array, atol=1e-4)
        assert not np.array_equal(weights[name], array) or "bias" in name


def test_too_many_bytes_are_refused(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn.runs.bring_in.MAX_BYTES", 1000)
    with pytest.raises(RunError, match="larger than"):
        bring_in(store, pair(safetensors()), "anna")
