"""The command line as its users meet it: text for people, JSON for programs, a sentence for a mistake."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn.cli.main import main
from cnn.data import CLASSES
from cnn.evaluation.model_card import card_of
from cnn.evaluation.ood import Typical
from cnn.evaluation.predict import classify
from cnn.evaluation.pretrained import find_model
from cnn.exports.lesson_page import export_lesson
from cnn.images.image import decode_picture
from cnn.network import summary
from cnn.network.forward import weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.store import Run, RunStore, Status, read_run
from support import PROJECT
from support.odd_pictures import quadrants, saved
from support.serving import eventually

TINY = Setup(NetworkSpec(blocks=(Block((Convolution(4),)),)), TrainSpec(epochs=1, pictures=500))
TOO_DEEP = NetworkSpec(blocks=(Block((Convolution(4, 7, 1, "valid"),)),) * 4)
Capture = pytest.CaptureFixture[str]


def json_lines(text: str) -> list[dict]:
    """Return the objects of a text of which every line must be one."""
    return [json.loads(line) for line in text.splitlines()]


def run_json(capsys: Capture, *arguments: str) -> tuple[int, list[dict]]:
    status = main([*arguments, "--json"])
    return status, json_lines(capsys.readouterr().out)


# describe


@pytest.mark.parametrize("name", PRESETS)
def test_describe_gives_what_shapes_says(name: str, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "describe", "--preset", name)
    table = summary.walk(PRESETS[name].setup.network)
    assert status == 0
    assert len(facts["layers"]) == len(table)
    for row, layer in zip(table, facts["layers"], strict=True):
        assert layer["name"] == row.layer.name
        assert layer["kind"] == type(row.layer).__name__
        assert layer["inputs"] == list(row.layer.inputs)
        assert layer["shape"] == list(row.shape)
        for figure in ("parameters", "formula", "multiply_adds", "receptive_field", "memory"):
            assert layer[figure] == getattr(row, figure)
    assert facts["parameters"] == summary.total_parameters(table)
    assert facts["multiply_adds"] == summary.total_multiply_adds(table)
    assert Setup.from_json(facts["setup"]) == PRESETS[name].setup


def test_describe_shows_people_the_lecture_network(capsys: Capture) -> None:
    assert main(["describe"]) == 0
    shown = capsys.readouterr()
    assert "3×3×3×12 + 12 = 336" in shown.out
    assert "18,322 parameters" in shown.out
    assert shown.err == ""
    for layer in ("conv1", "relu1", "pool2", "flatten", "scores", "softmax"):
        assert layer in shown.out


def test_a_variable_that_is_no_longer_used_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("CNN_LAB_FILES", "memory://runs")
    assert main(["describe", "--preset", "lecture", "--json"]) == 0
    assert "CNN_LAB_FILES is set but no longer used" in capsys.readouterr().err


def test_describe_reads_a_spec_from_a_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.json"
    file.write_text(TINY.to_text())
    status, (facts,) = run_json(capsys, "describe", "--spec", str(file))
    assert status == 0
    assert Setup.from_json(facts["setup"]) == TINY


BROKEN_SPECS = {
    "not JSON": ("{", "not JSON"),
    "binary": ("\x00\ufffd", "not JSON"),
    "a list": ("[]", "JSON object"),
    "version": ('{"version": 99}', "version"),
    "unknown key": ('{"version": 1, "lernrate": 1}', "lernrate: is not a known field"),
    "out of range": (
        '{"version": 1, "network": {"blocks": [{"convolutions": [{"filters": 0}]}]}}',
        "network.blocks[0].convolutions[0].filters: 0 is not allowed; give a whole number from 1 to 512",
    ),
    "too deep": (Setup(TOO_DEEP, TINY.training).to_text(), "layer conv3 slides a 7×7 window"),
}


@pytest.mark.parametrize("command", ["describe", "train"])
@pytest.mark.parametrize(("text", "words"), BROKEN_SPECS.values(), ids=BROKEN_SPECS)
def test_a_broken_spec_is_one_sentence(
    tmp_path: Path, capsys: Capture, text: str, words: str, command: str, home: Path
) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text)
    assert main([command, "--spec", str(file)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert words in shown.err
    assert "Traceback" not in shown.err
    status, (facts,) = run_json(capsys, command, "--spec", str(file))
    assert status == 1
    assert facts["event"] == "error"
    assert words in facts["error"]
    assert not RunStore(home / "runs").runs()


def test_a_spec_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    assert main(["describe", "--spec", str(tmp_path / "none.json")]) == 1
    assert "none.json cannot be read: No such file" in capsys.readouterr().err


# Wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["describe", "--preset", "alexnet"],
        ["describe", "--preset", "vgg6", "--spec", "x.json"],
        ["train", "--epochs", "3", "--seconds", "9"],
        ["train", "--epochs", "many"],
        ["train", "--dataset", "mnist"],
        ["classify"],
        ["steer"],
        ["steer", "some-run"],
        ["steer", "some-run", "dance"],
        ["steer", "some-run", "rate"],
        ["steer", "some-run", "rate", "fast"],
        ["steer", "some-run", "extend", "5m"],
        ["steer", "some-run", "extend", "0"],
        ["steer", "some-run", "extend", "0s"],
        ["steer", "some-run", "pause", "5"],
        ["train", "--resume", "some-run", "--epochs", "3"],
        ["train", "--resume", "some-run", "--seed", "3"],
        ["train", "--resume", "some-run", "--preset", "lecture"],
        ["train", "--continue", "some-run"],
        ["train", "--continue", "some-run", "--epochs", "3", "--out", "x"],
        ["runs", "some-run"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "usage: python -m cnn" in shown.err


def test_help_names_every_command(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--help"])
    assert raised.value.code == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("describe", "train", "steer", "runs", "classify", "data"))


# data


def test_data_says_what_is_missing_and_how_to_get_it(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    status, (facts,) = run_json(capsys, "data")
    assert status == 0
    assert facts["cifar10"]["state"] == "absent"
    assert facts["cifar10"]["folder"] == str(tmp_path)
    assert facts["cifar10"]["problem"]
    assert "cifar-10-binary.tar.gz" in facts["cifar10"]["by_hand"]
    assert facts["sketch10"]["state"] == "ready"
    assert main(["data"]) == 0
    shown = capsys.readouterr().out
    assert "cifar10: absent" in shown
    assert "python -m cnn data --download" in shown


def test_data_says_where_the_real_pictures_are(real_data: Path, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "data")
    assert status == 0
    assert facts["cifar10"]["state"] == "ready"
    assert facts["cifar10"]["folder"] == str(real_data)
    assert facts["cifar10"]["source"].startswith("CIFAR-10")
    assert facts["cifar10"]["problem"] == ""
    assert main(["data"]) == 0
    assert facts["cifar10"]["source"] in capsys.readouterr().out


# classify


@pytest.fixture
def images(tmp_path: Path) -> list[str]:
    """Write two good pictures with a broken one between them."""
    pictures = {
        "one.png": saved(quadrants(), "PNG"),
        "cut.png": saved(quadrants(), "PNG")[:100],
        "two.jpg": saved(quadrants(50, 90), "JPEG"),
    }
    for name, content in pictures.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in pictures]


def test_classify_gives_ten_probabilities(images: list[str], capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "classify", images[0])
    assert status == 0
    assert set(facts) == {"image", "probabilities", "temperature", "none_of_the_ten", "distance"}
    assert facts["image"] == images[0]
    assert list(facts["probabilities"]) == list(CLASSES)
    assert sum(facts["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    run = find_model("airbench", RunStore(Path("nowhere")))
    network, card = run.setup.network, card_of(run)
    picture = decode_picture(Path(images[0]).read_bytes())
    expected = classify(network, run.weights(), picture.pixels, card, Typical.read(run.folder, network))
    np.testing.assert_allclose(list(facts["probabilities"].values()), expected.probabilities, atol=1e-5)
    assert facts["none_of_the_ten"] == expected.is_none is not None


def test_classify_goes_on_after_a_broken_picture(images: list[str], capsys: Capture, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.png")
    status, rows = run_json(capsys, "classify", *images, missing)
    assert status == 1
    assert [row["image"] for row in rows] == [*images, missing]
    assert ["error" in row for row in rows] == ["probabilities" not in row for row in rows]
    assert ["error" in row for row in rows] == [False, True, False, True]
    assert "cut short or damaged" in rows[1]["error"]
    assert rows[3]["error"] == "No such file or directory"


def test_the_help_of_classify_names_the_network_it_takes(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["classify", "--help"])
    assert "pretrained network (airbench)" in " ".join(capsys.readouterr().out.split())


def test_classify_for_people(images: list[str], capsys: Capture) -> None:
    assert main(["classify", *images]) == 1
    shown = capsys.readouterr()
    first, second = shown.out.splitlines()
    assert first.startswith(f"{images[0]}: ")
    assert second.startswith(f"{images[2]}: ")
    assert first.count("%") == 3
    assert shown.err.startswith(f"{images[1]}: ")
    assert "Traceback" not in shown.err


def test_classify_takes_a_run_by_id_and_by_folder(images: list[str], capsys: Capture, home: Path) -> None:
    run = RunStore(home / "runs").create(TINY, "sketch10")
    shapes_needed = weight_shapes(TINY.network).items()
    run.save_snapshot(1, 1, {name: np.zeros(shape, np.float32) for name, shape in shapes_needed})
    run.write_status(Status("finished"))
    for name in (run.id, str(run.folder)):
        status, (facts,) = run_json(capsys, "classify", images[0], "--model", name)
        assert status == 0
        assert list(facts["probabilities"].values()) == pytest.approx([0.1] * 10)
        assert facts["none_of_the_ten"] is None  # a run without a card


@pytest.mark.parametrize("name", ["alexnet", "../../etc", "", "20200101-000000-00000000"])
def test_an_unknown_model_is_one_sentence(images: list[str], name: str, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "classify", images[0], "--model", name)
    assert status == 1
    assert facts["event"] == "error"
    assert "Give a pretrained one (lecture" in facts["error"]


def test_a_run_without_a_snapshot_is_one_sentence(images: list[str], capsys: Capture, home: Path) -> None:
    run = RunStore(home / "runs").create(TINY, "sketch10")
    status, (facts,) = run_json(capsys, "classify", images[0], "--model", run.id)
    assert status == 1
    assert "no snapshot yet" in facts["error"]


# train: what is refused before TensorFlow is imported


def test_train_without_cifar10_says_what_to_do(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    status, (facts,) = run_json(capsys, "train")
    assert status == 1
    assert "--dataset sketch10" in facts["error"]
    assert not RunStore(home / "runs").runs()


def test_train_leaves_a_folder_in_use_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    status, (facts,) = run_json(capsys, "train", "--dataset", "sketch10", "--out", str(tmp_path))
    assert status == 1
    assert "is not empty; give another one" in facts["error"]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--epochs", "0", "epochs"),
        ("--epochs", "1000000", "epochs"),
        ("--seconds", "nan", "seconds"),
        ("--seconds", "1", "seconds"),
        ("--pictures", "-5", "pictures"),
        ("--precision", "float64", "precision"),
        ("--seed", "-1", "seed"),
    ],
)
def test_train_refuses_values_out_of_range(option: str, value: str, field: str, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "train", "--dataset", "sketch10", option, value)
    assert status == 1
    assert facts["error"].startswith(f"{field}: ")
    assert "give " in facts["error"]


# train: a process of its own, as its users start it


def train_command(out: Path, *options: str) -> list[str]:
    small = ["--dataset", "sketch10", "--pictures", "1000", "--precision", "float32"]
    return [sys.executable, "-m", "cnn", "train", *small, "--out", str(out), *options]


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"CNN_LAB_HOME": str(home)}


@pytest.mark.tensorflow
def test_train_writes_json_and_a_run(tmp_path: Path, home: Path) -> None:
    out = tmp_path / "run"
    done = subprocess.run(
        train_command(out, "--epochs", "1", "--json"),
        cwd=PROJECT,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json_lines(done.stdout)
    assert rows[0]["event"] == "started"
    assert rows[0]["run"] == str(out)
    assert {row["event"] for row in rows[1:-1]} <= {"progress", "epoch", "finding"}
    last = rows[-1]
    said = [row["finding"] for row in rows if row["event"] == "finding"]
    assert said == last["findings"]  # one epoch: what was said after it is what is said at the end
    assert last["event"] == "finished"
    assert 0 <= last["test_accuracy"] <= 1
    assert last["images_per_second"] > 0
    assert last["run"] == str(out)
    run = read_run(out)
    assert run.status().state == "finished"
    assert run.status().test_accuracy == last["test_accuracy"]
    assert [snapshot.epoch for snapshot in run.snapshots()] == [0, 1]
    lecture = PRESETS["lecture"].setup
    training = replace(lecture.training, epochs=1, pictures=1000, precision="float32")
    assert run.setup == replace(lecture, training=training)
    assert run.dataset == "sketch10"
    assert not (home / "runs").exists()  # --out is the only place


@pytest.mark.tensorflow
def test_train_for_some_seconds_and_for_people(tmp_path: Path, capsys: Capture, training: object) -> None:
    out = tmp_path / "run"
    assert main(train_command(out, "--seconds", "5")[3:]) == 0
    *_, result, place = capsys.readouterr().out.splitlines()
    assert result.startswith("finished: test accuracy ")
    assert "images per second (sketch10, drawn by code)" in result
    assert place == f"run: {out}"
    run = read_run(out)
    assert run.setup.training.epochs is None
    assert 4.5 <= run.status().seconds < 10
    assert len(run.snapshots()) > 2


# steer and runs: what needs no training


@pytest.fixture
def run(home: Path) -> Run:
    return RunStore(home / "runs").create(TINY, "sketch10", name="mine")


def test_runs_lists_every_run_and_how_it_stands(run: Run, home: Path, capsys: Capture) -> None:
    other = RunStore(home / "runs").create(TINY, "sketch10", "f" * 32, "of somebody")
    other.write_status(Status("finished", epoch=1, validation_accuracy=0.5, test_accuracy=0.4567))
    status, rows = run_json(capsys, "runs")
    assert status == 0
    assert [(row["run"], row["state"]) for row in rows] == [(other.id, "finished"), (run.id, "queued")]
    assert rows[0]["test_accuracy"] == 0.4567
    assert "owner" not in rows[0]
    assert main(["runs"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == [
        other.id, "finished", "epoch", "1.00", "of", "somebody", "validation", "50.0", "%", "test", "45.7", "%",
    ]  # fmt: skip
    assert second.split() == [run.id, "queued", "epoch", "0.00", "mine"]


def test_runs_of_an_empty_lab(capsys: Capture) -> None:
    assert run_json(capsys, "runs") == (0, [])
    assert main(["runs"]) == 0
    assert "To train one: python -m cnn train" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["steer", "NAME", "pause"], ["train", "--resume", "NAME"]], ids=" ".join)
@pytest.mark.parametrize("name", ["lecture", "../../etc", "", "20200101-000000-00000000"])
def test_a_run_that_is_not_there_is_one_sentence(command: list[str], name: str, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, *[name if part == "NAME" else part for part in command])
    assert status == 1
    assert "To list the runs: python -m cnn runs" in facts["error"]


@pytest.mark.parametrize("what", ["pause", "resume", "step", "epoch", "stop", "discard"])
def test_steering_a_run_that_has_ended_says_how_to_go_on(run: Run, what: str, capsys: Capture) -> None:
    run.write_status(Status("finished"))
    status, (facts,) = run_json(capsys, "steer", run.id, what)
    assert status == 1
    assert f"{run.id} is finished" in facts["error"]
    assert f"python -m cnn train --continue {run.id} --epochs 5" in facts["error"]
    assert run.folder.exists()
    assert run.commands.count() == 0


@pytest.mark.parametrize(
    ("what", "number", "words"),
    [
        ("rate", "0", "rate: 0.0 is not allowed; give a number from 1e-06 to 10"),
        ("rate", "nan", "rate: nan is not allowed"),
        ("extend", "100000", "extend_epochs: 100000 is not allowed"),
        ("extend", "1e9s", "extend_seconds: 1000000000.0 is not allowed"),
    ],
)
def test_steering_refuses_numbers_out_of_range(
    run: Run, what: str, number: str, words: str, capsys: Capture
) -> None:
    status, (facts,) = run_json(capsys, "steer", run.id, what, number)
    assert status == 1
    assert words in facts["error"]
    assert run.commands.count() == 0


def test_a_waiting_run_is_stopped_and_discarded_at_once(run: Run, capsys: Capture) -> None:
    status, (facts,) = run_json(capsys, "steer", run.id, "stop")
    assert (status, facts["taken"], facts["state"]) == (0, True, "stopped")
    run.write_status(Status())
    status, (facts,) = run_json(capsys, "steer", str(run.folder), "discard")
    assert (status, facts["taken"], facts["state"]) == (0, True, "discarded")
    assert not run.folder.exists()


def test_a_waiting_run_says_that_it_waits(run: Run, capsys: Capture) -> None:
    assert main(["steer", run.id, "pause"]) == 0
    assert f"is waiting for a worker; without a server: python -m cnn train --resume {run.id}" in (
        capsys.readouterr().out
    )


def test_train_refuses_what_does_not_fit_the_memory(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", "1GiB")
    status, (facts,) = run_json(capsys, "train", "--preset", "vgg6", "--dataset", "sketch10")
    assert status == 1
    assert "1.0 GB are allowed" in facts["error"]
    assert not RunStore(home / "runs").runs()


def test_a_finished_run_is_not_resumed_but_continued(run: Run, capsys: Capture) -> None:
    run.write_status(Status("finished"))
    status, (facts,) = run_json(capsys, "train", "--resume", run.id)
    assert status == 1
    assert "number of epochs or seconds" in facts["error"]


def test_a_run_that_is_trained_elsewhere_is_not_trained_twice(run: Run, capsys: Capture) -> None:
    with run.trained_here() as here:
        assert here
        status, (facts,) = run_json(capsys, "train", "--resume", run.id)
    assert status == 1
    assert f"{run.id} is being trained now" in facts["error"]


# steer and train: with a training in another process


@contextmanager
def training_elsewhere(out: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a process that trains, once it has reported its first steps."""
    with subprocess.Popen(
        train_command(out, "--epochs", "200", "--json"),
        cwd=PROJECT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert next(line for line in process.stdout if '"event": "progress"' in line)
            yield process
        finally:
            process.kill()


@pytest.mark.tensorflow
def test_a_training_is_steered_from_another_terminal_stopped_and_taken_up_again(
    tmp_path: Path, home: Path, capsys: Capture
) -> None:
    out = tmp_path / "run"
    with training_elsewhere(out, home) as process:
        run = read_run(out)

        def steered(*what: str) -> dict:
            status, (facts,) = run_json(capsys, "steer", str(out), *what)
            assert status == 0
            assert facts["taken"]
            return facts

        def paused() -> bool:
            return run.status().state == "paused"

        steered("pause")
        eventually("it is paused", paused)
        step = run.status().step
        steered("step")
        eventually("one batch more", lambda: run.status().step == step + 1 and paused())
        steered("rate", "0.0005")
        eventually("the rate is marked", lambda: rates(run) == [0.0005])
        steered("extend", "7s")
        steered("epoch")
        eventually("the epoch is full", lambda: run.status().epoch % 1 == 0 and paused())
        assert run.status().epoch == step // STEPS_AN_EPOCH + 1
        steered("resume")
        eventually("it goes on", lambda: run.status().state == "running")
        assert steered("stop")["state"] == "stopped"
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    events = [row["event"] for row in json_lines(rest)]
    assert events[-1] == "stopped"
    assert {"paused", "resumed", "newrate", "extended", "epoch"} <= set(events)
    reached = run.status().epoch
    assert main(["train", "--continue", str(out), "--epochs", "1"]) == 0
    assert run.status().state == "finished"
    assert run.status().epoch == pytest.approx(reached + 1, abs=0.06)
    steps = [row["step"] for row in run.history.rows() if row["kind"] == "progress"]
    assert steps == sorted(set(steps))
    assert run.status().test_accuracy is not None


STEPS_AN_EPOCH = 1000 // 128


def rates(run: Run) -> list[float]:
    return [row["learning_rate"] for row in run.history.rows() if row["kind"] == "rate"]


@pytest.mark.tensorflow
def test_ctrl_c_stops_training_and_keeps_its_weights(tmp_path: Path, home: Path) -> None:
    out = tmp_path / "run"
    with training_elsewhere(out, home) as process:
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    assert json_lines(rest)[-1]["event"] == "stopped"
    run = read_run(out)
    assert run.status().state == "stopped"
    assert run.weights()


# export, import, data --from


def test_a_network_goes_out_and_comes_in_again(capsys: Capture, tmp_path: Path, home: Path) -> None:
    for form in ("spec", "safetensors"):
        status, (made,) = run_json(capsys, "export", "lecture", "--to", form, "--out", str(tmp_path))
        assert status == 0
        assert Path(made["file"]).stat().st_size == made["bytes"]
    status, (brought,) = run_json(capsys, "import", str(tmp_path / "lecture.safetensors"))
    assert status == 0
    run = read_run(Path(brought["folder"]))
    assert run.folder.parent == home / "runs"
    lecture = find_model("lecture", RunStore(home / "runs"))
    assert run.setup == lecture.setup
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, lecture.weights()[name])


def test_what_cannot_go_out_or_come_in_is_one_sentence(capsys: Capture, tmp_path: Path) -> None:
    status, ((failure),) = run_json(
        capsys, "export", "lecture", "--to", "spec", "--out", str(tmp_path / "no" / "x")
    )
    assert status == 1
    assert "cannot be written" in failure["error"]
    Image.new("RGB", (60, 40), (9, 90, 200)).save(tmp_path / "blue.png")
    page = ("export", "lecture", "--out", str(tmp_path), "--to", "living-page", "--pictures")
    status, (made,) = run_json(capsys, *page, str(tmp_path / "blue.png"))
    assert status == 0
    assert "1 of whoever made this page" in made["note"]
    for given, words in (("17", "living-page-cifar10"), (str(tmp_path / "no.png"), "cannot be read")):
        status, (failure,) = run_json(capsys, *page, given)
        assert status == 1
        assert words in failure["error"]
    (tmp_path / "net.keras").write_bytes(b"PK")
    for name, words in (("net.keras", "was not opened"), ("absent.zip", "cannot be read")):
        status, (failure,) = run_json(capsys, "import", str(tmp_path / name))
        assert status == 1
        assert words in failure["error"]
    status, (failure,) = run_json(capsys, "data", "--from", str(tmp_path))
    assert status == 1
    assert "There is no CIFAR-10 in" in failure["error"]


def test_a_lesson_is_exported_as_the_page_that_the_app_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--to", "living-page", "--with", "stride=2&lock=stride", "--out", str(tmp_path))
    status, (made,) = run_json(capsys, "export", "lesson:conv", *asked)
    lecture = find_model("lecture", RunStore(tmp_path / "runs"))
    network, weights = lecture.setup.network, lecture.weights()
    page = export_lesson("conv", {"stride": "2", "lock": "stride"}, network, weights).content
    assert status == 0
    assert Path(made["file"]).read_bytes() == page
    assert page != export_lesson("conv", {}, network, weights).content


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("lesson:cooking", "--to", "living-page"), "no lesson 'cooking'; there are conv"),
        (("lesson:conv", "--to", "keras"), "--to living-page"),
        (("lecture", "--to", "spec", "--with", "stride=2"), "--with is for a lesson"),
    ],
)
def test_what_is_no_page_of_a_lesson_is_refused(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *words, "--out", str(tmp_path)]) != 0
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
