"""Every form of a network, opened by the program it is for, and compared with what NumPy says."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from numpy.typing import NDArray
from safetensors.numpy import load

from cnn.core.errors import CnnLabError
from cnn.core.scaling import to_input
from cnn.data.cifar10 import decode
from cnn.data.classes import CLASSES
from cnn.data.synthetic import sketch10
from cnn.evaluation.pretrained import shipped
from cnn.exports import figures, formats, litert, plain_files, tensorboard
from cnn.exports.source import Source, probabilities, probe, read_source
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.network.spec import ACTIVATIONS, Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from support.exported import source_of
from support.strategies import networks

RNG = np.random.default_rng(3)
PIXELS = RNG.integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
LECTURE = read_source(shipped()[0])
SHIPPED = {run.id: read_source(run) for run in shipped()}  # each is a preset, trained


def test_every_network_that_comes_along_is_a_preset() -> None:
    assert SHIPPED.keys() <= PRESETS.keys()


def expected(source: Source) -> NDArray[np.float32]:
    return forward(source.setup.network, source.weights, PIXELS)["softmax"]


def by_keras(content: bytes, folder: Path) -> NDArray[np.float32]:
    import keras

    path = folder / "network.keras"
    path.write_bytes(content)
    model = keras.models.load_model(path, safe_mode=True)
    assert model.dtype_policy.name == "float32"
    return np.asarray(model(to_input(PIXELS), training=False))


def by_onnx(content: bytes) -> NDArray[np.float32]:
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (place,), (end,) = session.get_inputs(), session.get_outputs()
    assert (place.name, place.shape, place.type) == ("input", ["batch", 32, 32, 3], "tensor(float)")
    assert (end.name, end.shape) == ("probabilities", ["batch", 10])
    hold_plain(content)
    found: NDArray[np.float32] = session.run(None, {"input": to_input(PIXELS)})[0]
    return found


def hold_plain(content: bytes) -> None:
    """Hold an ONNX file to what OpenCV, tract and ncnn read rightly.

    Constant shapes, means over neighbouring sides, and no powers.
    """
    import onnx

    graph = onnx.load_from_string(content).graph
    assert not {"Shape", "Pow"} & {node.op_type for node in graph.node}
    constants = {array.name for array in graph.initializer}
    assert all(node.input[1] in constants for node in graph.node if node.op_type == "Reshape")
    for node in graph.node:
        axes = [*next((item.ints for item in node.attribute if item.name == "axes"), [])]
        assert node.op_type != "ReduceMean" or axes == list(range(axes[0], axes[0] + len(axes))), axes
    read = {name for node in graph.node for name in node.input}
    assert all(read.union(["probabilities"]).intersection(node.output) for node in graph.node)
    assert constants <= read


# Every layer that a spec can express comes out the same


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_and_network_that_comes_along_says_the_same_in_keras_onnx_and_litert(
    name: str, network: ModuleType, tmp_path: Path
) -> None:
    source = SHIPPED.get(name) or source_of(PRESETS[name].setup.network)
    assert source.setup.network == PRESETS[name].setup.network
    wanted = expected(source)
    np.testing.assert_allclose(by_keras(formats.export("keras", source).content, tmp_path), wanted, atol=1e-4)
    np.testing.assert_allclose(by_onnx(formats.export("onnx", source).content), wanted, atol=1e-4)
    found = litert.run_litert(formats.export("litert", source).content, to_input(PIXELS))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.tensorflow
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(max_blocks=2))
def test_random_networks_say_the_same_in_keras_onnx_and_litert(
    network: ModuleType, tmp_path: Path, spec: NetworkSpec
) -> None:
    source = source_of(spec)
    wanted = expected(source)
    np.testing.assert_allclose(by_keras(formats.export("keras", source).content, tmp_path), wanted, atol=1e-4)
    np.testing.assert_allclose(by_onnx(formats.export("onnx", source).content), wanted, atol=1e-4)
    found = litert.run_litert(formats.export("litert", source).content, to_input(PIXELS))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.tensorflow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(max_blocks=2))
def test_random_networks_say_the_same_in_keras(
    network: ModuleType, tmp_path: Path, spec: NetworkSpec
) -> None:
    """As above for the one format that is quick to make, so that more networks are tried."""
    source = source_of(spec)
    content = formats.export("keras", source).content
    np.testing.assert_allclose(by_keras(content, tmp_path), expected(source), atol=1e-4)


@pytest.mark.tensorflow
@pytest.mark.parametrize("function", ACTIVATIONS)
def test_every_activation_is_in_a_keras_file_without_code(
    function: str, network: ModuleType, tmp_path: Path
) -> None:
    spec = NetworkSpec((Block((Convolution(4),), activation=function),), dense=(Dense(5, function),))
    content = formats.export("keras", source_of(spec)).content
    np.testing.assert_allclose(by_keras(content, tmp_path), expected(source_of(spec)), atol=1e-5)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"__lambda__" not in archive.read("config.json")


# Options that Keras 3.10.0 takes.
KNOWN_OPTIONS = {
    *(
        "name",
        "trainable",
        "dtype",
        "data_format",
        "batch_shape",
        "sparse",
        "ragged",
        "activation",
        "padding",
    ),
    *(
        "filters",
        "kernel_size",
        "strides",
        "dilation_rate",
        "groups",
        "use_bias",
        "depth_multiplier",
        "units",
    ),
    *(
        "pool_size",
        "keepdims",
        "rate",
        "noise_shape",
        "seed",
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
    ),
    *(f"{part}_initializer" for part in ("kernel", "bias", "depthwise", "beta", "gamma")),
    *("moving_mean_initializer", "moving_variance_initializer", "layers", "input_layers", "output_layers"),
    *("negative_slope", "alpha", "approximate"),
}


def options(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (class, option) of everything in the configuration of a model."""
    if isinstance(value, dict):
        if value.get("module"):
            yield from ((value["class_name"], name) for name in value["config"])
        for item in value.values():
            yield from options(item)
    elif isinstance(value, list):
        for item in value:
            yield from options(item)


@pytest.mark.tensorflow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(max_blocks=2))
@example(PRESETS["airbench"].setup.network)
@example(
    NetworkSpec((Block((Convolution(4),), activation="elu"), Block((Convolution(4),), activation="gelu")))
)
def test_a_keras_file_has_no_option_that_older_versions_of_keras_refuse(
    network: ModuleType, spec: NetworkSpec
) -> None:
    """They refuse `input_axes`, `renorm` and `quantization_config`, which nothing here sets."""
    with zipfile.ZipFile(io.BytesIO(formats.export("keras", source_of(spec)).content)) as file:
        found = set(options(json.loads(file.read("config.json"))))
    assert {name for _, name in found} <= KNOWN_OPTIONS
    assert not found & {(kind, "name") for kind in ("Elu", "Gelu", "LeakyRelu")}


@pytest.mark.tensorflow
def test_what_was_trained_in_bfloat16_goes_out_in_float32(network: ModuleType, tmp_path: Path) -> None:
    training = TrainSpec(epochs=1, precision="mixed_bfloat16")
    source = replace(source_of(NetworkSpec(), training), precision="mixed_bfloat16")
    wanted = expected(source)
    np.testing.assert_allclose(by_keras(formats.export("keras", source).content, tmp_path), wanted, atol=1e-4)
    np.testing.assert_allclose(by_onnx(formats.export("onnx", source).content), wanted, atol=1e-4)
    found = litert.run_litert(formats.export("litert", source).content, to_input(PIXELS))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.tensorflow
@pytest.mark.parametrize("groups", [1, 2, 6])
def test_group_normalisation_and_a_gate_are_plain_in_onnx(groups: int, network: ModuleType) -> None:
    spec = NetworkSpec((Block((Convolution(6),), group_norm=groups, squeeze=2),), head="flatten")
    content = formats.export("onnx", source_of(spec)).content
    np.testing.assert_allclose(by_onnx(content), expected(source_of(spec)), atol=1e-4)


@pytest.mark.tensorflow
def test_gelu_is_multiplied_out_in_onnx(network: ModuleType) -> None:
    spec = NetworkSpec((Block((Convolution(6),), activation="gelu"),), dense=(Dense(8, "gelu"),))
    content = formats.export("onnx", source_of(spec)).content
    np.testing.assert_allclose(by_onnx(content), expected(source_of(spec)), atol=1e-4)


@pytest.mark.tensorflow
def test_an_onnx_file_says_its_opset_and_its_classes(network: ModuleType) -> None:
    import onnx

    proto = onnx.load_from_string(formats.export("onnx", LECTURE).content)
    assert [entry.version for entry in proto.opset_import if entry.domain == ""] == [17]
    facts = {entry.key: entry.value for entry in proto.metadata_props}
    assert facts["classes"].split(",") == list(CLASSES)
    assert "CIFAR-10" in facts["trained_on"]


@pytest.mark.tensorflow
def test_int8_is_smaller_and_nearly_as_good_and_says_both(network: ModuleType) -> None:
    source = replace(LECTURE, dataset="sketch10")
    made, whole = formats.export("litert-int8", source), formats.export("litert", source)
    assert len(made.content) < 0.4 * len(whole.content)
    shown = sketch10.test_pictures(range(200))
    small = litert.run_litert(made.content, to_input(shown)).argmax(axis=1)
    full = forward(source.setup.network, source.weights, shown)["softmax"].argmax(axis=1)
    assert (small == full).mean() > 0.85
    told = re.search(r"int8 gets ([\d.]+)\s% right, float32 ([\d.]+)\s%, of .* 1,000 in all", made.note)
    assert told
    labels = sketch10.test_labels()
    numbers = np.sort(np.concatenate([np.flatnonzero(labels == label)[:100] for label in range(10)]))
    seen = forward(source.setup.network, source.weights, sketch10.test_pictures(numbers))["softmax"]
    right = (seen.argmax(axis=1) == labels[numbers]).mean()
    assert float(told[2]) == pytest.approx(100 * right, abs=0.2)


# The script and the notebook


@pytest.fixture(name="few_pictures", scope="module")
def fixture_few_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in the layout of CIFAR-10's binary version with 120 drawings a file."""
    folder = tmp_path_factory.mktemp("binary")
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    for number, name in enumerate(names):
        places = range(number * 120, number * 120 + 120)
        planes = sketch10.test_pictures(places).transpose(0, 3, 1, 2).reshape(120, -1)
        labels = sketch10.test_labels()[list(places)].astype(np.uint8)
        (folder / name).write_bytes(np.hstack([labels[:, None], planes]).tobytes())
    images, _ = decode(np.fromfile(folder / names[0], np.uint8).reshape(-1, 3073))
    np.testing.assert_array_equal(images, sketch10.test_pictures(range(120)))
    return folder


WIDE = NetworkSpec(
    (
        Block((Convolution(6, 3, 2),), activation="leaky_relu", pooling="none"),
        Block(
            (Convolution(6), Convolution(8)), batch_norm=True, activation="gelu", residual=True, dropout=0.1
        ),
        Block((Convolution(8, padding="valid"),), activation="elu", pooling="average"),
    ),
    dense=(Dense(12, "tanh", 0.2),),
    whiten=True,
)
MUON = TrainSpec(
    optimizer="muon",
    epochs=2,
    schedule="one_cycle",
    batch_size=32,
    weight_decay=0.05,
    label_smoothing=0.1,
    flip=True,
    shift=2,
    cutout=4,
    pictures=500,
    seed=5,
)


def run_script(path: Path, *arguments: str) -> str:
    command = [sys.executable, path.name, *arguments]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(name="run_here")
def fixture_run_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., str]:
    """Return what runs code parts one after another as a program in this process, which has TensorFlow already."""

    def run(parts: Sequence[str], *arguments: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["program", *arguments])
        spaces: dict[str, Any] = {"__name__": "__main__"}
        for part in parts:
            exec(compile(part, "part", "exec", dont_inherit=True), spaces)
        return capsys.readouterr().out

    return run


@pytest.mark.tensorflow
@pytest.mark.parametrize("training", [MUON, TrainSpec(epochs=1, pictures=500, optimizer="adamw")])
def test_the_script_is_the_network_and_trains_it(
    training: TrainSpec,
    network: ModuleType,
    few_pictures: Path,
    tmp_path: Path,
    run_here: Callable[..., str],
) -> None:
    source = source_of(WIDE, training)
    for name in ("script", "safetensors"):
        made = formats.export(name, source)
        (tmp_path / made.name).write_bytes(made.content)
    script = tmp_path / "a-name-of-mine.py"
    assert "cnn." not in re.sub(r"`[^`]*`", "", script.read_text()).replace("cnn-lab", "")
    compile(script.read_text(), script.name, "exec")
    arguments = ("--data", str(few_pictures), "--steps", "3")
    # One of them in a process of its own, where nothing of ours is imported.
    alone = training is MUON
    said = run_script(script, *arguments) if alone else run_here([script.read_text()], *arguments)
    difference = re.search(r"largest difference from the lab's probabilities: (\S+)", said)
    assert difference
    assert float(difference[1]) < 1e-4
    loss = re.search(r"step 3, .*: loss (\S+)", said)
    assert loss
    assert 1 < float(loss[1]) < 5
    assert re.search(r"test accuracy [\d.]+%", said)

    import keras

    again = keras.models.load_model(tmp_path / "a-name-of-mine-trained-again.keras", compile=False)
    assert again.count_params() == source.parameters


@pytest.mark.tensorflow
def test_the_script_finds_weights_of_another_network_out(
    network: ModuleType, tmp_path: Path, run_here: Callable[..., str]
) -> None:
    script = formats.export("script", LECTURE).content.decode()
    wrong = {name: array + np.float32(0.1) for name, array in LECTURE.weights.items()}
    weights = plain_files.export_safetensors(replace(LECTURE, weights=wrong))
    (tmp_path / weights.name).write_bytes(weights.content)
    with pytest.raises(SystemExit, match="not the same network"):
        run_here([script], "--check")


@pytest.mark.tensorflow
def test_the_notebook_runs_cell_by_cell(
    network: ModuleType, few_pictures: Path, tmp_path: Path, run_here: Callable[..., str]
) -> None:
    for name in ("notebook", "safetensors"):
        made = formats.export(name, LECTURE)
        (tmp_path / made.name).write_bytes(made.content)
    document = json.loads((tmp_path / "lecture.ipynb").read_text())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    cells = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    # Each cell is compiled by itself, as Jupyter does, in one namespace.
    said = run_here(cells, "--data", str(few_pictures), "--steps", "2")
    assert "largest difference" in said
    assert "test accuracy" in said


# Plain files


def test_weights_and_spec_are_those_of_the_run() -> None:
    arrays = load(formats.export("safetensors", LECTURE).content)
    assert arrays.keys() == LECTURE.weights.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, LECTURE.weights[name])
    assert Setup.from_text(formats.export("spec", LECTURE).content) == LECTURE.setup


def test_the_history_has_a_line_for_every_report() -> None:
    table = list(csv.DictReader(io.StringIO(formats.export("history", LECTURE).content.decode())))
    assert len(table) == len(LECTURE.history)
    for line, row in zip(table, LECTURE.history, strict=True):
        assert {name: line[name] for name in row if row[name] is not None} == {
            name: json.dumps(value) if isinstance(value, dict | list) else str(value)
            for name, value in row.items()
            if value is not None
        }


def test_tensorboard_reads_the_history_as_scalars(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    made = tensorboard.export_tensorboard(LECTURE)
    (tmp_path / made.name).write_bytes(made.content)
    found = accumulator.EventAccumulator(str(tmp_path), {"scalars": 0})
    found.Reload()
    assert set(found.Tags()["scalars"]) >= {"loss/training", "accuracy/validation", "learning_rate"}
    assert found.Tags()["tensors"] == []
    rows = [row for row in LECTURE.history if row["kind"] == "progress"]
    read = found.Scalars("loss/training")
    assert [event.step for event in read] == [row["step"] for row in rows]
    np.testing.assert_allclose([event.value for event in read], [row["loss"] for row in rows], rtol=1e-6)


def test_two_networks_are_two_runs_of_tensorboard_as_the_note_says(tmp_path: Path) -> None:
    multiplexer = pytest.importorskip("tensorboard.backend.event_processing.event_multiplexer")
    for source in (LECTURE, SHIPPED["tinyvgg"]):
        made = tensorboard.export_tensorboard(source)
        assert "a folder of its own" in made.note
        (tmp_path / source.stem).mkdir()
        (tmp_path / source.stem / made.name).write_bytes(made.content)
    found = multiplexer.EventMultiplexer(size_guidance={"scalars": 0})
    found.AddRunsFromDirectory(str(tmp_path))
    found.Reload()
    assert set(found.Runs()) == {"lecture", "tiny-vgg"}
    for source in (LECTURE, SHIPPED["tinyvgg"]):
        rows = [row for row in source.history if row.get("validation_accuracy") is not None]
        read = found.Scalars(source.stem, "accuracy/validation")
        assert [event.step for event in read] == [row["step"] for row in rows]


def test_figures_come_as_svg_and_png_of_one_size() -> None:
    import xml.etree.ElementTree as ElementTree

    from PIL import Image

    with zipfile.ZipFile(io.BytesIO(formats.export("figures", LECTURE).content)) as archive:
        assert {"loss.svg", "loss.png", "accuracy.png", "filters.svg", "network.svg"} <= set(
            archive.namelist()
        )
        for name in ("loss", "accuracy", "filters"):
            root = ElementTree.fromstring(archive.read(f"{name}.svg"))
            image = Image.open(io.BytesIO(archive.read(f"{name}.png")))
            sizes = float(root.attrib["width"]), float(root.attrib["height"])
            assert image.size == (round(2 * sizes[0]), round(2 * sizes[1]))
        kernel, filters = LECTURE.weights["conv1/kernel"], figures.first_filters(LECTURE)
        assert filters
        image = Image.open(io.BytesIO(archive.read("filters.png"))).convert("RGB")
        place = image.getpixel((2 * (filters.boxes[0][0] + 4), 2 * (filters.boxes[0][1] + 4)))
    reach = np.abs(kernel).max()
    np.testing.assert_allclose(place, (kernel[0, 0, :, 0] / reach * 0.5 + 0.5) * 255, atol=1)


def test_figures_need_nothing_that_only_browsers_do() -> None:
    """Programs for drawings ignore the baseline of a text, and one draws nothing where the height is automatic."""
    import xml.etree.ElementTree as ElementTree

    with zipfile.ZipFile(io.BytesIO(formats.export("figures", LECTURE).content)) as archive:
        drawn = {name: archive.read(name) for name in archive.namelist() if name.endswith(".svg")}
    assert len(drawn) == 4
    for name, content in drawn.items():
        root = ElementTree.fromstring(content)
        assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}", name
        assert not root.attrib.keys() & {"style", "aria-label"}, name
        assert root.attrib["font-family"] == "system-ui, sans-serif", name
        assert b"baseline" not in content, name
    for drawing in (figures.curves(LECTURE, "loss"), figures.curves(LECTURE, "accuracy")):
        texts = ElementTree.fromstring(figures.svg(drawing)).iterfind("{http://www.w3.org/2000/svg}text")
        for text, ((_, y), _, words) in zip(texts, drawing.texts, strict=True):
            assert text.text == words
            # Digits and capitals are about 0.72 of the size high in the fonts that systems show: half of it is below.
            assert float(text.attrib["y"]) - y == pytest.approx(0.36 * 13, abs=0.4)


def test_the_highest_point_of_a_curve_is_the_best_accuracy() -> None:
    drawing = figures.curves(LECTURE, "accuracy")
    best = max(row["validation_accuracy"] for row in LECTURE.history if row.get("validation_accuracy"))
    dashed = [points for points, _, dashed in drawing.lines if dashed][-1]
    top, bottom = figures.TOP, figures.HEIGHT - figures.BOTTOM
    assert min(y for _, y in dashed) == pytest.approx(bottom - best * (bottom - top))


def test_the_report_holds_what_was_measured_and_loads_nothing() -> None:
    page = formats.export("report", LECTURE).content.decode()
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=", page.replace("xmlns", ""))
    assert "<script" not in page
    assert "18,322" in page
    assert f"{LECTURE.test_accuracy:.1%}".replace("%", " %") in page


def test_a_name_from_somebody_cannot_get_out_of_its_place() -> None:
    evil = replace(LECTURE, name='</title><script>alert("""1\\""")</script>../../x')
    page = formats.export("report", evil).content.decode()
    assert "<script" not in page
    assert re.fullmatch(r"[a-z0-9-]+-report\.html", formats.export("report", evil).name)


@pytest.mark.tensorflow
def test_a_name_with_quotes_stays_inside_the_script(network: ModuleType) -> None:
    evil = replace(LECTURE, name='a """ \\ name', source='b """ c')
    compile(formats.export("script", evil).content, "script", "exec")


def test_what_is_not_installed_is_named_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(CnnLabError, match=r"ONNX needs onnx and tf2onnx.*EXPORT=1"):
        formats.export("onnx", LECTURE)
    assert formats.FORMATS["safetensors"].missing() == ""
    with pytest.raises(CnnLabError, match="There is no format 'pickle'"):
        formats.export("pickle", LECTURE)


@pytest.mark.tensorflow
def test_the_zip_holds_every_form_and_says_what_is_missing(
    network: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))  # no CIFAR-10 for the calibration of int8
    with zipfile.ZipFile(io.BytesIO(formats.export("zip", LECTURE).content)) as archive:
        names = archive.namelist()
        told = archive.read("README.txt").decode()
        manifest = json.loads(archive.read("cnn-lab.json"))
    # int8 cannot be calibrated here, and CIFAR-10 pictures come along only by choice
    assert len(names) == len(set(names)) == 2 + len(formats.FORMATS) - 2
    assert not any("cifar10" in name for name in names)
    assert {"lecture.keras", "lecture.onnx", "lecture.tflite", "lecture.py", "lecture.ipynb"} <= set(names)
    assert "LiteRT int8: " in told
    assert manifest["weights"] in names
    assert Setup.from_json(manifest["setup"]) == LECTURE.setup


def test_the_picture_that_files_are_checked_with_is_the_same_everywhere() -> None:
    np.testing.assert_array_equal(probe(), (np.arange(3072) * 7 % 256).reshape(32, 32, 3))
    assert probabilities(LECTURE).sum() == pytest.approx(1, abs=1e-5)
